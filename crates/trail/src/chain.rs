//! Is a chain whole? [`Verifier`] computes each link anew and says where the first one differs.
//!
//! The construction is written down at storage, which computes links when it commits; this is code of its own, so that one
//! mistake does not prove itself: link(0) = SHA-256("sotto chain 1" || log name || 0x00 || chain id), link(n) =
//! SHA-256(link(n-1) || n || body). It proves that rows were neither changed, left out nor put in between. That rows at the
//! end, or whole chains, were taken away only [`crate::Heads`] can show.

use aws_lc_rs::digest::{Context, SHA256};
use sotto_public::{ChainHead, ChainId, ChainRow, Link, LogSafe};

/// Where a chain breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, LogSafe)]
pub enum Break {
    /// A row of another chain.
    #[error("a row belongs to chain {found}, not to {wanted}")]
    OtherChain {
        /// The chain that is verified.
        wanted: ChainId,
        /// The chain of the row.
        found: ChainId,
    },
    /// A number is skipped or repeated.
    #[error("after row {after} of the chain comes row {found}: rows are missing or moved")]
    Gap {
        /// The last row before.
        after: u64,
        /// The number that came.
        found: u64,
    },
    /// The row was changed, or one before it.
    #[error("row {seq} of the chain does not fit what stands before it: it was changed")]
    Link {
        /// The row's number.
        seq: u64,
    },
}

/// Walks one chain from its first row.
#[derive(Debug)]
pub struct Verifier {
    head: ChainHead,
}

impl Verifier {
    /// At the beginning of a chain of a log.
    pub fn new(log: &'static str, chain: ChainId) -> Self {
        let mut context = Context::new(&SHA256);
        for part in [b"sotto chain 1".as_slice(), log.as_bytes(), &[0], &chain.number().to_be_bytes()] {
            context.update(part);
        }
        Self { head: ChainHead { chain, seq: 0, link: finish(context) } }
    }

    /// Takes the next row.
    ///
    /// # Errors
    /// When it does not follow.
    pub fn push(&mut self, row: &ChainRow) -> Result<(), Break> {
        let (wanted, found) = (self.head.chain, row.chain);
        if wanted != found {
            return Err(Break::OtherChain { wanted, found });
        }
        if row.seq != self.head.seq + 1 {
            return Err(Break::Gap { after: self.head.seq, found: row.seq });
        }
        let mut context = Context::new(&SHA256);
        for part in [self.head.link.as_bytes().as_slice(), &row.seq.to_be_bytes(), row.body.as_bytes()] {
            context.update(part);
        }
        let link = finish(context);
        if link != row.link {
            return Err(Break::Link { seq: row.seq });
        }
        self.head = ChainHead { chain: row.chain, seq: row.seq, link };
        Ok(())
    }

    /// How far the chain is proven.
    pub fn head(&self) -> ChainHead {
        self.head
    }
}

fn finish(context: Context) -> Link {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(context.finish().as_ref()).for_each(|(to, from)| *to = *from);
    Link::new(bytes)
}
