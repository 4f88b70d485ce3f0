//! How do users, groups, roles, policies and profiles look in answers? The structures of the IAM API Reference, "Data Types".

use crate::call::Call;
use crate::desk::{instant, note, shown_tags, value, value_of};
use sotto_arn::AccountId;
use sotto_directory::managed::AwsPolicy;
use sotto_directory::names::{ArnKind, arn};
use sotto_directory::{
    Account, AnyPolicy, Group, InstanceProfile, ManagedPolicy, MfaDevice, PolicyVersion, Role, Text, User,
};
use sotto_iam::{Permit, ReadDirectory};
use sotto_wire::{Fault, Output, Value};

/// Who shows, with which permit, of which account.
pub(super) struct Show<'s, 'c> {
    pub(super) call: &'s Call<'c>,
    pub(super) permit: &'s Permit<ReadDirectory>,
    pub(super) account: &'s AccountId,
}

impl Show<'_, '_> {
    /// `User`; lists leave out the boundary and the tags.
    pub(super) fn user(&self, user: &User, whole: bool) -> Result<Output, Fault> {
        let mut output = Output::new()
            .with("Path", value(&user.path))
            .with("UserName", value(&user.name))
            .with("UserId", value(&user.id))
            .with("Arn", value(&arn(self.account, ArnKind::User, &user.path, &user.name)))
            .with("CreateDate", instant(user.created));
        if whole {
            output.set("PermissionsBoundary", boundary(user.boundary.as_ref()));
        }
        self.tags(&mut output, &user.tags, whole && user.tags.count() > 0)?;
        Ok(output)
    }

    /// `Group`.
    pub(super) fn group(&self, group: &Group) -> Output {
        Output::new()
            .with("Path", value(&group.path))
            .with("GroupName", value(&group.name))
            .with("GroupId", value(&group.id))
            .with("Arn", value(&arn(self.account, ArnKind::Group, &group.path, &group.name)))
            .with("CreateDate", instant(group.created))
    }

    /// `Role`; lists leave out the boundary, the tags and the last use.
    pub(super) fn role(&self, role: &Role, whole: bool) -> Result<Output, Fault> {
        let mut output = Output::new()
            .with("Path", value(&role.path))
            .with("RoleName", value(&role.name))
            .with("RoleId", value(&role.id))
            .with("Arn", value(&arn(self.account, ArnKind::Role, &role.path, &role.name)))
            .with("CreateDate", instant(role.created))
            .with("AssumeRolePolicyDocument", role.trust.percent_encoded())
            .with("MaxSessionDuration", role.session_seconds_max);
        output.set("Description", self.note("Description", role.description.as_ref())?);
        if whole {
            output.set("PermissionsBoundary", boundary(role.boundary.as_ref()));
            output.set("RoleLastUsed", Output::new());
        }
        self.tags(&mut output, &role.tags, whole && role.tags.count() > 0)?;
        Ok(output)
    }

    /// `Policy`, the customer's or a built-in one.
    pub(super) fn policy(&self, held: &Account, policy: &AnyPolicy, whole: bool) -> Result<Output, Fault> {
        match policy {
            AnyPolicy::Customer(policy) => self.customer_policy(held, policy, whole),
            AnyPolicy::Aws(policy) => Ok(aws_policy(held, policy)),
        }
    }

    /// A policy that was just made: as lists show it, and with tags if there are any.
    pub(super) fn new_policy(&self, held: &Account, policy: &ManagedPolicy) -> Result<Output, Fault> {
        let mut output = self.customer_policy(held, policy, false)?;
        self.tags(&mut output, &policy.tags, policy.tags.count() > 0)?;
        Ok(output)
    }

    fn customer_policy(&self, held: &Account, policy: &ManagedPolicy, whole: bool) -> Result<Output, Fault> {
        let name = arn(self.account, ArnKind::Policy, &policy.path, &policy.name);
        let (attached, bounding) = held.uses(&name);
        let mut output = Output::new()
            .with("PolicyName", value(&policy.name))
            .with("PolicyId", value(&policy.id))
            .with("Arn", value(&name))
            .with("Path", value(&policy.path))
            .with("DefaultVersionId", version_id(policy.default_version))
            .with("AttachmentCount", attached)
            .with("PermissionsBoundaryUsageCount", bounding)
            .with("IsAttachable", true)
            .with("CreateDate", instant(policy.created))
            .with("UpdateDate", instant(policy.updated));
        if whole {
            output.set("Description", self.note("Description", policy.description.as_ref())?);
        }
        self.tags(&mut output, &policy.tags, whole)?;
        Ok(output)
    }

    /// `InstanceProfile` with the role in it.
    pub(super) fn profile(&self, held: &Account, profile: &InstanceProfile) -> Result<Output, Fault> {
        let inside = profile.role.as_ref().and_then(|name| held.role(name.as_str()));
        let roles = inside.map(|role| self.role(role, false)).transpose()?;
        let mut output = Output::new()
            .with("Path", value(&profile.path))
            .with("InstanceProfileName", value(&profile.name))
            .with("InstanceProfileId", value(&profile.id))
            .with("Arn", value(&arn(self.account, ArnKind::InstanceProfile, &profile.path, &profile.name)))
            .with("CreateDate", instant(profile.created))
            .with("Roles", Value::list(roles));
        self.tags(&mut output, &profile.tags, true)?;
        Ok(output)
    }

    /// `VirtualMFADevice`, without its seed.
    pub(super) fn device(&self, held: &Account, device: &MfaDevice) -> Result<Output, Fault> {
        let mut output = Output::new().with("SerialNumber", value(&device.serial));
        if let Some(enabled) = device.enabled {
            output.set("EnableDate", instant(enabled));
            match device.user.as_ref().and_then(|name| held.user(name.as_str())) {
                Some(user) => output.set("User", self.user(user, false)?),
                None => output.set("User", self.root(held)),
            }
        }
        self.tags(&mut output, &device.tags, device.tags.count() > 0)?;
        Ok(output)
    }

    /// The root user in the shape of a user.
    pub(super) fn root(&self, held: &Account) -> Output {
        Output::new()
            .with("UserId", value(&self.account.into()))
            .with("Arn", value(&sotto_directory::names::root_arn(self.account)))
            .with("CreateDate", instant(held.head.created))
    }

    fn note(&self, member: &'static str, sealed: Option<&sotto_kms::Sealed>) -> Result<Value, Fault> {
        note(self.call, self.permit, self.account, (member, sealed))
    }

    fn tags(&self, output: &mut Output, tags: &sotto_directory::Tags, shown: bool) -> Result<(), Fault> {
        if shown {
            output.set("Tags", shown_tags(self.call, self.permit, self.account, tags)?);
        }
        Ok(())
    }
}

fn aws_policy(held: &Account, policy: &AwsPolicy) -> Output {
    let name = policy.arn();
    let (attached, bounding) = held.uses(&name);
    Output::new()
        .with("PolicyName", policy.name)
        .with("PolicyId", policy.id)
        .with("Arn", value(&name))
        .with("Path", policy.path)
        .with("DefaultVersionId", version_id(policy.version))
        .with("AttachmentCount", attached)
        .with("PermissionsBoundaryUsageCount", bounding)
        .with("IsAttachable", true)
        .with("CreateDate", instant(policy.created))
        .with("UpdateDate", instant(policy.created))
}

/// `PolicyVersion`.
pub(super) fn version(number: u32, version: &PolicyVersion, in_force: u32, document: bool) -> Output {
    let shown = document.then(|| version.document.percent_encoded());
    Output::new()
        .with("Document", shown)
        .with("VersionId", version_id(number))
        .with("IsDefaultVersion", number == in_force)
        .with("CreateDate", instant(version.created))
}

/// `v1`.
pub(super) fn version_id(number: u32) -> sotto_public::Public<String> {
    sotto_directory::policies::version_id(number).public()
}

/// `AttachedPermissionsBoundary`.
pub(super) fn boundary(policy: Option<&Text>) -> Value {
    let shown = |policy: &Text| {
        let of = Output::new().with("PermissionsBoundaryType", "Policy");
        Value::from(of.with("PermissionsBoundaryArn", value_of(Some(policy))))
    };
    policy.map_or(Value::Absent, shown)
}
