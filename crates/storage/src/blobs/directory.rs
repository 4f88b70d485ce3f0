//! Objects in a directory: a file each, written under another name, synchronised, and renamed.

use super::{BLOB_BYTES_MAX, BlobEntry, BlobName, Blobs};
use crate::lock::private;
use crate::store::Reply;
use crate::{StorageError, rows};
use sotto_public::{Blob, Foreign};
use std::fs::{DirBuilder, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// What files are called that are being written. No name of an object ends so.
const UNFINISHED: &str = "#";

/// Objects in a directory.
#[derive(Debug)]
pub struct DirectoryBlobs {
    root: PathBuf,
}

impl DirectoryBlobs {
    /// Opens the directory, which is made where it is missing, for its owner alone.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn open(root: &Path) -> Result<Self, StorageError> {
        make_directory(root).map_err(|error| StorageError::Directory(Foreign::io(&error)))?;
        Ok(Self { root: root.to_owned() })
    }

    fn file(&self, name: &BlobName) -> PathBuf {
        self.root.join(name.as_str())
    }
}

/// Work on files, away from the threads that serve.
fn off<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Reply<'static, T> {
    Box::pin(async move {
        let done = tokio::task::spawn_blocking(work).await.map_err(|_| StorageError::Closed)?;
        done.map_err(|error| StorageError::Unavailable(Foreign::io(&error)))
    })
}

/// Nothing there is an answer.
fn there<T>(read: io::Result<T>) -> io::Result<Option<T>> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl Blobs for DirectoryBlobs {
    fn put(&self, name: BlobName, blob: Blob) -> Reply<'_, ()> {
        if blob.length() > BLOB_BYTES_MAX {
            let error = StorageError::TooLarge { what: "bytes", found: blob.length(), most: BLOB_BYTES_MAX };
            return Box::pin(async move { Err(error) });
        }
        let path = self.file(&name);
        off(move || write(&path, blob.as_bytes()))
    }

    fn get(&self, name: BlobName) -> Reply<'_, Option<Blob>> {
        let path = self.file(&name);
        off(move || Ok(there(std::fs::read(path))?.map(rows::blob)))
    }

    fn range(&self, name: BlobName, offset: u64, length: usize) -> Reply<'_, Option<Blob>> {
        let path = self.file(&name);
        off(move || Ok(there(read_range(&path, offset, length))?.map(rows::blob)))
    }

    fn list(&self, below: BlobName) -> Reply<'_, Vec<BlobEntry>> {
        let root = self.root.clone();
        off(move || {
            let mut found = Vec::new();
            walk(&root, "", &below, &mut found)?;
            found.sort_by(|one: &BlobEntry, other| one.name.cmp(&other.name));
            Ok(found)
        })
    }

    fn delete(&self, name: BlobName) -> Reply<'_, ()> {
        let path = self.file(&name);
        off(move || {
            let gone = there(std::fs::remove_file(&path))?;
            match (gone, path.parent()) {
                (Some(()), Some(parent)) => there(sync(parent)).map(drop),
                _ => Ok(()),
            }
        })
    }

    fn path(&self, name: &BlobName) -> Option<PathBuf> {
        Some(self.file(name))
    }
}

fn make_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let parent = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let fresh = !parent.exists();
    make_directory(parent)?;
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let unfinished = path.with_extension(format!("{}-{count}{UNFINISHED}", std::process::id()));
    let written = (|| {
        let mut file = private(&unfinished)?;
        file.set_len(0)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&unfinished, path)
    })();
    if written.is_err() {
        let _ = std::fs::remove_file(&unfinished);
    }
    written?;
    sync(parent)?;
    match parent.parent() {
        Some(above) if fresh => sync(above),
        _ => Ok(()),
    }
}

fn read_range(path: &Path, offset: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    file.take(length as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Files below a directory whose names are names of objects. Directories nest as deep as names have words.
fn walk(directory: &Path, prefix: &str, below: &BlobName, found: &mut Vec<BlobEntry>) -> io::Result<()> {
    let Some(entries) = there(std::fs::read_dir(directory))? else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let Some(Ok(name)) = name.to_str().map(|word| format!("{prefix}{word}").parse::<BlobName>()) else {
            continue;
        };
        let metadata = entry.metadata()?;
        if metadata.is_dir() && (below.holds(&name) || name.holds(below)) {
            walk(&entry.path(), &format!("{name}/"), below, found)?;
        } else if metadata.is_file() && below.holds(&name) {
            found.push(BlobEntry { name, length: metadata.len() });
        }
    }
    Ok(())
}
