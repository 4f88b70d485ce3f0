//! In which form does storage keep groups? One record per thing, at the place logs, account, Region, kind, name.
//!
//! A group's record holds its filters, tags and policy: what changes together is kept together. Streams have records of their
//! own below their group's uid, since there may be very many.

use crate::model::{AccountPolicy, AccountPolicyType, Definition, Group, ResourcePolicy, Stream};
use crate::{Scope, Uid};
use sotto_public::{Place, Public, Storable, Stored, StoredRecord};
use std::sync::Arc;

/// The place of all records of groups.
pub fn groups_place() -> Place {
    Place::new("logs")
}

/// What a record is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A group, by name.
    Group(Public<String>),
    /// A stream: the uid of its group, its name.
    Stream(Uid, Public<String>),
    /// A policy of the account: its type and name.
    AccountPolicy(AccountPolicyType, Public<String>),
    /// A resource policy, by name.
    ResourcePolicy(Public<String>),
    /// A saved query, by id.
    Definition(Public<String>),
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
    /// Where storage keeps it. Groups sort before their streams.
    pub fn place(&self) -> Place {
        let below = self.scope.below(groups_place());
        match &self.subject {
            Subject::Group(name) => below.with(&"group").with(name),
            Subject::Stream(group, name) => below.with(&"stream").with(&group.number()).with(name),
            Subject::AccountPolicy(kind, name) => {
                below.with(&"account-policy").with(&kind.as_str()).with(name)
            }
            Subject::ResourcePolicy(name) => below.with(&"resource-policy").with(name),
            Subject::Definition(id) => below.with(&"saved-query").with(id),
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
    const KIND: &'static str = "logs";
}

impl Record {
    /// The name under which it is kept.
    pub fn key(&self) -> RecordKey {
        RecordKey { scope: self.scope.clone(), subject: self.entity.subject() }
    }
}

/// What a record holds.
#[derive(Clone, Debug, Storable)]
pub enum Entity {
    /// A group.
    Group(Arc<Group>),
    /// A stream.
    Stream(Arc<Stream>),
    /// A policy of the account.
    AccountPolicy(Arc<AccountPolicy>),
    /// A resource policy.
    ResourcePolicy(Arc<ResourcePolicy>),
    /// A saved query.
    Definition(Arc<Definition>),
}

impl Entity {
    fn subject(&self) -> Subject {
        match self {
            Self::Group(group) => Subject::Group(Public::named(&group.name)),
            Self::Stream(stream) => Subject::Stream(stream.group, stream.name.public()),
            Self::AccountPolicy(policy) => Subject::AccountPolicy(policy.kind, policy.name.clone()),
            Self::ResourcePolicy(policy) => Subject::ResourcePolicy(policy.name.clone()),
            Self::Definition(definition) => Subject::Definition(definition.id.clone()),
        }
    }
}

/// What a transition changes: records that are put or, where there is no record, deleted.
#[derive(Clone, Debug, Default)]
pub struct Change(pub(crate) Vec<(RecordKey, Option<Record>)>);

impl Change {
    /// What somebody else put: each record once, groups before their streams.
    pub fn of_put(records: Vec<Record>) -> Self {
        let mut put: Vec<_> = records.into_iter().map(|record| (record.key(), Some(record))).collect();
        put.sort_by(|(one, _), (other, _)| one.cmp(other));
        Self(put)
    }

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
