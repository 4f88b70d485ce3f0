//! How does the registry of groups stand among the shelves? Its records change together with those of the directory, and its
//! resource policies are among what decides.
//!
//! The resource policies of an account in a Region hold for all its groups there, whatever they are put on (API Reference,
//! "PutResourcePolicy"): one record for the engine, at `arn:aws:logs:REGION:ACCOUNT:*`.

use crate::record::configured;
use crate::shelves::{Shelf, Touched};
use sotto_iam::{DocumentRecord, PolicyRecord, RecordKey};
use sotto_logs::{Change, Draft, Record, Registry, Scope, Subject, groups_place};
use sotto_public::{Place, Public, Stored};
use sotto_storage::{Batch, Row, StorageError};
use std::collections::BTreeSet;

impl Shelf for Registry {
    type Draft = Draft;
    type Change = Change;

    fn place() -> Place {
        groups_place()
    }

    fn load(rows: &[Row]) -> Result<Self, StorageError> {
        let records: Result<Vec<Record>, _> = rows.iter().map(Row::read).collect();
        records.map(Registry::load).map_err(StorageError::Damaged)
    }

    fn draft(&self) -> Draft {
        Registry::draft(self)
    }

    fn finish(draft: Draft) -> Change {
        draft.finish()
    }

    fn is_empty(change: &Change) -> bool {
        change.is_empty()
    }

    fn apply(&self, change: &Change) -> Self {
        Registry::apply(self, change)
    }

    fn write(change: &Change, batch: &mut Batch) {
        for (place, record) in change.writes() {
            match record {
                Some(record) => batch.put_stored(&place, record),
                None => batch.delete(&place),
            };
        }
    }

    /// Streams come and go often and there may be a million: what was put is taken in, and so are groups and streams that were
    /// deleted. Where anything else was, all is read.
    fn absorb(&self, written: &[(&Place, Option<&Stored>)]) -> Option<Change> {
        Change::of_written(self, written).ok()?
    }

    fn policies(&self) -> Vec<PolicyRecord> {
        self.shelves().filter_map(|(scope, _)| policies_of(self, scope)).collect()
    }

    fn touched(&self, _before: &Self, change: &Change) -> Touched {
        let mut touched = Touched::default();
        let about = |subject: &Subject| matches!(subject, Subject::ResourcePolicy(_));
        let scopes =
            change.records().iter().filter(|(key, _)| about(&key.subject)).map(|(key, _)| &key.scope);
        for scope in scopes.collect::<BTreeSet<_>>() {
            match policies_of(self, scope) {
                Some(record) => touched.records.push(record),
                None => touched.gone.push(RecordKey::Resource(arn(scope).into_inner())),
            }
        }
        touched
    }
}

fn arn(scope: &Scope) -> Public<String> {
    let partition = scope.region.partition();
    configured(&format_args!("arn:{partition}:logs:{}:{}:*", scope.region, scope.account))
}

fn policies_of(registry: &Registry, scope: &Scope) -> Option<PolicyRecord> {
    let document = |policy: &std::sync::Arc<sotto_logs::ResourcePolicy>| DocumentRecord {
        name: policy.name.clone(),
        arn: None,
        text: policy.document.clone(),
    };
    let policies: Vec<_> = registry.shelf(scope)?.resource_policies().map(document).collect();
    (!policies.is_empty()).then(|| PolicyRecord::Resource { arn: arn(scope), key: false, policies })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_arn::{AccountId, Region};
    use sotto_logs::{Millis, NewGroup, StreamName};

    #[test]
    fn resource_policies_of_a_region_are_one_record() {
        let scope = Scope {
            account: AccountId::parse("111122223333").unwrap(),
            region: Region::parse("eu-central-1").unwrap(),
        };
        let mut draft = Registry::default().draft();
        for name in ["a", "b"] {
            draft.put_resource_policy(&scope, (name.into(), "{}".into(), Millis(1))).unwrap();
        }
        let registry = Registry::default().apply(&draft.finish());
        let records = Shelf::policies(&registry);
        let [PolicyRecord::Resource { arn, key: false, policies }] = records.as_slice() else {
            panic!("one record")
        };
        assert_eq!((arn.get().as_str(), policies.len()), ("arn:aws:logs:eu-central-1:111122223333:*", 2));
        let mut draft = registry.draft();
        draft.delete_resource_policy(&scope, &"a".into()).unwrap();
        let change = draft.finish();
        let after = registry.apply(&change);
        assert_eq!(
            (after.touched(&registry, &change).records.len(), gone(&after, &registry, &change)),
            (1, 0)
        );
        let mut draft = after.draft();
        draft.delete_resource_policy(&scope, &"b".into()).unwrap();
        let change = draft.finish();
        let last = after.apply(&change);
        assert_eq!((last.touched(&after, &change).records.len(), gone(&last, &after, &change)), (0, 1));
    }

    #[test]
    fn what_others_put_or_deleted_is_taken_in_one_by_one() {
        let scope = Scope {
            account: AccountId::parse("111122223333").unwrap(),
            region: Region::parse("eu-central-1").unwrap(),
        };
        let (name, at) = (sotto_arn::LogGroupName::parse("/app").unwrap(), Millis(1));
        let uid = |number| sotto_logs::Uid::new([number; 16]);
        let mut draft = Registry::default().draft();
        let group = NewGroup {
            uid: uid(1),
            name: name.clone(),
            at,
            class: sotto_logs::Class::Standard,
            kms_key: None,
            tags: Default::default(),
            deletion_protected: false,
        };
        draft.create_group(&scope, group).unwrap();
        let stream = |name: &'static str| StreamName::parse(name.into()).unwrap();
        draft.create_stream(&scope, &name, (stream("one"), uid(2), at)).unwrap();
        // A stream may be written before the group that stands behind it now.
        draft.create_stream(&scope, &name, (stream("two"), uid(3), at)).unwrap();
        let mut written: Vec<_> = draft.finish().writes().collect();
        written.reverse();
        let put: Vec<_> = written.iter().map(|(place, record)| (place, record.as_ref())).collect();
        let registry = Registry::default().apply(&Registry::default().absorb(&put).unwrap());
        let streams = |registry: &Registry| {
            let entry = registry.shelf(&scope).unwrap().entry(&name).unwrap().clone();
            entry.streams.iter().map(|(name, _)| name.as_str().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(streams(&registry), ["one", "two"]);
        assert!(registry.strays().next().is_none());
        // A stream that goes takes nothing else along; one that nobody knew of is nothing to do.
        let of_stream = |number: u8, name: &'static str| {
            let mut draft = registry.draft();
            let home = sotto_arn::LogGroupName::parse("/other").unwrap();
            let other = NewGroup {
                uid: uid(9),
                name: home.clone(),
                at,
                class: Default::default(),
                kms_key: None,
                tags: Default::default(),
                deletion_protected: false,
            };
            draft.create_group(&scope, other).unwrap();
            draft.create_stream(&scope, &home, (stream(name), uid(number), at)).unwrap();
            draft.finish().writes().map(|(place, _)| place).last().unwrap()
        };
        let mut draft = registry.draft();
        draft.delete_stream(&scope, &name, &stream("one")).unwrap();
        let (gone, _) = draft.finish().writes().next().unwrap();
        let after = registry.apply(&registry.absorb(&[(&gone, None)]).unwrap());
        assert_eq!(streams(&after), ["two"]);
        assert!(after.absorb(&[(&gone, None), (&of_stream(7, "new"), None)]).unwrap().is_empty());
        // A group, with a stream that its deletion left behind.
        let mut draft = after.draft();
        draft.delete_group(&scope, &name).unwrap();
        let places: Vec<_> = draft.finish().writes().map(|(place, _)| place).collect();
        let written: Vec<_> = places.iter().map(|place| (place, None)).collect();
        let last = after.apply(&after.absorb(&written).unwrap());
        assert!(last.shelf(&scope).unwrap().entry(&name).is_none() && last.strays().next().is_none());
        // What else was deleted is seen by reading.
        let mut draft = registry.draft();
        draft.put_resource_policy(&scope, ("a".into(), "{}".into(), at)).unwrap();
        let (policy, _) = draft.finish().writes().next().unwrap();
        assert!(registry.absorb(&[(&policy, None)]).is_none());
    }

    fn gone(after: &Registry, before: &Registry, change: &Change) -> usize {
        after.touched(before, change).gone.len()
    }
}
