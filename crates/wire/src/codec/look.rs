//! What is there to write? One view of values, whether they were built as outputs or rendered for a caller.

use crate::input::Document;
use crate::output::{Kept, Output, Own, Value};
use sotto_egress::Shown;
use sotto_sensitive::{RawBytes, RawText};
use std::time::SystemTime;

/// A value to write.
#[derive(Clone, Copy)]
pub(crate) enum Look<'a> {
    Null,
    Flag(bool),
    Integer(i64),
    Float(f64),
    Time(SystemTime),
    Text(&'a str),
    Bytes(&'a [u8]),
    List(List<'a>),
    Map(Map<'a>),
    Structure(&'a Output),
    Document(&'a Document),
}

#[derive(Clone, Copy)]
pub(crate) enum List<'a> {
    Values(&'a [Value]),
    Shown(&'a [Shown]),
}

#[derive(Clone, Copy)]
pub(crate) enum Map<'a> {
    Values(&'a [(Value, Value)]),
    Shown(&'a [(zeroize::Zeroizing<String>, Shown)]),
}

impl<'a> Look<'a> {
    pub(crate) fn at(value: &'a Value) -> Self {
        match value {
            Value::Absent => Self::Null,
            Value::Flag(flag) => Self::Flag(*flag),
            Value::Integer(number) => Self::Integer(*number),
            Value::Float(number) => Self::Float(*number),
            Value::Time(time) => Self::Time(*time),
            Value::Text(text) => Self::Text(text.get()),
            Value::Shown(rendered) => Self::shown(rendered.shown()),
            Value::List(items) => Self::List(List::Values(items)),
            Value::Map(entries) => Self::Map(Map::Values(entries)),
            Value::Structure(output) => Self::Structure(output),
            Value::Own(Own(Kept::Text(text))) => Self::Text(own_text(text)),
            Value::Own(Own(Kept::Bytes(bytes))) => Self::Bytes(own_bytes(bytes)),
            Value::Own(Own(Kept::Document(document))) => Self::Document(document),
            Value::Own(Own(Kept::Null)) => Self::Null,
        }
    }

    fn shown(shown: &'a Shown) -> Self {
        match shown {
            Shown::Null => Self::Null,
            Shown::Bool(flag) => Self::Flag(*flag),
            Shown::Integer(number) => Self::Integer(*number),
            Shown::Float(number) => Self::Float(*number),
            Shown::Text(text) => Self::Text(text),
            Shown::Bytes(bytes) => Self::Bytes(bytes),
            Shown::List(items) => Self::List(List::Shown(items)),
            Shown::Map(entries) => Self::Map(Map::Shown(entries)),
        }
    }

    /// A member of a structure, which may have been rendered as a map.
    pub(crate) fn member(self, name: &str) -> Option<Look<'a>> {
        match self {
            Self::Structure(output) => {
                output.members.iter().find(|(found, _)| found == name).map(|(_, value)| Self::at(value))
            }
            Self::Map(Map::Shown(entries)) => {
                entries.iter().find(|(found, _)| found.as_str() == name).map(|(_, shown)| Self::shown(shown))
            }
            _ => None,
        }
    }

    /// How many members a structure has.
    pub(crate) const fn member_count(self) -> Option<usize> {
        match self {
            Self::Structure(output) => Some(output.members.len()),
            Self::Map(Map::Shown(entries)) => Some(entries.len()),
            _ => None,
        }
    }
}

impl<'a> List<'a> {
    pub(crate) fn items(self) -> Box<dyn Iterator<Item = Look<'a>> + 'a> {
        match self {
            Self::Values(items) => Box::new(items.iter().map(Look::at)),
            Self::Shown(items) => Box::new(items.iter().map(Look::shown)),
        }
    }
}

impl<'a> Map<'a> {
    pub(crate) fn entries(self) -> Box<dyn Iterator<Item = (Look<'a>, Look<'a>)> + 'a> {
        match self {
            Self::Values(entries) => {
                Box::new(entries.iter().map(|(key, value)| (Look::at(key), Look::at(value))))
            }
            Self::Shown(entries) => {
                Box::new(entries.iter().map(|(key, value)| (Look::Text(key.as_str()), Look::shown(value))))
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a client writes its own text into its own request")]
pub(crate) fn own_text(text: &RawText) -> &str {
    text.expose()
}

#[expect(clippy::disallowed_methods, reason = "a client writes its own bytes into its own request")]
fn own_bytes(bytes: &RawBytes) -> &[u8] {
    bytes.expose()
}
