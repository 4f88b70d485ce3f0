//! Which value stands at which bytes of a JSON text?
//!
//! A strict reader (RFC 8259) that keeps the place of every value and key, because a policy's mistakes are mistakes of meaning and
//! have to be shown where they stand. It is bounded in size and depth, keeps members in order, and keeps repeated keys: whether
//! those are allowed is for the reader of the object to say. It stops at the first fault of syntax.

mod fault;
mod string;

pub(crate) use fault::{Fault, JsonError};
pub(crate) use string::Text;

use super::place::Pointer;
use std::ops::Range;

/// The longest text that is read at all, in bytes: more than any policy of the allowed number of characters can have.
pub(crate) const BYTES_MAX: usize = 1 << 17;
/// How many lists and objects may stand inside each other.
pub(crate) const DEPTH_MAX: usize = 64;

/// Reads one JSON text.
pub(crate) fn read(text: &str) -> Result<Value, Box<JsonError>> {
    if text.len() > BYTES_MAX {
        return Err(Box::new(JsonError { fault: Fault::TooLarge, span: 0..0, path: Pointer::root() }));
    }
    let mut reader = Reader { text, at: 0, depth: 0, path: Pointer::root() };
    if text.starts_with('\u{feff}') {
        return Err(reader.fault(Fault::ByteOrderMark));
    }
    reader.space();
    if reader.at == text.len() {
        return Err(reader.fault(Fault::Empty));
    }
    let value = reader.value()?;
    reader.space();
    if reader.at < text.len() {
        return Err(reader.fault(Fault::AfterEnd));
    }
    Ok(value)
}

/// A value and the bytes it stands at.
#[derive(Debug)]
pub(crate) struct Value {
    pub(crate) span: Range<usize>,
    pub(crate) node: Node,
}

/// What a value is. Numbers keep no value: nothing in a policy is a number.
#[derive(Debug)]
pub(crate) enum Node {
    Null,
    Bool,
    Number,
    String(Text),
    List(Vec<Value>),
    Object(Vec<Member>),
}

impl Node {
    /// The kind in words, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "true or false",
            Self::Number => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

/// A key and its value.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) key: Text,
    pub(crate) value: Value,
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    path: Pointer,
}

type Read<T> = Result<T, Box<JsonError>>;

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// A fault at the next character.
    fn fault(&self, fault: Fault) -> Box<JsonError> {
        let length = self.rest().chars().next().map_or(0, char::len_utf8);
        self.fault_at(fault, self.at..self.at + length)
    }

    fn fault_at(&self, fault: Fault, span: Range<usize>) -> Box<JsonError> {
        Box::new(JsonError { fault, span, path: self.path.clone() })
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Read<Value> {
        let start = self.at;
        let node = match self.peek() {
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::list)?,
            Some(b'"') => Node::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b'a'..=b'z' | b'A'..=b'Z' | b'_') => self.word()?,
            Some(b'\'') => return Err(self.fault(Fault::SingleQuote)),
            Some(b'/' | b'#') => return Err(self.fault(Fault::Comment)),
            Some(_) => return Err(self.fault(Fault::Value)),
            None => return Err(self.fault(Fault::EarlyEnd)),
        };
        Ok(Value { span: start..self.at, node })
    }

    /// Reads a list or an object, one level deeper.
    fn nested(&mut self, read: fn(&mut Self) -> Read<Node>) -> Read<Node> {
        if self.depth == DEPTH_MAX {
            return Err(self.fault(Fault::TooDeep));
        }
        self.depth += 1;
        self.at += 1;
        let node = read(self)?;
        self.depth -= 1;
        Ok(node)
    }

    fn list(&mut self) -> Read<Node> {
        let mut values = Vec::new();
        self.space();
        if self.ate(b']') {
            return Ok(Node::List(values));
        }
        loop {
            self.space();
            let mark = self.path.mark();
            self.path.push_index(values.len());
            values.push(self.value()?);
            self.path.back_to(mark);
            if !self.goes_on(b']', Fault::ListNext)? {
                return Ok(Node::List(values));
            }
        }
    }

    fn object(&mut self) -> Read<Node> {
        let mut members = Vec::new();
        self.space();
        if self.ate(b'}') {
            return Ok(Node::Object(members));
        }
        loop {
            self.space();
            members.push(self.member()?);
            if !self.goes_on(b'}', Fault::ObjectNext)? {
                return Ok(Node::Object(members));
            }
        }
    }

    fn member(&mut self) -> Read<Member> {
        match self.peek() {
            Some(b'"') => {}
            Some(b'\'') => return Err(self.fault(Fault::SingleQuote)),
            Some(b'/' | b'#') => return Err(self.fault(Fault::Comment)),
            Some(_) => return Err(self.fault(Fault::Key)),
            None => return Err(self.fault(Fault::EarlyEnd)),
        }
        let key = self.string()?;
        self.space();
        if !self.ate(b':') {
            return Err(self.fault(if self.peek().is_none() { Fault::EarlyEnd } else { Fault::Colon }));
        }
        self.space();
        let mark = self.path.mark();
        self.path.push_key(&key.value);
        let value = self.value()?;
        self.path.back_to(mark);
        Ok(Member { key, value })
    }

    /// After an element: true at a comma with another element behind it, false at the closing bracket.
    fn goes_on(&mut self, close: u8, otherwise: Fault) -> Read<bool> {
        self.space();
        let comma = self.at;
        if self.ate(close) {
            return Ok(false);
        }
        if !self.ate(b',') {
            return Err(self.fault(if self.peek().is_none() { Fault::EarlyEnd } else { otherwise }));
        }
        self.space();
        if self.peek() == Some(close) {
            return Err(self.fault_at(Fault::TrailingComma, comma..comma + 1));
        }
        Ok(true)
    }

    fn ate(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn string(&mut self) -> Read<Text> {
        match string::read(self.text, self.at) {
            Ok(text) => {
                self.at = text.span.end;
                Ok(text)
            }
            Err((fault, span)) => Err(self.fault_at(fault, span)),
        }
    }

    /// RFC 8259, section 6: no leading zeros or plus, digits on both sides of the point.
    fn number(&mut self) -> Read<Node> {
        let start = self.at;
        self.ate(b'-');
        let mut right = self.ate(b'0') || self.digits();
        if self.ate(b'.') {
            right &= self.digits();
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            let _signed = self.ate(b'+') || self.ate(b'-');
            right &= self.digits();
        }
        if !right || self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'.') {
            return Err(self.fault_at(Fault::Number, start..self.at));
        }
        Ok(Node::Number)
    }

    fn digits(&mut self) -> bool {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at > start
    }

    fn word(&mut self) -> Read<Node> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            self.at += 1;
        }
        match self.text.get(start..self.at) {
            Some("null") => Ok(Node::Null),
            Some("true" | "false") => Ok(Node::Bool),
            _ => Err(self.fault_at(Fault::Word, start..self.at)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<(Fault, Range<usize>)> {
        read(text).err().map(|error| (error.fault, error.span))
    }

    #[test]
    fn right_texts() {
        for text in [
            "{}",
            "[]",
            " [ ] ",
            "null",
            "true",
            "-0",
            "0.5",
            "1e9",
            "-12.5E-3",
            "\"\"",
            r#""a\"\\\/\b\f\n\r\t\u00e9""#,
            "[1,[2,{\"a\":[]}],\"x\"]",
            "\t{\r\n\"a\" : { \"a\" : 1 } , \"a\" : 2 }\n",
        ] {
            assert_eq!(fault(text), None, "{text}");
        }
    }

    #[test]
    fn faults_and_their_bytes() {
        for (text, expected, span) in [
            ("", Fault::Empty, 0..0),
            (" \n", Fault::Empty, 2..2),
            ("\u{feff}{}", Fault::ByteOrderMark, 0..3),
            ("{", Fault::Key, 1..1),
            ("[", Fault::EarlyEnd, 1..1),
            ("{\"a\"", Fault::EarlyEnd, 4..4),
            ("{\"a\":", Fault::EarlyEnd, 5..5),
            ("{\"a\" 1}", Fault::Colon, 5..6),
            ("{\"a\":1 \"b\":2}", Fault::ObjectNext, 7..8),
            ("{\"a\":1,}", Fault::TrailingComma, 6..7),
            ("[1,]", Fault::TrailingComma, 2..3),
            ("[1 2]", Fault::ListNext, 3..4),
            ("{a:1}", Fault::Key, 1..2),
            ("{'a':1}", Fault::SingleQuote, 1..2),
            ("['a']", Fault::SingleQuote, 1..2),
            ("[// x\n1]", Fault::Comment, 1..2),
            ("{/* x */}", Fault::Comment, 1..2),
            ("[True]", Fault::Word, 1..5),
            ("[NaN]", Fault::Word, 1..4),
            ("[+1]", Fault::Value, 1..2),
            ("[é]", Fault::Value, 1..3),
            ("[01]", Fault::Number, 1..2),
            ("[1.]", Fault::Number, 1..3),
            ("[.5]", Fault::Value, 1..2),
            ("[-]", Fault::Number, 1..2),
            ("[1e]", Fault::Number, 1..3),
            ("[1x]", Fault::Number, 1..2),
            ("{} {}", Fault::AfterEnd, 3..4),
            ("[\"a\nb\"]", Fault::ControlCharacter, 3..4),
            ("[\"a", Fault::OpenString, 1..3),
            (r#"["\d"]"#, Fault::Escape, 2..4),
            (r#"["\u12g4"]"#, Fault::UnicodeEscape, 2..8),
            (r#"["\ud800"]"#, Fault::Surrogate, 2..8),
            (r#"["\ud800\u0041"]"#, Fault::Surrogate, 2..8),
            (r#"["\udc00"]"#, Fault::Surrogate, 2..8),
        ] {
            if text == "{" {
                assert_eq!(fault(text), Some((Fault::EarlyEnd, 1..1)));
                continue;
            }
            assert_eq!(fault(text), Some((expected, span)), "{text:?}");
        }
    }

    #[test]
    fn depth_and_size_are_bounded_on_both_sides() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(fault(&nested(DEPTH_MAX)), None);
        assert_eq!(fault(&nested(DEPTH_MAX + 1)).map(|f| f.0), Some(Fault::TooDeep));
        let long = |bytes: usize| format!("\"{}\"", "a".repeat(bytes - 2));
        assert_eq!(fault(&long(BYTES_MAX)), None);
        assert_eq!(fault(&long(BYTES_MAX + 1)).map(|f| f.0), Some(Fault::TooLarge));
    }

    #[test]
    fn faults_know_their_path() {
        let path = |text: &str| read(text).err().map(|error| error.path.to_string());
        assert_eq!(path(r#"{"a":[1,{"b/c":tru}]}"#).as_deref(), Some("/a/1/b~1c"));
        assert_eq!(path("{,}").as_deref(), Some(""));
    }
}
