//! Where do the originals of a segment stand? In an object of their own: an index by event, then what was sealed.
//!
//! ```text
//! "sottoor1" || count u64 || count x (event 24 || offset u64 || length u64), sorted by event || encoded Originals
//! ```
//!
//! Numbers have their highest byte first; offsets count from the beginning of the object. Reading one event takes the head,
//! the index and the stretch of that event, so an object store is asked for three ranges. Nothing here is secret: each
//! original is sealed by itself and bound to its event, so an object that was changed or mixed up shows when it is opened.

use crate::{Row, SegmentError};
use sotto_protect::Originals;
use sotto_public::{Blob, EventId, Stored};
use std::ops::Range;

const MARK: &[u8; 8] = b"sottoor1";
/// Bytes before the index.
pub const SEALED_HEAD_BYTES: usize = 16;
const ENTRY_BYTES: usize = EventId::BYTES + 16;

/// Where the originals of each event stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedIndex(Vec<(EventId, Range<u64>)>);

impl SealedIndex {
    /// How many bytes head and index have, from the head.
    ///
    /// # Errors
    /// When this is no such object.
    pub fn bytes_in(head: &[u8]) -> Result<u64, SegmentError> {
        let count = count(head).ok_or(SegmentError::Sealed)?;
        let index = count.checked_mul(ENTRY_BYTES as u64).ok_or(SegmentError::Sealed)?;
        index.checked_add(SEALED_HEAD_BYTES as u64).ok_or(SegmentError::Sealed)
    }

    /// Reads head and index.
    ///
    /// # Errors
    /// When this is no such object, or a part of one.
    pub fn read(bytes: &[u8]) -> Result<Self, SegmentError> {
        let end = usize::try_from(Self::bytes_in(bytes)?).map_err(|_| SegmentError::Sealed)?;
        let index = bytes.get(SEALED_HEAD_BYTES..end).ok_or(SegmentError::Sealed)?;
        let (entries, _) = index.as_chunks::<ENTRY_BYTES>();
        let entries: Option<Vec<_>> = entries.iter().map(entry).collect();
        let entries = entries.filter(|entries| entries.is_sorted_by(|(one, _), (other, _)| one < other));
        entries.map(Self).ok_or(SegmentError::Sealed)
    }

    /// Where the originals of an event stand in the object; `None` where it has none.
    pub fn range_of(&self, event: EventId) -> Option<Range<u64>> {
        let at = self.0.binary_search_by_key(&event, |(id, _)| *id).ok()?;
        self.0.get(at).map(|(_, range)| range.clone())
    }

    /// The originals in the stretch that [`SealedIndex::range_of`] names.
    ///
    /// # Errors
    /// When the bytes are not what was written there.
    #[expect(clippy::disallowed_methods, reason = "what a segment's sibling object holds")]
    pub fn originals_in(stretch: &[u8]) -> Result<Originals, SegmentError> {
        Ok(Stored::from_pinned_bytes(stretch.to_vec()).read::<Originals>()?)
    }
}

/// An object of originals, as a whole.
#[derive(Clone, Debug)]
pub struct SealedObject {
    index: SealedIndex,
    bytes: Blob,
}

impl SealedObject {
    /// Reads an object.
    ///
    /// # Errors
    /// When it is none.
    pub fn new(bytes: Blob) -> Result<Self, SegmentError> {
        Ok(Self { index: SealedIndex::read(bytes.as_bytes())?, bytes })
    }

    /// How many events have originals in it.
    pub fn count(&self) -> usize {
        self.index.0.len()
    }

    /// The originals of an event; none where it has none.
    ///
    /// # Errors
    /// When the bytes are not what was written there.
    pub fn originals(&self, event: EventId) -> Result<Originals, SegmentError> {
        let Some(range) = self.index.range_of(event) else {
            return Ok(Originals::default());
        };
        let bound = |at| usize::try_from(at).map_err(|_| SegmentError::Sealed);
        let stretch = self.bytes.as_bytes().get(bound(range.start)?..bound(range.end)?);
        SealedIndex::originals_in(stretch.ok_or(SegmentError::Sealed)?)
    }
}

/// The object of the originals of these events.
#[expect(clippy::disallowed_methods, reason = "made of sealed originals alone")]
pub(crate) fn sealed_object(rows: &[Row]) -> Blob {
    let mut sealed: Vec<&Row> = rows.iter().filter(|row| !row.event.originals().is_empty()).collect();
    sealed.sort_by_key(|row| row.event.event().id());
    let mut out = Vec::new();
    out.extend_from_slice(MARK);
    out.extend_from_slice(&(sealed.len() as u64).to_be_bytes());
    let bodies: Vec<Stored> = sealed.iter().map(|row| Stored::of(row.event.originals())).collect();
    let mut at = (SEALED_HEAD_BYTES + sealed.len() * ENTRY_BYTES) as u64;
    for (row, body) in sealed.iter().zip(&bodies) {
        let length = body.as_bytes().len() as u64;
        out.extend_from_slice(&row.event.event().id().to_bytes());
        out.extend_from_slice(&at.to_be_bytes());
        out.extend_from_slice(&length.to_be_bytes());
        at += length;
    }
    bodies.iter().for_each(|body| out.extend_from_slice(body.as_bytes()));
    Blob::from_pinned_bytes(out)
}

fn count(head: &[u8]) -> Option<u64> {
    let (mark, rest) = head.split_first_chunk::<8>()?;
    let count = rest.first_chunk::<8>()?;
    (mark == MARK).then_some(u64::from_be_bytes(*count))
}

fn entry(bytes: &[u8; ENTRY_BYTES]) -> Option<(EventId, Range<u64>)> {
    let (id, rest) = bytes.split_first_chunk::<{ EventId::BYTES }>()?;
    let (offset, rest) = rest.split_first_chunk::<8>()?;
    let (offset, length) = (u64::from_be_bytes(*offset), u64::from_be_bytes(*rest.first_chunk::<8>()?));
    Some((EventId::from_bytes(*id), offset..offset.checked_add(length)?))
}
