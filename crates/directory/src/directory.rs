//! Who and what is there? The snapshot: accounts and the organization, shared by all requests that began with it.
//!
//! A snapshot never changes. [`Directory::draft`] makes a working copy on which transitions act; what they changed becomes a
//! [`Change`] for storage, and the same change applied to another snapshot gives the same directory. Copies share what did not
//! change.

use crate::Text;
use crate::draft::Draft;
use crate::model::{
    AccessKey, AccountHead, Group, InstanceProfile, ManagedPolicy, MfaDevice, OidcProvider, Role, User,
};
use crate::organization::Organization;
use crate::record::{Change, Entity, Kind, Record, RecordKey};
use crate::shelf::Shelf;
use sotto_arn::AccountId;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything the directory knows at one moment.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    accounts: Arc<BTreeMap<AccountId, Arc<Account>>>,
    organization: Arc<Organization>,
    keys: Arc<BTreeMap<Text, KeyOwner>>,
}

/// An account with what stands in it.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// What belongs to the account itself.
    pub head: Arc<AccountHead>,
    /// Users.
    pub users: Shelf<User>,
    /// Groups.
    pub groups: Shelf<Group>,
    /// Roles.
    pub roles: Shelf<Role>,
    /// Customer managed policies.
    pub policies: Shelf<ManagedPolicy>,
    /// Virtual MFA devices by serial number.
    pub devices: Shelf<MfaDevice>,
    /// OIDC providers by URL.
    pub providers: Shelf<OidcProvider>,
    /// Instance profiles.
    pub profiles: Shelf<InstanceProfile>,
}

/// Whose a long-term access key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyOwner {
    /// The account.
    pub account: AccountId,
    /// The user's name, or `None` for the account's root user.
    pub user: Option<Text>,
}

impl Account {
    /// The user of exactly this name.
    pub fn user(&self, name: &str) -> Option<&Arc<User>> {
        self.users.find(name).filter(|user| user.name.as_str() == name)
    }

    /// The group of exactly this name.
    pub fn group(&self, name: &str) -> Option<&Arc<Group>> {
        self.groups.find(name).filter(|group| group.name.as_str() == name)
    }

    /// The role of exactly this name.
    pub fn role(&self, name: &str) -> Option<&Arc<Role>> {
        self.roles.find(name).filter(|role| role.name.as_str() == name)
    }

    /// Members of a group.
    pub fn members(&self, group: &str) -> impl Iterator<Item = &Arc<User>> {
        self.users.iter().filter(move |user| user.groups.contains(group))
    }
}

impl Directory {
    /// The directory that these records make up.
    pub fn load(records: impl IntoIterator<Item = Record>) -> Self {
        let mut directory = Self::default();
        for record in records {
            directory.set(&record.key(), Some(record.entity));
        }
        directory
    }

    /// A working copy.
    pub fn draft(&self) -> Draft {
        Draft::new(self.clone())
    }

    /// The directory after a change.
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
        let whole = self.organization.entities();
        let mut records: Vec<_> = whole.into_iter().map(|entity| Record { account: None, entity }).collect();
        for (id, account) in self.accounts.iter() {
            let entities = account.entities().into_iter();
            records.extend(entities.map(|entity| Record { account: Some(id.clone()), entity }));
        }
        records
    }

    /// An account.
    pub fn account(&self, id: &AccountId) -> Option<&Arc<Account>> {
        self.accounts.get(id)
    }

    /// All accounts.
    pub fn accounts(&self) -> impl Iterator<Item = (&AccountId, &Arc<Account>)> {
        self.accounts.iter()
    }

    /// The organization; its head is `None` where there is none.
    pub fn organization(&self) -> &Organization {
        &self.organization
    }

    /// Whose a long-term access key is.
    pub fn key_owner(&self, id: &str) -> Option<&KeyOwner> {
        self.keys.get(id)
    }

    /// A long-term access key with its owner, active or not.
    pub fn access_key(&self, id: &str) -> Option<(&KeyOwner, &AccessKey)> {
        let owner = self.keys.get(id)?;
        let account = self.accounts.get(&owner.account)?;
        let keys = match &owner.user {
            Some(name) => &account.users.find(name.as_str())?.keys,
            None => &account.head.root_keys,
        };
        Some((owner, keys.get(id)?))
    }

    pub(crate) fn set(&mut self, key: &RecordKey, entity: Option<Entity>) {
        match &key.account {
            None => Arc::make_mut(&mut self.organization).set(key, entity),
            Some(account) => self.set_in_account(account, key, entity),
        }
    }

    fn set_in_account(&mut self, id: &AccountId, key: &RecordKey, entity: Option<Entity>) {
        let accounts = Arc::make_mut(&mut self.accounts);
        let account = Arc::make_mut(accounts.entry(id.clone()).or_default());
        let before = account.keys_of(key);
        account.set(key, entity);
        let after = account.keys_of(key);
        if before == after {
            return;
        }
        let owner = KeyOwner { account: id.clone(), user: account.user_of(key) };
        let index = Arc::make_mut(&mut self.keys);
        before.iter().for_each(|gone| drop(index.remove(gone)));
        index.extend(after.into_iter().map(|made| (made, owner.clone())));
    }
}

impl Account {
    fn user_of(&self, key: &RecordKey) -> Option<Text> {
        (key.kind == Kind::User)
            .then(|| self.users.find(key.name.as_str()))
            .flatten()
            .map(|user| user.name.clone())
    }

    fn keys_of(&self, key: &RecordKey) -> Vec<Text> {
        match key.kind {
            Kind::Account => self.head.root_keys.keys().cloned().collect(),
            Kind::User => self
                .users
                .find(key.name.as_str())
                .map_or(Vec::new(), |user| user.keys.keys().cloned().collect()),
            _ => Vec::new(),
        }
    }

    fn set(&mut self, key: &RecordKey, entity: Option<Entity>) {
        let name = key.name.as_str();
        match entity {
            Some(Entity::Account(head)) => self.head = head,
            Some(Entity::User(user)) => drop(self.users.set(name, Some(user))),
            Some(Entity::Group(group)) => drop(self.groups.set(name, Some(group))),
            Some(Entity::Role(role)) => drop(self.roles.set(name, Some(role))),
            Some(Entity::Policy(policy)) => drop(self.policies.set(name, Some(policy))),
            Some(Entity::Mfa(device)) => drop(self.devices.set(name, Some(device))),
            Some(Entity::Oidc(provider)) => drop(self.providers.set(name, Some(provider))),
            Some(Entity::Profile(profile)) => drop(self.profiles.set(name, Some(profile))),
            Some(_) => {}
            None => self.remove(key),
        }
    }

    fn remove(&mut self, key: &RecordKey) {
        let name = key.name.as_str();
        match key.kind {
            Kind::Account => self.head = Arc::default(),
            Kind::User => drop(self.users.set(name, None)),
            Kind::Group => drop(self.groups.set(name, None)),
            Kind::Role => drop(self.roles.set(name, None)),
            Kind::Policy => drop(self.policies.set(name, None)),
            Kind::Mfa => drop(self.devices.set(name, None)),
            Kind::Oidc => drop(self.providers.set(name, None)),
            Kind::Profile => drop(self.profiles.set(name, None)),
            _ => {}
        }
    }

    fn entities(&self) -> Vec<Entity> {
        let mut all = vec![Entity::Account(Arc::clone(&self.head))];
        all.extend(self.users.iter().cloned().map(Entity::User));
        all.extend(self.groups.iter().cloned().map(Entity::Group));
        all.extend(self.roles.iter().cloned().map(Entity::Role));
        all.extend(self.policies.iter().cloned().map(Entity::Policy));
        all.extend(self.devices.iter().cloned().map(Entity::Mfa));
        all.extend(self.providers.iter().cloned().map(Entity::Oidc));
        all.extend(self.profiles.iter().cloned().map(Entity::Profile));
        all
    }
}
