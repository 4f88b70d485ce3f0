//! Does the clustered back end keep its word? The same laws as the embedded one, against a PostgreSQL server of the test's own.
#![cfg(test)]

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

mod cluster;
mod compat;
mod crash;
mod postgres;
mod proxy;
mod wal;
