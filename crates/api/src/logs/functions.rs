//! How does a function's output come to rest, and the log of a bot's conversations? As PutLogEvents' events do: looked at, masked, sealed,
//! durable; in the name of the role of the function or bot, which must be allowed to write there (AWS Lambda Developer Guide, "Working
//! with Lambda function logs"; Lex V2 Developer Guide, "IAM policies for conversation logs").
//!
//! Streams, and groups of functions, are made where they are missing, when the role may. The end of a log that an answer shows goes
//! through the same rules and is kept nowhere. What is known to be somebody's value comes along as claims.

use super::guard::guard;
use super::put::{Event, Target, put};
use super::{Meant, fault, now_of};
use crate::api::Api;
use crate::call::internal;
use crate::caller::Caller;
use crate::lambda::ServiceAct;
use crate::state::{NotChanged, Snapshot};
use sotto_arn::{Action, LogGroupName, PrincipalArn};
use sotto_directory::Role;
use sotto_iam::{Context, Request, Resource};
use sotto_kms::DataKey;
use sotto_logs::{Class, LogsError, NewGroup, Scope, Stream, StreamName, Uid};
use sotto_protect::{Arrival, EventTimes, Sealing, SpanKey, SpanKeyId, StoredText, protect};
use sotto_public::{ByteSpan, EventId, Place, Public};
use sotto_sensitive::{RawBytes, RawText};
use sotto_trail::Record;
use sotto_wire::{Common, Fault};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Whose output it is: a session of a role, which a service of ours became.
pub(crate) struct Writer {
    service: &'static str,
    caller: Caller,
    snapshot: Arc<Snapshot>,
}

impl Writer {
    /// A session of a role for a service: `lambda`, `lexv2`.
    pub(crate) fn of(
        api: &Api,
        snapshot: &Arc<Snapshot>,
        (arn, role): (&PrincipalArn, &Role),
        (service, session): (&'static str, &RawText),
    ) -> Option<Self> {
        let mut caller = Caller::assumed_role(arn, role, session)?;
        caller.tags = crate::authenticate::tags_of(api, &snapshot.rooms.directory, &caller).ok()?;
        Some(Self { service, caller, snapshot: Arc::clone(snapshot) })
    }

    /// Whether the role may do this by the policies that hold now.
    fn may(&self, api: &Api, action: &str, meant: &Meant, stream: &str) -> Result<(), Fault> {
        if !api.state.is_fresh() {
            return Err(internal());
        }
        let now = api.now();
        let mut context = Context::at(now).with("aws:RequestedRegion", meant.scope.region.as_str());
        self.caller.complete(now, &mut context);
        let action = Action::parse(action).map_err(|_| internal())?;
        let on = self.resource(api, meant, stream);
        let request = Request::new(self.caller.principal().clone(), action, on, context);
        let decided = self.snapshot.policies.authorize::<sotto_iam::Call>(&request, now);
        let denied = |_| Fault::common(Common::AccessDenied, "the role may not write to the log");
        decided.into_permit().map(|_| ()).map_err(denied)
    }

    fn resource(&self, api: &Api, meant: &Meant, stream: &str) -> Resource {
        let arn = format!("{}:log-stream:{stream}", meant.arn());
        let resource = Resource::new(&arn).of_account(&meant.scope.account);
        let group = self.snapshot.rooms.logs.group(&meant.scope, &meant.name);
        match group {
            Some(group) => super::tags::with_values_of(&api.store_key, resource, group),
            None => resource,
        }
    }
}

impl Writer {
    /// The record of what the service does in the role's name.
    fn row(&self, api: &Api, operation: &'static str, meant: &Meant) -> Option<Record> {
        api.row_of(ServiceAct {
            service: self.service,
            act: ("logs", operation),
            account: &meant.scope.account,
            region: &meant.scope.region,
            resources: vec![("AWS::Logs::LogGroup", crate::record::configured(&meant.arn()))],
            error: None,
        })
    }
}

/// Where output goes.
pub(crate) struct RoleLog {
    pub(crate) scope: Scope,
    pub(crate) name: LogGroupName,
    pub(crate) stream: StreamName,
    /// Whether the group is made where it is missing.
    pub(crate) makes_group: bool,
}

/// Puts lines into a log.
pub(crate) async fn keep_lines(
    api: &Api,
    writer: &Writer,
    to: &RoleLog,
    mut events: Vec<Event>,
) -> Result<(), Fault> {
    let meant = Meant { scope: to.scope.clone(), name: to.name.clone() };
    let stream = stream_of(api, writer, &meant, to).await?;
    writer.may(api, "logs:PutLogEvents", &meant, to.stream.as_str())?;
    events.sort_by_key(|event| event.timestamp);
    let target = Target { meant: &meant, stream: &stream };
    put(api, &api.state.now(), &target, events, now_of(api)).await.map(|_| ())
}

/// The stream, made with its group where they are missing.
async fn stream_of(api: &Api, writer: &Writer, meant: &Meant, to: &RoleLog) -> Result<Arc<Stream>, Fault> {
    let name = &to.stream;
    let found = |snapshot: &Snapshot| {
        let shelf = snapshot.rooms.logs.shelf(&meant.scope)?;
        let entry = shelf.entry(&meant.name)?;
        Some(entry.streams.find(name.as_str()).cloned())
    };
    match found(&api.state.now()) {
        Some(Some(stream)) => return Ok(stream),
        Some(None) => {}
        None if to.makes_group => make_group(api, writer, meant).await?,
        None => return Err(fault(LogsError::NotFound("The specified log group does not exist."))),
    }
    writer.may(api, "logs:CreateLogStream", meant, name.as_str())?;
    let (uid, at) = (Uid::new(api.draw().bytes()), now_of(api));
    let row = writer.row(api, "CreateLogStream", meant).ok_or_else(internal)?;
    let made = api
        .state
        .change(
            |drafts| drafts.logs.create_stream(&meant.scope, &meant.name, (name.clone(), uid, at)),
            |_| vec![row.clone()],
        )
        .await;
    match made {
        Ok((stream, _)) => Ok(stream),
        // Another process of the function may have been faster.
        Err(refused) => match found(&api.state.now()) {
            Some(Some(stream)) => Ok(stream),
            _ => Err(not_changed(refused)),
        },
    }
}

async fn make_group(api: &Api, writer: &Writer, meant: &Meant) -> Result<(), Fault> {
    writer.may(api, "logs:CreateLogGroup", meant, "")?;
    let new = NewGroup {
        uid: Uid::new(api.draw().bytes()),
        name: meant.name.clone(),
        at: now_of(api),
        class: Class::Standard,
        kms_key: None,
        tags: BTreeMap::new(),
        deletion_protected: false,
    };
    let row = writer.row(api, "CreateLogGroup", meant).ok_or_else(internal)?;
    let made = api
        .state
        .change(|drafts| drafts.logs.create_group(&meant.scope, new.clone()), |_| vec![row.clone()])
        .await;
    let there = || api.state.now().rooms.logs.group(&meant.scope, &meant.name).is_some();
    match made {
        Err(refused) if !there() => Err(not_changed(refused)),
        _ => Ok(()),
    }
}

fn not_changed(refused: NotChanged<sotto_logs::LogsError>) -> Fault {
    match refused {
        NotChanged::Refused(error) => fault(error),
        NotChanged::Store(error) => crate::call::unavailable(&error),
    }
}

/// The end of a function's log as everybody may read it: looked at by the rules of its group, each event whole as it was kept, and
/// cut only after that. Where there is no group, nothing.
pub(crate) async fn masked_lines(
    api: &Api,
    (scope, group): (&Scope, &Public<String>),
    (tail, function): (RawBytes, &Public<String>),
) -> Result<Vec<StoredText>, Fault> {
    let Ok(name) = LogGroupName::parse(group.get()) else { return Ok(Vec::new()) };
    let meant = Meant { scope: scope.clone(), name };
    let snapshot = api.state.now();
    let found = snapshot.rooms.logs.shelf(scope).and_then(|shelf| Some((shelf, shelf.group(&meant.name)?)));
    let Some((shelf, group)) = found else { return Ok(Vec::new()) };
    let rules = guard(api, &meant, shelf, group).await?;
    // Nothing of it is kept: the key that seals its originals goes away with them.
    let key = DataKey::generate(&mut api.draw()).map_err(|_| internal())?;
    let key = SpanKey::shared(SpanKeyId::new(0), Arc::new(key));
    let home = Place::new("function log tail");
    let now = now_of(api).0;
    let times = EventTimes { id: EventId::new(0, 0, 0), timestamp_ms: now, ingestion_ms: now };
    let mut masked = Vec::new();
    for event in events_of(&tail) {
        let mut draw = api.draw();
        let mut sealing = Sealing { key: &key, entropy: &mut draw };
        let claims = api.follows.claims(function, &event, api.now());
        let looked_at =
            protect(event, &Arrival { home: &home, times }, &rules.protection, &claims, &mut sealing);
        masked.push(looked_at.map_err(|_| internal())?.0.stored().clone());
    }
    Ok(ended(masked, sotto_functions::TAIL_BYTES_MAX))
}

/// The events of the end of a log, each of which stands before a byte that no text has (RFC 3629, section 3).
#[expect(clippy::disallowed_methods, reason = "captured events are parted into captured events")]
fn events_of(tail: &RawBytes) -> Vec<RawText> {
    let events = tail.expose().split(|byte| *byte == 0xff).filter(|event| !event.is_empty());
    events.map(|event| RawText::new(String::from_utf8_lossy(event).into_owned())).collect()
}

/// The last bytes of masked events, each with a line end; the first may lack its beginning.
fn ended(masked: Vec<StoredText>, bytes_max: usize) -> Vec<StoredText> {
    let mut left = bytes_max;
    let mut last = Vec::new();
    for event in masked.into_iter().rev() {
        let length = event.as_str().len();
        if length < left {
            left -= length + 1;
            last.push(event);
            continue;
        }
        let mut starts = (length.saturating_sub(left.saturating_sub(1))..length).filter(|_| left > 0);
        last.extend(starts.find_map(|start| event.part(ByteSpan::new(start, length)?)));
        break;
    }
    last.reverse();
    last
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test reads its own lines")]
mod tests {
    use super::*;
    use sotto_protect::TextKind;

    #[test]
    fn events_of_a_tail_come_whole_with_all_their_lines() {
        let events = |bytes: &[u8]| -> Vec<String> {
            events_of(&RawBytes::new(bytes.to_vec())).iter().map(|event| event.expose().to_owned()).collect()
        };
        assert_eq!(events(b"one\n4111 1111\n1111 1111\xfftwo\xff"), ["one\n4111 1111\n1111 1111", "two"]);
        assert!(events(b"").is_empty());
    }

    #[test]
    fn masked_events_are_cut_to_the_last_bytes_at_a_character() {
        let ended = |bytes_max| -> Vec<String> {
            let event = |text: &&str| StoredText::from_pinned_text(TextKind::Masked, (*text).to_owned());
            let masked = ["first", "caf\u{e9}s", "two"].iter().map(event).collect();
            ended(masked, bytes_max).iter().map(|event| event.as_str().to_owned()).collect()
        };
        let all = ["first", "caf\u{e9}s", "two"];
        assert_eq!(ended(17), all);
        assert_eq!(ended(16), ["irst", all[1], all[2]]);
        assert_eq!(ended(11), [all[1], all[2]]);
        assert_eq!(ended(8), ["\u{e9}s", "two"]);
        assert_eq!(ended(7), ["s", "two"], "half a character goes");
        assert_eq!((ended(4), ended(3)), (vec!["two".to_owned()], vec!["wo".to_owned()]));
        assert!(ended(0).is_empty());
    }
}
