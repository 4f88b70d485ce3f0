//! What is in a function's archive, and may it be unpacked? A ZIP file (PKWARE APPNOTE 6.3, without encryption and ZIP64),
//! checked as a whole before the first byte is written.
//!
//! Names are relative and go nowhere but down; links are refused, because a later entry could be written through one. What the
//! directory at the end says is what holds; sizes there are promises that decompression is held to. A small reader of our own:
//! bounds stand where bytes are read, and the crates for this bring ten formats that no function uses.

use flate2::{Crc, read::DeflateDecoder};
use sotto_sensitive::RawBytes;
use std::collections::HashSet;
use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, chown};
use std::path::{Component, Path, PathBuf};

/// Bytes of an archive in a request (AWS Lambda quotas, "Deployment package").
pub const ZIP_BYTES_MAX: usize = 50 * 1024 * 1024;
/// Bytes of a function and its layers when unpacked (the same page).
pub const UNPACKED_BYTES_MAX: u64 = 250 * 1024 * 1024;
/// Entries of an archive, with the folders in their names.
pub const ENTRIES_MAX: usize = 65_535;
/// Bytes of an entry's name.
const NAME_BYTES_MAX: usize = 1024;
/// Folders above an entry.
const DEPTH_MAX: usize = 64;
/// What stands before an entry's name and content.
const LOCAL_BYTES: usize = 30;
/// The end of the central directory, and how far from the end of the file it may begin: its comment has 65,535 bytes at most.
const END_BYTES: usize = 22;
const END_SEARCH_BYTES: usize = END_BYTES + 65_535;

/// Why an archive cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveFault {
    /// It is no ZIP file, or a damaged one.
    #[error("it is no ZIP file, or a damaged one")]
    Malformed,
    /// It is encrypted, spread over disks, of ZIP64, or compressed by another method than deflate.
    #[error("it uses a feature of ZIP that functions do not need")]
    Unsupported,
    /// An entry's name leads outside, or is too long.
    #[error("entry {0} has a name that is absolute, goes up, or is too long")]
    Name(usize),
    /// An entry is a link or a device.
    #[error("entry {0} is neither a file nor a folder")]
    Kind(usize),
    /// Two entries have one name, or a file stands where a folder is wanted.
    #[error("entry {0} stands in the place of another one")]
    Twice(usize),
    /// It has too many entries.
    #[error("it has more than {ENTRIES_MAX} entries")]
    Entries,
    /// It is too large when unpacked.
    #[error("it is larger than {UNPACKED_BYTES_MAX} bytes when unpacked")]
    Size,
    /// What came out is not what the directory promised.
    #[error("entry {0} is not what the archive's directory says")]
    Content(usize),
    /// It could not be written.
    #[error("it could not be written to disk")]
    Write,
}

/// Who may read what is unpacked: the server's own user, or the group of the function's user.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Readers {
    /// The group, where functions have users of their own.
    pub(crate) group: Option<u32>,
}

/// Checks an archive without writing it; how many bytes it has when unpacked.
///
/// # Errors
/// What is wrong with it.
pub fn check(zip: &RawBytes) -> Result<u64, ArchiveFault> {
    let mut total = 0;
    for (at, entry) in entries(bytes_of(zip))?.iter().enumerate() {
        total += read_entry(bytes_of(zip), (at, entry), total, &mut io::sink())?;
    }
    Ok(total)
}

/// Unpacks an archive below a folder that is there; `before` bytes were unpacked with the same function already. How many
/// bytes came.
///
/// # Errors
/// What is wrong with it; what was written before stays, and whoever made the folder takes it away.
pub(crate) fn unpack(
    zip: &RawBytes,
    into: &Path,
    before: u64,
    readers: Readers,
) -> Result<u64, ArchiveFault> {
    let zip = bytes_of(zip);
    let mut total = 0;
    for (at, entry) in entries(zip)?.iter().enumerate() {
        let path = into.join(&entry.path);
        if entry.folder {
            make_folders(into, &entry.path, readers).map_err(|_| ArchiveFault::Twice(at))?;
            continue;
        }
        let parent = entry.path.parent().unwrap_or(Path::new(""));
        make_folders(into, parent, readers).map_err(|_| ArchiveFault::Twice(at))?;
        let mode = if entry.executable { 0o550 } else { 0o440 };
        let file = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(&path);
        let mut file = file.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => ArchiveFault::Twice(at),
            _ => ArchiveFault::Write,
        })?;
        total += read_entry(zip, (at, entry), before + total, &mut file)?;
        give(&path, readers).map_err(|_| ArchiveFault::Write)?;
    }
    Ok(total)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a function's archive is unpacked: it goes to the function's own folder"
)]
fn bytes_of(zip: &RawBytes) -> &[u8] {
    zip.expose()
}

fn make_folders(root: &Path, below: &Path, readers: Readers) -> io::Result<()> {
    let mut path = root.to_path_buf();
    for part in below.components() {
        path.push(part);
        match fs::create_dir(&path) {
            Ok(()) => allow(&path, 0o750, readers)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Sets the mode, and gives it to the readers' group.
pub(crate) fn allow(path: &Path, mode: u32, readers: Readers) -> io::Result<()> {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))?;
    give(path, readers)
}

fn give(path: &Path, readers: Readers) -> io::Result<()> {
    match readers.group {
        Some(group) => chown(path, None, Some(group)),
        None => Ok(()),
    }
}

/// An entry of the central directory.
struct Entry {
    path: PathBuf,
    folder: bool,
    executable: bool,
    method: u16,
    crc: u32,
    packed: usize,
    unpacked: u64,
    offset: usize,
}

fn entries(zip: &[u8]) -> Result<Vec<Entry>, ArchiveFault> {
    let from = zip.len().saturating_sub(END_SEARCH_BYTES);
    let tail = zip.get(from..).unwrap_or_default();
    let end = tail.windows(4).rposition(|window| window == b"PK\x05\x06").ok_or(ArchiveFault::Malformed)?;
    let mut end = Reader { bytes: tail, at: end + 4 };
    let (disk, first_disk, here, count) = (end.two()?, end.two()?, end.two()?, end.two()?);
    let (_bytes, offset) = (end.four()?, end.four()?);
    let comment = end.two()?;
    end.take(usize::from(comment))?;
    if disk != 0 || first_disk != 0 || here != count || offset == u32::MAX || count == u16::MAX {
        return Err(ArchiveFault::Unsupported);
    }
    let mut reader = Reader { bytes: zip, at: offset as usize };
    let entries: Vec<_> =
        (0..usize::from(count)).map(|number| entry(&mut reader, number)).collect::<Result<_, _>>()?;
    check_count(&entries)?;
    check_ranges(&entries)?;
    Ok(entries)
}

/// Folders count, too, those that only stand in names as well: each is made on disk.
fn check_count(entries: &[Entry]) -> Result<(), ArchiveFault> {
    let mut seen = HashSet::new();
    for entry in entries {
        for path in entry.path.ancestors() {
            // What is above one that was seen was seen.
            if path.as_os_str().is_empty() || !seen.insert(path) {
                break;
            }
        }
        if seen.len() > ENTRIES_MAX {
            return Err(ArchiveFault::Entries);
        }
    }
    Ok(())
}

/// Entries stand apart: bytes that are unpacked many times make a large archive of a small one.
fn check_ranges(entries: &[Entry]) -> Result<(), ArchiveFault> {
    let range = |entry: &Entry| (entry.offset, entry.offset.saturating_add(LOCAL_BYTES + entry.packed));
    let mut ranges: Vec<_> = entries.iter().map(range).collect();
    ranges.sort_unstable();
    let apart = ranges.windows(2).all(|pair| matches!(pair, [(_, end), (start, _)] if end <= start));
    if apart { Ok(()) } else { Err(ArchiveFault::Malformed) }
}

fn entry(reader: &mut Reader<'_>, number: usize) -> Result<Entry, ArchiveFault> {
    if reader.take(4)? != b"PK\x01\x02" {
        return Err(ArchiveFault::Malformed);
    }
    let (made_by, _needed, flags, method) = (reader.two()?, reader.two()?, reader.two()?, reader.two()?);
    let _time_and_date = reader.four()?;
    let (crc, packed, unpacked) = (reader.four()?, reader.four()?, reader.four()?);
    let (name, extra, comment) = (reader.two()?, reader.two()?, reader.two()?);
    let _disk_and_kind = reader.four()?;
    let (attributes, offset) = (reader.four()?, reader.four()?);
    let name = reader.take(usize::from(name))?;
    reader.take(usize::from(extra) + usize::from(comment))?;
    if flags & 1 != 0 || packed == u32::MAX || unpacked == u32::MAX || !matches!(method, 0 | 8) {
        return Err(ArchiveFault::Unsupported);
    }
    let (path, folder) = path_of(name).ok_or(ArchiveFault::Name(number))?;
    // Made on Unix: the high half of the attributes is the mode.
    let mode = if made_by >> 8 == 3 { attributes >> 16 } else { 0 };
    match mode & 0o170_000 {
        0 | 0o100_000 if !folder => {}
        0 | 0o040_000 if folder => {}
        _ => return Err(ArchiveFault::Kind(number)),
    }
    let (packed, offset) = (packed as usize, offset as usize);
    let executable = mode & 0o111 != 0;
    Ok(Entry { path, folder, executable, method, crc, packed, unpacked: u64::from(unpacked), offset })
}

/// A name as a path that goes nowhere but down, and whether it is a folder's.
fn path_of(name: &[u8]) -> Option<(PathBuf, bool)> {
    let text = std::str::from_utf8(name).ok().filter(|text| text.len() <= NAME_BYTES_MAX)?;
    if text.is_empty() || text.contains(['\\', '\0']) {
        return None;
    }
    let path = PathBuf::from(text);
    let down = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let named = path.components().any(|part| matches!(part, Component::Normal(_)));
    let shallow = path.components().count() <= DEPTH_MAX;
    (down && named && shallow).then(|| (path, text.ends_with('/')))
}

/// Writes an entry's content, no more than it promised and than is left; how many bytes.
fn read_entry(
    zip: &[u8],
    (at, entry): (usize, &Entry),
    before: u64,
    into: &mut impl Write,
) -> Result<u64, ArchiveFault> {
    if before + entry.unpacked > UNPACKED_BYTES_MAX {
        return Err(ArchiveFault::Size);
    }
    let mut local = Reader { bytes: zip, at: entry.offset };
    if local.take(4)? != b"PK\x03\x04" {
        return Err(ArchiveFault::Malformed);
    }
    local.take(22)?;
    let (name, extra) = (local.two()?, local.two()?);
    local.take(usize::from(name) + usize::from(extra))?;
    let packed = local.take(entry.packed)?;
    let (bytes, crc) = match entry.method {
        0 => copy(packed, entry.unpacked, into),
        _ => copy(DeflateDecoder::new(packed), entry.unpacked, into),
    }
    .map_err(|_| ArchiveFault::Content(at))?;
    match bytes == entry.unpacked && crc == entry.crc {
        true => Ok(bytes),
        false => Err(ArchiveFault::Content(at)),
    }
}

/// Copies at most one byte more than promised; how many came, and their sum.
fn copy(from: impl Read, promised: u64, into: &mut impl Write) -> io::Result<(u64, u32)> {
    let (mut from, mut crc, mut block) = (from.take(promised + 1), Crc::new(), [0; 16 * 1024]);
    loop {
        let count = from.read(&mut block)?;
        let read = block.get(..count).unwrap_or_default();
        if read.is_empty() {
            return Ok((u64::from(crc.amount()), crc.sum()));
        }
        crc.update(read);
        into.write_all(read)?;
    }
}

/// Reads numbers, least byte first.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], ArchiveFault> {
        let end = self.at.checked_add(count).ok_or(ArchiveFault::Malformed)?;
        let taken = self.bytes.get(self.at..end).ok_or(ArchiveFault::Malformed)?;
        self.at = end;
        Ok(taken)
    }

    fn two(&mut self) -> Result<u16, ArchiveFault> {
        let bytes = self.take(2)?.try_into().map_err(|_| ArchiveFault::Malformed)?;
        Ok(u16::from_le_bytes(bytes))
    }

    fn four(&mut self) -> Result<u32, ArchiveFault> {
        let bytes = self.take(4)?.try_into().map_err(|_| ArchiveFault::Malformed)?;
        Ok(u32::from_le_bytes(bytes))
    }
}

/// Packs files into an archive, as `sotto functions create` does with a file or a folder: names below it and contents.
///
/// # Errors
/// When there is too much of it.
pub fn pack(files: &[(PathBuf, bool, RawBytes)]) -> Result<RawBytes, ArchiveFault> {
    if files.len() >= ENTRIES_MAX {
        return Err(ArchiveFault::Entries);
    }
    let (mut zip, mut directory) = (Vec::new(), Vec::new());
    for (at, (path, executable, content)) in files.iter().enumerate() {
        let name = path.to_str().filter(|name| path_of(name.as_bytes()).is_some());
        let name = name.ok_or(ArchiveFault::Name(at))?.as_bytes();
        let content = bytes_of(content);
        let mut packed = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(content).map_err(|_| ArchiveFault::Write)?;
        let packed = packed.finish().map_err(|_| ArchiveFault::Write)?;
        let mut crc = Crc::new();
        crc.update(content);
        let offset = size(zip.len())?;
        let shared = shared_fields(crc.sum(), packed.len(), content.len(), name.len())?;
        zip.extend_from_slice(b"PK\x03\x04");
        zip.extend_from_slice(&shared);
        zip.extend_from_slice(name);
        zip.extend_from_slice(&packed);
        let mode: u32 = if *executable { 0o100_755 } else { 0o100_644 };
        directory.extend_from_slice(b"PK\x01\x02\x14\x03");
        directory.extend_from_slice(&shared);
        // No comment, first disk, no inner attributes.
        directory.extend_from_slice(&[0; 6]);
        directory.extend_from_slice(&(mode << 16).to_le_bytes());
        directory.extend_from_slice(&offset.to_le_bytes());
        directory.extend_from_slice(name);
    }
    let count = u16::try_from(files.len()).map_err(|_| ArchiveFault::Entries)?.to_le_bytes();
    let (bytes, offset) = (size(directory.len())?.to_le_bytes(), size(zip.len())?.to_le_bytes());
    zip.extend_from_slice(&directory);
    zip.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    for part in [&count[..], &count[..], &bytes[..], &offset[..], &[0, 0][..]] {
        zip.extend_from_slice(part);
    }
    match zip.len() <= ZIP_BYTES_MAX {
        true => Ok(RawBytes::new(zip)),
        false => Err(ArchiveFault::Size),
    }
}

/// What stands in both headers of an entry: version, flags (names in UTF-8), deflate, 1980-01-01, sum, sizes, no extra field.
fn shared_fields(crc: u32, packed: usize, unpacked: usize, name: usize) -> Result<Vec<u8>, ArchiveFault> {
    let mut fields = vec![20, 0, 0, 8, 8, 0, 0, 0, 0x21, 0];
    fields.extend_from_slice(&crc.to_le_bytes());
    fields.extend_from_slice(&size(packed)?.to_le_bytes());
    fields.extend_from_slice(&size(unpacked)?.to_le_bytes());
    fields.extend_from_slice(&u16::try_from(name).map_err(|_| ArchiveFault::Size)?.to_le_bytes());
    fields.extend_from_slice(&[0, 0]);
    Ok(fields)
}

fn size(bytes: usize) -> Result<u32, ArchiveFault> {
    u32::try_from(bytes).map_err(|_| ArchiveFault::Size)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(files: &[(&str, bool, &str)]) -> Result<RawBytes, ArchiveFault> {
        let file = |(name, executable, content): &(&str, bool, &str)| {
            (PathBuf::from(name), *executable, RawBytes::new(content.as_bytes().to_vec()))
        };
        pack(&files.iter().map(file).collect::<Vec<_>>())
    }

    /// The archive with bytes replaced by as many others, wherever they stand.
    #[expect(clippy::disallowed_methods, reason = "a test damages an archive of its own")]
    fn replaced(zip: &RawBytes, old: &[u8], new: &[u8]) -> RawBytes {
        assert_eq!(old.len(), new.len());
        let mut bytes = zip.expose().to_vec();
        for at in 0..bytes.len().saturating_sub(old.len()) {
            if bytes[at..].starts_with(old) {
                bytes[at..at + new.len()].copy_from_slice(new);
            }
        }
        RawBytes::new(bytes)
    }

    #[test]
    fn what_was_packed_comes_out_with_its_modes() {
        let zip = packed(&[("handler.py", false, "x = 1"), ("bin/run", true, "#!/bin/sh\n")]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(check(&zip).unwrap(), 15);
        assert_eq!(unpack(&zip, folder.path(), 0, Readers::default()).unwrap(), 15);
        assert_eq!(fs::read_to_string(folder.path().join("handler.py")).unwrap(), "x = 1");
        let mode = |name: &str| {
            std::os::unix::fs::PermissionsExt::mode(
                &fs::metadata(folder.path().join(name)).unwrap().permissions(),
            )
        };
        assert_eq!((mode("handler.py") & 0o777, mode("bin/run") & 0o777), (0o440, 0o550));
        // A second time, everything is there.
        assert_eq!(unpack(&zip, folder.path(), 0, Readers::default()), Err(ArchiveFault::Twice(0)));
    }

    #[test]
    fn names_go_nowhere_but_down() {
        for (name, goes) in [
            ("a/b.py", true),
            ("./a", true),
            ("../a", false),
            ("a/../../b", false),
            ("/etc/passwd", false),
            ("a\\b", false),
            ("", false),
            (".", false),
        ] {
            assert_eq!(path_of(name.as_bytes()).is_some(), goes, "{name:?}");
        }
        assert!(path_of(&vec![b'a'; NAME_BYTES_MAX]).is_some());
        assert!(path_of(&vec![b'a'; NAME_BYTES_MAX + 1]).is_none());
        assert!(path_of("a/".repeat(DEPTH_MAX).as_bytes()).is_some());
        assert!(path_of("a/".repeat(DEPTH_MAX + 1).as_bytes()).is_none());
        assert_eq!(packed(&[("../up", false, "")]).err(), Some(ArchiveFault::Name(0)));
    }

    #[test]
    fn an_archive_that_lies_is_refused() {
        let zip = packed(&[("name-of-it", false, "canary canary canary")]).unwrap();
        let up = replaced(&zip, b"name-of-it", b"../name-of");
        assert_eq!(check(&up), Err(ArchiveFault::Name(0)));
        // It promises 19 bytes and has 20.
        let short = replaced(&zip, &20_u32.to_le_bytes(), &19_u32.to_le_bytes());
        assert_eq!(check(&short), Err(ArchiveFault::Content(0)));
        let huge = replaced(&zip, &20_u32.to_le_bytes(), &(300_u32 << 20).to_le_bytes());
        assert_eq!(check(&huge), Err(ArchiveFault::Size));
        let link = replaced(&zip, &0o100_644_u16.to_le_bytes(), &0o120_644_u16.to_le_bytes());
        assert_eq!(check(&link), Err(ArchiveFault::Kind(0)));
        let encrypted = replaced(&zip, &[20, 0, 0, 8, 8, 0], &[20, 0, 1, 8, 8, 0]);
        assert_eq!(check(&encrypted), Err(ArchiveFault::Unsupported));
        for bytes in [&b""[..], b"PK", b"PK\x05\x06", b"#!/bin/sh"] {
            assert!(check(&RawBytes::new(bytes.to_vec())).is_err());
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test builds an archive of its own")]
    fn one_content_is_unpacked_once() {
        let zip = packed(&[("a", false, "canary"), ("b", false, "other")]).unwrap();
        let bytes = zip.expose();
        let second = bytes.windows(4).enumerate().filter(|(_, four)| four == b"PK\x03\x04").nth(1).unwrap().0;
        let second = u32::try_from(second).unwrap().to_le_bytes();
        assert_eq!(check(&replaced(&zip, &second, &[0; 4])), Err(ArchiveFault::Malformed));
    }

    #[test]
    fn folders_are_counted() {
        let entry = |number: usize| Entry {
            path: PathBuf::from(format!("{number}/file")),
            folder: false,
            executable: false,
            method: 0,
            crc: 0,
            packed: 0,
            unpacked: 0,
            offset: 0,
        };
        let entries: Vec<_> = (0..=ENTRIES_MAX / 2).map(entry).collect();
        assert_eq!(check_count(&entries[1..]), Ok(()));
        assert_eq!(check_count(&entries), Err(ArchiveFault::Entries));
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test cuts an archive of its own")]
    fn every_cut_and_every_flipped_byte_ends_in_an_error_or_the_same_files() {
        let zip = packed(&[("a.py", false, "print(1)"), ("b/c.py", false, "print(2)")]).unwrap();
        let whole = zip.expose().to_vec();
        for end in 0..whole.len() {
            assert!(check(&RawBytes::new(whole[..end].to_vec())).is_err(), "{end}");
            let mut flipped = whole.clone();
            flipped[end] ^= 0x41;
            let _ends = check(&RawBytes::new(flipped));
        }
    }
}
