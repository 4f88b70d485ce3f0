//! What if storage fails while segments are published? Nothing confirmed is lost or doubled, and the next try succeeds.

use crate::disk::ground;
use crate::world::{NOW, Scratch, all, block_on, put, registry, stream};
use sotto_logs::{EventStore, Foundations, NoKeys};
use sotto_public::{Blob, Foreign};
use sotto_storage::{BlobEntry, BlobName, Blobs, Fault, FaultyStore, Reply, StorageError, Store};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Objects that cannot be stored while a switch is on.
struct FaultyBlobs {
    inner: Arc<dyn Blobs>,
    fails: AtomicBool,
}

impl Blobs for FaultyBlobs {
    fn put(&self, name: BlobName, blob: Blob) -> Reply<'_, ()> {
        match self.fails.load(Ordering::Relaxed) {
            true => Box::pin(async {
                Err(StorageError::Unavailable(Foreign::new("faults", "a test asked for it")))
            }),
            false => self.inner.put(name, blob),
        }
    }
    fn get(&self, name: BlobName) -> Reply<'_, Option<Blob>> {
        self.inner.get(name)
    }
    fn range(&self, name: BlobName, offset: u64, length: usize) -> Reply<'_, Option<Blob>> {
        self.inner.range(name, offset, length)
    }
    fn list(&self, below: BlobName) -> Reply<'_, Vec<BlobEntry>> {
        self.inner.list(below)
    }
    fn delete(&self, name: BlobName) -> Reply<'_, ()> {
        self.inner.delete(name)
    }
    fn path(&self, name: &BlobName) -> Option<PathBuf> {
        self.inner.path(name)
    }
}

#[test]
fn a_publication_that_fails_or_is_not_known_of_loses_and_doubles_nothing() {
    let scratch = Scratch::new();
    let registry = registry(1);
    block_on(async {
        let ground = ground(scratch.path(), 1).await;
        let faulty = Arc::new(FaultyStore::new(Arc::clone(&ground.store)));
        let blobs = Arc::new(FaultyBlobs { inner: Arc::clone(&ground.blobs), fails: AtomicBool::new(false) });
        let on = Foundations {
            store: Arc::clone(&faulty) as Arc<dyn Store>,
            wal: Arc::clone(&ground.wal),
            blobs: Arc::clone(&blobs) as Arc<dyn Blobs>,
            keys: Arc::new(NoKeys),
        };
        let store = EventStore::open(on, NOW, 1).await.unwrap();
        let (to, mut wanted) = (stream(&registry, 0), 0);
        for fault in [Fault::Before, Fault::After, Fault::Lost, Fault::None] {
            for _ in 0..5 {
                put(&store, &to, &[(NOW.plus(Duration::from_millis(wanted)), format!("canary {wanted}"))])
                    .await;
                wanted += 1;
            }
            faulty.next_commit(fault);
            assert_eq!(store.flush().await.is_err(), fault == Fault::Before, "{fault:?}");
            check(&store, &to, wanted).await;
            store.flush().await.unwrap();
            check(&store, &to, wanted).await;
        }
        put(&store, &to, &[(NOW.plus(Duration::from_millis(wanted)), format!("canary {wanted}"))]).await;
        blobs.fails.store(true, Ordering::Relaxed);
        assert!(store.flush().await.is_err());
        check(&store, &to, wanted + 1).await;
        blobs.fails.store(false, Ordering::Relaxed);
        store.flush().await.unwrap();
        check(&store, &to, wanted + 1).await;
        // What failed left objects that no record names: they go once that has been so for an hour, however old the process is.
        let seconds = |count| NOW.plus(Duration::from_secs(count));
        assert_eq!(store.sweep_objects(seconds(90_000)).await, Ok(0), "they may be named in a moment");
        assert_eq!(store.sweep_objects(seconds(93_599)).await, Ok(0));
        assert!(store.sweep_objects(seconds(93_600)).await.unwrap() > 0);
        assert_eq!(store.sweep_objects(seconds(99_999)).await, Ok(0), "nothing is left");
        check(&store, &to, wanted + 1).await;
        drop((store, faulty, blobs));
        ground.close().await;
    });
}

async fn check(store: &EventStore, of: &sotto_logs::Stream, count: u64) {
    let texts: Vec<_> = all(store, of, 100, true).await.into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, (0..count).map(|at| format!("canary {at}")).collect::<Vec<_>>());
}
