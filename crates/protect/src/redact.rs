//! How does a text become masked text and marks? Pieces are cut, each is replaced, and each leaves a mark.
//!
//! One detection may give several pieces: JSON's quotes, commas and brackets stay where they are, and a bare number becomes
//! a string. A piece that reaches into the next finding (a long bare number) takes that finding's labels along, so that
//! nobody who may see the one sees the other by it. Should findings contradict each other, all of the text is masked.

use crate::findings::{Findings, Found};
use crate::json_scalar::{Lexer, Piece, Wrap};
use crate::mask::masker::{Hidden, write_asterisks};
use crate::mask::{MaskedText, masked_of, render};
use crate::protected::Mark;
use crate::protection::Look;
use sotto_detect::{Detection, RuleInfo};
use sotto_public::{ByteSpan, CharSpan, IdentifierId};
use std::ops::Range;

/// Masked text and what is masked in it.
pub(crate) struct Redacted {
    pub(crate) text: MaskedText,
    pub(crate) marks: Vec<Mark>,
}

/// A stretch to be replaced, and the findings that claim it.
struct Cut {
    range: Range<usize>,
    wrap: Wrap,
    /// The finding that it belongs to, by its number.
    place: usize,
    /// Findings up to this one reach into it.
    upto: usize,
    continued: bool,
}

/// Masks what was found, but for `taken`: stretches that are masked already, in order and apart.
pub(crate) fn redact(text: &str, look: &Look, places: &[Detection], taken: &[ByteSpan]) -> Redacted {
    let bytes = text.as_bytes();
    let cuts = if render::are_consistent(places, &(0..bytes.len())) {
        cuts(bytes, places, taken)
    } else {
        whole(bytes, places)
    };
    let mut writer = Writer { text, look, places, out: Vec::with_capacity(text.len()), marks: Vec::new() };
    let complete = writer.write(&cuts);
    match (complete, String::from_utf8(writer.out)) {
        (Some(()), Ok(out)) => Redacted { text: masked_of(out), marks: writer.marks },
        _ => hide_all(text, look, places),
    }
}

/// The pieces of all findings, in order and apart.
fn cuts(bytes: &[u8], places: &[Detection], taken: &[ByteSpan]) -> Vec<Cut> {
    let (mut lexer, mut pieces, mut cuts) = (Lexer::of_lines(), Vec::new(), Vec::<Cut>::new());
    for (number, place) in places.iter().enumerate() {
        lexer.pieces(bytes, place.mask.range(), &mut pieces);
        let mut continued = false;
        for Piece { range, wrap } in pieces.drain(..) {
            let at = cuts.last().map_or(0, |cut| cut.range.end);
            if let Some(last) = cuts.last_mut().filter(|_| range.start < at) {
                last.upto = number;
            }
            for range in apart(range.start.max(at)..range.end, taken) {
                cuts.push(Cut { range, wrap, place: number, upto: number, continued });
                continued = true;
            }
        }
    }
    cuts
}

/// What of a range is not taken.
fn apart(range: Range<usize>, taken: &[ByteSpan]) -> Vec<Range<usize>> {
    let first = taken.partition_point(|span| span.end() <= range.start);
    let touched = taken.iter().skip(first).take_while(|span| span.start() < range.end);
    let (mut at, mut free) = (range.start, Vec::new());
    for span in touched {
        free.push(at..span.start().max(at));
        at = span.end();
    }
    free.push(at..range.end.max(at));
    free.retain(|range| !range.is_empty());
    free
}

/// One piece over everything.
fn whole(bytes: &[u8], places: &[Detection]) -> Vec<Cut> {
    let upto = places.len().saturating_sub(1);
    vec![Cut { range: 0..bytes.len(), wrap: Wrap::Bare, place: 0, upto, continued: false }]
}

/// Nothing but asterisks: what is left to do when pieces do not fit the text.
fn hide_all(text: &str, look: &Look, places: &[Detection]) -> Redacted {
    let mut out = Vec::with_capacity(text.len());
    write_asterisks(text.as_bytes(), &mut out);
    let stars = String::from_utf8(out).unwrap_or_default();
    let mut writer = Writer { text, look, places, out: Vec::new(), marks: Vec::new() };
    for cut in whole(text.as_bytes(), places) {
        let masked = (ByteSpan::at(0, stars.len()), CharSpan::at(0, stars.len()));
        let raw = CharSpan::at(0, text.chars().count());
        writer.mark(&cut, raw, masked);
    }
    Redacted { text: masked_of(stars), marks: writer.marks }
}

struct Writer<'a> {
    text: &'a str,
    look: &'a Look,
    places: &'a [Detection],
    out: Vec<u8>,
    marks: Vec<Mark>,
}

impl Writer<'_> {
    fn write(&mut self, cuts: &[Cut]) -> Option<()> {
        let (mut at, mut raw_chars, mut masked_chars) = (0, 0, 0);
        for cut in cuts {
            let gap = self.text.get(at..cut.range.start)?;
            self.out.extend_from_slice(gap.as_bytes());
            let gap_chars = chars(gap);
            (raw_chars, masked_chars) = (raw_chars + gap_chars, masked_chars + gap_chars);
            let from = self.out.len();
            self.replace(cut)?;
            let (bytes, written) = (self.text.get(cut.range.clone())?, self.out.get(from..)?);
            let (raw_length, masked_length) = (chars(bytes), chars(std::str::from_utf8(written).ok()?));
            let masked = (ByteSpan::at(from, written.len()), CharSpan::at(masked_chars, masked_length));
            self.mark(cut, CharSpan::at(raw_chars, raw_length), masked);
            (raw_chars, masked_chars) = (raw_chars + raw_length, masked_chars + masked_length);
            at = cut.range.end;
        }
        self.out.extend_from_slice(self.text.get(at..)?.as_bytes());
        Some(())
    }

    fn replace(&mut self, cut: &Cut) -> Option<()> {
        let place = self.places.get(cut.place)?;
        let (rule, bytes) = (self.look.rule(place), self.text.as_bytes());
        let hidden = Hidden {
            rule,
            discard: self.look.discards(place),
            value: bytes.get(place.bytes.range())?,
            bytes: bytes.get(cut.range.clone())?,
        };
        render::write_quote(cut.wrap, &mut self.out);
        self.look.masker(&rule.identifier).replace(&hidden, &mut self.out);
        render::write_quote(cut.wrap, &mut self.out);
        Some(())
    }

    fn mark(&mut self, cut: &Cut, raw_chars: CharSpan, (masked, masked_chars): (ByteSpan, CharSpan)) {
        let reached = self.places.get(cut.place..=cut.upto).unwrap_or_default();
        let Some(rule) = reached.first().map(|place| self.look.rule(place)) else {
            return;
        };
        let rivals = reached.iter().flat_map(|place| &place.rivals).map(|rival| self.look.rival(rival.rule));
        let all = reached.iter().map(|place| self.look.rule(place)).chain(rivals);
        let mut others: Vec<IdentifierId> = all.map(|rule| rule.identifier.clone()).collect();
        others.sort_unstable();
        others.dedup();
        others.retain(|other| *other != rule.identifier);
        self.marks.push(Mark {
            identifier: rule.identifier.clone(),
            rule: rule_name(rule),
            others,
            raw: ByteSpan::at(cut.range.start, cut.range.len()),
            raw_chars,
            masked,
            masked_chars,
            continued: cut.continued,
            sealed: reached.iter().all(|place| self.look.keeps(place)),
        });
    }
}

fn chars(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

/// The name of a rule; shapes are named like identifiers.
fn rule_name(rule: &RuleInfo) -> IdentifierId {
    IdentifierId::new(&rule.shape).unwrap_or_else(|_| rule.identifier.clone())
}

/// Every label of what was found, in order.
pub(crate) fn findings(text: &str, look: &Look, places: &[Detection]) -> Findings {
    let found = places.iter().flat_map(|place| {
        let discarded = !look.keeps(place);
        let label = move |rule: &RuleInfo, chars, won| Found {
            identifier: rule.identifier.clone(),
            rule: rule_name(rule),
            chars,
            won,
            discarded,
        };
        let won = label(look.rule(place), place.chars, true);
        let others = place.rivals.iter().map(move |rival| {
            let chars = chars_of(text, rival.bytes);
            label(look.rival(rival.rule), chars, false)
        });
        std::iter::once(won).chain(others)
    });
    Findings(found.collect())
}

fn chars_of(text: &str, span: ByteSpan) -> CharSpan {
    let before = chars(text.get(..span.start()).unwrap_or_default());
    CharSpan::at(before, chars(text.get(span.range()).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_masked_already_is_left_out() {
        let taken = [ByteSpan::at(2, 3), ByteSpan::at(5, 1), ByteSpan::at(9, 2)];
        let check = |start: usize, end: usize, wanted: &[(usize, usize)]| {
            let free: Vec<_> = apart(start..end, &taken).iter().map(|free| (free.start, free.end)).collect();
            assert_eq!(free, wanted, "{start}..{end}");
        };
        check(0, 2, &[(0, 2)]);
        check(0, 3, &[(0, 2)]);
        check(2, 6, &[]);
        check(4, 10, &[(6, 9)]);
        check(0, 20, &[(0, 2), (6, 9), (11, 20)]);
        check(11, 12, &[(11, 12)]);
    }

    #[test]
    fn places_count_characters() {
        let text = "é\u{1f600}ab";
        assert_eq!(chars_of(text, ByteSpan::at(6, 2)), CharSpan::at(2, 2));
        assert_eq!(chars_of(text, ByteSpan::at(0, 2)), CharSpan::at(0, 1));
    }
}
