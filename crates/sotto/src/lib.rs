//! Finds sensitive data in text and masks it: the library behind the command `sotto`.
//!
//! ```
//! use sotto::{Masker, RawText, Scanner, Selection, mask};
//!
//! let scanner = Scanner::builder().select(Selection::All).build()?;
//! let text = RawText::from("paid with 4111 1111 1111 1111".to_owned());
//! for found in scanner.scan(&text) {
//!     println!("{} at characters {}", scanner.identifier(found.rule), found.chars);
//! }
//! let masked = mask(&scanner, &text, &Masker::default());
//! assert_eq!(masked.text.as_str(), "paid with *******************");
//! # Ok::<(), sotto::BuildError>(())
//! ```
//!
//! Which question does this crate answer? *What does a program need that masks its own output?* A [`Scanner`] is built
//! once and shared; captured text goes in as [`RawText`] or [`RawBytes`], which cannot be printed; what comes out is a
//! place ([`Detection`]) or masked text ([`MaskedText`]). [`StreamMasker`] masks what is still coming. The programs in
//! `examples/` show each in under forty lines.

pub use sotto_detect::{
    BuildError, Category, CustomIdentifier, Detection, Disguises, IdentifierFile, Mode, RuleInfo, Scanner,
    ScannerBuilder, Score, Selection, Severity, TestCards,
};
pub use sotto_protect::policy::{DataProtectionPolicy, ManagedIds};
pub use sotto_protect::{
    Counts, Csv, MaskError, Masked, MaskedBytes, MaskedText, Masker, Numbers, Scope, ScopeKind, StreamMasker,
    Style, Syntax, TokenKey, mask_bytes, mask_text as mask,
};
pub use sotto_public::{ByteSpan, CharSpan, IdentifierId};
pub use sotto_sensitive::{RawBytes, RawText};
