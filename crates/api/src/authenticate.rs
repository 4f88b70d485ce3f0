//! Who signed this request? The owner of the access key, if the signature holds and the key may be used now.
//!
//! Long-term keys stand in the directory with their secrets sealed; temporary ones carry everything in their token, and the
//! role or user must still exist under the same unique id. Unknown, inactive and foreign keys are answered alike.

use crate::api::Api;
use crate::caller::Caller;
use crate::keyring::KeyName;
use crate::state::Snapshot;
use sotto_arn::{AccountId, PrincipalArn};
use sotto_directory::{AccessKey, Account, Claims, Directory, SessionKind, Tag, Tags, Text};
use sotto_public::Public;
use sotto_sensitive::{RawBytes, RawText};
use sotto_wire::sigv4::{Claim, SigningKey};
use sotto_wire::{Common, Fault, Head};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// A request to authenticate.
pub(crate) struct Signed<'a> {
    pub(crate) head: &'a Head,
    pub(crate) body: &'a RawBytes,
    pub(crate) claim: &'a Claim,
    pub(crate) now: SystemTime,
}

/// The caller, and the key that the signature was made with.
pub(crate) struct Known {
    pub(crate) caller: Caller,
    pub(crate) key: Arc<SigningKey>,
}

impl Signed<'_> {
    /// Who it is.
    pub(crate) fn authenticate(&self, api: &Api, snapshot: &Snapshot) -> Result<Known, Fault> {
        let known = match self.claim.token() {
            None => self.long_term(api, &snapshot.rooms.directory)?,
            Some(token) => self.temporary(api, snapshot, token)?,
        };
        self.claim.verify(self.head, self.body, &known.key, self.now)?;
        match is_closed(&snapshot.rooms.directory, &known.caller) {
            true => Err(unknown()),
            false => Ok(known),
        }
    }
}

impl Signed<'_> {
    fn long_term(&self, api: &Api, directory: &Directory) -> Result<Known, Fault> {
        let (caller, held) = owner_of_key(api, directory, self.claim.access_key())?;
        let sealed = &held.secret;
        let place = crate::places::access_key(&held.id);
        let key = self.key(api, sealed.as_bytes().to_vec(), || {
            api.store_key.open_text(&place, sealed).map_err(|_| crate::call::internal())
        })?;
        Ok(Known { caller, key })
    }

    /// The signing key, derived from what `secret` opens where it is not at hand.
    fn key(
        &self,
        api: &Api,
        seal: Vec<u8>,
        secret: impl FnOnce() -> Result<RawText, Fault>,
    ) -> Result<Arc<SigningKey>, Fault> {
        let (access_key, scope) = (self.claim.access_key().get().clone(), self.claim.scope().clone());
        let name = KeyName { access_key, scope, seal };
        api.keyring.get(name, || Ok(SigningKey::derive(&secret()?, self.claim.scope())))
    }

    fn temporary(&self, api: &Api, snapshot: &Snapshot, token: &RawText) -> Result<Known, Fault> {
        let caller =
            owner_of_token(api, &snapshot.rooms.directory, (self.claim.access_key(), token), self.now)?;
        let claims = caller.claims().ok_or_else(unknown)?;
        let key = self.key(api, Vec::new(), || Ok(crate::context::copied(&claims.secret)))?;
        Ok(Known { caller, key })
    }
}

/// Whose a long-term key is, and the key as it rests: who shows that he has its secret is its owner.
pub(crate) fn owner_of_key<'d>(
    api: &Api,
    directory: &'d Directory,
    id: &Public<String>,
) -> Result<(Caller, &'d AccessKey), Fault> {
    let (owner, held) = directory.access_key(id.get()).filter(|(_, key)| key.active).ok_or_else(unknown)?;
    let account = directory.account(&owner.account).ok_or_else(unknown)?;
    let mut caller = match &owner.user {
        None => Caller::root(&owner.account),
        Some(name) => user(&owner.account, account, name, None)?,
    };
    caller.access_key = Some(id.clone());
    caller.tags = tags_of(api, directory, &caller)?;
    Ok((caller, held))
}

/// Whose a temporary key is, by its token; the claims of the caller hold its secret.
#[expect(clippy::disallowed_methods, reason = "the token is opened by the key that sealed it")]
pub(crate) fn owner_of_token(
    api: &Api,
    directory: &Directory,
    (id, token): (&Public<String>, &RawText),
    now: SystemTime,
) -> Result<Caller, Fault> {
    let claims = Claims::open(&api.store_key, id.get(), token.expose()).ok_or_else(unknown)?;
    if now >= SystemTime::UNIX_EPOCH + Duration::from_secs(claims.expires) {
        let words = "The security token included in the request is expired";
        return Err(Fault::common(Common::ExpiredToken, words));
    }
    let mut caller = session(&claims, directory)?;
    caller.access_key = Some(id.clone());
    caller.tags = tags_of(api, directory, &caller)?;
    let given = claims
        .tags
        .iter()
        .map(|(key, value, _)| (crate::context::copied(key), crate::context::copied(value)));
    caller.tags.extend(given);
    caller.claims = Some(claims);
    caller.limit(directory)?;
    Ok(caller)
}

/// Whether nobody of an account may do anything any more.
pub(crate) fn is_closed(directory: &Directory, caller: &Caller) -> bool {
    caller.account().is_some_and(|account| directory.organization().is_closed(account))
}

/// The session's principal, when the role or user is still the same.
fn session(claims: &Claims, directory: &Directory) -> Result<Caller, Fault> {
    let account = directory.account(&claims.account).ok_or_else(unknown)?;
    match claims.kind {
        SessionKind::Role | SessionKind::WebIdentity => {
            let role = account.role(claims.name.as_str()).filter(|role| role.id == claims.subject);
            let role = role.ok_or_else(unknown)?;
            let arn = arn(&claims.account, "role", &role.path, &role.name)?;
            Caller::assumed_role(&arn, role, &claims.session_name).ok_or_else(unknown)
        }
        SessionKind::User if claims.name.as_str().is_empty() => Ok(Caller::root(&claims.account)),
        SessionKind::User => user(&claims.account, account, &claims.name, Some(&claims.subject)),
        SessionKind::Federated => {
            let arn = match account.user(claims.name.as_str()).filter(|user| user.id == claims.subject) {
                Some(user) => arn(&claims.account, "user", &user.path, &user.name)?,
                None if claims.name.as_str().is_empty() => {
                    PrincipalArn::root(Default::default(), &claims.account)
                }
                None => return Err(unknown()),
            };
            Caller::federated(&arn, &claims.session_name).ok_or_else(unknown)
        }
    }
}

fn user(id: &AccountId, account: &Account, name: &Text, subject: Option<&Text>) -> Result<Caller, Fault> {
    let found = account.user(name.as_str());
    let found = found.filter(|user| subject.is_none_or(|subject| user.id == *subject)).ok_or_else(unknown)?;
    Caller::user(&arn(id, "user", &found.path, &found.name)?, found).ok_or_else(unknown)
}

fn arn(account: &AccountId, kind: &str, path: &Text, name: &Text) -> Result<PrincipalArn, Fault> {
    let text = format!("arn:aws:iam::{account}:{kind}{path}{name}");
    PrincipalArn::parse(&text).map_err(|_| crate::call::internal())
}

/// Tags of the user or role: policies may ask for them, to refuse as well.
pub(crate) fn tags_of(
    api: &Api,
    directory: &Directory,
    caller: &Caller,
) -> Result<Vec<(RawText, RawText)>, Fault> {
    let Some((id, account)) = caller.account().and_then(|id| Some((id, directory.account(id)?))) else {
        return Ok(Vec::new());
    };
    let name = caller.name().map(Text::as_str).unwrap_or_default();
    let tags = match caller.principal().kind() {
        sotto_iam::Kind::User => account.user(name).map(|user| &user.tags),
        sotto_iam::Kind::AssumedRole => account.role(name).map(|role| &role.tags),
        _ => None,
    };
    tags.map_or(Ok(Vec::new()), |tags| opened(api, id, tags))
}

fn opened(api: &Api, account: &AccountId, tags: &Tags) -> Result<Vec<(RawText, RawText)>, Fault> {
    let open = |tag: &Tag| {
        let value = api.store_key.open_text(&crate::places::tag(account, &tag.key), &tag.value);
        Ok((RawText::new(tag.key.as_str().to_owned()), value.map_err(|_| crate::call::internal())?))
    };
    tags.iter().map(open).collect()
}

/// No such key, or none that may be used.
pub(crate) fn unknown() -> Fault {
    Fault::common(Common::UnknownKey, "The security token included in the request is invalid.")
}
