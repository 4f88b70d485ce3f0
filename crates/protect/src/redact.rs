//! How does a text become masked text and marks? Pieces are cut, each is replaced, and each leaves a mark.
//!
//! One detection may give several pieces: JSON's quotes, commas and brackets stay where they are, and a bare number becomes
//! a string. A piece that reaches into the next finding (a long bare number) takes that finding's labels along, so that
//! nobody who may see the one sees the other by it. Should findings contradict each other, all of the text is masked.
//!
//! Claims are cut first, and findings around them: what both share stands under the claim's name and has all their labels, and no
//! original where one of them forbids it.

use crate::claim::Stretch;
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

/// Whose a piece is, by number.
#[derive(Clone, Copy)]
enum Whose {
    Place(usize),
    Claim(usize),
}

/// A stretch to be replaced, and who claims it.
struct Cut {
    range: Range<usize>,
    wrap: Wrap,
    whose: Whose,
    /// The findings that reach into it.
    places: Range<usize>,
    /// The claims that do.
    claims: Range<usize>,
    continued: bool,
}

/// Masks what is claimed and what was found, but for `taken`: stretches that are masked already, in order and apart.
pub(crate) fn redact(
    text: &str,
    look: Option<&Look>,
    places: &[Detection],
    claims: &[Stretch],
    taken: &[ByteSpan],
) -> Redacted {
    let bytes = text.as_bytes();
    let matter = Matter { text, look, places, claims };
    if !render::are_consistent(places, &(0..bytes.len())) {
        return hide_all(matter, taken);
    }
    let cuts = cuts(bytes, places, claims, taken);
    written(Writer::new(matter), &cuts).unwrap_or_else(|| hide_all(matter, taken))
}

fn written(mut writer: Writer<'_>, cuts: &[Cut]) -> Option<Redacted> {
    writer.write(cuts)?;
    Some(Redacted { text: masked_of(String::from_utf8(writer.out).ok()?), marks: writer.marks })
}

/// The pieces of all claims and findings, in order and apart.
fn cuts(bytes: &[u8], places: &[Detection], claims: &[Stretch], taken: &[ByteSpan]) -> Vec<Cut> {
    let mut cuts = claim_cuts(bytes, places, claims);
    if cuts.is_empty() {
        return place_cuts(bytes, places, taken);
    }
    let claimed = cuts.iter().map(|cut| ByteSpan::at(cut.range.start, cut.range.len()));
    let mut taken: Vec<ByteSpan> = taken.iter().copied().chain(claimed).collect();
    taken.sort_by_key(|span| span.start());
    cuts.extend(place_cuts(bytes, places, &taken));
    cuts.sort_by_key(|cut| cut.range.start);
    cuts
}

/// The pieces of all claims, in order and apart.
fn claim_cuts(bytes: &[u8], places: &[Detection], claims: &[Stretch]) -> Vec<Cut> {
    let (mut lexer, mut pieces, mut cuts) = (Lexer::of_lines(), Vec::new(), Vec::<Cut>::new());
    for (number, claim) in claims.iter().enumerate() {
        lexer.pieces(bytes, claim.range.clone(), &mut pieces);
        let mut continued = false;
        for Piece { range, wrap } in pieces.drain(..) {
            let at = cuts.last().map_or(0, |cut| cut.range.end);
            if let Some(last) = cuts.last_mut().filter(|_| range.start < at) {
                last.claims.end = number + 1;
            }
            let range = range.start.max(at)..range.end;
            if range.is_empty() {
                continue;
            }
            let places = reaching(places, &range);
            let (whose, claims) = (Whose::Claim(number), number..number + 1);
            cuts.push(Cut { range, wrap, whose, places, claims, continued });
            continued = true;
        }
    }
    cuts
}

/// The findings that reach into a range.
fn reaching(places: &[Detection], range: &Range<usize>) -> Range<usize> {
    let first = places.partition_point(|place| place.mask.end() <= range.start);
    first..places.partition_point(|place| place.mask.start() < range.end).max(first)
}

/// The pieces of all findings, in order and apart.
fn place_cuts(bytes: &[u8], places: &[Detection], taken: &[ByteSpan]) -> Vec<Cut> {
    let (mut lexer, mut pieces, mut cuts) = (Lexer::of_lines(), Vec::new(), Vec::<Cut>::new());
    for (number, place) in places.iter().enumerate() {
        lexer.pieces(bytes, place.mask.range(), &mut pieces);
        let mut continued = false;
        for Piece { range, wrap } in pieces.drain(..) {
            let at = cuts.last().map_or(0, |cut| cut.range.end);
            if let Some(last) = cuts.last_mut().filter(|_| range.start < at) {
                last.places.end = number + 1;
            }
            for range in apart(range.start.max(at)..range.end, taken) {
                let (whose, places) = (Whose::Place(number), number..number + 1);
                cuts.push(Cut { range, wrap, whose, places, claims: 0..0, continued });
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

/// One piece over everything that is not masked already.
fn whole(bytes: &[u8], places: &[Detection], claims: &[Stretch], taken: &[ByteSpan]) -> Vec<Cut> {
    let whose = if claims.is_empty() { Whose::Place(0) } else { Whose::Claim(0) };
    let cut = |(number, range)| {
        let (places, claims) = (0..places.len(), 0..claims.len());
        Cut { range, wrap: Wrap::Bare, whose, places, claims, continued: number > 0 }
    };
    apart(0..bytes.len(), taken).into_iter().enumerate().map(cut).collect()
}

/// Nothing but asterisks, and what is masked already: what is left to do when pieces do not fit the text. Where not even that fits,
/// all of it.
fn hide_all(matter: Matter<'_>, taken: &[ByteSpan]) -> Redacted {
    let hidden = |taken| {
        let writer = Writer { hides: true, ..Writer::new(matter) };
        written(writer, &whole(matter.text.as_bytes(), matter.places, matter.claims, taken))
    };
    let nothing = || Redacted { text: masked_of(String::new()), marks: Vec::new() };
    hidden(taken).or_else(|| hidden(&[])).unwrap_or_else(nothing)
}

/// What is masked, and why.
#[derive(Clone, Copy)]
struct Matter<'a> {
    text: &'a str,
    look: Option<&'a Look>,
    places: &'a [Detection],
    claims: &'a [Stretch],
}

struct Writer<'a> {
    matter: Matter<'a>,
    out: Vec<u8>,
    marks: Vec<Mark>,
    /// Whether asterisks stand for each piece, whatever the style is.
    hides: bool,
}

impl<'a> Writer<'a> {
    fn new(matter: Matter<'a>) -> Self {
        Self { matter, out: Vec::with_capacity(matter.text.len()), marks: Vec::new(), hides: false }
    }

    fn write(&mut self, cuts: &[Cut]) -> Option<()> {
        let text = self.matter.text;
        let (mut at, mut raw_chars, mut masked_chars) = (0, 0, 0);
        for cut in cuts {
            let gap = text.get(at..cut.range.start)?;
            self.out.extend_from_slice(gap.as_bytes());
            let gap_chars = chars(gap);
            (raw_chars, masked_chars) = (raw_chars + gap_chars, masked_chars + gap_chars);
            let from = self.out.len();
            self.replace(cut)?;
            let (bytes, written) = (text.get(cut.range.clone())?, self.out.get(from..)?);
            let (raw_length, masked_length) = (chars(bytes), chars(std::str::from_utf8(written).ok()?));
            let masked = (ByteSpan::at(from, written.len()), CharSpan::at(masked_chars, masked_length));
            self.mark(cut, CharSpan::at(raw_chars, raw_length), masked);
            (raw_chars, masked_chars) = (raw_chars + raw_length, masked_chars + masked_length);
            at = cut.range.end;
        }
        self.out.extend_from_slice(text.get(at..)?.as_bytes());
        Some(())
    }

    fn replace(&mut self, cut: &Cut) -> Option<()> {
        if self.hides {
            write_asterisks(self.matter.text.as_bytes().get(cut.range.clone())?, &mut self.out);
            return Some(());
        }
        render::write_quote(cut.wrap, &mut self.out);
        match cut.whose {
            Whose::Claim(number) => self.matter.claims.get(number)?.write(&mut self.out),
            Whose::Place(number) => self.replace_place(self.matter.places.get(number)?, &cut.range)?,
        }
        render::write_quote(cut.wrap, &mut self.out);
        Some(())
    }

    fn replace_place(&mut self, place: &Detection, range: &Range<usize>) -> Option<()> {
        let (look, bytes) = (self.matter.look?, self.matter.text.as_bytes());
        let rule = look.rule(place);
        let hidden = Hidden {
            rule,
            discard: look.discards(place),
            value: bytes.get(place.bytes.range())?,
            bytes: bytes.get(range.clone())?,
        };
        look.masker(&rule.identifier).replace(&hidden, &mut self.out);
        Some(())
    }

    fn mark(&mut self, cut: &Cut, raw_chars: CharSpan, (masked, masked_chars): (ByteSpan, CharSpan)) {
        let matter = self.matter;
        let Some((identifier, rule)) = matter.label(cut) else { return };
        let mut others = matter.labels(cut);
        others.sort_unstable();
        others.dedup();
        others.retain(|other| *other != identifier);
        self.marks.push(Mark {
            identifier,
            rule,
            others,
            raw: ByteSpan::at(cut.range.start, cut.range.len()),
            raw_chars,
            masked,
            masked_chars,
            continued: cut.continued,
            sealed: matter.keeps(cut),
        });
    }
}

impl Matter<'_> {
    /// The identifier and the rule of a piece: of claims the name of the first, and the highest level of all that reach into it.
    fn label(&self, cut: &Cut) -> Option<(IdentifierId, IdentifierId)> {
        match cut.whose {
            Whose::Claim(number) => {
                let identifier = self.claims.get(number)?.identifier.clone();
                let level = self.claims_of(cut).iter().map(|claim| claim.level).max()?;
                let rule = IdentifierId::new(level.rule()).unwrap_or_else(|_| identifier.clone());
                Some((identifier, rule))
            }
            Whose::Place(number) => {
                let rule = self.look?.rule(self.places.get(number)?);
                Some((rule.identifier.clone(), rule_name(rule)))
            }
        }
    }

    /// The identifiers of all claims and findings that reach into a piece.
    fn labels(&self, cut: &Cut) -> Vec<IdentifierId> {
        let claimed = self
            .claims_of(cut)
            .iter()
            .flat_map(|claim| std::iter::once(&claim.identifier).chain(&claim.others));
        let mut all: Vec<IdentifierId> = claimed.cloned().collect();
        if let Some(look) = self.look {
            for place in self.places.get(cut.places.clone()).unwrap_or_default() {
                all.push(look.rule(place).identifier.clone());
                all.extend(place.rivals.iter().map(|rival| look.rival(rival.rule).identifier.clone()));
            }
        }
        all
    }

    fn claims_of(&self, cut: &Cut) -> &[Stretch] {
        self.claims.get(cut.claims.clone()).unwrap_or_default()
    }

    /// Whether the original of a piece may be sealed.
    fn keeps(&self, cut: &Cut) -> bool {
        let reached = self.places.get(cut.places.clone()).unwrap_or_default();
        let discards = self.claims_of(cut).iter().any(|claim| claim.discard);
        let allowed = !discards || self.look.is_some_and(Look::keeps_card_codes);
        allowed && reached.iter().all(|place| self.look.is_some_and(|look| look.keeps(place)))
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
    fn findings_that_contradict_each_other_hide_all_but_what_is_masked_already() {
        use crate::protection::{Protection, Scanners, Settings};
        let protection = Protection::last_resort(&Settings::default(), None, &Scanners::default()).unwrap();
        let look = protection.look().unwrap();
        let text = "é credit card 4929573829184403 and [Canary] credit card 4929573829184403";
        let mut places = look.find(&sotto_sensitive::RawText::new(text.to_owned()));
        assert_eq!(places.len(), 2);
        places.reverse();
        let start = text.find('[').unwrap();
        let taken = [ByteSpan::at(start, "[Canary]".len())];
        let redacted = redact(text, Some(look), &places, &[], &taken);
        let stars = |count| "*".repeat(count);
        let wanted = format!("{}[Canary]{}", stars(35), stars(29));
        let stood: Vec<_> = redacted.marks.iter().map(|mark| (mark.raw.start(), mark.raw.end())).collect();
        assert_eq!(redacted.text.as_str(), wanted);
        assert_eq!(stood, [(0, start), (start + 8, text.len())], "no mark lies over another");
        // A stretch that cuts a character apart is none: then nothing of the text stays.
        let matter = Matter { text, look: Some(look), places: &places, claims: &[] };
        let cut = hide_all(matter, &[ByteSpan::at(1, 4)]);
        assert_eq!((cut.text.as_str(), cut.marks.len()), (stars(text.chars().count()).as_str(), 1));
    }

    #[test]
    fn places_count_characters() {
        let text = "é\u{1f600}ab";
        assert_eq!(chars_of(text, ByteSpan::at(6, 2)), CharSpan::at(2, 2));
        assert_eq!(chars_of(text, ByteSpan::at(0, 2)), CharSpan::at(0, 1));
    }
}
