//! Which line and which character is this byte? Counted once, on the way through a stream.

/// A place in a text. Lines and columns count from 1, columns and offsets in characters; a byte that is part of no
/// character counts with the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ruler {
    pub(crate) bytes: u64,
    pub(crate) chars: u64,
    pub(crate) line: u64,
    pub(crate) column: u64,
}

impl Default for Ruler {
    fn default() -> Self {
        Self { bytes: 0, chars: 0, line: 1, column: 1 }
    }
}

impl Ruler {
    /// Goes over the next bytes.
    pub(crate) fn advance(&mut self, bytes: &[u8]) {
        let chars = count_chars(bytes);
        self.bytes += bytes.len() as u64;
        self.chars += chars;
        match memchr::memrchr(b'\n', bytes) {
            None => self.column += chars,
            Some(last) => {
                self.line += memchr::memchr_iter(b'\n', bytes).count() as u64;
                self.column = 1 + count_chars(bytes.get(last + 1..).unwrap_or_default());
            }
        }
    }
}

/// Bytes that continue no character of UTF-8 (RFC 3629, section 3).
fn count_chars(bytes: &[u8]) -> u64 {
    // Sums of single bytes let the compiler count many at a time.
    let of =
        |chunk: &[u8]| chunk.iter().map(|byte| u8::from(byte & 0xC0 != 0x80)).fold(0_u8, u8::wrapping_add);
    bytes.chunks(192).map(|chunk| u64::from(of(chunk))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_the_same_for_every_cut() {
        let text = "aé\n\n€uro\u{1f600}\nx".repeat(60);
        let mut whole = Ruler::default();
        whole.advance(text.as_bytes());
        assert_eq!((whole.line, whole.column), (181, 2));
        assert_eq!(whole.chars, text.chars().count() as u64);
        for piece in [1, 2, 3, 7, 100] {
            let mut cut = Ruler::default();
            text.as_bytes().chunks(piece).for_each(|bytes| cut.advance(bytes));
            assert_eq!(cut, whole);
        }
    }
}
