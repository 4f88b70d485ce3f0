//! How do events that are in no segment yet reach a query engine? As blocks of the same columns, in Arrow's stream format.
//!
//! An acknowledged event is visible to the next query too, so what is hot is sent along. The columns are those of
//! [`crate::schema`], made of the masked side alone; originals are no part of it. Blocks are bounded by their text, so that
//! a frame on the way holds one.

use crate::columns::{Found, Placed, batch};
use crate::{Discover, SegmentError};
use arrow_ipc::writer::StreamWriter;
use sotto_protect::StoredEvent;

/// Text of one block, in bytes, from which on the next event begins another. Fields are in it twice, and an event is a
/// megabyte at most.
pub const HOT_BLOCK_TEXT_BYTES: usize = 8 * 1024 * 1024;

/// Blocks of these events, each with the name of its stream.
///
/// # Errors
/// When the library of the format refuses.
pub fn hot_blocks<'a>(
    events: impl IntoIterator<Item = (&'a str, &'a StoredEvent)>,
    discover: Discover,
) -> Result<Vec<Vec<u8>>, SegmentError> {
    let (mut blocks, mut rows, mut bytes) = (Vec::new(), Vec::new(), 0);
    for (stream, event) in events {
        rows.push((stream, event));
        bytes += event.text().as_str().len();
        if bytes >= HOT_BLOCK_TEXT_BYTES {
            blocks.push(block(&std::mem::take(&mut rows), discover)?);
            bytes = 0;
        }
    }
    if !rows.is_empty() {
        blocks.push(block(&rows, discover)?);
    }
    Ok(blocks)
}

fn block(rows: &[Placed<'_>], discover: Discover) -> Result<Vec<u8>, SegmentError> {
    let found = Found::of(rows.iter().map(|(_, event)| event.text().as_str()), discover);
    let batch = batch(rows, 0, &found, &found.schema())?;
    let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema())?;
    writer.write(&batch)?;
    Ok(writer.into_inner()?)
}
