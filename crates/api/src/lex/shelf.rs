//! How does the registry of bots stand among the shelves? Its records change together with those of the directory, and resource
//! policies of bots and aliases are among what decides.

use super::arn;
use crate::shelves::{Shelf, Touched};
use sotto_conversation::registry::{
    Bot, Change, Draft, Policy, Record, Registry, Scope, Subject, bots_place,
};
use sotto_iam::{DocumentRecord, PolicyRecord, RecordKey};
use sotto_public::{Place, Public};
use sotto_storage::{Batch, Row, StorageError};

impl Shelf for Registry {
    type Draft = Draft;
    type Change = Change;

    fn place() -> Place {
        bots_place()
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

    fn policies(&self) -> Vec<PolicyRecord> {
        let of = |(scope, shelf): (&Scope, &std::sync::Arc<sotto_conversation::registry::Shelf>)| {
            let bots: Vec<_> = shelf.bots().flat_map(|bot| records(scope, bot)).collect();
            bots.into_iter().map(|(arn, policy)| record(arn, policy))
        };
        self.shelves().flat_map(of).collect()
    }

    fn touched(&self, before: &Self, change: &Change) -> Touched {
        let mut touched = Touched::default();
        for (key, _) in change.records() {
            let Subject::Bot(id) = &key.subject else { continue };
            let of = |registry: &Self| {
                registry.bot(&key.scope, id).map_or_else(Vec::new, |bot| records(&key.scope, bot))
            };
            let (before, after) = (of(before), of(self));
            let is_in = |list: &[(Public<String>, Policy)], arn: &Public<String>| {
                list.iter().any(|(other, _)| other == arn)
            };
            let gone = before.iter().filter(|(arn, _)| !is_in(&after, arn));
            touched.gone.extend(gone.map(|(arn, _)| RecordKey::Resource(arn.get().clone())));
            let new = after.into_iter().filter(|entry| !before.contains(entry));
            touched.records.extend(new.map(|(arn, policy)| record(arn, policy)));
        }
        touched
    }
}

/// The policies of a bot and of its aliases, by ARN.
fn records(scope: &Scope, bot: &Bot) -> Vec<(Public<String>, Policy)> {
    let own = bot.policy.clone().map(|policy| (arn(scope, &format!("bot/{}", bot.id)), policy));
    let aliases = bot.aliases.values().filter_map(|alias| {
        let policy = alias.policy.clone()?;
        Some((arn(scope, &format!("bot-alias/{}/{}", bot.id, alias.id)), policy))
    });
    own.into_iter().chain(aliases).collect()
}

fn record(arn: Public<String>, policy: Policy) -> PolicyRecord {
    let document = DocumentRecord { name: "resource-policy".into(), arn: None, text: policy.document };
    PolicyRecord::Resource { arn, key: false, policies: vec![document] }
}
