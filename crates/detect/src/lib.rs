//! Finds sensitive data: text in, spans with identifiers out.
//!
//! ```text
//! RawText, RawBytes ──> Scanner ──> Vec<Detection { place, rule, keyword, evidence }>
//! ```
//!
//! Which question does this crate answer? *Where in this text is something sensitive, and what is it?*
//!
//! The way of a text: `classes` sorts bytes into classes, 64 at a time, with the widest vectors the processor has;
//! `words` finds keywords among the word starts; `walk` visits the tokens that hold a digit (nearly every structured
//! value does), looks up which rules could begin there, and asks only those whose keyword is near; `shape`, `matchers`
//! and `validate` confirm, `judge` weighs the surroundings, and `overlap` settles who wins.
//!
//! **Invariant of absence:** no clock, no randomness, no input or output, nothing about who is calling or what is
//! done with a finding; a [`Detection`] never holds text.

mod bits;
pub mod catalog;
mod classes;
mod custom;
mod detection;
mod disguise;
mod engine;
mod evidence;
mod gate;
mod gather;
mod identifier;
mod judge;
mod labels;
mod matchers;
mod names;
mod noise;
mod overlap;
mod plan;
mod postal;
mod prose;
mod scanner;
mod shape;
mod table;
mod test_cards;
mod tokens;
mod validate;
mod walk;
mod words;

pub use custom::{CustomError, CustomIdentifier, Severity};
pub use detection::{Detection, KeywordId, Rival, RuleId, Score};
pub use disguise::Disguises;
pub use identifier::{Category, Counter, Example, FileError, IdentifierFile, KeywordRule, Shape};
pub use scanner::{BuildError, Mode, Part, RuleInfo, Scanner, ScannerBuilder, Selection, Settled, TestCards};
pub use shape::PatternError;

/// Names of the validators that identifier files may use, sorted.
pub fn validators() -> Vec<&'static str> {
    let mut names: Vec<_> = validate::names().collect();
    names.sort_unstable();
    names
}
