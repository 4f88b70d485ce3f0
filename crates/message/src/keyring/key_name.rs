//! What is a key of KMS called, and when do two names mean the same key?
//!
//! Specification, "AWS KMS Key ARN" and "AWS KMS MRK Match for Decrypt": a multi-Region key is recognised by an id that
//! begins with `mrk-`, and its replicas differ in the Region alone.

use crate::MessageError;
use sotto_sensitive::RawText;

/// Characters of a name at most (KMS API Reference, `KeyId`).
const CHARS_MAX: usize = 2048;

/// The id, ARN or alias of a key.
#[derive(Clone, PartialEq, Eq)]
pub struct KmsKeyName(String);

/// The ARN of a key.
#[derive(Clone, PartialEq, Eq)]
pub struct KmsKeyArn {
    text: String,
    /// Offsets of the colons.
    colons: [usize; 5],
}

impl KmsKeyName {
    /// # Errors
    /// [`MessageError::KeyName`] when it is none of the three.
    #[expect(clippy::disallowed_methods, reason = "a name of a key is checked and sent to KMS")]
    pub fn parse(name: &RawText) -> Result<Self, MessageError> {
        let name = name.expose();
        let plain = name.len() <= CHARS_MAX && name.bytes().all(|byte| byte.is_ascii_graphic());
        let known = match name.strip_prefix("arn:") {
            Some(_) => split(name).is_some(),
            None => match name.strip_prefix("alias/") {
                Some(alias) => !alias.is_empty(),
                None => !name.is_empty() && !name.contains([':', '/']),
            },
        };
        if plain && known { Ok(Self(name.to_owned())) } else { Err(MessageError::KeyName) }
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key's ARN, when the name is one.
    pub fn arn(&self) -> Option<KmsKeyArn> {
        KmsKeyArn::parse(self.0.as_bytes())
    }
}

impl KmsKeyArn {
    /// The ARN of a key, not of an alias.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() <= CHARS_MAX)?;
        let colons = split(text)?;
        let arn = Self { text: text.to_owned(), colons };
        arn.part(5).starts_with("key/").then_some(arn)
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The partition, as `aws`.
    pub fn partition(&self) -> &str {
        self.part(1)
    }

    /// The Region.
    pub fn region(&self) -> &str {
        self.part(3)
    }

    /// The account.
    pub fn account(&self) -> &str {
        self.part(4)
    }

    /// Whether the key is a multi-Region key.
    pub fn is_multi_region(&self) -> bool {
        self.part(5).starts_with("key/mrk-")
    }

    /// Whether both are the same key, or replicas of one.
    pub fn matches(&self, other: &Self) -> bool {
        let all_but_region = [1, 2, 4, 5].into_iter().all(|part| self.part(part) == other.part(part));
        self == other || self.is_multi_region() && other.is_multi_region() && all_but_region
    }

    /// The replica in another Region.
    pub(crate) fn in_region(&self, region: &str) -> Self {
        let parts = [0, 1, 2].map(|part| self.part(part)).join(":");
        let text = format!("{parts}:{region}:{}:{}", self.account(), self.part(5));
        Self::parse(text.as_bytes()).unwrap_or_else(|| self.clone())
    }

    fn part(&self, at: usize) -> &str {
        let start =
            at.checked_sub(1).map_or(0, |before| self.colons.get(before).map_or(0, |colon| colon + 1));
        let end = self.colons.get(at).copied().unwrap_or(self.text.len());
        self.text.get(start..end).unwrap_or_default()
    }
}

/// The first five colons of an ARN of KMS: none of its six parts is empty.
fn split(text: &str) -> Option<[usize; 5]> {
    let colons: Vec<usize> = text.match_indices(':').map(|(at, _)| at).take(5).collect();
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [arn, partition, service, region, account, resource] = parts.as_slice() else { return None };
    let (kind, id) = resource.split_once('/')?;
    let named = [partition, region, account].into_iter().all(|part| !part.is_empty()) && !id.is_empty();
    let known = *arn == "arn" && *service == "kms" && matches!(kind, "key" | "alias");
    if named && known && is_region(region) { colons.try_into().ok() } else { None }
}

/// Whether a text can be a Region. A message names its keys itself, and the Region becomes part of the name of the host that is
/// asked: with a dot in it that would be another one.
fn is_region(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

impl std::fmt::Debug for KmsKeyName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KmsKeyName({} bytes)", self.0.len())
    }
}

impl std::fmt::Debug for KmsKeyArn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KmsKeyArn({} bytes)", self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    const MRK: &str = "arn:aws:kms:us-west-2:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab";

    #[test]
    fn names_are_ids_arns_and_aliases() {
        let parse = |name: &str| KmsKeyName::parse(&RawText::new(name.to_owned()));
        for name in [KEY, MRK, "1234abcd", "mrk-1", "alias/a/b", "arn:aws:kms:us-west-2:1:alias/a"] {
            assert_eq!(parse(name).unwrap().as_str(), name);
        }
        for wrong in [
            "",
            "alias/",
            "a b",
            "arn:aws:kms:us-west-2:1",
            "arn:aws:s3:us-west-2:1:key/a",
            "arn:aws:kms::1:key/a",
            "arn:aws:kms:us-west-2.elsewhere:1:key/a",
            "arn:aws:kms:US_WEST:1:key/a",
            "arn:aws:kms:us-west-2:1:key/",
            "arn:aws:kms:us-west-2:1:key:a",
            "arn:aws:kms:us-west-2:1:grant/a",
            "x/y",
        ] {
            assert_eq!(parse(wrong).unwrap_err(), MessageError::KeyName, "{wrong}");
        }
        assert!(parse("arn:aws:kms:us-west-2:1:alias/a").unwrap().arn().is_none());
    }

    #[test]
    fn replicas_match_and_other_keys_do_not() {
        let arn = |text: &str| KmsKeyArn::parse(text.as_bytes()).unwrap();
        let (key, mrk) = (arn(KEY), arn(MRK));
        assert_eq!((key.partition(), key.region(), key.account()), ("aws", "us-west-2", "111122223333"));
        assert!(!key.is_multi_region() && mrk.is_multi_region());
        assert!(mrk.matches(&mrk.in_region("eu-west-1")) && !key.matches(&key.in_region("eu-west-1")));
        assert_eq!(mrk.in_region("eu-west-1").as_str(), MRK.replace("us-west-2", "eu-west-1"));
        assert!(!mrk.matches(&arn(&MRK.replace("111122223333", "444455556666"))));
        assert!(KmsKeyArn::parse(b"alias/a").is_none());
    }
}
