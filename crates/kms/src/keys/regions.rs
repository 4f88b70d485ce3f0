//! How does a key come to other Regions? KMS API Reference: ReplicateKey, UpdatePrimaryRegion; Developer Guide, "Multi-Region keys".
//!
//! A replica has the id, the materials and the rotation of its primary key, and a policy, description, tags, aliases and grants
//! of its own. Of imported keys it knows the materials' ids only: they are imported into each Region.

use super::draft::Draft;
use super::error::{KeysError, Outcome, said};
use super::model::{Deletion, Key, KeyTag, MultiRegion, Seconds};
use super::names::KeyArn;
use super::record::Entity;
use super::words::Origin;
use crate::Sealed;
use sotto_arn::Region;
use sotto_public::Public;
use std::sync::Arc;

/// What a replica is to be like.
#[derive(Clone, Debug)]
pub struct NewReplica {
    /// Where.
    pub region: Region,
    /// Who may use it.
    pub policy: Public<String>,
    /// What somebody wrote about it.
    pub description: Option<Sealed>,
    /// Tags.
    pub tags: Vec<KeyTag>,
}

impl Draft {
    /// ReplicateKey.
    ///
    /// # Errors
    /// When there is no such key, it is no primary multi-Region key, cannot be used now, or is in that Region already.
    pub fn replicate(&mut self, arn: &KeyArn, new: NewReplica, now: Seconds) -> Outcome<Arc<Key>> {
        let primary = Arc::clone(self.key(arn)?);
        self.is_primary(&primary)?;
        self.keys().usable(&primary)?;
        super::tags::once(&new.tags)?;
        if new.region.partition() != arn.region().partition() {
            return Err(KeysError::Unsupported("A replica is in the partition of its primary key".into()));
        }
        let replica = arn.in_region(new.region);
        if self.keys().key(&replica).is_some() {
            return Err(KeysError::AlreadyExists(said(format_args!("{replica} already exists"))));
        }
        let mut key = Key {
            arn: replica,
            created: now,
            description: new.description,
            policy: new.policy,
            tags: new.tags,
            multi_region: Some(MultiRegion::Replica),
            ..Key::clone(&primary)
        };
        if key.origin == Origin::External {
            key.materials.iter_mut().for_each(|material| material.wrapped = None);
        }
        let key = Arc::new(key);
        self.put(Entity::Key(Arc::clone(&key)));
        Ok(key)
    }

    /// UpdatePrimaryRegion.
    ///
    /// # Errors
    /// When there is no such key, it is no primary key, or there is no replica in that Region; both must be usable.
    pub fn update_primary(&mut self, arn: &KeyArn, region: Region) -> Outcome<()> {
        let primary = Arc::clone(self.key(arn)?);
        self.is_primary(&primary)?;
        self.keys().usable(&primary)?;
        let other = arn.in_region(region);
        if other == *arn {
            return Err(KeysError::Unsupported(said(format_args!("{arn} is the primary key already"))));
        }
        self.keys().usable(self.key(&other)?)?;
        self.edit(arn, |key| {
            key.multi_region = Some(MultiRegion::Replica);
            Ok(())
        })?;
        self.edit(&other, |key| {
            key.multi_region = Some(MultiRegion::Primary);
            Ok(())
        })
    }

    fn is_primary(&self, key: &Key) -> Outcome<()> {
        match key.multi_region {
            Some(MultiRegion::Primary) => Ok(()),
            Some(MultiRegion::Replica) => {
                Err(KeysError::Unsupported(said(format_args!("{} is no primary key", key.arn))))
            }
            None => Err(KeysError::Unsupported(said(format_args!("{} is no multi-Region key", key.arn)))),
        }
    }
}

/// The end of a key whose replicas have not ended yet is not known.
impl Deletion {
    /// Whether it waits for replicas.
    pub const fn waits_for_replicas(&self) -> bool {
        self.at.is_none()
    }
}
