//! What is done about sensitive data once it is found?
//!
//! ```text
//! RawText, RawBytes ──detect──> places ──Masker──> MaskedText, MaskedBytes, a stream of masked bytes
//! policy document ──policy──> what to look for, where findings go
//! ```
//!
//! [`policy`] reads the data protection policy documents that say what to look for and where findings go. [`mask_text`],
//! [`mask_bytes`] and [`StreamMasker`] hide what is found, in one of the styles of [`Style`]; [`Syntax`] says what must
//! stay valid around it. Nothing here knows log groups, buckets or protocols.

mod csv;
mod json_scalar;
mod mask;
pub mod policy;
mod stream;
mod token;

pub use csv::RECORD_BYTES_MAX;
pub use mask::{
    Certain, Column, Columns, Counts, Csv, Delimiter, Find, MaskError, Masked, MaskedBytes, MaskedText,
    Masker, NUMBERED_VALUES_MAX, Numbers, Place, Style, Syntax, mask_bytes, mask_text,
};
pub use stream::{BLOCK_BYTES, HELD_BYTES_MAX, StreamMasker};
pub use token::{SCOPE_NAME_BYTES_MAX, Scope, ScopeKind, TOKEN_KEY_BYTES_MIN, TokenKey};
