//! What is answered when all is well? An [`Output`]: members by name, leaves public or rendered.
//!
//! It is built without a model; the encoder walks the operation's shape, takes the members that it names, and answers an
//! internal error when one is left over: a misspelt member is a mistake of ours that no client should have to find.

use crate::answer::Tail;
use sotto_egress::Rendered;
use sotto_public::Public;
use std::borrow::Cow;
use std::time::SystemTime;

/// Members of a structure, by name.
#[derive(Debug, Default)]
pub struct Output {
    pub(crate) members: Vec<(Cow<'static, str>, Value)>,
    pub(crate) tail: Option<Box<dyn Tail>>,
    held: Vec<Held>,
}

/// Something that lives until an answer is encoded.
struct Held(#[expect(dead_code, reason = "it is there to be dropped")] Box<dyn std::any::Any + Send + Sync>);

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Held")
    }
}

impl Output {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with a member; `None` leaves it out.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.set(name, value);
        self
    }

    /// Adds a member; `None` leaves it out.
    pub fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        match value.into() {
            Value::Absent => {}
            value => self.members.push((Cow::Borrowed(name), value)),
        }
    }

    /// The same with events that follow, for an operation that answers with an event stream.
    #[must_use]
    pub fn streaming(mut self, tail: Box<dyn Tail>) -> Self {
        self.tail = Some(tail);
        self
    }

    /// The same with something that lives until it is encoded, such as a share of the memory that it takes.
    #[must_use]
    pub fn holding(mut self, share: impl Send + Sync + 'static) -> Self {
        self.held.push(Held(Box::new(share)));
        self
    }

    /// Whether there are no members.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}

/// A value of an output.
#[derive(Debug)]
pub enum Value {
    /// Not there.
    Absent,
    /// True or false.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// An instant.
    Time(SystemTime),
    /// Public text.
    Text(Public<String>),
    /// Text or bytes that may be shown to this caller.
    Shown(Rendered),
    /// Items.
    List(Vec<Value>),
    /// Entries; a key is a text.
    Map(Vec<(Value, Value)>),
    /// Members.
    Structure(Output),
    /// The caller's own text or bytes: only the client makes it.
    Own(Own),
}

/// What a client sends: its own text and bytes.
#[derive(Debug)]
pub struct Own(pub(crate) Kept);

#[derive(Debug)]
pub(crate) enum Kept {
    Text(sotto_sensitive::RawText),
    Bytes(sotto_sensitive::RawBytes),
    Document(crate::input::Document),
    /// A member that is set to nothing.
    Null,
}

impl Value {
    /// The text of a checked name.
    pub fn named(name: &impl sotto_public::NamePart) -> Self {
        Self::Text(Public::named(name))
    }

    /// A list.
    pub fn list<T: Into<Value>>(items: impl IntoIterator<Item = T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }

    /// A map.
    pub fn map<K: Into<Value>, V: Into<Value>>(entries: impl IntoIterator<Item = (K, V)>) -> Self {
        Self::Map(entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

macro_rules! values {
    ($($type:ty => |$value:ident| $made:expr),* $(,)?) => {$(
        impl From<$type> for Value {
            fn from($value: $type) -> Self {
                $made
            }
        }
    )*};
}

values!(
    bool => |value| Self::Flag(value),
    i32 => |value| Self::Integer(value.into()),
    i64 => |value| Self::Integer(value),
    u8 => |value| Self::Integer(value.into()),
    u16 => |value| Self::Integer(value.into()),
    u32 => |value| Self::Integer(value.into()),
    u64 => |value| Self::Integer(i64::try_from(value).unwrap_or(i64::MAX)),
    usize => |value| Self::Integer(i64::try_from(value).unwrap_or(i64::MAX)),
    f64 => |value| Self::Float(value),
    SystemTime => |value| Self::Time(value),
    &'static str => |value| Self::Text(value.into()),
    Public<String> => |value| Self::Text(value),
    &Public<String> => |value| Self::Text(value.clone()),
    Public<&'static str> => |value| Self::Text(value.into_inner().into()),
    Rendered => |value| Self::Shown(value),
    Output => |value| Self::Structure(value),
    Vec<Value> => |value| Self::List(value),
    Vec<Output> => |value| Self::list(value),
    Vec<Public<String>> => |value| Self::list(value),
);

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_absent_is_left_out() {
        let output = Output::new().with("A", 1_u8).with("B", None::<bool>).with("C", "literal");
        let names: Vec<&str> = output.members.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["A", "C"]);
    }

    #[test]
    fn numbers_beyond_the_range_saturate() {
        assert!(matches!(Value::from(u64::MAX), Value::Integer(i64::MAX)));
    }
}
