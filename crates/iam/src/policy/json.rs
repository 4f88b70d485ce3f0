//! Which value stands at which bytes of a policy's JSON?
//!
//! A strict reader (RFC 8259), bounded in size and depth, that keeps the place of every key and value: what is wrong with a
//! policy is nearly always a matter of meaning, and has to be shown where it stands. Repeated keys are kept, so that their
//! reader can refuse them. Generic parsers were rejected: they lose places, and the last of two equal keys wins silently.

use std::ops::Range;

/// The longest policy text that is read, in bytes: several times the largest quota.
pub const DOCUMENT_BYTES_MAX: usize = 1 << 17;
/// How many lists and objects may stand inside each other.
pub const DEPTH_MAX: usize = 32;

/// Reads one JSON text; on failure says where and what would be right.
pub(crate) fn read(text: &str) -> Result<Value, Fault> {
    if text.len() > DOCUMENT_BYTES_MAX {
        return Err(Fault { at: 0, expected: "at most 131072 bytes" });
    }
    read_unbounded(text)
}

/// Reads text whose size the caller has bounded.
pub(crate) fn read_unbounded(text: &str) -> Result<Value, Fault> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    reader.space();
    let value = reader.value()?;
    reader.space();
    if reader.at < text.len() { Err(reader.fault("nothing after the document")) } else { Ok(value) }
}

/// A fault of syntax: at which byte, and what would be right there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) at: usize,
    pub(crate) expected: &'static str,
}

/// A value and the bytes it stands at.
#[derive(Debug)]
pub(crate) struct Value {
    pub(crate) span: Range<usize>,
    pub(crate) node: Node,
}

/// What a value is. Numbers and booleans keep their spelling: conditions compare them as text.
#[derive(Debug)]
pub(crate) enum Node {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Value>),
    Object(Vec<Member>),
}

/// A key and its value.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) key: String,
    pub(crate) key_span: Range<usize>,
    pub(crate) value: Value,
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn fault(&self, expected: &'static str) -> Fault {
        Fault { at: self.at.min(self.text.len()), expected }
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn ate(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Result<Value, Fault> {
        let start = self.at;
        let node = match self.peek() {
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::list)?,
            Some(b'"') => Node::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => self.word()?,
        };
        Ok(Value { span: start..self.at, node })
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Node, Fault>) -> Result<Node, Fault> {
        if self.depth == DEPTH_MAX {
            return Err(self.fault("at most 32 lists and objects inside each other"));
        }
        self.depth += 1;
        self.at += 1;
        let node = read(self)?;
        self.depth -= 1;
        Ok(node)
    }

    fn list(&mut self) -> Result<Node, Fault> {
        let mut values = Vec::new();
        self.space();
        if self.ate(b']') {
            return Ok(Node::List(values));
        }
        loop {
            self.space();
            values.push(self.value()?);
            self.space();
            if self.ate(b']') {
                return Ok(Node::List(values));
            }
            if !self.ate(b',') {
                return Err(self.fault("`,` or `]`"));
            }
        }
    }

    fn object(&mut self) -> Result<Node, Fault> {
        let mut members = Vec::new();
        self.space();
        if self.ate(b'}') {
            return Ok(Node::Object(members));
        }
        loop {
            self.space();
            members.push(self.member()?);
            self.space();
            if self.ate(b'}') {
                return Ok(Node::Object(members));
            }
            if !self.ate(b',') {
                return Err(self.fault("`,` or `}`"));
            }
        }
    }

    fn member(&mut self) -> Result<Member, Fault> {
        let start = self.at;
        if self.peek() != Some(b'"') {
            return Err(self.fault("a key in double quotes"));
        }
        let key = self.string()?;
        let key_span = start..self.at;
        self.space();
        if !self.ate(b':') {
            return Err(self.fault("`:` after the key"));
        }
        self.space();
        Ok(Member { key, key_span, value: self.value()? })
    }

    fn word(&mut self) -> Result<Node, Fault> {
        for (word, node) in [("true", Node::Bool(true)), ("false", Node::Bool(false)), ("null", Node::Null)] {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(node);
            }
        }
        Err(self.fault("a JSON value"))
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(self.fault("a digit")) } else { Ok(()) }
    }

    fn number(&mut self) -> Result<Node, Fault> {
        let start = self.at;
        self.ate(b'-');
        if !self.ate(b'0') {
            self.digits()?;
        }
        if self.ate(b'.') {
            self.digits()?;
        }
        if self.ate(b'e') || self.ate(b'E') {
            let _sign = self.ate(b'+') || self.ate(b'-');
            self.digits()?;
        }
        Ok(Node::Number(self.text.get(start..self.at).unwrap_or_default().to_owned()))
    }

    fn string(&mut self) -> Result<String, Fault> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let plain = self.rest().find(['"', '\\']).ok_or_else(|| self.fault("a closing quote"))?;
            let part = self.rest().get(..plain).unwrap_or_default();
            if let Some(bad) = part.find(|c: char| c < ' ') {
                self.at += bad;
                return Err(self.fault("control characters written as escapes"));
            }
            out.push_str(part);
            self.at += plain + 1;
            if self.text.as_bytes().get(self.at - 1) == Some(&b'"') {
                return Ok(out);
            }
            out.push(self.escape()?);
        }
    }

    fn escape(&mut self) -> Result<char, Fault> {
        let c = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.fault("one of the escapes of JSON")),
        };
        self.at += 1;
        Ok(c)
    }

    fn unicode(&mut self) -> Result<char, Fault> {
        let high = self.unit()?;
        if !(0xD800..0xE000).contains(&high) {
            return char::from_u32(high).ok_or_else(|| self.fault("a character"));
        }
        if high >= 0xDC00 || self.peek() != Some(b'\\') {
            return Err(self.fault("a pair of surrogates"));
        }
        self.at += 1;
        let low = self.unit()?;
        if !(0xDC00..0xE000).contains(&low) {
            return Err(self.fault("a pair of surrogates"));
        }
        char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00))
            .ok_or_else(|| self.fault("a character"))
    }

    /// Four hexadecimal digits behind a `u`.
    fn unit(&mut self) -> Result<u32, Fault> {
        if !self.ate(b'u') {
            return Err(self.fault("`u` and four hexadecimal digits"));
        }
        let digits = self.rest().get(..4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let unit = unit.ok_or_else(|| self.fault("four hexadecimal digits"))?;
        self.at += 4;
        Ok(unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(value: &Value) -> String {
        match &value.node {
            Node::Null => "null".to_owned(),
            Node::Bool(yes) => yes.to_string(),
            Node::Number(number) => number.clone(),
            Node::Text(text) => format!("{text:?}"),
            Node::List(items) => format!("[{}]", items.iter().map(shape).collect::<Vec<_>>().join(",")),
            Node::Object(members) => {
                let members: Vec<_> =
                    members.iter().map(|m| format!("{}={}", m.key, shape(&m.value))).collect();
                format!("{{{}}}", members.join(","))
            }
        }
    }

    #[test]
    fn values_and_their_places() {
        for (text, wanted) in [
            (r#" {"a" : [1, -2.5e3, true ,null], "a":{}} "#, "{a=[1,-2.5e3,true,null],a={}}"),
            (r#""\u00e9\ud83d\ude00\n\/""#, "\"é😀\\n/\""),
            ("0", "0"),
            ("[]", "[]"),
        ] {
            assert_eq!(shape(&read(text).unwrap()), wanted, "{text}");
        }
        let value = read(r#"{"k": "v"}"#).unwrap();
        let Node::Object(members) = &value.node else { panic!("an object") };
        assert_eq!((members[0].key_span.clone(), members[0].value.span.clone()), (1..4, 6..9));
    }

    #[test]
    fn faults_say_where() {
        for (text, at) in [
            ("", 0),
            ("{", 1),
            ("{'a':1}", 1),
            ("[1,]", 3),
            ("[1 2]", 3),
            ("{\"a\" 1}", 5),
            ("01", 1),
            ("\"a", 1),
            ("\"\\x\"", 2),
            ("\"\\ud800x\"", 7),
            ("\"\\ud800\\u0041\"", 13),
            ("\"a\u{1}\"", 2),
            ("tru", 0),
            ("1.", 2),
        ] {
            assert_eq!(read(text).map(|_| ()).map_err(|fault| fault.at), Err(at), "{text:?}");
        }
    }

    #[test]
    fn size_and_depth_are_bounded() {
        let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(&deep(DEPTH_MAX)).is_ok() && read(&deep(DEPTH_MAX + 1)).is_err());
        let long = |bytes: usize| format!("\"{}\"", "a".repeat(bytes - 2));
        assert!(read(&long(DOCUMENT_BYTES_MAX)).is_ok() && read(&long(DOCUMENT_BYTES_MAX + 1)).is_err());
    }
}
