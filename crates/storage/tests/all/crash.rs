//! Is anything lost that was acknowledged? Not when the writing process is killed, nor the database server.
//!
//! A process of the test's own writes from several tasks and prints what was acknowledged; it is killed (SIGKILL) at some
//! moment; then everything it printed must be there, each batch whole, and the chain unbroken. SIGKILL proves the order of
//! acknowledging and committing; that a disk keeps what it was told to is up to fsync, which these tests cannot take away.

use crate::cluster::Cluster;
use crate::scratch::{LOG, Note, Scratch, at, block_on, note, open};
use sotto_public::{ChainId, Place};
use sotto_storage::{Batch, Location, Scan, StorageError, Store};
use sotto_trail::Verifier;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const LOCATION: &str = "SOTTO_STORAGE_CRASH_LOCATION";
const CHAIN: &str = "SOTTO_STORAGE_CRASH_CHAIN";
const TASKS: u64 = 8;

/// The process that is killed: this very test, with two words in its environment. Without them there is nothing to do.
#[test]
fn child_writes_until_it_is_killed() {
    let (Ok(location), Ok(chain)) = (std::env::var(LOCATION), std::env::var(CHAIN)) else { return };
    block_on(async {
        let store = open(&Location::parse(&location).unwrap(), chain.parse().unwrap()).await;
        let round: u64 = chain.parse().unwrap();
        let tasks = (0..TASKS).map(|task| {
            let store = store.clone();
            tokio::spawn(async move {
                for count in 0_u64.. {
                    let number = round * 1_000_000 + task * 100_000 + count;
                    store.commit(pair(number)).await.unwrap();
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "acknowledged {number}").and_then(|()| out.flush()).unwrap();
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
    });
}

/// Two records and a row that belong together.
fn pair(number: u64) -> Batch {
    let mut batch = Batch::new();
    batch.put(&at(number), &note(number)).put(&Place::new("twin").with(&number), &note(number));
    batch.append(LOG, u128::from(number), &note(number), vec![Place::new("number").with(&number)]);
    batch
}

/// Lets the child write for a while, kills it, and says what was acknowledged.
fn write_and_kill(location: &str, round: u64, pause: Duration) -> BTreeSet<u64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["crash::child_writes_until_it_is_killed", "--exact", "--nocapture"])
        .env(LOCATION, location)
        .env(CHAIN, round.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let acknowledged = Arc::new(Mutex::new(BTreeSet::new()));
    let (seen, first) = (acknowledged.clone(), std::sync::mpsc::channel());
    let reader = std::thread::spawn(move || {
        let mut line = String::new();
        // A line without its end was being written when the kill came.
        while lines.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
            if let Some(number) = line.strip_suffix('\n').and_then(|line| line.rsplit_once("acknowledged ")) {
                seen.lock().unwrap().insert(number.1.parse().unwrap());
                let _ = first.0.send(());
            }
            line.clear();
        }
    });
    first.1.recv_timeout(Duration::from_secs(60)).expect("the child acknowledges something");
    std::thread::sleep(pause);
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap();
    Arc::try_unwrap(acknowledged).unwrap().into_inner().unwrap()
}

/// Everything acknowledged is there, and whatever is there is whole.
async fn check_whole(store: &dyn Store, round: u64, acknowledged: &BTreeSet<u64>) {
    let numbers = |sort: &'static str| async move {
        let (root, mut found) = (Place::new(sort), BTreeSet::new());
        let mut scan = Scan::below(&root).from(&root.clone().with(&(round * 1_000_000)));
        loop {
            let rows = store.range(scan.clone()).await.unwrap();
            let Some(last) = rows.last() else { return found };
            scan = scan.after(&last.place);
            found.extend(rows.iter().map(|row| row.read::<Note>().unwrap().count));
        }
    };
    let (records, twins) = (numbers("note").await, numbers("twin").await);
    assert_eq!(records, twins, "batches are whole");
    let missing: Vec<_> = acknowledged.difference(&records).collect();
    assert!(missing.is_empty(), "lost: {missing:?}");
    assert!(records.len() <= acknowledged.len() + TASKS as usize, "at most one more per task");

    let chain = ChainId::new(u128::from(round));
    let (mut verifier, mut logged) = (Verifier::new("test", chain), BTreeSet::new());
    loop {
        let rows = store.chain(LOG, chain, verifier.head().seq, 1_000).await.unwrap();
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            verifier.push(row).unwrap();
            logged.insert(row.body.read::<Note>().unwrap().count);
        }
    }
    assert_eq!(logged, records, "rows belong to their batches");
    let head = store.heads(LOG).await.unwrap().into_iter().find(|head| head.chain == chain);
    assert_eq!(head, Some(verifier.head()));
}

/// How often is killed: more by hand.
fn kills() -> u64 {
    std::env::var("SOTTO_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(3)
}

#[test]
fn killing_the_embedded_writer_loses_nothing_acknowledged() {
    let scratch = Scratch::new();
    let Location::Directory(directory) = scratch.location() else { panic!() };
    for round in 1..=kills() {
        let pause = Duration::from_millis(40 + 37 * (round % 7));
        let acknowledged = write_and_kill(directory.to_str().unwrap(), round, pause);
        block_on(async {
            let store = open(&scratch.location(), 1_000 + u128::from(round)).await;
            check_whole(&*store, round, &acknowledged).await;
            store.close().await.unwrap();
        });
    }
}

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
