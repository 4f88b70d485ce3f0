//! How does plaintext become a message? Piece by piece ([`Encryptor`]), or at once ([`encrypt`]).
//!
//! Specification, "Encrypt". Ciphertext goes to the end of a buffer that the caller empties as it likes, so memory stays the
//! same however long the message is. The last frame is the last full one where the plaintext ends with it; so one frame is
//! held back until more comes. Bodies in one piece are the old form and not written by SDKs any more: they can be written
//! here for those who read nothing else, and then all of the plaintext is held.

use crate::frame::{Associated, FINAL, FRAMES_MAX, Piece, WHOLE_BYTES_MAX, framed_bytes, numbered_iv};
use crate::header::{Content, Header, IV_BYTES, MessageId, TAG_BYTES};
use crate::materials::{MaterialsSource, ToWrite, WriteMaterials};
use crate::schedule::MessageKey;
use crate::sign::Signer;
use crate::{CommitmentPolicy, EncryptionContext, MessageError, Suite};
use sotto_kms::{Entropy, drawn};
use sotto_sensitive::RawBytes;
use std::fmt;
use std::time::Instant;

/// Bytes of a frame where nothing else is said, as in AWS's SDKs.
pub const FRAME_BYTES: u32 = 4096;

/// What the IVs of frames are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FrameIvs {
    /// The number of the frame, as AWS's SDKs write.
    #[default]
    Numbered,
    /// Random, as Amazon Connect writes.
    Random,
}

/// How a message is written.
#[derive(Clone, Copy)]
pub struct Writing<'a> {
    /// Where keys come from.
    pub source: &'a dyn MaterialsSource,
    /// What is authenticated beside the plaintext.
    pub context: &'a EncryptionContext,
    /// Which suites are allowed.
    pub policy: CommitmentPolicy,
    /// The suite; the policy's default when there is none.
    pub suite: Option<Suite>,
    /// Frames, or one piece.
    pub content: Content,
    /// The IVs of frames.
    pub ivs: FrameIvs,
    /// Encrypted data keys at most.
    pub data_keys_max: usize,
    /// Length of the plaintext, where it is known; it must then be kept.
    pub plain_bytes: Option<u64>,
    /// The time, for caches.
    pub now: Instant,
}

impl<'a> Writing<'a> {
    /// As AWS's SDKs write when nothing else is said.
    pub const fn new(source: &'a dyn MaterialsSource, context: &'a EncryptionContext, now: Instant) -> Self {
        Self {
            source,
            context,
            policy: CommitmentPolicy::Require,
            suite: None,
            content: Content::Framed(FRAME_BYTES),
            ivs: FrameIvs::Numbered,
            data_keys_max: u16::MAX as usize,
            plain_bytes: None,
            now,
        }
    }
}

impl fmt::Debug for Writing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Writing({:?}, {:?})", self.suite, self.content)
    }
}

/// Writes one message.
pub struct Encryptor<'e> {
    key: MessageKey,
    id: MessageId,
    content: Content,
    ivs: FrameIvs,
    entropy: &'e mut dyn Entropy,
    signer: Option<Signer>,
    /// Up to one frame, or all.
    held: RawBytes,
    /// The number of the next piece.
    number: u32,
    plain_bytes: u64,
    plain_bytes_max: u64,
    header: Header,
}

impl<'e> Encryptor<'e> {
    /// Gets keys, and writes the header to the end of `out`.
    ///
    /// # Errors
    /// When the policy forbids the suite, no key can be had, or a setting cannot be.
    pub fn begin(
        writing: &Writing<'_>,
        entropy: &'e mut dyn Entropy,
        out: &mut Vec<u8>,
    ) -> Result<Self, MessageError> {
        let suite = writing.suite.unwrap_or(writing.policy.default_suite());
        writing.policy.check_write(suite)?;
        if writing.content == Content::Framed(0) {
            return Err(MessageError::Setting { what: "a frame has at least one byte" });
        }
        let asked =
            ToWrite { suite, context: writing.context, plain_bytes: writing.plain_bytes, now: writing.now };
        let materials = writing.source.to_write(&asked, entropy)?;
        let (count, most) = (materials.data_keys.len(), writing.data_keys_max);
        if count > most {
            return Err(MessageError::DataKeysMany { count, most });
        }
        let id = MessageId::of(suite, drawn(entropy));
        let key = MessageKey::derive(suite, &materials.data_key, &id)?;
        let signer = materials.signing.as_ref().map(|key| key.begin());
        let (header, hidden) = header(writing, suite, &key, materials, id)?;
        let mut encryptor = Self {
            key,
            id,
            content: writing.content,
            ivs: writing.ivs,
            entropy,
            signer,
            held: RawBytes::default(),
            number: 1,
            plain_bytes: 0,
            plain_bytes_max: writing.plain_bytes.unwrap_or(u64::MAX),
            header,
        };
        if writing.content == Content::Whole {
            encryptor.plain_bytes_max = encryptor.plain_bytes_max.min(WHOLE_BYTES_MAX);
        }
        encryptor.write_header(&hidden, out)?;
        Ok(encryptor)
    }

    /// The header as it was written.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// Takes plaintext, and writes as many frames as are full.
    ///
    /// # Errors
    /// When there is more than was announced, or than the format takes.
    pub fn push(&mut self, raw: &RawBytes, out: &mut Vec<u8>) -> Result<(), MessageError> {
        let added = self.plain_bytes.saturating_add(raw.length() as u64);
        if added > self.plain_bytes_max {
            return Err(MessageError::PlaintextLong { most: self.plain_bytes_max });
        }
        self.plain_bytes = added;
        match self.content {
            Content::Whole => self.held.push(plain(raw)),
            Content::Framed(bytes) => self.frames(plain(raw), bytes as usize, out)?,
        }
        Ok(())
    }

    /// Ends the message. What is in `out` then is whole.
    ///
    /// # Errors
    /// When the library refuses, or there are too many frames.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<Written, MessageError> {
        let held = std::mem::take(&mut self.held);
        let piece = if self.content == Content::Whole { Piece::Whole } else { Piece::Final };
        self.seal(piece, plain(&held), out)?;
        if let Some(signer) = self.signer {
            out.extend_from_slice(&signer.footer()?);
        }
        Ok(Written { header: self.header, plain_bytes: self.plain_bytes })
    }

    fn write_header(&mut self, hidden: &[u8], out: &mut Vec<u8>) -> Result<(), MessageError> {
        let start = out.len();
        out.extend_from_slice(&self.header.write()?);
        let tag = self.key.seal_header(out.get(start..).unwrap_or_default(), hidden)?;
        if !self.header.suite.is_committing() {
            out.extend_from_slice(&tag.iv);
        }
        out.extend_from_slice(&tag.tag);
        self.sign(start, out);
        Ok(())
    }

    /// Frames that have more behind them; the rest is held.
    fn frames(&mut self, mut plain: &[u8], bytes: usize, out: &mut Vec<u8>) -> Result<(), MessageError> {
        if !self.held.is_empty() {
            let room = bytes.saturating_sub(self.held.length()).min(plain.len());
            let (fill, rest) = plain.split_at_checked(room).unwrap_or((plain, &[]));
            self.held.push(fill);
            if rest.is_empty() {
                return Ok(());
            }
            let mut held = std::mem::take(&mut self.held);
            self.seal(Piece::Frame, self::plain(&held), out)?;
            held.clear();
            self.held = held;
            plain = rest;
        }
        while plain.len() > bytes {
            let Some((frame, rest)) = plain.split_at_checked(bytes) else { break };
            self.seal(Piece::Frame, frame, out)?;
            plain = rest;
        }
        self.held.push(plain);
        Ok(())
    }

    fn seal(&mut self, piece: Piece, plain: &[u8], out: &mut Vec<u8>) -> Result<(), MessageError> {
        let number = self.number;
        if number > FRAMES_MAX {
            return Err(MessageError::PlaintextLong { most: self.plain_bytes });
        }
        let iv = match self.ivs {
            FrameIvs::Numbered => numbered_iv(number),
            FrameIvs::Random => drawn(self.entropy),
        };
        let start = out.len();
        write_head(piece, number, iv, plain.len(), out);
        let at = out.len();
        out.resize(at + plain.len() + TAG_BYTES, 0);
        let (text, tag) = out
            .get_mut(at..)
            .and_then(|room| room.split_at_mut_checked(plain.len()))
            .ok_or(MessageError::Refused)?;
        let associated = Associated::new(&self.id, piece, number, plain.len() as u64);
        tag.copy_from_slice(&self.key.cipher.seal_from(iv, associated.as_bytes(), plain, text)?);
        self.number += 1;
        self.sign(start, out);
        Ok(())
    }

    fn sign(&mut self, start: usize, out: &[u8]) {
        if let Some(signer) = &mut self.signer {
            signer.push(out.get(start..).unwrap_or_default());
        }
    }
}

impl fmt::Debug for Encryptor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Encryptor({}, {} bytes)", self.header.suite, self.plain_bytes)
    }
}

/// A message that was written to its end.
#[derive(Debug)]
pub struct Written {
    /// Its header.
    pub header: Header,
    /// Length of the plaintext.
    pub plain_bytes: u64,
}

/// Writes a message at once.
///
/// # Errors
/// As for [`Encryptor::begin`].
pub fn encrypt(
    writing: &Writing<'_>,
    raw: &RawBytes,
    entropy: &mut dyn Entropy,
) -> Result<Vec<u8>, MessageError> {
    let mut out = Vec::with_capacity(message_bytes(writing, raw.length()));
    let announced = Writing { plain_bytes: Some(raw.length() as u64), ..*writing };
    let mut encryptor = Encryptor::begin(&announced, entropy, &mut out)?;
    encryptor.push(raw, &mut out)?;
    encryptor.finish(&mut out)?;
    Ok(out)
}

/// About how many bytes a message will have.
fn message_bytes(writing: &Writing<'_>, plain: usize) -> usize {
    let frame = match writing.content {
        Content::Framed(bytes) => bytes as usize,
        Content::Whole => plain,
    };
    let frames = plain / frame.max(1) + 1;
    framed_bytes(0) * frames + plain + 1024
}

/// The header, and what is authenticated but not part of it.
fn header(
    writing: &Writing<'_>,
    suite: Suite,
    key: &MessageKey,
    materials: WriteMaterials,
    id: MessageId,
) -> Result<(Header, Vec<u8>), MessageError> {
    let (stored, hidden) = match &materials.hidden {
        Some(keys) => (materials.context.without(keys), materials.context.only(keys)?.serialised()),
        None => (materials.context.joined(&EncryptionContext::default())?, Vec::new()),
    };
    let header = Header {
        suite,
        message_id: id,
        context: stored,
        data_keys: materials.data_keys,
        content: writing.content,
        commitment: key.commitment,
    };
    Ok((header, hidden))
}

fn write_head(piece: Piece, number: u32, iv: [u8; IV_BYTES], length: usize, out: &mut Vec<u8>) {
    match piece {
        Piece::Frame => out.extend_from_slice(&number.to_be_bytes()),
        Piece::Final => {
            out.extend_from_slice(&FINAL);
            out.extend_from_slice(&number.to_be_bytes());
        }
        Piece::Whole => {}
    }
    out.extend_from_slice(&iv);
    match piece {
        Piece::Frame => {}
        // A final frame is not longer than a frame, whose length has four bytes.
        Piece::Final => out.extend_from_slice(&(length as u32).to_be_bytes()),
        Piece::Whole => out.extend_from_slice(&(length as u64).to_be_bytes()),
    }
}

/// What is encrypted.
#[expect(clippy::disallowed_methods, reason = "encryption reads captured bytes; only ciphertext leaves")]
fn plain(raw: &RawBytes) -> &[u8] {
    raw.expose()
}
