//! What happens to managed policies? Made, versioned, deleted; and to which of them may something refer.
//!
//! IAM API reference: CreatePolicy, CreatePolicyVersion, SetDefaultPolicyVersion, DeletePolicyVersion, DeletePolicy. A policy that is
//! attached or a boundary is not deleted; a version's number is never used twice.

use crate::documents::{self, Slot};
use crate::draft::{Draft, conflict, within};
use crate::id::{Entropy, IdKind, unique_id};
use crate::managed::{self, AwsPolicy};
use crate::model::{ManagedPolicy, PolicyVersion, Seconds, Tags};
use crate::names::{ArnKind, NAME_CHARS_MAX, arn, name, path};
use crate::record::{Entity, Kind};
use crate::{Account, DirectoryError, Outcome, Text};
use sotto_arn::AccountId;
use sotto_kms::Sealed;
use std::sync::Arc;

/// Customer managed policies of an account (IAM user guide, quotas).
pub const POLICIES_PER_ACCOUNT_MAX: usize = 1500;
/// Versions of one policy.
pub const VERSIONS_MAX: usize = 5;

/// What a new policy is to be like.
#[derive(Clone, Debug)]
pub struct NewPolicy {
    /// The name.
    pub name: Text,
    /// The path.
    pub path: Option<Text>,
    /// The document of its first version.
    pub document: Text,
    /// The description.
    pub description: Option<Sealed>,
    /// Tags.
    pub tags: Tags,
}

/// A managed policy: the customer's or one of the built-in ones.
#[derive(Clone, Debug)]
pub enum AnyPolicy {
    /// Made in this account.
    Customer(Arc<ManagedPolicy>),
    /// Built in.
    Aws(&'static AwsPolicy),
}

impl AnyPolicy {
    /// The document in force.
    pub fn document(&self) -> Option<Text> {
        match self {
            Self::Customer(policy) => {
                policy.versions.get(&policy.default_version).map(|v| v.document.clone())
            }
            Self::Aws(policy) => Some(policy.document.into()),
        }
    }
}

/// The managed policy that an ARN names, as seen from `account`.
pub fn find(id: &AccountId, account: &Account, policy: &str) -> Option<AnyPolicy> {
    if let Some(known) = managed::find(policy) {
        return Some(AnyPolicy::Aws(known));
    }
    let held = account.policies.find(policy.rsplit('/').next()?)?;
    (arn(id, ArnKind::Policy, &held.path, &held.name).as_str() == policy)
        .then(|| AnyPolicy::Customer(Arc::clone(held)))
}

/// That no policy has this ARN.
pub fn no_policy(policy: &str) -> DirectoryError {
    DirectoryError::NoSuchEntity(Text::own(format!("Policy {policy} was not found.")))
}

impl Draft {
    /// The managed policy that an ARN names.
    ///
    /// # Errors
    /// [`DirectoryError::NoSuchEntity`].
    pub fn policy(&self, account: &AccountId, policy: &Text) -> Outcome<AnyPolicy> {
        find(account, self.account(account)?, policy.as_str()).ok_or_else(|| no_policy(policy.as_str()))
    }

    /// The customer managed policy that an ARN names.
    ///
    /// # Errors
    /// [`DirectoryError::NoSuchEntity`]; a built-in policy is not changed.
    pub fn customer_policy(&self, account: &AccountId, policy: &Text) -> Outcome<Arc<ManagedPolicy>> {
        match self.policy(account, policy)? {
            AnyPolicy::Customer(policy) => Ok(policy),
            AnyPolicy::Aws(_) => Err(DirectoryError::NotAttachable(
                "Cannot perform this operation on an AWS managed policy.".into(),
            )),
        }
    }

    /// CreatePolicy.
    ///
    /// # Errors
    /// When the name is taken or no name, the document is no policy, or the account is full.
    pub fn create_policy(
        &mut self,
        account: &AccountId,
        new: NewPolicy,
        now: Seconds,
        entropy: &mut dyn Entropy,
    ) -> Outcome<Arc<ManagedPolicy>> {
        let held = self.account(account)?;
        documents::check(&new.document, Slot::Managed)?;
        if held.policies.find(new.name.as_str()).is_some() {
            return Err(DirectoryError::EntityExists(Text::own(format!(
                "A policy called {} already exists. Duplicate names are not allowed.",
                new.name
            ))));
        }
        within("PoliciesPerAccount", held.policies.count(), POLICIES_PER_ACCOUNT_MAX)?;
        let policy = Arc::new(ManagedPolicy {
            id: unique_id(IdKind::Policy, entropy),
            name: name("policyName", new.name, NAME_CHARS_MAX)?,
            path: path(new.path)?,
            created: now,
            updated: now,
            description: new.description,
            versions: [(1, PolicyVersion { document: new.document, created: now })].into(),
            default_version: 1,
            next_version: 2,
            tags: new.tags,
        });
        self.put(account, Entity::Policy(Arc::clone(&policy)));
        Ok(policy)
    }

    /// CreatePolicyVersion. Gives the new version's number.
    ///
    /// # Errors
    /// When there is no such policy, the document is no policy, or there are five versions.
    pub fn create_policy_version(
        &mut self,
        account: &AccountId,
        policy: &Text,
        document: Text,
        in_force: bool,
        now: Seconds,
    ) -> Outcome<u32> {
        self.customer_policy(account, policy)?;
        documents::check(&document, Slot::Managed)?;
        self.edit_policy(account, policy, |held| {
            if held.versions.len() >= VERSIONS_MAX {
                return Err(DirectoryError::LimitExceeded(
                    "A managed policy can have up to 5 versions. Before you create a new version, you must delete an \
                     existing version."
                        .into(),
                ));
            }
            let number = held.next_version;
            held.next_version = number.saturating_add(1);
            held.versions.insert(number, PolicyVersion { document, created: now });
            held.updated = now;
            if in_force {
                held.default_version = number;
            }
            Ok(number)
        })
    }

    /// SetDefaultPolicyVersion.
    ///
    /// # Errors
    /// When there is no such policy or version.
    pub fn set_default_version(
        &mut self,
        account: &AccountId,
        policy: &Text,
        version: &Text,
        now: Seconds,
    ) -> Outcome<()> {
        self.edit_policy(account, policy, |held| {
            held.default_version = version_number(held, policy, version)?;
            held.updated = now;
            Ok(())
        })
    }

    /// DeletePolicyVersion.
    ///
    /// # Errors
    /// When there is no such policy or version, or the version is in force.
    pub fn delete_policy_version(
        &mut self,
        account: &AccountId,
        policy: &Text,
        version: &Text,
    ) -> Outcome<()> {
        self.edit_policy(account, policy, |held| {
            let number = version_number(held, policy, version)?;
            if number == held.default_version {
                return Err(conflict("Cannot delete the default version of a policy."));
            }
            held.versions.remove(&number);
            Ok(())
        })
    }

    /// DeletePolicy: only when nothing refers to it and one version is left.
    ///
    /// # Errors
    /// When there is no such policy, or it is in use, or has other versions.
    pub fn delete_policy(&mut self, account: &AccountId, policy: &Text) -> Outcome<()> {
        let held = self.customer_policy(account, policy)?;
        if self.account(account)?.uses(policy).0 + self.account(account)?.uses(policy).1 > 0 {
            return Err(conflict("Cannot delete a policy attached to entities."));
        }
        if held.versions.len() > 1 {
            return Err(conflict(
                "This policy has more than one version. Before you delete a policy, you must delete the policy's \
                 versions. The default version is deleted with the policy.",
            ));
        }
        self.delete(account, Kind::Policy, held.name.as_str());
        Ok(())
    }

    pub(crate) fn edit_policy<T>(
        &mut self,
        account: &AccountId,
        policy: &Text,
        edit: impl FnOnce(&mut ManagedPolicy) -> Outcome<T>,
    ) -> Outcome<T> {
        let mut held = ManagedPolicy::clone(&*self.customer_policy(account, policy)?);
        let answer = edit(&mut held)?;
        self.put(account, Entity::Policy(Arc::new(held)));
        Ok(answer)
    }
}

/// The number of a version written `v1`.
///
/// # Errors
/// [`DirectoryError::NoSuchEntity`].
pub fn version_number(policy: &ManagedPolicy, arn: &Text, version: &Text) -> Outcome<u32> {
    let number = version.as_str().strip_prefix('v').and_then(|digits| digits.parse().ok());
    number.filter(|number| policy.versions.contains_key(number)).ok_or_else(|| {
        DirectoryError::NoSuchEntity(Text::own(format!(
            "Policy {arn} version {version} does not exist or is not attachable."
        )))
    })
}

/// A version as it is written: `v1`.
pub fn version_id(number: u32) -> Text {
    Text::own(format!("v{number}"))
}

impl Account {
    /// How many users, groups and roles have the policy attached, and how many have it as their boundary.
    pub fn uses(&self, policy: &Text) -> (usize, usize) {
        let attached = self.users.iter().filter(|user| user.grants.attached.contains(policy)).count()
            + self.groups.iter().filter(|group| group.grants.attached.contains(policy)).count()
            + self.roles.iter().filter(|role| role.grants.attached.contains(policy)).count();
        let boundary = self.users.iter().filter(|user| user.boundary.as_ref() == Some(policy)).count()
            + self.roles.iter().filter(|role| role.boundary.as_ref() == Some(policy)).count();
        (attached, boundary)
    }
}
