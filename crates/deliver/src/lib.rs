//! One outbox: what is sent to others, in order, until it has arrived.
//!
//! ```text
//! whoever has something to send ── Outbox::put(batch, lane, number, parcel) ──> one transaction with what it stands on
//! Courier ── takes the oldest parcel of each lane ──> Carrier (HTTP endpoint, file, syslog, function) ──> arrived: deleted
//!                                              └── not yet: again, later and later, for a day; refused: dropped, counted
//! ```
//!
//! Which question does this crate answer? *How does stored text reach other systems, once promised?* Order is kept within a lane
//! and nowhere else; lanes do not wait for each other. A parcel that arrived just before a crash is sent again: each has an id by
//! which receivers may know it.
//!
//! **Invariant of absence:** no captured text: what is queued was masked before it was queued, and originals never enter.

mod carriers;
mod courier;
mod destination;
mod error;
mod file;
mod outbox;
mod pace;
mod parcel;
mod site;

pub use carriers::{Carriers, Functions, Invocation};
pub use courier::{Carried, Carrier, Courier, LANES_AT_ONCE, ROUND_PAGES_MAX, Tally};
pub use destination::{Destination, FILE_NAME_CHARS_MAX};
pub use error::{DeliverError, NotCarried};
pub use outbox::{Lane, LanePart, Outbox, Waiting};
pub use pace::{AGE_MAX, PAUSE_FIRST, PAUSE_MAX};
pub use parcel::{Content, Delivered, LINES_BYTES_MAX, LINES_MAX, Parcel, SealedContent, Source};
pub use site::{Allowance, Site};
