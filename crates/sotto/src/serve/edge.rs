//! What does the edge give to the rooms? Its clock, and randomness from the operating system.
//!
//! Chains of the trail are numbered at random, so that two processes never write the same one.

use crate::clock;
use crate::fault::Fault;
use anyhow::Result;
use sotto_api::{Clock, Draw, Randomness};
use sotto_public::ChainId;
use std::time::SystemTime;

/// The system's clock.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        clock::now()
    }
}

/// The system's generator.
#[derive(Clone, Copy)]
pub(crate) struct Edge(());

impl Edge {
    pub(crate) const fn new() -> Self {
        Self(())
    }

    /// Randomness as an argument.
    pub(crate) fn draw(&self) -> Draw<'_> {
        Draw::from(self as &dyn Randomness)
    }
}

impl Randomness for Edge {
    fn fill(&self, place: &mut [u8]) {
        // A generator that fails must not go on with zeros: everything that is sealed hangs on it.
        if aws_lc_rs::rand::fill(place).is_err() {
            std::panic::resume_unwind(Box::new("no randomness"));
        }
    }
}

/// A fresh number for this process's chain.
pub(crate) fn chain_id() -> Result<ChainId> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Fault::unavailable("the system gives no randomness"))?;
    Ok(ChainId::new(u128::from_be_bytes(bytes)))
}
