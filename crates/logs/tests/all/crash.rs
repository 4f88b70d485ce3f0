//! Kills of a process with the store in a directory.

use crate::disk::ground;
use crate::kill::{Confirmed, ROUND, WHERE, append_for_ever, check_confirmed, kills, work_and_kill};
use crate::world::{NOW, Scratch, block_on};
use std::path::Path;
use std::time::Duration;

/// The process that is killed. Without words in its environment there is nothing to do.
#[test]
fn child_works_until_it_is_killed() {
    let (Ok(location), Ok(round)) = (std::env::var(WHERE), std::env::var(ROUND)) else { return };
    let round: u64 = round.parse().unwrap();
    block_on(async {
        let ground = ground(Path::new(&location), u128::from(round)).await;
        append_for_ever(ground.events(NOW.plus(Duration::from_secs(round)), u128::from(round)).await, round)
            .await;
    });
}

#[test]
fn kills_lose_nothing_double_nothing_and_keep_the_order() {
    let scratch = Scratch::new();
    let (mut confirmed, mut count) = (Confirmed::new(), 0);
    for round in 1..=kills() {
        let pause = Duration::from_millis(300 + 97 * (round % 7));
        let path = scratch.path().to_str().unwrap();
        count += work_and_kill("crash::child_works_until_it_is_killed", path, (round, pause), &mut confirmed);
        block_on(async {
            let ground = ground(scratch.path(), 1_000 + u128::from(round)).await;
            let store = ground.events(NOW.plus(Duration::from_secs(round)), 1_000 + u128::from(round)).await;
            check_confirmed(&store, &confirmed).await;
            drop(store);
            ground.close().await;
        });
    }
    assert!(count > 0, "the children confirmed something");
}
