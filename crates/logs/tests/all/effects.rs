//! Do values of metrics and what goes with events get where they belong, each once, whatever happens in between?

use crate::disk::ground;
use crate::world::{NOW, Scratch, block_on, events_of, public, registry, scope, stream};
use sotto_logs::{
    Append, EventStore, Foundations, MetricId, MetricPoint, Millis, NoKeys, Stream, list_metrics,
    metric_minutes,
};
use sotto_public::{Place, Public, Storable, StoredRecord};
use sotto_storage::{Batch, Fault, FaultyStore, Scan, Store};
use std::sync::Arc;
use std::time::Duration;

#[derive(Clone, Debug, PartialEq, Storable)]
struct Parcel(u64);

impl StoredRecord for Parcel {
    const KIND: &'static str = "test-parcel";
}

fn metric() -> MetricId {
    let name = Public::from("Errors");
    MetricId { scope: scope(), namespace: Public::from("canary"), name, dimensions: Vec::new() }
}

/// One event, one value, one parcel.
async fn put(store: &Arc<EventStore>, to: &Arc<Stream>, number: u64) {
    let reserved = store.reserve(1);
    let at = NOW.plus(Duration::from_secs(number * 30));
    let mut also = Batch::new();
    also.put(&Place::new("parcel").with(&number), &Parcel(number));
    let point = MetricPoint { metric: metric(), unit: None, at, value: (number as f64).into(), times: 1 };
    let append = Append {
        stream: Arc::clone(to),
        events: events_of(&reserved, &[(NOW, format!("canary {number}"))]),
        points: vec![point],
        also,
        decided: None,
    };
    store.append(append).await.unwrap();
}

async fn parcels(store: &dyn Store) -> Vec<u64> {
    let rows = store.range(Scan::below(&Place::new("parcel"))).await.unwrap();
    rows.iter().map(|row| row.read::<Parcel>().unwrap().0).collect()
}

/// How many values, and their sum.
async fn counted(store: &dyn Store) -> (u64, f64) {
    let minutes = metric_minutes(store, &metric(), (Millis(0), Millis(i64::MAX))).await.unwrap();
    (minutes.values().map(|minute| minute.count).sum(), minutes.values().map(|minute| minute.sum()).sum())
}

#[test]
fn each_effect_happens_once_over_starts_and_faults() {
    let scratch = Scratch::new();
    let registry = registry(1);
    let faults = [Fault::Before, Fault::After, Fault::Lost, Fault::None];
    block_on(async {
        for (start, fault) in (0_u64..).zip(faults) {
            let ground = ground(scratch.path(), u128::from(start) + 1).await;
            let faulty = Arc::new(FaultyStore::new(Arc::clone(&ground.store)));
            let (store, wal) = (Arc::clone(&faulty) as Arc<dyn Store>, Arc::clone(&ground.wal));
            let on = Foundations { store, wal, blobs: Arc::clone(&ground.blobs), keys: Arc::new(NoKeys) };
            let events = EventStore::open(on, NOW, u128::from(start)).await.unwrap();
            for number in 0..10 {
                put(&events, &stream(&registry, 0), start * 10 + number).await;
            }
            assert!(events.has_effects());
            faulty.next_commit(fault);
            let applied = events.apply_effects().await;
            assert_eq!(applied.is_err(), fault == Fault::Before);
            events.apply_effects().await.unwrap();
            assert!(!events.has_effects());
            let count = (start + 1) * 10;
            assert_eq!(parcels(&*ground.store).await, (0..count).collect::<Vec<_>>());
            assert_eq!(counted(&*ground.store).await, (count, (0..count).sum::<u64>() as f64));
            drop(events);
            drop(faulty);
            ground.close().await;
        }
    });
}

#[test]
fn what_was_worked_off_does_not_come_back_with_the_next_start() {
    let scratch = Scratch::new();
    let registry = registry(1);
    block_on(async {
        let first = ground(scratch.path(), 1).await;
        let events = first.events(NOW, 1).await;
        put(&events, &stream(&registry, 0), 5).await;
        events.apply_effects().await.unwrap();
        let mut sent = Batch::new();
        sent.delete(&Place::new("parcel").with(&5_u64));
        first.store.commit(sent).await.unwrap();
        drop(events);
        first.close().await;

        let second = ground(scratch.path(), 2).await;
        let events = second.events(NOW, 2).await;
        assert!(!events.has_effects());
        put(&events, &stream(&registry, 0), 6).await;
        events.apply_effects().await.unwrap();
        assert_eq!(parcels(&*second.store).await, [6]);
        assert_eq!(counted(&*second.store).await, (2, 11.0));
        drop(events);
        second.close().await;
    });
}

#[test]
fn metrics_are_listed_and_read_by_the_minute() {
    let scratch = Scratch::new();
    let registry = registry(1);
    block_on(async {
        let ground = ground(scratch.path(), 1).await;
        let events = ground.events(NOW, 1).await;
        for number in 0..4 {
            put(&events, &stream(&registry, 0), number).await;
        }
        events.apply_effects().await.unwrap();
        let listed = list_metrics(&*ground.store, &scope()).await.unwrap();
        assert_eq!(listed.iter().map(|known| known.metric.clone()).collect::<Vec<_>>(), [metric()]);
        let all = metric_minutes(&*ground.store, &metric(), (Millis(0), Millis(i64::MAX))).await.unwrap();
        // NOW stands 40 seconds into its minute, the values 30 seconds apart.
        let read: Vec<_> =
            all.values().map(|minute| (minute.count, minute.sum(), minute.min(), minute.max())).collect();
        assert_eq!(read.iter().map(|minute| minute.0).sum::<u64>(), 4);
        assert_eq!(read.iter().map(|minute| minute.1).sum::<f64>(), 6.0);
        assert!(read.iter().all(|(_, _, min, max)| min <= max) && read.len() >= 2);
        let first = *all.keys().next().unwrap();
        let only =
            metric_minutes(&*ground.store, &metric(), (first, first.plus(Duration::from_secs(60)))).await;
        assert_eq!(only.unwrap().len(), 1, "the end of a range is not included");
        let other = MetricId { name: public("Other".to_owned()), ..metric() };
        assert!(
            metric_minutes(&*ground.store, &other, (Millis(0), Millis(i64::MAX))).await.unwrap().is_empty()
        );
        drop(events);
        ground.close().await;
    });
}
