//! What would be decided? SimulatePrincipalPolicy, SimulateCustomPolicy, and which context keys policies ask for.
//!
//! The engine is the one that decides, asked without a permit. A simulation of a principal takes its policies as they stand,
//! with those of its groups, its boundary and the organization's, and adds what the request brings.

use super::{home, on_group, on_role, on_user};
use crate::call::{Ask, Call, internal};
use crate::desk::{Answered, Page, permit, text, texts};
use sotto_arn::{AccountId, Action, PrincipalArn};
use sotto_directory::Text;
use sotto_iam::{
    Attached, Context, Explanation, Layer, Outcome, Policies, Policy, PolicyKind, PolicySet, Principal,
    Request, Resource, ResourcePolicy, explain,
};
use sotto_public::Public;
use sotto_wire::{Common, Fault, Output, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Decisions of one simulation: actions times resources.
const DECISIONS_MAX: usize = 10_000;

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "SimulateCustomPolicy" => custom(call),
        "SimulatePrincipalPolicy" => principal(call),
        "GetContextKeysForCustomPolicy" => keys_of_custom(call),
        "GetContextKeysForPrincipalPolicy" => keys_of_principal(call),
        _ => return None,
    })
}

fn invalid(words: &'static str) -> Fault {
    Fault::new("InvalidInput", words)
}

/// The policies of a member, each under the name that results carry.
fn given(
    call: &Call<'_>,
    member: &'static str,
    kind: PolicyKind,
    label: &'static str,
) -> Result<Vec<Attached>, Fault> {
    let parse = |(index, document): (usize, &Public<String>)| {
        let policy = Policy::parse(document.get(), kind)
            .map_err(|_| invalid("A policy of the request is malformed."))?;
        Ok(Attached::inline(&format!("{label}.{}", index + 1), policy))
    };
    call.input().publics(member).enumerate().map(parse).collect()
}

fn set(policies: Vec<Attached>) -> Option<Arc<PolicySet>> {
    (!policies.is_empty()).then(|| Arc::new(PolicySet::new(policies)))
}

/// Adds what the request brings: boundaries and a policy of the resource.
fn add_given(call: &Call<'_>, policies: &mut Policies) -> Result<(), Fault> {
    let boundary = given(
        call,
        "PermissionsBoundaryPolicyInputList",
        PolicyKind::Boundary,
        "PermissionsBoundaryPolicyInputList",
    )?;
    if let Some(boundary) = set(boundary) {
        policies.boundary = Some(boundary);
    }
    if let Some(document) = text(call, "ResourcePolicy") {
        let parsed = Policy::parse(document.as_str(), PolicyKind::Resource);
        let policy = parsed.map_err(|_| invalid("The resource policy is malformed."))?;
        policies.resource =
            Some(ResourcePolicy::new(Arc::new(PolicySet::of(Attached::inline("ResourcePolicy", policy)))));
    }
    Ok(())
}

fn context(call: &Call<'_>) -> Context {
    let mut context = Context::new();
    for entry in call.input().list("ContextEntries") {
        let values =
            entry.list("ContextKeyValues").filter_map(|item| item.as_raw()).map(crate::context::copied);
        if let Some(key) = entry.public("ContextKeyName") {
            context.set(key.get(), values.collect::<Vec<_>>());
        }
    }
    context
}

/// The user or role that an ARN names, as a principal.
fn as_principal(arn: &str) -> Option<Principal> {
    let arn = PrincipalArn::parse(arn).ok()?;
    Principal::user(&arn).or_else(|| Principal::assumed_role(&arn, "simulation"))
}

fn custom(call: &mut Call<'_>) -> Answered {
    let _asked = permit(call, Ask::new("iam:SimulateCustomPolicy"))?;
    let account = call.account()?;
    let caller = text(call, "CallerArn").and_then(|arn| as_principal(arn.as_str()));
    let caller = caller
        .or_else(|| as_principal(&format!("arn:aws:iam::{account}:user/simulation")))
        .ok_or_else(internal)?;
    let mut policies = Policies::default();
    policies.identity.extend(set(given(call, "PolicyInputList", PolicyKind::Identity, "PolicyInputList")?));
    add_given(call, &mut policies)?;
    simulate(call, &caller, &account, |_, _| policies.clone())
}

fn principal(call: &mut Call<'_>) -> Answered {
    let (source, simulated) = asked_for(call, "iam:SimulatePrincipalPolicy")?;
    let account = source.account().clone();
    let added = set(given(call, "PolicyInputList", PolicyKind::Identity, "PolicyInputList")?);
    let mut brought = Policies::default();
    add_given(call, &mut brought)?;
    let snapshot = call.snapshot.clone();
    simulate(call, &simulated, &account, |action, resource| {
        let mut policies = snapshot.policies.policies(&simulated, action, resource);
        policies.identity.extend(added.clone());
        policies.boundary = brought.boundary.clone().or(policies.boundary);
        policies.resource = brought.resource.clone().or(policies.resource);
        policies
    })
}

/// Whose policies are asked about; the caller must be allowed to ask on that user, group or role.
fn asked_for(call: &mut Call<'_>, action: &'static str) -> Result<(PrincipalArn, Principal), Fault> {
    let source = crate::desk::required(call, "PolicySourceArn")?;
    let unknown =
        || Fault::common(Common::Validation, "Invalid Entity Arn: it names no user or role of this account");
    let arn = PrincipalArn::parse(source.as_str()).map_err(|_| unknown())?;
    let (account, held) = home(call)?;
    let name = source.last_segment();
    let on = match arn.kind() {
        sotto_arn::PrincipalKind::User => on_user(call, Some(&name))?,
        sotto_arn::PrincipalKind::Role => on_role(call, &name)?,
        _ => on_group(call, &name)?,
    };
    let _asked = permit(call, Ask::new(action).on(on))?;
    let there = arn.account() == &account
        && (held.user(name.as_str()).is_some() || held.role(name.as_str()).is_some());
    let principal = as_principal(source.as_str()).filter(|_| there).ok_or_else(|| {
        Fault::new("NoSuchEntity", sotto_wire::message!("The entity {} cannot be found.", source.public()))
    })?;
    Ok((arn, principal))
}

fn simulate(
    call: &Call<'_>,
    principal: &Principal,
    account: &AccountId,
    policies: impl Fn(&Action, &Resource) -> Policies,
) -> Answered {
    let actions = texts(call, "ActionNames");
    let mut resources = texts(call, "ResourceArns");
    if resources.is_empty() {
        resources.push("*".into());
    }
    if actions.len().saturating_mul(resources.len()) > DECISIONS_MAX {
        return Err(invalid("The simulation has too many actions and resources."));
    }
    let owner = text(call, "ResourceOwner").and_then(|arn| PrincipalArn::parse(arn.as_str()).ok());
    let owner = owner.map_or_else(|| account.clone(), |arn| arn.account().clone());
    let mut results = Vec::new();
    for (index, name) in actions.iter().enumerate() {
        let action = Action::parse(name.as_str()).map_err(|_| {
            Fault::common(Common::Validation, "An action name is not of the form service:Action.")
        })?;
        for (other, resource) in resources.iter().enumerate() {
            let target = Resource::new(resource.as_str()).of_account(&owner);
            let applied = policies(&action, &target);
            let request = Request::new(principal.clone(), action.clone(), target, context(call));
            let explained = explain(&applied, &request);
            results.push((order(index, other), result(name, resource, &applied, &explained)));
        }
    }
    Page::of_iam(call, results).into_iam("EvaluationResults", |result| Ok(Value::from(result)))
}

/// A key that sorts results as they were asked for.
fn order(action: usize, resource: usize) -> Text {
    Text::ordinal(action.saturating_mul(DECISIONS_MAX).saturating_add(resource))
}

fn result(action: &Text, resource: &Text, applied: &Policies, explained: &Explanation) -> Output {
    let verdict = &explained.verdict;
    let decision = match verdict.outcome() {
        Outcome::Allow => "allowed",
        Outcome::ExplicitDeny => "explicitDeny",
        Outcome::ImplicitDeny => "implicitDeny",
    };
    let silent =
        |layer: Layer| verdict.layer() == layer || verdict.missing().iter().any(|missing| missing == layer);
    let mut output = Output::new()
        .with("EvalActionName", crate::desk::value(action))
        .with("EvalResourceName", crate::desk::value(resource))
        .with("EvalDecision", decision)
        .with("MatchedStatements", Value::list(explained.matches.iter().map(matched)))
        .with("MissingContextValues", Value::list(explained.missing_keys.iter().map(|key| key_name(key))));
    if !applied.scps.levels.is_empty() {
        let allowed = verdict.is_allowed() || !silent(Layer::Scp);
        output.set("OrganizationsDecisionDetail", Output::new().with("AllowedByOrganizations", allowed));
    }
    if applied.boundary.is_some() {
        let allowed = verdict.is_allowed() || !silent(Layer::Boundary);
        let detail = Output::new().with("AllowedByPermissionsBoundary", allowed);
        output.set("PermissionsBoundaryDecisionDetail", detail);
    }
    output
}

fn matched(found: &sotto_iam::Match) -> Output {
    let label = &found.statement;
    let place = label.place();
    let kind = match (found.layer, label.policy_arn()) {
        (Layer::Resource | Layer::Trust | Layer::Key, _) => "resource",
        (_, Some(arn)) if arn.contains(":aws:policy/") => "aws-managed",
        (_, Some(_)) => "user-managed",
        (_, None) => "none",
    };
    let start = Output::new().with("Line", place.line).with("Column", place.column);
    Output::new()
        .with("SourcePolicyId", key_name(label.policy()))
        .with("SourcePolicyType", kind)
        .with("StartPosition", start)
}

/// Names of condition keys and of policies are configuration.
#[expect(
    clippy::disallowed_methods,
    reason = "names of condition keys and policies come from policies, which are public"
)]
fn key_name(name: &str) -> Public<String> {
    Public::from_pinned_text(name.to_owned())
}

fn keys_of_custom(call: &mut Call<'_>) -> Answered {
    let _asked = permit(call, Ask::new("iam:GetContextKeysForCustomPolicy"))?;
    let policies = given(call, "PolicyInputList", PolicyKind::Identity, "PolicyInputList")?;
    Ok(keys(policies.iter().map(Attached::policy)))
}

fn keys_of_principal(call: &mut Call<'_>) -> Answered {
    let (_, asked) = asked_for(call, "iam:GetContextKeysForPrincipalPolicy")?;
    let action = Action::parse("iam:GetContextKeysForPrincipalPolicy").map_err(|_| internal())?;
    let held = call.snapshot.policies.policies(&asked, &action, &Resource::none());
    let added = given(call, "PolicyInputList", PolicyKind::Identity, "PolicyInputList")?;
    let own = held.identity.iter().flat_map(|set| set.policies().iter());
    Ok(keys(own.chain(&added).map(Attached::policy)))
}

fn keys<'p>(policies: impl Iterator<Item = &'p Policy>) -> Output {
    let names: BTreeSet<String> = policies
        .flat_map(|policy| policy.condition_keys().into_iter().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    Output::new().with("ContextKeyNames", Value::list(names.iter().map(|name| key_name(name))))
}
