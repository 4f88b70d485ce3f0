//! What if a group's data are encrypted as a whole, and its key is away? Nothing of it is readable on disk, nothing is lost,
//! and other groups go on.

use crate::disk::{ground, holds};
use crate::going::{DAY, Wrapped, with_retention};
use crate::world::{NOW, Scratch, all, block_on, events_of, put, registry, scope, stream};
use sotto_logs::{
    Append, EventStore, GroupKeys, LogsError, MetricId, MetricPoint, Millis, Range, Stream, Uid,
    metric_minutes,
};
use sotto_public::{Opaque, Place, Public, Storable, Stored, StoredRecord};
use sotto_segment::ColumnKey;
use sotto_sensitive::KeyBytes;
use sotto_storage::{Batch, Scan, Store};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// One key for all groups, and a cipher that only has to make text unreadable: these tests are not about ciphers.
struct Toy {
    there: AtomicBool,
    writes: AtomicBool,
}

impl Toy {
    fn new() -> Arc<Self> {
        Arc::new(Self { there: AtomicBool::new(true), writes: AtomicBool::new(true) })
    }
}

fn turned(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| byte ^ 0xa5).collect()
}

#[expect(clippy::disallowed_methods, reason = "a test's own bytes")]
impl GroupKeys for Toy {
    fn current(&self, _group: Uid) -> Option<u64> {
        self.writes.load(Ordering::Relaxed).then_some(3)
    }

    fn lend(&self, group: Uid, number: u64, to: &mut dyn FnMut(&ColumnKey<'_>)) -> bool {
        let there = self.there.load(Ordering::Relaxed) && number == 3;
        if there {
            let (key, place) = (KeyBytes::copied(&[7; 32]), Place::new("toy").with(&group.number()));
            to(&ColumnKey::new(&key, &place).unwrap());
        }
        there
    }

    fn seal(&self, _group: Uid, _number: u64, frame: &Stored) -> Option<Opaque> {
        let there = self.there.load(Ordering::Relaxed);
        there.then(|| Opaque::from_pinned_bytes(turned(frame.as_bytes())))
    }

    fn open(&self, _group: Uid, _number: u64, sealed: &Opaque) -> Option<Stored> {
        let there = self.there.load(Ordering::Relaxed);
        there.then(|| Stored::from_pinned_bytes(turned(sealed.as_bytes())))
    }
}

#[test]
fn a_key_that_is_away_loses_nothing_and_shows_nothing() {
    let scratch = Scratch::new();
    let registry = registry(1);
    let (of, keys) = (stream(&registry, 0), Toy::new());
    block_on(async {
        let first = ground(scratch.path(), 1).await;
        let store = first.events_with(NOW, 1, keys.clone()).await.unwrap();
        put(&store, &of, &[(NOW, "canary-segment".to_owned())]).await;
        store.flush().await.unwrap();
        put(&store, &of, &[(NOW, "canary-frame".to_owned())]).await;
        assert!(!holds(&scratch, "canary-"), "neither the log nor the columns show anything");
        drop(store);
        first.close().await;

        keys.there.store(false, Ordering::Relaxed);
        let second = ground(scratch.path(), 2).await;
        let store = second.events_with(NOW, 2, keys.clone()).await.unwrap();
        let refused = store.read_stream((of.group, of.uid), &Range::all(), None, (10, true)).await;
        assert_eq!(refused.err(), Some(LogsError::Key { group: of.group, number: 3 }));
        store.flush().await.unwrap();
        store.unlock(&|_| true).unwrap();
        keys.there.store(true, Ordering::Relaxed);
        store.unlock(&|_| true).unwrap();
        let texts = |found: Vec<(_, String)>| found.into_iter().map(|(_, text)| text).collect::<Vec<_>>();
        assert_eq!(texts(all(&store, &of, 10, true).await), ["canary-segment", "canary-frame"]);
        store.flush().await.unwrap();
        assert_eq!(texts(all(&store, &of, 10, true).await), ["canary-segment", "canary-frame"]);
        assert!(!holds(&scratch, "canary-"));
        drop(store);
        second.close().await;
    });
}

#[test]
fn keys_of_columns_stay_as_long_as_their_segments() {
    let scratch = Scratch::new();
    let registry = with_retention(&registry(1), 5);
    let (of, keys) = (stream(&registry, 0), Toy::new());
    block_on(async {
        let ground = ground(scratch.path(), 1).await;
        let store = ground.events_with(NOW, 1, keys).await.unwrap();
        for number in 1..=20 {
            assert_eq!(store.add_key(of.group, number, &Wrapped(number)).await, Ok(true));
        }
        put(&store, &of, &[(NOW.minus(DAY * 9), "old".to_owned()), (NOW, "canary".to_owned())]).await;
        store.flush().await.unwrap();
        let swept = store.sweep(&registry, NOW).await.unwrap();
        let left: Vec<u64> = store.keys::<Wrapped>(of.group).await.unwrap().into_keys().collect();
        assert_eq!((swept.segments, swept.keys), (1, 11));
        assert_eq!(left, [3, 13, 14, 15, 16, 17, 18, 19, 20], "the key of the columns, and the newest ones");
        drop(store);
        ground.close().await;
    });
}

#[test]
fn what_was_under_a_key_is_merged_under_one() {
    let scratch = Scratch::new();
    let registry = registry(1);
    let (of, keys) = (stream(&registry, 0), Toy::new());
    block_on(async {
        let ground = ground(scratch.path(), 1).await;
        let store = ground.events_with(NOW, 1, keys.clone()).await.unwrap();
        for number in 0..8 {
            put(&store, &of, &[(NOW, format!("canary-{number}"))]).await;
            store.flush().await.unwrap();
        }
        // As after a start: nothing has been written under the key yet, only read.
        keys.writes.store(false, Ordering::Relaxed);
        assert_eq!(store.sweep(&registry, NOW).await.unwrap().segments, 8);
        let merged: Vec<_> = store.segments(of.group).iter().map(|segment| segment.column_key).collect();
        assert_eq!(merged, [Some(3)]);
        assert!(store.rests_under_keys(of.group));
        assert!(!holds(&scratch, "canary-"));
        assert_eq!(all(&store, &of, 10, true).await.len(), 8);
        drop(store);
        ground.close().await;
    });
}

#[test]
fn a_key_that_is_away_holds_up_nobody() {
    let scratch = Scratch::new();
    let registry = with_retention(&registry(1), 5);
    let (of, keys) = (stream(&registry, 0), Toy::new());
    block_on(async {
        let ground = ground(scratch.path(), 1).await;
        let store = ground.events_with(NOW, 1, keys.clone()).await.unwrap();
        put(&store, &of, &[(NOW.minus(DAY * 9), "old".to_owned())]).await;
        for number in 0..8 {
            put(&store, &of, &[(NOW, format!("canary-{number}"))]).await;
            store.flush().await.unwrap();
        }
        put(&store, &of, &[(NOW, "canary-hot".to_owned())]).await;
        keys.there.store(false, Ordering::Relaxed);
        assert_eq!(store.flush().await, Ok(()), "its frames stay, others are flushed");
        assert_eq!(store.sweep(&registry, NOW).await.unwrap().segments, 1, "what retention ends goes");
        keys.there.store(true, Ordering::Relaxed);
        assert_eq!(store.sweep(&registry, NOW).await.unwrap().segments, 8, "the others are merged later");
        store.flush().await.unwrap();
        assert_eq!(all(&store, &of, 10, true).await.len(), 9);
        drop(store);
        ground.close().await;
    });
}

/// What goes with events: a record that says something.
#[derive(Clone, Debug, PartialEq, Storable)]
struct Parcel(Public<String>);

impl StoredRecord for Parcel {
    const KIND: &'static str = "test-locked-parcel";
}

/// One event with a parcel.
async fn send(store: &Arc<EventStore>, to: &Arc<Stream>, number: u64, says: &'static str) {
    let reserved = store.reserve(1);
    let mut also = Batch::new();
    also.put(&Place::new("locked-parcel").with(&number), &Parcel(says.into()));
    let metric =
        MetricId { scope: scope(), namespace: "canary".into(), name: "n".into(), dimensions: Vec::new() };
    let point = MetricPoint { metric, unit: None, at: NOW, value: 1.0.into(), times: 1 };
    let events = events_of(&reserved, &[(NOW, "canary".to_owned())]);
    let append = Append { stream: Arc::clone(to), events, points: vec![point], also, decided: None };
    store.append(append).await.unwrap();
}

/// What was sent, and how often the metric was counted.
async fn sent(store: &dyn Store) -> (Vec<String>, u64) {
    let rows = store.range(Scan::below(&Place::new("locked-parcel"))).await.unwrap();
    let texts = rows.iter().map(|row| row.read::<Parcel>().unwrap().0.into_inner()).collect();
    let metric =
        MetricId { scope: scope(), namespace: "canary".into(), name: "n".into(), dimensions: Vec::new() };
    let minutes = metric_minutes(store, &metric, (Millis(0), Millis(i64::MAX))).await.unwrap();
    (texts, minutes.values().map(|minute| minute.count).sum())
}

#[test]
fn what_comes_of_sealed_events_waits_for_their_key_and_others_go_on() {
    let scratch = Scratch::new();
    let registry = registry(1);
    let (of, keys) = (stream(&registry, 0), Toy::new());
    let said =
        |texts: &[&str], count: u64| (texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>(), count);
    block_on(async {
        let first = ground(scratch.path(), 1).await;
        let store = first.events_with(NOW, 1, keys.clone()).await.unwrap();
        send(&store, &of, 1, "canary-sealed").await;
        keys.writes.store(false, Ordering::Relaxed);
        send(&store, &of, 2, "plain").await;
        keys.writes.store(true, Ordering::Relaxed);
        send(&store, &of, 3, "canary-sealed-too").await;
        assert!(!holds(&scratch, "canary-sealed"), "what comes of sealed events is sealed with them");
        drop(store);
        first.close().await;

        // Two starts without the key: the second one finds the mark behind what is owed.
        keys.there.store(false, Ordering::Relaxed);
        for start in 2..4 {
            let ground = ground(scratch.path(), start).await;
            let store = ground.events_with(NOW, start, keys.clone()).await.unwrap();
            store.apply_effects().await.unwrap();
            store.flush().await.unwrap();
            assert_eq!(sent(&*ground.store).await, said(&["plain"], 1));
            assert!(!holds(&scratch, "canary-sealed"));
            drop(store);
            ground.close().await;
        }
        keys.there.store(true, Ordering::Relaxed);
        for start in 4..6 {
            let ground = ground(scratch.path(), start).await;
            let store = ground.events_with(NOW, start, keys.clone()).await.unwrap();
            store.apply_effects().await.unwrap();
            assert_eq!(sent(&*ground.store).await, said(&["canary-sealed", "plain", "canary-sealed-too"], 3));
            assert!(!store.has_effects());
            drop(store);
            ground.close().await;
        }
    });
}

#[test]
fn a_key_that_comes_late_sets_free_what_is_owed_and_a_group_that_goes_takes_it_along() {
    let scratch = Scratch::new();
    let registry = registry(1);
    let (of, keys) = (stream(&registry, 0), Toy::new());
    block_on(async {
        let first = ground(scratch.path(), 1).await;
        let store = first.events_with(NOW, 1, keys.clone()).await.unwrap();
        send(&store, &of, 1, "first").await;
        drop(store);
        first.close().await;

        keys.there.store(false, Ordering::Relaxed);
        let second = ground(scratch.path(), 2).await;
        let store = second.events_with(NOW, 2, keys.clone()).await.unwrap();
        keys.writes.store(false, Ordering::Relaxed);
        send(&store, &of, 2, "plain").await;
        store.apply_effects().await.unwrap();
        assert_eq!(sent(&*second.store).await.0, ["plain"]);
        keys.there.store(true, Ordering::Relaxed);
        store.unlock(&|_| true).unwrap();
        store.apply_effects().await.unwrap();
        assert_eq!(sent(&*second.store).await.0, ["first", "plain"]);
        keys.writes.store(true, Ordering::Relaxed);
        send(&store, &of, 3, "never").await;
        drop(store);
        second.close().await;

        keys.there.store(false, Ordering::Relaxed);
        let third = ground(scratch.path(), 3).await;
        let store = third.events_with(NOW, 3, keys.clone()).await.unwrap();
        keys.writes.store(false, Ordering::Relaxed);
        send(&store, &of, 4, "last").await;
        store.apply_effects().await.unwrap();
        let owed =
            async || third.store.range(Scan::below(&Place::new("log-effects-owed"))).await.unwrap().len();
        assert_eq!(owed().await, 1);
        store.unlock(&|_| false).unwrap();
        store.apply_effects().await.unwrap();
        assert_eq!(owed().await, 0);
        assert_eq!(sent(&*third.store).await.0, ["first", "plain", "last"]);
        drop(store);
        third.close().await;
    });
}
