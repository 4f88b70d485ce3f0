//! What happens to access keys? Made, switched on and off, deleted; for users and for the account's root user.
//!
//! IAM API reference: CreateAccessKey, UpdateAccessKey, DeleteAccessKey. The secret is made by the caller from entropy, sealed, and
//! shown once.

use crate::draft::{Draft, within};
use crate::model::{AccessKey, AccountHead};
use crate::record::Entity;
use crate::{DirectoryError, Outcome, Text};
use sotto_arn::AccountId;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Access keys of one user (IAM user guide, quotas).
pub const KEYS_PER_USER_MAX: usize = 2;

impl Draft {
    /// CreateAccessKey, with an id that nobody else has. `user` is `None` for the root user.
    ///
    /// # Errors
    /// When there is no such user, it has two keys, or the id is taken.
    pub fn create_access_key(
        &mut self,
        account: &AccountId,
        user: Option<&Text>,
        key: AccessKey,
    ) -> Outcome<()> {
        if self.directory().key_owner(key.id.as_str()).is_some() {
            return Err(DirectoryError::EntityExists("The access key id is in use.".into()));
        }
        self.edit_keys(account, user, |keys| {
            within("AccessKeysPerUser", keys.len(), KEYS_PER_USER_MAX)?;
            keys.insert(key.id.clone(), key);
            Ok(())
        })
    }

    /// UpdateAccessKey.
    ///
    /// # Errors
    /// When there is no such user or key.
    pub fn update_access_key(
        &mut self,
        account: &AccountId,
        user: Option<&Text>,
        id: &Text,
        active: bool,
    ) -> Outcome<()> {
        self.edit_keys(account, user, |keys| {
            keys.get_mut(id).ok_or_else(|| no_key(id))?.active = active;
            Ok(())
        })
    }

    /// DeleteAccessKey.
    ///
    /// # Errors
    /// When there is no such user or key.
    pub fn delete_access_key(&mut self, account: &AccountId, user: Option<&Text>, id: &Text) -> Outcome<()> {
        self.edit_keys(account, user, |keys| keys.remove(id).map(drop).ok_or_else(|| no_key(id)))
    }

    fn edit_keys(
        &mut self,
        account: &AccountId,
        user: Option<&Text>,
        edit: impl FnOnce(&mut BTreeMap<Text, AccessKey>) -> Outcome<()>,
    ) -> Outcome<()> {
        match user {
            Some(name) => self.edit_user(account, name, |user| edit(&mut user.keys)),
            None => self.edit_head(account, |head| edit(&mut head.root_keys)),
        }
    }

    pub(crate) fn edit_head<T>(
        &mut self,
        account: &AccountId,
        edit: impl FnOnce(&mut AccountHead) -> Outcome<T>,
    ) -> Outcome<T> {
        let mut head = AccountHead::clone(&self.account(account)?.head);
        let answer = edit(&mut head)?;
        self.put(account, Entity::Account(Arc::new(head)));
        Ok(answer)
    }
}

/// That there is no such access key.
pub fn no_key(id: &Text) -> DirectoryError {
    DirectoryError::NoSuchEntity(Text::own(format!("The Access Key with id {id} cannot be found.")))
}
