//! CreateGrant, ListGrants, ListRetirableGrants, RetireGrant, RevokeGrant.
//!
//! A grant is retired by who is named in it, or by whoever the policies let (KMS API Reference, "RetireGrant"); a statement that
//! refuses wins over both.

use super::ask::{check_tokens, encryption_context, may, may_any, may_under, read_context, unless_dry};
use super::lists::{HUNDRED, listed};
use super::refer::Meant;
use super::{fault, invalid, vault};
use crate::call::{Call, internal};
use crate::context::copied;
use crate::desk::{Answered, instant, required, seconds, show, text, texts};
use sotto_arn::{PrincipalArn, PrincipalKind};
use sotto_directory::Text;
use sotto_iam::{Context, Permit, ReadDirectory};
use sotto_kms::keys::{
    ConstraintKind, EncryptionContext, Grant, GrantId, GrantOperation, Key, KeyArn, NewGrant,
};
use sotto_public::Public;
use sotto_wire::{Fault, Output, Value, message};
use std::collections::BTreeSet;
use std::sync::Arc;

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "CreateGrant" => create(call).await,
        "ListGrants" => list(call),
        "ListRetirableGrants" => retirable(call),
        "RetireGrant" => retire(call).await,
        "RevokeGrant" => revoke(call).await,
        _ => return None,
    })
}

/// A principal that a request names: by an ARN, or a service by its name.
fn principal(
    call: &Call<'_>,
    arn: &'static str,
    service: &'static str,
) -> Result<Option<Public<String>>, Fault> {
    match (call.input().public(arn), call.input().public(service)) {
        (Some(_), Some(_)) => Err(invalid("A grant names one principal, by its ARN or as a service")),
        (None, named) => Ok(named.cloned()),
        (Some(given), None) => {
            let parsed = PrincipalArn::parse(given.get()).ok();
            let fits = parsed.filter(|arn| super::lockout::is_known(arn, call.directory()));
            let refused = || {
                Fault::new(
                    "InvalidArnException",
                    message!("ARN does not refer to a valid principal: {}", given.clone()),
                )
            };
            fits.map(|_| Some(given.clone())).ok_or_else(refused)
        }
    }
}

/// The unique id of a user or role: another one of the same name that comes later gets nothing from this grant.
fn unique_id(call: &Call<'_>, named: &Public<String>) -> Option<Public<String>> {
    let arn = PrincipalArn::parse(named.get()).ok()?;
    let account = call.directory().account(arn.account())?;
    match arn.kind() {
        PrincipalKind::User => account.user(arn.name()).map(|user| user.id.public()),
        PrincipalKind::Role => account.role(arn.name()).map(|role| role.id.public()),
        _ => None,
    }
}

fn operations(call: &Call<'_>) -> Result<BTreeSet<GrantOperation>, Fault> {
    let known = |word: &Text| {
        GrantOperation::parse(word.as_str()).ok_or_else(|| {
            Fault::new("UnsupportedOperationException", message!("{} is not served", word.public()))
        })
    };
    texts(call, "Operations").iter().map(known).collect()
}

/// The constraint of a request: one kind of it.
fn constraint(call: &Call<'_>) -> Result<Option<(ConstraintKind, EncryptionContext)>, Fault> {
    let Some(given) = call.input().member("Constraints") else { return Ok(None) };
    if given.has("SourceArn") {
        return Err(Fault::new("UnsupportedOperationException", "The constraint SourceArn is not served"));
    }
    let pairs = |member| read_context(given.map(member));
    match (given.has("EncryptionContextEquals"), given.has("EncryptionContextSubset")) {
        (false, false) => Ok(None),
        (true, false) => Ok(Some((ConstraintKind::Equals, pairs("EncryptionContextEquals")?))),
        (false, true) => Ok(Some((ConstraintKind::Subset, pairs("EncryptionContextSubset")?))),
        (true, true) => Err(invalid("A grant has one constraint")),
    }
}

/// The conditions of a grant that is asked for.
fn conditions(new: &NewGrant) -> Context {
    let mut context = Context::new()
        .with("kms:GranteePrincipal", new.grantee.get().as_str())
        .with("kms:GrantIsForAWSResource", false)
        .with_all("kms:GrantOperations", new.operations.iter().map(|operation| operation.as_str()));
    if let Some(retiring) = &new.retiring {
        context.set("kms:RetiringPrincipal", [retiring.get().as_str()]);
    }
    if let Some((kind, pairs)) = &new.constraint {
        context.set("kms:GrantConstraintType", [kind.as_str()]);
        encryption_context(&mut context, pairs);
    }
    context
}

async fn create(call: &mut Call<'_>) -> Answered {
    let meant = Meant::by_key(call, "KeyId")?;
    let account = call.account()?;
    let grantee = principal(call, "GranteePrincipal", "GranteeServicePrincipal")?;
    let grantee = grantee.ok_or_else(|| invalid("GranteePrincipal is required"))?;
    let issuing = crate::record::configured(&format_args!("arn:aws:iam::{account}:root"));
    let new = NewGrant {
        key: meant.key.arn.clone(),
        name: call.input().public("Name").cloned(),
        grantee_id: unique_id(call, &grantee),
        grantee,
        retiring: principal(call, "RetiringPrincipal", "RetiringServicePrincipal")?,
        operations: operations(call)?,
        constraint: constraint(call)?,
        issuing,
    };
    let none = EncryptionContext::none();
    let under = new.constraint.as_ref().map_or(&none, |(_, pairs)| pairs);
    let _asked: Permit<ReadDirectory> = may_under(call, "kms:CreateGrant", &meant, conditions(&new), under)?;
    check_tokens(call)?;
    let made = vault(call).new_grant(&new, seconds(call), &mut call.draw()).map_err(fault)?;
    if call.input().flag("DryRun") == Some(true) {
        call.snapshot().rooms.keys.draft().create_grant(&new, &made).map_err(fault)?;
        unless_dry(call)?;
    }
    let grant = call.transact(|drafts, _| drafts.keys.create_grant(&new, &made).map_err(fault)).await?;
    let token = vault(call).grant_token(&grant, &mut call.draw()).map_err(fault)?;
    Ok(Output::new().with("GrantId", grant.id.public()).with("GrantToken", token))
}

/// The grants of a request's list, in an answer.
fn answered(call: &Call<'_>, permit: &Permit<ReadDirectory>, grants: Vec<Arc<Grant>>) -> Answered {
    let items = grants.into_iter().map(|grant| (Text::from(grant.id.public()), grant)).collect();
    let is_marker = |marker: &str| GrantId::parse(marker).is_ok();
    listed(call, "Grants", (items, HUNDRED, is_marker), |grant: Arc<Grant>| {
        entry(call, permit, &grant).map(Value::from)
    })
}

fn list(call: &mut Call<'_>) -> Answered {
    let meant = Meant::by_key(call, "KeyId")?;
    let asked = Context::new().with("kms:GrantIsForAWSResource", false);
    let permit: Permit<ReadDirectory> = may(call, "kms:ListGrants", &meant, asked)?;
    let id = text(call, "GrantId").map(|id| grant_id(&id)).transpose()?;
    let grantee = text(call, "GranteePrincipal").or_else(|| text(call, "GranteeServicePrincipal"));
    let grants = of_key(call, &meant.key);
    let grants = grants.into_iter().filter(|grant| {
        id.as_ref().is_none_or(|id| grant.id == *id)
            && grantee.as_ref().is_none_or(|grantee| grant.grantee.get() == grantee.as_str())
    });
    answered(call, &permit, grants.collect())
}

fn of_key(call: &Call<'_>, key: &Key) -> Vec<Arc<Grant>> {
    let held = call.snapshot().rooms.keys.account(key.arn.account(), key.arn.region());
    held.into_iter().flat_map(|held| held.grants_of(key.arn.id())).cloned().collect()
}

/// Grants of the caller's account that a principal may retire.
fn retirable(call: &mut Call<'_>) -> Answered {
    let permit: Permit<ReadDirectory> = may_any(call, "kms:ListRetirableGrants", Context::new())?;
    let named = principal(call, "RetiringPrincipal", "RetiringServicePrincipal")?;
    let named = named.ok_or_else(|| invalid("RetiringPrincipal is required"))?;
    let held = call.snapshot().rooms.keys.account(&call.account()?, call.region());
    let grants = held.into_iter().flat_map(|held| held.grants());
    let grants = grants.filter(|grant| grant.retiring.as_ref() == Some(&named)).cloned().collect();
    answered(call, &permit, grants)
}

fn grant_id(given: &Text) -> Result<GrantId, Fault> {
    GrantId::parse(given.as_str()).map_err(|_| fault(sotto_kms::keys::KeysError::InvalidGrantId))
}

/// A grant as it is listed.
fn entry(call: &Call<'_>, permit: &Permit<ReadDirectory>, grant: &Grant) -> Result<Output, Fault> {
    let is_arn = |principal: &Public<String>| principal.get().starts_with("arn:");
    let named = |principal: Option<&Public<String>>, arn: bool| {
        principal.filter(|principal| is_arn(principal) == arn).cloned()
    };
    let operations: Vec<&'static str> = grant.operations.iter().map(|operation| operation.as_str()).collect();
    Ok(Output::new()
        .with("KeyId", grant.key.public())
        .with("GrantId", grant.id.public())
        .with("Name", grant.name.clone())
        .with("CreationDate", instant(grant.created))
        .with("GranteePrincipal", named(Some(&grant.grantee), true))
        .with("GranteeServicePrincipal", named(Some(&grant.grantee), false))
        .with("RetiringPrincipal", named(grant.retiring.as_ref(), true))
        .with("RetiringServicePrincipal", named(grant.retiring.as_ref(), false))
        .with("IssuingAccount", grant.issuing.clone())
        .with("Operations", Value::list(operations))
        .with("Constraints", constraint_shown(call, permit, grant)?))
}

fn constraint_shown(call: &Call<'_>, permit: &Permit<ReadDirectory>, grant: &Grant) -> Result<Value, Fault> {
    let opened = grant.constraint_pairs(call.store_key()).map_err(|_| internal())?;
    let Some((constraint, pairs)) = grant.constraint.as_ref().zip(opened) else { return Ok(Value::Absent) };
    let shown = |raw| Ok::<_, Fault>(Value::Shown(show(call, permit, copied(raw))?));
    let entries = pairs.pairs().iter().map(|(name, value)| Ok((shown(name)?, shown(value)?)));
    let member = constraint.kind.as_str();
    Ok(Output::new().with(member, Value::Map(entries.collect::<Result<_, Fault>>()?)).into())
}

async fn revoke(call: &mut Call<'_>) -> Answered {
    let meant = Meant::by_key(call, "KeyId")?;
    let asked = Context::new().with("kms:GrantIsForAWSResource", false);
    let _asked: Permit<ReadDirectory> = may(call, "kms:RevokeGrant", &meant, asked)?;
    let id = grant_id(&required(call, "GrantId")?)?;
    delete(call, &meant.key.arn, &id).await
}

async fn delete(call: &mut Call<'_>, arn: &KeyArn, id: &GrantId) -> Answered {
    if call.input().flag("DryRun") == Some(true) {
        call.snapshot().rooms.keys.draft().delete_grant(arn, id).map_err(fault)?;
        unless_dry(call)?;
    }
    call.transact(|drafts, _| drafts.keys.delete_grant(arn, id).map_err(fault)).await?;
    Ok(Output::new())
}

/// Which grant is to be retired: that of a token, or that of a key.
fn retired(call: &Call<'_>) -> Result<(Meant, GrantId), Fault> {
    let Some(token) = call.input().public("GrantToken") else {
        return Ok((Meant::by_key(call, "KeyId")?, grant_id(&required(call, "GrantId")?)?));
    };
    if call.input().has("KeyId") || call.input().has("GrantId") {
        return Err(invalid("A grant is named by its token, or by its key and its id"));
    }
    let (arn, id) = vault(call).grant_of_token(token).map_err(fault)?;
    let found = call.snapshot().rooms.keys.key(&arn).filter(|key| key.arn.region() == call.region());
    let key = found.cloned().ok_or_else(|| fault(sotto_kms::keys::KeysError::InvalidGrantToken))?;
    Ok((Meant { key, alias: None }, id))
}

async fn retire(call: &mut Call<'_>) -> Answered {
    let (meant, id) = retired(call)?;
    let held = call.snapshot().rooms.keys.account(meant.key.arn.account(), meant.key.arn.region());
    let grant = held.and_then(|held| held.grant(meant.key.arn.id(), id.as_str())).cloned();
    let named = grant.is_some_and(|grant| grant.is_retired_by(call.caller().principal()));
    let asked: Result<Permit<ReadDirectory>, Fault> = may(call, "kms:RetireGrant", &meant, Context::new());
    match asked {
        Ok(_) => {}
        Err(_) if named && call.allowed_by_grant() => {}
        Err(refused) => return Err(refused),
    }
    delete(call, &meant.key.arn, &id).await
}
