//! Which partition of the cloud: the separate worlds that share no accounts, each with its own spelling in ARNs.
//!
//! The list is that of the endpoint data that the public SDKs carry (botocore, `partitions.json`).

use crate::error::{ArnError, Part};
use std::{fmt, str::FromStr};

/// A partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, sotto_public::Storable)]
#[storable(text)]
pub enum Partition {
    /// `aws`, the commercial Regions.
    #[default]
    Aws,
    /// `aws-cn`, China.
    China,
    /// `aws-us-gov`, US government.
    UsGov,
    /// `aws-iso`.
    Iso,
    /// `aws-iso-b`.
    IsoB,
    /// `aws-iso-e`.
    IsoE,
    /// `aws-iso-f`.
    IsoF,
    /// `aws-eusc`, the European sovereign cloud.
    EuSovereign,
}

const EXPECTED: &str =
    "`aws`, `aws-cn`, `aws-us-gov`, `aws-iso`, `aws-iso-b`, `aws-iso-e`, `aws-iso-f` or `aws-eusc`";

impl Partition {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Aws,
        Self::China,
        Self::UsGov,
        Self::Iso,
        Self::IsoB,
        Self::IsoE,
        Self::IsoF,
        Self::EuSovereign,
    ];

    /// Reads the second part of an ARN.
    ///
    /// # Errors
    /// When the text names no partition.
    pub fn parse(text: &str) -> Result<Self, ArnError> {
        if text.is_empty() {
            return Err(ArnError::Empty { part: Part::Partition, at: 0, expected: EXPECTED });
        }
        Self::ALL.into_iter().find(|partition| partition.as_str() == text).ok_or(ArnError::Form {
            part: Part::Partition,
            at: 0,
            expected: EXPECTED,
        })
    }

    /// Its spelling in ARNs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::China => "aws-cn",
            Self::UsGov => "aws-us-gov",
            Self::Iso => "aws-iso",
            Self::IsoB => "aws-iso-b",
            Self::IsoE => "aws-iso-e",
            Self::IsoF => "aws-iso-f",
            Self::EuSovereign => "aws-eusc",
        }
    }

    /// The partition that a Region's name belongs to, by its beginning.
    pub(crate) fn of_region(region: &str) -> Self {
        const STARTS: [(&str, Partition); 7] = [
            ("cn-", Partition::China),
            ("us-gov-", Partition::UsGov),
            ("us-iso-", Partition::Iso),
            ("us-isob-", Partition::IsoB),
            ("eu-isoe-", Partition::IsoE),
            ("us-isof-", Partition::IsoF),
            ("eusc-", Partition::EuSovereign),
        ];
        let found = STARTS.into_iter().find(|(start, _)| region.starts_with(start));
        found.map_or(Self::Aws, |(_, partition)| partition)
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Partition {
    type Err = ArnError;
    fn from_str(text: &str) -> Result<Self, ArnError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_partition_reads_back() {
        for partition in Partition::ALL {
            assert_eq!(Partition::parse(partition.as_str()), Ok(partition));
            assert!(EXPECTED.contains(&format!("`{partition}`")));
        }
        for wrong in ["", "AWS", "aws-", "aws-us", "azure", "aws-cn "] {
            assert!(Partition::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
