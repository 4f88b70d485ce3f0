//! What is asked for: a service's prefix, a colon, and the name of one of its actions, as `logs:Unmask`.
//!
//! Prefix and name are case insensitive (IAM User Guide, "IAM JSON policy elements: Action"): equality and hash go by the
//! folded text, display keeps what was written.

use crate::error::{ArnError, Part};
use crate::name::Shape;
use std::{fmt, hash, str::FromStr};

const SERVICE: Shape = Shape {
    part: Part::Action,
    min: 1,
    max: 64,
    allows: |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'),
    expected: "letters, digits and hyphens before the colon, as in `logs:Unmask`",
};

const NAME: Shape = Shape {
    part: Part::Action,
    min: 1,
    max: 128,
    allows: |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'),
    expected: "letters and digits after the colon, as in `logs:Unmask`",
};

/// An action of a service.
#[derive(Debug, Clone, sotto_public::Storable)]
#[storable(text)]
pub struct Action {
    written: Box<str>,
    folded: Box<str>,
    colon: usize,
}

impl Action {
    /// Reads `service:Name`.
    ///
    /// # Errors
    /// When there is no colon, or a part is empty or holds another character than names have.
    pub fn parse(text: &str) -> Result<Self, ArnError> {
        let expected = "a service and an action, as `logs:Unmask`";
        let (service, name) =
            text.split_once(':').ok_or(ArnError::Form { part: Part::Action, at: 0, expected })?;
        SERVICE.check(service)?;
        NAME.check(name).map_err(|error| error.moved(service.len() + 1))?;
        Ok(Self { written: text.into(), folded: text.to_ascii_lowercase().into(), colon: service.len() })
    }

    /// The action as it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The action in lower case.
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// The service's prefix in lower case.
    pub fn service(&self) -> &str {
        self.folded.get(..self.colon).unwrap_or_default()
    }

    /// The name as it was written.
    pub fn name(&self) -> &str {
        self.written.get(self.colon + 1..).unwrap_or_default()
    }
}

impl PartialEq for Action {
    fn eq(&self, other: &Self) -> bool {
        self.folded == other.folded
    }
}

impl Eq for Action {}

impl hash::Hash for Action {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.folded.hash(state);
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl FromStr for Action {
    type Err = ArnError;
    fn from_str(text: &str) -> Result<Self, ArnError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_case() {
        for (text, service, name) in [
            ("logs:Unmask", "logs", "Unmask"),
            ("KMS:decrypt", "kms", "decrypt"),
            ("execute-api:Invoke", "execute-api", "Invoke"),
        ] {
            let action = Action::parse(text).unwrap();
            assert_eq!((action.service(), action.name(), action.as_str()), (service, name, text));
            assert_eq!(action, Action::parse(&text.to_uppercase()).unwrap());
        }
    }

    #[test]
    fn refused_ones_say_where() {
        for (text, at) in
            [("", 0), ("logs", 0), (":x", 0), ("logs:", 5), ("logs:a:b", 6), ("lo gs:a", 2), ("s3:*", 3)]
        {
            assert_eq!(Action::parse(text).map_err(|error| error.at()), Err(at), "{text}");
        }
    }

    #[test]
    fn lengths_are_bounded() {
        let action = |service: usize, name: usize| {
            Action::parse(&format!("{}:{}", "s".repeat(service), "n".repeat(name))).is_ok()
        };
        assert!(action(64, 128) && !action(65, 1) && !action(1, 129));
    }
}
