//! How does `sotto` learn what names are? `cargo xtask train names` makes crates/detect/weights/names.bin.
//!
//! Inputs: `target/names/lists.json` (scripts/name_lists.py, pinned packages), the public sets in `../shared/data` or
//! `SOTTO_TEST_DATA`, and our own templates in `xtask/data/names`. Same inputs in, same bytes out: integers, sorted lists,
//! chance from a constant. The tagger's own code is compiled in from `detect`, so that both see the same words and rows.

mod corpora;
mod dice;
mod heldout;
mod known;
mod learn;
mod lists;
mod measure;
#[expect(dead_code, unused_imports, reason = "the door for the rest of `detect` is not used here")]
#[path = "../../../crates/detect/src/names/mod.rs"]
mod names;
mod sentence;
mod vocabulary;

use anyhow::{Context, Result, bail};
use dice::Dice;
use known::Known;
use lists::{Lists, Part, Pool};
use measure::Manner;
use sentence::{Sample, Writer};
use std::path::{Path, PathBuf};

/// Labels that only training knows by name: companies, and works, products and other proper names.
const COMPANY: u8 = 6;
const OTHER: u8 = 7;
const LISTS: &str = "target/names/lists.json";
const WEIGHTS: &str = "crates/detect/weights/names.bin";
/// Languages and how many sentences are made of each template.
const LANGUAGES: &[(&str, usize)] =
    &[("en", 220), ("de", 70), ("fr", 70), ("es", 70), ("pt", 70), ("it", 70)];
/// How often the real messages are seen beside the sentences.
const MESSAGE_COPIES: usize = 6;
/// How sure the tagger must be where it is measured.
const MARGIN_MIN: i32 = 60;

/// Does what is asked for; false when a comparison fails.
pub(crate) fn run(arguments: &[&str], say: &mut dyn FnMut(String)) -> Result<bool> {
    let root = root();
    match arguments {
        ["names"] => names(&root, false, say),
        ["names", "--check"] => names(&root, true, say),
        ["sample", language, count] => sample(&root, language, count.parse()?, say),
        ["evaluate", rest @ ..] => evaluate(&root, rest, say),
        _ => bail!(
            "train names [--check], train evaluate [--errors] [--margin=N] [FILE...], or train sample LANGUAGE COUNT"
        ),
    }
}

/// The root of the workspace, when cargo runs this; the present folder otherwise.
fn root() -> PathBuf {
    let folder = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    folder.and_then(|folder| folder.parent().map(Path::to_path_buf)).unwrap_or_else(|| PathBuf::from("."))
}

/// Trains and writes; with `check`, compares with the file in the repository instead.
#[expect(clippy::disallowed_methods, reason = "what was cut short is made again by the same command")]
fn names(root: &Path, check: bool, say: &mut dyn FnMut(String)) -> Result<bool> {
    let bytes = train(root, say)?;
    let path = root.join(WEIGHTS);
    if check {
        let same = std::fs::read(&path)? == bytes;
        say(format!(
            "{WEIGHTS}: {}",
            if same { "the same bytes" } else { "differs from what training makes" }
        ));
        return Ok(same);
    }
    std::fs::write(&path, &bytes)?;
    say(format!("{WEIGHTS}: {} bytes", bytes.len()));
    evaluate(root, &[], say)
}

/// Measures the weights of the repository on the development parts of public sets, or on these files.
fn evaluate(root: &Path, arguments: &[&str], say: &mut dyn FnMut(String)) -> Result<bool> {
    let mut manner = Manner { errors: false, margin_min: MARGIN_MIN };
    let mut files: Vec<PathBuf> = Vec::new();
    for argument in arguments {
        match argument.split_once('=') {
            _ if *argument == "--errors" => manner.errors = true,
            Some(("--margin", margin)) => manner.margin_min = margin.parse()?,
            _ => files.push(PathBuf::from(argument)),
        }
    }
    if files.is_empty() {
        let data = data_folder(root)?;
        files =
            ["sgd_dev", "wnut17_dev"].iter().map(|name| data.join(format!("pii-dev/{name}.jsonl"))).collect();
    }
    let bytes = std::fs::read(root.join(WEIGHTS))?;
    let tagger = names::Tagger::parse(&bytes).context("the file of weights is damaged")?;
    for file in files {
        measure::file(&tagger, &file, manner, say)?;
    }
    Ok(true)
}

/// Prints held-out texts with their labels.
fn sample(root: &Path, language: &str, count: usize, say: &mut dyn FnMut(String)) -> Result<bool> {
    let lists = Lists::read(&root.join(LISTS))?;
    for sample in heldout::samples(root, &lists, language, count)? {
        say(heldout::line(&sample));
    }
    Ok(true)
}

fn data_folder(root: &Path) -> Result<PathBuf> {
    let folder =
        std::env::var_os("SOTTO_TEST_DATA").map_or_else(|| root.join("../shared/data"), PathBuf::from);
    if !folder.is_dir() {
        bail!("the public sets are missing: name their folder in SOTTO_TEST_DATA");
    }
    Ok(folder)
}

fn templates(root: &Path, language: &str) -> Result<Vec<String>> {
    let path = root.join(format!("xtask/data/names/{language}.txt"));
    let text = std::fs::read_to_string(&path).with_context(|| format!("{} is missing", path.display()))?;
    Ok(text.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")).map(str::to_owned).collect())
}

fn train(root: &Path, say: &mut dyn FnMut(String)) -> Result<Vec<u8>> {
    let lists = Lists::read(&root.join(LISTS))?;
    let data = data_folder(root)?;
    let mut dice = Dice::new(2017);
    let mut known = Known::new(&lists);
    let nameless = corpora::nameless(&data)?;
    let own = own_sentences(root, &lists, &mut known, &mut dice)?;
    learn_words(&mut known, &nameless);
    let (lexicon, lost) = known.bytes();
    let buckets = lexicon.as_chunks().0;
    let is_first = |word: &str| {
        names::lexicon::Class(names::lexicon::class_of(buckets, known::hash_of(word))).first() > 0
    };
    let messages = corpora::messages(&data)?;
    let requests = corpora::requests(&data, is_first)?;
    say(format!(
        "{} own sentences, {} messages, {} requests, {} without names; {lost} words did not fit",
        own.len(),
        messages.len(),
        requests.len(),
        nameless.len()
    ));
    let mut lines: Vec<learn::Line> = Vec::new();
    let nameless: Vec<Sample> = nameless.iter().map(|sample| vary(sample, &own, &mut dice)).collect();
    for sample in &own {
        let sample = vary_own(sample, &own, &mut dice);
        lines.extend(learn::lines(&sample, buckets, Some(&mut dice)));
    }
    for (samples, copies) in [(&messages, MESSAGE_COPIES), (&requests, 1), (&nameless, 1)] {
        for sample in samples {
            (0..copies).for_each(|_| lines.extend(learn::lines(sample, buckets, None)));
        }
    }
    Ok(learn::learn(&mut lines, &lexicon, &mut dice, say))
}

/// A request without names as people write it: often as it stands, else with care, in a dialogue, beside another sentence.
fn vary(sample: &Sample, own: &[Sample], dice: &mut Dice) -> Sample {
    if dice.percent(30) {
        return sample.clone();
    }
    let sample = Sample { text: sentence::careful(&sample.text, dice), spans: Vec::new() };
    match dice.below(3) {
        0 => sample,
        1 => sentence::spoken(&sample, dice),
        _ => vary_own(&sample, own, dice),
    }
}

/// One of our sentences by itself, as a turn of a dialogue, or beside another one.
fn vary_own(sample: &Sample, own: &[Sample], dice: &mut Dice) -> Sample {
    match dice.below(10) {
        0..5 => sample.clone(),
        5..7 => sentence::spoken(sample, dice),
        _ => {
            let others = (0..20).filter_map(|_| own.get(dice.below(own.len())));
            let low = sentence::is_low(&sample.text);
            let other =
                others.into_iter().find(|other| sentence::is_low(&other.text) == low).unwrap_or(sample);
            let (sample, other) = (sentence::spoken(sample, dice), sentence::spoken(other, dice));
            sentence::joined(&sample, &other, dice)
        }
    }
}

fn own_sentences(root: &Path, lists: &Lists, known: &mut Known, dice: &mut Dice) -> Result<Vec<Sample>> {
    for line in templates(root, "common")? {
        line.split(' ').for_each(|word| known.add_usual(word));
    }
    let abroad = Pool::new(lists, "en", Part::Training);
    let mut samples = Vec::new();
    for (language, copies) in LANGUAGES {
        let pool = Pool::new(lists, language, Part::Training);
        let writer = Writer { language, pool: &pool, abroad: &abroad, held_out: false };
        for template in templates(root, language)? {
            for word in template.split(|letter: char| !letter.is_alphabetic() && letter != '{') {
                if word.chars().next().is_some_and(char::is_lowercase) {
                    known.add_common(word, 2);
                }
            }
            samples.extend((0..*copies).map(|_| writer.write(&template, dice)));
        }
    }
    Ok(samples)
}

/// Words that nameless requests use often are common.
fn learn_words(known: &mut Known, samples: &[Sample]) {
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    for sample in samples {
        for word in sample.text.split(|letter: char| !letter.is_alphabetic()) {
            if word.chars().next().is_some_and(char::is_lowercase) {
                *counts.entry(word).or_default() += 1;
            }
        }
    }
    for (word, count) in counts {
        if count >= 4 && word.len() > 1 {
            known.add_common(word, if count >= 40 { 3 } else { 2 });
        }
    }
}
