//! How good is the reader of utterances? Accuracy of intents, F1 of slots, out of scope, and speed, on public sets.
//!
//! `cargo run --release -p xtask -- nlu evaluate [--shots N] [--seeds N] [--errors] [SET=PATH ...]` runs this. A set is a folder:
//! with `train.csv` and `test.csv` (text and category), with `data_full.json` (CLINC150's form), or with `train` and `test` that
//! hold `seq.in`, `seq.out` and `label` (so ATIS and Snips). Without sets those of the shared data are read. Test parts are
//! measured on, never learned from.

use sotto_conversation::Words;
use sotto_conversation::bot::Name;
use sotto_conversation::nlu::{
    Example, IntentLesson, Interpretation, Lesson, Listener, SlotLesson, TypeLesson, Understand, train,
};
use sotto_conversation::slot::{Moment, Resolver, Setting};
use sotto_sensitive::RawText;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

type Failure = Box<dyn std::error::Error>;

/// An utterance with its intent and its values: first byte, last byte, slot.
#[derive(Clone, Debug)]
struct Labelled {
    text: String,
    intent: String,
    spans: Vec<(usize, usize, String)>,
}

/// A public set.
#[derive(Default)]
struct Set {
    train: Vec<Labelled>,
    test: Vec<Labelled>,
    /// Utterances that no intent covers.
    outside: Vec<Labelled>,
}

struct Options {
    shots: Vec<usize>,
    seeds: u64,
    errors: bool,
    sets: Vec<(String, PathBuf)>,
}

fn main() -> Result<(), Failure> {
    let options = options(std::env::args().skip(1))?;
    for (name, path) in &options.sets {
        let set = read(path)?;
        for shots in &options.shots {
            evaluate(name, &set, *shots, &options)?;
        }
    }
    Ok(())
}

fn options(mut arguments: impl Iterator<Item = String>) -> Result<Options, Failure> {
    let mut options = Options { shots: Vec::new(), seeds: 1, errors: false, sets: Vec::new() };
    while let Some(argument) = arguments.next() {
        let mut number =
            || arguments.next().ok_or("a number is missing")?.parse::<usize>().map_err(Failure::from);
        match argument.as_str() {
            "--shots" => options.shots.push(number()?),
            "--seeds" => options.seeds = number()? as u64,
            "--errors" => options.errors = true,
            _ => {
                let (name, path) = argument.split_once('=').ok_or("a set is given as NAME=PATH")?;
                options.sets.push((name.to_owned(), PathBuf::from(path)));
            }
        }
    }
    if options.sets.is_empty() {
        let data = std::env::var("SOTTO_TEST_DATA").unwrap_or_else(|_| "../shared/data".to_owned());
        let sets = ["snips", "banking77", "clinc150"];
        options.sets =
            sets.iter().map(|set| ((*set).to_owned(), Path::new(&data).join("nlu").join(set))).collect();
    }
    if options.shots.is_empty() {
        options.shots.push(0);
    }
    Ok(options)
}

fn read(path: &Path) -> Result<Set, Failure> {
    if path.join("data_full.json").exists() {
        return clinc(&path.join("data_full.json"));
    }
    if path.join("train.csv").exists() {
        let (train, test) = (csv(&path.join("train.csv"))?, csv(&path.join("test.csv"))?);
        return Ok(Set { train, test, outside: Vec::new() });
    }
    let (train, test) = (sequences(&path.join("train"))?, sequences(&path.join("test"))?);
    Ok(Set { train, test, outside: Vec::new() })
}

fn clinc(path: &Path) -> Result<Set, Failure> {
    let parts: BTreeMap<String, Vec<(String, String)>> = serde_json::from_slice(&std::fs::read(path)?)?;
    let part = |name: &str| -> Vec<Labelled> {
        let lines = parts.get(name).map_or(&[][..], Vec::as_slice);
        lines.iter().map(|(text, intent)| labelled(text, intent)).collect()
    };
    Ok(Set { train: part("train"), test: part("test"), outside: part("oos_test") })
}

fn labelled(text: &str, intent: &str) -> Labelled {
    Labelled { text: text.to_owned(), intent: intent.to_owned(), spans: Vec::new() }
}

/// A table of text and category; quotes double inside of quotes (RFC 4180).
fn csv(path: &Path) -> Result<Vec<Labelled>, Failure> {
    let text = std::fs::read_to_string(path)?;
    let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => field.extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            '\r' if !quoted => {}
            _ => field.push(letter),
        }
    }
    let fields = rows.iter().skip(1).filter_map(|row| Some((row.first()?, row.get(1)?)));
    Ok(fields.map(|(text, intent)| labelled(text.trim(), intent)).collect())
}

fn sequences(folder: &Path) -> Result<Vec<Labelled>, Failure> {
    let file = |name: &str| std::fs::read_to_string(folder.join(name));
    let (words, tags, labels) = (file("seq.in")?, file("seq.out")?, file("label")?);
    let lines = words.lines().zip(tags.lines()).zip(labels.lines());
    Ok(lines.map(|((words, tags), intent)| sequence(words, tags, intent.trim())).collect())
}

/// Words and their tags (`B-`, `I-`, `O`) as a text with spans.
fn sequence(words: &str, tags: &str, intent: &str) -> Labelled {
    let mut one = labelled("", intent);
    for (word, tag) in words.split_whitespace().zip(tags.split_whitespace()) {
        if !one.text.is_empty() {
            one.text.push(' ');
        }
        let start = one.text.len();
        one.text.push_str(word);
        let end = one.text.len();
        match (tag.split_once('-'), one.spans.last_mut()) {
            (Some(("I", slot)), Some(last)) if last.2 == slot && last.1 + 1 == start => last.1 = end,
            (Some((_, slot)), _) => one.spans.push((start, end, slot.to_owned())),
            (None, _) => {}
        }
    }
    one
}

/// Some samples of each intent; 0 means all.
fn draw(all: &[Labelled], shots: usize, seed: u64) -> Vec<Labelled> {
    let mut groups: BTreeMap<&str, Vec<&Labelled>> = BTreeMap::new();
    all.iter().for_each(|one| groups.entry(&one.intent).or_default().push(one));
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut drawn = Vec::new();
    for group in groups.values_mut() {
        for at in (1..group.len()).rev() {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            group.swap(at, (state % (at as u64 + 1)) as usize);
        }
        let count = if shots == 0 { group.len() } else { shots };
        drawn.extend(group.iter().take(count).map(|one| (*one).clone()));
    }
    drawn
}

/// A name as bots allow it: letters, digits, single underscores.
fn name(text: &str) -> Result<Name, Failure> {
    let words: Vec<&str> =
        text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    Ok(Name::parse(&words.join("_"))?)
}

fn lesson(samples: &[Labelled]) -> Result<Lesson, Failure> {
    let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for one in samples {
        for (start, end, slot) in &one.spans {
            values.entry(slot).or_default().extend(one.text.get(*start..*end));
        }
    }
    let kinds: Vec<&str> = values.keys().copied().collect();
    let types = values.iter().map(|(slot, values)| {
        let words: Vec<Words> = values.iter().map(|value| Words::from(*value)).collect();
        TypeLesson { name: format!("{slot}Type"), resolver: Resolver::listing(words.iter()) }
    });
    let types = types.collect();
    let mut groups: BTreeMap<&str, Vec<&Labelled>> = BTreeMap::new();
    samples.iter().for_each(|one| groups.entry(&one.intent).or_default().push(one));
    let intents = groups.iter().map(|(intent, group)| intent_lesson(intent, group, &kinds));
    Ok(Lesson { locale: "en_US".to_owned(), intents: intents.collect::<Result<_, Failure>>()?, types })
}

fn intent_lesson(intent: &str, group: &[&Labelled], kinds: &[&str]) -> Result<IntentLesson, Failure> {
    let own: BTreeSet<&str> =
        group.iter().flat_map(|one| one.spans.iter().map(|span| span.2.as_str())).collect();
    let own: Vec<&str> = own.into_iter().collect();
    let slots = own.iter().map(|slot| {
        let kind = kinds.iter().position(|kind| kind == slot).unwrap_or(0);
        Ok(SlotLesson { name: name(slot)?, kind, samples: Vec::new(), is_list: true, parts: Vec::new() })
    });
    let place = |slot: &str| own.iter().position(|one| *one == slot).unwrap_or(0);
    let example = |one: &&Labelled| Example {
        text: Words::from(one.text.as_str()),
        spans: one.spans.iter().map(|(start, end, slot)| (*start, *end, place(slot))).collect(),
    };
    Ok(IntentLesson {
        name: name(intent)?,
        samples: Vec::new(),
        examples: group.iter().map(example).collect(),
        slots: slots.collect::<Result<_, Failure>>()?,
    })
}

/// What was counted.
#[derive(Default)]
struct Tally {
    right: usize,
    all: usize,
    hits: usize,
    gold: usize,
    found: usize,
    whole: usize,
}

fn evaluate(name: &str, set: &Set, shots: usize, options: &Options) -> Result<(), Failure> {
    for seed in 1..=options.seeds {
        let samples = draw(&set.train, shots, seed);
        let lesson = Arc::new(lesson(&samples)?);
        let begun = Instant::now();
        let model = train(&lesson, seed);
        let learned = begun.elapsed();
        let bytes = model.to_bytes().length();
        let listener = Listener::new(lesson, model)?;
        let mut times = Vec::new();
        let tally = measure(&listener, set, options, &mut times)?;
        times.sort_unstable();
        let at = |share: usize| {
            times.get(times.len().saturating_sub(1) * share / 100).copied().unwrap_or_default()
        };
        let f1 = 200.0 * tally.hits as f64 / (tally.gold + tally.found).max(1) as f64;
        let all = tally.all.max(1) as f64;
        say(&format!(
            "{name} shots={shots} seed={seed} samples={} intent={:.2} slot_f1={} sentence={:.2} learn={:.1}s p50={:?} p99={:?} model={:.1}MB stored={:.1}MB{}",
            samples.len(),
            100.0 * tally.right as f64 / all,
            if tally.gold > 0 { format!("{f1:.2}") } else { "-".to_owned() },
            100.0 * tally.whole as f64 / all,
            learned.as_secs_f64(),
            at(50),
            at(99),
            listener.model_bytes() as f64 / 1e6,
            bytes as f64 / 1e6,
            outside(&listener, set),
        ))?;
    }
    Ok(())
}

fn understand(listener: &Listener, text: &str) -> Option<Interpretation> {
    let setting = Setting::at(Moment { unix_s: 1_767_225_600, offset_s: 0 }, "en_US");
    listener.understand(&RawText::new(text.to_owned()), &setting, &|_| true).into_iter().next()
}

fn measure(
    listener: &Listener,
    set: &Set,
    options: &Options,
    times: &mut Vec<Duration>,
) -> Result<Tally, Failure> {
    let mut tally = Tally::default();
    for one in &set.test {
        let begun = Instant::now();
        let found = understand(listener, &one.text);
        times.push(begun.elapsed());
        let wanted = name(&one.intent)?;
        let right = found.as_ref().is_some_and(|found| found.intent == wanted);
        let slots = found.as_ref().map_or(&[][..], |found| &found.slots);
        let mut hits = 0;
        for (start, end, slot) in &one.spans {
            let slot = name(slot)?;
            hits += usize::from(
                slots.iter().any(|(other, value)| *other == slot && value.place == (*start, *end)),
            );
        }
        tally.all += 1;
        tally.right += usize::from(right);
        tally.hits += hits;
        tally.gold += one.spans.len();
        tally.found += slots.len();
        let whole = right && hits == one.spans.len() && hits == slots.len();
        tally.whole += usize::from(whole);
        if options.errors && !whole {
            let found = found.as_ref().map(|found| (found.intent.as_str(), found.confidence));
            let places: Vec<_> = slots.iter().map(|(slot, value)| (slot.as_str(), value.place)).collect();
            say(&format!(
                "  {}\n    wanted {} {:?}\n    found {found:?} {places:?}",
                one.text, one.intent, one.spans
            ))?;
        }
    }
    Ok(tally)
}

/// How well confidence parts what is in scope from what is not: the share refused at thresholds.
fn outside(listener: &Listener, set: &Set) -> String {
    if set.outside.is_empty() {
        return String::new();
    }
    let sure = |part: &[Labelled]| -> Vec<f64> {
        part.iter().map(|one| understand(listener, &one.text).map_or(0.0, |found| found.confidence)).collect()
    };
    let (inside, outside) = (sure(&set.test), sure(&set.outside));
    let refused = |part: &[f64], below: f64| {
        100.0 * part.iter().filter(|sure| **sure < below).count() as f64 / part.len().max(1) as f64
    };
    let wins: usize = outside.iter().map(|out| inside.iter().filter(|inside| *inside > out).count()).sum();
    let ties: usize = outside.iter().map(|out| inside.iter().filter(|inside| *inside == out).count()).sum();
    let auc = (wins as f64 + ties as f64 / 2.0) / (inside.len() * outside.len()).max(1) as f64;
    let at = [0.3, 0.4, 0.5, 0.6, 0.7]
        .map(|below| format!("{below}:{:.0}/{:.0}", refused(&outside, below), refused(&inside, below)));
    format!(" outside_auc={auc:.3} refused(out/in)={}", at.join(" "))
}

fn say(line: &str) -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
