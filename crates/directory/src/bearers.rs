//! Who bears policies, tags and boundaries? Users, groups and roles: found, changed and put back in one place.

use crate::draft::Draft;
use crate::error::no_such;
use crate::model::{Grants, Group, Role, User};
use crate::record::Entity;
use crate::{Outcome, Text};
use sotto_arn::AccountId;
use std::sync::Arc;

/// A user, a group or a role, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bearer<'a> {
    /// A user.
    User(&'a Text),
    /// A group.
    Group(&'a Text),
    /// A role.
    Role(&'a Text),
}

impl Bearer<'_> {
    /// The word for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Group(_) => "group",
            Self::Role(_) => "role",
        }
    }

    /// Its name.
    pub const fn name(&self) -> &Text {
        match self {
            Self::User(name) | Self::Group(name) | Self::Role(name) => name,
        }
    }
}

impl Draft {
    /// The user.
    ///
    /// # Errors
    /// [`crate::DirectoryError::NoSuchEntity`].
    pub fn user(&self, account: &AccountId, name: &Text) -> Outcome<&Arc<User>> {
        self.account(account)?.user(name.as_str()).ok_or_else(|| no_such("user", name.as_str()))
    }

    /// The group.
    ///
    /// # Errors
    /// [`crate::DirectoryError::NoSuchEntity`].
    pub fn group(&self, account: &AccountId, name: &Text) -> Outcome<&Arc<Group>> {
        self.account(account)?.group(name.as_str()).ok_or_else(|| no_such("group", name.as_str()))
    }

    /// The role.
    ///
    /// # Errors
    /// [`crate::DirectoryError::NoSuchEntity`].
    pub fn role(&self, account: &AccountId, name: &Text) -> Outcome<&Arc<Role>> {
        self.account(account)?.role(name.as_str()).ok_or_else(|| no_such("role", name.as_str()))
    }

    /// What a bearer was granted.
    ///
    /// # Errors
    /// [`crate::DirectoryError::NoSuchEntity`].
    pub fn grants(&self, account: &AccountId, bearer: &Bearer<'_>) -> Outcome<&Grants> {
        Ok(match bearer {
            Bearer::User(name) => &self.user(account, name)?.grants,
            Bearer::Group(name) => &self.group(account, name)?.grants,
            Bearer::Role(name) => &self.role(account, name)?.grants,
        })
    }

    pub(crate) fn edit_user<T>(
        &mut self,
        account: &AccountId,
        name: &Text,
        edit: impl FnOnce(&mut User) -> Outcome<T>,
    ) -> Outcome<T> {
        let mut user = User::clone(self.user(account, name)?);
        let answer = edit(&mut user)?;
        self.put(account, Entity::User(Arc::new(user)));
        Ok(answer)
    }

    pub(crate) fn edit_group<T>(
        &mut self,
        account: &AccountId,
        name: &Text,
        edit: impl FnOnce(&mut Group) -> Outcome<T>,
    ) -> Outcome<T> {
        let mut group = Group::clone(self.group(account, name)?);
        let answer = edit(&mut group)?;
        self.put(account, Entity::Group(Arc::new(group)));
        Ok(answer)
    }

    pub(crate) fn edit_role<T>(
        &mut self,
        account: &AccountId,
        name: &Text,
        edit: impl FnOnce(&mut Role) -> Outcome<T>,
    ) -> Outcome<T> {
        let mut role = Role::clone(self.role(account, name)?);
        let answer = edit(&mut role)?;
        self.put(account, Entity::Role(Arc::new(role)));
        Ok(answer)
    }

    pub(crate) fn edit_grants<T>(
        &mut self,
        account: &AccountId,
        bearer: &Bearer<'_>,
        edit: impl FnOnce(&mut Grants) -> Outcome<T>,
    ) -> Outcome<T> {
        match bearer {
            Bearer::User(name) => self.edit_user(account, name, |user| edit(&mut user.grants)),
            Bearer::Group(name) => self.edit_group(account, name, |group| edit(&mut group.grants)),
            Bearer::Role(name) => self.edit_role(account, name, |role| {
                crate::linked::unprotected(role)?;
                edit(&mut role.grants)
            }),
        }
    }
}
