//! Where around an `@` is an e-mail address?
//!
//! The shape of RFC 5321 section 4.1.2 as it is used: an ASCII dot-string of at most 64 characters, and a domain of at
//! least two labels whose last is made of letters. What looks alike but is none is left out: file names of images with a
//! scale (`logo@2x.png`), units of system managers (`user@1000.service`), and the `git@host:path` of repositories.

use super::{backward, byte_at, byte_before, forward};

/// Longest local part (RFC 5321, section 4.5.3.1.1).
const LOCAL_BYTES_MAX: usize = 64;
/// Longest domain (RFC 5321, section 4.5.3.1.2).
const DOMAIN_BYTES_MAX: usize = 255;
/// Last labels that name a kind of file or of unit, not a domain.
const NO_DOMAINS: [&str; 22] = [
    "png", "jpg", "jpeg", "gif", "svg", "webp", "ico", "css", "js", "mjs", "ts", "json", "html", "service",
    "socket", "timer", "slice", "target", "mount", "scope", "dll", "yaml",
];

/// The address around the `@` at `at`.
pub(crate) fn find(text: &[u8], at: usize) -> Option<(usize, usize)> {
    let start = local_start(text, at)?;
    let end = domain_end(text, at + 1)?;
    let is_repository = text.get(start..at) == Some(b"git") && byte_at(text, end) == b':';
    (!is_repository && !is_password(text, start)).then_some((start, end))
}

fn local_start(text: &[u8], at: usize) -> Option<usize> {
    let allowed = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-' | b'\'' | b'&')
    };
    let earliest = backward(text, at, LOCAL_BYTES_MAX, |byte| !allowed(byte));
    if at - earliest == LOCAL_BYTES_MAX && allowed(byte_before(text, earliest)) {
        return None;
    }
    let escaped = byte_before(text, earliest) == b'\\' && byte_at(text, earliest).is_ascii_lowercase();
    let earliest = earliest + usize::from(escaped);
    let local = text.get(earliest..at)?;
    let trimmed = local.iter().position(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')?;
    let local = local.get(trimmed..)?;
    let dots_are_single = !local.windows(2).any(|pair| pair == b"..");
    (dots_are_single && local.last() != Some(&b'.')).then_some(earliest + trimmed)
}

fn domain_end(text: &[u8], from: usize) -> Option<usize> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let mut end = forward(text, from, DOMAIN_BYTES_MAX, |byte| !allowed(byte));
    while end > from && matches!(byte_before(text, end), b'.' | b'-') {
        end -= 1;
    }
    let mut labels = text.get(from..end)?.split(|&byte| byte == b'.');
    let last = labels.next_back()?;
    let label =
        |label: &[u8]| !label.is_empty() && label.first() != Some(&b'-') && label.last() != Some(&b'-');
    let others = labels.clone().count() > 0 && labels.all(label);
    (others && is_top_level(last)).then_some(end)
}

fn is_top_level(label: &[u8]) -> bool {
    let letters = label.iter().all(u8::is_ascii_alphabetic) || label.starts_with(b"xn--");
    let known_otherwise = NO_DOMAINS.iter().any(|name| label.eq_ignore_ascii_case(name.as_bytes()));
    letters && !known_otherwise && (2..=24).contains(&label.len())
}

/// Whether what stands before the `@` is the password of a URL (RFC 3986, section 3.2.1), which has a matcher of its own.
fn is_password(text: &[u8], start: usize) -> bool {
    let authority = backward(text, start, LOCAL_BYTES_MAX, |byte| byte == b'/' || byte.is_ascii_whitespace());
    byte_before(text, start) == b':' && authority >= 3 && text.get(authority - 3..authority) == Some(b"://")
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "the places in these texts are known")]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        let at = text.find('@').unwrap();
        let found = find(text.as_bytes(), at).map(|(start, end)| &text[start..end]);
        assert_eq!(found, expected, "in {text}");
    }

    #[test]
    fn addresses_and_what_only_looks_alike() {
        for (text, expected) in [
            ("mail jane.doe+x@mail.example.org.", "jane.doe+x@mail.example.org"),
            ("<a@b.co>", "a@b.co"),
            ("user=o'neil@x-y.example.com;", "o'neil@x-y.example.com"),
            (r#""\njane@example.org""#, "jane@example.org"),
            ("..x@example.info...", "x@example.info"),
        ] {
            check(text, Some(expected));
        }
        let long = format!("{}@example.org", "a".repeat(65));
        for text in [
            "logo@2x.png",
            "user@1000.service",
            "git@code.example.org:team/x.git",
            "a@b",
            "@example.org",
            "a..b@example.org",
            "node@18.2.0",
            "a.@example.org",
            "postgres://u:secret@db.example.org/x",
            "a@-b.org",
            &long,
        ] {
            check(text, None);
        }
    }
}
