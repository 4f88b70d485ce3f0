//! Which public sets does training read, beside sentences of our own? Training parts only, of licences that allow it.
//!
//! WNUT 2017 (CC BY 4.0) brings real messages with persons, places and companies; snips (CC0) requests in small letters
//! with artists and cities; CLINC150 (CC BY 3.0) and Banking77 (CC BY 4.0) requests that hold no names at all.

use super::names::model::{OUTSIDE, PERSON, PLACE};
use super::sentence::Sample;
use super::{COMPANY, OTHER};
use anyhow::{Context, Result};
use std::path::Path;

fn read(folder: &Path, name: &str) -> Result<String> {
    std::fs::read_to_string(folder.join(name)).with_context(|| format!("the public set {name} is missing"))
}

/// A sentence of words with labels such as `B-person`, joined by blanks.
fn sentence<'a>(words: impl Iterator<Item = (&'a str, &'a str)>, label_of: impl Fn(&str) -> u8) -> Sample {
    let mut sample = Sample::default();
    let mut before = "O";
    for (word, mark) in words {
        let label = label_of(mark.get(2..).unwrap_or_default());
        let continues = mark.starts_with("I-") && mark.get(1..) == before.get(1..);
        if !sample.text.is_empty() {
            sample.text.push(' ');
        }
        match sample.spans.last().copied() {
            Some((start, _, last)) if continues && last == label => {
                sample.text.push_str(word);
                sample.spans.pop();
                sample.spans.push((start, sample.text.len(), last));
            }
            _ => sample.push(word, label),
        }
        before = mark;
    }
    sample
}

/// Messages with persons and other names.
pub(crate) fn messages(folder: &Path) -> Result<Vec<Sample>> {
    let text = read(folder, "pii-train/wnut17train.conll")?;
    let label_of = |name: &str| match name {
        "person" => PERSON,
        "location" => PLACE,
        "corporation" | "group" => COMPANY,
        "creative-work" | "product" => OTHER,
        _ => OUTSIDE,
    };
    let blocks = text.split("\n\t\n").flat_map(|block| block.split("\n\n"));
    let lines = |block: &'_ str| {
        block
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .map(|(word, mark)| (word.to_owned(), mark.to_owned()))
            .collect::<Vec<_>>()
    };
    let samples = blocks.map(lines).filter(|words| !words.is_empty());
    Ok(samples
        .map(|words| {
            sentence(
                words
                    .iter()
                    .map(|(word, mark)| (word.as_str(), mark.as_str()))
                    .filter(|(word, _)| !word.is_empty()),
                label_of,
            )
        })
        .collect())
}

/// Requests with artists, cities and titles; `is_first` knows first names.
pub(crate) fn requests(folder: &Path, is_first: impl Fn(&str) -> bool) -> Result<Vec<Sample>> {
    let (words, marks) = (read(folder, "nlu/snips/train/seq.in")?, read(folder, "nlu/snips/train/seq.out")?);
    let pairs = words
        .lines()
        .zip(marks.lines())
        .filter(|(_, marks)| !marks.contains("entity_name") && !marks.contains("geographic_poi"));
    let samples = pairs.filter_map(|(words, marks)| {
        let mut artist = false;
        let pairs: Vec<(&str, &str)> = words.split_whitespace().zip(marks.split_whitespace()).collect();
        let named = pairs.iter().any(|(word, mark)| {
            artist |= *mark == "B-artist";
            *mark == "B-artist" && is_first(word)
        });
        let label_of = |name: &str| match name {
            "artist" => PERSON,
            "city" | "state" | "country" => PLACE,
            "restaurant_name" | "location_name" | "poi" => COMPANY,
            "album" | "track" | "movie_name" | "object_name" => OTHER,
            _ => OUTSIDE,
        };
        (!artist || named).then(|| sentence(pairs.into_iter(), label_of))
    });
    Ok(samples.collect())
}

/// Requests without names.
pub(crate) fn nameless(folder: &Path) -> Result<Vec<Sample>> {
    let banking = read(folder, "nlu/banking77/train.csv")?;
    let rows = banking.lines().skip(1).filter_map(|line| line.rsplit_once(','));
    let mut texts: Vec<String> = rows.map(|(text, _)| text.trim_matches('"').to_owned()).collect();
    let clinc: serde_json::Value = serde_json::from_str(&read(folder, "nlu/clinc150/data_full.json")?)?;
    for pair in clinc.get("train").and_then(serde_json::Value::as_array).into_iter().flatten() {
        let part = |at: usize| pair.get(at).and_then(serde_json::Value::as_str).unwrap_or_default();
        if !matches!(
            part(1),
            "user_name"
                | "change_user_name"
                | "change_ai_name"
                | "make_call"
                | "text"
                | "calendar_update"
                | "who_made_you"
        ) {
            texts.push(part(0).to_owned());
        }
    }
    Ok(texts.into_iter().map(|text| Sample { text, spans: Vec::new() }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_words_become_places_in_a_text() {
        let label_of = |name: &str| if name == "person" { PERSON } else { OUTSIDE };
        let words =
            [("Hi", "O"), ("Ann", "B-person"), ("Lee", "I-person"), ("Bo", "B-person"), ("x", "B-product")];
        let sample = sentence(words.into_iter(), label_of);
        assert_eq!(sample.text, "Hi Ann Lee Bo x");
        assert_eq!(sample.spans, [(3, 10, PERSON), (11, 13, PERSON)]);
    }
}
