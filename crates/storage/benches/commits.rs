//! How many commits per second, by how many wait at once? Group commit decides.
//!
//! `cargo bench -p sotto-storage` measures the embedded back end in a temporary directory; with `SOTTO_STORAGE=postgres://...`
//! the clustered one. Each commit puts one record and appends one row with eight index places, as a changing call does.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::unwrap_used, reason = "a benchmark stops where something is wrong")]

use sotto_public::{ChainId, Place, Public, Storable, StoredRecord};
use sotto_storage::{Batch, Location, Log, Store};
use std::sync::Arc;
use std::time::{Duration, Instant};

#[derive(Storable)]
struct Note {
    words: Vec<Public<String>>,
}

impl StoredRecord for Note {
    const KIND: &'static str = "bench-note";
}

const SPAN: Duration = Duration::from_secs(3);
const WRITERS: [u64; 5] = [1, 8, 64, 256, 1024];

fn main() {
    let directory = std::env::temp_dir().join(format!("sotto-bench-{}", std::process::id()));
    let location = match std::env::var("SOTTO_STORAGE") {
        Ok(address) => Location::parse(&address).unwrap(),
        Err(_) => Location::Directory(directory.clone()),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let chain = ChainId::new(u128::from(std::process::id()));
    runtime.block_on(async {
        let store = location.open(chain).await.unwrap();
        for writers in WRITERS {
            measure(&store, writers).await;
        }
        reads(&*store).await;
        store.close().await.unwrap();
    });
    let _ = std::fs::remove_dir_all(directory);
}

async fn measure(store: &Arc<dyn Store>, writers: u64) {
    let start = Instant::now();
    let tasks: Vec<_> =
        (0..writers).map(|writer| tokio::spawn(write(store.clone(), writer, start))).collect();
    let mut waits = Vec::new();
    for task in tasks {
        waits.extend(task.await.unwrap());
    }
    let rate = waits.len() as f64 / start.elapsed().as_secs_f64();
    waits.sort_unstable();
    let at =
        |part: usize| waits.get(waits.len() * part / 100).map_or(0.0, |wait| wait.as_secs_f64() * 1_000.0);
    println!("{writers:>5} writers: {rate:>8.0} commits/s, p50 {:.2} ms, p99 {:.2} ms", at(50), at(99));
}

async fn write(store: Arc<dyn Store>, writer: u64, start: Instant) -> Vec<Duration> {
    let mut waits = Vec::new();
    while start.elapsed() < SPAN {
        let begun = Instant::now();
        let number = waits.len() as u64;
        let words = (0..20).map(|_| Public::from("a word of a record")).collect();
        let note = Note { words };
        let index = |word: u64| Place::new("index").with(&word).with(&writer).with(&number);
        let mut batch = Batch::new();
        batch.put(&Place::new("note").with(&writer).with(&(number % 100)), &note);
        batch.append(Log::new("bench"), u128::from(number), &note, (0..8).map(index).collect());
        store.commit(batch).await.unwrap();
        waits.push(begun.elapsed());
    }
    waits
}

async fn reads(store: &dyn Store) {
    let (start, mut count) = (Instant::now(), 0_u64);
    while start.elapsed() < SPAN {
        store.get(Place::new("note").with(&0_u64).with(&(count % 100))).await.unwrap();
        count += 1;
    }
    println!("one reader: {:.0} reads/s", count as f64 / start.elapsed().as_secs_f64());
}
