//! What does Organizations answer? The organization, its units and accounts, its policies and where they hang.
//!
//! AWS Organizations API Reference. Everything but DescribeOrganization and LeaveOrganization is for the management account
//! alone, except that delegated administrators may read.

mod accounts;
mod attachments;
mod delegation;
mod policies;
mod shapes;
mod tags;
mod units;

use crate::call::{Ask, Call};
use crate::desk::{Answered, Page, permit};
use sotto_arn::AccountId;
use sotto_directory::{NodeKind, OrganizationHead, OrganizationsCause as Cause, Text};
use sotto_iam::{Context, Permit, ReadDirectory, Resource};
use sotto_public::Public;
use sotto_wire::{Common, Fault, Output, Value};
use std::sync::Arc;

/// The answer to an operation of Organizations.
pub(crate) async fn answer(call: &mut Call<'_>) -> Answered {
    let operation = call.operation().to_owned();
    let name = operation.as_str();
    macro_rules! ask {
        ($($family:ident),*) => {$(
            if let Some(answered) = $family::answer(call, name).await {
                return answered;
            }
        )*};
    }
    ask!(units, accounts, policies, attachments, delegation, tags);
    Err(call.refuse_unserved())
}

/// The head of the organization that the caller is in.
pub(super) fn head(call: &Call<'_>) -> Result<Arc<OrganizationHead>, Fault> {
    let organization = call.directory().organization();
    let member =
        call.account().ok().is_some_and(|account| organization.nodes.find(account.as_str()).is_some());
    organization.head.clone().filter(|_| member).ok_or_else(|| {
        Fault::new("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
    })
}

/// The head, when the caller is of the management account; a delegated administrator may read.
pub(super) fn managing(call: &Call<'_>, reads: bool) -> Result<Arc<OrganizationHead>, Fault> {
    let (head, account) = (head(call)?, call.account()?);
    let node = call.directory().organization().nodes.find(account.as_str());
    let delegated = reads && node.is_some_and(|node| !node.delegated.is_empty());
    match head.management == account || delegated {
        true => Ok(head),
        false => {
            Err(Fault::common(Common::AccessDenied, "You don't have permissions to access this resource."))
        }
    }
}

/// Asks for an action on a part of the organization, by its kind and the rest of its ARN.
pub(super) fn may(
    call: &mut Call<'_>,
    action: &'static str,
    on: Option<Resource>,
    context: Context,
) -> Result<Permit<ReadDirectory>, Fault> {
    let ask = Ask::new(action).with(context);
    permit(call, on.into_iter().fold(ask, Ask::on))
}

/// A part of the organization as a resource.
pub(super) fn part(head: &OrganizationHead, id: &Text, call: &Call<'_>) -> Resource {
    let tags = call.directory().organization().nodes.find(id.as_str()).map(|node| node.tags.clone());
    crate::desk::resource(call, &head.management, &arn(head, id, call), tags.as_ref())
}

/// The ARN of whatever has this id.
pub(super) fn arn(head: &OrganizationHead, id: &Text, call: &Call<'_>) -> Text {
    let organization = call.directory().organization();
    match organization.policies.find(id.as_str()) {
        Some(policy) => head.policy_arn(policy.kind, id),
        None => head.node_arn(id),
    }
}

/// The root of the organization by its id.
pub(super) fn is_root(call: &Call<'_>, id: &Text) -> bool {
    call.directory().organization().nodes.find(id.as_str()).is_some_and(|node| node.kind == NodeKind::Root)
}

/// The answer of a list operation.
pub(super) fn listed<T>(
    call: &Call<'_>,
    member: &'static str,
    items: Vec<(Text, T)>,
    show: impl FnMut(T) -> Result<Value, Fault>,
) -> Answered {
    let page = Page::cut(items, call.input().public("NextToken"), crate::desk::number(call, "MaxResults"));
    let next = page.next.clone();
    let items = page.items.into_iter().map(show).collect::<Result<Vec<_>, Fault>>()?;
    Ok(Output::new().with(member, Value::List(items)).with("NextToken", next))
}

/// A place of notes about the organization's accounts: bound to the management account.
pub(super) fn notes_of(head: &OrganizationHead) -> &AccountId {
    &head.management
}

/// What a refusal is on the wire.
pub(crate) fn fault(cause: Cause, words: Public<String>) -> Fault {
    let violated = |words: Public<String>| match words.get().contains(' ') {
        true => Fault::new("ConstraintViolationException", words)
            .with("Reason", "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR"),
        false => {
            let said = sotto_wire::message!("You violated a constraint: {}", words.clone());
            Fault::new("ConstraintViolationException", said).with("Reason", words)
        }
    };
    let code = match cause {
        Cause::AlreadyInOrganization => "AlreadyInOrganizationException",
        Cause::NotInUse => "AWSOrganizationsNotInUseException",
        Cause::NotEmpty => "OrganizationNotEmptyException",
        Cause::AccountNotFound => "AccountNotFoundException",
        Cause::UnitNotFound => "OrganizationalUnitNotFoundException",
        Cause::DuplicateUnit => "DuplicateOrganizationalUnitException",
        Cause::UnitNotEmpty => "OrganizationalUnitNotEmptyException",
        Cause::RootNotFound => "RootNotFoundException",
        Cause::ParentNotFound => "ParentNotFoundException",
        Cause::SourceParentNotFound => "SourceParentNotFoundException",
        Cause::DestinationParentNotFound => "DestinationParentNotFoundException",
        Cause::DuplicateAccount => "DuplicateAccountException",
        Cause::ChildNotFound => "ChildNotFoundException",
        Cause::PolicyNotFound => "PolicyNotFoundException",
        Cause::DuplicatePolicy => "DuplicatePolicyException",
        Cause::PolicyInUse => "PolicyInUseException",
        Cause::DuplicateAttachment => "DuplicatePolicyAttachmentException",
        Cause::NotAttached => "PolicyNotAttachedException",
        Cause::PolicyTypeAlreadyEnabled => "PolicyTypeAlreadyEnabledException",
        Cause::PolicyTypeNotEnabled => "PolicyTypeNotEnabledException",
        Cause::TargetNotFound => "TargetNotFoundException",
        Cause::CreateAccountStatusNotFound => "CreateAccountStatusNotFoundException",
        Cause::InvalidInput => "InvalidInputException",
        Cause::MalformedPolicy => "MalformedPolicyDocumentException",
        Cause::AccessDenied => return Fault::common(Common::AccessDenied, words),
        Cause::AlreadyRegistered => "AccountAlreadyRegisteredException",
        Cause::NotRegistered => "AccountNotRegisteredException",
        Cause::ManagementCannotLeave => "MasterCannotLeaveOrganizationException",
        Cause::AlreadyClosed => "AccountAlreadyClosedException",
        Cause::EffectivePolicyNotFound => "EffectivePolicyNotFoundException",
        Cause::ConstraintViolation => return violated(words),
    };
    Fault::new(code, words)
}

/// A member that cannot be taken, with AWS's reason.
pub(super) fn invalid(words: &'static str, reason: &'static str) -> Fault {
    Fault::new("InvalidInputException", words).with("Reason", reason)
}
