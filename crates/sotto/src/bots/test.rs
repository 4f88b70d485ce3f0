//! `sotto bots test`: does a bot do what its author expects, and does nothing of what is said stand in clear afterwards?
//!
//! Conversations are played as anybody's would be, by RecognizeText, each in a session of its own. Then the logs are read by whoever
//! runs the test: what they may see masked proves nothing about others, so run it without a right to unmask.

mod play;
mod report;
mod script;
mod search;

use super::lex::{Bot, Lex, TEST_ALIAS, text};
use super::survey;
use crate::args::BotsTestArgs;
use crate::clock;
use crate::fault::{Fault, Verdict};
use crate::logs::now_ms;
use anyhow::Result;
use play::Played;
use report::Case;
use script::Script;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

/// Clocks of machines differ by so much.
const SKEW_MS: i64 = 5_000;

/// With whom a file's conversations are held.
struct Partner {
    bot: Bot,
    alias_id: String,
    /// The alias as it is described.
    alias: serde_json::Value,
    locale: String,
}

pub(super) fn run(args: &BotsTestArgs) -> Result<Verdict> {
    let scripts = args.files.iter().map(|path| Script::read(path).map(|script| (path, script)));
    let scripts: Vec<_> = scripts.collect::<Result<_>>()?;
    let lex = Lex::new(&args.remote)?;
    let seed = match args.seed {
        Some(seed) => seed,
        None => chance()?,
    };
    let mut cases = Vec::new();
    for (path, script) in &scripts {
        cases.extend(of_file(&lex, args, (path, script), seed)?);
    }
    report::write(&cases, args.format)?;
    let failed = cases.iter().any(|case| !case.problems.is_empty());
    Ok(if failed { Verdict::Found } else { Verdict::Fine })
}

fn chance() -> Result<u64> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|_| Fault::unavailable("the system gives no randomness"))?;
    Ok(u64::from_be_bytes(bytes))
}

fn of_file(lex: &Lex, args: &BotsTestArgs, (path, script): (&Path, &Script), seed: u64) -> Result<Vec<Case>> {
    let partner = partner(lex, args, (path, script))?;
    let file = path.display().to_string();
    let since = now_ms() - SKEW_MS;
    let searched = script.nothing_in_clear && !args.no_search;
    // What stood there before is not of these conversations.
    let before = if searched { search::ids(lex, &partner.alias, since)? } else { BTreeSet::new() };
    let (mut cases, mut played) = (Vec::new(), Played::default());
    for (number, conversation) in script.conversations.iter().enumerate() {
        let begun = clock::now();
        let session = format!("sotto-test-{seed:016x}-{number}");
        let problems = play::play(lex, &partner, (conversation, &session), (&mut played, args.reveal))?;
        let took = clock::now().duration_since(begun).unwrap_or(Duration::ZERO);
        cases.push(Case { file: file.clone(), name: conversation.name.clone(), took, problems });
    }
    if searched {
        let begun = clock::now();
        let obfuscated = obfuscated(lex, &partner)?;
        let secrets = search::secrets(script, &played, &obfuscated);
        let problems = search::search(lex, &partner.alias, &secrets, (&played, (since, &before), args))?;
        let took = clock::now().duration_since(begun).unwrap_or(Duration::ZERO);
        cases.push(Case { file, name: "nothing in clear".to_owned(), took, problems });
    }
    Ok(cases)
}

fn partner(lex: &Lex, args: &BotsTestArgs, (path, script): (&Path, &Script)) -> Result<Partner> {
    let missing = |what: &str| {
        Fault::usage(format!(
            "`{}`: say which {what}: `{what} = \"...\"` in the file, or --{what}",
            path.display()
        ))
    };
    let named = args.bot.as_ref().or(script.bot.as_ref()).ok_or_else(|| missing("bot"))?;
    let bot = lex.bot(named)?;
    let alias = args.alias.as_deref().or(script.alias.as_deref()).unwrap_or(TEST_ALIAS);
    let alias = lex.alias(&bot, alias)?;
    let locale = args.locale.clone().or_else(|| script.locale.clone()).ok_or_else(|| missing("locale"))?;
    Ok(Partner { bot, alias_id: text(&alias, "botAliasId").to_owned(), alias, locale })
}

/// Slots whose values logs must not show, by intent and name: all but those that are switched off.
fn obfuscated(lex: &Lex, partner: &Partner) -> Result<BTreeSet<(String, String)>> {
    let version = match text(&partner.alias, "botVersion") {
        "" => "DRAFT",
        version => version,
    };
    let locale = survey::locale(lex, &partner.bot, version, &partner.locale)?;
    let of = |intent: &survey::IntentSeen| -> Vec<(String, String)> {
        let hidden = intent.slots.iter().filter(|slot| slot.obfuscation() != survey::Obfuscation::Off);
        hidden.map(|slot| (intent.name.clone(), slot.name.clone())).collect()
    };
    Ok(locale.intents.iter().flat_map(of).collect())
}
