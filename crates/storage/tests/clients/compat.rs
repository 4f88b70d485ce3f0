//! Do the dumps of earlier releases open? And how the data of a release is made: once, when it is cut, by
//! `SOTTO_MAKE_COMPAT=1 cargo test -p sotto-storage --test clients compat`.

use crate::cluster::Cluster;
use crate::old::{RELEASES, check, kept};
use crate::scratch::{LOG, Scratch, at, block_on, note, open};
use sotto_public::Place;
use sotto_storage::{Batch, Store};

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
