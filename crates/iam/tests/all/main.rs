//! Which laws hold for the whole crate, seen from outside? One binary, so that it is compiled and linked once.
//!
//! `vectors`: decisions that follow AWS's pages; `grammar`: documents that are no policies; `agreement`: the engine against a
//! naive reference over generated policies and requests; `snapshot`: stored records and permits; `messages`: AWS's sentences;
//! `misuse`: what must not compile.

#![cfg(test)]
#![expect(
    clippy::disallowed_methods,
    reason = "tests declare their own literals public and read their own records"
)]
#![expect(
    clippy::string_slice,
    reason = "the naive reference cuts at the ends of characters that it has just read"
)]

mod agreement;
mod grammar;
mod messages;
mod misuse;
mod reference;
mod snapshot;
mod vectors;
mod world;
