//! Which part of a URL is a password? What stands between the user's name and the `@` (RFC 3986, section 3.2.1).

use super::{backward, byte_at};

/// Longest user information that is looked at.
const USER_INFO_BYTES_MAX: usize = 512;

/// The password of `scheme://user:PASSWORD@host`, for the `@` at `at`.
pub(crate) fn find(text: &[u8], at: usize) -> Option<(usize, usize)> {
    let stop = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'"' | b'\'' | b'<' | b'>');
    let start = backward(text, at, USER_INFO_BYTES_MAX, stop);
    let scheme = start.checked_sub(3)?;
    let is_url = text.get(scheme..start) == Some(b"://")
        && scheme > 0
        && byte_at(text, scheme - 1).is_ascii_alphanumeric();
    let user_info = text.get(start..at)?;
    let colon = user_info.iter().position(|&byte| byte == b':')?;
    let password = user_info.get(colon + 1..)?;
    let opaque = password.iter().all(|&byte| byte == b'*')
        || password.starts_with(b"$")
        || password.starts_with(b"[")
        || password.starts_with(b"{");
    let host = byte_at(text, at + 1);
    (is_url && !password.is_empty() && !opaque && (host.is_ascii_alphanumeric() || host == b'['))
        .then_some((start + colon + 1, at))
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "the places in these texts are known")]
mod tests {
    use super::*;

    #[test]
    fn passwords_and_what_stands_for_them() {
        let check = |text: &str| {
            find(text.as_bytes(), text.rfind('@').unwrap()).map(|(start, end)| text[start..end].to_owned())
        };
        assert_eq!(check("db=postgres://app:s3cr3t-x@db.example.org/x"), Some("s3cr3t-x".into()));
        assert_eq!(check("redis://:pa:ss@10.0.0.1"), Some("pa:ss".into()));
        for text in [
            "https://user@example.org",
            "mail a:b@example.org",
            "x://u:@h",
            "x://u:****@h",
            "x://u:${PW}@h",
            "x://u:p@ h",
        ] {
            assert_eq!(check(text), None, "in {text}");
        }
    }
}
