//! Versions of bots: set down, described, listed, deleted.

use super::trees::sealed_text;
use super::{Meant, change, instant, now, page, version, version_of, words_place};
use crate::call::{Call, internal};
use crate::desk::Answered;
use sotto_conversation::bot::{BotVersion, LocaleId};
use sotto_conversation::registry::Version;
use sotto_iam::{Permit, ReadDirectory};
use sotto_wire::{Fault, Output, Value};
use std::collections::BTreeMap;

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "CreateBotVersion" => create(call).await,
        "DescribeBotVersion" => describe(call),
        "ListBotVersions" => list(call),
        "DeleteBotVersion" => delete(call).await,
        _ => return None,
    })
}

/// Which version each locale is taken of.
fn sources(call: &Call<'_>) -> Result<BTreeMap<LocaleId, BotVersion>, Fault> {
    let of = |(key, value): (&sotto_wire::Key, sotto_wire::View<'_>)| {
        let locale = key.public().and_then(|text| LocaleId::parse(text.get()).ok());
        let source = value.public("sourceBotVersion").and_then(|text| BotVersion::parse(text.get()).ok());
        locale
            .zip(source)
            .ok_or_else(|| super::invalid("Value at 'botVersionLocaleSpecification' is not valid"))
    };
    call.input().map("botVersionLocaleSpecification").map(of).collect()
}

async fn create(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let permit = meant.may(call)?;
    let (sources, now) = (sources(call)?, now(call));
    let description = call.input().raw("description").map(crate::context::copied);
    let place = (&meant.scope, &meant.id, "version description");
    let sealed = sealed_text(call, place, description.as_ref())?;
    let number = change(call, |draft, _, _| {
        draft.create_version(&meant.scope, &meant.id, &sources, (sealed.clone(), now))
    });
    let number = number.await?;
    let specification = sources
        .iter()
        .map(|(locale, source)| (locale.public(), Output::new().with("sourceBotVersion", source.public())));
    let output = Output::new()
        .with("botId", meant.id.public())
        .with("botVersion", BotVersion::Number(number).public())
        .with("botVersionLocaleSpecification", Value::map(specification))
        .with("botStatus", "Creating")
        .with("creationDateTime", instant(now));
    match description {
        Some(raw) => Ok(output.with("description", crate::desk::show(call, &permit, raw)?)),
        None => Ok(output),
    }
}

fn with_description(
    call: &Call<'_>,
    permit: &Permit<ReadDirectory>,
    output: Output,
    (meant, version): (&Meant, &Version),
) -> Result<Output, Fault> {
    let Some(sealed) = &version.description else { return Ok(output) };
    let place = words_place(&meant.scope, &meant.id, "version description");
    let raw = call.store_key().open_text(&place, sealed).map_err(|_| internal())?;
    Ok(output.with("description", crate::desk::show(call, permit, raw)?))
}

fn describe(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let permit = meant.may(call)?;
    let bot = meant.bot(call)?;
    let wanted = version(call, "botVersion")?;
    let found = version_of(call, &bot, wanted)?;
    let output = Output::new()
        .with("botId", bot.id.public())
        .with("botName", bot.name.public())
        .with("botVersion", wanted.public())
        .with("roleArn", found.role.clone())
        .with("botStatus", "Available")
        .with("creationDateTime", instant(found.created));
    let settings: sotto_conversation::bot::BotSettings =
        super::trees::opened(call.store_key(), (&meant.scope, &meant.id, "settings"), &found.settings)?;
    let tree = sotto_conversation::bot::Shape::write(&settings, sotto_conversation::bot::Dialect::Api);
    let members = ["dataPrivacy", "idleSessionTTLInSeconds", "botType", "botMembers"];
    let output = super::trees::with_members(call, &permit, output, (&tree, &members))?;
    with_description(call, &permit, output, (&meant, found))
}

fn list(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let permit = meant.may(call)?;
    let bot = meant.bot(call)?;
    let mut versions: Vec<_> = bot.versions.iter().collect();
    if super::bots::descending(call) {
        versions.reverse();
    }
    let (versions, next) = page(call, versions);
    let mut summaries = Vec::new();
    for (number, found) in versions {
        let output = Output::new()
            .with("botName", bot.name.public())
            .with("botVersion", number.public())
            .with("botStatus", "Available")
            .with("creationDateTime", instant(found.created));
        summaries.push(with_description(call, &permit, output, (&meant, found))?);
    }
    let output = Output::new().with("botId", bot.id.public()).with("botVersionSummaries", summaries);
    Ok(output.with("nextToken", next))
}

async fn delete(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let _asked = meant.may(call)?;
    meant.bot(call)?;
    let wanted = version(call, "botVersion")?;
    let check = !call.input().flag("skipResourceInUseCheck").unwrap_or(false);
    change(call, |draft, _, _| draft.delete_version(&meant.scope, &meant.id, wanted, check)).await?;
    let output = Output::new().with("botId", meant.id.public()).with("botVersion", wanted.public());
    Ok(output.with("botStatus", "Deleting"))
}
