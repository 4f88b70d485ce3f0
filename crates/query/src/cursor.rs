//! Where does reading a typed text stand? At a character, counted from 0.
//!
//! Patterns and queries are short (bounds stand with their readers), so they are held as characters: every place is a
//! character's place, and nothing is ever cut inside one.

/// A text, and the place reached in it.
pub(crate) struct Cursor {
    chars: Vec<char>,
    at: usize,
}

impl Cursor {
    /// At the start of a text.
    pub(crate) fn new(text: &str) -> Self {
        Self { chars: text.chars().collect(), at: 0 }
    }

    /// The place reached.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Goes back (or on) to a place.
    pub(crate) fn go(&mut self, at: usize) {
        self.at = at.min(self.chars.len());
    }

    /// Whether all is read.
    pub(crate) fn is_done(&self) -> bool {
        self.at >= self.chars.len()
    }

    /// The next character.
    pub(crate) fn peek(&self) -> Option<char> {
        self.peek_over(0)
    }

    /// The character so many places on.
    pub(crate) fn peek_over(&self, distance: usize) -> Option<char> {
        self.chars.get(self.at.checked_add(distance)?).copied()
    }

    /// Takes the next character.
    pub(crate) fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += 1;
        Some(next)
    }

    /// Takes these characters when they come next.
    pub(crate) fn eat(&mut self, expected: &str) -> bool {
        let fits = expected.chars().enumerate().all(|(i, c)| self.peek_over(i) == Some(c));
        if fits {
            self.at += expected.chars().count();
        }
        fits
    }

    /// Takes this word in any case, when it comes next and ends there.
    pub(crate) fn eat_word(&mut self, word: &str) -> bool {
        let length = word.chars().count();
        let fits = word
            .chars()
            .enumerate()
            .all(|(i, c)| self.peek_over(i).is_some_and(|p| p.eq_ignore_ascii_case(&c)));
        let ends = !self.peek_over(length).is_some_and(|c| c.is_alphanumeric() || c == '_');
        if fits && ends {
            self.at += length;
        }
        fits && ends
    }

    /// Takes what holds, and gives it.
    pub(crate) fn take_while(&mut self, holds: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(c) = self.peek().filter(|c| holds(*c)) {
            taken.push(c);
            self.at += 1;
        }
        taken
    }

    /// Goes over white space.
    pub(crate) fn skip_space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    /// The text between two places.
    pub(crate) fn text(&self, start: usize, end: usize) -> String {
        self.chars.get(start..end).unwrap_or_default().iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_where_they_end() {
        let mut cursor = Cursor::new("ISé IS NULLS");
        assert!(!cursor.eat_word("is"), "a letter follows");
        cursor.take_while(|c| c != ' ');
        cursor.skip_space();
        assert!(cursor.eat_word("is"));
        cursor.skip_space();
        assert!(!cursor.eat_word("null"));
        assert!(cursor.eat("NULL") && cursor.next() == Some('S') && cursor.is_done());
        assert_eq!((cursor.at(), cursor.text(0, 3)), (12, "ISé".to_owned()));
    }
}
