//! How do we name things in public? By checked names, which cannot smuggle captured text along.
//!
//! An identifier's name is at most 128 characters of `[A-Za-z0-9_-]` (CloudWatch Logs user guide, "Custom data
//! identifiers"), starts with a letter, and is written by whoever configures sotto, never taken from a log.

use std::fmt;
use std::sync::Arc;

/// Longest name of an identifier, in characters (CloudWatch Logs, "Custom data identifiers").
const NAME_CHARS_MAX: usize = 128;

/// The name of a managed or custom data identifier, such as `EmailAddress` or `Ssn-US`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdentifierId(Arc<str>);

/// Why a name was refused. Carries positions only, never the name itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Nothing was given.
    #[error("the name of an identifier is empty; give it 1 to 128 characters of A-Z a-z 0-9 _ -")]
    Empty,
    /// More than 128 characters.
    #[error("the name of an identifier has {chars} characters; at most 128 are allowed")]
    TooLong {
        /// How many were given.
        chars: usize,
    },
    /// A character outside `[A-Za-z0-9_-]`.
    #[error("character {position} of the identifier's name is not one of A-Z a-z 0-9 _ -")]
    Character {
        /// 1-based position of the first such character.
        position: usize,
    },
}

impl IdentifierId {
    /// Checks and takes a name.
    ///
    /// # Errors
    /// When it is empty, too long, or holds another character than `[A-Za-z0-9_-]`.
    pub fn new(name: &str) -> Result<Self, IdError> {
        if name.is_empty() {
            return Err(IdError::Empty);
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if let Some(position) = name.chars().position(|c| !allowed(c)) {
            return Err(IdError::Character { position: position + 1 });
        }
        match name.len() {
            0..=NAME_CHARS_MAX => Ok(Self(Arc::from(name))),
            chars => Err(IdError::TooLong { chars }),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IdentifierId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for IdentifierId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked_on_both_sides_of_the_bound() {
        assert_eq!(IdentifierId::new("Ssn-US").unwrap().as_str(), "Ssn-US");
        assert!(IdentifierId::new(&"a".repeat(128)).is_ok());
        assert_eq!(IdentifierId::new(&"a".repeat(129)), Err(IdError::TooLong { chars: 129 }));
        assert_eq!(IdentifierId::new(""), Err(IdError::Empty));
        assert_eq!(IdentifierId::new("a b"), Err(IdError::Character { position: 2 }));
        assert_eq!(IdentifierId::new("ü"), Err(IdError::Character { position: 1 }));
    }

    #[test]
    fn a_refusal_does_not_repeat_the_name() {
        let canary = "4111 1111 1111 1111";
        let error = IdentifierId::new(canary).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("4111"));
    }
}
