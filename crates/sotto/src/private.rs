//! How is a file written that only its owner may read? Whole or not at all, with mode 0600 from its first byte on.
//!
//! Keys and tokens go through here. The file is made under a temporary name, written, synced and renamed, and the folder is
//! synced after it: a crash leaves the old file or the new one.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Most bytes of a key, a certificate or a token.
pub(crate) const SMALL_FILE_BYTES_MAX: u64 = 1 << 20;

/// Who may read a file that is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Its owner alone.
    Owner,
    /// Everybody.
    All,
}

/// Makes a directory that only its owner may enter, with those above it; one that is there stays as it is.
pub(crate) fn folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Whose a directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// Its owner's, who has it to itself.
    Own,
    /// It is no directory: a link to one, perhaps.
    Link,
    /// Somebody else's.
    Foreign,
    /// Others may look into it, or write.
    Open,
}

/// Whether a path is a directory itself that `owner` has to itself.
pub(crate) fn whose(path: &Path, owner: u32) -> io::Result<Whose> {
    let found = std::fs::symlink_metadata(path)?;
    let (is_folder, is_own) = (found.is_dir(), found.uid() == owner);
    Ok(match (is_folder, is_own, found.permissions().mode() & 0o077) {
        (false, ..) => Whose::Link,
        (_, false, _) => Whose::Foreign,
        (_, _, 0) => Whose::Own,
        _ => Whose::Open,
    })
}

/// Writes a file, whole or not at all.
pub(crate) fn write(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = folder.join(name);
    let mode = if readers == Readers::Owner { 0o600 } else { 0o644 };
    match std::fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&new, path)?;
    File::open(folder)?.sync_all()
}

/// Reads a small file.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(SMALL_FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > SMALL_FILE_BYTES_MAX {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

/// Whether others than the owner may read or write a file.
pub(crate) fn open_to_others(path: &Path) -> io::Result<bool> {
    Ok(std::fs::metadata(path)?.permissions().mode() & 0o077 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_file_is_its_owners_and_replaces_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.key");
        for text in [b"first".as_slice(), b"second"] {
            write(&path, text, Readers::Owner).unwrap();
            assert_eq!(read(&path).unwrap(), text);
        }
        assert!(!open_to_others(&path).unwrap());
        write(&path, b"third", Readers::All).unwrap();
        assert!(open_to_others(&path).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_of_ones_own_is_no_link_and_closed_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let (own, link) = (folder.path().join("own"), folder.path().join("link"));
        super::folder(&own).unwrap();
        let owner = std::fs::metadata(&own).unwrap().uid();
        std::os::unix::fs::symlink(&own, &link).unwrap();
        let check = |path: &Path, owner: u32| whose(path, owner).unwrap();
        assert_eq!(check(&own, owner), Whose::Own);
        assert_eq!(check(&own, owner + 1), Whose::Foreign);
        assert_eq!(check(&link, owner), Whose::Link);
        for mode in [0o710, 0o704, 0o720] {
            std::fs::set_permissions(&own, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(check(&own, owner), Whose::Open, "{mode:o}");
        }
    }

    #[test]
    fn small_files_have_a_bound_on_both_sides() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let most = SMALL_FILE_BYTES_MAX as usize;
        write(&path, &vec![b'x'; most], Readers::All).unwrap();
        assert_eq!(read(&path).unwrap().len(), most);
        write(&path, &vec![b'x'; most + 1], Readers::All).unwrap();
        assert_eq!(read(&path).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }
}
