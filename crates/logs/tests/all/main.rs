//! Does the store of events keep its word? Laws over a directory: order, pages, what goes and what stays, faults, kills.
//!
//! The clustered one is tested in `clients`, a binary of its own: it needs a PostgreSQL server.
#![cfg(test)]

#[path = "../shared/kill.rs"]
mod kill;
mod world;

mod crash;
mod disk;
mod effects;
mod faults;
mod going;
mod laws;
mod locked;
mod retroactive;
mod transitions;
