//! What does storage hold? [`Stored`]: bytes that only a [`StoredRecord`] can become, and that only become one again.
//!
//! Each record has a kind in front, so that one kind is never read as another. [`Opaque`] is for bytes that say nothing
//! without a key, [`RestingText`] for text that may be stored and not shown to everybody. All are made at pinned sites
//! only: otherwise reading would be a door through which any text becomes public.

use crate::encoding::{Decoder, Encoder, Malformed};
use crate::{Storable, sealed};
use std::fmt;

/// A record with a kind of its own: what storage keeps under a place, or appends to a log.
pub trait StoredRecord: Storable {
    /// The kind's name, unique among all records, never changed.
    const KIND: &'static str;
}

/// An encoded record.
#[derive(Clone, PartialEq, Eq)]
pub struct Stored(Vec<u8>);

impl Stored {
    /// Encodes a record.
    pub fn of<R: StoredRecord>(record: &R) -> Self {
        let mut out = Encoder::for_record();
        out.text(R::KIND);
        record.encode(&mut out);
        Self(out.into_bytes())
    }

    /// Bytes that storage read back. Allowed only at the sites of the pinned list.
    pub fn from_pinned_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The record again.
    ///
    /// # Errors
    /// When it is of another kind, damaged, or written by a newer release.
    pub fn read<R: StoredRecord>(&self) -> Result<R, Malformed> {
        let mut from = Decoder::new(&self.0);
        if from.read_text() != Ok(R::KIND) {
            return Err(Malformed::Kind { wanted: R::KIND });
        }
        let record = R::decode(&mut from)?;
        from.finish()?;
        Ok(record)
    }

    /// Whether it is a record of this kind.
    pub fn is<R: StoredRecord>(&self) -> bool {
        Decoder::new(&self.0).read_text() == Ok(R::KIND)
    }

    /// The bytes, kind included.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stored({} bytes)", self.0.len())
    }
}

/// A record within a record, as a write-ahead log holds what is to be written later.
impl sealed::Storable for Stored {}
impl Storable for Stored {
    fn encode(&self, out: &mut Encoder) {
        out.opaque(&self.0);
    }
    fn decode(from: &mut Decoder<'_>) -> Result<Self, Malformed> {
        from.read_opaque().map(|bytes| Self(bytes.to_vec()))
    }
}

/// Bytes that say nothing without a key: ciphertext, codes of authentication, hashes.
#[derive(Clone, PartialEq, Eq)]
pub struct Opaque(Vec<u8>);

impl Opaque {
    /// Declares bytes opaque. Allowed only at the sites of the pinned list: sealing, and reading what was sealed.
    pub fn from_pinned_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Opaque({} bytes)", self.0.len())
    }
}

impl sealed::Storable for Opaque {}
impl Storable for Opaque {
    fn encode(&self, out: &mut Encoder) {
        out.opaque(&self.0);
    }
    fn decode(from: &mut Decoder<'_>) -> Result<Self, Malformed> {
        from.read_opaque().map(|bytes| Self(bytes.to_vec()))
    }
}

/// Text that may rest in storage and says by itself nothing about who may see it: what it belongs to says that.
///
/// Neither public nor fit for a log line. Made from text at the sites of the pinned list alone.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct RestingText(Box<str>);

impl RestingText {
    /// Declares text fit to rest. Allowed only at the sites of the pinned list.
    pub fn from_pinned_text(text: String) -> Self {
        Self(text.into_boxed_str())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RestingText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RestingText({} bytes)", self.0.len())
    }
}

impl sealed::Storable for RestingText {}
impl Storable for RestingText {
    fn encode(&self, out: &mut Encoder) {
        out.text(&self.0);
    }
    fn decode(from: &mut Decoder<'_>) -> Result<Self, Malformed> {
        from.read_text().map(|text| Self(text.into()))
    }
}
