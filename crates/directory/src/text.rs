//! What text may stand in the directory? Public text only: checked names, ARNs, policy documents, our own ids.
//!
//! [`Text`] comes from the codec's public members, from literals, or from this crate, which composes ids and ARNs and reads
//! back what storage keeps. Values that callers chose freely (tag values, descriptions, mail addresses) are sealed and are
//! not text here.

use sotto_public::{LogSafe, Public, Storable};
use std::fmt;

/// Public text in the directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Storable, LogSafe)]
pub struct Text(Public<String>);

impl Text {
    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// The text as a public value.
    pub fn public(&self) -> Public<String> {
        self.0.clone()
    }

    /// The text in lower case: IAM does not tell names apart by case (IAM user guide, "IAM and AWS STS quotas").
    pub fn folded(&self) -> String {
        self.as_str().to_lowercase()
    }

    /// The text in percent encoding (RFC 3986, section 2.1), as IAM answers policy documents.
    pub fn percent_encoded(&self) -> Public<String> {
        let mut encoded = String::with_capacity(self.as_str().len() * 2);
        for byte in self.as_str().bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                    encoded.push(char::from(byte))
                }
                _ => encoded.push_str(&format!("%{byte:02X}")),
            }
        }
        Self::own(encoded).0
    }

    /// The trust policy that lets a principal assume a role, as CreateAccount writes it.
    pub fn trusting(principal: &Self) -> Self {
        Self::own(format!(
            "{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Allow\",\"Principal\":{{\"AWS\":\"{principal}\"}},\
             \"Action\":\"sts:AssumeRole\"}}]}}"
        ))
    }

    /// Numbers as 32 hexadecimal digits each: tokens of pages.
    pub fn hexadecimal(numbers: [u128; 2]) -> Self {
        Self::own(numbers.iter().map(|number| format!("{number:032x}")).collect())
    }

    /// The condition key of an issuer's claim: `HOST/PATH:sub`.
    #[must_use]
    pub fn claim(&self, name: &'static str) -> Self {
        Self::own(format!("{self}:{name}"))
    }

    /// A number that sorts as numbers do.
    pub fn ordinal(number: usize) -> Self {
        Self::own(format!("{number:020}"))
    }

    /// A URL without `https://`, as ARNs have it.
    #[must_use]
    pub fn without_scheme(&self) -> Self {
        Self::own(self.as_str().trim_start_matches("https://").to_owned())
    }

    /// What stands before the first dot: the service in the name of its host.
    #[must_use]
    pub fn first_label(&self) -> Self {
        Self::own(self.as_str().split('.').next().unwrap_or_default().to_owned())
    }

    /// What stands behind the last slash: the name in an ARN with a path.
    #[must_use]
    pub fn last_segment(&self) -> Self {
        Self::own(self.as_str().rsplit('/').next().unwrap_or_default().to_owned())
    }

    /// Text that this crate composes from checked parts, or that storage kept.
    #[expect(
        clippy::disallowed_methods,
        reason = "ids, ARNs and stored records are made of public parts only"
    )]
    pub(crate) fn own(text: String) -> Self {
        Self(Public::from_pinned_text(text))
    }
}

impl From<Public<String>> for Text {
    fn from(text: Public<String>) -> Self {
        Self(text)
    }
}

impl From<&'static str> for Text {
    fn from(text: &'static str) -> Self {
        Self::own(text.to_owned())
    }
}

impl From<&sotto_arn::AccountId> for Text {
    fn from(account: &sotto_arn::AccountId) -> Self {
        Self::own(account.as_str().to_owned())
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::borrow::Borrow<str> for Text {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_found_by_its_characters_and_folds() {
        let map = std::collections::BTreeMap::from([(Text::from("Lina"), 1)]);
        assert_eq!(map.get("Lina"), Some(&1));
        assert_eq!(Text::from("Ärmel-X").folded(), "ärmel-x");
    }
}
