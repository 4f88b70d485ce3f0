//! Is it an address of the Internet Protocol?
//!
//! IPv4 in dotted decimal (RFC 6943 section 3.1.1, strict form: four numbers up to 255); IPv6 in any spelling of RFC 4291
//! section 2.2. Four numbers that are a version are left out: behind a product's name and slash in a user agent
//! (`Chrome/120.0.0.0`), or behind the word "version".

use super::{backward, byte_at, byte_before, forward};
use std::net::Ipv6Addr;

/// Longest text of an IPv6 address (RFC 4291 with an embedded IPv4 address).
const IPV6_BYTES_MAX: usize = 45;

/// The IPv4 address whose first token begins at `start`.
pub(crate) fn ipv4(text: &[u8], start: usize) -> Option<(usize, usize)> {
    let before = byte_before(text, start);
    if before == b'*'
        || (before == b'.' && start >= 2 && byte_before(text, start - 1).is_ascii_alphanumeric())
    {
        return None;
    }
    let mut at = octet_end(text, start)?;
    for _ in 0..3 {
        at = (byte_at(text, at) == b'.').then(|| octet_end(text, at + 1)).flatten()?;
    }
    let more = byte_at(text, at) == b'.' && byte_at(text, at + 1).is_ascii_alphanumeric();
    let continues = byte_at(text, at).is_ascii_alphanumeric() || matches!(byte_at(text, at), b'_' | b'*');
    (!more && !continues && !is_version(text, start, at)).then_some((start, at))
}

/// Where a number of one to three digits, at most 255, ends.
#[inline]
fn octet_end(text: &[u8], at: usize) -> Option<usize> {
    let (mut end, mut value) = (at, 0_u32);
    while let Some(digit) = text.get(end).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
        value = value * 10 + u32::from(digit);
        end += 1;
        if value > 255 || end - at > 3 {
            return None;
        }
    }
    (end > at).then_some(end)
}

/// Whether the four numbers are a version: `Chrome/120.0.0.0`, `version 1.2.3.4`, `Version=4.0.0.0`.
fn is_version(text: &[u8], start: usize, end: usize) -> bool {
    let value = text.get(start..end).unwrap_or_default();
    match byte_before(text, start) {
        b'/' if byte_before(text, start - 1).is_ascii_alphabetic() => {
            value.ends_with(b".0.0") || is_product(text, start - 1)
        }
        b'v' | b'V' => true,
        _ => {
            let word_end = backward(text, start, 3, |byte| !matches!(byte, b' ' | b'=' | b':' | b'"'));
            let word_start = backward(text, word_end, 12, |byte| !byte.is_ascii_alphabetic());
            let word = text.get(word_start..word_end).unwrap_or_default();
            word.len() >= 7
                && word.get(word.len() - 7..).is_some_and(|tail| tail.eq_ignore_ascii_case(b"version"))
        }
    }
}

fn is_product(text: &[u8], end: usize) -> bool {
    const PRODUCTS: [&str; 14] = [
        "Chrome",
        "Chromium",
        "HeadlessChrome",
        "CriOS",
        "Edg",
        "EdgA",
        "EdgiOS",
        "OPR",
        "Safari",
        "Firefox",
        "Version",
        "SamsungBrowser",
        "Electron",
        "YaBrowser",
    ];
    let start = backward(text, end, 20, |byte| !byte.is_ascii_alphabetic());
    PRODUCTS.iter().any(|product| text.get(start..end) == Some(product.as_bytes()))
}

/// The IPv6 address that holds the token at `token`.
pub(crate) fn ipv6(text: &[u8], token: usize) -> Option<(usize, usize)> {
    // An earlier token of the same address has been asked.
    if byte_before(text, token) == b':' && token >= 2 && byte_before(text, token - 1).is_ascii_digit() {
        return None;
    }
    // Times and ports end before the third group.
    if groups_ahead(text, token) < 2 {
        return None;
    }
    let other = |byte: u8| !(byte.is_ascii_hexdigit() || byte == b':' || byte == b'.');
    let start = backward(text, token, IPV6_BYTES_MAX, other);
    let mut end = forward(text, token, IPV6_BYTES_MAX, other);
    while end > start
        && (byte_before(text, end) == b'.'
            || (byte_before(text, end) == b':' && !text.get(start..end)?.ends_with(b"::")))
    {
        end -= 1;
    }
    // Eight groups and a port.
    if text.get(start..end)?.iter().filter(|&&byte| byte == b':').count() == 8
        && !text.get(start..end)?.windows(2).any(|pair| pair == b"::")
    {
        end = start + text.get(start..end)?.iter().rposition(|&byte| byte == b':')?;
    }
    let value = text.get(start..end)?;
    let colons = value.iter().filter(|&&byte| byte == b':').count();
    let apart = |byte: u8| !byte.is_ascii_alphanumeric() && byte != b'_' && byte != b'*';
    let end_is_port = byte_at(text, end) == b':';
    let shape = value.len() >= 3 && colons >= 2 && end - start <= IPV6_BYTES_MAX;
    let is_escape = byte_before(text, start - usize::from(start > 0)) == b'\\';
    let whole = (is_escape || apart(byte_before(text, start))) && (end_is_port || apart(byte_at(text, end)));
    let parses = || std::str::from_utf8(value).is_ok_and(|value| value.parse::<Ipv6Addr>().is_ok());
    (shape && whole && parses()).then_some((start, end))
}

/// Colons in the row of hexadecimal digits and colons from a place on.
fn groups_ahead(text: &[u8], token: usize) -> usize {
    let start = token.saturating_sub(8);
    let ahead = text.get(start..).unwrap_or_default().iter().take(IPV6_BYTES_MAX);
    let row = ahead
        .enumerate()
        .take_while(|(index, byte)| *index < token - start || byte.is_ascii_hexdigit() || **byte == b':');
    row.filter(|(_, byte)| **byte == b':').count()
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "the places in these texts are known")]
mod tests {
    use super::*;

    #[test]
    fn ipv4_addresses_and_versions() {
        let check = |text: &str, start: usize| {
            ipv4(text.as_bytes(), start).map(|(start, end)| text[start..end].to_owned())
        };
        assert_eq!(check("from 10.20.30.40:80", 5), Some("10.20.30.40".into()));
        assert_eq!(check("at 192.0.2.1.", 3), Some("192.0.2.1".into()));
        assert_eq!(check("host/10.1.2.3:80", 5), Some("10.1.2.3".into()));
        for (text, start) in [
            ("1.2.3.256", 0),
            ("1.2.3.4.5", 0),
            ("1.2.3.4.5", 2),
            ("Chrome/120.0.0.0 ", 7),
            ("version 1.2.3.4", 8),
            ("FileVersion=4.0.30.1", 12),
            ("1.2.3.4a", 0),
            ("1.2.3", 0),
            ("Edg/1.2.3.4", 4),
        ] {
            assert_eq!(check(text, start), None, "in {text}");
        }
    }

    #[test]
    fn ipv6_addresses_and_times() {
        let check =
            |text: &str, at: usize| ipv6(text.as_bytes(), at).map(|(start, end)| text[start..end].to_owned());
        assert_eq!(check("[2001:db8::1]:443", 1), Some("2001:db8::1".into()));
        assert_eq!(check("ip fe80::1ff:fe23:4567:890a%eth0", 3), Some("fe80::1ff:fe23:4567:890a".into()));
        assert_eq!(check("::ffff:192.0.2.1.", 7), Some("::ffff:192.0.2.1".into()));
        assert_eq!(check("dead:beef::7", 11), Some("dead:beef::7".into()));
        for (text, at) in
            [("12:34:56", 0), ("00:1b:44:11:3a:b7", 0), ("a1::zz", 0), ("1:2:3:4:5:6:7:8:9:a", 0)]
        {
            assert_eq!(check(text, at), None, "in {text}");
        }
    }
}
