//! Is anything lost that was acknowledged when the process with the data directory is killed?

use crate::kill::{check_whole, kills, write_and_kill};
use crate::scratch::{Scratch, block_on, open};
use sotto_storage::Location;
use std::time::Duration;

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
