//! Where do large objects stay? Under names, written once and whole, read in parts: in a directory, or in a bucket.
//!
//! An object is there whole or not at all, and durable when [`Blobs::put`] returns. Which objects count is not decided here: a
//! record in [`crate::Store`] names them, and an object that no record names is rubbish that a sweep finds with
//! [`Blobs::list`]. The local directory is written here and not by `object_store`, whose local back end does not
//! synchronise what it wrote; buckets (feature `s3`) are its work.

mod directory;

use crate::store::Reply;
use sotto_public::{Blob, Storable};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

pub use directory::DirectoryBlobs;

/// Most bytes of one object.
pub const BLOB_BYTES_MAX: usize = 1024 * 1024 * 1024;

/// The name of an object: words and numbers, parted by slashes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Storable)]
#[storable(text)]
pub struct BlobName(Box<str>);

impl BlobName {
    /// A first word: letters, digits and hyphens.
    pub fn new(word: &'static str) -> Self {
        Self(word.into())
    }

    /// A word below.
    #[must_use]
    pub fn word(&self, word: &'static str) -> Self {
        Self(format!("{}/{word}", self.0).into())
    }

    /// A number below, in 32 hexadecimal digits, so that names sort as numbers do.
    #[must_use]
    pub fn number(&self, number: u128) -> Self {
        Self(format!("{}/{number:032x}", self.0).into())
    }

    /// The same name with an ending, as for what belongs beside an object.
    #[must_use]
    pub fn ending(&self, ending: &'static str) -> Self {
        Self(format!("{}.{ending}", self.0).into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the other name is this one or below it.
    pub fn holds(&self, other: &Self) -> bool {
        let rest = other.0.strip_prefix(&*self.0);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// A text that is no name of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name of an object has words of a-z 0-9 - . parted by slashes")]
pub struct BlobNameError;

impl FromStr for BlobName {
    type Err = BlobNameError;

    fn from_str(text: &str) -> Result<Self, BlobNameError> {
        let allowed =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'.';
        let fits = |word: &str| !word.is_empty() && !word.starts_with('.') && word.bytes().all(allowed);
        match text.len() <= 512 && text.split('/').all(fits) {
            true => Ok(Self(text.into())),
            false => Err(BlobNameError),
        }
    }
}

impl fmt::Display for BlobName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An object that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobEntry {
    /// Its name.
    pub name: BlobName,
    /// Its bytes.
    pub length: u64,
}

/// Objects by name. One value per process; shared behind `Arc<dyn Blobs>`.
pub trait Blobs: Send + Sync + 'static {
    /// Stores an object, durably; one of the same name is replaced.
    fn put(&self, name: BlobName, blob: Blob) -> Reply<'_, ()>;

    /// The whole object, where there is one.
    fn get(&self, name: BlobName) -> Reply<'_, Option<Blob>>;

    /// Bytes of an object from an offset on, as many as there are and not more than asked for.
    fn range(&self, name: BlobName, offset: u64, length: usize) -> Reply<'_, Option<Blob>>;

    /// All objects below a name, in the order of their names.
    fn list(&self, below: BlobName) -> Reply<'_, Vec<BlobEntry>>;

    /// Takes an object away; nothing there is fine.
    fn delete(&self, name: BlobName) -> Reply<'_, ()>;

    /// Where the object is a file, for programs that read it themselves.
    fn path(&self, name: &BlobName) -> Option<PathBuf>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_and_numbers_only() {
        let name = BlobName::new("segments").number(10).word("a").ending("sealed");
        assert_eq!(name.as_str(), "segments/0000000000000000000000000000000a/a.sealed");
        assert_eq!(name.as_str().parse(), Ok(name.clone()));
        for wrong in ["", "/a", "a/", "a//b", "..", "a/../b", ".a", "A", "a b", "ä", &"a".repeat(513)] {
            assert_eq!(wrong.parse::<BlobName>(), Err(BlobNameError), "{wrong}");
        }
        assert!(BlobName::new("segments").holds(&name) && name.holds(&name));
        assert!(!BlobName::new("segment").holds(&name) && !name.holds(&BlobName::new("segments")));
    }
}
