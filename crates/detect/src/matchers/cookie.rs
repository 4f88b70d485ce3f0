//! Which values of a Cookie or Set-Cookie header are sessions? (RFC 6265, sections 4.1 and 4.2)
//!
//! A pair counts when its name speaks of a session, a login or a token and its value is long enough to be one.

use super::{byte_at, forward};

/// The names of the headers.
pub(crate) const WORDS: &[&str] = &["Cookie", "Set-Cookie"];
/// Longest header that is looked at.
const HEADER_BYTES_MAX: usize = 4096;
/// Shortest value that is taken for a session.
const VALUE_BYTES_MIN: usize = 8;
/// What the name of a session's cookie contains.
const NAMES: [&[u8]; 8] =
    [b"sess", b"auth", b"token", b"jwt", b"login", b"connect.sid", b"remember", b"csrf"];

/// Calls `found` with the place of every session in the header whose name ends at `after`.
pub(crate) fn find(text: &[u8], after: usize, mut found: impl FnMut(usize, usize)) {
    let quotes = forward(text, after, 3, |byte| !matches!(byte, b'"' | b'\'' | b'\\'));
    if !matches!(byte_at(text, quotes), b':' | b'=') {
        return;
    }
    let mut at = forward(text, quotes + 1, 4, |byte| !matches!(byte, b' ' | b'"' | b'\'' | b'\\'));
    let bound = at + HEADER_BYTES_MAX;
    while at < bound {
        let name_end = forward(text, at, bound - at, |byte| !is_name(byte));
        if byte_at(text, name_end) != b'=' {
            return;
        }
        let end = forward(text, name_end + 1, bound - name_end, |byte| !is_value(byte));
        if is_session(text.get(at..name_end).unwrap_or_default()) && end - name_end > VALUE_BYTES_MIN {
            found(name_end + 1, end);
        }
        if byte_at(text, end) != b';' {
            return;
        }
        at = forward(text, end + 1, 2, |byte| byte != b' ');
    }
}

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'.' | b'_' | b'-' | b'!' | b'#' | b'$' | b'%' | b'+' | b'~' | b'|')
}

/// A cookie's value (RFC 6265: `cookie-octet`), less what ends it in logs.
const fn is_value(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b';' | b',' | b'"' | b'\\' | b'\'' | b'*' | b'[')
}

fn is_session(name: &[u8]) -> bool {
    let lower = name.to_ascii_lowercase();
    NAMES.iter().any(|part| lower.windows(part.len()).any(|window| window == *part))
        || lower == b"sid"
        || lower.ends_with(b"_sid")
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "the places in these texts are known")]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<&str> {
        let mut all = Vec::new();
        let after = text.to_ascii_lowercase().find("cookie").unwrap() + 6;
        find(text.as_bytes(), after, |start, end| all.push(&text[start..end]));
        all
    }

    #[test]
    fn sessions_only() {
        assert_eq!(
            values("Cookie: theme=dark; sessionid=0a1b2c3d4e; lang=en; auth_token=zzzzzzzz9"),
            ["0a1b2c3d4e", "zzzzzzzz9"]
        );
        assert_eq!(values(r#"{"cookie":"JSESSIONID=EXAMPLE2EXAMPLE"}"#), ["EXAMPLE2EXAMPLE"]);
        assert_eq!(values("cookie policy of 2024"), [] as [&str; 0]);
        assert_eq!(values("Set-Cookie: sid=; Path=/"), [] as [&str; 0]);
        assert_eq!(values("Set-Cookie: sid=short; Path=/"), [] as [&str; 0]);
    }
}
