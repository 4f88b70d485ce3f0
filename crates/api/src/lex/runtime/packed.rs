//! What stands in a header that holds JSON? `lexv2-runtime` has session states and request attributes there, compressed and in base64
//! (API Reference, "RecognizeUtterance"): what is unpacked has a bound, however small the header was.

use super::turn::invalid;
use flate2::read::GzDecoder;
use sotto_conversation::bot::Tree;
use sotto_sensitive::{RawBytes, RawText};
use sotto_wire::{Fault, message};

/// Bytes of the JSON in a header. Session and request headers are 12 KB together on AWS ("Quotas"); JSON compresses.
const JSON_BYTES_MAX: usize = 128 << 10;
const STEP_BYTES: usize = 16 << 10;

/// The JSON of a header; nothing where there is no header.
pub(super) fn unpacked(header: Option<&RawText>, member: &'static str) -> Result<Tree, Fault> {
    let Some(header) = header.filter(|header| !header.is_empty()) else { return Ok(Tree::Null) };
    let wrong = || {
        invalid(&format_args!(
            "Value at '{member}' is not JSON that was compressed with gzip and written in base64"
        ))
    };
    let packed = bytes(header).ok_or_else(wrong)?;
    let json = inflated(&packed).ok_or_else(wrong)?;
    if json.length() > JSON_BYTES_MAX {
        let words = message!("Value at '{}' is longer than {} KiB", member, JSON_BYTES_MAX / 1024);
        return Err(Fault::new("ValidationException", words));
    }
    Tree::read(&json).map_err(|_| wrong())
}

#[expect(clippy::disallowed_methods, reason = "captured text is decoded, raw to raw")]
fn bytes(header: &RawText) -> Option<RawBytes> {
    base64(header.expose().as_bytes()).map(RawBytes::new)
}

#[expect(clippy::disallowed_methods, reason = "captured bytes are inflated, raw to raw")]
fn inflated(packed: &RawBytes) -> Option<RawBytes> {
    let mut source = GzDecoder::new(packed.expose());
    let mut json = RawBytes::default();
    while json.length() <= JSON_BYTES_MAX {
        if json.fill_from(&mut source, STEP_BYTES).ok()? == 0 {
            return Some(json);
        }
    }
    Some(json)
}

/// Bytes of base64 with or without padding (RFC 4648, section 4).
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let digits = text.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    let (digits, padding) = text.split_at_checked(digits)?;
    if padding.len() > 2 || digits.len() % 4 == 1 {
        return None;
    }
    let mut out = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for digit in digits {
        held = (held << 6 | u32::from(value(*digit)?)) & 0xFFFF;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from(held >> bits & 0xFF).ok()?);
        }
    }
    Some(out)
}

const fn value(digit: u8) -> Option<u8> {
    Some(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn header(json: &[u8]) -> RawText {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        out.write_all(json).unwrap();
        let packed = out.finish().unwrap();
        const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let digit = |bits: u32, place: u32| char::from(DIGITS[(bits >> (18 - 6 * place) & 63) as usize]);
        let mut text = String::new();
        for group in packed.chunks(3) {
            let at = |index: usize| group.get(index).copied().map_or(0, u32::from);
            let bits = at(0) << 16 | at(1) << 8 | at(2);
            (0..=u32::try_from(group.len()).unwrap()).for_each(|place| text.push(digit(bits, place)));
            text.push_str(&"=".repeat(3 - group.len()));
        }
        RawText::new(text)
    }

    #[test]
    fn what_is_packed_comes_out_and_has_a_bound_on_both_sides() {
        let tree = unpacked(Some(&header(b"{\"a\":\"canary\"}")), "sessionState").unwrap();
        assert!(tree.member("a").is_some());
        assert_eq!(unpacked(None, "sessionState").unwrap(), Tree::Null);
        let long = |length: usize| format!("\"{}\"", "x".repeat(length - 2)).into_bytes();
        assert!(unpacked(Some(&header(&long(JSON_BYTES_MAX))), "sessionState").is_ok());
        assert!(unpacked(Some(&header(&long(JSON_BYTES_MAX + 1))), "sessionState").is_err());
        for wrong in ["canary!", "Y2FuYXJ5", "AAAAA", "===="] {
            let fault = unpacked(Some(&RawText::new(wrong.to_owned())), "sessionState").unwrap_err();
            assert!(!fault.message().to_string().contains("canary"));
        }
        assert!(unpacked(Some(&header(b"canary")), "sessionState").is_err());
    }
}
