//! Which rooms keep records under the head, and how does another one join? Each room of values and transitions is a shelf:
//! all shelves stand in one snapshot, change in one transaction with one row of the trail, and are followed by epoch.
//!
//! To add a shelf:
//! 1. The room has a snapshot type (cheap to clone), a `Draft` that transitions act on, and a `Change`: records that are put or
//!    deleted, all below one [`Place`] that no other shelf uses. `Directory` is the model.
//! 2. Implement [`Shelf`] for the snapshot type below.
//! 3. Name it in [`shelves!`]: then it is `call.snapshot().rooms.NAME` and, inside [`crate::Call::transact`], `drafts.NAME`.
//! 4. If its records hold policies that decide, say so in `policies` and `touched`; nothing else makes a permit possible.
//!
//! What changes together with a shelf but is no part of it (an outbox, a row of another log) goes into `drafts.also` and is
//! committed with it. What is large or changes with every call (log events, counters) does not belong here: a shelf is held
//! in memory and all changes of all shelves stand on one record.

use sotto_directory::{Directory, directory_place};
use sotto_iam::{Grants, PolicyRecord, RecordKey};
use sotto_kms::StoreKey;
use sotto_kms::keys::Keys;
use sotto_public::{Place, Stored};
use sotto_storage::{Batch, Epoch, PAGE_ROWS_MAX, Row, Scan, StorageError, Store};
use std::sync::Arc;

/// A room whose records stand under the head.
pub(crate) trait Shelf: Clone + Default + Send + Sync + 'static {
    /// What transitions act on.
    type Draft;
    /// What they came to.
    type Change: Send + Sync + 'static;

    /// Where all its records stand.
    fn place() -> Place;
    /// What these records make up.
    fn load(rows: &[Row]) -> Result<Self, StorageError>;
    /// The same with the key that opens what is sealed in its records and decides.
    #[must_use]
    fn opened(self, _store_key: &Arc<StoreKey>) -> Self {
        self
    }

    /// A working copy.
    fn draft(&self) -> Self::Draft;
    /// What was done to a working copy.
    fn finish(draft: Self::Draft) -> Self::Change;
    /// Whether nothing was.
    fn is_empty(change: &Self::Change) -> bool;
    /// The shelf after a change.
    fn apply(&self, change: &Self::Change) -> Self;
    /// The records of a change.
    fn write(change: &Self::Change, batch: &mut Batch);

    /// What others put at these places, or deleted there, as a change of this shelf; `None` where that is only seen by reading all
    /// of it.
    fn absorb(&self, _written: &[(&Place, Option<&Stored>)]) -> Option<Self::Change> {
        None
    }

    /// All policies that its records hold.
    fn policies(&self) -> Vec<PolicyRecord> {
        Vec::new()
    }

    /// The policies that a change put or took away; `self` is the shelf after it.
    fn touched(&self, _before: &Self, _change: &Self::Change) -> Touched {
        Touched::default()
    }

    /// Who answers for grants, where its records hold some.
    fn grants(&self) -> Option<Arc<dyn Grants>> {
        None
    }
}

/// What a change does to the policies that decide.
#[derive(Default)]
pub(crate) struct Touched {
    /// Put or replaced.
    pub(crate) records: Vec<PolicyRecord>,
    /// Taken away.
    pub(crate) gone: Vec<RecordKey>,
}

/// How working copies become a change, and a change records.
macro_rules! changes {
    ($($name:ident: $room:ty,)*) => {
        impl Drafts {
            /// What was done to them.
            pub(crate) fn finish(self) -> Changes {
                Changes { $($name: <$room as Shelf>::finish(self.$name),)* also: self.also }
            }
        }

        impl Rooms {
            /// What others wrote, as a change of the shelves that it is about; `None` where one of them must be read anew.
            pub(crate) fn absorb(&self, written: &[(Place, Epoch, Option<Stored>)]) -> Option<Changes> {
                Some(Changes {
                    $($name: {
                        let shelf = <$room>::place();
                        let here = written.iter().filter(|(place, ..)| shelf.holds(place));
                        let here: Vec<_> = here.map(|(place, _, record)| (place, record.as_ref())).collect();
                        match here.is_empty() {
                            true => <$room as Shelf>::finish(Shelf::draft(&self.$name)),
                            false => Shelf::absorb(&self.$name, &here)?,
                        }
                    },)*
                    also: Batch::new(),
                })
            }
        }

        impl Changes {
            /// Whether no shelf changes.
            pub(crate) fn is_empty(&self) -> bool {
                true $(&& <$room as Shelf>::is_empty(&self.$name))*
            }

            /// The records of all shelves, and what goes with them.
            pub(crate) fn write(&mut self, batch: &mut Batch) {
                $(<$room as Shelf>::write(&self.$name, batch);)*
                batch.extend(std::mem::take(&mut self.also));
            }
        }
    };
}

macro_rules! shelves {
    ($($(#[$doc:meta])* $name:ident: $room:ty,)*) => {
        /// What all shelves hold at one moment.
        #[derive(Clone, Default)]
        pub struct Rooms {
            $($(#[$doc])* pub $name: $room,)*
        }

        /// Working copies of all shelves, and what is committed with them.
        pub(crate) struct Drafts {
            $($(#[$doc])* pub(crate) $name: <$room as Shelf>::Draft,)*
            /// What else is committed in the same transaction.
            pub(crate) also: Batch,
        }

        /// What was done to the shelves.
        pub(crate) struct Changes {
            $($name: <$room as Shelf>::Change,)*
            also: Batch,
        }

        impl Rooms {
            /// Working copies.
            pub(crate) fn drafts(&self) -> Drafts {
                Drafts { $($name: Shelf::draft(&self.$name),)* also: Batch::new() }
            }

            /// Everything, read anew where `again` says so, and taken over from `before` where it does not.
            pub(crate) async fn read(
                store: &dyn Store,
                before: &Self,
                again: impl Fn(&Place) -> bool,
            ) -> Result<Self, StorageError> {
                Ok(Self {
                    $($name: match again(&<$room>::place()) {
                        true => <$room as Shelf>::load(&rows_below(store, &<$room>::place()).await?)?,
                        false => before.$name.clone(),
                    },)*
                })
            }

            /// The same with the key that opens what is sealed in records and decides.
            pub(crate) fn opened(self, store_key: &Arc<StoreKey>) -> Self {
                Self { $($name: Shelf::opened(self.$name, store_key),)* }
            }

            /// Whether a place is one of a shelf's.
            pub(crate) fn hold(place: &Place) -> bool {
                [$(<$room>::place(),)*].iter().any(|shelf| shelf.holds(place))
            }

            /// The shelves after a change.
            pub(crate) fn apply(&self, changes: &Changes) -> Self {
                Self { $($name: match <$room>::is_empty(&changes.$name) {
                    true => self.$name.clone(),
                    false => Shelf::apply(&self.$name, &changes.$name),
                },)* }
            }

            /// All policies that decide.
            pub(crate) fn policies(&self) -> Vec<PolicyRecord> {
                let mut records = Vec::new();
                $(records.extend(Shelf::policies(&self.$name));)*
                records
            }

            /// What a change does to them.
            pub(crate) fn touched(&self, before: &Self, changes: &Changes) -> Touched {
                let mut all = Touched::default();
                $(
                    let touched = Shelf::touched(&self.$name, &before.$name, &changes.$name);
                    all.records.extend(touched.records);
                    all.gone.extend(touched.gone);
                )*
                all
            }

            /// Who answers for grants.
            pub(crate) fn grants(&self) -> Option<Arc<dyn Grants>> {
                let found: [Option<Arc<dyn Grants>>; _] = [$(Shelf::grants(&self.$name),)*];
                found.into_iter().flatten().next()
            }
        }

        changes! { $($name: $room,)* }
    };
}

shelves! {
    /// Who and what there is.
    directory: Directory,
    /// Keys, aliases, grants and custom key stores.
    keys: Keys,
    /// Log groups.
    logs: sotto_logs::Registry,
    /// Bots.
    bots: sotto_conversation::registry::Registry,
    /// Functions and layers.
    functions: sotto_functions::FunctionRegistry,
}

/// All records below a place, page by page.
pub(crate) async fn rows_below(store: &dyn Store, place: &Place) -> Result<Vec<Row>, StorageError> {
    let (mut all, mut scan) = (Vec::new(), Scan::below(place));
    loop {
        let rows = store.range(scan.clone()).await?;
        let last = rows.last().filter(|_| rows.len() >= PAGE_ROWS_MAX).map(|row| row.place.clone());
        all.extend(rows);
        match last {
            Some(last) => scan = scan.after(&last),
            None => return Ok(all),
        }
    }
}

impl Shelf for Directory {
    type Draft = sotto_directory::Draft;
    type Change = sotto_directory::Change;

    fn place() -> Place {
        directory_place()
    }

    fn load(rows: &[Row]) -> Result<Self, StorageError> {
        let records =
            rows.iter().map(|row| row.read()).collect::<Result<Vec<sotto_directory::Record>, _>>()?;
        Ok(Self::load(records))
    }

    fn draft(&self) -> Self::Draft {
        Self::draft(self)
    }

    fn finish(draft: Self::Draft) -> Self::Change {
        draft.finish()
    }

    fn is_empty(change: &Self::Change) -> bool {
        change.is_empty()
    }

    fn apply(&self, change: &Self::Change) -> Self {
        Self::apply(self, change)
    }

    fn write(change: &Self::Change, batch: &mut Batch) {
        for (key, record) in change.records() {
            match record {
                Some(record) => batch.put(&key.place(), record),
                None => batch.delete(&key.place()),
            };
        }
    }

    fn policies(&self) -> Vec<PolicyRecord> {
        crate::policies::all(self)
    }

    fn touched(&self, before: &Self, change: &Self::Change) -> Touched {
        crate::policies::changed(before, self, change)
    }
}
