//! What does a backup need to know? Which objects a record names: segments of groups, code of functions, events that wait for one. And
//! which records it keeps apart from the data: wrapped keys that are destroyed to erase, those of groups, of data subjects, and KMS
//! keys with their materials; and what ends within a day and must not live on in a copy that is kept for years: sessions of bots,
//! and with their keys the events that wait for functions.
//!
//! A backup that holds a wrapped key undoes an erasure. So these stand in a copy of their own that is kept for a stated time;
//! the data may be kept for longer. Without them masked text is read as before, and originals stay closed. The key of the
//! store is no such key: nothing is erased by destroying it but everything.

use crate::lambda::{Waiting, code_object, events_place};
use crate::lex::sessions_places;
use sotto_functions::{FunctionRecord, functions_place};
use sotto_kms::keys::keys_place;
use sotto_kms::subject_keys_place;
use sotto_logs::{LogsError, group_keys_place};
use sotto_public::{Place, Stored};
use sotto_storage::BlobName;

/// Whether what stands there is kept apart.
pub fn is_kept_apart(place: &Place) -> bool {
    let [sessions, ends] = sessions_places();
    let apart = [group_keys_place(), subject_keys_place(), keys_place(), sessions, ends, events_place()];
    apart.iter().any(|apart| apart.holds(place))
}

/// Whether the objects of what stands there may be gone although it names them: an event that waited and has run takes its object
/// along. It ran, so nothing is missing; a restored row without its object is given up.
pub fn may_lack_objects(place: &Place) -> bool {
    events_place().holds(place)
}

/// The objects that a record names.
///
/// # Errors
/// When it is damaged, or of a newer release.
pub fn objects_of(place: &Place, record: &Stored) -> Result<Vec<BlobName>, LogsError> {
    if events_place().holds(place) {
        return Ok(vec![record.read::<Waiting>()?.object()]);
    }
    if !functions_place().holds(place) {
        return sotto_logs::objects_of(place, record);
    }
    let record: FunctionRecord = record.read()?;
    Ok(record.codes().into_iter().map(|code| code_object(code.object)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_apart_and_what_they_open_does_not() {
        let [sessions, ends] = sessions_places();
        let all = [group_keys_place(), subject_keys_place(), keys_place(), sessions, ends];
        assert!(all.iter().all(|place| is_kept_apart(&place.clone().with(&7_u64))));
        assert!(
            may_lack_objects(&events_place().with(&7_u64)) && is_kept_apart(&events_place().with(&7_u64))
        );
        for place in [group_keys_place(), functions_place(), Place::new("log-segment")] {
            assert!(!may_lack_objects(&place.with(&7_u64)));
        }
        for place in [Place::new("root-key"), Place::new("log-segment"), sotto_directory::directory_place()] {
            assert!(!is_kept_apart(&place));
        }
    }
}
