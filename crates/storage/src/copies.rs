//! How does a program that reads files read objects of a bucket? Out of local copies, within a bound.
//!
//! A copy is made when it is first asked for and stays while it is held or there is room; the one that was used longest ago
//! goes first. Copies are nothing that lasts: the directory is emptied when it is opened. What is asked for at one time may be
//! twice the bound: who asks for more is told that it is too much, since a full disk would stop others, too.

use crate::blobs::{BlobName, Blobs};
use crate::{StorageError, lock};
use sotto_public::{Blob, Foreign};
use std::collections::{HashMap, VecDeque};
use std::fs::DirBuilder;
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Semaphore;

/// Copies that are made at one time.
const MADE_MAX: usize = 4;

/// Local copies of objects.
#[derive(Debug)]
pub struct LocalCopies {
    folder: PathBuf,
    bytes_max: u64,
    held: Mutex<Held>,
    /// Bytes of all files, those that are still held by somebody included.
    bytes: Arc<AtomicU64>,
    number: AtomicU64,
    making: Semaphore,
}

#[derive(Debug, Default)]
struct Held {
    copies: HashMap<BlobName, Arc<LocalCopy>>,
    /// Oldest use first.
    order: VecDeque<BlobName>,
    bytes: u64,
}

/// A copy; its file is there until the last holder lets go.
#[derive(Debug)]
pub struct LocalCopy {
    path: PathBuf,
    length: u64,
    bytes: Arc<AtomicU64>,
}

impl LocalCopy {
    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for LocalCopy {
    fn drop(&mut self) {
        // A file that cannot be deleted now goes when the directory is opened again.
        let _ = std::fs::remove_file(&self.path);
        self.bytes.fetch_sub(self.length, Ordering::AcqRel);
    }
}

impl Held {
    fn find(&mut self, name: &BlobName) -> Option<Arc<LocalCopy>> {
        let copy = Arc::clone(self.copies.get(name)?);
        self.order.retain(|other| other != name);
        self.order.push_back(name.clone());
        Some(copy)
    }

    fn forget(&mut self, name: &BlobName) {
        if let Some(copy) = self.copies.remove(name) {
            self.bytes -= copy.length;
        }
        self.order.retain(|other| other != name);
    }

    fn keep(&mut self, name: &BlobName, copy: &Arc<LocalCopy>, most: u64) {
        self.bytes += copy.length;
        self.copies.insert(name.clone(), Arc::clone(copy));
        self.order.push_back(name.clone());
        while self.bytes > most {
            let Some(oldest) = self.order.front().cloned() else { return };
            self.forget(&oldest);
        }
    }
}

impl LocalCopies {
    /// Opens the directory, which is made where it is missing, for its owner alone, and emptied.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn open(folder: &Path, bytes_max: u64) -> Result<Self, StorageError> {
        emptied(folder).map_err(|error| StorageError::Directory(Foreign::io(&error)))?;
        let (folder, making) = (folder.to_owned(), Semaphore::new(MADE_MAX));
        let (held, bytes, number) = (Mutex::default(), Arc::default(), AtomicU64::default());
        Ok(Self { folder, bytes_max, held, bytes, number, making })
    }

    /// A copy of an object; none where there is no such object.
    ///
    /// # Errors
    /// When the object cannot be read or its copy not be written, and when more is held than may be.
    pub async fn copy(
        &self,
        blobs: &dyn Blobs,
        name: &BlobName,
    ) -> Result<Option<Arc<LocalCopy>>, StorageError> {
        if let Some(copy) = self.held().find(name) {
            return Ok(Some(copy));
        }
        let _making = self.making.acquire().await.map_err(|_| StorageError::Closed)?;
        if let Some(copy) = self.held().find(name) {
            return Ok(Some(copy));
        }
        let Some(blob) = blobs.get(name.clone()).await? else { return Ok(None) };
        let length = blob.length() as u64;
        let most = self.bytes_max.saturating_mul(2);
        let before = self.bytes.fetch_add(length, Ordering::AcqRel);
        let path = self.folder.join(format!("{:016x}", self.number.fetch_add(1, Ordering::AcqRel)));
        // From here on dropping it gives back what it counts, whatever happens.
        let copy = Arc::new(LocalCopy { path, length, bytes: Arc::clone(&self.bytes) });
        if before + length > most {
            let whole = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
            let (found, most) = (whole(before + length), whole(most));
            return Err(StorageError::TooLarge { what: "bytes of local copies", found, most });
        }
        let path = copy.path.clone();
        let written = tokio::task::spawn_blocking(move || write(&path, &blob)).await;
        written
            .map_err(|_| StorageError::Closed)?
            .map_err(|error| StorageError::Unavailable(Foreign::io(&error)))?;
        let mut held = self.held();
        if let Some(other) = held.find(name) {
            return Ok(Some(other));
        }
        held.keep(name, &copy, self.bytes_max);
        Ok(Some(copy))
    }

    /// Lets go of copies of objects that are not meant any more.
    pub fn keep_only(&self, meant: impl Fn(&BlobName) -> bool) {
        let mut held = self.held();
        let gone: Vec<BlobName> = held.copies.keys().filter(|name| !meant(name)).cloned().collect();
        gone.iter().for_each(|name| held.forget(name));
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn emptied(folder: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn write(path: &Path, blob: &Blob) -> io::Result<()> {
    lock::private(path)?.write_all(blob.as_bytes())
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "objects of a test")]
mod tests {
    use super::*;
    use crate::DirectoryBlobs;

    async fn blobs(folder: &Path) -> DirectoryBlobs {
        let blobs = DirectoryBlobs::open(&folder.join("objects")).unwrap();
        for number in 0..5 {
            let blob = Blob::from_pinned_bytes(vec![number as u8; 10]);
            blobs.put(BlobName::new("a").number(number), blob).await.unwrap();
        }
        blobs
    }

    fn files(folder: &Path) -> usize {
        std::fs::read_dir(folder).unwrap().count()
    }

    #[tokio::test]
    async fn copies_are_bounded_on_both_sides_and_stay_while_they_are_held() {
        let scratch = std::env::temp_dir().join(format!("sotto-copies-{}", std::process::id()));
        std::fs::create_dir_all(&scratch).unwrap();
        let (blobs, folder) = (blobs(&scratch).await, scratch.join("copies"));
        let copies = LocalCopies::open(&folder, 20).unwrap();
        let name = |number| BlobName::new("a").number(number);
        let first = copies.copy(&blobs, &name(0)).await.unwrap().unwrap();
        assert_eq!(std::fs::read(first.path()).unwrap(), [0; 10]);
        assert!(Arc::ptr_eq(&first, &copies.copy(&blobs, &name(0)).await.unwrap().unwrap()));
        for number in 1..4 {
            drop(copies.copy(&blobs, &name(number)).await.unwrap().unwrap());
        }
        assert_eq!((files(&folder), first.path().exists()), (3, true), "two within the bound, one held");
        let again = copies.copy(&blobs, &name(1)).await.unwrap().unwrap();
        let other = copies.copy(&blobs, &name(2)).await.unwrap().unwrap();
        let third = copies.copy(&blobs, &name(3)).await.unwrap().unwrap();
        let more = copies.copy(&blobs, &name(4)).await;
        assert!(matches!(more, Err(StorageError::TooLarge { found: 50, most: 40, .. })), "{more:?}");
        drop((first, again));
        assert!(copies.copy(&blobs, &name(4)).await.unwrap().is_some());
        assert!(copies.copy(&blobs, &name(9)).await.unwrap().is_none());
        drop((other, third));
        copies.keep_only(|kept| *kept == name(4));
        assert_eq!(files(&folder), 1);
        drop(copies);
        assert_eq!(files(&folder), 0);
        std::fs::write(folder.join("left"), b"x").unwrap();
        LocalCopies::open(&folder, 1).unwrap();
        assert_eq!(files(&folder), 0, "what a killed process left is gone");
        std::fs::remove_dir_all(&scratch).unwrap();
    }
}
