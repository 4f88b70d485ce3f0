//! What did the author of a bot build? Lex V2's build-time model as values: locales, intents, slots, slot types, and the language
//! of prompts, next steps and conditions between them.
//!
//! Each structure says once how its members are called, and in both tongues: that of the API and that of exports (`shape`).
//! What this release does not know stays in `rest` and goes out again as it came. All that authors write is [`crate::Words`];
//! names and ids are checked.

mod alias;
mod intent;
mod locale;
mod message;
mod name;
mod prompt;
mod settings;
pub(crate) mod shape;
mod slot;
mod slot_type;
mod step;
mod tree;

pub use alias::{
    AliasSettings, CloudWatchDestination, CodeHook, ConversationLogs, LOG_PREFIX_CHARS_MAX, LambdaHook,
    LocaleAccess, LogMode, TextDestination, TextLog,
};
pub use intent::{
    Closing, Confirmation, DialogHook, FALLBACK, FulfillmentHook, FulfillmentStart, FulfillmentUpdate,
    FulfillmentUpdates, InitialResponse, InputContext, Intent, IntentSettings, OutputContext,
    PostFulfillment, SlotPriority, Utterance,
};
pub use locale::{Locale, LocaleSettings, THRESHOLD, VoiceSettings};
pub use message::{Button, Card, Content, Message, MessageGroup, ResponseSpecification, Value};
pub use name::{BotVersion, Id, LocaleId, Name, NameError, TEST_ALIAS};
pub use prompt::{
    AllowedInputs, Attempt, AttemptSettings, AudioAndDtmf, AudioSpecification, DtmfSpecification,
    MessageSelection, PromptSpecification, TextInput,
};
pub use settings::{BotSettings, DataPrivacy, TTL_SECONDS};
pub use shape::{Dialect, List, PROBLEMS_MAX, Problem, Reader, Shape, Table};
pub(crate) use slot::says_card_code;
pub use slot::{
    Classification, Constraint, DefaultValue, DefaultValues, Elicitation, MultipleValues, Obfuscation,
    ObfuscationKind, Slot, SlotCapture, SlotResolution, SlotResolutionSetting, SlotSettings, StillWaiting,
    SubSlotSpecification, SubSlots, WaitAndContinue, proposed,
};
pub use slot_type::{
    CompositeSetting, ExternalSource, GrammarSetting, GrammarSource, RegexFilter, SlotType, SlotTypeSettings,
    SlotTypeValue, SubSlotType, ValueSelection, ValueStrategy,
};
pub use step::{
    ActionKind, Branch, Condition, Conditional, DefaultBranch, DialogAction, DialogState, ElicitationHook,
    IntentOverride, InterpretedValue, Invocation, PostInvocation, SlotOverride, SlotShape,
};
pub use tree::{DEPTH_MAX, NODES_MAX, Tree, TreeError};
