//! What is a built-in function set to? Variables of its environment, which rests sealed: `KEY`, `CONTEXT`, and for the one that encrypts
//! `FIELDS` and `SLOT`.
//!
//! An encryption context stands in clear in every message, so a pair whose name says that it is a secret is refused. Widely copied
//! samples hold a token there and take it for a proof.

use super::BuiltIn;
use sotto_conversation::bot::Tree;
use sotto_kms::keys::KeyArn;
use sotto_sensitive::{RawBytes, RawText};

/// Pairs of a context, and characters of a name or value.
const PAIRS_MAX: usize = 16;
/// Fields of a function.
const FIELDS_MAX: usize = 16;
/// Digits of a value.
pub(super) const DIGITS_MAX: usize = 64;
/// Names that the messages have besides.
const OWN_NAMES: [&str; 3] = ["slot", "attribute", "session"];
/// What is encrypted where nothing is said: card numbers and zip codes, as Amazon Connect's flows have them.
const FIELDS: &str = "creditcard=15-16,zipcode=5";

/// What a built-in function needs.
pub(in crate::lambda) struct BuiltInSettings {
    /// The key.
    pub(super) key: KeyArn,
    pub(super) context: Vec<(String, String)>,
    pub(super) fields: Vec<Field>,
    pub(super) slot: Option<String>,
}

/// A session attribute, and how many digits belong into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) attribute: String,
    pub(super) least: usize,
    pub(super) most: usize,
}

/// What is wrong with an environment, in a sentence without its values.
pub(in crate::lambda) type Wrong = &'static str;

impl BuiltInSettings {
    /// Reads an environment.
    pub(in crate::lambda) fn read(of: BuiltIn, environment: &[(RawText, RawText)]) -> Result<Self, Wrong> {
        let known: &[&str] = match of {
            BuiltIn::EncryptSlots => &["KEY", "CONTEXT", "FIELDS", "SLOT"],
            BuiltIn::Decrypt => &["KEY", "CONTEXT"],
        };
        if environment.iter().any(|(name, _)| !known.contains(&text(name))) {
            return Err(
                "The environment of a built-in function has KEY, CONTEXT, and to encrypt FIELDS and SLOT",
            );
        }
        let value = |wanted: &str| {
            let found = environment.iter().find(|(name, _)| text(name) == wanted);
            found.map(|(_, value)| text(value)).filter(|value| !value.is_empty())
        };
        let key = value("KEY").and_then(|key| KeyArn::parse(key).ok());
        let fields = fields(value("FIELDS").unwrap_or(FIELDS));
        Ok(Self {
            key: key.ok_or("KEY is the ARN of a KMS key")?,
            context: value("CONTEXT").map_or(Ok(Vec::new()), context)?,
            fields: fields.ok_or("FIELDS is NAME=DIGITS or NAME=LEAST-MOST, parted by commas")?,
            slot: value("SLOT").map(str::to_owned),
        })
    }

    /// The pairs of the context.
    pub(super) fn pairs(&self) -> Vec<(RawText, RawText)> {
        let raw = |text: &String| RawText::new(text.clone());
        self.context.iter().map(|(name, value)| (raw(name), raw(value))).collect()
    }

    /// The field that a range names, or one that takes so many digits.
    pub(super) fn field(&self, range: Option<&str>, digits: usize) -> Option<&Field> {
        let wanted = match range {
            Some(range) => Some(lengths(range)?),
            None => None,
        };
        let is_meant = |field: &&Field| wanted.is_none_or(|wanted| wanted == (field.least, field.most));
        self.fields.iter().filter(is_meant).find(|field| (field.least..=field.most).contains(&digits))
    }
}

#[expect(clippy::disallowed_methods, reason = "the environment of a built-in function is what it is set to")]
fn text(raw: &RawText) -> &str {
    raw.expose()
}

#[expect(clippy::disallowed_methods, reason = "pairs of a context stand in clear in every message")]
fn context(text: &str) -> Result<Vec<(String, String)>, Wrong> {
    let tree = Tree::read(&RawBytes::new(text.as_bytes().to_vec()));
    let Ok(Tree::Map(members)) = tree else { return Err("CONTEXT is a JSON object of texts") };
    if members.len() > PAIRS_MAX {
        return Err("CONTEXT has 16 pairs at most");
    }
    let pair = |(name, value): &(sotto_conversation::Words, Tree)| {
        let name = name.raw().expose().to_owned();
        let value = value.as_words().ok_or("CONTEXT is a JSON object of texts")?;
        if is_secret(&name) {
            return Err("a pair of CONTEXT is named like a secret; it stands in clear in every message");
        }
        if OWN_NAMES.contains(&name.as_str()) || name.starts_with("aws") || name.is_empty() {
            return Err(
                "names of CONTEXT are not empty, begin not with aws, and are not slot, attribute or session",
            );
        }
        Ok((name, value.raw().expose().to_owned()))
    };
    members.iter().map(pair).collect()
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["secret", "token", "password", "passwd", "credential"].iter().any(|word| name.contains(word))
}

fn fields(text: &str) -> Option<Vec<Field>> {
    let field = |text: &str| {
        let (attribute, digits) = text.trim().split_once('=')?;
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let fits = (1..=64).contains(&attribute.len()) && attribute.bytes().all(is_name);
        let (least, most) = lengths(digits)?;
        let field = Field { attribute: attribute.to_owned(), least, most };
        (fits && attribute != "isValid").then_some(field)
    };
    let fields: Option<Vec<_>> = text.split(',').map(field).collect();
    fields.filter(|fields| fields.len() <= FIELDS_MAX)
}

/// `5`, or `15-16`.
fn lengths(text: &str) -> Option<(usize, usize)> {
    let (least, most) = text.split_once('-').unwrap_or((text, text));
    let number = |text: &str| {
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|number| digits && (1..=DIGITS_MAX).contains(number))
    };
    let (least, most) = (number(least)?, number(most)?);
    (least <= most).then_some((least, most))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

    fn read(of: BuiltIn, pairs: &[(&str, &str)]) -> Result<BuiltInSettings, Wrong> {
        let raw = |text: &str| RawText::new(text.to_owned());
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (raw(name), raw(value))).collect();
        BuiltInSettings::read(of, &pairs)
    }

    #[test]
    fn fields_are_chosen_by_range_or_by_digits() {
        let settings = read(BuiltIn::EncryptSlots, &[("KEY", KEY)]).unwrap();
        for (range, digits, wanted) in [
            (None, 16, Some("creditcard")),
            (None, 15, Some("creditcard")),
            (None, 5, Some("zipcode")),
            (None, 14, None),
            (None, 17, None),
            (Some("15-16"), 16, Some("creditcard")),
            (Some("5-5"), 5, Some("zipcode")),
            (Some("5"), 5, Some("zipcode")),
            (Some("15-16"), 5, None),
            (Some("1-64"), 16, None),
            (Some("canary"), 16, None),
        ] {
            let found = settings.field(range, digits).map(|field| field.attribute.as_str());
            assert_eq!(found, wanted, "{range:?} {digits}");
        }
    }

    #[test]
    fn an_environment_is_read_whole_and_holds_no_secret() {
        let ok =
            [("KEY", KEY), ("CONTEXT", r#"{"stage":"dev"}"#), ("FIELDS", "pan=13-19, zip=5"), ("SLOT", "n")];
        let settings = read(BuiltIn::EncryptSlots, &ok).unwrap();
        assert_eq!(settings.context, [("stage".to_owned(), "dev".to_owned())]);
        assert_eq!((settings.fields.len(), settings.fields[1].least), (2, 5));
        for wrong in [
            &[][..],
            &[("KEY", "alias/one")],
            &[("KEY", KEY), ("OTHER", "x")],
            &[("KEY", KEY), ("CONTEXT", "[]")],
            &[("KEY", KEY), ("CONTEXT", r#"{"a":1}"#)],
            &[("KEY", KEY), ("CONTEXT", r#"{"my-Token":"x"}"#)],
            &[("KEY", KEY), ("CONTEXT", r#"{"slot":"x"}"#)],
            &[("KEY", KEY), ("CONTEXT", r#"{"aws-crypto-x":"x"}"#)],
            &[("KEY", KEY), ("FIELDS", "pan")],
            &[("KEY", KEY), ("FIELDS", "pan=0-5")],
            &[("KEY", KEY), ("FIELDS", "pan=6-5")],
            &[("KEY", KEY), ("FIELDS", "pan=5-65")],
            &[("KEY", KEY), ("FIELDS", "isValid=5")],
        ] {
            assert!(read(BuiltIn::EncryptSlots, wrong).is_err(), "{wrong:?}");
        }
        assert!(read(BuiltIn::Decrypt, &ok).is_err() && read(BuiltIn::Decrypt, &ok[..2]).is_ok());
    }
}
