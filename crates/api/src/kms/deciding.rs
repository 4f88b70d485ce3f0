//! How do keys join the snapshot? As a shelf: their policies and grants decide with everything else.

use crate::shelves::{Shelf, Touched};
use sotto_iam::{DocumentRecord, Grants, PolicyRecord, RecordKey};
use sotto_kms::StoreKey;
use sotto_kms::keys::{Change, Draft, Entity, Key, Keys, Kind, Record, keys_place};
use sotto_public::Place;
use sotto_storage::{Batch, Row, StorageError};
use std::sync::Arc;

impl Shelf for Keys {
    type Draft = Draft;
    type Change = Change;

    fn place() -> Place {
        keys_place()
    }

    fn load(rows: &[Row]) -> Result<Self, StorageError> {
        let records = rows.iter().map(Row::read).collect::<Result<Vec<Record>, _>>()?;
        Ok(Self::load(records))
    }

    fn opened(self, store_key: &Arc<StoreKey>) -> Self {
        self.opened_by(Arc::clone(store_key))
    }

    fn draft(&self) -> Self::Draft {
        Self::draft(self)
    }

    fn finish(draft: Self::Draft) -> Self::Change {
        draft.finish()
    }

    fn is_empty(change: &Self::Change) -> bool {
        change.is_empty()
    }

    fn apply(&self, change: &Self::Change) -> Self {
        Self::apply(self, change)
    }

    fn write(change: &Self::Change, batch: &mut Batch) {
        for (key, record) in change.records() {
            match record {
                Some(record) => batch.put(&key.place(), record),
                None => batch.delete(&key.place()),
            };
        }
    }

    fn policies(&self) -> Vec<PolicyRecord> {
        self.all().map(|key| policy(key)).collect()
    }

    /// A key that is gone has no policy left that could allow anything: it is taken away by its ARN.
    fn touched(&self, _before: &Self, change: &Self::Change) -> Touched {
        let mut touched = Touched::default();
        for (key, record) in change.records().iter().filter(|(key, _)| key.kind == Kind::Key) {
            match record.as_ref().map(|record| &record.entity) {
                Some(Entity::Key(key)) => touched.records.push(policy(key)),
                _ => touched.gone.push(RecordKey::Resource(key_arn(key))),
            }
        }
        touched
    }

    fn grants(&self) -> Option<Arc<dyn Grants>> {
        Some(Arc::new(self.clone()))
    }
}

/// The ARN of the key that a record is of.
fn key_arn(key: &sotto_kms::keys::RecordKey) -> String {
    let (partition, region) = (key.region.partition(), &key.region);
    format!("arn:{partition}:kms:{region}:{}:key/{}", key.account, key.name)
}

/// The policy of a key: it must allow, whatever else does.
fn policy(key: &Key) -> PolicyRecord {
    let document =
        DocumentRecord { name: super::lockout::POLICY_NAME.into(), arn: None, text: key.policy.clone() };
    PolicyRecord::Resource { arn: key.arn.public(), key: true, policies: vec![document] }
}
