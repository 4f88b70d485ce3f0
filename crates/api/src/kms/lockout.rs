//! May this document become a key's policy? It is one, it is short enough, whom it names is there, and whoever puts it can put
//! another one afterwards.
//!
//! KMS API Reference, "PutKeyPolicy" and "CreateKey", parameter `Policy`; KMS Developer Guide, "Default key policy" and
//! "Resource quotas" (32 KB). The check against locking oneself out is a decision on the new policy with everything else as it
//! is; `BypassPolicyLockoutSafetyCheck` leaves it out, and is a condition key of its own.

use crate::call::{Call, internal};
use sotto_arn::{AccountId, Action, PrincipalArn, PrincipalKind};
use sotto_directory::{Directory, Text};
use sotto_iam::{Attached, Context, Policy, PolicyKind, PolicySet, Request, Resource, ResourcePolicy};
use sotto_wire::{Fault, message};
use std::sync::Arc;

/// Characters of a key's policy (KMS Developer Guide, "Resource quotas", "Key policy document size").
pub(super) const POLICY_CHARS_MAX: usize = 32_768;

/// The only name that a key's policy has.
pub(super) const POLICY_NAME: &str = "default";

/// Refuses what may not become the policy of a key.
pub(super) fn check(call: &Call<'_>, key: &Text, document: &Text) -> Result<(), Fault> {
    let chars = document.as_str().chars().count();
    if chars > POLICY_CHARS_MAX {
        return Err(Fault::new(
            "LimitExceededException",
            message!("The key policy has {} characters, {} are allowed", chars, POLICY_CHARS_MAX),
        ));
    }
    let policy = Policy::parse(document.as_str(), PolicyKind::KeyPolicy).map_err(|_| malformed(MALFORMED))?;
    if !names_known(&policy, &call.snapshot.rooms.directory) {
        return Err(malformed("Policy contains a statement with one or more invalid principals."));
    }
    match call.input().flag("BypassPolicyLockoutSafetyCheck") {
        Some(true) => Ok(()),
        _ => keeps_the_door(call, key, policy),
    }
}

const MALFORMED: &str = "The key policy is malformed: it is no JSON policy document, or it has elements that a key policy has not";

fn malformed(words: &'static str) -> Fault {
    Fault::new("MalformedPolicyDocumentException", words)
}

/// Whether users and roles of accounts that are here are there. Whoever belongs to another account cannot be looked up.
fn names_known(policy: &Policy, directory: &Directory) -> bool {
    let named = policy.statements().filter_map(|statement| statement.principals());
    let mut arns = named
        .flat_map(|principals| principals.entries())
        .filter_map(|entry| PrincipalArn::parse(entry.text()).ok());
    arns.all(|arn| is_known(&arn, directory))
}

/// Whether a user, a role or a root user is there, as far as its account is.
pub(super) fn is_known(arn: &PrincipalArn, directory: &Directory) -> bool {
    let Some(account) = directory.account(arn.account()) else { return true };
    match arn.kind() {
        PrincipalKind::User => account.user(arn.name()).is_some(),
        PrincipalKind::Role => account.role(arn.name()).is_some(),
        _ => true,
    }
}

/// Whether the caller could put another policy if this one were the key's.
fn keeps_the_door(call: &Call<'_>, key: &Text, policy: Policy) -> Result<(), Fault> {
    let principal = call.caller().principal();
    let action = Action::parse("kms:PutKeyPolicy").map_err(|_| internal())?;
    let resource = Resource::new(key.as_str());
    let mut policies = call.snapshot.policies.policies(principal, &action, &resource);
    let set = PolicySet::of(Attached::inline(POLICY_NAME, policy));
    policies.resource = Some(ResourcePolicy::new(Arc::new(set)));
    let mut context = Context::new();
    call.circumstances.complete(call.caller(), &call.snapshot.rooms.directory, &mut context);
    let account = call.account()?;
    context.set("kms:CallerAccount", [account.as_str()]);
    let request = Request::new(principal.clone(), action, resource, context);
    match sotto_iam::evaluate(&policies, &request).is_allowed() {
        true => Ok(()),
        false => {
            Err(malformed("The new key policy will not allow you to update the key policy in the future."))
        }
    }
}

/// The policy that a key has when none is given: its account decides through IAM (KMS Developer Guide, "Default key policy").
pub(super) fn default_policy(account: &AccountId) -> Text {
    Text::from(crate::record::configured(&format_args!(
        "{{\n  \"Version\" : \"2012-10-17\",\n  \"Id\" : \"key-default-1\",\n  \"Statement\" : [ {{\n    \"Sid\" : \"Enable IAM User \
         Permissions\",\n    \"Effect\" : \"Allow\",\n    \"Principal\" : {{\n      \"AWS\" : \"arn:aws:iam::{}:root\"\n    }},\n    \
         \"Action\" : \"kms:*\",\n    \"Resource\" : \"*\"\n  }} ]\n}}",
        account.as_str()
    )))
}
