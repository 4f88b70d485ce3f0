//! How does a key come by another name? KMS API Reference: CreateAlias, UpdateAlias, DeleteAlias.

use super::draft::{Draft, limit};
use super::error::{KeysError, Outcome, said};
use super::model::{Alias, Key, Seconds};
use super::names::{AliasName, KeyArn};
use super::record::Entity;
use super::words::KeyUsage;
use sotto_arn::{AccountId, Region};
use std::sync::Arc;

/// Aliases of one key (KMS Developer Guide, "Resource quotas").
pub const ALIASES_PER_KEY_MAX: usize = 50;

impl Draft {
    /// CreateAlias: in the account and Region of the key.
    ///
    /// # Errors
    /// When the name is taken, the key is to be deleted or is not there, or it has as many names as it may have.
    pub fn create_alias(&mut self, name: AliasName, target: &KeyArn, now: Seconds) -> Outcome<()> {
        let (account, region) = (target.account(), target.region());
        if self.held(account, region).is_some_and(|held| held.alias(name.as_str()).is_some()) {
            let arn = name.arn(account, region);
            return Err(KeysError::AlreadyExists(said(format_args!(
                "An alias with the name {arn} already exists"
            ))));
        }
        self.check_target(target)?;
        let (account, region) = (account.clone(), region.clone());
        let alias = Alias { account, region, name, target: target.id().clone(), created: now, updated: now };
        self.put(Entity::Alias(Arc::new(alias)));
        Ok(())
    }

    /// UpdateAlias: to another key of the same kind.
    ///
    /// # Errors
    /// When there is no such alias or key, the key is to be deleted, or is of another kind.
    pub fn update_alias(&mut self, name: &AliasName, target: &KeyArn, now: Seconds) -> Outcome<()> {
        let alias = self.alias(target.account(), target.region(), name)?;
        let new = self.key(target)?;
        self.keys().not_pending_deletion(new)?;
        let held = self.held(&alias.account, &alias.region);
        let old = held.and_then(|held| held.key(alias.target.as_str()));
        if old.is_some_and(|old| kind(old) != kind(new)) {
            let words = "The key of an alias can be changed to one of the same type and key usage only";
            return Err(KeysError::Validation(words.into()));
        }
        if alias.target != *target.id() {
            self.check_target(target)?;
        }
        let next = Alias { target: target.id().clone(), updated: now, ..Alias::clone(&alias) };
        self.put(Entity::Alias(Arc::new(next)));
        Ok(())
    }

    /// DeleteAlias: whatever becomes of the key.
    ///
    /// # Errors
    /// When there is no such alias.
    pub fn delete_alias(&mut self, account: &AccountId, region: &Region, name: &AliasName) -> Outcome<()> {
        let alias = self.alias(account, region, name)?;
        self.delete(&Entity::Alias(alias));
        Ok(())
    }

    /// An alias.
    ///
    /// # Errors
    /// [`KeysError::NotFound`].
    pub fn alias(&self, account: &AccountId, region: &Region, name: &AliasName) -> Outcome<Arc<Alias>> {
        let found = self.held(account, region).and_then(|held| held.alias(name.as_str()));
        found.cloned().ok_or_else(|| {
            let arn = name.arn(account, region);
            KeysError::NotFound(said(format_args!("Alias {arn} is not found.")))
        })
    }

    fn check_target(&self, target: &KeyArn) -> Outcome<()> {
        self.keys().not_pending_deletion(self.key(target)?)?;
        let held = self.held(target.account(), target.region());
        let count = held.map_or(0, |held| held.aliases_of(target.id()).count());
        match count < ALIASES_PER_KEY_MAX {
            true => Ok(()),
            false => Err(limit(format_args!(
                "Alias limit exceeded: a key has at most {ALIASES_PER_KEY_MAX} aliases"
            ))),
        }
    }
}

/// What two keys of one alias have in common: symmetric, asymmetric or for HMAC, and what for.
fn kind(key: &Key) -> (bool, KeyUsage) {
    (key.spec.is_asymmetric(), key.usage)
}
