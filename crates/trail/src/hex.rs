//! How do bytes stand in a line? As lower-case hexadecimal digits, so that there is one spelling.

use std::fmt;

/// Bytes as digits.
pub(crate) struct Hex<'a>(pub(crate) &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The bytes of digits; nothing where there is another character or half a byte.
pub(crate) fn read(digits: &[u8]) -> Option<Vec<u8>> {
    let nibble = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = digits.as_chunks::<2>();
    let byte = |[high, low]: &[u8; 2]| Some(nibble(*high)? << 4 | nibble(*low)?);
    if rest.is_empty() { pairs.iter().map(byte).collect() } else { None }
}

/// The bytes of digits that are exactly so many.
pub(crate) fn read_array<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    read(digits)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_there_and_back() {
        assert_eq!(Hex(&[0, 0x7f, 0xff]).to_string(), "007fff");
        assert_eq!(read(b"007fff"), Some(vec![0, 0x7f, 0xff]));
        assert_eq!(read(b""), Some(Vec::new()));
        for wrong in [b"0".as_slice(), b"0G", b"AA", b"007"] {
            assert_eq!(read(wrong), None);
        }
        assert_eq!(read_array::<2>(b"0102"), Some([1, 2]));
        assert_eq!(read_array::<2>(b"010203"), None);
    }
}
