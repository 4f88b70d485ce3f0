//! `sotto bots inventory`: what is asked for, how sensitive is it, where does it get to, and what of that is unprotected?
//!
//! A row for each slot of each intent in each locale, for the draft and the versions that aliases point to: protection is what
//! holds for the version that people talk with, not for the one that is being written.

mod forms;
mod page;

use super::lex::{Bot, Lex, text};
use super::proposal::{Eyes, Proposal, level_of};
use super::sinks::{self, Around, LogMode, Sink};
use super::stored::{self, Shown, Stored};
use super::survey::{self, IntentSeen, LocaleSeen, Obfuscation, SlotSeen};
use crate::args::{BotsInventoryArgs, InventoryFailOn};
use crate::fault::Verdict;
use crate::logs::{instant, now_ms};
use crate::out;
use anyhow::Result;
use serde_json::{Value as Json, json};
use sotto_conversation::bot::{Classification, proposed};
use std::collections::{BTreeMap, BTreeSet};

/// A slot, and all that is known of it.
struct Row {
    bot: String,
    version: String,
    locale: String,
    intent: String,
    slot: String,
    slot_type: String,
    level: Classification,
    /// Whether somebody set the level.
    is_set: bool,
    proposal: Proposal,
    obfuscation: Obfuscation,
    /// What each alias's log keeps.
    capture: Vec<String>,
    sinks: Vec<Sink>,
    stored: Shown,
    /// Why it is unprotected.
    unprotected: Vec<String>,
}

impl Row {
    /// The level that counts: the higher of the one it has and the proposed one.
    fn counts_as(&self) -> Classification {
        self.level.min(self.proposal.level)
    }
}

/// Levels that were set, by intent and slot; none where the service has no such operation.
type Levels = BTreeMap<(String, String), (Classification, bool)>;

pub(super) fn run(args: &BotsInventoryArgs) -> Result<Verdict> {
    let lex = Lex::new(&args.remote)?;
    let eyes = Eyes::open()?;
    let since = instant(&args.since, now_ms())?;
    let mut rows = Vec::new();
    for bot in lex.bots(&args.bots)? {
        rows.extend(of_bot(&lex, &eyes, &bot, (args, since))?);
    }
    forms::write(&rows, args.format)?;
    let open = rows.iter().filter(|row| !row.unprotected.is_empty()).count();
    out::say(&format!("{} slots, {open} unprotected", rows.len()));
    let fails = args.fail_on == Some(InventoryFailOn::Unprotected) && open > 0;
    Ok(if fails { Verdict::Found } else { Verdict::Fine })
}

fn of_bot(lex: &Lex, eyes: &Eyes, bot: &Bot, (args, since): (&BotsInventoryArgs, i64)) -> Result<Vec<Row>> {
    let is_sotto = has_levels(lex, bot);
    let around = Around::look(lex, bot, is_sotto)?;
    let versions: BTreeSet<String> = match &args.version {
        Some(version) => BTreeSet::from([version.clone()]),
        None => {
            around.aliases.iter().map(|alias| alias.version.clone()).chain(["DRAFT".to_owned()]).collect()
        }
    };
    let mut kept: BTreeMap<String, Stored> = BTreeMap::new();
    let mut rows = Vec::new();
    for version in versions.iter().filter(|version| !version.is_empty()) {
        let stored = of_logs(lex, eyes, (&around, version), (since, args.events), &mut kept)?;
        for id in lex.locales(bot, version)? {
            let levels = if is_sotto { levels(lex, bot, (version, &id))? } else { Levels::new() };
            let locale = survey::locale(lex, bot, version, &id)?;
            for intent in &locale.intents {
                for slot in &intent.slots {
                    let place = Place { bot, version, locale: &locale, intent, slot };
                    rows.push(place.row(eyes, &around, (&levels, &stored)));
                }
            }
        }
    }
    Ok(rows)
}

/// What the conversation logs of a version's aliases show; each group is read once.
fn of_logs(
    lex: &Lex,
    eyes: &Eyes,
    (around, version): (&Around, &str),
    (since, most): (i64, u32),
    kept: &mut BTreeMap<String, Stored>,
) -> Result<Stored> {
    let mut all = Stored::new();
    let aliases = around.aliases.iter().filter(|alias| alias.version == version && most > 0);
    for log in aliases.flat_map(|alias| &alias.places.texts) {
        if !kept.contains_key(&log.group) {
            let most = usize::try_from(most).unwrap_or(usize::MAX);
            let with_masks = around.unset_is_on;
            let seen = match stored::look(&lex.remote, eyes, &log.group, (since, most, with_masks)) {
                Ok(seen) => seen,
                Err(error) if error.is_denied() => {
                    out::say(&format!("{}: events were not looked at: {error}", log.group));
                    Stored::new()
                }
                Err(error) => return Err(error.into()),
            };
            kept.insert(log.group.clone(), seen);
        }
        for (slot, shown) in kept.get(&log.group).into_iter().flatten() {
            all.entry(slot.clone()).or_default().add(shown);
        }
    }
    Ok(all)
}

/// Whether the service keeps levels: AWS does not, and is not asked.
pub(super) fn has_levels(lex: &Lex, bot: &Bot) -> bool {
    if !lex.remote.has_endpoint("sotto") {
        return false;
    }
    // A locale that is not there is known to be none where the operation is.
    let input = json!({"botId": bot.id, "botVersion": "DRAFT", "localeId": "en_US", "maxResults": 1});
    match lex.remote.json(("sotto", "ListSlotClassifications"), &input) {
        Ok(_) => true,
        // Who refuses it by its name has it; anything else may come from AWS.
        Err(error) if error.is_denied() => error.words().contains("sotto:ListSlotClassifications"),
        Err(error) => error.code() == "ResourceNotFoundException",
    }
}

/// The levels of a locale.
pub(super) fn levels(lex: &Lex, bot: &Bot, (version, locale): (&str, &str)) -> Result<Levels> {
    let input = json!({"botId": bot.id, "botVersion": version, "localeId": locale});
    let found = match lex.remote.all(("sotto", "ListSlotClassifications"), &input, "slots") {
        Ok(found) => found,
        Err(error) if error.is_denied() => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let level = |one: &Json| {
        let level = Classification::parse(text(one, "classification"))?;
        let key = (text(one, "intentId").to_owned(), text(one, "slotId").to_owned());
        Some((key, (level, text(one, "source") == "Set")))
    };
    Ok(found.iter().filter_map(level).collect())
}

/// Which slot a row is about.
struct Place<'p> {
    bot: &'p Bot,
    version: &'p str,
    locale: &'p LocaleSeen,
    intent: &'p IntentSeen,
    slot: &'p SlotSeen,
}

impl Place<'_> {
    fn row(&self, eyes: &Eyes, around: &Around, (levels, stored): (&Levels, &Stored)) -> Row {
        let slot = self.slot;
        let by_default = (proposed(&slot.slot_type, &slot.name), false);
        let key = (slot.intent_id.clone(), slot.id.clone());
        let (level, is_set) = levels.get(&key).copied().unwrap_or(by_default);
        let mut proposal = eyes.propose(self.locale, slot);
        let stored = stored.get(&(self.intent.name.clone(), slot.name.clone())).cloned().unwrap_or_default();
        for identifier in &stored.identifiers {
            proposal.raise(level_of(identifier), format!("conversation logs hold {identifier}"));
        }
        let mut row = Row {
            bot: self.bot.name.clone(),
            version: self.version.to_owned(),
            locale: self.locale.id.clone(),
            intent: self.intent.name.clone(),
            slot: slot.name.clone(),
            slot_type: slot.slot_type.clone(),
            level,
            is_set,
            proposal,
            obfuscation: slot.obfuscation(),
            capture: captures(around, self.version),
            sinks: sinks::of(around, (self.version, &self.locale.id), self.intent, slot),
            stored,
            unprotected: Vec::new(),
        };
        row.unprotected = unprotected(&row, around.is_obfuscated(slot));
        row
    }
}

/// What the logs of the aliases at a version keep.
fn captures(around: &Around, version: &str) -> Vec<String> {
    let aliases = around.aliases.iter().filter(|alias| alias.version == version);
    let of = |alias: &sinks::AliasSeen| {
        let kept = match alias.places.texts.first() {
            None => "no text",
            Some(log) if log.selective => "selected text",
            Some(_) => "all text",
        };
        let mode = if alias.mode == LogMode::Strict { ", strict" } else { "" };
        format!("{}: {kept}{mode}", alias.name)
    };
    aliases.map(of).collect()
}

/// Why a slot is unprotected; nothing where it is not sensitive.
fn unprotected(row: &Row, is_obfuscated: bool) -> Vec<String> {
    if row.counts_as() == Classification::Low {
        return Vec::new();
    }
    let mut why = Vec::new();
    if !is_obfuscated {
        why.push(match row.obfuscation {
            Obfuscation::Unset => "nothing says that its value is obfuscated".to_owned(),
            _ => "its value is not obfuscated".to_owned(),
        });
    }
    if row.stored.clear > 0 {
        why.push(format!("conversation logs hold {} values in clear", row.stored.clear));
    }
    let open = row.sinks.iter().filter_map(|sink| {
        let open = sink.open.as_ref()?;
        Some(format!("{} {}: {open}", sink.kind, sink.to))
    });
    why.extend(open);
    why
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn row(level: Classification, obfuscation: Obfuscation, open: bool) -> Row {
        let sink = |open: Option<&str>| Sink {
            kind: "log",
            to: "/bots".into(),
            by: "alias live: every turn".into(),
            open: open.map(str::to_owned),
        };
        Row {
            bot: "Bank".into(),
            version: "1".into(),
            locale: "en_US".into(),
            intent: "Pay".into(),
            slot: "Card<b>".into(),
            slot_type: "AMAZON.Number".into(),
            level,
            is_set: true,
            proposal: Proposal { level: Classification::Low, why: BTreeSet::new() },
            obfuscation,
            capture: vec!["live: all text".into()],
            sinks: vec![sink(open.then_some("as it was said"))],
            stored: Shown::default(),
            unprotected: Vec::new(),
        }
    }

    #[test]
    fn what_is_not_sensitive_is_not_unprotected() {
        for (level, obfuscation, is_on, open, wanted) in [
            (Classification::Low, Obfuscation::Off, false, true, 0),
            (Classification::High, Obfuscation::On, true, false, 0),
            (Classification::Medium, Obfuscation::Off, false, false, 1),
            (Classification::High, Obfuscation::Unset, false, true, 2),
            (Classification::High, Obfuscation::Unset, true, false, 0),
        ] {
            let found = unprotected(&row(level, obfuscation, open), is_on);
            assert_eq!(found.len(), wanted, "{level:?} {obfuscation:?} {found:?}");
        }
        let mut raised = row(Classification::Low, Obfuscation::Off, false);
        raised.proposal.raise(Classification::High, "name Card".into());
        assert_eq!(unprotected(&raised, false).len(), 1, "a proposal counts");
    }
}
