//! What are keys, aliases, grants and key stores called? Checked names with one door each.
//!
//! KMS Developer Guide, "Key identifiers (KeyId)"; API Reference, "CreateAlias", "CreateGrant", "CreateCustomKeyStore". A
//! multi-Region key's id begins with `mrk-` and is the same in all its Regions.

use super::own;
use crate::{Entropy, drawn};
use sotto_arn::{AccountId, Partition, Region};
use sotto_public::{Public, Storable};
use std::fmt;
use std::str::FromStr;

/// Characters of an alias (KMS API Reference, "CreateAlias").
const ALIAS_CHARS_MAX: usize = 256;

/// A text that is no such name. Says nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, sotto_public::LogSafe)]
pub enum NameError {
    /// No id of a key.
    #[error("a key's id is a UUID, or `mrk-` and 32 hexadecimal digits")]
    KeyId,
    /// No ARN of a key.
    #[error("a key's ARN is `arn:PARTITION:kms:REGION:ACCOUNT:key/ID`")]
    KeyArn,
    /// No name of an alias.
    #[error("an alias is `alias/` and 1 to 250 letters, digits and `:/_-`")]
    Alias,
    /// A name of an alias that callers cannot take.
    #[error("aliases that begin with `alias/aws/` belong to services")]
    AliasReserved,
    /// No id of a key's material.
    #[error("the id of a material has 64 hexadecimal digits")]
    Material,
    /// No id of a grant.
    #[error("a grant's id has 64 hexadecimal digits")]
    Grant,
    /// No id of a custom key store.
    #[error("the id of a custom key store is `cks-` and 17 hexadecimal digits")]
    KeyStore,
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident, $check:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Storable)]
        #[storable(text)]
        pub struct $name(Box<str>);

        impl $name {
            /// Checks the text and keeps it as it is.
            ///
            /// # Errors
            /// When it has another form.
            pub fn parse(text: &str) -> Result<Self, NameError> {
                let check: fn(&str) -> Result<(), NameError> = $check;
                check(text).map(|()| Self(text.into()))
            }

            /// The name.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The name as public text.
            pub fn public(&self) -> Public<String> {
                own(self.0.to_string())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::parse(text)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    )*};
}

names! {
    /// A key's id.
    KeyId, |text| key_bytes(text).map(|_| ()).ok_or(NameError::KeyId);
    /// An alias, with `alias/` in front.
    AliasName, alias;
    /// The id of one material of a key.
    MaterialId, |text| hexadecimal(text, 64).then_some(()).ok_or(NameError::Material);
    /// The id of a grant.
    GrantId, |text| hexadecimal(text, 64).then_some(()).ok_or(NameError::Grant);
    /// The id of a custom key store.
    KeyStoreId, |text| match text.strip_prefix("cks-") {
        Some(rest) if hexadecimal(rest, 17) => Ok(()),
        _ => Err(NameError::KeyStore),
    };
}

fn hexadecimal(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// The number in a key's id, and whether it is one of a multi-Region key.
fn key_bytes(text: &str) -> Option<(bool, u128)> {
    if let Some(digits) = text.strip_prefix("mrk-") {
        return hexadecimal(digits, 32)
            .then(|| u128::from_str_radix(digits, 16).ok())
            .flatten()
            .map(|id| (true, id));
    }
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    let digits = parts.concat();
    let proper = lengths == [8, 4, 4, 4, 12] && hexadecimal(&digits, 32);
    proper.then(|| u128::from_str_radix(&digits, 16).ok()).flatten().map(|id| (false, id))
}

fn alias(text: &str) -> Result<(), NameError> {
    let rest = text.strip_prefix("alias/").ok_or(NameError::Alias)?;
    let proper = rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":/_-".contains(&byte));
    if !proper || rest.is_empty() || text.len() > ALIAS_CHARS_MAX {
        return Err(NameError::Alias);
    }
    if rest.starts_with("aws/") { Err(NameError::AliasReserved) } else { Ok(()) }
}

impl KeyId {
    /// A new one.
    pub fn generate(multi_region: bool, entropy: &mut dyn Entropy) -> Self {
        Self::of_number(multi_region, u128::from_be_bytes(drawn(entropy)))
    }

    /// The id with this number; a UUID says of itself that it is random (RFC 9562, section 5.4).
    pub(crate) fn of_number(multi_region: bool, number: u128) -> Self {
        if multi_region {
            return Self(format!("mrk-{number:032x}").into());
        }
        let digits = format!("{number:032x}");
        let mut text = String::with_capacity(36);
        for (at, digit) in digits.chars().enumerate() {
            if matches!(at, 8 | 12 | 16 | 20) {
                text.push('-');
            }
            text.push(digit);
        }
        Self(text.into())
    }

    /// The number in it.
    pub(crate) fn number(&self) -> (bool, u128) {
        key_bytes(&self.0).unwrap_or_default()
    }

    /// Whether it is that of a multi-Region key.
    pub fn is_multi_region(&self) -> bool {
        self.0.starts_with("mrk-")
    }
}

/// A number as hexadecimal digits.
fn digits(bytes: &[u8]) -> Box<str> {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
}

impl MaterialId {
    /// The id with these bytes.
    pub(crate) fn of_bytes(bytes: [u8; 32]) -> Self {
        Self(digits(&bytes))
    }

    /// Its bytes.
    pub(crate) fn to_bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (to, pair) in bytes.iter_mut().zip(self.0.as_bytes().chunks(2)) {
            *to = std::str::from_utf8(pair)
                .ok()
                .and_then(|pair| u8::from_str_radix(pair, 16).ok())
                .unwrap_or(0);
        }
        bytes
    }
}

impl GrantId {
    /// A new one.
    pub fn generate(entropy: &mut dyn Entropy) -> Self {
        Self(digits(&drawn::<32>(entropy)))
    }
}

impl KeyStoreId {
    /// A new one.
    pub fn generate(entropy: &mut dyn Entropy) -> Self {
        let digits: String = digits(&drawn::<9>(entropy)).chars().take(17).collect();
        Self(format!("cks-{digits}").into())
    }
}

impl AliasName {
    /// The ARN of this alias in an account and Region.
    pub fn arn(&self, account: &AccountId, region: &Region) -> Public<String> {
        own(format!("arn:{}:kms:{region}:{account}:{self}", region.partition()))
    }
}

/// The ARN of a key: where it is, whose, and its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Storable)]
#[storable(text)]
pub struct KeyArn {
    account: AccountId,
    region: Region,
    id: KeyId,
}

impl KeyArn {
    /// The ARN of a key; the partition is the Region's.
    pub fn new(account: AccountId, region: Region, id: KeyId) -> Self {
        Self { account, region, id }
    }

    /// Reads an ARN.
    ///
    /// # Errors
    /// When it is none of a key.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let mut parts = text.splitn(6, ':');
        let mut part = || parts.next().ok_or(NameError::KeyArn);
        let [arn, partition, service] = [part()?, part()?, part()?];
        let region = Region::parse(part()?).map_err(|_| NameError::KeyArn)?;
        let account = AccountId::parse(part()?).map_err(|_| NameError::KeyArn)?;
        let id = part()?.strip_prefix("key/").ok_or(NameError::KeyArn)?;
        let known = Partition::parse(partition).map_err(|_| NameError::KeyArn)?;
        match arn == "arn" && service == "kms" && known == region.partition() {
            true => Ok(Self { account, region, id: KeyId::parse(id).map_err(|_| NameError::KeyArn)? }),
            false => Err(NameError::KeyArn),
        }
    }

    /// Whose.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// Where.
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// Its id.
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    /// The same key elsewhere.
    #[must_use]
    pub fn in_region(&self, region: Region) -> Self {
        Self { region, ..self.clone() }
    }

    /// The ARN as public text.
    pub fn public(&self) -> Public<String> {
        own(self.to_string())
    }
}

impl fmt::Display for KeyArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "arn:{}:kms:{}:{}:key/{}", self.region.partition(), self.region, self.account, self.id)
    }
}

impl FromStr for KeyArn {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::tests::Counter;

    #[test]
    fn names_are_checked() {
        let uuid = "1234abcd-12ab-34cd-56ef-1234567890ab";
        assert_eq!(KeyId::parse(uuid).map(|id| id.to_string()).as_deref(), Ok(uuid));
        for text in
            ["", "canary", &uuid.to_uppercase(), &format!("{uuid}0"), "mrk-12", &uuid.replace('-', "")]
        {
            assert_eq!(KeyId::parse(text), Err(NameError::KeyId), "{text}");
        }
        let alias = |length: usize| AliasName::parse(&format!("alias/{}", "a".repeat(length))).is_ok();
        assert!(!alias(0) && alias(1) && alias(ALIAS_CHARS_MAX - 6) && !alias(ALIAS_CHARS_MAX - 5));
        assert!(AliasName::parse("alias/a:b/c_d-E").is_ok());
        assert_eq!(AliasName::parse("alias/aws/s3"), Err(NameError::AliasReserved));
        for text in ["a", "alias/a b", "alias/ä", "Alias/a"] {
            assert_eq!(AliasName::parse(text), Err(NameError::Alias), "{text}");
        }
        assert!(KeyStoreId::parse("cks-1234567890abcdef0").is_ok() && KeyStoreId::parse("cks-1234").is_err());
        assert!(!NameError::KeyId.to_string().contains("canary"));
    }

    #[test]
    fn new_names_are_names_and_come_back_from_their_numbers() {
        let mut entropy = Counter(1);
        for multi_region in [false, true] {
            let id = KeyId::generate(multi_region, &mut entropy);
            assert_eq!(KeyId::parse(id.as_str()), Ok(id.clone()));
            let (kind, number) = id.number();
            assert_eq!((kind, KeyId::of_number(kind, number)), (id.is_multi_region(), id));
        }
        let material = MaterialId::of_bytes(drawn(&mut entropy));
        assert_eq!(MaterialId::of_bytes(MaterialId::parse(material.as_str()).unwrap().to_bytes()), material);
        assert!(GrantId::parse(GrantId::generate(&mut entropy).as_str()).is_ok());
        assert!(KeyStoreId::parse(KeyStoreId::generate(&mut entropy).as_str()).is_ok());
    }

    #[test]
    fn arns_are_read_as_they_are_written() {
        let text = "arn:aws-cn:kms:cn-north-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab";
        let arn = KeyArn::parse(text).unwrap();
        assert_eq!((arn.to_string().as_str(), arn.id().is_multi_region()), (text, true));
        let elsewhere = arn.in_region(Region::parse("cn-northwest-1").unwrap());
        assert_eq!((elsewhere.id(), elsewhere == arn), (arn.id(), false));
        for wrong in [
            text.replace("aws-cn", "aws"),
            text.replace(":kms:", ":s3:"),
            text.replace("key/", "alias/"),
            text.replace("111122223333", "1"),
            format!("{text}0"),
            "arn:aws:kms".into(),
        ] {
            assert_eq!(KeyArn::parse(&wrong), Err(NameError::KeyArn), "{wrong}");
        }
    }
}
