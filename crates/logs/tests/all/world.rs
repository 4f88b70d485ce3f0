//! A store of events in a directory of its own, a group with streams, and events with invented texts.

use sotto_arn::{AccountId, LogGroupName, Region};
use sotto_logs::{
    Append, Cursor, Entry, EventStore, Foundations, GroupKeys, LogsError, Millis, NewGroup, NoKeys, Range,
    Registry, Reserved, Scope, Search, Stream, StreamName, Uid,
};
use sotto_protect::{EventTimes, Originals, Protected, StoredEvent, StoredText, TextKind};
use sotto_public::{EventId, Public};
use sotto_storage::{Batch, Blobs, Store, Wal};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// An instant of these tests: November 2026.
pub(crate) const NOW: Millis = Millis(1_795_000_000_000);

/// A directory that goes when it is dropped.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("sotto-logs-{}-{count}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn block_on<T>(what: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(what)
}

/// What a store rests on, in a directory.
pub(crate) struct Ground {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) wal: Arc<dyn Wal>,
    pub(crate) blobs: Arc<dyn Blobs>,
}

impl Ground {
    pub(crate) async fn events(&self, now: Millis, random: u128) -> Arc<EventStore> {
        self.events_with(now, random, Arc::new(NoKeys)).await.unwrap()
    }

    pub(crate) async fn events_with(
        &self,
        now: Millis,
        random: u128,
        keys: Arc<dyn GroupKeys>,
    ) -> Result<Arc<EventStore>, LogsError> {
        let (store, wal, blobs) = (Arc::clone(&self.store), Arc::clone(&self.wal), Arc::clone(&self.blobs));
        EventStore::open(Foundations { store, wal, blobs, keys }, now, random).await
    }

    pub(crate) async fn close(self) {
        self.wal.close().await.unwrap();
        self.store.close().await.unwrap();
    }
}

pub(crate) fn scope() -> Scope {
    Scope {
        account: AccountId::parse("111122223333").unwrap(),
        region: Region::parse("eu-central-1").unwrap(),
    }
}

pub(crate) fn group_name() -> LogGroupName {
    LogGroupName::parse("/canary/orders").unwrap()
}

pub(crate) fn stream_name(number: u64) -> StreamName {
    StreamName::parse(public(format!("stream-{number}"))).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a test's own text")]
pub(crate) fn public(text: String) -> Public<String> {
    Public::from_pinned_text(text)
}

pub(crate) fn uid(number: u128) -> Uid {
    Uid::new(number.to_be_bytes())
}

/// A registry with one group and some streams.
pub(crate) fn registry(streams: u64) -> Registry {
    let empty = Registry::default();
    let mut draft = empty.draft();
    let new = NewGroup {
        uid: uid(0x6006),
        name: group_name(),
        at: NOW,
        class: sotto_logs::Class::Standard,
        kms_key: None,
        tags: BTreeMap::new(),
        deletion_protected: false,
    };
    draft.create_group(&scope(), new).unwrap();
    for number in 0..streams {
        let stream = (stream_name(number), uid(0x5000 + u128::from(number)), NOW);
        draft.create_stream(&scope(), &group_name(), stream).unwrap();
    }
    empty.apply(&draft.finish())
}

pub(crate) fn entry(registry: &Registry) -> Entry {
    registry.shelf(&scope()).unwrap().entry(&group_name()).unwrap().clone()
}

pub(crate) fn stream(registry: &Registry, number: u64) -> Arc<Stream> {
    Arc::clone(entry(registry).streams.find(stream_name(number).as_str()).unwrap())
}

#[expect(clippy::disallowed_methods, reason = "a test's own text")]
pub(crate) fn protected(id: EventId, came: Millis, text: &str) -> Protected {
    let at = i64::try_from(id.millis()).unwrap();
    let times = EventTimes { id, timestamp_ms: at, ingestion_ms: came.0 };
    let text = StoredText::from_pinned_text(TextKind::Unprotected, text.to_owned());
    Protected::join(StoredEvent::read(times, text, Vec::new()).unwrap(), Originals::default()).unwrap()
}

pub(crate) fn events_of(reserved: &Reserved, events: &[(Millis, String)]) -> Vec<Protected> {
    let numbered = events.iter().enumerate();
    numbered.map(|(at, (time, text))| protected(reserved.id(at, *time), NOW, text)).collect()
}

/// Appends events and gives their ids.
pub(crate) async fn put(
    store: &Arc<EventStore>,
    stream: &Arc<Stream>,
    events: &[(Millis, String)],
) -> Vec<EventId> {
    let reserved = store.reserve(events.len());
    let events = events_of(&reserved, events);
    let ids = events.iter().map(|event| event.event().id()).collect();
    let append =
        Append { stream: Arc::clone(stream), events, points: Vec::new(), also: Batch::new(), decided: None };
    store.append(append).await.unwrap();
    ids
}

/// All events of a stream, page by page.
pub(crate) async fn all(
    store: &EventStore,
    stream: &Stream,
    page: usize,
    forwards: bool,
) -> Vec<(EventId, String)> {
    let (mut all, mut cursor): (Vec<(EventId, String)>, Option<Cursor>) = (Vec::new(), None);
    loop {
        let of = (stream.group, stream.uid);
        let read = store.read_stream(of, &Range::all(), cursor, (page, forwards)).await.unwrap();
        let next = if forwards { read.forward } else { read.backward };
        assert!(read.events.len() <= page);
        let texts =
            read.events.iter().map(|found| (found.event.id(), found.event.text().as_str().to_owned()));
        let mut texts: Vec<_> = texts.collect();
        assert!(texts.is_sorted());
        if texts.is_empty() {
            assert_eq!(Some(next), cursor.or(Some(next)), "at the end the token comes back");
            return all;
        }
        if forwards {
            all.append(&mut texts);
        } else {
            texts.append(&mut all);
            all = texts;
        }
        cursor = Some(next);
    }
}

/// All events of a group whose text holds a word.
pub(crate) async fn search(
    store: &EventStore,
    entry: &Entry,
    word: &str,
    limit: usize,
) -> Vec<(Uid, String)> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let matches = |text: &StoredText| text.as_str().contains(word);
        let search = Search { range: Range::all(), streams: None, after, limit, matches: &matches };
        let page = store.search(entry, &search).await.unwrap();
        assert!(page.events.len() <= limit);
        found.extend(page.events.iter().map(|event| (event.stream, event.event.text().as_str().to_owned())));
        match page.next {
            Some(next) => after = Some(next),
            None => return found,
        }
    }
}
