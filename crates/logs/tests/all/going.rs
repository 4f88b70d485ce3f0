//! Does what has to go really go: from answers, from records, from the disk, and its keys with it?

use crate::disk::{ground, holds};
use crate::world::{NOW, Scratch, all, block_on, entry, group_name, put, registry, scope, stream, uid};
use sotto_logs::{
    Entity, EventStore, GroupKeys, Millis, Range, Record, Registry, Stream, Swept, Uid, groups_place,
};
use sotto_public::{Opaque, Storable, Stored, StoredRecord};
use sotto_segment::ColumnKey;
use sotto_storage::{Batch, Scan};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub(crate) const DAY: Duration = Duration::from_secs(86_400);

/// A wrapped key, as far as these tests care.
#[derive(Debug, PartialEq, Storable)]
pub(crate) struct Wrapped(pub(crate) u64);

impl StoredRecord for Wrapped {
    const KIND: &'static str = "test-wrapped-key";
}

pub(crate) fn with_retention(registry: &Registry, days: u32) -> Registry {
    let mut draft = registry.draft();
    draft.set_retention(&scope(), &group_name(), Some(days)).unwrap();
    registry.apply(&draft.finish())
}

fn seconds(count: u64) -> Millis {
    NOW.plus(Duration::from_secs(count))
}

#[test]
fn a_deleted_group_leaves_nothing_behind() {
    let scratch = Scratch::new();
    let before = registry(2);
    block_on(async {
        let ground = ground(scratch.path(), 1).await;
        let store = ground.events(NOW, 1).await;
        for number in 0..2 {
            put(&store, &stream(&before, number), &[(NOW, "unprotected-canary".to_owned())]).await;
        }
        store.flush().await.unwrap();
        put(&store, &stream(&before, 0), &[(NOW, "unprotected-canary hot".to_owned())]).await;
        assert_eq!(store.add_key(uid(0x6006), 7, &Wrapped(7)).await, Ok(true));
        assert_eq!(store.add_key(uid(0x6006), 7, &Wrapped(8)).await, Ok(false), "the first one counts");
        assert!(holds(&scratch, "unprotected-canary"));

        let mut draft = before.draft();
        draft.delete_group(&scope(), &group_name()).unwrap();
        let after = before.apply(&draft.finish());
        assert_eq!(after.strays().count(), 0, "its streams went with it");
        assert_eq!(store.sweep(&after, seconds(0)).await.unwrap(), Swept::default(), "it may only be late");
        assert_eq!(store.sweep(&after, seconds(59)).await.unwrap(), Swept::default());
        let swept = store.sweep(&after, seconds(60)).await.unwrap();
        assert_eq!((swept.groups, swept.segments, swept.keys, swept.objects), (1, 1, 1, 0));
        assert!(store.keys::<Wrapped>(uid(0x6006)).await.unwrap().is_empty());
        assert_eq!(store.sweep(&after, seconds(119)).await.unwrap().objects, 0, "readers finish");
        assert_eq!(store.sweep(&after, seconds(120)).await.unwrap().objects, 1);
        assert!(!holds(&scratch, "unprotected-canary"), "neither in the log nor in an object");
        drop(store);
        ground.close().await;
    });
}

#[test]
fn retention_hides_at_once_and_deletes_whole_segments() {
    let scratch = Scratch::new();
    let registry = with_retention(&registry(1), 3);
    block_on(async {
        let ground = ground(scratch.path(), 1).await;
        let store = ground.events(NOW, 1).await;
        let of = stream(&registry, 0);
        for days in [5_u32, 4, 2, 0] {
            put(&store, &of, &[(NOW.minus(DAY * days), format!("canary-{days}"))]).await;
        }
        let shown = readable(&store, &registry, NOW).await;
        assert_eq!(shown, ["canary-2", "canary-0"]);
        store.flush().await.unwrap();
        assert_eq!(store.segments(of.group).len(), 4, "one for each day");
        let swept = store.sweep(&registry, NOW).await.unwrap();
        assert_eq!(swept.segments, 2);
        assert_eq!(readable(&store, &registry, NOW).await, ["canary-2", "canary-0"]);
        assert_eq!(all(&store, &of, 10, true).await.len(), 2, "gone from what is stored as well");
        store.sweep(&registry, NOW.plus(Duration::from_secs(60))).await.unwrap();
        assert!(!holds(&scratch, "canary-5") && !holds(&scratch, "canary-4"));
        assert_eq!(readable(&store, &registry, NOW.plus(DAY * 2)).await, ["canary-0"]);
        drop(store);
        ground.close().await;
    });
}

async fn readable(store: &Arc<EventStore>, registry: &Registry, now: Millis) -> Vec<String> {
    let of = stream(registry, 0);
    let range = entry(registry).readable(Range::all(), now);
    let page = store.read_stream((of.group, of.uid), &range, None, (100, true)).await.unwrap();
    page.events.iter().map(|found| found.event.text().as_str().to_owned()).collect()
}

#[test]
fn keys_go_when_nothing_needs_them_but_the_newest_stays() {
    let scratch = Scratch::new();
    let registry = with_retention(&registry(1), 1);
    block_on(async {
        let ground = ground(scratch.path(), 1).await;
        let store = ground.events(NOW, 1).await;
        for number in [1, 2, 3] {
            store.add_key(uid(0x6006), number, &Wrapped(number)).await.unwrap();
        }
        put(&store, &stream(&registry, 0), &[(NOW.minus(DAY * 3), "canary".to_owned())]).await;
        store.flush().await.unwrap();
        assert_eq!(store.sweep(&registry, NOW).await.unwrap().keys, 2);
        let left = store.keys::<Wrapped>(uid(0x6006)).await.unwrap();
        assert_eq!(left.into_iter().collect::<Vec<_>>(), [(3, Wrapped(3))]);
        store.delete_key(uid(0x6006), 3).await.unwrap();
        assert!(store.keys::<Wrapped>(uid(0x6006)).await.unwrap().is_empty());
        drop(store);
        ground.close().await;
    });
}

/// Keys of which somebody may still make use, and those that were destroyed.
#[derive(Default)]
struct InUse(Mutex<Vec<u64>>);

impl GroupKeys for InUse {
    fn current(&self, _group: Uid) -> Option<u64> {
        None
    }

    fn lend(&self, _group: Uid, _number: u64, _to: &mut dyn FnMut(&ColumnKey<'_>)) -> bool {
        false
    }

    fn seal(&self, _group: Uid, _number: u64, _frame: &Stored) -> Option<Opaque> {
        None
    }

    fn open(&self, _group: Uid, _number: u64, _sealed: &Opaque) -> Option<Stored> {
        None
    }

    fn may_seal(&self, number: u64, now: Millis) -> bool {
        number >= 2 && now < NOW.plus(DAY)
    }

    fn destroyed(&self, _group: Uid, number: u64) {
        self.0.lock().unwrap().push(number);
    }
}

#[test]
fn keys_that_somebody_may_still_seal_with_stay() {
    let scratch = Scratch::new();
    let registry = with_retention(&registry(1), 1);
    block_on(async {
        let (ground, keys) = (ground(scratch.path(), 1).await, Arc::<InUse>::default());
        let store = ground.events_with(NOW, 1, Arc::clone(&keys) as _).await.unwrap();
        for number in [1, 2, 3] {
            store.add_key(uid(0x6006), number, &Wrapped(number)).await.unwrap();
        }
        for (now, gone) in [(NOW, vec![1]), (NOW.plus(DAY), vec![1, 2])] {
            put(&store, &stream(&registry, 0), &[(NOW.minus(DAY * 3), "canary".to_owned())]).await;
            store.flush().await.unwrap();
            store.sweep(&registry, now).await.unwrap();
            assert_eq!(*keys.0.lock().unwrap(), gone);
        }
        let left = store.keys::<Wrapped>(uid(0x6006)).await.unwrap();
        assert_eq!(left.into_keys().collect::<Vec<_>>(), [3]);
        drop(store);
        ground.close().await;
    });
}

#[test]
fn small_segments_of_a_day_become_one() {
    let scratch = Scratch::new();
    let registry = registry(3);
    block_on(async {
        let ground = ground(scratch.path(), 1).await;
        let store = ground.events(NOW, 1).await;
        for count in 0..8 {
            assert_eq!(store.segments(uid(0x6006)).len(), count);
            let text = format!("canary {count}");
            put(&store, &stream(&registry, count as u64 % 3), &[(NOW, text)]).await;
            store.flush().await.unwrap();
            let swept = store.sweep(&registry, NOW).await.unwrap();
            assert_eq!(swept.segments, if count == 7 { 8 } else { 0 });
        }
        assert_eq!(store.segments(uid(0x6006)).len(), 1);
        let found: usize = {
            let mut count = 0;
            for number in 0..3 {
                count += all(&store, &stream(&registry, number), 10, true).await.len();
            }
            count
        };
        assert_eq!(found, 8);
        drop(store);
        ground.close().await;
    });
}

#[test]
fn tending_does_what_is_due() {
    let scratch = Scratch::new();
    let registry = registry(1);
    block_on(async {
        let ground = ground(scratch.path(), 1).await;
        let store = ground.events(NOW, 1).await;
        put(&store, &stream(&registry, 0), &[(NOW, "canary".to_owned())]).await;
        assert!(!store.tend(&registry, seconds(0)).await.unwrap().flushed);
        assert!(!store.tend(&registry, seconds(59)).await.unwrap().flushed);
        assert!(store.tend(&registry, seconds(60)).await.unwrap().flushed, "nothing stays hot for longer");
        assert_eq!(store.hot_bytes(), 0);
        assert!(!store.tend(&registry, seconds(200)).await.unwrap().flushed, "nothing is there to flush");
        drop(store);
        ground.close().await;
    });
}

#[test]
fn records_of_streams_that_outlive_their_group_are_deleted_after_a_while() {
    let scratch = Scratch::new();
    let before = registry(3);
    block_on(async {
        let ground = ground(scratch.path(), 1).await;
        let store = ground.events(NOW, 1).await;
        let streams = entry(&before).streams;
        let record =
            |stream: &Arc<Stream>| Record { scope: scope(), entity: Entity::Stream(Arc::clone(stream)) };
        let records: Vec<Record> = streams.iter().map(|(_, stream)| record(stream)).collect();
        let mut batch = Batch::new();
        for record in &records {
            batch.put(&record.key().place(), record);
        }
        ground.store.commit(batch).await.unwrap();
        let strays = Registry::load(records);
        assert_eq!(strays.strays().count(), 3);
        for (second, left) in [(0, 3), (59, 3), (60, 0), (200, 0)] {
            store.sweep(&strays, seconds(second)).await.unwrap();
            let rows = ground.store.range(Scan::below(&groups_place())).await.unwrap();
            assert_eq!(rows.len(), left, "after {second} seconds");
        }
        drop(store);
        ground.close().await;
    });
}
