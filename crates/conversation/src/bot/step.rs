//! Where does a conversation go next? The language of next steps and conditions (Lex V2 Developer Guide, "Creating conversation
//! paths"; the API's `DialogState` and `ConditionalSpecification`).

use super::message::ResponseSpecification;
use super::shape::{List, Table, choices, shapes};
use crate::Words;

choices! {
    /// What the bot does next.
    pub enum ActionKind {
        /// Asks what the user wants.
        ElicitIntent = "ElicitIntent",
        /// Begins another intent.
        StartIntent = "StartIntent",
        /// Asks for a slot.
        ElicitSlot = "ElicitSlot",
        /// Looks at the conditions that stand beside the step.
        EvaluateConditional = "EvaluateConditional",
        /// Calls the code hook that stands beside the step.
        InvokeDialogCodeHook = "InvokeDialogCodeHook",
        /// Asks for confirmation.
        ConfirmIntent = "ConfirmIntent",
        /// Fulfils the intent.
        FulfillIntent = "FulfillIntent",
        /// Says the closing response.
        CloseIntent = "CloseIntent",
        /// Ends.
        #[default]
        EndConversation = "EndConversation",
    }

    /// One value or several.
    pub enum SlotShape {
        /// One.
        #[default]
        Scalar = "Scalar",
        /// Several.
        List = "List",
    }
}

shapes! {
    /// An action.
    pub struct DialogAction {
        /// What the bot does.
        kind: ActionKind = "type",
        /// Which slot it asks for.
        slot_to_elicit: Option<Words> = "slotToElicit",
        /// Whether the next message is left out.
        suppress_next_message: Option<bool> = "suppressNextMessage",
    }

    /// A value that a step sets.
    pub struct SlotOverride {
        /// One value or several.
        shape: Option<SlotShape> = "shape",
        /// The value; an expression may stand in `interpretedValue`.
        value: Option<InterpretedValue> = "value",
        /// Several.
        values: List<SlotOverride> = "values",
    }

    /// What stands in a value that a step sets.
    pub struct InterpretedValue {
        /// The value, or an expression; nothing sets the slot to nothing.
        interpreted: Option<Words> = "interpretedValue",
    }

    /// What a step changes of the intent.
    pub struct IntentOverride {
        /// The intent to begin or go on with.
        name: Option<Words> = "name",
        /// By the name of the slot.
        slots: Table<SlotOverride> = "slots",
    }

    /// A next step.
    pub struct DialogState {
        /// What the bot does.
        action: Option<DialogAction> = "dialogAction",
        /// What changes of the intent.
        intent: Option<IntentOverride> = "intent",
        /// Attributes that are set; a value may be an expression.
        session_attributes: Table<Option<Words>> = "sessionAttributes",
    }

    /// A condition.
    pub struct Condition {
        /// In the language of `expression`.
        expression: Words = "expressionString",
    }

    /// What happens when a condition is true.
    pub struct Branch {
        /// Its name.
        name: Option<Words> = "name",
        /// The condition.
        condition: Condition = "condition",
        /// What is said.
        response: Option<ResponseSpecification> = "response",
        /// What comes next.
        next_step: Option<DialogState> = "nextStep",
    }

    /// What happens when none is.
    pub struct DefaultBranch {
        /// What is said.
        response: Option<ResponseSpecification> = "response",
        /// What comes next.
        next_step: Option<DialogState> = "nextStep",
    }

    /// Up to four branches; the first whose condition is true is taken.
    pub struct Conditional {
        /// Whether they are looked at.
        active: Option<bool> = "active" | "isActive",
        /// The branches.
        branches: List<Branch> = "conditionalBranches",
        /// Where none is true.
        default_branch: Option<DefaultBranch> = "defaultBranch",
    }

    /// What comes after a code hook.
    pub struct PostInvocation {
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

    /// A call of the code hook.
    pub struct Invocation {
        /// Whether it is made.
        enabled: Option<bool> = "enableCodeHookInvocation",
        /// Whether the step is looked at.
        active: Option<bool> = "active" | "isActive",
        /// What the function is told.
        label: Option<Words> = "invocationLabel",
        /// What comes after.
        post: Option<PostInvocation> = "postCodeHookSpecification",
    }

    /// A call of the code hook with each attempt to elicit.
    pub struct ElicitationHook {
        /// Whether it is made.
        enabled: Option<bool> = "enableCodeHookInvocation",
        /// What the function is told.
        label: Option<Words> = "invocationLabel",
    }
}

impl DialogState {
    /// A step that does one thing.
    pub fn of(kind: ActionKind) -> Self {
        let action = Some(DialogAction { kind, ..DialogAction::default() });
        Self { action, ..Self::default() }
    }

    /// What the bot does, where the step says so.
    pub fn kind(&self) -> Option<ActionKind> {
        self.action.as_ref().map(|action| action.kind)
    }
}

impl Conditional {
    /// Whether the branches are looked at: unless its author switched them off.
    pub fn is_active(&self) -> bool {
        self.active.unwrap_or(true)
    }
}

impl Invocation {
    /// Whether the function is called: both switches are on where they are not off.
    pub fn is_active(&self) -> bool {
        self.active.unwrap_or(true) && self.enabled.unwrap_or(true)
    }
}

impl SlotOverride {
    /// One value.
    pub fn of(interpreted: impl Into<Words>) -> Self {
        let value = InterpretedValue { interpreted: Some(interpreted.into()), ..InterpretedValue::default() };
        Self { shape: Some(SlotShape::Scalar), value: Some(value), ..Self::default() }
    }
}
