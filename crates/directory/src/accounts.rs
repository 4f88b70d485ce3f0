//! What belongs to an account as a whole? Its beginning, its alias, its rules for passwords.
//!
//! IAM API reference: CreateAccountAlias, DeleteAccountAlias, UpdateAccountPasswordPolicy, DeleteAccountPasswordPolicy.

use crate::draft::Draft;
use crate::model::{AccountHead, PasswordPolicy, Seconds};
use crate::record::Entity;
use crate::{DirectoryError, Outcome, Text};
use sotto_arn::AccountId;
use std::sync::Arc;

impl Draft {
    /// Opens an account: the first start does it, and CreateAccount of Organizations.
    ///
    /// # Errors
    /// When there is one with this id.
    pub fn open_account(&mut self, id: &AccountId, now: Seconds) -> Outcome<()> {
        if self.directory().account(id).is_some() {
            return Err(DirectoryError::EntityExists("The account exists already.".into()));
        }
        let head = AccountHead { created: now, ..AccountHead::default() };
        self.put(id, Entity::Account(Arc::new(head)));
        Ok(())
    }

    /// CreateAccountAlias: one per account, and no other account has it.
    ///
    /// # Errors
    /// When the alias is taken or has another shape than lower-case letters, digits and single hyphens.
    pub fn create_alias(&mut self, account: &AccountId, alias: Text) -> Outcome<()> {
        let other = self.directory().accounts().any(|(_, held)| held.head.alias.as_ref() == Some(&alias));
        if other {
            return Err(DirectoryError::EntityExists(Text::own(format!(
                "The account alias {alias} already exists."
            ))));
        }
        if !is_alias(alias.as_str()) {
            return Err(DirectoryError::Validation(
                "1 validation error detected: Value at 'accountAlias' failed to satisfy constraint: Member must \
                 satisfy regular expression pattern: ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$"
                    .into(),
            ));
        }
        self.edit_head(account, |head| {
            head.alias = Some(alias);
            Ok(())
        })
    }

    /// DeleteAccountAlias.
    ///
    /// # Errors
    /// When the account has no such alias.
    pub fn delete_alias(&mut self, account: &AccountId, alias: &Text) -> Outcome<()> {
        self.edit_head(account, |head| match head.alias.take_if(|held| held == alias) {
            Some(_) => Ok(()),
            None => Err(DirectoryError::NoSuchEntity(Text::own(format!(
                "The account alias {alias} cannot be found."
            )))),
        })
    }

    /// UpdateAccountPasswordPolicy, or its deletion.
    ///
    /// # Errors
    /// When there is none to delete.
    pub fn set_password_policy(
        &mut self,
        account: &AccountId,
        policy: Option<PasswordPolicy>,
    ) -> Outcome<()> {
        self.edit_head(account, |head| match (&policy, &head.password_policy) {
            (None, None) => Err(DirectoryError::NoSuchEntity(
                "The account policy with name PasswordPolicy cannot be found.".into(),
            )),
            _ => {
                head.password_policy = policy;
                Ok(())
            }
        })
    }
}

fn is_alias(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (3..=63).contains(&text.len())
        && text.bytes().all(allowed)
        && !text.contains("--")
        && !text.starts_with('-')
        && !text.ends_with('-')
}
