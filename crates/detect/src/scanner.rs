//! How is detection used? Build a [`Scanner`] once, share it between threads, scan texts.
//!
//! A scanner is immutable. Whole texts go through [`Scanner::scan`] or [`Scanner::scan_bytes`]; streams go through
//! [`Scanner::scan_part`], which says up to where its findings are final.

use crate::custom::{CustomError, CustomIdentifier};
use crate::detection::{Detection, KeywordId, RuleId};
use crate::disguise::Disguises;
use crate::identifier::{Category, IdentifierFile};
use crate::plan::Plan;
use crate::shape::PatternError;
use sotto_public::IdentifierId;
use sotto_sensitive::{RawBytes, RawText};

/// Whose rules hold where AWS and good sense differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// sotto's own configuration: strong shapes need no keyword, further keywords count.
    #[default]
    Own,
    /// Inside an AWS policy document: AWS's keyword rule to the letter, published test cards are not reported.
    AwsPolicy,
}

/// What happens to the 55 published test card numbers (CloudWatch Logs user guide, financial identifiers).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum TestCards {
    /// Like any other card.
    #[default]
    Report,
    /// Not reported.
    Ignore,
}

/// Which identifiers a scanner looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Every built-in identifier and every own one.
    All,
    /// All but people's names and postal addresses.
    Structured,
    /// Those of one kind.
    Category(Category),
    /// One by name; case does not matter.
    Id(String),
}

/// Why a scanner could not be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// No identifier has this name.
    #[error("there is no identifier `{name}`{}", suggestion(.similar))]
    UnknownIdentifier {
        /// As it was asked for.
        name: String,
        /// The nearest name there is.
        similar: Option<IdentifierId>,
    },
    /// Two identifiers have the same name.
    #[error("there are two identifiers with the name `{0}`")]
    Duplicate(IdentifierId),
    /// A pattern of an identifier is not in the dialect.
    #[error("identifier `{identifier}`, shape `{shape}`: {problem}")]
    Pattern {
        /// Whose pattern.
        identifier: IdentifierId,
        /// Which shape.
        shape: String,
        /// What is wrong.
        problem: PatternError,
    },
    /// An identifier names a validator or matcher that does not exist.
    #[error("identifier `{identifier}`, shape `{shape}`: there is no {what} `{name}`")]
    Unknown {
        /// Whose.
        identifier: IdentifierId,
        /// Which shape.
        shape: String,
        /// `validator` or `matcher`.
        what: &'static str,
        /// The name that was asked for.
        name: String,
    },
    /// A custom identifier was refused.
    #[error("custom identifier `{identifier}`: {problem}")]
    Custom {
        /// Which.
        identifier: IdentifierId,
        /// What is wrong.
        problem: CustomError,
    },
    /// More rules or keywords than the engine has room for.
    #[error("the selection has {given} {what}; at most {max} fit into one scanner")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// How many.
        given: usize,
        /// The bound.
        max: usize,
    },
}

fn suggestion(similar: &Option<IdentifierId>) -> String {
    similar.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

/// Collects what a [`Scanner`] is to look for.
#[derive(Default)]
pub struct ScannerBuilder {
    pub(crate) mode: Mode,
    pub(crate) selections: Vec<Selection>,
    pub(crate) test_cards: TestCards,
    pub(crate) files: Vec<IdentifierFile>,
    pub(crate) customs: Vec<CustomIdentifier>,
    pub(crate) allowed: Vec<String>,
    pub(crate) disguises: Disguises,
}

impl ScannerBuilder {
    /// Whose rules hold; [`Mode::Own`] unless told otherwise. [`Mode::AwsPolicy`] also ignores test cards.
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        if mode == Mode::AwsPolicy {
            self.test_cards = TestCards::Ignore;
        }
        self
    }

    /// Adds identifiers to look for. Without any selection all structured ones are taken.
    #[must_use]
    pub fn select(mut self, selection: Selection) -> Self {
        self.selections.push(selection);
        self
    }

    /// What happens to published test cards.
    #[must_use]
    pub fn test_cards(mut self, test_cards: TestCards) -> Self {
        self.test_cards = test_cards;
        self
    }

    /// Whether values are looked for behind encodings, look-alike characters and words; they are unless told otherwise.
    #[must_use]
    pub fn disguises(mut self, disguises: Disguises) -> Self {
        self.disguises = disguises;
        self
    }

    /// Adds an identifier of the user's own, from a file in the format of the built-in ones.
    #[must_use]
    pub fn identifier(mut self, file: IdentifierFile) -> Self {
        self.files.push(file);
        self
    }

    /// Adds a custom identifier (a regular expression with its conditions).
    #[must_use]
    pub fn custom(mut self, custom: CustomIdentifier) -> Self {
        self.customs.push(custom);
        self
    }

    /// Values that are never reported, such as the company's own switchboard. Compared without separators and
    /// without regard to case.
    #[must_use]
    pub fn allow(mut self, values: impl IntoIterator<Item = String>) -> Self {
        self.allowed.extend(values);
        self
    }

    /// Compiles the rules.
    ///
    /// # Errors
    /// When an identifier does not exist, or one of the user's own is not well formed.
    pub fn build(self) -> Result<Scanner, BuildError> {
        Plan::compile(self).map(|plan| Scanner { plan })
    }
}

/// What is known of a rule: one shape of one identifier.
#[derive(Clone, Debug)]
pub struct RuleInfo {
    /// The identifier it reports.
    pub identifier: IdentifierId,
    /// Name of the shape in the identifier's file.
    pub shape: String,
    /// Kind of data.
    pub category: Category,
    /// Name of the checksum or validator, where there is one.
    pub validator: Option<String>,
    /// Whether PCI DSS 3.3.1 forbids to keep the value after authorisation (security codes, track data).
    pub discard: bool,
}

/// A part of a stream, with what came before it as context.
#[derive(Debug)]
pub struct Part<'a> {
    /// Context, then text that has not been settled.
    pub bytes: &'a RawBytes,
    /// Where the unsettled text begins; what stands before is context only. Either 0 at the true beginning of the
    /// stream, or at least [`Scanner::CONTEXT_BYTES`] (or the beginning of the stream) are kept before it.
    pub from: usize,
    /// Whether nothing will follow.
    pub end_of_input: bool,
}

/// What is certain about a [`Part`].
#[derive(Debug)]
pub struct Settled {
    /// Findings whose `mask` lies in `from..upto`; more text cannot change them. Offsets count from the beginning of
    /// the part's bytes, characters likewise.
    pub detections: Vec<Detection>,
    /// No further finding will touch a byte before this offset.
    pub upto: usize,
}

/// Finds sensitive data. Immutable, shareable between threads.
pub struct Scanner {
    plan: Plan,
}

impl Scanner {
    /// How many bytes before [`Part::from`] must be kept so that a stream is judged as the whole text would be.
    pub const CONTEXT_BYTES: usize = crate::engine::CONTEXT_BYTES;

    /// The longest value there can be, in bytes; unsettled text grows no longer than this and a little more.
    pub const VALUE_BYTES_MAX: usize = crate::engine::VALUE_BYTES_MAX;

    /// Begins a scanner.
    pub fn builder() -> ScannerBuilder {
        ScannerBuilder::default()
    }

    /// Finds everything in a text, in the order of places.
    #[expect(clippy::disallowed_methods, reason = "detection reads captured text; only spans leave")]
    pub fn scan(&self, text: &RawText) -> Vec<Detection> {
        self.plan.scan(text.expose().as_bytes())
    }

    /// Finds everything in bytes, which need not be UTF-8, in the order of places.
    #[expect(clippy::disallowed_methods, reason = "detection reads captured bytes; only spans leave")]
    pub fn scan_bytes(&self, bytes: &RawBytes) -> Vec<Detection> {
        self.plan.scan(bytes.expose())
    }

    /// Finds what is certain in a part of a stream.
    #[expect(clippy::disallowed_methods, reason = "detection reads captured bytes; only spans leave")]
    pub fn scan_part(&self, part: &Part<'_>) -> Settled {
        self.plan.scan_part(part.bytes.expose(), part.from, part.end_of_input)
    }

    /// Where each byte of each text without disguise comes from; only for tests of that map, which must be total and
    /// monotone for whatever bytes.
    #[doc(hidden)]
    #[expect(
        clippy::disallowed_methods,
        reason = "disguises are taken off captured bytes; only places leave"
    )]
    pub fn origins(&self, bytes: &RawBytes) -> Vec<Vec<(usize, usize)>> {
        self.plan.origins(bytes.expose())
    }

    /// The identifier that a rule reports.
    pub fn identifier(&self, rule: RuleId) -> &IdentifierId {
        &self.rule(rule).identifier
    }

    /// What is known of a rule.
    pub fn rule(&self, rule: RuleId) -> &RuleInfo {
        self.plan.info(rule)
    }

    /// The words of a keyword.
    pub fn keyword(&self, keyword: KeywordId) -> &str {
        self.plan.keyword(keyword)
    }

    /// The identifiers it looks for, sorted, each once.
    pub fn identifiers(&self) -> Vec<IdentifierId> {
        self.plan.identifiers()
    }
}
