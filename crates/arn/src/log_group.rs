//! Names and ARNs of log groups, the ARN with or without `:*` at its end.
//!
//! CloudWatch Logs API Reference, "CreateLogGroup" (name) and "LogGroup" (`arn` ends with `:*`, `logGroupArn` does not).

use crate::account::{AccountId, Owner};
use crate::arn::Arn;
use crate::error::{ArnError, Part};
use crate::name::{Shape, checked_name};
use crate::partition::Partition;
use crate::region::Region;
use std::{fmt, str::FromStr};

const SHAPE: Shape = Shape {
    part: Part::LogGroup,
    min: 1,
    max: 512,
    allows: |byte| byte.is_ascii_alphanumeric() || b".-_/#".contains(&byte),
    expected: "letters, digits and the characters `.` `-` `_` `/` `#`",
};

/// Where delivery by the service itself needs no entry in the resource policy ("Enable logging from AWS services").
const VENDED: &str = "/aws/vendedlogs/";

checked_name!(
    /// The name of a log group: 1 to 512 of letters, digits and `.-_/#`.
    LogGroupName,
    check
);

fn check(text: &str) -> Result<(), ArnError> {
    SHAPE.check(text)
}

impl LogGroupName {
    /// Whether the name starts with `/aws/vendedlogs/`.
    pub fn is_vended(&self) -> bool {
        self.as_str().starts_with(VENDED)
    }
}

/// The ARN of a log group. `:*` at the end is read and dropped; [`LogGroupArn::with_streams`] prints it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogGroupArn {
    partition: Partition,
    region: Region,
    account: AccountId,
    name: LogGroupName,
}

impl LogGroupArn {
    /// Names a group of an account in a Region; the partition is that of the Region.
    pub fn new(region: Region, account: AccountId, name: LogGroupName) -> Self {
        Self { partition: region.partition(), region, account, name }
    }

    /// Reads such an ARN, with or without `:*`.
    ///
    /// # Errors
    /// Names the first part that is wrong, its byte in the text, and what would be right.
    pub fn parse(text: &str) -> Result<Self, ArnError> {
        let arn = Arn::parse(text)?;
        let resource_at = text.len() - arn.resource().as_str().len();
        let wrong = |part, at, expected| ArnError::Form { part, at, expected };
        if arn.service().as_str() != "logs" {
            return Err(wrong(Part::Service, format!("arn:{}:", arn.partition()).len(), "`logs`"));
        }
        let region_at = format!("arn:{}:logs:", arn.partition()).len();
        let Some(region) = arn.region().cloned() else {
            return Err(ArnError::Empty {
                part: Part::Region,
                at: region_at,
                expected: "the Region of the log group",
            });
        };
        if region.partition() != arn.partition() {
            return Err(wrong(Part::Region, region_at, "a Region of the same partition"));
        }
        let Owner::Account(account) = arn.owner().clone() else {
            let at = region_at + region.as_str().len() + 1;
            return Err(wrong(Part::Account, at, "the 12 digits of the log group's account"));
        };
        let name = Self::name_in(arn.resource().as_str()).map_err(|error| error.moved(resource_at))?;
        Ok(Self { partition: arn.partition(), region, account, name })
    }

    /// Reads `log-group:NAME` or `log-group:NAME:*`.
    fn name_in(resource: &str) -> Result<LogGroupName, ArnError> {
        const START: &str = "log-group:";
        let Some(name) = resource.strip_prefix(START) else {
            let expected = "`log-group:` and a name";
            return Err(ArnError::Form { part: Part::Resource, at: 0, expected });
        };
        LogGroupName::parse(name.strip_suffix(":*").unwrap_or(name)).map_err(|error| error.moved(START.len()))
    }

    /// The partition.
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// The Region.
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// The account.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// The name of the group.
    pub fn name(&self) -> &LogGroupName {
        &self.name
    }

    /// The form with `:*`, which findings reports carry and which policies need for actions on the group.
    pub fn with_streams(&self) -> String {
        format!("{self}:*")
    }
}

impl fmt::Display for LogGroupArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "arn:{}:logs:{}:{}:log-group:{}", self.partition, self.region, self.account, self.name)
    }
}

impl FromStr for LogGroupArn {
    type Err = ArnError;
    fn from_str(text: &str) -> Result<Self, ArnError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_name_the_same_group() {
        let plain = "arn:aws:logs:us-west-2:111122223333:log-group:/aws/lambda/orders";
        let starred = format!("{plain}:*");
        let one = LogGroupArn::parse(plain).unwrap();
        assert_eq!(LogGroupArn::parse(&starred), Ok(one.clone()));
        assert_eq!((one.to_string().as_str(), one.with_streams()), (plain, starred));
        assert_eq!(one.name().as_str(), "/aws/lambda/orders");
        let made = LogGroupArn::new(one.region().clone(), one.account().clone(), one.name().clone());
        assert_eq!(made, one);
    }

    #[test]
    fn names() {
        assert!(LogGroupName::parse("/aws/vendedlogs/findings").unwrap().is_vended());
        assert!(!LogGroupName::parse("/aws/vendedlogs").unwrap().is_vended());
        assert!(LogGroupName::parse(&"n".repeat(512)).is_ok());
        for (text, at) in [("", 0), ("a b", 1), ("a:b", 1), ("grüppe", 2), (&"n".repeat(513), 0)] {
            assert_eq!(LogGroupName::parse(text).map_err(|e| e.at()), Err(at));
        }
    }

    #[test]
    fn refused_arns_say_where() {
        for (text, part, at) in [
            ("arn:aws:s3:us-west-2:111122223333:log-group:g", Part::Service, 8),
            ("arn:aws:logs::111122223333:log-group:g", Part::Region, 13),
            ("arn:aws:logs:cn-north-1:111122223333:log-group:g", Part::Region, 13),
            ("arn:aws:logs:us-west-2::log-group:g", Part::Account, 23),
            ("arn:aws:logs:us-west-2:aws:log-group:g", Part::Account, 23),
            ("arn:aws:logs:us-west-2:111122223333:group:g", Part::Resource, 36),
            ("arn:aws:logs:us-west-2:111122223333:log-group:", Part::LogGroup, 46),
            ("arn:aws:logs:us-west-2:111122223333:log-group:g:log-stream:s", Part::LogGroup, 47),
            ("arn:aws:logs:us-west-2:111122223333:log-group:g:*:*", Part::LogGroup, 47),
        ] {
            let error = LogGroupArn::parse(text).map_err(|e| (e.part(), e.at()));
            assert_eq!(error, Err((part, at)), "{text}");
        }
    }
}
