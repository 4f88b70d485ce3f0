//! Which rows do the tests query? A few thousand masked events, made the same every time.
//!
//! Most are JSON with fields that are missing, numbers, words or both; others are plain lines. No value is a real one, and
//! what looks sensitive is masked already, as it is in every segment.

use arrow_array::{
    ArrayRef, DictionaryArray, FixedSizeBinaryArray, Int64Array, RecordBatch, StringArray, types::Int32Type,
};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::encryption::encrypt::FileEncryptionProperties;
use parquet::file::properties::WriterProperties;
use sotto_public::EventId;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// When the first event happened.
pub(crate) const START_MS: i64 = 1_699_000_000_000;
/// Milliseconds from one event to the next.
const STEP_MS: i64 = 1_234_567;

/// A stored event.
pub(crate) struct Event {
    pub(crate) timestamp: i64,
    ingestion: i64,
    stream: &'static str,
    id: EventId,
    message: String,
}

impl Event {
    /// Its stored text.
    pub(crate) fn text(&self) -> &str {
        &self.message
    }
}

/// Numbers that look random and are the same every time (the constants of Knuth's MMIX generator).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len() as u64) as usize]
    }
}

/// The first so many events.
pub(crate) fn events(count: usize) -> Vec<Event> {
    let mut dice = Dice(4566);
    (0..count).map(|at| event(at, &mut dice)).collect()
}

fn event(at: usize, dice: &mut Dice) -> Event {
    let timestamp = START_MS + at as i64 * STEP_MS;
    Event {
        timestamp,
        ingestion: timestamp + dice.roll(3) as i64 * 1_000,
        stream: dice.pick(&["web-1", "web-2", "db"]),
        id: EventId::new(timestamp as u64, 0, at as u128),
        message: if dice.roll(5) == 0 { line(dice) } else { object(dice) },
    }
}

fn line(dice: &mut Dice) -> String {
    let level = dice.pick(&["ERROR", "INFO", "error"]);
    let end = dice.pick(&["a", "b", "z", "é"]);
    format!("{level} user=u{} took {}ms mail ****@******* {end}", dice.roll(4), dice.roll(2_000))
}

fn object(dice: &mut Dice) -> String {
    let mut members = vec![
        format!(r#""level":"{}""#, dice.pick(&["ERROR", "WARN", "INFO", "DEBUG"])),
        format!(r#""nested":{{"code":{},"user":"****@*******"}}"#, dice.roll(6)),
    ];
    let latency = format!("{}.{}", dice.roll(600), dice.pick(&["5", "25", "125"]));
    let optional = [
        format!(r#""service":"{}""#, dice.pick(&["cart", "web", "pay"])),
        format!(r#""path":"{}""#, dice.pick(&["/a", "/b/c", "/a/b", "/é"])),
        format!(r#""status":{}"#, dice.pick(&[200, 200, 200, 301, 404, 500, 503])),
        format!(r#""latency":{latency}"#),
        format!(r#""bytes":{}"#, dice.pick(&[0, 512, 10_000, 1_234_567])),
        format!(r#""odd":"{}""#, dice.pick(&["7", "x", "-1", "3.5", "yes"])),
        format!(r#""flag":{}"#, dice.pick(&["true", "false"])),
        format!(r#""padded":"{}""#, dice.pick(&["  p ", "", "   ", "q"])),
        format!(r#""list":[{},{}]"#, dice.roll(9), dice.roll(9)),
        format!(r#""ip":"{}""#, dice.pick(&["10.1.2.3", "192.0.2.7", "192.0.2.200", "**.*.*.*"])),
        r#""we-ird":"yes""#.to_owned(),
    ];
    members.extend(optional.into_iter().filter(|_| dice.roll(8) > 0));
    format!("{{{}}}", members.join(","))
}

/// The events in the columns of a segment.
pub(crate) fn batch(events: &[Event]) -> RecordBatch {
    let fields: Vec<Vec<(String, String)>> = events
        .iter()
        .map(|event| {
            sotto_query::discover(&event.message)
                .into_iter()
                .map(|(name, value)| (name, value.into_owned()))
                .collect()
        })
        .collect();
    let names: BTreeSet<&String> = fields.iter().flatten().map(|(name, _)| name).collect();
    let numbers = |of: fn(&Event) -> i64| Arc::new(events.iter().map(of).collect::<Int64Array>()) as ArrayRef;
    let streams: DictionaryArray<Int32Type> = events.iter().map(|event| event.stream).collect();
    let ids = FixedSizeBinaryArray::try_from_iter(events.iter().map(|event| event.id.to_bytes())).unwrap();
    let mask = r#"[{"identifier":"EmailAddress","length":12,"start":1,"end":12}]"#;
    let masks: StringArray =
        events.iter().map(|event| event.message.contains("****@").then_some(mask)).collect();
    let mut columns: Vec<(String, ArrayRef)> = vec![
        ("timestamp".to_owned(), numbers(|event| event.timestamp)),
        ("ingestion".to_owned(), numbers(|event| event.ingestion)),
        ("stream".to_owned(), Arc::new(streams)),
        ("event".to_owned(), Arc::new(ids)),
        (
            "message".to_owned(),
            Arc::new(StringArray::from_iter_values(events.iter().map(|event| &event.message))),
        ),
        ("masked".to_owned(), Arc::new(masks)),
    ];
    for name in names {
        let values = fields
            .iter()
            .map(|own| own.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str()));
        columns.push((format!("f.{name}"), Arc::new(values.collect::<StringArray>())));
    }
    let schema: Vec<Field> = columns
        .iter()
        .map(|(name, column)| Field::new(name, DataType::clone(column.data_type()), true))
        .collect();
    RecordBatch::try_new(
        Arc::new(Schema::new(schema)),
        columns.into_iter().map(|(_, column)| column).collect(),
    )
    .unwrap()
}

/// Rows of a row group: few for few events, so that some are left out; as segments have them for many.
fn row_group(events: usize) -> usize {
    if events < 64 * 1024 { 1_000 } else { 64 * 1024 }
}

/// Writes a segment, encrypted under a key and prefix when there are any.
pub(crate) fn write_segment(path: &Path, events: &[Event], key: Option<(&[u8], &[u8])>) {
    let batch = batch(events);
    let mut properties =
        WriterProperties::builder().set_max_row_group_row_count(Some(row_group(events.len())));
    if let Some((key, place)) = key {
        let encryption = FileEncryptionProperties::builder(key.to_vec())
            .with_aad_prefix(place.to_vec())
            .with_aad_prefix_storage(false);
        properties = properties.with_file_encryption_properties(encryption.build().unwrap());
    }
    let file = File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties.build())).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// The events as hot rows.
pub(crate) fn stream(events: &[Event]) -> Vec<u8> {
    let batch = batch(events);
    let mut writer = arrow_ipc::writer::StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}
