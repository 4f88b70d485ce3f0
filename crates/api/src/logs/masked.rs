//! What stands behind each star of an event, for a reader who asks? Type, rule, length and place; never the value.
//!
//! A member of ours, `masked`, that requests of AWS's own clients do not have: answers stay as AWS's where nobody asks. Places are
//! those of the stored text, masks in it, in characters from 1: an event that is shown unmasked has its values elsewhere.

use crate::call::Call;
use sotto_logs::FoundEvent;
use sotto_protect::Mark;
use sotto_public::Public;
use sotto_wire::{Output, Value};

/// Whether a request asks.
pub(super) fn is_asked(call: &Call<'_>) -> bool {
    call.input().flag("masked").unwrap_or(false)
}

/// What is masked in an event, where it is asked for.
pub(super) fn stretches(is_asked: bool, found: &FoundEvent) -> Value {
    match is_asked {
        true => Value::list(found.event.marks().iter().map(stretch)),
        false => Value::Absent,
    }
}

fn stretch(mark: &Mark) -> Output {
    Output::new()
        .with("type", Public::<String>::named(&mark.identifier))
        .with("rule", Public::<String>::named(&mark.rule))
        .with("length", mark.raw_chars.length())
        .with("start", mark.masked_chars.start() + 1)
        .with("end", mark.masked_chars.end())
        .with("discarded", (!mark.sealed).then_some(true))
}
