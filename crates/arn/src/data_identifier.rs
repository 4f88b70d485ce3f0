//! The ARN of a managed data identifier: `arn:aws:dataprotection::aws:data-identifier/EmailAddress`, in every partition.
//!
//! CloudWatch Logs User Guide, "CloudWatch Logs managed data identifiers for sensitive data types". Whether an identifier of that name
//! exists is not asked here.

use crate::arn::Segment;
use crate::error::{ArnError, Part};
use crate::name::{Shape, checked_name};
use crate::partition::Partition;
use std::{fmt, str::FromStr};

const PREFIX: &str = "data-identifier/";

const SHAPE: Shape = Shape {
    part: Part::DataIdentifier,
    min: 1,
    max: 128,
    allows: |byte| byte.is_ascii_alphanumeric() || byte == b'-',
    expected: "letters, digits and hyphens, as in `EmailAddress` or `Ssn-US`",
};

checked_name!(
    /// The id at the end of a data identifier's ARN.
    DataIdentifierId,
    check
);

fn check(text: &str) -> Result<(), ArnError> {
    SHAPE.check(text)
}

/// The ARN of a managed data identifier.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DataIdentifierArn {
    partition: Partition,
    id: DataIdentifierId,
}

impl DataIdentifierArn {
    /// Names an identifier in a partition.
    pub fn new(partition: Partition, id: DataIdentifierId) -> Self {
        Self { partition, id }
    }

    /// Reads such an ARN.
    ///
    /// # Errors
    /// Names the first part that is wrong, its byte in the text, and what would be right.
    pub fn parse(text: &str) -> Result<Self, ArnError> {
        let [prefix, partition, service, region, owner, resource] = Segment::split(text)?;
        prefix.must_be(Part::Prefix, "arn", "`arn`")?;
        let partition = partition.read(Partition::parse)?;
        service.must_be(Part::Service, "dataprotection", "`dataprotection`")?;
        region.must_be(Part::Region, "", "nothing: data identifiers have no Region")?;
        owner.must_be(Part::Account, "aws", "`aws`: managed data identifiers belong to no account")?;
        let Some(id) = resource.text.strip_prefix(PREFIX) else {
            return Err(resource.wrong(Part::Resource, "`data-identifier/` and an id"));
        };
        let at = resource.at + PREFIX.len();
        let id = Segment { at, text: id }.read(DataIdentifierId::parse)?;
        Ok(Self { partition, id })
    }

    /// The partition it was written for.
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// The id, as `EmailAddress`.
    pub fn id(&self) -> &DataIdentifierId {
        &self.id
    }
}

impl fmt::Display for DataIdentifierArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "arn:{}:dataprotection::aws:{PREFIX}{}", self.partition, self.id)
    }
}

impl FromStr for DataIdentifierArn {
    type Err = ArnError;
    fn from_str(text: &str) -> Result<Self, ArnError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_in_every_partition() {
        for partition in Partition::ALL {
            let text = format!("arn:{partition}:dataprotection::aws:data-identifier/Ssn-US");
            let arn = DataIdentifierArn::parse(&text).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!((arn.partition(), arn.id().as_str()), (partition, "Ssn-US"));
            assert_eq!(arn.to_string(), text);
        }
    }

    #[test]
    fn refused_ones_say_where() {
        for (text, part, at) in [
            ("EmailAddress", Part::Arn, 12),
            ("urn:aws:dataprotection::aws:data-identifier/Name", Part::Prefix, 0),
            ("arn:amazon:dataprotection::aws:data-identifier/Name", Part::Partition, 4),
            ("arn:aws:macie::aws:data-identifier/Name", Part::Service, 8),
            ("arn:aws:dataprotection:eu-central-1:aws:data-identifier/Name", Part::Region, 23),
            ("arn:aws:dataprotection::111122223333:data-identifier/Name", Part::Account, 24),
            ("arn:aws:dataprotection::aws:dataidentifier/Name", Part::Resource, 28),
            ("arn:aws:dataprotection::aws:data-identifier/", Part::DataIdentifier, 44),
            ("arn:aws:dataprotection::aws:data-identifier/Na me", Part::DataIdentifier, 46),
        ] {
            let error =
                DataIdentifierArn::parse(text).map(|arn| arn.to_string()).map_err(|e| (e.part(), e.at()));
            assert_eq!(error, Err((part, at)), "{text}");
        }
    }
}
