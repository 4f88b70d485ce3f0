//! Which bytes are signed? The canonical request: the request, written in the one way that both ends agree on.
//!
//! Path and query are percent-encoded alike, header values lose superfluous blanks, only the signed headers count. Paths are
//! encoded once more than they came, but for S3, whose keys may hold anything ("Create a canonical request"); elsewhere `.`,
//! `..` and repeated slashes are resolved first (RFC 3986, section 5.2.4).

use super::claim::{Scope, sha256};
use super::time::Stamp;
use crate::head::Head;
use crate::text::{hex, percent_decode, percent_encode};
use zeroize::Zeroizing;

/// What is needed for a canonical request.
pub(crate) struct Request<'a> {
    pub(crate) head: &'a Head,
    /// Names in lower case and in order.
    pub(crate) signed_headers: &'a [String],
    pub(crate) payload_hash: &'a [u8],
}

/// A canonical request. It may hold captured text, and is wiped.
pub(crate) struct Canonical(pub(crate) Zeroizing<Vec<u8>>);

impl Request<'_> {
    pub(crate) fn canonical(&self, s3: bool) -> Canonical {
        let mut out = Zeroizing::new(Vec::with_capacity(1_024));
        out.extend_from_slice(self.head.method().name().as_bytes());
        out.push(b'\n');
        path(&mut out, self.head.path(), s3);
        out.push(b'\n');
        query(&mut out, self.head.query());
        out.push(b'\n');
        for name in self.signed_headers {
            out.extend_from_slice(name.as_bytes());
            out.push(b':');
            self.header(&mut out, name);
            out.push(b'\n');
        }
        out.push(b'\n');
        for (index, name) in self.signed_headers.iter().enumerate() {
            if index > 0 {
                out.push(b';');
            }
            out.extend_from_slice(name.as_bytes());
        }
        out.push(b'\n');
        out.extend_from_slice(self.payload_hash);
        Canonical(out)
    }

    /// Appends the values of a header, in order, parted by commas.
    fn header(&self, out: &mut Vec<u8>, name: &str) {
        let found = self.head.headers().filter(|(found, _)| *found == name.as_bytes());
        for (index, (_, value)) in found.enumerate() {
            if index > 0 {
                out.push(b',');
            }
            trimmed(out, value);
        }
    }
}

impl Canonical {
    /// The string that is signed: algorithm, time, scope, hash of the canonical request.
    pub(crate) fn string_to_sign(&self, stamp: &Stamp, scope: &Scope) -> Vec<u8> {
        let hash = hex(&sha256(&self.0));
        [b"AWS4-HMAC-SHA256", stamp.bytes(), &scope.text(), &hash].join(&b'\n')
    }
}

/// Appends a value without blanks at its ends, and with one for several inside.
fn trimmed(out: &mut Vec<u8>, value: &[u8]) {
    let words = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    for (index, word) in words.enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(word);
    }
}

fn path(out: &mut Vec<u8>, path: &[u8], s3: bool) {
    if s3 {
        percent_encode(out, &Zeroizing::new(percent_decode(path, false)), true);
    } else if has_dots_or_double_slashes(path) {
        percent_encode(out, &Zeroizing::new(resolved(path)), true);
    } else {
        percent_encode(out, path, true);
    }
    if path.is_empty() {
        out.push(b'/');
    }
}

fn has_dots_or_double_slashes(path: &[u8]) -> bool {
    path.windows(2).any(|pair| matches!(pair, b"//" | b"/."))
}

/// The path without `.`, `..` and empty segments; it begins with a slash, and ends with one where it did.
fn resolved(path: &[u8]) -> Vec<u8> {
    let mut kept: Vec<&[u8]> = Vec::new();
    for segment in path.split(|byte| *byte == b'/') {
        match segment {
            b"" | b"." => {}
            b".." => drop(kept.pop()),
            segment => kept.push(segment),
        }
    }
    let mut out = Vec::with_capacity(path.len());
    for segment in &kept {
        out.push(b'/');
        out.extend_from_slice(segment);
    }
    if out.is_empty() || path.ends_with(b"/") {
        out.push(b'/');
    }
    out
}

/// Appends the query: names and values encoded, in order of names, then of values; the signature itself is left out.
fn query(out: &mut Vec<u8>, query: &[u8]) {
    if query.is_empty() {
        return;
    }
    let mut pairs: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for pair in query.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let cut = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        let (name, value) = pair.split_at(cut);
        let encoded = |bytes: &[u8]| {
            let mut out = Vec::with_capacity(bytes.len());
            percent_encode(&mut out, &Zeroizing::new(percent_decode(bytes, false)), false);
            out
        };
        if name != b"X-Amz-Signature" {
            pairs.push((encoded(name), encoded(value.get(1..).unwrap_or_default())));
        }
    }
    pairs.sort_unstable();
    for (index, (name, value)) in pairs.iter().enumerate() {
        if index > 0 {
            out.push(b'&');
        }
        out.extend_from_slice(name);
        out.push(b'=');
        out.extend_from_slice(value);
    }
}
