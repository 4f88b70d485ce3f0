//! What does a group of batches do? Decided here, in memory, the same for both back ends.
//!
//! A back end reads the ground (epoch, versions of the places that matter, ends of its chains), lets [`Plan::of`] decide each
//! batch in order, and carries the plan out in one transaction. A batch whose requirements do not hold leaves nothing; the
//! others of its group go on. Answers leave only after the transaction is durable.

use crate::batch::{Append, Require, Write};
use crate::{Batch, Committed, Epoch, StorageError, chain};
use sotto_public::{ChainHead, ChainId, Place, Recorded, Stored};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Most batches in one group.
pub(crate) const GROUP_BATCHES_MAX: usize = 512;

/// A group takes no further batch once it holds so many bytes.
pub(crate) const GROUP_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What a group stands on.
#[derive(Debug, Default)]
pub(crate) struct Ground {
    pub(crate) epoch: u64,
    /// Versions of records that are there; what is asked for and not here is absent.
    pub(crate) versions: HashMap<Place, u64>,
    /// Ends of this writer's chains.
    pub(crate) heads: BTreeMap<&'static str, ChainHead>,
}

/// Places whose versions a group needs to know: those that it requires and those that it deletes.
pub(crate) fn places_needed(batches: &[Batch]) -> BTreeSet<&Place> {
    let required = batches.iter().flat_map(|batch| &batch.requires).map(|require| match require {
        Require::Absent(place) | Require::At(place, _) => place,
    });
    let deleted = batches.iter().flat_map(|batch| &batch.writes).filter(|write| write.record.is_none());
    required.chain(deleted.map(|write| &write.place)).collect()
}

/// Names of the logs that a group appends to.
pub(crate) fn logs_needed(batches: &[Batch]) -> BTreeSet<&'static str> {
    batches.iter().flat_map(|batch| &batch.appends).map(|append| append.log.name()).collect()
}

/// Whether a group has to keep other writers out: it changes records, or its requirements must still hold when it commits.
pub(crate) fn needs_epoch(batches: &[Batch]) -> bool {
    batches.iter().any(|batch| batch.changes_records() || !batch.requires.is_empty())
}

/// A row to append.
#[derive(Debug)]
pub(crate) struct NewRow {
    pub(crate) log: &'static str,
    pub(crate) head: ChainHead,
    pub(crate) event: u128,
    pub(crate) body: Stored,
    pub(crate) index: Vec<Place>,
}

/// What a group does.
#[derive(Debug)]
pub(crate) struct Plan {
    chain: ChainId,
    pub(crate) ground: Ground,
    /// What is written: per place the last word, with its version.
    pub(crate) writes: BTreeMap<Place, (u64, Option<Stored>)>,
    pub(crate) rows: Vec<NewRow>,
    /// One answer per batch, good once the plan is durable.
    pub(crate) answers: Vec<Result<Committed, StorageError>>,
}

impl Plan {
    /// Decides the batches in order.
    pub(crate) fn of(chain: ChainId, ground: Ground, batches: Vec<Batch>) -> Self {
        let mut plan = Self { chain, ground, writes: BTreeMap::new(), rows: Vec::new(), answers: Vec::new() };
        for batch in batches {
            let answer = plan.take(batch);
            plan.answers.push(answer);
        }
        plan
    }

    /// Whether anything is to be done at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.writes.is_empty() && self.rows.is_empty()
    }

    /// Whether records change.
    pub(crate) fn changes_records(&self) -> bool {
        !self.writes.is_empty()
    }

    fn take(&mut self, batch: Batch) -> Result<Committed, StorageError> {
        if let Some(requirement) = batch.requires.iter().position(|require| !self.holds(require)) {
            return Err(StorageError::Conflict { requirement });
        }
        if batch.changes_records() {
            self.ground.epoch += 1;
        }
        batch.writes.into_iter().for_each(|write| self.write(write));
        let recorded = batch.appends.into_iter().flat_map(|append| self.append(append)).collect();
        Ok(Committed { epoch: Epoch::new(self.ground.epoch), recorded })
    }

    fn holds(&self, require: &Require) -> bool {
        match require {
            Require::Absent(place) => !self.ground.versions.contains_key(place),
            Require::At(place, version) => self.ground.versions.get(place) == Some(&version.number()),
        }
    }

    fn write(&mut self, write: Write) {
        let Write { place, record } = write;
        let version = self.ground.epoch;
        let there = match &record {
            Some(_) => self.ground.versions.insert(place.clone(), version).is_some(),
            None => self.ground.versions.remove(&place).is_some(),
        };
        if there || record.is_some() {
            self.writes.insert(place, (version, record));
        }
    }

    #[expect(clippy::disallowed_methods, reason = "answers leave only after the plan is durable")]
    fn append(&mut self, append: Append) -> Vec<Recorded> {
        let Append { log, events, body, index } = append;
        let log = log.name();
        let last = self.ground.heads.get(log).copied().unwrap_or_else(|| chain::origin(log, self.chain));
        let head = chain::next(&last, &body);
        self.ground.heads.insert(log, head);
        let event = events.first().copied().unwrap_or_default();
        self.rows.push(NewRow { log, head, event, body, index });
        let (chain, seq) = (head.chain, head.seq);
        events.into_iter().map(|event| Recorded::from_pinned_commit(chain, seq, event)).collect()
    }
}
