//! Was something taken away at the end? [`Heads`] say how far each chain had come at an instant, under a code that only the
//! root key gives.
//!
//! Whoever can write to the store can cut a chain's end and forget a chain; they cannot make heads that say so without the
//! key. Heads are made from time to time and belong outside of the store, too: what was written after the newest heads is
//! not covered. The code (HMAC) comes from the caller, since keys are not known here.

use crate::Verifier;
use sotto_public::{ChainHead, ChainId, Link, LogSafe, Opaque, Storable, StoredRecord};
use std::time::SystemTime;

/// How far each chain of a log had come.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Heads {
    at: SystemTime,
    heads: Vec<Head>,
    code: Opaque,
}

/// A chain's head in storable form.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
struct Head {
    chain: u128,
    seq: u64,
    high: u128,
    low: u128,
}

impl StoredRecord for Heads {
    const KIND: &'static str = "trail-heads";
}

/// How chains differ from their heads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, LogSafe)]
pub enum HeadsBreak {
    /// Made with another key, or changed.
    #[error("the heads are not genuine: their code is not the one that the root key gives")]
    Forged,
    /// A chain is gone.
    #[error("chain {chain} is gone: it had {rows} rows")]
    Gone {
        /// Which.
        chain: ChainId,
        /// How many rows it had.
        rows: u64,
    },
    /// A chain is shorter than it was.
    #[error("chain {chain} ends at row {found}, it had {rows} rows")]
    Short {
        /// Which.
        chain: ChainId,
        /// How many rows it had.
        rows: u64,
        /// How many it has.
        found: u64,
    },
    /// A chain was written anew.
    #[error("row {seq} of chain {chain} is not what it was")]
    Other {
        /// Which.
        chain: ChainId,
        /// The row that the heads speak of.
        seq: u64,
    },
}

impl Heads {
    /// Heads at an instant, with the code over [`Heads::message`] that `authenticate` gives.
    #[expect(clippy::disallowed_methods, reason = "a code of authentication says nothing without the key")]
    pub fn new(at: SystemTime, heads: &[ChainHead], authenticate: impl Fn(&[u8]) -> [u8; 32]) -> Self {
        let mut heads: Vec<Head> = heads.iter().map(Head::of).collect();
        heads.sort_by_key(|head| head.chain);
        let code = authenticate(&message(at, &heads)).to_vec();
        Self { at, heads, code: Opaque::from_pinned_bytes(code) }
    }

    /// When they were made.
    pub fn at(&self) -> SystemTime {
        self.at
    }

    /// The heads.
    pub fn chains(&self) -> Vec<ChainHead> {
        self.heads.iter().map(Head::chain_head).collect()
    }

    /// That the heads are genuine.
    ///
    /// # Errors
    /// [`HeadsBreak::Forged`].
    pub fn confirm(&self, authenticate: impl Fn(&[u8]) -> [u8; 32]) -> Result<(), HeadsBreak> {
        let wanted = authenticate(&message(self.at, &self.heads));
        let same = aws_lc_rs::constant_time::verify_slices_are_equal(&wanted, self.code.as_bytes());
        same.map_err(|_| HeadsBreak::Forged)
    }

    /// What the heads say about one chain.
    pub fn of(&self, chain: ChainId) -> Option<ChainHead> {
        self.heads.iter().map(Head::chain_head).find(|head| head.chain == chain)
    }

    /// That a chain which was walked up to the row of its head was the same then: call it when the verifier stands there.
    ///
    /// # Errors
    /// When the link is another one.
    pub fn compare(&self, walked: &Verifier) -> Result<(), HeadsBreak> {
        let here = walked.head();
        match self.of(here.chain) {
            Some(head) if head.seq == here.seq && head.link != here.link => {
                Err(HeadsBreak::Other { chain: here.chain, seq: here.seq })
            }
            _ => Ok(()),
        }
    }

    /// That no chain is gone or shorter than it was, given where all chains end now.
    ///
    /// # Errors
    /// The first chain that is.
    pub fn compare_lengths(&self, now: &[ChainHead]) -> Result<(), HeadsBreak> {
        self.chains().into_iter().filter(|head| head.seq > 0).try_for_each(|head| {
            let (chain, rows) = (head.chain, head.seq);
            match now.iter().find(|found| found.chain == chain) {
                None => Err(HeadsBreak::Gone { chain, rows }),
                Some(found) if found.seq < rows => Err(HeadsBreak::Short { chain, rows, found: found.seq }),
                Some(_) => Ok(()),
            }
        })
    }
}

impl Head {
    fn of(head: &ChainHead) -> Self {
        let (high, low) = head.link.as_bytes().split_at(16);
        let number = |half: &[u8]| half.iter().fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
        Self { chain: head.chain.number(), seq: head.seq, high: number(high), low: number(low) }
    }

    fn chain_head(&self) -> ChainHead {
        let mut bytes = [0; 32];
        let halves = self.high.to_be_bytes().into_iter().chain(self.low.to_be_bytes());
        bytes.iter_mut().zip(halves).for_each(|(to, from)| *to = from);
        ChainHead { chain: ChainId::new(self.chain), seq: self.seq, link: Link::new(bytes) }
    }
}

/// What the code is over: the instant and all heads, in parts of fixed length.
fn message(at: SystemTime, heads: &[Head]) -> Vec<u8> {
    let nanos = at.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |distance| distance.as_nanos());
    let mut message = b"sotto heads 1".to_vec();
    message.extend_from_slice(&nanos.to_be_bytes());
    for head in heads {
        message.extend_from_slice(&head.chain.to_be_bytes());
        message.extend_from_slice(&head.seq.to_be_bytes());
        message.extend_from_slice(&head.high.to_be_bytes());
        message.extend_from_slice(&head.low.to_be_bytes());
    }
    message
}
