//! The embedded write-ahead log: files in a directory of their own, each named after its first frame.
//!
//! A file takes frames up to a bound, then the next one begins; files whose frames were all let go of are deleted. After a
//! crash the last file may end in a group that was being written: nobody was told of it, and it is cut off. Damage anywhere
//! else is an error, never skipped. When synchronising fails once, nothing is confirmed any more until the log is opened
//! again: what a system keeps of pages that it could not write is not known (P. Rebello et al., "Can Applications Recover
//! from fsync Failures?", USENIX ATC 2020).

use super::frame::{self, Salt};
use super::queue::{Door, Group, Order, Orders, queue, refuse, tell, turn_away};
use super::{Fence, Wal, WalBounds, WalFrame, WalPosition};
use crate::lock::{DirectoryLock, private};
use crate::store::Reply;
use crate::{StorageError, rows};
use sotto_public::{ChainId, Foreign, Malformed, Stored};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// A file that holds so many bytes takes no further group.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// What a file begins with; the digit counts layouts.
const MAGIC: &[u8; 8] = b"sottowl1";
/// Bytes in front of the first frame: magic, then the salt.
const START_BYTES: usize = MAGIC.len() + size_of::<Salt>();
const SUFFIX: &str = ".wal";

/// A write-ahead log in a directory.
pub struct FileWal {
    door: Door,
    shared: Arc<Mutex<Files>>,
    resume: Arc<Mutex<Resume>>,
    directory: PathBuf,
}

/// Which files there are, in order, and what is durable.
#[derive(Clone, Debug, Default)]
struct Files {
    /// First position of each file.
    first: Vec<u64>,
    floor: u64,
    end: u64,
}

impl FileWal {
    /// Opens the log in a directory, which is made where it is missing, and cuts off what was never confirmed. The chain's number
    /// must be fresh and random: it salts the checksums of the files that this process begins.
    ///
    /// # Errors
    /// When another process has the directory, the file system refuses, or confirmed frames are damaged.
    pub fn open(directory: &Path, chain: ChainId) -> Result<Self, StorageError> {
        let lock = DirectoryLock::take(directory)?;
        let (files, last) = recover(directory, chain.to_bytes())?;
        let shared = Arc::new(Mutex::new(files));
        let (door, orders) = queue();
        let writer = Writer {
            directory: directory.to_owned(),
            shared: Arc::clone(&shared),
            salt: chain.to_bytes(),
            last,
            broken: false,
            buffer: Vec::new(),
            fences: HashMap::new(),
            _lock: lock,
        };
        let spawned = thread::Builder::new().name("storage-wal".to_owned()).spawn(move || writer.run(orders));
        spawned.map_err(|error| unavailable(&error))?;
        Ok(Self { door, shared, resume: Arc::default(), directory: directory.to_owned() })
    }
}

impl Wal for FileWal {
    fn append_under(&self, body: Stored, under: Option<Fence>) -> Reply<'_, WalPosition> {
        Box::pin(self.door.append(body, under))
    }

    fn fence(&self, fence: Fence) -> Reply<'_, WalPosition> {
        Box::pin(self.door.fence(fence))
    }

    fn unfence(&self, lane: u128) -> Reply<'_, ()> {
        Box::pin(self.door.unfence(lane))
    }

    fn read(&self, after: WalPosition) -> Reply<'_, Vec<WalFrame>> {
        let (directory, files) = (self.directory.clone(), lock(&self.shared).clone());
        let resume = Arc::clone(&self.resume);
        Box::pin(async move {
            let read = move || Pages { directory: &directory, files: &files, resume: &resume }.read(after);
            tokio::task::spawn_blocking(read).await.map_err(|_| StorageError::Closed)?
        })
    }

    fn bounds(&self) -> Reply<'_, WalBounds> {
        let files = lock(&self.shared).clone();
        let bounds = WalBounds { floor: WalPosition::new(files.floor), end: WalPosition::new(files.end) };
        Box::pin(async move { Ok(bounds) })
    }

    fn truncate(&self, through: WalPosition) -> Reply<'_, ()> {
        Box::pin(self.door.truncate(through))
    }

    fn is_shared(&self) -> bool {
        false
    }

    fn close(&self) -> Reply<'_, ()> {
        Box::pin(self.door.close())
    }
}

fn lock(shared: &Mutex<Files>) -> std::sync::MutexGuard<'_, Files> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unavailable(error: &io::Error) -> StorageError {
    StorageError::Unavailable(Foreign::io(error))
}

/// The file that is written, and how much of it is durable.
struct Last {
    file: File,
    salt: Salt,
    length: u64,
}

/// The one who writes. The lock on the directory lives as long.
struct Writer {
    directory: PathBuf,
    shared: Arc<Mutex<Files>>,
    salt: Salt,
    last: Last,
    broken: bool,
    buffer: Vec<u8>,
    /// Which state is demanded of a lane at least: whoever decided by an older one is of this process.
    fences: HashMap<u128, u64>,
    _lock: DirectoryLock,
}

const BROKEN: StorageError = StorageError::Unavailable(Foreign::new(
    "write-ahead log",
    "synchronising failed earlier; nothing is confirmed until the server is started again",
));

impl Writer {
    fn run(mut self, mut orders: Orders) {
        while let Some(order) = orders.blocking_recv() {
            let Group { jobs, next } = Group::gather(order, &mut orders);
            let jobs = turn_away(jobs, |asked| self.is_fenced(asked));
            if !jobs.is_empty() {
                let outcome = self.append(&jobs.iter().map(|job| &job.body).collect::<Vec<_>>());
                tell(jobs, outcome);
            }
            match next {
                Some(Order::Truncate(through, answer)) => drop(answer.send(self.truncate(through.number()))),
                Some(Order::Fence(fence, answer)) => drop(answer.send(self.fence(fence))),
                Some(Order::Unfence(lane, answer)) => {
                    self.fences.remove(&lane);
                    let _ = answer.send(Ok(()));
                }
                Some(Order::Close(closed)) => {
                    refuse(orders);
                    drop(self);
                    let _ = closed.send(());
                    return;
                }
                Some(Order::Append(_)) | None => {}
            }
        }
    }

    fn is_fenced(&self, asked: Fence) -> bool {
        self.fences.get(&asked.lane).is_some_and(|least| asked.epoch < *least)
    }

    fn fence(&mut self, Fence { lane, epoch }: Fence) -> Result<WalPosition, StorageError> {
        if self.broken {
            return Err(BROKEN);
        }
        let least = self.fences.entry(lane).or_default();
        *least = epoch.max(*least);
        Ok(WalPosition::new(lock(&self.shared).end))
    }

    /// Makes frames durable and says where the first one stands.
    fn append(&mut self, bodies: &[&Stored]) -> Result<WalPosition, StorageError> {
        if self.broken {
            return Err(BROKEN);
        }
        let first = lock(&self.shared).end + 1;
        if self.last.length >= FILE_BYTES_MAX {
            self.begin_file(first)?;
        }
        self.buffer.clear();
        for (number, body) in (0..).zip(bodies) {
            let place = (WalPosition::new(first + number), number == 0);
            frame::write(&mut self.buffer, &self.last.salt, place, body.as_bytes());
        }
        if let Err(error) = self.last.file.write_all(&self.buffer) {
            self.take_back();
            return Err(unavailable(&error));
        }
        if self.last.file.sync_data().is_err() {
            self.broken = true;
            return Err(StorageError::Unknown);
        }
        self.last.length += self.buffer.len() as u64;
        lock(&self.shared).end = first + bodies.len() as u64 - 1;
        self.buffer.shrink_to(FILE_BYTES_MAX as usize / 4);
        Ok(WalPosition::new(first))
    }

    /// Cuts off what could not be written whole, as when the disk is full.
    fn take_back(&mut self) {
        let length = self.last.length;
        let cut = self.last.file.set_len(length).and_then(|()| self.last.file.seek(SeekFrom::Start(length)));
        self.broken = cut.is_err();
    }

    fn begin_file(&mut self, first: u64) -> Result<(), StorageError> {
        self.last = make_file(&self.directory, first, self.salt).map_err(|error| unavailable(&error))?;
        lock(&self.shared).first.push(first);
        Ok(())
    }

    /// Deletes the files whose frames all stand at or before a position; the last file is followed by an empty one.
    fn truncate(&mut self, through: u64) -> Result<(), StorageError> {
        if self.broken {
            return Err(BROKEN);
        }
        let end = lock(&self.shared).end;
        if through >= end && self.last.length > START_BYTES as u64 {
            self.begin_file(end + 1)?;
        }
        let gone: Vec<u64> = {
            let files = lock(&self.shared);
            let covered = files.first.iter().zip(files.first.iter().skip(1));
            covered.take_while(|(_, next)| **next <= through + 1).map(|(first, _)| *first).collect()
        };
        for first in gone {
            let deleted = std::fs::remove_file(self.directory.join(file_name(first)));
            deleted.map_err(|error| unavailable(&error))?;
            let mut files = lock(&self.shared);
            files.first.retain(|held| *held != first);
            files.floor = files.first.first().map_or(files.floor, |next| next - 1);
        }
        sync_directory(&self.directory).map_err(|error| unavailable(&error))
    }
}

fn file_name(first: u64) -> String {
    format!("{first:020}{SUFFIX}")
}

fn make_file(directory: &Path, first: u64, salt: Salt) -> io::Result<Last> {
    let mut file = private(&directory.join(file_name(first)))?;
    file.set_len(0)?;
    file.write_all(MAGIC)?;
    file.write_all(&salt)?;
    file.sync_all()?;
    sync_directory(directory)?;
    Ok(Last { file, salt, length: START_BYTES as u64 })
}

fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// First positions of the files that are there.
fn list(directory: &Path) -> io::Result<Vec<u64>> {
    let mut first = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.strip_suffix(SUFFIX)).map(str::parse::<u64>);
        first.extend(number.and_then(Result::ok));
    }
    first.sort_unstable();
    Ok(first)
}

/// Looks at all files; cuts off the end of the last one where it was never confirmed.
fn recover(directory: &Path, salt: Salt) -> Result<(Files, Last), StorageError> {
    let failed = |error: io::Error| StorageError::Directory(Foreign::io(&error));
    let first = list(directory).map_err(failed)?;
    let floor = first.first().map_or(0, |begin| begin.saturating_sub(1));
    let mut files = Files { first, floor, end: floor };
    let Some((last, before)) =
        files.first.clone().split_last().map(|(last, before)| (*last, before.to_vec()))
    else {
        let made = make_file(directory, 1, salt).map_err(failed)?;
        return Ok((Files { first: vec![1], floor: 0, end: 0 }, made));
    };
    for name in before {
        let bytes = std::fs::read(directory.join(file_name(name))).map_err(failed)?;
        let checked = check_file(&bytes, name, files.end)?;
        files.end = checked.end;
        if checked.length != bytes.len() {
            return Err(StorageError::Damaged(Malformed::Short));
        }
    }
    let path = directory.join(file_name(last));
    let bytes = std::fs::read(&path).map_err(failed)?;
    if bytes.len() < START_BYTES && last == files.end + 1 {
        // It was being made: nothing stood in it yet.
        return Ok((files, make_file(directory, last, salt).map_err(failed)?));
    }
    let checked = check_file(&bytes, last, files.end)?;
    files.end = checked.end;
    Ok((files, reopen(&path, &checked).map_err(failed)?))
}

fn reopen(path: &Path, checked: &CheckedFile) -> io::Result<Last> {
    let (mut file, length) = (private(path)?, checked.length as u64);
    file.set_len(length)?;
    file.sync_all()?;
    file.seek(SeekFrom::End(0))?;
    Ok(Last { file, salt: checked.salt, length })
}

/// How much of a file is whole.
struct CheckedFile {
    salt: Salt,
    end: u64,
    length: usize,
}

/// The salt of a file.
fn salt_of(bytes: &[u8]) -> Option<Salt> {
    bytes.strip_prefix(MAGIC)?.first_chunk().copied()
}

fn check_file(bytes: &[u8], first: u64, end: u64) -> Result<CheckedFile, StorageError> {
    let salt = salt_of(bytes).filter(|_| first == end + 1);
    let salt = salt.ok_or(StorageError::Damaged(Malformed::Number))?;
    let mut checked = CheckedFile { salt, end, length: START_BYTES };
    while let Some(seen) = bytes.get(checked.length..).and_then(|bytes| frame::read(bytes, &salt)) {
        if seen.position.number() != checked.end + 1 {
            return Err(StorageError::Damaged(Malformed::Number));
        }
        checked.end += 1;
        checked.length += seen.length;
    }
    // A group that begins behind a damaged frame was written after that frame had been confirmed.
    if bytes.get(checked.length + 1..).is_some_and(|behind| frame::holds_beginning(behind, &salt)) {
        return Err(StorageError::Damaged(Malformed::Short));
    }
    Ok(checked)
}

/// Reads pages, and remembers where the last one ended: who reads on begins there.
struct Pages<'a> {
    directory: &'a Path,
    files: &'a Files,
    resume: &'a Mutex<Resume>,
}

/// Behind which position a page ended: in which file, and at which byte.
#[derive(Clone, Copy, Debug, Default)]
struct Resume {
    after: u64,
    first: u64,
    at: u64,
}

/// A page that is being filled.
struct Filling {
    after: WalPosition,
    end: u64,
    frames: Vec<WalFrame>,
    bytes: usize,
}

impl Filling {
    /// Takes a frame, where it is wanted; `false` when the page is full or the end is reached.
    fn take(&mut self, seen: &frame::Seen<'_>) -> bool {
        if seen.position <= self.after {
            return true;
        }
        let full = self.frames.len() >= super::WAL_PAGE_FRAMES_MAX || self.bytes >= super::WAL_PAGE_BYTES_MAX;
        if full || seen.position.number() > self.end {
            return false;
        }
        self.bytes += seen.body.len();
        self.frames.push(WalFrame { position: seen.position, body: rows::stored(seen.body.to_vec()) });
        true
    }
}

impl Pages<'_> {
    fn read(&self, after: WalPosition) -> Result<Vec<WalFrame>, StorageError> {
        let held = *self.resume.lock().unwrap_or_else(PoisonError::into_inner);
        let known = held.after == after.number() && held.after > 0;
        let from = self.files.first.partition_point(|first| *first <= after.number() + 1).saturating_sub(1);
        let mut filling = Filling { after, end: self.files.end, frames: Vec::new(), bytes: 0 };
        for first in self.files.first.iter().skip(from) {
            let start = if known && held.first == *first { held.at } else { START_BYTES as u64 };
            match self.read_file(*first, start, &mut filling) {
                Ok(true) => {}
                Ok(false) => break,
                // It was let go of in the meantime.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(unavailable(&error)),
            }
        }
        Ok(filling.frames)
    }

    /// Fills the page from a file; says whether to go on with the next one.
    fn read_file(&self, first: u64, start: u64, filling: &mut Filling) -> io::Result<bool> {
        const CHUNK_BYTES: u64 = (super::FRAME_BYTES_MAX + frame::HEAD_BYTES) as u64;
        let mut file = File::open(self.directory.join(file_name(first)))?;
        let mut head = Vec::new();
        Read::by_ref(&mut file).take(START_BYTES as u64).read_to_end(&mut head)?;
        let Some(salt) = salt_of(&head) else { return Ok(true) };
        let mut at = start;
        loop {
            let mut bytes = Vec::new();
            file.seek(SeekFrom::Start(at))?;
            Read::by_ref(&mut file).take(CHUNK_BYTES).read_to_end(&mut bytes)?;
            let mut used = 0;
            while let Some(seen) = bytes.get(used..).and_then(|bytes| frame::read(bytes, &salt)) {
                if !filling.take(&seen) {
                    let after = filling.frames.last().map_or(filling.after, |last| last.position).number();
                    let resume = Resume { after, first, at: at + used as u64 };
                    *self.resume.lock().unwrap_or_else(PoisonError::into_inner) = resume;
                    return Ok(false);
                }
                used += seen.length;
            }
            if used == 0 {
                return Ok(true);
            }
            at += used as u64;
        }
    }
}
