//! Which values does a step set? Constants, references, and paths into what was heard (Lex V2 Developer Guide, "Set values during
//! the conversation"). What cannot be found sets nothing: the slot or attribute is empty afterwards.

use super::walk::Walk;
use crate::Words;
use crate::bot::{DialogState, Intent, Name, SlotOverride};
use crate::session::{SlotValue, Value};

impl<'a> Walk<'a> {
    /// Sets what a step says, of attributes and of the current intent.
    pub(super) fn assign(&mut self, step: &'a DialogState) {
        for (name, written) in step.session_attributes.iter() {
            let value = written.as_ref().and_then(|written| self.evaluate(written));
            self.work.session.attributes.set(name, value);
        }
        let named = step.intent.as_ref().and_then(|intent| intent.name.as_ref());
        let Some(intent) = self.intent() else { return };
        if named.is_some_and(|name| name.read() != intent.name.as_str()) {
            return;
        }
        let values = self.overrides(step, intent);
        if let Some(state) = &mut self.work.session.intent {
            for (slot, value) in values {
                state.set(&slot, value);
            }
        }
        self.follow();
    }

    /// The values with which a step begins an intent.
    pub(super) fn values_for(&self, step: &'a DialogState, intent: &Intent) -> Vec<(Name, SlotValue)> {
        let values = self.overrides(step, intent).into_iter();
        values.filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// `{slot}` may be written with its intent in front.
    fn overrides(&self, step: &DialogState, intent: &Intent) -> Vec<(Name, Option<SlotValue>)> {
        let Some(written) = &step.intent else { return Vec::new() };
        let slots = written.slots.iter().filter_map(|(name, held)| {
            let name = name.read();
            let bare = name.strip_prefix(intent.name.as_str()).and_then(|rest| rest.strip_prefix('.'));
            let slot = intent.slot(bare.unwrap_or(name))?;
            Some((slot.name.clone(), self.overridden(held)))
        });
        slots.collect()
    }

    fn overridden(&self, held: &SlotOverride) -> Option<SlotValue> {
        if !held.values.is_empty() {
            let values =
                held.values.iter().filter_map(|one| self.overridden(one)).flat_map(|value| match value {
                    SlotValue::Scalar(value) => vec![value],
                    SlotValue::List(values) => values,
                    SlotValue::Composite(_) => Vec::new(),
                });
            return Some(SlotValue::List(values.collect()));
        }
        let written = held.value.as_ref()?.interpreted.as_ref()?;
        self.evaluate(written).map(|words| SlotValue::Scalar(Value::of(words)))
    }

    /// What a written value stands for.
    pub(super) fn evaluate(&self, written: &Words) -> Option<Words> {
        let text = written.read().trim();
        let within = |open: char, close: char| {
            let inner = text.strip_prefix(open)?.strip_suffix(close)?;
            (!inner.contains([open, close])).then_some(inner)
        };
        if let Some(name) = within('[', ']') {
            return self.work.session.attributes.find(name).cloned();
        }
        if let Some(name) = within('{', '}') {
            return self.slot_words(name);
        }
        match text.strip_prefix("$.") {
            Some(path) => self.heard_at(path),
            None => Some(written.clone()),
        }
    }

    /// The value of a slot, several parted by commas; of a part by `slot.part`.
    pub(super) fn slot_words(&self, name: &str) -> Option<Words> {
        let state = self.work.session.intent.as_ref()?;
        let (name, part) = name.split_once('.').map_or((name, None), |(name, part)| (name, Some(part)));
        let (name, part) = match part {
            Some(slot) if name == state.name.as_str() => (slot, None),
            part => (name, part),
        };
        let value = state.slots.iter().find(|(known, _)| known.as_str() == name)?.1.as_ref()?;
        let value = match part {
            None => value,
            Some("interpretedValue" | "originalValue" | "resolvedValues") => value,
            Some(part) => value.part(part)?,
        };
        let taken = value.taken();
        let texts: Vec<&str> = taken.iter().map(Words::read).collect();
        match taken.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            _ => Some(texts.join(", ").into()),
        }
    }

    /// A path into what was heard: one transcription, certain because it was written.
    fn heard_at(&self, path: &str) -> Option<Words> {
        let path = path.strip_prefix("transcriptions[0].").unwrap_or(path);
        match path {
            "inputTranscript" | "transcription" => self.work.heard.transcript.clone(),
            "inputMode" => Some(self.work.heard.mode.as_str().into()),
            "transcriptionConfidence" => self.work.heard.transcript.as_ref().map(|_| "1.0".into()),
            "resolvedContext.intent" => {
                self.work.session.intent.as_ref().map(|intent| intent.name.as_str().into())
            }
            path => {
                let slot = path.strip_prefix("resolvedSlots.")?;
                self.slot_words(slot.split('.').next()?)
            }
        }
    }
}
