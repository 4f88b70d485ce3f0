//! The audit record and its chain.
