//! Tags of bots and aliases: keys are public, values sealed, bound to what is tagged and the key.

use super::{Meant, change, fault, invalid, may};
use crate::call::{Call, internal};
use crate::desk::{Answered, seal, show};
use sotto_conversation::bot::Id;
use sotto_conversation::registry::{BotError, Scope, Tags};
use sotto_iam::{Context, Permit, ReadDirectory, Resource};
use sotto_public::{Place, Public};
use sotto_sensitive::RawText;
use sotto_wire::{Fault, Key, Output, Value, View};

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "TagResource" => tag(call).await,
        "UntagResource" => untag(call).await,
        "ListTagsForResource" => list(call),
        _ => return None,
    })
}

pub(super) fn place(scope: &Scope, id: &Id, key: &Public<String>) -> Place {
    Place::new("bot tag").with(&scope.account).with(&scope.region).with(&id.public()).with(key)
}

/// The tags of a request's member, sealed for a bot or an alias.
pub(super) fn given(
    call: &Call<'_>,
    (scope, id): (&Scope, &Id),
    member: &'static str,
) -> Result<Tags, Fault> {
    let entry = |(key, value): (&Key, View<'_>)| {
        let key = key.public().cloned().ok_or_else(internal)?;
        let empty = RawText::default();
        let sealed = seal(call, &place(scope, id, &key), value.as_raw().unwrap_or(&empty))?;
        Ok((key, sealed))
    };
    call.input().map(member).map(entry).collect()
}

/// Condition keys about the tags of a request.
pub(super) fn given_context(call: &Call<'_>, member: &'static str) -> Context {
    let (mut context, mut keys) = (Context::new(), Vec::new());
    for (key, value) in call.input().map(member) {
        let Some(key) = key.public() else { continue };
        keys.push(key.get().clone());
        if let Some(raw) = value.as_raw() {
            context.set(&format!("aws:RequestTag/{key}"), [crate::context::copied(raw)]);
        }
    }
    if !keys.is_empty() {
        context.set("aws:TagKeys", keys.iter().map(String::as_str));
    }
    context
}

/// A resource with the values of its tags, for conditions on `aws:ResourceTag`.
pub(super) fn with_values(
    call: &Call<'_>,
    mut resource: Resource,
    (scope, id): (&Scope, &Id),
    tags: &Tags,
) -> Resource {
    for (key, sealed) in tags {
        if let Ok(raw) = call.store_key().open_text(&place(scope, id, key), sealed) {
            resource = resource.with_tag(key.get(), raw);
        }
    }
    resource
}

/// Tags as a member of an answer.
pub(super) fn shown_as(
    call: &Call<'_>,
    permit: &Permit<ReadDirectory>,
    (scope, id): (&Scope, &Id),
    (member, tags): (&'static str, &Tags),
) -> Result<Output, Fault> {
    let mut entries = Vec::new();
    for (key, sealed) in tags {
        let raw = call.store_key().open_text(&place(scope, id, key), sealed).map_err(|_| internal())?;
        entries.push((Value::from(key), Value::Shown(show(call, permit, raw)?)));
    }
    Ok(Output::new().with(member, Value::Map(entries)))
}

/// A bot, or one of its aliases, by the ARN of a request.
pub(super) fn meant(call: &Call<'_>, member: &'static str) -> Result<(Meant, Option<Id>), Fault> {
    let arn = call.input().public(member).ok_or_else(|| super::missing(member))?;
    let wrong =
        || invalid("Value at 'resourceARN' is not the ARN of a bot or an alias of this account and Region");
    let scope = super::scope(call)?;
    let prefix = super::arn(&scope, "");
    let below = arn.get().strip_prefix(prefix.get().as_str()).ok_or_else(wrong)?;
    let parts: Vec<&str> = below.split('/').collect();
    let (bot, alias) = match parts.as_slice() {
        ["bot", bot] => (bot, None),
        ["bot-alias", bot, alias] => (bot, Some(Id::parse(alias).map_err(|_| wrong())?)),
        _ => return Err(wrong()),
    };
    Ok((Meant { scope, id: Id::parse(bot).map_err(|_| wrong())? }, alias))
}

/// Asks for the operation on what an ARN names.
pub(super) fn may_on(
    call: &mut Call<'_>,
    (bot, alias): (&Meant, Option<&Id>),
    context: Context,
) -> Result<Permit<ReadDirectory>, Fault> {
    match alias {
        None => {
            let resource = bot.resource(call);
            may(call, "AWS::Lex::Bot", bot.arn(), resource, context)
        }
        Some(alias) => {
            let resource = bot.alias_resource(call, alias);
            may(call, "AWS::Lex::BotAlias", bot.alias_arn(alias), resource, context)
        }
    }
}

async fn tag(call: &mut Call<'_>) -> Answered {
    let (bot, alias) = meant(call, "resourceARN")?;
    let context = given_context(call, "tags");
    let _asked = may_on(call, (&bot, alias.as_ref()), context)?;
    let tags = given(call, (&bot.scope, alias.as_ref().unwrap_or(&bot.id)), "tags")?;
    change(call, |draft, _, _| draft.tag(&bot.scope, (&bot.id, alias.as_ref()), tags.clone())).await?;
    Ok(Output::new())
}

async fn untag(call: &mut Call<'_>) -> Answered {
    let (bot, alias) = meant(call, "resourceARN")?;
    let keys: Vec<Public<String>> = call.input().publics("tagKeys").cloned().collect();
    let mut context = Context::new();
    context.set("aws:TagKeys", keys.iter().map(|key| key.get().as_str()));
    let _asked = may_on(call, (&bot, alias.as_ref()), context)?;
    change(call, |draft, _, _| draft.untag(&bot.scope, (&bot.id, alias.as_ref()), &keys)).await?;
    Ok(Output::new())
}

fn list(call: &mut Call<'_>) -> Answered {
    let (meant, alias) = meant(call, "resourceARN")?;
    let permit = may_on(call, (&meant, alias.as_ref()), Context::new())?;
    let bot = meant.bot(call)?;
    let tags = match &alias {
        None => &bot.tags,
        Some(alias) => &bot.aliases.get(alias).ok_or_else(|| fault(call, BotError::NotFound("alias")))?.tags,
    };
    shown_as(call, &permit, (&meant.scope, alias.as_ref().unwrap_or(&meant.id)), ("tags", tags))
}
