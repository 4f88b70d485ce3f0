//! How do the organization, its nodes and policies look in answers? The structures of the AWS Organizations API Reference.

use super::notes_of;
use crate::call::Call;
use crate::desk::{instant, note, value, value_of};
use sotto_directory::{
    AccountCreation, Membership, Node, NodeKind, OrganizationHead, OrganizationPolicy, PolicyType, Text,
};
use sotto_iam::{Permit, ReadDirectory};
use sotto_wire::{Fault, Output, Value};

/// Who shows, with which permit, of which organization.
pub(super) struct Show<'s, 'c> {
    pub(super) call: &'s Call<'c>,
    pub(super) permit: &'s Permit<ReadDirectory>,
    pub(super) head: &'s OrganizationHead,
}

impl Show<'_, '_> {
    fn note(&self, member: &'static str, sealed: Option<&sotto_kms::Sealed>) -> Result<Value, Fault> {
        note(self.call, self.permit, notes_of(self.head), (member, sealed))
    }

    /// `Organization`.
    pub(super) fn organization(&self) -> Result<Output, Fault> {
        let head = self.head;
        let management = Text::from(&head.management);
        let on = head.policy_types.contains(&PolicyType::Scp);
        let kind = Output::new().with("Type", PolicyType::Scp.name()).with("Status", "ENABLED");
        Ok(Output::new()
            .with("Id", value(&head.id))
            .with("Arn", value(&head.arn()))
            .with("FeatureSet", value(&head.features))
            .with("MasterAccountArn", value(&head.node_arn(&management)))
            .with("MasterAccountId", value(&management))
            .with("MasterAccountEmail", self.note("Email", head.mail.as_ref())?)
            .with("AvailablePolicyTypes", Value::list(on.then_some(kind))))
    }

    /// `Root`.
    pub(super) fn root(&self, node: &Node) -> Output {
        let types = self.head.policy_types.iter();
        let types = types.map(|kind| Output::new().with("Type", kind.name()).with("Status", "ENABLED"));
        Output::new()
            .with("Id", value(&node.id))
            .with("Arn", value(&self.head.node_arn(&node.id)))
            .with("Name", value_of(node.name.as_ref()))
            .with("PolicyTypes", Value::list(types))
    }

    /// `OrganizationalUnit`.
    pub(super) fn unit(&self, node: &Node) -> Output {
        Output::new()
            .with("Id", value(&node.id))
            .with("Arn", value(&self.head.node_arn(&node.id)))
            .with("Name", value_of(node.name.as_ref()))
    }

    /// `Account`.
    pub(super) fn account(&self, node: &Node) -> Result<Output, Fault> {
        let state = if node.suspended { "SUSPENDED" } else { "ACTIVE" };
        let joined = match node.membership {
            Membership::Created => "CREATED",
            Membership::Invited => "INVITED",
        };
        Ok(Output::new()
            .with("Id", value(&node.id))
            .with("Arn", value(&self.head.node_arn(&node.id)))
            .with("Email", self.note("Email", node.mail.as_ref())?)
            .with("Name", self.note("AccountName", node.account_name.as_ref())?)
            .with("Status", state)
            .with("State", state)
            .with("JoinedMethod", joined)
            .with("JoinedTimestamp", instant(node.joined)))
    }

    /// `DelegatedAdministrator`.
    pub(super) fn delegate(&self, node: &Node) -> Result<Output, Fault> {
        let since = node.delegated.values().min().copied().unwrap_or_default();
        Ok(self.account(node)?.with("DelegationEnabledDate", instant(since)))
    }

    /// `CreateAccountStatus`.
    pub(super) fn creation(&self, made: &AccountCreation) -> Result<Output, Fault> {
        Ok(Output::new()
            .with("Id", value(&made.id))
            .with("AccountName", self.note("AccountName", made.name.as_ref())?)
            .with("State", "SUCCEEDED")
            .with("RequestedTimestamp", instant(made.at))
            .with("CompletedTimestamp", instant(made.at))
            .with("AccountId", value(&Text::from(&made.account))))
    }

    /// `PolicySummary`.
    pub(super) fn summary(&self, policy: &OrganizationPolicy) -> Result<Output, Fault> {
        Ok(Output::new()
            .with("Id", value(&policy.id))
            .with("Arn", value(&self.head.policy_arn(policy.kind, &policy.id)))
            .with("Name", value(&policy.name))
            .with("Description", self.note("Description", policy.description.as_ref())?)
            .with("Type", policy.kind.name())
            .with("AwsManaged", false))
    }

    /// `PolicyTargetSummary`.
    pub(super) fn target(&self, node: &Node) -> Result<Output, Fault> {
        let (kind, name) = match node.kind {
            NodeKind::Root => ("ROOT", value_of(node.name.as_ref())),
            NodeKind::Unit => ("ORGANIZATIONAL_UNIT", value_of(node.name.as_ref())),
            NodeKind::Account => ("ACCOUNT", self.note("AccountName", node.account_name.as_ref())?),
        };
        Ok(Output::new()
            .with("TargetId", value(&node.id))
            .with("Arn", value(&self.head.node_arn(&node.id)))
            .with("Name", name)
            .with("Type", kind))
    }
}

/// `PolicySummary` of a policy that allows everything.
pub(super) fn full_access(kind: PolicyType) -> Output {
    let (name, description) = match kind {
        PolicyType::Scp => ("FullAWSAccess", "Allows access to every operation"),
        PolicyType::Rcp => ("RCPFullAWSAccess", "Allows access to every resource"),
    };
    Output::new()
        .with("Id", kind.full_access())
        .with("Arn", kind.full_access_arn().public())
        .with("Name", name)
        .with("Description", description)
        .with("Type", kind.name())
        .with("AwsManaged", true)
}
