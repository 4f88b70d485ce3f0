//! What can a user want? An intent: how it is said, which slots it fills, and what happens at each of its stations (Lex V2
//! Developer Guide, "Adding intents"; the API's `DescribeIntent`).

use super::message::{MessageGroup, ResponseSpecification};
use super::name::{Id, Name};
use super::prompt::PromptSpecification;
use super::shape::{List, shapes};
use super::slot::Slot;
use super::step::{Conditional, DialogState, ElicitationHook, Invocation};
use super::tree::Tree;
use crate::Words;
use std::sync::Arc;

/// The signature of the intent that is taken when nothing else fits.
pub const FALLBACK: &str = "AMAZON.FallbackIntent";

/// An intent.
#[derive(Clone, Debug, PartialEq)]
pub struct Intent {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: Name,
    /// When it was made, in seconds since 1970.
    pub created: u64,
    /// When it was changed.
    pub updated: u64,
    /// Its slots, in the order in which they were made.
    pub slots: Vec<Arc<Slot>>,
    /// Everything else.
    pub settings: IntentSettings,
}

shapes! {
    /// A sample of what users say, with `{slots}`.
    pub struct Utterance {
        /// The sample.
        utterance: Words = "utterance",
    }

    /// Whether the code hook is called with each turn.
    pub struct DialogHook {
        /// Whether it is.
        enabled: bool = "enabled",
    }

    /// What is said when fulfilment begins.
    pub struct FulfillmentStart {
        /// After so many seconds.
        delay_seconds: Option<u32> = "delayInSeconds",
        /// What is said.
        groups: List<MessageGroup> = "messageGroups" | "messageGroupsList",
        /// Whether the user may speak meanwhile.
        allow_interrupt: Option<bool> = "allowInterrupt",
    }

    /// What is said while it goes on.
    pub struct FulfillmentUpdate {
        /// Every so many seconds.
        frequency_seconds: Option<u32> = "frequencyInSeconds",
        /// What is said.
        groups: List<MessageGroup> = "messageGroups" | "messageGroupsList",
        /// Whether the user may speak meanwhile.
        allow_interrupt: Option<bool> = "allowInterrupt",
    }

    /// What the user hears while a long fulfilment runs.
    pub struct FulfillmentUpdates {
        /// Whether it does.
        active: Option<bool> = "active" | "isActive",
        /// In the beginning.
        start: Option<FulfillmentStart> = "startResponse",
        /// Then.
        update: Option<FulfillmentUpdate> = "updateResponse",
        /// How long the function may take.
        timeout_seconds: Option<u32> = "timeoutInSeconds",
    }

    /// What comes after fulfilment.
    pub struct PostFulfillment {
        /// Said when it went well.
        success_response: Option<ResponseSpecification> = "successResponse",
        /// Then.
        success_next: Option<DialogState> = "successNextStep",
        /// Then, by conditions.
        success_conditional: Option<Conditional> = "successConditional",
        /// Said when it failed.
        failure_response: Option<ResponseSpecification> = "failureResponse",
        /// Then.
        failure_next: Option<DialogState> = "failureNextStep",
        /// Then, by conditions.
        failure_conditional: Option<Conditional> = "failureConditional",
        /// Said when it took too long.
        timeout_response: Option<ResponseSpecification> = "timeoutResponse",
        /// Then.
        timeout_next: Option<DialogState> = "timeoutNextStep",
        /// Then, by conditions.
        timeout_conditional: Option<Conditional> = "timeoutConditional",
    }

    /// Fulfilment by the code hook.
    pub struct FulfillmentHook {
        /// Whether the function is called.
        enabled: bool = "enabled",
        /// Whether the step is looked at.
        active: Option<bool> = "active" | "isActive",
        /// What the user hears meanwhile.
        updates: Option<FulfillmentUpdates> = "fulfillmentUpdatesSpecification",
        /// What comes after.
        post: Option<PostFulfillment> = "postFulfillmentStatusSpecification",
    }

    /// What is said first.
    pub struct InitialResponse {
        /// The response.
        response: Option<ResponseSpecification> = "initialResponse",
        /// Then.
        next_step: Option<DialogState> = "nextStep",
        /// Then, by conditions.
        conditional: Option<Conditional> = "conditional",
        /// Then, with the code hook.
        hook: Option<Invocation> = "codeHook",
    }

    /// The question whether the user really wants it.
    pub struct Confirmation {
        /// The question.
        prompt: Option<PromptSpecification> = "promptSpecification",
        /// Whether it is asked.
        active: Option<bool> = "active" | "isActive",
        /// Said after yes.
        confirmation_response: Option<ResponseSpecification> = "confirmationResponse",
        /// Then.
        confirmation_next: Option<DialogState> = "confirmationNextStep",
        /// Then, by conditions.
        confirmation_conditional: Option<Conditional> = "confirmationConditional",
        /// Said after no.
        declination_response: Option<ResponseSpecification> = "declinationResponse",
        /// Then.
        declination_next: Option<DialogState> = "declinationNextStep",
        /// Then, by conditions.
        declination_conditional: Option<Conditional> = "declinationConditional",
        /// Said when no answer was understood.
        failure_response: Option<ResponseSpecification> = "failureResponse",
        /// Then.
        failure_next: Option<DialogState> = "failureNextStep",
        /// Then, by conditions.
        failure_conditional: Option<Conditional> = "failureConditional",
        /// With the code hook.
        hook: Option<Invocation> = "codeHook",
        /// With each attempt.
        elicitation_hook: Option<ElicitationHook> = "elicitationCodeHook",
    }

    /// What is said last.
    pub struct Closing {
        /// Whether it is.
        active: Option<bool> = "active" | "isActive",
        /// The response.
        response: Option<ResponseSpecification> = "closingResponse",
        /// Then.
        next_step: Option<DialogState> = "nextStep",
        /// Then, by conditions.
        conditional: Option<Conditional> = "conditional",
    }

    /// A context that must be active.
    pub struct InputContext {
        /// Its name.
        name: Words = "name",
    }

    /// A context that the intent makes active.
    pub struct OutputContext {
        /// Its name.
        name: Words = "name",
        /// For so long.
        seconds: Option<u32> = "timeToLiveInSeconds",
        /// For so many turns.
        turns: Option<u32> = "turnsToLive",
    }

    /// When a slot is asked for.
    pub struct SlotPriority {
        /// The smaller the sooner.
        priority: Option<u32> = "priority",
        /// The slot.
        slot: Words = "slotId" | "slotName",
    }

    /// Everything of an intent but its name, id and slots.
    pub struct IntentSettings {
        /// What people call it.
        display_name: Option<Words> = "intentDisplayName" | "displayName",
        /// What its author says of it.
        description: Option<Words> = "description",
        /// The built-in intent that it extends.
        parent: Option<Words> = "parentIntentSignature",
        /// Samples of what users say.
        utterances: List<Utterance> = "sampleUtterances",
        /// With each turn.
        dialog_hook: Option<DialogHook> = "dialogCodeHook",
        /// At the end.
        fulfillment_hook: Option<FulfillmentHook> = "fulfillmentCodeHook",
        /// In the beginning.
        initial_response: Option<InitialResponse> = "initialResponseSetting",
        /// Before fulfilment.
        confirmation: Option<Confirmation> = "intentConfirmationSetting",
        /// After it.
        closing: Option<Closing> = "intentClosingSetting",
        /// Contexts that must be active.
        input_contexts: List<InputContext> = "inputContexts",
        /// Contexts that it makes active.
        output_contexts: List<OutputContext> = "outputContexts",
        /// The order of its slots.
        priorities: List<SlotPriority> = "slotPriorities",
        /// A search service, kept and not used.
        kendra: Option<Tree> = "kendraConfiguration",
        /// Answers from documents, kept and not used.
        questions: Option<Tree> = "qnAIntentConfiguration",
        /// An assistant, kept and not used.
        assistant: Option<Tree> = "qInConnectIntentConfiguration",
    }
}

impl Intent {
    /// The slot of this name.
    pub fn slot(&self, name: &str) -> Option<&Arc<Slot>> {
        self.slots.iter().find(|slot| slot.name.as_str() == name)
    }

    /// Slots in the order in which they are asked for: by priority, then as they were made.
    pub fn slots_in_order(&self) -> Vec<&Arc<Slot>> {
        let of = |slot: &Slot| {
            let found = self.settings.priorities.iter().find(|one| one.slot.read() == slot.name.as_str());
            found.and_then(|one| one.priority).unwrap_or(u32::MAX)
        };
        let mut slots: Vec<_> = self.slots.iter().collect();
        slots.sort_by_key(|slot| of(slot));
        slots
    }

    /// Whether it extends this built-in intent.
    pub fn extends(&self, signature: &str) -> bool {
        self.settings.parent.as_ref().is_some_and(|parent| parent.read() == signature)
    }

    /// Whether it is taken when nothing else fits.
    pub fn is_fallback(&self) -> bool {
        self.extends(FALLBACK)
    }

    /// Samples of what users say.
    pub fn utterances(&self) -> impl Iterator<Item = &Words> {
        self.settings.utterances.iter().map(|sample| &sample.utterance)
    }
}

impl FulfillmentHook {
    /// Whether the function is called: it is enabled, and not switched off.
    pub fn is_active(&self) -> bool {
        self.enabled && self.active.unwrap_or(true)
    }
}

impl Confirmation {
    /// Whether the question is asked: it is there, and not switched off.
    pub fn is_active(&self) -> bool {
        self.prompt.is_some() && self.active.unwrap_or(true)
    }
}

impl Closing {
    /// Whether it is said.
    pub fn is_active(&self) -> bool {
        self.active.unwrap_or(true)
    }
}
