//! How do rows become columns? One builder a column; a discovered field gets its column when it is first seen.
//!
//! A column that many rows lack is padded when it is next written to, not row by row. Still each takes four bytes for each
//! row, which is why rows become columns some thousand at a time.

use crate::schema::{EVENT_BYTES, FIELDS_MAX, schema};
use crate::writer::Discover;
use crate::{Row, SegmentError};
use arrow_array::builder::{
    BooleanBuilder, FixedSizeBinaryBuilder, Int64Builder, StringBuilder, StringDictionaryBuilder,
};
use arrow_array::types::Int32Type;
use arrow_array::{Array, ArrayRef, RecordBatch, new_null_array};
use arrow_schema::{DataType, Field, Schema};
use sotto_protect::{StoredEvent, TextKind};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Columns that are being filled.
pub(crate) struct Columns {
    rows: usize,
    timestamp: Int64Builder,
    ingestion: Int64Builder,
    stream: StringDictionaryBuilder<Int32Type>,
    event: FixedSizeBinaryBuilder,
    message: StringBuilder,
    protected: BooleanBuilder,
    masked: StringBuilder,
    fields: Fields,
}

/// The columns of discovered fields.
#[derive(Default)]
struct Fields {
    numbers: HashMap<String, usize>,
    columns: Vec<FieldColumn>,
    left_out: u64,
}

struct FieldColumn {
    name: String,
    /// Rows that it has so far; the others lack it.
    rows: usize,
    values: StringBuilder,
}

impl Columns {
    pub(crate) fn new(rows: usize, text_bytes: usize) -> Self {
        Self {
            rows: 0,
            timestamp: Int64Builder::with_capacity(rows),
            ingestion: Int64Builder::with_capacity(rows),
            stream: StringDictionaryBuilder::new(),
            event: FixedSizeBinaryBuilder::with_capacity(rows, EVENT_BYTES),
            message: StringBuilder::with_capacity(rows, text_bytes),
            protected: BooleanBuilder::with_capacity(rows),
            masked: StringBuilder::new(),
            fields: Fields::default(),
        }
    }

    pub(crate) fn push(&mut self, row: &Row, discover: Discover) -> Result<(), SegmentError> {
        self.push_stored(&row.stream, row.event.event(), discover)
    }

    pub(crate) fn push_stored(
        &mut self,
        stream: &str,
        event: &StoredEvent,
        discover: Discover,
    ) -> Result<(), SegmentError> {
        self.timestamp.append_value(event.timestamp_ms());
        self.ingestion.append_value(event.ingestion_ms());
        self.stream.append(stream)?;
        self.event.append_value(event.id().to_bytes())?;
        let text = event.text();
        self.message.append_value(text.as_str());
        self.protected.append_value(text.kind() == TextKind::Masked);
        match event.masked_field() {
            Some(field) => self.masked.append_value(field.as_str()),
            None => self.masked.append_null(),
        }
        for (name, value) in discover(text.as_str()) {
            self.fields.push(self.rows, name, &value);
        }
        self.rows += 1;
        Ok(())
    }

    /// How many rows there are.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// All columns, and how many values of fields there was no column for.
    pub(crate) fn finish(mut self) -> Result<(RecordBatch, u64), SegmentError> {
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(self.timestamp.finish()),
            Arc::new(self.ingestion.finish()),
            Arc::new(self.stream.finish()),
            Arc::new(self.event.finish()),
            Arc::new(self.message.finish()),
            Arc::new(self.protected.finish()),
            Arc::new(self.masked.finish()),
        ];
        let schema = schema(self.fields.columns.iter().map(|column| column.name.as_str()));
        for mut column in self.fields.columns {
            column.pad(self.rows);
            columns.push(Arc::new(column.values.finish()));
        }
        Ok((RecordBatch::try_new(schema, columns)?, self.fields.left_out))
    }
}

/// A batch with the columns of a wider schema; what it lacks is null, and what it has more is dropped and counted.
pub(crate) fn widened(batch: &RecordBatch, schema: &Arc<Schema>) -> Result<(RecordBatch, u64), SegmentError> {
    let empty = new_null_array(&DataType::Utf8, batch.num_rows());
    let column = |field: &Arc<Field>| {
        batch.column_by_name(field.name()).map_or_else(|| Arc::clone(&empty), Arc::clone)
    };
    let columns = schema.fields().iter().map(column).collect();
    let known: HashSet<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let own = batch.schema();
    let dropped =
        own.fields().iter().zip(batch.columns()).filter(|(field, _)| !known.contains(field.name().as_str()));
    let dropped = dropped.map(|(_, column)| (column.len() - column.null_count()) as u64).sum();
    Ok((RecordBatch::try_new(Arc::clone(schema), columns)?, dropped))
}

impl Fields {
    fn push(&mut self, row: usize, name: String, value: &str) {
        let number = match self.numbers.get(&name) {
            Some(number) => *number,
            None if self.columns.len() >= FIELDS_MAX => {
                self.left_out += 1;
                return;
            }
            None => {
                let column = FieldColumn { name: name.clone(), rows: 0, values: StringBuilder::new() };
                self.columns.push(column);
                self.numbers.insert(name, self.columns.len() - 1);
                self.columns.len() - 1
            }
        };
        // A name that comes twice in one row keeps its first value.
        if let Some(column) = self.columns.get_mut(number).filter(|column| column.rows <= row) {
            column.pad(row);
            column.values.append_value(value);
            column.rows = row + 1;
        }
    }
}

impl FieldColumn {
    fn pad(&mut self, rows: usize) {
        self.values.append_nulls(rows - self.rows.min(rows));
        self.rows = rows.max(self.rows);
    }
}
