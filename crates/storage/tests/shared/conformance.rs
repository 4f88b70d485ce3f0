//! The laws of a store, for any back end.

use crate::scratch::{LOG, Note, at, note, open};
use sotto_public::{ChainId, Place, Public};
use sotto_storage::{
    BATCH_BYTES_MAX, BATCH_ITEMS_MAX, Batch, Changes, Epoch, Fault, FaultyStore, Location, PAGE_ROWS_MAX,
    Scan, StorageError, Store,
};
use sotto_trail::Verifier;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// All laws over one store that begins empty.
pub(crate) async fn check(location: &Location) {
    let store = open(location, 1).await;
    records_come_back_until_they_are_deleted(&*store).await;
    a_batch_whose_requirement_does_not_hold_leaves_nothing(&*store).await;
    ranges_are_ordered_and_pages_cover_everything_once(&*store).await;
    nothing_is_lost_between_writers(&store).await;
    changes_are_whole_batches(&*store).await;
    rows_of_logs_are_chained_and_found(&*store).await;
    batches_are_bounded(&*store).await;
    faults_do_what_they_say(&store).await;
    epochs_are_told(&store).await;
    a_closed_store_takes_nothing_and_keeps_everything(store, location).await;
}

fn put(number: u64, count: u64) -> Batch {
    let mut batch = Batch::new();
    batch.put(&at(number), &note(count));
    batch
}

async fn records_come_back_until_they_are_deleted(store: &dyn Store) {
    assert_eq!(store.get(at(1)).await.unwrap(), None);
    let first = store.commit(put(1, 10)).await.unwrap().epoch();
    let row = store.get(at(1)).await.unwrap().unwrap();
    assert_eq!((row.version, row.place.clone(), row.read::<Note>().unwrap()), (first, at(1), note(10)));
    let second = store.commit(put(1, 11)).await.unwrap().epoch();
    assert!(second > first);
    assert_eq!(store.get(at(1)).await.unwrap().unwrap().read::<Note>().unwrap(), note(11));
    let mut batch = Batch::new();
    batch.delete(&at(1)).delete(&at(999));
    store.commit(batch).await.unwrap();
    assert_eq!(store.get(at(1)).await.unwrap(), None);
}

async fn a_batch_whose_requirement_does_not_hold_leaves_nothing(store: &dyn Store) {
    let version = store.commit(put(20, 1)).await.unwrap().epoch();
    let mut late = put(21, 5);
    late.require_version(&at(20), version).require_absent(&at(20)).append(LOG, 7, &note(0), Vec::new());
    assert_eq!(store.commit(late).await.unwrap_err(), StorageError::Conflict { requirement: 1 });
    let mut stale = put(21, 5);
    stale.require_version(&at(20), Epoch::new(version.number() + 1));
    assert_eq!(store.commit(stale).await.unwrap_err(), StorageError::Conflict { requirement: 0 });
    let mut never = put(21, 5);
    never.require_version(&at(22), version);
    assert_eq!(store.commit(never).await.unwrap_err(), StorageError::Conflict { requirement: 0 });
    assert_eq!(store.get(at(21)).await.unwrap(), None);
    assert_eq!(store.heads(LOG).await.unwrap(), []);
    let mut fits = put(20, 2);
    fits.require_version(&at(20), version).require_absent(&at(21));
    store.commit(fits).await.unwrap();
    let mut gone = Batch::new();
    gone.delete(&at(20));
    store.commit(gone).await.unwrap();
    let mut again = put(20, 3);
    again.require_absent(&at(20));
    store.commit(again).await.unwrap();
}

async fn ranges_are_ordered_and_pages_cover_everything_once(store: &dyn Store) {
    let root = Place::new("range");
    let place = |name: &'static str, number: u64| root.clone().with(&name).with(&number);
    let mut batch = Batch::new();
    for name in ["b", "a", "ab", "a\0b", ""] {
        for number in [300, 2, 70_000, 1] {
            batch.put(&place(name, number), &note(number));
        }
    }
    batch.put(&Place::new("rangf"), &note(0)).put(&root, &note(0));
    store.commit(batch).await.unwrap();
    let all = store.range(Scan::below(&root)).await.unwrap();
    assert_eq!(all.len(), 21);
    assert!(all.windows(2).all(|pair| pair[0].place < pair[1].place), "by place");
    let one: Vec<u64> = numbers(store, Scan::below(&root.clone().with(&"a"))).await;
    assert_eq!(one, [1, 2, 300, 70_000], "not those of `ab`");
    let a = root.clone().with(&"a");
    assert_eq!(numbers(store, Scan::below(&a).backwards().limit(2)).await, [70_000, 300]);
    assert_eq!(
        numbers(store, Scan::below(&a).from(&place("a", 2)).before(&place("a", 70_000))).await,
        [2, 300]
    );
    assert_eq!(numbers(store, Scan::below(&a).through(&place("a", 2))).await, [1, 2]);
    assert_eq!(numbers(store, Scan::below(&a).backwards().after(&place("a", 300))).await, [2, 1]);
    for backwards in [false, true] {
        let start = || if backwards { Scan::below(&root).backwards() } else { Scan::below(&root) };
        let mut seen = store.range(start().limit(4)).await.unwrap();
        loop {
            let last = seen.last().unwrap().place.clone();
            let next = store.range(start().after(&last).limit(4)).await.unwrap();
            if next.is_empty() {
                break;
            }
            seen.extend(next);
        }
        if backwards {
            seen.reverse();
        }
        assert_eq!(seen, all);
    }
}

async fn numbers(store: &dyn Store, scan: Scan) -> Vec<u64> {
    store.range(scan).await.unwrap().iter().map(|row| row.read::<Note>().unwrap().count).collect()
}

/// Twenty writers add one to the same record five times each, and put one of their own.
async fn nothing_is_lost_between_writers(store: &Arc<dyn Store>) {
    const WRITERS: u64 = 20;
    const ROUNDS: u64 = 5;
    store.commit(put(100, 0)).await.unwrap();
    let writers = (0..WRITERS).map(|writer| {
        let store = store.clone();
        tokio::spawn(async move {
            for round in 0..ROUNDS {
                add_one(&*store, at(1_000 + writer * ROUNDS + round)).await;
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let sum = store.get(at(100)).await.unwrap().unwrap().read::<Note>().unwrap().count;
    assert_eq!(sum, WRITERS * ROUNDS);
    let own = numbers(&**store, Scan::below(&Place::new("note")).from(&at(1_000)).before(&at(2_000))).await;
    assert_eq!(own.iter().collect::<BTreeSet<_>>().len() as u64, WRITERS * ROUNDS, "each sum once");
}

async fn add_one(store: &dyn Store, own: Place) {
    for _ in 0..10_000 {
        let row = store.get(at(100)).await.unwrap().unwrap();
        let count = row.read::<Note>().unwrap().count + 1;
        let mut batch = put(100, count);
        batch.require_version(&at(100), row.version).put(&own, &note(count));
        match store.commit(batch).await {
            Ok(_) => return,
            Err(StorageError::Conflict { requirement: 0 }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    panic!("never got through");
}

async fn changes_are_whole_batches(store: &dyn Store) {
    let start = *store.watch().borrow();
    let mut large = Batch::new();
    (0..PAGE_ROWS_MAX as u64 + 3).for_each(|number| {
        large.put(&Place::new("change").with(&number), &note(number));
    });
    let first = store.commit(put(200, 1)).await.unwrap().epoch();
    let whole = store.commit(large).await.unwrap().epoch();
    let mut rest = put(201, 2);
    rest.delete(&at(200));
    let last = store.commit(rest).await.unwrap().epoch();

    let Changes::Since { records, through, more } = store.changes(start, 2).await.unwrap() else { panic!() };
    assert_eq!(
        (records.len(), through, more),
        (PAGE_ROWS_MAX + 3, whole, true),
        "the first was written again"
    );
    assert!(through > first);
    let Changes::Since { records, through, more } = store.changes(through, 2).await.unwrap() else {
        panic!()
    };
    assert_eq!((through, more), (last, false));
    let seen: Vec<_> = records.iter().map(|(place, at, body)| (place.clone(), *at, body.is_some())).collect();
    assert_eq!(seen, [(at(200), last, false), (at(201), last, true)]);
    let none = store.changes(last, 10).await.unwrap();
    assert_eq!(none, Changes::Since { records: Vec::new(), through: last, more: false });
}

async fn rows_of_logs_are_chained_and_found(store: &dyn Store) {
    let index = |word: &'static str, number: u64| Place::new("word").with(&word).with(&number);
    for number in 1..=5_u64 {
        let word = if number % 2 == 0 { "even" } else { "odd" };
        let mut batch = Batch::new();
        batch.append(LOG, u128::from(number), &note(number), vec![index(word, number), index("all", number)]);
        if number == 5 {
            batch.append(LOG, 6, &note(6), vec![index("all", 6)]);
        }
        let recorded = store.commit(batch).await.unwrap().into_recorded();
        assert_eq!(recorded[0].seq(), number);
        assert_eq!((recorded[0].event(), recorded[0].chain()), (u128::from(number), store.own_chain()));
    }
    let heads = store.heads(LOG).await.unwrap();
    let mut verifier = Verifier::new("test", store.own_chain());
    let mut after = 0;
    loop {
        let rows = store.chain(LOG, store.own_chain(), after, 4).await.unwrap();
        let Some(last) = rows.last() else { break };
        after = last.seq;
        rows.iter().for_each(|row| verifier.push(row).unwrap());
    }
    assert_eq!((heads, after), (vec![verifier.head()], 6));

    let odd = store.find(LOG, Scan::below(&Place::new("word").with(&"odd"))).await.unwrap();
    let counts: Vec<u64> = odd.iter().map(|found| found.row.body.read::<Note>().unwrap().count).collect();
    assert_eq!(counts, [1, 3, 5]);
    let newest = Scan::below(&Place::new("word").with(&"all")).backwards().limit(2);
    let newest = store.find(LOG, newest).await.unwrap();
    assert_eq!(newest.iter().map(|found| found.row.seq).collect::<Vec<_>>(), [6, 5]);
    let page = Scan::below(&Place::new("word").with(&"all")).backwards().after(&newest[1].place).limit(1);
    assert_eq!(store.find(LOG, page).await.unwrap()[0].row.seq, 4);
    assert_eq!(store.chain(LOG, ChainId::new(77), 0, 10).await.unwrap(), []);
}

async fn batches_are_bounded(store: &dyn Store) {
    let filled = |count: usize| {
        let mut batch = Batch::new();
        (0..count as u64).for_each(|number| {
            batch.delete(&Place::new("bound").with(&number));
        });
        batch
    };
    store.commit(filled(BATCH_ITEMS_MAX)).await.unwrap();
    let error = store.commit(filled(BATCH_ITEMS_MAX + 1)).await.unwrap_err();
    assert_eq!(error, StorageError::TooLarge { what: "items", found: 10_001, most: BATCH_ITEMS_MAX });
    let word = |bytes: usize| {
        let mut batch = Batch::new();
        batch.put(&at(0), &Note { word: long(bytes), count: 0 });
        batch
    };
    assert!(store.commit(word(BATCH_BYTES_MAX - 100)).await.is_ok());
    assert!(matches!(
        store.commit(word(BATCH_BYTES_MAX)).await.unwrap_err(),
        StorageError::TooLarge { what: "bytes", .. }
    ));
    let mut gone = Batch::new();
    gone.delete(&at(0));
    store.commit(gone).await.unwrap();
}

#[expect(clippy::disallowed_methods, reason = "one letter, many times")]
fn long(bytes: usize) -> Public<String> {
    Public::from_pinned_text("x".repeat(bytes))
}

async fn faults_do_what_they_say(store: &Arc<dyn Store>) {
    let faulty = FaultyStore::new(store.clone());
    let there = |number| async move { store.get(at(number)).await.unwrap().is_some() };
    faulty.next_commit(Fault::Before);
    faulty.next_commit(Fault::After);
    faulty.next_commit(Fault::Lost);
    faulty.next_commit(Fault::Delay(Duration::from_millis(5)));
    assert!(matches!(faulty.commit(put(301, 1)).await, Err(StorageError::Unavailable(_))));
    assert!(matches!(faulty.commit(put(302, 1)).await, Err(StorageError::Unknown)));
    assert!(matches!(faulty.commit(put(303, 1)).await, Err(StorageError::Unknown)));
    assert!(faulty.commit(put(304, 1)).await.is_ok());
    assert!(faulty.commit(put(305, 1)).await.is_ok());
    let found = [there(301).await, there(302).await, there(303).await, there(304).await, there(305).await];
    assert_eq!(found, [false, true, false, true, true]);
    faulty.refuse_reads(true);
    assert!(faulty.get(at(302)).await.is_err());
    faulty.refuse_reads(false);
    assert!(faulty.get(at(302)).await.unwrap().is_some());
}

async fn epochs_are_told(store: &Arc<dyn Store>) {
    let mut watch = store.watch();
    watch.mark_unchanged();
    let epoch = store.commit(put(400, 1)).await.unwrap().epoch();
    tokio::time::timeout(Duration::from_secs(5), watch.wait_for(|told| *told >= epoch))
        .await
        .unwrap()
        .unwrap();
    let mut only_log = Batch::new();
    only_log.append(LOG, 9, &note(9), Vec::new());
    assert_eq!(store.commit(only_log).await.unwrap().epoch(), epoch, "a row changes no record");
}

async fn a_closed_store_takes_nothing_and_keeps_everything(store: Arc<dyn Store>, location: &Location) {
    let before = store.heads(LOG).await.unwrap();
    store.commit(put(500, 5)).await.unwrap();
    store.close().await.unwrap();
    assert_eq!(store.commit(put(501, 1)).await.unwrap_err(), StorageError::Closed);
    drop(store);
    let again = open(location, 2).await;
    assert_eq!(again.get(at(500)).await.unwrap().unwrap().read::<Note>().unwrap(), note(5));
    assert_eq!(again.get(at(501)).await.unwrap(), None);
    let mut row = Batch::new();
    row.append(LOG, 1, &note(1), Vec::new());
    let recorded = again.commit(row).await.unwrap().into_recorded();
    assert_eq!((recorded[0].chain(), recorded[0].seq()), (ChainId::new(2), 1));
    let heads = again.heads(LOG).await.unwrap();
    assert_eq!((heads.len(), heads[0]), (2, before[0]), "the old chain is as it was");
    again.close().await.unwrap();
}
