//! `sotto bots protect`: how is a bot's protection changed, and taken back, without changing anything else?
//!
//! A slot is put as it was described, with one member changed; afterwards it is described again, and every other member must be what
//! it was. What a service has and this program's model does not know would be lost by any client with that model; nothing here can
//! see it. The plan is written down before the first change.

use super::build::build;
use super::lex::{Bot, Lex, TEST_ALIAS, is_meant, text};
use super::record::{Change, Record, Run};
use super::survey::{self, SlotSeen};
use super::{inventory, proposal::Eyes};
use crate::args::{BotsProtectArgs, LogModeArg};
use crate::fault::{Fault, Verdict};
use crate::logs::now_ms;
use crate::out;
use anyhow::Result;
use serde_json::{Value as Json, json};
use sotto_conversation::bot::{Classification, proposed};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

/// What logs show of an obfuscated slot.
const OBFUSCATED: &str = "DefaultObfuscation";

/// Members of a slot that are put again as they were described.
const SLOT: [&str; 6] = [
    "slotName",
    "slotTypeId",
    "description",
    "valueElicitationSetting",
    "multipleValuesSetting",
    "subSlotSetting",
];

/// Members of an alias likewise.
const ALIAS: [&str; 5] =
    ["botAliasName", "botVersion", "description", "botAliasLocaleSettings", "sentimentAnalysisSettings"];

pub(super) fn run(args: &BotsProtectArgs) -> Result<Verdict> {
    let on_aliases = args.selective || args.log_mode.is_some();
    if !(args.undo || args.all_sensitive || on_aliases || !args.slot.is_empty()) {
        return Err(Fault::usage(
            "say what to protect: --all-sensitive, --slot INTENT.SLOT, --selective or --log-mode; or --undo",
        ));
    }
    if !args.alias.is_empty() && !on_aliases {
        return Err(Fault::usage("--alias says whose log changes: with --selective or --log-mode"));
    }
    let lex = Lex::new(&args.remote)?;
    let bot = lex.bot(&args.bot)?;
    let path = args.record.clone().unwrap_or_else(|| PathBuf::from(format!("sotto-protect-{}.json", bot.id)));
    let mut record = Record::read(&path)?;
    let changes = if args.undo { undone(&record, &bot)? } else { planned(&lex, &bot, args)? };
    if changes.is_empty() {
        out::say("nothing to change");
        return Ok(Verdict::Fine);
    }
    show(&changes)?;
    if args.dry_run {
        return Ok(Verdict::Fine);
    }
    if !args.undo {
        let run =
            Run { bot: bot.id.clone(), bot_name: bot.name.clone(), at: now_ms(), changes: changes.clone() };
        record.runs.push(run);
        record.write(&path)?;
        out::say(&format!("written down in {}; take it back with --undo", path.display()));
    }
    let left = apply(&lex, &bot, &changes)?;
    let locales: BTreeSet<&str> = changes.iter().filter_map(locale_of).collect();
    if !args.no_build {
        for locale in locales {
            build(&lex, &bot, locale)?;
            out::say(&format!("{locale}: built"));
        }
    }
    if args.undo {
        if let Some(at) = last(&record, &bot) {
            record.runs.remove(at);
        }
        record.write(&path)?;
    }
    hint(&lex, &bot)?;
    Ok(if left > 0 { Verdict::Incomplete } else { Verdict::Fine })
}

fn show(changes: &[Change]) -> Result<()> {
    let mut out = out::buffered();
    let written = changes.iter().try_for_each(|change| writeln!(out, "{}", change.line()));
    written.and_then(|()| out.flush()).map_err(|error| Fault::output(&error))
}

const fn locale_of(change: &Change) -> Option<&str> {
    match change {
        Change::Slot { locale, .. } => Some(locale.as_str()),
        Change::Alias { .. } | Change::Mode { .. } => None,
    }
}

/// Where the last run of a bot stands.
fn last(record: &Record, bot: &Bot) -> Option<usize> {
    record.runs.iter().rposition(|run| run.bot == bot.id)
}

fn undone(record: &Record, bot: &Bot) -> Result<Vec<Change>> {
    let run = last(record, bot).and_then(|at| record.runs.get(at));
    let run = run.ok_or_else(|| {
        Fault::usage(format!(
            "no run of bot `{}` is written down here; name the file with --record",
            bot.name
        ))
    })?;
    Ok(run.changes.iter().rev().map(Change::back).collect())
}

fn planned(lex: &Lex, bot: &Bot, args: &BotsProtectArgs) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    if args.all_sensitive || !args.slot.is_empty() {
        changes.extend(planned_slots(lex, bot, args)?);
    }
    if args.selective || args.log_mode.is_some() {
        changes.extend(planned_aliases(lex, bot, args)?);
    }
    Ok(changes)
}

fn planned_slots(lex: &Lex, bot: &Bot, args: &BotsProtectArgs) -> Result<Vec<Change>> {
    let (mut changes, mut met) = (Vec::new(), BTreeSet::new());
    let (eyes, has_levels) = (Eyes::open()?, inventory::has_levels(lex, bot));
    for id in locales(lex, bot, &args.locale)? {
        let locale = survey::locale(lex, bot, "DRAFT", &id)?;
        let levels =
            if has_levels { inventory::levels(lex, bot, ("DRAFT", &id))? } else { Default::default() };
        if locale.status == "NotBuilt" && !args.no_build {
            out::say(&format!("{id}: the draft holds changes that were not built; they are built, too"));
        }
        for intent in &locale.intents {
            for slot in &intent.slots {
                let name = format!("{}.{}", intent.name, slot.name);
                let named = args.slot.contains(&name);
                let key = (slot.intent_id.clone(), slot.id.clone());
                let set = levels
                    .get(&key)
                    .map_or_else(|| proposed(&slot.slot_type, &slot.name), |(level, _)| *level);
                let is_sensitive = set.min(eyes.propose(&locale, slot).level) != Classification::Low;
                let wanted = named || args.all_sensitive && is_sensitive;
                met.insert(name);
                changes.extend(wanted.then(|| planned_slot(&id, &intent.name, slot)).flatten());
            }
        }
    }
    match args.slot.iter().find(|name| !met.contains(*name)) {
        Some(name) => {
            Err(Fault::usage(format!("bot `{}` has no slot `{name}`: write INTENT.SLOT", bot.name)))
        }
        None => Ok(changes),
    }
}

/// The locales that are meant: all where none is named.
pub(super) fn locales(lex: &Lex, bot: &Bot, named: &[String]) -> Result<Vec<String>> {
    let all = lex.locales(bot, "DRAFT")?;
    if let Some(missing) = named.iter().find(|name| !all.contains(name)) {
        return Err(Fault::usage(format!("the draft of bot `{}` has no locale `{missing}`", bot.name)));
    }
    Ok(all.into_iter().filter(|id| named.is_empty() || named.contains(id)).collect())
}

/// Nothing where it is so already.
fn planned_slot(locale: &str, intent: &str, slot: &SlotSeen) -> Option<Change> {
    let before = setting_of(&slot.detail);
    (before.as_deref() != Some(OBFUSCATED)).then(|| Change::Slot {
        locale: locale.to_owned(),
        intent: intent.to_owned(),
        intent_id: slot.intent_id.clone(),
        slot: slot.name.clone(),
        slot_id: slot.id.clone(),
        before,
        after: Some(OBFUSCATED.to_owned()),
    })
}

fn setting_of(slot: &Json) -> Option<String> {
    slot.pointer("/obfuscationSetting/obfuscationSettingType").and_then(Json::as_str).map(str::to_owned)
}

fn planned_aliases(lex: &Lex, bot: &Bot, args: &BotsProtectArgs) -> Result<Vec<Change>> {
    let aliases = lex.aliases(bot)?;
    if let Some(missing) = args.alias.iter().find(|name| !aliases.iter().any(|alias| is_meant(alias, name))) {
        return Err(Fault::usage(format!("bot `{}` has no alias `{missing}`", bot.name)));
    }
    let mut changes = Vec::new();
    for alias in &aliases {
        let named = args.alias.iter().any(|name| is_meant(alias, name));
        if !named && (!args.alias.is_empty() || text(alias, "botAliasId") == TEST_ALIAS) {
            continue;
        }
        if args.selective {
            changes.extend(planned_logs(alias));
        }
        if let Some(mode) = args.log_mode {
            changes.extend(planned_mode(lex, bot, alias, mode)?);
        }
    }
    Ok(changes)
}

/// Text logs of an alias that keep every turn.
fn planned_logs(alias: &Json) -> Vec<Change> {
    let mut changes = Vec::new();
    for (log, settings) in logs_of(alias).iter().enumerate() {
        let before = settings.get("selectiveLoggingEnabled").and_then(Json::as_bool);
        if before != Some(true) && settings.get("enabled") == Some(&Json::Bool(true)) {
            changes.push(Change::Alias {
                alias: text(alias, "botAliasName").to_owned(),
                alias_id: text(alias, "botAliasId").to_owned(),
                log,
                before,
                after: Some(true),
            });
        }
    }
    changes
}

/// The mode of an alias's log, where it is another.
fn planned_mode(lex: &Lex, bot: &Bot, alias: &Json, mode: LogModeArg) -> Result<Option<Change>> {
    let alias_id = text(alias, "botAliasId");
    let input = json!({"botId": bot.id, "botAliasId": alias_id});
    let before = lex.remote.json(("sotto", "GetBotLogMode"), &input)?;
    let (before, after) = (
        text(&before, "mode").to_owned(),
        match mode {
            LogModeArg::Strict => "strict",
            LogModeArg::Compat => "compat",
        },
    );
    Ok((before != after).then(|| Change::Mode {
        alias: text(alias, "botAliasName").to_owned(),
        alias_id: alias_id.to_owned(),
        before,
        after: after.to_owned(),
    }))
}

fn logs_of(alias: &Json) -> Vec<Json> {
    let logs = alias.pointer("/conversationLogSettings/textLogSettings");
    logs.and_then(Json::as_array).cloned().unwrap_or_default()
}

/// Makes changes; how many could not be made, since somebody else changed the same meanwhile.
fn apply(lex: &Lex, bot: &Bot, changes: &[Change]) -> Result<usize> {
    let mut left = 0;
    for change in changes {
        let done = match change {
            Change::Slot { .. } => apply_slot(lex, bot, change)?,
            Change::Alias { .. } => apply_alias(lex, bot, change)?,
            Change::Mode { .. } => apply_mode(lex, bot, change)?,
        };
        if !done {
            left += 1;
            out::say(&format!("left as it is, since it was changed meanwhile: {}", change.line()));
        }
    }
    Ok(left)
}

fn apply_slot(lex: &Lex, bot: &Bot, change: &Change) -> Result<bool> {
    let Change::Slot { locale, intent_id, slot_id, before, after, .. } = change else { return Ok(false) };
    let place = json!({"botId": bot.id, "botVersion": "DRAFT", "localeId": locale, "intentId": intent_id, "slotId": slot_id});
    let found = match lex.ask("DescribeSlot", &place) {
        Err(error) if error.code() == "ResourceNotFoundException" => return Ok(false),
        answer => answer?,
    };
    let present = setting_of(&found);
    if present == *after {
        return Ok(true);
    }
    if present != *before {
        return Ok(false);
    }
    let mut input = kept(&place, &found, &SLOT);
    if let Some(kind) = after {
        set(&mut input, "obfuscationSetting", json!({"obfuscationSettingType": kind}));
    }
    lex.ask("UpdateSlot", &input)?;
    let now = lex.ask("DescribeSlot", &place)?;
    same(&kept(&place, &found, &SLOT), &kept(&place, &now, &SLOT), change)?;
    Ok(true)
}

fn apply_alias(lex: &Lex, bot: &Bot, change: &Change) -> Result<bool> {
    let Change::Alias { alias_id, log, before, after, .. } = change else { return Ok(false) };
    let place = json!({"botId": bot.id, "botAliasId": alias_id});
    let found = match lex.ask("DescribeBotAlias", &place) {
        Err(error) if error.code() == "ResourceNotFoundException" => return Ok(false),
        answer => answer?,
    };
    let mut logs = found.get("conversationLogSettings").cloned().unwrap_or_else(|| json!({}));
    let Some(settings) = logs.pointer_mut(&format!("/textLogSettings/{log}")) else { return Ok(false) };
    let present = settings.get("selectiveLoggingEnabled").and_then(Json::as_bool);
    let is = |setting: &Option<bool>| present.unwrap_or(false) == setting.unwrap_or(false);
    if is(after) {
        return Ok(true);
    }
    if !is(before) {
        return Ok(false);
    }
    set(settings, "selectiveLoggingEnabled", json!(after.unwrap_or(false)));
    let mut input = kept(&place, &found, &ALIAS);
    set(&mut input, "conversationLogSettings", logs);
    lex.ask("UpdateBotAlias", &input)?;
    let now = super::build::wait(lex, ("DescribeBotAlias", &place), "botAliasStatus", &["Creating"])?;
    same(&kept(&place, &found, &ALIAS), &kept(&place, &now, &ALIAS), change)?;
    Ok(true)
}

fn apply_mode(lex: &Lex, bot: &Bot, change: &Change) -> Result<bool> {
    let Change::Mode { alias_id, before, after, .. } = change else { return Ok(false) };
    let place = json!({"botId": bot.id, "botAliasId": alias_id});
    let present = match lex.remote.json(("sotto", "GetBotLogMode"), &place) {
        Err(error) if error.code() == "ResourceNotFoundException" => return Ok(false),
        answer => text(&answer?, "mode").to_owned(),
    };
    if present == *after {
        return Ok(true);
    }
    if present != *before {
        return Ok(false);
    }
    let mut input = place;
    set(&mut input, "mode", json!(after));
    lex.remote.json(("sotto", "PutBotLogMode"), &input)?;
    Ok(true)
}

/// A request that leaves these members as they are.
fn kept(place: &Json, found: &Json, members: &[&str]) -> Json {
    let mut input = place.clone();
    for member in members {
        if let Some(value) = found.get(member).filter(|value| !value.is_null()) {
            set(&mut input, member, value.clone());
        }
    }
    input
}

fn set(json: &mut Json, member: &str, value: Json) {
    if let Some(members) = json.as_object_mut() {
        members.insert(member.to_owned(), value);
    }
}

/// Whether all else is as it was.
fn same(before: &Json, after: &Json, change: &Change) -> Result<()> {
    let differs = |(name, value): (&String, &Json)| (after.get(name) != Some(value)).then(|| name.clone());
    let changed: Vec<String> = before.as_object().into_iter().flatten().filter_map(differs).collect();
    match changed.is_empty() {
        true => Ok(()),
        false => Err(Fault::unavailable(format!(
            "{}: the service changed {} with it; look at it before you build",
            change.line(),
            changed.join(", ")
        ))),
    }
}

/// Aliases at versions go on as they are.
fn hint(lex: &Lex, bot: &Bot) -> Result<()> {
    for alias in lex.aliases(bot)? {
        let version = text(&alias, "botVersion");
        if !matches!(version, "" | "DRAFT") {
            let name = text(&alias, "botAliasName");
            out::say(&format!("alias {name} talks as version {version}: make a version and point it there"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_keep_what_was_described() {
        let found = json!({"slotName": "A", "description": null, "valueElicitationSetting": {"x": [1]}, "creationDateTime": 1});
        let input = kept(&json!({"slotId": "S"}), &found, &SLOT);
        assert_eq!(input, json!({"slotId": "S", "slotName": "A", "valueElicitationSetting": {"x": [1]}}));
    }

    #[test]
    fn what_changes_with_it_is_told() {
        let change = Change::Alias {
            alias: "live".into(),
            alias_id: "A".into(),
            log: 0,
            before: None,
            after: Some(true),
        };
        let before = json!({"slotName": "A", "multipleValuesSetting": {"allowMultipleValues": true}});
        assert!(same(&before, &before, &change).is_ok());
        let told = same(&before, &json!({"slotName": "A"}), &change).unwrap_err().to_string();
        assert!(told.contains("multipleValuesSetting"), "{told}");
    }
}
