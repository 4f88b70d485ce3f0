//! What may a log group ask for beyond AWS's policies? Styles, fields, and the exception for issuers of cards.
//!
//! None of it can be written into a policy document, so that a document that AWS takes is one that sotto takes; it is
//! stored beside the group.

use crate::mask::domain::is_small;
use sotto_public::{IdentifierId, LogSafe, RestingText, Storable};
use std::collections::BTreeMap;

/// What stands in the place of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Storable, LogSafe)]
pub enum Replacement {
    /// One asterisk for each character, as CloudWatch Logs masks.
    #[default]
    Asterisks,
    /// The identifier's name.
    Label,
    /// Asterisks and the last four letters or digits of long values.
    LastFour,
    /// A keyed token, the same for the same value in one group, so that masked values can be counted and joined.
    Token,
}

impl Replacement {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Asterisks, Self::Label, Self::LastFour, Self::Token];

    /// The word used in settings.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Asterisks => "asterisks",
            Self::Label => "label",
            Self::LastFour => "last-four",
            Self::Token => "token",
        }
    }

    /// Whether an identifier has too few values for this: a token of one of them could be inverted by trying all.
    pub fn tells_too_much_of(self, identifier: &IdentifierId) -> bool {
        self == Self::Token && is_small(identifier.as_str())
    }

    /// The replacement of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|replacement| replacement.word() == word)
    }
}

/// What a log group asks for beyond its policies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Storable)]
pub struct Settings {
    /// What replaces values of identifiers that are not named below.
    pub replacement: Replacement,
    /// What replaces values of these identifiers.
    pub replacements: BTreeMap<IdentifierId, Replacement>,
    /// JSON fields that alone are looked at; all when none is named.
    pub fields_only: Vec<RestingText>,
    /// JSON fields that are not looked at.
    pub fields_without: Vec<RestingText>,
    /// Whether originals of card security codes, track data and PINs are sealed as others are: for issuers with a stated
    /// need (PCI DSS 4.0.1, 3.3.3), as AWS does for everybody.
    pub keep_card_codes: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lead_back() {
        for replacement in Replacement::ALL {
            assert_eq!(Replacement::from_word(replacement.word()), Some(replacement));
        }
        assert_eq!(Replacement::from_word("none"), None);
    }

    #[test]
    fn tokens_are_for_large_domains() {
        let id = |name: &str| IdentifierId::new(name).unwrap();
        for (name, is_small) in [("DateOfBirth", true), ("ZipCode-US", true), ("EmailAddress", false)] {
            assert_eq!(Replacement::Token.tells_too_much_of(&id(name)), is_small, "{name}");
            assert!(!Replacement::Label.tells_too_much_of(&id(name)));
        }
    }
}
