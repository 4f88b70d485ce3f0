//! Who else may invoke a function? Statements of its resource policy, added and taken away one by one.

use super::refer::Meant;
use super::shapes::revision;
use super::{invalid, refused};
use crate::call::{Call, internal};
use crate::desk::Answered;
use sotto_functions::Permission;
use sotto_iam::{Context, Permit, ReadDirectory};
use sotto_public::Public;
use sotto_wire::{Fault, Output};

pub(super) async fn add(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let principal = required(call, "Principal")?;
    let context = Context::new().with("lambda:Principal", principal.get().as_str());
    let _asked: Permit<sotto_iam::Call> = meant.may_with(call, "lambda:AddPermission", context)?;
    meant.found(call)?;
    let optional = |member| call.input().public(member).cloned();
    let permission = Permission {
        sid: required(call, "StatementId")?,
        action: required(call, "Action")?,
        principal,
        source_arn: optional("SourceArn"),
        source_account: optional("SourceAccount"),
        organization: optional("PrincipalOrgID"),
    };
    if !is_principal(permission.principal.get()) {
        return Err(invalid("The provided principal was invalid. Please check the principal and try again."));
    }
    let arn = meant.arn();
    let on = (&meant.scope, &meant.name);
    call.transact(|drafts, _| drafts.functions.permit(on, &arn, permission.clone()).map_err(refused)).await?;
    Ok(Output::new().with("Statement", permission.written(&arn)))
}

fn required(call: &Call<'_>, member: &'static str) -> Result<Public<String>, Fault> {
    call.input().public(member).cloned().ok_or_else(internal)
}

/// An account, an ARN of IAM, a service, or everybody.
fn is_principal(text: &str) -> bool {
    let digits = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let iam = text.starts_with("arn:") && sotto_arn::PrincipalArn::parse(text).is_ok();
    let of_host =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    let service =
        text.strip_suffix(".amazonaws.com").is_some_and(|host| !host.is_empty() && host.bytes().all(of_host));
    digits || iam || service || text == "*"
}

pub(super) async fn remove(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let _asked: Permit<sotto_iam::Call> = meant.may(call, "lambda:RemovePermission")?;
    meant.found(call)?;
    let sid = required(call, "StatementId")?;
    call.transact(|drafts, _| drafts.functions.forbid(&meant.scope, &meant.name, &sid).map_err(refused))
        .await?;
    Ok(Output::new())
}

pub(super) fn get(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let _asked: Permit<ReadDirectory> = meant.may(call, "lambda:GetPolicy")?;
    let function = meant.found(call)?;
    let policy = function.policy(&meant.arn()).ok_or_else(|| {
        Fault::new("ResourceNotFoundException", "The resource you requested does not exist.")
    })?;
    Ok(Output::new().with("Policy", policy).with("RevisionId", revision(function.revision)))
}
