//! In which form do bots come and go? As a [`Tree`]: JSON whose leaves and keys are all the author's words.
//!
//! Both tongues (API requests, files of an export) and the resting form are read from and written to trees. A tree is cheap to
//! clone, so that members this release does not know can stay with their bot. `RawTree` was not taken: it cannot be cloned or
//! compared, and its numbers and flags count as public.

use crate::Words;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use sotto_sensitive::{RawBytes, RawText, RawTree};
use std::fmt;

/// Deepest nesting of a document.
pub const DEPTH_MAX: usize = 64;
/// Most leaves and containers of a document.
pub const NODES_MAX: usize = 2_000_000;

/// JSON, all of it captured. `Debug` prints shape and sizes.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Tree {
    /// Nothing.
    #[default]
    Null,
    /// True or false.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// Text.
    Text(Words),
    /// Items in order.
    List(Vec<Tree>),
    /// Members in order.
    Map(Vec<(Words, Tree)>),
}

/// Why bytes are no tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// No JSON.
    #[error("line {line}, column {column} is not valid JSON")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// Nested deeper than [`DEPTH_MAX`], or larger than [`NODES_MAX`].
    #[error("the JSON is nested too deep or has too many members")]
    TooLarge,
}

impl Tree {
    /// Reads JSON. A byte order mark before it is left out.
    ///
    /// # Errors
    /// [`TreeError`] with the place.
    #[expect(
        clippy::disallowed_methods,
        reason = "what an author wrote becomes words again; errors hold a place only"
    )]
    pub fn read(bytes: &RawBytes) -> Result<Self, TreeError> {
        let bytes = bytes.expose();
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut nodes_left = NODES_MAX;
        let mut source = serde_json::Deserializer::from_slice(bytes);
        let seed = Seed { depth_left: DEPTH_MAX, nodes_left: &mut nodes_left };
        let tree = seed.deserialize(&mut source).and_then(|tree| source.end().map(|()| tree));
        tree.map_err(|error| match error.is_data() {
            true => TreeError::TooLarge,
            false => TreeError::Syntax { line: error.line(), column: error.column() },
        })
    }

    /// Writes JSON without spaces: the same tree gives the same bytes.
    pub fn to_json(&self) -> RawBytes {
        let mut out = Vec::new();
        self.write(&mut out, None);
        RawBytes::new(out)
    }

    /// Writes JSON with two spaces for each level.
    pub fn to_pretty_json(&self) -> RawBytes {
        let mut out = Vec::new();
        self.write(&mut out, Some(0));
        RawBytes::new(out)
    }

    fn write(&self, out: &mut Vec<u8>, indent: Option<usize>) {
        match self {
            Self::Null => out.extend_from_slice(b"null"),
            Self::Flag(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
            Self::Integer(number) => out.extend_from_slice(number.to_string().as_bytes()),
            Self::Float(number) => out.extend_from_slice(float(*number).as_bytes()),
            Self::Text(words) => text(words.read(), out),
            Self::List(items) => between(out, (b'[', b']'), indent, items.iter(), |item, out, indent| {
                item.write(out, indent);
            }),
            Self::Map(members) => {
                between(out, (b'{', b'}'), indent, members.iter(), |(key, value), out, indent| {
                    text(key.read(), out);
                    out.extend_from_slice(if indent.is_some() { b": " } else { b":" });
                    value.write(out, indent);
                });
            }
        }
    }

    /// A text of ours.
    pub fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// The member of this name; nothing where it is not there or null.
    pub fn member(&self, name: &str) -> Option<&Self> {
        let Self::Map(members) = self else { return None };
        let found = members.iter().find(|(key, _)| key.read() == name).map(|(_, value)| value);
        found.filter(|value| !matches!(value, Self::Null))
    }

    /// The words of a text.
    pub const fn as_words(&self) -> Option<&Words> {
        match self {
            Self::Text(words) => Some(words),
            _ => None,
        }
    }

    /// The same for an answer: leaves are captured text, numbers and flags are as they are.
    #[expect(clippy::disallowed_methods, reason = "the author's words go on as captured text")]
    pub fn to_raw(&self) -> RawTree {
        use sotto_sensitive::PublicScalar;
        let copied = |words: &Words| RawText::new(words.raw().expose().to_owned());
        match self {
            Self::Null => RawTree::Null,
            Self::Flag(flag) => RawTree::Public(PublicScalar::Bool(*flag)),
            Self::Integer(number) => RawTree::Public(PublicScalar::Integer(*number)),
            Self::Float(number) => RawTree::Public(PublicScalar::Float(*number)),
            Self::Text(words) => RawTree::Text(copied(words)),
            Self::List(items) => RawTree::List(items.iter().map(Self::to_raw).collect()),
            Self::Map(members) => {
                RawTree::Map(members.iter().map(|(key, value)| (copied(key), value.to_raw())).collect())
            }
        }
    }
}

/// Items between brackets, each on a line of its own where there is an indent.
fn between<T>(
    out: &mut Vec<u8>,
    (open, close): (u8, u8),
    indent: Option<usize>,
    items: impl ExactSizeIterator<Item = T>,
    mut each: impl FnMut(T, &mut Vec<u8>, Option<usize>),
) {
    let (empty, below) = (items.len() == 0, indent.map(|level| level + 1));
    out.push(open);
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        line(out, below);
        each(item, out, below);
    }
    if !empty {
        line(out, indent);
    }
    out.push(close);
}

fn line(out: &mut Vec<u8>, indent: Option<usize>) {
    if let Some(level) = indent {
        out.push(b'\n');
        out.resize(out.len() + 2 * level, b' ');
    }
}

/// A number with a fraction, so that it is read as one again.
fn float(number: f64) -> String {
    match number.is_finite() {
        true => format!("{number:?}"),
        false => "null".to_owned(),
    }
}

/// A JSON string (RFC 8259, section 7).
fn text(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for c in text.chars() {
        match c {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\t' => out.extend_from_slice(b"\\t"),
            c if u32::from(c) < 0x20 => out.extend_from_slice(format!("\\u{:04x}", u32::from(c)).as_bytes()),
            c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out.push(b'"');
}

/// Reads one value within bounds.
struct Seed<'n> {
    depth_left: usize,
    nodes_left: &'n mut usize,
}

impl Seed<'_> {
    fn below<E: serde::de::Error>(&mut self) -> Result<Seed<'_>, E> {
        let depth_left = self.depth_left.checked_sub(1).ok_or_else(|| E::custom("deep"))?;
        Ok(Seed { depth_left, nodes_left: self.nodes_left })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Tree;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Tree, D::Error> {
        *self.nodes_left = self.nodes_left.checked_sub(1).ok_or_else(|| D::Error::custom("large"))?;
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Tree, E> {
        Ok(Tree::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Tree, E> {
        Ok(Tree::Integer(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Tree, E> {
        Ok(i64::try_from(number).map_or(Tree::Float(number as f64), Tree::Integer))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Tree, E> {
        Ok(Tree::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.into()))
    }

    fn visit_string<E>(self, text: String) -> Result<Tree, E> {
        Ok(Tree::Text(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut source: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = source.next_element_seed(self.below()?)? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut source: A) -> Result<Tree, A::Error> {
        let mut members = Vec::new();
        while let Some(key) = source.next_key::<String>()? {
            members.push((key.into(), source.next_value_seed(self.below()?)?));
        }
        Ok(Tree::Map(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Tree, TreeError> {
        Tree::read(&RawBytes::new(text.as_bytes().to_vec()))
    }

    #[expect(clippy::disallowed_methods, reason = "canary data is compared")]
    fn written(tree: &Tree) -> String {
        String::from_utf8(tree.to_json().expose().to_vec()).unwrap()
    }

    #[test]
    fn what_is_written_is_read_again() {
        for text in [
            "null",
            "true",
            "-12",
            "0.8",
            "1.0",
            "\"a\\\"\\\\\\n\\r\\t\\u0001 é \u{1f600}\"",
            "[]",
            "{}",
            "[1,[null,{}],\"x\"]",
            "{\"b\":1,\"a\":{\"c\":[false]},\"b\":2}",
        ] {
            let tree = read(text).unwrap();
            assert_eq!(written(&tree), text);
            assert_eq!(read(&written(&tree)).unwrap(), tree);
        }
        assert_eq!(read("\u{feff}{\"a\": 1 }").unwrap(), read("{\"a\":1}").unwrap());
        assert_eq!(written(&read("18446744073709551615").unwrap()), "1.8446744073709552e19");
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "canary data is compared")]
    fn pretty_json_has_lines() {
        let tree = read("{\"a\":[1,2],\"b\":{},\"c\":[]}").unwrap();
        let wanted = "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {},\n  \"c\": []\n}";
        assert_eq!(tree.to_pretty_json().expose(), wanted.as_bytes());
    }

    #[test]
    fn what_is_no_json_or_too_deep_is_refused_without_its_words() {
        let syntax = |line, column| Err(TreeError::Syntax { line, column });
        assert_eq!(read("{\"canary\": \n canary}"), syntax(2, 2));
        assert_eq!(read("1 2"), syntax(1, 3));
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(&nested(DEPTH_MAX)).is_ok());
        assert_eq!(read(&nested(DEPTH_MAX + 1)), Err(TreeError::TooLarge));
        assert_eq!(format!("{:?}", read("\"canary\"").unwrap()), "Text(RawText(6 bytes))");
    }

    #[test]
    fn members_are_found_and_null_is_nothing() {
        let tree = read("{\"a\":null,\"b\":\"x\"}").unwrap();
        assert_eq!(tree.member("a"), None);
        assert_eq!(tree.member("b").and_then(Tree::as_words), Some(&"x".into()));
        assert_eq!(tree.member("c"), None);
        assert_eq!(Tree::Null.member("a"), None);
        assert_eq!(tree.to_raw().leaves(), 2);
    }
}
