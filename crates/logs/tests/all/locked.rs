//! What if a group's data are encrypted as a whole, and its key is away? Nothing of it is readable on disk, nothing is lost,
//! and other groups go on.

use crate::disk::{ground, holds};
use crate::world::{NOW, Scratch, all, block_on, put, registry, stream};
use sotto_logs::{GroupKeys, LogsError, Range, Uid};
use sotto_public::{Opaque, Place, Stored};
use sotto_segment::ColumnKey;
use sotto_sensitive::KeyBytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// One key for all groups, and a cipher that only has to make text unreadable: these tests are not about ciphers.
struct Toy {
    there: AtomicBool,
}

fn turned(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| byte ^ 0xa5).collect()
}

#[expect(clippy::disallowed_methods, reason = "a test's own bytes")]
impl GroupKeys for Toy {
    fn current(&self, _group: Uid) -> Option<u64> {
        Some(3)
    }

    fn lend(&self, group: Uid, number: u64, to: &mut dyn FnMut(&ColumnKey<'_>)) -> bool {
        let there = self.there.load(Ordering::Relaxed) && number == 3;
        if there {
            let (key, place) = (KeyBytes::copied(&[7; 32]), Place::new("toy").with(&group.number()));
            to(&ColumnKey::new(&key, &place).unwrap());
        }
        there
    }

    fn seal(&self, _group: Uid, _number: u64, frame: &Stored) -> Option<Opaque> {
        let there = self.there.load(Ordering::Relaxed);
        there.then(|| Opaque::from_pinned_bytes(turned(frame.as_bytes())))
    }

    fn open(&self, _group: Uid, _number: u64, sealed: &Opaque) -> Option<Stored> {
        let there = self.there.load(Ordering::Relaxed);
        there.then(|| Stored::from_pinned_bytes(turned(sealed.as_bytes())))
    }
}

#[test]
fn a_key_that_is_away_loses_nothing_and_shows_nothing() {
    let scratch = Scratch::new();
    let registry = registry(1);
    let (of, keys) = (stream(&registry, 0), Arc::new(Toy { there: AtomicBool::new(true) }));
    block_on(async {
        let first = ground(scratch.path(), 1).await;
        let store = first.events_with(NOW, 1, keys.clone()).await.unwrap();
        put(&store, &of, &[(NOW, "canary-segment".to_owned())]).await;
        store.flush().await.unwrap();
        put(&store, &of, &[(NOW, "canary-frame".to_owned())]).await;
        assert!(!holds(&scratch, "canary-"), "neither the log nor the columns show anything");
        drop(store);
        first.close().await;

        keys.there.store(false, Ordering::Relaxed);
        let second = ground(scratch.path(), 2).await;
        let store = second.events_with(NOW, 2, keys.clone()).await.unwrap();
        let refused = store.read_stream((of.group, of.uid), &Range::all(), None, (10, true)).await;
        assert_eq!(refused.err(), Some(LogsError::Key { group: of.group, number: 3 }));
        store.flush().await.unwrap();
        store.unlock(&|_| true).unwrap();
        keys.there.store(true, Ordering::Relaxed);
        store.unlock(&|_| true).unwrap();
        let texts = |found: Vec<(_, String)>| found.into_iter().map(|(_, text)| text).collect::<Vec<_>>();
        assert_eq!(texts(all(&store, &of, 10, true).await), ["canary-segment", "canary-frame"]);
        store.flush().await.unwrap();
        assert_eq!(texts(all(&store, &of, 10, true).await), ["canary-segment", "canary-frame"]);
        assert!(!holds(&scratch, "canary-"));
        drop(store);
        second.close().await;
    });
}
