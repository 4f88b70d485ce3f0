//! What are bots and their parts called? Checked names and ids; each has one door, `parse` (patterns of the build API's model).

use sotto_public::{Public, Storable};
use std::fmt;

/// Most characters of a name.
const NAME_CHARS_MAX: usize = 100;
/// Characters of an id.
const ID_CHARS: usize = 10;
/// Most digits of a version.
const VERSION_DIGITS_MAX: usize = 5;
/// The alias of the draft, which every bot has.
pub const TEST_ALIAS: &str = "TSTALIASID";

/// Why a text is no name. Holds nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// No name.
    #[error("a name has 1 to 100 letters and digits, each may be followed by one `_` or `-`")]
    Name,
    /// No id.
    #[error("an id has 10 letters and digits")]
    Id,
    /// No locale.
    #[error("a locale is a language and a country, such as `en_US`")]
    Locale,
    /// No version.
    #[error("a version is `DRAFT` or a number")]
    Version,
}

macro_rules! checked {
    ($($(#[$doc:meta])* $name:ident, $error:ident, $fits:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Storable)]
        #[storable(text)]
        pub struct $name(Box<str>);

        impl $name {
            /// Checks a text and keeps it as it is.
            ///
            /// # Errors
            /// [`NameError`].
            pub fn parse(text: &str) -> Result<Self, NameError> {
                match $fits(text) {
                    true => Ok(Self(text.into())),
                    false => Err(NameError::$error),
                }
            }

            /// As text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// As public text.
            #[expect(clippy::disallowed_methods, reason = "a checked name of a bot or of a part of one is public")]
            pub fn public(&self) -> Public<String> {
                Public::from_pinned_text(self.0.to_string())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }
    )*};
}

checked! {
    /// The name of a bot, an alias, an intent, a slot or a slot type.
    Name, Name, is_name;
    /// The id of one of them.
    Id, Id, is_id;
    /// A language and a country.
    LocaleId, Locale, is_locale;
}

fn is_name(text: &str) -> bool {
    let alphanumeric = |c: char| c.is_ascii_alphanumeric();
    let fits =
        text.chars().all(|c| alphanumeric(c) || c == '_' || c == '-') && text.starts_with(alphanumeric);
    let doubled = text.as_bytes().windows(2).any(|pair| !pair.iter().any(u8::is_ascii_alphanumeric));
    fits && !doubled && (1..=NAME_CHARS_MAX).contains(&text.len())
}

fn is_id(text: &str) -> bool {
    text.len() == ID_CHARS && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_locale(text: &str) -> bool {
    let Some((language, country)) = text.split_once('_') else { return false };
    let upper = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    language.len() == 2
        && language.chars().all(|c| c.is_ascii_lowercase())
        && (2..=3).contains(&country.len())
        && country.chars().all(upper)
}

impl Id {
    /// An id from random bytes: ten characters of 36, in upper case as AWS's.
    pub fn from_random(random: [u8; 16]) -> Self {
        const LETTERS: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        let mut number = u128::from_be_bytes(random);
        let mut text = String::with_capacity(ID_CHARS);
        for _ in 0..ID_CHARS {
            let at = usize::try_from(number % 36).unwrap_or_default();
            text.push(LETTERS.get(at).copied().map_or('A', char::from));
            number /= 36;
        }
        Self(text.into())
    }
}

/// A version of a bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Storable)]
pub enum BotVersion {
    /// What is being worked on.
    Draft,
    /// What was set down.
    Number(u32),
}

impl BotVersion {
    /// Reads `DRAFT` or a number.
    ///
    /// # Errors
    /// [`NameError::Version`].
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        match text {
            "DRAFT" => Ok(Self::Draft),
            text if digits && (1..=VERSION_DIGITS_MAX).contains(&text.len()) => {
                text.parse().map(Self::Number).map_err(|_| NameError::Version)
            }
            _ => Err(NameError::Version),
        }
    }

    /// As public text.
    #[expect(clippy::disallowed_methods, reason = "`DRAFT` or a number is public")]
    pub fn public(self) -> Public<String> {
        Public::from_pinned_text(self.to_string())
    }
}

impl fmt::Display for BotVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Draft => f.write_str("DRAFT"),
            Self::Number(number) => number.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_door() {
        for (text, fits) in [
            ("a", true),
            ("Order-Flowers_2", true),
            ("a_", true),
            ("", false),
            ("_a", false),
            ("a__b", false),
            ("a-_b", false),
            ("a b", false),
            ("é", false),
        ] {
            assert_eq!(Name::parse(text).is_ok(), fits, "{text}");
        }
        assert!(Name::parse(&"a".repeat(NAME_CHARS_MAX)).is_ok());
        assert_eq!(Name::parse(&"a".repeat(NAME_CHARS_MAX + 1)), Err(NameError::Name));
    }

    #[test]
    fn ids_locales_and_versions_have_one_door() {
        for (text, fits) in
            [("ABCDE12345", true), ("abcde1234", false), ("abcde123456", false), ("abcde-1234", false)]
        {
            assert_eq!(Id::parse(text).is_ok(), fits, "{text}");
        }
        for (text, fits) in
            [("en_US", true), ("es_419", true), ("EN_us", false), ("en", false), ("en_USAX", false)]
        {
            assert_eq!(LocaleId::parse(text).is_ok(), fits, "{text}");
        }
        assert_eq!(BotVersion::parse("DRAFT"), Ok(BotVersion::Draft));
        assert_eq!(BotVersion::parse("12345"), Ok(BotVersion::Number(12345)));
        for text in ["", "123456", "-1", "draft", "1a"] {
            assert_eq!(BotVersion::parse(text), Err(NameError::Version), "{text}");
        }
        assert_eq!(BotVersion::Number(7).public().get(), "7");
        assert_eq!(Id::from_random([7; 16]).as_str().len(), ID_CHARS);
        assert_ne!(Id::from_random([7; 16]), Id::from_random([8; 16]));
        assert!(Id::parse(Id::from_random([255; 16]).as_str()).is_ok());
    }
}
