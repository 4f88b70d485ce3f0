//! In which form does storage keep bots? One record per bot and per import or export, at the place bots, account, Region, kind, id.
//!
//! A bot's record holds its versions and aliases: what changes together is kept together. Contents stand elsewhere.

use super::model::{Bot, ContentId, Scope, Transfer};
use crate::bot::Id;
use sotto_public::{Place, Storable, Stored, StoredRecord};
use std::sync::Arc;

/// The place of all records of bots.
pub fn bots_place() -> Place {
    Place::new("bots")
}

/// The place of a part of contents; not among the records.
pub fn content_place(scope: &Scope, content: ContentId, part: u32) -> Place {
    let below = Place::new("bot-contents").with(&scope.account).with(&scope.region);
    below.with(&content.number).with(&part)
}

/// What a record is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A bot.
    Bot(Id),
    /// An import or an export.
    Transfer(Id),
}

/// The name of a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey {
    /// Account and Region.
    pub scope: Scope,
    /// What it is about.
    pub subject: Subject,
}

impl RecordKey {
    /// Where storage keeps it.
    pub fn place(&self) -> Place {
        let below = bots_place().with(&self.scope.account).with(&self.scope.region);
        match &self.subject {
            Subject::Bot(id) => below.with(&"bot").with(&id.public()),
            Subject::Transfer(id) => below.with(&"transfer").with(&id.public()),
        }
    }
}

/// A stored record: a thing and where it stands.
#[derive(Clone, Debug, Storable)]
pub struct Record {
    /// Account and Region.
    pub scope: Scope,
    /// The thing.
    pub entity: Entity,
}

impl StoredRecord for Record {
    const KIND: &'static str = "bots";
}

impl Record {
    /// The name under which it is kept.
    pub fn key(&self) -> RecordKey {
        let subject = match &self.entity {
            Entity::Bot(bot) => Subject::Bot(bot.id.clone()),
            Entity::Transfer(one) => Subject::Transfer(one.id.clone()),
        };
        RecordKey { scope: self.scope.clone(), subject }
    }
}

/// What a record holds.
#[derive(Clone, Debug, Storable)]
pub enum Entity {
    /// A bot.
    Bot(Arc<Bot>),
    /// An import or an export.
    Transfer(Arc<Transfer>),
}

/// What a transition changes: records that are put or, where there is no record, deleted.
#[derive(Clone, Debug, Default)]
pub struct Change(pub(super) Vec<(RecordKey, Option<Record>)>);

impl Change {
    /// The records, each once.
    pub fn records(&self) -> &[(RecordKey, Option<Record>)] {
        &self.0
    }

    /// Where each stands, and what is to stand there.
    pub fn writes(&self) -> impl Iterator<Item = (Place, Option<Stored>)> {
        self.0.iter().map(|(key, record)| (key.place(), record.as_ref().map(Stored::of)))
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
