//! How does a transition change things? On a draft: a working copy that remembers what was put and what was deleted.
//!
//! A transition that fails is dropped with its draft, so nothing is ever half changed. Transitions stand beside what they
//! change: `create`, `lifecycle`, `aliases`, `tags`, `rotation`, `imports`, `grants`, `regions`, `stores`.

use super::error::{KeysError, Outcome, no_key, said};
use super::model::Key;
use super::names::KeyArn;
use super::record::{Change, Entity, Record, RecordKey};
use super::snapshot::{AccountKeys, Keys};
use sotto_arn::{AccountId, Region};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A working copy of the keys.
#[derive(Debug)]
pub struct Draft {
    keys: Keys,
    changed: BTreeMap<RecordKey, Option<Record>>,
}

impl Draft {
    pub(crate) fn new(keys: Keys) -> Self {
        Self { keys, changed: BTreeMap::new() }
    }

    /// The keys as the transitions so far left them.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// What the transitions changed.
    pub fn finish(self) -> Change {
        Change(self.changed.into_iter().collect())
    }

    /// A key.
    ///
    /// # Errors
    /// [`KeysError::NotFound`].
    pub fn key(&self, arn: &KeyArn) -> Outcome<&Arc<Key>> {
        self.keys.key(arn).ok_or_else(|| no_key(arn))
    }

    pub(crate) fn held(&self, account: &AccountId, region: &Region) -> Option<&Arc<AccountKeys>> {
        self.keys.account(account, region)
    }

    pub(crate) fn put(&mut self, entity: Entity) {
        let key = entity.key();
        self.keys.set(&key, Some(entity.clone()));
        self.changed.insert(key, Some(Record { entity }));
    }

    pub(crate) fn delete(&mut self, entity: &Entity) {
        let key = entity.key();
        self.keys.set(&key, None);
        self.changed.insert(key, None);
    }

    /// Changes a key.
    pub(crate) fn edit<T>(&mut self, arn: &KeyArn, edit: impl FnOnce(&mut Key) -> Outcome<T>) -> Outcome<T> {
        let mut key = Key::clone(self.key(arn)?);
        let result = edit(&mut key)?;
        self.put(Entity::Key(Arc::new(key)));
        Ok(result)
    }
}

/// Refuses when `count` has reached a quota.
pub(crate) fn within(what: &str, count: usize, count_max: usize) -> Outcome<()> {
    if count < count_max {
        Ok(())
    } else {
        Err(limit(format_args!("{what}: at most {count_max} are allowed")))
    }
}

/// That a quota is reached.
pub(crate) fn limit(sentence: fmt::Arguments<'_>) -> KeysError {
    KeysError::LimitExceeded(said(sentence))
}
