//! What stands next in a query? Words, names, numbers, texts and signs, with their places.

use super::{Period, QUERY_CHARS_MAX, Unit};
use crate::cursor::Cursor;
use crate::error::QueryError;

/// Reading a query.
pub(super) struct Reader {
    pub(super) cursor: Cursor,
}

/// A number, or one with a unit.
pub(super) enum Figure {
    Number(f64),
    Period(Period),
}

pub(super) type Read<T> = Result<T, QueryError>;

impl Reader {
    pub(super) fn new(text: &str) -> Read<Self> {
        let length = text.chars().count();
        match length > QUERY_CHARS_MAX {
            true => Err(QueryError::Compile {
                start: QUERY_CHARS_MAX,
                end: length,
                problem: "a query has 10,000 characters at most",
            }),
            false => Ok(Self { cursor: Cursor::new(text) }),
        }
    }

    /// An error from a place to here, one character at least.
    pub(super) fn wrong(&self, start: usize, problem: &'static str) -> QueryError {
        QueryError::Compile { start, end: self.cursor.at().max(start + 1), problem }
    }

    /// Goes over white space and comments, and gives the place.
    pub(super) fn skip(&mut self) -> usize {
        self.cursor.skip_space();
        while self.cursor.peek() == Some('#') {
            self.cursor.take_while(|c| c != '\n');
            self.cursor.skip_space();
        }
        self.cursor.at()
    }

    /// Takes a sign when it comes next.
    pub(super) fn sign(&mut self, sign: &str) -> bool {
        self.skip();
        self.cursor.eat(sign)
    }

    /// Takes a sign that has to come next.
    pub(super) fn expect(&mut self, sign: &str, problem: &'static str) -> Read<()> {
        let start = self.skip();
        match self.cursor.eat(sign) {
            true => Ok(()),
            false => Err(self.wrong(start, problem)),
        }
    }

    /// Takes a word in any case when it comes next.
    pub(super) fn word(&mut self, word: &str) -> bool {
        self.skip();
        self.cursor.eat_word(word)
    }

    /// Whether nothing but white space and comments is left.
    pub(super) fn is_done(&mut self) -> bool {
        self.skip();
        self.cursor.is_done()
    }

    /// A name in letters, digits, `@`, `.`, `_`, parts of it in backticks or with an index. Empty when none comes next.
    pub(super) fn name(&mut self) -> Read<String> {
        let start = self.skip();
        let mut name = String::new();
        loop {
            match self.cursor.peek() {
                Some('`') if name.is_empty() || name.ends_with('.') => name.push_str(&self.quoted()?),
                Some('[') if !name.is_empty() => match self.index() {
                    Some(index) => name.push_str(&format!(".{index}")),
                    None => break,
                },
                Some(c) if is_name_char(c) && !(name.is_empty() && (c.is_numeric() || c == '.')) => {
                    name.push(c);
                    self.cursor.next();
                }
                _ => break,
            }
        }
        match name.ends_with('.') {
            true => Err(self.wrong(start, "a name does not end with a dot")),
            false => Ok(name),
        }
    }

    /// `[0]` right after a name.
    fn index(&mut self) -> Option<u32> {
        let start = self.cursor.at();
        self.cursor.eat("[");
        let index = self.cursor.take_while(|c| c.is_ascii_digit()).parse().ok();
        let found = index.filter(|_| self.cursor.eat("]"));
        if found.is_none() {
            self.cursor.go(start);
        }
        found
    }

    /// What stands between two of the sign that comes next; a backslash takes the next character as it is.
    pub(super) fn quoted(&mut self) -> Read<String> {
        let start = self.cursor.at();
        let Some(quote) = self.cursor.next() else { return Err(self.wrong(start, "a quote belongs here")) };
        let mut text = String::new();
        while let Some(c) = self.cursor.next() {
            match c {
                c if c == quote => return Ok(text),
                '\\' => text.push_str(&self.escaped()),
                c => text.push(c),
            }
        }
        Err(self.wrong(start, "the closing quote is missing"))
    }

    fn escaped(&mut self) -> String {
        match self.cursor.next() {
            Some('n') => "\n".to_owned(),
            Some('t') => "\t".to_owned(),
            Some('r') => "\r".to_owned(),
            Some(c @ ('"' | '\'' | '`' | '\\' | '/')) => c.to_string(),
            Some(c) => format!("\\{c}"),
            None => "\\".to_owned(),
        }
    }

    /// A text in double or single quotes, when one comes next.
    pub(super) fn text(&mut self) -> Read<Option<String>> {
        self.skip();
        match self.cursor.peek() {
            Some('"' | '\'') => self.quoted().map(Some),
            _ => Ok(None),
        }
    }

    /// A regular expression between slashes, when one comes next; `\/` stands for a slash.
    pub(super) fn regex(&mut self) -> Read<Option<String>> {
        let start = self.skip();
        if !self.cursor.eat("/") {
            return Ok(None);
        }
        let mut source = String::new();
        while let Some(c) = self.cursor.next() {
            match (c, self.cursor.peek()) {
                ('/', _) => return self.checked(start, source).map(Some),
                ('\\', Some('/')) => {
                    self.cursor.next();
                    source.push('/');
                }
                ('\\', Some(escaped)) => {
                    self.cursor.next();
                    source.extend(['\\', escaped]);
                }
                _ => source.push(c),
            }
        }
        Err(self.wrong(start, "the closing slash is missing"))
    }

    fn checked(&self, start: usize, source: String) -> Read<String> {
        match super::templates::compile_regex(&source) {
            Some(_) => Ok(source),
            None => Err(self.wrong(
                start,
                "it is no regular expression, is too large, or needs what linear matching cannot do (back-references, look-around)",
            )),
        }
    }

    /// A number or a length of time, when one comes next.
    pub(super) fn figure(&mut self) -> Read<Option<Figure>> {
        let start = self.skip();
        if !self.cursor.peek().is_some_and(|c| c.is_ascii_digit()) {
            return Ok(None);
        }
        let mut digits = self.cursor.take_while(|c| c.is_ascii_digit());
        if self.cursor.peek() == Some('.') && self.cursor.peek_over(1).is_some_and(|c| c.is_ascii_digit()) {
            self.cursor.next();
            digits.push('.');
            digits.push_str(&self.cursor.take_while(|c| c.is_ascii_digit()));
        }
        if let Some(exponent) = self.exponent() {
            digits.push_str(&exponent);
        }
        let unit = self.cursor.take_while(|c| c.is_alphanumeric() || c == '_');
        if unit.is_empty() {
            let number = digits.parse().ok().filter(|number: &f64| number.is_finite());
            return number
                .map(|number| Some(Figure::Number(number)))
                .ok_or_else(|| self.wrong(start, "the number is too large"));
        }
        let count = digits.parse().ok().filter(|count| *count > 0);
        match (count, Unit::named(&unit)) {
            (Some(count), Some(unit)) => Ok(Some(Figure::Period(Period { count, unit }))),
            _ => {
                Err(self
                    .wrong(start, "a length of time is a whole number and a unit, such as 30s, 5m, 1h or 1d"))
            }
        }
    }

    fn exponent(&mut self) -> Option<String> {
        let start = self.cursor.at();
        let mut text = self.cursor.take_while(|c| c == 'e' || c == 'E');
        text.push_str(&self.cursor.take_while(|c| c == '+' || c == '-'));
        let digits = self.cursor.take_while(|c| c.is_ascii_digit());
        let goes_on = self.cursor.peek().is_some_and(char::is_alphanumeric);
        if text.len() > 2 || !text.starts_with(['e', 'E']) || digits.is_empty() || goes_on {
            self.cursor.go(start);
            return None;
        }
        Some(text + &digits)
    }

    /// A whole number.
    pub(super) fn count(&mut self, problem: &'static str) -> Read<u64> {
        let start = self.skip();
        let digits = self.cursor.take_while(|c| c.is_ascii_digit());
        digits.parse().map_err(|_| self.wrong(start, problem))
    }
}

fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || "@._".contains(c)
}
