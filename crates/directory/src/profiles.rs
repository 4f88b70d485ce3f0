//! What happens to instance profiles? Made, given one role, emptied, deleted.
//!
//! IAM API reference: CreateInstanceProfile, AddRoleToInstanceProfile, RemoveRoleFromInstanceProfile, DeleteInstanceProfile. sotto
//! starts no instances; clients that describe infrastructure make these beside roles.

use crate::draft::{Draft, conflict};
use crate::id::{Entropy, IdKind, unique_id};
use crate::model::{InstanceProfile, Seconds, Tags};
use crate::names::{NAME_CHARS_MAX, name, path};
use crate::record::{Entity, Kind};
use crate::{DirectoryError, Outcome, Text};
use sotto_arn::AccountId;
use std::sync::Arc;

/// What a new profile is to be like.
#[derive(Clone, Debug)]
pub struct NewProfile {
    /// The name.
    pub name: Text,
    /// The path.
    pub path: Option<Text>,
    /// Tags.
    pub tags: Tags,
}

impl Draft {
    /// The profile.
    ///
    /// # Errors
    /// [`DirectoryError::NoSuchEntity`].
    pub fn profile(&self, account: &AccountId, name: &Text) -> Outcome<&Arc<InstanceProfile>> {
        let held = self.account(account)?.profiles.find(name.as_str()).filter(|held| held.name == *name);
        held.ok_or_else(|| {
            DirectoryError::NoSuchEntity(Text::own(format!("Instance Profile {name} cannot be found.")))
        })
    }

    /// CreateInstanceProfile.
    ///
    /// # Errors
    /// When the name is taken or no name.
    pub fn create_profile(
        &mut self,
        account: &AccountId,
        new: NewProfile,
        now: Seconds,
        entropy: &mut dyn Entropy,
    ) -> Outcome<Arc<InstanceProfile>> {
        if self.account(account)?.profiles.find(new.name.as_str()).is_some() {
            return Err(DirectoryError::EntityExists(Text::own(format!(
                "Instance Profile {} already exists.",
                new.name
            ))));
        }
        let profile = Arc::new(InstanceProfile {
            id: unique_id(IdKind::Profile, entropy),
            name: name("instanceProfileName", new.name, NAME_CHARS_MAX)?,
            path: path(new.path)?,
            created: now,
            role: None,
            tags: new.tags,
        });
        self.put(account, Entity::Profile(Arc::clone(&profile)));
        Ok(profile)
    }

    /// AddRoleToInstanceProfile: one role each.
    ///
    /// # Errors
    /// When there is no such profile or role, or the profile has a role.
    pub fn add_role_to_profile(&mut self, account: &AccountId, profile: &Text, role: &Text) -> Outcome<()> {
        let mut held = InstanceProfile::clone(self.profile(account, profile)?);
        let role = self.role(account, role)?.name.clone();
        if held.role.is_some() {
            return Err(crate::error::limit("InstanceSessionsPerInstanceProfile", 1));
        }
        held.role = Some(role);
        self.put(account, Entity::Profile(Arc::new(held)));
        Ok(())
    }

    /// RemoveRoleFromInstanceProfile.
    ///
    /// # Errors
    /// When there is no such profile, or the role is not in it.
    pub fn remove_role_from_profile(
        &mut self,
        account: &AccountId,
        profile: &Text,
        role: &Text,
    ) -> Outcome<()> {
        let mut held = InstanceProfile::clone(self.profile(account, profile)?);
        if held.role.take_if(|inside| inside == role).is_none() {
            return Err(crate::error::no_such("role", role.as_str()));
        }
        self.put(account, Entity::Profile(Arc::new(held)));
        Ok(())
    }

    /// DeleteInstanceProfile: only when it is empty.
    ///
    /// # Errors
    /// When there is no such profile, or a role is in it.
    pub fn delete_profile(&mut self, account: &AccountId, profile: &Text) -> Outcome<()> {
        if self.profile(account, profile)?.role.is_some() {
            return Err(conflict("Cannot delete entity, must remove roles from instance profile first."));
        }
        self.delete(account, Kind::Profile, profile.as_str());
        Ok(())
    }
}
