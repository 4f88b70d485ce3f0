//! In which form does storage keep keys? One record per key, alias, grant and key store, at the place kms, account, Region, kind,
//! name.

use super::grant::Grant;
use super::model::{Alias, Key, KeyStore};
use super::own;
use sotto_arn::{AccountId, Region};
use sotto_public::{Place, Public, Storable, StoredRecord};
use std::sync::Arc;

/// What kind of thing a record holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A key.
    Key,
    /// An alias.
    Alias,
    /// A grant.
    Grant,
    /// A custom key store.
    Store,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Alias => "alias",
            Self::Grant => "grant",
            Self::Store => "store",
        }
    }
}

/// The name of a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey {
    /// Whose.
    pub account: AccountId,
    /// Where.
    pub region: Region,
    /// What it holds.
    pub kind: Kind,
    /// The thing's name: of a grant the key's id, a slash, and the grant's.
    pub name: Public<String>,
}

impl RecordKey {
    /// Where storage keeps it.
    pub fn place(&self) -> Place {
        keys_place().with(&self.account).with(&self.region).with(&self.kind.word()).with(&self.name)
    }
}

/// The place of all records of keys.
pub fn keys_place() -> Place {
    Place::new("kms")
}

/// A stored record.
#[derive(Clone, Debug, Storable)]
pub struct Record {
    /// What it holds.
    pub entity: Entity,
}

impl StoredRecord for Record {
    const KIND: &'static str = "kms";
}

/// What a record holds.
#[derive(Clone, Debug, Storable)]
pub enum Entity {
    /// A key.
    Key(Arc<Key>),
    /// An alias.
    Alias(Arc<Alias>),
    /// A grant.
    Grant(Arc<Grant>),
    /// A custom key store.
    Store(Arc<KeyStore>),
}

impl Entity {
    /// The name under which it is kept.
    pub fn key(&self) -> RecordKey {
        let (account, region, kind, name) = match self {
            Self::Key(key) => (key.arn.account(), key.arn.region(), Kind::Key, key.arn.id().public()),
            Self::Alias(alias) => (&alias.account, &alias.region, Kind::Alias, alias.name.public()),
            Self::Grant(grant) => {
                let name = own(format!("{}/{}", grant.key.id(), grant.id));
                (grant.key.account(), grant.key.region(), Kind::Grant, name)
            }
            Self::Store(store) => (&store.account, &store.region, Kind::Store, store.id.public()),
        };
        RecordKey { account: account.clone(), region: region.clone(), kind, name }
    }
}

/// What a transition changes: records that are put or, where there is none, deleted.
#[derive(Clone, Debug, Default)]
pub struct Change(pub(crate) Vec<(RecordKey, Option<Record>)>);

impl Change {
    /// The records, each once.
    pub fn records(&self) -> &[(RecordKey, Option<Record>)] {
        &self.0
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
