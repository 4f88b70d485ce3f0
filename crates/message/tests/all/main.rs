//! Do messages hold what they promise? Vectors of others, laws for every suite, and everything that must be refused.
#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "tests read what they wrote: published vectors and canaries")]

mod archive;
mod bounds;
mod caching;
mod connect;
mod fixture;
mod keyrings;
mod laws;
mod mutations;
mod twice;
mod vectors;
