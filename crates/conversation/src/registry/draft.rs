//! How does a transition change things? On a draft: a working copy that remembers what was put and what was deleted, and which
//! contents nobody names any more. Transitions stand beside what they change.

use super::error::{BotError, Outcome};
use super::model::{Bot, ContentId, Scope, Transfer};
use super::record::{Change, Entity, Record, RecordKey, Subject};
use super::{Registry, Shelf};
use crate::bot::Id;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A working copy of the registry.
#[derive(Debug)]
pub struct Draft {
    registry: Registry,
    changed: BTreeMap<RecordKey, Option<Record>>,
    dropped: Vec<(Scope, ContentId)>,
}

impl Draft {
    pub(super) fn new(registry: Registry) -> Self {
        Self { registry, changed: BTreeMap::new(), dropped: Vec::new() }
    }

    /// The registry as the transitions so far left it.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Contents that were named and are not any more: they are deleted in the same transaction.
    pub fn dropped(&self) -> &[(Scope, ContentId)] {
        &self.dropped
    }

    /// What the transitions changed.
    pub fn finish(self) -> Change {
        Change(self.changed.into_iter().collect())
    }

    pub(super) fn shelf(&self, scope: &Scope) -> Arc<Shelf> {
        self.registry.shelf(scope).cloned().unwrap_or_default()
    }

    /// A bot.
    ///
    /// # Errors
    /// [`BotError::NotFound`].
    pub fn bot(&self, scope: &Scope, id: &Id) -> Outcome<Arc<Bot>> {
        self.registry.bot(scope, id).cloned().ok_or(BotError::NotFound("bot"))
    }

    /// An import or an export.
    ///
    /// # Errors
    /// [`BotError::NotFound`].
    pub fn transfer(&self, scope: &Scope, id: &Id) -> Outcome<Arc<Transfer>> {
        self.shelf(scope).transfer(id).cloned().ok_or(BotError::NotFound("import or export"))
    }

    /// Changes a bot.
    pub(super) fn with_bot<T>(
        &mut self,
        scope: &Scope,
        id: &Id,
        change: impl FnOnce(&mut Bot) -> Outcome<T>,
    ) -> Outcome<T> {
        let before = self.bot(scope, id)?;
        let mut bot = Bot::clone(&before);
        let answer = change(&mut bot)?;
        let kept: BTreeSet<ContentId> = bot.contents().collect();
        self.drop_contents(scope, before.contents().filter(|content| !kept.contains(content)));
        self.put(scope, Entity::Bot(Arc::new(bot)));
        Ok(answer)
    }

    /// Changes an import or an export.
    pub(super) fn with_transfer<T>(
        &mut self,
        scope: &Scope,
        id: &Id,
        change: impl FnOnce(&mut Transfer) -> Outcome<T>,
    ) -> Outcome<T> {
        let before = self.transfer(scope, id)?;
        let mut transfer = Transfer::clone(&before);
        let answer = change(&mut transfer)?;
        let kept = transfer.contents();
        self.drop_contents(scope, before.contents().into_iter().filter(|content| Some(*content) != kept));
        self.put(scope, Entity::Transfer(Arc::new(transfer)));
        Ok(answer)
    }

    pub(super) fn drop_contents(&mut self, scope: &Scope, contents: impl Iterator<Item = ContentId>) {
        let once: BTreeSet<ContentId> = contents.collect();
        self.dropped.extend(once.into_iter().map(|content| (scope.clone(), content)));
    }

    pub(super) fn put(&mut self, scope: &Scope, entity: Entity) {
        let record = Record { scope: scope.clone(), entity };
        let key = record.key();
        self.registry.set(&key, Some(record.entity.clone()));
        self.changed.insert(key, Some(record));
    }

    pub(super) fn delete(&mut self, scope: &Scope, subject: Subject) {
        let key = RecordKey { scope: scope.clone(), subject };
        self.registry.set(&key, None);
        self.changed.insert(key, None);
    }
}

/// Refuses when `count` has reached a quota.
pub(super) fn within(what: &'static str, count: usize, most: usize) -> Outcome<()> {
    if count < most { Ok(()) } else { Err(BotError::Quota { what, most }) }
}
