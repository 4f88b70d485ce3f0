//! Groups, streams and events of stored text: the log-structured store.
//!
//! Which question does this crate answer? *Which events are there, in which order, and what follows from them?*
