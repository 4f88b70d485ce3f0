//! Who has the data directory? One process: it holds a lock that the system takes back when the process ends, however it ends.

use crate::StorageError;
use sotto_public::Foreign;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

const LOCK_FILE: &str = "lock";

/// The lock on a data directory; given back when dropped.
#[derive(Debug)]
pub(crate) struct DirectoryLock {
    _file: File,
}

impl DirectoryLock {
    /// Makes the directory where it is missing, for its owner alone, and locks it.
    pub(crate) fn take(directory: &Path) -> Result<Self, StorageError> {
        let failed = |error: io::Error| StorageError::Directory(Foreign::io(&error));
        DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(failed)?;
        let file = private(&directory.join(LOCK_FILE)).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StorageError::InUse),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

/// A file for its owner alone, made where it is missing.
pub(crate) fn private(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
}
