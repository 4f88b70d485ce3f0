//! How does a bot ask? A prompt: what is said, how often it is repeated, and what each attempt takes as an answer (the API's
//! `PromptSpecification`).

use super::message::MessageGroup;
use super::shape::{List, Table, choices, shapes};
use crate::Words;

choices! {
    /// Which message of a group comes next.
    pub enum MessageSelection {
        /// Any.
        #[default]
        Random = "Random",
        /// One after another.
        Ordered = "Ordered",
    }

    /// Which attempt.
    pub enum Attempt {
        /// The first.
        #[default]
        Initial = "Initial",
        /// The first repetition.
        Retry1 = "Retry1",
        /// The second.
        Retry2 = "Retry2",
        /// The third.
        Retry3 = "Retry3",
        /// The fourth.
        Retry4 = "Retry4",
        /// The fifth.
        Retry5 = "Retry5",
    }
}

shapes! {
    /// What an attempt takes.
    pub struct AllowedInputs {
        /// Speech.
        audio: Option<bool> = "allowAudioInput",
        /// Keys of a phone.
        dtmf: Option<bool> = "allowDTMFInput",
    }

    /// Bounds of speech.
    pub struct AudioSpecification {
        /// Longest speech.
        length_ms_max: Option<u32> = "maxLengthMs",
        /// Silence that ends it.
        end_timeout_ms: Option<u32> = "endTimeoutMs",
    }

    /// Bounds of keys.
    pub struct DtmfSpecification {
        /// Most keys.
        length_max: Option<u32> = "maxLength",
        /// Silence that ends them.
        end_timeout_ms: Option<u32> = "endTimeoutMs",
        /// The key that begins anew.
        deletion_character: Option<Words> = "deletionCharacter",
        /// The key that ends.
        end_character: Option<Words> = "endCharacter",
    }

    /// Speech and keys.
    pub struct AudioAndDtmf {
        /// How long the bot waits.
        start_timeout_ms: Option<u32> = "startTimeoutMs",
        /// Speech.
        audio: Option<AudioSpecification> = "audioSpecification",
        /// Keys.
        dtmf: Option<DtmfSpecification> = "dtmfSpecification",
    }

    /// Text.
    pub struct TextInput {
        /// How long the bot waits.
        start_timeout_ms: Option<u32> = "startTimeoutMs",
    }

    /// What holds for one attempt.
    pub struct AttemptSettings {
        /// Whether the user may speak meanwhile.
        allow_interrupt: Option<bool> = "allowInterrupt",
        /// What it takes.
        inputs: Option<AllowedInputs> = "allowedInputTypes",
        /// Speech and keys.
        audio_and_dtmf: Option<AudioAndDtmf> = "audioAndDTMFInputSpecification",
        /// Text.
        text: Option<TextInput> = "textInputSpecification",
    }

    /// A question.
    pub struct PromptSpecification {
        /// One message of each is said, in order.
        groups: List<MessageGroup> = "messageGroups" | "messageGroupsList",
        /// How often it is asked again; 0 to 5.
        retries_max: Option<u32> = "maxRetries",
        /// Whether the user may speak meanwhile.
        allow_interrupt: Option<bool> = "allowInterrupt",
        /// Which message of a group comes next.
        selection: Option<MessageSelection> = "messageSelectionStrategy",
        /// By the name of the attempt.
        attempts: Table<AttemptSettings> = "promptAttemptsSpecification",
    }
}

impl PromptSpecification {
    /// A question of one plain text.
    pub fn of_plain(text: impl Into<Words>, retries_max: u32) -> Self {
        let message = super::Message::of_plain(text);
        let group = MessageGroup { message, ..MessageGroup::default() };
        Self { groups: vec![group].into(), retries_max: Some(retries_max), ..Self::default() }
    }

    /// What holds for an attempt, where its author said so.
    pub fn attempt(&self, attempt: Attempt) -> Option<&AttemptSettings> {
        self.attempts.find(attempt.as_str())
    }
}
