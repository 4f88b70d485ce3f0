//! What is looked for? Options, settings or a policy become one scanner, shared by all threads.
//!
//! A policy document brings the rules of CloudWatch Logs with it: its keyword rule, no published test cards, its
//! identifiers and custom patterns and nothing else. Settings and options bring sotto's own rules.

use crate::args::{DisguisesArg, LookArgs, TestCardsArg};
use crate::config::{Config, DisguisesWord, TestCardsWord, read_text};
use crate::fault::Fault;
use crate::finder::Finder;
use anyhow::Result;
use sotto_detect::{
    Category, CustomIdentifier, Disguises, Mode, RuleInfo, Scanner, ScannerBuilder, Score, Selection,
    Severity, TestCards, catalog,
};
use sotto_protect::policy::{DataProtectionPolicy, EffectivePolicy, ManagedIds};
use sotto_protect::{Column, Columns, Csv, Delimiter, FieldPaths};
use sotto_public::IdentifierId;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// What is looked for, and where.
pub(crate) struct Look {
    scanner: Arc<Scanner>,
    score_min: Score,
    fields: Option<Arc<FieldPaths>>,
    /// How delimited records are written and which columns count.
    pub(crate) csv: Csv,
    severities: BTreeMap<String, Severity>,
}

impl Look {
    /// Reads what options name and compiles it.
    pub(crate) fn new(args: &LookArgs) -> Result<Self> {
        match &args.policy {
            Some(path) => Self::of_policy(path, args),
            None => Self::of_settings(args),
        }
    }

    fn of_policy(path: &Path, args: &LookArgs) -> Result<Self> {
        let mut builder = policy_builder(path)?;
        if let Some(word) = args.test_cards {
            builder = builder.test_cards(word.into());
        }
        let disguises = args.disguises.map(Disguises::from);
        builder = builder.disguises(disguises.unwrap_or_default());
        Self::built(builder, args.min_score, &Config::default())
    }

    fn of_settings(args: &LookArgs) -> Result<Self> {
        let config = args.config.as_deref().map_or_else(|| Ok(Config::default()), Config::read)?;
        let mut builder = Scanner::builder().mode(Mode::Own).allow(config.allow.iter().cloned());
        if let Some(path) = &args.config {
            let files = config.read_identifiers(path)?;
            builder = files.into_iter().fold(builder, ScannerBuilder::identifier);
        }
        builder = config.custom.iter().cloned().fold(builder, ScannerBuilder::custom);
        let words = if args.identifiers.is_empty() { &config.identifiers } else { &args.identifiers };
        for selection in selections(words)? {
            builder = builder.select(selection);
        }
        let test_cards = args.test_cards.map(TestCards::from).or(config.test_cards.map(TestCards::from));
        let disguises = args.disguises.map(Disguises::from).or(config.disguises.map(Disguises::from));
        builder = builder.test_cards(test_cards.unwrap_or_default()).disguises(disguises.unwrap_or_default());
        Self::built(builder, args.min_score.or(config.min_score), &config)
    }

    fn built(builder: ScannerBuilder, score_min: Option<f64>, config: &Config) -> Result<Self> {
        let scanner = builder.build().map_err(|error| Fault::usage(error.to_string()))?;
        let severities = config.custom.iter().map(|custom| (custom.id.clone(), custom.severity)).collect();
        Ok(Self {
            scanner: Arc::new(scanner),
            score_min: score(score_min.unwrap_or_default()),
            fields: FieldPaths::new(&config.fields.only, &config.fields.without)
                .map_err(|error| Fault::usage(error.to_string()))?
                .map(Arc::new),
            csv: csv(config)?,
            severities,
        })
    }

    /// A finder for one stream.
    pub(crate) fn finder(&self) -> Finder {
        Finder::new(Arc::clone(&self.scanner), self.score_min, self.fields.as_ref())
    }

    /// A finder for delimited records, which have columns and no fields.
    pub(crate) fn finder_of_records(&self) -> Finder {
        Finder::new(Arc::clone(&self.scanner), self.score_min, None)
    }

    /// The scanner.
    pub(crate) fn scanner(&self) -> &Scanner {
        &self.scanner
    }

    /// How bad a finding is: as the settings say, otherwise by its category.
    pub(crate) fn severity(&self, rule: &RuleInfo) -> Severity {
        let own = self.severities.get(rule.identifier.as_str()).copied();
        own.unwrap_or(match rule.category {
            Category::Credentials | Category::Financial | Category::Phi => Severity::High,
            Category::Pii => Severity::Medium,
            Category::Device => Severity::Low,
        })
    }
}

impl From<TestCardsArg> for TestCards {
    fn from(arg: TestCardsArg) -> Self {
        match arg {
            TestCardsArg::Report => Self::Report,
            TestCardsArg::Ignore => Self::Ignore,
        }
    }
}

impl From<TestCardsWord> for TestCards {
    fn from(word: TestCardsWord) -> Self {
        match word {
            TestCardsWord::Report => Self::Report,
            TestCardsWord::Ignore => Self::Ignore,
        }
    }
}

impl From<DisguisesArg> for Disguises {
    fn from(arg: DisguisesArg) -> Self {
        match arg {
            DisguisesArg::On => Self::On,
            DisguisesArg::Off => Self::Off,
        }
    }
}

impl From<DisguisesWord> for Disguises {
    fn from(word: DisguisesWord) -> Self {
        match word {
            DisguisesWord::On => Self::On,
            DisguisesWord::Off => Self::Off,
        }
    }
}

/// The names of the managed identifiers, for policy documents.
pub(crate) fn managed_ids() -> ManagedIds {
    ManagedIds::new(catalog::all().iter().filter(|file| file.aws).map(|file| file.id.as_str()))
}

fn policy_builder(path: &Path) -> Result<ScannerBuilder> {
    let policy = DataProtectionPolicy::parse(&read_text(path)?, &managed_ids()).map_err(|_| {
        let path = path.display();
        Fault::usage(format!(
            "`{path}` is not a valid data protection policy; `sotto policy check {path}` says why"
        ))
    })?;
    let effective = EffectivePolicy::merge(None, Some(policy));
    let mut builder = Scanner::builder().mode(Mode::AwsPolicy);
    for id in effective.managed() {
        builder = builder.select(Selection::Id(id.to_owned()));
    }
    for (_, custom) in effective.customs() {
        let name = IdentifierId::new(custom.name()).map_err(|error| Fault::usage(error.to_string()))?;
        let selection = Selection::Id(custom.name().to_owned());
        builder = builder.custom(CustomIdentifier::pattern(&name, custom.regex())).select(selection);
    }
    Ok(builder)
}

/// The words of `--identifiers`; all where there are none.
fn selections(words: &[String]) -> Result<Vec<Selection>> {
    if words.is_empty() {
        return Ok(vec![Selection::All]);
    }
    words.iter().map(|word| selection(word.trim())).collect()
}

/// One word of `--identifiers` or `--fail-on`.
pub(crate) fn selection(word: &str) -> Result<Selection> {
    match word.strip_prefix("category:") {
        Some(name) => category(name).map(Selection::Category),
        None if word.is_empty() => {
            Err(Fault::usage("an identifier's name is empty; is there a comma too many?"))
        }
        None if word == "all" => Ok(Selection::All),
        None if word == "structured" => Ok(Selection::Structured),
        None => Ok(Selection::Id(word.to_owned())),
    }
}

/// A category by its word.
pub(crate) fn category(word: &str) -> Result<Category> {
    Category::from_word(word).ok_or_else(|| {
        let known: Vec<_> = Category::ALL.into_iter().map(Category::word).collect();
        Fault::usage(format!("there is no category `{word}`; there are {}", known.join(", ")))
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be from 0 to 1")]
fn score(fraction: f64) -> Score {
    Score::from_hundredths((fraction * 100.0).round() as u8)
}

fn csv(config: &Config) -> Result<Csv> {
    let delimiter = match config.csv.delimiter {
        None => Delimiter::default(),
        Some(sign) => u8::try_from(sign)
            .ok()
            .and_then(Delimiter::from_byte)
            .ok_or_else(|| Fault::usage("`delimiter` must be one of `,` `;` `|` and the tabulator"))?,
    };
    let columns = match (config.columns.only.as_slice(), config.columns.without.as_slice()) {
        ([], []) => Columns::All,
        (only, []) => Columns::Only(only.iter().map(|name| column(name)).collect()),
        ([], without) => Columns::Without(without.iter().map(|name| column(name)).collect()),
        _ => {
            return Err(Fault::usage("`columns` has `only` and `without`; give one of them"));
        }
    };
    Ok(Csv { delimiter, header: config.csv.header, columns })
}

/// `#3` is the third column; anything else is a name.
fn column(word: &str) -> Column {
    let number = word.strip_prefix('#').and_then(|digits| digits.parse().ok());
    number.map_or_else(|| Column::Name(word.to_owned()), Column::Number)
}
