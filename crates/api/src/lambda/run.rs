//! How does a function run? In a process, at an endpoint of the operator's, or as one that is built in; each invocation in its account's
//! turn, so that nobody's many events keep everybody else out.

use super::builtin::BuiltIn;
use super::endpoints::is_endpoint;
use super::refer::Meant;
use super::service::Ran;
use crate::api::Api;
use sotto_egress::Rendered;
use sotto_functions::{Function, FunctionsError, Invocation, Payload};
use sotto_public::Public;
use sotto_sensitive::RawText;
use std::sync::Arc;
use std::time::Duration;

/// How long an invocation waits for its account's turn.
pub(super) const TURN_TIME_MAX: Duration = Duration::from_secs(10);

/// What a function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Code of somebody's, in processes.
    Process,
    /// An address that answers.
    Endpoint,
    /// The server itself.
    BuiltIn(BuiltIn),
}

impl Kind {
    /// What this one is.
    pub(super) fn of(function: &Function) -> Self {
        match BuiltIn::of(function) {
            Some(built_in) => Self::BuiltIn(built_in),
            None if is_endpoint(function) => Self::Endpoint,
            None => Self::Process,
        }
    }
}

/// An event that egress gave.
pub(super) struct Event {
    pub(super) id: Public<String>,
    pub(super) event: Arc<Rendered>,
    pub(super) client_context: Option<RawText>,
}

impl Api {
    /// One event for a function of somebody's.
    pub(super) async fn run_event(&self, meant: &Meant, function: &Function, event: Event) -> Ran {
        let account = meant.scope.account.clone();
        let turn = self.runs.turns.take(account, TURN_TIME_MAX).await;
        let _turn = turn.map_err(|_| FunctionsError::TooMany)?;
        match Kind::of(function) {
            Kind::Endpoint => self.runs.endpoint(&meant.arn())?.ask(&event).await,
            Kind::BuiltIn(_) => Err(FunctionsError::Unavailable),
            Kind::Process => {
                let of = self.runs.deployment(&meant.scope, function)?;
                let Event { id, event, client_context } = event;
                let invocation = Invocation { id, payload: Payload::shared(event), client_context };
                self.runs.pool()?.invoke(&of, invocation).await
            }
        }
    }
}
