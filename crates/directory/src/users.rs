//! What happens to users? Created, renamed, moved, deleted; put into groups and taken out; given a sign-in profile.
//!
//! IAM API reference: CreateUser, UpdateUser, DeleteUser, AddUserToGroup, RemoveUserFromGroup, CreateLoginProfile.

use crate::draft::{Draft, conflict, within};
use crate::error::exists;
use crate::id::{Entropy, IdKind, unique_id};
use crate::model::{LoginProfile, Seconds, Tags, User};
use crate::names::{USER_NAME_CHARS_MAX, name, path};
use crate::record::{Entity, Kind};
use crate::{DirectoryError, Outcome, Text};
use sotto_arn::AccountId;
use std::sync::Arc;

/// Users of an account (IAM user guide, quotas).
pub const USERS_PER_ACCOUNT_MAX: usize = 5000;
/// Groups that a user may be in.
pub const GROUPS_PER_USER_MAX: usize = 10;

/// What a new user is to be like.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The name.
    pub name: Text,
    /// The path.
    pub path: Option<Text>,
    /// ARN of the boundary.
    pub boundary: Option<Text>,
    /// Tags.
    pub tags: Tags,
}

impl Draft {
    /// CreateUser.
    ///
    /// # Errors
    /// When the name is taken or no name, the boundary is no policy, or the account is full.
    pub fn create_user(
        &mut self,
        account: &AccountId,
        new: NewUser,
        now: Seconds,
        entropy: &mut dyn Entropy,
    ) -> Outcome<Arc<User>> {
        let held = self.account(account)?;
        if held.users.find(new.name.as_str()).is_some() {
            return Err(exists("User", new.name.as_str()));
        }
        within("UsersPerAccount", held.users.count(), USERS_PER_ACCOUNT_MAX)?;
        self.check_boundary(account, new.boundary.as_ref())?;
        let user = Arc::new(User {
            id: unique_id(IdKind::User, entropy),
            name: name("userName", new.name, USER_NAME_CHARS_MAX)?,
            path: path(new.path)?,
            created: now,
            grants: Default::default(),
            boundary: new.boundary,
            groups: Default::default(),
            keys: Default::default(),
            tags: new.tags,
            login: None,
        });
        self.put(account, Entity::User(Arc::clone(&user)));
        Ok(user)
    }

    /// UpdateUser: another name, another path. The unique id stays, so what is bound to it stays bound.
    ///
    /// # Errors
    /// When there is no such user, or the new name is taken or no name.
    pub fn update_user(
        &mut self,
        account: &AccountId,
        old: &Text,
        new_name: Option<Text>,
        new_path: Option<Text>,
    ) -> Outcome<()> {
        let mut user = User::clone(self.user(account, old)?);
        if let Some(new_name) = new_name {
            let new_name = name("newUserName", new_name, USER_NAME_CHARS_MAX)?;
            let taken = self.account(account)?.users.find(new_name.as_str());
            if taken.is_some_and(|other| other.id != user.id) {
                return Err(exists("User", new_name.as_str()));
            }
            self.rename_on_devices(account, old, &new_name);
            user.name = new_name;
        }
        if new_path.is_some() {
            user.path = path(new_path)?;
        }
        self.delete(account, Kind::User, old.as_str());
        self.put(account, Entity::User(Arc::new(user)));
        Ok(())
    }

    fn rename_on_devices(&mut self, account: &AccountId, old: &Text, new: &Text) {
        let held =
            self.directory().account(account).map(|account| account.devices.clone()).unwrap_or_default();
        for device in held.iter().filter(|device| device.user.as_ref() == Some(old)) {
            let mut device = crate::MfaDevice::clone(device);
            device.user = Some(new.clone());
            self.put(account, Entity::Mfa(Arc::new(device)));
        }
    }

    /// DeleteUser: only when nothing hangs on it any more.
    ///
    /// # Errors
    /// When there is no such user, or keys, policies, groups, devices or a sign-in profile are left.
    pub fn delete_user(&mut self, account: &AccountId, name: &Text) -> Outcome<()> {
        let user = self.user(account, name)?;
        let device = self.account(account)?.devices.iter().any(|device| device.user.as_ref() == Some(name));
        let left = [
            (!user.groups.is_empty(), "Cannot delete entity, must remove users from group first."),
            (!user.grants.attached.is_empty(), "Cannot delete entity, must detach all policies first."),
            (!user.grants.inline.is_empty(), "Cannot delete entity, must delete policies first."),
            (!user.keys.is_empty(), "Cannot delete entity, must delete access keys first."),
            (device, "Cannot delete entity, must delete MFA device first."),
            (user.login.is_some(), "Cannot delete entity, must delete login profile first."),
        ];
        if let Some((_, message)) = left.into_iter().find(|(hangs, _)| *hangs) {
            return Err(conflict(message));
        }
        self.delete(account, Kind::User, name.as_str());
        Ok(())
    }

    /// AddUserToGroup; to be there already is no error.
    ///
    /// # Errors
    /// When there is no such group or user, or the user is in ten groups.
    pub fn add_user_to_group(&mut self, account: &AccountId, group: &Text, user: &Text) -> Outcome<()> {
        let group = self.group(account, group)?.name.clone();
        self.edit_user(account, user, |user| {
            if !user.groups.contains(&group) {
                within("GroupsPerUser", user.groups.len(), GROUPS_PER_USER_MAX)?;
                user.groups.insert(group);
            }
            Ok(())
        })
    }

    /// RemoveUserFromGroup.
    ///
    /// # Errors
    /// When there is no such group or user, or the user is not in it.
    pub fn remove_user_from_group(&mut self, account: &AccountId, group: &Text, user: &Text) -> Outcome<()> {
        let group = self.group(account, group)?.name.clone();
        self.edit_user(account, user, |held| match held.groups.remove(&group) {
            true => Ok(()),
            false => {
                Err(DirectoryError::NoSuchEntity(Text::own(format!("User {user} not in group {group}"))))
            }
        })
    }

    /// CreateLoginProfile.
    ///
    /// # Errors
    /// When there is no such user, or it has a profile.
    pub fn create_login(
        &mut self,
        account: &AccountId,
        user: &Text,
        reset_required: bool,
        now: Seconds,
    ) -> Outcome<LoginProfile> {
        let profile = LoginProfile { created: now, reset_required };
        self.edit_user(account, user, |held| match held.login.replace(profile.clone()) {
            None => Ok(profile),
            Some(_) => Err(DirectoryError::EntityExists(Text::own(format!(
                "Login Profile for user {user} already exists."
            )))),
        })
    }

    /// UpdateLoginProfile.
    ///
    /// # Errors
    /// When there is no such user or profile.
    pub fn update_login(
        &mut self,
        account: &AccountId,
        user: &Text,
        reset_required: Option<bool>,
    ) -> Outcome<()> {
        self.edit_user(account, user, |held| {
            let profile = held.login.as_mut().ok_or_else(|| no_login(user))?;
            profile.reset_required = reset_required.unwrap_or(profile.reset_required);
            Ok(())
        })
    }

    /// DeleteLoginProfile.
    ///
    /// # Errors
    /// When there is no such user or profile.
    pub fn delete_login(&mut self, account: &AccountId, user: &Text) -> Outcome<()> {
        self.edit_user(account, user, |held| held.login.take().map(drop).ok_or_else(|| no_login(user)))
    }
}

/// That a user has no sign-in profile.
pub fn no_login(user: &Text) -> DirectoryError {
    DirectoryError::NoSuchEntity(Text::own(format!("Login Profile for User {user} cannot be found.")))
}
