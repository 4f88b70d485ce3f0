//! Of which pieces is an utterance made? Runs of letters, runs of digits, single marks.
//!
//! Letters and digits are parted even where they touch (`10pm`, `USD300`, `25th`), so that a grammar over pieces reads all
//! spellings of a value alike. Pieces are lower case; where each stands in the utterance is kept.

use zeroize::Zeroizing;

/// Most pieces of an utterance that are looked at. Lex takes 1,024 characters; what is longer is cut.
pub(crate) const PIECES_MAX: usize = 1_024;

/// What a piece is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Letters,
    Digits,
    Mark,
}

/// A piece and its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    pub(crate) kind: Kind,
    /// Whether it touches the piece before.
    pub(crate) glued: bool,
    /// Where it stands in the utterance, in bytes.
    pub(crate) start: usize,
    pub(crate) end: usize,
    low: (usize, usize),
}

/// An utterance in pieces.
pub(crate) struct Pieces<'a> {
    pub(crate) text: &'a str,
    low: Zeroizing<String>,
    items: Vec<Piece>,
}

/// Cuts an utterance.
pub(crate) fn pieces(text: &str) -> Pieces<'_> {
    let mut cut =
        Pieces { text, low: Zeroizing::new(String::with_capacity(text.len() + 8)), items: Vec::new() };
    let mut glued = false;
    for (at, letter) in text.char_indices() {
        if letter.is_whitespace() || cut.items.len() == PIECES_MAX {
            glued = false;
            continue;
        }
        cut.take(at, letter, glued);
        glued = true;
    }
    cut.drop_loose_apostrophes();
    cut
}

fn kind_of(letter: char) -> Kind {
    match letter {
        '\'' | '\u{2019}' => Kind::Letters,
        _ if letter.is_numeric() => Kind::Digits,
        _ if letter.is_alphabetic() => Kind::Letters,
        // Marks that stand over or under the letter before belong to it.
        '\u{300}'..='\u{36F}' => Kind::Letters,
        _ => Kind::Mark,
    }
}

impl Pieces<'_> {
    fn take(&mut self, at: usize, letter: char, glued: bool) {
        let (kind, low_start) = (kind_of(letter), self.low.len());
        match letter {
            '\u{2019}' => self.low.push('\''),
            _ => self.low.extend(letter.to_lowercase()),
        }
        let (end, low_end) = (at + letter.len_utf8(), self.low.len());
        match self.items.last_mut() {
            Some(last) if glued && kind != Kind::Mark && last.kind == kind => {
                (last.end, last.low.1) = (end, low_end);
            }
            _ => self.items.push(Piece { kind, glued, start: at, end, low: (low_start, low_end) }),
        }
    }

    /// Apostrophes at the edge of a word are quotation marks.
    fn drop_loose_apostrophes(&mut self) {
        let low = &self.low;
        for piece in &mut self.items {
            while let Some(word) = low.get(piece.low.0..piece.low.1).filter(|word| word.len() > 1) {
                match (word.starts_with('\''), word.ends_with('\'')) {
                    (true, _) => piece.low.0 += 1,
                    (_, true) => piece.low.1 -= 1,
                    _ => break,
                }
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// The lower-case words of a piece; nothing behind the end.
    pub(crate) fn word(&self, at: usize) -> &str {
        self.items.get(at).and_then(|piece| self.low.get(piece.low.0..piece.low.1)).unwrap_or("")
    }

    pub(crate) fn is(&self, at: usize, word: &str) -> bool {
        !word.is_empty() && self.word(at) == word
    }

    pub(crate) fn is_any(&self, at: usize, words: &[&str]) -> bool {
        at < self.len() && words.contains(&self.word(at))
    }

    /// Whether these words stand here in a row; marks between them are passed over. Answers how many pieces they take.
    pub(crate) fn phrase(&self, at: usize, phrase: &str) -> Option<usize> {
        let mut here = at;
        for word in phrase.split(' ') {
            if here > at && self.kind(here) == Some(Kind::Mark) && self.is_any(here, &["-", ",", "."]) {
                here += 1;
            }
            if !self.is(here, word) {
                return None;
            }
            here += 1;
        }
        Some(here - at)
    }

    /// The longest of some phrases that stands here.
    pub(crate) fn longest<'p>(&self, at: usize, phrases: &[&'p str]) -> Option<(&'p str, usize)> {
        let found = phrases.iter().filter_map(|phrase| self.phrase(at, phrase).map(|len| (*phrase, len)));
        found.max_by_key(|(_, len)| *len)
    }

    pub(crate) fn kind(&self, at: usize) -> Option<Kind> {
        self.items.get(at).map(|piece| piece.kind)
    }

    pub(crate) fn glued(&self, at: usize) -> bool {
        self.items.get(at).is_some_and(|piece| piece.glued)
    }

    /// The digits of a piece as a number.
    pub(crate) fn number(&self, at: usize) -> Option<i64> {
        (self.kind(at) == Some(Kind::Digits)).then(|| self.word(at).parse().ok()).flatten()
    }

    /// Where pieces `from..to` stand in the utterance.
    pub(crate) fn place(&self, from: usize, to: usize) -> (usize, usize) {
        let start = self.items.get(from).map_or(self.text.len(), |piece| piece.start);
        let end = to.checked_sub(1).and_then(|last| self.items.get(last)).map_or(start, |piece| piece.end);
        (start, end.max(start))
    }

    /// The utterance as written, from piece `from` up to `to`.
    pub(crate) fn said(&self, from: usize, to: usize) -> &str {
        let (start, end) = self.place(from, to);
        self.text.get(start..end).unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, wanted: &[&str]) {
        let cut = pieces(text);
        let found: Vec<&str> = (0..cut.len()).map(|at| cut.word(at)).collect();
        assert_eq!(found, wanted, "{text}");
    }

    #[test]
    fn letters_digits_and_marks_are_parted() {
        check("10PM, 25th", &["10", "pm", ",", "25", "th"]);
        check("'tis O'Clock\u{2019}s", &["tis", "o'clock's"]);
        check("USD300.50", &["usd", "300", ".", "50"]);
        check("  ", &[]);
        check("'", &["'"]);
        check(&"a ".repeat(PIECES_MAX + 1), &vec!["a"; PIECES_MAX]);
    }

    #[test]
    fn places_are_those_of_the_utterance() {
        let cut = pieces("Zum Glück 7");
        assert_eq!((cut.said(1, 3), cut.place(2, 3)), ("Glück 7", (11, 12)));
        assert_eq!((cut.said(5, 9), cut.word(9)), ("", ""));
        assert_eq!(pieces("half-past two").phrase(0, "half past"), Some(3));
    }
}
