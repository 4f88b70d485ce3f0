//! What does CloudWatch Logs answer? Which file of `logs/` answers which operation, and what they share: whose group is meant,
//! as which resource it is asked for, and what a refusal is on the wire.
//!
//! AWS authorises actions on a group on `…:log-group:NAME:log-stream:` (an empty stream), actions on a stream on
//! `…:log-stream:NAME`, and tags on `log-group:NAME` (recorded denials; Service Authorization Reference, "CloudWatch Logs"). A
//! policy that names `log-group:NAME` without `:*` therefore covers none of the first two, here as there.

mod alarm;
mod carrier;
mod counts;
mod engine;
mod exports;
mod filters;
mod functions;
mod groups;
mod guard;
mod keys;
mod masked;
mod policies;
mod put;
mod queries;
mod read;
mod retroactive;
mod room;
mod settings;
mod shapes;
mod shelf;
mod streams;
mod subscriptions;
mod tags;
mod tail;
mod unmask;

use crate::api::Api;
use crate::call::{Ask, Call, internal, unavailable};
use crate::desk::Answered;
use sotto_arn::{LogGroupArn, LogGroupName};
use sotto_iam::{Context, Permit, ReadDirectory, Resource};
use sotto_logs::{Entry, LogsError, Millis, Scope, Shelf};
use sotto_public::Public;
use sotto_trail::ResourceName;
use sotto_wire::{Fault, message};
use std::sync::Arc;

pub(crate) use carrier::Ways;
pub use counts::EventCount;
pub(crate) use filters::looked_at;
pub(crate) use functions::{RoleLog, Writer, keep_lines, masked_lines};
pub(crate) use put::{Bring, Event, aside, bring};
pub(crate) use queries::keep_queries;
pub(crate) use retroactive::keep_protecting;
pub use room::LogSettings;
pub(crate) use room::Room;

/// The answer to an operation of CloudWatch Logs.
pub(crate) async fn answer(call: &mut Call<'_>) -> Answered {
    let operation = call.operation().to_owned();
    if operation == "PutLogEvents" {
        return put::answer(call).await;
    }
    if operation == "StartLiveTail" {
        return tail::answer(call).await;
    }
    if let Some(answer) = read::answer(call, &operation).await {
        return answer;
    }
    if let Some(answer) = queries::answer(call, &operation).await {
        return answer;
    }
    if let Some(answer) = groups::answer(call, &operation).await {
        return answer;
    }
    if let Some(answer) = streams::answer(call, &operation).await {
        return answer;
    }
    if let Some(answer) = policies::answer(call, &operation).await {
        return answer;
    }
    if let Some(answer) = filters::answer(call, &operation).await {
        return answer;
    }
    if let Some(answer) = exports::answer(call, &operation).await {
        return answer;
    }
    if let Some(answer) = tags::answer(call, &operation).await {
        return answer;
    }
    Err(call.refuse_unserved())
}

/// The answer to an operation of our own on log groups.
pub(crate) async fn answer_own(call: &mut Call<'_>) -> Answered {
    let operation = call.operation().to_owned();
    if let Some(answer) = settings::answer(call, &operation).await {
        return answer;
    }
    if let Some(answer) = retroactive::answer(call, &operation).await {
        return answer;
    }
    Err(call.refuse_unserved())
}

/// What a refusal of the room is on the wire.
pub(crate) fn fault(error: LogsError) -> Fault {
    match error {
        LogsError::NotFound(words) => Fault::new("ResourceNotFoundException", words),
        LogsError::AlreadyExists(words) => Fault::new("ResourceAlreadyExistsException", words),
        LogsError::InvalidParameter(words) => invalid(words),
        LogsError::LimitExceeded(words) => Fault::new("LimitExceededException", words),
        LogsError::InvalidOperation(words) => Fault::new("InvalidOperationException", words),
        LogsError::DestinationKind(_) => invalid(message!("{}", crate::record::configured(&error))),
        LogsError::Storage(error) => unavailable(&error),
        LogsError::Busy => Fault::new(
            "ServiceUnavailableException",
            "more events are waiting to be stored than may wait; try again",
        ),
        LogsError::Key { .. } => Fault::new(
            "ServiceUnavailableException",
            "the key of the log group's data is not available: what was written under it cannot be read",
        ),
        LogsError::Damaged(_) | LogsError::Segment(_) => internal(),
    }
}

/// A parameter that cannot be taken.
pub(crate) fn invalid(words: impl Into<sotto_wire::Message>) -> Fault {
    Fault::new("InvalidParameterException", words)
}

/// A group that a request means, by name, in the caller's account and Region.
pub(crate) struct Meant {
    pub(crate) scope: Scope,
    pub(crate) name: LogGroupName,
}

impl Meant {
    /// The group of a name.
    pub(crate) fn named(call: &Call<'_>, name: &Public<String>) -> Result<Self, Fault> {
        let name = LogGroupName::parse(name.get())
            .map_err(|_| invalid("Member 'logGroupName' is not the name of a log group"))?;
        Ok(Self { scope: scope(call)?, name })
    }

    /// The group of `logGroupName` or `logGroupIdentifier`, exactly one of which must be there.
    pub(crate) fn of(call: &Call<'_>) -> Result<Self, Fault> {
        let (name, identifier) =
            (call.input().public("logGroupName"), call.input().public("logGroupIdentifier"));
        match (name, identifier) {
            (Some(name), None) => Self::named(call, name),
            (None, Some(identifier)) => Self::identified(call, identifier),
            (Some(_), Some(_)) => {
                Err(invalid("Only one of LogGroupName and LogGroupIdentifier may be specified."))
            }
            (None, None) => Err(invalid("LogGroupName or LogGroupIdentifier must be specified.")),
        }
    }

    /// The group of a name or an ARN.
    pub(crate) fn identified(call: &Call<'_>, identifier: &Public<String>) -> Result<Self, Fault> {
        if !identifier.get().starts_with("arn:") {
            return Self::named(call, identifier);
        }
        let arn = LogGroupArn::parse(identifier.get())
            .map_err(|_| invalid("Member 'logGroupIdentifier' is not the ARN of a log group"))?;
        let scope = scope(call)?;
        if *arn.account() != scope.account || *arn.region() != scope.region {
            return Err(Fault::new("ResourceNotFoundException", "The specified log group does not exist."));
        }
        Ok(Self { scope, name: arn.name().clone() })
    }

    /// Its ARN.
    pub(crate) fn arn(&self) -> LogGroupArn {
        LogGroupArn::new(self.scope.region.clone(), self.scope.account.clone(), self.name.clone())
    }

    /// The group with its streams, while it is there.
    pub(crate) fn entry(&self, call: &Call<'_>) -> Result<Entry, Fault> {
        let found = shelf(call, &self.scope).and_then(|shelf| shelf.entry(&self.name).cloned());
        found
            .ok_or_else(|| Fault::new("ResourceNotFoundException", "The specified log group does not exist."))
    }

    /// As the resource of an action on the group.
    pub(crate) fn resource(&self, call: &Call<'_>) -> Resource {
        self.resource_at(call, ":log-stream:")
    }

    /// As the resource of an action on one of its streams.
    pub(crate) fn resource_of_stream(&self, call: &Call<'_>, stream: &str) -> Resource {
        self.resource_at(call, &format!(":log-stream:{stream}"))
    }

    /// As the resource of an action on its tags.
    pub(crate) fn resource_of_tags(&self, call: &Call<'_>) -> Resource {
        self.resource_at(call, "")
    }

    fn resource_at(&self, call: &Call<'_>, below: &str) -> Resource {
        let resource = Resource::new(&format!("{}{below}", self.arn())).of_account(&self.scope.account);
        let group = shelf(call, &self.scope).and_then(|shelf| shelf.group(&self.name).cloned());
        match group {
            Some(group) => tags::with_values(call, resource, &group),
            None => resource,
        }
    }

    /// Says in the trail which group is acted on.
    pub(crate) fn note(&self, call: &mut Call<'_>) {
        let (kind, name) = ("AWS::Logs::LogGroup".into(), crate::record::configured(&self.arn()));
        call.concerns(ResourceName { kind, name });
    }
}

/// Account and Region of the request.
pub(crate) fn scope(call: &Call<'_>) -> Result<Scope, Fault> {
    Ok(Scope { account: call.account()?, region: call.region().clone() })
}

/// What stands in the account and Region.
pub(crate) fn shelf(call: &Call<'_>, scope: &Scope) -> Option<Arc<Shelf>> {
    call.snapshot().rooms.logs.shelf(scope).cloned()
}

/// The present instant as events have it.
pub(crate) fn now(call: &Call<'_>) -> Millis {
    Millis::of(call.now())
}

/// The same for work that no call does.
fn now_of(api: &Api) -> Millis {
    Millis::of(api.now())
}

/// Asks for an action on a group, which the record then names.
pub(crate) fn may(
    call: &mut Call<'_>,
    action: &'static str,
    on: &Meant,
) -> Result<Permit<ReadDirectory>, Fault> {
    may_with(call, action, on, Context::new())
}

/// The same with keys of the action's own.
pub(crate) fn may_with(
    call: &mut Call<'_>,
    action: &'static str,
    on: &Meant,
    context: Context,
) -> Result<Permit<ReadDirectory>, Fault> {
    on.note(call);
    let resource = on.resource(call);
    crate::desk::permit(call, Ask::new(action).on(resource).with(context))
}

/// Asks for an action on nothing in particular.
pub(crate) fn may_generally(
    call: &mut Call<'_>,
    action: &'static str,
) -> Result<Permit<ReadDirectory>, Fault> {
    crate::desk::permit(call, Ask::new(action))
}

/// Items of a page where nothing else is said, and at most (CloudWatch Logs API Reference, `limit`).
const PAGE_ITEMS_MAX: usize = 50;

/// The page behind the request's token, and the next token. Items come in the order of their names.
pub(crate) fn page<T>(
    call: &Call<'_>,
    items: impl Iterator<Item = (Public<String>, T)>,
    most: usize,
) -> (Vec<T>, Option<Public<String>>) {
    let limit = call.input().integer("limit").or_else(|| call.input().integer("maxResults"));
    let count = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(most).clamp(1, most);
    let after = call.input().public("nextToken");
    let mut rest = items.filter(|(name, _)| after.is_none_or(|after| name > after));
    let mut page = Vec::new();
    let mut last = None;
    for (name, item) in rest.by_ref().take(count) {
        page.push(item);
        last = Some(name);
    }
    let more = rest.next().is_some();
    (page, last.filter(|_| more))
}

/// Bytes of a group's events.
fn stored_bytes(call: &Call<'_>, entry: &Entry) -> u64 {
    call.api.logs.events().stored_bytes(entry.group.uid)
}

/// What is known of the events of streams.
fn extents(call: &Call<'_>, entry: &Entry, streams: &[Arc<sotto_logs::Stream>]) -> Vec<shapes::Extent> {
    let known = call.api.logs.events().stream_statistics(entry.group.uid);
    streams.iter().map(|stream| known.get(&stream.uid).copied().unwrap_or_default()).collect()
}
