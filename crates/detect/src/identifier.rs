//! What is an identifier? A file: shapes, keywords, a validator, examples and counter-examples.
//!
//! The format is the same for the built-in ones (`crates/detect/identifiers/*.toml`) and for a user's own; see
//! `docs/identifiers.md`. Reading a file checks what can be checked without running it: names, bounds, patterns,
//! validators. `sotto identifiers check` runs the examples.

use serde::Deserialize;
use sotto_public::{Foreign, IdError, LogSafe};
use std::fmt;

/// Characters between keyword and value, unless the file says otherwise (CloudWatch Logs, "Types of data that you
/// can protect").
pub(crate) const DISTANCE_CHARS: usize = 30;
/// The largest distance a file may ask for (Macie's custom data identifiers: 300).
pub(crate) const DISTANCE_CHARS_MAX: usize = 300;

/// What kind of data an identifier finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, LogSafe)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// Cards, bank accounts.
    Financial,
    /// Protected health information.
    Phi,
    /// Personally identifiable information.
    Pii,
    /// Keys, tokens, passwords.
    Credentials,
    /// Addresses of devices.
    Device,
}

impl Category {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 5] = [Self::Financial, Self::Phi, Self::Pii, Self::Credentials, Self::Device];

    /// The word used in files and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Financial => "financial",
            Self::Phi => "phi",
            Self::Pii => "pii",
            Self::Credentials => "credentials",
            Self::Device => "device",
        }
    }

    /// The category of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.word() == word)
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// Whether a keyword must stand near a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, LogSafe)]
#[serde(rename_all = "lowercase")]
pub enum KeywordRule {
    /// Never reported without one (inside AWS policy documents).
    Required,
    /// Some shapes need none.
    Optional,
    /// There are no keywords.
    None,
}

/// How a file spells one shape of a value.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    /// Name of the shape, unique in its file.
    pub name: String,
    /// Regular expression in the dialect of `docs/identifiers.md`.
    pub pattern: Option<String>,
    /// Name of a built-in matcher instead of a pattern.
    pub matcher: Option<String>,
    /// Literal with which a token begins; found without keywords.
    pub prefix: Option<String>,
    /// Labels of PEM blocks, for matcher `pem`.
    #[serde(default)]
    pub labels: Vec<String>,
    /// Whether letters match in either case.
    #[serde(default)]
    pub ignore_case: bool,
    /// Name of a validator.
    pub validator: Option<String>,
    /// Reported without keyword in sotto's own configuration.
    #[serde(default)]
    pub alone: bool,
    /// A minus sign directly before the match belongs to the value.
    #[serde(default)]
    pub signed: bool,
    /// Score from 0 to 1 before evidence.
    pub score: Option<f64>,
    /// Where the format is stated.
    pub source: Option<String>,
    /// ISO 3166 code of the country or of its parts that use this shape; for matcher `phone`, the country.
    pub region: Option<String>,
}

/// A line in which something is to be found.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The text.
    pub text: String,
    /// What is to be found in it, each once, in order.
    pub find: Vec<String>,
    /// Only in sotto's own configuration.
    #[serde(default)]
    pub own: bool,
    /// Only inside AWS policy documents.
    #[serde(default)]
    pub aws_only: bool,
}

/// A line in which nothing is to be found for this identifier.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counter {
    /// The text.
    pub text: String,
    /// Why not.
    pub why: String,
    /// Judged in sotto's own configuration instead of inside an AWS policy document.
    #[serde(default)]
    pub own: bool,
}

/// One identifier, as its file states it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentifierFile {
    /// Its name.
    pub id: String,
    /// Whether it is one of the 99 managed by CloudWatch Logs.
    #[serde(default)]
    pub aws: bool,
    /// Kind of data.
    pub category: Category,
    /// Languages of the keywords (BCP 47).
    #[serde(default)]
    pub languages: Vec<String>,
    /// One line for people.
    pub title: String,
    /// What can be done with a leaked value.
    #[serde(default)]
    pub risk: String,
    /// Pages that state the format.
    #[serde(default)]
    pub references: Vec<String>,
    /// Whether a keyword must stand nearby.
    pub keyword_rule: KeywordRule,
    /// Characters between keyword and value.
    pub distance: Option<usize>,
    /// Keywords.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// Keywords that count outside AWS policy documents only.
    #[serde(default)]
    pub own_keywords: Vec<String>,
    /// In sotto's own configuration a keyword speaks for the nearest value only, and for the list that it begins.
    #[serde(default)]
    pub nearest: bool,
    /// In sotto's own configuration a keyword behind the value does not count.
    #[serde(default)]
    pub before_only: bool,
    /// Shapes of the value.
    #[serde(rename = "match")]
    pub shapes: Vec<Shape>,
    /// What must be found.
    #[serde(default, rename = "example")]
    pub examples: Vec<Example>,
    /// What must not be found.
    #[serde(default, rename = "counter")]
    pub counters: Vec<Counter>,
}

/// Why an identifier's file was refused. The texts name the file's own words (configuration, not captured text).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// Not TOML, or not of this shape.
    #[error("{0}; see `docs/identifiers.md` for the format")]
    Syntax(Foreign),
    /// The name is no name.
    #[error("`id`: {0}")]
    Name(#[from] IdError),
    /// A member is missing or contradicts another.
    #[error("shape {shape}: {problem}")]
    Shape {
        /// Which `[[match]]`, counted from 1.
        shape: usize,
        /// What is wrong and what would be right.
        problem: &'static str,
    },
    /// A number is out of its bounds.
    #[error("`distance` is {given}; it must be 1 to {max} characters")]
    Distance {
        /// What was given.
        given: usize,
        /// The bound.
        max: usize,
    },
    /// Keywords are required, but there are none.
    #[error("`keyword_rule` is \"required\" but `keywords` is empty")]
    NoKeywords,
}

impl IdentifierFile {
    /// Reads and checks the text of a file.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn parse(text: &str) -> Result<Self, FileError> {
        let file: Self = toml::from_str(text).map_err(|error| FileError::Syntax(toml_error(text, &error)))?;
        sotto_public::IdentifierId::new(&file.id)?;
        file.check_distance()?;
        if file.keyword_rule == KeywordRule::Required
            && file.keywords.is_empty()
            && file.own_keywords.is_empty()
        {
            return Err(FileError::NoKeywords);
        }
        for (index, shape) in file.shapes.iter().enumerate() {
            shape.check().map_err(|problem| FileError::Shape { shape: index + 1, problem })?;
        }
        Ok(file)
    }

    fn check_distance(&self) -> Result<(), FileError> {
        match self.distance {
            Some(given) if !(1..=DISTANCE_CHARS_MAX).contains(&given) => {
                Err(FileError::Distance { given, max: DISTANCE_CHARS_MAX })
            }
            _ => Ok(()),
        }
    }

    /// Characters between keyword and value.
    pub fn distance_chars(&self) -> usize {
        self.distance.unwrap_or(DISTANCE_CHARS)
    }
}

impl Shape {
    fn check(&self) -> Result<(), &'static str> {
        match (&self.pattern, &self.matcher, &self.prefix) {
            (Some(_), None, _) | (None, Some(_), None) => {}
            (None, None, _) => return Err("it has neither `pattern` nor `matcher`; give one of them"),
            _ => return Err("it has `pattern` and `matcher`, or `matcher` and `prefix`; give one of them"),
        }
        match self.score {
            Some(score) if !(0.0..=1.0).contains(&score) => Err("`score` must be from 0 to 1"),
            _ => Ok(()),
        }
    }
}

fn toml_error(text: &str, error: &toml::de::Error) -> Foreign {
    let foreign = Foreign::new("toml", "the file is not as expected");
    let Some(before) = error.span().and_then(|span| text.get(..span.start)) else { return foreign };
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    foreign.at(before.matches('\n').count() + 1, before.len() - line_start + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
id = "Badge"
category = "pii"
title = "Badge number"
keyword_rule = "required"
keywords = ["badge"]
[[match]]
name = "plain"
pattern = 'B\d{5}'
"#;

    fn refused(change: impl Fn(&str) -> String, expected: &str) {
        let error = IdentifierFile::parse(&change(GOOD)).unwrap_err().to_string();
        assert!(error.contains(expected), "expected {expected}, got {error}");
    }

    #[test]
    fn a_file_is_read() {
        let file = IdentifierFile::parse(GOOD).unwrap();
        assert_eq!((file.id.as_str(), file.distance_chars(), file.shapes.len()), ("Badge", 30, 1));
    }

    #[test]
    fn errors_say_what_and_where() {
        refused(|text| text.replace("id = \"Badge\"", "id = \"a b\""), "character 2");
        refused(|text| text.replace("keywords = [\"badge\"]", "keywords = []"), "`keywords` is empty");
        refused(|text| text.replace("title", "distance = 301\ntitle"), "1 to 300");
        refused(|text| text.replace("title", "distance = 0\ntitle"), "1 to 300");
        refused(|text| text.replace("pattern = 'B\\d{5}'", ""), "shape 1: it has neither");
        refused(
            |text| text.replace("pattern =", "matcher = \"email\"\npattern ="),
            "shape 1: it has `pattern` and",
        );
        refused(|text| text.replace("title", "nonsense = 1\ntitle"), "line 4");
        refused(|_| "id = ".to_owned(), "toml");
    }
}
