//! AssumeRoleWithWebIdentity: is the token genuine, and does the role's trust policy want its bearer?
//!
//! The request carries no signature (the model says no auth). The issuer must be an OIDC provider of the role's account, its keys
//! be known (`crate::issuers`), and the audience be one of the provider's. Then the trust policy decides, on `HOST/PATH:aud`,
//! `:sub` and `:amr` (IAM User Guide, "Available keys for AWS OIDC federation").

use super::assume::{Wanted, describe, lasting};
use super::issue::{blank, credentials, session_policies};
use crate::call::{Ask, Call, internal};
use crate::caller::Caller;
use crate::context::copied;
use crate::desk::{Answered, permit, seconds, show, value};
use crate::issuers::{Refused, WebToken};
use sotto_directory::names::oidc_arn;
use sotto_directory::{Claims, SessionKind};
use sotto_iam::Context;
use sotto_sensitive::RawText;
use sotto_wire::{Fault, Output};
use std::sync::Arc;

fn refuse(refused: Refused) -> Fault {
    match refused {
        Refused::Malformed => {
            Fault::new("InvalidIdentityToken", "The web identity token is not a signed token")
        }
        Refused::Signature => {
            Fault::new("InvalidIdentityToken", "The web identity token's signature is not the issuer's")
        }
        Refused::NoKeys => {
            Fault::new("IDPCommunicationError", "The keys of the token's issuer are not configured")
        }
        Refused::Expired => Fault::new("ExpiredTokenException", "The web identity token has ended"),
        Refused::NotYet => Fault::new("InvalidIdentityToken", "The web identity token does not hold yet"),
    }
}

pub(super) async fn role(call: &mut Call<'_>) -> Answered {
    let wanted = Wanted::of(call)?;
    let token = call.input().raw("WebIdentityToken").ok_or_else(internal)?;
    let token = WebToken::verify(call.issuers(), token, seconds(call)).map_err(refuse)?;
    let held = call.directory().account(&wanted.account);
    let provider = held.and_then(|held| held.providers.find(token.issuer.as_str()).cloned());
    let provider = provider.filter(|provider| provider.url == token.issuer).ok_or_else(|| {
        Fault::new(
            "InvalidIdentityToken",
            "No OpenIDConnect provider found in your account for the token's issuer",
        )
    })?;
    if !token
        .audiences
        .iter()
        .any(|audience| provider.clients.iter().any(|client| crate::context::is(audience, client.as_str())))
    {
        return Err(Fault::new("InvalidIdentityToken", "Incorrect token audience"));
    }
    let arn = oidc_arn(&wanted.account, &provider.url);
    call.caller = Caller::web_identity(&arn);
    call.notes.recipient = Some(wanted.account.clone());
    let ask = Ask::new("sts:AssumeRoleWithWebIdentity").on(wanted.resource(call)).with(context(call, &token));
    let permit = permit(call, ask)?;
    let role = Arc::clone(wanted.existing(call)?);
    let lasting = lasting(call, &role, false)?;
    let (policies, policy_arns) = session_policies(call)?;
    let claims = Claims {
        subject: role.id.clone(),
        name: role.name.clone(),
        session_name: call.input().raw("RoleSessionName").map(copied).ok_or_else(internal)?,
        policies,
        policy_arns,
        provider: Some(arn.clone()),
        web: token.keys(),
        ..blank(call, SessionKind::WebIdentity, &wanted.account, lasting)
    };
    let audience = token.audiences.first().map(copied).unwrap_or_default();
    let output = Output::new()
        .with("Credentials", credentials(call, &permit, &claims).await?)
        .with("SubjectFromWebIdentityToken", show(call, &permit, copied(&token.subject))?)
        .with("Provider", value(&arn))
        .with("Audience", show(call, &permit, audience)?);
    describe(call, &permit, &claims, output)
}

fn context(call: &Call<'_>, token: &WebToken) -> Context {
    let mut context = Context::new();
    if let Some(name) = call.input().raw("RoleSessionName") {
        context.set("sts:RoleSessionName", [copied(name)]);
    }
    let mut set = |suffix: &str, values: Vec<RawText>| {
        context.set(&format!("{}:{suffix}", token.issuer), values);
    };
    set("aud", token.audiences.iter().map(copied).collect());
    set("sub", vec![copied(&token.subject)]);
    if !token.methods.is_empty() {
        set("amr", token.methods.iter().map(copied).collect());
    }
    context
}
