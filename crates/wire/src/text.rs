//! Which bytes are which text? Percent encoding, form encoding, hexadecimal and base64: the small alphabets of the wire.
//!
//! RFC 3986 for percent encoding, WHATWG URL "application/x-www-form-urlencoded" for `+`, RFC 4648 for base64. Written here
//! because what passes through may be captured: nothing keeps a copy, and an error carries no text.

/// Appends the percent-encoded form of bytes; unreserved characters stand for themselves, and `/` too where `slash` says so.
pub(crate) fn percent_encode(out: &mut Vec<u8>, bytes: &[u8], slash: bool) {
    for byte in bytes {
        if is_unreserved(*byte) || (slash && *byte == b'/') {
            out.push(*byte);
        } else {
            out.push(b'%');
            out.push(upper(byte >> 4));
            out.push(upper(byte & 15));
        }
    }
}

const fn upper(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 }
}

const fn lower(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 }
}

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// The bytes that percent-encoded ones stand for; what is no escape stands for itself.
pub(crate) fn percent_decode(bytes: &[u8], plus: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, tail)) = rest.split_first() {
        rest = match (first, tail) {
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                out.push(nibble(*high) << 4 | nibble(*low));
                after
            }
            (b'+', _) if plus => {
                out.push(b' ');
                tail
            }
            _ => {
                out.push(*first);
                tail
            }
        };
    }
    out
}

const fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        b'A'..=b'F' => digit - b'A' + 10,
        _ => 0,
    }
}

/// Bytes in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> Vec<u8> {
    let digits = |byte: &u8| [lower(byte >> 4), lower(byte & 15)];
    bytes.iter().flat_map(digits).collect()
}

/// The 32 bytes of 64 hexadecimal digits.
pub(crate) fn unhex_32(digits: &[u8]) -> Option<[u8; 32]> {
    let mut out = [0; 32];
    if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = pair.iter().fold(0, |sum, digit| sum << 4 | nibble(*digit));
    }
    Some(out)
}

const BASE64: [u8; 64] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Appends base64 with padding (RFC 4648, section 4).
pub(crate) fn base64_encode(out: &mut Vec<u8>, bytes: &[u8]) {
    for group in bytes.chunks(3) {
        let value =
            group.iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let six = (value >> (18 - 6 * place)) & 63;
            out.push(if place <= group.len() {
                BASE64.get(six as usize & 63).copied().unwrap_or_default()
            } else {
                b'='
            });
        }
    }
}

/// The bytes of base64, with or without padding; `None` when a character or the length is wrong.
pub(crate) fn base64_decode(text: &[u8]) -> Option<Vec<u8>> {
    let padding = text.iter().rev().take_while(|byte| **byte == b'=').count();
    let digits = text.get(..text.len() - padding)?;
    if padding > 2 || digits.len() % 4 == 1 || (padding > 0 && (digits.len() + padding) % 4 != 0) {
        return None;
    }
    let mut out = Vec::with_capacity(digits.len() / 4 * 3 + 3);
    for group in digits.chunks(4) {
        let mut value = 0_u32;
        for digit in group {
            value = value << 6 | u32::from(base64_digit(*digit)?);
        }
        let [_, bytes @ ..] = (value << (6 * (4 - group.len()))).to_be_bytes();
        out.extend_from_slice(bytes.get(..group.len() * 3 / 4)?);
    }
    Some(out)
}

const fn base64_digit(digit: u8) -> Option<u8> {
    Some(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_encoding_goes_both_ways() {
        let mut out = Vec::new();
        percent_encode(&mut out, "a b/ü~+".as_bytes(), false);
        assert_eq!(out, b"a%20b%2F%C3%BC~%2B");
        assert_eq!(percent_decode(&out, false), "a b/ü~+".as_bytes());
        assert_eq!(percent_decode(b"a+b%zz%4", true), b"a b%zz%4");
        assert_eq!(percent_decode(b"a+b", false), b"a+b");
    }

    #[test]
    fn base64_goes_both_ways() {
        // RFC 4648, section 10.
        for (plain, coded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            let mut out = Vec::new();
            base64_encode(&mut out, plain.as_bytes());
            assert_eq!(out, coded.as_bytes());
            assert_eq!(base64_decode(coded.as_bytes()).unwrap(), plain.as_bytes());
            assert_eq!(base64_decode(coded.trim_end_matches('=').as_bytes()).unwrap(), plain.as_bytes());
        }
        for wrong in ["A", "AA=", "A===", "AA AA", "Zm9v===="] {
            assert!(base64_decode(wrong.as_bytes()).is_none(), "{wrong}");
        }
    }

    #[test]
    fn hexadecimal_is_read_at_its_full_length_only() {
        let bytes = [0xab; 32];
        assert_eq!(unhex_32(&hex(&bytes)), Some(bytes));
        assert_eq!(unhex_32(&hex(&bytes)[1..]), None);
        assert_eq!(unhex_32(&[b'g'; 64]), None);
    }
}
