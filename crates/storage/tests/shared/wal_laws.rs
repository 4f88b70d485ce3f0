//! What holds for every write-ahead log: one order without gaps, durable when confirmed, read in pages, let go of.

use crate::scratch::{Note, note};
use sotto_public::{Public, Stored};
use sotto_storage::{FRAME_BYTES_MAX, Fence, StorageError, WAL_PAGE_FRAMES_MAX, Wal, WalFrame, WalPosition};
use std::collections::BTreeSet;
use std::sync::Arc;

pub(crate) fn body(number: u64) -> Stored {
    Stored::of(&note(number))
}

pub(crate) fn at(number: u64) -> WalPosition {
    WalPosition::new(number)
}

/// Everything behind a position.
pub(crate) async fn read_all(wal: &dyn Wal, after: u64) -> Vec<WalFrame> {
    let (mut all, mut after): (Vec<WalFrame>, _) = (Vec::new(), at(after));
    loop {
        let page = wal.read(after).await.unwrap();
        assert!(page.len() <= WAL_PAGE_FRAMES_MAX);
        let Some(last) = page.last() else { return all };
        after = last.position;
        all.extend(page);
    }
}

/// That a log holds each of these numbers once, in one order without gaps behind a position.
pub(crate) fn check_whole(frames: &[WalFrame], after: u64, numbers: impl IntoIterator<Item = u64>) {
    let positions = frames.iter().map(|frame| frame.position.number());
    assert!(positions.eq(after + 1..after + 1 + frames.len() as u64));
    let held: Vec<u64> = frames.iter().map(|frame| frame.body.read::<Note>().unwrap().count).collect();
    let once: BTreeSet<u64> = held.iter().copied().collect();
    assert_eq!(once.len(), held.len(), "a frame stands there twice");
    assert_eq!(once, numbers.into_iter().collect());
}

/// The laws over a fresh log that `open` opens again and again.
pub(crate) async fn check<F: Future<Output = Arc<dyn Wal>>>(open: impl Fn(u128) -> F) {
    let wal = open(1).await;
    let bounds = wal.bounds().await.unwrap();
    assert_eq!((bounds.floor, bounds.end), (at(0), at(0)));
    assert!(wal.read(at(0)).await.unwrap().is_empty());
    frames_stand_where_they_were_confirmed(&wal).await;
    wal.close().await.unwrap();
    assert_eq!(wal.append(body(0)).await, Err(StorageError::Closed));
    drop(wal);

    let wal = open(2).await;
    check_whole(&read_all(&*wal, 0).await, 0, 0..1_100);
    check_whole(&read_all(&*wal, 1_050).await, 1_050, numbers_behind(&*wal, 1_050).await);
    bounds_of_a_frame_are_kept(&*wal).await;
    what_is_let_go_of_is_gone(&*wal).await;
    wal.close().await.unwrap();
    drop(wal);

    let wal = open(3).await;
    let bounds = wal.bounds().await.unwrap();
    assert_eq!((bounds.floor, bounds.end), (at(1_101), at(1_101)), "numbers are never given twice");
    assert_eq!(wal.append(body(7)).await, Ok(at(1_102)));
    check_whole(&read_all(&*wal, 1_101).await, 1_101, [7]);
    behind_a_fence_stands_nothing_older(&wal).await;
    wal.close().await.unwrap();
}

/// Frames of many tasks, each decided by a state of its own, while the fence rises.
async fn behind_a_fence_stands_nothing_older(wal: &Arc<dyn Wal>) {
    let under = |lane, epoch| Some(Fence { lane, epoch });
    assert_eq!(wal.append_under(body(8), under(1, 5)).await, Ok(at(1_103)));
    assert_eq!(wal.fence(Fence { lane: 1, epoch: 7 }).await, Ok(at(1_103)));
    for (lane, epoch, is_let_in) in [(1, 6, false), (1, 7, true), (1, 8, true), (2, 1, true), (1, 0, false)] {
        let outcome = wal.append_under(body(100 + epoch), under(lane, epoch)).await;
        assert_eq!(outcome.is_ok(), is_let_in, "lane {lane}, state {epoch}: {outcome:?}");
        assert!(is_let_in || outcome == Err(StorageError::Fenced));
    }
    assert!(wal.append(body(9)).await.is_ok(), "what nobody decided about stands in no lane");
    assert!(wal.fence(Fence { lane: 1, epoch: 3 }).await.is_ok());
    assert_eq!(wal.append_under(body(8), under(1, 6)).await, Err(StorageError::Fenced), "it only rises");
    let tasks = (0..300_u64).map(|number| {
        let wal = Arc::clone(wal);
        tokio::spawn(async move {
            let epoch = 8 + number % 4;
            let appended = wal.append_under(body(2_000 + number), under(1, epoch)).await;
            (epoch, appended)
        })
    });
    let tasks: Vec<_> = tasks.collect();
    let stands = wal.fence(Fence { lane: 1, epoch: 10 }).await.unwrap();
    for task in tasks {
        match task.await.unwrap() {
            (epoch, Ok(position)) => {
                assert!(position <= stands || epoch >= 10, "{position:?} {stands:?} {epoch}")
            }
            (epoch, Err(error)) => assert!(epoch < 10 && error == StorageError::Fenced, "{epoch} {error:?}"),
        }
    }
    let frames = read_all(&**wal, 1_101).await;
    assert!(
        frames.iter().map(|frame| frame.position.number()).eq(1_102..1_102 + frames.len() as u64),
        "no gaps"
    );
    wal.unfence(1).await.unwrap();
    assert!(wal.append_under(body(8), under(1, 1)).await.is_ok());
}

async fn numbers_behind(wal: &dyn Wal, after: u64) -> Vec<u64> {
    read_all(wal, after).await.iter().map(|frame| frame.body.read::<Note>().unwrap().count).collect()
}

/// From many tasks at once.
async fn frames_stand_where_they_were_confirmed(wal: &Arc<dyn Wal>) {
    let tasks = (0..1_100_u64).map(|number| {
        let wal = Arc::clone(wal);
        tokio::spawn(async move { (number, wal.append(body(number)).await.unwrap()) })
    });
    let mut confirmed = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        confirmed.push(task.await.unwrap());
    }
    let frames = read_all(&**wal, 0).await;
    check_whole(&frames, 0, 0..1_100);
    for (number, position) in confirmed {
        let frame = &frames[usize::try_from(position.number() - 1).unwrap()];
        assert_eq!(frame.body, body(number));
    }
    assert_eq!(wal.bounds().await.unwrap().end, at(1_100));
}

async fn bounds_of_a_frame_are_kept(wal: &dyn Wal) {
    #[expect(clippy::disallowed_methods, reason = "a test's own text")]
    let long =
        |bytes: usize| Stored::of(&Note { word: Public::from_pinned_text("x".repeat(bytes)), count: 9_999 });
    let around = long(FRAME_BYTES_MAX).as_bytes().len() - FRAME_BYTES_MAX;
    assert_eq!(wal.append(long(FRAME_BYTES_MAX - around)).await, Ok(at(1_101)));
    let refused = wal.append(long(FRAME_BYTES_MAX - around + 1)).await;
    let found = FRAME_BYTES_MAX + 1;
    assert_eq!(refused, Err(StorageError::TooLarge { what: "bytes", found, most: FRAME_BYTES_MAX }));
}

async fn what_is_let_go_of_is_gone(wal: &dyn Wal) {
    wal.truncate(at(500)).await.unwrap();
    assert!(wal.bounds().await.unwrap().floor <= at(500));
    assert_eq!(read_all(wal, 500).await.len(), 601, "what stands behind is there");
    wal.truncate(at(1_101)).await.unwrap();
    assert_eq!(wal.bounds().await.unwrap().floor, at(1_101));
    assert!(read_all(wal, 0).await.is_empty());
    wal.truncate(at(3)).await.unwrap();
    assert_eq!(wal.bounds().await.unwrap().floor, at(1_101), "once more changes nothing");
}
