//! Which labels do the words of a line get? The best sequence under the weights.
//!
//! Eight labels, so that a row of the table is eight signed bytes. Only persons leave the tagger as names; addresses,
//! places, companies and other proper names are there because a tagger that can call a word something else calls it a
//! person less often.

use super::features::{self, ROWS_LOG2, TRAITS, Tone, is_open, tone_of};
use super::lexer::{self, GAPS, Word};
use super::lexicon::{self, BUCKET, LEXICON_BYTES};
use std::ops::Range;
use std::sync::LazyLock;

/// How many labels there are.
pub(crate) const LABELS: usize = 8;
pub(crate) const OUTSIDE: u8 = 0;
pub(crate) const PERSON: u8 = 1;
pub(crate) const PERSON_ON: u8 = 2;
pub(crate) const ADDRESS: u8 = 3;
pub(crate) const ADDRESS_ON: u8 = 4;
/// Behind it come companies and all other proper names, which nobody asks for.
pub(crate) const PLACE: u8 = 5;

/// First bytes of a file of weights.
pub(crate) const MAGIC: &[u8; 8] = b"sottoN01";
/// Bytes of the table of rows.
pub(crate) const ROWS_BYTES: usize = LABELS << ROWS_LOG2;
/// Bytes of the transitions.
pub(crate) const STEPS_BYTES: usize = GAPS * LABELS * LABELS * 2;
/// Longest stretch of words judged at once; longer lines are cut.
const WORDS_MAX: usize = 256;
/// Words of what came before that are looked at.
const CONTEXT_WORDS: usize = 2;
/// The score of what cannot be.
const NEVER: i32 = -1_000_000;

/// Scores of steps from label to label, by the gap between the words: `[gap][to][from]`.
pub(crate) type Steps = [[[i32; LABELS]; LABELS]; GAPS];

/// What a stretch of words is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A person's name, or a part of one.
    Person,
    /// A part of a postal address.
    AddressPart,
    /// A place: not sensitive by itself.
    Location,
}

/// A stretch of words with a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tagged {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: Kind,
    /// How many words; AWS calls only two or more a name.
    pub(crate) word_count: usize,
    /// By how much, per word, a person is more likely than anything else; never negative, rarely above 400. Dialogues are
    /// best served by 60 to 80, forms and mails by 20.
    pub(crate) margin: i32,
}

/// Room for one line's work, to be used again for the next.
#[derive(Default)]
pub(crate) struct Desk {
    words: Vec<Word>,
    scores: Vec<[i32; LABELS]>,
    path: Path,
}

/// Room for the search of the best sequence.
#[derive(Default)]
pub(crate) struct Path {
    back: Vec<[u8; LABELS]>,
    /// The labels found.
    pub(crate) labels: Vec<u8>,
}

/// The tagger and its weights.
pub(crate) struct Tagger<'a> {
    rows: Option<&'a Rows>,
    lexicon: &'a [[u8; BUCKET * 4]],
    steps: Box<Steps>,
    /// The same by the label that is left: `[gap][from][to]`.
    onward: Box<Steps>,
}

/// The table of rows; a row's number always lies inside.
type Rows = [[u8; LABELS]; 1 << ROWS_LOG2];

static BUILTIN: LazyLock<Tagger<'static>> =
    LazyLock::new(|| Tagger::parse(include_bytes!("../../weights/names.bin")).unwrap_or_else(Tagger::silent));

impl Tagger<'_> {
    /// The words of a range, with what is known of each.
    pub(crate) fn words(&self, text: &[u8], range: Range<usize>, words: &mut Vec<Word>) {
        words.clear();
        lexer::read(text, range.start, range.end, WORDS_MAX, words);
        for word in words {
            word.class = lexicon::class_of(self.lexicon, word.hash);
        }
    }
}

impl Tagger<'static> {
    /// The tagger with the weights of the repository.
    pub(crate) fn builtin() -> &'static Self {
        &BUILTIN
    }
}

impl<'a> Tagger<'a> {
    /// The tagger of a file's bytes; nothing when they are not a file of weights.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let bytes = bytes.strip_prefix(MAGIC)?;
        let (steps, bytes) = bytes.split_at_checked(STEPS_BYTES)?;
        let (lexicon, bytes) = bytes.split_at_checked(LEXICON_BYTES)?;
        if bytes.len() != ROWS_BYTES {
            return None;
        }
        let steps = read_steps(steps);
        let rows = bytes.as_chunks().0.try_into().ok();
        Some(Self { rows, lexicon: lexicon.as_chunks().0, onward: turned(&steps), steps })
    }

    /// A tagger that finds nothing.
    fn silent() -> Self {
        let steps = Box::new([[[0; LABELS]; LABELS]; GAPS]);
        Self { rows: None, lexicon: &[], onward: steps.clone(), steps }
    }

    /// Labels the prose in `range` of `text`, and appends what is a name, a part of an address or a place.
    pub(crate) fn tag(&self, text: &[u8], range: Range<usize>, desk: &mut Desk, found: &mut Vec<Tagged>) {
        desk.words.clear();
        let mut at = range.start;
        while at < range.end {
            let line = at..line_end(text, at, range.end);
            at = self.tag_line(text, line, desk, found);
        }
    }

    /// Labels one line, or the first words of a long one; answers where it stopped.
    fn tag_line(&self, text: &[u8], line: Range<usize>, desk: &mut Desk, found: &mut Vec<Tagged>) -> usize {
        let (context, end) = read_line(self.lexicon, text, &line, &mut desk.words);
        self.score(desk, context);
        best_path(&desk.scores, &desk.words, &self.onward, &mut desk.path);
        gather(desk, &self.steps, found);
        end
    }

    fn score(&self, desk: &mut Desk, context: usize) {
        let tone = tone_of(desk.words.get(context..).unwrap_or_default());
        desk.scores.clear();
        for (at, word) in desk.words.iter().enumerate() {
            let open = at >= context && is_open(word);
            desk.scores.push(if open { self.word_score(&desk.words, at, tone) } else { closed() });
        }
    }

    fn word_score(&self, words: &[Word], at: usize, tone: Tone) -> [i32; LABELS] {
        let mut sum = [0_i16; LABELS];
        let Some(table) = self.rows else { return closed() };
        let rows: [u32; TRAITS] = features::rows(words, at, tone);
        for row in rows {
            let Some(weights) = table.get(row as usize) else { continue };
            for (total, weight) in sum.iter_mut().zip(weights) {
                *total += i16::from(weight.cast_signed());
            }
        }
        sum.map(i32::from)
    }
}

/// Reads the words of a line behind the last ones of the line before; answers how many these are, and where it stopped.
pub(crate) fn read_line(
    lexicon: &[[u8; BUCKET * 4]],
    text: &[u8],
    line: &Range<usize>,
    words: &mut Vec<Word>,
) -> (usize, usize) {
    let context = words.len().min(CONTEXT_WORDS);
    words.drain(..words.len() - context);
    let end = lexer::read(text, line.start, line.end, WORDS_MAX, words);
    for word in words.iter_mut().skip(context) {
        word.class = lexicon::class_of(lexicon, word.hash);
    }
    (context, end.max(line.start + 1))
}

/// Where the line that begins at `at` ends, its break included.
pub(crate) fn line_end(text: &[u8], at: usize, end: usize) -> usize {
    let rest = text.get(at..end).unwrap_or_default();
    rest.iter().position(|byte| *byte == b'\n').map_or(end, |length| at + length + 1)
}

fn read_steps(bytes: &[u8]) -> Box<Steps> {
    let mut steps = Box::new([[[0; LABELS]; LABELS]; GAPS]);
    let places = steps.iter_mut().flatten().flatten();
    for (place, bytes) in places.zip(bytes.as_chunks::<2>().0) {
        *place = i32::from(i16::from_le_bytes(*bytes));
    }
    steps
}

/// Steps with the label that is left first, as [`best_path`] wants them.
pub(crate) fn turned(steps: &Steps) -> Box<Steps> {
    let mut onward = Box::new([[[0; LABELS]; LABELS]; GAPS]);
    for (gap, onward) in steps.iter().zip(onward.iter_mut()) {
        for (to, row) in gap.iter().enumerate() {
            let places = onward.iter_mut().filter_map(|from| from.get_mut(to));
            places.zip(row).for_each(|(place, score)| *place = *score);
        }
    }
    onward
}

/// Scores of a word that is left alone.
pub(crate) fn closed() -> [i32; LABELS] {
    let mut scores = [NEVER; LABELS];
    if let Some(outside) = scores.get_mut(usize::from(OUTSIDE)) {
        *outside = 0;
    }
    scores
}

/// The best sequence of labels, into `path.labels`; `onward` are steps that were [`turned`].
pub(crate) fn best_path(scores: &[[i32; LABELS]], words: &[Word], onward: &Steps, path: &mut Path) {
    path.back.clear();
    let mut before = closed();
    for (score, word) in scores.iter().zip(words) {
        let Some(step) = onward.get(word.gap as usize) else { continue };
        let (after, back) = if score.iter().skip(1).all(|own| *own <= NEVER) {
            step_outside(&before, step, score)
        } else {
            step_anywhere(&before, step, score)
        };
        path.back.push(back);
        before = after;
    }
    trace(before, path);
}

/// The scores behind a word that is left alone, and where they came from.
#[inline]
fn step_outside(
    before: &[i32; LABELS],
    step: &[[i32; LABELS]; LABELS],
    score: &[i32; LABELS],
) -> ([i32; LABELS], [u8; LABELS]) {
    let (mut after, mut back) = ([NEVER; LABELS], [0; LABELS]);
    let outside = usize::from(OUTSIDE);
    let from = step.map(|to| to.get(outside).copied().unwrap_or(NEVER));
    if let (Some(best), Some(origin), Some(own)) =
        (after.get_mut(outside), back.get_mut(outside), score.get(outside))
    {
        (*best, *origin) = best_origin(before, &from);
        *best += own;
    }
    (after, back)
}

/// The same for any other word: all labels side by side, so that vectors do it.
#[inline]
fn step_anywhere(
    before: &[i32; LABELS],
    step: &[[i32; LABELS]; LABELS],
    score: &[i32; LABELS],
) -> ([i32; LABELS], [u8; LABELS]) {
    let (mut after, mut back) = ([i32::MIN; LABELS], [0_i32; LABELS]);
    for (origin, (had, to)) in (0_i32..).zip(before.iter().zip(step)) {
        for ((best, from), more) in after.iter_mut().zip(&mut back).zip(to) {
            let sum = had + more;
            *from = if sum > *best { origin } else { *from };
            *best = sum.max(*best);
        }
    }
    for ((best, from), own) in after.iter_mut().zip(&mut back).zip(score) {
        (*best, *from) = if *own <= NEVER { (NEVER, 0) } else { (*best + own, *from) };
    }
    (after, back.map(|from| from as u8))
}

#[inline]
fn best_origin(before: &[i32; LABELS], steps: &[i32; LABELS]) -> (i32, u8) {
    let mut best = (i32::MIN, 0);
    for (origin, (score, step)) in (0_u8..).zip(before.iter().zip(steps)) {
        let sum = score + step;
        if sum > best.0 {
            best = (sum, origin);
        }
    }
    best
}

fn trace(last: [i32; LABELS], path: &mut Path) {
    let mut label = best_origin(&last, &[0; LABELS]).1;
    path.labels.clear();
    for back in path.back.iter().rev() {
        path.labels.push(label);
        label = back.get(usize::from(label)).copied().unwrap_or(OUTSIDE);
    }
    path.labels.reverse();
}

fn kind_of(label: u8) -> Option<Kind> {
    match label {
        PERSON | PERSON_ON => Some(Kind::Person),
        ADDRESS | ADDRESS_ON => Some(Kind::AddressPart),
        PLACE => Some(Kind::Location),
        _ => None,
    }
}

/// Whether a label goes on with what the one before began.
fn goes_on(before: u8, label: u8) -> bool {
    matches!(
        (before, label),
        (PERSON | PERSON_ON, PERSON_ON) | (ADDRESS | ADDRESS_ON, ADDRESS_ON) | (PLACE, PLACE)
    )
}

/// Turns labels into stretches.
fn gather(desk: &Desk, steps: &Steps, found: &mut Vec<Tagged>) {
    let labels = &desk.path.labels;
    let mut at = 0;
    while let Some(label) = labels.get(at) {
        let start = at;
        at += 1;
        let Some(kind) = kind_of(*label) else { continue };
        while let (Some(before), Some(label)) = (labels.get(at - 1), labels.get(at)) {
            if !goes_on(*before, *label) {
                break;
            }
            at += 1;
        }
        let (Some(first), Some(last)) = (desk.words.get(start), desk.words.get(at - 1)) else { continue };
        let margin = if kind == Kind::Person { margin(desk, steps, start..at) } else { 0 };
        found.push(Tagged { start: first.start, end: last.end, kind, word_count: at - start, margin });
    }
}

/// By how much, per word, these labels beat the best others of another kind, the labels on both sides being what they are.
fn margin(desk: &Desk, steps: &Steps, range: Range<usize>) -> i32 {
    let label_at = |at: Option<usize>| at.and_then(|at| desk.path.labels.get(at)).copied().unwrap_or(OUTSIDE);
    let mut own_before = label_at(range.start.checked_sub(1));
    let mut others = [NEVER; LABELS];
    if let Some(entry) = others.get_mut(usize::from(own_before)) {
        *entry = 0;
    }
    let mut own = 0;
    // The word behind counts with its step alone: its own score is the same on both sides.
    for at in range.start..=range.end {
        let (Some(word), Some(score)) = (desk.words.get(at), desk.scores.get(at)) else { break };
        let Some(step) = steps.get(word.gap as usize) else { break };
        let inside = at < range.end;
        let label = label_at(Some(at));
        own += step_score(step, own_before, label) + if inside { score_of(score, label) } else { 0 };
        others = rivals(
            &others,
            step,
            score,
            |rival| if inside { kind_of(rival) != Some(Kind::Person) } else { rival == label },
            inside,
        );
        own_before = label;
    }
    let best = others.iter().copied().max().unwrap_or(NEVER);
    (own - best) / i32::try_from(range.len()).unwrap_or(1).max(1)
}

fn step_score(step: &[[i32; LABELS]; LABELS], from: u8, to: u8) -> i32 {
    step.get(usize::from(to)).and_then(|row| row.get(usize::from(from))).copied().unwrap_or(0)
}

fn score_of(scores: &[i32; LABELS], label: u8) -> i32 {
    scores.get(usize::from(label)).copied().unwrap_or(NEVER)
}

/// The best scores of sequences that end in each label that may stand here.
fn rivals(
    before: &[i32; LABELS],
    step: &[[i32; LABELS]; LABELS],
    scores: &[i32; LABELS],
    may: impl Fn(u8) -> bool,
    scored: bool,
) -> [i32; LABELS] {
    let mut after = [NEVER; LABELS];
    for (label, ((place, row), score)) in (0_u8..).zip(after.iter_mut().zip(step).zip(scores)) {
        if may(label) {
            *place = (best_origin(before, row).0 + if scored { *score } else { 0 }).max(NEVER);
        }
    }
    after
}

#[cfg(test)]
mod tests;
