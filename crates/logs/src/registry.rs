//! Which groups are there? The snapshot: groups, streams, policies and saved queries of all accounts and Regions.
//!
//! A snapshot never changes. [`Registry::draft`] makes a working copy on which transitions act; what they changed becomes a
//! [`Change`] for storage, and the same change applied to another snapshot gives the same registry. Copies share what did not
//! change. A stream whose group is gone is not seen; its record is swept later ([`Registry::strays`]).

use crate::draft::Draft;
use crate::model::{AccountPolicy, AccountPolicyType, Definition, Group, ResourcePolicy, Stream};
use crate::ordered::Ordered;
use crate::record::{Change, Entity, Record, RecordKey, Subject};
use crate::{Scope, StreamName, Uid};
use sotto_arn::LogGroupName;
use sotto_public::{Place, Public};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Most stray records that are remembered between two sweeps; the next start finds the others.
const STRAYS_MAX: usize = 100_000;

/// Everything at one moment.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    shelves: Arc<BTreeMap<Scope, Arc<Shelf>>>,
    uids: Ordered<Uid, (Scope, LogGroupName)>,
    strays: Arc<BTreeSet<RecordKey>>,
}

/// Type and name of a policy of an account.
type PolicyKey = (AccountPolicyType, Public<String>);

/// What stands in one account and Region.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    groups: Ordered<LogGroupName, Entry>,
    account_policies: Arc<BTreeMap<PolicyKey, Arc<AccountPolicy>>>,
    resource_policies: Arc<BTreeMap<Public<String>, Arc<ResourcePolicy>>>,
    definitions: Arc<BTreeMap<Public<String>, Arc<Definition>>>,
}

/// A group with its streams.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The group.
    pub group: Arc<Group>,
    /// Its streams.
    pub streams: Ordered<StreamName, Arc<Stream>>,
}

impl Shelf {
    /// Groups in the order of their names.
    pub fn groups(&self) -> &Ordered<LogGroupName, Entry> {
        &self.groups
    }

    /// A group with its streams.
    pub fn entry(&self, name: &LogGroupName) -> Option<&Entry> {
        self.groups.find(name)
    }

    /// A group.
    pub fn group(&self, name: &LogGroupName) -> Option<&Arc<Group>> {
        self.entry(name).map(|entry| &entry.group)
    }

    /// A stream of a group.
    pub fn stream(&self, group: &LogGroupName, name: &str) -> Option<&Arc<Stream>> {
        self.entry(group)?.streams.find(name)
    }

    /// Policies of the account, of one type, by name.
    pub fn account_policies(&self, kind: AccountPolicyType) -> impl Iterator<Item = &Arc<AccountPolicy>> {
        self.account_policies.values().filter(move |policy| policy.kind == kind)
    }

    /// One policy of the account.
    pub fn account_policy(
        &self,
        kind: AccountPolicyType,
        name: &Public<String>,
    ) -> Option<&Arc<AccountPolicy>> {
        self.account_policies.get(&(kind, name.clone()))
    }

    /// Resource policies by name.
    pub fn resource_policies(&self) -> impl Iterator<Item = &Arc<ResourcePolicy>> {
        self.resource_policies.values()
    }

    /// One resource policy.
    pub fn resource_policy(&self, name: &Public<String>) -> Option<&Arc<ResourcePolicy>> {
        self.resource_policies.get(name)
    }

    /// Saved queries by id.
    pub fn definitions(&self) -> impl Iterator<Item = &Arc<Definition>> {
        self.definitions.values()
    }

    /// One saved query.
    pub fn definition(&self, id: &Public<String>) -> Option<&Arc<Definition>> {
        self.definitions.get(id)
    }
}

impl Registry {
    /// The registry that these records make up, in any order.
    pub fn load(records: impl IntoIterator<Item = Record>) -> Self {
        let mut registry = Self::default();
        let mut later = Vec::new();
        for record in records {
            match record.entity {
                Entity::Stream(_) => later.push(record),
                _ => registry.set(&record.key(), Some(record.entity)),
            }
        }
        later.into_iter().for_each(|record| registry.set(&record.key(), Some(record.entity)));
        registry
    }

    /// A working copy.
    pub fn draft(&self) -> Draft {
        Draft::new(self.clone())
    }

    /// The registry after a change.
    #[must_use]
    pub fn apply(&self, change: &Change) -> Self {
        let mut after = self.clone();
        for (key, record) in change.records() {
            after.set(key, record.as_ref().map(|record| record.entity.clone()));
        }
        after
    }

    /// The shelf of an account and Region; none where nothing was ever made.
    pub fn shelf(&self, scope: &Scope) -> Option<&Arc<Shelf>> {
        self.shelves.get(scope)
    }

    /// All shelves.
    pub fn shelves(&self) -> impl Iterator<Item = (&Scope, &Arc<Shelf>)> {
        self.shelves.iter()
    }

    /// A group.
    pub fn group(&self, scope: &Scope, name: &LogGroupName) -> Option<&Arc<Group>> {
        self.shelf(scope)?.group(name)
    }

    /// Where the group of this uid stands, while it is there.
    pub fn by_uid(&self, uid: Uid) -> Option<(&Scope, &Entry)> {
        let (scope, name) = self.uids.find(&uid)?;
        Some((scope, self.shelf(scope)?.entry(name)?))
    }

    /// Records of streams whose group is gone.
    pub fn strays(&self) -> impl Iterator<Item = Place> {
        self.strays.iter().map(RecordKey::place)
    }

    /// The stray at a place.
    pub(crate) fn stray(&self, place: &Place) -> Option<RecordKey> {
        self.strays.iter().find(|key| key.place() == *place).cloned()
    }

    /// The same without strays that were swept.
    #[must_use]
    pub fn swept(&self) -> Self {
        Self { strays: Arc::default(), ..self.clone() }
    }

    pub(crate) fn set(&mut self, key: &RecordKey, entity: Option<Entity>) {
        if let Subject::Stream(uid, _) = &key.subject {
            return self.set_stream(*uid, key, entity);
        }
        self.note_uid(key, entity.as_ref());
        let shelves = Arc::make_mut(&mut self.shelves);
        let shelf = Arc::make_mut(shelves.entry(key.scope.clone()).or_default());
        shelf.set(&key.subject, entity);
    }

    fn note_uid(&mut self, key: &RecordKey, entity: Option<&Entity>) {
        let Subject::Group(name) = &key.subject else { return };
        let Ok(name) = LogGroupName::parse(name.get()) else { return };
        let before = self.shelf(&key.scope).and_then(|shelf| shelf.entry(&name)).cloned();
        let after = match entity {
            Some(Entity::Group(group)) => Some(group.uid),
            _ => None,
        };
        if let Some(entry) = before.filter(|entry| Some(entry.group.uid) != after) {
            self.uids.set(&entry.group.uid, None);
            self.note_strays(&key.scope, &entry);
        }
        if let Some(uid) = after {
            self.uids.set(&uid, Some((key.scope.clone(), name)));
        }
    }

    fn note_strays(&mut self, scope: &Scope, entry: &Entry) {
        let strays = Arc::make_mut(&mut self.strays);
        let room = STRAYS_MAX.saturating_sub(strays.len());
        strays.extend(entry.streams.iter().take(room).map(|(name, stream)| RecordKey {
            scope: scope.clone(),
            subject: Subject::Stream(stream.group, name.public()),
        }));
    }

    fn set_stream(&mut self, uid: Uid, key: &RecordKey, entity: Option<Entity>) {
        let Some((scope, name)) = self.uids.find(&uid).cloned() else {
            let strays = Arc::make_mut(&mut self.strays);
            match entity {
                Some(_) if strays.len() < STRAYS_MAX => drop(strays.insert(key.clone())),
                _ => drop(strays.remove(key)),
            }
            return;
        };
        let shelves = Arc::make_mut(&mut self.shelves);
        if let Some(shelf) = shelves.get_mut(&scope) {
            Arc::make_mut(shelf).set_stream(&name, key, entity);
        }
    }
}

impl Shelf {
    fn set(&mut self, subject: &Subject, entity: Option<Entity>) {
        match (subject, entity) {
            (Subject::Group(name), Some(Entity::Group(group))) => self.set_group(name, Some(group)),
            (Subject::Group(name), _) => self.set_group(name, None),
            (Subject::AccountPolicy(kind, name), entity) => {
                let policy = match entity {
                    Some(Entity::AccountPolicy(policy)) => Some(policy),
                    _ => None,
                };
                put(&mut self.account_policies, (*kind, name.clone()), policy);
            }
            (Subject::ResourcePolicy(name), Some(Entity::ResourcePolicy(policy))) => {
                put(&mut self.resource_policies, name.clone(), Some(policy));
            }
            (Subject::ResourcePolicy(name), _) => put(&mut self.resource_policies, name.clone(), None),
            (Subject::Definition(id), Some(Entity::Definition(definition))) => {
                put(&mut self.definitions, id.clone(), Some(definition));
            }
            (Subject::Definition(id), _) => put(&mut self.definitions, id.clone(), None),
            (Subject::Stream(..), _) => {}
        }
    }

    fn set_group(&mut self, name: &Public<String>, group: Option<Arc<Group>>) {
        let Ok(name) = LogGroupName::parse(name.get()) else { return };
        let streams = match (self.entry(&name), &group) {
            (Some(entry), Some(group)) if entry.group.uid == group.uid => entry.streams.clone(),
            _ => Ordered::default(),
        };
        self.groups.set(&name, group.map(|group| Entry { group, streams }));
    }

    fn set_stream(&mut self, group: &LogGroupName, key: &RecordKey, entity: Option<Entity>) {
        let Subject::Stream(_, name) = &key.subject else { return };
        let (Some(entry), Ok(name)) = (self.groups.find(group), StreamName::parse(name.clone())) else {
            return;
        };
        let mut entry = entry.clone();
        let stream = match entity {
            Some(Entity::Stream(stream)) => Some(stream),
            _ => None,
        };
        entry.streams.set(&name, stream);
        self.groups.set(group, Some(entry));
    }
}

fn put<K: Ord + Clone, V>(map: &mut Arc<BTreeMap<K, Arc<V>>>, key: K, value: Option<Arc<V>>) {
    let map = Arc::make_mut(map);
    match value {
        Some(value) => drop(map.insert(key, value)),
        None => drop(map.remove(&key)),
    }
}
