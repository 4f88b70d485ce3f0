//! How do captured bytes travel? As [`RawBytes`]: a buffer that wipes what it drops, moves or outgrows.

use std::fmt;
use std::io::{self, Read};
use zeroize::optimization_barrier;

/// Captured bytes: audio, an object's body, a function's payload, a log file's block.
///
/// Grows by appending ([`RawBytes::push`], [`RawBytes::fill_from`]) and shrinks at the front
/// ([`RawBytes::drop_front`]), as a stream does. Wiped on drop.
#[derive(Default)]
pub struct RawBytes(Vec<u8>);

impl RawBytes {
    /// Takes a buffer over.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Nothing yet, and room for so many bytes, so that growing leaves nothing behind.
    pub fn with_room(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    /// Number of bytes.
    pub fn length(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes, for the listed sites only.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Appends bytes that the caller holds raw already.
    pub fn push(&mut self, more: &[u8]) {
        self.reserve(more.len());
        self.0.extend_from_slice(more);
    }

    /// Appends other captured bytes.
    pub fn append(&mut self, other: Self) {
        self.push(&other.0);
    }

    /// Appends what one `read` of at most `bytes_max` bytes gives; returns how many came, 0 at the end.
    ///
    /// # Errors
    /// Those of the reader; what was held before stays.
    pub fn fill_from(&mut self, source: &mut impl Read, bytes_max: usize) -> io::Result<usize> {
        let held = self.0.len();
        self.reserve(bytes_max);
        self.0.resize(held + bytes_max, 0);
        let got = loop {
            match source.read(self.0.get_mut(held..).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.0.truncate(held + got.as_ref().map_or(0, |n| (*n).min(bytes_max)));
        got
    }

    /// Forgets the first `count` bytes and wipes the place where the rest stood.
    pub fn drop_front(&mut self, count: usize) {
        let held = self.0.len();
        let kept = held.saturating_sub(count);
        self.0.copy_within(held - kept.., 0);
        if let Some(tail) = self.0.get_mut(kept..) {
            tail.fill(0);
            optimization_barrier(tail);
        }
        self.0.truncate(kept);
    }

    /// Forgets everything, keeping the room.
    pub fn clear(&mut self) {
        self.0.as_mut_slice().fill(0);
        optimization_barrier(self.0.as_slice());
        self.0.clear();
    }

    /// Makes room without leaving a copy behind: the old place is wiped before it is freed.
    fn reserve(&mut self, more: usize) {
        let needed = self.0.len().saturating_add(more);
        if needed <= self.0.capacity() {
            return;
        }
        let mut roomier = Vec::with_capacity(needed.max(self.0.capacity().saturating_mul(2)));
        roomier.extend_from_slice(&self.0);
        wipe(&mut self.0);
        self.0 = roomier;
    }

    /// Gives the buffer away without wiping it; for [`crate::RawText`], which wipes it in turn.
    pub(crate) fn into_vec(mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }
}

impl Drop for RawBytes {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

/// Overwrites all that a buffer has room for. Large blocks at a time: byte by byte, wiping would cost more than decrypting.
fn wipe(bytes: &mut Vec<u8>) {
    let room = bytes.capacity();
    bytes.clear();
    bytes.resize(room, 0);
    optimization_barrier(bytes.as_slice());
    bytes.clear();
}

impl fmt::Debug for RawBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawBytes({} bytes)", self.0.len())
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test of the wall reads what it wrote")]
mod tests {
    use super::*;

    #[test]
    fn debug_prints_a_count() {
        assert_eq!(format!("{:?}", RawBytes::new(b"canary".to_vec())), "RawBytes(6 bytes)");
    }

    #[test]
    fn grows_at_the_end_and_shrinks_at_the_front() {
        let mut bytes = RawBytes::default();
        for _ in 0..100 {
            bytes.push(b"0123456789");
        }
        bytes.drop_front(995);
        assert_eq!(bytes.expose(), b"56789");
        bytes.drop_front(9);
        assert!(bytes.is_empty());
        bytes.push(b"x");
        bytes.clear();
        assert_eq!(bytes.length(), 0);
    }

    #[test]
    fn fills_from_a_reader_up_to_a_bound() {
        let mut source: &[u8] = b"abcdefgh";
        let mut bytes = RawBytes::default();
        let counts: Vec<usize> =
            std::iter::repeat_with(|| bytes.fill_from(&mut source, 3).unwrap()).take(4).collect();
        assert_eq!(counts, [3, 3, 2, 0]);
        assert_eq!(bytes.expose(), b"abcdefgh");
    }

    #[test]
    fn a_failing_reader_loses_nothing() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::ConnectionReset.into())
            }
        }
        let mut bytes = RawBytes::new(b"kept".to_vec());
        assert!(bytes.fill_from(&mut Broken, 10).is_err());
        assert_eq!(bytes.expose(), b"kept");
    }
}
