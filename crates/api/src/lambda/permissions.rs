//! Who else may invoke a function? Statements of its resource policy, added and taken away one by one.
//!
//! What would narrow a statement and is not there is refused: left aside, it would let in more than was asked for. Each change is
//! another revision of the function, so that whoever names the one that was read changes no policy that was not seen.

use super::functions::{now_ms, random};
use super::refer::Meant;
use super::settings;
use super::shapes::revision;
use super::{invalid, refused};
use crate::call::{Call, internal};
use crate::desk::Answered;
use sotto_functions::{FunctionDraft, FunctionScope, Permission, RegistryError};
use sotto_iam::{Context, Permit, ReadDirectory};
use sotto_public::Public;
use sotto_wire::{Fault, Output};

/// Conditions of a statement that are not there.
const NOT_HERE: [&str; 3] = ["EventSourceToken", "FunctionUrlAuthType", "InvokedViaFunctionUrl"];

pub(super) async fn add(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let principal = required(call, "Principal")?;
    let context = Context::new().with("lambda:Principal", principal.get().as_str());
    let _asked: Permit<sotto_iam::Call> = meant.may_with(call, "lambda:AddPermission", context)?;
    let known = settings::known_revision(call, meant.found(call)?.revision);
    settings::without(call.input().view(), &NOT_HERE)?;
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
    let (on, at) = ((&meant.scope, &meant.name), (random(call), now_ms(call)));
    call.transact(|drafts, _| {
        let draft = &mut drafts.functions;
        revised(draft, on, (known, at), |draft| draft.permit(on, &arn, permission.clone())).map_err(refused)
    })
    .await?;
    Ok(Output::new().with("Statement", permission.written(&arn)))
}

/// Changes a policy, where the function is at the revision that is known; it is at another one then.
fn revised(
    draft: &mut FunctionDraft,
    on: (&FunctionScope, &Public<String>),
    (known, (revision, now_ms)): (Option<u128>, (u128, u64)),
    change: impl FnOnce(&mut FunctionDraft) -> Result<(), RegistryError>,
) -> Result<(), RegistryError> {
    // Code and settings stay, and so does the time that they were changed at.
    let modified_ms = draft.registry().function(on.0, on.1).map_or(now_ms, |function| function.modified_ms);
    draft.update(on, known, (revision, modified_ms), |_| ())?;
    change(draft)
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
    let known = settings::known_revision(call, meant.found(call)?.revision);
    let sid = required(call, "StatementId")?;
    let (on, at) = ((&meant.scope, &meant.name), (random(call), now_ms(call)));
    call.transact(|drafts, _| {
        revised(&mut drafts.functions, on, (known, at), |draft| draft.forbid(on.0, on.1, &sid))
            .map_err(refused)
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_arn::{AccountId, Region};
    use sotto_functions::{Code, Function, FunctionRegistry};
    use sotto_public::Opaque;
    use std::collections::BTreeMap;

    #[expect(clippy::disallowed_methods, reason = "texts of a test")]
    fn text(text: &str) -> Public<String> {
        Public::from_pinned_text(text.to_owned())
    }

    #[expect(clippy::disallowed_methods, reason = "a key of a test")]
    fn function() -> Function {
        let key = Opaque::from_pinned_bytes(vec![1]);
        Function {
            name: text("one"),
            uid: 1,
            revision: 1,
            modified_ms: 1,
            code: Code { object: 1, key, sha256: text("sum"), bytes: 1, unpacked_bytes: 1 },
            runtime: text("python3.13"),
            handler: text("a.b"),
            role: text("arn:aws:iam::111122223333:role/r"),
            description: None,
            environment: None,
            timeout_seconds: 3,
            memory_mib: 128,
            layers: Vec::new(),
            log_group: None,
            architecture: text("x86_64"),
            concurrency: None,
            permissions: Vec::new(),
            tags: BTreeMap::new(),
        }
    }

    #[test]
    fn a_policy_is_changed_at_the_revision_that_was_read_only() {
        let scope = FunctionScope {
            account: AccountId::parse("111122223333").unwrap(),
            region: Region::parse("eu-central-1").unwrap(),
        };
        let mut draft = FunctionRegistry::default().draft();
        draft.create(&scope, function()).unwrap();
        let name = text("one");
        let mut change = |known, next| {
            let done = revised(&mut draft, (&scope, &name), (known, (next, 9)), |_| Ok(()));
            let function = draft.registry().function(&scope, &name).unwrap();
            (done, function.revision, function.modified_ms)
        };
        assert_eq!(change(Some(1), 2), (Ok(()), 2, 1));
        assert_eq!(change(Some(1), 3), (Err(RegistryError::Revision), 2, 1));
        assert_eq!(change(None, 4), (Ok(()), 4, 1));
    }
}
