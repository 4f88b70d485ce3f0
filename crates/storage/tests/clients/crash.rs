//! Is anything lost that was acknowledged when a front end is killed, or the database server?

use crate::cluster::Cluster;
use crate::kill::{TASKS, check_whole, kills, pair, write_and_kill};
use crate::scratch::{at, block_on, open};
use sotto_storage::{Location, StorageError, Store};
use std::collections::BTreeSet;
use std::time::Duration;

#[test]
fn killing_a_front_end_or_the_server_loses_nothing_acknowledged() {
    let Some(cluster) = Cluster::start() else { return };
    let database = cluster.database();
    let address = format!("postgres://sotto@127.0.0.1:{}/{database}", cluster.port);
    for round in 1..=kills() {
        let acknowledged = write_and_kill(&address, round, Duration::from_millis(40 + 37 * (round % 7)));
        block_on(async {
            let store = open(&Location::parse(&address).unwrap(), 1_000 + u128::from(round)).await;
            check_whole(&*store, round, &acknowledged).await;
        });
    }
    for round in 1..=kills() {
        block_on(kill_server(&cluster, &database, 2_000 + round));
    }
}

/// Writers in this process; the server dies under them and comes back.
async fn kill_server(cluster: &Cluster, database: &str, round: u64) {
    let store = open(&cluster.location(database, cluster.port), u128::from(round)).await;
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let store = store.clone();
            tokio::spawn(
                async move { write_until_failure(&*store, round * 1_000_000 + task * 100_000).await },
            )
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(60 + 31 * (round % 5))).await;
    tokio::task::block_in_place(|| cluster.kill());
    tokio::task::block_in_place(|| cluster.launch());
    let (mut acknowledged, mut refused) = (BTreeSet::new(), Vec::new());
    for task in tasks {
        let (numbers, last, error) = task.await.unwrap();
        acknowledged.extend(numbers);
        refused.extend((error != StorageError::Unknown).then_some(last));
    }
    let again = open(&cluster.location(database, cluster.port), 500_000 + u128::from(round)).await;
    check_whole(&*again, round, &acknowledged).await;
    for number in refused {
        assert_eq!(again.get(at(number)).await.unwrap(), None, "what was said to be undone is undone");
    }
}

async fn write_until_failure(store: &dyn Store, start: u64) -> (Vec<u64>, u64, StorageError) {
    let mut done = Vec::new();
    for number in start.. {
        match store.commit(pair(number)).await {
            Ok(_) => done.push(number),
            Err(error) => return (done, number, error),
        }
    }
    panic!("never failed");
}
