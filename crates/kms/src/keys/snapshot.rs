//! Which keys are there? The snapshot: shared by all requests that began with it, never changed.
//!
//! A copy shares what did not change. Grants are answered from here, too (`iam::Grants`): their constraints are sealed, so the
//! snapshot holds the store key to open them, and without it a grant with a constraint allows nothing.

use super::draft::Draft;
use super::grant::Grant;
use super::model::{Alias, Key, KeyStore, MultiRegion};
use super::names::{AliasName, GrantId, KeyArn, KeyId, KeyStoreId};
use super::record::{Change, Entity, Kind, Record, RecordKey};
use crate::StoreKey;
use sotto_arn::{AccountId, Region};
use std::collections::BTreeMap;
use std::sync::Arc;

/// All keys at one moment.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    accounts: Arc<BTreeMap<(AccountId, Region), Arc<AccountKeys>>>,
    store_key: Option<Arc<StoreKey>>,
}

/// Grants of a key: a decision looks only at those of its principal, however many others there are.
#[derive(Clone, Debug, Default)]
struct GrantsOfKey {
    by_id: BTreeMap<GrantId, Arc<Grant>>,
    by_grantee: BTreeMap<Box<str>, BTreeMap<GrantId, Arc<Grant>>>,
}

impl GrantsOfKey {
    fn insert(&mut self, grant: Arc<Grant>) {
        self.remove(grant.id.as_str());
        let of_grantee = self.by_grantee.entry(grant.grantee.get().as_str().into()).or_default();
        of_grantee.insert(grant.id.clone(), Arc::clone(&grant));
        self.by_id.insert(grant.id.clone(), grant);
    }

    fn remove(&mut self, id: &str) {
        let Some(grant) = self.by_id.remove(id) else { return };
        let grantee = grant.grantee.get().as_str();
        let Some(of_grantee) = self.by_grantee.get_mut(grantee) else { return };
        of_grantee.remove(id);
        if of_grantee.is_empty() {
            self.by_grantee.remove(grantee);
        }
    }
}

/// What one account has in one Region.
#[derive(Clone, Debug, Default)]
pub struct AccountKeys {
    keys: Arc<BTreeMap<KeyId, Arc<Key>>>,
    aliases: Arc<BTreeMap<AliasName, Arc<Alias>>>,
    grants: Arc<BTreeMap<KeyId, Arc<GrantsOfKey>>>,
    stores: Arc<BTreeMap<KeyStoreId, Arc<KeyStore>>>,
}

impl AccountKeys {
    /// Keys in the order of their ids.
    pub fn keys(&self) -> impl Iterator<Item = &Arc<Key>> {
        self.keys.values()
    }

    /// How many keys there are.
    pub fn key_count(&self) -> usize {
        self.keys.len()
    }

    /// A key by its id.
    pub fn key(&self, id: &str) -> Option<&Arc<Key>> {
        self.keys.get(id)
    }

    /// Aliases in the order of their names.
    pub fn aliases(&self) -> impl Iterator<Item = &Arc<Alias>> {
        self.aliases.values()
    }

    /// An alias by its name, `alias/` included.
    pub fn alias(&self, name: &str) -> Option<&Arc<Alias>> {
        self.aliases.get(name)
    }

    /// Aliases of a key.
    pub fn aliases_of(&self, key: &KeyId) -> impl Iterator<Item = &Arc<Alias>> {
        self.aliases.values().filter(move |alias| alias.target == *key)
    }

    /// Grants of a key, in the order of their ids.
    pub fn grants_of(&self, key: &KeyId) -> impl Iterator<Item = &Arc<Grant>> {
        self.grants.get(key).into_iter().flat_map(|grants| grants.by_id.values())
    }

    /// Grants of a key for a grantee, by ARN or the name of a service.
    pub fn grants_for(&self, key: &KeyId, grantee: &str) -> impl Iterator<Item = &Arc<Grant>> {
        let held = self.grants.get(key).and_then(|grants| grants.by_grantee.get(grantee));
        held.into_iter().flat_map(|grants| grants.values())
    }

    /// How many grants a key has.
    pub fn grant_count(&self, key: &KeyId) -> usize {
        self.grants.get(key).map_or(0, |grants| grants.by_id.len())
    }

    /// A grant of a key.
    pub fn grant(&self, key: &KeyId, id: &str) -> Option<&Arc<Grant>> {
        self.grants.get(key)?.by_id.get(id)
    }

    /// All grants.
    pub fn grants(&self) -> impl Iterator<Item = &Arc<Grant>> {
        self.grants.values().flat_map(|grants| grants.by_id.values())
    }

    /// Custom key stores in the order of their ids.
    pub fn stores(&self) -> impl Iterator<Item = &Arc<KeyStore>> {
        self.stores.values()
    }

    /// A custom key store.
    pub fn store(&self, id: &str) -> Option<&Arc<KeyStore>> {
        self.stores.get(id)
    }

    fn set(&mut self, key: &RecordKey, entity: Option<Entity>) {
        match entity {
            Some(Entity::Key(key)) => drop(Arc::make_mut(&mut self.keys).insert(key.arn.id().clone(), key)),
            Some(Entity::Alias(alias)) => {
                drop(Arc::make_mut(&mut self.aliases).insert(alias.name.clone(), alias));
            }
            Some(Entity::Grant(grant)) => {
                let of_key = Arc::make_mut(&mut self.grants).entry(grant.key.id().clone()).or_default();
                Arc::make_mut(of_key).insert(grant);
            }
            Some(Entity::Store(store)) => {
                drop(Arc::make_mut(&mut self.stores).insert(store.id.clone(), store));
            }
            None => self.remove(key.kind, key.name.get()),
        }
    }

    fn remove(&mut self, kind: Kind, name: &str) {
        match kind {
            Kind::Key => drop(Arc::make_mut(&mut self.keys).remove(name)),
            Kind::Alias => drop(Arc::make_mut(&mut self.aliases).remove(name)),
            Kind::Store => drop(Arc::make_mut(&mut self.stores).remove(name)),
            Kind::Grant => {
                let Some((key, grant)) = name.split_once('/') else { return };
                let grants = Arc::make_mut(&mut self.grants);
                let Some(of_key) = grants.get_mut(key) else { return };
                Arc::make_mut(of_key).remove(grant);
                if of_key.by_id.is_empty() {
                    grants.remove(key);
                }
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.aliases.is_empty() && self.grants.is_empty() && self.stores.is_empty()
    }

    fn entities(&self) -> Vec<Entity> {
        let mut all: Vec<_> = self.keys.values().cloned().map(Entity::Key).collect();
        all.extend(self.aliases.values().cloned().map(Entity::Alias));
        all.extend(self.grants().cloned().map(Entity::Grant));
        all.extend(self.stores.values().cloned().map(Entity::Store));
        all
    }
}

impl Keys {
    /// The keys that these records make up.
    pub fn load(records: impl IntoIterator<Item = Record>) -> Self {
        let mut keys = Self::default();
        for record in records {
            keys.set(&record.entity.key(), Some(record.entity));
        }
        keys
    }

    /// The same keys with the store key, which opens the constraints of grants.
    #[must_use]
    pub fn opened_by(mut self, store_key: Arc<StoreKey>) -> Self {
        self.store_key = Some(store_key);
        self
    }

    pub(crate) fn store_key(&self) -> Option<&StoreKey> {
        self.store_key.as_deref()
    }

    /// A working copy.
    pub fn draft(&self) -> Draft {
        Draft::new(self.clone())
    }

    /// The keys after a change.
    #[must_use]
    pub fn apply(&self, change: &Change) -> Self {
        let mut after = self.clone();
        for (key, record) in change.records() {
            after.set(key, record.as_ref().map(|record| record.entity.clone()));
        }
        after
    }

    /// Every record.
    pub fn records(&self) -> Vec<Record> {
        self.accounts.values().flat_map(|held| held.entities()).map(|entity| Record { entity }).collect()
    }

    /// What an account has in a Region.
    pub fn account(&self, account: &AccountId, region: &Region) -> Option<&Arc<AccountKeys>> {
        self.accounts.get(&(account.clone(), region.clone()))
    }

    /// All accounts and Regions with what is there.
    pub fn accounts(&self) -> impl Iterator<Item = &Arc<AccountKeys>> {
        self.accounts.values()
    }

    /// All keys everywhere.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Key>> {
        self.accounts.values().flat_map(|held| held.keys())
    }

    /// A key.
    pub fn key(&self, arn: &KeyArn) -> Option<&Arc<Key>> {
        self.account(arn.account(), arn.region())?.key(arn.id().as_str())
    }

    /// The key that an alias names.
    pub fn by_alias(&self, account: &AccountId, region: &Region, name: &str) -> Option<&Arc<Key>> {
        let held = self.account(account, region)?;
        held.key(held.alias(name)?.target.as_str())
    }

    /// The custom key store of a key.
    pub fn store_of(&self, key: &Key) -> Option<&Arc<KeyStore>> {
        let store = key.key_store.as_ref()?;
        self.account(key.arn.account(), key.arn.region())?.store(store.as_str())
    }

    /// All keys of the same id and account: a multi-Region key everywhere, another key alone. In the order of Regions.
    pub fn related(&self, key: &Key) -> Vec<&Arc<Key>> {
        if key.multi_region.is_none() {
            return self.key(&key.arn).into_iter().collect();
        }
        let ours = self.accounts.iter().filter(|((account, _), _)| account == key.arn.account());
        ours.filter_map(|(_, held)| held.key(key.arn.id().as_str())).collect()
    }

    /// The primary key of a multi-Region key.
    pub fn primary_of(&self, key: &Key) -> Option<&Arc<Key>> {
        self.related(key).into_iter().find(|one| one.multi_region == Some(MultiRegion::Primary))
    }

    pub(crate) fn set(&mut self, key: &RecordKey, entity: Option<Entity>) {
        let accounts = Arc::make_mut(&mut self.accounts);
        let at = (key.account.clone(), key.region.clone());
        let held = Arc::make_mut(accounts.entry(at.clone()).or_default());
        held.set(key, entity);
        if held.is_empty() {
            accounts.remove(&at);
        }
    }
}
