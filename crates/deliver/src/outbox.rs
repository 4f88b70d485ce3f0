//! Where does a parcel wait? In its lane, under a number: both are chosen by whoever sends, in one transaction with what it
//! stands on.
//!
//! A lane is a name: parcels of one lane go one after another, in the order of their numbers. A number that was used before
//! is the same parcel again, so that a replay after a crash queues nothing twice. Lanes stand in a list of their own: who
//! looks for work reads one row per lane, not per parcel.

use crate::{DeliverError, Parcel};
use sotto_public::{NamePart, Part, Place, Public, Storable, StoredRecord};
use sotto_storage::{Batch, Epoch, PAGE_ROWS_MAX, Row, Scan, StorageError, Store};

/// The name of a lane.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Storable)]
pub struct Lane(Public<String>);

impl Lane {
    /// The lane of these names.
    #[expect(clippy::disallowed_methods, reason = "made of parts of places, which are public")]
    pub fn of(parts: &[&dyn LanePart]) -> Self {
        let names: Vec<String> = parts.iter().map(|part| part.name()).collect();
        Self(Public::from_pinned_text(names.join("/")))
    }
}

/// What may name a lane: whatever may be part of a place.
pub trait LanePart {
    /// The part as text.
    fn name(&self) -> String;
}

impl<P: NamePart> LanePart for P {
    fn name(&self) -> String {
        match self.part() {
            Part::Text(text) => text.into_owned(),
            Part::Number(number) => number.to_string(),
        }
    }
}

/// That there is a lane.
#[derive(Storable)]
struct Listed {
    lane: Lane,
}

impl StoredRecord for Listed {
    const KIND: &'static str = "outbox-lane";
}

fn list() -> Place {
    Place::new("outbox-lane")
}

fn below(lane: &Lane) -> Place {
    Place::new("outbox").with(&lane.0)
}

/// A parcel that waits.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub(crate) place: Place,
    pub(crate) version: Epoch,
    /// The parcel.
    pub parcel: Parcel,
    /// The name by which a receiver may know it again.
    pub name: Public<String>,
}

/// The queue, over a store.
pub struct Outbox;

impl Outbox {
    /// Queues a parcel with whatever else the batch does.
    pub fn put(batch: &mut Batch, lane: &Lane, number: u128, parcel: &Parcel) {
        batch.put(&list().with(&lane.0), &Listed { lane: lane.clone() });
        batch.put(&below(lane).with(&number), parcel);
    }

    /// Lanes in which something may wait, a page at most, after one.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn lanes(store: &dyn Store, after: Option<&Lane>) -> Result<Vec<Lane>, DeliverError> {
        let mut scan = Scan::below(&list());
        if let Some(after) = after {
            scan = scan.after(&list().with(&after.0));
        }
        let rows = store.range(scan.limit(PAGE_ROWS_MAX)).await?;
        let lane = |row: &Row| Ok(row.read::<Listed>().map_err(StorageError::Damaged)?.lane);
        rows.iter().map(lane).collect()
    }

    /// The oldest parcels of a lane.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn oldest(store: &dyn Store, lane: &Lane, count: usize) -> Result<Vec<Waiting>, DeliverError> {
        let rows = store.range(Scan::below(&below(lane)).limit(count)).await?;
        rows.into_iter().map(|row| waiting(lane, row)).collect()
    }

    /// Takes parcels out that arrived or never will.
    ///
    /// # Errors
    /// When the store does not take it: then they may be sent again.
    pub async fn done(store: &dyn Store, waiting: &[Waiting]) -> Result<(), DeliverError> {
        let mut batch = Batch::new();
        for one in waiting {
            batch.require_version(&one.place, one.version).delete(&one.place);
        }
        match store.commit(batch).await {
            Ok(_) => Ok(()),
            // One was queued anew in the meantime: it is the same parcel, and is sent again; the others are done with.
            Err(StorageError::Conflict { requirement }) => {
                let others = waiting.iter().enumerate().filter(|(at, _)| *at != requirement);
                let others: Vec<Waiting> = others.map(|(_, one)| one.clone()).collect();
                match others.is_empty() {
                    true => Ok(()),
                    false => Box::pin(Self::done(store, &others)).await,
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Takes a lane off the list in which nothing waits; somebody who queues at the same moment wins.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn retire(store: &dyn Store, lane: &Lane) -> Result<(), DeliverError> {
        let place = list().with(&lane.0);
        let Some(row) = store.get(place.clone()).await? else { return Ok(()) };
        if !Self::oldest(store, lane, 1).await?.is_empty() {
            return Ok(());
        }
        let mut batch = Batch::new();
        batch.require_version(&place, row.version).delete(&place);
        match store.commit(batch).await {
            Ok(_) | Err(StorageError::Conflict { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a hash of where it stands")]
fn waiting(lane: &Lane, row: Row) -> Result<Waiting, DeliverError> {
    let parcel = row.read().map_err(StorageError::Damaged)?;
    let mut number = 0xcbf2_9ce4_8422_2325_u64;
    for byte in lane.0.get().bytes().chain(row.place.as_bytes().iter().copied()) {
        number = (number ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let name = Public::from_pinned_text(format!("{number:016x}"));
    Ok(Waiting { place: row.place, version: row.version, parcel, name })
}
