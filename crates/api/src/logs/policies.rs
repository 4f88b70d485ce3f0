//! Policies: data protection of a group and of the account, other policies of the account, resource policies, saved queries.

use super::{
    Meant, PAGE_ITEMS_MAX, fault, filters, invalid, may, may_generally, now, page, scope, shapes, shelf,
    subscriptions,
};
use crate::call::{Ask, Call, internal};
use crate::desk::{Answered, permit};
use sotto_iam::PolicyKind;
use sotto_logs::{AccountPolicy, AccountPolicyType, LogsError};
use sotto_protect::policy::DataProtectionPolicy;
use sotto_public::Public;
use sotto_wire::{Fault, Output, Value};

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "PutDataProtectionPolicy" => put(call).await,
        "GetDataProtectionPolicy" => get(call),
        "DeleteDataProtectionPolicy" => delete(call).await,
        "PutAccountPolicy" => put_for_account(call).await,
        "DescribeAccountPolicies" => describe_of_account(call),
        "DeleteAccountPolicy" => delete_of_account(call).await,
        "PutResourcePolicy" => put_resource(call).await,
        "DescribeResourcePolicies" => describe_resource(call),
        "DeleteResourcePolicy" => delete_resource(call).await,
        _ => return None,
    })
}

/// A data protection policy, read; the refusal names path, mistake and way out.
pub(super) fn parsed(call: &Call<'_>, document: &Public<String>) -> Result<DataProtectionPolicy, Fault> {
    DataProtectionPolicy::parse(document.get(), call.api.logs.identifiers()).map_err(|errors| {
        let said = errors.problems().first().map(|problem| {
            crate::record::configured(&format_args!(
                "{}: {}; {}",
                problem.path(),
                problem.what(),
                problem.fix()
            ))
        });
        match said {
            Some(said) => {
                invalid(sotto_wire::message!("Data protection policy document is invalid: {}", said))
            }
            None => invalid("Data protection policy document is invalid"),
        }
    })
}

/// What the delivery of findings into a group needs besides (User Guide, "IAM permissions required to create or work with a data
/// protection policy").
fn may_deliver(call: &mut Call<'_>, policy: &DataProtectionPolicy) -> Result<(), Fault> {
    if let Some(address) = policy.audit().destinations().address() {
        filters::deliverable(call, address)?;
    }
    if policy.audit().destinations().log_group().is_none() {
        return Ok(());
    }
    for action in [
        "logs:CreateLogDelivery",
        "logs:PutResourcePolicy",
        "logs:DescribeResourcePolicies",
        "logs:DescribeLogGroups",
    ] {
        let _asked = may_generally(call, action)?;
    }
    Ok(())
}

async fn put(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let _asked = may(call, "logs:PutDataProtectionPolicy", &meant)?;
    let document = call.input().public("policyDocument").cloned().ok_or_else(internal)?;
    let (policy, at) = (parsed(call, &document)?, now(call));
    may_deliver(call, &policy)?;
    let new = || (document.clone(), &policy, at);
    call.transact(|drafts, _| drafts.logs.put_protection(&meant.scope, &meant.name, new()).map_err(fault))
        .await?;
    let identifier = call.input().public("logGroupIdentifier").cloned();
    Ok(Output::new()
        .with("logGroupIdentifier", identifier)
        .with("policyDocument", document)
        .with("lastUpdatedTime", at.0))
}

fn get(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let _asked = may(call, "logs:GetDataProtectionPolicy", &meant)?;
    let group = meant.entry(call)?.group;
    let identifier = call.input().public("logGroupIdentifier").cloned();
    let shown = Output::new().with("logGroupIdentifier", identifier);
    Ok(match &group.protection {
        Some(document) => {
            shown.with("policyDocument", document.text.clone()).with("lastUpdatedTime", document.updated.0)
        }
        None => shown,
    })
}

async fn delete(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let _asked = may(call, "logs:DeleteDataProtectionPolicy", &meant)?;
    call.transact(|drafts, _| drafts.logs.delete_protection(&meant.scope, &meant.name).map_err(fault))
        .await?;
    Ok(Output::new())
}

/// Types of policies that do something here; others are refused rather than kept for show.
const ACTED_UPON: [AccountPolicyType; 2] =
    [AccountPolicyType::DataProtection, AccountPolicyType::SubscriptionFilter];

/// What is wanted besides, for one group of each type (API Reference, "PutAccountPolicy").
const fn also(kind: AccountPolicyType, act: Act) -> Option<&'static str> {
    match (kind, act) {
        (AccountPolicyType::DataProtection, Act::Put) => Some("logs:PutDataProtectionPolicy"),
        (AccountPolicyType::DataProtection, Act::Read) => Some("logs:GetDataProtectionPolicy"),
        (AccountPolicyType::DataProtection, Act::Delete) => Some("logs:DeleteDataProtectionPolicy"),
        (AccountPolicyType::SubscriptionFilter, Act::Put) => Some("logs:PutSubscriptionFilter"),
        (AccountPolicyType::SubscriptionFilter, Act::Read) => Some("logs:DescribeSubscriptionFilters"),
        (AccountPolicyType::SubscriptionFilter, Act::Delete) => Some("logs:DeleteSubscriptionFilter"),
        _ => None,
    }
}

/// What is done with a policy of the account.
#[derive(Clone, Copy)]
enum Act {
    Put,
    Read,
    Delete,
}

fn kind(call: &Call<'_>) -> Result<AccountPolicyType, Fault> {
    let kind = call.input().public("policyType").ok_or_else(internal)?;
    AccountPolicyType::parse(kind.get())
        .ok_or_else(|| invalid("policies of this type are not available in this release"))
}

async fn put_for_account(call: &mut Call<'_>) -> Answered {
    let (scope, kind) = (scope(call)?, kind(call)?);
    let _asked = may_generally(call, "logs:PutAccountPolicy")?;
    if !ACTED_UPON.contains(&kind) {
        return Err(invalid("policies of this type are not available in this release"));
    }
    if let Some(action) = also(kind, Act::Put) {
        let _asked_besides = may_generally(call, action)?;
    }
    let (name, document) = (call.input().public("policyName"), call.input().public("policyDocument"));
    let (name, document) = name.cloned().zip(document.cloned()).ok_or_else(internal)?;
    let mut new = AccountPolicy { name, kind, document, selection: None, updated: now(call) };
    let policy = match kind {
        AccountPolicyType::SubscriptionFilter => {
            new.selection = subscriptions::checked(call, &new.document).await?;
            None
        }
        _ if call.input().has("selectionCriteria") => {
            return Err(invalid(
                "selectionCriteria is not valid for policies of type DATA_PROTECTION_POLICY",
            ));
        }
        _ => {
            let policy = parsed(call, &new.document)?;
            may_deliver(call, &policy)?;
            Some(policy)
        }
    };
    let made = call
        .transact(|drafts, _| {
            drafts.logs.put_account_policy(&scope, new.clone(), policy.as_ref()).map_err(fault)
        })
        .await?;
    Ok(Output::new().with("accountPolicy", shapes::account_policy(&scope.account, &made)))
}

fn describe_of_account(call: &mut Call<'_>) -> Answered {
    let (scope, kind) = (scope(call)?, kind(call)?);
    let _asked = may_generally(call, "logs:DescribeAccountPolicies")?;
    if let Some(action) = also(kind, Act::Read) {
        let _asked_besides = may_generally(call, action)?;
    }
    let (shelf, name) = (shelf(call, &scope).unwrap_or_default(), call.input().public("policyName"));
    let found = shelf.account_policies(kind).filter(|policy| name.is_none_or(|name| policy.name == *name));
    let shown: Vec<_> = found.map(|policy| shapes::account_policy(&scope.account, policy)).collect();
    if shown.is_empty() && name.is_some() {
        return Err(fault(LogsError::NotFound("The specified account policy does not exist.")));
    }
    Ok(Output::new().with("accountPolicies", Value::list(shown)))
}

async fn delete_of_account(call: &mut Call<'_>) -> Answered {
    let (scope, kind) = (scope(call)?, kind(call)?);
    let _asked = may_generally(call, "logs:DeleteAccountPolicy")?;
    if let Some(action) = also(kind, Act::Delete) {
        let _asked_besides = may_generally(call, action)?;
    }
    let name = call.input().public("policyName").cloned().ok_or_else(internal)?;
    call.transact(|drafts, _| drafts.logs.delete_account_policy(&scope, kind, &name).map_err(fault)).await?;
    Ok(Output::new())
}

async fn put_resource(call: &mut Call<'_>) -> Answered {
    let scope = scope(call)?;
    let _asked = may_generally(call, "logs:PutResourcePolicy")?;
    if call.input().has("resourceArn") {
        return Err(invalid("policies of a single resource are not available in this release"));
    }
    let (name, document) = (call.input().public("policyName"), call.input().public("policyDocument"));
    let Some((name, document)) = name.cloned().zip(document.cloned()) else {
        return Err(invalid("policyName and policyDocument must be specified"));
    };
    if sotto_iam::Policy::parse(document.get(), PolicyKind::Resource).is_err() {
        return Err(invalid("The resource policy document is invalid"));
    }
    let at = now(call);
    let made = call
        .transact(|drafts, _| {
            drafts.logs.put_resource_policy(&scope, (name.clone(), document.clone(), at)).map_err(fault)
        })
        .await?;
    Ok(Output::new()
        .with("resourcePolicy", shapes::resource_policy(&made))
        .with("revisionId", Public::named(&made.revision)))
}

fn describe_resource(call: &mut Call<'_>) -> Answered {
    let scope = scope(call)?;
    let _asked = permit(call, Ask::new("logs:DescribeResourcePolicies"))?;
    let shelf = shelf(call, &scope).unwrap_or_default();
    let found =
        shelf.resource_policies().map(|policy| (policy.name.clone(), shapes::resource_policy(policy)));
    let (shown, next) = page(call, found, PAGE_ITEMS_MAX);
    Ok(Output::new().with("resourcePolicies", Value::list(shown)).with("nextToken", next))
}

async fn delete_resource(call: &mut Call<'_>) -> Answered {
    let scope = scope(call)?;
    let _asked = may_generally(call, "logs:DeleteResourcePolicy")?;
    let Some(name) = call.input().public("policyName").cloned() else {
        return Err(invalid("policyName must be specified"));
    };
    call.transact(|drafts, _| drafts.logs.delete_resource_policy(&scope, &name).map_err(fault)).await?;
    Ok(Output::new())
}
