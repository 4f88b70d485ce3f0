//! How do functions join the snapshot? As a shelf: their resource policies decide with everything else.

use super::shapes::arn;
use crate::shelves::{Shelf, Touched};
use sotto_functions::{
    Function, FunctionChange, FunctionDraft, FunctionEntity, FunctionRecord, FunctionRegistry, FunctionScope,
    functions_place,
};
use sotto_iam::{DocumentRecord, PolicyRecord, RecordKey};
use sotto_public::Place;
use sotto_storage::{Batch, Row, StorageError};

impl Shelf for FunctionRegistry {
    type Draft = FunctionDraft;
    type Change = FunctionChange;

    fn place() -> Place {
        functions_place()
    }

    fn load(rows: &[Row]) -> Result<Self, StorageError> {
        let records = rows.iter().map(Row::read).collect::<Result<Vec<FunctionRecord>, _>>()?;
        Ok(Self::load(records))
    }

    fn draft(&self) -> FunctionDraft {
        Self::draft(self)
    }

    fn finish(draft: FunctionDraft) -> FunctionChange {
        draft.finish()
    }

    fn is_empty(change: &FunctionChange) -> bool {
        change.is_empty()
    }

    fn apply(&self, change: &FunctionChange) -> Self {
        Self::apply(self, change)
    }

    fn write(change: &FunctionChange, batch: &mut Batch) {
        for (key, record) in change.records() {
            match record {
                Some(record) => batch.put(&key.place(), record),
                None => batch.delete(&key.place()),
            };
        }
    }

    fn policies(&self) -> Vec<PolicyRecord> {
        self.all().filter_map(|(scope, function)| policy(scope, function)).collect()
    }

    fn touched(&self, _before: &Self, change: &FunctionChange) -> Touched {
        let mut touched = Touched::default();
        for (key, record) in change.records().iter().filter(|(key, _)| !key.layer) {
            let now = match record.as_ref().map(|record| &record.entity) {
                Some(FunctionEntity::Function(function)) => policy(&key.scope, function),
                _ => None,
            };
            match now {
                Some(policy) => touched.records.push(policy),
                None => touched.gone.push(RecordKey::Resource(arn(&key.scope, &key.name).into_inner())),
            }
        }
        touched
    }
}

/// The resource policy of a function.
fn policy(scope: &FunctionScope, function: &Function) -> Option<PolicyRecord> {
    let arn = arn(scope, &function.name);
    let document = DocumentRecord { name: "default".into(), arn: None, text: function.policy(&arn)? };
    Some(PolicyRecord::Resource { arn, key: false, policies: vec![document] })
}
