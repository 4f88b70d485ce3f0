//! How is a locale built, and when is that done? Asked for, and waited for within a bound.

use super::lex::{Bot, Lex, text};
use crate::fault::Fault;
use crate::signals;
use anyhow::Result;
use serde_json::{Value as Json, json};
use std::time::Duration;

/// Between two looks at a build, and how often is looked: half an hour.
const PAUSE: Duration = Duration::from_millis(500);
const LOOKS_MAX: u32 = 3_600;

/// Builds a locale of the draft.
pub(super) fn build(lex: &Lex, bot: &Bot, locale: &str) -> Result<()> {
    let place = json!({"botId": bot.id, "botVersion": "DRAFT", "localeId": locale});
    lex.ask("BuildBotLocale", &place)?;
    let described = wait(lex, ("DescribeBotLocale", &place), "botLocaleStatus", &["Building", "Processing"])?;
    match text(&described, "botLocaleStatus") {
        "Built" | "ReadyExpressTesting" => Ok(()),
        status => {
            let reasons = described.get("failureReasons").and_then(Json::as_array).into_iter().flatten();
            let reasons: Vec<_> = reasons.filter_map(Json::as_str).collect();
            Err(Fault::unavailable(format!(
                "the build of `{locale}` ended with {status}: {}",
                reasons.join("; ")
            )))
        }
    }
}

/// Looks until a status is none of these any more.
pub(super) fn wait(
    lex: &Lex,
    (operation, input): (&'static str, &Json),
    member: &str,
    while_one_of: &[&str],
) -> Result<Json> {
    for _ in 0..LOOKS_MAX {
        if signals::interrupted() {
            return Err(Fault::Interrupted.into());
        }
        let found = lex.ask(operation, input)?;
        if !while_one_of.contains(&text(&found, member)) {
            return Ok(found);
        }
        std::thread::sleep(PAUSE);
    }
    Err(Fault::unavailable(format!("{operation} did not come to an end in half an hour")))
}
