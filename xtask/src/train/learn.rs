//! How are the weights learned? By a structured perceptron with a margin, its weights averaged over all steps.
//!
//! Integers throughout: a sentence that is labelled wrongly, or not clearly enough right, moves the rows of its words by
//! one. Sums of integers have no order that matters, so the bytes are the same everywhere. A gradient of probabilities
//! would need exponentials, whose last bits differ between machines.

use super::dice::Dice;
use super::names::features::{self, ROWS_LOG2, TRAITS, Tone, is_open, tone_of};
use super::names::lexer::{GAPS, Gap, Word};
use super::names::lexicon::BUCKET;
use super::names::model::{
    self, ADDRESS, ADDRESS_ON, LABELS, MAGIC, OUTSIDE, PERSON, PERSON_ON, Path, ROWS_BYTES, STEPS_BYTES,
    Steps,
};
use super::sentence::Sample;

/// How far the right label must be ahead, in steps of a row.
const MARGIN: i32 = 300;
/// The score of a step that no learning makes possible.
const IMPOSSIBLE: i32 = -100_000;
/// What parts two names rather than the words of one.
const PARTS: [Gap; 8] =
    [Gap::Stop, Gap::Line, Gap::Key, Gap::Bracket, Gap::At, Gap::Hash, Gap::Slash, Gap::And];
/// The traits that name the word itself, its beginning or its end.
const OWN_TRAITS: [usize; 7] = [0, 1, 4, 5, 6, 27, 28];
/// How often all sentences are seen.
const EPOCHS: usize = 8;
/// Of a hundred words of full names in our own sentences, so many are taken for words that no list knows.
const PART_PERCENT: usize = 15;
/// Of a hundred names of one word.
const ALONE_PERCENT: usize = 3;
/// Of a hundred other words.
const AROUND_PERCENT: usize = 8;
/// Of a hundred words in our own sentences, so many are judged without the traits that name the word itself.
const BLIND_PERCENT: usize = 30;
/// One weight in so many is too heavy for its byte.
const CLIPPED: usize = 4_000;

/// A line of a sentence as the tagger sees it.
pub(crate) struct Line {
    words: Vec<Word>,
    gold: Vec<u8>,
    /// The open words and their rows.
    open: Vec<(usize, Vec<u32>)>,
}

/// The lines of a sentence. Some names are made unknown, if wanted.
pub(crate) fn lines(sample: &Sample, lexicon: &[[u8; BUCKET * 4]], blind: Option<&mut Dice>) -> Vec<Line> {
    let text = sample.text.as_bytes();
    let (mut words, mut at, mut found, mut blind) = (Vec::new(), 0, Vec::new(), blind);
    while at < text.len() {
        let line = at..model::line_end(text, at, text.len());
        let (context, end) = model::read_line(lexicon, text, &line, &mut words);
        at = end;
        let mut gold: Vec<u8> = labels(&words, sample);
        gold.iter_mut().take(context).for_each(|label| *label = OUTSIDE);
        if let Some(dice) = blind.as_deref_mut() {
            hide(&mut words, &gold, dice);
        }
        let tone = tone_of(words.get(context..).unwrap_or_default());
        let places = (context..words.len()).filter(|at| words.get(*at).is_some_and(is_open));
        let open = places.map(|at| (at, rows(&words, at, tone, blind.as_deref_mut()))).collect();
        found.push(Line { words: words.clone(), gold, open });
    }
    found
}

/// The rows of a word; in our own sentences often without those that know the word itself.
fn rows(words: &[Word], at: usize, tone: Tone, blind: Option<&mut Dice>) -> Vec<u32> {
    let rows: [u32; TRAITS] = features::rows(words, at, tone);
    let blind = blind.is_some_and(|dice| dice.percent(BLIND_PERCENT));
    let kept = rows.iter().enumerate().filter(|(id, _)| !blind || !OWN_TRAITS.contains(id));
    kept.map(|(_, row)| *row).collect()
}
/// Takes what the lexicon knows away: often of a part of a full name, seldom of a name that stands alone; and of some words
/// around, since texts hold words that no list does.
fn hide(words: &mut [Word], gold: &[u8], dice: &mut Dice) {
    for at in 0..words.len() {
        let label = gold.get(at).copied().unwrap_or(OUTSIDE);
        let alone = label == PERSON && gold.get(at + 1) != Some(&PERSON_ON);
        let (share, kept) = match label {
            OUTSIDE => (AROUND_PERCENT, !0xFF),
            PERSON if alone => (ALONE_PERCENT, !0x0F),
            PERSON | PERSON_ON => (PART_PERCENT, !0x0F),
            _ => (0, 0),
        };
        if dice.percent(share)
            && let Some(word) = words.get_mut(at)
        {
            word.class &= kept;
        }
    }
}

/// The right labels; words that are never looked at have none.
fn labels(words: &[Word], sample: &Sample) -> Vec<u8> {
    let mut before: Option<usize> = None;
    let mut found = Vec::with_capacity(words.len());
    for word in words {
        let span = sample.spans.iter().position(|(start, end, _)| *start < word.end && word.start < *end);
        let label =
            span.filter(|_| is_open(word)).and_then(|at| sample.spans.get(at)).map_or(OUTSIDE, |span| span.2);
        let goes_on = span.is_some() && before == span;
        found.push(match label {
            PERSON if goes_on && !PARTS.contains(&word.gap) => PERSON_ON,
            ADDRESS if goes_on => ADDRESS_ON,
            _ => label,
        });
        before = span.filter(|_| label != OUTSIDE);
    }
    found
}

/// Weights while they are learned: the present ones, and their sum weighted by the step at which they changed.
struct Weights {
    rows: Vec<[i32; LABELS]>,
    row_sums: Vec<[i64; LABELS]>,
    steps: Box<Steps>,
    step_sums: Vec<i64>,
    clock: i64,
}

impl Weights {
    fn new() -> Self {
        Self {
            rows: vec![[0; LABELS]; 1 << ROWS_LOG2],
            row_sums: vec![[0; LABELS]; 1 << ROWS_LOG2],
            steps: possible_steps(),
            step_sums: vec![0; GAPS * LABELS * LABELS],
            clock: 1,
        }
    }

    fn scores(&self, line: &Line, scores: &mut Vec<[i32; LABELS]>) {
        scores.clear();
        scores.resize(line.words.len(), model::closed());
        for (at, rows) in &line.open {
            let Some(place) = scores.get_mut(*at) else { continue };
            let mut sum = [MARGIN; LABELS];
            if let Some(right) = line.gold.get(*at).and_then(|label| sum.get_mut(usize::from(*label))) {
                *right = 0;
            }
            for weights in rows.iter().filter_map(|row| self.rows.get(*row as usize)) {
                sum.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += weight);
            }
            *place = sum;
        }
    }

    /// Moves the weights of a line from the labels found to the right ones.
    fn learn(&mut self, line: &Line, found: &[u8]) {
        for (at, rows) in &line.open {
            let (Some(right), Some(wrong)) = (line.gold.get(*at), found.get(*at)) else { continue };
            if right != wrong {
                rows.iter()
                    .for_each(|row| self.move_row(*row as usize, usize::from(*right), usize::from(*wrong)));
            }
        }
        let mut before = (OUTSIDE, OUTSIDE);
        for ((word, right), wrong) in line.words.iter().zip(&line.gold).zip(found) {
            if (before.0, *right) != (before.1, *wrong) {
                self.move_step(word, before.0, *right, 1);
                self.move_step(word, before.1, *wrong, -1);
            }
            before = (*right, *wrong);
        }
    }

    fn move_row(&mut self, row: usize, right: usize, wrong: usize) {
        let (Some(weights), Some(sums)) = (self.rows.get_mut(row), self.row_sums.get_mut(row)) else {
            return;
        };
        for (label, delta) in [(right, 1_i32), (wrong, -1)] {
            if let (Some(weight), Some(sum)) = (weights.get_mut(label), sums.get_mut(label)) {
                *weight += delta;
                *sum += self.clock * i64::from(delta);
            }
        }
    }

    fn move_step(&mut self, word: &Word, from: u8, to: u8, delta: i32) {
        let (gap, to, from) = (word.gap as usize, usize::from(to), usize::from(from));
        let weight =
            self.steps.get_mut(gap).and_then(|step| step.get_mut(to)).and_then(|step| step.get_mut(from));
        if let (Some(weight), Some(sum)) =
            (weight, self.step_sums.get_mut((gap * LABELS + to) * LABELS + from))
        {
            *weight += delta;
            *sum += self.clock * i64::from(delta);
        }
    }

    /// The average of a weight over all steps, in 256ths.
    fn average(&self, weight: i32, sum: i64) -> i64 {
        (i64::from(weight) * self.clock - sum) * 256 / self.clock
    }

    /// The average that becomes 127: one weight in `CLIPPED` is heavier.
    fn full_weight(&self) -> i64 {
        let pairs = self.rows.iter().flatten().zip(self.row_sums.iter().flatten());
        let mut heights: Vec<i64> = pairs.map(|(weight, sum)| self.average(*weight, *sum).abs()).collect();
        heights.retain(|height| *height > 0);
        heights.sort_unstable();
        heights.get(heights.len() - heights.len() / CLIPPED).copied().unwrap_or(256)
    }

    fn bytes(&self, lexicon: &[u8]) -> Vec<u8> {
        let full = self.full_weight();
        let scaled = |weight: i32, sum: i64| self.average(weight, sum) * 127 / full;
        let mut bytes = Vec::with_capacity(MAGIC.len() + STEPS_BYTES + lexicon.len() + ROWS_BYTES);
        bytes.extend_from_slice(MAGIC);
        for (weight, sum) in self.steps.iter().flatten().flatten().zip(&self.step_sums) {
            let weight = scaled(*weight, *sum).clamp(-30_000, 30_000) as i16;
            bytes.extend_from_slice(&weight.to_le_bytes());
        }
        bytes.extend_from_slice(lexicon);
        for (weight, sum) in self.rows.iter().flatten().zip(self.row_sums.iter().flatten()) {
            bytes.push((scaled(*weight, *sum).clamp(-127, 127) as i8).cast_unsigned());
        }
        bytes
    }
}

/// No step goes on with what was not begun, nor with a person over the end of a sentence, a line or a field.
fn possible_steps() -> Box<Steps> {
    let mut steps: Box<Steps> = Box::new([[[0; LABELS]; LABELS]; GAPS]);
    for (gap, step) in steps.iter_mut().enumerate() {
        let parted = PARTS.iter().any(|part| *part as usize == gap);
        for (to, from) in [(PERSON_ON, PERSON), (ADDRESS_ON, ADDRESS)] {
            let row = step.get_mut(usize::from(to)).into_iter().flat_map(|row| (0_u8..).zip(row.iter_mut()));
            for (label, weight) in row {
                let goes_on = label == from || label == to;
                if !goes_on || (parted && to == PERSON_ON) {
                    *weight = IMPOSSIBLE;
                }
            }
        }
    }
    steps
}

/// Learns from all lines; answers the bytes of the file.
pub(crate) fn learn(
    lines: &mut [Line],
    lexicon: &[u8],
    dice: &mut Dice,
    say: &mut dyn FnMut(String),
) -> Vec<u8> {
    let mut weights = Weights::new();
    let (mut scores, mut path) = (Vec::new(), Path::default());
    for epoch in 1..=EPOCHS {
        dice.shuffle(lines);
        let mut wrong = 0_usize;
        for line in lines.iter() {
            weights.scores(line, &mut scores);
            model::best_path(&scores, &line.words, &model::turned(&weights.steps), &mut path);
            if path.labels != line.gold {
                weights.learn(line, &path.labels);
                wrong += 1;
            }
            weights.clock += 1;
        }
        say(format!("epoch {epoch}: {wrong} of {} lines not clearly right", lines.len()));
    }
    weights.bytes(lexicon)
}

#[cfg(test)]
mod tests {
    use super::super::names::lexicon::LEXICON_BYTES;
    use super::super::names::{Desk, Tagger};
    use super::*;

    fn sample(before: &str, name: &str, after: &str) -> Sample {
        let mut sample = Sample::default();
        sample.push(before, OUTSIDE);
        sample.push(name, PERSON);
        sample.push(after, OUTSIDE);
        sample
    }

    /// Trains on a few sentences that nobody had to choose.
    fn trained() -> Vec<u8> {
        let lexicon = vec![0; LEXICON_BYTES];
        let names = ["Ann Lee", "Bo Kim", "Cy Roe", "Di Fox"];
        let mut samples: Vec<Sample> =
            names.iter().map(|name| sample("my name is ", name, " today")).collect();
        samples.extend(["Red Car", "Old Box"].map(|thing| sample(&format!("buy the {thing} today"), "", "")));
        let mut dice = Dice::new(1);
        let mut all: Vec<Line> =
            samples.iter().flat_map(|sample| lines(sample, lexicon.as_chunks().0, None)).collect();
        learn(&mut all, &lexicon, &mut dice, &mut |_| {})
    }

    #[test]
    fn training_twice_makes_the_same_bytes_and_they_work() {
        let bytes = trained();
        assert_eq!(bytes, trained());
        let tagger = Tagger::parse(&bytes).unwrap();
        for (text, wanted) in [("my name is Jo Day today", vec![(11, 17)]), ("buy the Big Hat today", vec![])]
        {
            let (mut found, mut desk) = (Vec::new(), Desk::default());
            tagger.tag(text.as_bytes(), 0..text.len(), &mut desk, &mut found);
            let found: Vec<_> = found.iter().map(|tagged| (tagged.start, tagged.end)).collect();
            assert_eq!(found, wanted, "{text}");
        }
    }

    #[test]
    fn labels_follow_the_words() {
        let lexicon = vec![0; LEXICON_BYTES];
        let all = lines(&sample("hi ", "Ann Lee", " and x\nAnn"), lexicon.as_chunks().0, None);
        assert_eq!(all[0].gold, [OUTSIDE, PERSON, PERSON_ON, OUTSIDE, OUTSIDE]);
        assert_eq!(all[1].gold, [OUTSIDE, OUTSIDE, OUTSIDE]);
    }
}
