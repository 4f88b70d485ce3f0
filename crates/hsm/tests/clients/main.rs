//! Does a real module do what the trait promises? SoftHSM2, with tokens that are absent, taken away, locked up and brought back.
//!
//! A module is one application per process and reads its settings when it is loaded: each test runs in a process of its own
//! (it starts itself again, with the settings in the environment). Where SoftHSM2 is not installed the tests say so and pass,
//! but in the full lane.

#![cfg(test)]

mod errors;
mod keys;
mod scratch;
