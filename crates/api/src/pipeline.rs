//! What happens to a request, in order? Route, authenticate, decode, dispatch, record, encode.
//!
//! Each step may end it with a fault; whatever happened is on record before the answer leaves, as [`crate::trailed`] says.
//! What nobody signed, and what no access key of ours signed, has no account and therefore no record: it is counted.

use crate::api::Api;
use crate::authenticate::{Known, Signed};
use crate::call::{Call, internal, unavailable};
use crate::caller::Caller;
use crate::context::Circumstances;
use crate::parameters::Parameters;
use crate::record::{Notes, action_of};
use crate::refusals::Asked;
use crate::refuse::{Refusal, crowded};
use crate::service;
use crate::sieve::Names;
use crate::state::Snapshot;
use crate::turns::Turn;
use sotto_arn::{AccountId, Action, Region};
use sotto_sensitive::RawBytes;
use sotto_trail::EventId;
use sotto_wire::sigv4::{Claim, Payload, unchunk};
use sotto_wire::{Answer, Common, Fault, Head, Input, Output, decode, encode, route};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// Until the answer is there; botocore gives up after 60 seconds.
pub(crate) const ANSWER_TIME_MAX: Duration = Duration::from_secs(55);

/// How long an answer is held back for want of a place, before it is refused.
pub(crate) const TURN_TIME_MAX: Duration = Duration::from_secs(3);

/// Where global services sign, and what stands for a Region that is none.
pub(crate) const HOME_REGION: &str = "us-east-1";

/// A request as it came.
pub struct Incoming {
    /// Method, path, query and headers.
    pub head: Head,
    /// The body.
    pub body: RawBytes,
    /// Who sent it.
    pub address: IpAddr,
    /// Whether it came through TLS.
    pub secure: bool,
    /// The SHA-256 of the client's certificate, where it showed one of the local authority.
    pub certificate: Option<[u8; 32]>,
}

/// Somebody who is known, and who asks on this snapshot.
pub(crate) struct Admitted {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) caller: Caller,
    pub(crate) circumstances: Circumstances,
}

impl Api {
    /// Answers a request. Whatever happened is on record before this returns, as far as somebody can be told to have asked.
    pub async fn answer(&self, incoming: Incoming) -> Answer {
        let mut incoming = Some(incoming);
        if let Some(answer) = self.at_door(&mut incoming).await {
            return answer;
        }
        if let Some(answer) = self.at_archive(&mut incoming).await {
            return answer;
        }
        let Some(incoming) = incoming else { return crate::refuse::plain() };
        let id = self.event_id();
        let claim = Claim::read(&incoming.head);
        let call = route(&incoming.head, claim.as_ref().ok(), &incoming.body);
        let answered = match timeout(ANSWER_TIME_MAX, self.work(incoming, claim, &call, id)).await {
            Ok(answered) => answered,
            Err(_) => Err(Refusal::TooLong.fault()),
        };
        if let Err(fault) = &answered {
            self.refusals.count(Asked::Aws(call.protocol()), fault);
        }
        encode(&call, &id.text(), answered)
    }

    async fn work(
        &self,
        incoming: Incoming,
        claim: Result<Claim, sotto_wire::sigv4::Refusal>,
        wire: &sotto_wire::Call,
        id: EventId,
    ) -> Result<Output, Fault> {
        let Incoming { head, body, address, secure, .. } = incoming;
        let snapshot = self.state.now();
        let region = claim.as_ref().ok().and_then(|claim| Region::parse(claim.scope().region().get()).ok());
        let region = region.map_or_else(|| Region::parse(HOME_REGION).map_err(|_| internal()), Ok)?;
        let circumstances = Circumstances::of(&head, (self.now(), region), (address, secure));
        let (caller, body) = match claim {
            Ok(claim) => {
                let signed = Signed { head: &head, body: &body, claim: &claim, now: circumstances.now };
                let Known { caller, key } = signed.authenticate(self, &snapshot)?;
                if matches!(claim.payload(), Payload::Unsigned) && !wire.takes_unsigned_payload() {
                    return Err(sotto_wire::sigv4::Refusal::UnsignedPayload.into());
                }
                (caller, payload(&claim, &key, body)?)
            }
            Err(_) if wire.is_unsigned() => (Caller::anonymous(), body),
            Err(refusal) => return Err(refusal.into()),
        };
        // Who it is is known now: of what is worked on, one account has its share.
        let turn = self.turns.take(caller.account().cloned(), TURN_TIME_MAX).await;
        let turn = turn.map_err(crowded)?;
        let body = crate::compressed::inflated(wire.prefix(), &head, body)?;
        let admitted = Admitted { snapshot, caller, circumstances };
        admitted.answer_in(self, turn, (wire, id), move |wire| decode(wire, &head, body)).await
    }
}

/// The payload, out of its chunks.
fn payload(claim: &Claim, key: &sotto_wire::sigv4::SigningKey, body: RawBytes) -> Result<RawBytes, Fault> {
    match claim.payload() {
        Payload::Chunked { .. } => Ok(unchunk(claim, key, &body)?),
        Payload::Signed(_) | Payload::Unsigned => Ok(body),
    }
}

impl Admitted {
    /// The answer, in its principal's turn. What must not be left half done goes on, in its turn, when nobody waits for it any more.
    pub(crate) async fn answer_in(
        self,
        api: &Api,
        turn: Turn<Option<AccountId>>,
        (wire, id): (&sotto_wire::Call, EventId),
        read: impl FnOnce(&sotto_wire::Call) -> Result<Input, Fault> + Send + 'static,
    ) -> Result<Output, Fault> {
        if !service::outlives(wire) {
            let _turn = turn;
            return self.answer(api, (wire, id), read).await;
        }
        let (api, wire) = (api.own.upgrade().ok_or_else(internal)?, wire.clone());
        let task = async move {
            let _turn = turn;
            self.answer(&api, (&wire, id), read).await
        };
        tokio::spawn(task).await.map_err(|_| internal())?
    }

    /// The answer to somebody who is known; `read` gives what was sent.
    pub(crate) async fn answer(
        self,
        api: &Api,
        (wire, id): (&sotto_wire::Call, EventId),
        read: impl FnOnce(&sotto_wire::Call) -> Result<Input, Fault>,
    ) -> Result<Output, Fault> {
        let named = wire.prefix().zip(wire.operation_name());
        let Some((action, read_only)) = named.and_then(|(prefix, name)| action_of(prefix, name)) else {
            return Err(crate::unserved::unreadable(&self.caller));
        };
        let notes = Notes::new(id, action, read_only);
        let Self { snapshot, caller, circumstances } = self;
        let service = sotto_aws_model::service("sts").ok_or_else(internal)?;
        let (wire, input) = (wire.clone(), Input::nothing(&service));
        let sieve = api.examiner.sieve().await?;
        let mut call = Call { api, snapshot, caller, wire, input, circumstances, notes, sieve };
        let done = call.work(read).await;
        call.conclude(done).await
    }
}

impl Call<'_> {
    async fn work(
        &mut self,
        read: impl FnOnce(&sotto_wire::Call) -> Result<Input, Fault>,
    ) -> Result<Output, Fault> {
        if !service::is_served(&self.wire) {
            return Err(self.refuse_unserved());
        }
        let (prefix, operation) = (self.wire.prefix().unwrap_or_default(), self.operation());
        if self.caller.is_barred_from(prefix, operation) {
            return Err(barred(&self.notes.action));
        }
        self.input = read(&self.wire).map_err(|fault| service::reworded(&self.wire, fault))?;
        self.examine()?;
        service::answer(self).await
    }

    /// Looks at what was given: for the record, and at names that come into being.
    fn examine(&mut self) -> Result<(), Fault> {
        let given = Parameters::of(&self.input, self.wire.operation_name().unwrap_or_default(), self.sieve);
        given.found().for_each(|found| self.api.examiner.count(found));
        let refused = given.findings.first().filter(|_| self.api.examiner.names == Names::Refuse);
        let refused = refused.map(|finding| service::sensitive_name(self.wire.prefix(), finding));
        (self.notes.request, self.notes.findings) = (given.shown, given.findings);
        refused.map_or(Ok(()), Err)
    }

    /// Puts the call on record, and answers what happened, unless it could not be recorded.
    pub(crate) async fn conclude(&mut self, done: Result<Output, Fault>) -> Result<Output, Fault> {
        if self.notes.recorded.is_some() && done.is_ok() {
            return done;
        }
        let Some(recipient) = self.notes.recipient.clone().or_else(|| self.caller.account().cloned()) else {
            return done;
        };
        let protocol = self.wire.protocol();
        let fault = done.as_ref().err().map(|fault| (fault.code(protocol), fault));
        let record = self.recorded(fault, &recipient);
        let journal = &self.api.journal;
        let action = &self.notes.action;
        let is_read = self.notes.read_only && !service::is_sensitive(action);
        let written = match is_read || service::is_data(action) {
            true => journal.soon(record).await,
            false => journal.write(record).await.map(|_| ()),
        };
        written.map_err(|error| unavailable(&error)).and(done)
    }
}

/// A session that may not call this, whatever its policies say.
fn barred(action: &Action) -> Fault {
    Fault::common(
        Common::AccessDenied,
        sotto_wire::message!(
            "This session may not perform {}: its kind is not allowed to",
            crate::record::configured(action)
        ),
    )
}
