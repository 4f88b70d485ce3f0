//! Which sessions of the console are there? Those that this process began, in memory, by the digest of the cookie's half.
//!
//! A session ends when nobody used it for a while, when it is old, and with the process; a cluster's servers do not share them.
//! What the page asks by itself while nobody touches it is no use. An account has a bounded number: one more ends the one that
//! was not used for longest. A table in the store was rejected: it would hold who looked when, and every look would write.

use crate::intake::{Digest, same};
use sotto_arn::{AccountId, Region};
use sotto_directory::Text;
use sotto_public::Public;
use sotto_sensitive::RawText;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// Without use (OWASP Session Management Cheat Sheet, "Idle Timeout").
pub(super) const IDLE_MAX: Duration = Duration::from_secs(30 * 60);
/// In all, as a console session of AWS.
pub(super) const LIFE_MAX: Duration = Duration::from_secs(12 * 3_600);
/// Sessions of one account.
const SESSIONS_EACH_MAX: usize = 32;
/// Sessions of all.
const SESSIONS_MAX: usize = 4_096;
/// As how many others a session looks at one time.
const VIEWS_MAX: usize = 4;

/// By what a session is found.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Name(pub(super) Digest);

/// With what somebody signed in: enough to know who he is now, not enough to sign.
pub(super) enum Credential {
    /// A long-term key, and the seal that its secret rested in: a key that was made again is another one.
    Key { id: Public<String>, seal: Vec<u8> },
    /// A temporary key and its token.
    Token { id: Public<String>, token: RawText },
}

/// Whether a request counts as use.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Touch {
    Yes,
    No,
}

/// What begins.
pub(super) struct Begun {
    pub(super) account: AccountId,
    pub(super) region: Region,
    pub(super) who: Credential,
}

struct Session {
    page: Digest,
    account: AccountId,
    region: Region,
    who: Arc<Credential>,
    views: Vec<(u16, Arc<Credential>)>,
    view_next: u16,
    begun: SystemTime,
    used: SystemTime,
}

impl Session {
    fn has_ended(&self, now: SystemTime) -> bool {
        let since = |at: SystemTime| now.duration_since(at).unwrap_or_default();
        since(self.used) >= IDLE_MAX || since(self.begun) >= LIFE_MAX
    }
}

/// A session, as a request needs it.
pub(super) struct Found {
    pub(super) region: Region,
    pub(super) who: Arc<Credential>,
    pub(super) views: Vec<(u16, Arc<Credential>)>,
    pub(super) ends: SystemTime,
}

impl Found {
    /// As whom else is looked.
    pub(super) fn viewer(&self, view: u16) -> Option<&Arc<Credential>> {
        self.views.iter().find(|(number, _)| *number == view).map(|(_, who)| who)
    }
}

/// Both halves of a new session, as they are sent.
pub(super) struct Halves {
    pub(super) cookie: Public<String>,
    pub(super) page: Public<String>,
}

impl Halves {
    /// From 64 random bytes.
    pub(super) fn of(random: [[u128; 2]; 2]) -> Self {
        let [cookie, page] = random.map(|half| Text::hexadecimal(half).public());
        Self { cookie, page }
    }

    fn digests(&self) -> (Name, Digest) {
        let digest = |half: &Public<String>| crate::intake::digest(half.get().as_bytes());
        (Name(digest(&self.cookie)), digest(&self.page))
    }
}

/// All sessions are taken.
pub(super) struct Full;

/// Sessions.
#[derive(Default)]
pub(super) struct Sessions(Mutex<HashMap<Name, Session>>);

impl Sessions {
    fn all(&self) -> MutexGuard<'_, HashMap<Name, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins one.
    pub(super) fn begin(&self, begun: Begun, halves: &Halves, now: SystemTime) -> Result<SystemTime, Full> {
        let Begun { account, region, who } = begun;
        let (name, page) = halves.digests();
        let mut all = self.all();
        all.retain(|_, session| !session.has_ended(now));
        if all.values().filter(|session| session.account == account).count() >= SESSIONS_EACH_MAX {
            let own = all.iter().filter(|(_, session)| session.account == account);
            let oldest = own.min_by_key(|(_, session)| session.used).map(|(name, _)| name.clone());
            oldest.and_then(|oldest| all.remove(&oldest));
        }
        if all.len() >= SESSIONS_MAX {
            return Err(Full);
        }
        let who = Arc::new(who);
        let (views, view_next, begun, used) = (Vec::new(), 1, now, now);
        all.insert(name, Session { page, account, region, who, views, view_next, begun, used });
        Ok(now + LIFE_MAX)
    }

    /// The session of both halves.
    pub(super) fn find(
        &self,
        name: &Name,
        (page, now): (&Digest, SystemTime),
        touch: Touch,
    ) -> Option<Found> {
        let mut all = self.all();
        let session = all.get_mut(name).filter(|session| same(&session.page, page))?;
        if session.has_ended(now) {
            all.remove(name);
            return None;
        }
        if touch == Touch::Yes {
            session.used = now;
        }
        let (region, who) = (session.region.clone(), Arc::clone(&session.who));
        Some(Found { region, who, views: session.views.clone(), ends: session.begun + LIFE_MAX })
    }

    /// Adds somebody else as whom is looked; the one who was added first goes when there are too many.
    pub(super) fn view(&self, name: &Name, who: Credential) -> Option<u16> {
        let mut all = self.all();
        let session = all.get_mut(name)?;
        if session.views.len() >= VIEWS_MAX {
            session.views.remove(0);
        }
        let number = session.view_next;
        session.view_next = number.checked_add(1).unwrap_or(1);
        session.views.push((number, Arc::new(who)));
        Some(number)
    }

    /// Takes him away.
    pub(super) fn leave(&self, name: &Name, view: u16) {
        if let Some(session) = self.all().get_mut(name) {
            session.views.retain(|(number, _)| *number != view);
        }
    }

    /// Ends a session.
    pub(super) fn end(&self, name: &Name) {
        self.all().remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
    }

    fn halves(number: u128) -> Halves {
        Halves::of([[number, 1], [number, 2]])
    }

    fn begun(account: &str) -> Begun {
        Begun {
            account: AccountId::parse(account).unwrap(),
            region: Region::parse("eu-central-1").unwrap(),
            who: Credential::Key { id: "AKIDEXAMPLE".into(), seal: Vec::new() },
        }
    }

    fn found(sessions: &Sessions, of: &Halves, seconds: u64, touch: Touch) -> bool {
        let (name, page) = of.digests();
        sessions.find(&name, (&page, at(seconds)), touch).is_some()
    }

    #[test]
    fn both_halves_are_wanted() {
        let (sessions, one, other) = (Sessions::default(), halves(1), halves(2));
        for halves in [&one, &other] {
            assert!(sessions.begin(begun("111122223333"), halves, at(0)).is_ok());
        }
        assert!(found(&sessions, &one, 0, Touch::No) && found(&sessions, &other, 0, Touch::No));
        let (name, _) = one.digests();
        let (_, page) = other.digests();
        assert!(sessions.find(&name, (&page, at(0)), Touch::Yes).is_none(), "another session's half");
        assert!(sessions.find(&Name(page), (&name.0, at(0)), Touch::Yes).is_none(), "halves exchanged");
        sessions.end(&name);
        assert!(!found(&sessions, &one, 0, Touch::No));
    }

    #[test]
    fn a_session_ends_without_use_and_in_the_end() {
        let (idle, life) = (IDLE_MAX.as_secs(), LIFE_MAX.as_secs());
        let sessions = Sessions::default();
        let begin = |number| {
            let halves = halves(number);
            assert!(sessions.begin(begun("111122223333"), &halves, at(0)).is_ok());
            halves
        };
        let unused = begin(1);
        assert!(found(&sessions, &unused, idle - 1, Touch::No), "looked at, not used");
        assert!(!found(&sessions, &unused, idle, Touch::Yes));
        let used = begin(2);
        for step in (0..life).step_by(usize::try_from(idle).unwrap() - 1) {
            assert!(found(&sessions, &used, step, Touch::Yes), "{step}");
        }
        assert!(!found(&sessions, &used, life, Touch::Yes), "used all the time");
    }

    #[test]
    fn an_account_has_so_many_and_one_more_ends_the_oldest() {
        let sessions = Sessions::default();
        let many = SESSIONS_EACH_MAX as u128;
        for number in 0..many {
            assert!(sessions.begin(begun("111122223333"), &halves(number), at(number as u64)).is_ok());
        }
        assert!(found(&sessions, &halves(0), 100, Touch::Yes));
        assert!(sessions.begin(begun("444455556666"), &halves(900), at(101)).is_ok());
        assert!(sessions.begin(begun("111122223333"), &halves(901), at(101)).is_ok());
        assert!(found(&sessions, &halves(0), 102, Touch::No), "it was used");
        assert!(!found(&sessions, &halves(1), 102, Touch::No), "the one that was not used for longest");
        assert!(
            found(&sessions, &halves(900), 102, Touch::No) && found(&sessions, &halves(901), 102, Touch::No)
        );
    }

    #[test]
    fn all_sessions_have_a_bound_and_ended_ones_do_not_count() {
        let sessions = Sessions::default();
        let account = |number: u128| format!("{:012}", 100_000_000_000 + number / SESSIONS_EACH_MAX as u128);
        let most = SESSIONS_MAX as u128;
        for number in 0..most {
            assert!(sessions.begin(begun(&account(number)), &halves(number), at(0)).is_ok());
        }
        assert!(sessions.begin(begun("999999999999"), &halves(most), at(1)).is_err());
        assert!(sessions.begin(begun("999999999999"), &halves(most), at(IDLE_MAX.as_secs())).is_ok());
        assert_eq!(sessions.all().len(), 1);
    }

    #[test]
    fn views_are_numbered_and_the_first_goes_when_there_are_too_many() {
        let (sessions, halves) = (Sessions::default(), halves(1));
        let key = || Credential::Key { id: "AKIDEXAMPLE".into(), seal: Vec::new() };
        assert!(sessions.begin(begun("111122223333"), &halves, at(0)).is_ok());
        let (name, page) = halves.digests();
        let numbers: Vec<_> = (0..=VIEWS_MAX).filter_map(|_| sessions.view(&name, key())).collect();
        assert_eq!(numbers.len(), VIEWS_MAX + 1);
        let held = || sessions.find(&name, (&page, at(0)), Touch::No).unwrap();
        assert_eq!(held().views.iter().map(|(number, _)| *number).collect::<Vec<_>>(), numbers[1..]);
        sessions.leave(&name, numbers[1]);
        let found = held();
        assert!(found.viewer(numbers[1]).is_none() && found.viewer(numbers[2]).is_some());
    }
}
