//! Does the store of events keep its word over PostgreSQL, with several processes at once?
#![cfg(test)]

#[path = "../../../storage/tests/clients/cluster.rs"]
#[expect(dead_code, reason = "what the tests of `storage` need besides")]
mod cluster;
#[path = "../shared/kill.rs"]
mod kill;
#[path = "../all/world.rs"]
mod world;

mod several;

/// What the cluster of `storage`'s tests knows as its scratch directory.
mod scratch {
    pub(crate) use crate::world::Scratch;
}
