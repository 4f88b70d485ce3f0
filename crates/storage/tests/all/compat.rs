//! Do the data directories of earlier releases open? A copy is opened, so that migrations do not touch them.

use crate::old::{RELEASES, check, kept};
use crate::scratch::{Scratch, block_on, open};
use sotto_storage::Location;

#[test]
fn data_directories_of_releases_open() {
    for release in RELEASES {
        let scratch = Scratch::new();
        let Location::Directory(directory) = scratch.location() else { panic!() };
        std::fs::create_dir(&directory).unwrap();
        std::fs::copy(kept(release).join("sotto.db"), directory.join("sotto.db")).unwrap();
        block_on(async {
            let store = open(&scratch.location(), 7).await;
            check(&*store).await;
            store.close().await.unwrap();
        });
    }
}
