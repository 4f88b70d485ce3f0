//! Resource policies of bots and aliases: put, changed, described, deleted. Each change has a revision, and a request may say which
//! one it relies on (Lex V2 API Reference, `expectedRevisionId`).

use super::tags::{may_on, meant};
use super::{change, fault, invalid};
use crate::call::Call;
use crate::desk::Answered;
use sotto_conversation::registry::{BotError, Expected};
use sotto_iam::{Context, PolicyKind};
use sotto_public::Public;
use sotto_wire::{Fault, Output};

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "CreateResourcePolicy" => put(call, true).await,
        "UpdateResourcePolicy" => put(call, false).await,
        "DescribeResourcePolicy" => describe(call),
        "DeleteResourcePolicy" => delete(call).await,
        _ => return None,
    })
}

/// The revision that a request relies on.
fn expected(call: &Call<'_>, otherwise: Expected) -> Result<Expected, Fault> {
    match call.input().public("expectedRevisionId") {
        None => Ok(otherwise),
        Some(text) => text.get().parse().map(Expected::Revision).map_err(|_| {
            Fault::new("PreconditionFailedException", "the resource policy has another revision")
        }),
    }
}

async fn put(call: &mut Call<'_>, new: bool) -> Answered {
    let (bot, alias) = meant(call, "resourceArn")?;
    let _asked = may_on(call, (&bot, alias.as_ref()), Context::new())?;
    let document = crate::desk::required(call, "policy")?.public();
    if sotto_iam::Policy::parse(document.get(), PolicyKind::Resource).is_err() {
        return Err(invalid("Value at 'policy' is not a resource policy"));
    }
    let expected = expected(call, if new { Expected::None } else { Expected::Some })?;
    let place = (&bot.id, alias.as_ref());
    let revision =
        change(call, |draft, _, _| draft.set_policy(&bot.scope, place, Some(document.clone()), expected));
    let revision = revision.await?;
    Ok(said(call, revision))
}

fn said(call: &Call<'_>, revision: u64) -> Output {
    let arn = call.input().public("resourceArn").cloned();
    Output::new().with("resourceArn", arn).with("revisionId", crate::record::configured(&revision))
}

fn describe(call: &mut Call<'_>) -> Answered {
    let (meant, alias) = meant(call, "resourceArn")?;
    let _asked = may_on(call, (&meant, alias.as_ref()), Context::new())?;
    let bot = meant.bot(call)?;
    let policy = match &alias {
        None => bot.policy.as_ref(),
        Some(alias) => bot.aliases.get(alias).and_then(|alias| alias.policy.as_ref()),
    };
    let policy = policy.ok_or_else(|| fault(call, BotError::NotFound("resource policy")))?;
    let document: Public<String> = policy.document.clone();
    Ok(said(call, policy.revision).with("policy", document))
}

async fn delete(call: &mut Call<'_>) -> Answered {
    let (bot, alias) = meant(call, "resourceArn")?;
    let _asked = may_on(call, (&bot, alias.as_ref()), Context::new())?;
    let expected = expected(call, Expected::Some)?;
    let place = (&bot.id, alias.as_ref());
    let revision = change(call, |draft, _, _| draft.set_policy(&bot.scope, place, None, expected)).await?;
    Ok(said(call, revision))
}
