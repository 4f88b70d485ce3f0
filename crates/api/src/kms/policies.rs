//! GetKeyPolicy, PutKeyPolicy, ListKeyPolicies. A key has one policy, and its name is `default`.

use super::ask::may;
use super::create::bypasses;
use super::keys::changed;
use super::lists::{THOUSAND, listed};
use super::lockout::{self, POLICY_NAME};
use super::refer::Meant;
use crate::call::Call;
use crate::desk::{Answered, required, text, value};
use sotto_directory::Text;
use sotto_iam::{Context, Permit, ReadDirectory};
use sotto_wire::{Fault, Output};

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "GetKeyPolicy" => get(call),
        "PutKeyPolicy" => put(call).await,
        "ListKeyPolicies" => list(call),
        _ => return None,
    })
}

/// That the policy which is asked for is the one there is.
fn check_name(call: &Call<'_>) -> Result<(), Fault> {
    match text(call, "PolicyName") {
        Some(name) if name.as_str() != POLICY_NAME => {
            Err(Fault::new("NotFoundException", "No such policy exists"))
        }
        _ => Ok(()),
    }
}

fn get(call: &mut Call<'_>) -> Answered {
    let meant = Meant::own(call, "KeyId")?;
    let _asked: Permit<ReadDirectory> = may(call, "kms:GetKeyPolicy", &meant, Context::new())?;
    check_name(call)?;
    Ok(Output::new().with("Policy", meant.key.policy.clone()).with("PolicyName", POLICY_NAME))
}

async fn put(call: &mut Call<'_>) -> Answered {
    let document = required(call, "Policy")?;
    let meant = Meant::own(call, "KeyId")?;
    let asked = Context::new().with("kms:BypassPolicyLockoutSafetyCheck", bypasses(call));
    let _asked: Permit<ReadDirectory> = may(call, "kms:PutKeyPolicy", &meant, asked)?;
    check_name(call)?;
    lockout::check(call, &Text::from(meant.key.arn.public()), &document)?;
    let again = Context::new().with("kms:BypassPolicyLockoutSafetyCheck", bypasses(call));
    changed(call, "kms:PutKeyPolicy", again, |draft, arn| draft.put_policy(arn, document.public())).await?;
    Ok(Output::new())
}

fn list(call: &mut Call<'_>) -> Answered {
    let meant = Meant::own(call, "KeyId")?;
    let _asked: Permit<ReadDirectory> = may(call, "kms:ListKeyPolicies", &meant, Context::new())?;
    let items = vec![(Text::from(POLICY_NAME), Text::from(POLICY_NAME))];
    listed(call, "PolicyNames", (items, THOUSAND, |_: &str| true), |name| Ok(value(&name)))
}
