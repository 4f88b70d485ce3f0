//! Is a body compressed? Some clients compress requests (`PutMetricData`, OTLP); it is inflated after its signature held, into
//! a bounded room.

use flate2::read::GzDecoder;
use sotto_sensitive::RawBytes;
use sotto_wire::{Common, Fault, Head};

/// Bytes of an inflated body.
pub(crate) const INFLATED_BYTES_MAX: usize = 64 << 20;
/// How much larger than the compressed body it may be, with a floor for small ones.
pub(crate) const RATIO_MAX: usize = 200;
const FLOOR_BYTES: usize = 1 << 20;
const STEP_BYTES: usize = 64 << 10;

/// The body as it was before compression. S3 keeps the encoding with the object: there it says nothing about the request.
pub(crate) fn inflated(prefix: Option<&str>, head: &Head, body: RawBytes) -> Result<RawBytes, Fault> {
    if prefix != Some("s3") && is_compressed(head) { inflate(&body) } else { Ok(body) }
}

#[expect(clippy::disallowed_methods, reason = "the name of an encoding is compared; a yes or no leaves")]
fn is_compressed(head: &Head) -> bool {
    let encoding = head.raw("content-encoding");
    encoding.is_some_and(|encoding| {
        encoding.expose().split(',').any(|name| name.trim().eq_ignore_ascii_case("gzip"))
    })
}

#[expect(clippy::disallowed_methods, reason = "a body is inflated, raw to raw")]
fn inflate(body: &RawBytes) -> Result<RawBytes, Fault> {
    let most = INFLATED_BYTES_MAX.min(body.length().saturating_mul(RATIO_MAX).max(FLOOR_BYTES));
    let mut source = GzDecoder::new(body.expose());
    let mut inflated = RawBytes::default();
    loop {
        match inflated.fill_from(&mut source, STEP_BYTES) {
            Ok(0) => return Ok(inflated),
            Ok(_) if inflated.length() <= most => {}
            Ok(_) => {
                return Err(Fault::common(
                    Common::TooLarge,
                    "the request's body is too large when it is inflated",
                ));
            }
            Err(_) => return Err(Fault::common(Common::Malformed, "the request's body is no gzip stream")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// At the best level every implementation reaches about 1,000 to one here, far past the ratio.
    fn packed(length: usize) -> RawBytes {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        out.write_all(&vec![b'a'; length]).unwrap();
        RawBytes::new(out.finish().unwrap())
    }

    #[test]
    fn what_is_inflated_has_bounds_on_both_sides() {
        assert_eq!(inflate(&packed(1_000)).unwrap().length(), 1_000);
        assert_eq!(inflate(&packed(FLOOR_BYTES)).unwrap().length(), FLOOR_BYTES);
        assert!(inflate(&packed(FLOOR_BYTES + STEP_BYTES + 1)).is_err());
        assert!(inflate(&RawBytes::new(b"canary".to_vec())).is_err());
    }
}
