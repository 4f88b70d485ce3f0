//! Which laws hold for the whole crate, seen from outside? One binary, so that the rules are compiled and linked once.
//!
//! `identifiers`: the files' own examples; `sweep`: every value in every place that logs have; `stream`: parts equal the
//! whole; `disguises`: every value behind every disguise; `errors`: nothing prints text; `robust`: any bytes at all; `modes`: AWS's rules and sotto's own side by side.

#![cfg(test)]
#![expect(clippy::string_slice, reason = "places are compared as text, and a wrong one may fail loudly")]

mod disguises;
mod errors;
mod identifiers;
mod modes;
mod robust;
mod stream;
mod sweep;
