//! Which bots are there? The snapshot: bots with their versions, aliases and policies, imports and exports, of all accounts and
//! Regions, as values and transitions in the manner of `directory`.
//!
//! A record holds what lists and decisions need. What authors wrote is sealed before it comes here; the contents of a locale are
//! too large for a record and stand apart under a [`ContentId`] that is never used again, so a version shares the contents of the
//! draft that it was made of, and a transition tells which contents nobody names any more ([`Draft::dropped`]).

mod aliases;
mod bots;
mod draft;
mod error;
mod locales;
mod model;
mod record;
mod transfers;

pub use aliases::{ALIASES_PER_BOT_MAX, AliasUpdate, NewAlias};
pub use bots::{BOTS_PER_ACCOUNT_MAX, BotUpdate, Expected, NewBot, TAGS_MAX, VERSIONS_PER_BOT_MAX};
pub use draft::Draft;
pub use error::{BotError, Outcome};
pub use locales::LOCALES_PER_BOT_MAX;
pub use model::{
    Alias, Bot, Built, ContentId, Job, LocaleHead, LocaleStatus, Pointed, Policy, Scope, Seconds, Tags,
    Transfer, TransferKind, TransferStatus, Version,
};
pub use record::{Change, Entity, Record, RecordKey, Subject, bots_place, content_place};
pub use transfers::{Done, TRANSFER_SECONDS, TRANSFERS_MAX, URL_SECONDS};

use crate::bot::Id;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything at one moment.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    shelves: Arc<BTreeMap<Scope, Arc<Shelf>>>,
}

/// What stands in one account and Region.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    bots: BTreeMap<Id, Arc<Bot>>,
    transfers: BTreeMap<Id, Arc<Transfer>>,
}

impl Shelf {
    /// Bots by id.
    pub fn bots(&self) -> impl Iterator<Item = &Arc<Bot>> {
        self.bots.values()
    }

    /// A bot.
    pub fn bot(&self, id: &Id) -> Option<&Arc<Bot>> {
        self.bots.get(id)
    }

    /// The bot of this name.
    pub fn bot_named(&self, name: &str) -> Option<&Arc<Bot>> {
        self.bots.values().find(|bot| bot.name.as_str() == name)
    }

    /// Imports and exports by id.
    pub fn transfers(&self) -> impl Iterator<Item = &Arc<Transfer>> {
        self.transfers.values()
    }

    /// An import or export.
    pub fn transfer(&self, id: &Id) -> Option<&Arc<Transfer>> {
        self.transfers.get(id)
    }
}

impl Registry {
    /// The registry that these records make up, in any order.
    pub fn load(records: impl IntoIterator<Item = Record>) -> Self {
        let mut registry = Self::default();
        records.into_iter().for_each(|record| registry.set(&record.key(), Some(record.entity)));
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

    /// What stands in an account and Region; none where nothing was ever made.
    pub fn shelf(&self, scope: &Scope) -> Option<&Arc<Shelf>> {
        self.shelves.get(scope)
    }

    /// All shelves.
    pub fn shelves(&self) -> impl Iterator<Item = (&Scope, &Arc<Shelf>)> {
        self.shelves.iter()
    }

    /// A bot.
    pub fn bot(&self, scope: &Scope, id: &Id) -> Option<&Arc<Bot>> {
        self.shelf(scope)?.bot(id)
    }

    /// What waits to be done and is done by nobody at this instant: locales to build, imports and exports to make.
    pub fn due(&self, now: Seconds) -> Vec<(Scope, Job)> {
        let of = |(scope, shelf): (&Scope, &Arc<Shelf>)| {
            let builds = shelf.bots().flat_map(|bot| bot.due(now));
            let transfers =
                shelf.transfers().filter(|one| one.is_due(now)).map(|one| Job::Transfer(one.id.clone()));
            builds.chain(transfers).map(|job| (scope.clone(), job)).collect::<Vec<_>>()
        };
        self.shelves().flat_map(of).collect()
    }

    /// Imports and exports whose time is over.
    pub fn expired(&self, now: Seconds) -> Vec<(Scope, Id)> {
        let of = |(scope, shelf): (&Scope, &Arc<Shelf>)| {
            let over = shelf.transfers().filter(|one| one.expires <= now);
            over.map(|one| (scope.clone(), one.id.clone())).collect::<Vec<_>>()
        };
        self.shelves().flat_map(of).collect()
    }

    pub(crate) fn set(&mut self, key: &RecordKey, entity: Option<Entity>) {
        let shelves = Arc::make_mut(&mut self.shelves);
        let shelf = Arc::make_mut(shelves.entry(key.scope.clone()).or_default());
        match (&key.subject, entity) {
            (Subject::Bot(id), Some(Entity::Bot(bot))) => drop(shelf.bots.insert(id.clone(), bot)),
            (Subject::Bot(id), _) => drop(shelf.bots.remove(id)),
            (Subject::Transfer(id), Some(Entity::Transfer(one))) => {
                drop(shelf.transfers.insert(id.clone(), one))
            }
            (Subject::Transfer(id), _) => drop(shelf.transfers.remove(id)),
        }
    }
}

#[cfg(test)]
#[path = "registry/tests.rs"]
mod tests;
