//! What does a backup need to know of log groups? Which objects a record names, and where wrapped keys stand.
//!
//! Objects are copied after the records that name them: one that is gone by then was written anew or has ended, and newer records
//! say so. Keys are kept apart from data, for a shorter time, so that an erasure holds in backups, too.

use crate::catalogue::Segment;
use crate::{EventStore, Outcome, Uid};
use sotto_protect::{Protected, SpanKeyId};
use sotto_public::{Place, Stored};
use sotto_storage::BlobName;

/// Where wrapped keys of all groups stand.
pub fn group_keys_place() -> Place {
    Place::new("log-key")
}

/// Where records stand that name objects.
fn segments_place() -> Place {
    Place::new("log-segment")
}

/// The objects that a record names.
///
/// # Errors
/// When it is damaged, or of a newer release.
pub fn objects_of(place: &Place, record: &Stored) -> Outcome<Vec<BlobName>> {
    if !segments_place().holds(place) {
        return Ok(Vec::new());
    }
    let segment: Segment = record.read()?;
    let originals = segment.has_originals.then(|| segment.originals());
    Ok([segment.columns()].into_iter().chain(originals).collect())
}

impl EventStore {
    /// Whether something of a group is stored whose originals a key of this number sealed.
    pub fn was_sealed_by(&self, group: Uid, number: u64) -> bool {
        let (view, key) = (self.view(), SpanKeyId::new(number));
        let Some(group) = view.groups.find(&group) else { return false };
        let in_segments = || group.segments.iter().any(|segment| segment.span_keys.contains(&key));
        let of_event = |event: &Protected| event.originals().keys().contains(&key);
        let hot = || group.hot(None).any(|hot| hot.frame.events.iter().any(of_event));
        in_segments() || hot()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_public::EventId;

    #[test]
    fn a_segment_names_its_objects_and_other_records_none() {
        let id = EventId::new(5, 0, 0);
        let segment = |has_originals| Segment {
            group: Uid::new([1; 16]),
            number: 7,
            first: id,
            last: id,
            events: 1,
            text_bytes: 1,
            object_bytes: 1,
            has_originals,
            span_keys: Vec::new(),
            column_key: None,
            streams: Vec::new(),
        };
        for (has_originals, count) in [(false, 1), (true, 2)] {
            let segment = segment(has_originals);
            let named = objects_of(&segment.place(), &Stored::of(&segment)).unwrap();
            assert_eq!((named.len(), named.first()), (count, Some(&segment.columns())));
            assert_eq!(objects_of(&Place::new("other"), &Stored::of(&segment)).unwrap(), []);
        }
    }
}
