//! What happens to service and resource control policies? Made, changed, hung on targets, taken off, deleted.
//!
//! AWS Organizations API reference: CreatePolicy, UpdatePolicy, DeletePolicy, AttachPolicy, DetachPolicy, EnablePolicyType,
//! DisablePolicyType, RegisterDelegatedAdministrator. At least one service control policy stays on every target; the last one is
//! replaced, never detached.

use crate::documents::{self, Slot};
use crate::draft::Draft;
use crate::error::{OrganizationsCause as Cause, organizations};
use crate::id::{Entropy, organizations_id};
use crate::model::{Seconds, Tag, Tags};
use crate::organization::{Node, NodeKind, OrganizationPolicy, PolicyType};
use crate::organizations::missing_message;
use crate::record::{Entity, Kind};
use crate::{Outcome, Text};
use sotto_kms::Sealed;
use std::sync::Arc;

/// Policies of one type on one target (AWS Organizations quotas since May 2026).
pub const ATTACHED_PER_TARGET_MAX: usize = 10;
/// Policies of one type in an organization.
pub const POLICIES_MAX: usize = 1000;

/// What a new policy of the organization is to be like.
#[derive(Clone, Debug)]
pub struct NewOrganizationPolicy {
    /// Its type.
    pub kind: PolicyType,
    /// Its name.
    pub name: Text,
    /// The description.
    pub description: Option<Sealed>,
    /// The document.
    pub document: Text,
    /// Tags.
    pub tags: Tags,
}

/// What is new about a policy.
#[derive(Clone, Debug, Default)]
pub struct PolicyUpdate {
    /// Another name.
    pub name: Option<Text>,
    /// Another description.
    pub description: Option<Sealed>,
    /// Another document.
    pub document: Option<Text>,
}

impl Draft {
    /// CreatePolicy.
    ///
    /// # Errors
    /// When the name is taken, the document is no such policy, or there are too many.
    pub fn create_organization_policy(
        &mut self,
        new: NewOrganizationPolicy,
        entropy: &mut dyn Entropy,
    ) -> Outcome<Arc<OrganizationPolicy>> {
        let (held, _) = self.organization()?;
        documents::check(&new.document, slot(new.kind))?;
        if held.policies.iter().any(|policy| policy.kind == new.kind && policy.name == new.name) {
            return Err(organizations(Cause::DuplicatePolicy, "A policy with the same name already exists."));
        }
        if held.policies.count() >= POLICIES_MAX {
            return Err(organizations(Cause::ConstraintViolation, "POLICY_NUMBER_LIMIT_EXCEEDED"));
        }
        let policy = Arc::new(OrganizationPolicy {
            id: organizations_id("p", 8, entropy),
            ordinal: held.next_policy(),
            kind: new.kind,
            name: new.name,
            description: new.description,
            document: new.document,
            tags: new.tags,
        });
        self.put_in(None, Entity::OrganizationPolicy(Arc::clone(&policy)));
        Ok(policy)
    }

    /// The policy with this id that somebody made.
    ///
    /// # Errors
    /// [`Cause::PolicyNotFound`].
    pub fn organization_policy(&self, id: &str) -> Outcome<&Arc<OrganizationPolicy>> {
        let found = self.organization()?.0.policies.find(id);
        found.ok_or_else(|| organizations(Cause::PolicyNotFound, missing_message(Cause::PolicyNotFound)))
    }

    /// The type of the policy with this id, AWS's own included.
    ///
    /// # Errors
    /// [`Cause::PolicyNotFound`].
    pub fn policy_type(&self, id: &str) -> Outcome<PolicyType> {
        let own = [PolicyType::Scp, PolicyType::Rcp].into_iter().find(|kind| kind.full_access() == id);
        own.map_or_else(|| self.organization_policy(id).map(|policy| policy.kind), Ok)
    }

    /// UpdatePolicy.
    ///
    /// # Errors
    /// When there is no such policy, or the document is no such policy.
    pub fn update_organization_policy(&mut self, id: &Text, update: PolicyUpdate) -> Outcome<()> {
        let mut policy = OrganizationPolicy::clone(self.organization_policy(id.as_str())?);
        if let Some(document) = update.document {
            documents::check(&document, slot(policy.kind))?;
            policy.document = document;
        }
        policy.name = update.name.unwrap_or(policy.name);
        policy.description = update.description.or(policy.description);
        self.put_in(None, Entity::OrganizationPolicy(Arc::new(policy)));
        Ok(())
    }

    /// DeletePolicy: only when it hangs nowhere.
    ///
    /// # Errors
    /// When there is no such policy, or it hangs somewhere.
    pub fn delete_organization_policy(&mut self, id: &Text) -> Outcome<()> {
        self.organization_policy(id.as_str())?;
        if self.organization()?.0.nodes.iter().any(|node| node.policies.contains(id)) {
            return Err(organizations(
                Cause::PolicyInUse,
                "The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts \
                 before performing this operation.",
            ));
        }
        self.delete_in(None, Kind::OrganizationPolicy, id.as_str());
        Ok(())
    }

    /// The root, the unit or the account with this id.
    ///
    /// # Errors
    /// [`Cause::TargetNotFound`].
    pub fn target(&self, id: &str) -> Outcome<&Arc<Node>> {
        let found = self.organization()?.0.nodes.find(id);
        found.ok_or_else(|| organizations(Cause::TargetNotFound, missing_message(Cause::TargetNotFound)))
    }

    /// AttachPolicy.
    ///
    /// # Errors
    /// When there is no such policy or target, the type is off, it hangs there already, or ten do.
    pub fn attach_organization_policy(&mut self, policy: &Text, target: &Text) -> Outcome<()> {
        let kind = self.policy_type(policy.as_str())?;
        let node = Arc::clone(self.target(target.as_str())?);
        self.type_is_on(kind)?;
        if node.policies.contains(policy) {
            return Err(organizations(
                Cause::DuplicateAttachment,
                "A policy with the specified name and type already exists.",
            ));
        }
        if self.attached_of_type(&node, kind) >= ATTACHED_PER_TARGET_MAX {
            return Err(organizations(
                Cause::ConstraintViolation,
                "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
            ));
        }
        self.edit_node(target, |node| {
            node.policies.insert(policy.clone());
        });
        Ok(())
    }

    /// DetachPolicy.
    ///
    /// # Errors
    /// When there is no such policy or target, it does not hang there, or it is the last service control policy there.
    pub fn detach_organization_policy(&mut self, policy: &Text, target: &Text) -> Outcome<()> {
        let kind = self.policy_type(policy.as_str())?;
        let node = Arc::clone(self.target(target.as_str())?);
        if !node.policies.contains(policy) {
            return Err(organizations(
                Cause::NotAttached,
                "The policy isn't attached to the specified target in the specified root.",
            ));
        }
        if policy.as_str() == PolicyType::Rcp.full_access()
            || self.attached_of_type(&node, kind) == 1 && kind == PolicyType::Scp
        {
            return Err(organizations(
                Cause::ConstraintViolation,
                "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
            ));
        }
        self.edit_node(target, |node| {
            node.policies.remove(policy);
        });
        Ok(())
    }

    fn attached_of_type(&self, node: &Node, kind: PolicyType) -> usize {
        node.policies.iter().filter(|id| self.policy_type(id.as_str()) == Ok(kind)).count()
    }

    fn type_is_on(&self, kind: PolicyType) -> Outcome<()> {
        match self.organization()?.1.policy_types.contains(&kind) {
            true => Ok(()),
            false => Err(organizations(
                Cause::PolicyTypeNotEnabled,
                "This operation can be performed only for enabled policy types.",
            )),
        }
    }

    /// EnablePolicyType: the policy that allows everything is hung on every node.
    ///
    /// # Errors
    /// When there is no such root, or the type is on.
    pub fn enable_policy_type(&mut self, root: &Text, kind: PolicyType) -> Outcome<()> {
        self.node(root.as_str(), NodeKind::Root, Cause::RootNotFound)?;
        self.edit_organization(|head| match head.policy_types.insert(kind) {
            true => Ok(()),
            false => Err(organizations(
                Cause::PolicyTypeAlreadyEnabled,
                "The specified policy type is already enabled.",
            )),
        })?;
        let ids: Vec<_> = self.organization()?.0.nodes.iter().map(|node| node.id.clone()).collect();
        for id in &ids {
            self.edit_node(id, |node| {
                node.policies.insert(kind.full_access().into());
            });
        }
        Ok(())
    }

    /// DisablePolicyType: every policy of the type is taken off.
    ///
    /// # Errors
    /// When there is no such root, or the type is off.
    pub fn disable_policy_type(&mut self, root: &Text, kind: PolicyType) -> Outcome<()> {
        self.node(root.as_str(), NodeKind::Root, Cause::RootNotFound)?;
        self.type_is_on(kind)?;
        self.edit_organization(|head| {
            head.policy_types.remove(&kind);
            Ok(())
        })?;
        let nodes: Vec<_> = self.organization()?.0.nodes.iter().cloned().collect();
        for node in nodes {
            let kept = node.policies.iter().filter(|id| self.policy_type(id.as_str()) != Ok(kind)).cloned();
            let kept = kept.collect();
            self.edit_node(&node.id, |node| node.policies = kept);
        }
        Ok(())
    }

    /// TagResource and UntagResource on a node or a policy.
    ///
    /// # Errors
    /// [`Cause::TargetNotFound`], or when there would be too many.
    pub fn edit_organization_tags(&mut self, id: &Text, add: Vec<Tag>, remove: &[Text]) -> Outcome<()> {
        let new = crate::tagging::new_tags(add)?;
        let edit = |tags: &mut Tags| {
            new.iter().for_each(|tag| tags.set(tag.clone()));
            remove.iter().for_each(|key| tags.remove(key.as_str()));
        };
        if let Ok(policy) = self.organization_policy(id.as_str()) {
            let mut policy = OrganizationPolicy::clone(policy);
            edit(&mut policy.tags);
            self.put_in(None, Entity::OrganizationPolicy(Arc::new(policy)));
            return Ok(());
        }
        self.target(id.as_str())?;
        self.edit_node(id, |node| edit(&mut node.tags));
        Ok(())
    }

    /// EnableAWSServiceAccess, or with `None` DisableAWSServiceAccess.
    ///
    /// # Errors
    /// When there is no organization.
    pub fn set_service_access(&mut self, service: Text, since: Option<Seconds>) -> Outcome<()> {
        self.edit_organization(|head| {
            match since {
                Some(now) => drop(head.services.entry(service).or_insert(now)),
                None => drop(head.services.remove(&service)),
            }
            Ok(())
        })
    }

    /// RegisterDelegatedAdministrator.
    ///
    /// # Errors
    /// When there is no such account, it is the management account, or is registered.
    pub fn register_delegated(&mut self, account: &Text, service: Text, now: Seconds) -> Outcome<()> {
        let node = Arc::clone(self.node(account.as_str(), NodeKind::Account, Cause::AccountNotFound)?);
        if self.organization()?.1.management.as_str() == account.as_str() {
            return Err(organizations(
                Cause::ConstraintViolation,
                "You cannot register master account/yourself as delegated administrator for your organization.",
            ));
        }
        if node.delegated.contains_key(&service) {
            return Err(organizations(
                Cause::AlreadyRegistered,
                "The provided account is already a delegated administrator for your organization.",
            ));
        }
        self.edit_node(account, |node| {
            node.delegated.insert(service, now);
        });
        Ok(())
    }

    /// DeregisterDelegatedAdministrator.
    ///
    /// # Errors
    /// When there is no such account, or it is not registered.
    pub fn deregister_delegated(&mut self, account: &Text, service: &Text) -> Outcome<()> {
        let node = Arc::clone(self.node(account.as_str(), NodeKind::Account, Cause::AccountNotFound)?);
        if self.organization()?.1.management.as_str() == account.as_str() {
            return Err(organizations(
                Cause::ConstraintViolation,
                "You cannot register master account/yourself as delegated administrator for your organization.",
            ));
        }
        if !node.delegated.is_empty() && !node.delegated.contains_key(service) {
            return Err(organizations(
                Cause::InvalidInput,
                "You specified an unrecognized service principal.",
            ));
        }
        if node.delegated.is_empty() {
            return Err(organizations(
                Cause::NotRegistered,
                "The provided account is not a registered delegated administrator for your organization.",
            ));
        }
        self.edit_node(account, |node| {
            node.delegated.remove(service);
        });
        Ok(())
    }
}

const fn slot(kind: PolicyType) -> Slot {
    match kind {
        PolicyType::Scp => Slot::Scp,
        PolicyType::Rcp => Slot::Rcp,
    }
}
