//! How does an answer look on the wire? As its protocol has it, with a request id wherever clients look for one.

use super::decode::body_time;
use super::look::Look;
use super::rest_write::{self, Plan};
use super::scalar::Slot;
use super::{Mistake, cbor_write, fault, json_write, xml_write};
use crate::answer::Answer;
use crate::call::{Call, JsonVersion};
use crate::event_stream;
use crate::fault::{Common, Fault};
use crate::output::{Output, Value};
use sotto_aws_model::{Capture, Kind, Namespace, Operation, Protocol, Service};
use sotto_public::Public;
use std::borrow::Cow;

/// Writes an answer.
///
/// What the output holds is let go of when its answer is written. A member that the operation does not have is a mistake of ours:
/// it is answered as an internal error.
pub fn encode(call: &Call, request_id: &Public<String>, result: Result<Output, Fault>) -> Answer {
    let mut answer = match result {
        Ok(output) => success(call, request_id, output).unwrap_or_else(|Mistake| {
            fault::write(call, request_id, &Fault::common(Common::Internal, INTERNAL))
        }),
        Err(fault) => fault::write(call, request_id, &fault),
    };
    let id = request_id.get().as_bytes();
    answer.headers.push((Cow::Borrowed("x-amzn-requestid"), id.to_vec()));
    if call.protocol == Protocol::RestXml {
        answer.headers.push((Cow::Borrowed("x-amz-request-id"), id.to_vec()));
    }
    answer
}

const INTERNAL: &str = "The answer does not fit the operation.";

pub(crate) fn content_type(answer: &mut Answer, value: &'static str) {
    answer.headers.push((Cow::Borrowed("content-type"), value.as_bytes().to_vec()));
}

pub(crate) const fn json_type(call: &Call) -> &'static str {
    match call.json_version {
        JsonVersion::V1_0 => "application/x-amz-json-1.0",
        JsonVersion::V1_1 => "application/x-amz-json-1.1",
    }
}

fn success(call: &Call, request_id: &Public<String>, mut output: Output) -> Result<Answer, Mistake> {
    let (service, operation) = call.modelled().ok_or(Mistake)?;
    if let Some(tail) = output.tail.take() {
        return streamed(call, (service, operation), output, tail);
    }
    let mut answer = Answer { status: operation.status, headers: Vec::new(), body: Vec::new(), tail: None };
    let value = Value::Structure(output);
    let look = Look::at(&value);
    let body = &mut answer.body;
    let slot = operation.output.map(|shape| Slot {
        service,
        shape,
        capture: Capture::Raw,
        time: body_time(call.protocol),
    });
    match (call.protocol, slot) {
        (Protocol::Json, Some(slot)) => json_write::write(body, look, slot)?,
        (Protocol::RpcV2Cbor, Some(slot)) => cbor_write::write(body, look, slot)?,
        (Protocol::Query, slot) => query(body, service, operation, (look, slot, request_id))?,
        (Protocol::Ec2, slot) => ec2(body, service, operation, (look, slot, request_id))?,
        (Protocol::RestJson | Protocol::RestXml, Some(slot)) => {
            return rest(service, operation, look, (slot, call.protocol));
        }
        (_, None) => {}
    }
    match call.protocol {
        Protocol::Json => content_type(&mut answer, json_type(call)),
        Protocol::RpcV2Cbor => {
            answer.headers.push((Cow::Borrowed("smithy-protocol"), b"rpc-v2-cbor".to_vec()));
            // An operation without an output has neither body nor content type.
            if slot.is_some() {
                content_type(&mut answer, "application/cbor");
            }
        }
        Protocol::Query | Protocol::Ec2 => content_type(&mut answer, "text/xml"),
        Protocol::RestJson | Protocol::RestXml => {}
    }
    Ok(answer)
}

/// The beginning of an event stream; the rest follows as it happens.
fn streamed(
    call: &Call,
    what: (&Service, &Operation),
    output: Output,
    tail: Box<dyn crate::answer::Tail>,
) -> Result<Answer, Mistake> {
    let body = event_stream::initial(call, what, output)?;
    let mut answer = Answer { status: what.1.status, headers: Vec::new(), body, tail: Some(tail) };
    content_type(&mut answer, event_stream::CONTENT_TYPE);
    Ok(answer)
}

type Content<'a> = (Look<'a>, Option<Slot<'a>>, &'a Public<String>);

/// `<OpResponse><OpResult>...</OpResult><ResponseMetadata>...` (Smithy, "AWS query protocol").
fn query(
    out: &mut Vec<u8>,
    service: &Service,
    operation: &Operation,
    (look, slot, request_id): Content<'_>,
) -> Result<(), Mistake> {
    let root = format!("{}Response", operation.name);
    open_root(out, &root, service);
    if let Some(slot) = slot {
        let wrapper =
            operation.result_wrapper.clone().unwrap_or_else(|| format!("{}Result", operation.name).into());
        xml_write::element(out, &wrapper, None, (look, slot))?;
    }
    out.extend_from_slice(b"<ResponseMetadata>");
    request_id_element(out, "RequestId", request_id);
    out.extend_from_slice(b"</ResponseMetadata>");
    xml_write::close(out, &root);
    Ok(())
}

/// `<OpResponse><requestId>...</requestId>...` (Smithy, "AWS EC2 query protocol").
fn ec2(
    out: &mut Vec<u8>,
    service: &Service,
    operation: &Operation,
    (look, slot, request_id): Content<'_>,
) -> Result<(), Mistake> {
    let root = format!("{}Response", operation.name);
    open_root(out, &root, service);
    request_id_element(out, "requestId", request_id);
    if let Some(slot) = slot
        && let Ok(Kind::Structure(structure)) = slot.kind()
    {
        xml_write::members(out, look, slot, structure)?;
    }
    xml_write::close(out, &root);
    Ok(())
}

pub(crate) fn open_root(out: &mut Vec<u8>, name: &str, service: &Service) {
    out.extend_from_slice(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<");
    out.extend_from_slice(name.as_bytes());
    let uri = service.xml_namespace.clone();
    xml_write::write_namespace(out, uri.map(|uri| Namespace { prefix: "".into(), uri }).as_ref());
    out.push(b'>');
}

pub(crate) fn request_id_element(out: &mut Vec<u8>, name: &str, request_id: &Public<String>) {
    out.push(b'<');
    out.extend_from_slice(name.as_bytes());
    out.push(b'>');
    xml_write::escape(out, request_id.get(), false);
    xml_write::close(out, name);
}

fn rest(
    service: &Service,
    operation: &Operation,
    look: Look<'_>,
    (slot, protocol): (Slot<'_>, Protocol),
) -> Result<Answer, Mistake> {
    let xml = protocol == Protocol::RestXml;
    let namespace = service.xml_namespace.as_deref();
    let written = rest_write::write(&Plan { look, slot, operation, xml, request: false, namespace })?;
    let mut answer = Answer {
        status: written.status.unwrap_or(operation.status),
        headers: written.headers,
        body: Vec::new(),
        tail: None,
    };
    if xml && !written.body.is_empty() && written.content_type == Some("application/xml") {
        answer.body.extend_from_slice(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    }
    answer.body.extend_from_slice(&written.body);
    let has_type = answer.headers.iter().any(|(name, _)| name == "content-type");
    if let Some(kind) = written.content_type.filter(|_| !has_type) {
        content_type(&mut answer, kind);
    }
    Ok(answer)
}
