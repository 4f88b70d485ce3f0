//! Is this stretch written by or for people? A count of its words and letters answers.
//!
//! Two tests, the cheap one first. [`may_be_prose`] looks at the cues alone: a word of talk, or two words that sentences
//! are made of, close to each other or one among nothing but words. [`speaker`] looks at the stretch itself, as a second pass would see it: enough such
//! words for its length, and mostly letters and blanks. A log record with a message such as "connection to the server
//! lost" passes neither.

use super::cues::{Cue, Sign};
use super::view::View;
use crate::matchers::byte_before;

/// Bytes between two plain words that count together.
const NEIGHBOURS_BYTES: usize = 40;
/// Bytes of text per word of talk or sentence, at most.
const BYTES_PER_WORD: usize = 48;

/// Shortest stretch that one plain word makes a sentence.
const STATEMENT_BYTES_MIN: usize = 24;

/// Whether the cue at `at` and those behind it can begin prose.
#[inline]
pub(crate) fn may_be_prose(text: &[u8], cues: &[Cue], at: usize) -> bool {
    let Some(cue) = cues.get(at) else { return false };
    match cue.sign {
        Sign::Talk | Sign::Announce | Sign::Pair => true,
        Sign::Plain => {
            let neighbours = cues.get(at + 1).is_some_and(|next| {
                matches!(next.sign, Sign::Plain | Sign::Talk | Sign::Announce)
                    && next.start - cue.start <= NEIGHBOURS_BYTES
            });
            neighbours || is_among_words(text, cue.start)
        }
        Sign::Key | Sign::StreetEnd | Sign::StreetStart => false,
    }
}

/// Whether hardly anything but letters and blanks stands around a place.
fn is_among_words(text: &[u8], at: usize) -> bool {
    const SIDE_BYTES: usize = 24;
    if byte_before(text, at) != b' ' {
        return false;
    }
    let around = text.get(at.saturating_sub(SIDE_BYTES)..text.len().min(at + SIDE_BYTES)).unwrap_or_default();
    Tally::of(around).is_wordy(90)
}

/// Whether there is more than the plain words of sentences.
pub(crate) fn has_talk(cues: &[Cue]) -> bool {
    cues.iter().any(|cue| !matches!(cue.sign, Sign::Plain | Sign::Pair))
}

/// Who seems to have written a stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speaker {
    /// People: words of talk and none of the marks of machines.
    People,
    /// Nobody in particular: sentences without a word of talk, and hardly a number or key.
    Nobody,
    /// A machine, perhaps repeating what people wrote.
    Machine,
}

/// Whether a stretch is prose, and whose; `cues` are those inside.
pub(crate) fn speaker(view: &View, cues: &[Cue]) -> Option<Speaker> {
    let seen = |sign: Sign| cues.iter().filter(|cue| cue.sign == sign && !view.hides(cue.start)).count();
    let (talk, plain) = (seen(Sign::Talk) + seen(Sign::Announce), seen(Sign::Plain));
    let shown = view.bytes.get(view.lead..).unwrap_or_default();
    let tally = Tally::of(shown);
    let wordy = match talk {
        0 if plain == 1 => tally.shown >= STATEMENT_BYTES_MIN && tally.is_wordy(85),
        0 => plain >= 2 && tally.is_wordy(75),
        1 if plain == 0 => tally.is_wordy(75),
        1 => tally.is_wordy(60),
        _ => tally.is_wordy(55),
    };
    if !wordy || tally.shown > BYTES_PER_WORD * (2 * talk + plain) {
        return None;
    }
    match (talk, is_of_machine(shown, tally.shown)) {
        (0, true) => None,
        (0, false) if tally.states() => Some(Speaker::Nobody),
        (0, false) => Some(Speaker::Machine),
        (_, true) => Some(Speaker::Machine),
        (_, false) => Some(Speaker::People),
    }
}

/// Whether a stretch has the marks of a machine's: a level, a clock, brackets and signs of assignment.
pub(crate) fn is_of_machine(shown: &[u8], length: usize) -> bool {
    const BYTES_PER_MARK: usize = 25;
    const LEVELS: [&[u8]; 6] = [b"INFO", b"WARN", b"ERROR", b"DEBUG", b"TRACE", b"FATAL"];
    let is_mark = |byte: u8| {
        matches!(
            byte,
            b'=' | b'_' | b'/' | b'\\' | b'[' | b']' | b'(' | b')' | b'#' | b'$' | b'~' | b'^' | b';'
        )
    };
    let marks = shown.iter().fold(0, |sum, &byte| sum + usize::from(is_mark(byte)));
    let head = shown.get(..shown.len().min(64)).unwrap_or_default();
    marks * BYTES_PER_MARK > length || has_clock(head) || {
        let capitals =
            |at: &[u8]| matches!(at, [a, b, ..] if a.is_ascii_uppercase() && b.is_ascii_uppercase());
        head.windows(5).any(|at| capitals(at) && LEVELS.iter().any(|level| at.starts_with(level)))
    }
}

/// Whether there is a time of the day: `10:20:30`.
fn has_clock(bytes: &[u8]) -> bool {
    let digits = |at: usize| [at, at + 1].iter().all(|at| bytes.get(*at).is_some_and(u8::is_ascii_digit));
    let colons = bytes.iter().enumerate().filter(|(_, byte)| **byte == b':');
    colons.map(|(at, _)| at).any(|at| {
        at >= 2 && bytes.get(at + 3) == Some(&b':') && digits(at - 2) && digits(at + 1) && digits(at + 4)
    })
}

/// What a stretch is made of.
pub(crate) struct Tally {
    /// Bytes that are not hidden.
    pub(crate) shown: usize,
    /// Of them: letters and blanks.
    words: usize,
    /// And colons.
    colons: usize,
}

impl Tally {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut tally = Self { shown: 0, words: 0, colons: 0 };
        // Rows that fit into one byte's count are added up by vectors.
        for row in bytes.chunks(usize::from(u8::MAX)) {
            let hidden = row.iter().fold(0_u8, |sum, &byte| sum + u8::from(byte == b'*'));
            let words = row.iter().fold(0_u8, |sum, &byte| {
                sum + u8::from((byte | 0x20).is_ascii_lowercase() | (byte == b' ') | (byte >= 0x80))
            });
            tally.colons += usize::from(row.iter().fold(0_u8, |sum, &byte| sum + u8::from(byte == b':')));
            tally.shown += row.len() - usize::from(hidden);
            tally.words += usize::from(words);
        }
        tally
    }

    /// Whether it reads as a sentence, perhaps behind the name of who says it: hardly a digit, no more than one key.
    fn states(&self) -> bool {
        self.is_wordy(88) && (self.colons == 0 || self.colons == 1 && self.shown >= 2 * STATEMENT_BYTES_MIN)
    }

    pub(crate) fn is_wordy(&self, percent: usize) -> bool {
        self.words * 100 >= self.shown * percent
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labels::Labels;
    use crate::prose::cues::Cues;
    use crate::words::letters;

    /// Cues as the walk would find them.
    fn cues_of(text: &str) -> Vec<Cue> {
        let cues = Cues::new();
        let mut found = Vec::new();
        let mut at = 0;
        for word in text.split(|c: char| !c.is_alphabetic()) {
            if !word.is_empty() {
                let first = word.bytes().take(8).rev().fold(0, |all, byte| all << 8 | u64::from(byte));
                let sign = cues.sign(letters(first, word.len().min(8) as u32));
                found.extend(sign.map(|sign| Cue { start: at, sign }));
            }
            at += word.len()
                + text.get(at + word.len()..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        }
        found
    }

    fn prose(text: &str) -> bool {
        let cues = cues_of(text);
        let mut view = View::default();
        view.fill(text.as_bytes(), 0..text.len(), &Labels::new(&[]), b"");
        (0..cues.len()).any(|at| may_be_prose(text.as_bytes(), &cues, at)) && speaker(&view, &cues).is_some()
    }

    #[test]
    fn people_and_machines() {
        for text in [
            "Hi, my name is Emma Wilson and I need help with order 123456789012",
            "agent: They are located at 1546 maurice lane",
            "2026-01-01 10:00:00 INFO chat - customer said: my name is emma wilson",
            "Ich wohne in der Hauptstraße 12 in Berlin",
            "we met Anna at the station",
        ] {
            assert!(prose(text), "{text}");
        }
        for text in [
            "Nov 12 21:21:24 web-39 sshd[36200]: applied migration V1713351204__add_index.sql",
            "time=2024-03-18T20:33:04.301Z level=info svc=identity attempt=2 build=8.8.18-rc.6 msg=\"to the\"",
            "at com.quill.store.Form.validate(Form.java:653)",
            "2025-08-10 21:40:32,091 WARN  [kafka-consumer-26] com.quill.Worker - expand window to 1733 rows",
            "Accept-Language: de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7,fr;q=0.6,es;q=0.5",
        ] {
            assert!(!prose(text), "{text}");
        }
    }

    #[test]
    fn who_writes() {
        let by = |text: &str| {
            let mut view = View::default();
            view.fill(text.as_bytes(), 0..text.len(), &Labels::new(&[]), b"");
            speaker(&view, &cues_of(text))
        };
        assert_eq!(by("agent: my name is Emma, how can I help you?"), Some(Speaker::People));
        assert_eq!(by("The update of the server was not accepted"), Some(Speaker::Nobody));
        assert_eq!(by("10:00:00 INFO chat: my name is emma and you"), Some(Speaker::Machine));
        assert_eq!(by("panic: index out of range [12] with length 5"), None);
    }

    #[test]
    fn what_is_hidden_counts_for_nothing() {
        let text = "my name is ************************************************************ **********";
        assert!(prose(text));
        let text = "5a-6b-7c-8d: [Name] ************ 5a-6b-7c-8d-9e-10f";
        assert!(!prose(text));
    }
}
