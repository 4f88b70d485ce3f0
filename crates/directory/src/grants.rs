//! How do policies come to users, groups and roles? Attached, written inline, set as a boundary.
//!
//! IAM API reference: Attach*Policy, Detach*Policy, Put*Policy, Delete*Policy, Put*PermissionsBoundary.

use crate::bearers::Bearer;
use crate::documents::{self, GROUP_INLINE_CHARS_MAX, ROLE_INLINE_CHARS_MAX, Slot, USER_INLINE_CHARS_MAX};
use crate::draft::{Draft, within};
use crate::model::Grants;
use crate::names::{NAME_CHARS_MAX, name};
use crate::policies::{find, no_policy};
use crate::{DirectoryError, Outcome, Text};
use sotto_arn::AccountId;

/// Managed policies on one user, group or role (IAM user guide, quotas).
pub const ATTACHED_MAX: usize = 10;

impl Draft {
    /// AttachUserPolicy and its siblings; to be attached already is no error.
    ///
    /// # Errors
    /// When there is no such bearer or policy, or ten are attached.
    pub fn attach(&mut self, account: &AccountId, bearer: &Bearer<'_>, policy: &Text) -> Outcome<()> {
        self.grants(account, bearer)?;
        self.attachable(account, policy)?;
        self.edit_grants(account, bearer, |grants| {
            if !grants.attached.contains(policy) {
                within(per_bearer(bearer), grants.attached.len(), ATTACHED_MAX)?;
                grants.attached.insert(policy.clone());
            }
            Ok(())
        })
    }

    fn attachable(&self, account: &AccountId, policy: &Text) -> Outcome<()> {
        match find(account, self.account(account)?, policy.as_str()) {
            Some(_) => Ok(()),
            None => Err(DirectoryError::NoSuchEntity(Text::own(format!(
                "Policy {policy} does not exist or is not attachable."
            )))),
        }
    }

    /// DetachUserPolicy and its siblings.
    ///
    /// # Errors
    /// When there is no such bearer, or the policy is not attached.
    pub fn detach(&mut self, account: &AccountId, bearer: &Bearer<'_>, policy: &Text) -> Outcome<()> {
        self.edit_grants(account, bearer, |grants| match grants.attached.remove(policy) {
            true => Ok(()),
            false => Err(no_policy(policy.as_str())),
        })
    }

    /// PutUserPolicy and its siblings: writes or replaces an inline policy.
    ///
    /// # Errors
    /// When there is no such bearer, the document is no policy, or the sum of sizes is too large.
    pub fn put_inline(
        &mut self,
        account: &AccountId,
        bearer: &Bearer<'_>,
        policy: Text,
        document: Text,
    ) -> Outcome<()> {
        self.grants(account, bearer)?;
        documents::check(&document, Slot::Inline)?;
        let policy = name("policyName", policy, NAME_CHARS_MAX)?;
        self.edit_grants(account, bearer, |grants| {
            grants.inline.insert(policy, document);
            inline_size(bearer, grants)
        })
    }

    /// DeleteUserPolicy and its siblings.
    ///
    /// # Errors
    /// When there is no such bearer or inline policy.
    pub fn delete_inline(&mut self, account: &AccountId, bearer: &Bearer<'_>, policy: &Text) -> Outcome<()> {
        self.edit_grants(account, bearer, |grants| match grants.inline.remove(policy) {
            Some(_) => Ok(()),
            None => Err(no_inline(bearer, policy)),
        })
    }

    /// PutUserPermissionsBoundary and PutRolePermissionsBoundary, or their deletion.
    ///
    /// # Errors
    /// When there is no such bearer or policy; groups have no boundary.
    pub fn set_boundary(
        &mut self,
        account: &AccountId,
        bearer: &Bearer<'_>,
        boundary: Option<Text>,
    ) -> Outcome<()> {
        self.grants(account, bearer)?;
        self.check_boundary(account, boundary.as_ref())?;
        let missing = boundary.is_none();
        let set = |held: &mut Option<Text>| match std::mem::replace(held, boundary) {
            None if missing => Err(no_boundary(bearer)),
            _ => Ok(()),
        };
        match bearer {
            Bearer::User(name) => self.edit_user(account, name, |user| set(&mut user.boundary)),
            Bearer::Role(name) => self.edit_role(account, name, |role| {
                crate::linked::unprotected(role)?;
                set(&mut role.boundary)
            }),
            Bearer::Group(_) => {
                Err(DirectoryError::NotSupported("Groups have no permissions boundary.".into()))
            }
        }
    }

    pub(crate) fn check_boundary(&self, account: &AccountId, boundary: Option<&Text>) -> Outcome<()> {
        let Some(policy) = boundary else { return Ok(()) };
        if policy.as_str().split(':').count() < 6 || !policy.as_str().contains(":policy/") {
            return Err(DirectoryError::Validation(Text::own(format!(
                "Value ({policy}) failed to satisfy constraint: Member must satisfy regular expression pattern: \
                 arn:(aws|aws-cn|aws-us-gov):iam::[0-9]{{12}}|aws:policy/.*"
            ))));
        }
        match find(account, self.account(account)?, policy.as_str()) {
            Some(_) => Ok(()),
            None => Err(DirectoryError::NoSuchEntity(Text::own(format!(
                "Scope ARN: {policy} does not exist or is not attachable."
            )))),
        }
    }
}

const fn per_bearer(bearer: &Bearer<'_>) -> &'static str {
    match bearer {
        Bearer::User(_) => "PoliciesPerUser",
        Bearer::Group(_) => "PoliciesPerGroup",
        Bearer::Role(_) => "PoliciesPerRole",
    }
}

fn inline_size(bearer: &Bearer<'_>, grants: &Grants) -> Outcome<()> {
    let chars_max = match bearer {
        Bearer::User(_) => USER_INLINE_CHARS_MAX,
        Bearer::Group(_) => GROUP_INLINE_CHARS_MAX,
        Bearer::Role(_) => ROLE_INLINE_CHARS_MAX,
    };
    if grants.inline.values().map(documents::size).sum::<usize>() <= chars_max {
        return Ok(());
    }
    Err(DirectoryError::LimitExceeded(Text::own(format!(
        "Maximum policy size of {chars_max} bytes exceeded for {} {}",
        bearer.word(),
        bearer.name()
    ))))
}

/// That a bearer has no inline policy of this name.
pub fn no_inline(bearer: &Bearer<'_>, policy: &Text) -> DirectoryError {
    DirectoryError::NoSuchEntity(Text::own(format!(
        "The {} policy with name {policy} cannot be found.",
        bearer.word()
    )))
}

fn no_boundary(bearer: &Bearer<'_>) -> DirectoryError {
    DirectoryError::NoSuchEntity(Text::own(format!("The {} has no permissions boundary.", bearer.word())))
}
