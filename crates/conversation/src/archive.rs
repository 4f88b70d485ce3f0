//! How do bots travel? As ZIP archives (PKWARE's APPNOTE 6.3.10): read within bounds, written so that equal contents give equal
//! bytes.
//!
//! Archives come from anybody: names are checked before anything else sees them, sizes are counted while they unpack and not
//! believed, and what overlaps is refused. Passwords are the ordinary encryption of ZIP, which `unzip` and Python know (Lex V2
//! Developer Guide, "Using a password when importing or exporting": "standard .zip file compression"), or that of WinZip with AES;
//! both are read. A crate was not taken: the bounds are most of what is needed.

mod cipher;
mod read;
mod write;

pub use read::{ARCHIVE_BYTES_MAX, CONTENT_BYTES_MAX, ENTRIES_MAX, open_archive};
pub use write::{Protection, write_archive};

use sotto_sensitive::RawBytes;

/// A file of an archive.
#[derive(Debug)]
pub struct File {
    /// Its path, with `/`; relative, without `.` and `..`.
    pub path: String,
    /// What it holds.
    pub content: RawBytes,
}

/// Why an archive cannot be read. Holds nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// No archive.
    #[error("this is not a ZIP archive, or it is damaged")]
    Damaged,
    /// A feature that is not read.
    #[error("the ZIP archive uses a feature that is not supported")]
    Unsupported,
    /// Larger than it may be.
    #[error("the ZIP archive holds more files or more bytes than are allowed")]
    TooLarge,
    /// A name that leads elsewhere, or one that is there twice.
    #[error("the ZIP archive holds a file name that leads elsewhere or occurs twice")]
    Name,
    /// It is encrypted.
    #[error("the ZIP archive is encrypted: name its password")]
    PasswordMissing,
    /// The password opens nothing.
    #[error("the password does not open the ZIP archive")]
    PasswordWrong,
}

/// Bits of general purpose (APPNOTE 4.4.4).
const FLAG_ENCRYPTED: u16 = 1;
/// Sizes stand behind the data.
const FLAG_DESCRIPTOR: u16 = 1 << 3;
/// Encryption of a kind that nobody uses.
const FLAG_STRONG: u16 = 1 << 6;
/// Names are UTF-8.
const FLAG_UTF8: u16 = 1 << 11;

/// Methods (APPNOTE 4.4.5; WinZip's AE specification).
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
const AES: u16 = 99;
/// The extra field of AES.
const AES_FIELD: u16 = 0x9901;

/// A number of two or four bytes, the smallest first.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(length)?)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

/// A number of two bytes.
fn short(bytes: &[u8], at: usize) -> Option<u16> {
    number(bytes, at, 2).and_then(|number| u16::try_from(number).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_sensitive::RawText;

    fn entropy(place: &mut [u8]) {
        place.iter_mut().zip((1_u8..).cycle()).for_each(|(byte, value)| *byte = value);
    }

    fn file(path: &str, content: &str) -> File {
        File { path: path.to_owned(), content: RawBytes::new(content.as_bytes().to_vec()) }
    }

    fn password() -> RawText {
        RawText::new("canary-päss".into())
    }

    fn files() -> Vec<File> {
        let long = "canary ".repeat(5_000);
        vec![file("Manifest.json", "{}"), file("Bot/é.json", &long), file("empty", "")]
    }

    #[expect(clippy::disallowed_methods, reason = "canary data is compared")]
    fn same(found: &[File]) {
        let shown = |files: &[File]| -> Vec<(String, Vec<u8>)> {
            files.iter().map(|file| (file.path.clone(), file.content.expose().to_vec())).collect()
        };
        assert_eq!(shown(found), shown(&files()));
    }

    #[expect(clippy::disallowed_methods, reason = "an archive of the test is changed")]
    fn bytes(archive: &RawBytes) -> Vec<u8> {
        archive.expose().to_vec()
    }

    fn opened(bytes: Vec<u8>, password: Option<&RawText>) -> Result<Vec<File>, ArchiveError> {
        open_archive(&RawBytes::new(bytes), password)
    }

    #[test]
    fn what_is_written_is_read_again_with_and_without_a_password() {
        let plain = bytes(&write_archive(&files(), None, &mut entropy).unwrap());
        same(&opened(plain.clone(), None).unwrap());
        same(&opened(plain.clone(), Some(&password())).unwrap());
        assert_eq!(plain, bytes(&write_archive(&files(), None, &mut entropy).unwrap()));
        let (key, wrong) = (password(), RawText::new("other".into()));
        for protection in [Protection::Standard(&key), Protection::Aes256(&key)] {
            let sealed = bytes(&write_archive(&files(), Some(protection), &mut entropy).unwrap());
            same(&opened(sealed.clone(), Some(&key)).unwrap());
            assert_eq!(opened(sealed.clone(), None).unwrap_err(), ArchiveError::PasswordMissing);
            assert_eq!(opened(sealed.clone(), Some(&wrong)).unwrap_err(), ArchiveError::PasswordWrong);
            assert!(!sealed.windows(6).any(|part| part == b"canary"));
        }
    }

    /// Made with Python's `zipfile` (deflated) and with Info-ZIP's `zip -P pw` from a file `a/b.json` of `{"x":1}`.
    #[test]
    fn archives_of_others_are_read() {
        let hex = |text: &str| -> Vec<u8> {
            let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
            digits
                .chunks(2)
                .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
                .collect()
        };
        for (archive, key) in
            [(include_str!("archive/python.hex"), None), (include_str!("archive/infozip.hex"), Some("pw"))]
        {
            let key = key.map(|key| RawText::new(key.to_owned()));
            let files = opened(hex(archive), key.as_ref()).unwrap();
            assert_eq!(files.len(), 1);
            assert_eq!(files[0].path, "a/b.json");
            assert_eq!(files[0].content.length(), 7);
        }
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for path in ["../x", "a/../x", "/x", "C:/x", "a//x", "a/./x", "", "a\0b"] {
            let archive = write_archive(&[file(path, "x")], None, &mut entropy).unwrap();
            assert_eq!(open_archive(&archive, None).unwrap_err(), ArchiveError::Name, "{path:?}");
        }
        let twice = write_archive(&[file("a", "x"), file("a", "y")], None, &mut entropy).unwrap();
        assert_eq!(open_archive(&twice, None).unwrap_err(), ArchiveError::Name);
        let windows = write_archive(&[file("a\\b", "x"), file("c/", "")], None, &mut entropy).unwrap();
        let found = open_archive(&windows, None).unwrap();
        assert_eq!(found.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["a/b"]);
    }

    #[test]
    fn bombs_end_at_the_bound() {
        let zeros = |length: usize| File { path: "z".into(), content: RawBytes::new(vec![0; length]) };
        let most = write_archive(&[zeros(CONTENT_BYTES_MAX)], None, &mut entropy).unwrap();
        assert!(most.length() < CONTENT_BYTES_MAX / 100 && open_archive(&most, None).is_ok());
        let more = write_archive(&[zeros(CONTENT_BYTES_MAX), file("a", "x")], None, &mut entropy).unwrap();
        assert_eq!(open_archive(&more, None).unwrap_err(), ArchiveError::TooLarge);
        let many: Vec<File> = (0..=ENTRIES_MAX).map(|index| file(&index.to_string(), "")).collect();
        let most = write_archive(&many[..ENTRIES_MAX], None, &mut entropy).unwrap();
        assert_eq!(open_archive(&most, None).unwrap().len(), ENTRIES_MAX);
        let more = write_archive(&many, None, &mut entropy).unwrap();
        assert_eq!(open_archive(&more, None).unwrap_err(), ArchiveError::TooLarge);
    }

    #[test]
    fn no_changed_byte_panics_and_content_never_changes_unseen() {
        let key = password();
        for protection in [None, Some(Protection::Standard(&key)), Some(Protection::Aes256(&key))] {
            let small = [file("a", "canary canary canary"), file("b", "{}")];
            let whole = bytes(&write_archive(&small, protection, &mut entropy).unwrap());
            for at in 0..whole.len() {
                let mut changed = whole.clone();
                changed[at] ^= 0x5a;
                if let Ok(files) = opened(changed, Some(&key)) {
                    let content = |path: &str| {
                        files.iter().find(|file| file.path == path).map(|file| file.content.length())
                    };
                    assert!(files.len() != 2 || content("a").is_none_or(|length| length == 20), "byte {at}");
                }
                let _ = opened(whole[..at].to_vec(), Some(&key));
            }
        }
    }
}
