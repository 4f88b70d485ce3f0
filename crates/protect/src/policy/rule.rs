//! The rules that a policy document has to keep: a name, a severity and a sentence for each.
//!
//! The names are part of the interface (JSON and SARIF output, suppressions) and do not change.

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The policy works, but probably not as meant.
    Warning,
    /// The policy is refused.
    Error,
}

impl Severity {
    /// The word for it, which is also its SARIF level.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $rule:ident, $id:literal, $severity:ident;)+) => {
        /// A rule of policy documents.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $($(#[doc = $doc])+ $rule,)+
        }

        impl Rule {
            /// All rules, in the order of the document.
            pub const ALL: &'static [Self] = &[$(Self::$rule,)+];

            /// The stable name, in kebab case.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$rule => $id,)+ }
            }

            /// Whether breaking it refuses the policy.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$rule => Severity::$severity,)+ }
            }

            /// The rule as a sentence.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$rule => concat!($($doc),+).trim_ascii(),)+ }
            }
        }
    };
}

rules! {
    /// The document is UTF-8.
    Encoding, "encoding", Error;
    /// The document is JSON (RFC 8259).
    JsonSyntax, "json-syntax", Error;
    /// The document has at most 30,720 characters.
    DocumentLength, "document-length", Error;
    /// A value has the type that its key asks for.
    ValueType, "value-type", Error;
    /// Only the keys of log data protection are used.
    UnknownKey, "unknown-key", Error;
    /// No key stands twice in an object, whatever its case.
    DuplicateKey, "duplicate-key", Error;
    /// Required keys are there.
    MissingKey, "missing-key", Error;
    /// Keys are written in the documented case, or the console does not show the policy.
    KeyCase, "key-case", Warning;
    /// `Version` is `2021-06-01`.
    Version, "version", Error;
    /// `Name` has only letters, digits, `-` and `_`, because it becomes the dimension of a metric.
    Name, "name", Error;
    /// `Name` is no longer than a metric's dimension value can be.
    NameLength, "name-length", Warning;
    /// `Statement` holds exactly one Audit and one Deidentify statement.
    Statements, "statements", Error;
    /// Each statement's `Operation` is exactly one of Audit and Deidentify.
    Operation, "operation", Error;
    /// `MaskConfig` is `{}`.
    MaskConfig, "mask-config", Error;
    /// The audit log group has a valid name.
    LogGroupName, "log-group-name", Error;
    /// The audit log group starts with `/aws/vendedlogs/`, so that no resource policy has to grow.
    LogGroupPrefix, "log-group-prefix", Warning;
    /// The audit log group is not the group that the policy protects.
    AuditIntoItself, "audit-into-itself", Warning;
    /// The audit bucket has a valid name.
    BucketName, "bucket-name", Error;
    /// The audit delivery stream has a valid name.
    DeliveryStreamName, "delivery-stream-name", Error;
    /// The audit address is an HTTP endpoint, a file's name or a syslog receiver.
    FindingsAddress, "findings-address", Error;
    /// An address for findings is an extension: CloudWatch Logs itself refuses it.
    OwnDestination, "own-destination", Warning;
    /// `DataIdentifier` names at least one identifier.
    NoIdentifiers, "no-identifiers", Error;
    /// A managed data identifier is written as a well-formed ARN.
    IdentifierArn, "identifier-arn", Error;
    /// A managed data identifier of that name exists.
    UnknownIdentifier, "unknown-identifier", Error;
    /// A bare name is that of a custom data identifier defined in `Configuration`.
    UnknownCustomIdentifier, "unknown-custom-identifier", Error;
    /// All identifier ARNs are of one partition.
    MixedPartitions, "mixed-partitions", Error;
    /// No identifier is listed twice.
    DuplicateIdentifier, "duplicate-identifier", Warning;
    /// Both statements name the same identifiers.
    IdentifiersDiffer, "identifiers-differ", Error;
    /// At most 10 custom data identifiers are defined.
    CustomCount, "custom-identifier-count", Error;
    /// A custom name has 1 to 128 of letters, digits, `_` and `-`.
    CustomName, "custom-identifier-name", Error;
    /// A custom name is its own: not that of a managed or another custom data identifier.
    CustomNameTaken, "custom-identifier-name-taken", Error;
    /// A custom data identifier that is defined is also used.
    CustomUnused, "custom-identifier-unused", Warning;
    /// A custom regular expression has 1 to 200 characters.
    RegexLength, "regex-length", Error;
    /// A custom regular expression has only the characters that its dialect allows.
    RegexCharacter, "regex-character", Error;
    /// A custom regular expression can be read.
    RegexSyntax, "regex-syntax", Error;
    /// A custom regular expression stays small when its repeats are written out.
    RegexSize, "regex-size", Error;
    /// A custom regular expression asks for at least one character.
    RegexEmptyMatch, "regex-empty-match", Warning;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_kebab_case_and_titles_are_sentences() {
        let mut ids: Vec<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
        assert!(ids.iter().all(|id| id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), Rule::ALL.len());
        assert!(Rule::ALL.iter().all(|rule| rule.title().ends_with('.') && !rule.title().starts_with(' ')));
    }
}
