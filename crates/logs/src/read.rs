//! Which events does a reader get? Those of its range in the order of their ids, which is the order of time and, within one
//! millisecond, that in which they came; a page at a time, bounded by count and bytes.
//!
//! Hot events and segments of one view are merged by keeping the smallest (or largest) ids, so that memory is bounded by the
//! page and not by what is stored. Originals are read only for who asks for them; who may see them is decided elsewhere.

use crate::catalogue::{Segment, millis};
use crate::event_store::EventStore;
use crate::frame::Frame;
use crate::keys::with_key;
use crate::limits::days_long;
use crate::page::Cursor;
use crate::registry::Entry;
use crate::segments::{Row, read_columns, read_originals};
use crate::view::GroupView;
use crate::{LogsError, Millis, Outcome, StreamName, Uid};
use sotto_protect::{Originals, Protected, StoredEvent, StoredText};
use sotto_public::{EventId, Malformed};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Most events of one page.
pub const PAGE_EVENTS_MAX: usize = 10_000;
/// Most bytes of one page: texts, and 26 bytes for each event; one event alone is always given.
pub const PAGE_BYTES_MAX: usize = 1_048_576;
/// Most events that one call looks at in search of those that match.
pub const SCANNED_EVENTS_MAX: usize = 200_000;

/// An event that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundEvent {
    /// Its stream.
    pub stream: Uid,
    /// Its masked side.
    pub event: StoredEvent,
    /// Its sealed side; empty where it was not asked for.
    pub originals: Originals,
}

/// Which events are meant.
#[derive(Clone, Debug)]
pub struct Range {
    /// From this instant on.
    pub from: Millis,
    /// Up to this one, not included.
    pub to: Millis,
    /// Whether originals are wanted.
    pub originals: bool,
}

impl Range {
    /// All that may still be read of a group now.
    pub fn all() -> Self {
        Self { from: Millis(0), to: Millis(i64::MAX), originals: false }
    }
}

/// A page of a stream.
#[derive(Clone, Debug)]
pub struct StreamPage {
    /// Events, oldest first.
    pub events: Vec<FoundEvent>,
    /// Where newer ones begin.
    pub forward: Cursor,
    /// Where older ones begin.
    pub backward: Cursor,
}

/// What a search over a group looks for.
pub struct Search<'a> {
    /// Which events.
    pub range: Range,
    /// Which streams; none for all of the group.
    pub streams: Option<Vec<Uid>>,
    /// Where to go on.
    pub after: Option<EventId>,
    /// At most so many.
    pub limit: usize,
    /// Which texts; asked for each event once.
    pub matches: &'a (dyn Fn(&StoredText) -> bool + Sync),
}

/// A page of a search.
#[derive(Clone, Debug)]
pub struct SearchPage {
    /// Events, oldest first.
    pub events: Vec<FoundEvent>,
    /// Where to go on, where there may be more. A page may be empty and say so.
    pub next: Option<EventId>,
}

/// Ids that a page may have: between these, not included.
#[derive(Clone, Copy, Debug)]
struct Between {
    after: EventId,
    before: EventId,
}

impl Between {
    /// Only what happened in a range: an id begins with its time.
    fn within(self, range: &Range) -> Self {
        let at = |instant: Millis| EventId::new(u64::try_from(instant.0).unwrap_or(0), 0, 0);
        let to = if range.to == Millis(i64::MAX) { HIGHEST } else { at(range.to) };
        Self { after: self.after.max(before(at(range.from))), before: self.before.min(to) }
    }
}

const LOWEST: EventId = EventId::from_bytes([0; EventId::BYTES]);
const HIGHEST: EventId = EventId::from_bytes([0xff; EventId::BYTES]);

/// An event where it stands: shared, not copied.
#[derive(Clone)]
enum Pick {
    Hot(Arc<Frame>, usize),
    Cold(Arc<Vec<Row>>, usize),
}

impl Pick {
    fn read(&self) -> Option<(Uid, &StoredEvent)> {
        match self {
            Self::Hot(frame, at) => frame.events.get(*at).map(|event| (frame.stream, event.event())),
            Self::Cold(rows, at) => rows.get(*at).map(|row| (row.stream, &row.event)),
        }
    }
}

/// What is gathered: at most so many, smallest or largest ids first.
struct Gathered {
    picks: BTreeMap<EventId, Pick>,
    between: Between,
    most: usize,
    largest: bool,
}

impl Gathered {
    fn new(between: Between, most: usize, largest: bool) -> Self {
        Self { picks: BTreeMap::new(), between, most, largest }
    }

    fn wants(&self, id: EventId) -> bool {
        let full = self.picks.len() >= self.most;
        match self.largest {
            true => !full || self.picks.first_key_value().is_some_and(|(least, _)| id > *least),
            false => !full || self.picks.last_key_value().is_some_and(|(most, _)| id < *most),
        }
    }

    /// Takes what it wants of a list that is in the order of ids.
    fn take_from<T>(
        &mut self,
        all: &[T],
        id: impl Fn(&T) -> EventId,
        pick: impl Fn(usize, &T) -> Option<Pick>,
    ) {
        let start = all.partition_point(|item| id(item) <= self.between.after);
        let end = all.partition_point(|item| id(item) < self.between.before);
        for step in 0..end.saturating_sub(start) {
            let at = if self.largest { end - 1 - step } else { start + step };
            let Some(item) = all.get(at) else { return };
            if !self.wants(id(item)) {
                return;
            }
            let Some(picked) = pick(at, item) else { continue };
            self.picks.insert(id(item), picked);
            if self.picks.len() > self.most {
                let _ = if self.largest { self.picks.pop_first() } else { self.picks.pop_last() };
            }
        }
    }
}

impl EventStore {
    /// A page of a stream. Without a cursor the newest events come, or the oldest with `from_head`.
    ///
    /// # Errors
    /// When storage does not answer, or holds what cannot be read.
    pub async fn read_stream(
        &self,
        (group, stream): (Uid, Uid),
        range: &Range,
        cursor: Option<Cursor>,
        (limit, from_head): (usize, bool),
    ) -> Outcome<StreamPage> {
        self.refresh().await?;
        let view = self.view().groups.find(&group).cloned().unwrap_or_default();
        let (between, largest) = match cursor {
            Some(Cursor::After(id)) => (Between { after: id, before: HIGHEST }, false),
            Some(Cursor::Before(id)) => (Between { after: LOWEST, before: id }, true),
            None => (Between { after: LOWEST, before: HIGHEST }, !from_head),
        };
        let most = limit.clamp(1, PAGE_EVENTS_MAX);
        let gathered = Gathered::new(between, most, largest);
        let picks = self.gather(&view, (Some(&[stream]), range), gathered).await?;
        let kept = within_bytes(&picks, largest);
        let events = self.finish(&view, kept, range.originals).await?;
        Ok(stream_page(events, cursor, range))
    }

    /// Searches a group, oldest first. Events of streams that are gone are not found.
    ///
    /// # Errors
    /// When storage does not answer, or holds what cannot be read.
    pub async fn search(&self, entry: &Entry, search: &Search<'_>) -> Outcome<SearchPage> {
        self.refresh().await?;
        let view = self.view().groups.find(&entry.group.uid).cloned().unwrap_or_default();
        let names = entry.stream_names();
        let limit = search.limit.clamp(1, PAGE_EVENTS_MAX);
        let (mut found, mut bytes, mut scanned) = (Vec::new(), 0, 0);
        let mut after = search.after.unwrap_or(LOWEST);
        loop {
            let gathered = Gathered::new(Between { after, before: HIGHEST }, PAGE_EVENTS_MAX, false);
            let picks = self.gather(&view, (search.streams.as_deref(), &search.range), gathered).await?;
            let is_last = picks.len() < PAGE_EVENTS_MAX;
            scanned += picks.len();
            for (id, pick) in &picks {
                let Some((stream, event)) = pick.read() else { continue };
                if names.contains_key(&stream) && (search.matches)(event.text()) {
                    let length = page_bytes(event);
                    if found.len() >= limit || (bytes + length > PAGE_BYTES_MAX && !found.is_empty()) {
                        let events = self.finish(&view, found, search.range.originals).await?;
                        return Ok(SearchPage { events, next: Some(after) });
                    }
                    bytes += length;
                    found.push((stream, event.clone()));
                }
                after = *id;
            }
            if is_last || scanned >= SCANNED_EVENTS_MAX {
                let events = self.finish(&view, found, search.range.originals).await?;
                return Ok(SearchPage { events, next: (!is_last).then_some(after) });
            }
        }
    }

    /// One event, where it is there.
    ///
    /// # Errors
    /// When storage does not answer, or holds what cannot be read.
    pub async fn find(
        &self,
        group: Uid,
        stream: Uid,
        id: EventId,
        originals: bool,
    ) -> Outcome<Option<FoundEvent>> {
        self.refresh().await?;
        let view = self.view().groups.find(&group).cloned().unwrap_or_default();
        let at = millis(id);
        let range = Range { from: at, to: Millis(at.0.saturating_add(1)), originals };
        let between = Between { after: before(id), before: after(id) };
        let picks = self.gather(&view, (Some(&[stream]), &range), Gathered::new(between, 1, false)).await?;
        let found = within_bytes(&picks, false);
        Ok(self.finish(&view, found, originals).await?.pop())
    }

    /// Events by id and stream; those that are not there are left out. Each segment is read once, however many are wanted of it.
    ///
    /// # Errors
    /// When storage does not answer, or holds what cannot be read.
    pub async fn find_all(
        &self,
        group: Uid,
        wanted: &BTreeMap<EventId, Uid>,
        originals: bool,
    ) -> Outcome<BTreeMap<EventId, FoundEvent>> {
        self.refresh().await?;
        let view = self.view().groups.find(&group).cloned().unwrap_or_default();
        let streams: BTreeSet<Uid> = wanted.values().copied().collect();
        let mut found = Vec::new();
        for hot in streams.iter().flat_map(|stream| view.hot(Some(*stream))) {
            let events = hot.frame.events.iter().map(|event| event.event());
            let meant = events.filter(|event| wanted.get(&event.id()) == Some(&hot.frame.stream));
            found.extend(meant.map(|event| (hot.frame.stream, event.clone())));
        }
        for segment in view.segments.iter() {
            let inside: Vec<_> = wanted.range(segment.first..=segment.last).collect();
            if !inside.iter().any(|(_, stream)| segment.part(**stream).is_some()) {
                continue;
            }
            let rows = self.rows(segment).await?;
            for (id, stream) in inside {
                let at = rows.partition_point(|row| row.event.id() < *id);
                let row = rows.get(at).filter(|row| row.event.id() == *id && row.stream == *stream);
                found.extend(row.map(|row| (row.stream, row.event.clone())));
            }
        }
        let found = self.finish(&view, found, originals).await?;
        Ok(found.into_iter().map(|found| (found.event.id(), found)).collect())
    }

    /// The newest events of a range, of all streams.
    pub(crate) async fn newest(&self, group: Uid, range: &Range, most: usize) -> Outcome<Vec<StoredEvent>> {
        self.refresh().await?;
        let view = self.view().groups.find(&group).cloned().unwrap_or_default();
        let between = Between { after: LOWEST, before: HIGHEST };
        let picks = self.gather(&view, (None, range), Gathered::new(between, most, true)).await?;
        Ok(picks.values().filter_map(Pick::read).map(|(_, event)| event.clone()).collect())
    }

    /// Events of a page, from hot frames and segments.
    async fn gather(
        &self,
        view: &GroupView,
        (streams, range): (Option<&[Uid]>, &Range),
        mut gathered: Gathered,
    ) -> Outcome<BTreeMap<EventId, Pick>> {
        gathered.between = gathered.between.within(range);
        for hot in hot_of(view, streams) {
            let frame = &hot.frame;
            let pick = |at, _: &Protected| Some(Pick::Hot(Arc::clone(frame), at));
            gathered.take_from(&frame.events, |event| event.event().id(), pick);
        }
        let between = gathered.between;
        let mut segments: Vec<_> =
            view.segments.iter().filter(|segment| may_hold(segment, streams, between)).collect();
        match gathered.largest {
            true => segments.sort_by_key(|segment| std::cmp::Reverse(segment.last)),
            false => segments.sort_by_key(|segment| segment.first),
        }
        for segment in segments {
            if !gathered.wants(if gathered.largest { segment.last } else { segment.first }) {
                break;
            }
            let rows = self.rows(segment).await?;
            let of_streams = |row: &Row| streams.is_none_or(|streams| streams.contains(&row.stream));
            let pick = |at, row: &Row| of_streams(row).then(|| Pick::Cold(Arc::clone(&rows), at));
            gathered.take_from(&rows, |row| row.event.id(), pick);
        }
        Ok(gathered.picks)
    }

    /// The rows of a segment: those in memory, or read.
    pub(crate) async fn rows(&self, segment: &Segment) -> Outcome<Arc<Vec<Row>>> {
        if let Some(rows) = self.cache.find(segment.number) {
            return Ok(rows);
        }
        let blob = self.on.blobs.get(segment.columns()).await?.ok_or(LogsError::Damaged(Malformed::Short))?;
        let (keys, wanted) = (Arc::clone(&self.on.keys), segment.clone());
        let work = move || {
            let key = (wanted.group, wanted.column_key);
            with_key(&*keys, key, |key| read_columns(blob, &wanted, key.map(|(_, key)| key)))
        };
        let read = tokio::task::spawn_blocking(work).await;
        let rows = Arc::new(read.map_err(|_| LogsError::Busy)??);
        self.cache.keep(segment.number, &rows);
        Ok(rows)
    }

    /// Adds originals where they are wanted.
    async fn finish(
        &self,
        view: &GroupView,
        rows: Vec<(Uid, StoredEvent)>,
        originals: bool,
    ) -> Outcome<Vec<FoundEvent>> {
        let mut sealed = match originals {
            true => self.originals_of(view, &rows).await?,
            false => HashMap::new(),
        };
        let found = rows.into_iter().map(|(stream, event)| {
            let originals = sealed.remove(&event.id()).unwrap_or_default();
            FoundEvent { stream, event, originals }
        });
        Ok(found.collect())
    }

    async fn originals_of(
        &self,
        view: &GroupView,
        rows: &[(Uid, StoredEvent)],
    ) -> Outcome<HashMap<EventId, Originals>> {
        let wanted = rows.iter().filter(|(_, event)| event.marks().iter().any(|mark| mark.sealed));
        let wanted: HashMap<EventId, Uid> = wanted.map(|(stream, event)| (event.id(), *stream)).collect();
        let mut found = HashMap::new();
        for hot in view.hot(None) {
            let events = hot.frame.events.iter().filter(|event| wanted.contains_key(&event.event().id()));
            found.extend(events.map(|event| (event.event().id(), event.originals().clone())));
        }
        for segment in view.segments.iter().filter(|segment| segment.has_originals) {
            let inside = |(id, stream): (&EventId, &Uid)| {
                !found.contains_key(id)
                    && segment.part(*stream).is_some_and(|part| part.first <= *id && *id <= part.last)
            };
            if !wanted.iter().any(inside) {
                continue;
            }
            let blob = self.on.blobs.get(segment.originals()).await?;
            let blob = blob.ok_or(LogsError::Damaged(Malformed::Short))?;
            let missing: Vec<EventId> =
                wanted.keys().filter(|id| !found.contains_key(*id)).copied().collect();
            let read = read_originals(blob, missing.into_iter())?;
            found.extend(read.into_iter().filter(|(_, originals)| !originals.is_empty()));
        }
        Ok(found)
    }
}

impl Entry {
    /// Names of its streams by uid.
    pub fn stream_names(&self) -> HashMap<Uid, &StreamName> {
        self.streams.iter().map(|(name, stream)| (stream.uid, name)).collect()
    }

    /// The range that may be read now: what retention has ended is not shown any more.
    #[must_use]
    pub fn readable(&self, range: Range, now: Millis) -> Range {
        let oldest = self.group.retention_days.map_or(Millis(0), |days| now.minus(days_long(days)));
        Range { from: range.from.max(oldest), ..range }
    }
}

fn hot_of<'a>(
    view: &'a GroupView,
    streams: Option<&'a [Uid]>,
) -> Box<dyn Iterator<Item = &'a crate::view::HotFrame> + Send + 'a> {
    match streams {
        Some(streams) => Box::new(streams.iter().flat_map(|stream| view.hot(Some(*stream)))),
        None => view.hot(None),
    }
}

fn may_hold(segment: &Segment, streams: Option<&[Uid]>, between: Between) -> bool {
    let in_ids = segment.last > between.after && segment.first < between.before;
    let has_stream = |streams: &[Uid]| streams.iter().any(|stream| segment.part(*stream).is_some());
    in_ids && streams.is_none_or(has_stream)
}

fn page_bytes(event: &StoredEvent) -> usize {
    event.text().as_str().len() + crate::limits::EVENT_OVERHEAD_BYTES
}

/// The part of a page that stays within its bytes, from the end where reading began.
fn within_bytes(picks: &BTreeMap<EventId, Pick>, largest: bool) -> Vec<(Uid, StoredEvent)> {
    let mut bytes = 0;
    let mut fits = |(_, event): &(Uid, &StoredEvent)| {
        let is_first = bytes == 0;
        bytes += page_bytes(event);
        is_first || bytes <= PAGE_BYTES_MAX
    };
    let read = picks.values().filter_map(Pick::read);
    let owned = |(stream, event): (Uid, &StoredEvent)| (stream, event.clone());
    match largest {
        true => {
            let mut kept: Vec<_> = read.rev().take_while(&mut fits).map(owned).collect();
            kept.reverse();
            kept
        }
        false => read.take_while(&mut fits).map(owned).collect(),
    }
}

/// The id just before this one.
fn before(id: EventId) -> EventId {
    let mut bytes = id.to_bytes();
    for byte in bytes.iter_mut().rev() {
        let (less, borrows) = byte.overflowing_sub(1);
        *byte = less;
        if !borrows {
            return EventId::from_bytes(bytes);
        }
    }
    LOWEST
}

/// Tokens around a page; an empty one stays where it was.
fn stream_page(events: Vec<FoundEvent>, cursor: Option<Cursor>, range: &Range) -> StreamPage {
    let (first, last) =
        (events.first().map(|found| found.event.id()), events.last().map(|found| found.event.id()));
    let start = EventId::new(u64::try_from(range.from.0).unwrap_or(0), 0, 0);
    let stay = match cursor {
        Some(Cursor::After(id)) => (Cursor::After(id), Cursor::Before(after(id))),
        Some(Cursor::Before(id)) => (Cursor::After(before(id)), Cursor::Before(id)),
        None => (Cursor::After(before(start)), Cursor::Before(start)),
    };
    StreamPage {
        forward: last.map_or(stay.0, Cursor::After),
        backward: first.map_or(stay.1, Cursor::Before),
        events,
    }
}

/// The id just behind this one.
fn after(id: EventId) -> EventId {
    let mut bytes = id.to_bytes();
    for byte in bytes.iter_mut().rev() {
        let (more, carries) = byte.overflowing_add(1);
        *byte = more;
        if !carries {
            return EventId::from_bytes(bytes);
        }
    }
    HIGHEST
}
