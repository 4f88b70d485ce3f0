//! Names of Firehose delivery streams.
//!
//! Amazon Data Firehose API Reference, "CreateDeliveryStream", member `DeliveryStreamName`.

use crate::error::{ArnError, Part};
use crate::name::{Shape, checked_name};

const SHAPE: Shape = Shape {
    part: Part::DeliveryStream,
    min: 1,
    max: 64,
    allows: |byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte),
    expected: "letters, digits and the characters `_` `.` `-`",
};

checked_name!(
    /// The name of a delivery stream: 1 to 64 of letters, digits and `_.-`.
    DeliveryStreamName,
    check
);

fn check(text: &str) -> Result<(), ArnError> {
    SHAPE.check(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules() {
        for text in ["s", "audit_stream-1.eu", &"s".repeat(64)] {
            assert!(DeliveryStreamName::parse(text).is_ok(), "{text}");
        }
        for (text, at) in [("", 0), ("a b", 1), ("a/b", 1), ("é", 0), (&"s".repeat(65), 0)] {
            assert_eq!(DeliveryStreamName::parse(text).map_err(|e| e.at()), Err(at), "{text}");
        }
    }
}
