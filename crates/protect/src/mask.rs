//! What is done about a finding? It is masked, everywhere it goes out, in one of five styles.
//!
//! ```text
//! RawText, RawBytes ──Find──> places ──Masker──> MaskedText, MaskedBytes, Counts
//! ```
//!
//! [`mask_text`] and [`mask_bytes`] mask what is there; [`crate::StreamMasker`] masks what is still coming, and gives
//! the same bytes. A second pass over masked text changes nothing: the engine takes `[Identifier]` labels, tokens and
//! runs of asterisks for what they are.

mod counts;
pub(crate) mod domain;
#[cfg(test)]
pub(crate) mod double;
mod error;
mod find;
mod last_four;
pub(crate) mod masker;
mod normal;
mod numbered;
pub(crate) mod render;
mod syntax;
mod whole;

pub use counts::Counts;
pub use error::MaskError;
pub use find::{Certain, Find, Place};
pub use masker::{Masker, Style};
pub use numbered::{NUMBERED_VALUES_MAX, Numbers};
pub use syntax::{Column, Columns, Csv, Delimiter, Syntax};
pub(crate) use whole::masked_of;
pub use whole::{Masked, MaskedBytes, MaskedText, mask_bytes, mask_text};
