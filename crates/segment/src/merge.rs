//! How do several segments become one? Their rows are joined with their originals and written again.
//!
//! The same road rewrites one segment, as a new policy or a retention that has passed wants it: read rows, change or leave
//! out some, write. A segment is never changed in place; who publishes the new one forgets the old ones in the same step.

use crate::encryption::ColumnKey;
use crate::writer::{Discover, Segment, write};
use crate::{Reader, Row, SealedObject, SegmentError, Selection};
use sotto_protect::{Originals, Protected};

/// The events of a segment with their originals.
///
/// # Errors
/// When either object is damaged, or an event lacks its originals.
pub fn rows_of(
    masked: &Reader,
    sealed: Option<&SealedObject>,
    selection: &Selection,
) -> Result<Vec<Row>, SegmentError> {
    let rows = masked.read(selection)?.into_iter().map(|row| {
        let originals = match sealed {
            Some(sealed) => sealed.originals(row.event.id())?,
            None => Originals::default(),
        };
        let event = Protected::join(row.event, originals).map_err(|_| SegmentError::OriginalsMissing)?;
        Ok(Row { stream: row.stream, event })
    });
    rows.collect()
}

/// One segment of all events of several.
///
/// # Errors
/// When one of them is damaged, or together they are too large.
pub fn merge(
    segments: &[(Reader, Option<SealedObject>)],
    discover: Discover,
    key: Option<&ColumnKey<'_>>,
) -> Result<Segment, SegmentError> {
    let mut rows = Vec::new();
    for (masked, sealed) in segments {
        rows.append(&mut rows_of(masked, sealed.as_ref(), &Selection::default())?);
    }
    write(rows, discover, key)
}
