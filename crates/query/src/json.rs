//! What does a stored message hold, when it is JSON? A borrowed tree whose numbers keep their spelling.
//!
//! RFC 8259, read once, without a copy where a string holds no escape. Numbers stay text because `"12.0"` and `12` differ
//! for a filter that compares text (recorded answers of `TestMetricFilter`), and because a discovered field shows what
//! was written. A reader of our own rather than serde_json's `Value`: its numbers lose their spelling, and its switch that
//! keeps it would change every other crate of the program.

use std::borrow::Cow;

/// Deepest nesting that is read; deeper text is no JSON here.
pub(crate) const DEPTH_MAX: usize = 64;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it was written.
    Number(&'a str),
    /// A string, escapes resolved.
    Text(Cow<'a, str>),
    /// An array.
    List(Vec<Json<'a>>),
    /// An object, members in their order.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl<'a> Json<'a> {
    /// Reads a whole text: one value, and only white space around it.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(DEPTH_MAX)?;
        reader.space();
        (reader.at == text.len()).then_some(value)
    }

    /// Reads the value that begins at the start of a text, whatever follows it.
    pub(crate) fn read_first(text: &'a str) -> Option<Self> {
        Reader { text, at: 0 }.value(DEPTH_MAX)
    }

    /// The member of an object; the last one where a name comes twice.
    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The item of an array.
    pub(crate) fn item(&self, index: usize) -> Option<&Self> {
        let Self::List(items) = self else { return None };
        items.get(index)
    }

    /// A value that is neither an object, an array nor null, as text.
    pub(crate) fn scalar(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Bool(true) => Some(Cow::Borrowed("true")),
            Self::Bool(false) => Some(Cow::Borrowed("false")),
            Self::Number(number) => Some(Cow::Borrowed(number)),
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Null | Self::List(_) | Self::Object(_) => None,
        }
    }

    /// Writes the value as JSON text.
    pub(crate) fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(number) => out.push_str(number),
            Self::Text(text) => write_text(text, out),
            Self::List(items) => write_all(items.iter(), ['[', ']'], out, |item, out| item.write(out)),
            Self::Object(members) => write_all(members.iter(), ['{', '}'], out, |(name, value), out| {
                write_text(name, out);
                out.push(':');
                value.write(out);
            }),
        }
    }
}

fn write_all<T>(
    items: impl Iterator<Item = T>,
    [open, close]: [char; 2],
    out: &mut String,
    write: impl Fn(T, &mut String),
) {
    out.push(open);
    for (position, item) in items.enumerate() {
        if position > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(close);
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if (c as u32) < 0x20 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        self.space();
        self.take(byte)
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    fn value(&mut self, depth: usize) -> Option<Json<'a>> {
        self.space();
        let inner = depth.checked_sub(1);
        match self.peek()? {
            b'{' => self.object(inner?),
            b'[' => self.list(inner?),
            b'"' => self.string().map(Json::Text),
            b't' => self.word("true", Json::Bool(true)),
            b'f' => self.word("false", Json::Bool(false)),
            b'n' => self.word("null", Json::Null),
            _ => self.number(),
        }
    }

    fn word(&mut self, word: &str, value: Json<'a>) -> Option<Json<'a>> {
        self.text.get(self.at..)?.starts_with(word).then(|| {
            self.at += word.len();
            value
        })
    }

    fn object(&mut self, depth: usize) -> Option<Json<'a>> {
        self.eat(b'{')?;
        let mut members = Vec::new();
        if self.eat(b'}').is_some() {
            return Some(Json::Object(members));
        }
        loop {
            self.space();
            let name = self.string()?;
            self.eat(b':')?;
            members.push((name, self.value(depth)?));
            if self.eat(b',').is_none() {
                self.eat(b'}')?;
                return Some(Json::Object(members));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Option<Json<'a>> {
        self.eat(b'[')?;
        let mut items = Vec::new();
        if self.eat(b']').is_some() {
            return Some(Json::List(items));
        }
        loop {
            items.push(self.value(depth)?);
            if self.eat(b',').is_none() {
                self.eat(b']')?;
                return Some(Json::List(items));
            }
        }
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    /// RFC 8259, section 6.
    fn number(&mut self) -> Option<Json<'a>> {
        let start = self.at;
        let _ = self.take(b'-');
        if self.take(b'0').is_none() {
            self.digits()?;
        }
        if self.take(b'.').is_some() {
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        self.text.get(start..self.at).map(Json::Number)
    }

    /// RFC 8259, section 7. Borrowed up to the first escape.
    fn string(&mut self) -> Option<Cow<'a, str>> {
        self.take(b'"')?;
        let start = self.at;
        let mut owned: Option<String> = None;
        let mut run = start;
        loop {
            match self.peek()? {
                b'"' => {
                    let tail = self.text.get(run..self.at)?;
                    self.at += 1;
                    return Some(match owned {
                        None => Cow::Borrowed(tail),
                        Some(text) => Cow::Owned(text + tail),
                    });
                }
                b'\\' => {
                    let text = owned.get_or_insert_default();
                    text.push_str(self.text.get(run..self.at)?);
                    self.at += 1;
                    let c = self.escape()?;
                    owned.get_or_insert_default().push(c);
                    run = self.at;
                }
                0..=0x1f => return None,
                _ => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        let byte = self.peek()?;
        self.at += 1;
        Some(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return None,
        })
    }

    /// A lone surrogate becomes the replacement character: logs hold them, and a filter must not lose the event.
    fn unicode(&mut self) -> Option<char> {
        let high = self.hex()?;
        if !(0xd800..0xdc00).contains(&high) {
            return Some(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let back = self.at;
        if self.take(b'\\').and_then(|()| self.take(b'u')).is_some() {
            let low = self.hex()?;
            if (0xdc00..0xe000).contains(&low) {
                return char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
            }
        }
        self.at = back;
        Some(char::REPLACEMENT_CHARACTER)
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at.checked_add(4)?)?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        self.at += 4;
        plain.then(|| u32::from_str_radix(digits, 16).ok())?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn json_is_what_rfc_8259_says() {
        let good = [
            "{}",
            " [ ] ",
            "0",
            "-0.5e+3",
            "\"\"",
            "\"a\\u00e9\\n\\/\"",
            "\"\\ud83d\\ude00\"",
            "[1,{\"a\":[null,true]}]",
            "12.10",
        ];
        let bad = [
            "",
            "{",
            "{]",
            "[1,]",
            "{\"a\"}",
            "{\"a\":1,}",
            "01",
            "1.",
            ".5",
            "+1",
            "1e",
            "\"",
            "\"\\x\"",
            "\"\t\"",
            "{} x",
            "nul",
            "\"\\u12g4\"",
            "NaN",
            "'a'",
        ];
        good.iter().for_each(|text| assert!(Json::read(text).is_some(), "{text}"));
        bad.iter().for_each(|text| assert!(Json::read(text).is_none(), "{text}"));
        let json = Json::read(r#"{"a":{"b":[1,12.10]},"a2":"x\ty","a2":"last","s":"\ud800 z"}"#).unwrap();
        let number = json.member("a").and_then(|a| a.member("b")?.item(1)).unwrap();
        assert_eq!(number.scalar().unwrap(), "12.10", "a number keeps its spelling");
        assert_eq!(json.member("a2").unwrap().scalar().unwrap(), "last");
        assert_eq!(json.member("s").unwrap().scalar().unwrap(), "\u{fffd} z");
    }

    #[test]
    fn nesting_is_bounded_on_both_sides() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(Json::read(&nested(DEPTH_MAX)).is_some());
        assert!(Json::read(&nested(DEPTH_MAX + 1)).is_none());
        assert!(Json::read(&nested(100_000)).is_none());
    }

    fn tree() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            ".{0,8}".prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
                proptest::collection::btree_map(".{0,4}", inner, 0..4)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_serde_json_writes_is_read_and_written_alike(tree in tree()) {
            let text = tree.to_string();
            let mut again = String::new();
            Json::read(&text).unwrap().write(&mut again);
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&again).unwrap(), tree);
        }

        #[test]
        fn no_text_makes_it_panic_and_it_accepts_what_serde_json_accepts(text in "[\\[\\]{}\",:0-9eE.+ntrufals\\\\ -]{0,24}") {
            let theirs = serde_json::from_str::<serde_json::Value>(&text);
            // Two readings differ on purpose: lone surrogates and numbers beyond a double are read here.
            if theirs.is_ok() {
                prop_assert!(Json::read(&text).is_some());
            }
        }
    }
}
