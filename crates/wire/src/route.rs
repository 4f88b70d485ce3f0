//! Which service and which operation is this? By the signature's scope first, then by target, path or action.
//!
//! The service in the credential's scope decides among services; a target that belongs to another one is none of its
//! operations. Within it the protocol shows by the way the operation is named: `X-Amz-Target` (JSON), the path of rpc-v2,
//! `Action` in form or query (Query), else method and path (REST). An unsigned request has no scope: its action must be one
//! that the model says comes unsigned. Host names play no part: any host is taken, the signature covers it.

use crate::call::{Call, JsonVersion, Target};
use crate::form;
use crate::head::{Head, Method};
use crate::paths;
use crate::sigv4::{Claim, word};
use sotto_aws_model::{Known, Protocol, by_signing_name, service};
use sotto_public::Public;
use sotto_sensitive::RawBytes;

/// Names what is asked for. Never fails: what belongs to no service is a call, too.
pub fn route(head: &Head, claim: Option<&Claim>, body: &RawBytes) -> Call {
    let candidates: Vec<&'static Known> = match claim {
        Some(claim) => by_signing_name(claim.scope().service().get()).collect(),
        None => by_signing_name("sts").collect(),
    };
    let seen = Seen::of(head, body);
    let target = candidates.iter().find_map(|known| seen.target_of(known, head));
    let target = target.filter(|target| claim.is_some() || is_unsigned(target));
    let protocol = seen.protocol(&candidates);
    Call {
        protocol,
        json_version: seen.json_version,
        query_mode: head.header_text("x-amzn-query-mode") == Some("true"),
        target: target.or_else(|| nameless(&candidates, &seen)).unwrap_or(Target::Unknown),
    }
}

fn is_unsigned(target: &Target) -> bool {
    match target {
        Target::Modelled { service, operation } => service.operation(*operation).is_some_and(|o| o.unsigned),
        _ => false,
    }
}

/// A service without an operation: of several the first that is not modelled, since a modelled one would have named it.
fn nameless(candidates: &[&'static Known], seen: &Seen) -> Option<Target> {
    let is_rest = matches!(seen.way, Way::Rest);
    let mut unmodelled = candidates.iter().filter(|known| service(known.table).is_none());
    let known = unmodelled.next().filter(|_| is_rest).or_else(|| candidates.first())?;
    Some(Target::Known { known, operation: None })
}

/// What the request shows of the operation.
struct Seen {
    way: Way,
    json_version: JsonVersion,
}

enum Way {
    /// `X-Amz-Target`: prefix and operation.
    Target(Public<String>, Public<String>),
    /// The path of rpc-v2: service and operation.
    Rpc(Public<String>, Public<String>),
    /// `Action` and `Version`.
    Action(Public<String>),
    /// Method and path.
    Rest,
}

impl Seen {
    fn of(head: &Head, body: &RawBytes) -> Self {
        let content_type = head.header_text("content-type").unwrap_or_default();
        let json_version = if content_type.starts_with("application/x-amz-json-1.0") {
            JsonVersion::V1_0
        } else {
            JsonVersion::V1_1
        };
        let way = target(head).or_else(|| rpc(head)).or_else(|| action(head, content_type, body));
        Self { way: way.unwrap_or(Way::Rest), json_version }
    }

    /// The operation, when it is one of this service's.
    fn target_of(&self, known: &'static Known, head: &Head) -> Option<Target> {
        let name = match &self.way {
            Way::Target(prefix, name) | Way::Rpc(prefix, name) => {
                known.target_prefix.filter(|found| found == prefix.get())?;
                name
            }
            Way::Action(name) => {
                let queries = known.protocols.holds(Protocol::Query) || known.protocols.holds(Protocol::Ec2);
                Some(name).filter(|_| queries)?
            }
            Way::Rest => return rest(known, head),
        };
        match service(known.table) {
            Some(service) => {
                let operation = service.operation_id(name.get())?;
                Some(Target::Modelled { service, operation })
            }
            None => Some(Target::Known { known, operation: Some(name.clone()) }),
        }
    }

    /// The protocol in which to answer.
    fn protocol(&self, candidates: &[&'static Known]) -> Protocol {
        let first = || candidates.first().and_then(|known| known.protocols.first());
        match &self.way {
            Way::Target(..) => Protocol::Json,
            Way::Rpc(..) => Protocol::RpcV2Cbor,
            Way::Action(_) if first() == Some(Protocol::Ec2) => Protocol::Ec2,
            Way::Action(_) => Protocol::Query,
            Way::Rest => first().unwrap_or(Protocol::RestJson),
        }
    }
}

fn target(head: &Head) -> Option<Way> {
    let (prefix, name) = head.header_text("x-amz-target")?.rsplit_once('.')?;
    Some(Way::Target(word(prefix.as_bytes())?, word(name.as_bytes())?))
}

/// `/service/SERVICE/operation/OPERATION` (Smithy RPC v2 CBOR protocol, "Requests").
fn rpc(head: &Head) -> Option<Way> {
    let mut parts = head.path().rsplit(|byte| *byte == b'/');
    let (name, operation, prefix, service) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_rpc = head.method() == Method::Post && operation == b"operation" && service == b"service";
    let prefix = prefix.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    if is_rpc { Some(Way::Rpc(word(prefix)?, word(name)?)) } else { None }
}

#[expect(clippy::disallowed_methods, reason = "the action is looked for in the form; only a word leaves")]
fn action(head: &Head, content_type: &str, body: &RawBytes) -> Option<Way> {
    let in_body = content_type.starts_with("application/x-www-form-urlencoded").then(|| body.expose());
    let find = |text: &[u8]| form::first(text, b"Action").and_then(|value| word(&value));
    in_body.and_then(find).or_else(|| find(head.query())).map(Way::Action)
}

fn rest(known: &Known, head: &Head) -> Option<Target> {
    let service = service(known.table)?;
    let operation = paths::find(&service, head)?;
    Some(Target::Modelled { service, operation })
}
