//! What is a sealed original, to whoever has no key? Bytes that say nothing, and the number of the key that sealed them.
//!
//! What the number means is known to whoever keeps the wrapped keys of a log group. Destroying a wrapped key erases what it
//! sealed: the masked text stays.

use sotto_public::{Opaque, Storable};

/// The number of a span key among those of its log group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Storable, sotto_public::LogSafe)]
pub struct SpanKeyId(u64);

impl SpanKeyId {
    /// The key of that number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// The sealed original of one mark.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Original {
    key: SpanKeyId,
    sealed: Opaque,
}

impl Original {
    /// What a key sealed.
    #[cfg(feature = "seal")]
    pub(crate) fn new(key: SpanKeyId, sealed: Opaque) -> Self {
        Self { key, sealed }
    }

    /// Which key sealed it.
    pub fn key(&self) -> SpanKeyId {
        self.key
    }

    #[cfg(feature = "seal")]
    pub(crate) fn sealed(&self) -> &Opaque {
        &self.sealed
    }
}
