//! Which rows of tokens are surely nothing? Times and UUIDs, the commonest noise of machine logs.
//!
//! Both are made of tokens that could each begin a value. Where no keyword is near they are stepped over as a whole.

use crate::matchers::byte_at;

/// Bytes of a date and time to the second (RFC 3339, section 5.6).
const TIME_BYTES: usize = 19;
/// Bytes of a UUID in text (RFC 9562, section 4).
const UUID_BYTES: usize = 36;

/// The end of a time or UUID whose first token begins at `start`; the token has `length` bytes and a hyphen behind it.
#[inline]
pub(crate) fn end(text: &[u8], start: usize, length: usize) -> Option<usize> {
    match length {
        4 => time_end(text.get(start..start + TIME_BYTES)?).then_some(start + TIME_BYTES),
        8 => uuid_end(text.get(start..start + UUID_BYTES)?, byte_at(text, start + UUID_BYTES))
            .then_some(start + UUID_BYTES),
        _ => None,
    }
}

fn time_end(text: &[u8]) -> bool {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T' | b' ' | b't', h1, h2, b':', i1, i2, b':', s1, s2] =
        text
    else {
        return false;
    };
    [y1, y2, y3, y4, m1, m2, d1, d2, h1, h2, i1, i2, s1, s2].iter().all(|byte| byte.is_ascii_digit())
}

fn uuid_end(text: &[u8], after: u8) -> bool {
    let hyphens = [8, 13, 18, 23];
    let fits = |(place, byte): (usize, &u8)| {
        if hyphens.contains(&place) { *byte == b'-' } else { byte.is_ascii_hexdigit() }
    };
    text.get(13) == Some(&b'-')
        && text.get(18) == Some(&b'-')
        && !after.is_ascii_alphanumeric()
        && after != b'-'
        && text.iter().enumerate().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_uuids_and_what_only_begins_so() {
        assert_eq!(end(b"2026-11-21T13:24:28.123Z", 0, 4), Some(19));
        assert_eq!(end(b"at 2026-11-21 13:24:28", 3, 4), Some(22));
        assert_eq!(end(b"123e4567-e89b-12d3-a456-426614174000 x", 0, 8), Some(36));
        for (text, length) in [
            ("2026-11-21", 4),
            ("4111-1111-1111-1111-11", 4),
            ("123e4567-e89b-12d3-a456-4266141740001", 8),
            ("123e4567-e89b", 8),
        ] {
            assert_eq!(end(text.as_bytes(), 0, length), None, "{text}");
        }
    }
}
