//! The query engine: a program of its own over masked segments.
//!
//! ```text
//! Request (plan or SQL, paths of segments) + hot rows ──> lower, sql ──> operators over Events ──> rows as texts
//! ```
//!
//! Which question does this crate answer? *What are the rows of a query plan over stored text?* It runs as the program
//! `sotto-insights`, apart from the server: a query that runs out of memory takes no ingest with it, its memory is bounded by
//! the operating system as well, and the server builds without the query library.
//!
//! **Invariant of absence:** no policies, no callers, no key that opens an original. A column that `unmask` asks for holds
//! stored text here; what it shows in the end is decided where the result is fetched.

mod count;
mod events;
mod failure;
mod functions;
mod keys;
mod lower;
mod run;
pub mod serve;
mod sql;

pub use run::{Block, Engine};
