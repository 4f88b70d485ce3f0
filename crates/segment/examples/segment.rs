//! How fast is a segment written and read on one core, and how large is it? Each line of a file becomes an event.
//!
//! `cargo run --release -p sotto-segment --example segment -- FILE`

use sotto_kms::{DataKey, Entropy};
use sotto_protect::{
    Arrival, EventTimes, Protection, Scanners, Sealing, Settings, SpanKey, SpanKeyId, protect,
};
use sotto_public::{EventId, Place};
use sotto_segment::{ColumnKey, Reader, Row, Selection, write};
use sotto_sensitive::{KeyBytes, RawText};
use std::error::Error;
use std::io::Write;
use std::sync::Arc;

struct Counter(u64);

impl Entropy for Counter {
    fn fill(&mut self, place: &mut [u8]) {
        for byte in place {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = (self.0 >> 56) as u8;
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: segment FILE")?;
    let text = String::from_utf8(std::fs::read(path)?)?;
    let mb = text.len() as f64 / 1e6;
    let rows = rows(&text)?;
    let (key, place) = (KeyBytes::copied(&[9; 32]), Place::new("group"));
    for (name, column) in [("plain", None), ("encrypted", Some(ColumnKey::new(&key, &place)?))] {
        let given = rows.clone();
        let before = cpu_seconds()?;
        let segment = write(given, sotto_query::discover, column.as_ref())?;
        let written = cpu_seconds()?;
        let reader = Reader::new(segment.masked.clone(), column.as_ref())?;
        let all = reader.read(&Selection::default())?;
        let read = cpu_seconds()?;
        let matching = all.iter().filter(|row| row.event.text().as_str().contains("ERROR")).count();
        let searched = cpu_seconds()?;
        let sealed = segment.sealed.as_ref().map_or(0, sotto_public::Blob::length);
        writeln!(
            std::io::stdout(),
            "{{\"what\":\"{name}\",\"mb\":{mb:.1},\"events\":{},\"write_mb_per_s\":{:.1},\"read_mb_per_s\":{:.1},\
             \"search_hot_mb_per_s\":{:.0},\"masked_bytes_per_byte\":{:.3},\"sealed_bytes_per_byte\":{:.3},\"matching\":{matching},\"fields\":{}}}",
            all.len(),
            mb / (written - before),
            mb / (read - written),
            mb / (searched - read),
            segment.masked.length() as f64 / text.len() as f64,
            sealed as f64 / text.len() as f64,
            reader.fields().count()
        )?;
    }
    Ok(())
}

fn rows(text: &str) -> Result<Vec<Row>, Box<dyn Error>> {
    let protection = Protection::last_resort(&Settings::default(), None, &Scanners::new())?;
    let home = Place::new("events").with(&"group").with(&"stream");
    let key = SpanKey::new(SpanKeyId::new(1), DataKey::new(KeyBytes::copied(&[7; 32]))?);
    let (mut entropy, mut rows) = (Counter(1), Vec::new());
    for (number, line) in text.lines().enumerate() {
        let at = 1_700_000_000_000 + number as u64 / 20;
        let id = EventId::new(at, 0, number as u128);
        let times = EventTimes { id, timestamp_ms: at as i64, ingestion_ms: at as i64 };
        let mut sealing = Sealing { key: &key, entropy: &mut entropy };
        let arrival = Arrival { home: &home, times };
        let (event, _) = protect(RawText::new(line.to_owned()), &arrival, &protection, &[], &mut sealing)?;
        let stream = if number % 3 == 0 { "api" } else { "worker" };
        rows.push(Row { stream: Arc::from(stream), event });
    }
    Ok(rows)
}

/// CPU time of this thread (proc(5), `schedstat`: nanoseconds on the processor).
fn cpu_seconds() -> Result<f64, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/schedstat")?;
    let nanoseconds: f64 = stat.split_whitespace().next().ok_or("empty schedstat")?.parse()?;
    Ok(nanoseconds / 1e9)
}
