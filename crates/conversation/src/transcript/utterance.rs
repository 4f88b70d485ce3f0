//! What of an utterance may be read? What the user said, with braces escaped and the places that are hidden.
//!
//! AWS: recognised values, and the whole of an answer in which the obfuscated slot that was asked for was not recognised.
//! Strict: also the whole of an utterance in which nothing was recognised while the bot has any obfuscated slot (unless a sample
//! utterance says exactly this), long numbers beside recognised values, and values of this conversation in any formatting.

use super::entry::Closer;
use super::fold;
use super::follow::Hit;
use crate::Words;
use crate::bot::Name;
use crate::dialog::{Heard, Turn};
use std::ops::Range;

/// Fewest digits of a number that strict obfuscation hides in what was not recognised.
const DIGITS_MIN: usize = 4;

/// An utterance, ready for the log.
pub(super) struct Utterance {
    pub(super) text: Words,
    pub(super) hits: Vec<Hit>,
}

/// What the user said, as the log may show it.
pub(super) fn utterance(turn: &Turn, closer: &mut Closer<'_>) -> Option<Utterance> {
    let text = turn.heard.transcript.as_ref()?;
    if text.is_empty() {
        return Some(Utterance { text: text.clone(), hits: Vec::new() });
    }
    let hits = match whole(turn, closer) {
        Some(slot) => vec![(0..text.length(), slot)],
        None => places(turn, text, closer),
    };
    Some(escaped(text, hits))
}

/// The slot that stands over all of it.
fn whole(turn: &Turn, closer: &mut Closer<'_>) -> Option<Name> {
    let heard = &turn.heard;
    if let Some(elicited) = heard.elicited.as_ref().filter(|_| heard.unanswered)
        && closer.hides(&elicited.intent, &elicited.slot)
    {
        return Some(elicited.slot.clone());
    }
    let own = heard.exact || !heard.spoken.is_empty();
    let closes = closer.is_strict() && closer.obfuscates_anything() && !own;
    closes.then(|| closer.closed("inputTranscript", closer.unknown()))
}

fn places(turn: &Turn, text: &Words, closer: &mut Closer<'_>) -> Vec<Hit> {
    let heard = &turn.heard;
    let spoken = heard.spoken.iter().filter(|one| closer.hides(&one.intent, &one.slot));
    let own: Vec<Hit> = spoken.map(|one| (one.bytes.clone(), one.slot.clone())).collect();
    if !closer.is_strict() {
        return apart(own);
    }
    let mut all = own;
    if !heard.exact && closer.obfuscates_anything() {
        let found = numbers(text.read()).into_iter().filter(|number| !known(heard, number));
        let found: Vec<_> = found.filter(|number| !covered(&all, number)).collect();
        for number in found {
            let slot = closer.closed("inputTranscript", closer.unknown());
            all.push((number, slot));
        }
    }
    for (place, slot) in closer.followed(text) {
        if !covered(&all, &place) {
            closer.closed("inputTranscript", slot.clone());
        }
        all.push((place, slot));
    }
    apart(all)
}

/// Whether a number is, or is in, a value that was recognised as that of some slot.
fn known(heard: &Heard, number: &Range<usize>) -> bool {
    heard.spoken.iter().any(|one| one.bytes.start <= number.start && number.end <= one.bytes.end)
}

fn covered(hits: &[Hit], place: &Range<usize>) -> bool {
    hits.iter().any(|(hit, _)| hit.start <= place.start && place.end <= hit.end)
}

/// Numbers of several digits, however they are parted.
pub(crate) fn numbers(text: &str) -> Vec<Range<usize>> {
    let words = fold::words(text);
    let mut found = Vec::new();
    for atoms in [fold::written(text, &words), fold::spoken(text, &words)] {
        let runs = atoms.chunk_by(|before, atom| {
            before.sign.is_ascii_digit() && atom.sign.is_ascii_digit() && atom.joined
        });
        let long =
            runs.filter(|run| run.len() >= DIGITS_MIN && run.iter().all(|atom| atom.sign.is_ascii_digit()));
        found.extend(long.filter_map(|run| Some(run.first()?.start..run.last()?.end)));
    }
    found
}

/// Places in order. Those that share something become one, with a hit for each slot whose value stands there: log writers take hits of
/// one place together.
pub(super) fn apart(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.retain(|(place, _)| !place.is_empty());
    hits.sort_by_key(|(place, _)| (place.start, std::cmp::Reverse(place.end)));
    let mut merged: Vec<(Range<usize>, Vec<Name>)> = Vec::new();
    for (place, slot) in hits {
        match merged.last_mut().filter(|(last, _)| place.start < last.end) {
            Some((last, slots)) => {
                last.end = last.end.max(place.end);
                if !slots.contains(&slot) {
                    slots.push(slot);
                }
            }
            None => merged.push((place, vec![slot])),
        }
    }
    let each =
        |(place, slots): (Range<usize>, Vec<Name>)| slots.into_iter().map(move |slot| (place.clone(), slot));
    merged.into_iter().flat_map(each).collect()
}

/// Braces of the user's own are escaped with two backslashes, where anything is obfuscated ("Obscuring slot values in logs").
fn escaped(text: &Words, hits: Vec<Hit>) -> Utterance {
    let written = text.read();
    if hits.is_empty() || !written.contains(['{', '}']) {
        return Utterance { text: text.clone(), hits };
    }
    let (mut out, mut moved, mut at) = (String::new(), Vec::new(), 0);
    for together in hits.chunk_by(|one, other| one.0 == other.0) {
        let Some((place, _)) = together.first() else { continue };
        escape(written.get(at..place.start).unwrap_or_default(), &mut out);
        let from = out.len();
        out.push_str(written.get(place.clone()).unwrap_or_default());
        moved.extend(together.iter().map(|(_, slot)| (from..out.len(), slot.clone())));
        at = place.end;
    }
    escape(written.get(at..).unwrap_or_default(), &mut out);
    Utterance { text: out.into(), hits: moved }
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        if matches!(c, '{' | '}') {
            out.push_str("\\\\");
        }
        out.push(c);
    }
}
