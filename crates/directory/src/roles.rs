//! What happens to roles? Created with a trust policy, changed, deleted.
//!
//! IAM API reference: CreateRole, UpdateRole, UpdateAssumeRolePolicy, DeleteRole. A role that is deleted and made again has another
//! unique id, so sessions of the old one end.

use crate::documents::{self, Slot};
use crate::draft::{Draft, conflict, within};
use crate::error::exists;
use crate::id::{Entropy, IdKind, unique_id};
use crate::linked::unprotected;
use crate::model::{Role, Seconds, Tags};
use crate::names::{ROLE_NAME_CHARS_MAX, name, path};
use crate::record::{Entity, Kind};
use crate::{DirectoryError, Outcome, Text};
use sotto_arn::AccountId;
use sotto_kms::Sealed;
use std::sync::Arc;

/// Roles of an account (IAM user guide, quotas).
pub const ROLES_PER_ACCOUNT_MAX: usize = 1000;
/// Shortest and longest that a role's sessions may last at most, in seconds (CreateRole, `MaxSessionDuration`).
pub const SESSION_SECONDS: std::ops::RangeInclusive<u32> = 3600..=43_200;

/// What a new role is to be like.
#[derive(Clone, Debug)]
pub struct NewRole {
    /// The name.
    pub name: Text,
    /// The path.
    pub path: Option<Text>,
    /// The trust policy.
    pub trust: Text,
    /// Longest session.
    pub session_seconds_max: Option<u32>,
    /// ARN of the boundary.
    pub boundary: Option<Text>,
    /// The description.
    pub description: Option<Sealed>,
    /// Tags.
    pub tags: Tags,
}

impl Draft {
    /// CreateRole.
    ///
    /// # Errors
    /// When the name is taken or no name, the trust policy or the boundary is no policy, or the account is full.
    pub fn create_role(
        &mut self,
        account: &AccountId,
        new: NewRole,
        now: Seconds,
        entropy: &mut dyn Entropy,
    ) -> Outcome<Arc<Role>> {
        let held = self.account(account)?;
        if held.roles.find(new.name.as_str()).is_some() {
            return Err(exists("Role", new.name.as_str()));
        }
        within("RolesPerAccount", held.roles.count(), ROLES_PER_ACCOUNT_MAX)?;
        documents::check(&new.trust, Slot::Trust)?;
        self.check_boundary(account, new.boundary.as_ref())?;
        let role = Arc::new(Role {
            id: unique_id(IdKind::Role, entropy),
            name: name("roleName", new.name, ROLE_NAME_CHARS_MAX)?,
            path: path(new.path)?,
            created: now,
            trust: new.trust,
            session_seconds_max: session_seconds(new.session_seconds_max)?,
            grants: Default::default(),
            boundary: new.boundary,
            description: new.description,
            tags: new.tags,
        });
        self.put(account, Entity::Role(Arc::clone(&role)));
        Ok(role)
    }

    /// UpdateRole: what is not given stays, but a description that is not given is taken away when `describe` asks so.
    ///
    /// # Errors
    /// When there is no such role, or the duration is out of range.
    pub fn update_role(
        &mut self,
        account: &AccountId,
        name: &Text,
        session_seconds_max: Option<u32>,
        describe: Option<Option<Sealed>>,
    ) -> Outcome<()> {
        self.edit_role(account, name, |role| {
            if session_seconds_max.is_some() {
                role.session_seconds_max = session_seconds(session_seconds_max)?;
            }
            if let Some(description) = describe {
                role.description = description;
            }
            Ok(())
        })
    }

    /// UpdateAssumeRolePolicy.
    ///
    /// # Errors
    /// When there is no such role, or the document is no trust policy.
    pub fn update_trust(&mut self, account: &AccountId, name: &Text, trust: Text) -> Outcome<()> {
        unprotected(self.role(account, name)?)?;
        documents::check(&trust, Slot::Trust)?;
        self.edit_role(account, name, |role| {
            role.trust = trust;
            Ok(())
        })
    }

    /// DeleteRole: only when nothing hangs on it any more.
    ///
    /// # Errors
    /// When there is no such role, or policies or instance profiles are left.
    pub fn delete_role(&mut self, account: &AccountId, name: &Text) -> Outcome<()> {
        let role = self.role(account, name)?;
        unprotected(role)?;
        let profile =
            self.account(account)?.profiles.iter().any(|profile| profile.role.as_ref() == Some(name));
        let left = [
            (profile, "Cannot delete entity, must remove roles from instance profile first."),
            (!role.grants.attached.is_empty(), "Cannot delete entity, must detach all policies first."),
            (!role.grants.inline.is_empty(), "Cannot delete entity, must delete policies first."),
        ];
        if let Some((_, message)) = left.into_iter().find(|(hangs, _)| *hangs) {
            return Err(conflict(message));
        }
        self.delete(account, Kind::Role, name.as_str());
        Ok(())
    }
}

fn session_seconds(given: Option<u32>) -> Outcome<u32> {
    let seconds = given.unwrap_or(*SESSION_SECONDS.start());
    if SESSION_SECONDS.contains(&seconds) {
        return Ok(seconds);
    }
    let bound = if seconds > *SESSION_SECONDS.end() {
        "less than or equal to 43200"
    } else {
        "greater than or equal to 3600"
    };
    Err(DirectoryError::Validation(Text::own(format!(
        "1 validation error detected: Value '{seconds}' at 'maxSessionDuration' failed to satisfy constraint: \
         Member must have value {bound}"
    ))))
}
