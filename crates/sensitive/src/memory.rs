//! Where do the bytes of a key stand? In [`KeyBytes`]: memory that is never swapped out, not part of a core dump, and wiped.
//!
//! Pages are mapped for keys alone, locked (`mlock`, POSIX.1-2017) and left out of core dumps (`MADV_DONTDUMP`, madvise(2)).
//! A page per key would use up the limit on locked memory with a few hundred keys, so slots of some sizes share chunks; a slot
//! is wiped when its key is dropped, and used again. Where the limit is too small, keys stand in memory that is not locked:
//! that is a figure of [`MemoryStatus`] and a warning of the server, not a refusal, since a refusal would only make people
//! keep keys elsewhere. A library works on copies of its own while it works; aws-lc wipes those.

#![expect(
    unsafe_code,
    reason = "mapping, locking and wiping pages; this module is audited, see xtask/src/unsafety.rs"
)]

use crate::RawBytes;
use std::fmt;
use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, PoisonError};
use zeroize::Zeroize;

/// Bytes of a key: fixed in number, wiped on drop, never printed, cloned or compared.
pub struct KeyBytes {
    slot: Slot,
    length: usize,
}

/// How well the memory of keys is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sotto_public::LogSafe)]
pub struct MemoryStatus {
    /// Bytes of pages that are locked.
    pub locked_bytes: u64,
    /// Bytes of pages that hold keys and could be swapped out.
    pub unlocked_bytes: u64,
    /// Bytes of pages that hold keys and would be part of a core dump.
    pub dumpable_bytes: u64,
    /// How much this process may lock; `None` without a limit.
    pub limit_bytes: Option<u64>,
}

impl MemoryStatus {
    /// How it is now.
    pub fn now() -> Self {
        let pool = pool();
        Self {
            locked_bytes: pool.locked,
            unlocked_bytes: pool.unlocked,
            dumpable_bytes: pool.dumpable,
            limit_bytes: limit(),
        }
    }
}

impl KeyBytes {
    /// That many zero bytes, to be filled.
    pub fn zeroed(length: usize) -> Self {
        Self { slot: pool().take(length), length }
    }

    /// A copy of bytes; the caller wipes its own.
    pub fn copied(bytes: &[u8]) -> Self {
        let mut key = Self::zeroed(bytes.len());
        key.bytes_mut().copy_from_slice(bytes);
        key
    }

    /// Moves bytes here and wipes where they stood.
    pub fn taken(mut bytes: Vec<u8>) -> Self {
        let key = Self::copied(&bytes);
        bytes.zeroize();
        key
    }

    /// Number of bytes.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The bytes, for the listed sites only.
    pub fn expose(&self) -> &[u8] {
        self.bytes()
    }

    /// The bytes, to be written by the listed sites only.
    pub fn expose_mut(&mut self) -> &mut [u8] {
        self.bytes_mut()
    }

    /// A copy as captured bytes, which leave by a permit only.
    pub fn to_raw(&self) -> RawBytes {
        RawBytes::new(self.bytes().to_vec())
    }

    fn bytes(&self) -> &[u8] {
        // SAFETY: the slot is ours alone until drop, initialised, and has room for at least `length` bytes.
        unsafe { std::slice::from_raw_parts(self.slot.start.as_ptr(), self.length) }
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above, and `&mut self` makes the borrow exclusive.
        unsafe { std::slice::from_raw_parts_mut(self.slot.start.as_ptr(), self.length) }
    }
}

impl From<RawBytes> for KeyBytes {
    fn from(raw: RawBytes) -> Self {
        Self::taken(raw.into_vec())
    }
}

impl Drop for KeyBytes {
    fn drop(&mut self) {
        self.bytes_mut().zeroize();
        pool().give_back(self.slot);
    }
}

// SAFETY: the slot belongs to this value alone; reading needs `&self`, writing `&mut self`.
unsafe impl Send for KeyBytes {}
// SAFETY: as above.
unsafe impl Sync for KeyBytes {}

impl fmt::Debug for KeyBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyBytes({} bytes)", self.length)
    }
}

/// Rooms that slots of chunks have; what is longer gets pages of its own.
const ROOMS: [usize; 4] = [64, 256, 1024, 4096];

/// Bytes of one chunk: four pages, so that even the smallest usual limit holds some of each size.
const CHUNK_BYTES: usize = 16 * 1024;

const PAGE_BYTES: usize = 4096;

#[derive(Clone, Copy)]
struct Slot {
    start: NonNull<u8>,
    room: usize,
    from: Source,
}

#[derive(Clone, Copy, PartialEq)]
enum Source {
    /// A slot of a chunk, of the n-th room.
    Chunk(usize),
    /// Pages of its own, and whether they are locked and left out of dumps.
    Pages(Protection),
    /// No pages were to be had: the heap.
    Heap,
}

#[derive(Clone, Copy, PartialEq)]
struct Protection {
    locked: bool,
    hidden: bool,
}

/// Where a free slot begins.
struct Start(NonNull<u8>);

// SAFETY: a free slot belongs to nobody; whoever takes it off the list has it alone.
unsafe impl Send for Start {}

/// Free slots, by room, and what is mapped.
struct Pool {
    free: [Vec<Start>; ROOMS.len()],
    locked: u64,
    unlocked: u64,
    dumpable: u64,
}

static POOL: Mutex<Pool> =
    Mutex::new(Pool { free: [const { Vec::new() }; ROOMS.len()], locked: 0, unlocked: 0, dumpable: 0 });

fn pool() -> MutexGuard<'static, Pool> {
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pool {
    fn take(&mut self, length: usize) -> Slot {
        let room = ROOMS.iter().position(|room| length <= *room);
        let slot = match room {
            Some(at) => self.take_slot(at),
            None => self.take_pages(length),
        };
        slot.unwrap_or_else(|| self.take_heap(length))
    }

    fn take_slot(&mut self, at: usize) -> Option<Slot> {
        let room = ROOMS.get(at).copied()?;
        if self.free.get(at)?.is_empty() {
            let (chunk, protection) = map(CHUNK_BYTES)?;
            self.count(CHUNK_BYTES, protection, true);
            // SAFETY: every slot begins within the chunk that was mapped just now.
            let starts = (0..CHUNK_BYTES / room).rev().map(|slot| Start(unsafe { chunk.add(slot * room) }));
            self.free.get_mut(at)?.extend(starts);
        }
        let Start(start) = self.free.get_mut(at)?.pop()?;
        Some(Slot { start, room, from: Source::Chunk(at) })
    }

    fn take_pages(&mut self, length: usize) -> Option<Slot> {
        let room = length.checked_next_multiple_of(PAGE_BYTES)?;
        let (start, protection) = map(room)?;
        self.count(room, protection, true);
        Some(Slot { start, room, from: Source::Pages(protection) })
    }

    /// The last resort, which always gives something.
    fn take_heap(&mut self, length: usize) -> Slot {
        self.count(length, NONE, true);
        let bytes = Box::into_raw(vec![0_u8; length].into_boxed_slice());
        let start = NonNull::new(bytes.cast::<u8>()).unwrap_or(NonNull::dangling());
        Slot { start, room: length, from: Source::Heap }
    }

    fn give_back(&mut self, slot: Slot) {
        match slot.from {
            Source::Chunk(at) => {
                if let Some(free) = self.free.get_mut(at) {
                    free.push(Start(slot.start));
                }
            }
            Source::Pages(protection) => {
                self.count(slot.room, protection, false);
                // SAFETY: these pages were mapped for this slot alone, with this length.
                unsafe { libc::munmap(slot.start.as_ptr().cast(), slot.room) };
            }
            Source::Heap => {
                self.count(slot.room, NONE, false);
                let bytes = std::ptr::slice_from_raw_parts_mut(slot.start.as_ptr(), slot.room);
                // SAFETY: made by `Box::into_raw` of a slice of this length.
                drop(unsafe { Box::from_raw(bytes) });
            }
        }
    }

    fn count(&mut self, bytes: usize, protection: Protection, more: bool) {
        let bytes = bytes as u64;
        let change = |figure: &mut u64| {
            *figure = if more { figure.saturating_add(bytes) } else { figure.saturating_sub(bytes) };
        };
        change(if protection.locked { &mut self.locked } else { &mut self.unlocked });
        if !protection.hidden {
            change(&mut self.dumpable);
        }
    }
}

const NONE: Protection = Protection { locked: false, hidden: false };

/// Pages for keys, zero, locked and hidden where the system lets us.
fn map(length: usize) -> Option<(NonNull<u8>, Protection)> {
    let (access, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: a new anonymous mapping at an address that the system chooses touches nothing that exists.
    let start = unsafe { libc::mmap(std::ptr::null_mut(), length, access, kind, -1, 0) };
    if start == libc::MAP_FAILED {
        return None;
    }
    // SAFETY: the pages were mapped just now, with this length.
    let locked = unsafe { libc::mlock(start, length) } == 0;
    Some((NonNull::new(start.cast())?, Protection { locked, hidden: hide(start, length) }))
}

#[cfg(target_os = "linux")]
fn hide(start: *mut libc::c_void, length: usize) -> bool {
    // SAFETY: the pages were mapped just now, with this length; the advice changes what a core dump holds, nothing else.
    unsafe { libc::madvise(start, length, libc::MADV_DONTDUMP) == 0 }
}

#[cfg(not(target_os = "linux"))]
fn hide(_start: *mut libc::c_void, _length: usize) -> bool {
    false
}

/// The limit on locked memory.
fn limit() -> Option<u64> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: writes the structure that it is given.
    let known = unsafe { libc::getrlimit(libc::RLIMIT_MEMLOCK, &raw mut limit) } == 0;
    (known && limit.rlim_cur != libc::RLIM_INFINITY).then_some(limit.rlim_cur)
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test of the wall reads what it wrote")]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_and_are_not_printed() {
        for length in [0, 1, 63, 64, 65, 256, 1024, 5000, 100_000] {
            let bytes: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let key = KeyBytes::copied(&bytes);
            assert_eq!((key.expose(), key.length(), key.is_empty()), (&*bytes, length, length == 0));
            assert_eq!(KeyBytes::from(key.to_raw()).expose(), bytes);
            assert_eq!(KeyBytes::taken(bytes.clone()).expose(), bytes);
        }
        assert_eq!(format!("{:?}", KeyBytes::copied(b"canary")), "KeyBytes(6 bytes)");
    }

    /// No other test takes slots of this room, so that nobody writes there meanwhile.
    #[test]
    fn a_dropped_key_leaves_zero_bytes_and_its_slot_is_used_again() {
        let length = 3_000;
        let key = KeyBytes::copied(&vec![0xa5; length]);
        let start = key.slot.start.as_ptr();
        // SAFETY: the chunk stays mapped for ever, and nobody else uses this slot.
        let read = || unsafe { std::slice::from_raw_parts(start, length).to_vec() };
        assert!(read().iter().all(|byte| *byte == 0xa5));
        drop(key);
        assert!(read().iter().all(|byte| *byte == 0));
        let next = KeyBytes::zeroed(length);
        assert_eq!(next.slot.start.as_ptr(), start);
        assert!(next.expose().iter().all(|byte| *byte == 0));
    }

    #[test]
    fn many_keys_do_not_overlap() {
        let keys: Vec<_> = (0..1_000_u32).map(|number| KeyBytes::copied(&number.to_le_bytes())).collect();
        for (number, key) in keys.iter().enumerate() {
            assert_eq!(key.expose(), (number as u32).to_le_bytes());
        }
    }

    #[test]
    fn the_status_counts_what_holds_keys() {
        let _key = KeyBytes::zeroed(32);
        let status = MemoryStatus::now();
        assert!(status.locked_bytes + status.unlocked_bytes >= CHUNK_BYTES as u64, "{status:?}");
        assert!(cfg!(not(target_os = "linux")) || status.dumpable_bytes == 0, "{status:?}");
    }
}
