//! What is in a compressed request? Only operations whose model allows compression are asked (Smithy, "requestCompression
//! trait"); elsewhere an encoding belongs to the content, as with an object of S3.
//!
//! The compressed bytes are what was signed. What they unfold to is bounded, whatever they announce.

use super::Unread;
use super::rest_read::bytes_of;
use crate::head::Head;
use flate2::read::GzDecoder;
use sotto_aws_model::Operation;
use sotto_sensitive::RawBytes;

/// Bytes of an unfolded request at most; the largest that is served (PutMetricData) has 1 MB.
pub(crate) const INFLATED_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Bytes that are unfolded at a time.
const STEP_BYTES: usize = 64 * 1024;

/// The body as it was before it was compressed.
pub(crate) fn plain(operation: &Operation, head: &Head, body: RawBytes) -> Result<RawBytes, Unread> {
    let encoding = head.header_text("content-encoding").unwrap_or_default();
    if !operation.compressible || !encoding.eq_ignore_ascii_case("gzip") {
        return Ok(body);
    }
    let mut reader = GzDecoder::new(bytes_of(&body));
    let mut out = RawBytes::default();
    while out.length() <= INFLATED_BYTES_MAX {
        match out.fill_from(&mut reader, STEP_BYTES) {
            Ok(0) => return Ok(out),
            Ok(_) => {}
            Err(_) => return Err(Unread::Body),
        }
    }
    Err(Unread::Body)
}
