//! How do stored records become compiled policies that share what they can?

use super::{PolicySnapshot, SnapshotError, key};
use crate::policies::{Attached, Guardrails, Level, PolicySet};
use crate::policy::{Policy, PolicyKind};
use crate::record::{DocumentRecord, LevelRecord, PolicyRecord, RecordKey};
use std::collections::HashMap;
use std::sync::Arc;

/// The most compiled documents that are kept for being found again.
pub(super) const DOCUMENTS_KEPT_MAX: usize = 65_536;

/// Compiled documents by kind and text.
#[derive(Clone, Debug, Default)]
pub(super) struct Documents(HashMap<(PolicyKind, Arc<str>), Policy>);

impl Documents {
    fn read(&mut self, record: &DocumentRecord, kind: PolicyKind) -> Result<Attached, SnapshotError> {
        let text = record.text.get().as_str();
        let known = self.0.get(&(kind, Arc::from(text))).cloned();
        let policy = match known {
            Some(policy) => policy,
            None => self.compile(record, kind)?,
        };
        let name = record.name.get();
        Ok(match &record.arn {
            Some(arn) => Attached::managed(name, arn.get(), policy),
            None => Attached::inline(name, policy),
        })
    }

    fn compile(&mut self, record: &DocumentRecord, kind: PolicyKind) -> Result<Policy, SnapshotError> {
        let text = record.text.get().as_str();
        let policy = Policy::parse(text, kind)
            .map_err(|problems| SnapshotError::Unreadable { policy: record.name.get().clone(), problems })?;
        if self.0.len() >= DOCUMENTS_KEPT_MAX {
            self.0.clear();
        }
        self.0.insert((kind, Arc::from(text)), policy.clone());
        Ok(policy)
    }

    fn set(&mut self, records: &[DocumentRecord], kind: PolicyKind) -> Result<Arc<PolicySet>, SnapshotError> {
        let attached: Result<Vec<_>, _> = records.iter().map(|record| self.read(record, kind)).collect();
        Ok(Arc::new(PolicySet::new(attached?)))
    }

    fn levels(&mut self, records: &[LevelRecord], kind: PolicyKind) -> Result<Vec<Level>, SnapshotError> {
        let level =
            |record: &LevelRecord| Ok(Level::new(record.target.get(), self.set(&record.policies, kind)?));
        records.iter().map(level).collect()
    }

    fn boundary(&mut self, record: Option<&DocumentRecord>) -> Result<Option<Arc<PolicySet>>, SnapshotError> {
        record.map(|record| self.set(std::slice::from_ref(record), PolicyKind::Boundary)).transpose()
    }
}

/// A user or a role.
#[derive(Clone, Debug)]
pub(super) struct Entity {
    pub(super) unique_id: Box<str>,
    own: Arc<PolicySet>,
    groups: Vec<Box<str>>,
    /// Its own set and those of its groups.
    pub(super) identity: Vec<Arc<PolicySet>>,
    pub(super) boundary: Option<Arc<PolicySet>>,
    pub(super) trust: Option<Arc<PolicySet>>,
}

/// A group.
#[derive(Clone, Debug)]
pub(super) struct Group {
    policies: Arc<PolicySet>,
}

impl PolicySnapshot {
    pub(super) fn forget(&mut self, gone: &RecordKey) {
        match gone {
            RecordKey::Account(id) => drop(self.accounts.remove(id)),
            RecordKey::Principal(arn) => {
                self.entities.remove(arn.as_str());
                self.groups.remove(arn.as_str());
            }
            RecordKey::Service(name) => drop(self.services.remove(name.as_str())),
            RecordKey::Resource(arn) => drop(self.resources.remove(arn.as_str())),
        }
    }

    pub(super) fn take(&mut self, record: PolicyRecord) -> Result<(), SnapshotError> {
        match record {
            PolicyRecord::Account { id, management, scps, rcps } => {
                let scps = Guardrails { levels: self.documents.levels(&scps, PolicyKind::Scp)?, management };
                let rcps = Guardrails { levels: self.documents.levels(&rcps, PolicyKind::Rcp)?, management };
                self.accounts.insert(id, Arc::new([scps, rcps]));
            }
            PolicyRecord::Group { arn, policies } => {
                let policies = self.documents.set(&policies, PolicyKind::Identity)?;
                self.groups.insert(key(&arn), Arc::new(Group { policies }));
            }
            PolicyRecord::Service { name, policies } => {
                let set = self.documents.set(&policies, PolicyKind::Identity)?;
                self.services.insert(name.get().to_ascii_lowercase().into(), Arc::new(vec![set]));
            }
            PolicyRecord::Resource { arn, key, policies } => {
                let kind = if key { PolicyKind::KeyPolicy } else { PolicyKind::Resource };
                let set = self.documents.set(&policies, kind)?;
                self.resources.insert(arn.get().as_str().into(), set);
            }
            PolicyRecord::User { .. } | PolicyRecord::Role { .. } => self.take_entity(record)?,
        }
        Ok(())
    }

    fn take_entity(&mut self, record: PolicyRecord) -> Result<(), SnapshotError> {
        let (arn, unique_id, policies, groups, boundary, trust) = match record {
            PolicyRecord::User { arn, unique_id, policies, groups, boundary } => {
                (arn, unique_id, policies, groups, boundary, None)
            }
            PolicyRecord::Role { arn, unique_id, policies, boundary, trust } => {
                (arn, unique_id, policies, Vec::new(), boundary, Some(trust))
            }
            _ => return Ok(()),
        };
        let own = self.documents.set(&policies, PolicyKind::Identity)?;
        let boundary = self.documents.boundary(boundary.as_ref())?;
        let trust = trust.map(|trust| self.documents.set(&[trust], PolicyKind::Trust)).transpose()?;
        let groups = groups.iter().map(key).collect();
        let identity = vec![Arc::clone(&own)];
        let unique_id = unique_id.get().as_str().into();
        self.entities
            .insert(key(&arn), Arc::new(Entity { unique_id, own, groups, identity, boundary, trust }));
        Ok(())
    }

    /// Joins users with the policies of their groups.
    pub(super) fn link(&mut self) {
        for entity in self.entities.values_mut().filter(|entity| !entity.groups.is_empty()) {
            let of_groups = entity.groups.iter().filter_map(|group| self.groups.get(group));
            let sets = of_groups.map(|group| Arc::clone(&group.policies));
            let identity: Vec<_> = std::iter::once(Arc::clone(&entity.own)).chain(sets).collect();
            let same = identity.len() == entity.identity.len()
                && identity.iter().zip(&entity.identity).all(|(new, old)| Arc::ptr_eq(new, old));
            if !same {
                Arc::make_mut(entity).identity = identity;
            }
        }
    }
}
