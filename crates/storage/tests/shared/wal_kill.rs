//! Is a frame lost that was confirmed when the appending process is killed? As for batches: a process of the test's own
//! appends from several tasks, prints what was confirmed, and is killed.

use crate::scratch::block_on;
use crate::wal_laws::{body, read_all};
use sotto_public::ChainId;
use sotto_storage::{Location, Wal};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

const LOCATION: &str = "SOTTO_WAL_CRASH_LOCATION";
const ROUND: &str = "SOTTO_WAL_CRASH_ROUND";

/// The process that is killed. Without words in its environment there is nothing to do.
#[test]
fn child_appends_until_it_is_killed() {
    let (Ok(location), Ok(round)) = (std::env::var(LOCATION), std::env::var(ROUND)) else { return };
    let round: u64 = round.parse().unwrap();
    block_on(async {
        let location = Location::parse(&location).unwrap();
        let wal = location.open_wal(ChainId::new(u128::from(round))).await.unwrap();
        let tasks = (0..8_u64).map(|task| {
            let wal = Arc::clone(&wal);
            tokio::spawn(async move {
                for count in 0_u64.. {
                    let number = round * 10_000_000 + task * 1_000_000 + count;
                    let position = wal.append(body(number)).await.unwrap().number();
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "confirmed {number} {position}").and_then(|()| out.flush()).unwrap();
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
    });
}

/// Lets the child append for a while, kills it, and says what was confirmed: positions by number.
pub(crate) fn append_and_kill(location: &str, round: u64, pause: Duration) -> BTreeMap<u64, u64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["wal_kill::child_appends_until_it_is_killed", "--exact", "--nocapture"])
        .env(LOCATION, location)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || {
        let mut confirmed = BTreeMap::new();
        for line in lines.lines().map_while(Result::ok) {
            let mut words = line.rsplit("confirmed ").next().unwrap_or_default().split(' ').map(str::parse);
            // A line without its end was being written when the kill came.
            if let (Some(Ok(number)), Some(Ok(position)), None) = (words.next(), words.next(), words.next()) {
                confirmed.insert(number, position);
            }
        }
        confirmed
    });
    std::thread::sleep(pause);
    child.kill().unwrap();
    child.wait().unwrap();
    let mut confirmed: BTreeMap<u64, u64> = reader.join().unwrap();
    // The last line may have been cut within its position.
    let newest = confirmed.values().copied().max();
    confirmed.retain(|_, position| Some(*position) != newest);
    confirmed
}

/// That everything confirmed stands where it was confirmed, once.
pub(crate) async fn check_confirmed(wal: &dyn Wal, floor: u64, confirmed: &BTreeMap<u64, u64>) {
    let frames = read_all(wal, floor).await;
    for (number, position) in confirmed.iter().filter(|(_, position)| **position > floor) {
        let frame = &frames[usize::try_from(position - floor - 1).unwrap()];
        assert_eq!((frame.position.number(), &frame.body), (*position, &body(*number)));
    }
}
