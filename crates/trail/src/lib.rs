//! The audit record and its chain.
//!
//! ```text
//! a call and its decision ──> Record (public members, lengths of the rest) ──> Stored, chained by storage
//!        Record ──> CloudTrail's JSON, LookupEvents        rows, heads ──> Verifier ──> whole, or where it breaks
//!        rows, Checkpoints, a public key ──> Witness ──> proven to anybody, and what was kept elsewhere speaks
//! ```
//!
//! Which question does this crate answer? *Who did what, when, was it allowed and why, and has anybody changed that since?*
//! The form is CloudTrail's (CloudTrail user guide, "CloudTrail record contents"), so that what reads those reads these.
//!
//! **Invariant of absence:** no captured text: what a caller wrote is here as its length, and the kinds of what was found in it.
//! Knows no storage: it names the places under which a record is found, and proves chains that somebody brings.

mod chain;
mod checkpoint;
mod chunk;
mod export;
mod heads;
mod hex;
mod json;
mod lookup;
mod record;
mod witness;

pub use chain::{Break, Verifier};
pub use checkpoint::{Algorithm, CHECKPOINT_CHAINS_MAX, Checkpoint, CheckpointBreak, Draft, Reached};
pub use chunk::{CHUNK_RECORDS_MAX, CHUNK_SPAN_MAX, Chunk, records};
pub use export::{EXPORT_LINE_BYTES_MAX, EXPORT_TITLE, EndLine, ExportBreak, ExportReader, Item, RowLine};
pub use heads::{Heads, HeadsBreak};
pub use lookup::{Attribute, Lookup, RETENTION};
pub use record::{
    Decision, EventId, EventKind, Identity, IdentityKind, NameFinding, Outcome, Record, ResourceName,
    Session, Source, Value,
};
pub use witness::{Flaw, Proven, Witness};
