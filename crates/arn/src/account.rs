//! Which account: twelve digits, and who owns what an ARN names.

use crate::error::{ArnError, Part};
use crate::name::{Shape, checked_name};
use std::fmt;

const SHAPE: Shape = Shape {
    part: Part::Account,
    min: 12,
    max: 12,
    allows: |byte| byte.is_ascii_digit(),
    expected: "12 digits",
};

checked_name!(
    /// An account id: twelve digits, leading zeros kept (AWS Account Management Reference Guide, "View AWS account identifiers").
    AccountId,
    check
);

fn check(text: &str) -> Result<(), ArnError> {
    SHAPE.check(text)
}

/// The fifth part of an ARN: who owns the thing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// Left empty, as for buckets.
    Unnamed,
    /// `aws`: the thing is the cloud's own, as a managed data identifier.
    Cloud,
    /// An account.
    Account(AccountId),
}

impl Owner {
    /// Reads the fifth part of an ARN.
    ///
    /// # Errors
    /// When it is neither empty, nor `aws`, nor twelve digits.
    pub fn parse(text: &str) -> Result<Self, ArnError> {
        match text {
            "" => Ok(Self::Unnamed),
            "aws" => Ok(Self::Cloud),
            _ => AccountId::parse(text).map(Self::Account),
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unnamed => Ok(()),
            Self::Cloud => f.write_str("aws"),
            Self::Account(id) => id.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_digits() {
        assert_eq!(AccountId::parse("000000000042").map(|id| id.to_string()), Ok("000000000042".to_owned()));
        for wrong in ["", "1", "12345678901", "1234567890123", "12345678901x", "１２３４５６７８９０１２"]
        {
            assert!(AccountId::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(AccountId::parse("1234-5678-90").map_err(|e| e.at()), Err(4));
    }

    #[test]
    fn owners_print_as_they_were_read() {
        for text in ["", "aws", "111122223333"] {
            assert_eq!(Owner::parse(text).map(|owner| owner.to_string()), Ok(text.to_owned()));
        }
        assert!(Owner::parse("AWS").is_err());
    }
}
