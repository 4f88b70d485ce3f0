//! What does a service's file work with? A [`Call`]: who asks for what, on which snapshot, and the three things it may do:
//! ask for a decision, change the directory, have the call on record.
//!
//! ```text
//! call.authorize(Ask::new("iam:CreateUser").on(arn))?;
//! let user = call.change(|draft, entropy| draft.create_user(...).map_err(fault)).await?;
//! Ok(Output::new().with("User", ...))
//! ```

use crate::api::{Api, Draw};
use crate::caller::Caller;
use crate::context::Circumstances;
use crate::record::Notes;
use crate::shelves::Drafts;
use crate::sieve::Sieve;
use crate::state::{NotChanged, Snapshot, State};
use crate::trailed::Journal;
use sotto_arn::{AccountId, Action, Region};
use sotto_directory::{Directory, Draft};
use sotto_iam::{Act, Context, Permit, Refused, Request, Resource, Scoped, Verdict};
use sotto_kms::StoreKey;
use sotto_public::{Public, Recorded};
use sotto_sensitive::RawText;
use sotto_storage::{Batch, Epoch, StorageError, Store};
use sotto_trail::{EventId, Outcome, Record, ResourceName};
use sotto_wire::{Common, Fault, Input, message};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// A request on its way.
pub struct Call<'a> {
    pub(crate) api: &'a Api,
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) caller: Caller,
    pub(crate) wire: sotto_wire::Call,
    pub(crate) input: Input,
    pub(crate) circumstances: Circumstances,
    pub(crate) notes: Notes,
    pub(crate) sieve: &'a Sieve,
}

/// What is asked of the policies.
pub struct Ask {
    action: Option<Action>,
    resources: Vec<Resource>,
    context: Context,
    encryption_context: Vec<(RawText, RawText)>,
}

impl Ask {
    /// For an action on no resource in particular: `*`.
    pub fn new(action: &'static str) -> Self {
        Self::about(Action::parse(action).ok())
    }

    /// For an action that was read from a request, on no resource in particular.
    pub(crate) fn of(action: Action) -> Self {
        Self::about(Some(action))
    }

    fn about(action: Option<Action>) -> Self {
        Self { action, resources: Vec::new(), context: Context::new(), encryption_context: Vec::new() }
    }

    /// On this resource, too; each must be allowed.
    #[must_use]
    pub fn on(mut self, resource: Resource) -> Self {
        self.resources.push(resource);
        self
    }

    /// With keys that belong to this action alone, as `iam:PolicyARN`.
    #[must_use]
    pub fn with(mut self, context: Context) -> Self {
        self.context = context;
        self
    }

    /// With the encryption context that the request brings, for constraints of grants.
    #[must_use]
    pub(crate) fn under(mut self, encryption_context: Vec<(RawText, RawText)>) -> Self {
        self.encryption_context = encryption_context;
        self
    }
}

/// A decision that is made again while an answer goes on.
pub(crate) struct Standing {
    state: Arc<State>,
    request: Request,
    since: SystemTime,
}

impl Standing {
    /// Whether the caller may still do it, so long after the request.
    pub(crate) fn holds(&self, after: Duration) -> bool {
        let (now, snapshot) = (self.since + after, self.state.now());
        let decision = snapshot.policies.authorize::<sotto_iam::Call>(&self.request, now);
        self.state.is_fresh() && decision.into_permit().is_ok()
    }
}

impl Call<'_> {
    /// The operation's name.
    pub fn operation(&self) -> &str {
        self.wire.operation_name().unwrap_or_default()
    }

    /// What was given.
    pub fn input(&self) -> &Input {
        &self.input
    }

    /// The same, to move raw parts out.
    pub fn input_mut(&mut self) -> &mut Input {
        &mut self.input
    }

    /// When the request came.
    pub fn now(&self) -> SystemTime {
        self.circumstances.now
    }

    /// The Region that was signed for.
    pub fn region(&self) -> &Region {
        &self.circumstances.region
    }

    /// The id of the request.
    pub fn request_id(&self) -> EventId {
        self.notes.request_id
    }

    /// Who asks.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The caller's account.
    ///
    /// # Errors
    /// Access denied when the caller has none.
    pub fn account(&self) -> Result<AccountId, Fault> {
        self.caller.account().cloned().ok_or_else(|| Fault::common(Common::AccessDenied, "Access denied"))
    }

    /// Who and what there was when the request came.
    pub fn directory(&self) -> &Directory {
        &self.snapshot.rooms.directory
    }

    /// What decided when the request came.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Takes the newest state: what another call made meanwhile is seen from here on.
    pub(crate) fn look_again(&mut self) {
        self.snapshot = self.api.state.now();
    }

    /// The key of keys.
    pub fn store_key(&self) -> &StoreKey {
        &self.api.store_key
    }

    /// Randomness.
    pub fn draw(&self) -> Draw<'_> {
        self.api.draw()
    }

    /// The store, for reads.
    pub fn store(&self) -> &dyn Store {
        &*self.api.store
    }

    /// Says in the trail what was acted on.
    pub fn concerns(&mut self, resource: ResourceName) {
        if !self.notes.resources.contains(&resource) {
            self.notes.resources.push(resource);
        }
    }

    /// May the caller do this? The decision enters the trail either way.
    ///
    /// # Errors
    /// Access denied, in AWS's words, with the layer that decided.
    pub fn authorize(&mut self, ask: Ask) -> Result<Permit<sotto_iam::Call>, Fault> {
        self.authorize_as(ask)
    }

    /// The same for another kind of act, whose permit something else wants to see.
    ///
    /// # Errors
    /// As [`Call::authorize`].
    pub fn authorize_as<A: Act>(&mut self, ask: Ask) -> Result<Permit<A>, Fault> {
        self.decide(ask).map(|(permit, _)| permit)
    }

    /// For an answer that goes on after its request: what can be asked again later, by the policies that hold then.
    ///
    /// # Errors
    /// As [`Call::authorize`].
    pub(crate) fn authorize_standing(&mut self, ask: Ask) -> Result<Standing, Fault> {
        let (_permit, request) = self.decide::<sotto_iam::Call>(ask)?;
        Ok(Standing { state: Arc::clone(&self.api.state), request, since: self.circumstances.now })
    }

    /// For an act whose parts are decided one by one, once they are known: what is refused here reaches none.
    ///
    /// # Errors
    /// As [`Call::authorize`].
    pub(crate) fn authorize_parts<A: Act>(&mut self, ask: Ask) -> Result<Scoped<A>, Fault> {
        let request = self.request(ask)?;
        match self.snapshot.policies.authorize_parts(request, self.circumstances.now) {
            Ok(scoped) => {
                self.notes.decided(scoped.request(), scoped.permit().verdict(), &self.snapshot);
                Ok(scoped)
            }
            Err(refused) => {
                let Refused { verdict, request } = *refused;
                self.notes.decided(&request, &verdict, &self.snapshot);
                Err(denied(&verdict, &request))
            }
        }
    }

    /// What the policies are asked.
    fn request(&self, ask: Ask) -> Result<Request, Fault> {
        let action = ask.action.ok_or_else(internal)?;
        if !self.api.state.is_fresh() {
            return Err(unavailable(&StorageError::Busy));
        }
        let mut context = ask.context;
        self.circumstances.complete(&self.caller, &self.snapshot.rooms.directory, &mut context);
        Ok(Request::on(self.caller.principal().clone(), action, ask.resources, context)
            .with_encryption_context(ask.encryption_context))
    }

    fn decide<A: Act>(&mut self, ask: Ask) -> Result<(Permit<A>, Request), Fault> {
        let request = self.request(ask)?;
        let decision = self.snapshot.policies.authorize::<A>(&request, self.circumstances.now);
        self.notes.decided(&request, decision.verdict(), &self.snapshot);
        match decision.into_permit() {
            Ok(permit) => Ok((permit, request)),
            Err(verdict) => Err(denied(&verdict, &request)),
        }
    }

    /// Decides on the newest directory, commits the change together with the call's record, and shows it. `decide` may run
    /// again when another process was faster, so it must not move anything out.
    ///
    /// # Errors
    /// What `decide` refuses, or that the store does not take it.
    pub async fn change<T>(
        &mut self,
        mut decide: impl FnMut(&mut Draft, &mut Draw<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.transact(|drafts, draw| decide(&mut drafts.directory, draw)).await
    }

    /// The same for all shelves.
    ///
    /// # Errors
    /// As for [`Call::change`].
    pub(crate) async fn transact<T>(
        &mut self,
        mut decide: impl FnMut(&mut Drafts, &mut Draw<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let (api, row) = (self.api, self.row()?);
        let changed = api.state.change(|drafts| decide(drafts, &mut api.draw()), |_| vec![row.clone()]).await;
        match changed {
            Ok((answer, recorded)) => {
                self.notes.recorded = recorded;
                self.snapshot = api.state.now();
                Ok(answer)
            }
            Err(NotChanged::Refused(fault)) => Err(fault),
            Err(NotChanged::Store(error)) => Err(unavailable(&error)),
        }
    }

    /// Commits what is no shelf's, together with the call's record: what is durable is on record, and the other way round.
    pub(crate) async fn commit(&mut self, mut batch: Batch) -> Result<Epoch, StorageError> {
        if self.notes.recorded.is_none() {
            Journal::append(&mut batch, &self.row().map_err(|_| StorageError::Unknown)?);
        }
        let committed = self.api.store.commit(batch).await?;
        let epoch = committed.epoch();
        if let Some(recorded) = committed.into_recorded().pop() {
            self.notes.recorded = Some(recorded);
        }
        Ok(epoch)
    }

    /// Takes a refusal back where a grant names the caller for the act itself, as RetireGrant does; a statement that refuses stays.
    pub(crate) fn allowed_by_grant(&mut self) -> bool {
        let Some(decision) = &mut self.notes.decision else { return false };
        if decision.outcome != Outcome::ImplicitDeny {
            return false;
        }
        (decision.outcome, decision.layer) = (Outcome::Allow, Some("grant".into()));
        decision.missing.clear();
        true
    }

    /// Has the call on record, durably, before something sensitive is shown.
    ///
    /// # Errors
    /// When the store does not take it: then nothing may be shown.
    pub async fn record(&mut self) -> Result<&Recorded, Fault> {
        if self.notes.recorded.is_none() {
            let row = self.row()?;
            let recorded = self.api.journal.write(row).await.map_err(|error| unavailable(&error))?;
            self.notes.recorded = Some(recorded);
        }
        self.notes.recorded.as_ref().ok_or_else(internal)
    }

    /// The record of the call, should it end well.
    fn row(&self) -> Result<Record, Fault> {
        let recipient =
            self.notes.recipient.clone().or_else(|| self.caller.account().cloned()).ok_or_else(internal)?;
        Ok(self.recorded(None, &recipient))
    }

    /// The record of the call, ended like this.
    pub(crate) fn recorded(&self, fault: Option<(&'static str, &Fault)>, recipient: &AccountId) -> Record {
        let asked = (&self.caller, &self.circumstances, self.sieve);
        self.notes.record(self.api.event_id(), asked, fault, recipient)
    }

    /// Says in whose trail the call stands, where nobody known asks.
    pub fn belongs_to(&mut self, account: AccountId) {
        self.notes.recipient = Some(account);
    }

    /// Issuers of web identity tokens whose keys are known.
    pub(crate) fn issuers(&self) -> &crate::issuers::Issuers {
        &self.api.issuers
    }

    /// The answer to an operation that is not served.
    pub fn not_served(&self) -> Fault {
        Fault::common(Common::NotImplemented, "sotto does not serve this operation")
    }
}

/// AWS's sentence, which names the caller's own ARN and the resource that was asked for.
#[expect(
    clippy::disallowed_methods,
    reason = "AWS's sentence goes to the caller, whose ARN and request it names"
)]
fn denied(verdict: &Verdict, request: &Request) -> Fault {
    let words = Public::from_pinned_text(verdict.message(request).to_string());
    Fault::common(Common::AccessDenied, words)
}

/// A mistake of ours.
pub(crate) fn internal() -> Fault {
    Fault::common(Common::Internal, "internal error; the request's id stands in the trail")
}

/// The store does not answer: clients try again.
pub(crate) fn unavailable(error: &StorageError) -> Fault {
    let words = match error {
        StorageError::Unknown => "whether the change was stored is unknown; read before you try again",
        _ => "the store does not take this now; try again",
    };
    Fault::common(Common::Unavailable, message!("{}", words))
}
