//! Does the codec speak AWS's protocols? The published protocol cases in both directions, the signature cases, and laws.
#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "tests read what they wrote: published cases and canaries")]

mod answers;
mod cases;
mod oracle;
mod requests;
mod service;
mod signatures;
