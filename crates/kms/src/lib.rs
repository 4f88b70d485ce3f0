//! Keys: seals values and opens them again.
