//! How sensitive is a slot's value? Operations of our own put the level of a slot into the draft of its bot, and list the levels of
//! a locale with where each comes from.
//!
//! A level stands with the slot in the locale's contents, so it is built, versioned and aliased with it: what a conversation asks
//! policies by is the level of the version that it talks with. Lowering a level opens what conditions on `sotto:Classification`
//! closed; so policies can ask for the present level and for the new one, and both are there whether or not the slot is.

use super::locales::edit;
use super::{MeantLocale, contents, fault, id, may, now, page};
use crate::call::Call;
use crate::desk::Answered;
use sotto_conversation::bot::{Classification, Id, Intent, Locale, Slot};
use sotto_conversation::registry::BotError;
use sotto_iam::Context;
use sotto_wire::{Fault, Output};
use std::sync::Arc;

/// The answer to an operation of ours about slots.
pub(crate) async fn answer_own(call: &mut Call<'_>) -> Option<Answered> {
    Some(match call.operation().to_owned().as_str() {
        "PutSlotClassification" => put(call).await,
        "ListSlotClassifications" => list(call).await,
        _ => return None,
    })
}

/// The level of a request; nothing means by type and name again.
fn wanted(call: &Call<'_>) -> Result<Option<Classification>, Fault> {
    let Some(word) = call.input().public("classification") else { return Ok(None) };
    let level = Classification::parse(word.get());
    level.map(Some).ok_or_else(|| super::invalid("Value at 'classification' is not high, medium or low"))
}

/// The locale of a request as it rests; nothing where there is none, which is only told to who may know.
async fn read(call: &Call<'_>, meant: &MeantLocale) -> Result<Option<Arc<Locale>>, Fault> {
    match meant.head(call) {
        Ok(head) => contents::locale(call.api, &meant.bot.scope, head.content).await.map(Some),
        Err(_) => Ok(None),
    }
}

fn slot_of<'l>(locale: &'l Locale, (intent, slot): (&Id, &Id)) -> Option<&'l Slot> {
    let intent = locale.intent_of(intent)?;
    intent.slots.iter().find(|one| one.id == *slot).map(|one| &**one)
}

async fn put(call: &mut Call<'_>) -> Answered {
    let meant = MeantLocale::of(call)?;
    let (intent, slot, level) = (id(call, "intentId")?, id(call, "slotId")?, wanted(call)?);
    let before = read(call, &meant).await?;
    let before = before.as_deref().and_then(|locale| Some((locale, slot_of(locale, (&intent, &slot))?)));
    let mut context = Context::new();
    if let Some((locale, before)) = before {
        context.set("sotto:Classification", [locale.level_now(before).as_str()]);
        let mut after = before.clone();
        after.classification = level;
        context.set("sotto:NewClassification", [after.classification().as_str()]);
    }
    let (arn, resource) = (meant.bot.arn(), meant.bot.resource(call));
    let _asked = may(call, "AWS::Lex::Bot", arn, resource, context)?;
    let at = now(call);
    let asked_about = before.map(|(locale, slot)| locale.level_now(slot));
    let edited = edit(call, &meant, |locale| {
        // What was decided on is what is changed: a level that came in between is another question.
        if slot_of(locale, (&intent, &slot)).map(|slot| locale.level_now(slot)) != asked_about {
            return Err(BotError::Conflict("the level was changed meanwhile"));
        }
        locale.classify((&intent, &slot), level, at)
    });
    let ((), locale) = edited.await?;
    let slot = slot_of(&locale, (&intent, &slot)).ok_or_else(|| fault(call, BotError::NotFound("slot")))?;
    let head = meant.head(call)?;
    let output = Output::new()
        .with("botId", meant.bot.id.public())
        .with("botVersion", meant.version.public())
        .with("localeId", meant.locale.public())
        .with("intentId", intent.public())
        .with("botLocaleStatus", head.status.as_str());
    Ok(with_slot(output, slot))
}

/// A slot and its level.
fn with_slot(output: Output, slot: &Slot) -> Output {
    output
        .with("slotId", slot.id.public())
        .with("slotName", slot.name.public())
        .with("classification", slot.classification().as_str())
        .with("source", if slot.classification.is_some() { "Set" } else { "Default" })
}

async fn list(call: &mut Call<'_>) -> Answered {
    let meant = MeantLocale::of(call)?;
    let _asked = meant.bot.may(call)?;
    let head = meant.head(call)?;
    let locale = contents::locale(call.api, &meant.bot.scope, head.content).await?;
    let mut slots: Vec<(&Intent, &Slot)> = locale.slots().collect();
    slots.sort_by(|one, other| (&one.0.name, &one.1.name).cmp(&(&other.0.name, &other.1.name)));
    let (slots, next) = page(call, slots);
    let item = |(intent, slot): (&Intent, &Slot)| {
        let output =
            Output::new().with("intentId", intent.id.public()).with("intentName", intent.name.public());
        with_slot(output, slot)
    };
    Ok(Output::new()
        .with("botId", meant.bot.id.public())
        .with("botVersion", meant.version.public())
        .with("localeId", meant.locale.public())
        .with("slots", slots.into_iter().map(item).collect::<Vec<_>>())
        .with("nextToken", next))
}
