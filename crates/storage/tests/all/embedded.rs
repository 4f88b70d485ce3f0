//! The embedded back end: the laws, and who may have the directory.

use crate::conformance;
use crate::scratch::{Note, Scratch, at, block_on, note, open};
use sotto_public::ChainId;
use sotto_storage::{Batch, SqliteStore, StorageError};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

#[test]
fn sqlite_keeps_the_laws() {
    let scratch = Scratch::new();
    block_on(conformance::check(&scratch.location()));
}

#[test]
fn one_process_has_the_directory_and_nobody_else_may_read_it() {
    let scratch = Scratch::new();
    let directory = scratch.path().join("data");
    let first = SqliteStore::open(&directory, ChainId::new(1)).unwrap();
    assert_eq!(SqliteStore::open(&directory, ChainId::new(2)).err(), Some(StorageError::InUse));
    for entry in std::fs::read_dir(&directory).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", entry.file_name());
    }
    assert_eq!(std::fs::metadata(&directory).unwrap().permissions().mode() & 0o777, 0o700);
    block_on(async { sotto_storage::Store::close(&first).await }).unwrap();
    SqliteStore::open(&directory, ChainId::new(2)).unwrap();
}

#[test]
#[expect(clippy::disallowed_methods, reason = "damages a file on purpose")]
fn a_newer_layout_and_a_damaged_file_are_refused() {
    let scratch = Scratch::new();
    let directory = scratch.path().join("data");
    let store = SqliteStore::open(&directory, ChainId::new(1)).unwrap();
    block_on(async { sotto_storage::Store::close(&store).await }).unwrap();
    drop(store);
    wait_until_settled(&directory);
    let file = directory.join("sotto.db");
    let mut bytes = std::fs::read(&file).unwrap();
    // The user version stands at offset 60 of the header (SQLite documentation, "Database File Format", section 1.3).
    bytes[60..64].copy_from_slice(&77_u32.to_be_bytes());
    std::fs::write(&file, &bytes).unwrap();
    let refused = SqliteStore::open(&directory, ChainId::new(2)).err();
    assert_eq!(refused, Some(StorageError::NewerLayout { found: 77, known: 1 }));
    std::fs::write(&file, b"canary 4111111111111111 is no database, but long enough to look at".repeat(99))
        .unwrap();
    let error = SqliteStore::open(&directory, ChainId::new(3)).err().unwrap();
    assert!(error.to_string().contains("not a database"), "{error}");
    assert!(!format!("{error:?}").contains("4111"));
}

/// What is deleted or written over is not left in the file: SQLite overwrites it.
#[test]
fn deleted_content_is_gone_from_the_file() {
    let scratch = Scratch::new();
    let directory = scratch.path().join("data");
    block_on(async {
        let store = open(&scratch.location(), 1).await;
        let mut batch = Batch::new();
        let mut kept = note(1);
        kept.word = "canary-that-goes-away".into();
        batch.put(&at(1), &kept);
        store.commit(batch).await.unwrap();
        let mut gone = Batch::new();
        gone.delete(&at(1)).put(&at(2), &Note { word: "canary-that-stays".into(), count: 2 });
        store.commit(gone).await.unwrap();
        store.close().await.unwrap();
    });
    let holds = |word: &[u8]| {
        let bytes = std::fs::read(directory.join("sotto.db")).unwrap();
        bytes.windows(word.len()).any(|window| window == word)
    };
    wait_until_settled(&directory);
    assert!(holds(b"canary-that-stays") && !holds(b"canary-that-goes-away"));
}

/// Closing the last connection moves the log into the file and deletes the log.
fn wait_until_settled(directory: &Path) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while directory.join("sotto.db-wal").exists() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(!directory.join("sotto.db-wal").exists());
}
