//! How is a segment written? Sorted, into one Parquet file, with the originals beside it.

use crate::columns::{Found, Placed, batch};
use crate::encryption::ColumnKey;
use crate::schema::{EVENT, FIELD_PREFIX, MESSAGE, STREAM, TIMESTAMP};
use crate::sealed::sealed_object;
use crate::{Row, SegmentError, Summary};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::schema::types::ColumnPath;
use sotto_public::Blob;
use std::borrow::Cow;
use std::sync::Arc;

/// Most bytes of text in one segment: columns of text have 32-bit offsets.
pub const SEGMENT_TEXT_BYTES_MAX: u64 = 1 << 30;

/// Events in one row group: what a reader skips or decodes at once.
const ROW_GROUP_ROWS: usize = 128 * 1024;
/// Events that become columns at once. A column of text takes four bytes for each event, also for those that lack it: a
/// thousand columns of a whole segment would take gigabytes.
const BATCH_ROWS: usize = 8 * 1024;
/// Most events in one page. Each page costs a compressor of its own, and a segment has hundreds of columns.
const PAGE_ROWS: usize = 32 * 1024;
/// Bytes of text in one page, about: what a reader skips within a row group.
const TEXT_PAGE_BYTES: usize = 256 * 1024;
/// How hard the compressor tries: 1 is within a few per cent of 3 on logs, and twice as fast.
const ZSTD_LEVEL: i32 = 1;

/// A discovered field with fewer bytes of values than these is written as it is: in logs with hundreds of rare fields, compressors
/// and dictionaries that are made for nothing cost more than all else.
const SMALL_FIELD_BYTES: usize = 16 * 1024;

/// Finds the fields of a stored text: names and values, each name once.
pub type Discover = for<'t> fn(&'t str) -> Vec<(String, Cow<'t, str>)>;

/// A written segment: two objects and what is known of them.
#[derive(Clone, Debug)]
pub struct Segment {
    /// A Parquet file of stored text.
    pub masked: Blob,
    /// The originals; `None` when no event has any.
    pub sealed: Option<Blob>,
    /// What it holds.
    pub summary: Summary,
}

/// Writes a segment of these events, in whatever order they come.
///
/// # Errors
/// When there are none or too many, or the library of the format refuses.
pub fn write(
    mut rows: Vec<Row>,
    discover: Discover,
    key: Option<&ColumnKey<'_>>,
) -> Result<Segment, SegmentError> {
    rows.sort_by(|one, other| {
        let key = |row: &Row| (row.event.event().timestamp_ms(), row.event.event().id());
        one.stream.cmp(&other.stream).then_with(|| key(one).cmp(&key(other)))
    });
    let mut summary = Summary::of(&rows).ok_or(SegmentError::Empty)?;
    fits(summary.text_bytes)?;
    let (masked, left_out) = masked_file(&rows, discover, key)?;
    summary.fields_left_out = left_out;
    let sealed = (summary.sealed_rows > 0).then(|| sealed_object(&rows));
    Ok(Segment { masked, sealed, summary })
}

fn fits(text_bytes: u64) -> Result<(), SegmentError> {
    match text_bytes <= SEGMENT_TEXT_BYTES_MAX {
        true => Ok(()),
        false => Err(SegmentError::TooLarge { bytes: text_bytes, most: SEGMENT_TEXT_BYTES_MAX }),
    }
}

#[expect(clippy::disallowed_methods, reason = "made of stored text alone")]
fn masked_file(
    rows: &[Row],
    discover: Discover,
    key: Option<&ColumnKey<'_>>,
) -> Result<(Blob, u64), SegmentError> {
    let found = Found::of(rows.iter().map(|row| row.event.stored().as_str()), discover);
    let schema = found.schema();
    let options = ArrowWriterOptions::new().with_properties(properties(&found, key)?);
    let mut writer = ArrowWriter::try_new_with_options(Vec::new(), Arc::clone(&schema), options)?;
    let placed: Vec<Placed<'_>> = rows.iter().map(|row| (&*row.stream, row.event.event())).collect();
    for (number, rows) in placed.chunks(BATCH_ROWS).enumerate() {
        writer.write(&batch(rows, number * BATCH_ROWS, &found, &schema)?)?;
    }
    Ok((Blob::from_pinned_bytes(writer.into_inner()?), found.left_out()))
}

fn properties(found: &Found<'_>, key: Option<&ColumnKey<'_>>) -> Result<WriterProperties, SegmentError> {
    let (message, event) = (ColumnPath::from(MESSAGE), ColumnPath::from(EVENT));
    let level = ZstdLevel::try_new(ZSTD_LEVEL)?;
    let mut properties = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_2_0)
        .set_created_by("sotto segment 1".to_owned())
        .set_compression(Compression::ZSTD(level))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_column_data_page_size_limit(message.clone(), TEXT_PAGE_BYTES)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_column_statistics_enabled(ColumnPath::from(TIMESTAMP), EnabledStatistics::Page)
        .set_column_statistics_enabled(ColumnPath::from(STREAM), EnabledStatistics::Page)
        // Texts differ: a dictionary of them is built in vain, and the smallest of them says nothing.
        .set_column_dictionary_enabled(message.clone(), false)
        .set_column_statistics_enabled(message.clone(), EnabledStatistics::None)
        .set_column_encoding(message, Encoding::PLAIN)
        .set_column_dictionary_enabled(event, false)
        .set_bloom_filter_enabled(false);
    for name in found.small(SMALL_FIELD_BYTES) {
        let path = ColumnPath::new(vec![format!("{FIELD_PREFIX}{name}")]);
        properties = properties
            .set_column_compression(path.clone(), Compression::UNCOMPRESSED)
            .set_column_dictionary_enabled(path, false);
    }
    Ok(match key {
        Some(key) => properties.with_file_encryption_properties(key.encryption()?).build(),
        None => properties.build(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_has_a_bound_and_at_least_one_event() {
        let most = SEGMENT_TEXT_BYTES_MAX;
        assert_eq!(fits(most), Ok(()));
        assert_eq!(fits(most + 1), Err(SegmentError::TooLarge { bytes: most + 1, most }));
        assert_eq!(write(vec![], |_| vec![], None).err(), Some(SegmentError::Empty));
    }
}
