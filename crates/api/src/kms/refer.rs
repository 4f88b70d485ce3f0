//! Which key does a request mean? Named by a key's id, its ARN, an alias or the ARN of one (KMS Developer Guide, "Key
//! identifiers (KeyId)").
//!
//! An id and an alias belong to the caller's account and to the Region that was signed for; an ARN says its account itself, and
//! one of another Region is refused: a key is reached in its own Region only. A key of another account that is not there is
//! refused like one that nobody lets the caller use: whether it is there is not the caller's business.

use crate::call::Call;
use crate::desk::required;
use sotto_arn::{AccountId, Region};
use sotto_directory::Text;
use sotto_kms::keys::{AliasName, Key, KeyArn, KeyId};
use sotto_wire::{Common, Fault, message};
use std::sync::Arc;

/// A key that a request means.
pub(super) struct Meant {
    pub(super) key: Arc<Key>,
    /// The alias that it was named by.
    pub(super) alias: Option<Text>,
}

/// What a text names.
#[derive(Debug, PartialEq, Eq)]
enum Name {
    Key(KeyId),
    Alias(AliasName),
}

/// Why a text names nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Misnamed {
    /// Neither an id nor an ARN nor an alias.
    Id,
    /// It begins as an ARN, and is none of a key or of an alias.
    Arn,
    /// The ARN is of another Region.
    Region,
}

/// What a text names, and in which account.
fn read(text: &str, region: &Region, own: &AccountId) -> Result<(AccountId, Name), Misnamed> {
    if !text.starts_with("arn:") {
        let name = match text.starts_with("alias/") {
            true => alias(text).map(Name::Alias),
            false => KeyId::parse(text).ok().map(Name::Key),
        };
        return name.map(|name| (own.clone(), name)).ok_or(Misnamed::Id);
    }
    let mut parts = text.splitn(6, ':').skip(2);
    let mut part = || parts.next().ok_or(Misnamed::Arn);
    let [service, its, account, rest] = [part()?, part()?, part()?, part()?];
    let account = AccountId::parse(account).map_err(|_| Misnamed::Arn)?;
    let name = match rest.strip_prefix("key/") {
        Some(id) => KeyId::parse(id).ok().map(Name::Key),
        None => alias(rest).map(Name::Alias),
    };
    let name = name.filter(|_| service == "kms").ok_or(Misnamed::Arn)?;
    if its == region.as_str() { Ok((account, name)) } else { Err(Misnamed::Region) }
}

/// An alias, as one that services own may be named, too.
fn alias(text: &str) -> Option<AliasName> {
    AliasName::parse(text).ok()
}

impl Meant {
    /// The key that a member names, by an alias, too.
    pub(super) fn by_any(call: &Call<'_>, member: &'static str) -> Result<Self, Fault> {
        Self::of(call, &required(call, member)?, true)
    }

    /// The key that a member names by its id or ARN: operations that manage keys take no aliases.
    pub(super) fn by_key(call: &Call<'_>, member: &'static str) -> Result<Self, Fault> {
        Self::of(call, &required(call, member)?, false)
    }

    /// The same, where the operation is for the caller's own account.
    pub(super) fn own(call: &Call<'_>, member: &'static str) -> Result<Self, Fault> {
        let meant = Self::by_key(call, member)?;
        match meant.key.arn.account() == &call.account()? {
            true => Ok(meant),
            false => Err(unseen(call, &meant.key.arn)),
        }
    }

    fn of(call: &Call<'_>, given: &Text, aliases: bool) -> Result<Self, Fault> {
        let (own, region) = (call.account()?, call.region());
        let (account, name) = read(given.as_str(), region, &own).map_err(|why| misnamed(why, given))?;
        let keys = &call.snapshot().rooms.keys;
        match name {
            Name::Alias(_) if !aliases => Err(misnamed(Misnamed::Id, given)),
            Name::Key(id) => {
                let arn = KeyArn::new(account, region.clone(), id);
                let key = keys.key(&arn).cloned().ok_or_else(|| missing(call, &arn))?;
                Ok(Self { key, alias: None })
            }
            Name::Alias(name) => {
                let key = keys.by_alias(&account, region, name.as_str()).cloned();
                let alias = Some(Text::from(name.public()));
                let key = key.ok_or_else(|| match account == own {
                    true => no_alias(&name, &account, region),
                    false => nowhere(call),
                })?;
                Ok(Self { key, alias })
            }
        }
    }
}

/// That an alias is not there.
pub(super) fn no_alias(name: &AliasName, account: &AccountId, region: &Region) -> Fault {
    let arn = name.arn(account, region);
    Fault::new("NotFoundException", message!("Alias {} is not found.", arn))
}

/// That a key is not there, where the caller may know.
fn missing(call: &Call<'_>, arn: &KeyArn) -> Fault {
    match call.account() {
        Ok(own) if own == *arn.account() => {
            Fault::new("NotFoundException", message!("Key '{}' does not exist", arn.public()))
        }
        _ => unseen(call, arn),
    }
}

/// The refusal of another account's key.
fn unseen(call: &Call<'_>, arn: &KeyArn) -> Fault {
    let (who, what) = (call.caller().arn(), crate::record::configured(&call.notes.action));
    Fault::common(
        Common::AccessDenied,
        message!(
            "User: {} is not authorized to perform: {} on resource: {} because the resource does not exist in this Region, no \
             resource-based policies allow access, or a resource-based policy explicitly denies access",
            who,
            what,
            arn.public()
        ),
    )
}

/// The refusal of what another account's alias names.
fn nowhere(call: &Call<'_>) -> Fault {
    let (who, what) = (call.caller().arn(), crate::record::configured(&call.notes.action));
    Fault::common(
        Common::AccessDenied,
        message!(
            "User: {} is not authorized to perform: {} on this resource because the resource does not exist in this Region, no \
             resource-based policies allow access, or a resource-based policy explicitly denies access",
            who,
            what
        ),
    )
}

/// The refusal of a text that names nothing.
fn misnamed(why: Misnamed, given: &Text) -> Fault {
    let given = given.public();
    match why {
        Misnamed::Id => Fault::new("NotFoundException", message!("Invalid keyId '{}'", given)),
        Misnamed::Arn => Fault::new("InvalidArnException", message!("Invalid arn {}", given)),
        Misnamed::Region => Fault::new("NotFoundException", message!("Invalid arn {}", given)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";
    const MRK: &str = "mrk-1234abcd12ab34cd56ef1234567890ab";

    #[test]
    fn names_are_told_apart() {
        let account = |number| AccountId::parse(number).unwrap();
        let (own, theirs) = (account("111122223333"), account("444455556666"));
        let region = Region::parse("eu-central-1").unwrap();
        let arn = |rest: &str| format!("arn:aws:kms:eu-central-1:444455556666:{rest}");
        let (id, name) =
            (|id| Name::Key(KeyId::parse(id).unwrap()), |name| Name::Alias(AliasName::parse(name).unwrap()));
        let (key, alias) = (arn(&format!("key/{ID}")), arn("alias/a/b"));
        for (text, wanted) in [
            (ID.to_owned(), Ok((own.clone(), id(ID)))),
            (MRK.to_owned(), Ok((own.clone(), id(MRK)))),
            ("alias/a/b".into(), Ok((own.clone(), name("alias/a/b")))),
            (key.clone(), Ok((theirs.clone(), id(ID)))),
            (alias, Ok((theirs, name("alias/a/b")))),
            (String::new(), Err(Misnamed::Id)),
            ("canary".into(), Err(Misnamed::Id)),
            (ID.to_uppercase(), Err(Misnamed::Id)),
            (format!("{ID}0"), Err(Misnamed::Id)),
            ("mrk-1".into(), Err(Misnamed::Id)),
            (arn("key/canary"), Err(Misnamed::Arn)),
            (arn(ID), Err(Misnamed::Arn)),
            ("arn:aws:kms".into(), Err(Misnamed::Arn)),
            (key.replace(":kms:", ":sqs:"), Err(Misnamed::Arn)),
            (key.replace("444455556666", "4"), Err(Misnamed::Arn)),
            (key.replace("eu-central-1", "us-west-2"), Err(Misnamed::Region)),
        ] {
            assert_eq!(read(&text, &region, &own), wanted, "{text}");
        }
    }
}
