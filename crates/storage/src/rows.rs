//! How does what a database gives become rows again? The one place where stored bytes are declared so.

use crate::store::PAGE_ROWS_MAX;
use crate::{Changes, Epoch, Scan};
use sotto_public::{Blob, Place, Stored};

/// A place, when it was written last, and what is there now.
pub(crate) type Changed = (Place, Epoch, Option<Stored>);

/// A record that came back.
#[expect(
    clippy::disallowed_methods,
    reason = "storage takes none but Storable records, so it gives back none else"
)]
pub(crate) fn stored(bytes: Vec<u8>) -> Stored {
    Stored::from_pinned_bytes(bytes)
}

/// An object, or a part of one, that came back.
#[expect(
    clippy::disallowed_methods,
    reason = "storage takes none but objects that may rest, so it gives back none else"
)]
pub(crate) fn blob(bytes: Vec<u8>) -> Blob {
    Blob::from_pinned_bytes(bytes)
}

/// A place that came back.
#[expect(clippy::disallowed_methods, reason = "storage takes none but places, so it gives back none else")]
pub(crate) fn place(bytes: Vec<u8>) -> Place {
    Place::from_pinned_bytes(bytes)
}

/// The bound of a page: at least one row, at most the house's bound.
pub(crate) fn page(most: usize) -> usize {
    most.clamp(1, PAGE_ROWS_MAX)
}

/// The statement for the direction of a scan.
pub(crate) fn text_of(scan: &Scan, forwards: &'static str, backwards: &'static str) -> &'static str {
    if scan.backwards { backwards } else { forwards }
}

/// Cuts a list of changes, read with one row more than fits, between two epochs: half an epoch would be half a batch.
///
/// # Errors
/// The epoch that alone is larger than a page: it has to be read whole.
pub(crate) fn cut(mut rows: Vec<Changed>, most: usize, epoch: u64) -> Result<Changes, u64> {
    let Some((_, beyond, _)) = rows.get(most) else {
        return Ok(Changes::Since { records: rows, through: Epoch::new(epoch), more: false });
    };
    let beyond = *beyond;
    rows.retain(|(_, version, _)| *version < beyond);
    match rows.last() {
        Some((_, through, _)) => {
            let through = *through;
            Ok(Changes::Since { records: rows, through, more: true })
        }
        None => Err(beyond.number()),
    }
}
