//! How does a transition change things? On a draft: a working copy that remembers what was put and what was deleted.
//!
//! A transition that fails is dropped with its draft, so nothing is ever half changed. Transitions stand beside what they
//! change: `groups`, `streams`, `filters`, `policies`.

use crate::Scope;
use crate::error::{NO_GROUP, Outcome};
use crate::model::Group;
use crate::record::{Change, Entity, Record, RecordKey, Subject};
use crate::registry::{Entry, Registry, Shelf};
use sotto_arn::LogGroupName;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A working copy of the registry.
#[derive(Debug)]
pub struct Draft {
    registry: Registry,
    changed: BTreeMap<RecordKey, Option<Record>>,
}

impl Draft {
    pub(crate) fn new(registry: Registry) -> Self {
        Self { registry, changed: BTreeMap::new() }
    }

    /// The registry as the transitions so far left it.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// What the transitions changed.
    pub fn finish(self) -> Change {
        Change(self.changed.into_iter().collect())
    }

    pub(crate) fn shelf(&self, scope: &Scope) -> Arc<Shelf> {
        self.registry.shelf(scope).cloned().unwrap_or_default()
    }

    /// A group with its streams.
    pub(crate) fn entry(&self, scope: &Scope, name: &LogGroupName) -> Outcome<Entry> {
        self.registry.shelf(scope).and_then(|shelf| shelf.entry(name)).cloned().ok_or(NO_GROUP)
    }

    /// Changes a group.
    pub(crate) fn with_group<T>(
        &mut self,
        scope: &Scope,
        name: &LogGroupName,
        change: impl FnOnce(&mut Group) -> Outcome<T>,
    ) -> Outcome<T> {
        let mut group = Group::clone(&self.entry(scope, name)?.group);
        let answer = change(&mut group)?;
        self.put(scope, Entity::Group(Arc::new(group)));
        Ok(answer)
    }

    pub(crate) fn put(&mut self, scope: &Scope, entity: Entity) {
        let record = Record { scope: scope.clone(), entity };
        let key = record.key();
        self.registry.set(&key, Some(record.entity.clone()));
        self.changed.insert(key, Some(record));
    }

    pub(crate) fn delete(&mut self, scope: &Scope, subject: Subject) {
        let key = RecordKey { scope: scope.clone(), subject };
        self.registry.set(&key, None);
        self.changed.insert(key, None);
    }
}
