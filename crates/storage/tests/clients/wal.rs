//! The clustered write-ahead log: the laws, one order for several processes, a connection that breaks in a commit, kills.

use crate::cluster::Cluster;
use crate::kill::kills;
use crate::proxy::{CUT_AFTER, CUT_BEFORE, Proxy};
use crate::scratch::block_on;
use crate::wal_kill::{append_and_kill, check_confirmed};
use crate::wal_laws::{self, at, body, check_whole, read_all};
use sotto_public::ChainId;
use sotto_storage::{Fence, Location, StorageError, Wal};
use std::sync::Arc;
use std::time::Duration;

async fn open(location: &Location, chain: u128) -> Arc<dyn Wal> {
    location.open_wal(ChainId::new(chain)).await.unwrap()
}

#[test]
fn postgres_keeps_the_laws_of_the_log() {
    let Some(cluster) = Cluster::start() else { return };
    block_on(async {
        let location = cluster.location(&cluster.database(), cluster.port);
        wal_laws::check(|chain| {
            let location = location.clone();
            async move { open(&location, chain).await }
        })
        .await;
        several_processes_have_one_order(&cluster).await;
        an_unknown_outcome_is_read_again(&cluster).await;
    });
    kills_lose_nothing(&cluster);
}

async fn several_processes_have_one_order(cluster: &Cluster) {
    let location = cluster.location(&cluster.database(), cluster.port);
    // They start together: one of them migrates.
    let (one, two) = tokio::join!(open(&location, 1), open(&location, 2));
    assert!(one.is_shared() && two.is_shared());
    let tasks = (0..200_u64).map(|number| {
        let wal = Arc::clone(if number % 2 == 0 { &one } else { &two });
        tokio::spawn(async move { wal.append(body(number)).await.unwrap() })
    });
    for task in tasks.collect::<Vec<_>>() {
        let position = task.await.unwrap();
        let seen = two.bounds().await.unwrap().end;
        assert!(seen >= position, "what one confirmed the other sees");
    }
    let frames = read_all(&*one, 0).await;
    check_whole(&frames, 0, 0..200);
    assert_eq!(frames, read_all(&*two, 0).await);
    let under = |epoch| Some(Fence { lane: 9, epoch });
    assert_eq!(one.fence(Fence { lane: 9, epoch: 4 }).await, Ok(at(200)));
    assert_eq!(two.append_under(body(200), under(3)).await, Err(StorageError::Fenced), "at all processes");
    assert_eq!(two.append_under(body(200), under(4)).await, Ok(at(201)), "and no number was lost by it");
    one.truncate(at(150)).await.unwrap();
    assert_eq!(two.bounds().await.unwrap().floor, at(150));
    assert_eq!(read_all(&*two, 150).await.len(), 51);
}

async fn an_unknown_outcome_is_read_again(cluster: &Cluster) {
    let proxy = Proxy::start(cluster.port);
    let wal = open(&cluster.location(&cluster.database(), proxy.port), 1).await;
    wal.append(body(1)).await.unwrap();
    proxy.cut(CUT_AFTER);
    let kept = wal.append(body(2)).await;
    assert!(proxy.has_cut());
    assert_eq!(kept, Ok(at(2)), "it was committed, and reading again shows it");
    proxy.cut(CUT_BEFORE);
    let lost = wal.append(body(3)).await;
    assert!(proxy.has_cut());
    assert!(matches!(lost, Err(StorageError::Unavailable(_))), "{lost:?}");
    assert_eq!(wal.append(body(4)).await, Ok(at(3)));
    check_whole(&read_all(&*wal, 0).await, 0, [1, 2, 4]);
}

fn kills_lose_nothing(cluster: &Cluster) {
    let database = cluster.database();
    let address = format!("postgres://sotto@127.0.0.1:{}/{database}", cluster.port);
    for round in 1..=kills() {
        let confirmed = append_and_kill(&address, round, Duration::from_millis(300 + 37 * (round % 7)));
        block_on(async {
            let wal = open(&Location::parse(&address).unwrap(), 1_000 + u128::from(round)).await;
            check_confirmed(&*wal, 0, &confirmed).await;
        });
    }
}
