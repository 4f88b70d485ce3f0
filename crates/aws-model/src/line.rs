//! How is a line of a table written? As words parted by blanks: the kind, positional words, then `key=value` and flags.
//!
//! Blanks, line ends and backslashes inside a word are escaped, so that a table is read by splitting and every change shows
//! as a line in a diff. An empty value is `\e`.

use std::borrow::Cow;

/// A line, taken apart.
pub(crate) struct Line<'a> {
    words: std::str::Split<'a, char>,
}

impl<'a> Line<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { words: text.split(' ') }
    }

    /// The next positional word.
    pub(crate) fn word(&mut self) -> Option<&'a str> {
        self.words.next().filter(|word| !word.is_empty())
    }

    /// The rest: pairs, and flags with an empty value.
    pub(crate) fn pairs(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.words.filter(|word| !word.is_empty()).map(|word| word.split_once('=').unwrap_or((word, "")))
    }
}

/// Takes the escapes of a value back.
pub(crate) fn plain(value: &str) -> Cow<'_, str> {
    if !value.contains('\\') {
        return Cow::Borrowed(value);
    }
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some('s')) => text.push(' '),
            ('\\', Some('n')) => text.push('\n'),
            ('\\', Some('c')) => text.push(','),
            ('\\', Some('e')) => {}
            ('\\', Some(other)) => text.push(other),
            (other, _) => text.push(other),
        }
    }
    Cow::Owned(text)
}

/// Writes a value so that it is one word, and one item of a list.
#[cfg(feature = "json")]
pub(crate) fn escaped(value: &str) -> String {
    if value.is_empty() {
        return "\\e".to_owned();
    }
    let escape = |c: char| match c {
        ' ' => "\\s".to_owned(),
        '\n' => "\\n".to_owned(),
        ',' => "\\c".to_owned(),
        '\\' => "\\\\".to_owned(),
        other => other.to_string(),
    };
    value.chars().map(escape).collect()
}

/// A value as a boxed text.
pub(crate) fn boxed(value: &str) -> Box<str> {
    plain(value).into()
}

/// The items of a list.
pub(crate) fn items(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').filter(|item| !item.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_pairs_and_flags() {
        let mut line = Line::new("m Path pathType loc=uri flat pat=a=b");
        assert_eq!([line.word(), line.word(), line.word()], [Some("m"), Some("Path"), Some("pathType")]);
        assert_eq!(line.pairs().collect::<Vec<_>>(), [("loc", "uri"), ("flat", ""), ("pat", "a=b")]);
        assert_eq!(items("a,b,,c").collect::<Vec<_>>(), ["a", "b", "c"]);
    }

    #[cfg(feature = "json")]
    #[test]
    fn what_is_escaped_comes_back() {
        for text in ["", "plain", "a b", "\\w+ \\s,\n", "\\e", ",", "=ü="] {
            let word = escaped(text);
            assert!(!word.contains([' ', '\n', ',']) && !word.is_empty());
            assert_eq!(plain(&word), text);
        }
    }
}
