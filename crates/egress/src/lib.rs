//! The only road from sealed or raw to shown.
//!
//! ```text
//! RawText, RawBytes, RawTree + Permit (+ Recorded where it is sensitive) ──> Rendered ──> wire, functions, the terminal
//! ```
//!
//! Which question does this crate answer? *May this caller see this captured value now?* Only with a permit that was given for
//! exactly that, is not too old, and whose trail row is durable where seeing changes the world. What comes out is
//! [`Rendered`]: the codec puts nothing else but public values into an answer.
//!
//! **Invariant of absence:** no constructor of [`Rendered`] without a permit; knows no protocols and no storage.

mod conversation;
mod functions;
mod keys;
mod rendered;
mod road;
mod stored;

pub use conversation::{session_header, session_tree, turn_header, turn_tree};
pub use functions::{
    delivered_event, function_answer, function_answer_opened, function_event, function_log, waited_event,
    waiting_event,
};
pub use keys::{made_bytes, opened_bytes, sealed_bytes};
pub use rendered::{Rendered, Shown};
pub use road::{
    EgressError, TREE_DEPTH_MAX, directory_bytes, directory_text, directory_tree, issued_bytes, issued_text,
};
pub use stored::{queried_text, resting_text, screened_pattern, stored_part, stored_text, unmasked_event};
