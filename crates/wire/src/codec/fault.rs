//! How does an error look on the wire? As its protocol has it; clients tell errors apart by these shapes.
//!
//! JSON says `__type`, REST-JSON a header, Query and REST-XML an element. Query-compatible services say the code of the Query
//! protocol in a header as well (Smithy, "awsQueryCompatible trait").

use super::encode::{content_type, json_type, open_root, request_id_element};
use super::look::Look;
use super::scalar::Slot;
use super::{cbor_write, decode, json_write, xml_write};
use crate::answer::Answer;
use crate::call::{Call, Target};
use crate::fault::{Code, Fault};
use sotto_aws_model::{Capture, Kind, Protocol, Service, Shape, ShapeId, Structure};
use sotto_public::Public;
use std::borrow::Cow;

/// An error as it is written.
struct Written<'a> {
    /// Name of the shape: what JSON says.
    name: Cow<'a, str>,
    /// Code on the wire: what Query says.
    code: Cow<'a, str>,
    status: u16,
    message: &'a Public<String>,
    /// Whether the client is to blame.
    sender: bool,
    members: Vec<(Cow<'a, str>, Look<'a>, Slot<'a>)>,
    message_name: &'a str,
}

/// Writes an error.
pub(crate) fn write(call: &Call, request_id: &Public<String>, fault: &Fault) -> Answer {
    let empty = Service::default();
    let service = match &call.target {
        Target::Modelled { service, .. } => service,
        _ => &empty,
    };
    let written = of(call, service, fault);
    let mut answer = Answer { status: written.status, headers: Vec::new(), body: Vec::new(), tail: None };
    match call.protocol {
        Protocol::Json => {
            json(&mut answer, &written);
            content_type(&mut answer, json_type(call));
        }
        Protocol::RestJson => {
            json(&mut answer, &written);
            answer.headers.push((Cow::Borrowed("x-amzn-errortype"), written.name.as_bytes().to_vec()));
            content_type(&mut answer, "application/json");
        }
        Protocol::RpcV2Cbor => {
            cbor(&mut answer, &written);
            answer.headers.push((Cow::Borrowed("smithy-protocol"), b"rpc-v2-cbor".to_vec()));
            content_type(&mut answer, "application/cbor");
        }
        Protocol::Query | Protocol::RestXml => {
            let bare = &*service.prefix == "s3"
                || (call.protocol == Protocol::RestXml && call.prefix() == Some("s3"));
            xml(&mut answer, &written, service, (request_id, bare));
            content_type(
                &mut answer,
                if call.protocol == Protocol::Query { "text/xml" } else { "application/xml" },
            );
        }
        Protocol::Ec2 => {
            ec2(&mut answer, &written, request_id);
            content_type(&mut answer, "text/xml");
        }
    }
    if call.query_mode || service.query_compatible {
        let side = if written.sender { "Sender" } else { "Receiver" };
        let value = format!("{};{side}", written.code);
        answer.headers.push((Cow::Borrowed("x-amzn-query-error"), value.into_bytes()));
    }
    answer
}

/// The payload of an exception in an event stream.
pub(crate) fn json_fault(fault: &Fault) -> Vec<u8> {
    let mut out = b"{\"message\":".to_vec();
    json_write::string(&mut out, fault.message().text().get());
    out.push(b'}');
    out
}

fn of<'a>(call: &Call, service: &'a Service, fault: &'a Fault) -> Written<'a> {
    let protocol = call.protocol;
    let code = fault.code(protocol);
    let shape = service.error(code);
    let structure = shape.and_then(structure_of);
    let traits = structure.and_then(|structure| structure.error.as_ref());
    // Models leave it at 500; who waits for a server to come back looks for 503 (RFC 9110, section 15.6.4).
    let ours = if code.starts_with("ServiceUnavailable") { 503 } else { 500 };
    let modelled = traits.and_then(|traits| traits.status.or(traits.fault.then_some(ours)));
    let common = match fault.code {
        Code::Common(common) => Some(common.status(protocol)),
        Code::Named(_) => None,
    };
    let status = fault.status.or(common).or(modelled).unwrap_or(400);
    let of_query = match fault.code {
        Code::Common(common) => common.code(Protocol::Query),
        Code::Named(code) => code,
    };
    let has_code = traits.and_then(|traits| traits.code.as_deref());
    let spoken = if matches!(protocol, Protocol::Json | Protocol::RpcV2Cbor) { of_query } else { code };
    Written {
        name: Cow::Borrowed(shape.map_or(code, |shape| &shape.name)),
        code: Cow::Borrowed(has_code.unwrap_or(spoken)),
        status,
        message: fault.message.text(),
        sender: status < 500,
        members: members(service, structure, fault, protocol),
        message_name: message_name(structure),
    }
}

fn structure_of(shape: &Shape) -> Option<&Structure> {
    match &shape.kind {
        Kind::Structure(structure) => Some(structure),
        _ => None,
    }
}

/// The member that holds the words: `message` or `Message`.
fn message_name(structure: Option<&Structure>) -> &str {
    let members = structure.into_iter().flat_map(|structure| &structure.members);
    let mut names =
        members.map(|member| member.wire_name()).filter(|name| name.eq_ignore_ascii_case("message"));
    names.next().unwrap_or("message")
}

/// Further members of the error's shape that the fault has.
fn members<'a>(
    service: &'a Service,
    structure: Option<&'a Structure>,
    fault: &'a Fault,
    protocol: Protocol,
) -> Vec<(Cow<'a, str>, Look<'a>, Slot<'a>)> {
    let slot =
        Slot { service, shape: ShapeId::default(), capture: Capture::Raw, time: decode::body_time(protocol) };
    let of_shape = structure.into_iter().flat_map(|structure| &structure.members);
    let found = of_shape.filter_map(|member| {
        let (_, value) = fault.members.iter().find(|(name, _)| **name == *member.name)?;
        let below = slot.below(member.shape, member.capture, member.time_format);
        Some((Cow::Borrowed(member.wire_name()), Look::at(value), below))
    });
    found.collect()
}

fn json(answer: &mut Answer, written: &Written<'_>) {
    let out = &mut answer.body;
    out.extend_from_slice(b"{\"__type\":");
    json_write::string(out, &written.name);
    out.push(b',');
    json_write::string(out, written.message_name);
    out.push(b':');
    json_write::string(out, written.message.get());
    for (name, look, slot) in &written.members {
        let mut value = Vec::new();
        if json_write::write(&mut value, *look, *slot).is_ok() {
            out.push(b',');
            json_write::string(out, name);
            out.push(b':');
            out.extend(value);
        }
    }
    out.push(b'}');
}

fn cbor(answer: &mut Answer, written: &Written<'_>) {
    let mut members = Vec::new();
    for (name, look, slot) in &written.members {
        let mut value = Vec::new();
        if cbor_write::write(&mut value, *look, *slot).is_ok() {
            members.push((name, value));
        }
    }
    let out = &mut answer.body;
    cbor_write::head(out, 5, 2 + members.len() as u64);
    cbor_write::text(out, "__type");
    cbor_write::text(out, &written.name);
    cbor_write::text(out, written.message_name);
    cbor_write::text(out, written.message.get());
    for (name, value) in members {
        cbor_write::text(out, name);
        out.extend(value);
    }
}

/// `<ErrorResponse><Error>...`, or `<Error>...` alone, as S3 says it.
fn xml(
    answer: &mut Answer,
    written: &Written<'_>,
    service: &Service,
    (request_id, bare): (&Public<String>, bool),
) {
    let out = &mut answer.body;
    if bare {
        out.extend_from_slice(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
        xml_error(out, written);
        request_id_element(out, "RequestId", request_id);
        xml_write::close(out, "Error");
        return;
    }
    open_root(out, "ErrorResponse", service);
    out.extend_from_slice(b"<Error><Type>");
    out.extend_from_slice(if written.sender { b"Sender" } else { b"Receiver" });
    out.extend_from_slice(b"</Type>");
    xml_error(out, written);
    xml_write::close(out, "Error");
    request_id_element(out, "RequestId", request_id);
    xml_write::close(out, "ErrorResponse");
}

fn ec2(answer: &mut Answer, written: &Written<'_>, request_id: &Public<String>) {
    let out = &mut answer.body;
    out.extend_from_slice(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error>");
    xml_error(out, written);
    out.extend_from_slice(b"</Error></Errors>");
    request_id_element(out, "RequestID", request_id);
    xml_write::close(out, "Response");
}

fn xml_error(out: &mut Vec<u8>, written: &Written<'_>) {
    for (name, text) in [("Code", &*written.code), ("Message", written.message.get())] {
        out.push(b'<');
        out.extend_from_slice(name.as_bytes());
        out.push(b'>');
        xml_write::escape(out, text, false);
        xml_write::close(out, name);
    }
    for (name, look, slot) in &written.members {
        let mut element = Vec::new();
        if xml_write::element(&mut element, name, None, (*look, *slot)).is_ok() {
            out.extend(element);
        }
    }
}
