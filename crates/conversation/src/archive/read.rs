//! What does an archive hold? Its files, found by the central directory (APPNOTE 4.3.12) and unpacked within bounds.

use super::cipher::{self, Opened};
use super::{
    AES, AES_FIELD, ArchiveError, DEFLATED, FLAG_DESCRIPTOR, FLAG_ENCRYPTED, FLAG_STRONG, File, STORED,
    number, short,
};
use flate2::read::DeflateDecoder;
use sotto_sensitive::{RawBytes, RawText};
use std::collections::BTreeSet;
use std::io::Read;
use zeroize::Zeroizing;

/// Most bytes of an archive.
pub const ARCHIVE_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Most bytes of all its files together.
pub const CONTENT_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Most files.
pub const ENTRIES_MAX: usize = 20_000;

/// Bytes of the end of the central directory, without its comment.
const END_BYTES: usize = 22;
const CENTRAL_BYTES: usize = 46;
const LOCAL_BYTES: usize = 30;
const COMMENT_BYTES_MAX: usize = 0xffff;

/// An entry of the central directory.
struct Entry {
    path: String,
    flags: u16,
    method: u16,
    time: u16,
    crc: u32,
    packed: usize,
    offset: usize,
    aes: Option<Aes>,
    is_folder: bool,
}

/// The extra field of AES: WinZip's version, strength, method.
#[derive(Clone, Copy)]
struct Aes {
    version: u16,
    strength: u8,
    method: u16,
}

/// The files of an archive.
///
/// # Errors
/// [`ArchiveError`].
#[expect(clippy::disallowed_methods, reason = "an archive is unpacked; its files are captured again")]
pub fn open_archive(archive: &RawBytes, password: Option<&RawText>) -> Result<Vec<File>, ArchiveError> {
    let bytes = archive.expose();
    if bytes.len() > ARCHIVE_BYTES_MAX {
        return Err(ArchiveError::TooLarge);
    }
    let entries = entries(bytes)?;
    check_names(&entries)?;
    check_ranges(&entries)?;
    let (mut files, mut left) = (Vec::new(), CONTENT_BYTES_MAX);
    for entry in entries.into_iter().filter(|entry| !entry.is_folder && !is_litter(&entry.path)) {
        let content = entry.content(bytes, password.map(RawText::expose), left)?;
        left -= content.len();
        files.push(File { path: entry.path, content: RawBytes::new(content) });
    }
    Ok(files)
}

/// What systems leave beside files.
fn is_litter(path: &str) -> bool {
    path.starts_with("__MACOSX/") || path.rsplit('/').next().is_some_and(|name| name == ".DS_Store")
}

/// The central directory.
fn entries(bytes: &[u8]) -> Result<Vec<Entry>, ArchiveError> {
    let end = find_end(bytes).ok_or(ArchiveError::Damaged)?;
    let field = |at, length| number(bytes, end + at, length).ok_or(ArchiveError::Damaged);
    let (disk, count, length, offset) = (field(4, 4)?, field(10, 2)?, field(12, 4)?, field(16, 4)?);
    if disk != 0 || field(8, 2)? != count || offset == 0xffff_ffff || count == 0xffff {
        return Err(ArchiveError::Unsupported);
    }
    if count > ENTRIES_MAX {
        return Err(ArchiveError::TooLarge);
    }
    let directory = bytes.get(offset..offset + length).ok_or(ArchiveError::Damaged)?;
    let (mut entries, mut at) = (Vec::with_capacity(count), 0);
    for _ in 0..count {
        let (entry, next) = Entry::read(directory, at)?;
        entries.push(entry);
        at = next;
    }
    Ok(entries)
}

fn find_end(bytes: &[u8]) -> Option<usize> {
    let last = bytes.len().checked_sub(END_BYTES)?;
    let first = last.saturating_sub(COMMENT_BYTES_MAX);
    (first..=last).rev().find(|at| {
        let comment = number(bytes, at + 20, 2);
        bytes.get(*at..at + 4) == Some(b"PK\x05\x06")
            && comment.is_some_and(|length| at + END_BYTES + length == bytes.len())
    })
}

fn check_names(entries: &[Entry]) -> Result<(), ArchiveError> {
    let mut seen = BTreeSet::new();
    let fits = entries.iter().all(|entry| is_below(&entry.path) && seen.insert(entry.path.as_str()));
    if fits { Ok(()) } else { Err(ArchiveError::Name) }
}

/// Whether a path stays below where it begins.
fn is_below(path: &str) -> bool {
    let plain = |part: &str| !matches!(part, "" | "." | "..") && !part.contains([':', '\0']);
    path.split('/').all(plain)
}

/// Data of one file is data of no other one: otherwise a small archive could unpack to a large one many times over.
fn check_ranges(entries: &[Entry]) -> Result<(), ArchiveError> {
    let mut ranges: Vec<_> =
        entries.iter().map(|entry| (entry.offset, entry.offset + LOCAL_BYTES + entry.packed)).collect();
    ranges.sort_unstable();
    let apart = ranges.windows(2).all(|pair| matches!(pair, [(_, end), (start, _)] if end <= start));
    if apart { Ok(()) } else { Err(ArchiveError::Damaged) }
}

impl Entry {
    /// The entry that begins here, and where the next one does.
    fn read(directory: &[u8], at: usize) -> Result<(Self, usize), ArchiveError> {
        Self::parse(directory, at).ok_or(ArchiveError::Damaged).and_then(|(entry, next)| {
            match entry.is_plain() {
                true => Ok((entry, next)),
                false => Err(ArchiveError::Unsupported),
            }
        })
    }

    fn parse(directory: &[u8], at: usize) -> Option<(Self, usize)> {
        let head = directory.get(at..at.checked_add(CENTRAL_BYTES)?)?;
        let (name_length, extra_length) = (number(head, 28, 2)?, number(head, 30, 2)?);
        let name_at = at + CENTRAL_BYTES;
        let name = directory.get(name_at..name_at + name_length)?;
        let extra_at = name_at + name_length;
        let extra = directory.get(extra_at..extra_at + extra_length)?;
        let flags = short(head, 8)?;
        let path = path_of(name);
        let entry = Self {
            is_folder: path.ends_with('/'),
            path: path.strip_suffix('/').map_or(path.clone(), str::to_owned),
            flags,
            method: short(head, 10)?,
            time: short(head, 12)?,
            crc: u32::try_from(number(head, 16, 4)?).ok()?,
            packed: number(head, 20, 4)?,
            offset: number(head, 42, 4)?,
            aes: aes_field(extra),
        };
        let signed = head.starts_with(b"PK\x01\x02");
        signed.then_some((entry, extra_at + extra_length + number(head, 32, 2)?))
    }

    /// Whether everything it uses is read here.
    fn is_plain(&self) -> bool {
        let method = self.aes.map_or(self.method, |aes| aes.method);
        self.flags & FLAG_STRONG == 0
            && matches!(method, STORED | DEFLATED)
            && (self.method == AES) == self.aes.is_some()
            && self.packed != 0xffff_ffff
    }

    /// What it holds, of at most so many bytes.
    fn content(&self, archive: &[u8], password: Option<&str>, most: usize) -> Result<Vec<u8>, ArchiveError> {
        let packed = self.packed(archive).ok_or(ArchiveError::Damaged)?;
        let opened = match (self.flags & FLAG_ENCRYPTED != 0, password) {
            (false, _) => Opened::Plain(packed),
            (true, None) => return Err(ArchiveError::PasswordMissing),
            (true, Some(password)) => self.decrypted(packed, password)?,
        };
        let method = self.aes.map_or(self.method, |aes| aes.method);
        let mut content = Zeroizing::new(Vec::new());
        let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
        let read = match method {
            STORED => opened.bytes().take(limit).read_to_end(&mut content),
            _ => DeflateDecoder::new(opened.bytes()).take(limit).read_to_end(&mut content),
        };
        if content.len() > most {
            return Err(ArchiveError::TooLarge);
        }
        // A wrong password of the ordinary kind passes its one byte of a check once in 256 times.
        let damaged = if matches!(opened, Opened::Weakly(_)) {
            ArchiveError::PasswordWrong
        } else {
            ArchiveError::Damaged
        };
        let checked = self.aes.is_some_and(|aes| aes.version == 2) || crc(&content) == self.crc;
        match read.is_ok() && checked {
            true => Ok(std::mem::take(&mut *content)),
            false => Err(damaged),
        }
    }

    fn packed<'a>(&self, archive: &'a [u8]) -> Option<&'a [u8]> {
        let head = archive.get(self.offset..self.offset.checked_add(LOCAL_BYTES)?)?;
        let names = number(head, 26, 2)? + number(head, 28, 2)?;
        let start = self.offset + LOCAL_BYTES + names;
        head.starts_with(b"PK\x03\x04").then(|| archive.get(start..start.checked_add(self.packed)?))?
    }

    fn decrypted<'a>(&self, packed: &'a [u8], password: &str) -> Result<Opened<'a>, ArchiveError> {
        if let Some(aes) = self.aes {
            return cipher::open_aes(packed, aes.strength, password.as_bytes());
        }
        // The last byte of the head is one of the time where sizes stand behind the data, of the sum otherwise.
        let check = match self.flags & FLAG_DESCRIPTOR != 0 {
            true => self.time >> 8,
            false => u16::try_from(self.crc >> 24).unwrap_or_default(),
        };
        cipher::open_standard(packed, password.as_bytes(), u8::try_from(check).unwrap_or_default())
    }
}

/// The sum that archives check contents by.
pub(super) fn crc(content: &[u8]) -> u32 {
    let mut sum = flate2::Crc::new();
    sum.update(content);
    sum.sum()
}

/// A name as a path: some systems write `\` between its parts. What is not UTF-8 keeps its bytes as characters.
fn path_of(name: &[u8]) -> String {
    let text = match std::str::from_utf8(name) {
        Ok(text) => text.to_owned(),
        Err(_) => name.iter().copied().map(char::from).collect(),
    };
    text.replace('\\', "/")
}

fn aes_field(mut extra: &[u8]) -> Option<Aes> {
    while let (Some(kind), Some(length)) = (short(extra, 0), number(extra, 2, 2)) {
        let body = extra.get(4..4 + length)?;
        if kind == AES_FIELD && length >= 7 {
            return Some(Aes {
                version: short(body, 0)?,
                strength: body.get(4).copied()?,
                method: short(body, 5)?,
            });
        }
        extra = extra.get(4 + length..)?;
    }
    None
}
