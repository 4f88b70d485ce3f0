//! Is anything lost that was acknowledged when a writing process is killed?
//!
//! A process of the test's own writes from several tasks and prints what was acknowledged; it is killed (SIGKILL) at some
//! moment; then everything it printed must be there, each batch whole, and the chain unbroken. SIGKILL proves the order of
//! acknowledging and committing; that a disk keeps what it was told to is up to fsync, which these tests cannot take away.

use crate::scratch::{LOG, Note, at, block_on, note, open};
use sotto_public::{ChainId, Place};
use sotto_storage::{Batch, Location, Scan, Store};
use sotto_trail::Verifier;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const LOCATION: &str = "SOTTO_STORAGE_CRASH_LOCATION";
const CHAIN: &str = "SOTTO_STORAGE_CRASH_CHAIN";
pub(crate) const TASKS: u64 = 8;

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
pub(crate) fn pair(number: u64) -> Batch {
    let mut batch = Batch::new();
    batch.put(&at(number), &note(number)).put(&Place::new("twin").with(&number), &note(number));
    batch.append(LOG, u128::from(number), &note(number), vec![Place::new("number").with(&number)]);
    batch
}

/// Lets the child write for a while, kills it, and says what was acknowledged.
pub(crate) fn write_and_kill(location: &str, round: u64, pause: Duration) -> BTreeSet<u64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["kill::child_writes_until_it_is_killed", "--exact", "--nocapture"])
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
pub(crate) async fn check_whole(store: &dyn Store, round: u64, acknowledged: &BTreeSet<u64>) {
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
pub(crate) fn kills() -> u64 {
    std::env::var("SOTTO_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(3)
}
