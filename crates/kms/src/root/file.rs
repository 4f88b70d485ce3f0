//! How does the root key rest in a file? One line, `sotto-root-key-1` and 64 hexadecimal digits, mode 600.
//!
//! The file is made once, with that mode from the first moment, synchronised, and never written over. A file that others
//! may read is refused: a warning would be read by nobody.

use super::{KEY_BYTES, RootKey};
use crate::KmsError;
use sotto_public::Foreign;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const MARK: &str = "sotto-root-key-1";

/// Longest file that is read: the line, and some room for line ends.
const FILE_BYTES_MAX: usize = 128;

/// Bits of a mode that let others than the owner in.
const OTHERS: u32 = 0o077;

/// The same for a credential of the service manager: it belongs to root, and an access control list lets the service read
/// it, which the mode shows as the group's right (acl(5), "Correspondence between ACL entries and file permission bits").
const OTHERS_OF_CREDENTIAL: u32 = 0o037;

/// The file of a root key.
#[derive(Clone, Debug)]
pub struct KeyFile {
    path: PathBuf,
    others: u32,
}

impl KeyFile {
    /// The file at this path.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), others: OTHERS }
    }

    /// A credential that the service manager put there, read only, in a folder for this service alone.
    pub fn credential(path: &Path) -> Self {
        Self { path: path.to_owned(), others: OTHERS_OF_CREDENTIAL }
    }

    /// Makes the file, once. The bytes must be random.
    ///
    /// # Errors
    /// When there is one already, or the file system refuses.
    pub fn create(&self, bytes: Zeroizing<[u8; KEY_BYTES]>) -> Result<RootKey, KmsError> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.path).map_err(
            |error| match error.kind() {
                ErrorKind::AlreadyExists => KmsError::RootKeyExists,
                _ => failed(&error),
            },
        )?;
        let line = Zeroizing::new(format!("{MARK} {}\n", &*hex(bytes.as_slice())));
        let written = file.write_all(line.as_bytes()).and_then(|()| file.sync_all());
        written.and_then(|()| sync_directory(&self.path)).map_err(|error| failed(&error))?;
        Ok(RootKey::new(bytes))
    }

    /// Reads the key.
    ///
    /// # Errors
    /// When the file is missing, open to others, or malformed.
    pub fn read(&self) -> Result<RootKey, KmsError> {
        let file = File::open(&self.path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => KmsError::RootKeyMissing,
            _ => failed(&error),
        })?;
        let mode = file.metadata().map_err(|error| failed(&error))?.permissions().mode() & 0o777;
        if mode & self.others != 0 {
            return Err(KmsError::RootKeyMode { mode });
        }
        let mut line = Zeroizing::new(Vec::with_capacity(FILE_BYTES_MAX + 1));
        file.take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut line).map_err(|error| failed(&error))?;
        parse(&line).map(RootKey::new).ok_or(KmsError::RootKeyMalformed)
    }

    /// Whether there is a file.
    ///
    /// # Errors
    /// When the file system does not say.
    pub fn exists(&self) -> Result<bool, KmsError> {
        self.path.try_exists().map_err(|error| failed(&error))
    }
}

fn failed(error: &std::io::Error) -> KmsError {
    KmsError::File(Foreign::io(error))
}

/// Makes the new name durable, too.
fn sync_directory(path: &Path) -> std::io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}

fn parse(line: &[u8]) -> Option<Zeroizing<[u8; KEY_BYTES]>> {
    let digits = line.trim_ascii().strip_prefix(MARK.as_bytes())?.strip_prefix(b" ")?;
    if digits.len() != 2 * KEY_BYTES {
        return None;
    }
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    for (to, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
        *to = pair.iter().try_fold(0_u8, |value, digit| {
            let nibble = char::from(*digit).to_digit(16)?;
            Some(value << 4 | u8::try_from(nibble).ok()?)
        })?;
    }
    Some(key)
}

fn hex(bytes: &[u8]) -> Zeroizing<String> {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    let mut text = Zeroizing::new(String::with_capacity(2 * bytes.len()));
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("sotto-kms-{}-{name}", std::process::id()));
            std::fs::create_dir(&path).unwrap();
            Self(path)
        }

        fn file(&self) -> PathBuf {
            self.0.join("root.key")
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn bytes() -> Zeroizing<[u8; KEY_BYTES]> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        bytes.iter_mut().zip(0xd0..).for_each(|(byte, value)| *byte = value);
        bytes
    }

    #[test]
    fn a_key_is_made_once_and_read_back() {
        let scratch = Scratch::new("once");
        let file = KeyFile::new(&scratch.file());
        assert!(!file.exists().unwrap());
        assert_eq!(file.read().err(), Some(KmsError::RootKeyMissing));
        let check = file.create(bytes()).unwrap().check_value();
        assert_eq!(file.read().unwrap().confirm(&check), Ok(()));
        assert_eq!(file.create(bytes()).err(), Some(KmsError::RootKeyExists));
        assert!(file.exists().unwrap());
        let mode = std::fs::metadata(scratch.file()).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let scratch = Scratch::new("mode");
        let file = KeyFile::new(&scratch.file());
        file.create(bytes()).unwrap();
        let set = |mode| std::fs::set_permissions(scratch.file(), PermissionsExt::from_mode(mode)).unwrap();
        for mode in [0o640, 0o604, 0o660, 0o610] {
            set(mode);
            assert_eq!(file.read().err(), Some(KmsError::RootKeyMode { mode }));
        }
        set(0o400);
        assert!(file.read().is_ok());
        let credential = KeyFile::credential(&scratch.file());
        for (mode, fine) in [(0o400, true), (0o440, true), (0o460, false), (0o444, false), (0o441, false)] {
            set(mode);
            assert_eq!(credential.read().is_ok(), fine, "{mode:o}");
        }
    }

    #[test]
    fn anything_else_is_malformed() {
        let digits = |count: usize| "7f".repeat(count);
        let line = |count: usize| format!("{MARK} {}\n", digits(count));
        let cases = [
            (line(32), true),
            (line(32).to_uppercase().replace("SOTTO-ROOT-KEY", "sotto-root-key"), true),
            (format!("{}\r\n", line(32).trim()), true),
            (line(31), false),
            (line(33), false),
            (digits(32), false),
            (String::new(), false),
            (format!("{MARK} {}zz", digits(31)), false),
            (format!("{} canary 4111111111111111", line(32).trim()), false),
            ("x".repeat(5_000), false),
        ];
        for (text, fine) in cases {
            let parsed = parse(&text.as_bytes()[..text.len().min(FILE_BYTES_MAX + 1)]);
            assert_eq!(parsed.is_some(), fine, "{} bytes", text.len());
        }
        assert!(!KmsError::RootKeyMalformed.to_string().contains("4111"));
    }
}
