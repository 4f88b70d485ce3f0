//! How does a user add a pattern of their own? As a [`CustomIdentifier`].
//!
//! Inside an AWS policy document it is a name and a regular expression, no more. In sotto's own configuration it
//! may also have keywords, ignore words, a validator, a capture group and a severity. Matching takes linear time
//! whatever the pattern (no back-references, no look-around), so a pattern can be slow but never stall a scan;
//! `sotto identifiers check` measures each.

use crate::identifier::{Category, DISTANCE_CHARS, DISTANCE_CHARS_MAX};
use regex::bytes::{Regex, RegexBuilder};
use serde::Deserialize;
use sotto_public::{IdentifierId, LogSafe};

/// Largest compiled form of one pattern, in bytes.
const COMPILED_BYTES_MAX: usize = 1 << 20;
/// Most keywords of one identifier (Macie: 50).
const KEYWORDS_MAX: usize = 50;
/// Most ignore words of one identifier (Macie: 10; ours is wider).
const IGNORE_WORDS_MAX: usize = 100;

/// How bad a finding of this identifier is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Deserialize, LogSafe)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// Worth looking at.
    #[default]
    Medium,
    /// Worth waking somebody.
    High,
}

/// A regular expression of the user's own, with its conditions.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomIdentifier {
    /// Its name.
    pub id: String,
    /// The pattern, in the syntax of the `regex` crate.
    pub regex: String,
    /// Kind of data.
    #[serde(default = "pii")]
    pub category: Category,
    /// One of these must stand nearby; none means that no keyword is needed.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// Characters between keyword and value, 1 to 300.
    #[serde(default = "distance")]
    pub distance: usize,
    /// A match that contains one of these (case counts) is not reported.
    #[serde(default)]
    pub ignore_words: Vec<String>,
    /// Name of a built-in validator.
    pub validator: Option<String>,
    /// Name of the capture group that is the value; the whole match otherwise.
    pub capture: Option<String>,
    /// How bad a finding is.
    #[serde(default)]
    pub severity: Severity,
}

fn pii() -> Category {
    Category::Pii
}

fn distance() -> usize {
    DISTANCE_CHARS
}

/// Why a custom identifier was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CustomError {
    /// The pattern is not a regular expression of this dialect.
    #[error("the pattern is not a regular expression: {kind}, at character {position}")]
    Syntax {
        /// What is wrong, in the words of the regular expression parser.
        kind: String,
        /// 1-based position in the pattern.
        position: usize,
    },
    /// The pattern is too large once compiled.
    #[error(
        "the pattern needs more than {COMPILED_BYTES_MAX} bytes once compiled; shorten its counted repeats"
    )]
    TooLarge,
    /// The pattern matches nothing at all, everywhere.
    #[error("the pattern matches the empty text; make at least one character compulsory")]
    Empty,
    /// The capture group does not exist.
    #[error("the pattern has no capture group `{0}`; write it as (?<{0}>...)")]
    NoSuchGroup(String),
    /// A bound was passed.
    #[error("`{member}`: {given} given; allowed are {allowed}")]
    Bound {
        /// Which member.
        member: &'static str,
        /// How many, or how much.
        given: usize,
        /// What would be right.
        allowed: &'static str,
    },
    /// There is no such validator.
    #[error("there is no validator `{0}`; `sotto identifiers validators` lists them")]
    NoSuchValidator(String),
}

impl CustomIdentifier {
    /// A pattern without conditions, as AWS policy documents have them.
    pub fn pattern(id: &IdentifierId, regex: &str) -> Self {
        Self {
            id: id.as_str().to_owned(),
            regex: regex.to_owned(),
            category: pii(),
            keywords: Vec::new(),
            distance: DISTANCE_CHARS,
            ignore_words: Vec::new(),
            validator: None,
            capture: None,
            severity: Severity::default(),
        }
    }

    /// Checks the members and compiles the pattern.
    pub(crate) fn compile(&self) -> Result<Regex, CustomError> {
        self.check_bounds()?;
        if let Some(name) = self.validator.as_ref().filter(|name| crate::validate::by_name(name).is_none()) {
            return Err(CustomError::NoSuchValidator(name.clone()));
        }
        let hir = regex_syntax::ParserBuilder::new()
            .utf8(false)
            .build()
            .parse(&self.regex)
            .map_err(|e| syntax(&e))?;
        if hir.properties().minimum_len() == Some(0) {
            return Err(CustomError::Empty);
        }
        let built = RegexBuilder::new(&self.regex).size_limit(COMPILED_BYTES_MAX).build();
        let regex = built.map_err(|_| CustomError::TooLarge)?;
        match &self.capture {
            Some(group) if !regex.capture_names().flatten().any(|name| name == group) => {
                Err(CustomError::NoSuchGroup(group.clone()))
            }
            _ => Ok(regex),
        }
    }

    fn check_bounds(&self) -> Result<(), CustomError> {
        let bound = |member, given, allowed| Err(CustomError::Bound { member, given, allowed });
        match () {
            () if self.keywords.len() > KEYWORDS_MAX => bound("keywords", self.keywords.len(), "at most 50"),
            () if self.ignore_words.len() > IGNORE_WORDS_MAX => {
                bound("ignore_words", self.ignore_words.len(), "at most 100")
            }
            () if !(1..=DISTANCE_CHARS_MAX).contains(&self.distance) => {
                bound("distance", self.distance, "1 to 300 characters")
            }
            () => Ok(()),
        }
    }
}

fn syntax(error: &regex_syntax::Error) -> CustomError {
    let (kind, position) = match error {
        regex_syntax::Error::Parse(error) => (error.kind().to_string(), error.span().start.column),
        regex_syntax::Error::Translate(error) => (error.kind().to_string(), error.span().start.column),
        _ => ("unknown".to_owned(), 1),
    };
    CustomError::Syntax { kind, position }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(change: impl FnOnce(&mut CustomIdentifier)) -> Result<(), String> {
        let mut custom = CustomIdentifier::pattern(&IdentifierId::new("Badge").unwrap(), r"B-\d{4}");
        change(&mut custom);
        custom.compile().map(drop).map_err(|error| error.to_string())
    }

    #[test]
    fn good_and_bad_customs() {
        type Change = fn(&mut CustomIdentifier);
        assert_eq!(check(|_| ()), Ok(()));
        assert_eq!(check(|c| c.distance = 300), Ok(()));
        let refused: [(Change, &str); 7] = [
            (|c| c.regex = "B-(".into(), "at character 3"),
            (|c| c.regex = "B*".into(), "matches the empty text"),
            (|c| c.regex = r"\w{1000}{100}".into(), "once compiled"),
            (|c| c.capture = Some("value".into()), "no capture group `value`"),
            (|c| c.distance = 301, "1 to 300"),
            (|c| c.keywords = vec!["k".into(); 51], "at most 50"),
            (|c| c.validator = Some("nope".into()), "no validator `nope`"),
        ];
        for (change, expected) in refused {
            let error = check(change).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
