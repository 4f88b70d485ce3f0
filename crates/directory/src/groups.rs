//! What happens to groups? Created, renamed, moved, deleted. Members are kept with the users.
//!
//! IAM API reference: CreateGroup, UpdateGroup, DeleteGroup.

use crate::draft::{Draft, conflict, within};
use crate::error::exists;
use crate::id::{Entropy, IdKind, unique_id};
use crate::model::{Group, Seconds, User};
use crate::names::{NAME_CHARS_MAX, name, path};
use crate::record::{Entity, Kind};
use crate::{Outcome, Text};
use sotto_arn::AccountId;
use std::sync::Arc;

/// Groups of an account (IAM user guide, quotas).
pub const GROUPS_PER_ACCOUNT_MAX: usize = 300;

impl Draft {
    /// CreateGroup.
    ///
    /// # Errors
    /// When the name is taken or no name, or the account is full.
    pub fn create_group(
        &mut self,
        account: &AccountId,
        new_name: Text,
        new_path: Option<Text>,
        now: Seconds,
        entropy: &mut dyn Entropy,
    ) -> Outcome<Arc<Group>> {
        let held = self.account(account)?;
        if held.groups.find(new_name.as_str()).is_some() {
            return Err(exists("Group", new_name.as_str()));
        }
        within("GroupsPerAccount", held.groups.count(), GROUPS_PER_ACCOUNT_MAX)?;
        let group = Arc::new(Group {
            id: unique_id(IdKind::Group, entropy),
            name: name("groupName", new_name, NAME_CHARS_MAX)?,
            path: path(new_path)?,
            created: now,
            grants: Default::default(),
        });
        self.put(account, Entity::Group(Arc::clone(&group)));
        Ok(group)
    }

    /// UpdateGroup: another name, another path.
    ///
    /// # Errors
    /// When there is no such group, or the new name is taken or no name.
    pub fn update_group(
        &mut self,
        account: &AccountId,
        old: &Text,
        new_name: Option<Text>,
        new_path: Option<Text>,
    ) -> Outcome<()> {
        let mut group = Group::clone(self.group(account, old)?);
        if let Some(new_name) = new_name {
            let new_name = name("newGroupName", new_name, NAME_CHARS_MAX)?;
            let taken = self.account(account)?.groups.find(new_name.as_str());
            if taken.is_some_and(|other| other.id != group.id || other.name == new_name) {
                return Err(exists("Group", new_name.as_str()));
            }
            self.rename_in_users(account, old, &new_name);
            group.name = new_name;
        }
        if new_path.is_some() {
            group.path = path(new_path)?;
        }
        self.delete(account, Kind::Group, old.as_str());
        self.put(account, Entity::Group(Arc::new(group)));
        Ok(())
    }

    fn rename_in_users(&mut self, account: &AccountId, old: &Text, new: &Text) {
        let Some(held) = self.directory().account(account).cloned() else { return };
        for user in held.members(old.as_str()) {
            let mut user = User::clone(user);
            user.groups.remove(old);
            user.groups.insert(new.clone());
            self.put(account, Entity::User(Arc::new(user)));
        }
    }

    /// DeleteGroup: only when nobody is in it and no policy hangs on it.
    ///
    /// # Errors
    /// When there is no such group, or members or policies are left.
    pub fn delete_group(&mut self, account: &AccountId, name: &Text) -> Outcome<()> {
        let group = self.group(account, name)?;
        let members = self.account(account)?.members(name.as_str()).next().is_some();
        let left = [
            (members, "Cannot delete entity, must remove users from group first."),
            (!group.grants.attached.is_empty(), "Cannot delete entity, must detach all policies first."),
            (!group.grants.inline.is_empty(), "Cannot delete entity, must delete policies first."),
        ];
        if let Some((_, message)) = left.into_iter().find(|(hangs, _)| *hangs) {
            return Err(conflict(message));
        }
        self.delete(account, Kind::Group, name.as_str());
        Ok(())
    }
}
