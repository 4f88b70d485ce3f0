//! What proves that something was written down? A row of a chained log, and [`Recorded`], which only its commit makes.
//!
//! A chain is a log of one writer. Each row carries a link: the SHA-256 of the link before, the row's number and its
//! bytes, so that nothing can be changed, left out or put in between without all later links changing. Storage computes
//! links when it commits, `trail` proves them; neither knows the other, hence their words stand here.

use crate::{Stored, sealed};
use std::fmt;

/// Names a chain: one per writer, drawn at random when the writer starts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChainId(u128);

impl ChainId {
    /// A chain of this number.
    pub const fn new(number: u128) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> u128 {
        self.0
    }

    /// The number as 16 bytes, the highest first.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
}

impl fmt::Display for ChainId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for ChainId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a row of a chain is bound to: all rows before it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Link([u8; 32]);

impl Link {
    /// From a digest.
    pub const fn new(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The digest.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One row of a chained log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainRow {
    /// Whose chain.
    pub chain: ChainId,
    /// Its number in the chain, from 1.
    pub seq: u64,
    /// What it is bound to.
    pub link: Link,
    /// The record.
    pub body: Stored,
}

/// Where a chain ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainHead {
    /// Whose chain.
    pub chain: ChainId,
    /// The number of its last row; 0 when it has none.
    pub seq: u64,
    /// The link of its last row; for an empty chain, what the first row will be bound to.
    pub link: Link,
}

/// Proof that a row of a log is durable. Neither cloned nor stored: it speaks for one commit.
#[derive(Debug, PartialEq, Eq)]
pub struct Recorded {
    chain: ChainId,
    seq: u64,
    event: u128,
}

impl Recorded {
    /// Made by the commit of the row alone: allowed only at the sites of the pinned list.
    pub const fn from_pinned_commit(chain: ChainId, seq: u64, event: u128) -> Self {
        Self { chain, seq, event }
    }

    /// Whose chain.
    pub const fn chain(&self) -> ChainId {
        self.chain
    }

    /// The row's number in the chain.
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// The event that was recorded, by its id.
    pub const fn event(&self) -> u128 {
        self.event
    }
}

macro_rules! log_safe {
    ($($type:ty),*) => {$( impl sealed::LogSafe for $type {} impl crate::LogSafe for $type {} )*};
}
log_safe!(ChainId, Link, ChainHead, Recorded, crate::Malformed);
