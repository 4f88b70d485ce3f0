//! How does a line know where its sensitive values stand? It is written through this builder, which counts code points
//! as it goes and remembers each value's span, also when a finished line is put, escaped, into a JSON string.

/// A labelled stretch of code points, end exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First code point.
    pub start: usize,
    /// One past the last code point.
    pub end: usize,
    /// Identifier, as AWS spells it.
    pub label: &'static str,
}

/// A text with its labelled values.
#[derive(Clone, Debug, Default)]
pub struct Doc {
    /// The text.
    pub text: String,
    chars: usize,
    /// The values in it, in order.
    pub spans: Vec<Span>,
}

impl Doc {
    /// A text without values.
    pub fn plain(text: impl AsRef<str>) -> Self {
        let mut doc = Self::default();
        doc.put(text);
        doc
    }

    /// Appends text that is not sensitive.
    pub fn put(&mut self, text: impl AsRef<str>) -> &mut Self {
        self.text.push_str(text.as_ref());
        self.chars += text.as_ref().chars().count();
        self
    }

    /// Appends a sensitive value.
    pub fn val(&mut self, label: &'static str, value: impl AsRef<str>) -> &mut Self {
        let start = self.chars;
        self.put(value);
        self.spans.push(Span {
            start,
            end: self.chars,
            label,
        });
        self
    }

    /// Appends another text with its values.
    pub fn add(&mut self, other: &Doc) -> &mut Self {
        let base = self.chars;
        self.put(&other.text);
        self.spans.extend(other.spans.iter().map(|s| Span {
            start: base + s.start,
            end: base + s.end,
            ..*s
        }));
        self
    }

    /// Appends another text as the inside of a JSON string (RFC 8259, section 7).
    pub fn add_escaped(&mut self, other: &Doc) -> &mut Self {
        let mut at = Vec::with_capacity(other.chars + 1);
        for c in other.text.chars() {
            at.push(self.chars);
            self.put(escape(c, false));
        }
        at.push(self.chars);
        let place = |k: usize| at.get(k).copied().unwrap_or(0);
        let moved = other.spans.iter().map(|s| Span {
            start: place(s.start),
            end: place(s.end),
            ..*s
        });
        self.spans.extend(moved);
        self
    }

    /// Code points written so far.
    pub fn len(&self) -> usize {
        self.chars
    }

    /// The record as one line of JSON.
    pub fn record(&self, id: u64) -> String {
        let spans: Vec<String> = self.spans.iter().map(json_span).collect();
        format!(
            "{{\"id\":{id},\"text\":\"{}\",\"spans\":[{}]}}",
            json_text(&self.text, false),
            spans.join(",")
        )
    }
}

fn json_span(s: &Span) -> String {
    format!(
        "{{\"start\":{},\"end\":{},\"label\":\"{}\"}}",
        s.start, s.end, s.label
    )
}

/// A text as the inside of a JSON string; with `ascii` everything above U+007E is written as `\uXXXX`.
pub fn json_text(text: &str, ascii: bool) -> String {
    text.chars().map(|c| escape(c, ascii)).collect()
}

fn escape(c: char, ascii: bool) -> String {
    match c {
        '"' => "\\\"".into(),
        '\\' => "\\\\".into(),
        '\n' => "\\n".into(),
        '\t' => "\\t".into(),
        '\r' => "\\r".into(),
        c if (c as u32) < 32 || (ascii && c as u32 > 126) => {
            let mut units = [0u16; 2];
            c.encode_utf16(&mut units)
                .iter()
                .map(|u| format!("\\u{u:04x}"))
                .collect()
        }
        c => c.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_follow_their_values_into_json_strings() {
        let mut inner = Doc::default();
        inner.put("{\"é\":\"").val("X", "a\"b").put("\"}");
        let mut outer = Doc::plain("ü ");
        outer.add_escaped(&inner);
        let span = outer.spans.first().copied();
        assert_eq!(
            span,
            Some(Span {
                start: 11,
                end: 15,
                label: "X"
            })
        );
        assert_eq!(outer.text.chars().skip(11).take(4).collect::<String>(), "a\\\"b");
    }

    #[test]
    fn everything_above_ascii_can_be_escaped() {
        assert_eq!(json_text("é😀", true), "\\u00e9\\ud83d\\ude00");
    }
}
