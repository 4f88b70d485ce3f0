//! AWS Encryption SDK messages: written, read, and refused.
//!
//! Which question does this crate answer? *How does an encrypted message travel, so that every AWS Encryption SDK reads it?*
