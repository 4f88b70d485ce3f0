//! Which characters stand for others, one by one or in groups? Codes, look-alikes, invisible characters, base64.
//!
//! Each is a [`Unit`]: some bytes of the text and the few that they stand for. Whether there is a unit at a place, and
//! whether it is telling, is decided from its closest surroundings alone, so that it does not matter where a view begins.
//! A unit that is not telling is unveiled where a view passes over it, but makes no view: `%2F` fills the logs of web
//! servers, and hides nothing unless a digit stands beside it.

use super::stretch::{Covered, Placed, stretches};
use super::view::{Draft, View};
use super::{Level, STRETCH_BYTES_MAX, base64, entity, glyphs, percent, slash};
use crate::gather::Gathered;
use crate::labels::Labels;
use crate::matchers::{byte_at, byte_before};
use crate::walk::Traces;

/// A few bytes of the text, and what they stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    /// Bytes in the text.
    pub(super) takes: usize,
    gives: [u8; 4],
    count: usize,
    /// Whether somebody who wanted to hide a value would write it, and hardly anybody else.
    pub(super) telling: bool,
}

impl Unit {
    pub(super) fn byte(takes: usize, byte: u8, telling: bool) -> Self {
        Self { takes, gives: [byte, 0, 0, 0], count: 1, telling }
    }

    pub(super) fn character(takes: usize, character: char, telling: bool) -> Self {
        let mut gives = [0; 4];
        let count = character.encode_utf8(&mut gives).len();
        Self { takes, gives, count, telling }
    }

    pub(super) fn nothing(takes: usize) -> Self {
        Self { takes, gives: [0; 4], count: 0, telling: true }
    }

    pub(super) fn gives(&self) -> &[u8] {
        self.gives.get(..self.count).unwrap_or_default()
    }

    /// The unit at a place, if one begins there.
    pub(super) fn at(text: &[u8], at: usize) -> Option<Self> {
        match byte_at(text, at) {
            b'%' => percent::unit(text, at),
            b'&' => entity::unit(text, at),
            b'\\' => slash::unit(text, at),
            0xC2..=0xF4 => glyphs::unit(text, at),
            _ => None,
        }
    }
}

/// What is unveiled at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Veil {
    start: usize,
    end: usize,
    how: How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Units,
    /// An address with letters of other scripts that look Latin.
    LookAlikes,
    Base64,
}

impl Placed for Veil {
    fn start(&self) -> usize {
        self.start
    }
    fn end(&self) -> usize {
        self.end
    }
}

/// The views of a text that unveil codes.
pub(super) fn views(
    text: &[u8],
    traces: &Traces,
    (level, labels): (Level<'_>, &Labels),
    margin: usize,
    gathered: &mut Gathered,
) -> Vec<View> {
    let mut veils = Vec::new();
    if !traces.codes.is_empty() || !traces.rows.is_empty() {
        let covered = Covered::by(&gathered.found);
        let worth = |start, end| level.concerns(start, end) && !covered.holds(start, end);
        find_units(text, traces, worth, &mut veils);
        let whole = |start, end| worth(start, end) && !is_rest(text, labels, base64::whole(text, start));
        find_base64(text, traces, whole, gathered, &mut veils);
        veils.sort_unstable_by_key(|veil| (veil.start, veil.end));
    }
    let units: Vec<Veil> = veils.iter().filter(|veil| veil.how != How::Base64).copied().collect();
    let mut views: Vec<View> = stretches(&units, text, margin)
        .iter()
        .map(|one| unveil(text, one.places, one.from, one.to))
        .collect();
    // A row of base64 may also be part of a value that has a mark encoded, such as a token.
    if units.len() < veils.len() {
        let all = stretches(&veils, text, margin);
        let decoded = all.iter().filter(|one| one.places.iter().any(|veil| veil.how == How::Base64));
        views.extend(decoded.map(|one| unveil(text, one.places, one.from, one.to)));
    }
    views
}

fn find_units(text: &[u8], traces: &Traces, worth: impl Fn(usize, usize) -> bool, veils: &mut Vec<Veil>) {
    let mut done = 0;
    for &(base, mut places) in &traces.codes {
        while places != 0 {
            let at = base + places.trailing_zeros() as usize;
            places &= places - 1;
            if at < done {
                continue;
            }
            let found = match Unit::at(text, at) {
                Some(unit) => unit.telling.then_some((at, at + unit.takes, How::Units)),
                None => glyphs::address(text, at).map(|(start, end)| (start, end, How::LookAlikes)),
            };
            if let Some((start, end, how)) = found.filter(|(start, end, _)| worth(*start, *end)) {
                veils.push(Veil { start, end, how });
                done = end;
            }
        }
    }
}

/// Whether a row is what an earlier masking left of a longer one: asterisks or a label stand right beside it.
fn is_rest(text: &[u8], labels: &Labels, (start, end): (usize, usize)) -> bool {
    byte_before(text, start) == b'*'
        || byte_at(text, end) == b'*'
        || labels.end_at(text, start)
        || (byte_at(text, end) == b'[' && labels.hold(text, end + 1))
}

fn find_base64(
    text: &[u8],
    traces: &Traces,
    worth: impl Fn(usize, usize) -> bool,
    gathered: &mut Gathered,
    veils: &mut Vec<Veil>,
) {
    // What reaches over the place where unsettled text begins is longer than any row that is unveiled.
    let torn = Some(base64::whole(text, gathered.from)).filter(|(start, _)| *start < gathered.from);
    let mut done = 0;
    for &row in &traces.rows {
        if torn.is_some_and(|(start, end)| gathered.from < end && start <= row && row < end) || row < done {
            continue;
        }
        // What is context only may begin in the middle of a row, and of a group.
        let cuts = if row == 0 && gathered.from > 0 { base64::GROUP } else { 1 };
        let read = |start: usize| Some((start, base64::text_end(text, start)?));
        let Some((start, text_end)) = (row..row + cuts).find_map(read) else { continue };
        let (from, to) = base64::whole(text, start);
        if to - from > STRETCH_BYTES_MAX {
            done = to;
            continue;
        }
        done = text_end;
        // Two characters of the alphabet are no letters: the text may begin before this row.
        let whole = Some(from).filter(|from| (start - from) % base64::GROUP == 0).and_then(read);
        let start = whole.filter(|(_, end)| *end >= start).map_or(start, |(from, _)| from);
        if worth(start, text_end) {
            gathered.hold(from, to);
            veils.push(Veil { start, end: text_end, how: How::Base64 });
        }
    }
}

/// Writes a stretch without its codes.
fn unveil(text: &[u8], veils: &[Veil], from: usize, to: usize) -> View {
    let mut draft = Draft::new(from, to);
    for veil in veils.iter().filter(|veil| veil.how != How::Units) {
        if veil.start < draft.upto() {
            continue;
        }
        take_units(text, veil.start, &mut draft);
        match veil.how {
            How::Base64 => base64::unveil(text, veil.start, veil.end, &mut draft),
            _ => glyphs::unveil(text, veil.start, veil.end, &mut draft),
        }
    }
    take_units(text, to, &mut draft);
    draft.finish()
}

/// Takes text over up to a place, unit by unit.
fn take_units(text: &[u8], to: usize, draft: &mut Draft) {
    while draft.upto() < to {
        let at = draft.upto();
        let rest = text.get(at..to).unwrap_or_default();
        let plain = rest.iter().position(|&byte| may_begin(byte)).unwrap_or(rest.len());
        draft.plain(rest.get(..plain).unwrap_or_default());
        if plain == rest.len() {
            return;
        }
        match Unit::at(text, at + plain).filter(|unit| at + plain + unit.takes <= to) {
            Some(unit) => draft.unit(unit.takes, unit.gives(), unit.telling),
            None => draft.plain(text.get(at + plain..at + plain + 1).unwrap_or_default()),
        }
    }
}

fn may_begin(byte: u8) -> bool {
    matches!(byte, b'%' | b'&' | b'\\' | 0xC2..=0xF4)
}
