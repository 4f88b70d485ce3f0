//! How is a payload in chunks checked? Each chunk's signature covers the one before, so that none can be moved or cut.
//!
//! S3 API Reference, "Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks" and
//! "Including trailing headers". Unsigned chunks with a trailer are taken where the claim says so; they come over TLS, and
//! the seed signature covers the head.

use super::claim::{Claim, Payload, sha256};
use super::{Refusal, SigningKey};
use crate::text::{hex, unhex_32};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use sotto_sensitive::RawBytes;

/// Chunks at most: of the least size that clients use (8 KiB), 5 GB.
pub const CHUNKS_MAX: usize = 700_000;

/// Bytes of trailing headers at most.
const TRAILER_BYTES_MAX: usize = 4_096;

/// Takes a chunked payload apart and checks the signature of each chunk.
///
/// # Errors
/// [`Refusal::Malformed`] when the framing is wrong, [`Refusal::Mismatch`] when a signature is.
#[expect(clippy::disallowed_methods, reason = "chunks are hashed and joined; they stay raw")]
pub fn unchunk(claim: &Claim, key: &SigningKey, body: &RawBytes) -> Result<RawBytes, Refusal> {
    let Payload::Chunked { signed, trailer } = claim.payload() else { return Err(MALFORMED) };
    let mut chain = Chain { claim, key, before: claim.signature };
    let mut payload = RawBytes::default();
    let mut rest = body.expose();
    for _ in 0..CHUNKS_MAX {
        let (chunk, after) = Chunk::read(rest)?;
        if signed {
            let signature = chunk.signature.ok_or(MALFORMED)?;
            chain.check(b"AWS4-HMAC-SHA256-PAYLOAD", &[sha256(b""), sha256(chunk.data)], signature)?;
        }
        if chunk.data.is_empty() {
            chain.check_trailer(after, signed && trailer)?;
            return Ok(payload);
        }
        payload.push(chunk.data);
        rest = after.strip_prefix(b"\r\n").ok_or(MALFORMED)?;
    }
    Err(MALFORMED)
}

const MALFORMED: Refusal = Refusal::Malformed { part: "chunk" };

struct Chunk<'a> {
    data: &'a [u8],
    signature: Option<[u8; 32]>,
}

impl<'a> Chunk<'a> {
    /// `SIZE;chunk-signature=SIGNATURE CR LF DATA`; what follows comes back.
    fn read(text: &'a [u8]) -> Result<(Self, &'a [u8]), Refusal> {
        let (line, after) = line(text)?;
        let mut parts = line.split(|byte| *byte == b';');
        let size = std::str::from_utf8(parts.next().unwrap_or_default()).ok();
        let size = size.filter(|size| size.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let size = size.and_then(|size| usize::from_str_radix(size, 16).ok()).ok_or(MALFORMED)?;
        let signature = parts.next().and_then(|part| unhex_32(part.strip_prefix(b"chunk-signature=")?));
        let (data, after) = after.split_at_checked(size).ok_or(MALFORMED)?;
        Ok((Self { data, signature }, after))
    }
}

fn line(text: &[u8]) -> Result<(&[u8], &[u8]), Refusal> {
    let end = text.windows(2).take(TRAILER_BYTES_MAX).position(|pair| pair == b"\r\n").ok_or(MALFORMED)?;
    let (line, after) = text.split_at(end);
    Ok((line, after.get(2..).unwrap_or_default()))
}

/// The signatures so far.
struct Chain<'a> {
    claim: &'a Claim,
    key: &'a SigningKey,
    before: [u8; 32],
}

impl Chain<'_> {
    fn check(&mut self, algorithm: &[u8], hashes: &[[u8; 32]], signature: [u8; 32]) -> Result<(), Refusal> {
        let mut text =
            [algorithm, self.claim.stamp().bytes(), &self.claim.scope().text(), &hex(&self.before)]
                .join(&b'\n');
        for hash in hashes {
            text.push(b'\n');
            text.extend(hex(hash));
        }
        let expected = self.key.sign(&text);
        self.before = signature;
        verify_slices_are_equal(&expected, &signature).map_err(|_| Refusal::Mismatch)
    }

    /// Trailing headers: their signature is the last of them.
    fn check_trailer(&mut self, text: &[u8], signed: bool) -> Result<(), Refusal> {
        if !signed {
            return Ok(());
        }
        let (mut headers, mut rest) = (Vec::new(), text);
        loop {
            let (header, after) = line(rest)?;
            if let Some(signature) = header.strip_prefix(b"x-amz-trailer-signature:") {
                let signature = unhex_32(signature.trim_ascii()).ok_or(MALFORMED)?;
                return self.check(b"AWS4-HMAC-SHA256-TRAILER", &[sha256(&headers)], signature);
            }
            if headers.len() + header.len() > TRAILER_BYTES_MAX {
                return Err(MALFORMED);
            }
            headers.extend_from_slice(header);
            headers.push(b'\n');
            rest = after;
        }
    }
}
