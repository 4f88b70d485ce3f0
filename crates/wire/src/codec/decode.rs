//! What does this request ask for, in terms of its operation? Members by name, checked against the model.
//!
//! Read by the protocol of the call, then validated. What cannot be read is answered as AWS does: a serialization error with
//! the kind that was expected, or a place, and no text.

use super::rest_read::{Message, bytes_of};
use super::scalar::Slot;
use super::{Unread, cbor_read, inflate, json_read, query_read, rest_read, validate};
use crate::call::Call;
use crate::fault::{Common, Fault};
use crate::head::Head;
use crate::input::{Input, Node};
use crate::message;
use sotto_aws_model::{Capture, Operation, Protocol, Service, ShapeId, TimeFormat};
use sotto_sensitive::RawBytes;
use std::sync::Arc;

/// Reads a request into the members of its operation's input.
///
/// # Errors
/// A [`Fault`] when it cannot be read, or when a member does not hold what the model asks of it.
pub fn decode(call: &Call, head: &Head, body: RawBytes) -> Result<Input, Fault> {
    let Some((service, operation)) = call.modelled() else {
        return Err(Fault::common(Common::NotImplemented, "The operation is not implemented here."));
    };
    let Some(shape) = operation.input else { return Ok(nothing(service)) };
    let body = inflate::plain(operation, head, body).map_err(unread)?;
    let node = read(call.protocol, service, operation, (shape, head, body)).map_err(unread)?;
    validate::check(service, shape, &node).map_err(|problems| problems.fault(&service.table))?;
    Ok(Input { service: Arc::clone(service), shape, node })
}

fn nothing(service: &Arc<Service>) -> Input {
    Input { service: Arc::clone(service), shape: ShapeId::default(), node: Node::Structure(Vec::new()) }
}

/// The format of times in bodies of a protocol (Smithy, "timestampFormat trait").
pub(crate) const fn body_time(protocol: Protocol) -> TimeFormat {
    match protocol {
        Protocol::Json | Protocol::RestJson | Protocol::RpcV2Cbor => TimeFormat::UnixTimestamp,
        Protocol::Query | Protocol::Ec2 | Protocol::RestXml => TimeFormat::Iso8601,
    }
}

/// Reads without validating.
pub(crate) fn read(
    protocol: Protocol,
    service: &Service,
    operation: &Operation,
    (shape, head, body): (ShapeId, &Head, RawBytes),
) -> Result<Node, Unread> {
    let slot = Slot { service, shape, capture: Capture::Raw, time: body_time(protocol) };
    match protocol {
        Protocol::Json if body.is_empty() => Ok(Node::Structure(Vec::new())),
        Protocol::Json => json_read::read(bytes_of(&body), slot).and_then(structure),
        Protocol::RpcV2Cbor if body.is_empty() => Ok(Node::Structure(Vec::new())),
        Protocol::RpcV2Cbor => cbor_read::read(bytes_of(&body), slot).and_then(structure),
        Protocol::Query => query_read::read([head.query(), bytes_of(&body)], slot, false),
        Protocol::Ec2 => query_read::read([head.query(), bytes_of(&body)], slot, true),
        Protocol::RestJson | Protocol::RestXml => {
            let xml = protocol == Protocol::RestXml;
            rest_read::read(&Message { head, operation: Some(operation), status: None, xml }, slot, body)
        }
    }
}

fn structure(node: Node) -> Result<Node, Unread> {
    match node {
        Node::Structure(_) => Ok(node),
        _ => Err(Unread::Kind { expected: "structure" }),
    }
}

fn unread(unread: Unread) -> Fault {
    let words = match unread {
        Unread::Grammar { at } => message!("The request body is malformed at byte {}", at),
        Unread::Deep => message!("The request body is nested more than {} levels deep", super::DEPTH_MAX),
        Unread::Kind { expected } => message!("Unexpected field type: {} was expected", expected),
        Unread::Many => message!("The request body holds more than {} values", super::DOCUMENT_NODES_MAX),
        Unread::Body => "The request body is not what the operation takes".into(),
    };
    Fault::common(Common::Malformed, words)
}
