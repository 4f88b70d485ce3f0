//! How a plain name is checked: how long it may be and which characters it may hold.
//!
//! One [`Shape`] describes a kind of name; `checked_name!` makes the type whose only door is that check.

use crate::error::{ArnError, Part};

/// The length and alphabet of one kind of name. All alphabets are ASCII.
pub(crate) struct Shape {
    pub(crate) part: Part,
    pub(crate) min: usize,
    pub(crate) max: usize,
    pub(crate) allows: fn(u8) -> bool,
    /// The alphabet in words, for the error.
    pub(crate) expected: &'static str,
}

impl Shape {
    /// Checks emptiness, then characters, then length: a wrong character is the more useful answer for a long text.
    pub(crate) fn check(&self, text: &str) -> Result<(), ArnError> {
        if text.is_empty() {
            return Err(ArnError::Empty { part: self.part, at: 0, expected: self.expected });
        }
        for (index, (at, c)) in text.char_indices().enumerate() {
            if !u8::try_from(c).is_ok_and(|byte| byte.is_ascii() && (self.allows)(byte)) {
                return Err(ArnError::Character {
                    part: self.part,
                    at,
                    number: index + 1,
                    expected: self.expected,
                });
            }
        }
        let length = text.len();
        if length < self.min || length > self.max {
            return Err(ArnError::Length { part: self.part, at: 0, length, min: self.min, max: self.max });
        }
        Ok(())
    }
}

/// Makes a checked name: a boxed text whose only constructor is `parse`, with the usual ways to read it.
macro_rules! checked_name {
    ($(#[$doc:meta])* $name:ident, $check:path) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, sotto_public::Storable)]
        #[storable(text)]
        pub struct $name(Box<str>);

        impl $name {
            /// Checks the text and keeps it as it is.
            ///
            /// # Errors
            /// Says what is wrong, at which byte, and what would be right.
            pub fn parse(text: &str) -> Result<Self, $crate::ArnError> {
                $check(text)?;
                Ok(Self(text.into()))
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::ArnError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}
pub(crate) use checked_name;

#[cfg(test)]
mod tests {
    use super::*;

    const DIGITS: Shape = Shape {
        part: Part::Account,
        min: 2,
        max: 4,
        allows: |byte| byte.is_ascii_digit(),
        expected: "digits",
    };

    #[test]
    fn places_and_lengths() {
        let at = |text: &str| DIGITS.check(text).map_err(|e| e.at());
        assert_eq!(at("12"), Ok(()));
        assert_eq!(at("1234"), Ok(()));
        assert_eq!(at(""), Err(0));
        assert_eq!(at("1"), Err(0));
        assert_eq!(at("12345"), Err(0));
        assert_eq!(at("12a4"), Err(2));
        assert_eq!(at("1é"), Err(1));
        assert_eq!(DIGITS.check("é€x").map_err(|e| e.at()), Err(0));
    }
}
