//! What does an intent ask for? A slot: its type, how it is asked for, what may be logged of it, and how sensitive it is.
//!
//! Lex knows obfuscation alone. The level (high, medium, low) is ours: it is stored with the slot, and where nobody set it there
//! is a default by the slot's type and name.

use super::message::{MessageGroup, ResponseSpecification};
use super::name::{Id, Name};
use super::prompt::PromptSpecification;
use super::shape::{List, Table, choices, shapes};
use super::step::{Conditional, DialogState, ElicitationHook, Invocation};
use super::tree::Tree;
use crate::Words;
use crate::bot::intent::Utterance;

/// A slot.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: Name,
    /// When it was made, in seconds since 1970.
    pub created: u64,
    /// When it was changed.
    pub updated: u64,
    /// The level that somebody set.
    pub classification: Option<Classification>,
    /// Everything else.
    pub settings: SlotSettings,
}

choices! {
    /// Whether it must be filled.
    pub enum Constraint {
        /// It must.
        #[default]
        Required = "Required",
        /// It need not.
        Optional = "Optional",
    }

    /// What logs show of its value.
    pub enum ObfuscationKind {
        /// The value.
        None = "None",
        /// Its name in braces.
        #[default]
        DefaultObfuscation = "DefaultObfuscation",
    }

    /// How values are found when nothing resolves.
    pub enum SlotResolution {
        /// As ever.
        #[default]
        Default = "Default",
        /// With a language model, which there is none of here.
        EnhancedFallback = "EnhancedFallback",
    }

    /// How sensitive a value is.
    pub enum Classification {
        /// Names, account numbers, phone numbers.
        High = "high",
        /// Addresses, by post or mail.
        Medium = "medium",
        /// Everything else.
        #[default]
        Low = "low",
    }
}

shapes! {
    /// What logs show.
    pub struct Obfuscation {
        /// What they show.
        kind: ObfuscationKind = "obfuscationSettingType",
    }

    /// A value that is taken where the user gives none.
    pub struct DefaultValue {
        /// The value, or a reference to an attribute or a context.
        value: Words = "defaultValue",
    }

    /// Values that are taken where the user gives none.
    pub struct DefaultValues {
        /// The first that is there is taken.
        values: List<DefaultValue> = "defaultValueList",
    }

    /// What is said while the user looks for something.
    pub struct StillWaiting {
        /// What is said.
        groups: List<MessageGroup> = "messageGroups" | "messageGroupsList",
        /// Every so many seconds.
        frequency_seconds: Option<u32> = "frequencyInSeconds",
        /// For so long.
        timeout_seconds: Option<u32> = "timeoutInSeconds",
        /// Whether the user may speak meanwhile.
        allow_interrupt: Option<bool> = "allowInterrupt",
    }

    /// What happens when the user asks to wait.
    pub struct WaitAndContinue {
        /// Said when it begins.
        waiting: Option<ResponseSpecification> = "waitingResponse",
        /// Said when it ends.
        continued: Option<ResponseSpecification> = "continueResponse",
        /// Said meanwhile.
        still_waiting: Option<StillWaiting> = "stillWaitingResponse",
        /// Whether the user may.
        active: Option<bool> = "active" | "isActive",
    }

    /// What happens when a value came, or none did.
    pub struct SlotCapture {
        /// Said when it came.
        capture_response: Option<ResponseSpecification> = "captureResponse",
        /// Then.
        capture_next: Option<DialogState> = "captureNextStep",
        /// Then, by conditions.
        capture_conditional: Option<Conditional> = "captureConditional",
        /// Said when none came.
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

    /// How values are found when nothing resolves.
    pub struct SlotResolutionSetting {
        /// How.
        strategy: SlotResolution = "slotResolutionStrategy",
    }

    /// How a value is asked for.
    pub struct Elicitation {
        /// Whether it must be filled.
        constraint: Constraint = "slotConstraint",
        /// The question.
        prompt: Option<PromptSpecification> = "promptSpecification",
        /// Values that are taken where the user gives none.
        defaults: Option<DefaultValues> = "defaultValueSpecification",
        /// Samples of answers.
        utterances: List<Utterance> = "sampleUtterances",
        /// What happens when the user asks to wait.
        wait: Option<WaitAndContinue> = "waitAndContinueSpecification",
        /// What happens when a value came, or none did.
        capture: Option<SlotCapture> = "slotCaptureSetting",
        /// How values are found when nothing resolves.
        resolution: Option<SlotResolutionSetting> = "slotResolutionSetting",
    }

    /// Whether it takes several values.
    pub struct MultipleValues {
        /// Whether it does.
        allowed: bool = "allowMultipleValues",
    }

    /// A part of a composite slot.
    pub struct SubSlotSpecification {
        /// Its type.
        slot_type: Words = "slotTypeId" | "slotTypeName",
        /// How it is asked for.
        elicitation: Option<Elicitation> = "valueElicitationSetting",
    }

    /// The parts of a composite slot.
    pub struct SubSlots {
        /// Which of them must be filled: names, `AND`, `OR`, parentheses.
        expression: Option<Words> = "expression",
        /// By name.
        specifications: Table<SubSlotSpecification> = "slotSpecifications",
    }

    /// Everything of a slot but its name and id.
    pub struct SlotSettings {
        /// What its author says of it.
        description: Option<Words> = "description",
        /// The name of its type: `AMAZON.` and a built-in one, or one of the locale.
        slot_type: Option<Words> = "slotTypeId" | "slotTypeName",
        /// What logs show. Nothing here means that the value is obfuscated.
        obfuscation: Option<Obfuscation> = "obfuscationSetting",
        /// How it is asked for.
        elicitation: Elicitation = "valueElicitationSetting",
        /// Whether it takes several values.
        multiple: Option<MultipleValues> = "multipleValuesSetting",
        /// Its parts, where its type is composite.
        sub_slots: Option<SubSlots> = "subSlotSetting",
        /// Kept and not used.
        observation: Option<Tree> = "slotObservationSetting",
    }
}

impl Slot {
    /// Whether logs must not show its value. Nothing said means that they must not: the documentation says "all slots are
    /// obfuscated by default", and a wrong guess here would be a leak.
    pub fn is_obfuscated(&self) -> bool {
        self.settings
            .obfuscation
            .as_ref()
            .is_none_or(|setting| setting.kind == ObfuscationKind::DefaultObfuscation)
    }

    /// Whether it must be filled.
    pub fn is_required(&self) -> bool {
        self.settings.elicitation.constraint == Constraint::Required
    }

    /// Whether it takes several values.
    pub fn is_list(&self) -> bool {
        self.settings.multiple.as_ref().is_some_and(|setting| setting.allowed)
    }

    /// The name of its type, where it has one.
    pub(crate) fn type_name(&self) -> Option<&str> {
        self.settings.slot_type.as_ref().map(Words::read)
    }

    /// How sensitive its value is: as somebody set, otherwise by type and name.
    pub fn classification(&self) -> Classification {
        self.classification
            .unwrap_or_else(|| proposed(self.type_name().unwrap_or_default(), self.name.as_str()))
    }
}

impl Slot {
    /// Whether it asks for a card security code or a PIN, by its name, its type's, or that of a part: of these no log keeps an
    /// original, whoever may unmask (PCI DSS 4.0.1, 3.3.1).
    pub fn is_card_code(&self) -> bool {
        let parts = self.settings.sub_slots.iter().flat_map(|parts| parts.specifications.iter());
        let parts = parts.flat_map(|(name, part)| [name.read(), part.slot_type.read()]);
        [self.name.as_str(), self.type_name().unwrap_or_default()]
            .into_iter()
            .chain(parts)
            .any(says_card_code)
    }
}

/// Parts of names of card security codes and PINs.
const CARD_CODES: [&str; 10] = [
    "cvv",
    "cvc",
    "cvn",
    "securitycode",
    "cardverification",
    "cardcode",
    "pincode",
    "pinnumber",
    "pinblock",
    "personalidentificationnumber",
];
/// The same as words of their own.
const CARD_CODE_WORDS: [&str; 4] = ["pin", "csc", "cid", "cav"];

/// Whether a name speaks of a card security code or a PIN.
pub(crate) fn says_card_code(name: &str) -> bool {
    let words = words_of(name);
    let joined = words.concat();
    let bare = |word: &String| word.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    CARD_CODES.iter().any(|part| joined.contains(part))
        || words.iter().any(|word| CARD_CODE_WORDS.contains(&bare(word).as_str()))
}

/// Built-in types with the level of what they hold.
const BY_TYPE: [(&str, Classification); 7] = [
    ("AMAZON.FirstName", Classification::High),
    ("AMAZON.LastName", Classification::High),
    ("AMAZON.Person", Classification::High),
    ("AMAZON.PhoneNumber", Classification::High),
    ("AMAZON.EmailAddress", Classification::Medium),
    ("AMAZON.StreetName", Classification::Medium),
    ("AMAZON.UKPostalCode", Classification::Medium),
];

/// Parts of names with the level of what such slots hold; the first that occurs counts.
const BY_NAME: [(&str, Classification); 21] = [
    ("card", Classification::High),
    ("account", Classification::High),
    ("phone", Classification::High),
    ("mobile", Classification::High),
    ("ssn", Classification::High),
    ("social", Classification::High),
    ("passport", Classification::High),
    ("license", Classification::High),
    ("iban", Classification::High),
    ("cvv", Classification::High),
    ("pin", Classification::High),
    ("password", Classification::High),
    ("birth", Classification::High),
    ("firstname", Classification::High),
    ("lastname", Classification::High),
    ("fullname", Classification::High),
    ("email", Classification::Medium),
    ("address", Classification::Medium),
    ("street", Classification::Medium),
    ("zip", Classification::Medium),
    ("postal", Classification::Medium),
];

/// Parts of names that only count as words of their own: `pin`, but not `shipping`.
const WHOLE: [&str; 4] = ["pin", "ssn", "card", "zip"];

/// The level that type and name speak for.
pub fn proposed(slot_type: &str, name: &str) -> Classification {
    let by_type = BY_TYPE.iter().find(|(known, _)| *known == slot_type).map(|(_, level)| *level);
    by_type.or_else(|| by_name(name)).unwrap_or(Classification::Low)
}

fn by_name(name: &str) -> Option<Classification> {
    let words = words_of(name);
    let joined = words.concat();
    let is_name = words.iter().any(|word| word == "name") && words.len() <= 2;
    let occurs = |part: &str| match WHOLE.contains(&part) {
        true => words.iter().any(|word| word == part),
        false => joined.contains(part),
    };
    let found = BY_NAME.iter().find(|(part, _)| occurs(part)).map(|(_, level)| *level);
    found.or(is_name.then_some(Classification::High))
}

/// The words of `CardNumber`, `card_number`, `cardNumber`, in lower case.
fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower_before = false;
    for c in name.chars() {
        let starts = !c.is_ascii_alphanumeric() || (c.is_ascii_uppercase() && lower_before);
        if starts {
            words.push(String::new());
        }
        lower_before = c.is_ascii_lowercase() || c.is_ascii_digit();
        if let Some(word) = words.last_mut().filter(|_| c.is_ascii_alphanumeric()) {
            word.push(c.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_follow_type_and_name() {
        use Classification::{High, Low, Medium};
        for (slot_type, name, wanted) in [
            ("AMAZON.FirstName", "x", High),
            ("AMAZON.EmailAddress", "x", Medium),
            ("AMAZON.Number", "CardNumber", High),
            ("AMAZON.Number", "account_number", High),
            ("AMAZON.Number", "PIN", High),
            ("Service", "shippingMethod", Low),
            ("Service", "discardReason", Low),
            ("AMAZON.FreeFormInput", "HomeAddress", Medium),
            ("AMAZON.AlphaNumeric", "zip-code", Medium),
            ("AMAZON.FreeFormInput", "CustomerName", High),
            ("Town", "DepartureCity", Low),
            ("", "", Low),
        ] {
            assert_eq!(proposed(slot_type, name), wanted, "{slot_type} {name}");
        }
    }

    #[test]
    fn names_speak_of_codes_of_cards() {
        for name in [
            "Cvv",
            "CVV2",
            "cardCvc",
            "CVVNumber",
            "CSC",
            "SecurityCode",
            "card_security_code",
            "PIN",
            "userPin",
            "PinCode",
            "pin2",
        ] {
            assert!(says_card_code(name), "{name}");
        }
        for name in
            ["CardNumber", "shippingMethod", "Opinion", "Code", "ZipCode", "Cider", "", "AMAZON.Number"]
        {
            assert!(!says_card_code(name), "{name}");
        }
    }
}
