//! The query engine: a program of its own over masked segments.
//!
//! Which question does this crate answer? *What are the rows of a query plan over stored text?*
