//! Which intents and slot types does every bot have? Those that this server understands; what Lex has besides is not listed, so
//! that nobody builds on it.

use super::{locale_id, may_generally, page};
use crate::call::Call;
use crate::desk::Answered;
use sotto_conversation::slot::Builtin;
use sotto_public::Public;
use sotto_wire::{Output, Value};

/// Built-in intents that a conversation acts on (Lex V2 Developer Guide, "Built-in intents").
const INTENTS: [&str; 8] = [
    "AMAZON.CancelIntent",
    "AMAZON.FallbackIntent",
    "AMAZON.HelpIntent",
    "AMAZON.PauseIntent",
    "AMAZON.RepeatIntent",
    "AMAZON.ResumeIntent",
    "AMAZON.StartOverIntent",
    "AMAZON.StopIntent",
];

pub(super) fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "ListBuiltInIntents" => intents(call),
        "ListBuiltInSlotTypes" => slot_types(call),
        _ => return None,
    })
}

fn listed(call: &mut Call<'_>, member: &'static str, key: &'static str, all: Vec<&'static str>) -> Answered {
    let locale = locale_id(call, "localeId")?;
    let _asked = may_generally(call)?;
    let mut all = all;
    if super::bots::descending(call) {
        all.reverse();
    }
    let (items, next) = page(call, all);
    let summary = |signature: &'static str| Output::new().with(key, Public::<String>::from(signature));
    let output = Output::new().with(member, Value::list(items.into_iter().map(summary)));
    Ok(output.with("localeId", locale.public()).with("nextToken", next))
}

fn intents(call: &mut Call<'_>) -> Answered {
    listed(call, "builtInIntentSummaries", "intentSignature", INTENTS.to_vec())
}

fn slot_types(call: &mut Call<'_>) -> Answered {
    let all = Builtin::ALL.iter().map(|one| one.signature()).collect();
    listed(call, "builtInSlotTypeSummaries", "slotTypeSignature", all)
}
