//! What is wrong with a name: which part of it, at which byte, and what would be right there.
//!
//! Errors hold numbers and fixed words only. The text itself stays with the caller, who may quote it where that is safe.

use std::fmt;

/// Which part of a name an error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Part {
    /// The whole ARN.
    Arn,
    /// The word `arn` at its start.
    Prefix,
    /// The partition, as `aws`.
    Partition,
    /// The service, as `logs`.
    Service,
    /// The Region, as `eu-central-1`.
    Region,
    /// The account, twelve digits.
    Account,
    /// What follows the fifth colon.
    Resource,
    /// The id of a data identifier, as `EmailAddress`.
    DataIdentifier,
    /// The name of a log group.
    LogGroup,
    /// The name of a bucket.
    Bucket,
    /// The name of a delivery stream.
    DeliveryStream,
    /// An action, as `logs:Unmask`.
    Action,
    /// The user, role or session that an ARN names.
    Principal,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Arn => "ARN",
            Self::Prefix => "first part",
            Self::Partition => "partition",
            Self::Service => "service",
            Self::Region => "Region",
            Self::Account => "account",
            Self::Resource => "resource",
            Self::DataIdentifier => "data identifier id",
            Self::LogGroup => "log group name",
            Self::Bucket => "bucket name",
            Self::DeliveryStream => "delivery stream name",
            Self::Action => "action",
            Self::Principal => "principal",
        })
    }
}

/// Why a text is not the name that was asked for. Holds no part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArnError {
    /// Fewer than six parts between colons.
    #[error(
        "this is not an ARN: it has {found} of 6 parts, expected `arn:partition:service:region:account:resource`"
    )]
    TooFewParts {
        /// How many parts there are.
        found: usize,
        /// Byte at which the next colon was expected: the end of the text.
        at: usize,
    },
    /// A part that must hold something holds nothing.
    #[error("the {part} is empty, expected {expected}")]
    Empty {
        /// The part.
        part: Part,
        /// Byte at which it should start.
        at: usize,
        /// What would be right.
        expected: &'static str,
    },
    /// A part has too many or too few characters.
    #[error("the {part} has {length} characters, expected {min} to {max}")]
    Length {
        /// The part.
        part: Part,
        /// Byte at which it starts.
        at: usize,
        /// How many characters it has.
        length: usize,
        /// The fewest allowed.
        min: usize,
        /// The most allowed.
        max: usize,
    },
    /// A character that the part may not hold.
    #[error("character {number} of the {part} is not allowed, expected {expected}")]
    Character {
        /// The part.
        part: Part,
        /// Byte of the character.
        at: usize,
        /// Which character of the part it is, counted from 1.
        number: usize,
        /// What would be right.
        expected: &'static str,
    },
    /// The characters are allowed, but not in this form.
    #[error("the {part} has the wrong form, expected {expected}")]
    Form {
        /// The part.
        part: Part,
        /// Byte at which it goes wrong.
        at: usize,
        /// What would be right.
        expected: &'static str,
    },
}

impl ArnError {
    /// Byte, counted from the start of the text given to `parse`, at which it goes wrong; at most the length of that text.
    pub fn at(&self) -> usize {
        match self {
            Self::TooFewParts { at, .. }
            | Self::Empty { at, .. }
            | Self::Length { at, .. }
            | Self::Character { at, .. }
            | Self::Form { at, .. } => *at,
        }
    }

    /// The part that is wrong.
    pub fn part(&self) -> Part {
        match self {
            Self::TooFewParts { .. } => Part::Arn,
            Self::Empty { part, .. }
            | Self::Length { part, .. }
            | Self::Character { part, .. }
            | Self::Form { part, .. } => *part,
        }
    }

    /// The same error when the part starts `base` bytes later in a longer text.
    pub(crate) fn moved(mut self, base: usize) -> Self {
        match &mut self {
            Self::TooFewParts { at, .. }
            | Self::Empty { at, .. }
            | Self::Length { at, .. }
            | Self::Character { at, .. }
            | Self::Form { at, .. } => *at += base,
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_shifts_the_place_only() {
        let error = ArnError::Empty { part: Part::Account, at: 2, expected: "12 digits" };
        let moved = error.moved(10);
        assert_eq!((moved.at(), moved.part()), (12, Part::Account));
        assert_eq!(moved.to_string(), "the account is empty, expected 12 digits");
    }
}
