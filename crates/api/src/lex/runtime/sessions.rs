//! Where is what a conversation remembers? In the store, sealed, under a keyed hash of its id.
//!
//! Ids of sessions may be phone numbers, so none stands in a key, in clear or as a hash that somebody could count out: the code of
//! the store's key over account, Region, bot, alias, language and id. A turn [`open`]s a session, and [`Turn::keep`] writes it back
//! with the call's record, on the condition that nobody wrote in between, here or on another server.
//!
//! A function may be asked in the middle of a turn, and must not be asked twice for the same state: before the first one the session
//! is held in the store, for a few seconds that are prolonged while the function works, so that a server that ends holds nothing up.
//!
//! When a session ends stands beside it ([`End`]), so that what is over is found without reading what is not.

use super::{Talk, busy, seconds};
use crate::api::Api;
use crate::call::{Call, internal, unavailable};
use sotto_conversation::bot::BotVersion;
use sotto_conversation::registry::{Scope, Seconds};
use sotto_conversation::session::Session;
use sotto_kms::Sealed;
use sotto_public::{Place, Storable, StoredRecord};
use sotto_sensitive::RawText;
use sotto_storage::{Batch, Epoch, StorageError};
use sotto_wire::{Common, Fault, message};
use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Most bytes of a session before it is sealed.
pub(super) const SESSION_BYTES_MAX: usize = 128 << 10;
/// Most sessions of an account at one time, on all servers. What is counted lags behind by a minute in a cluster.
pub(super) const SESSIONS_PER_ACCOUNT_MAX: usize = 100_000;
/// For how long a function's work holds a session, and how often that is prolonged.
const HELD_SECONDS: Seconds = 10;
pub(super) const RENEW_EVERY: std::time::Duration = std::time::Duration::from_secs(3);
/// Longest life of a session that nobody goes on with (`idleSessionTTLInSeconds`); an import may ask for more.
const TTL_SECONDS_MAX: Seconds = 86_400;
/// What the code over the name of a session is for.
const NAMED: &str = "sotto bot session 1";

/// The place of all sessions, and that of their ends.
pub(crate) fn sessions_places() -> [Place; 2] {
    [Place::new("bot-sessions"), Place::new("bot-session-ends")]
}

/// The name of a session.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Storable)]
pub(super) struct SessionKey {
    pub(super) scope: Scope,
    pub(super) code: u128,
}

impl SessionKey {
    #[expect(clippy::disallowed_methods, reason = "the id goes into a keyed hash; the code leaves")]
    fn of(api: &Api, talk: &Talk, id: &RawText) -> Self {
        let (scope, facts) = (&talk.meant.scope, &talk.facts);
        let place = Place::new("bot session").with(&scope.account).with(&scope.region);
        let place =
            place.with(&facts.id.public()).with(&facts.alias_id.public()).with(&facts.locale.public());
        let code = api.store_key.authenticate(NAMED, &[place.as_bytes(), id.expose().as_bytes()].concat());
        let (half, _) = code.split_first_chunk::<16>().unwrap_or((&[0; 16], &[]));
        Self { scope: scope.clone(), code: u128::from_be_bytes(*half) }
    }

    pub(super) fn place(&self) -> Place {
        let [sessions, _] = sessions_places();
        sessions.with(&self.scope.account).with(&self.scope.region).with(&self.code)
    }

    /// Where its end stands.
    pub(super) fn end(&self, at: Seconds) -> Place {
        let [_, ends] = sessions_places();
        ends.with(&at).with(&self.scope.account).with(&self.scope.region).with(&self.code)
    }
}

/// A session as it rests.
#[derive(Storable)]
pub(super) struct Kept {
    /// The session; nothing while its first turn is going on.
    sealed: Option<Sealed>,
    /// When it ends if nothing is said any more.
    pub(super) expires: Seconds,
    /// The contents that it runs on.
    built: u128,
    /// Until when a turn holds it.
    pub(super) held_until: Option<Seconds>,
    /// Where its end was written when it began; it may have been moved since.
    end: Seconds,
}

impl StoredRecord for Kept {
    const KIND: &'static str = "bot-session";
}

/// Not before this instant a session is over: it is looked at then.
#[derive(Storable)]
pub(super) struct End {
    pub(super) key: SessionKey,
}

impl StoredRecord for End {
    const KIND: &'static str = "bot-session-end";
}

/// Conversations that have a turn in this process.
#[derive(Default)]
pub(super) struct InTurn(Mutex<HashSet<SessionKey>>);

impl InTurn {
    fn all(&self) -> MutexGuard<'_, HashSet<SessionKey>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, key: &SessionKey) -> Option<Taken<'_>> {
        self.all().insert(key.clone()).then(|| Taken { all: self, key: key.clone() })
    }
}

/// The turn of a conversation, given back when it is dropped.
struct Taken<'a> {
    all: &'a InTurn,
    key: SessionKey,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.all.all().remove(&self.key);
    }
}

/// A session that has a turn.
pub(super) struct Turn<'a> {
    key: SessionKey,
    /// When the record that it stands on was written; nothing where there is none.
    version: Option<Epoch>,
    /// Whether there was a session.
    pub(super) is_there: bool,
    /// What is written back when a turn that held the session comes to nothing.
    before: Option<Kept>,
    held: bool,
    /// Where its end stands, as far as this turn knows.
    end: Option<Seconds>,
    _taken: Taken<'a>,
}

/// What stands in the store, as far as it still holds.
async fn read(api: &Api, key: &SessionKey) -> Result<Option<(Epoch, Kept)>, Fault> {
    let row = api.store.get(key.place()).await.map_err(|error| unavailable(&error))?;
    row.map(|row| Ok((row.version, row.read::<Kept>().map_err(|_| internal())?))).transpose()
}

impl Kept {
    /// Whether there is a session in it at an instant. A build of the draft ends conversations on it (Lex V2 Developer Guide,
    /// "Managing sessions").
    fn holds(&self, talk: &Talk, now: Seconds) -> bool {
        let same = talk.facts.version != BotVersion::Draft || self.built == talk.built.content.number;
        self.sealed.is_some() && self.expires > now && same
    }

    fn session(&self, api: &Api, key: &SessionKey) -> Result<Session, Fault> {
        let sealed = self.sealed.as_ref().ok_or_else(internal)?;
        let bytes = api.store_key.open(&key.place(), sealed).map_err(|_| internal())?;
        Session::from_bytes(&bytes).map_err(|_| internal())
    }
}

/// The session as it is, for who only reads it.
pub(super) async fn peek(api: &Api, talk: &Talk, id: &RawText) -> Result<Option<Session>, Fault> {
    let key = SessionKey::of(api, talk, id);
    let found = read(api, &key).await?.filter(|(_, kept)| kept.holds(talk, seconds(api)));
    found.map(|(_, kept)| kept.session(api, &key)).transpose()
}

/// The session, for a turn that nobody else has meanwhile; an empty one where there is none.
pub(super) async fn open<'a>(api: &'a Api, talk: &Talk, id: &RawText) -> Result<(Turn<'a>, Session), Fault> {
    let key = SessionKey::of(api, talk, id);
    let taken = api.talks.turns.take(&key).ok_or_else(busy)?;
    let now = seconds(api);
    let found = read(api, &key).await?;
    if found.as_ref().and_then(|(_, kept)| kept.held_until).is_some_and(|until| until > now) {
        return Err(busy());
    }
    let version = found.as_ref().map(|(version, _)| *version);
    let kept = found.map(|(_, kept)| kept).filter(|kept| kept.holds(talk, now));
    let session = kept.as_ref().map(|kept| kept.session(api, &key)).transpose()?.unwrap_or_default();
    if kept.is_none() && !api.talks.counts.admits(&key.scope.account) {
        return Err(many());
    }
    let (is_there, end) = (kept.is_some(), kept.as_ref().map(|kept| kept.end));
    let turn = Turn { key, version, is_there, before: kept, held: false, end, _taken: taken };
    Ok((turn, session))
}

fn many() -> Fault {
    Fault::common(
        Common::Throttling,
        message!(
            "the account has {} sessions; they end by their time, or by DeleteSession",
            SESSIONS_PER_ACCOUNT_MAX
        ),
    )
}

impl Turn<'_> {
    fn batch(&self) -> Batch {
        let mut batch = Batch::new();
        let place = self.key.place();
        match self.version {
            Some(version) => batch.require_version(&place, version),
            None => batch.require_absent(&place),
        };
        batch
    }

    /// Writes the session, with the call's record. What was answered before stays what it was when this fails.
    pub(super) async fn keep(
        &mut self,
        call: &mut Call<'_>,
        talk: &Talk,
        session: &Session,
    ) -> Result<(), Fault> {
        let raw = session.to_bytes();
        if raw.length() > SESSION_BYTES_MAX {
            let words = message!("the session is larger than {} KiB", SESSION_BYTES_MAX / 1024);
            return Err(Fault::new("ValidationException", words));
        }
        let sealed = call.store_key().seal(&self.key.place(), &raw, call.draw().bytes());
        let idle = Seconds::from(talk.of_bot.ttl_seconds()).min(TTL_SECONDS_MAX);
        let expires = seconds(call.api).saturating_add(idle);
        let kept = Kept {
            sealed: Some(sealed.map_err(|_| internal())?),
            expires,
            built: talk.built.content.number,
            held_until: None,
            end: self.end.filter(|_| self.is_there).unwrap_or(expires),
        };
        let end = (!self.is_there).then_some(expires);
        let mut committed = call.commit(self.writes(&kept, end)).await;
        if matches!(committed, Err(StorageError::Conflict { .. }))
            && self.is_still_nothing(call.api, talk).await?
        {
            committed = call.commit(self.writes(&kept, end)).await;
        }
        let epoch = committed.map_err(|error| not_kept(&error))?;
        if !self.is_there {
            call.api.talks.counts.add(&self.key.scope.account);
        }
        (self.version, self.is_there, self.held, self.end) = (Some(epoch), true, false, Some(kept.end));
        Ok(())
    }

    fn writes(&self, kept: &Kept, end: Option<Seconds>) -> Batch {
        let mut batch = self.batch();
        batch.put(&self.key.place(), kept);
        if let Some(at) = end {
            // What held the first turn had an end of its own.
            if let Some(before) = self.end.filter(|before| *before != at) {
                batch.delete(&self.key.end(before));
            }
            batch.put(&self.key.end(at), &End { key: self.key.clone() });
        }
        batch
    }

    /// Whether a session that was over when the turn began was taken away meanwhile, and nothing more happened.
    async fn is_still_nothing(&mut self, api: &Api, talk: &Talk) -> Result<bool, Fault> {
        if self.is_there || self.held {
            return Ok(false);
        }
        let (now, found) = (seconds(api), read(api, &self.key).await?);
        let nothing =
            found.as_ref().is_none_or(|(_, kept)| !kept.holds(talk, now) && kept.held_until.is_none());
        self.version = found.map(|(version, _)| version);
        Ok(nothing)
    }

    /// Holds the session before a function is asked, or for longer.
    pub(super) async fn hold(&mut self, api: &Api, talk: &Talk) -> Result<(), Fault> {
        let until = seconds(api).saturating_add(HELD_SECONDS);
        let (sealed, expires, built) = match &self.before {
            Some(before) => (before.sealed.clone(), before.expires.max(until), before.built),
            None => (None, until, talk.built.content.number),
        };
        let new_end = (self.before.is_none() && !self.held).then_some(until);
        let end = *self.end.get_or_insert(until);
        let kept = Kept { sealed, expires, built, held_until: Some(until), end };
        let committed = api.store.commit(self.writes(&kept, new_end)).await;
        self.version = Some(committed.map_err(|error| not_kept(&error))?.epoch());
        self.held = true;
        Ok(())
    }

    /// Lets go of a session whose turn came to nothing. What cannot be written now ends by itself in seconds.
    pub(super) async fn let_go(self, api: &Api) {
        if !self.held {
            return;
        }
        let mut batch = self.batch();
        match &self.before {
            Some(before) => batch.put(&self.key.place(), before),
            None => self.delete(&mut batch),
        };
        let _ = api.store.commit(batch).await;
    }

    /// Takes the session away, with the call's record.
    pub(super) async fn remove(self, call: &mut Call<'_>) -> Result<(), Fault> {
        let mut batch = self.batch();
        self.delete(&mut batch);
        call.commit(batch).await.map_err(|error| not_kept(&error))?;
        call.api.talks.counts.take_off(&self.key.scope.account);
        Ok(())
    }

    /// Takes it away, and its end where that was not moved; otherwise the end goes when it is looked at.
    fn delete<'b>(&self, batch: &'b mut Batch) -> &'b mut Batch {
        if let Some(end) = self.end {
            batch.delete(&self.key.end(end));
        }
        batch.delete(&self.key.place())
    }
}

/// Somebody else wrote first, or the store does not take it.
fn not_kept(error: &StorageError) -> Fault {
    match error {
        StorageError::Conflict { .. } => busy(),
        error => unavailable(error),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use sotto_arn::{AccountId, Region};

    pub(in crate::lex::runtime) fn kept(expires: Seconds, held_until: Option<Seconds>) -> Kept {
        Kept { sealed: None, expires, built: 1, held_until, end: expires }
    }

    pub(in crate::lex::runtime) fn key(code: u128) -> SessionKey {
        let account = AccountId::parse("111122223333").unwrap();
        let scope = Scope { account, region: Region::parse("eu-central-1").unwrap() };
        SessionKey { scope, code }
    }

    #[test]
    fn one_turn_at_a_time_and_it_comes_back_when_it_is_dropped() {
        let turns = InTurn::default();
        let first = turns.take(&key(1));
        assert!(first.is_some() && turns.take(&key(1)).is_none() && turns.take(&key(2)).is_some());
        drop(first);
        assert!(turns.take(&key(1)).is_some());
        assert!(turns.all().is_empty());
    }

    #[test]
    fn ends_stand_in_the_order_of_time_and_apart_from_sessions() {
        let (one, other) = (key(u128::MAX), key(0));
        assert!(one.end(9) < other.end(10));
        let [sessions, ends] = sessions_places();
        assert!(sessions.holds(&one.place()) && ends.holds(&one.end(9)));
        assert!(!sessions.holds(&one.end(9)) && !ends.holds(&one.place()));
    }
}
