//! `sotto bots classify`: how is a slot's level set? By an operation of sotto's own, in every locale that has the slot.

use super::build::build;
use super::lex::{Lex, text};
use super::protect::locales;
use super::survey;
use crate::args::{BotsClassifyArgs, LevelArg};
use crate::fault::{Fault, Verdict};
use crate::out;
use anyhow::Result;
use serde_json::{Value as Json, json};
use std::io::Write;

pub(super) fn run(args: &BotsClassifyArgs) -> Result<Verdict> {
    let lex = Lex::new(&args.remote)?;
    let bot = lex.bot(&args.bot)?;
    let (mut met, mut lines) = (Vec::new(), Vec::new());
    for id in locales(&lex, &bot, &args.locale)? {
        let locale = survey::locale(&lex, &bot, "DRAFT", &id)?;
        let slots =
            locale.intents.iter().flat_map(|intent| intent.slots.iter().map(move |slot| (intent, slot)));
        let found =
            slots.into_iter().find(|(intent, slot)| format!("{}.{}", intent.name, slot.name) == args.slot);
        let Some((_, slot)) = found else { continue };
        let mut input = json!({"botId": bot.id, "botVersion": "DRAFT", "localeId": id, "intentId": slot.intent_id, "slotId": slot.id});
        if let Some(members) = input.as_object_mut().filter(|_| args.level != LevelArg::Default) {
            members.insert("classification".to_owned(), Json::from(word(args.level)));
        }
        let answer = lex.remote.json(("sotto", "PutSlotClassification"), &input)?;
        let source = if text(&answer, "source") == "Set" { "set" } else { "by default" };
        lines.push(format!("{id} {}: {} ({source})", args.slot, text(&answer, "classification")));
        met.push(id);
    }
    if met.is_empty() {
        return Err(Fault::usage(format!(
            "bot `{}` has no slot `{}`: write INTENT.SLOT",
            bot.name, args.slot
        )));
    }
    let mut out = out::plain();
    lines.iter().try_for_each(|line| writeln!(out, "{line}")).map_err(|error| Fault::output(&error))?;
    if args.build {
        met.iter().try_for_each(|locale| build(&lex, &bot, locale))?;
    } else {
        out::say("the draft talks with it when it is built: --build, or sotto bots classify again with it");
    }
    Ok(Verdict::Fine)
}

const fn word(level: LevelArg) -> &'static str {
    match level {
        LevelArg::High => "high",
        LevelArg::Medium => "medium",
        LevelArg::Low => "low",
        LevelArg::Default => "default",
    }
}
