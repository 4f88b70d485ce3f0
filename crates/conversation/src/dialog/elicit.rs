//! What does the bot ask for next? The first required slot without a value, by priority; a default value counts as one. Parts of
//! a composite slot are asked for one after another, as far as its expression needs them.

use super::TurnError;
use super::station::Station;
use super::walk::{Go, Walk};
use crate::Words;
use crate::bot::{Attempt, Elicitation, Intent, Name, PromptSpecification, Slot, SubSlots};
use crate::expression::{Expression, Fact, FactKind, Facts};
use crate::session::{Action, ActionType, Confirmed, SlotValue};

impl<'a> Walk<'a> {
    pub(super) fn next_slot(&mut self) -> Go {
        let Some(intent) = self.intent() else { return Go::AskIntent };
        self.fill_defaults(intent);
        let missing =
            intent.slots_in_order().into_iter().find(|slot| slot.is_required() && !self.is_filled(slot));
        if let Some(slot) = missing {
            return Go::Elicit { slot: slot.name.clone(), quiet: false };
        }
        let confirmed = self.work.session.intent.as_ref().map(|state| state.confirmed).unwrap_or_default();
        let asks = intent.settings.confirmation.as_ref().is_some_and(|one| one.is_active());
        match confirmed {
            Confirmed::Denied => Go::End,
            Confirmed::None if asks => Go::Confirm { quiet: false },
            _ => Go::Fulfill,
        }
    }

    /// Whether a slot has what it needs; a composite one all parts that its expression asks for.
    pub(super) fn is_filled(&self, slot: &Slot) -> bool {
        let value = self.work.session.intent.as_ref().and_then(|state| state.value(&slot.name));
        match (value, &slot.settings.sub_slots) {
            (None, _) => false,
            (Some(value), Some(parts)) => missing_part(parts, value).is_none(),
            (Some(SlotValue::List(values)), _) => !values.is_empty(),
            (Some(_), _) => true,
        }
    }

    /// The first default that has a value: a constant, `[attribute]` or `#context.slot` ("Default slot values").
    fn fill_defaults(&mut self, intent: &'a Intent) {
        for slot in &intent.slots {
            let Some(defaults) =
                slot.settings.elicitation.defaults.as_ref().filter(|_| !self.is_filled(slot))
            else {
                continue;
            };
            let found = defaults.values.iter().find_map(|one| self.default_value(one.value.read()));
            if let (Some(words), Some(state)) = (found, &mut self.work.session.intent) {
                let one = crate::session::Value::of(words);
                let value = if slot.is_list() { SlotValue::List(vec![one]) } else { SlotValue::Scalar(one) };
                state.set(&slot.name, Some(value));
            }
        }
        self.follow();
    }

    fn default_value(&self, written: &str) -> Option<Words> {
        let session = &self.work.session;
        if let Some(name) = written.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            return session.attributes.find(name).filter(|value| !value.is_empty()).cloned();
        }
        if let Some((context, slot)) = written.strip_prefix('#').and_then(|rest| rest.split_once('.')) {
            let active = session.contexts.iter().find(|active| active.name.read() == context)?;
            return active.attributes.find(slot).cloned();
        }
        (!written.is_empty()).then(|| written.into())
    }

    pub(super) fn elicit(&mut self, name: &Name, quiet: bool) -> Result<Go, TurnError> {
        let slot =
            self.intent().and_then(|intent| intent.slot(name.as_str())).ok_or(TurnError::NoSuchStep)?;
        if self.is_filled(slot) {
            let capture = slot.settings.elicitation.capture.as_ref();
            let leads_on =
                capture.is_some_and(|one| one.capture_next.is_some() || one.capture_conditional.is_some());
            let station = Station::Captured(name.clone());
            return Ok(if leads_on { Go::Visit { station, quiet: true } } else { Go::NextSlot });
        }
        self.work.session.attempts = 0;
        let part = self.part_to_ask(slot);
        if !quiet {
            self.ask(prompt_of(slot, part.as_ref()), 0);
        }
        Ok(self.wait_for_slot(name, part))
    }

    /// Waits for a slot, or a part of one.
    pub(super) fn wait_for_slot(&mut self, slot: &Name, part: Option<Words>) -> Go {
        self.wait_for(Action { slot: Some(slot.clone()), part, ..Action::of(ActionType::ElicitSlot) })
    }

    /// The part to ask for: none while the composite slot as a whole has its own question and no value yet.
    fn part_to_ask(&self, slot: &Slot) -> Option<Words> {
        let parts = slot.settings.sub_slots.as_ref()?;
        let value = self.work.session.intent.as_ref().and_then(|state| state.value(&slot.name));
        match value {
            None if slot.settings.elicitation.prompt.is_some() => None,
            None => parts.specifications.first().map(|(name, _)| name.clone()),
            Some(value) => missing_part(parts, value),
        }
    }

    /// The question again, or the failure of whatever was asked for.
    pub(super) fn retry(&mut self) -> Go {
        let Some(action) = self.work.session.action.clone() else { return Go::AskIntent };
        self.work.session.attempts = self.work.session.attempts.saturating_add(1);
        let (attempt, intent) = (self.work.session.attempts, self.intent());
        let slot = action.slot.as_ref();
        let found = slot.and_then(|name| intent?.slot(name.as_str()));
        // The code hook may have found the value in an answer that was missed.
        if let Some(filled) =
            found.filter(|slot| action.kind == ActionType::ElicitSlot && self.is_filled(slot))
        {
            self.work.session.attempts = 0;
            return Go::Visit { station: Station::Captured(filled.name.clone()), quiet: false };
        }
        let prompt = match (action.kind, found) {
            (ActionType::ElicitSlot, Some(slot)) => prompt_of(slot, action.part.as_ref()),
            _ => intent.and_then(|intent| intent.settings.confirmation.as_ref()?.prompt.as_ref()),
        };
        let retries_max = prompt.and_then(|one| one.retries_max).unwrap_or(super::RETRIES_DEFAULT);
        if attempt > retries_max {
            self.work.session.attempts = 0;
            let station = match slot {
                Some(slot) => Station::CaptureFailed(slot.clone()),
                None => Station::ConfirmationFailed,
            };
            return Go::Visit { station, quiet: false };
        }
        self.ask(prompt, attempt);
        self.wait_for(action)
    }

    pub(super) fn confirm(&mut self, quiet: bool) -> Go {
        self.work.session.attempts = 0;
        if let Some(state) = &mut self.work.session.intent {
            state.confirmed = Confirmed::None;
        }
        if !quiet {
            let confirmation = self.intent().and_then(|intent| intent.settings.confirmation.as_ref());
            self.ask(confirmation.and_then(|one| one.prompt.as_ref()), 0);
        }
        self.wait_for(Action::of(ActionType::ConfirmIntent))
    }

    /// Which attempt the next answer belongs to, as code hooks read it.
    pub(super) fn attempt(&self) -> Attempt {
        let at = usize::try_from(self.work.session.attempts).unwrap_or_default();
        Attempt::ALL.get(at).copied().unwrap_or(Attempt::Retry5)
    }
}

/// How a slot, or a part of it, is asked for.
pub(super) fn prompt_of<'a>(slot: &'a Slot, part: Option<&Words>) -> Option<&'a PromptSpecification> {
    elicitation_of(slot, part)?.prompt.as_ref()
}

fn elicitation_of<'a>(slot: &'a Slot, part: Option<&Words>) -> Option<&'a Elicitation> {
    let own = &slot.settings.elicitation;
    let Some(part) = part else { return Some(own) };
    let specification = slot.settings.sub_slots.as_ref()?.specifications.find(part.read())?;
    specification.elicitation.as_ref().or(Some(own))
}

/// The next part that a composite slot needs; none when its expression holds (every part, where there is no expression).
pub(super) fn missing_part(parts: &SubSlots, value: &SlotValue) -> Option<Words> {
    let mut missing = parts.specifications.iter().map(|(name, _)| name);
    let next = missing.find(|name| value.part(name.read()).is_none()).cloned();
    let written = parts.expression.as_ref().filter(|written| !written.is_empty());
    if written.is_some_and(|written| is_satisfied(written.read(), value)) {
        return None;
    }
    next
}

/// Whether `(a AND b) OR c` holds of the parts that have values. Read as a condition in which each name asks whether its part
/// is set; what cannot be read asks for every part.
fn is_satisfied(written: &str, value: &SlotValue) -> bool {
    let mut condition = String::new();
    for word in words_of(written) {
        let upper = word.to_ascii_uppercase();
        match upper.as_str() {
            "AND" | "OR" | "NOT" | "(" | ")" | "&&" | "||" => condition.push_str(&upper),
            _ => condition.push_str(&format!("fn.IS_SET({{{word}}})")),
        }
        condition.push(' ');
    }
    let expression = Expression::read(&condition.into());
    expression.faults().is_empty() && expression.holds(&Parts(value))
}

fn words_of(written: &str) -> Vec<String> {
    let spaced = written.replace('(', " ( ").replace(')', " ) ").replace(['{', '}'], " ");
    spaced.split_whitespace().map(str::to_owned).collect()
}

/// The parts of a slot, as a condition sees them.
struct Parts<'a>(&'a SlotValue);

impl Facts for Parts<'_> {
    fn slot(&self, name: &str) -> Option<Fact> {
        let values = self.0.part(name)?.taken();
        Some(Fact { values, kind: FactKind::Text })
    }
    fn attribute(&self, _name: &str) -> Option<Fact> {
        None
    }
    fn input_mode(&self) -> Option<Fact> {
        None
    }
    fn input_transcript(&self) -> Option<Fact> {
        None
    }
}
