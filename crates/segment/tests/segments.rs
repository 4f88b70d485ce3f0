//! Does what is written come back, sorted, selected and no wider than asked? And what do the bytes give away?

#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "canary data is written and compared")]

use proptest::prelude::*;
use sotto_kms::{DataKey, Entropy};
use sotto_protect::{
    Arrival, EventTimes, Protected, Protection, Scanners, Sealing, Settings, SpanKey, SpanKeyId, StoredText,
    TextKind, protect,
};
use sotto_public::{Blob, EventId, Place};
use sotto_segment::{
    ColumnKey, MaskedRow, Reader, Row, SEALED_HEAD_BYTES, SealedIndex, SealedObject, Segment, SegmentError,
    Selection, Source, hot_blocks, merge, rows_of, schema, write,
};
use sotto_sensitive::{KeyBytes, RawText};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

const CARD: &str = "5424188205176639";
static PROTECTION: LazyLock<Protection> =
    LazyLock::new(|| Protection::last_resort(&Settings::default(), None, &Scanners::new()).unwrap());

struct Counter(u64);

impl Entropy for Counter {
    fn fill(&mut self, place: &mut [u8]) {
        for byte in place {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = (self.0 >> 56) as u8;
        }
    }
}

fn event(stream: &str, timestamp_ms: i64, sequence: u128, text: &str, protection: &Protection) -> Row {
    let id = EventId::new(timestamp_ms as u64, 0, sequence);
    let key = SpanKey::new(SpanKeyId::new(1), DataKey::new(KeyBytes::copied(&[5; 32])).unwrap());
    let (place, mut entropy) = (Place::new("events").with(&"group"), Counter(sequence as u64));
    let times = EventTimes { id, timestamp_ms, ingestion_ms: timestamp_ms + 40 };
    let arrival = Arrival { home: &place, times };
    let mut sealing = Sealing { key: &key, entropy: &mut entropy };
    let (event, _) = protect(RawText::new(text.to_owned()), &arrival, protection, &[], &mut sealing).unwrap();
    Row { stream: Arc::from(stream), event }
}

fn some() -> Vec<Row> {
    let plain = Protection::none();
    vec![
        event("b", 20, 1, "second é", &PROTECTION),
        event("b", 10, 2, &format!("card {CARD} cvv 123"), &PROTECTION),
        event("a", 30, 3, r#"{"level":"INFO","user":{"id":7}}"#, &PROTECTION),
        event("b", 20, 4, r#"{"level":"WARN","card":5424188205176639}"#, &PROTECTION),
        event("c", 15, 5, "", &plain),
        event("c", 5, 6, &format!("card {CARD}"), &plain),
    ]
}

fn segment(rows: Vec<Row>) -> Segment {
    write(rows, sotto_query::discover, None).unwrap()
}

fn reader(segment: &Segment) -> Reader {
    Reader::new(segment.masked.clone(), None).unwrap()
}

fn sealed(segment: &Segment) -> Option<SealedObject> {
    segment.sealed.clone().map(|blob| SealedObject::new(blob).unwrap())
}

fn sorted(rows: &[Row]) -> Vec<Row> {
    let mut rows = rows.to_vec();
    rows.sort_by_key(|row| (row.stream.clone(), row.event.event().timestamp_ms(), row.event.event().id()));
    rows
}

#[test]
fn rows_come_back_sorted_and_whole() {
    let segment = segment(some());
    let back = rows_of(&reader(&segment), sealed(&segment).as_ref(), &Selection::default()).unwrap();
    assert_eq!(back, sorted(&some()));
    let summary = &segment.summary;
    assert_eq!((summary.rows, summary.sealed_rows, summary.unprotected_rows), (6, 2, 2));
    assert_eq!((summary.first_ms, summary.last_ms, summary.last_ingestion_ms), (5, 30, 70));
    let streams: Vec<_> =
        summary.streams.iter().map(|s| (s.stream.as_str(), s.rows, s.first_ms, s.last_ms)).collect();
    assert_eq!(streams, [("a", 1, 30, 30), ("b", 3, 10, 20), ("c", 2, 5, 15)]);
    assert!(!format!("{back:?} {segment:?}").contains("5424"));
}

#[test]
fn discovered_fields_are_columns_of_stored_text() {
    let segment = segment(some());
    let fields: Vec<String> = reader(&segment).fields().map(str::to_owned).collect();
    assert_eq!(fields, ["level", "user.id", "card"]);
    let text = String::from_utf8_lossy(segment.masked.as_bytes()).into_owned();
    assert!(text.contains("level"), "names of columns stand in clear");
    // Two values beyond what one segment has columns for.
    let rows = (0..sotto_segment::schema::FIELDS_MAX + 2)
        .map(|number| event("s", 1, number as u128, &format!(r#"{{"n{number}":"v"}}"#), &Protection::none()));
    let wide = write(rows.collect(), sotto_query::discover, None).unwrap();
    assert_eq!((reader(&wide).fields().count(), wide.summary.fields_left_out), (schema::FIELDS_MAX, 2));
}

#[test]
fn the_query_engine_reads_the_same_columns() {
    use sotto_query::engine::column;
    let own = schema::schema([]);
    let names: Vec<&str> = own.fields().iter().map(|field| field.name().as_str()).collect();
    let read = [
        column::TIMESTAMP,
        column::INGESTION,
        column::STREAM,
        column::EVENT,
        column::MESSAGE,
        column::MASKED,
    ];
    read.iter().for_each(|name| assert!(names.contains(name), "{name}"));
    assert_eq!((column::EVENT_BYTES, column::FIELD_PREFIX), (schema::EVENT_BYTES, schema::FIELD_PREFIX));
}

#[test]
fn hot_blocks_hold_every_event_and_no_original() {
    let rows = some();
    let hot = || rows.iter().map(|row| (&*row.stream, row.event.event()));
    let blocks = hot_blocks(hot(), sotto_query::discover).unwrap();
    let mut read = 0;
    for block in &blocks {
        assert!(
            !String::from_utf8_lossy(block).contains("5424188205176639\"}"),
            "a masked number stays masked"
        );
        for batch in arrow_ipc::reader::StreamReader::try_new(block.as_slice(), None).unwrap() {
            let batch = batch.unwrap();
            assert_eq!(batch.schema().field(0).name(), schema::TIMESTAMP);
            read += batch.num_rows();
        }
    }
    assert_eq!((blocks.len(), read), (1, rows.len()));
    assert_eq!(hot_blocks([], sotto_query::discover).unwrap().len(), 0);
    let long = "x".repeat(sotto_segment::HOT_BLOCK_TEXT_BYTES / 2);
    let large: Vec<Row> = (0..3).map(|number| event("s", 1, number, &long, &Protection::none())).collect();
    let large = large.iter().map(|row| (&*row.stream, row.event.event()));
    assert_eq!(hot_blocks(large, sotto_query::discover).unwrap().len(), 2);
}

#[test]
fn originals_are_found_by_event_and_by_range() {
    let rows = some();
    let segment = segment(rows.clone());
    let blob = segment.sealed.clone().unwrap();
    let object = SealedObject::new(blob.clone()).unwrap();
    assert_eq!(object.count(), 2);
    for row in &rows {
        assert_eq!(object.originals(row.event.event().id()).as_ref(), Ok(row.event.originals()));
    }
    let bytes = blob.as_bytes();
    let needed = SealedIndex::bytes_in(&bytes[..SEALED_HEAD_BYTES]).unwrap() as usize;
    let index = SealedIndex::read(&bytes[..needed]).unwrap();
    let range = index.range_of(rows[1].event.event().id()).unwrap();
    let stretch = &bytes[range.start as usize..range.end as usize];
    assert_eq!(SealedIndex::originals_in(stretch).as_ref(), Ok(rows[1].event.originals()));
    assert_eq!(index.range_of(rows[0].event.event().id()), None);
    for length in 0..needed {
        assert!(SealedIndex::read(&bytes[..length]).is_err(), "cut to {length}");
    }
    let another = [b"sottoor2", &bytes[8..]].concat();
    assert!(SealedObject::new(Blob::from_pinned_bytes(another)).is_err());
    let lacking = rows_of(&reader(&segment), None, &Selection::default());
    assert_eq!(lacking.err(), Some(SegmentError::OriginalsMissing));
}

#[test]
fn segments_without_originals_have_one_object() {
    let segment = segment(vec![event("s", 1, 1, "plain", &PROTECTION)]);
    assert!(segment.sealed.is_none());
    assert_eq!(rows_of(&reader(&segment), None, &Selection::default()).unwrap().len(), 1);
}

#[test]
fn merged_segments_hold_what_both_held() {
    let rows = some();
    let (one, other) = rows.split_at(3);
    let parts = [one, other].map(|rows| segment(rows.to_vec()));
    let readers: Vec<_> = parts.iter().map(|part| (reader(part), sealed(part))).collect();
    let merged = merge(&readers, sotto_query::discover, None).unwrap();
    let back = rows_of(&reader(&merged), sealed(&merged).as_ref(), &Selection::default()).unwrap();
    assert_eq!(back, sorted(&rows));
}

#[test]
fn an_encrypted_segment_says_nothing_and_opens_at_its_place_with_its_key() {
    let canary = "canaryword";
    let rows = || {
        (0..300)
            .map(|n| event(canary, n, n as u128, &format!(r#"{{"{canary}":"{canary}"}}"#), &PROTECTION))
            .collect()
    };
    let (key, here) = (KeyBytes::copied(&[7; 32]), Place::new("group").with(&"one"));
    let column = ColumnKey::new(&key, &here).unwrap();
    let segment = write(rows(), sotto_query::discover, Some(&column)).unwrap();
    let bytes = segment.masked.as_bytes();
    assert!(bytes.starts_with(b"PARE") && bytes.ends_with(b"PARE"));
    for word in [canary, "message", "sotto segment", "zstd"] {
        assert!(!bytes.windows(word.len()).any(|window| window == word.as_bytes()), "{word}");
    }
    let opens = |key: &[u8], place: &Place| {
        let key = KeyBytes::copied(key);
        let reader = Reader::new(segment.masked.clone(), Some(&ColumnKey::new(&key, place)?))?;
        reader.read(&Selection::default()).map(|rows| rows.len())
    };
    assert_eq!(opens(&[7; 32], &here), Ok(300));
    assert!(opens(&[8; 32], &here).is_err() && opens(&[7; 16], &here).is_err());
    assert!(opens(&[7; 32], &Place::new("group").with(&"two")).is_err());
    assert!(Reader::new(segment.masked.clone(), None).is_err());
    assert_eq!(opens(&[7; 24], &here), Err(SegmentError::KeyLength { bytes: 24 }));
}

#[test]
fn what_is_no_segment_is_an_error() {
    let right = segment(some()).masked;
    assert!(Reader::new(Blob::default(), None).is_err());
    assert!(Reader::new(Blob::from_pinned_bytes(b"PAR1 no PAR1".to_vec()), None).is_err());
    for length in (0..right.length()).step_by(97) {
        let cut = Blob::from_pinned_bytes(right.as_bytes()[..length].to_vec());
        assert!(Reader::new(cut, None).is_err(), "cut to {length}");
    }
    // Changed bytes never panic: they are an error or harmless.
    for at in (0..right.length()).step_by(53) {
        let mut changed = right.as_bytes().to_vec();
        changed[at] ^= 0x15;
        if let Ok(reader) = Reader::new(Blob::from_pinned_bytes(changed), None) {
            drop(reader.read(&Selection::default()));
        }
    }
}

/// A source that counts what is read of it.
struct Counting(Blob, AtomicU64);

impl Source for Counting {
    fn length(&self) -> u64 {
        self.0.length() as u64
    }

    fn read(&self, range: Range<u64>) -> Result<Blob, SegmentError> {
        self.1.fetch_add(range.end - range.start, Ordering::Relaxed);
        let bytes = self.0.as_bytes()[range.start as usize..range.end as usize].to_vec();
        Ok(Blob::from_pinned_bytes(bytes))
    }
}

#[test]
fn a_narrow_selection_reads_a_part_of_a_large_file() {
    let times = || EventTimes { id: EventId::new(1, 0, 0), timestamp_ms: 0, ingestion_ms: 0 };
    let rows = (0..150_000_u64).map(|number| {
        let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let times = EventTimes {
            id: EventId::new(number, 0, u128::from(number)),
            timestamp_ms: number as i64,
            ..times()
        };
        let text = StoredText::from_pinned_text(
            TextKind::Masked,
            format!("request {mixed:x} took {} ms for {:x}", number % 997, mixed.rotate_left(7)),
        );
        let event = sotto_protect::StoredEvent::read(times, text, vec![]).unwrap();
        Row {
            stream: Arc::from(if number < 75_000 { "one" } else { "two" }),
            event: Protected::join(event, Default::default()).unwrap(),
        }
    });
    let segment = write(rows.collect(), |_| Vec::new(), None).unwrap();
    let source = Arc::new(Counting(segment.masked.clone(), AtomicU64::new(0)));
    let reader = Reader::ranged(Arc::clone(&source) as Arc<dyn Source>, None).unwrap();
    let selection = Selection { times_ms: Some(80_000..=80_009), ..Selection::default() };
    let found = reader.read(&selection).unwrap();
    assert_eq!(
        found.iter().map(|row| row.event.timestamp_ms()).collect::<Vec<_>>(),
        (80_000..80_010).collect::<Vec<_>>()
    );
    let (read, all) = (source.1.load(Ordering::Relaxed), segment.masked.length() as u64);
    assert!(read < all / 2, "{read} of {all} bytes were read");
    let last = reader.read(&Selection { backwards: true, limit: Some(3), ..Selection::default() }).unwrap();
    assert_eq!(
        last.iter().map(|row| row.event.timestamp_ms()).collect::<Vec<_>>(),
        [149_999, 149_998, 149_997]
    );
    let over_groups = Selection { times_ms: Some(65_530..=65_545), limit: Some(12), ..Selection::default() };
    assert_eq!(reader.read(&over_groups).unwrap().len(), 12);
}

/// The same by the plainest means.
fn naive(rows: &[Row], selection: &Selection) -> Vec<MaskedRow> {
    let mut found: Vec<MaskedRow> = sorted(rows)
        .into_iter()
        .map(|row| MaskedRow { stream: row.stream, event: row.event.event().clone() })
        .filter(|row| selection.streams.as_ref().is_none_or(|streams| streams.contains(&row.stream)))
        .filter(|row| {
            selection.times_ms.as_ref().is_none_or(|times| times.contains(&row.event.timestamp_ms()))
        })
        .filter(|row| selection.event.is_none_or(|id| id == row.event.id()))
        .collect();
    if selection.backwards {
        found.reverse();
    }
    found.truncate(selection.limit.unwrap_or(usize::MAX));
    found
}

fn selections() -> impl Strategy<Value = Selection> {
    let streams = prop::option::of(prop::collection::btree_set(
        prop::sample::select(vec!["a", "b", "c", "none"]),
        0..3,
    ));
    let times = prop::option::of((0..40_i64, 0..40_i64));
    let event = prop::option::weighted(0.1, (0..30_i64, 0..20_u128));
    (streams, times, event, prop::option::of(0..8_usize), any::<bool>()).prop_map(
        |(streams, times, event, limit, backwards)| Selection {
            streams: streams
                .map(|streams| streams.into_iter().map(Arc::from).collect::<BTreeSet<Arc<str>>>()),
            times_ms: times.map(|(from, to)| from..=to),
            event: event.map(|(at, sequence)| EventId::new(at as u64, 0, sequence)),
            limit,
            backwards,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if std::env::var_os("SOTTO_LANE").is_some() { 1_000 } else { 60 }))]

    #[test]
    fn a_selection_is_what_the_plainest_means_give(
        events in prop::collection::vec((prop::sample::select(vec!["a", "b", "c"]), 0..30_i64, prop::sample::select(vec!["", "plain é", "card 5424188205176639", "{\"a\":1}"])), 1..20),
        selection in selections(),
    ) {
        let rows: Vec<Row> = events.iter().enumerate()
            .map(|(number, (stream, at, text))| event(stream, *at, number as u128, text, &PROTECTION)).collect();
        let segment = segment(rows.clone());
        prop_assert_eq!(reader(&segment).read(&selection).unwrap(), naive(&rows, &selection));
    }
}
