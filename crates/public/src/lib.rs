//! What may be shown to anybody.
//!
//! ```text
//! captured text ──x── (cannot become anything in this crate)
//! numbers, enums, our own ids, checked names, instants ──> Public<T>, LogSafe, Storable
//! ```
//!
//! Which question does this crate answer? *May this value appear in a log line, an error, a metric, an audit
//! record, a file?* It holds the marks ([`LogSafe`], [`Storable`]), the wrapper ([`Public`]), places in text
//! ([`ByteSpan`], [`CharSpan`]), checked names ([`IdentifierId`]), what storage holds and where ([`Stored`], [`Place`]),
//! rows of chained logs and their proof ([`ChainRow`], [`Recorded`]), a library's error without its words
//! ([`Foreign`]) and the panic hook that prints a location only ([`quiet_panics`]).
//!
//! **Invariant of absence:** this crate knows no captured text and has no constructor that makes public text
//! from arbitrary text, except [`Public::from_pinned_text`] and the `from_pinned_` constructors of what storage read
//! back, whose call sites are a checked list.

mod blob;
mod encoding;
mod event;
mod foreign;
mod id;
mod log_safe;
mod panic;
mod place;
mod public;
mod recorded;
mod span;
mod storable;
mod stored;

pub use blob::Blob;
pub use encoding::{Decoder, Encoder, FieldReader, Malformed};
pub use event::{EventId, EventIdError};
pub use foreign::Foreign;
pub use id::{IdError, IdentifierId};
pub use log_safe::{LogSafe, Safe};
pub use panic::quiet_panics;
pub use place::{NamePart, Part, Place};
pub use public::Public;
pub use recorded::{ChainHead, ChainId, ChainRow, Link, Recorded};
pub use span::{ByteSpan, CharSpan};
pub use storable::Storable;
pub use stored::{Opaque, RestingText, Stored, StoredRecord};

/// Derives of the marks; see [`trait@LogSafe`] and [`trait@Storable`].
pub use sotto_derive::{LogSafe, Storable};

/// Seals of the marks. Only the derives name these.
#[doc(hidden)]
pub mod sealed {
    /// Seal of [`crate::LogSafe`].
    pub trait LogSafe {}
    /// Seal of [`crate::Storable`].
    pub trait Storable {}
    /// Seal of [`crate::NamePart`].
    pub trait NamePart {}
}
