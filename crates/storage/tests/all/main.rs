//! Does the embedded back end keep its word? The laws, kills, and the data of earlier releases.
//!
//! The clustered one is tested in `clients`, a binary of its own: it needs a PostgreSQL server, which the quick lane has not.
#![cfg(test)]

#[path = "../shared/blob_laws.rs"]
mod blob_laws;
#[path = "../shared/conformance.rs"]
mod conformance;
#[path = "../shared/kill.rs"]
mod kill;
#[path = "../shared/old.rs"]
mod old;
#[path = "../shared/scratch.rs"]
mod scratch;
#[path = "../shared/wal_kill.rs"]
mod wal_kill;
#[path = "../shared/wal_laws.rs"]
mod wal_laws;

mod compat;
mod copy;
mod crash;
mod embedded;
mod wal;
