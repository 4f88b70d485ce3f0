//! Does what each release stored still open? One data directory and one dump per release, under `tests/compat`.
//!
//! They are made once, by `SOTTO_MAKE_COMPAT=1 cargo test -p sotto-storage --test all compat`, when a release is cut, and never
//! change afterwards. A copy is opened, so that migrations do not touch them.

use crate::cluster::Cluster;
use crate::scratch::{LOG, Note, Scratch, at, block_on, note, open};
use sotto_public::{ChainId, Place};
use sotto_storage::{Batch, Changes, Epoch, Location, Scan, Store};
use sotto_trail::Verifier;
use std::path::{Path, PathBuf};

/// Releases whose data is kept.
const RELEASES: [&str; 1] = ["0.1.0"];

fn kept(release: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compat").join(release)
}

/// What each release stored: three notes, one of them written twice, one deleted; three rows.
async fn fill(store: &dyn Store) {
    for number in 1..=3 {
        let mut batch = Batch::new();
        batch.put(&at(number), &note(number));
        batch.append(LOG, u128::from(number), &note(number), vec![Place::new("number").with(&number)]);
        store.commit(batch).await.unwrap();
    }
    let mut last = Batch::new();
    last.put(&at(1), &note(11)).delete(&at(2));
    store.commit(last).await.unwrap();
}

async fn check(store: &dyn Store) {
    let rows = store.range(Scan::below(&Place::new("note"))).await.unwrap();
    let found: Vec<_> = rows.iter().map(|row| (row.version, row.read::<Note>().unwrap())).collect();
    assert_eq!(found, [(Epoch::new(4), note(11)), (Epoch::new(3), note(3))]);
    let Changes::Since { records, through, .. } = store.changes(Epoch::new(3), 10).await.unwrap() else {
        panic!()
    };
    assert_eq!((records.len(), through), (2, Epoch::new(4)), "the deletion is remembered");
    let chain = ChainId::new(0xc0ffee);
    let mut verifier = Verifier::new("test", chain);
    store.chain(LOG, chain, 0, 10).await.unwrap().iter().for_each(|row| verifier.push(row).unwrap());
    assert_eq!(store.heads(LOG).await.unwrap(), [verifier.head()]);
    let found = store.find(LOG, Scan::below(&Place::new("number"))).await.unwrap();
    assert_eq!(found.iter().map(|found| found.row.seq).collect::<Vec<_>>(), [1, 2, 3]);
    let mut more = Batch::new();
    more.put(&at(4), &note(4)).append(LOG, 4, &note(4), Vec::new());
    assert_eq!(store.commit(more).await.unwrap().epoch(), Epoch::new(5));
}

#[test]
fn data_directories_of_releases_open() {
    for release in RELEASES {
        let scratch = Scratch::new();
        let Location::Directory(directory) = scratch.location() else { panic!() };
        std::fs::create_dir(&directory).unwrap();
        std::fs::copy(kept(release).join("sotto.db"), directory.join("sotto.db")).unwrap();
        block_on(async {
            let store = open(&scratch.location(), 7).await;
            check(&*store).await;
            store.close().await.unwrap();
        });
    }
}

#[test]
fn dumps_of_releases_open() {
    let Some(cluster) = Cluster::start() else { return };
    for release in RELEASES {
        let database = cluster.database();
        cluster.run_file(&database, &kept(release).join("postgres.sql"));
        block_on(async { check(&*open(&cluster.location(&database, cluster.port), 7).await).await });
    }
}

/// Makes the data of this release, when asked to.
#[test]
fn the_data_of_this_release_is_made_on_request() {
    let (Ok(_), release) = (std::env::var("SOTTO_MAKE_COMPAT"), env!("CARGO_PKG_VERSION")) else { return };
    let kept = kept(release);
    assert!(!kept.exists(), "it is never made twice");
    std::fs::create_dir_all(&kept).unwrap();
    let (scratch, cluster) = (Scratch::new(), Cluster::start().unwrap());
    let database = cluster.database();
    block_on(async {
        for location in [scratch.location(), cluster.location(&database, cluster.port)] {
            let store = open(&location, 0xc0ffee).await;
            fill(&*store).await;
            store.close().await.unwrap();
        }
    });
    std::thread::sleep(std::time::Duration::from_secs(1));
    std::fs::copy(scratch.path().join("data/sotto.db"), kept.join("sotto.db")).unwrap();
    cluster.dump(&database, &kept.join("postgres.sql"));
}
