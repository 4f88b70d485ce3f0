//! Is an event lost, doubled or out of order when the process is killed? A process of the test's own appends, flushes and
//! sweeps, prints what was confirmed, and is killed (SIGKILL) at some moment.

use crate::world::{NOW, all, registry, stream};
use sotto_logs::{EventStore, Millis, Registry};
use sotto_public::EventId;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

pub(crate) const WHERE: &str = "SOTTO_LOGS_CRASH_WHERE";
pub(crate) const ROUND: &str = "SOTTO_LOGS_CRASH_ROUND";
/// Streams, each with a task of its own.
pub(crate) const STREAMS: u64 = 4;

/// What was confirmed: texts by stream, in the order of their ids.
pub(crate) type Confirmed = BTreeMap<u64, BTreeMap<EventId, String>>;

/// Appends until it is killed.
pub(crate) async fn append_for_ever(store: Arc<EventStore>, round: u64) {
    let registry = registry(STREAMS);
    let tasks = (0..STREAMS).map(|number| {
        let (store, to) = (Arc::clone(&store), stream(&registry, number));
        tokio::spawn(async move {
            for count in 0_u64.. {
                let at = Millis(NOW.0 - 1_000_000 + i64::try_from(round * 10_000 + count).unwrap());
                let events: Vec<_> =
                    (0..3).map(|n| (at, format!("canary {number} {round} {count} {n}"))).collect();
                let ids = crate::world::put(&store, &to, &events).await;
                let mut out = std::io::stdout().lock();
                for (id, (_, text)) in ids.iter().zip(&events) {
                    writeln!(out, "confirmed {number} {id} {text}.").unwrap();
                }
                out.flush().unwrap();
            }
        })
    });
    let tasks: Vec<_> = tasks.collect();
    let keeper = tokio::spawn(keep(store, registry));
    for task in tasks {
        task.await.unwrap();
    }
    keeper.abort();
}

/// Flushes and merges all the time.
async fn keep(store: Arc<EventStore>, registry: Registry) {
    loop {
        tokio::time::sleep(Duration::from_millis(7)).await;
        store.flush().await.unwrap();
        store.sweep(&registry, NOW).await.unwrap();
        store.apply_effects().await.unwrap();
    }
}

/// Lets the child work for a while, kills it, and adds what was confirmed.
pub(crate) fn work_and_kill(
    test: &str,
    location: &str,
    (round, pause): (u64, Duration),
    confirmed: &mut Confirmed,
) -> usize {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(WHERE, location)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || lines.lines().map_while(Result::ok).collect::<Vec<_>>());
    std::thread::sleep(pause);
    child.kill().unwrap();
    child.wait().unwrap();
    let mut count = 0;
    for line in reader.join().unwrap() {
        // A line without its end was being written when the kill came.
        let Some(line) = line.rsplit("confirmed ").next().and_then(|line| line.strip_suffix('.')) else {
            continue;
        };
        let mut words = line.splitn(3, ' ');
        let (Some(number), Some(id), Some(text)) = (words.next(), words.next(), words.next()) else {
            continue;
        };
        let (Ok(number), Ok(id)) = (number.parse::<u64>(), id.parse()) else { continue };
        confirmed.entry(number).or_default().insert(id, text.to_owned());
        count += 1;
    }
    count
}

/// That every confirmed event is there once and in order, and each call whole.
pub(crate) async fn check_confirmed(store: &EventStore, confirmed: &Confirmed) {
    let registry = registry(STREAMS);
    for (number, events) in confirmed {
        let found = all(store, &stream(&registry, *number), 5_000, true).await;
        assert!(found.is_sorted_by(|(one, _), (other, _)| one < other), "once, and in order");
        let texts: BTreeMap<_, _> = found.iter().cloned().collect();
        for (id, text) in events {
            assert_eq!(texts.get(id), Some(text), "stream {number}");
        }
        // What was not confirmed may be there, but only as a whole call.
        let mut calls: BTreeMap<String, usize> = BTreeMap::new();
        for (_, text) in &found {
            *calls.entry(text.rsplit_once(' ').unwrap().0.to_owned()).or_default() += 1;
        }
        assert!(calls.values().all(|events| *events == 3), "half a call");
    }
}

/// How often is killed: more by hand.
pub(crate) fn kills() -> u64 {
    std::env::var("SOTTO_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(3)
}
