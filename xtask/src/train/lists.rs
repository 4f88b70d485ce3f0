//! Which names, places and words does training know? Those of `target/names/lists.json`, which
//! `scripts/name_lists.py` writes from pinned packages.
//!
//! One name in seven is held out: training makes no sentence with it, so that held-out sentences can be made of names that
//! no sentence taught. The lexicon holds all of them, as it does for whoever uses it.

use super::dice::Dice;
use super::known::hash_of;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

type Weighted = Vec<(String, f64)>;

/// The lists as they stand in the file.
#[derive(Deserialize)]
pub(crate) struct Lists {
    pub(crate) first: BTreeMap<String, Weighted>,
    pub(crate) last: BTreeMap<String, Weighted>,
    pub(crate) census_first: Weighted,
    pub(crate) census_last: Weighted,
    pub(crate) english: Vec<(String, u64)>,
    pub(crate) lorem: BTreeMap<String, Weighted>,
    pub(crate) jobs: BTreeMap<String, Weighted>,
    pub(crate) cities: Vec<(String, String, u64)>,
    pub(crate) countries: Vec<String>,
    pub(crate) states: Vec<String>,
    pub(crate) counties: Vec<String>,
}

impl Lists {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("{} is missing: run scripts/name_lists.py", path.display()))?;
        Ok(serde_json::from_str(&text)?)
    }
}

/// Whether a name is kept from training.
pub(crate) fn is_held_out(name: &str) -> bool {
    hash_of(name).is_multiple_of(7)
}

/// Which names a sentence may be made of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Training,
    HeldOut,
}

/// Names to draw from, for one language.
pub(crate) struct Pool {
    /// Names by how often they are drawn: each list with its cumulated weights.
    first: Vec<Urn>,
    last: Vec<Urn>,
    pub(crate) cities: Vec<String>,
    pub(crate) jobs: Vec<String>,
    pub(crate) words: Vec<String>,
}

/// A list from which heavier names are drawn more often.
struct Urn {
    names: Vec<String>,
    sums: Vec<u64>,
}

impl Urn {
    fn new(list: &Weighted, even: bool, part: Part) -> Self {
        let mut urn = Self { names: Vec::new(), sums: Vec::new() };
        let mut sum = 0_u64;
        for (name, weight) in list {
            if is_held_out(name) == (part == Part::HeldOut) && is_usable(name) {
                sum += if even { 1 } else { (weight * 100_000.0) as u64 + 1 };
                urn.names.push(name.clone());
                urn.sums.push(sum);
            }
        }
        urn
    }

    fn draw(&self, dice: &mut Dice) -> Option<&str> {
        let total = *self.sums.last()?;
        let mark = dice.roll() % total;
        let at = self.sums.partition_point(|sum| *sum <= mark);
        self.names.get(at).map(String::as_str)
    }
}

/// One to three words of letters: lists hold other things, too.
fn is_usable(name: &str) -> bool {
    let letters =
        name.chars().all(|letter| letter.is_alphabetic() || matches!(letter, ' ' | '-' | '\'' | '’'));
    letters
        && name.chars().count() >= 2
        && name.split(' ').count() <= 2
        && name.chars().next().is_some_and(char::is_uppercase)
}

/// Locales of a language, the main ones first.
fn locales(language: &str) -> &'static [&'static str] {
    match language {
        "de" => &["de_DE", "de_AT", "de_CH"],
        "fr" => &["fr_FR", "fr_BE", "fr_QC"],
        "es" => &["es_ES", "es_MX", "es_CO", "es_AR", "es_CL"],
        "pt" => &["pt_BR", "pt_PT"],
        "it" => &["it_IT"],
        _ => &["en_US", "en_GB", "en_IE", "en_NZ"],
    }
}

/// Countries of a language, for its cities.
fn countries(language: &str) -> &'static [&'static str] {
    match language {
        "de" => &["DE", "AT", "CH"],
        "fr" => &["FR", "BE", "CA"],
        "es" => &["ES", "MX", "AR", "CO"],
        "pt" => &["BR", "PT"],
        "it" => &["IT"],
        _ => &["US", "GB", "IE", "AU", "CA", "NZ"],
    }
}

impl Pool {
    pub(crate) fn new(lists: &Lists, language: &str, part: Part) -> Self {
        let own = locales(language);
        let urns = |from: &BTreeMap<String, Weighted>, census: &Weighted| {
            let mut urns: Vec<Urn> = own
                .iter()
                .filter_map(|locale| from.get(*locale))
                .map(|list| Urn::new(list, false, part))
                .collect();
            if language == "en" {
                urns.extend([
                    Urn::new(census, false, part),
                    Urn::new(census, false, part),
                    Urn::new(census, true, part),
                ]);
            }
            let others: Weighted = from.values().flatten().cloned().collect();
            urns.push(Urn::new(&others, true, part));
            urns.retain(|urn| !urn.names.is_empty());
            urns
        };
        let jobs = own.iter().filter_map(|locale| lists.jobs.get(*locale)).flatten();
        let lorem =
            own.iter().filter_map(|locale| lists.lorem.get(*locale)).flatten().filter(|_| language != "it");
        let cities = lists.cities.iter().filter(|(name, country, people)| {
            countries(language).contains(&country.as_str())
                && *people > 40_000
                && name.split(' ').count() <= 3
        });
        Self {
            first: urns(&lists.first, &lists.census_first),
            last: urns(&lists.last, &lists.census_last),
            cities: cities.map(|(name, ..)| name.clone()).collect(),
            jobs: jobs
                .map(|(name, _)| name.split(['/', '(', ',']).next().unwrap_or_default().trim().to_owned())
                .collect(),
            words: if language == "en" {
                english(lists)
            } else {
                lorem.map(|(word, _)| word.clone()).collect()
            },
        }
    }

    /// A first name.
    pub(crate) fn first<'a>(&'a self, dice: &mut Dice) -> &'a str {
        draw(&self.first, dice)
    }

    /// A surname.
    pub(crate) fn last<'a>(&'a self, dice: &mut Dice) -> &'a str {
        draw(&self.last, dice)
    }
}

/// Usual English words that nobody is called.
fn english(lists: &Lists) -> Vec<String> {
    let people = lists.first.values().chain(lists.last.values()).flatten().chain(&lists.census_first);
    let often = lists.census_last.iter().filter(|(_, percent)| *percent >= 0.003);
    let taken: BTreeSet<String> = people.chain(often).map(|(name, _)| name.to_lowercase()).collect();
    let cities: BTreeSet<String> = lists.cities.iter().map(|(name, ..)| name.to_lowercase()).collect();
    let usual = lists.english.iter().filter(|(word, count)| *count > 2_000_000 && word.len() > 2);
    let free = usual.filter(|(word, _)| !taken.contains(word) && !cities.contains(word));
    free.map(|(word, _)| word.clone()).collect()
}

fn draw<'a>(urns: &'a [Urn], dice: &mut Dice) -> &'a str {
    urns.get(dice.below(urns.len())).and_then(|urn| urn.draw(dice)).unwrap_or("Kim")
}
