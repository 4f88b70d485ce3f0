//! Can a locale be built as it is? What would fail in the middle of a conversation is told before, in words that name intents and
//! slots (what AWS's build refuses, as far as its documentation says).

use crate::Words;
use crate::bot::{ActionKind, Constraint, DialogState, Intent, Locale, Name, Slot, Tree};
use crate::bot::{Dialect, Shape};
use crate::slot::Builtin;
use std::fmt;

/// Most failures that are told.
pub const FAILURES_MAX: usize = 50;

/// Why a locale cannot be built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nothing but the fallback intent is there.
    NoIntent,
    /// A slot must be filled and nothing asks for it.
    NoPrompt {
        /// Whose.
        intent: Name,
        /// Which.
        slot: Name,
    },
    /// A slot has a type that is not there.
    NoSlotType {
        /// Whose.
        intent: Name,
        /// Which.
        slot: Name,
    },
    /// A sample names a slot that the intent does not have.
    UnknownSlot {
        /// Whose.
        intent: Name,
    },
    /// A step asks for a slot or begins an intent that is not there.
    UnknownStep {
        /// Whose.
        intent: Name,
        /// What it should lead to.
        what: &'static str,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoIntent => f.write_str("the locale has no intent besides the fallback intent"),
            Self::NoPrompt { intent, slot } => {
                write!(f, "slot `{slot}` of intent `{intent}` is required and has no prompt")
            }
            Self::NoSlotType { intent, slot } => {
                write!(f, "slot `{slot}` of intent `{intent}` has no slot type of this locale")
            }
            Self::UnknownSlot { intent } => {
                write!(f, "a sample utterance of intent `{intent}` names a slot that it does not have")
            }
            Self::UnknownStep { intent, what } => {
                write!(f, "a step of intent `{intent}` leads to {what} that is not there")
            }
        }
    }
}

/// What stands in the way of a build.
pub fn check(locale: &Locale) -> Vec<Failure> {
    let mut failures = Vec::new();
    if locale.intents.iter().all(|intent| intent.is_fallback()) {
        failures.push(Failure::NoIntent);
    }
    for intent in &locale.intents {
        failures.extend(intent.slots.iter().flat_map(|slot| check_slot(locale, intent, slot)));
        failures.extend(check_samples(intent));
        failures.extend(check_steps(locale, intent));
    }
    failures.truncate(FAILURES_MAX);
    failures
}

fn check_slot(locale: &Locale, intent: &Intent, slot: &Slot) -> Vec<Failure> {
    let (mut failures, elicitation) = (Vec::new(), &slot.settings.elicitation);
    let place = || (intent.name.clone(), slot.name.clone());
    let asks = elicitation.prompt.as_ref().is_some_and(|prompt| !prompt.groups.is_empty());
    let parts = slot.settings.sub_slots.as_ref().is_some_and(|parts| !parts.specifications.is_empty());
    if elicitation.constraint == Constraint::Required && !asks && !parts {
        let (intent, slot) = place();
        failures.push(Failure::NoPrompt { intent, slot });
    }
    let known = |name: &str| Builtin::parse(name).is_some() || locale.slot_type(name).is_some();
    if !slot.type_name().is_some_and(known) {
        let (intent, slot) = place();
        failures.push(Failure::NoSlotType { intent, slot });
    }
    failures
}

fn check_samples(intent: &Intent) -> Option<Failure> {
    let unknown = |words: &Words| {
        named(words.read()).any(|name| intent.slot(name.split('.').next().unwrap_or(name)).is_none())
    };
    intent.utterances().any(unknown).then(|| Failure::UnknownSlot { intent: intent.name.clone() })
}

/// The names in braces.
fn named(sample: &str) -> impl Iterator<Item = &str> {
    sample.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name.trim()))
}

/// All steps of an intent, wherever they stand: found in its tree, so that no station is forgotten.
fn check_steps(locale: &Locale, intent: &Intent) -> Vec<Failure> {
    let mut steps = Vec::new();
    gather(&intent.settings.write(Dialect::Api), &mut steps);
    intent.slots.iter().for_each(|slot| gather(&slot.settings.write(Dialect::Api), &mut steps));
    steps.iter().filter_map(|step| check_step(locale, intent, step)).collect()
}

fn gather(tree: &Tree, steps: &mut Vec<DialogState>) {
    match tree {
        Tree::List(items) => items.iter().for_each(|item| gather(item, steps)),
        Tree::Map(members) => {
            if tree.member("dialogAction").is_some() {
                steps.push(DialogState::read(tree, &mut crate::bot::Reader::of("step")));
            }
            members.iter().for_each(|(_, value)| gather(value, steps));
        }
        _ => {}
    }
}

fn check_step(locale: &Locale, intent: &Intent, step: &DialogState) -> Option<Failure> {
    let target = step.intent.as_ref().and_then(|other| other.name.as_ref());
    let unknown = |what| Some(Failure::UnknownStep { intent: intent.name.clone(), what });
    let Some(target) = target.map_or(Some(intent), |name| locale.intent(name.read()).map(|found| &**found))
    else {
        return unknown("an intent");
    };
    let slot = step.action.as_ref().filter(|action| action.kind == ActionKind::ElicitSlot);
    let slot = slot.and_then(|action| action.slot_to_elicit.as_ref());
    match slot {
        Some(name) if target.slot(name.read().split('.').next().unwrap_or_default()).is_none() => {
            unknown("a slot")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bot::{
        Closing, DialogAction, Id, IntentOverride, IntentSettings, LocaleId, PromptSpecification,
        SlotSettings, Utterance,
    };
    use crate::edit::Target;

    fn id(number: u8) -> Id {
        Id::from_random([number; 16])
    }

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn step(kind: ActionKind, intent: Option<&str>, slot: Option<&str>) -> DialogState {
        let mut step = DialogState::of(kind);
        step.action =
            Some(DialogAction { kind, slot_to_elicit: slot.map(Into::into), ..DialogAction::default() });
        step.intent =
            intent.map(|name| IntentOverride { name: Some(name.into()), ..IntentOverride::default() });
        step
    }

    fn failures(sample: &str, prompt: bool, slot_type: &str, next: DialogState) -> Vec<String> {
        let mut locale = Locale::new(LocaleId::parse("en_US").unwrap(), 1).with_fallback().unwrap();
        assert_eq!(check(&locale), [Failure::NoIntent]);
        let settings = IntentSettings {
            utterances: vec![Utterance { utterance: sample.into(), ..Utterance::default() }].into(),
            closing: Some(Closing { next_step: Some(next), ..Closing::default() }),
            ..IntentSettings::default()
        };
        locale.put_intent(Target::New(id(1)), name("Order"), settings, 1).unwrap();
        let mut slot = SlotSettings { slot_type: Some(slot_type.into()), ..SlotSettings::default() };
        slot.elicitation.prompt = prompt.then(|| PromptSpecification::of_plain("canary?", 1));
        locale.put_slot(&id(1), Target::New(id(2)), (name("City"), slot), 1).unwrap();
        check(&locale).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_would_fail_later_is_told_before() {
        let end = || step(ActionKind::EndConversation, None, None);
        let none: [&str; 0] = [];
        assert_eq!(failures("to {City}", true, "AMAZON.City", end()), none);
        assert_eq!(
            failures("to {Town}", false, "AMAZON.NoSuchType", end()),
            [
                "slot `City` of intent `Order` is required and has no prompt",
                "slot `City` of intent `Order` has no slot type of this locale",
                "a sample utterance of intent `Order` names a slot that it does not have",
            ]
        );
        for (next, wanted) in [
            (step(ActionKind::ElicitSlot, None, Some("City")), None),
            (step(ActionKind::ElicitSlot, None, Some("Town")), Some("a slot")),
            (step(ActionKind::StartIntent, Some("FallbackIntent"), None), None),
            (step(ActionKind::StartIntent, Some("canary"), None), Some("an intent")),
        ] {
            let said = failures("hello", true, "AMAZON.City", next);
            let wanted: Vec<String> = wanted
                .map(|what| format!("a step of intent `Order` leads to {what} that is not there"))
                .into_iter()
                .collect();
            assert_eq!(said, wanted);
        }
    }
}
