//! Which Region: `eu-central-1`, `us-gov-west-1`, `eusc-de-east-1`.
//!
//! Checked by form, not by list: Regions open every year.

use crate::error::{ArnError, Part};
use crate::name::{Shape, checked_name};
use crate::partition::Partition;

const EXPECTED: &str = "a form like `eu-central-1`";

const SHAPE: Shape = Shape {
    part: Part::Region,
    min: 6,
    max: 32,
    allows: |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-',
    expected: "lower-case letters, digits and hyphens, as in `eu-central-1`",
};

checked_name!(
    /// The name of a Region: an area of 2 to 4 letters, one or more words, a number (the region pattern of botocore's `partitions.json`).
    Region,
    check
);

fn check(text: &str) -> Result<(), ArnError> {
    SHAPE.check(text)?;
    let words = text.split('-').count();
    let mut at = 0;
    for (index, word) in text.split('-').enumerate() {
        let fits = match index {
            0 => (2..=4).contains(&word.len()) && letters(word),
            last if last + 1 == words => (1..=2).contains(&word.len()) && digits(word),
            _ => !word.is_empty() && letters(word),
        };
        if !fits || words < 3 {
            return Err(ArnError::Form { part: Part::Region, at, expected: EXPECTED });
        }
        at += word.len() + 1;
    }
    Ok(())
}

fn letters(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn digits(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

impl Region {
    /// The partition it lies in.
    pub fn partition(&self) -> Partition {
        Partition::of_region(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        for (text, partition) in [
            ("eu-central-1", "aws"),
            ("ap-southeast-7", "aws"),
            ("us-gov-west-1", "aws-us-gov"),
            ("cn-northwest-1", "aws-cn"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eu-isoe-west-1", "aws-iso-e"),
            ("us-isof-south-1", "aws-iso-f"),
            ("eusc-de-east-1", "aws-eusc"),
        ] {
            let region = Region::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(region.partition().as_str(), partition, "{text}");
            assert_eq!(region.to_string(), text);
        }
        for (text, at) in [
            ("", 0),
            ("eu", 0),
            ("eu-central", 0),
            ("EU-central-1", 0),
            ("eu-central-x", 11),
            ("eu--1234", 3),
            ("eu-c3ntral-1", 3),
            ("eu-central-123", 11),
            ("eu_central-1", 2),
            ("e-central-1", 0),
        ] {
            assert_eq!(Region::parse(text).map_err(|e| e.at()), Err(at), "{text}");
        }
    }
}
