//! A store over a directory, and a look at every byte that it leaves there.

use crate::world::{Ground, Scratch};
use sotto_public::ChainId;
use sotto_storage::{DirectoryBlobs, Location};
use std::path::Path;
use std::sync::Arc;

/// What a store rests on, in a directory.
pub(crate) async fn ground(directory: &Path, chain: u128) -> Ground {
    let location = Location::Directory(directory.join("data"));
    let store = location.open(ChainId::new(chain)).await.unwrap();
    let wal = location.open_wal(ChainId::new(chain)).await.unwrap();
    let blobs = Arc::new(DirectoryBlobs::open(&directory.join("blobs")).unwrap());
    Ground { store, wal, blobs }
}

/// Whether these bytes stand in any file of a directory.
pub(crate) fn holds(scratch: &Scratch, word: &str) -> bool {
    let mut directories = vec![scratch.path().to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else if std::fs::read(&path)
                .unwrap()
                .windows(word.len())
                .any(|window| window == word.as_bytes())
            {
                return true;
            }
        }
    }
    false
}
