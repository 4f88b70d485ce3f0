//! How does a message become plaintext again, and when may it be seen? Piece by piece ([`Decryptor`]), or at once ([`decrypt`]).
//!
//! Specification, "Decrypt". No byte leaves before the tag over it is verified, and none of a **signed** message before its
//! footer is, unless somebody asks for that by name ([`Release::AsItComes`]). Bytes behind the end are an error, and so is
//! an end that comes too early: half a message is none. The IV of a frame is taken from the message, never assumed to be its
//! number: Amazon Connect's are random.

use crate::context::PUBLIC_KEY;
use crate::cursor::Cursor;
use crate::frame::{
    Associated, FINAL, FINAL_HEAD_BYTES, FRAME_HEAD_BYTES, Piece, WHOLE_BYTES_MAX, WHOLE_HEAD_BYTES,
};
use crate::header::{
    Content, EncryptedDataKey, Header, HeaderReader, IV_BYTES, MessageId, ReadHeader, TAG_BYTES,
};
use crate::materials::{MaterialsSource, OpenMaterials, ToOpen};
use crate::schedule::MessageKey;
use crate::sign::Verifier;
use crate::{CommitmentPolicy, EncryptionContext, MessageError, Suite};
use sotto_kms::crypto::{AesGcm, Curve};
use sotto_sensitive::RawBytes;
use std::fmt;
use std::time::Instant;
use zeroize::Zeroizing;

/// Bytes of one frame, or of a body in one piece, where nothing else is said: they are in memory at once.
pub const PIECE_BYTES_MAX: u64 = 64 << 20;

/// Bytes of a signed message that are held back, where nothing else is said.
pub const HELD_BYTES_MAX: u64 = 64 << 20;

/// When plaintext is released.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Release {
    /// As soon as it is verified: of a signed message when its footer is.
    #[default]
    Verified,
    /// Of a signed message, too, when the frame is verified; the last frame waits for the footer.
    AsItComes,
    /// Signed messages are refused.
    Unsigned,
    /// Never: the message is verified only.
    Nothing,
}

/// How a message is read.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// Where keys come from.
    pub source: &'a dyn MaterialsSource,
    /// What the reader knows of the context: pairs that the message holds must be equal, others are authenticated with it.
    pub expected: &'a EncryptionContext,
    /// Which suites are allowed.
    pub policy: CommitmentPolicy,
    /// When plaintext is released.
    pub release: Release,
    /// Encrypted data keys at most.
    pub data_keys_max: usize,
    /// Bytes of one piece at most.
    pub piece_bytes_max: u64,
    /// Bytes that are held back at most.
    pub held_bytes_max: u64,
    /// The time, for caches.
    pub now: Instant,
}

impl<'a> Reading<'a> {
    /// The careful way.
    pub const fn new(source: &'a dyn MaterialsSource, expected: &'a EncryptionContext, now: Instant) -> Self {
        Self {
            source,
            expected,
            policy: CommitmentPolicy::Require,
            release: Release::Verified,
            data_keys_max: u16::MAX as usize,
            piece_bytes_max: PIECE_BYTES_MAX,
            held_bytes_max: HELD_BYTES_MAX,
            now,
        }
    }
}

impl fmt::Debug for Reading<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reading({:?}, {:?})", self.policy, self.release)
    }
}

/// Reads one message.
pub struct Decryptor<'a> {
    reading: Reading<'a>,
    stage: Stage,
    /// The header's bytes until it is whole.
    reader: HeaderReader,
    opening: Option<Opening>,
    /// Bytes of a piece that is not whole yet.
    pending: Vec<u8>,
    /// Plaintext of one piece.
    scratch: Zeroizing<Vec<u8>>,
    /// Plaintext that waits for the footer.
    held: RawBytes,
    /// The number of the next piece.
    number: u32,
    /// Bytes of the message that were understood.
    at: u64,
    plain_bytes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Header,
    Body,
    Footer,
    Done,
    Over,
}

/// What a verified header brings.
struct Opening {
    header: Header,
    cipher: AesGcm,
    verifier: Option<Verifier>,
    materials: OpenMaterials,
}

impl<'a> Decryptor<'a> {
    /// Begins.
    pub fn new(reading: Reading<'a>) -> Self {
        Self {
            stage: Stage::Header,
            reader: HeaderReader::new(reading.data_keys_max),
            opening: None,
            pending: Vec::new(),
            scratch: Zeroizing::default(),
            held: RawBytes::default(),
            number: 1,
            at: 0,
            plain_bytes: 0,
            reading,
        }
    }

    /// The header, once it is verified.
    pub fn header(&self) -> Option<&Header> {
        self.opening.as_ref().map(|opening| &opening.header)
    }

    /// Takes bytes of the message, and adds what may be released to `out`.
    ///
    /// # Errors
    /// At the first thing that is wrong. Nothing can be read any more then, and what came from a signed message that was
    /// released as it came is worth nothing.
    pub fn push(&mut self, more: &[u8], out: &mut RawBytes) -> Result<(), MessageError> {
        let taken = self.take(more, out);
        if taken.is_err() {
            self.stage = Stage::Over;
            self.held.clear();
        }
        taken
    }

    /// That the message is whole and everything about it is verified.
    ///
    /// # Errors
    /// [`MessageError::EndsEarly`] when it is not whole.
    pub fn finish(self) -> Result<Opened, MessageError> {
        match (self.stage, self.opening) {
            (Stage::Over, _) => Err(MessageError::Over),
            (Stage::Done, Some(opening)) => {
                let frames = self.number - 1;
                Ok(Opened { opening, plain_bytes: self.plain_bytes, frames })
            }
            _ => Err(MessageError::EndsEarly { at: self.at + self.pending.len() as u64 }),
        }
    }

    fn take(&mut self, mut more: &[u8], out: &mut RawBytes) -> Result<(), MessageError> {
        while !more.is_empty() {
            let used = match self.stage {
                Stage::Header => self.take_header(more)?,
                Stage::Body | Stage::Footer if self.pending.is_empty() => self.take_pieces(more, out)?,
                Stage::Body | Stage::Footer => self.complete_pending(more, out)?,
                Stage::Done => return Err(MessageError::LeftOver { at: self.at }),
                Stage::Over => return Err(MessageError::Over),
            };
            more = more.get(used..).unwrap_or_default();
        }
        Ok(())
    }

    fn take_header(&mut self, more: &[u8]) -> Result<usize, MessageError> {
        let Some((read, used)) = self.reader.push(more)? else {
            self.at = self.reader.length() as u64;
            return Ok(more.len());
        };
        self.at = read.bytes.len() as u64;
        self.opening = Some(open_header(&self.reading, read)?);
        self.stage = Stage::Body;
        Ok(used)
    }

    /// Pieces straight from the input; a part of one is kept.
    fn take_pieces(&mut self, more: &[u8], out: &mut RawBytes) -> Result<usize, MessageError> {
        let mut used = 0;
        while self.stage != Stage::Done {
            let left = more.get(used..).unwrap_or_default();
            match self.need(left)? {
                Need::Whole(bytes) if bytes <= left.len() => {
                    self.take_piece(left.get(..bytes).unwrap_or_default(), out)?;
                    used += bytes;
                }
                Need::Whole(_) | Need::AtLeast(_) => {
                    self.pending.extend_from_slice(left);
                    return Ok(more.len());
                }
            }
        }
        Ok(used)
    }

    /// Adds to a part of a piece as many bytes as it needs, and no more.
    fn complete_pending(&mut self, more: &[u8], out: &mut RawBytes) -> Result<usize, MessageError> {
        let need = match self.need(&self.pending)? {
            Need::AtLeast(bytes) | Need::Whole(bytes) => bytes,
        };
        let missing = need.saturating_sub(self.pending.len()).min(more.len());
        self.pending.extend_from_slice(more.get(..missing).unwrap_or_default());
        if matches!(self.need(&self.pending)?, Need::Whole(bytes) if bytes == self.pending.len()) {
            let mut piece = std::mem::take(&mut self.pending);
            self.take_piece(&piece, out)?;
            piece.clear();
            self.pending = piece;
        }
        Ok(missing)
    }

    /// How many bytes the piece has that begins so.
    fn need(&self, bytes: &[u8]) -> Result<Need, MessageError> {
        let mut cursor = Cursor::new(bytes);
        if self.stage == Stage::Footer {
            let length = cursor.short().map(|length| 2 + usize::from(length));
            return Ok(length.map_or(Need::AtLeast(2), Need::Whole));
        }
        match self.opening.as_ref().map(|opening| opening.header.content) {
            Some(Content::Framed(frame)) => match cursor.array() {
                None => Ok(Need::AtLeast(4)),
                Some(FINAL) => self.need_final(cursor, frame),
                Some(_) => self.whole(FRAME_HEAD_BYTES, u64::from(frame)),
            },
            _ => match (cursor.take(IV_BYTES), cursor.long()) {
                (Some(_), Some(length)) if length > WHOLE_BYTES_MAX => {
                    Err(MessageError::Malformed { what: "the body is longer than it can be", at: self.at })
                }
                (Some(_), Some(length)) => self.whole(WHOLE_HEAD_BYTES, length),
                _ => Ok(Need::AtLeast(WHOLE_HEAD_BYTES)),
            },
        }
    }

    fn need_final(&self, mut cursor: Cursor<'_>, frame: u32) -> Result<Need, MessageError> {
        match cursor.take(4 + IV_BYTES).and_then(|_| cursor.word()) {
            Some(length) if length > frame => {
                let what = "the final frame is longer than a frame";
                Err(MessageError::Malformed { what, at: self.at })
            }
            Some(length) => self.whole(FINAL_HEAD_BYTES, u64::from(length)),
            None => Ok(Need::AtLeast(FINAL_HEAD_BYTES)),
        }
    }

    fn whole(&self, head: usize, bytes: u64) -> Result<Need, MessageError> {
        let most = self.reading.piece_bytes_max;
        let held = usize::try_from(bytes).ok().filter(|_| bytes <= most);
        let held = held.ok_or(MessageError::PieceLarge { bytes, most })?;
        Ok(Need::Whole(head + held + TAG_BYTES))
    }

    fn take_piece(&mut self, bytes: &[u8], out: &mut RawBytes) -> Result<(), MessageError> {
        match self.stage {
            Stage::Footer => self.take_footer(bytes, out)?,
            _ => self.take_body(bytes, out)?,
        }
        self.at += bytes.len() as u64;
        Ok(())
    }

    fn take_body(&mut self, bytes: &[u8], out: &mut RawBytes) -> Result<(), MessageError> {
        let opening = self.opening.as_mut().ok_or(MessageError::Over)?;
        let parts = Parts::of(opening.header.content, bytes).ok_or(MessageError::Over)?;
        if parts.number != self.number {
            return Err(MessageError::Malformed { what: "frames are not in order", at: self.at });
        }
        let length = parts.sealed.len();
        if self.scratch.len() < length {
            self.scratch = Zeroizing::new(vec![0; length]);
        }
        let plain = self.scratch.get_mut(..length).unwrap_or_default();
        let associated =
            Associated::new(&opening.header.message_id, parts.piece, parts.number, length as u64);
        let opened =
            opening.cipher.open_from(parts.iv, associated.as_bytes(), parts.sealed, parts.tag, plain);
        opened.map_err(|_| MessageError::BodyNotGenuine { frame: parts.number })?;
        if let Some(verifier) = &mut opening.verifier {
            verifier.push(bytes);
        }
        self.number = self.number.checked_add(1).ok_or(MessageError::Over)?;
        self.plain_bytes += length as u64;
        if parts.piece != Piece::Frame {
            self.stage = if opening.verifier.is_some() { Stage::Footer } else { Stage::Done };
        }
        self.release(parts.piece, length, out)
    }

    /// Gives plaintext away, or holds it.
    fn release(&mut self, piece: Piece, length: usize, out: &mut RawBytes) -> Result<(), MessageError> {
        let plain = self.scratch.get(..length).unwrap_or_default();
        let signed = self.opening.as_ref().is_some_and(|opening| opening.verifier.is_some());
        match self.reading.release {
            Release::Nothing => {}
            Release::AsItComes if signed && piece == Piece::Frame => out.push(plain),
            _ if !signed => out.push(plain),
            _ => {
                let most = self.reading.held_bytes_max;
                if self.held.length() as u64 + length as u64 > most {
                    return Err(MessageError::HeldLarge { most });
                }
                self.held.push(plain);
            }
        }
        Ok(())
    }

    fn take_footer(&mut self, bytes: &[u8], out: &mut RawBytes) -> Result<(), MessageError> {
        let signature = Cursor::new(bytes).prefixed().ok_or(MessageError::Over)?;
        let verifier = self.opening.as_mut().and_then(|opening| opening.verifier.take());
        verifier.ok_or(MessageError::Over)?.verify(signature)?;
        let held = std::mem::take(&mut self.held);
        if out.is_empty() {
            *out = held
        } else {
            out.append(held)
        }
        self.stage = Stage::Done;
        Ok(())
    }
}

impl fmt::Debug for Decryptor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decryptor({:?}, {} bytes)", self.stage, self.at)
    }
}

/// How many bytes a piece has.
enum Need {
    /// More than are known of it.
    AtLeast(usize),
    /// So many.
    Whole(usize),
}

/// The fields of a piece of the body.
struct Parts<'a> {
    piece: Piece,
    number: u32,
    iv: [u8; IV_BYTES],
    sealed: &'a [u8],
    tag: &'a [u8],
}

impl<'a> Parts<'a> {
    /// `None` when the bytes are not one whole piece.
    fn of(content: Content, bytes: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor::new(bytes);
        let mut piece = Piece::Whole;
        let mut number = 1;
        if content != Content::Whole {
            let marker = cursor.array()?;
            piece = if marker == FINAL { Piece::Final } else { Piece::Frame };
            number = if piece == Piece::Final { cursor.word()? } else { u32::from_be_bytes(marker) };
        }
        let iv = cursor.array()?;
        match piece {
            Piece::Frame => None,
            Piece::Final => cursor.word().map(u64::from),
            Piece::Whole => cursor.long(),
        };
        let sealed = cursor.take(bytes.len().checked_sub(cursor.read() + TAG_BYTES)?)?;
        Some(Self { piece, number, iv, sealed, tag: cursor.take(TAG_BYTES)? })
    }
}

/// Gets keys for a header, and verifies it.
fn open_header(reading: &Reading<'_>, read: ReadHeader) -> Result<Opening, MessageError> {
    let ReadHeader { header, tag, bytes, body_bytes } = read;
    let suite = header.suite;
    reading.policy.check_read(suite)?;
    if reading.release == Release::Unsigned && suite.is_signed() {
        return Err(MessageError::Signed { suite });
    }
    let asked = ToOpen {
        suite,
        context: &header.context,
        data_keys: &header.data_keys,
        expected: reading.expected,
        now: reading.now,
    };
    let materials = reading.source.to_open(&asked)?;
    let key = MessageKey::derive(suite, &materials.data_key, &header.message_id)?;
    key.confirm(&header)?;
    let body = bytes.get(..body_bytes).unwrap_or_default();
    key.open_header(body, &materials.hidden.serialised(), &tag)?;
    let verifier = suite.curve().map(|curve| verifier(curve, &header, &bytes)).transpose()?;
    Ok(Opening { cipher: key.cipher, verifier, materials, header })
}

/// What verifies the message, with its header behind it.
fn verifier(curve: Curve, header: &Header, bytes: &[u8]) -> Result<Verifier, MessageError> {
    let text = header.context.value(PUBLIC_KEY).ok_or(MessageError::VerificationKey)?;
    let mut verifier = Verifier::new(curve, text)?;
    verifier.push(bytes);
    Ok(verifier)
}

/// A message that was read to its end: everything about it is verified.
pub struct Opened {
    opening: Opening,
    plain_bytes: u64,
    frames: u32,
}

impl Opened {
    /// The algorithm suite.
    pub const fn suite(&self) -> Suite {
        self.opening.header.suite
    }

    /// The message id.
    pub const fn message_id(&self) -> &MessageId {
        &self.opening.header.message_id
    }

    /// The whole context: the message's and what the reader knew.
    pub fn context(&self) -> &EncryptionContext {
        &self.opening.materials.context
    }

    /// The encrypted data keys.
    pub fn data_keys(&self) -> &[EncryptedDataKey] {
        &self.opening.header.data_keys
    }

    /// How the body was cut.
    pub const fn content(&self) -> Content {
        self.opening.header.content
    }

    /// Length of the plaintext.
    pub const fn plain_bytes(&self) -> u64 {
        self.plain_bytes
    }

    /// Number of pieces.
    pub const fn frames(&self) -> u32 {
        self.frames
    }

    pub(crate) fn materials(&self) -> OpenMaterials {
        self.opening.materials.clone()
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Opened({}, {} bytes)", self.suite(), self.plain_bytes)
    }
}

/// Opens a message at once.
///
/// # Errors
/// At the first thing that is wrong; nothing leaves then.
pub fn decrypt(reading: &Reading<'_>, message: &[u8]) -> Result<(RawBytes, Opened), MessageError> {
    let most = message.len() as u64;
    let reading = Reading { held_bytes_max: most, piece_bytes_max: most, ..*reading };
    let mut plain = RawBytes::with_room(message.len());
    let mut decryptor = Decryptor::new(reading);
    decryptor.push(message, &mut plain)?;
    Ok((plain, decryptor.finish()?))
}
