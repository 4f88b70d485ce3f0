//! In which form does storage keep groups? One record per thing, at the place logs, account, Region, kind, name.
//!
//! A group's record holds its filters, tags and policy: what changes together is kept together. Streams have records of their
//! own below their group's uid, since there may be very many.

use crate::model::{AccountPolicy, AccountPolicyType, Definition, Group, ResourcePolicy, Stream};
use crate::{Registry, Scope, Uid};
use sotto_arn::LogGroupName;
use sotto_public::{Malformed, Place, Public, Storable, Stored, StoredRecord};
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

/// What a registry knows of a place.
enum Stood {
    /// This stands there.
    Thing(RecordKey),
    /// Nothing that it knows.
    Nothing,
    /// It cannot tell.
    Unknown,
}

/// What stands in front of a number and of a text in a place, and behind a text.
const NUMBER: u8 = 1;
const TEXT: u8 = 2;
const END: u8 = 0;

/// A text that is the last part of a place; one with zero bytes is none.
fn last_text(bytes: &[u8]) -> Option<&str> {
    let text = bytes.strip_prefix(&[TEXT])?.strip_suffix(&[END])?;
    std::str::from_utf8(text).ok().filter(|text| !text.contains('\0'))
}

impl Registry {
    /// What stands at a place: groups and streams only, of which many come and go.
    fn stood_at(&self, place: &Place) -> Stood {
        for (scope, shelf) in self.shelves() {
            let below = scope.below(groups_place());
            if !below.holds(place) {
                continue;
            }
            let key = |subject| Stood::Thing(RecordKey { scope: scope.clone(), subject });
            let rest =
                |kind: &'static str| place.as_bytes().strip_prefix(below.clone().with(&kind).as_bytes());
            if let Some(name) = rest("group").and_then(last_text) {
                let Ok(name) = LogGroupName::parse(name) else { return Stood::Unknown };
                return shelf
                    .group(&name)
                    .map_or(Stood::Nothing, |_| key(Subject::Group(Public::named(&name))));
            }
            let of_stream = rest("stream").and_then(|rest| rest.strip_prefix(&[NUMBER]));
            let of_stream = of_stream.and_then(|rest| rest.split_first_chunk::<16>());
            if let Some((uid, name)) = of_stream.and_then(|(uid, name)| Some((uid, last_text(name)?))) {
                let uid = Uid::new(*uid);
                let Some((_, entry)) = self.by_uid(uid) else { return self.stray_at(place) };
                let stream = entry.streams.find(name);
                return stream
                    .map_or(Stood::Nothing, |stream| key(Subject::Stream(uid, stream.name.public())));
            }
        }
        Stood::Unknown
    }

    /// A stream whose group is gone.
    fn stray_at(&self, place: &Place) -> Stood {
        self.stray(place).map_or(Stood::Nothing, Stood::Thing)
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

    /// What somebody else wrote, put or deleted: a deletion says where, and the registry what stood there. `None` where that cannot
    /// be told: then all is read anew.
    ///
    /// # Errors
    /// When a record cannot be read.
    pub fn of_written(
        registry: &Registry,
        written: &[(&Place, Option<&Stored>)],
    ) -> Result<Option<Self>, Malformed> {
        let (mut put, mut gone) = (Vec::new(), Vec::new());
        for (place, record) in written {
            match (record, record.is_none().then(|| registry.stood_at(place))) {
                (Some(record), _) => put.push(record.read()?),
                (None, Some(Stood::Thing(key))) => gone.push((key, None)),
                (None, Some(Stood::Nothing)) => {}
                _ => return Ok(None),
            }
        }
        let Self(mut all) = Self::of_put(put);
        all.extend(gone);
        all.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(Some(Self(all)))
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
