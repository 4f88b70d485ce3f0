//! Where does a private key end? Blocks between `BEGIN` and `END`, and PuTTY's files.
//!
//! PEM (RFC 7468) and OpenPGP armor (RFC 9580, section 6.2). A block may stand in a JSON string, its line breaks written
//! as `\n`. A block whose end is missing is reported as far as its lines look like base64: half a key is a key.

use super::{byte_at, forward};

/// Longest block that is looked for.
pub(crate) const BLOCK_BYTES_MAX: usize = 16 * 1024 - 512;
/// Longest label between the hyphens.
const LABEL_BYTES_MAX: usize = 40;
/// The words that begin a PuTTY file.
pub(crate) const PUTTY_WORDS: &[&str] = &["PuTTY-User-Key-File-"];

/// How a block was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyBlock {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Whether its end was seen; without it more text may lengthen the block.
    pub(crate) closed: bool,
}

/// The block that begins with the five hyphens at `start`, if `wanted` accepts its label.
pub(crate) fn block(text: &[u8], start: usize, wanted: impl Fn(&[u8]) -> bool) -> Option<KeyBlock> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    let label_start = text.get(start..)?.starts_with(BEGIN).then_some(start + BEGIN.len())?;
    let label_end = forward(text, label_start, LABEL_BYTES_MAX, |byte| byte == b'-' || byte == b'\n');
    let label = text.get(label_start..label_end)?;
    if !wanted(label) || text.get(label_end..label_end + 5) != Some(b"-----") {
        return None;
    }
    let body = label_end + 5;
    let close = [b"-----END ", label, b"-----"].concat();
    let window = text.get(body..text.len().min(body + BLOCK_BYTES_MAX))?;
    // The next row of hyphens ends the block, or begins another: so no byte is searched twice.
    let row = window.windows(5).position(|at| at == b"-----").unwrap_or(window.len());
    let rest = window.get(row..)?;
    if rest.starts_with(&close) {
        return Some(KeyBlock { start, end: body + row + close.len(), closed: true });
    }
    let end = open_end(text, body);
    // A header without a body is no key, but more text may bring one.
    let end = if end > body { end } else { start };
    Some(KeyBlock { start, end, closed: rest.len() >= close.len() })
}

/// The PuTTY file whose header ends at `after`: `2: ssh-rsa`, then lines up to `Private-MAC`.
pub(crate) fn putty(text: &[u8], start: usize, after: usize) -> Option<KeyBlock> {
    if !matches!(byte_at(text, after), b'1'..=b'3') || byte_at(text, after + 1) != b':' {
        return None;
    }
    let window = text.get(after..text.len().min(after + BLOCK_BYTES_MAX))?;
    let mac = window.windows(12).position(|at| at == b"Private-MAC:" || at == b"Private-Hash");
    match mac {
        Some(offset) => {
            let value = forward(text, after + offset, 64, |byte| byte == b' ');
            let end = forward(text, value + 1, 128, |byte| !byte.is_ascii_hexdigit());
            Some(KeyBlock { start, end: end.max(after + offset + 12), closed: true })
        }
        None => Some(KeyBlock { start, end: open_end(text, after + 2), closed: false }),
    }
}

/// How far lines of base64 and `Name: value` headers go, where the end is missing.
fn open_end(text: &[u8], body: usize) -> usize {
    let bound = text.len().min(body + BLOCK_BYTES_MAX);
    let (mut at, mut end) = (body, body);
    while at < bound {
        let line_end = forward(text, at, bound - at, |byte| byte == b'\n' || byte == b'\\' || byte == b'"');
        let line = text.get(at..line_end).unwrap_or_default();
        if !is_key_line(line) {
            break;
        }
        end = if line.is_empty() { end } else { line_end };
        at = after_break(text, line_end);
        if at == line_end {
            break;
        }
    }
    end
}

/// Behind a line break, written raw or as `\n` or `\r\n` in a string.
fn after_break(text: &[u8], at: usize) -> usize {
    match (byte_at(text, at), byte_at(text, at + 1)) {
        (b'\n', _) => at + 1,
        (b'\\', b'n' | b'r') => at + 2,
        _ => at,
    }
}

fn is_key_line(line: &[u8]) -> bool {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let header = |line: &[u8]| {
        [
            &b"Proc-Type: "[..],
            b"DEK-Info: ",
            b"Version: ",
            b"Comment: ",
            b"Hash: ",
            b"Encryption: ",
            b"Public-Lines: ",
            b"Private-Lines: ",
            b"Key-Derivation: ",
            b"Argon2-",
        ]
        .iter()
        .any(|name| line.starts_with(name))
    };
    line.iter().all(base64) || header(line) || line.first() == Some(&b' ')
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "the places in these texts are known")]
mod tests {
    use super::*;

    const BODY: &str = "MIIEpAIBAAKCAQEAexample0example0\nexample0example0";

    fn found(text: &str) -> Option<(String, bool)> {
        let start = text.find("-----").unwrap();
        block(text.as_bytes(), start, |label| label == b"RSA PRIVATE KEY")
            .map(|block| (text[block.start..block.end].to_owned(), block.closed))
    }

    #[test]
    fn blocks_are_found_whole_escaped_and_cut() {
        let whole = format!("-----BEGIN RSA PRIVATE KEY-----\n{BODY}\n-----END RSA PRIVATE KEY-----");
        assert_eq!(found(&format!("x {whole} y")), Some((whole.clone(), true)));
        let escaped = whole.replace('\n', "\\n");
        assert_eq!(found(&format!("{{\"k\":\"{escaped}\"}}")), Some((escaped.clone(), true)));
        let cut = format!("-----BEGIN RSA PRIVATE KEY-----\n{BODY}");
        assert_eq!(found(&format!("{cut}\n2026-01-01 next line")), Some((cut.clone(), false)));
        let cut = cut.replace('\n', "\\n");
        assert_eq!(found(&format!("\"{cut}\", \"more\":1")), Some((cut.clone(), false)));
        assert_eq!(found("-----BEGIN CERTIFICATE-----"), None);
        assert_eq!(found("----- BEGIN RSA PRIVATE KEY"), None);
    }

    #[test]
    fn putty_files_end_with_their_mac() {
        let text = "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nPrivate-Lines: 1\nAAAA\nPrivate-MAC: 0123456789abcdef\nrest";
        let found = putty(text.as_bytes(), 0, 20).unwrap();
        assert!(text[..found.end].ends_with("0123456789abcdef") && found.closed);
        assert_eq!(putty(b"PuTTY-User-Key-File-x", 0, 20), None);
    }
}
