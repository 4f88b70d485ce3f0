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
