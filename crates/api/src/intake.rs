//! How do events come in without a signature? Through an entrance: a bearer token or a client certificate that the operator mapped
//! to a role, and a stream to which the events go.
//!
//! Exporters of OpenTelemetry, shippers that post lines, and syslog senders have no AWS credentials. Each entrance acts as its
//! role: its right to put events is asked of the same policies, its calls stand in the trail as that role's, and what it brings
//! goes the way of PutLogEvents: looked at, masked and durable before the answer. A role that somebody deletes closes its
//! entrances.
//!
//! Overload is answered in the tongue of the request (OTLP specification, "OTLP/HTTP Throttling": 503 with `Retry-After`; exporters
//! take other answers as final), after the answer was slowed down.

use crate::api::{Api, BROUGHT_BYTES_MAX, BROUGHT_UNIT_BYTES};
use crate::authenticate::tags_of;
use crate::call::{Call, internal};
use crate::caller::Caller;
use crate::context::Circumstances;
use crate::logs::{Bring, Meant, aside, bring};
use crate::pipeline::{Incoming, TURN_TIME_MAX};
use crate::record::{Notes, action_of};
use crate::refusals::Asked;
use crate::refuse::{Refusal, crowded};
use sotto_arn::{AccountId, LogGroupName, PrincipalArn, Region};
use sotto_logs::{Scope, StreamName};
use sotto_public::Public;
use sotto_sensitive::{RawBytes, RawText};
use sotto_trail::{EventId, Value};
use sotto_wire::tongues::{Door, Record, Unreadable, lines, otlp, unpacked};
use sotto_wire::{Answer, Common, Fault, Message, Output, message};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

/// After how long a refused client may come again: exporters before mid-2026 give a batch ten seconds in all.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// Entrances of a server.
pub const ENTRANCES_MAX: usize = 256;

/// What somebody shows at an entrance: the SHA-256 of it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A bearer token.
    Token([u8; 32]),
    /// A client certificate, as it came (DER).
    Certificate([u8; 32]),
}

/// A way in without a signature.
#[derive(Clone, Debug)]
pub struct Entrance {
    /// Its name: the session's in the trail.
    pub name: Public<String>,
    /// What is shown; an entrance of a listener of its own may want nothing.
    pub shown: Option<Shown>,
    /// The ARN of the role that it acts as.
    pub role: PrincipalArn,
    /// The Region of the group.
    pub region: Region,
    /// The group.
    pub group: LogGroupName,
    /// The stream, which is made when it is missing.
    pub stream: StreamName,
}

/// What somebody who is let in brings.
struct Visit<'a> {
    entrance: &'a Entrance,
    address: IpAddr,
    secure: bool,
}

impl Api {
    /// The answer to a request at one of the doors; `None` where it is at none, or signed.
    pub(crate) async fn at_door(&self, incoming: &mut Option<Incoming>) -> Option<Answer> {
        let door = incoming.as_ref().and_then(|incoming| Door::of(&incoming.head))?;
        let Incoming { head, body, address, secure, certificate } = incoming.take()?;
        let tongue = Tongue::of(door, &head);
        let Some(tongue) = tongue else { return Some(unsupported()) };
        let Some(entrance) = self.entrance(&head, certificate) else {
            let words = "a bearer token or a client certificate that is known here must be shown".into();
            return Some(tongue.refused(401, &words, None));
        };
        let visit = Visit { entrance, address, secure };
        let taken = match self.read_in_turn(entrance, &head, body, tongue).await {
            Ok((records, _room)) => self.take(&visit, records).await,
            Err(Unread::Format(error)) => {
                let status = if error == Unreadable::TooLarge { 413 } else { 400 };
                return Some(tongue.refused(status, &message!("{}", error), None));
            }
            Err(Unread::Busy(fault)) => Err(fault),
        };
        Some(match taken {
            Ok(rejected) => tongue.accepted(rejected),
            Err(fault) => {
                self.refusals.count(tongue.asked(), &fault);
                tongue.fault(&fault)
            }
        })
    }

    /// What a request holds, once there is room for it: what is unpacked may be a thousand times what came. A few are read at a
    /// time; what they hold counts until it is stored.
    async fn read_in_turn(
        &self,
        entrance: &Entrance,
        head: &sotto_wire::Head,
        body: RawBytes,
        tongue: Tongue,
    ) -> Result<(Vec<Record>, OwnedSemaphorePermit), Unread> {
        let reading = self.reading.take(Some(entrance.role.account().clone()), TURN_TIME_MAX).await;
        let _reading = reading.map_err(|refused| Unread::Busy(crowded(refused)))?;
        let records = aside(|| unpacked(head, body).and_then(|body| tongue.read(&body)));
        let records = records.map_err(Unread::Format)?;
        let bytes: usize = records.iter().map(|record| record.message.length()).sum();
        let units = u32::try_from(bytes.min(BROUGHT_BYTES_MAX).div_ceil(BROUGHT_UNIT_BYTES));
        let room = Arc::clone(&self.brought).acquire_many_owned(units.unwrap_or(u32::MAX));
        match timeout(TURN_TIME_MAX, room).await {
            Ok(Ok(room)) => Ok((records, room)),
            _ => Err(Unread::Busy(Refusal::Overload.fault())),
        }
    }

    /// Takes events of a listener that belongs to an entrance; how many were left out for their times.
    ///
    /// # Errors
    /// Why nothing was taken: worth another try when [`Refused::is_busy`].
    pub async fn take_at(
        &self,
        entrance: &Entrance,
        (address, secure): (IpAddr, bool),
        records: Vec<Record>,
    ) -> Result<u64, Refused> {
        let taken = self.take(&Visit { entrance, address, secure }, records).await;
        taken.map_err(|fault| {
            self.refusals.count(Asked::Syslog, &fault);
            Refused(fault)
        })
    }

    /// The entrance that what is shown belongs to.
    fn entrance(&self, head: &sotto_wire::Head, certificate: Option<[u8; 32]>) -> Option<&Entrance> {
        let token = head.raw("authorization").and_then(|shown| digest_of_bearer(&shown));
        self.entrances.iter().find(|entrance| match (entrance.shown, token, certificate) {
            (Some(Shown::Token(known)), Some(token), _) => same(&known, &token),
            (Some(Shown::Certificate(known)), _, Some(certificate)) => same(&known, &certificate),
            _ => false,
        })
    }

    async fn take(&self, visit: &Visit<'_>, records: Vec<Record>) -> Result<u64, Fault> {
        let Visit { entrance, address, secure } = visit;
        let turn = self.turns.take(Some(entrance.role.account().clone()), TURN_TIME_MAX).await;
        let _turn = turn.map_err(crowded)?;
        let snapshot = self.state.now();
        let mut caller = caller(&snapshot.rooms.directory, entrance)?;
        caller.tags = tags_of(self, &snapshot.rooms.directory, &caller)?;
        let account = caller.account().cloned().ok_or_else(internal)?;
        let id: EventId = self.event_id();
        let (action, read_only) = action_of("logs", "PutLogEvents").ok_or_else(internal)?;
        let circumstances = Circumstances {
            now: self.now(),
            region: entrance.region.clone(),
            address: *address,
            secure: *secure,
            user_agent: None,
            referer: None,
            host: None,
            reason: None,
        };
        let service = sotto_aws_model::service("logs").ok_or_else(internal)?;
        let operation = service.operation_id("PutLogEvents").ok_or_else(internal)?;
        let wire = sotto_wire::Call::of(&service, operation, sotto_aws_model::Protocol::Json);
        let input = sotto_wire::Input::nothing(&service);
        let (notes, sieve) = (Notes::new(id, action, read_only), self.examiner.sieve().await?);
        let mut call = Call { api: self, snapshot, caller, wire, input, circumstances, notes, sieve };
        let brought = call.bring(entrance, account, records).await;
        let (rejected, done) = match brought {
            Ok(rejected) => (rejected, Ok(Output::new())),
            Err(fault) => (0, Err(fault)),
        };
        call.conclude(done).await.map(|_| rejected)
    }
}

impl Call<'_> {
    async fn bring(
        &mut self,
        entrance: &Entrance,
        account: AccountId,
        records: Vec<Record>,
    ) -> Result<u64, Fault> {
        let scope = Scope { account, region: entrance.region.clone() };
        let meant = Meant { scope, name: entrance.group.clone() };
        let count = i64::try_from(records.len()).unwrap_or(i64::MAX);
        let told = [("entrance", Value::Text(entrance.name.clone())), ("eventCount", Value::Integer(count))];
        self.notes.request = Value::Map(told.map(|(name, value)| (name.into(), value)).into());
        bring(self, &Bring { meant: &meant, stream: &entrance.stream }, records).await
    }
}

/// Why events were not taken.
#[derive(Debug)]
pub struct Refused(Fault);

impl Refused {
    /// Whether it may be different soon.
    pub fn is_busy(&self) -> bool {
        is_busy(&self.0)
    }

    /// The words.
    pub const fn words(&self) -> &Message {
        self.0.message()
    }
}

fn is_busy(fault: &Fault) -> bool {
    let code = fault.code(sotto_aws_model::Protocol::Json);
    matches!(code, "ServiceUnavailableException" | "ThrottlingException" | "InternalServerException")
}

/// A session of the entrance's role, named after the entrance.
fn caller(directory: &sotto_directory::Directory, entrance: &Entrance) -> Result<Caller, Fault> {
    let gone = || Fault::common(Common::AccessDenied, "the role of this entrance is not there");
    let account = entrance.role.account();
    let account = directory.account(account).ok_or_else(gone)?;
    let name = entrance.role.name();
    let role = account.role(name).ok_or_else(gone)?;
    let session = RawText::new(format!("intake-{}", entrance.name));
    Caller::assumed_role(&entrance.role, role, &session).ok_or_else(gone)
}

#[expect(clippy::disallowed_methods, reason = "a token is hashed, and only the hash is compared")]
fn digest_of_bearer(shown: &RawText) -> Option<[u8; 32]> {
    shown.expose().strip_prefix("Bearer ").map(|token| digest(token.trim().as_bytes()))
}

/// A SHA-256.
pub(crate) type Digest = [u8; 32];

/// SHA-256, as entrances know tokens and certificates.
pub fn digest(bytes: &[u8]) -> Digest {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    let mut out = [0; 32];
    for (place, byte) in out.iter_mut().zip(digest.as_ref()) {
        *place = *byte;
    }
    out
}

/// Whether two digests are the same, in constant time.
pub(crate) fn same(one: &Digest, other: &Digest) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(one, other).is_ok()
}

/// Why a request gave no events.
enum Unread {
    /// It is none of its format.
    Format(Unreadable),
    /// There is no room.
    Busy(Fault),
}

/// In which tongue a request is read and answered.
#[derive(Clone, Copy)]
enum Tongue {
    Otlp(otlp::Signal, otlp::Encoding),
    Lines,
}

impl Tongue {
    fn of(door: Door, head: &sotto_wire::Head) -> Option<Self> {
        match door {
            Door::Otlp(signal) => otlp::Encoding::of(head).map(|encoding| Self::Otlp(signal, encoding)),
            Door::Lines => Some(Self::Lines),
        }
    }

    fn read(self, body: &sotto_sensitive::RawBytes) -> Result<Vec<Record>, Unreadable> {
        match self {
            Self::Otlp(signal, encoding) => otlp::read(signal, encoding, body),
            Self::Lines => lines::read(body),
        }
    }

    const fn asked(self) -> Asked {
        match self {
            Self::Otlp(..) => Asked::Otlp,
            Self::Lines => Asked::Lines,
        }
    }

    fn accepted(self, rejected: u64) -> Answer {
        let words = "events that are too old, too new or expired were left out".into();
        match self {
            Self::Otlp(signal, encoding) => otlp::accepted(signal, encoding, rejected, &words),
            Self::Lines => lines::accepted(rejected),
        }
    }

    fn refused(self, status: u16, words: &Message, retry_after: Option<Duration>) -> Answer {
        match self {
            Self::Otlp(_, encoding) => otlp::refused(encoding, status, words, retry_after),
            Self::Lines => otlp::refused(otlp::Encoding::Json, status, words, retry_after),
        }
    }

    fn fault(self, fault: &Fault) -> Answer {
        let status = match fault.code(sotto_aws_model::Protocol::Json) {
            _ if is_busy(fault) => return self.refused(503, fault.message(), Some(RETRY_AFTER)),
            "AccessDeniedException" => 403,
            "ResourceNotFoundException" => 404,
            _ => 400,
        };
        self.refused(status, fault.message(), None)
    }
}

/// The answer to overload at a door, before anything is read.
pub(crate) fn overload(head: &sotto_wire::Head) -> Option<(Asked, Answer)> {
    let tongue = Tongue::of(Door::of(head)?, head).unwrap_or(Tongue::Lines);
    let words = "too many requests at this moment; try again".into();
    Some((tongue.asked(), tongue.refused(503, &words, Some(RETRY_AFTER))))
}

fn unsupported() -> Answer {
    let words = "the content type must be application/x-protobuf or application/json".into();
    otlp::refused(otlp::Encoding::Json, 415, &words, None)
}
