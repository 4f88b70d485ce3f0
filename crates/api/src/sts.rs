//! What does STS answer? Who the caller is, and temporary credentials.
//!
//! STS API Reference. Nothing about a session is stored: its token holds everything under seal. That credentials were given is
//! on record before they leave.

mod assume;
mod issue;
mod second_factor;
mod web;

use crate::call::{Ask, Call};
use crate::desk::{Answered, permit, required, value};
use sotto_directory::Text;
use sotto_wire::{Fault, Output};

/// The answer to an operation of STS.
pub(crate) async fn answer(call: &mut Call<'_>) -> Answered {
    match call.operation() {
        "GetCallerIdentity" => identity(call),
        "AssumeRole" => assume::role(call).await,
        "AssumeRoleWithWebIdentity" => web::role(call).await,
        "GetSessionToken" => issue::session(call).await,
        "GetFederationToken" => issue::federation(call).await,
        "GetAccessKeyInfo" => key_info(call),
        _ => Err(call.refuse_unserved()),
    }
}

/// Needs no permission, and cannot be denied (STS API Reference, "GetCallerIdentity").
fn identity(call: &mut Call<'_>) -> Answered {
    let account = call.account()?;
    Ok(Output::new()
        .with("UserId", call.caller().user_id())
        .with("Account", value(&Text::from(&account)))
        .with("Arn", call.caller().arn()))
}

fn key_info(call: &mut Call<'_>) -> Answered {
    let _asked = permit(call, Ask::new("sts:GetAccessKeyInfo"))?;
    let id = required(call, "AccessKeyId")?;
    let owner = call.directory().key_owner(id.as_str()).map(|owner| Text::from(&owner.account));
    let owner = owner.ok_or_else(|| {
        Fault::common(sotto_wire::Common::Validation, "The access key id is not one of a long-term key here")
    })?;
    Ok(Output::new().with("Account", value(&owner)))
}
