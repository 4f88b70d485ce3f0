//! What stands in an account and Region? Groups with their filters and policies, streams, policies of the account, saved
//! queries.
//!
//! Values only. Names, ARNs and policy documents are public; what people write freely stands here as stored text that was
//! looked at (patterns, descriptions, queries) or as ciphertext (values of tags), never as it came.

use crate::{Millis, StreamName, Uid};
use sotto_arn::LogGroupName;

use sotto_public::{Opaque, Public, RestingText, Storable};
use std::collections::BTreeMap;

/// What a group is for (CloudWatch Logs user guide, "Log classes").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Storable)]
pub enum Class {
    /// Everything works.
    #[default]
    Standard,
    /// Kept and queried with a part of the commands; no filters, no live tail.
    InfrequentAccess,
    /// Delivered only.
    Delivery,
}

impl Class {
    /// As the API writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "STANDARD",
            Self::InfrequentAccess => "INFREQUENT_ACCESS",
            Self::Delivery => "DELIVERY",
        }
    }

    /// As the API writes it, read.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Standard, Self::InfrequentAccess, Self::Delivery]
            .into_iter()
            .find(|class| class.as_str() == text)
    }
}

/// A data protection policy's document as it was put.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Document {
    /// The text, unchanged.
    pub text: Public<String>,
    /// When it was put.
    pub updated: Millis,
}

/// Settings of a group that AWS does not have; all off on its path.
#[derive(Clone, Debug, PartialEq, Eq, Default, Storable)]
pub struct GroupSettings {
    /// Originals of card security codes and track data are sealed like others: for issuers (PCI DSS 4.0.1, 3.3.3).
    pub issuer: bool,
    /// Who unmasks needs the right to decrypt with the group's key as well.
    pub unmask_needs_decrypt: bool,
    /// Style of replacement by identifier: `asterisks`, `label`, `last-four`, `token`.
    pub styles: BTreeMap<Public<String>, Public<String>>,
    /// Paths of fields that are left alone.
    pub fields_left_out: Vec<RestingText>,
    /// Paths of fields that alone are looked at; none for all.
    pub fields_only: Vec<RestingText>,
    /// Style for identifiers that have none of their own; none is asterisks.
    pub style: Option<Public<String>>,
    /// Which key makes its tokens, by its number among those that the group has had; none where it has had none but the first.
    pub tokens: Option<u64>,
    /// Whether somebody who may put policies for the account said which fields are looked at: else a policy of the account looks
    /// at all of them.
    pub over_account: Option<bool>,
    /// Tells apart the account's policy to which that was said: to another one it is not.
    pub over_policy: Option<u64>,
}

/// A log group.
#[derive(Clone, Debug, Storable)]
pub struct Group {
    /// For ever its own.
    pub uid: Uid,
    /// The name.
    pub name: LogGroupName,
    /// When it was made.
    pub created: Millis,
    /// What it is for.
    pub class: Class,
    /// After how many days events go; none for never.
    pub retention_days: Option<u32>,
    /// ARN of the key of its data.
    pub kms_key: Option<Public<String>>,
    /// Sealed values of tags by key.
    pub tags: BTreeMap<Public<String>, Opaque>,
    /// Its own data protection policy.
    pub protection: Option<Document>,
    /// Metric filters by name.
    pub metric_filters: BTreeMap<Public<String>, MetricFilter>,
    /// Subscription filters by name.
    pub subscription_filters: BTreeMap<Public<String>, SubscriptionFilter>,
    /// Deletion is refused.
    pub deletion_protected: bool,
    /// Our own settings.
    pub settings: GroupSettings,
}

/// A log stream.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Stream {
    /// For ever its own.
    pub uid: Uid,
    /// The group it is in.
    pub group: Uid,
    /// The name.
    pub name: StreamName,
    /// When it was made.
    pub created: Millis,
}

/// A metric filter: what is counted, and as what.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct MetricFilter {
    /// The name.
    pub name: Public<String>,
    /// The pattern.
    pub pattern: RestingText,
    /// Where the values go: exactly one.
    pub transformations: Vec<MetricTransformation>,
    /// When it was made.
    pub created: Millis,
    /// Whether transformed logs are what it looks at.
    pub on_transformed: bool,
    /// System fields that become dimensions.
    pub system_fields: Vec<RestingText>,
    /// Which groups an account-wide pattern means.
    pub selection: Option<RestingText>,
}

/// Where the values of a metric filter go.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct MetricTransformation {
    /// The metric.
    pub name: Public<String>,
    /// Its namespace.
    pub namespace: Public<String>,
    /// A number, `$field` or `$.field`.
    pub value: RestingText,
    /// What is counted when events came and none matched: the number as it was written.
    pub default_value: Option<Public<String>>,
    /// Names of dimensions and the fields that fill them.
    pub dimensions: Vec<Dimension>,
    /// The unit.
    pub unit: Option<Public<String>>,
}

/// A dimension that a metric filter fills from the events.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Dimension {
    /// Its name.
    pub name: RestingText,
    /// `$field` or `$.field`.
    pub value: RestingText,
}

/// How the events of several streams are spread over a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Storable)]
pub enum Distribution {
    /// A stream's events stay together.
    #[default]
    ByLogStream,
    /// As they come.
    Random,
}

/// A subscription filter: what is sent on, and where to.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct SubscriptionFilter {
    /// The name.
    pub name: Public<String>,
    /// The pattern.
    pub pattern: RestingText,
    /// ARN or address of the destination.
    pub destination: Public<String>,
    /// The role that delivers.
    pub role: Option<Public<String>>,
    /// How streams are spread.
    pub distribution: Distribution,
    /// When it was made.
    pub created: Millis,
    /// Whether transformed logs are what it looks at.
    pub on_transformed: bool,
}

/// What an account policy is about (CloudWatch Logs API Reference, "PutAccountPolicy").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Storable)]
pub enum AccountPolicyType {
    /// Data protection for all groups.
    DataProtection,
    /// A subscription filter for all groups.
    SubscriptionFilter,
    /// Fields that are indexed.
    FieldIndex,
    /// How events are transformed.
    Transformer,
    /// Whether embedded metrics are read.
    MetricExtraction,
}

/// Types and the words of the API.
const POLICY_TYPES: [(AccountPolicyType, &str); 5] = [
    (AccountPolicyType::DataProtection, "DATA_PROTECTION_POLICY"),
    (AccountPolicyType::SubscriptionFilter, "SUBSCRIPTION_FILTER_POLICY"),
    (AccountPolicyType::FieldIndex, "FIELD_INDEX_POLICY"),
    (AccountPolicyType::Transformer, "TRANSFORMER_POLICY"),
    (AccountPolicyType::MetricExtraction, "METRIC_EXTRACTION_POLICY"),
];

impl AccountPolicyType {
    /// As the API writes it.
    pub fn as_str(self) -> &'static str {
        POLICY_TYPES.iter().find(|(kind, _)| *kind == self).map_or("", |(_, word)| *word)
    }

    /// As the API writes it, read.
    pub fn parse(text: &str) -> Option<Self> {
        POLICY_TYPES.iter().find(|(_, word)| *word == text).map(|(kind, _)| *kind)
    }
}

/// A policy of an account for its groups.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct AccountPolicy {
    /// The name.
    pub name: Public<String>,
    /// What it is about.
    pub kind: AccountPolicyType,
    /// The document. Of a subscription filter this is what was looked at and held nothing.
    pub document: Public<String>,
    /// Which groups are meant; none for all.
    pub selection: Option<RestingText>,
    /// When it was put.
    pub updated: Millis,
}

/// A policy that lets others write into groups.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct ResourcePolicy {
    /// The name.
    pub name: Public<String>,
    /// The document.
    pub document: Public<String>,
    /// When it was put.
    pub updated: Millis,
    /// The resource it hangs on; none for the account.
    pub resource: Option<Public<String>>,
    /// Its revision.
    pub revision: u64,
}

/// A saved query.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Definition {
    /// Its id.
    pub id: Public<String>,
    /// The name.
    pub name: RestingText,
    /// The query.
    pub query: RestingText,
    /// `CWLI`, `PPL` or `SQL`.
    pub language: Public<String>,
    /// Names of groups.
    pub groups: Vec<Public<String>>,
    /// When it was put.
    pub updated: Millis,
}
