//! Which words of a piece of prose name a person? A small linear tagger of our own answers.
//!
//! `lexer` cuts a line into words and keeps what a word looks like; `lexicon` says what is known of it (first name,
//! surname, place, common word); `features` turns a word and its neighbours into rows of a hashed table; `model` adds
//! these rows up and finds the best sequence of labels (Viterbi, integers throughout). Words that cannot be part of a
//! name cost one look into the lexicon. The weights are bytes in the repository, made by `cargo xtask train names`.
//!
//! The tagger knows nothing of logs: whoever calls it decides which stretches are prose. The answer for a line depends
//! on that line and on the last two words of the line before inside the same call, never on anything further away.

pub(crate) mod features;
pub(crate) mod lexer;
pub(crate) mod lexicon;
pub(crate) mod model;

pub(crate) use model::{Desk, Kind, Tagged, Tagger};
