//! How do rows become columns? Fields are discovered once, then each batch of rows is laid out column by column.
//!
//! [`Found`] numbers the names of all rows and keeps each row's values, borrowed from its text: a second look for every batch
//! was rejected, since reading JSON costs more than all else. A column that no row of a batch has is one shared column of
//! nulls; one that many rows lack is padded when it is next written to, not row by row. Still each takes four bytes for each
//! row, which is why rows become columns some thousand at a time.

use crate::SegmentError;
use crate::schema::{EVENT_BYTES, FIELDS_MAX, schema};
use crate::writer::Discover;
use arrow_array::builder::{
    BooleanBuilder, FixedSizeBinaryBuilder, Int64Builder, StringBuilder, StringDictionaryBuilder,
};
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, RecordBatch, new_null_array};
use arrow_schema::{DataType, Schema};
use sotto_protect::{StoredEvent, TextKind};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// An event with the name of its stream.
pub(crate) type Placed<'r> = (&'r str, &'r StoredEvent);

/// The discovered fields of rows.
pub(crate) struct Found<'r> {
    /// Names in the order in which they came, as many as there are columns for.
    names: Vec<String>,
    /// Values of one row after the other, each with the number of its name.
    values: Vec<(usize, Cow<'r, str>)>,
    /// Where the values of each row end.
    ends: Vec<usize>,
    left_out: u64,
}

impl<'r> Found<'r> {
    /// Looks into these texts.
    pub(crate) fn of(texts: impl IntoIterator<Item = &'r str>, discover: Discover) -> Self {
        let mut found = Self { names: Vec::new(), values: Vec::new(), ends: Vec::new(), left_out: 0 };
        let mut numbers = HashMap::new();
        for text in texts {
            for (name, value) in discover(text) {
                match found.number(&mut numbers, name) {
                    Some(number) => found.values.push((number, value)),
                    None => found.left_out += 1,
                }
            }
            found.ends.push(found.values.len());
        }
        found
    }

    /// The number of a name; nothing where there is no column left for it.
    fn number(&mut self, numbers: &mut HashMap<String, usize>, name: String) -> Option<usize> {
        if let Some(number) = numbers.get(&name) {
            return Some(*number);
        }
        (self.names.len() < FIELDS_MAX).then(|| {
            self.names.push(name.clone());
            numbers.insert(name, self.names.len() - 1);
            self.names.len() - 1
        })
    }

    /// The columns of a segment with these fields.
    pub(crate) fn schema(&self) -> Arc<Schema> {
        schema(self.names.iter().map(String::as_str))
    }

    /// The names of fields whose values are fewer bytes than these, over all rows.
    pub(crate) fn small(&self, bytes: usize) -> impl Iterator<Item = &str> {
        let mut sizes = vec![0; self.names.len()];
        for (number, value) in &self.values {
            if let Some(size) = sizes.get_mut(*number) {
                *size += value.len();
            }
        }
        self.names.iter().zip(sizes).filter(move |(_, size)| *size < bytes).map(|(name, _)| name.as_str())
    }

    /// How many values of fields there is no column for.
    pub(crate) fn left_out(&self) -> u64 {
        self.left_out
    }

    fn row(&self, row: usize) -> &[(usize, Cow<'r, str>)] {
        let end = |row: usize| self.ends.get(row).copied().unwrap_or(self.values.len());
        let start = row.checked_sub(1).map_or(0, end);
        self.values.get(start..end(row)).unwrap_or_default()
    }
}

/// The columns of some rows; `first` is the number of the first of them among those that were looked into.
pub(crate) fn batch<'r>(
    rows: &[Placed<'r>],
    first: usize,
    found: &Found<'r>,
    schema: &Arc<Schema>,
) -> Result<RecordBatch, SegmentError> {
    let mut columns = own(rows)?;
    let mut fields: Vec<Option<FieldColumn>> = found.names.iter().map(|_| None).collect();
    for row in 0..rows.len() {
        for (number, value) in found.row(first + row) {
            if let Some(column) = fields.get_mut(*number) {
                column.get_or_insert_default().set(row, value);
            }
        }
    }
    let empty = new_null_array(&DataType::Utf8, rows.len());
    columns.extend(fields.into_iter().map(|column| match column {
        Some(column) => column.finish(rows.len()),
        None => Arc::clone(&empty),
    }));
    Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
}

/// The columns that every segment has.
fn own(rows: &[Placed<'_>]) -> Result<Vec<ArrayRef>, SegmentError> {
    let bytes = rows.iter().map(|(_, event)| event.text().as_str().len()).sum();
    let mut timestamp = Int64Builder::with_capacity(rows.len());
    let mut ingestion = Int64Builder::with_capacity(rows.len());
    let mut streams = StringDictionaryBuilder::<Int32Type>::new();
    let mut ids = FixedSizeBinaryBuilder::with_capacity(rows.len(), EVENT_BYTES);
    let mut message = StringBuilder::with_capacity(rows.len(), bytes);
    let mut protected = BooleanBuilder::with_capacity(rows.len());
    let mut masked = StringBuilder::new();
    for (stream, event) in rows {
        timestamp.append_value(event.timestamp_ms());
        ingestion.append_value(event.ingestion_ms());
        streams.append(stream)?;
        ids.append_value(event.id().to_bytes())?;
        message.append_value(event.text().as_str());
        protected.append_value(event.text().kind() == TextKind::Masked);
        masked.append_option(event.masked_field().as_ref().map(|field| field.as_str()));
    }
    Ok(vec![
        Arc::new(timestamp.finish()),
        Arc::new(ingestion.finish()),
        Arc::new(streams.finish()),
        Arc::new(ids.finish()),
        Arc::new(message.finish()),
        Arc::new(protected.finish()),
        Arc::new(masked.finish()),
    ])
}

/// The column of a discovered field.
#[derive(Default)]
struct FieldColumn {
    /// Rows that it has so far; the others lack it.
    rows: usize,
    values: StringBuilder,
}

impl FieldColumn {
    /// The value of a row. A name that comes twice in one row keeps its first value.
    fn set(&mut self, row: usize, value: &str) {
        if self.rows <= row {
            self.pad(row);
            self.values.append_value(value);
            self.rows = row + 1;
        }
    }

    fn pad(&mut self, rows: usize) {
        self.values.append_nulls(rows - self.rows.min(rows));
        self.rows = rows.max(self.rows);
    }

    fn finish(mut self, rows: usize) -> ArrayRef {
        self.pad(rows);
        Arc::new(self.values.finish())
    }
}
