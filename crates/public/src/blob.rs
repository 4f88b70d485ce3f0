//! What is an object made of? [`Blob`]: bytes that rooms wrote storable values into, such as a segment of stored text.
//!
//! Larger than a record and read in parts. Like a record it is made at pinned sites only: by the rooms that write such
//! objects from storable values, and by storage, which reads them back. Copies share their bytes.

use std::fmt;
use std::sync::Arc;

/// The bytes of an object, or of a part of one.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Blob(Arc<Vec<u8>>);

impl Blob {
    /// Declares bytes fit to rest. Allowed only at the sites of the pinned list.
    pub fn from_pinned_bytes(bytes: Vec<u8>) -> Self {
        Self(Arc::new(bytes))
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// How many there are.
    pub fn length(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({} bytes)", self.0.len())
    }
}
