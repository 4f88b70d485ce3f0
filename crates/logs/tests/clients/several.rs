//! Several processes over one PostgreSQL server and one place of objects: each answers each call, one publishes.

use crate::cluster::Cluster;
use crate::kill::{Confirmed, ROUND, WHERE, append_for_ever, check_confirmed, kills, work_and_kill};
use crate::world::{Ground, NOW, Scratch, all, block_on, entry, put, registry, search, stream};
use sotto_logs::EventStore;
use sotto_public::ChainId;
use sotto_storage::{DirectoryBlobs, Location};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

async fn ground(location: &Location, objects: &Path, chain: u128) -> Ground {
    let store = location.open(ChainId::new(chain)).await.unwrap();
    let wal = location.open_wal(ChainId::new(chain)).await.unwrap();
    Ground { store, wal, blobs: Arc::new(DirectoryBlobs::open(objects).unwrap()) }
}

#[test]
fn each_process_answers_for_all_and_one_publishes() {
    let Some(cluster) = Cluster::start() else { return };
    let (scratch, registry) = (Scratch::new(), registry(3));
    block_on(async {
        let location = cluster.location(&cluster.database(), cluster.port);
        let (one, two) =
            (ground(&location, scratch.path(), 1).await, ground(&location, scratch.path(), 2).await);
        let (a, b) = (one.events(NOW, 1).await, two.events(NOW, 2).await);
        let mut wanted = 0_usize;
        for round in 0..6_u64 {
            // Both append to the same streams, and both publish.
            for number in 0..3 {
                for store in [&a, &b] {
                    let at = NOW.plus(Duration::from_millis(round));
                    put(store, &stream(&registry, number), &[(at, format!("canary {wanted}"))]).await;
                    wanted += 1;
                }
            }
            let found = search(&b, &entry(&registry), "canary", 1_000).await;
            assert_eq!(found.len(), wanted, "what was confirmed by the other is seen at once");
            assert_eq!(found, search(&a, &entry(&registry), "canary", 1_000).await);
            match round % 3 {
                0 => a.flush().await.unwrap(),
                1 => {
                    let (first, second) = tokio::join!(a.flush(), b.flush());
                    first.and(second).unwrap();
                }
                _ => {}
            }
            for store in [&a, &b] {
                let mut events = 0;
                for number in 0..3 {
                    events += all(store, &stream(&registry, number), 4, true).await.len();
                }
                assert_eq!(events, wanted, "round {round}");
            }
        }
        only_who_holds_the_lease_tends(&a, &b).await;
        let late = ground(&location, scratch.path(), 3).await;
        let c = late.events(NOW, 3).await;
        assert_eq!(search(&c, &entry(&registry), "canary", 1_000).await.len(), wanted);
        drop((a, b, c));
        for ground in [one, two, late] {
            ground.close().await;
        }
    });
}

async fn only_who_holds_the_lease_tends(a: &Arc<EventStore>, b: &Arc<EventStore>) {
    let registry = registry(3);
    let seconds = |count| NOW.plus(Duration::from_secs(count));
    put(a, &stream(&registry, 0), &[(NOW, "other".to_owned())]).await;
    a.tend(&registry, seconds(0)).await.unwrap();
    for second in (5..=60).step_by(5) {
        let (first, second) =
            (a.tend(&registry, seconds(second)).await, b.tend(&registry, seconds(second)).await);
        assert!(!second.unwrap().flushed);
        first.unwrap();
    }
    assert_eq!(a.hot_bytes(), 0);
    // The first one is silent for as long as its lease holds: the other takes over.
    put(b, &stream(&registry, 0), &[(NOW, "other".to_owned())]).await;
    b.tend(&registry, seconds(80)).await.unwrap();
    assert!(!a.tend(&registry, seconds(81)).await.unwrap().flushed);
    for second in (90..=140).step_by(10) {
        b.tend(&registry, seconds(second)).await.unwrap();
    }
    assert_eq!(b.hot_bytes(), 0);
}

/// The process that is killed. Without words in its environment there is nothing to do.
#[test]
fn child_works_until_it_is_killed() {
    let (Ok(location), Ok(round)) = (std::env::var(WHERE), std::env::var(ROUND)) else { return };
    let (address, objects) = location.split_once(' ').unwrap();
    let round: u64 = round.parse().unwrap();
    block_on(async {
        let ground = ground(&Location::parse(address).unwrap(), Path::new(objects), u128::from(round)).await;
        append_for_ever(ground.events(NOW.plus(Duration::from_secs(round)), u128::from(round)).await, round)
            .await;
    });
}

#[test]
fn kills_of_one_process_while_another_reads_and_publishes_lose_and_double_nothing() {
    let Some(cluster) = Cluster::start() else { return };
    let (scratch, database) = (Scratch::new(), cluster.database());
    let address = format!("postgres://sotto@127.0.0.1:{}/{database}", cluster.port);
    let location = format!("{address} {}", scratch.path().to_str().unwrap());
    let (mut confirmed, mut count) = (Confirmed::new(), 0);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let other = runtime.block_on(async {
        let ground = ground(&Location::parse(&address).unwrap(), scratch.path(), 500).await;
        ground.events(NOW, 500).await
    });
    for round in 1..=kills() {
        let keeper = runtime.spawn({
            let other = Arc::clone(&other);
            async move {
                loop {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    other.flush().await.unwrap();
                }
            }
        });
        let pause = Duration::from_millis(600 + 97 * (round % 7));
        count += work_and_kill(
            "several::child_works_until_it_is_killed",
            &location,
            (round, pause),
            &mut confirmed,
        );
        keeper.abort();
        runtime.block_on(check_confirmed(&other, &confirmed));
    }
    assert!(count > 0, "the children confirmed something");
}
