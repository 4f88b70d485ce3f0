//! How does a transition change things? On a draft: a working copy that remembers what was put and what was deleted.
//!
//! A transition that fails is dropped with its draft, so nothing is ever half changed. Transitions stand beside what they
//! change: `users`, `groups`, `roles`, `policies`, `keys`, `devices`, `providers`, `profiles`, `organizations`.

use crate::directory::{Account, Directory};
use crate::error::no_such;
use crate::record::{Change, Entity, Kind, Record, RecordKey};
use crate::{DirectoryError, Outcome, Text};
use sotto_arn::AccountId;
use std::collections::BTreeMap;

/// A working copy of the directory.
#[derive(Debug)]
pub struct Draft {
    directory: Directory,
    changed: BTreeMap<RecordKey, Option<Record>>,
}

impl Draft {
    pub(crate) fn new(directory: Directory) -> Self {
        Self { directory, changed: BTreeMap::new() }
    }

    /// The directory as the transitions so far left it.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// What the transitions changed.
    pub fn finish(self) -> Change {
        Change(self.changed.into_iter().collect())
    }

    /// The account.
    ///
    /// # Errors
    /// [`DirectoryError::NoSuchEntity`].
    pub fn account(&self, id: &AccountId) -> Outcome<&Account> {
        let account = self.directory.account(id).map(AsRef::as_ref);
        account.ok_or_else(|| no_such("account", id.as_str()))
    }

    pub(crate) fn put(&mut self, account: &AccountId, entity: Entity) {
        self.put_in(Some(account), entity);
    }

    pub(crate) fn put_in(&mut self, account: Option<&AccountId>, entity: Entity) {
        let record = Record { account: account.cloned(), entity };
        let key = record.key();
        self.directory.set(&key, Some(record.entity.clone()));
        self.changed.insert(key, Some(record));
    }

    pub(crate) fn delete(&mut self, account: &AccountId, kind: Kind, name: &str) {
        self.delete_in(Some(account), kind, name);
    }

    pub(crate) fn delete_in(&mut self, account: Option<&AccountId>, kind: Kind, name: &str) {
        let key = RecordKey::new(account, kind, name);
        self.directory.set(&key, None);
        self.changed.insert(key, None);
    }
}

/// Refuses when `count` has reached a quota.
pub(crate) fn within(what: &str, count: usize, count_max: usize) -> Outcome<()> {
    if count < count_max { Ok(()) } else { Err(crate::error::limit(what, count_max)) }
}

/// A conflict of a deletion.
pub(crate) fn conflict(message: &'static str) -> DirectoryError {
    DirectoryError::DeleteConflict(Text::from(message))
}
