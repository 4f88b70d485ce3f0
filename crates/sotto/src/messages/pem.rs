//! How is a key read from and written to a PEM file (RFC 7468)?
//!
//! PKCS#8 for private keys, SubjectPublicKeyInfo for public ones; of a certificate the public key is taken. Certificates are
//! not verified: whoever names a file trusts it.

use crate::fault::Fault;
use crate::out;
use crate::private;
use anyhow::Result;
use sotto_kms::crypto::{RsaKey, RsaPublic};
use sotto_message::base64;
use sotto_sensitive::KeyBytes;
use std::path::Path;
use zeroize::Zeroizing;

/// Characters of a line (RFC 7468, section 2).
const LINE_CHARS: usize = 64;

/// An RSA key that decrypts.
pub(super) fn private_key(path: &Path) -> Result<RsaKey> {
    let text = Zeroizing::new(private::read(path).map_err(|error| Fault::file(path, &error))?);
    warn_of_readers(path);
    let wrong = || {
        let wanted =
            "a PEM file with an RSA key of 2048, 3072 or 4096 bits as `PRIVATE KEY` (PKCS#8) is expected";
        Fault::usage(format!("`{}`: {wanted}; `openssl pkcs8 -topk8 -nodes` converts others", path.display()))
    };
    let der = part(&text, "PRIVATE KEY").map(KeyBytes::taken).ok_or_else(wrong)?;
    RsaKey::read(&der).map_err(|_| wrong())
}

/// An RSA key that encrypts.
pub(super) fn public_key(path: &Path) -> Result<RsaPublic> {
    let text = private::read(path).map_err(|error| Fault::file(path, &error))?;
    let der = part(&text, "PUBLIC KEY");
    let der = der.or_else(|| key_of_certificate(&part(&text, "CERTIFICATE")?).map(<[u8]>::to_vec));
    let key = der.and_then(|der| RsaPublic::read(&der).ok());
    let wanted =
        "a PEM file with an RSA key of 2048, 3072 or 4096 bits as `PUBLIC KEY` or `CERTIFICATE` is expected";
    key.ok_or_else(|| Fault::usage(format!("`{}`: {wanted}", path.display())))
}

/// An AES key: the bytes of the file.
pub(super) fn raw_key(path: &Path) -> Result<KeyBytes> {
    let bytes = private::read(path).map_err(|error| Fault::file(path, &error))?;
    warn_of_readers(path);
    Ok(KeyBytes::taken(bytes))
}

fn warn_of_readers(path: &Path) {
    if private::open_to_others(path).unwrap_or_default() {
        out::say(&format!("sotto: `{}` can be read by others: make it 600", path.display()));
    }
}

/// The bytes of the first part with a label.
fn part(text: &[u8], label: &str) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?;
    let inside = text.split_once(&format!("-----BEGIN {label}-----"))?.1;
    let inside = inside.split_once(&format!("-----END {label}-----"))?.0;
    let digits: Zeroizing<Vec<u8>> =
        Zeroizing::new(inside.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect());
    base64::decode(&digits)
}

/// A part.
pub(super) fn write(label: &str, der: &[u8]) -> Zeroizing<String> {
    let digits = Zeroizing::new(base64::encode(der));
    let mut text = Zeroizing::new(format!("-----BEGIN {label}-----\n"));
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at % LINE_CHARS == 0 {
            text.push('\n');
        }
        text.push(digit);
    }
    text.push_str(&format!("\n-----END {label}-----\n"));
    text
}

/// SubjectPublicKeyInfo of a certificate (RFC 5280, section 4.1), with its tag and length.
fn key_of_certificate(der: &[u8]) -> Option<&[u8]> {
    let (certificate, _) = value(der)?;
    let (mut fields, _) = value(certificate)?;
    // Version (only where it is not 1), then serial, algorithm, issuer, validity, subject.
    let before = if fields.first() == Some(&0xA0) { 6 } else { 5 };
    for _ in 0..before {
        fields = value(fields)?.1;
    }
    let after = value(fields)?.1;
    fields.get(..fields.len().checked_sub(after.len())?)
}

/// The content of the first element, and what follows it (X.690, section 8.1).
fn value(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_, rest) = der.split_first()?;
    let (first, mut rest) = rest.split_first()?;
    let mut length = usize::from(*first);
    if length >= 0x80 {
        let (digits, after) = rest.split_at_checked(length - 0x80).filter(|(digits, _)| digits.len() <= 4)?;
        length = digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit));
        rest = after;
    }
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_written_and_read() {
        let der: Vec<u8> = (0..100).collect();
        let text = write("PRIVATE KEY", &der);
        assert!(
            text.lines().all(|line| line.len() <= LINE_CHARS)
                && text.ends_with("-----END PRIVATE KEY-----\n")
        );
        assert_eq!(part(format!("# note\n{}", *text).as_bytes(), "PRIVATE KEY"), Some(der));
        assert_eq!(part(text.as_bytes(), "PUBLIC KEY"), None);
        assert_eq!(part(b"-----BEGIN X-----\nA\n-----END X-----", "X"), None);
    }

    #[test]
    fn elements_end_where_they_say() {
        assert_eq!(value(&[0x30, 2, 1, 2, 3]), Some((&[1, 2][..], &[3][..])));
        assert_eq!(value(&[0x30, 0x81, 1, 7]), Some((&[7][..], &[][..])));
        for wrong in [
            &[][..],
            &[0x30],
            &[0x30, 2, 1],
            &[0x30, 0x81],
            &[0x30, 0x85, 0, 0, 0, 0, 0],
            &[0x30, 0x82, 0xFF],
        ] {
            assert_eq!(value(wrong), None, "{wrong:?}");
        }
    }
}
