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

/// The file of a root key.
#[derive(Clone, Debug)]
pub struct KeyFile {
    path: PathBuf,
}

impl KeyFile {
    /// The file at this path.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
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
        if mode & OTHERS != 0 {
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
