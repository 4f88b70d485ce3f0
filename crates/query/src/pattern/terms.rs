//! Which messages do bare terms select? Those that hold all plain terms, none of the `-` terms, and one of the `?` terms
//! where there are no plain ones.
//!
//! A term is found inside a longer word as well: the page's own example has `ERROR` match `ERRORCODE`. Terms of other than
//! letters, digits and underscores want quotes, as on AWS, which answers "invalid character(s) in term" otherwise.

use super::PatternReader;
use crate::error::QueryError;
use memchr::memmem::Finder;

/// Terms by what they ask for.
#[derive(Clone, Default)]
pub(super) struct Terms {
    all: Vec<Term>,
    any: Vec<Term>,
    none: Vec<Term>,
}

#[derive(Clone)]
enum Term {
    Text(Box<Finder<'static>>),
    Regex(::regex::Regex),
}

impl Term {
    fn text(text: &str) -> Self {
        Self::Text(Box::new(Finder::new(text).into_owned()))
    }

    fn is_in(&self, message: &str) -> bool {
        match self {
            Self::Text(finder) => finder.find(message.as_bytes()).is_some(),
            Self::Regex(regex) => regex.is_match(message),
        }
    }
}

impl Terms {
    pub(super) fn matches(&self, message: &str) -> bool {
        let wanted = match self.all.is_empty() {
            true => self.any.is_empty() || self.any.iter().any(|term| term.is_in(message)),
            false => self.all.iter().all(|term| term.is_in(message)),
        };
        wanted && !self.none.iter().any(|term| term.is_in(message))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty() && self.any.is_empty() && self.none.is_empty()
    }
}

/// Reads terms up to the end.
pub(super) fn parse(reader: &mut PatternReader) -> Result<Terms, QueryError> {
    let mut terms = Terms::default();
    reader.cursor.skip_space();
    while !reader.cursor.is_done() {
        let start = reader.cursor.at();
        let list = match () {
            () if reader.cursor.eat("?") => &mut terms.any,
            () if reader.cursor.eat("-") => &mut terms.none,
            () => &mut terms.all,
        };
        if let Some(term) = term(reader, start)? {
            list.push(term);
        }
        reader.cursor.skip_space();
    }
    Ok(terms)
}

/// A term; none for an empty phrase, which every message holds.
fn term(reader: &mut PatternReader, start: usize) -> Result<Option<Term>, QueryError> {
    match reader.cursor.peek() {
        Some('"') => {
            let phrase = reader.quoted()?;
            Ok((!phrase.is_empty()).then(|| Term::text(&phrase)))
        }
        Some('%') => reader.regex().map(|regex| Some(Term::Regex(regex))),
        _ => word(reader, start).map(Some),
    }
}

fn word(reader: &mut PatternReader, start: usize) -> Result<Term, QueryError> {
    let word = reader.cursor.take_while(|c| c.is_alphanumeric() || c == '_');
    let at = reader.cursor.at();
    match reader.cursor.peek() {
        Some(c) if !c.is_whitespace() => {
            Err(reader
                .wrong(at, "a term with other than letters, digits and underscores wants double quotes"))
        }
        _ if word.is_empty() => Err(reader.wrong(start, "a term belongs after this sign")),
        _ => Ok(Term::text(&word)),
    }
}
