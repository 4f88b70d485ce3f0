//! Is a copy of a store that is written to a store of one moment, with everything that was confirmed before, and keys apart?

use crate::scratch::{LOG, Note, Scratch, at, block_on, note, open};
use crate::wal_laws::{body, read_all};
use sotto_public::{ChainId, Place};
use sotto_storage::{
    Batch, FileWal, Location, Part, StorageError, Wal, copied_record, copy_store, join_apart,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

fn key_at(number: u64) -> Place {
    Place::new("key").with(&number)
}

/// Keys apart, notes with the data.
fn copied(from: &Path, to: &Path) -> Result<sotto_storage::Copied, StorageError> {
    let mut each = |place: &Place, _: &sotto_public::Stored| match Place::new("key").holds(place) {
        true => Part::Apart,
        false => Part::Data,
    };
    copy_store(from, &to.join("store"), &to.join("keys.db"), &mut each)
}

struct Running {
    ended: Arc<AtomicBool>,
    confirmed: Arc<AtomicU64>,
    writing: tokio::task::JoinHandle<()>,
}

/// Writes turn after turn: a frame of the log, then two notes and a key that say the same, in one batch.
async fn write(data: PathBuf) -> Running {
    let store = open(&Location::Directory(data.clone()), 7).await;
    let wal = FileWal::open(&data.join("wal"), ChainId::new(7)).unwrap();
    let (ended, confirmed) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
    let (end, count) = (Arc::clone(&ended), Arc::clone(&confirmed));
    let writing = tokio::spawn(async move {
        let mut turn = 0;
        while !end.load(Ordering::SeqCst) {
            turn += 1;
            wal.append(body(turn)).await.unwrap();
            let mut batch = Batch::new();
            batch.put(&at(1), &note(turn)).put(&at(2), &note(turn)).put(&key_at(turn % 50), &note(turn));
            batch.append(LOG, u128::from(turn), &note(turn), Vec::new());
            store.commit(batch).await.unwrap();
            if turn % 40 == 0 {
                // Files of the log go and come while they are copied.
                wal.truncate(sotto_storage::WalPosition::new(turn)).await.unwrap();
            }
            count.store(turn, Ordering::SeqCst);
        }
        wal.close().await.unwrap();
        store.close().await.unwrap();
    });
    while confirmed.load(Ordering::SeqCst) < 60 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Running { ended, confirmed, writing }
}

async fn count_at(store: &dyn sotto_storage::Store, place: Place) -> Option<u64> {
    store.get(place).await.unwrap().map(|row| row.read::<Note>().unwrap().count)
}

#[test]
fn a_copy_is_of_one_moment_and_holds_what_was_confirmed_before() {
    let scratch = Scratch::new();
    let data = scratch.path().join("data");
    block_on(async {
        let running = write(data.clone()).await;
        for turn in 0..5 {
            let before = running.confirmed.load(Ordering::SeqCst);
            let to = scratch.path().join(format!("copy-{turn}"));
            let (from, folder) = (data.clone(), to.clone());
            let copy = tokio::task::spawn_blocking(move || copied(&from, &folder)).await.unwrap().unwrap();
            assert!(copy.records >= 2 && copy.apart == 50 && copy.rows >= before);
            let keys = std::fs::read(to.join("keys.db")).unwrap();
            assert!(copied_record(&to.join("store"), &key_at(1)).unwrap().is_none());
            join_apart(&to.join("store"), &to.join("keys.db")).unwrap();
            assert_eq!(std::fs::read(to.join("keys.db")).unwrap(), keys);
            let store = open(&Location::Directory(to.join("store")), 8).await;
            let [one, two] = [count_at(&*store, at(1)).await, count_at(&*store, at(2)).await];
            assert!(one == two && one >= Some(before), "{one:?} {two:?} {before}");
            assert!(count_at(&*store, key_at(1)).await.is_some());
            assert_eq!(store.heads(LOG).await.unwrap().len(), 1);
            let wal = FileWal::open(&to.join("store/wal"), ChainId::new(9)).unwrap();
            let bounds = wal.bounds().await.unwrap();
            assert!(bounds.end.number() >= before, "{bounds:?} {before}");
            let frames = read_all(&wal, bounds.floor.number()).await;
            assert_eq!(frames.len() as u64, bounds.end.number() - bounds.floor.number());
            wal.close().await.unwrap();
            // It goes on from there, and what is written is newer than all of it.
            let mut batch = Batch::new();
            batch.put(&at(3), &note(1));
            store.commit(batch).await.unwrap();
            store.close().await.unwrap();
        }
        running.ended.store(true, Ordering::SeqCst);
        running.writing.await.unwrap();
    });
}

#[test]
fn what_is_no_store_is_not_copied() {
    let scratch = Scratch::new();
    let refused = copied(&scratch.path().join("absent"), &scratch.path().join("copy"));
    assert!(matches!(refused, Err(StorageError::Unavailable(_))), "{refused:?}");
}
