//! What is done about sensitive data once it is found?
//!
//! [`policy`] reads the data protection policy documents that say what to look for and where findings go. Masking, tokens and streams
//! obey them. Nothing here knows log groups, buckets or protocols.

pub mod policy;
