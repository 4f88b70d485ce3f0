//! How does an entry with hidden places become text? As JSON in which each place is known by its bytes, so that one masking pass
//! can put slot names over values and masks over whatever else a policy finds.

use super::SlotSpan;
use super::follow::Hit;
use crate::Words;
use crate::bot::{Name, Tree};
use sotto_public::ByteSpan;
use sotto_sensitive::RawText;

/// JSON with places in its texts.
pub(super) enum Log {
    Null,
    Flag(bool),
    Integer(i64),
    /// A text, and what of it must not be read: in order and apart, but for hits of several slots at one place.
    Text(Words, Vec<Hit>),
    List(Vec<Log>),
    Map(Vec<((Words, Vec<Hit>), Log)>),
}

impl Log {
    /// A text of ours.
    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.into(), Vec::new())
    }

    /// A text, hidden as a whole.
    pub(super) fn hidden(text: &Words, slot: &Name) -> Self {
        let place = 0..text.length();
        let hits = if place.is_empty() { Vec::new() } else { vec![(place, slot.clone())] };
        Self::Text(text.clone(), hits)
    }

    /// Members with names of ours.
    pub(super) fn map<'n>(members: impl IntoIterator<Item = (&'n str, Self)>) -> Self {
        Self::Map(members.into_iter().map(|(name, value)| ((name.into(), Vec::new()), value)).collect())
    }

    /// A tree; `mark` says what of each text and name must not be read.
    pub(super) fn of(tree: &Tree, mark: &mut dyn FnMut(&Words) -> Vec<Hit>) -> Self {
        match tree {
            Tree::Null => Self::Null,
            Tree::Flag(flag) => Self::Flag(*flag),
            // A number can be a value, too: then it becomes a text that is hidden.
            Tree::Integer(number) => Self::number(number.to_string().into(), mark, Self::Integer(*number)),
            Tree::Float(number) => {
                let text = Words::from(number.to_string());
                Self::number(text.clone(), mark, Self::Text(text, Vec::new()))
            }
            Tree::Text(words) => Self::Text(words.clone(), mark(words)),
            Tree::List(items) => Self::List(items.iter().map(|item| Self::of(item, mark)).collect()),
            Tree::Map(members) => {
                let member =
                    |(name, value): &(Words, Tree)| ((name.clone(), mark(name)), Self::of(value, mark));
                Self::Map(members.iter().map(member).collect())
            }
        }
    }

    fn number(text: Words, mark: &mut dyn FnMut(&Words) -> Vec<Hit>, otherwise: Self) -> Self {
        match mark(&text) {
            hits if hits.is_empty() => otherwise,
            hits => Self::Text(text, hits),
        }
    }

    /// The entry as JSON, and the hidden places in it.
    pub(super) fn write(&self) -> (RawText, Vec<SlotSpan>) {
        let mut writer = Writer { out: String::new(), spans: Vec::new() };
        writer.value(self);
        (RawText::new(writer.out), writer.spans)
    }
}

struct Writer {
    out: String,
    spans: Vec<SlotSpan>,
}

impl Writer {
    fn value(&mut self, log: &Log) {
        match log {
            Log::Null => self.out.push_str("null"),
            Log::Flag(flag) => self.out.push_str(if *flag { "true" } else { "false" }),
            Log::Integer(number) => self.out.push_str(&number.to_string()),
            Log::Text(words, hits) => self.text(words.read(), hits),
            Log::List(items) => {
                self.out.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.part(index);
                    self.value(item);
                }
                self.out.push(']');
            }
            Log::Map(members) => {
                self.out.push('{');
                for (index, ((name, hits), value)) in members.iter().enumerate() {
                    self.part(index);
                    self.text(name.read(), hits);
                    self.out.push(':');
                    self.value(value);
                }
                self.out.push('}');
            }
        }
    }

    fn part(&mut self, index: usize) {
        if index > 0 {
            self.out.push(',');
        }
    }

    fn text(&mut self, text: &str, hits: &[Hit]) {
        self.out.push('"');
        let mut at = 0;
        for together in hits.chunk_by(|one, other| one.0 == other.0) {
            let Some((place, _)) = together.first() else { continue };
            self.escaped(text.get(at..place.start).unwrap_or_default());
            let from = self.out.len();
            self.escaped(text.get(place.clone()).unwrap_or_default());
            let bytes = ByteSpan::at(from, self.out.len() - from);
            self.spans.extend(together.iter().map(|(_, slot)| SlotSpan { bytes, slot: slot.clone() }));
            at = place.end;
        }
        self.escaped(text.get(at..).unwrap_or_default());
        self.out.push('"');
    }

    /// A JSON string's inside (RFC 8259, section 7).
    fn escaped(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                c if u32::from(c) < 0x20 => self.out.push_str(&format!("\\u{:04x}", u32::from(c))),
                c => self.out.push(c),
            }
        }
    }
}
