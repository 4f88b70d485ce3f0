//! One outbox: what is sent to others, in order, until it has arrived.
//!
//! Which question does this crate answer? *How does stored text reach other systems, once promised?*
