//! How do our own services run a function? As service principals, judged by the function's resource policy, and on record in the trail
//! of the function's account: code hooks of bots as `lexv2.amazonaws.com`, subscriptions of log groups as `logs.amazonaws.com`.
//!
//! The resource policy names the service and may ask for `aws:SourceArn` and `aws:SourceAccount`, as AddPermission writes it. There
//! is no other door: a service that it does not name gets nothing.

use super::invoke::is_json;
use super::refer::{Meant, resource};
use super::row::ServiceAct;
use super::run::{Event, Kind};
use crate::api::Api;
use crate::follows::Values;
use crate::record::configured;
use sotto_arn::{AccountId, Action, Region};
use sotto_deliver::{Carried, NotCarried};
use sotto_egress::Rendered;
use sotto_functions::{Failed, Function, FunctionsError, Outcome, PAYLOAD_BYTES_MAX};
use sotto_iam::{Context, Invoke, Permit, Principal, Request};
use sotto_public::{Public, Recorded};
use sotto_sensitive::RawBytes;
use std::sync::{Arc, Weak};

/// For what a service runs a function.
#[derive(Clone, Copy, Debug)]
pub struct ServiceInvoke<'a> {
    /// The service, by what stands before `amazonaws.com`: `lexv2`.
    pub service: &'static str,
    /// Whose resource it works for.
    pub account: &'a AccountId,
    /// The resource, by its ARN: `aws:SourceArn`.
    pub source: &'a Public<String>,
    /// The function's ARN.
    pub function: &'a Public<String>,
    /// What is followed through what the function prints.
    pub(crate) values: Option<&'a Arc<Values>>,
}

/// Why a service got no answer of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HookRefused {
    /// The function's resource policy does not let the service.
    #[error("the function's resource policy does not name the service and the resource")]
    Denied,
    /// There is no such function.
    #[error("there is no such function")]
    NoFunction,
    /// The event is no JSON, or too large.
    #[error("the event is no JSON, or too large")]
    Event,
    /// It failed, or ended.
    #[error("the function failed")]
    Failed,
    /// It took longer than it may.
    #[error("the function took too long")]
    TimedOut,
    /// It is not run now.
    #[error("the function cannot be run now")]
    Unavailable,
}

/// What came of an event.
pub(super) type Ran = Result<Outcome, FunctionsError>;

/// A function that may be run, and on record as such.
struct Admitted {
    permit: Permit<Invoke>,
    recorded: Recorded,
    meant: Meant,
    function: Arc<Function>,
}

impl Api {
    /// Runs a function for a service and waits for its answer.
    ///
    /// # Errors
    /// When the service may not, or the function gives no answer.
    pub async fn service_invoke(
        &self,
        asked: &ServiceInvoke<'_>,
        event: RawBytes,
    ) -> Result<RawBytes, HookRefused> {
        if event.length() > PAYLOAD_BYTES_MAX || !is_json(&event) {
            return Err(HookRefused::Event);
        }
        let admitted = self.admitted(asked).await?;
        let outcome = match Kind::of(&admitted.function) {
            Kind::BuiltIn(built_in) => {
                let of = (&admitted.meant, &admitted.function, built_in);
                self.run_built_in(of, &event).await
            }
            kind => {
                let (permit, recorded) = (&admitted.permit, &admitted.recorded);
                let shown = sotto_egress::function_event(permit, recorded, &event, self.now());
                drop(event);
                let shown = shown.map_err(|_| HookRefused::Unavailable)?;
                // Processes alone print; and only what the service may run follows somebody's values.
                let values = asked.values.filter(|_| kind == Kind::Process).cloned();
                let function = admitted.meant.arn();
                let _followed = values.map(|values| self.follows.hold(&function, values, self.now()));
                self.run(&admitted, shown).await
            }
        };
        let outcome = outcome.map_err(|_| HookRefused::Unavailable)?;
        match outcome.failed {
            None => Ok(outcome.answer),
            Some(Failed::Timeout) => Err(HookRefused::TimedOut),
            Some(_) => Err(HookRefused::Failed),
        }
    }

    async fn run(&self, admitted: &Admitted, event: Rendered) -> Ran {
        let id = configured(&self.event_id().text());
        let event = Event { id, event: Arc::new(event), client_context: None };
        self.run_event(&admitted.meant, &admitted.function, event).await
    }

    /// Whether the service may; either way it is on record.
    async fn admitted(&self, asked: &ServiceInvoke<'_>) -> Result<Admitted, HookRefused> {
        let meant = Meant::at(asked.function).ok_or(HookRefused::NoFunction)?;
        if !self.state.is_fresh() {
            return Err(HookRefused::Unavailable);
        }
        let (snapshot, now) = (self.state.now(), self.now());
        let found = snapshot.rooms.functions.function(&meant.scope, &meant.name).cloned();
        let on = resource(&self.store_key, &meant.arn(), &meant.scope.account, found.as_deref());
        let action = Action::parse("lambda:InvokeFunction").map_err(|_| HookRefused::Unavailable)?;
        let context = Context::at(now)
            .with("aws:RequestedRegion", meant.scope.region.as_str())
            .with("aws:SourceArn", asked.source.get().as_str())
            .with("aws:SourceAccount", asked.account.as_str());
        let service = Principal::service(&format!("{}.amazonaws.com", asked.service));
        let request = Request::new(service, action, on, context);
        let decided = snapshot.policies.authorize::<Invoke>(&request, now).into_permit();
        let error = decided.is_err().then_some("AccessDenied");
        let recorded = self.on_record(asked, &meant, &meant.scope.region, error).await?;
        let permit = decided.map_err(|_| HookRefused::Denied)?;
        Ok(Admitted { permit, recorded, function: found.ok_or(HookRefused::NoFunction)?, meant })
    }

    async fn on_record(
        &self,
        asked: &ServiceInvoke<'_>,
        meant: &Meant,
        region: &Region,
        error: Option<&'static str>,
    ) -> Result<Recorded, HookRefused> {
        let act = ServiceAct {
            service: asked.service,
            act: ("lambda", "Invoke"),
            account: &meant.scope.account,
            region,
            resources: vec![("AWS::Lambda::Function", meant.arn()), ("AWS::Source", asked.source.clone())],
            error,
        };
        let row = self.row_of(act).ok_or(HookRefused::Unavailable)?;
        self.journal.write(row).await.map_err(|_| HookRefused::Unavailable)
    }
}

/// Runs functions for subscriptions of log groups.
pub(crate) struct Deliveries {
    pub(crate) api: Weak<Api>,
}

impl sotto_deliver::Functions for Deliveries {
    fn invoke<'a>(&'a self, invocation: sotto_deliver::Invocation<'a>) -> Carried<'a> {
        Box::pin(self.deliver(invocation))
    }
}

impl Deliveries {
    /// What was delivered is stored text. A function that ran got it, whatever it made of it.
    async fn deliver(&self, asked: sotto_deliver::Invocation<'_>) -> Result<(), NotCarried> {
        let api = self.api.upgrade().ok_or(NotCarried::Later)?;
        let account = AccountId::parse(asked.account.get()).map_err(|_| NotCarried::Never)?;
        let meant = Meant::at(asked.function).ok_or(NotCarried::Never)?;
        let (region, group) = (&meant.scope.region, asked.group);
        let source = configured(&format_args!(
            "arn:{}:logs:{region}:{account}:log-group:{group}:*",
            region.partition()
        ));
        let service = ServiceInvoke {
            service: "logs",
            account: &account,
            source: &source,
            function: asked.function,
            values: None,
        };
        let admitted = api.admitted(&service).await.map_err(|refused| match refused {
            HookRefused::Unavailable => NotCarried::Later,
            _ => NotCarried::Never,
        })?;
        // Its own output would call it again, without an end.
        let own = super::functions::group_of(&admitted.function) == *group && meant.scope.account == account;
        if own || Kind::of(&admitted.function) != Kind::Process {
            return Err(NotCarried::Never);
        }
        let ran = api.run(&admitted, sotto_egress::delivered_event(asked.event)).await;
        ran.map(|_| ()).map_err(|_| NotCarried::Later)
    }
}
