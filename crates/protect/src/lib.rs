//! What is done about sensitive data once it is found?
//!
//! ```text
//! RawText, RawBytes ──detect──> places ──Masker──> MaskedText, MaskedBytes, a stream of masked bytes
//! policy document ──policy──> what to look for, where findings go
//! log event: RawText ──protect, under a Protection──> Protected { StoredText, marks, sealed originals } + Findings
//! ```
//!
//! [`policy`] reads the data protection policy documents that say what to look for and where findings go. [`mask_text`],
//! [`mask_bytes`] and [`StreamMasker`] hide what is found, in one of the styles of [`Style`]; [`Syntax`] says what must
//! stay valid around it.
//!
//! What is stored goes through `protect` (feature `seal`, which brings keys and permits along): a [`Protection`] holds the
//! compiled policies of a log group, `Claim`s say what is known to be somebody's value, and what comes out is [`Protected`]: [`StoredText`] that may be stored, indexed and
//! searched, [`Mark`]s that say what stands behind each mask, and originals that only a permit opens. [`screen`] looks at
//! what callers type. Nothing here knows log groups, buckets or protocols; where an event belongs reaches this room only
//! as a place.

#[cfg(feature = "seal")]
mod arrival;
mod arrival_error;
#[cfg(feature = "seal")]
mod claim;
mod csv;
#[cfg(feature = "seal")]
mod discarded;
mod fields;
mod findings;
mod instant;
mod json_scalar;
mod mask;
mod masked_field;
pub mod policy;
mod protected;
#[cfg(feature = "seal")]
mod protection;
#[cfg(feature = "seal")]
mod redact;
#[cfg(feature = "seal")]
mod retroactive;
pub mod screen;
mod sealed_span;
#[cfg(feature = "seal")]
mod span_key;
mod stored_text;
mod stream;
mod token;
#[cfg(feature = "seal")]
mod unmask;

#[cfg(feature = "seal")]
pub use arrival::{Arrival, Sealing, protect};
pub use arrival_error::ProtectError;
#[cfg(feature = "seal")]
pub use claim::{Claim, Sensitivity};
pub use csv::RECORD_BYTES_MAX;
pub use fields::{FieldPathError, FieldPaths, FieldWalk};
pub use findings::{Audit, Findings, Found, Subject};
pub use mask::{
    Certain, Column, Columns, Counts, Csv, Delimiter, Find, MaskError, Masked, MaskedBytes, MaskedText,
    Masker, NUMBERED_VALUES_MAX, Numbers, Place, Style, Syntax, mask_bytes, mask_text,
};
pub use protected::{EventTimes, Mark, Originals, Protected, StoredEvent};
#[cfg(feature = "seal")]
pub use protection::{LAST_RESORT, Protection, Replacement, Scanners, Settings, Tokens};
#[cfg(feature = "seal")]
pub use retroactive::Preview;
pub use sealed_span::{Original, SpanKeyId};
#[cfg(feature = "seal")]
pub use span_key::{SpanKey, SpanKeys};
pub use stored_text::{StoredText, TextKind};
pub use stream::{BLOCK_BYTES, HELD_BYTES_MAX, StreamMasker};
pub use token::{SCOPE_NAME_BYTES_MAX, Scope, ScopeKind, TOKEN_KEY_BYTES_MIN, TokenKey};
#[cfg(feature = "seal")]
pub use unmask::{Opened, Opening, Types, UnmaskScope};
