//! Intents, slots and slot types of a locale: made, described, changed, listed, deleted. Three kinds with one way of doing each.

use super::locales::edit;
use super::trees::{self, shown};
use super::{MeantLocale, contents, fault, id, instant, name, new_id, now, page};
use crate::call::Call;
use crate::desk::Answered;
use sotto_conversation::bot::{
    Intent, IntentSettings, Locale, Slot, SlotSettings, SlotType, SlotTypeSettings, Tree,
};
use sotto_conversation::edit::Target;
use sotto_conversation::registry::BotError;
use sotto_iam::{Permit, ReadDirectory};
use sotto_public::Public;
use sotto_wire::{Fault, Output};
use std::sync::Arc;

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "CreateIntent" => put_intent(call, true).await,
        "UpdateIntent" => put_intent(call, false).await,
        "DescribeIntent" => describe_intent(call).await,
        "ListIntents" => list_intents(call).await,
        "DeleteIntent" => delete_intent(call).await,
        "CreateSlot" => put_slot(call, true).await,
        "UpdateSlot" => put_slot(call, false).await,
        "DescribeSlot" => describe_slot(call).await,
        "ListSlots" => list_slots(call).await,
        "DeleteSlot" => delete_slot(call).await,
        "CreateSlotType" => put_slot_type(call, true).await,
        "UpdateSlotType" => put_slot_type(call, false).await,
        "DescribeSlotType" => describe_slot_type(call).await,
        "ListSlotTypes" => list_slot_types(call).await,
        "DeleteSlotType" => delete_slot_type(call).await,
        _ => return None,
    })
}

const INTENT: [&str; 14] = [
    "intentDisplayName",
    "description",
    "parentIntentSignature",
    "sampleUtterances",
    "dialogCodeHook",
    "fulfillmentCodeHook",
    "initialResponseSetting",
    "intentConfirmationSetting",
    "intentClosingSetting",
    "inputContexts",
    "outputContexts",
    "kendraConfiguration",
    "qnAIntentConfiguration",
    "qInConnectIntentConfiguration",
];

const SLOT: [&str; 6] = [
    "description",
    "slotTypeId",
    "valueElicitationSetting",
    "obfuscationSetting",
    "multipleValuesSetting",
    "subSlotSetting",
];

const SLOT_TYPE: [&str; 6] = [
    "description",
    "slotTypeValues",
    "valueSelectionSetting",
    "parentSlotTypeSignature",
    "externalSourceSetting",
    "compositeSlotTypeSetting",
];

/// The locale of a request, as it rests, for whoever may see it.
async fn read(call: &mut Call<'_>) -> Result<(MeantLocale, Permit<ReadDirectory>, Arc<Locale>), Fault> {
    let meant = MeantLocale::of(call)?;
    let permit = meant.bot.may(call)?;
    let head = meant.head(call)?;
    let locale = contents::locale(call.api, &meant.bot.scope, head.content).await?;
    Ok((meant, permit, locale))
}

/// Members that all answers about parts have.
fn placed(output: Output, meant: &MeantLocale, (created, updated): (u64, Option<u64>)) -> Output {
    let output = output
        .with("botId", meant.bot.id.public())
        .with("botVersion", meant.version.public())
        .with("localeId", meant.locale.public())
        .with("creationDateTime", instant(created));
    match updated {
        Some(updated) => output.with("lastUpdatedDateTime", instant(updated)),
        None => output,
    }
}

/// The id of a part that is made, or of the one that is changed.
fn target(call: &Call<'_>, new: bool, member: &'static str) -> Result<Target, Fault> {
    Ok(if new { Target::New(new_id(call)) } else { Target::Old(id(call, member)?) })
}

fn not_found(call: &Call<'_>, what: &'static str) -> Fault {
    fault(call, BotError::NotFound(what))
}

/// A page of summaries as an answer.
fn listed(
    meant: &MeantLocale,
    member: &'static str,
    (summaries, next): (Vec<Output>, Option<Public<String>>),
) -> Answered {
    Ok(Output::new()
        .with("botId", meant.bot.id.public())
        .with("botVersion", meant.version.public())
        .with("localeId", meant.locale.public())
        .with(member, summaries)
        .with("nextToken", next))
}

fn with_description(
    call: &Call<'_>,
    permit: &Permit<ReadDirectory>,
    output: Output,
    tree: Option<&sotto_conversation::Words>,
) -> Result<Output, Fault> {
    match tree {
        Some(words) => Ok(output.with("description", shown(call, permit, &Tree::Text(words.clone()))?)),
        None => Ok(output),
    }
}

// Intents.

async fn put_intent(call: &mut Call<'_>, new: bool) -> Answered {
    let meant = MeantLocale::of(call)?;
    let permit = meant.bot.may(call)?;
    let (target, name, at) = (target(call, new, "intentId")?, name(call, "intentName")?, now(call));
    let settings: IntentSettings = trees::settings(call)?;
    let edited =
        edit(call, &meant, |locale| locale.put_intent(target.clone(), name.clone(), settings.clone(), at));
    let (intent, locale) = edited.await?;
    let output = Output::new();
    intent_output(call, &permit, output, (&meant, &locale, &intent, (!new).then_some(intent.updated)))
}

fn intent_output(
    call: &Call<'_>,
    permit: &Permit<ReadDirectory>,
    output: Output,
    (meant, locale, intent, updated): (&MeantLocale, &Locale, &Intent, Option<u64>),
) -> Answered {
    let output = placed(output, meant, (intent.created, updated))
        .with("intentId", intent.id.public())
        .with("intentName", intent.name.public());
    let tree = locale.intent_answer(intent);
    let output = trees::with_members(call, permit, output, (&tree, &INTENT))?;
    // Only answers about an intent that was there name its slots.
    match (updated, tree.member("slotPriorities")) {
        (Some(_), Some(priorities)) => Ok(output.with("slotPriorities", shown(call, permit, priorities)?)),
        _ => Ok(output),
    }
}

async fn describe_intent(call: &mut Call<'_>) -> Answered {
    let (meant, permit, locale) = read(call).await?;
    let wanted = id(call, "intentId")?;
    let intent = locale.intent_of(&wanted).ok_or_else(|| not_found(call, "intent"))?;
    intent_output(call, &permit, Output::new(), (&meant, &locale, intent, Some(intent.updated)))
}

async fn list_intents(call: &mut Call<'_>) -> Answered {
    let (meant, permit, locale) = read(call).await?;
    let mut intents: Vec<_> =
        locale.intents.iter().filter(|intent| fits(call, "IntentName", intent.name.as_str())).collect();
    intents.sort_by(|one, other| one.name.cmp(&other.name));
    if super::bots::descending(call) {
        intents.reverse();
    }
    let (intents, next) = page(call, intents);
    let mut summaries = Vec::new();
    for intent in intents {
        let output = Output::new()
            .with("intentId", intent.id.public())
            .with("intentName", intent.name.public())
            .with("lastUpdatedDateTime", instant(intent.updated));
        let tree = locale.intent_answer(intent);
        let members =
            ["intentDisplayName", "description", "parentIntentSignature", "inputContexts", "outputContexts"];
        summaries.push(trees::with_members(call, &permit, output, (&tree, &members))?);
    }
    listed(&meant, "intentSummaries", (summaries, next))
}

/// Filters by name: `EQ` (equals) and `CO` (contains); another filter fits nothing.
fn fits(call: &Call<'_>, by: &str, name: &str) -> bool {
    call.input().list("filters").all(|filter| {
        let by_name = filter.public("name").is_some_and(|name| name.get() == by);
        let contains = filter.public("operator").is_some_and(|operator| operator.get() == "CO");
        let mut values = filter.list("values").filter_map(sotto_wire::View::as_raw);
        by_name && values.any(|value| super::bots::trees_match(name, value, contains))
    })
}

async fn delete_intent(call: &mut Call<'_>) -> Answered {
    let meant = MeantLocale::of(call)?;
    let _asked = meant.bot.may(call)?;
    let (wanted, at) = (id(call, "intentId")?, now(call));
    edit(call, &meant, |locale| locale.remove_intent(&wanted, at)).await?;
    Ok(Output::new())
}

// Slots.

async fn put_slot(call: &mut Call<'_>, new: bool) -> Answered {
    let meant = MeantLocale::of(call)?;
    let permit = meant.bot.may(call)?;
    let (target, intent, name) =
        (target(call, new, "slotId")?, id(call, "intentId")?, name(call, "slotName")?);
    let (settings, at): (SlotSettings, u64) = (trees::settings(call)?, now(call));
    let edited = edit(call, &meant, |locale| {
        locale.put_slot(&intent, target.clone(), (name.clone(), settings.clone()), at)
    });
    let (slot, locale) = edited.await?;
    let output = Output::new().with("intentId", intent.public());
    slot_output(call, &permit, output, (&meant, &locale, &slot, (!new).then_some(slot.updated)))
}

fn slot_output(
    call: &Call<'_>,
    permit: &Permit<ReadDirectory>,
    output: Output,
    (meant, locale, slot, updated): (&MeantLocale, &Locale, &Slot, Option<u64>),
) -> Answered {
    let output = placed(output, meant, (slot.created, updated))
        .with("slotId", slot.id.public())
        .with("slotName", slot.name.public());
    trees::with_members(call, permit, output, (&locale.slot_answer(slot), &SLOT))
}

/// The intent of a request.
fn intent_of<'l>(call: &Call<'_>, locale: &'l Locale) -> Result<&'l Arc<Intent>, Fault> {
    let wanted = id(call, "intentId")?;
    locale.intent_of(&wanted).ok_or_else(|| not_found(call, "intent"))
}

async fn describe_slot(call: &mut Call<'_>) -> Answered {
    let (meant, permit, locale) = read(call).await?;
    let (intent, wanted) = (intent_of(call, &locale)?, id(call, "slotId")?);
    let slot = intent.slots.iter().find(|slot| slot.id == wanted).ok_or_else(|| not_found(call, "slot"))?;
    let output = Output::new().with("intentId", intent.id.public());
    slot_output(call, &permit, output, (&meant, &locale, slot, Some(slot.updated)))
}

async fn list_slots(call: &mut Call<'_>) -> Answered {
    let (meant, permit, locale) = read(call).await?;
    let intent = intent_of(call, &locale)?;
    let mut slots: Vec<_> =
        intent.slots.iter().filter(|slot| fits(call, "SlotName", slot.name.as_str())).collect();
    slots.sort_by(|one, other| one.name.cmp(&other.name));
    if super::bots::descending(call) {
        slots.reverse();
    }
    let (slots, next) = page(call, slots);
    let mut summaries = Vec::new();
    for slot in slots {
        let output = Output::new()
            .with("slotId", slot.id.public())
            .with("slotName", slot.name.public())
            .with("slotConstraint", slot.settings.elicitation.constraint.as_str())
            .with("lastUpdatedDateTime", instant(slot.updated));
        let tree = locale.slot_answer(slot);
        let mut output = trees::with_members(call, &permit, output, (&tree, &["description", "slotTypeId"]))?;
        if let Some(prompt) =
            tree.member("valueElicitationSetting").and_then(|one| one.member("promptSpecification"))
        {
            output.set("valueElicitationPromptSpecification", shown(call, &permit, prompt)?);
        }
        summaries.push(output);
    }
    let output = listed(&meant, "slotSummaries", (summaries, next))?;
    Ok(output.with("intentId", intent.id.public()))
}

async fn delete_slot(call: &mut Call<'_>) -> Answered {
    let meant = MeantLocale::of(call)?;
    let _asked = meant.bot.may(call)?;
    let (intent, slot, at) = (id(call, "intentId")?, id(call, "slotId")?, now(call));
    edit(call, &meant, |locale| locale.remove_slot(&intent, &slot, at)).await?;
    Ok(Output::new())
}

// Slot types.

async fn put_slot_type(call: &mut Call<'_>, new: bool) -> Answered {
    let meant = MeantLocale::of(call)?;
    let permit = meant.bot.may(call)?;
    let (target, name, at) = (target(call, new, "slotTypeId")?, name(call, "slotTypeName")?, now(call));
    if call.input().member("externalSourceSetting").is_some_and(|one| one.has("grammarSlotTypeSetting")) {
        return Err(super::invalid(
            "grammars lie in S3 buckets, and buckets are not available in this release",
        ));
    }
    let settings: SlotTypeSettings = trees::settings(call)?;
    let edited =
        edit(call, &meant, |locale| locale.put_slot_type(target.clone(), name.clone(), settings.clone(), at));
    let (one, locale) = edited.await?;
    slot_type_output(call, &permit, (&meant, &locale, &one, (!new).then_some(one.updated)))
}

fn slot_type_output(
    call: &Call<'_>,
    permit: &Permit<ReadDirectory>,
    (meant, locale, one, updated): (&MeantLocale, &Locale, &SlotType, Option<u64>),
) -> Answered {
    let output = placed(Output::new(), meant, (one.created, updated))
        .with("slotTypeId", one.id.public())
        .with("slotTypeName", one.name.public());
    trees::with_members(call, permit, output, (&locale.slot_type_answer(one), &SLOT_TYPE))
}

async fn describe_slot_type(call: &mut Call<'_>) -> Answered {
    let (meant, permit, locale) = read(call).await?;
    let wanted = id(call, "slotTypeId")?;
    let one = locale.slot_type_of(&wanted).ok_or_else(|| not_found(call, "slot type"))?;
    slot_type_output(call, &permit, (&meant, &locale, one, Some(one.updated)))
}

async fn list_slot_types(call: &mut Call<'_>) -> Answered {
    let (meant, permit, locale) = read(call).await?;
    let mut all: Vec<_> =
        locale.slot_types.iter().filter(|one| fits(call, "SlotTypeName", one.name.as_str())).collect();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    if super::bots::descending(call) {
        all.reverse();
    }
    let (all, next) = page(call, all);
    let mut summaries = Vec::new();
    for one in all {
        let output = Output::new()
            .with("slotTypeId", one.id.public())
            .with("slotTypeName", one.name.public())
            .with("lastUpdatedDateTime", instant(one.updated))
            .with("slotTypeCategory", category(one));
        let output = with_description(call, &permit, output, one.settings.description.as_ref())?;
        let tree = locale.slot_type_answer(one);
        summaries.push(trees::with_members(call, &permit, output, (&tree, &["parentSlotTypeSignature"]))?);
    }
    listed(&meant, "slotTypeSummaries", (summaries, next))
}

/// Which kind of slot type it is (the API's `SlotTypeCategory`).
fn category(one: &SlotType) -> &'static str {
    let composite = !one.parts().is_empty();
    match (&one.settings.parent, composite) {
        (_, true) => "Composite",
        (Some(_), _) => "Extended",
        (None, _) => "Custom",
    }
}

async fn delete_slot_type(call: &mut Call<'_>) -> Answered {
    let meant = MeantLocale::of(call)?;
    let _asked = meant.bot.may(call)?;
    let (wanted, at) = (id(call, "slotTypeId")?, now(call));
    let check = !call.input().flag("skipResourceInUseCheck").unwrap_or(false);
    edit(call, &meant, |locale| locale.remove_slot_type(&wanted, check, at)).await?;
    Ok(Output::new())
}
