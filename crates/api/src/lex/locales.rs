//! Locales of bots: made, described, changed, built, listed, deleted; and how any part of one is changed.
//!
//! Contents are read, changed as a value and written as a whole under a new number, on the condition that nobody changed them
//! meanwhile; then it is decided again, a bounded number of times.

use super::trees::{self, shown};
use super::{
    EDITS_MAX, Meant, MeantLocale, STALE, change, contents, fault, fault_of, instant, invalid, now, page,
    version, version_of,
};
use crate::call::Call;
use crate::desk::Answered;
use sotto_aws_model::Protocol;
use sotto_conversation::bot::{BotVersion, Dialect, Locale, LocaleSettings, Shape, Tree};
use sotto_conversation::language_name;
use sotto_conversation::registry::{BotError, LocaleHead, Outcome};
use sotto_iam::{Permit, ReadDirectory};
use sotto_wire::{Fault, Output, Value};

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "CreateBotLocale" => create(call).await,
        "DescribeBotLocale" => describe(call).await,
        "UpdateBotLocale" => update(call).await,
        "BuildBotLocale" => build(call).await,
        "ListBotLocales" => list(call).await,
        "DeleteBotLocale" => delete(call).await,
        _ => return None,
    })
}

const SETTINGS: [&str; 9] = [
    "description",
    "nluIntentConfidenceThreshold",
    "voiceSettings",
    "unifiedSpeechSettings",
    "audioFillerSettings",
    "speechRecognitionSettings",
    "generativeAISettings",
    "speechDetectionSensitivity",
    "speakerDiarizationSettings",
];

/// Changes a locale of a draft; gives what the change gave, and the locale after it.
pub(super) async fn edit<T>(
    call: &mut Call<'_>,
    meant: &MeantLocale,
    mut act: impl FnMut(&mut Locale) -> Outcome<T>,
) -> Result<(T, Locale), Fault> {
    if meant.version != BotVersion::Draft {
        return Err(invalid("only the draft of a bot can be changed"));
    }
    for _ in 0..EDITS_MAX {
        call.look_again();
        let head = meant.head(call)?;
        let read = contents::locale(call.api, &meant.bot.scope, head.content).await?;
        let mut locale = Locale::clone(&read);
        let answer = act(&mut locale).map_err(|error| fault(call, error))?;
        match put(call, &meant.bot, &locale, Some(&head)).await {
            Ok(()) => return Ok((answer, locale)),
            Err(refused) if refused.code(Protocol::Json) == STALE && is_stale(call, meant, &head) => {}
            Err(refused) => return Err(refused),
        }
    }
    Err(fault(call, BotError::Stale))
}

/// Whether somebody else changed the locale since it was read.
fn is_stale(call: &mut Call<'_>, meant: &MeantLocale, head: &LocaleHead) -> bool {
    call.look_again();
    meant.head(call).is_ok_and(|present| present.content != head.content)
}

/// Writes a locale into the draft of a bot: a new one, or in the place of what was read.
pub(super) async fn put(
    call: &mut Call<'_>,
    bot: &Meant,
    locale: &Locale,
    before: Option<&LocaleHead>,
) -> Result<(), Fault> {
    let raw = locale.to_resting();
    let wire = call.wire.clone();
    let key = std::sync::Arc::clone(&call.api.store_key);
    let done = call.transact(|drafts, draw| {
        let content = contents::reserve(*draw, &raw).ok_or_else(too_large)?;
        let place = (content, before.map(|head| head.content));
        drafts.bots.put_locale(&bot.scope, &bot.id, locale, place).map_err(|error| fault_of(&wire, error))?;
        contents::write((&key, *draw), &mut drafts.also, (&bot.scope, content), &raw)?;
        contents::settle(&drafts.bots, &mut drafts.also);
        Ok(())
    });
    done.await
}

pub(super) fn too_large() -> Fault {
    Fault::new("ServiceQuotaExceededException", "the locale is larger than this release can hold")
}

/// The settings of a request, without what names the locale.
fn settings(call: &Call<'_>) -> Result<LocaleSettings, Fault> {
    let mut settings: LocaleSettings = trees::settings(call)?;
    settings.rest.clear();
    Ok(settings)
}

async fn create(call: &mut Call<'_>) -> Answered {
    let meant = MeantLocale::of(call)?;
    let permit = meant.bot.may(call)?;
    meant.bot.bot(call)?;
    if meant.version != BotVersion::Draft {
        return Err(invalid("only the draft of a bot can be changed"));
    }
    let mut locale = Locale::new(meant.locale.clone(), now(call));
    locale.settings = settings(call)?;
    let locale = locale.with_fallback().map_err(|error| fault(call, error))?;
    put(call, &meant.bot, &locale, None).await?;
    let output = Output::new().with("botLocaleStatus", "Creating");
    with_locale(call, &permit, output, (&meant, &locale))
}

/// Members that answers about a locale have.
fn with_locale(
    call: &Call<'_>,
    permit: &Permit<ReadDirectory>,
    output: Output,
    (meant, locale): (&MeantLocale, &Locale),
) -> Result<Output, Fault> {
    let output = output
        .with("botId", meant.bot.id.public())
        .with("localeId", locale.id.public())
        .with("localeName", language_name(&locale.id).map_or(Value::Absent, Value::from))
        .with("botVersion", meant.version.public())
        .with("creationDateTime", instant(locale.created));
    trees::with_members(call, permit, output, (&locale.settings.write(Dialect::Api), &SETTINGS))
}

/// How far a locale is, for an answer.
fn with_head(output: Output, head: &LocaleHead) -> Output {
    let failures = (!head.failures.is_empty()).then(|| Value::from(head.failures.clone()));
    output
        .with("botLocaleStatus", head.status.as_str())
        .with("lastUpdatedDateTime", instant(head.updated))
        .with("lastBuildSubmittedDateTime", head.build_asked.map_or(Value::Absent, instant))
        .with("failureReasons", failures.unwrap_or(Value::Absent))
}

async fn describe(call: &mut Call<'_>) -> Answered {
    let meant = MeantLocale::of(call)?;
    let permit = meant.bot.may(call)?;
    let head = meant.head(call)?;
    let locale = contents::locale(call.api, &meant.bot.scope, head.content).await?;
    let output = Output::new().with("intentsCount", head.intents).with("slotTypesCount", head.slot_types);
    with_locale(call, &permit, with_head(output, &head), (&meant, &locale))
}

async fn update(call: &mut Call<'_>) -> Answered {
    let meant = MeantLocale::of(call)?;
    let permit = meant.bot.may(call)?;
    let (settings, at) = (settings(call)?, now(call));
    let edited = edit(call, &meant, |locale| {
        (locale.settings, locale.updated) = (settings.clone(), at);
        Ok(())
    });
    let ((), locale) = edited.await?;
    let head = meant.head(call)?;
    with_locale(call, &permit, with_head(Output::new(), &head), (&meant, &locale))
}

async fn build(call: &mut Call<'_>) -> Answered {
    let meant = MeantLocale::of(call)?;
    let _asked = meant.bot.may(call)?;
    if meant.version != BotVersion::Draft {
        return Err(invalid("only the draft of a bot can be built"));
    }
    meant.head(call)?;
    let at = now(call);
    change(call, |draft, _, _| draft.start_build(&meant.bot.scope, &meant.bot.id, &meant.locale, at)).await?;
    call.api.build_bell.notify_one();
    Ok(Output::new()
        .with("botId", meant.bot.id.public())
        .with("botVersion", meant.version.public())
        .with("localeId", meant.locale.public())
        .with("botLocaleStatus", "Building")
        .with("lastBuildSubmittedDateTime", instant(at)))
}

async fn list(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let permit = meant.may(call)?;
    let (bot, wanted) = (meant.bot(call)?, version(call, "botVersion")?);
    let mut locales: Vec<_> = version_of(call, &bot, wanted)?.locales.iter().collect();
    if super::bots::descending(call) {
        locales.reverse();
    }
    let (locales, next) = page(call, locales);
    let mut summaries = Vec::new();
    for (id, head) in locales {
        let locale = contents::locale(call.api, &meant.scope, head.content).await?;
        let mut output = Output::new()
            .with("localeId", id.public())
            .with("localeName", language_name(id).map_or(Value::Absent, Value::from))
            .with("botLocaleStatus", head.status.as_str())
            .with("lastUpdatedDateTime", instant(head.updated))
            .with("lastBuildSubmittedDateTime", head.build_asked.map_or(Value::Absent, instant));
        if let Some(words) = &locale.settings.description {
            output.set("description", shown(call, &permit, &Tree::Text(words.clone()))?);
        }
        summaries.push(output);
    }
    let output = Output::new()
        .with("botId", meant.id.public())
        .with("botVersion", wanted.public())
        .with("botLocaleSummaries", summaries);
    Ok(output.with("nextToken", next))
}

async fn delete(call: &mut Call<'_>) -> Answered {
    let meant = MeantLocale::of(call)?;
    let _asked = meant.bot.may(call)?;
    if meant.version != BotVersion::Draft {
        return Err(invalid("only the draft of a bot can be changed"));
    }
    meant.head(call)?;
    change(call, |draft, _, _| draft.delete_locale(&meant.bot.scope, &meant.bot.id, &meant.locale)).await?;
    Ok(Output::new()
        .with("botId", meant.bot.id.public())
        .with("botVersion", meant.version.public())
        .with("localeId", meant.locale.public())
        .with("botLocaleStatus", "Deleting"))
}
