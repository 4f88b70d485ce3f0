//! Is an exported trail what its checkpoints say? [`Witness`] needs the export and a public key, and no store, server or root key.
//!
//! Three things must hold: each checkpoint is signed and follows the one before; each chain is whole, link by link; and each
//! chain passes through every row that a checkpoint names. Whoever kept a checkpoint elsewhere brings it along: then an
//! export that lacks it is an older state, and one that holds another in its place was written anew.

use crate::checkpoint::{Checkpoint, CheckpointBreak, Reached};
use crate::{Break, HeadsBreak, Verifier};
use sotto_public::{ChainId, ChainRow, Link};
use std::collections::BTreeMap;
use std::time::SystemTime;

/// What is wrong with an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, sotto_public::LogSafe)]
pub enum Flaw {
    /// A checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointBreak),
    /// A chain.
    #[error(transparent)]
    Chain(#[from] Break),
    /// A chain is not what a checkpoint says.
    #[error(transparent)]
    Heads(#[from] HeadsBreak),
}

/// What an export proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Proven {
    /// Checkpoints.
    pub checkpoints: u64,
    /// When the last one was made.
    pub until: Option<SystemTime>,
    /// Chains.
    pub chains: u64,
    /// Rows that a checkpoint vouches for.
    pub rows: u64,
    /// Rows after the last checkpoint: whole in themselves, and nobody vouches for them.
    pub open_rows: u64,
}

/// Walks an export.
pub struct Witness {
    log: &'static str,
    public_key: Vec<u8>,
    reached: Reached,
    kept: BTreeMap<u64, [u8; 32]>,
    named: BTreeMap<(ChainId, u64), Link>,
    walked: BTreeMap<ChainId, Verifier>,
    proven: Proven,
}

impl Witness {
    /// For a log whose checkpoints are signed by the key with this public half (SubjectPublicKeyInfo, DER).
    pub fn new(log: &'static str, public_key: &[u8]) -> Self {
        Self {
            log,
            public_key: public_key.to_vec(),
            reached: Reached::default(),
            kept: BTreeMap::new(),
            named: BTreeMap::new(),
            walked: BTreeMap::new(),
            proven: Proven::default(),
        }
    }

    /// A checkpoint that somebody kept elsewhere; before those of the export.
    ///
    /// # Errors
    /// When it is not signed by the key, or two that were kept contradict each other.
    pub fn keep(&mut self, kept: &Checkpoint) -> Result<(), Flaw> {
        kept.verify(&self.public_key)?;
        let number = kept.number();
        match self.kept.insert(number, kept.hash()) {
            Some(other) if other != kept.hash() => Err(CheckpointBreak::Forked { number }.into()),
            _ => Ok(()),
        }
    }

    /// The next checkpoint of the export.
    ///
    /// # Errors
    /// When it is not signed by the key, does not follow, or is another one than was kept.
    pub fn checkpoint(&mut self, checkpoint: &Checkpoint) -> Result<(), Flaw> {
        checkpoint.verify(&self.public_key)?;
        let number = checkpoint.number();
        if self.kept.get(&number).is_some_and(|kept| *kept != checkpoint.hash()) {
            return Err(CheckpointBreak::Forked { number }.into());
        }
        self.reached.push(checkpoint)?;
        self.named.extend(checkpoint.moved().map(|head| ((head.chain, head.seq), head.link)));
        self.proven.checkpoints = number;
        self.proven.until = Some(checkpoint.at());
        Ok(())
    }

    /// The next row of the export; rows of a chain come in their order.
    ///
    /// # Errors
    /// When it does not follow in its chain, or is another one than a checkpoint names.
    pub fn row(&mut self, row: &ChainRow) -> Result<(), Flaw> {
        let (chain, seq) = (row.chain, row.seq);
        let walked = self.walked.entry(chain).or_insert_with(|| Verifier::new(self.log, chain));
        walked.push(row)?;
        if self.named.get(&(chain, seq)).is_some_and(|named| *named != row.link) {
            return Err(HeadsBreak::Other { chain, seq }.into());
        }
        match seq <= self.reached.rows(chain) {
            true => self.proven.rows += 1,
            false => self.proven.open_rows += 1,
        }
        Ok(())
    }

    /// What is proven, at the end of the export.
    ///
    /// # Errors
    /// When a chain is shorter than a checkpoint says, or a checkpoint that was kept is not there.
    pub fn finish(self) -> Result<Proven, Flaw> {
        for (chain, rows) in self.reached.chains() {
            match self.walked.get(&chain).map(|walked| walked.head().seq) {
                None => return Err(HeadsBreak::Gone { chain, rows }.into()),
                Some(found) if found < rows => return Err(HeadsBreak::Short { chain, rows, found }.into()),
                Some(_) => {}
            }
        }
        let last = self.reached.number();
        match self.kept.keys().next_back() {
            Some(kept) if *kept > last => Err(CheckpointBreak::Older { kept: *kept, last }.into()),
            _ => Ok(Proven { chains: self.walked.len() as u64, ..self.proven }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::tests::{key, series};
    use crate::export::{EXPORT_TITLE, EndLine, ExportBreak, ExportReader, Item, RowLine};
    use aws_lc_rs::digest::{Context, SHA256};
    use aws_lc_rs::signature::EcdsaKeyPair;
    use sotto_public::{ChainHead, Public, Storable, Stored, StoredRecord};

    #[derive(Storable)]
    struct Word(Public<u64>);

    impl StoredRecord for Word {
        const KIND: &'static str = "word";
    }

    /// So many rows of a chain; `touch` makes one of them another.
    fn chain(id: u128, rows: u64, touch: Option<u64>) -> Vec<ChainRow> {
        let mut verifier = Verifier::new("test", ChainId::new(id));
        let row = |seq| {
            let body = Stored::of(&Word(Public::from(if touch == Some(seq) { 999 } else { seq })));
            let mut context = Context::new(&SHA256);
            context.update(verifier.head().link.as_bytes());
            context.update(&seq.to_be_bytes());
            context.update(body.as_bytes());
            let link = Link::new(context.finish().as_ref().try_into().unwrap());
            let row = ChainRow { chain: ChainId::new(id), seq, link, body };
            verifier.push(&row).unwrap();
            row
        };
        (1..=rows).map(row).collect()
    }

    fn head_at(rows: &[ChainRow], seq: usize) -> ChainHead {
        ChainHead { chain: rows[seq - 1].chain, seq: seq as u64, link: rows[seq - 1].link }
    }

    /// Two chains of five and three rows, with checkpoints at (2), (4, 2) and (4, 3).
    struct Trail {
        rows: [Vec<ChainRow>; 2],
        checkpoints: Vec<Checkpoint>,
        public: Vec<u8>,
        pair: EcdsaKeyPair,
    }

    fn trail(touch: Option<u64>) -> Trail {
        let (pair, public) = key();
        trail_of(touch, pair, public)
    }

    fn trail_of(touch: Option<u64>, pair: EcdsaKeyPair, public: Vec<u8>) -> Trail {
        let rows = [chain(1, 5, touch), chain(2, 3, None)];
        let [one, two] = &rows;
        let states: [&[ChainHead]; 3] =
            [&[head_at(one, 2)], &[head_at(one, 4), head_at(two, 2)], &[head_at(one, 4), head_at(two, 3)]];
        Trail { checkpoints: series(&pair, &states), rows, public, pair }
    }

    impl Trail {
        fn text(&self) -> String {
            let checkpoints: String = self.checkpoints.iter().map(ToString::to_string).collect();
            let rows: Vec<&ChainRow> = self.rows.iter().flatten().collect();
            let lines: String = rows.iter().map(|row| RowLine(row).to_string()).collect();
            format!("{EXPORT_TITLE}{checkpoints}{lines}{}", EndLine(rows.len() as u64))
        }

        fn judged(&self) -> Result<Proven, Flaw> {
            judge(&self.text(), &self.public, &[])
        }
    }

    fn judge(text: &str, public: &[u8], kept: &[&Checkpoint]) -> Result<Proven, Flaw> {
        let (mut reader, mut witness) = (ExportReader::default(), Witness::new("test", public));
        kept.iter().try_for_each(|kept| witness.keep(kept))?;
        for line in text.lines() {
            match reader.push(line.as_bytes()).unwrap() {
                Some(Item::Checkpoint(checkpoint)) => witness.checkpoint(&checkpoint)?,
                Some(Item::Row(row)) => witness.row(&row)?,
                Some(Item::End(_)) | None => {}
            }
        }
        assert_eq!(reader.finish(), Ok(()));
        witness.finish()
    }

    #[test]
    fn a_whole_export_is_proven_up_to_its_last_checkpoint() {
        let proven = trail(None).judged().unwrap();
        let Proven { checkpoints, chains, rows, open_rows, until } = proven;
        assert_eq!((checkpoints, chains, rows, open_rows), (3, 2, 7, 1));
        assert!(until.is_some());
    }

    #[test]
    fn what_was_done_to_rows_shows() {
        let touched = |touch: fn(&mut Trail)| {
            let mut trail = trail(None);
            touch(&mut trail);
            trail.judged().err()
        };
        let (one, two) = (ChainId::new(1), ChainId::new(2));
        // A whole chain that was written anew has good links; the checkpoint names another one.
        let anew = touched(|trail| trail.rows[0] = chain(1, 5, Some(1)));
        assert_eq!(anew, Some(HeadsBreak::Other { chain: one, seq: 2 }.into()));
        let body = touched(|trail| trail.rows[0][2].body = Stored::of(&Word(Public::from(7_u64))));
        assert_eq!(body, Some(Break::Link { seq: 3 }.into()));
        let cut = touched(|trail| trail.rows[0].truncate(3));
        assert_eq!(cut, Some(HeadsBreak::Short { chain: one, rows: 4, found: 3 }.into()));
        let gone = touched(|trail| trail.rows[1].clear());
        assert_eq!(gone, Some(HeadsBreak::Gone { chain: two, rows: 3 }.into()));
        let out = touched(|trail| drop(trail.rows[1].remove(0)));
        assert_eq!(out, Some(Break::Gap { after: 0, found: 2 }.into()));
        // What no checkpoint covers can be cut: that is what the page says, too.
        assert_eq!(touched(|trail| trail.rows[0].truncate(4)), None);
    }

    #[test]
    fn what_was_done_to_checkpoints_shows() {
        let whole = trail(None);
        let touched = |touch: fn(&mut Vec<Checkpoint>)| {
            let mut trail = trail(None);
            touch(&mut trail.checkpoints);
            trail.judged().err()
        };
        assert_eq!(
            touched(|all| drop(all.remove(1))),
            Some(CheckpointBreak::Gap { after: 1, found: 3 }.into())
        );
        assert_eq!(touched(|all| all.swap(0, 1)), Some(CheckpointBreak::Gap { after: 0, found: 2 }.into()));
        let other_key = judge(&whole.text(), &key().1, &[]).err();
        assert_eq!(other_key, Some(CheckpointBreak::Signature { number: 1 }.into()));
    }

    #[test]
    fn a_kept_checkpoint_tells_an_older_state_and_one_that_was_written_anew() {
        let whole = trail(None);
        let all: Vec<&Checkpoint> = whole.checkpoints.iter().collect();
        assert!(judge(&whole.text(), &whole.public, &all).is_ok());
        // The state of yesterday: whole, signed, and older than what was kept.
        let kept = whole.checkpoints[2].clone();
        let Trail { rows, checkpoints, public, pair } = whole;
        let older = Trail { rows, checkpoints: checkpoints[..2].to_vec(), public, pair };
        assert!(older.judged().is_ok(), "by itself nobody can tell");
        let told = judge(&older.text(), &older.public, &[&kept]).err();
        assert_eq!(told, Some(CheckpointBreak::Older { kept: 3, last: 2 }.into()));
        // Even the owner of the key cannot undo what others kept.
        let anew = trail_of(Some(1), older.pair, older.public);
        assert!(anew.judged().is_ok());
        let told = judge(&anew.text(), &anew.public, &[&kept]).err();
        assert_eq!(told, Some(CheckpointBreak::Forked { number: 3 }.into()));
    }

    #[test]
    fn a_file_that_is_no_export_or_was_cut_is_told() {
        let text = trail(None).text();
        let read = |text: &str| {
            let mut reader = ExportReader::default();
            text.lines()
                .try_for_each(|line| reader.push(line.as_bytes()).map(|_| ()))
                .and_then(|()| reader.finish())
        };
        assert_eq!(read(&text), Ok(()));
        assert_eq!(read("{\"Records\":[]}"), Err(ExportBreak::Title));
        assert_eq!(read(&text.replace("end 8\n", "")), Err(ExportBreak::Cut));
        let lines = text.lines().count() as u64;
        assert_eq!(read(&text.replace("end 8", "end 7")), Err(ExportBreak::Line { line: lines }));
        assert_eq!(read(&format!("{text}end 8\n")), Err(ExportBreak::Line { line: lines + 1 }));
        assert_eq!(read(&text.replace("row 0", "row  0")), Err(ExportBreak::Line { line: lines - 8 }));
        let late = text.replacen("end 8", "sotto trail checkpoint 1\nend 8", 1);
        assert_eq!(read(&late), Err(ExportBreak::Line { line: lines }), "checkpoints come first");
    }
}
