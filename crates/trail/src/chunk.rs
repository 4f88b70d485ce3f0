//! How are many records written at once? As one row, a [`Chunk`], found under everything that one of its records is found by.
//!
//! Calls that only read come in thousands per second and may be written together a moment later. A row of its own with an
//! index entry per attribute for each of them would be an hour of disk for a minute of load; a chunk has an entry per
//! distinct heading. Whoever looks up decodes the row with [`records`] and keeps what [`crate::Lookup::fits`].

use crate::{EventId, Record};
use sotto_public::{Malformed, Place, Storable, Stored, StoredRecord};
use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

/// Records in one chunk.
pub const CHUNK_RECORDS_MAX: usize = 2_048;

/// How far apart the records of a chunk may be: a lookup that begins or ends at an instant looks this much further.
pub const CHUNK_SPAN_MAX: Duration = Duration::from_secs(120);

/// The last bits of an event's id, which say where in its chunk a record stands.
const PLACES: u128 = 0xffff;

/// With how many records before it a record is compared before its headings are made.
const LOOK_BACK: usize = 16;

/// Whether two records are found under the same headings.
fn filed_alike(one: &Record, other: &Record) -> bool {
    one.call == other.call
        && one.region == other.region
        && one.recipient == other.recipient
        && one.identity == other.identity
        && one.resources == other.resources
        && one.read_only == other.read_only
}

/// Records that are written together.
#[derive(Clone, Debug, PartialEq, Storable)]
pub struct Chunk {
    event: EventId,
    records: Vec<Record>,
}

impl StoredRecord for Chunk {
    const KIND: &'static str = "trail-chunk";
}

impl Chunk {
    /// Takes records in the order in which they were answered, and gives them ids that begin as the chunk's does; gives back those for which there is no room: beyond
    /// [`CHUNK_RECORDS_MAX`], or further from the first one than [`CHUNK_SPAN_MAX`].
    pub fn new(event: EventId, mut records: Vec<Record>) -> (Self, Vec<Record>) {
        let first = records.first().map_or(SystemTime::UNIX_EPOCH, |record| record.at);
        let near = |at: SystemTime| {
            at.duration_since(first).unwrap_or_else(|before| before.duration()) <= CHUNK_SPAN_MAX / 2
        };
        let fits = records.iter().take_while(|record| near(record.at)).take(CHUNK_RECORDS_MAX).count();
        let left = records.split_off(fits);
        let event = EventId::from_number(event.number() & !PLACES);
        for (place, record) in (0_u128..).zip(&mut records) {
            record.event = EventId::from_number(event.number() | place);
        }
        (Self { event, records }, left)
    }

    /// The number of the row.
    pub fn event(&self) -> EventId {
        self.event
    }

    /// Its records.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The places under which storage finds the row again; its time is that of the newest record.
    pub fn index(&self) -> Vec<Place> {
        let at = self.records.iter().map(|record| record.at).max().unwrap_or(SystemTime::UNIX_EPOCH);
        let mut unlike: Vec<&Record> = Vec::new();
        for record in &self.records {
            // The newest ones first: calls come in runs.
            if !unlike.iter().rev().take(LOOK_BACK).any(|seen| filed_alike(seen, record)) {
                unlike.push(record);
            }
        }
        let headings: BTreeSet<Place> = unlike.into_iter().flat_map(Record::headings).collect();
        headings.into_iter().map(|heading| heading.with(&at).with(&self.event.number())).collect()
    }
}

/// The records of a row of the trail, be it one or a chunk.
///
/// # Errors
/// When it is neither, damaged, or written by a newer release.
pub fn records(row: &Stored) -> Result<Vec<Record>, Malformed> {
    if row.is::<Chunk>() {
        return row.read::<Chunk>().map(|chunk| chunk.records);
    }
    row.read().map(|record| vec![record])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Attribute, EventKind, Identity, Lookup, Value};
    use sotto_arn::{AccountId, Action, Region};

    fn at(second: u64) -> Record {
        Record {
            event: EventId::from_random(second.into()),
            at: SystemTime::UNIX_EPOCH + Duration::from_secs(second),
            call: Action::parse("iam:ListUsers").unwrap(),
            region: Region::parse("us-east-1").unwrap(),
            source: None,
            user_agent: Value::hidden(9),
            identity: Identity::unknown(),
            request: Value::Null,
            response: Value::Null,
            error: None,
            error_message: None,
            decision: None,
            resources: Vec::new(),
            request_id: EventId::from_random(7),
            read_only: true,
            kind: EventKind::ApiCall,
            recipient: AccountId::parse("111122223333").unwrap(),
            findings: Vec::new(),
        }
    }

    fn lookup(attribute: Option<(Attribute, sotto_public::Public<String>)>) -> Lookup {
        let Record { recipient: account, region, .. } = at(1);
        Lookup { account, region, attribute, start: None, end: None }
    }

    #[test]
    fn a_chunk_has_bounds_on_both_sides() {
        let made = |records: Vec<Record>| {
            let (chunk, left) = Chunk::new(EventId::from_random(1), records);
            (chunk.records().len(), left.len())
        };
        assert_eq!(made(vec![at(0); CHUNK_RECORDS_MAX]), (CHUNK_RECORDS_MAX, 0));
        assert_eq!(made(vec![at(0); CHUNK_RECORDS_MAX + 1]), (CHUNK_RECORDS_MAX, 1));
        let half = CHUNK_SPAN_MAX.as_secs() / 2;
        assert_eq!(made(vec![at(200), at(200 + half)]), (2, 0));
        assert_eq!(made(vec![at(200), at(201 + half), at(200)]), (1, 2));
        assert_eq!(made(vec![at(200), at(199 - half)]), (1, 1));
    }

    #[test]
    fn a_chunk_has_one_entry_per_heading_and_gives_its_records_back() {
        let (chunk, _) = Chunk::new(EventId::from_random(1), vec![at(1), at(3), at(2)]);
        assert_eq!(chunk.index().len(), at(1).headings().len());
        let ids: BTreeSet<EventId> = chunk.records().iter().map(|record| record.event).collect();
        assert_eq!(ids.len(), 3);
        let newest = at(3).headings().remove(0).with(&at(3).at);
        assert!(chunk.index().iter().any(|place| newest.holds(place)));
        for record in chunk.records() {
            let own = Attribute::EventId;
            let wanted = lookup(Some((own, record.event.text())));
            assert!(chunk.index().iter().any(|place| wanted.below().holds(place)));
            assert_eq!(chunk.records().iter().filter(|one| wanted.fits(one, at(9).at)).count(), 1);
        }
        assert_eq!(records(&Stored::of(&chunk)).unwrap().len(), 3);
        assert_eq!(records(&Stored::of(&at(1))).unwrap(), [at(1)]);
    }
}
