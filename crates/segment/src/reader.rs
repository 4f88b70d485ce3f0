//! How is a segment read? Row groups and pages that cannot concern the caller are skipped, texts decoded for what is left.
//!
//! A first pass decodes time, stream and id alone and says which rows are wanted; only their texts are decoded. Discovered
//! fields are for query engines and not read here.

use crate::encryption::ColumnKey;
use crate::schema::{EVENT, INGESTION, MASKED, MESSAGE, PROTECTED, STREAM, TIMESTAMP};
use crate::selection::Selection;
use crate::source::{Chunks, Source};
use crate::{MaskedRow, SegmentError};
use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{Array, BooleanArray, RecordBatch};
use arrow_schema::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowPredicateFn, ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowFilter,
};
use parquet::file::metadata::{PageIndexPolicy, RowGroupMetaData};
use parquet::file::statistics::Statistics;
use sotto_protect::{EventTimes, Mark, StoredEvent, StoredText, TextKind};
use sotto_public::{Blob, EventId, Foreign, Malformed};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Events that are decoded at once.
const BATCH_ROWS: usize = 4 * 1024;

/// Reads a masked file. Cheap to clone.
#[derive(Clone)]
pub struct Reader {
    chunks: Chunks,
    metadata: ArrowReaderMetadata,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("rows", &self.rows()).finish_non_exhaustive()
    }
}

impl Reader {
    /// A file in memory.
    ///
    /// # Errors
    /// When it is no segment, or encrypted under another key or at another place.
    pub fn new(blob: Blob, key: Option<&ColumnKey<'_>>) -> Result<Self, SegmentError> {
        guarded(|| Self::over(blob.into(), key))
    }

    /// A file that is read in ranges.
    ///
    /// # Errors
    /// As for [`Reader::new`], and those of the source.
    pub fn ranged(source: Arc<dyn Source>, key: Option<&ColumnKey<'_>>) -> Result<Self, SegmentError> {
        guarded(|| Self::over(Chunks::Ranges(source), key))
    }

    fn over(chunks: Chunks, key: Option<&ColumnKey<'_>>) -> Result<Self, SegmentError> {
        let mut options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
        if let Some(key) = key {
            options = options.with_file_decryption_properties(key.decryption()?);
        }
        let metadata = ArrowReaderMetadata::load(&chunks, options)?;
        for column in [TIMESTAMP, INGESTION, STREAM, EVENT, MESSAGE, PROTECTED, MASKED] {
            if metadata.schema().column_with_name(column).is_none() {
                return Err(SegmentError::Column { column });
            }
        }
        Ok(Self { chunks, metadata })
    }

    /// How many events it holds.
    pub fn rows(&self) -> u64 {
        u64::try_from(self.metadata.metadata().file_metadata().num_rows()).unwrap_or_default()
    }

    /// The names of its columns of discovered fields.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        let names = self.metadata.schema().fields().iter().map(|field| field.name().as_str());
        names.filter_map(|name| name.strip_prefix(crate::schema::FIELD_PREFIX))
    }

    /// The wanted events, in the order of the segment, or in the opposite one.
    ///
    /// # Errors
    /// When the file is damaged.
    pub fn read(&self, selection: &Selection) -> Result<Vec<MaskedRow>, SegmentError> {
        guarded(|| self.read_groups(selection))
    }

    fn read_groups(&self, selection: &Selection) -> Result<Vec<MaskedRow>, SegmentError> {
        let mut groups = self.groups(selection);
        if selection.backwards {
            groups.reverse();
        }
        let limit = selection.limit.unwrap_or(usize::MAX);
        let mut rows = Vec::new();
        for group in groups {
            if rows.len() >= limit {
                break;
            }
            let mut found = self.read_group(group, selection, limit - rows.len())?;
            if selection.backwards {
                found.reverse();
            }
            rows.append(&mut found);
            rows.truncate(limit);
        }
        Ok(rows)
    }

    /// Row groups that may hold wanted events.
    fn groups(&self, selection: &Selection) -> Vec<usize> {
        let groups = self.metadata.metadata().row_groups().iter().enumerate();
        groups.filter(|(_, group)| may_hold(group, selection)).map(|(number, _)| number).collect()
    }

    fn read_group(
        &self,
        group: usize,
        selection: &Selection,
        limit: usize,
    ) -> Result<Vec<MaskedRow>, SegmentError> {
        let builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(self.chunks.clone(), self.metadata.clone());
        let own = [TIMESTAMP, INGESTION, STREAM, EVENT, MESSAGE, PROTECTED, MASKED];
        let projection = ProjectionMask::columns(builder.parquet_schema(), own);
        let keys = ProjectionMask::columns(builder.parquet_schema(), [TIMESTAMP, STREAM, EVENT]);
        let mut builder =
            builder.with_row_groups(vec![group]).with_projection(projection).with_batch_size(BATCH_ROWS);
        if !selection.takes_all() {
            let selection = selection.clone();
            let wanted = move |batch: RecordBatch| wanted(&batch, &selection);
            builder =
                builder.with_row_filter(RowFilter::new(vec![Box::new(ArrowPredicateFn::new(keys, wanted))]));
        }
        // From the end, the last rows of the group are wanted, and only all of them say which these are.
        if !selection.backwards {
            builder = builder.with_limit(limit);
        }
        let mut rows = Vec::new();
        for batch in builder.build()? {
            read_batch(&batch?, &mut rows)?;
        }
        Ok(rows)
    }
}

/// The library of the format panics on some damaged footers: what is read of a damaged file is an error all the same.
fn guarded<T>(work: impl FnOnce() -> Result<T, SegmentError>) -> Result<T, SegmentError> {
    let damaged =
        SegmentError::Format(Foreign::new("parquet", "damaged in a way that the library does not foresee"));
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(damaged))
}

/// Whether the statistics of a row group allow for a wanted event.
fn may_hold(group: &RowGroupMetaData, selection: &Selection) -> bool {
    let statistics = |name: &str| {
        let column = group.columns().iter().find(|column| column.column_path().string() == name);
        column.and_then(|column| column.statistics())
    };
    let in_time = match (&selection.times_ms, statistics(TIMESTAMP)) {
        (Some(times), Some(Statistics::Int64(known))) => match (known.min_opt(), known.max_opt()) {
            (Some(first), Some(last)) => first <= times.end() && times.start() <= last,
            _ => true,
        },
        _ => true,
    };
    let in_stream = match (&selection.streams, statistics(STREAM)) {
        (Some(streams), Some(Statistics::ByteArray(known)))
            if known.min_is_exact() && known.max_is_exact() =>
        {
            match (known.min_opt(), known.max_opt()) {
                (Some(first), Some(last)) => streams
                    .iter()
                    .any(|stream| first.data() <= stream.as_bytes() && stream.as_bytes() <= last.data()),
                _ => true,
            }
        }
        _ => true,
    };
    in_time && in_stream
}

/// Which rows of a batch are wanted.
fn wanted(batch: &RecordBatch, selection: &Selection) -> Result<BooleanArray, ArrowError> {
    let missing = || ArrowError::SchemaError(String::new());
    let keys = Keys::of(batch).ok_or_else(missing)?;
    let takes = |row| keys.at(row).map(|(stream, at, event)| selection.takes(stream, at, event));
    (0..batch.num_rows())
        .map(|row| takes(row).ok_or_else(missing))
        .collect::<Result<Vec<_>, _>>()
        .map(BooleanArray::from)
}

/// The columns that a segment is sorted by.
struct Keys<'b> {
    timestamp: &'b arrow_array::Int64Array,
    stream: arrow_array::TypedDictionaryArray<'b, Int32Type, arrow_array::StringArray>,
    event: &'b arrow_array::FixedSizeBinaryArray,
}

impl<'b> Keys<'b> {
    fn of(batch: &'b RecordBatch) -> Option<Self> {
        Some(Self {
            timestamp: batch.column_by_name(TIMESTAMP)?.as_primitive_opt::<Int64Type>()?,
            stream: batch.column_by_name(STREAM)?.as_dictionary_opt::<Int32Type>()?.downcast_dict()?,
            event: batch.column_by_name(EVENT)?.as_fixed_size_binary_opt()?,
        })
    }

    fn at(&self, row: usize) -> Option<(&'b str, i64, EventId)> {
        let number = usize::try_from(*self.stream.keys().values().get(row)?).ok()?;
        let names = self.stream.values();
        let stream = (number < names.len()).then(|| names.value(number))?;
        let id = (row < self.event.len()).then(|| self.event.value(row))?;
        Some((stream, *self.timestamp.values().get(row)?, EventId::from_bytes(id.try_into().ok()?)))
    }
}

fn read_batch(batch: &RecordBatch, rows: &mut Vec<MaskedRow>) -> Result<(), SegmentError> {
    let column = |name: &'static str| batch.column_by_name(name).ok_or(SegmentError::Column { column: name });
    let text = |name: &'static str| {
        column(name)?.as_string_opt::<i32>().ok_or(SegmentError::Column { column: name })
    };
    let keys = Keys::of(batch).ok_or(SegmentError::Column { column: STREAM })?;
    let ingestion = column(INGESTION)?.as_primitive_opt::<Int64Type>();
    let ingestion = ingestion.ok_or(SegmentError::Column { column: INGESTION })?;
    let protected = column(PROTECTED)?.as_boolean_opt();
    let protected = protected.ok_or(SegmentError::Column { column: PROTECTED })?;
    let (message, masked) = (text(MESSAGE)?, text(MASKED)?);
    let mut stream: Arc<str> = Arc::from("");
    for row in 0..batch.num_rows() {
        let (name, timestamp_ms, id) = keys.at(row).ok_or(Malformed::Number)?;
        if *stream != *name {
            stream = Arc::from(name);
        }
        let times = EventTimes { id, timestamp_ms, ingestion_ms: ingestion.value(row) };
        let marks = if masked.is_null(row) { Vec::new() } else { Mark::read_all(masked.value(row))? };
        let event = StoredEvent::read(times, cell(message.value(row), protected.value(row)), marks)?;
        rows.push(MaskedRow { stream: Arc::clone(&stream), event });
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "text that was stored as it is")]
fn cell(text: &str, protected: bool) -> StoredText {
    let kind = if protected { TextKind::Masked } else { TextKind::Unprotected };
    StoredText::from_pinned_text(kind, text.to_owned())
}
