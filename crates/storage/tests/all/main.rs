//! Do both back ends keep their word? One suite over both, and what is peculiar to each: kills, broken connections, old data.
#![cfg(test)]

mod cluster;
mod compat;
mod conformance;
mod crash;
mod embedded;
mod postgres;
mod proxy;
mod scratch;
