//! The general ARN: six parts, five colons, the last part free to hold more colons.
//!
//! IAM User Guide, "Identify AWS resources with Amazon Resource Names (ARNs)". Patterns with `*` belong to policies and are not read here,
//! except that a resource may hold any printable character.

use crate::account::Owner;
use crate::error::{ArnError, Part};
use crate::name::{Shape, checked_name};
use crate::partition::Partition;
use crate::region::Region;
use std::{fmt, str::FromStr};

/// The longest resource part that is read; the `logs` service model bounds whole ARNs at 2,048.
const RESOURCE_CHARS_MAX: usize = 2_048;

const SERVICE: Shape = Shape {
    part: Part::Service,
    min: 1,
    max: 64,
    allows: |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-',
    expected: "lower-case letters, digits and hyphens, as in `logs`",
};

checked_name!(
    /// The third part of an ARN: a service's namespace, as `logs` or `dataprotection`.
    Service,
    check_service
);

checked_name!(
    /// The sixth part of an ARN: 1 to 2,048 characters without control characters.
    Resource,
    check_resource
);

fn check_service(text: &str) -> Result<(), ArnError> {
    SERVICE.check(text)
}

fn check_resource(text: &str) -> Result<(), ArnError> {
    if text.is_empty() {
        return Err(ArnError::Empty { part: Part::Resource, at: 0, expected: "what the ARN names" });
    }
    if let Some((index, (at, _))) = text.char_indices().enumerate().find(|(_, (_, c))| c.is_control()) {
        let expected = "printable characters";
        return Err(ArnError::Character { part: Part::Resource, at, number: index + 1, expected });
    }
    let length = text.chars().count();
    if length > RESOURCE_CHARS_MAX {
        return Err(ArnError::Length {
            part: Part::Resource,
            at: 0,
            length,
            min: 1,
            max: RESOURCE_CHARS_MAX,
        });
    }
    Ok(())
}

/// A name of a thing anywhere in the cloud: `arn:partition:service:region:account:resource`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, sotto_public::Storable)]
#[storable(text)]
pub struct Arn {
    partition: Partition,
    service: Service,
    region: Option<Region>,
    owner: Owner,
    resource: Resource,
}

impl Arn {
    /// Reads an ARN.
    ///
    /// # Errors
    /// Names the first part that is wrong, its byte in the text, and what would be right.
    pub fn parse(text: &str) -> Result<Self, ArnError> {
        let [prefix, partition, service, region, owner, resource] = Segment::split(text)?;
        prefix.must_be(Part::Prefix, "arn", "`arn`")?;
        Ok(Self {
            partition: partition.read(Partition::parse)?,
            service: service.read(Service::parse)?,
            region: if region.text.is_empty() { None } else { Some(region.read(Region::parse)?) },
            owner: owner.read(Owner::parse)?,
            resource: resource.read(Resource::parse)?,
        })
    }

    /// The second part.
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// The third part.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// The fourth part; `None` where it is left empty.
    pub fn region(&self) -> Option<&Region> {
        self.region.as_ref()
    }

    /// The fifth part.
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// The sixth part, colons included.
    pub fn resource(&self) -> &Resource {
        &self.resource
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "arn:{}:{}:", self.partition, self.service)?;
        if let Some(region) = &self.region {
            region.fmt(f)?;
        }
        write!(f, ":{}:{}", self.owner, self.resource)
    }
}

impl FromStr for Arn {
    type Err = ArnError;
    fn from_str(text: &str) -> Result<Self, ArnError> {
        Self::parse(text)
    }
}

/// One of the six parts and the byte it starts at.
#[derive(Clone, Copy, Default)]
pub(crate) struct Segment<'a> {
    pub(crate) at: usize,
    pub(crate) text: &'a str,
}

impl<'a> Segment<'a> {
    /// Cuts a text at its first five colons.
    pub(crate) fn split(text: &'a str) -> Result<[Self; 6], ArnError> {
        let mut parts = [Self::default(); 6];
        let (mut at, mut found) = (0, 0);
        for (slot, part) in parts.iter_mut().zip(text.splitn(6, ':')) {
            *slot = Self { at, text: part };
            at += part.len() + 1;
            found += 1;
        }
        if found < 6 {
            return Err(ArnError::TooFewParts { found, at: text.len() });
        }
        Ok(parts)
    }

    /// Refuses any other text than the right one.
    pub(crate) fn must_be(self, part: Part, right: &str, expected: &'static str) -> Result<(), ArnError> {
        if self.text == right { Ok(()) } else { Err(self.wrong(part, expected)) }
    }

    /// The error that this part has the wrong form.
    pub(crate) fn wrong(self, part: Part, expected: &'static str) -> ArnError {
        ArnError::Form { part, at: self.at, expected }
    }

    /// Reads the part, with places counted from the start of the whole text.
    pub(crate) fn read<T>(self, parse: impl FnOnce(&'a str) -> Result<T, ArnError>) -> Result<T, ArnError> {
        parse(self.text).map_err(|error| error.moved(self.at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str) -> Result<(), (Part, usize)> {
        let arn = Arn::parse(text).map_err(|error| (error.part(), error.at()))?;
        assert_eq!(arn.to_string(), text);
        Ok(())
    }

    #[test]
    fn accepted_ones_print_as_written() {
        for text in [
            "arn:aws:s3:::a-bucket",
            "arn:aws:logs:eu-central-1:111122223333:log-group:/a/b:log-stream:x:y",
            "arn:aws-cn:dataprotection::aws:data-identifier/EmailAddress",
            "arn:aws-us-gov:iam::111122223333:role/path/Name With Space",
            "arn:aws:iam::aws:policy/ReadOnly",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn refused_ones_say_where() {
        for (text, part, at) in [
            ("", Part::Arn, 0),
            ("arn:aws:logs", Part::Arn, 12),
            ("ARN:aws:s3:::b", Part::Prefix, 0),
            ("arn:aw:s3:::b", Part::Partition, 4),
            ("arn::s3:::b", Part::Partition, 4),
            ("arn:aws::::b", Part::Service, 8),
            ("arn:aws:S3:::b", Part::Service, 8),
            ("arn:aws:logs:eu-central:1:x", Part::Region, 13),
            ("arn:aws:logs:eu-central-1:1x1122223333:x", Part::Account, 27),
            ("arn:aws:s3:::", Part::Resource, 13),
            ("arn:aws:s3:::a\u{7}", Part::Resource, 14),
        ] {
            assert_eq!(check(text), Err((part, at)), "{text}");
        }
    }

    #[test]
    fn resource_length_is_bounded() {
        let arn = |length: usize| format!("arn:aws:s3:::{}", "é".repeat(length));
        assert!(Arn::parse(&arn(RESOURCE_CHARS_MAX)).is_ok());
        assert!(Arn::parse(&arn(RESOURCE_CHARS_MAX + 1)).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_inside_itself(text in "(arn|arn:aws|arn:aws:logs:)?[:a-z0-9é*-]{0,40}") {
            match Arn::parse(&text) {
                Ok(arn) => prop_assert_eq!(arn.to_string(), text),
                Err(error) => prop_assert!(error.at() <= text.len() && text.is_char_boundary(error.at())),
            }
        }
    }
}
