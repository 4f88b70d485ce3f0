//! The embedded write-ahead log: the laws, ends that were never confirmed, damage, and who may have the directory.

use crate::scratch::{Scratch, block_on};
use crate::wal_kill::{append_and_kill, check_confirmed};
use crate::wal_laws::{self, at, body, check_whole, read_all};
use crate::{blob_laws, kill};
use sotto_public::ChainId;
use sotto_storage::{BlobName, Blobs, DirectoryBlobs, FileWal, Location, StorageError, Wal};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

fn open(directory: &Path) -> Result<FileWal, StorageError> {
    FileWal::open(directory, ChainId::new(0x5a17))
}

/// A log with three groups of one frame, closed; the file in which it stands.
fn three_frames(directory: &Path) -> PathBuf {
    block_on(async {
        let wal = open(directory).unwrap();
        for number in 1..=3 {
            wal.append(body(number)).await.unwrap();
        }
        wal.close().await.unwrap();
    });
    directory.join("00000000000000000001.wal")
}

fn numbers(directory: &Path) -> Result<Vec<u64>, StorageError> {
    let wal = open(directory)?;
    let read = block_on(async {
        let frames = read_all(&wal, 0).await;
        wal.close().await.unwrap();
        frames
    });
    check_whole(&read, 0, 1..=read.len() as u64);
    Ok(read.iter().map(|frame| frame.position.number()).collect())
}

#[test]
fn files_keep_the_laws() {
    let scratch = Scratch::new();
    let location = scratch.location();
    let open = |chain| {
        let location = location.clone();
        async move { location.open_wal(ChainId::new(chain)).await.unwrap() }
    };
    block_on(wal_laws::check(open));
}

fn scratch_path(location: &Location) -> PathBuf {
    let Location::Directory(directory) = location else { panic!() };
    directory.clone()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "cuts a file on purpose")]
fn an_end_that_was_never_confirmed_is_cut_off() {
    let scratch = Scratch::new();
    let directory = scratch.path().join("wal");
    let file = three_frames(&directory);
    let whole = std::fs::read(&file).unwrap();
    let frame = (whole.len() - 24) / 3;
    for cut in 1..=frame {
        std::fs::write(&file, &whole[..whole.len() - cut]).unwrap();
        assert_eq!(numbers(&directory).unwrap(), [1, 2], "cut by {cut}");
    }
    std::fs::write(&file, [&whole[..], &[0; 100]].concat()).unwrap();
    assert_eq!(numbers(&directory).unwrap(), [1, 2, 3], "zeros behind the end");
    std::fs::write(&file, &whole[..10]).unwrap();
    assert_eq!(numbers(&directory).unwrap(), [0_u64; 0], "a file that was being made");
    block_on(async {
        let wal = open(&directory).unwrap();
        assert_eq!(wal.append(body(1)).await, Ok(at(1)));
        wal.close().await.unwrap();
    });
}

#[test]
#[expect(clippy::disallowed_methods, reason = "damages a file on purpose")]
fn damage_to_what_was_confirmed_is_an_error() {
    let scratch = Scratch::new();
    let directory = scratch.path().join("wal");
    let file = three_frames(&directory);
    let whole = std::fs::read(&file).unwrap();
    let frame = (whole.len() - 24) / 3;
    for at in 0..24 + 2 * frame {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        std::fs::write(&file, &damaged).unwrap();
        // Frames that stand behind prove that what is damaged was confirmed; a salt of another file makes all of them foreign.
        let found = numbers(&directory);
        let salted = (8..24).contains(&at);
        assert!(matches!(found, Err(StorageError::Damaged(_))) || salted, "byte {at}: {found:?}");
        std::fs::write(&file, &whole).unwrap();
    }
    assert_eq!(numbers(&directory).unwrap(), [1, 2, 3]);
}

#[test]
fn one_process_has_the_log_and_nobody_else_may_read_it() {
    let scratch = Scratch::new();
    let directory = scratch.path().join("wal");
    let first = open(&directory).unwrap();
    assert_eq!(open(&directory).err(), Some(StorageError::InUse));
    for entry in std::fs::read_dir(&directory).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", entry.file_name());
    }
    block_on(async { first.close().await }).unwrap();
    open(&directory).unwrap();
}

#[test]
fn killing_the_appending_process_loses_nothing_confirmed() {
    let scratch = Scratch::new();
    let directory = scratch_path(&scratch.location());
    let mut confirmed = 0;
    for round in 1..=kill::kills() {
        let found = append_and_kill(
            directory.to_str().unwrap(),
            round,
            Duration::from_millis(150 + 37 * (round % 7)),
        );
        confirmed += found.len();
        block_on(async {
            let wal: Arc<dyn Wal> = scratch.location().open_wal(ChainId::new(99)).await.unwrap();
            let bounds = wal.bounds().await.unwrap();
            check_confirmed(&*wal, bounds.floor.number(), &found).await;
            wal.truncate(bounds.end).await.unwrap();
            wal.close().await.unwrap();
        });
    }
    assert!(confirmed > 0, "the children confirmed something");
}

#[test]
fn a_directory_keeps_the_laws_of_objects() {
    let scratch = Scratch::new();
    let root = scratch.path().join("blobs");
    let blobs = DirectoryBlobs::open(&root).unwrap();
    block_on(async {
        blob_laws::check(&blobs).await;
        let name = BlobName::new("laws").number(7);
        blobs.put(name.clone(), blob_laws::blob(b"canary")).await.unwrap();
        let path = blobs.path(&name).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0);
        let unfinished = path.with_extension("1-1#");
        std::fs::copy(&path, &unfinished).unwrap();
        assert_eq!(blobs.list(name).await.unwrap().len(), 1, "what is being written is not listed");
    });
}
