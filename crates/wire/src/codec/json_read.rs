//! What does this JSON say? Members by shape (RFC 8259), read in one pass.
//!
//! Written here, not taken from a library: text goes straight into raw leaves, nothing keeps a second copy, errors carry a
//! place and no text, depth is bounded. Members that the shape does not have are stepped over; of a member that stands twice
//! the last one counts; `null` is an absent member, but keeps its place in lists and maps.

use super::scalar::{Slot, base64, float, integer};
use super::{DEPTH_MAX, Unread};
use crate::input::{Document, Node};
use crate::time::instant_of;
use sotto_aws_model::{Kind, Location, Member, Structure};
use sotto_sensitive::{RawBytes, RawText};

/// Reads a whole JSON text into a shape.
pub(crate) fn read(text: &[u8], slot: Slot<'_>) -> Result<Node, Unread> {
    let mut reader = Reader { text, at: 0, depth: 0, nodes: 0 };
    let node = reader.value(slot)?;
    reader.end()?;
    Ok(node)
}

/// Reads a whole JSON text of any shape.
pub(crate) fn read_document(text: &[u8]) -> Result<Document, Unread> {
    let mut reader = Reader { text, at: 0, depth: 0, nodes: 0 };
    let document = reader.document()?;
    reader.end()?;
    Ok(document)
}

/// The text of a top-level member, for finding an error's code.
pub(crate) fn top_text(text: &[u8], name: &str) -> Option<Vec<u8>> {
    let mut reader = Reader { text, at: 0, depth: 0, nodes: 0 };
    let mut found = None;
    let members = reader.members(|reader, key| {
        if key == name.as_bytes() && reader.peek() == Some(b'"') {
            found = Some(reader.string()?);
            return Ok(());
        }
        reader.skip()
    });
    members.ok().and(found)
}

/// Whether it is one JSON text, of any shape.
pub(crate) fn check(text: &[u8]) -> Result<(), Unread> {
    let mut reader = Reader { text, at: 0, depth: 0, nodes: 0 };
    reader.skip()?;
    reader.end()
}

/// A top-level member's value, as it was written; of a member that stands twice the last one.
pub(crate) fn top_value<'a>(text: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let mut reader = Reader { text, at: 0, depth: 0, nodes: 0 };
    let mut found = None;
    let members = reader.members(|reader, key| {
        reader.peek();
        let start = reader.at;
        reader.skip()?;
        if key == name.as_bytes() {
            found = text.get(start..reader.at);
        }
        Ok(())
    });
    members.ok().and(found)
}

/// The name of a member as JSON has it. Outside of a body names belong to paths and headers.
fn key_of(member: &Member) -> &str {
    if member.location == Location::Body { member.wire_name() } else { &member.name }
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    depth: usize,
    /// Values of documents that were read.
    nodes: usize,
}

impl Reader<'_> {
    fn grammar<T>(&self) -> Result<T, Unread> {
        Err(Unread::Grammar { at: self.at })
    }

    /// The next byte that is not blank.
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.text.get(self.at) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> Result<(), Unread> {
        if self.peek() == Some(byte) {
            self.at += 1;
            return Ok(());
        }
        self.grammar()
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Unread> {
        if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.at += word.len();
            return Ok(());
        }
        self.grammar()
    }

    fn end(&mut self) -> Result<(), Unread> {
        if self.peek().is_none() { Ok(()) } else { self.grammar() }
    }

    fn null(&mut self) -> Result<bool, Unread> {
        if self.peek() != Some(b'n') {
            return Ok(false);
        }
        self.word(b"null").map(|()| true)
    }

    fn enter(&mut self) -> Result<(), Unread> {
        self.depth += 1;
        if self.depth > DEPTH_MAX { Err(Unread::Deep) } else { Ok(()) }
    }

    fn value(&mut self, slot: Slot<'_>) -> Result<Node, Unread> {
        if self.null()? {
            return Ok(Node::Null);
        }
        match slot.kind()? {
            Kind::Structure(structure) => self.structure(slot, structure),
            Kind::List(list) => {
                let below = slot.below(list.item, list.capture, None);
                let mut items = Vec::new();
                self.items(|reader| {
                    items.push(reader.value(below)?);
                    Ok(())
                })?;
                Ok(Node::List(items))
            }
            Kind::Map(map) => {
                let [of_key, of_value] = map.capture;
                let (keys, values) =
                    (slot.below(map.key, of_key, None), slot.below(map.value, of_value, None));
                let mut entries = Vec::new();
                self.members(|reader, key| {
                    let value = reader.value(values)?;
                    entries.push((keys.key(key)?, value));
                    Ok(())
                })?;
                Ok(Node::Map(entries))
            }
            Kind::Document => self.document().map(Node::Document),
            _ => self.leaf(slot),
        }
    }

    fn structure(&mut self, slot: Slot<'_>, structure: &Structure) -> Result<Node, Unread> {
        if self.peek() != Some(b'{') {
            return Err(Unread::Kind { expected: "structure" });
        }
        let mut members: Vec<(u16, Node)> = Vec::new();
        self.members(|reader, key| {
            let named = (0_u16..).zip(&structure.members).find(|(_, m)| key_of(m).as_bytes() == key);
            let Some((index, member)) = named else { return reader.skip() };
            let value = reader.value(slot.below(member.shape, member.capture, member.time_format))?;
            members.retain(|(at, _)| *at != index);
            if !matches!(value, Node::Null) {
                members.push((index, value));
            }
            Ok(())
        })?;
        Ok(Node::Structure(members))
    }

    /// `{ key: value, ... }`; `each` reads the value.
    fn members(
        &mut self,
        mut each: impl FnMut(&mut Self, Vec<u8>) -> Result<(), Unread>,
    ) -> Result<(), Unread> {
        self.take(b'{').map_err(|_| Unread::Kind { expected: "structure or map" })?;
        self.enter()?;
        if self.peek() != Some(b'}') {
            loop {
                self.peek();
                let key = self.string()?;
                self.take(b':')?;
                each(self, key)?;
                if self.peek() != Some(b',') {
                    break;
                }
                self.at += 1;
            }
        }
        self.depth -= 1;
        self.take(b'}')
    }

    /// `[ item, ... ]`; `each` reads the item.
    fn items(&mut self, mut each: impl FnMut(&mut Self) -> Result<(), Unread>) -> Result<(), Unread> {
        self.take(b'[').map_err(|_| Unread::Kind { expected: "list" })?;
        self.enter()?;
        if self.peek() != Some(b']') {
            loop {
                each(self)?;
                if self.peek() != Some(b',') {
                    break;
                }
                self.at += 1;
            }
        }
        self.depth -= 1;
        self.take(b']')
    }

    fn leaf(&mut self, slot: Slot<'_>) -> Result<Node, Unread> {
        let kind = slot.kind()?;
        match (self.peek(), kind) {
            (Some(b'"'), Kind::Text(shape)) => slot.text(shape, self.string()?),
            (Some(b'"'), Kind::Blob(_)) => base64(&self.string()?).map(Node::Bytes),
            (Some(b'"'), Kind::Float) => float(&self.string()?).map(Node::Float),
            (Some(b'"'), Kind::Timestamp(_)) => slot.timestamp(&self.string()?),
            (Some(b't'), Kind::Boolean) => self.word(b"true").map(|()| Node::Flag(true)),
            (Some(b'f'), Kind::Boolean) => self.word(b"false").map(|()| Node::Flag(false)),
            (Some(b'-' | b'0'..=b'9'), Kind::Integer(_)) => whole(self.number()?).map(Node::Integer),
            (Some(b'-' | b'0'..=b'9'), Kind::Float) => float(self.number()?).map(Node::Float),
            (Some(b'-' | b'0'..=b'9'), Kind::Timestamp(_)) => {
                let time = instant_of(float(self.number()?)?);
                time.map(Node::Time).ok_or(Unread::Kind { expected: "Timestamp" })
            }
            (None, _) => self.grammar(),
            _ => Err(Unread::Kind { expected: name_of(kind) }),
        }
    }

    /// The bytes of a number.
    fn number(&mut self) -> Result<&[u8], Unread> {
        let start = self.at;
        while let Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E') = self.text.get(self.at) {
            self.at += 1;
        }
        let number = self.text.get(start..self.at).unwrap_or_default();
        if number.is_empty() { Err(Unread::Grammar { at: start }) } else { Ok(number) }
    }

    /// A string without its quotes and escapes.
    fn string(&mut self) -> Result<Vec<u8>, Unread> {
        self.word(b"\"")?;
        let mut out = Vec::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let plain = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
            let plain = plain.ok_or(Unread::Grammar { at: self.text.len() })?;
            out.extend_from_slice(rest.get(..plain).unwrap_or_default());
            self.at += plain + 1;
            match rest.get(plain) {
                Some(b'"') => return Ok(out),
                Some(b'\\') => self.escape(&mut out)?,
                _ => return Err(Unread::Grammar { at: self.at - 1 }),
            }
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), Unread> {
        let letter = self.text.get(self.at).copied();
        self.at += 1;
        out.push(match letter {
            Some(plain @ (b'"' | b'\\' | b'/')) => plain,
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => {
                let c = self.unicode()?;
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            _ => return Err(Unread::Grammar { at: self.at - 1 }),
        });
        Ok(())
    }

    /// The character of `\uXXXX`, or of two of them.
    fn unicode(&mut self) -> Result<char, Unread> {
        let at = self.at;
        let high = self.four_digits()?;
        let code = if (0xd800..0xdc00).contains(&high) {
            self.word(b"\\u")?;
            let low = self.four_digits()?;
            0x10000 + ((high - 0xd800) << 10) + low.wrapping_sub(0xdc00)
        } else {
            high
        };
        char::from_u32(code).ok_or(Unread::Grammar { at })
    }

    fn four_digits(&mut self) -> Result<u32, Unread> {
        let digits = self.text.get(self.at..self.at + 4).and_then(|digits| std::str::from_utf8(digits).ok());
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let value = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        self.at += 4;
        value.ok_or(Unread::Grammar { at: self.at - 4 })
    }

    /// Steps over a value of any shape.
    fn skip(&mut self) -> Result<(), Unread> {
        match self.peek() {
            Some(b'{') => self.members(|reader, _| reader.skip()),
            Some(b'[') => self.items(Self::skip),
            Some(b'"') => self.string().map(drop),
            Some(b't') => self.word(b"true"),
            Some(b'f') => self.word(b"false"),
            Some(b'n') => self.word(b"null"),
            _ => self.number().map(drop),
        }
    }

    fn document(&mut self) -> Result<Document, Unread> {
        self.nodes += 1;
        if self.nodes > super::DOCUMENT_NODES_MAX {
            return Err(Unread::Many);
        }
        Ok(match self.peek() {
            Some(b'{') => {
                let mut entries = Vec::new();
                self.members(|reader, key| {
                    let key = raw(key)?;
                    entries.push((key, reader.document()?));
                    Ok(())
                })?;
                Document::Map(entries)
            }
            Some(b'[') => {
                let mut items = Vec::new();
                self.items(|reader| {
                    items.push(reader.document()?);
                    Ok(())
                })?;
                Document::List(items)
            }
            Some(b'"') => Document::Text(raw(self.string()?)?),
            Some(b't') => self.word(b"true").map(|()| Document::Flag(true))?,
            Some(b'f') => self.word(b"false").map(|()| Document::Flag(false))?,
            Some(b'n') => self.word(b"null").map(|()| Document::Null)?,
            _ => {
                let number = self.number()?.to_vec();
                float(&number)?;
                Document::Number(raw(number)?)
            }
        })
    }
}

fn raw(text: Vec<u8>) -> Result<RawText, Unread> {
    RawText::from_bytes(RawBytes::new(text)).map_err(|_| Unread::Kind { expected: "UTF-8" })
}

/// A whole number; one with a fraction of zero is whole, too.
fn whole(number: &[u8]) -> Result<i64, Unread> {
    if let Ok(whole) = integer(number) {
        return Ok(whole);
    }
    let exact = float(number)?;
    #[expect(clippy::cast_possible_truncation, reason = "within the range in which doubles are exact")]
    let whole = (exact.fract() == 0.0 && exact.abs() <= 9_007_199_254_740_992.0).then_some(exact as i64);
    whole.ok_or(Unread::Kind { expected: "Integer" })
}

/// What AWS's answers call a kind.
pub(crate) const fn name_of(kind: &Kind) -> &'static str {
    match kind {
        Kind::Structure(_) => "structure",
        Kind::List(_) => "list",
        Kind::Map(_) => "map",
        Kind::Text(_) => "String",
        Kind::Blob(_) => "Blob",
        Kind::Boolean => "Boolean",
        Kind::Integer(_) => "Integer",
        Kind::Float => "Float",
        Kind::Timestamp(_) => "Timestamp",
        Kind::Document => "document",
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test reads what it wrote")]
mod tests {
    use super::*;

    fn text(json: &str) -> Option<String> {
        top_text(json.as_bytes(), "a").map(|text| String::from_utf8(text).unwrap())
    }

    #[test]
    fn strings_lose_their_escapes() {
        let cases = [
            (r#"{"b":{"a":"no"},"a":"yes"}"#, Some("yes")),
            (r#" { "a" : "\"\\\/\b\f\n\r\tA\u00e9\ud83d\ude00" } "#, Some("\"\\/\u{8}\u{c}\n\r\tAé😀")),
            (r#"{"a":1}"#, None),
            (r#"{"a":"\ud83d"}"#, None),
            (r#"{"a":"\ude00"}"#, None),
            (r#"{"a":"\x"}"#, None),
            ("{\"a\":\"\n\"}", None),
            (r#"{"a":"b"#, None),
            (r#"{"a":"b","a"}"#, None),
        ];
        for (json, expected) in cases {
            assert_eq!(text(json).as_deref(), expected, "{json}");
        }
    }

    #[test]
    fn a_value_is_cut_out_as_it_was_written() {
        let cases = [
            (r#"{"b":{"a":1}, "a" : {"x": [1, "}"]} }"#, Some(r#"{"x": [1, "}"]}"#)),
            (r#"{"a":1,"a":"\"two\""}"#, Some(r#""\"two\"""#)),
            (r#"{"b":1}"#, None),
            (r#"{"a":1"#, None),
            ("[1]", None),
        ];
        for (json, expected) in cases {
            let found = top_value(json.as_bytes(), "a").map(|value| std::str::from_utf8(value).unwrap());
            assert_eq!(found, expected, "{json}");
        }
        assert!(check(b" {\"a\": [null]} ").is_ok() && check(b"{} x").is_err() && check(b"").is_err());
    }

    #[test]
    fn depth_is_bounded_on_both_sides() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(read_document(nested(DEPTH_MAX).as_bytes()).is_ok());
        assert!(matches!(read_document(nested(DEPTH_MAX + 1).as_bytes()), Err(Unread::Deep)));
    }

    #[test]
    fn documents_keep_numbers_as_they_were_written() {
        let Ok(Document::List(items)) = read_document(b"[1.50, -2e3, null, true, \"x\", {}]") else {
            panic!("a list")
        };
        let numbers: Vec<&str> = items
            .iter()
            .filter_map(|item| if let Document::Number(number) = item { Some(number.expose()) } else { None })
            .collect();
        assert_eq!((items.len(), numbers), (6, vec!["1.50", "-2e3"]));
        for wrong in ["", "[1,]", "[1 2]", "{\"a\" 1}", "nul", "[1]x", "--1", "1e", "{a:1}"] {
            assert!(read_document(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn whole_numbers_may_have_a_fraction_of_zero() {
        assert_eq!((whole(b"7"), whole(b"7.0"), whole(b"1e3")), (Ok(7), Ok(7), Ok(1_000)));
        assert!(whole(b"7.5").is_err() && whole(b"1e300").is_err());
    }
}
