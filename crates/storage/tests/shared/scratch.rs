//! Where do tests keep things? In a directory of their own that goes when they are done.

use sotto_public::{ChainId, Place, Public, Storable, StoredRecord};
use sotto_storage::{Location, Log, Store};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// A directory for one test.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("sotto-storage-{}-{count}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn location(&self) -> Location {
        Location::Directory(self.0.join("data"))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The log of these tests.
pub(crate) const LOG: Log = Log::new("test");

/// What these tests store.
#[derive(Clone, Debug, PartialEq, Storable)]
pub(crate) struct Note {
    pub(crate) word: Public<String>,
    pub(crate) count: u64,
}

impl StoredRecord for Note {
    const KIND: &'static str = "test-note";
}

pub(crate) fn note(count: u64) -> Note {
    Note { word: Public::from("canary"), count }
}

pub(crate) fn at(number: u64) -> Place {
    Place::new("note").with(&number)
}

pub(crate) async fn open(location: &Location, chain: u128) -> Arc<dyn Store> {
    location.open(ChainId::new(chain)).await.unwrap()
}

/// Waits for what needs a runtime.
pub(crate) fn block_on<T>(what: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(what)
}
