//! Names of buckets.
//!
//! Amazon S3 User Guide, "General purpose bucket naming rules".

use crate::error::{ArnError, Part};
use crate::name::{Shape, checked_name};

const SHAPE: Shape = Shape {
    part: Part::Bucket,
    min: 3,
    max: 63,
    allows: |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'.',
    expected: "lower-case letters, digits, hyphens and dots",
};

/// Beginnings that the service keeps for itself.
const STARTS_KEPT: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];
/// Ends that the service keeps for itself (aliases, object lambdas, access points of several Regions, directory and table buckets).
const ENDS_KEPT: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

checked_name!(
    /// The name of a general purpose bucket: 3 to 63 of lower-case letters, digits, `-` and `.`.
    BucketName,
    check
);

fn check(text: &str) -> Result<(), ArnError> {
    SHAPE.check(text)?;
    let wrong = |at, expected| Err(ArnError::Form { part: Part::Bucket, at, expected });
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    if !ends(text.chars().next()) {
        return wrong(0, "a letter or a digit at its start");
    }
    if !ends(text.chars().next_back()) {
        return wrong(text.len() - 1, "a letter or a digit at its end");
    }
    if let Some(at) = text.find("..") {
        return wrong(at, "no two dots in a row");
    }
    if text.parse::<std::net::Ipv4Addr>().is_ok() {
        return wrong(0, "a name that is not an IP address");
    }
    if STARTS_KEPT.iter().any(|start| text.starts_with(start)) {
        return wrong(0, "none of the beginnings `xn--`, `sthree-`, `amzn-s3-demo-`");
    }
    if let Some(end) = ENDS_KEPT.iter().find(|end| text.ends_with(**end)) {
        let expected = "none of the ends `-s3alias`, `--ol-s3`, `.mrap`, `--x-s3`, `--table-s3`";
        return wrong(text.len() - end.len(), expected);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules() {
        for text in ["abc", "a.b", "findings-2026.eu", "1bucket", "192.168.5", &"b".repeat(63)] {
            assert!(BucketName::parse(text).is_ok(), "{text}");
        }
        for (text, at) in [
            ("", 0),
            ("ab", 0),
            (&"b".repeat(64), 0),
            ("Abc", 0),
            ("a_b", 1),
            ("-ab", 0),
            ("ab-", 2),
            (".ab", 0),
            ("a..b", 1),
            ("192.168.5.4", 0),
            ("xn--abc", 0),
            ("abc-s3alias", 3),
            ("abc--x-s3", 3),
        ] {
            assert_eq!(BucketName::parse(text).map_err(|e| e.at()), Err(at), "{text}");
        }
    }
}
