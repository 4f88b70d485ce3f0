//! How does a key live and end? Enabled, disabled, described, given another policy, scheduled for deletion, deleted when due.
//!
//! KMS API Reference: EnableKey, DisableKey, UpdateKeyDescription, PutKeyPolicy, ScheduleKeyDeletion, CancelKeyDeletion. The
//! model's bounds of the waiting period are 1 and 365 days, the service's 7 and 30.

use super::draft::Draft;
use super::error::{KeysError, Outcome, said};
use super::model::{Deletion, Key, MultiRegion, Seconds};
use super::names::KeyArn;
use super::record::Entity;
use super::state::{KeyState, invalid_state};
use crate::{ClusterId, DeviceKey, Sealed};
use sotto_public::Public;

/// Days between schedule and deletion.
pub const DELETION_DAYS: std::ops::RangeInclusive<u16> = 7..=30;
/// Days where none are given.
pub const DELETION_DAYS_DEFAULT: u16 = 30;

pub(crate) const DAY_SECONDS: u64 = 86_400;

/// A key that was deleted, and what is left of it in a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// Its ARN.
    pub arn: KeyArn,
    /// Keys to destroy in a device.
    pub in_devices: Vec<(ClusterId, DeviceKey)>,
}

impl Draft {
    /// EnableKey.
    ///
    /// # Errors
    /// When there is no such key, or it is to be deleted or imported.
    pub fn enable_key(&mut self, arn: &KeyArn) -> Outcome<()> {
        self.switch(arn, true)
    }

    /// DisableKey.
    ///
    /// # Errors
    /// As for [`Draft::enable_key`].
    pub fn disable_key(&mut self, arn: &KeyArn) -> Outcome<()> {
        self.switch(arn, false)
    }

    fn switch(&mut self, arn: &KeyArn, enabled: bool) -> Outcome<()> {
        let key = self.key(arn)?;
        self.keys().not_pending_deletion(key)?;
        match self.keys().state(key) {
            state @ KeyState::PendingImport => Err(invalid_state(key, state)),
            _ => self.edit(arn, |key| {
                key.enabled = enabled;
                Ok(())
            }),
        }
    }

    /// UpdateKeyDescription.
    ///
    /// # Errors
    /// When there is no such key, or it is to be deleted.
    pub fn update_description(&mut self, arn: &KeyArn, description: Option<Sealed>) -> Outcome<()> {
        self.keys().not_pending_deletion(self.key(arn)?)?;
        self.edit(arn, |key| {
            key.description = description;
            Ok(())
        })
    }

    /// PutKeyPolicy; whether the document may be the key's is the caller's question.
    ///
    /// # Errors
    /// When there is no such key.
    pub fn put_policy(&mut self, arn: &KeyArn, policy: Public<String>) -> Outcome<()> {
        self.edit(arn, |key| {
            key.policy = policy;
            Ok(())
        })
    }

    /// ScheduleKeyDeletion: gives the end. A primary key with replicas waits for them without one.
    ///
    /// # Errors
    /// When there is no such key, it is to be deleted already, or the period is out of bounds.
    pub fn schedule_deletion(&mut self, arn: &KeyArn, days: u16, now: Seconds) -> Outcome<Deletion> {
        let key = self.key(arn)?;
        self.keys().not_pending_deletion(key)?;
        if !DELETION_DAYS.contains(&days) {
            let (least, most) = (DELETION_DAYS.start(), DELETION_DAYS.end());
            let sentence = format_args!("PendingWindowInDays must be between {least} and {most}");
            return Err(KeysError::Validation(said(sentence)));
        }
        let deletion = Deletion { days, at: (!self.has_replicas(key)).then_some(end(now, days)) };
        self.edit(arn, |key| {
            key.enabled = false;
            key.deletion = Some(deletion);
            Ok(deletion)
        })
    }

    fn has_replicas(&self, key: &Key) -> bool {
        key.multi_region == Some(MultiRegion::Primary) && self.keys().related(key).len() > 1
    }

    /// CancelKeyDeletion: the key is disabled then.
    ///
    /// # Errors
    /// When there is no such key, or it is not to be deleted.
    pub fn cancel_deletion(&mut self, arn: &KeyArn) -> Outcome<()> {
        self.edit(arn, |key| match key.deletion.take() {
            Some(_) => {
                key.enabled = false;
                Ok(())
            }
            None => Err(KeysError::InvalidState(said(format_args!("{} is not pending deletion.", key.arn)))),
        })
    }

    /// Deletes keys whose time has come, with their aliases and grants. A primary key whose last replica went begins its
    /// waiting period now. Materials are in the records, so nothing opens what these keys sealed any more.
    pub fn delete_due(&mut self, now: Seconds) -> Vec<Deleted> {
        let is_due = |key: &&std::sync::Arc<Key>| {
            key.deletion.and_then(|deletion| deletion.at).is_some_and(|at| at <= now)
        };
        let due: Vec<KeyArn> = self.keys().all().filter(is_due).map(|key| key.arn.clone()).collect();
        let deleted = due.iter().filter_map(|arn| self.delete_key(arn)).collect();
        self.begin_waiting(now);
        deleted
    }

    fn delete_key(&mut self, arn: &KeyArn) -> Option<Deleted> {
        let key = std::sync::Arc::clone(self.keys().key(arn)?);
        let store = self.keys().store_of(&key).map(|store| store.cluster.clone());
        let held = std::sync::Arc::clone(self.held(arn.account(), arn.region())?);
        let aliases = held.aliases_of(arn.id()).cloned().map(Entity::Alias);
        let grants = held.grants_of(arn.id()).cloned().map(Entity::Grant);
        aliases.chain(grants).for_each(|entity| self.delete(&entity));
        self.delete(&Entity::Key(std::sync::Arc::clone(&key)));
        let names = key.materials.iter().filter_map(|material| material.device.clone());
        let in_devices = names.filter_map(|name| Some((store.clone()?, name))).collect();
        Some(Deleted { arn: arn.clone(), in_devices })
    }

    fn begin_waiting(&mut self, now: Seconds) {
        let waits = |key: &&std::sync::Arc<Key>| {
            key.deletion.is_some_and(|deletion| deletion.at.is_none()) && !self.has_replicas(key)
        };
        let alone: Vec<KeyArn> = self.keys().all().filter(waits).map(|key| key.arn.clone()).collect();
        for arn in alone {
            let _ = self.edit(&arn, |key| {
                key.deletion = key.deletion.map(|held| Deletion { at: Some(end(now, held.days)), ..held });
                Ok(())
            });
        }
    }
}

fn end(now: Seconds, days: u16) -> Seconds {
    now.saturating_add(u64::from(days) * DAY_SECONDS)
}
