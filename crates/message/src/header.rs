//! What stands before the ciphertext? The header: suite, message id, context, encrypted data keys, and how the body is cut.
//!
//! Specification, "Message Header". Written whole; read piece by piece ([`HeaderReader`]), in time linear in its length
//! however it arrives, and never longer than [`HEADER_BYTES_MAX`]. The bytes as they came are kept: tag and signature are
//! over these, not over what would be written today.

use crate::MessageError;
use crate::context::EncryptionContext;
use crate::cursor::Cursor;
use crate::suite::Suite;
use std::fmt;

/// Bytes of a header at most. The format would allow 12 GiB.
pub const HEADER_BYTES_MAX: usize = 1 << 20;

/// Length of IVs.
pub(crate) const IV_BYTES: usize = 12;
/// Length of tags.
pub(crate) const TAG_BYTES: usize = 16;

/// Bytes that are looked at at once.
const PIECE_BYTES: usize = 4096;

/// "Customer Authenticated Encrypted Data".
const TYPE: u8 = 0x80;
const WHOLE: u8 = 1;
const FRAMED: u8 = 2;

/// What names a message and binds its parts together.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MessageId {
    bytes: [u8; 32],
    count: u8,
}

impl MessageId {
    /// Takes as many bytes as the suite needs.
    pub(crate) fn of(suite: Suite, from: [u8; 32]) -> Self {
        Self { bytes: from, count: suite.message_id_bytes() as u8 }
    }

    /// 16 bytes in version 1, 32 in version 2.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.count)).unwrap_or_default()
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageId({} bytes)", self.count)
    }
}

/// A data key as a key provider wrapped it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EncryptedDataKey {
    pub(crate) provider: Vec<u8>,
    pub(crate) info: Vec<u8>,
    pub(crate) ciphertext: Vec<u8>,
}

impl EncryptedDataKey {
    /// The name of the provider: `aws-kms`, or the namespace of a raw key.
    pub fn provider(&self) -> &[u8] {
        &self.provider
    }

    /// What the provider finds its key by: the key's ARN, or the name of a raw key and more.
    pub fn info(&self) -> &[u8] {
        &self.info
    }

    /// The wrapped data key.
    pub fn ciphertext(&self) -> &[u8] {
        &self.ciphertext
    }

    pub(crate) fn write(&self, to: &mut Vec<u8>) -> Result<(), MessageError> {
        for field in [&self.provider, &self.info, &self.ciphertext] {
            let length = u16::try_from(field.len()).map_err(|_| MessageError::Setting {
                what: "a field of an encrypted data key has at most 65535 bytes",
            })?;
            to.extend_from_slice(&length.to_be_bytes());
            to.extend_from_slice(field);
        }
        Ok(())
    }

    fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        let mut field = || cursor.prefixed().map(<[u8]>::to_vec);
        Some(Self { provider: field()?, info: field()?, ciphertext: field()? })
    }
}

impl fmt::Debug for EncryptedDataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EncryptedDataKey({} bytes)", self.ciphertext.len())
    }
}

/// How the body is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// One piece.
    Whole,
    /// Frames of so many bytes, the last one shorter.
    Framed(u32),
}

/// A message's header without its tag.
#[derive(Debug)]
pub struct Header {
    pub(crate) suite: Suite,
    pub(crate) message_id: MessageId,
    pub(crate) context: EncryptionContext,
    pub(crate) data_keys: Vec<EncryptedDataKey>,
    pub(crate) content: Content,
    pub(crate) commitment: Option<[u8; 32]>,
}

impl Header {
    /// The algorithm suite.
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    /// The message id.
    pub const fn message_id(&self) -> &MessageId {
        &self.message_id
    }

    /// The context as far as the message holds it.
    pub const fn context(&self) -> &EncryptionContext {
        &self.context
    }

    /// The encrypted data keys.
    pub fn data_keys(&self) -> &[EncryptedDataKey] {
        &self.data_keys
    }

    /// How the body is cut.
    pub const fn content(&self) -> Content {
        self.content
    }

    /// The header's bytes without the tag.
    ///
    /// # Errors
    /// When a field is too long for the format.
    pub(crate) fn write(&self) -> Result<Vec<u8>, MessageError> {
        let mut to = Vec::with_capacity(512);
        to.push(self.suite.version());
        if !self.suite.is_committing() {
            to.push(TYPE);
        }
        to.extend_from_slice(&self.suite.id().to_be_bytes());
        to.extend_from_slice(self.message_id.as_bytes());
        let context = self.context.serialised();
        to.extend_from_slice(
            &u16::try_from(context.len()).map_err(|_| MessageError::ContextLong)?.to_be_bytes(),
        );
        to.extend_from_slice(&context);
        self.write_data_keys(&mut to)?;
        let (kind, frame_bytes) = match self.content {
            Content::Whole => (WHOLE, 0),
            Content::Framed(bytes) => (FRAMED, bytes),
        };
        to.push(kind);
        if !self.suite.is_committing() {
            to.extend_from_slice(&[0, 0, 0, 0, IV_BYTES as u8]);
        }
        to.extend_from_slice(&frame_bytes.to_be_bytes());
        to.extend_from_slice(self.commitment.as_ref().map_or(&[], |key| key.as_slice()));
        if to.len() > HEADER_BYTES_MAX {
            Err(MessageError::HeaderLarge { most: HEADER_BYTES_MAX })
        } else {
            Ok(to)
        }
    }

    fn write_data_keys(&self, to: &mut Vec<u8>) -> Result<(), MessageError> {
        let most = usize::from(u16::MAX);
        let count = self.data_keys.len();
        let many = |_| MessageError::DataKeysMany { count, most };
        to.extend_from_slice(&u16::try_from(count).map_err(many)?.to_be_bytes());
        self.data_keys.iter().try_for_each(|key| key.write(to))
    }
}

/// The suite that the first bytes of a message name, before anything is verified; `None` when there are too few of them, or
/// they are no message's.
pub fn peek_suite(first: &[u8]) -> Option<Suite> {
    let mut cursor = Cursor::new(first);
    let version = cursor.byte()?;
    if version == 1 {
        cursor.byte().filter(|kind| *kind == TYPE)?;
    }
    Suite::of(cursor.short()?).filter(|suite| suite.version() == version)
}

/// The header's tag, and the IV it was made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HeaderTag {
    pub(crate) iv: [u8; IV_BYTES],
    pub(crate) tag: [u8; TAG_BYTES],
}

/// A header that was read whole: parts, tag, and its bytes (the tag's behind those of the body).
#[derive(Debug)]
pub(crate) struct ReadHeader {
    pub(crate) header: Header,
    pub(crate) tag: HeaderTag,
    pub(crate) bytes: Vec<u8>,
    /// Bytes without the tag.
    pub(crate) body_bytes: usize,
}

/// Reads a header from bytes as they come.
#[derive(Debug)]
pub(crate) struct HeaderReader {
    bytes: Vec<u8>,
    /// Bytes that were understood.
    at: usize,
    /// What comes next.
    stage: Stage,
    data_keys_max: usize,
    suite: Suite,
    message_id: [u8; 32],
    context: EncryptionContext,
    data_keys: Vec<EncryptedDataKey>,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    Start,
    Context,
    Count,
    /// So many encrypted data keys are to come.
    DataKeys(u16),
    End,
}

impl HeaderReader {
    pub(crate) fn new(data_keys_max: usize) -> Self {
        Self {
            bytes: Vec::new(),
            at: 0,
            stage: Stage::Start,
            data_keys_max,
            suite: Suite::default(),
            message_id: [0; 32],
            context: EncryptionContext::default(),
            data_keys: Vec::new(),
        }
    }

    /// How many bytes came so far.
    pub(crate) fn length(&self) -> usize {
        self.bytes.len()
    }

    /// Takes bytes; gives the header, and how many of these bytes it took.
    ///
    /// # Errors
    /// When it is malformed or above a bound.
    pub(crate) fn push(&mut self, more: &[u8]) -> Result<Option<(ReadHeader, usize)>, MessageError> {
        let mut used = 0;
        for piece in more.chunks(PIECE_BYTES) {
            let before = self.bytes.len();
            self.bytes.extend_from_slice(piece);
            if let Some(read) = self.advance()? {
                return Ok(Some((read, used + self.at - before)));
            }
            if self.bytes.len() > HEADER_BYTES_MAX {
                return Err(MessageError::HeaderLarge { most: HEADER_BYTES_MAX });
            }
            used += piece.len();
        }
        Ok(None)
    }

    /// Understands as many parts as are there; each is read once.
    fn advance(&mut self) -> Result<Option<ReadHeader>, MessageError> {
        loop {
            let bytes = std::mem::take(&mut self.bytes);
            let mut cursor = Cursor::new(bytes.get(self.at..).unwrap_or_default());
            let stage = self.stage;
            let read = match stage {
                Stage::Start => self.start(&mut cursor),
                Stage::Context => self.context(&mut cursor),
                Stage::Count => self.count(&mut cursor),
                Stage::DataKeys(left) => self.data_key(&mut cursor, left),
                Stage::End => self.end(&mut cursor),
            };
            let length = cursor.read();
            self.bytes = bytes;
            let Some(next) = read? else { return Ok(None) };
            self.at += length;
            match next {
                Next::Stage(stage) => self.stage = stage,
                Next::Done(content, commitment, tag) => {
                    return self.done(content, commitment, tag).map(Some);
                }
            }
        }
    }

    fn malformed<T>(&self, what: &'static str) -> Result<T, MessageError> {
        Err(MessageError::Malformed { what, at: self.at as u64 })
    }

    fn start(&mut self, cursor: &mut Cursor<'_>) -> Part {
        let Some(version) = cursor.byte() else { return Ok(None) };
        match version {
            // "AY" and "Ag" are what base64 makes of the first bytes of versions 1 and 2.
            b'A' => match cursor.byte() {
                Some(b'Y' | b'g') => return Err(MessageError::Base64),
                Some(_) => return Err(MessageError::NotAMessage),
                None => return Ok(None),
            },
            1 => match cursor.byte() {
                Some(TYPE) => {}
                Some(_) => return Err(MessageError::NotAMessage),
                None => return Ok(None),
            },
            2 => {}
            _ => return Err(MessageError::NotAMessage),
        }
        let Some(id) = cursor.short() else { return Ok(None) };
        self.suite = Suite::of(id).ok_or(MessageError::SuiteUnknown { id })?;
        if self.suite.version() != version {
            return Err(MessageError::SuiteVersion { suite: self.suite, version });
        }
        let Some(id) = cursor.take(self.suite.message_id_bytes()) else { return Ok(None) };
        self.message_id.iter_mut().zip(id).for_each(|(to, from)| *to = *from);
        Ok(Some(Next::Stage(Stage::Context)))
    }

    fn context(&mut self, cursor: &mut Cursor<'_>) -> Part {
        let Some(bytes) = cursor.prefixed() else { return Ok(None) };
        match EncryptionContext::parse(bytes) {
            Some(context) => self.context = context,
            None => return self.malformed("the encryption context is no list of pairs"),
        }
        Ok(Some(Next::Stage(Stage::Count)))
    }

    fn count(&mut self, cursor: &mut Cursor<'_>) -> Part {
        let Some(count) = cursor.short() else { return Ok(None) };
        if count == 0 {
            return self.malformed("there is no encrypted data key");
        }
        if usize::from(count) > self.data_keys_max {
            return Err(MessageError::DataKeysMany { count: usize::from(count), most: self.data_keys_max });
        }
        Ok(Some(Next::Stage(Stage::DataKeys(count))))
    }

    fn data_key(&mut self, cursor: &mut Cursor<'_>, left: u16) -> Part {
        let Some(key) = EncryptedDataKey::read(cursor) else { return Ok(None) };
        if std::str::from_utf8(&key.provider).is_err() {
            return self.malformed("the name of a key provider is no text");
        }
        self.data_keys.push(key);
        Ok(Some(Next::Stage(if left > 1 { Stage::DataKeys(left - 1) } else { Stage::End })))
    }

    fn end(&mut self, cursor: &mut Cursor<'_>) -> Part {
        let Some(kind) = cursor.byte() else { return Ok(None) };
        if !self.suite.is_committing() {
            match cursor.array::<5>() {
                None => return Ok(None),
                Some([0, 0, 0, 0, 12]) => {}
                Some(_) => {
                    return self
                        .malformed("the reserved bytes or the length of the IV are not as they must be");
                }
            }
        }
        let Some(frame_bytes) = cursor.word() else { return Ok(None) };
        let content = match (kind, frame_bytes) {
            (WHOLE, 0) => Content::Whole,
            (FRAMED, 1..) => Content::Framed(frame_bytes),
            _ => return self.malformed("content type and frame length do not belong together"),
        };
        // Version 2 has a commitment in place of the IV, which is zero there.
        let (mut commitment, mut iv) = (None, [0; IV_BYTES]);
        match self.suite.is_committing() {
            true => {
                let Some(stated) = cursor.array() else { return Ok(None) };
                commitment = Some(stated);
            }
            false => {
                let Some(stated) = cursor.array() else { return Ok(None) };
                iv = stated;
            }
        }
        let Some(tag) = cursor.array() else { return Ok(None) };
        Ok(Some(Next::Done(content, commitment, HeaderTag { iv, tag })))
    }

    fn done(
        &mut self,
        content: Content,
        commitment: Option<[u8; 32]>,
        tag: HeaderTag,
    ) -> Result<ReadHeader, MessageError> {
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.truncate(self.at);
        let iv_bytes = if self.suite.is_committing() { 0 } else { IV_BYTES };
        let header = Header {
            suite: self.suite,
            message_id: MessageId::of(self.suite, self.message_id),
            context: std::mem::take(&mut self.context),
            data_keys: std::mem::take(&mut self.data_keys),
            content,
            commitment,
        };
        Ok(ReadHeader { header, tag, body_bytes: bytes.len() - iv_bytes - TAG_BYTES, bytes })
    }
}

/// `None` while bytes are missing.
type Part = Result<Option<Next>, MessageError>;

enum Next {
    Stage(Stage),
    Done(Content, Option<[u8; 32]>, HeaderTag),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::tests::context;

    fn header(suite: Suite, content: Content) -> Header {
        let key = |info: &[u8]| EncryptedDataKey {
            provider: b"provider".to_vec(),
            info: info.to_vec(),
            ciphertext: vec![9; 40],
        };
        Header {
            suite,
            message_id: MessageId::of(suite, [7; 32]),
            context: context(&[("one", "1"), ("two", "2")]).unwrap(),
            data_keys: vec![key(b"first"), key(b"second")],
            content,
            commitment: suite.is_committing().then_some([5; 32]),
        }
    }

    fn bytes(header: &Header) -> Vec<u8> {
        let mut bytes = header.write().unwrap();
        bytes.extend_from_slice(if header.suite.is_committing() { &[3; 16] } else { &[3; 28] });
        bytes
    }

    fn read(
        bytes: &[u8],
        step: usize,
        data_keys_max: usize,
    ) -> Result<Option<(ReadHeader, usize)>, MessageError> {
        let mut reader = HeaderReader::new(data_keys_max);
        for (count, chunk) in bytes.chunks(step).enumerate() {
            if let Some((read, used)) = reader.push(chunk)? {
                return Ok(Some((read, count * step + used)));
            }
        }
        Ok(None)
    }

    #[test]
    fn what_is_written_is_read_however_it_is_cut() {
        for suite in Suite::ALL {
            for content in [Content::Whole, Content::Framed(4096)] {
                let written = header(suite, content);
                let whole = bytes(&written);
                let more = [whole.as_slice(), b"body"].concat();
                for step in [1, 2, 3, 7, 50, more.len()] {
                    let (read, used) = read(&more, step, 2).unwrap().unwrap();
                    assert_eq!(peek_suite(&more), Some(suite));
                    assert_eq!(
                        (used, read.bytes.as_slice()),
                        (whole.len(), whole.as_slice()),
                        "{suite} {step}"
                    );
                    assert_eq!(read.bytes[..read.body_bytes], written.write().unwrap());
                    assert_eq!(read.header.data_keys, written.data_keys);
                    assert_eq!((read.header.content, read.header.commitment), (content, written.commitment));
                    assert_eq!(read.header.message_id.as_bytes(), written.message_id.as_bytes());
                }
                for cut in 0..whole.len() {
                    assert!(read(&whole[..cut], 16, 2).unwrap().is_none(), "{suite} {cut}");
                }
            }
        }
    }

    #[test]
    fn every_wrong_field_has_its_error() {
        let whole = bytes(&header(Suite::Signed256, Content::Framed(1)));
        let error = |at: usize, byte: u8| {
            let mut changed = whole.clone();
            changed[at] = byte;
            read(&changed, 4096, 2).map(|_| ()).unwrap_err()
        };
        assert_eq!(read(b"AYADeB", 1, 2).unwrap_err(), MessageError::Base64);
        assert_eq!(read(b"AgR4", 4, 2).unwrap_err(), MessageError::Base64);
        assert_eq!((error(0, 3), error(1, 0x81)), (MessageError::NotAMessage, MessageError::NotAMessage));
        assert_eq!(error(3, 0x79), MessageError::SuiteUnknown { id: 0x0379 });
        assert_eq!(error(2, 0x05), MessageError::SuiteVersion { suite: Suite::CommitSigned, version: 1 });
        assert_eq!(read(&whole, 9, 1).unwrap_err(), MessageError::DataKeysMany { count: 2, most: 1 });
        let end = whole.len() - 28;
        for (at, byte) in [(end - 10, 3), (end - 10, 1), (end - 9, 1), (end - 5, 11), (end - 1, 0)] {
            assert!(matches!(error(at, byte), MessageError::Malformed { .. }), "{at}");
        }
        let mut none = header(Suite::Commit, Content::Framed(1));
        none.data_keys.clear();
        assert!(matches!(read(&bytes(&none), 99, 2).unwrap_err(), MessageError::Malformed { .. }));
    }

    #[test]
    fn a_header_has_a_bound() {
        let mut large = header(Suite::Commit, Content::Framed(1));
        let key =
            EncryptedDataKey { provider: Vec::new(), info: vec![0; 65_000], ciphertext: vec![0; 65_000] };
        large.data_keys = vec![key.clone(); 8];
        let fits = bytes(&large);
        assert!(read(&fits, 8_192, 99).unwrap().is_some());
        large.data_keys.push(key);
        assert_eq!(large.write().unwrap_err(), MessageError::HeaderLarge { most: HEADER_BYTES_MAX });
        let count = fits.windows(4).position(|window| window == [0, 8, 0, 0]).unwrap();
        let mut long = [&fits[..count], &[0, 20]].concat();
        (0..20).for_each(|_| large.data_keys[0].write(&mut long).unwrap());
        let error = read(&long, 4_096, 99).unwrap_err();
        assert_eq!(error, MessageError::HeaderLarge { most: HEADER_BYTES_MAX });
    }
}
