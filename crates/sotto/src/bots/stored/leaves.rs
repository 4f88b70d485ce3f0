//! Where in a JSON text does each string stand? By its pointer (RFC 6901) and its characters, which is what masks are counted in.
//!
//! The text was read as JSON before, so nothing here judges it: where it is none, the walk ends.

use std::ops::Range;

/// Deepest nesting that is walked.
const DEPTH_MAX: usize = 64;

/// A string of a JSON text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) pointer: String,
    /// Its characters in the text, without the quotes.
    pub(super) chars: Range<usize>,
}

/// All strings that are values.
pub(super) fn of(text: &str) -> Vec<Leaf> {
    let mut walk = Walk { chars: text.chars().collect(), at: 0, found: Vec::new() };
    let _whole = walk.value("", DEPTH_MAX);
    walk.found
}

struct Walk {
    chars: Vec<char>,
    at: usize,
    found: Vec<Leaf>,
}

impl Walk {
    /// The next character that is no space, which stays where it is.
    fn next(&mut self) -> Option<char> {
        while self.chars.get(self.at).is_some_and(|c| c.is_ascii_whitespace()) {
            self.at += 1;
        }
        self.chars.get(self.at).copied()
    }

    fn take(&mut self, wanted: char) -> Option<()> {
        (self.next()? == wanted).then(|| self.at += 1)
    }

    fn value(&mut self, pointer: &str, depth: usize) -> Option<()> {
        let below = depth.checked_sub(1)?;
        match self.next()? {
            '{' => self.items(('{', '}'), |walk, _| {
                let key = walk.string()?;
                walk.take(':')?;
                let key: String = walk.chars.get(key)?.iter().collect();
                walk.value(&format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")), below)
            }),
            '[' => self.items(('[', ']'), |walk, number| walk.value(&format!("{pointer}/{number}"), below)),
            '"' => {
                let chars = self.string()?;
                self.found.push(Leaf { pointer: pointer.to_owned(), chars });
                Some(())
            }
            _ => {
                while self.chars.get(self.at).is_some_and(|c| !matches!(c, ',' | ']' | '}')) {
                    self.at += 1;
                }
                Some(())
            }
        }
    }

    /// Items between brackets.
    fn items(
        &mut self,
        (open, close): (char, char),
        mut each: impl FnMut(&mut Self, usize) -> Option<()>,
    ) -> Option<()> {
        self.take(open)?;
        if self.next()? == close {
            return self.take(close);
        }
        for number in 0.. {
            each(self, number)?;
            if self.next()? == close {
                return self.take(close);
            }
            self.take(',')?;
        }
        None
    }

    /// A string; its characters without the quotes.
    fn string(&mut self) -> Option<Range<usize>> {
        self.take('"')?;
        let from = self.at;
        loop {
            match self.chars.get(self.at)? {
                '"' => break,
                '\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        let whole = from..self.at;
        self.at += 1;
        Some(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_found_by_pointer_and_characters() {
        let text = r#" {"a": [1, {"b/c": "é\"x"}, null, "" ], "d":"y" , "e": {}, "f": []}"#;
        let chars: Vec<char> = text.chars().collect();
        let found = of(text);
        let read: Vec<(String, String)> = found
            .iter()
            .map(|leaf| (leaf.pointer.clone(), chars[leaf.chars.clone()].iter().collect()))
            .collect();
        let wanted = [("/a/1/b~1c", "é\\\"x"), ("/a/3", ""), ("/d", "y")];
        let wanted: Vec<_> = wanted.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        assert_eq!(read, wanted);
        let json: serde_json::Value = serde_json::from_str(text).unwrap();
        assert!(
            found.iter().all(|leaf| json.pointer(&leaf.pointer).is_some_and(serde_json::Value::is_string))
        );
        for broken in ["", "{", "{\"a\"", "[1,", "\"open", "\"\\"] {
            assert!(of(broken).len() <= 1, "{broken}");
        }
        assert_eq!(of(&"[".repeat(100_000)), []);
    }
}
