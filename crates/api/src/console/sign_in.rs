//! May somebody sign in? Whoever shows an access key with its secret, as a signature would show it.
//!
//! The secret is compared with the one that rests sealed, by digests in constant time, and forgotten. Unknown keys, wrong secrets
//! and tokens that ended are answered alike, each after the same time; an address has few places at one time, so that guessing
//! is slow and nobody is locked out of his own key. Both outcomes are on record before the answer, as CloudTrail's `ConsoleLogin`
//! (CloudTrail user guide, "AWS Management Console sign-in events"); a key that is nobody's has no account and is counted.

use super::sessions::{Begun, Credential, Halves};
use super::{Refused, Told, about, answered, cookie, digest_of};
use crate::api::Api;
use crate::authenticate::{is_closed, owner_of_key, owner_of_token};
use crate::call::{internal, unavailable};
use crate::caller::Caller;
use crate::context::Circumstances;
use crate::intake::same;
use crate::pipeline::{HOME_REGION, Incoming};
use crate::record::Notes;
use crate::refuse::crowded;
use crate::state::Snapshot;
use crate::turns::{Shares, Turns};
use serde_json::json;
use sotto_arn::{Action, Region};
use sotto_public::Public;
use sotto_sensitive::RawText;
use sotto_trail::{EventKind, Record, Value};
use sotto_wire::Fault;
use sotto_wire::neutral::Members;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// When a refusal is answered.
const REFUSED_AFTER: Duration = Duration::from_secs(2);
/// How long somebody waits for a place.
const PLACE_TIME_MAX: Duration = Duration::from_secs(10);
/// Sign-ins at one time: of all, of an address, and how many wait.
const PLACES: Shares = Shares { places: 32, each: 4, waiting_each: 8, waiting: 128 };

/// Where sign-ins wait for their turn and are counted.
pub(super) struct Door {
    places: Turns<IpAddr>,
    begun: AtomicU64,
    refused: AtomicU64,
}

impl Door {
    pub(super) fn new() -> Self {
        Self { places: Turns::new(PLACES), begun: AtomicU64::new(0), refused: AtomicU64::new(0) }
    }

    pub(super) fn counts(&self) -> [(&'static str, u64); 2] {
        let now = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        [("begun", now(&self.begun)), ("refused", now(&self.refused))]
    }
}

/// What was shown.
struct Shown {
    id: Option<Public<String>>,
    secret: RawText,
    token: Option<RawText>,
}

impl Shown {
    fn of(members: &Members) -> Self {
        let token = members.text("sessionToken").filter(|token| !token.is_empty());
        let secret = members.text("secretAccessKey").unwrap_or_default();
        Self { id: members.word("accessKeyId"), secret, token }
    }

    /// Who it is; where the secret is wrong, whose key it would be.
    fn verified(self, api: &Api, snapshot: &Snapshot) -> Result<(Caller, Credential), Option<Box<Caller>>> {
        let directory = &snapshot.rooms.directory;
        let id = self.id.ok_or(None)?;
        let (caller, secret, credential) = match self.token {
            None => {
                let (caller, held) = owner_of_key(api, directory, &id).map_err(|_| None)?;
                let place = crate::places::access_key(&held.id);
                let secret = api.store_key.open_text(&place, &held.secret).map_err(|_| None)?;
                let seal = held.secret.as_bytes().to_vec();
                (caller, digest_of(&secret), Credential::Key { id, seal })
            }
            Some(token) => {
                let caller = owner_of_token(api, directory, (&id, &token), api.now()).map_err(|_| None)?;
                let secret = caller.claims().map(|claims| digest_of(&claims.secret)).ok_or(None)?;
                (caller, secret, Credential::Token { id, token })
            }
        };
        match same(&secret, &digest_of(&self.secret)) && !is_closed(directory, &caller) {
            true => Ok((caller, credential)),
            false => Err(Some(Box::new(caller))),
        }
    }
}

/// Somebody who showed his keys.
pub(super) struct SignedIn {
    pub(super) caller: Caller,
    pub(super) credential: Credential,
    pub(super) region: Region,
}

impl Api {
    /// Begins a session.
    pub(super) async fn begin_session(&self, incoming: Incoming) -> Told {
        let members = Members::read(incoming.body)?;
        let circumstances = |region| {
            Circumstances::of(&incoming.head, (self.now(), region), (incoming.address, incoming.secure))
        };
        let SignedIn { caller, credential, region } = self.sign_in(&members, circumstances).await?;
        let account = caller.account().cloned().ok_or_else(internal)?;
        let random = [(); 2].map(|()| [(); 2].map(|()| u128::from_be_bytes(self.draw().bytes())));
        let halves = Halves::of(random);
        let begun = Begun { account, region: region.clone(), who: credential };
        let full =
            || Refused::new(503, "ServiceUnavailable", "too many people are signed in; try again later");
        let ends = self.console.sessions.begin(begun, &halves, self.now()).map_err(|_| full())?;
        let mut told = about(&caller, region.as_str(), ends);
        if let Some(told) = told.as_object_mut() {
            told.insert("page".to_owned(), json!(halves.page.get()));
            told.insert("views".to_owned(), json!([]));
        }
        let mut answer = answered(200, &told);
        answer.headers.push(cookie(incoming.secure, Some(&halves.cookie)));
        Ok(answer)
    }

    /// Who shows these keys, once that is on record.
    pub(super) async fn sign_in(
        &self,
        members: &Members,
        circumstances: impl FnOnce(Region) -> Circumstances,
    ) -> Result<SignedIn, Refused> {
        let started = Instant::now();
        let region = members.word("region").and_then(|region| Region::parse(region.get()).ok());
        let region = region.map_or_else(|| Region::parse(HOME_REGION).map_err(|_| internal()), Ok)?;
        let circumstances = circumstances(region.clone());
        let place = self.console.door.places.take(network(circumstances.address), PLACE_TIME_MAX).await;
        // Who does not wait for the refusal does not get his place back sooner.
        let place = place.map_err(crowded)?;
        let held = tokio::spawn(async move {
            sleep_until(started + REFUSED_AFTER).await;
            drop(place);
        });
        match Shown::of(members).verified(self, &self.state.now()) {
            Ok((caller, credential)) => {
                self.put_on_record(&caller, &circumstances, true).await?;
                held.abort();
                self.console.door.begun.fetch_add(1, Ordering::Relaxed);
                Ok(SignedIn { caller, credential, region })
            }
            Err(owner) => {
                self.console.door.refused.fetch_add(1, Ordering::Relaxed);
                if let Some(owner) = owner {
                    self.put_on_record(&owner, &circumstances, false).await?;
                }
                let _ = held.await;
                let words = "this access key is not known here, or its secret is another one";
                Err(Refused::new(403, "SignInRefused", words))
            }
        }
    }

    async fn put_on_record(
        &self,
        caller: &Caller,
        circumstances: &Circumstances,
        begun: bool,
    ) -> Result<(), Fault> {
        let record = self.sign_in_record(caller, circumstances, begun).await?;
        self.journal.write(record).await.map(|_| ()).map_err(|error| unavailable(&error))
    }

    async fn sign_in_record(
        &self,
        caller: &Caller,
        circumstances: &Circumstances,
        begun: bool,
    ) -> Result<Record, Fault> {
        let action = Action::parse("signin:ConsoleLogin").map_err(|_| internal())?;
        let recipient = caller.account().ok_or_else(internal)?;
        let asked = (caller, circumstances, self.examiner.sieve().await?);
        let notes = Notes::new(self.event_id(), action, false);
        let mut record = notes.record(self.event_id(), asked, None, recipient);
        record.kind = EventKind::ConsoleSignIn;
        let outcome = if begun { "Success" } else { "Failure" };
        record.response = Value::Map([("ConsoleLogin".into(), Value::literal(outcome))].into());
        record.error_message = (!begun).then(|| Value::literal("Failed authentication"));
        Ok(record)
    }
}

/// Whose places are taken: an address, of IPv6 the network of one subscriber (RFC 6177).
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() >> 64 << 64)),
        four => four,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        for (address, wanted) in [
            ("192.0.2.1", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ] {
            let parse = |text: &str| text.parse::<IpAddr>().unwrap();
            assert_eq!(network(parse(address)), parse(wanted), "{address}");
        }
    }
}
