//! Which values may a slot have? A slot type: values with synonyms, a pattern, a grammar, or parts (Lex V2 Developer Guide,
//! "Custom slot type", "Composite slot type"; the API's `DescribeSlotType`).

use super::message::Value;
use super::name::{Id, Name};
use super::shape::{List, choices, shapes};
use super::tree::Tree;
use crate::Words;

/// A slot type of a locale.
#[derive(Clone, Debug, PartialEq)]
pub struct SlotType {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: Name,
    /// When it was made, in seconds since 1970.
    pub created: u64,
    /// When it was changed.
    pub updated: u64,
    /// Everything else.
    pub settings: SlotTypeSettings,
}

choices! {
    /// Which value a slot takes.
    pub enum ValueStrategy {
        /// What the user said, where it is like a value.
        #[default]
        OriginalValue = "OriginalValue" | "ORIGINAL_VALUE",
        /// The value that is meant; what the user said must be a value or a synonym.
        TopResolution = "TopResolution" | "TOP_RESOLUTION",
        /// Both together.
        Concatenation = "Concatenation" | "CONCATENATION",
    }
}

shapes! {
    /// A value with other ways to say it.
    pub struct SlotTypeValue {
        /// The value.
        value: Value = "sampleValue",
        /// Other ways to say it.
        synonyms: List<Value> = "synonyms",
    }

    /// A pattern.
    pub struct RegexFilter {
        /// The pattern.
        pattern: Words = "pattern",
    }

    /// How a value is chosen.
    pub struct ValueSelection {
        /// Which value a slot takes.
        strategy: ValueStrategy = "resolutionStrategy",
        /// What values must look like.
        regex: Option<RegexFilter> = "regexFilter",
        /// Help for speech, kept and not used.
        advanced: Option<Tree> = "advancedRecognitionSetting",
    }

    /// Where a grammar is.
    pub struct GrammarSource {
        /// The bucket.
        bucket: Option<Words> = "s3BucketName",
        /// The object.
        key: Option<Words> = "s3ObjectKey",
        /// The key that it rests under.
        kms_key: Option<Words> = "kmsKeyArn",
    }

    /// A grammar.
    pub struct GrammarSetting {
        /// Where it is.
        source: Option<GrammarSource> = "source",
    }

    /// Values that come from elsewhere.
    pub struct ExternalSource {
        /// A grammar.
        grammar: Option<GrammarSetting> = "grammarSlotTypeSetting",
    }

    /// A part of a composite type.
    pub struct SubSlotType {
        /// Its name.
        name: Words = "name",
        /// Its type, by name.
        slot_type: Words = "slotTypeId" | "slotTypeName",
    }

    /// The parts of a composite type.
    pub struct CompositeSetting {
        /// The parts.
        parts: List<SubSlotType> = "subSlots",
    }

    /// Everything of a slot type but its name and id.
    pub struct SlotTypeSettings {
        /// What its author says of it.
        description: Option<Words> = "description",
        /// Its values.
        values: List<SlotTypeValue> = "slotTypeValues",
        /// How one is chosen.
        selection: Option<ValueSelection> = "valueSelectionSetting",
        /// The built-in type that it extends.
        parent: Option<Words> = "parentSlotTypeSignature",
        /// Values that come from elsewhere.
        external: Option<ExternalSource> = "externalSourceSetting",
        /// Its parts.
        composite: Option<CompositeSetting> = "compositeSlotTypeSetting",
    }
}

impl SlotType {
    /// Which value a slot of it takes.
    pub fn strategy(&self) -> ValueStrategy {
        self.settings.selection.as_ref().map(|selection| selection.strategy).unwrap_or_default()
    }

    /// Its values, each with the other ways to say it.
    pub fn values(&self) -> impl Iterator<Item = (&Words, impl Iterator<Item = &Words>)> {
        self.settings
            .values
            .iter()
            .map(|one| (&one.value.value, one.synonyms.iter().map(|other| &other.value)))
    }

    /// What values must look like.
    pub fn pattern(&self) -> Option<&Words> {
        self.settings.selection.as_ref()?.regex.as_ref().map(|filter| &filter.pattern)
    }

    /// Its parts; none where it is not composite.
    pub fn parts(&self) -> &[SubSlotType] {
        self.settings.composite.as_ref().map(|setting| &*setting.parts).unwrap_or_default()
    }

    /// How many values and synonyms it has, as the quota counts them.
    pub fn value_count(&self) -> usize {
        self.settings.values.iter().map(|one| 1 + one.synonyms.len()).sum()
    }
}
