//! How is a copy never half written? It has another name until it is complete and on disk.
//!
//! The temporary file stands in the target's directory (so that renaming replaces in one step), is removed when it is
//! dropped, and is synchronised before it gets its name.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

static NUMBER: AtomicU64 = AtomicU64::new(0);

/// A file that has no name yet.
pub(crate) struct Temporary {
    file: File,
    path: PathBuf,
    target: PathBuf,
    kept: bool,
}

impl Temporary {
    /// Begins a file that will replace `target`, with its directory.
    pub(crate) fn create(target: &Path, permissions: Option<Permissions>) -> io::Result<Self> {
        let folder = target.parent().unwrap_or(Path::new(""));
        std::fs::create_dir_all(folder)?;
        let mut name = OsString::from(".");
        name.push(target.file_name().unwrap_or_default());
        name.push(format!(".sotto-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed)));
        let path = folder.join(name);
        let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        let temporary = Self { file, path, target: target.to_owned(), kept: false };
        if let Some(permissions) = permissions {
            temporary.file.set_permissions(permissions)?;
        }
        Ok(temporary)
    }

    /// Gives the file its name.
    pub(crate) fn keep(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        std::fs::rename(&self.path, &self.target)?;
        self.kept = true;
        let folder =
            self.target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }
}

impl Write for Temporary {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.kept {
            // Nothing more can be done when removing fails as well.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_its_name_when_it_is_complete_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a/b.log");
        let names = || std::fs::read_dir(folder.path().join("a")).unwrap().count();
        let mut left = Temporary::create(&target, None).unwrap();
        left.write_all(b"half").unwrap();
        assert!(!target.exists() && names() == 1);
        drop(left);
        assert_eq!(names(), 0);
        let mut kept = Temporary::create(&target, None).unwrap();
        kept.write_all(b"whole").unwrap();
        kept.keep().unwrap();
        assert_eq!((std::fs::read(&target).unwrap(), names()), (b"whole".to_vec(), 1));
    }
}
