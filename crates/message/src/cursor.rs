//! How are fields read off bytes without stepping outside? A place that moves forward, or says that more is needed.

/// Reads big-endian fields; `None` when the bytes end before the field does.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'a> {
    left: &'a [u8],
    read: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { left: bytes, read: 0 }
    }

    /// Bytes that were read.
    pub(crate) const fn read(&self) -> usize {
        self.read
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, left) = self.left.split_at_checked(count)?;
        self.left = left;
        self.read += count;
        Some(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        self.array().map(u8::from_be_bytes)
    }

    pub(crate) fn short(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn word(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn long(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    /// Bytes behind their length of two bytes.
    pub(crate) fn prefixed(&mut self) -> Option<&'a [u8]> {
        let length = self.short()?;
        self.take(usize::from(length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_in_order_and_never_from_behind_the_end() {
        let mut cursor = Cursor::new(&[1, 0, 2, 0, 0, 0, 3, 0, 2, 7, 8]);
        assert_eq!((cursor.byte(), cursor.short(), cursor.word()), (Some(1), Some(2), Some(3)));
        assert_eq!((cursor.prefixed(), cursor.read(), cursor.is_empty()), (Some(&[7, 8][..]), 11, true));
        assert_eq!((cursor.byte(), cursor.long(), cursor.take(0)), (None, None, Some(&[][..])));
        assert_eq!(Cursor::new(&[0, 3, 1, 2]).prefixed(), None);
    }
}
