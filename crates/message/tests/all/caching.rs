//! Does a cache keep its bounds, and keep apart what differs?

use crate::fixture::{Counter, aes, bytes, context};
use sotto_message::{
    CacheBounds, Caching, CommitmentPolicy, EncryptionContext, MaterialsSource, MessageError, OpenMaterials,
    Reading, Suite, ToOpen, ToWrite, WriteMaterials, Writing, decrypt, encrypt,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Counts how often it is asked.
struct Counting(sotto_message::RawAesKeyring, Arc<AtomicUsize>);

impl MaterialsSource for Counting {
    fn to_write(
        &self,
        asked: &ToWrite<'_>,
        entropy: &mut dyn sotto_kms::Entropy,
    ) -> Result<WriteMaterials, MessageError> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.to_write(asked, entropy)
    }

    fn to_open(&self, asked: &ToOpen<'_>) -> Result<OpenMaterials, MessageError> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.to_open(asked)
    }
}

const BOUNDS: CacheBounds =
    CacheBounds { age_max: Duration::from_secs(60), messages_max: 3, bytes_max: 100, entries_max: 2 };

struct Desk {
    source: Caching<Counting>,
    asked: Arc<AtomicUsize>,
    now: Instant,
}

impl Desk {
    fn new() -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let source = Caching::new(Counting(aes("one", 1), Arc::clone(&asked)), BOUNDS).unwrap();
        Self { source, asked, now: Instant::now() }
    }

    /// Writes, and says how often the source had to be asked for it.
    fn write(
        &self,
        suite: Suite,
        context: &EncryptionContext,
        length: usize,
        after: u64,
    ) -> (Vec<u8>, usize) {
        let before = self.asked.load(Ordering::Relaxed);
        let writing = Writing::new(&self.source, context, self.now + Duration::from_secs(after));
        let policy = crate::fixture::policy(suite);
        let writing = Writing { suite: Some(suite), policy, ..writing };
        let message =
            encrypt(&writing, &bytes(&vec![7; length]), &mut Counter(after + length as u64)).unwrap();
        (message, self.asked.load(Ordering::Relaxed) - before)
    }

    fn read(&self, message: &[u8], after: u64) -> usize {
        let before = self.asked.load(Ordering::Relaxed);
        let none = EncryptionContext::default();
        let reading = Reading::new(&self.source, &none, self.now + Duration::from_secs(after));
        decrypt(&Reading { policy: CommitmentPolicy::RequireToWrite, ..reading }, message).unwrap();
        self.asked.load(Ordering::Relaxed) - before
    }
}

#[test]
fn a_data_key_is_used_up_by_messages_bytes_and_age() {
    let (desk, one) = (Desk::new(), context(&[("a", "1")]));
    let asked = |length, after| desk.write(Suite::Commit, &one, length, after).1;
    assert_eq!([asked(1, 0), asked(1, 1), asked(1, 2), asked(1, 3)], [1, 0, 0, 1], "three messages");
    assert_eq!([asked(98, 4), asked(2, 5), asked(1, 6)], [0, 1, 0], "a hundred bytes");
    assert_eq!([asked(1, 64), asked(1, 65), asked(1, 66)], [0, 1, 0], "sixty seconds");
    assert_eq!(asked(101, 67), 1, "what is above the bound is not kept");
}

#[test]
fn suites_and_contexts_are_kept_apart_and_messages_differ() {
    let desk = Desk::new();
    let (one, two) = (context(&[("a", "1")]), context(&[("a", "2")]));
    let (first, _) = desk.write(Suite::CommitSigned, &one, 9, 0);
    let (second, asked) = desk.write(Suite::CommitSigned, &one, 9, 1);
    assert_eq!(asked, 0);
    assert_ne!(first, second, "the message id is new");
    assert_eq!(desk.write(Suite::CommitSigned, &two, 9, 2).1, 1);
    assert_eq!(desk.write(Suite::Commit, &one, 9, 3).1, 1, "and the oldest goes");
    assert_eq!(desk.write(Suite::CommitSigned, &one, 9, 4).1, 1);
    assert_eq!([desk.read(&first, 5), desk.read(&second, 6), desk.read(&first, 66)], [1, 0, 1]);
}

#[test]
fn keys_without_derivation_and_unknown_lengths_are_never_kept() {
    let (desk, one) = (Desk::new(), context(&[("a", "1")]));
    for suite in [Suite::Plain128, Suite::Plain192, Suite::Plain256] {
        let (message, asked) = desk.write(suite, &one, 1, 0);
        assert_eq!((asked, desk.write(suite, &one, 1, 1).1), (1, 1));
        assert_eq!((desk.read(&message, 2), desk.read(&message, 3)), (1, 1));
    }
    let mut out = Vec::new();
    for _ in 0..2 {
        let before = desk.asked.load(Ordering::Relaxed);
        let writing = Writing::new(&desk.source, &one, desk.now);
        sotto_message::Encryptor::begin(&writing, &mut Counter(5), &mut out).unwrap();
        assert_eq!(desk.asked.load(Ordering::Relaxed) - before, 1);
    }
}

#[test]
fn bounds_of_nothing_and_too_much_are_refused() {
    let of = |bounds| Caching::new(aes("one", 1), bounds).is_ok();
    assert!(of(BOUNDS) && of(CacheBounds { messages_max: sotto_message::CACHED_MESSAGES_MAX, ..BOUNDS }));
    for wrong in [
        CacheBounds { messages_max: sotto_message::CACHED_MESSAGES_MAX + 1, ..BOUNDS },
        CacheBounds { messages_max: 0, ..BOUNDS },
        CacheBounds { bytes_max: 0, ..BOUNDS },
        CacheBounds { entries_max: 0, ..BOUNDS },
        CacheBounds { age_max: Duration::ZERO, ..BOUNDS },
    ] {
        assert!(!of(wrong));
    }
}
