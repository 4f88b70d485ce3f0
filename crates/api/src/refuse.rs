//! What is answered before a request could be read? A refusal in the shape of the protocol that it would have spoken.
//!
//! Clients retry 503 and the codes that go with it; a bare 429 or a closed connection has made log shippers drop whole
//! batches (threads of AWS's own clients), so overload and slow bodies are answered in AWS's words.

use crate::api::Api;
use crate::refusals::Asked;
use crate::turns::Crowded;
use sotto_arn::AccountId;
use sotto_sensitive::RawBytes;
use sotto_wire::sigv4::Claim;
use sotto_wire::{Answer, Common, Fault, Head, encode, route};

/// Why a request was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Its line and headers are too large, or its method is none of AWS's.
    Head,
    /// Too many requests are being worked on.
    Overload,
    /// Too many requests of whoever asks are being worked on.
    Throttled,
    /// Its body is longer than the service takes.
    BodyTooLarge,
    /// Its body did not come in time.
    BodyTooSlow,
    /// Its body broke off.
    BodyBroken,
    /// Its answer did not come in time.
    TooLong,
}

impl Refusal {
    pub(crate) fn fault(self) -> Fault {
        match self {
            Self::Head => Fault::common(Common::TooLarge, "the request's line and headers are too large")
                .with_status(431),
            Self::Throttled => Fault::common(Common::Throttling, "Rate exceeded"),
            Self::Overload => Fault::common(Common::Unavailable, "too many requests at one time; try again"),
            Self::BodyTooLarge => Fault::common(Common::TooLarge, "the request's body is too large"),
            Self::BodyTooSlow => {
                Fault::common(Common::Unavailable, "the request's body did not come in time").with_status(408)
            }
            Self::BodyBroken => Fault::common(Common::Malformed, "the request's body broke off"),
            Self::TooLong => {
                Fault::common(Common::Unavailable, "the answer took too long; whether it was done is unknown")
            }
        }
    }
}

impl From<Crowded> for Refusal {
    fn from(crowded: Crowded) -> Self {
        match crowded {
            Crowded::Own => Self::Throttled,
            Crowded::All => Self::Overload,
        }
    }
}

/// What somebody is told for whom there is no place.
pub(crate) fn crowded(crowded: Crowded) -> Fault {
    Refusal::from(crowded).fault()
}

/// Bytes of a body, where nothing else is said.
pub const BODY_BYTES_MAX: usize = 1 << 20;

/// Bytes of the bodies of some services: CloudWatch Logs takes 1 MiB of messages, which escapes make longer; a function's code
/// comes as base64 of 50 MB.
const BODIES: [(&str, usize); 3] = [("logs", 8 << 20), ("lambda", 70 << 20), ("lex", 16 << 20)];

impl Api {
    /// Most bytes of a request's body.
    pub fn body_bytes_max(&self, head: &Head) -> usize {
        if sotto_wire::Ticket::is_meant(head) {
            return crate::lex::contents::CONTENT_BYTES_MAX;
        }
        let claim = Claim::read(head).ok();
        let service = claim.as_ref().map(|claim| claim.scope().service().get().as_str());
        let found = BODIES.iter().find(|(name, _)| Some(*name) == service);
        found.map_or(BODY_BYTES_MAX, |(_, bytes)| *bytes)
    }

    /// The answer to a request that was not read.
    pub fn refuse(&self, head: Option<&Head>, refusal: Refusal) -> Answer {
        let id = self.event_id().text();
        let Some(head) = head else { return plain() };
        let fault = refusal.fault();
        if let Some((asked, answer)) = crate::intake::overload(head) {
            self.refusals.count(asked, &fault);
            return answer;
        }
        let call = route(head, Claim::read(head).ok().as_ref(), &RawBytes::default());
        self.refusals.count(Asked::Aws(call.protocol()), &fault);
        encode(&call, &id, Err(fault))
    }

    /// Whose request this says to be, before anything of it is checked: good for sharing room among those who wait, and for nothing
    /// else. Sessions and other ways in have no account that could be seen so early.
    pub fn claimed(&self, head: &Head) -> Option<AccountId> {
        let claim = Claim::read(head).ok()?;
        let snapshot = self.state.now();
        let (owner, _) = snapshot.rooms.directory.access_key(claim.access_key().get())?;
        Some(owner.account.clone())
    }
}

/// The answer to what has no head that could be read (RFC 6585, section 5).
pub(crate) fn plain() -> Answer {
    let body = b"the request's line and headers are too large, or its method is unknown\n".to_vec();
    Answer { status: 431, headers: vec![("content-type".into(), b"text/plain".to_vec())], body, tail: None }
}
