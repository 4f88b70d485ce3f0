//! What is done together or not at all? A [`Batch`]: what must hold, what is written, what is appended to logs.
//!
//! Requirements make a batch a transaction without locks: read, decide, and say what the decision stands on. Rows of logs
//! get their number and link at the commit, since only there is it known what stands before them.

use crate::StorageError;
use sotto_public::{LogSafe, Place, Recorded, Stored, StoredRecord};

/// Most requirements, writes and rows in one batch, together.
pub const BATCH_ITEMS_MAX: usize = 10_000;

/// Most bytes in one batch: places, records and index entries.
pub const BATCH_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Counts commits that change records; a record's version is the epoch in which it was last written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, LogSafe)]
pub struct Epoch(u64);

impl Epoch {
    /// This number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// A chained log, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, LogSafe)]
pub struct Log(&'static str);

impl Log {
    /// The log of this name.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        self.0
    }
}

/// What a batch stands on.
#[derive(Clone, Debug)]
pub(crate) enum Require {
    Absent(Place),
    At(Place, Epoch),
}

/// What a batch writes; no record deletes.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub(crate) place: Place,
    pub(crate) record: Option<Stored>,
}

/// A row for a log.
#[derive(Clone, Debug)]
pub(crate) struct Append {
    pub(crate) log: Log,
    pub(crate) events: Vec<u128>,
    pub(crate) body: Stored,
    pub(crate) index: Vec<Place>,
}

/// What is done together or not at all.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    pub(crate) requires: Vec<Require>,
    pub(crate) writes: Vec<Write>,
    pub(crate) appends: Vec<Append>,
}

impl Batch {
    /// An empty batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Nothing may be stored at this place.
    pub fn require_absent(&mut self, place: &Place) -> &mut Self {
        self.requires.push(Require::Absent(place.clone()));
        self
    }

    /// What is stored at this place must have been written last in this epoch.
    pub fn require_version(&mut self, place: &Place, version: Epoch) -> &mut Self {
        self.requires.push(Require::At(place.clone(), version));
        self
    }

    /// Stores a record at a place.
    pub fn put<R: StoredRecord>(&mut self, place: &Place, record: &R) -> &mut Self {
        self.put_stored(place, Stored::of(record))
    }

    /// Stores a record that is encoded already.
    pub fn put_stored(&mut self, place: &Place, record: Stored) -> &mut Self {
        self.writes.push(Write { place: place.clone(), record: Some(record) });
        self
    }

    /// Takes away what is stored at a place; nothing there is fine.
    pub fn delete(&mut self, place: &Place) -> &mut Self {
        self.writes.push(Write { place: place.clone(), record: None });
        self
    }

    /// Appends a record to this writer's chain of a log. It is found again under each of the index places
    /// ([`crate::Store::find`]); two rows with one index place are a mistake of the caller: end the place in the event's id.
    pub fn append<R: StoredRecord>(
        &mut self,
        log: Log,
        event: u128,
        record: &R,
        index: Vec<Place>,
    ) -> &mut Self {
        self.append_all(log, vec![event], record, index)
    }

    /// The same for a row that holds the records of several events: there is a proof for each of them, in their order.
    pub fn append_all<R: StoredRecord>(
        &mut self,
        log: Log,
        events: Vec<u128>,
        record: &R,
        index: Vec<Place>,
    ) -> &mut Self {
        self.appends.push(Append { log, events, body: Stored::of(record), index });
        self
    }

    /// Adds what another batch holds.
    pub fn extend(&mut self, other: Self) -> &mut Self {
        self.requires.extend(other.requires);
        self.writes.extend(other.writes);
        self.appends.extend(other.appends);
        self
    }

    /// What is put and, where there is no record, deleted, in order.
    pub fn writes(&self) -> impl Iterator<Item = (&Place, Option<&Stored>)> {
        self.writes.iter().map(|write| (&write.place, write.record.as_ref()))
    }

    /// Whether it holds nothing but writes: no requirement, no row of a log.
    pub fn only_writes(&self) -> bool {
        self.requires.is_empty() && self.appends.is_empty()
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.items() == 0
    }

    pub(crate) fn changes_records(&self) -> bool {
        !self.writes.is_empty()
    }

    fn items(&self) -> usize {
        let index: usize = self.appends.iter().map(|append| 1 + append.index.len()).sum();
        self.requires.len() + self.writes.len() + index
    }

    /// Bytes of all places and records.
    pub(crate) fn bytes(&self) -> usize {
        let length = |place: &Place| place.as_bytes().len();
        let writes = self.writes.iter().map(|write| {
            length(&write.place) + write.record.as_ref().map_or(0, |record| record.as_bytes().len())
        });
        let appends = self
            .appends
            .iter()
            .map(|append| append.body.as_bytes().len() + append.index.iter().map(length).sum::<usize>());
        writes.sum::<usize>() + appends.sum::<usize>()
    }

    /// That the batch is not larger than a batch may be.
    pub(crate) fn check_size(&self) -> Result<(), StorageError> {
        let bounds = [("items", self.items(), BATCH_ITEMS_MAX), ("bytes", self.bytes(), BATCH_BYTES_MAX)];
        match bounds.into_iter().find(|(_, found, most)| found > most) {
            Some((what, found, most)) => Err(StorageError::TooLarge { what, found, most }),
            None => Ok(()),
        }
    }
}

/// What came of a batch that is durable.
#[derive(Debug)]
pub struct Committed {
    pub(crate) epoch: Epoch,
    pub(crate) recorded: Vec<Recorded>,
}

impl Committed {
    /// The epoch after the batch: the version of everything that it wrote.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Proofs of the events whose rows were appended, in the batch's order.
    pub fn recorded(&self) -> &[Recorded] {
        &self.recorded
    }

    /// The same, taken out.
    pub fn into_recorded(self) -> Vec<Recorded> {
        self.recorded
    }
}
