//! Where does a value belong? At a [`Place`]: ordered names, as `user`, account, name.
//!
//! A place is the key under which a record is stored and what a sealed value is bound to: moved elsewhere, it does not
//! open. Its bytes sort as its parts do, text by its UTF-8, numbers by size, and a place sorts before all places below
//! it; that is what range reads need. Parts are public: literals, numbers, checked names, public text.

use crate::encoding::{Decoder, Encoder, Malformed};
use crate::{IdentifierId, Public, Storable, sealed};
use std::borrow::Cow;
use std::fmt;
use std::time::SystemTime;

/// Marks in front of parts; text ends in a zero byte, its own zero bytes are followed by 0xff.
const NUMBER: u8 = 1;
const TEXT: u8 = 2;
const ESCAPE: u8 = 0xff;

/// One part of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// A name.
    Text(Cow<'a, str>),
    /// A number.
    Number(u128),
}

impl Part<'_> {
    /// A name that was made for the purpose.
    pub fn text(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

/// What may be part of a place. Implemented here, and for checked names by `#[derive(Storable)]` with
/// `#[storable(text)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` may hold captured text, so it must not be part of a place",
    label = "not part of a place",
    note = "use a number, a literal, a checked name or public text"
)]
pub trait NamePart: sealed::NamePart {
    /// The part.
    fn part(&self) -> Part<'_>;
}

macro_rules! name_parts {
    ($($type:ty => |$value:ident| $part:expr),* $(,)?) => {$(
        impl sealed::NamePart for $type {}
        impl NamePart for $type {
            fn part(&self) -> Part<'_> {
                let $value = self;
                $part
            }
        }
    )*};
}
name_parts! {
    u32 => |value| Part::Number(u128::from(*value)),
    u64 => |value| Part::Number(u128::from(*value)),
    u128 => |value| Part::Number(*value),
    &'static str => |value| Part::Text(Cow::Borrowed(value)),
    Public<&'static str> => |value| Part::Text(Cow::Borrowed(value.get())),
    Public<String> => |value| Part::Text(Cow::Borrowed(value.get())),
    IdentifierId => |value| Part::Text(Cow::Borrowed(value.as_str())),
    SystemTime => |value| Part::Number(nanoseconds(value)),
}

/// Nanoseconds since 1970; what lies before is 0.
fn nanoseconds(at: &SystemTime) -> u128 {
    at.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |distance| distance.as_nanos())
}

/// Ordered names.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(Vec<u8>);

impl Place {
    /// The place of all things of one sort, as `user`.
    pub fn new(sort: &'static str) -> Self {
        Self(Vec::new()).with(&sort)
    }

    /// The place one step below.
    #[must_use]
    pub fn with(mut self, part: &impl NamePart) -> Self {
        match part.part() {
            Part::Text(text) => self.push_text(&text),
            Part::Number(number) => self.push_number(number),
        }
        self
    }

    fn push_text(&mut self, text: &str) {
        self.0.push(TEXT);
        for byte in text.bytes() {
            self.0.push(byte);
            if byte == 0 {
                self.0.push(ESCAPE);
            }
        }
        self.0.push(0);
    }

    fn push_number(&mut self, number: u128) {
        self.0.push(NUMBER);
        self.0.extend_from_slice(&number.to_be_bytes());
    }

    /// A place that storage read back. Allowed only at the sites of the pinned list.
    pub fn from_pinned_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Whether the other place is this one or below it.
    pub fn holds(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// Bytes that sort as the parts do.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl sealed::Storable for Place {}
impl Storable for Place {
    fn encode(&self, out: &mut Encoder) {
        out.opaque(&self.0);
    }
    fn decode(from: &mut Decoder<'_>) -> Result<Self, Malformed> {
        from.read_opaque().map(|bytes| Self(bytes.to_vec()))
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Place({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &'static str, number: u128) -> Place {
        Place::new("sort").with(&text).with(&number)
    }

    #[test]
    fn places_sort_as_their_parts() {
        let texts = ["", "\0", "\0a", "a", "a\0", "a\0b", "aa", "ab", "b", "ä"];
        let numbers = [0, 1, 255, 256, 70_000, u128::MAX];
        let parts = || texts.iter().flat_map(|text| numbers.iter().map(move |number| (*text, *number)));
        for one in parts() {
            for other in parts() {
                let (a, b) = (place(one.0, one.1), place(other.0, other.1));
                assert_eq!(one.cmp(&other), a.cmp(&b), "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn a_place_holds_what_is_below_it_only() {
        let user = Place::new("user");
        assert!(user.holds(&user) && user.holds(&user.clone().with(&"a")));
        assert!(!user.holds(&Place::new("users")) && !user.with(&"a").holds(&Place::new("user").with(&"ab")));
        assert_ne!(Place::new("a").with(&"b"), Place::new("a\0b"));
        assert_ne!(Place::new("a").with(&1_u64), Place::new("a").with(&"1"));
        assert_eq!(format!("{:?}", Place::new("canary")), "Place(8 bytes)");
    }
}
