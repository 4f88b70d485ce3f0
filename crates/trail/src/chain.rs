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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Heads;
    use sotto_public::{Public, Storable, Stored, StoredRecord};
    use std::time::SystemTime;

    #[derive(Storable)]
    struct Word(Public<String>);

    impl StoredRecord for Word {
        const KIND: &'static str = "word";
    }

    const CHAIN: ChainId = ChainId::new(5);

    /// A chain of three rows, made with the verifier's own arithmetic; storage's is tested against it where both are known.
    fn rows(words: [&'static str; 3]) -> Vec<ChainRow> {
        let mut verifier = Verifier::new("test", CHAIN);
        words.map(|word| row(&mut verifier, word)).into()
    }

    fn row(verifier: &mut Verifier, word: &'static str) -> ChainRow {
        let (seq, body) = (verifier.head().seq + 1, Stored::of(&Word(word.into())));
        let mut context = Context::new(&SHA256);
        context.update(verifier.head().link.as_bytes());
        context.update(&seq.to_be_bytes());
        context.update(body.as_bytes());
        let row = ChainRow { chain: CHAIN, seq, link: finish(context), body };
        verifier.push(&row).unwrap();
        row
    }

    fn walk(rows: &[ChainRow]) -> Result<Verifier, Break> {
        let mut verifier = Verifier::new("test", CHAIN);
        rows.iter().try_for_each(|row| verifier.push(row))?;
        Ok(verifier)
    }

    fn code(key: u8) -> impl Fn(&[u8]) -> [u8; 32] {
        move |message| {
            let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &[key; 32]);
            aws_lc_rs::hmac::sign(&key, message).as_ref().try_into().unwrap()
        }
    }

    #[test]
    fn a_chain_that_was_touched_breaks_there() {
        let whole = rows(["a", "b", "c"]);
        assert_eq!(walk(&whole).unwrap().head().seq, 3);
        let touched = |touch: fn(&mut Vec<ChainRow>)| {
            let mut rows = rows(["a", "b", "c"]);
            touch(&mut rows);
            walk(&rows).err()
        };
        assert_eq!(
            touched(|rows| rows[1].body = Stored::of(&Word("x".into()))),
            Some(Break::Link { seq: 2 })
        );
        assert_eq!(touched(|rows| rows[1].link = rows[0].link), Some(Break::Link { seq: 2 }));
        assert_eq!(touched(|rows| drop(rows.remove(0))), Some(Break::Gap { after: 0, found: 2 }));
        assert_eq!(touched(|rows| drop(rows.remove(1))), Some(Break::Gap { after: 1, found: 3 }));
        assert_eq!(touched(|rows| rows.swap(1, 2)), Some(Break::Gap { after: 1, found: 3 }));
        assert_eq!(touched(|rows| rows.insert(1, rows[0].clone())), Some(Break::Gap { after: 1, found: 1 }));
        let renumbered = |rows: &mut Vec<ChainRow>| {
            rows.remove(1);
            rows[1].seq = 2;
        };
        assert_eq!(touched(renumbered), Some(Break::Link { seq: 2 }));
        let other = Break::OtherChain { wanted: CHAIN, found: ChainId::new(6) };
        assert_eq!(touched(|rows| rows[2].chain = ChainId::new(6)), Some(other));
        let mut another_log = Verifier::new("other", CHAIN);
        assert_eq!(another_log.push(&whole[0]), Err(Break::Link { seq: 1 }));
    }

    #[test]
    fn heads_show_what_was_taken_from_the_end() {
        let whole = rows(["a", "b", "c"]);
        let head = walk(&whole).unwrap().head();
        let empty = Verifier::new("test", ChainId::new(9)).head();
        let made = Heads::new(SystemTime::UNIX_EPOCH, &[head, empty], code(1));
        let heads = Stored::of(&made).read::<Heads>().unwrap();
        assert_eq!(heads, made);
        assert_eq!(heads.confirm(code(1)), Ok(()));
        assert_eq!(heads.confirm(code(2)), Err(crate::HeadsBreak::Forged));
        assert_eq!(heads.compare_lengths(&[head]), Ok(()), "an empty chain may go");
        let shorter = walk(&whole[..2]).unwrap().head();
        let short = crate::HeadsBreak::Short { chain: CHAIN, rows: 3, found: 2 };
        assert_eq!(heads.compare_lengths(&[shorter]), Err(short));
        assert_eq!(heads.compare_lengths(&[empty]), Err(crate::HeadsBreak::Gone { chain: CHAIN, rows: 3 }));
        assert_eq!(heads.compare(&walk(&whole).unwrap()), Ok(()));
        let forged = walk(&rows(["a", "b", "x"])).unwrap();
        assert_eq!(heads.compare(&forged), Err(crate::HeadsBreak::Other { chain: CHAIN, seq: 3 }));
        let longer = {
            let mut verifier = walk(&whole).unwrap();
            row(&mut verifier, "d");
            verifier
        };
        assert_eq!(heads.compare(&longer), Ok(()), "what came later is not spoken of");
        assert_eq!(heads.compare_lengths(&[longer.head()]), Ok(()));
    }
}
