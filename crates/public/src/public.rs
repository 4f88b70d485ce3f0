//! What is a value that anybody may see? [`Public<T>`].
//!
//! Made from numbers, instants, text literals and checked names. The one constructor from other text is
//! [`Public::from_pinned_text`]; its call sites stand in a list that `cargo xtask tidy` compares with the code,
//! each with a reason, so that adding one is a decision somebody reads.

use crate::IdentifierId;
use std::fmt;

/// A value that may be shown to anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Public<T>(T);

impl<T> Public<T> {
    /// The value.
    pub const fn get(&self) -> &T {
        &self.0
    }

    /// Takes the value out.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl Public<String> {
    /// Declares text public. Allowed only at the sites of the pinned list, each with its reason.
    pub fn from_pinned_text(text: String) -> Self {
        Self(text)
    }

    /// The text of what may be part of a place: a checked name, a number, a literal.
    pub fn named(part: &impl crate::NamePart) -> Self {
        match part.part() {
            crate::Part::Text(text) => Self(text.into_owned()),
            crate::Part::Number(number) => Self(number.to_string()),
        }
    }

    /// Text that was public when it was stored: only decoding a [`crate::Stored`] comes here.
    pub(crate) fn restored(text: String) -> Self {
        Self(text)
    }
}

macro_rules! public_from {
    ($($type:ty),* $(,)?) => {$(
        impl From<$type> for Public<$type> {
            fn from(value: $type) -> Self {
                Self(value)
            }
        }
    )*};
}
public_from!(bool, u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, f32, f64, &'static str);
public_from!(std::time::SystemTime, std::time::Duration, IdentifierId);

/// A literal.
impl From<&'static str> for Public<String> {
    fn from(literal: &'static str) -> Self {
        Self(literal.to_owned())
    }
}

impl<T: fmt::Display> fmt::Display for Public<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_literals_and_names_are_public() {
        assert_eq!(Public::from(7_u64).to_string(), "7");
        assert_eq!(*Public::<&'static str>::from("literal").get(), "literal");
        let id = IdentifierId::new("EmailAddress").unwrap();
        assert_eq!(Public::from(id.clone()).into_inner(), id);
    }
}
