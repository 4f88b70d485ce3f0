//! What is a row of a log bound to? To all rows before it, by SHA-256 (FIPS 180-4).
//!
//! link(0) = SHA-256("sotto chain 1" || log name || 0x00 || chain id); link(n) = SHA-256(link(n-1) || n || body), with the
//! chain id in 16 and n in 8 bytes, the highest first. The first two parts of each row have a fixed length, so no two rows
//! give the same input. `trail` proves chains with code of its own.

use aws_lc_rs::digest;
use sotto_public::{ChainHead, ChainId, Link, Stored};

/// What the first row of a chain is bound to.
pub(crate) fn origin(log: &str, chain: ChainId) -> ChainHead {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(b"sotto chain 1");
    context.update(log.as_bytes());
    context.update(&[0]);
    context.update(&chain.to_bytes());
    ChainHead { chain, seq: 0, link: link(context) }
}

/// The head after one more row.
pub(crate) fn next(head: &ChainHead, body: &Stored) -> ChainHead {
    let seq = head.seq + 1;
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(head.link.as_bytes());
    context.update(&seq.to_be_bytes());
    context.update(body.as_bytes());
    ChainHead { chain: head.chain, seq, link: link(context) }
}

fn link(context: digest::Context) -> Link {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(context.finish().as_ref()).for_each(|(to, from)| *to = *from);
    Link::new(bytes)
}
