//! Segments of stored text in columns, and the sealed originals beside them.
//!
//! Which question does this crate answer? *How do masked events rest so that other engines can read them and leak nothing?*
