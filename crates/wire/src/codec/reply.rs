//! What was answered? The reading side of `encode`, for clients: members of the output, or an error's code and words.

use super::decode::body_time;
use super::element::Element;
use super::rest_read::{self, Message, bytes_of};
use super::scalar::Slot;
use super::{Unread, cbor_read, json_read, xml_read};
use crate::call::Call;
use crate::head::Head;
use crate::input::Node;
use sotto_aws_model::{Capture, Operation, Protocol, Service, ShapeId};
use sotto_sensitive::RawBytes;

/// An answer, read.
pub(crate) enum Reply {
    /// The operation's output.
    Output(ShapeId, Node),
    /// An error: its code and its words, as they came.
    Error(Vec<u8>, Vec<u8>),
}

/// Reads an answer.
pub(crate) fn read_reply(call: &Call, status: u16, head: &Head, body: RawBytes) -> Result<Reply, Unread> {
    let (service, operation) = call.modelled().ok_or(Unread::Body)?;
    if status >= 300 {
        let (code, words) = error(call.protocol, service, head, bytes_of(&body))?;
        return Ok(Reply::Error(code, words));
    }
    let Some(shape) = operation.output else { return Ok(Reply::Output(ShapeId::default(), nothing())) };
    let slot = Slot { service, shape, capture: Capture::Raw, time: body_time(call.protocol) };
    let node = match call.protocol {
        Protocol::RestJson | Protocol::RestXml => {
            let xml = call.protocol == Protocol::RestXml;
            rest_read::read(&Message { head, operation: None, status: Some(status), xml }, slot, body)?
        }
        _ if body.is_empty() => nothing(),
        Protocol::Json => json_read::read(bytes_of(&body), slot)?,
        Protocol::RpcV2Cbor => cbor_read::read(bytes_of(&body), slot)?,
        Protocol::Query => query(operation, slot, bytes_of(&body))?,
        Protocol::Ec2 => xml_read::read(&mut Element::read(bytes_of(&body))?, slot)?,
    };
    Ok(Reply::Output(shape, node))
}

const fn nothing() -> Node {
    Node::Structure(Vec::new())
}

/// The element of the result inside of the answer's.
fn query(operation: &Operation, slot: Slot<'_>, body: &[u8]) -> Result<Node, Unread> {
    let mut root = Element::read(body)?;
    let own = format!("{}Result", operation.name);
    let wrapper = operation.result_wrapper.as_deref().unwrap_or(&own);
    match root.children.iter_mut().find(|child| child.is(wrapper)) {
        Some(result) => xml_read::read(result, slot),
        None => xml_read::read(&mut root, slot),
    }
}

/// Code and words of an error.
fn error(
    protocol: Protocol,
    service: &Service,
    head: &Head,
    body: &[u8],
) -> Result<(Vec<u8>, Vec<u8>), Unread> {
    match protocol {
        Protocol::Json | Protocol::RestJson | Protocol::RpcV2Cbor => {
            let top = |name| match protocol {
                Protocol::RpcV2Cbor => cbor_read::top_text(body, name),
                _ => json_read::top_text(body, name),
            };
            let of_header = head.header("x-amzn-errortype").map(<[u8]>::to_vec);
            let code = of_header.or_else(|| top("__type")).or_else(|| top("code")).unwrap_or_default();
            let words = top("message").or_else(|| top("Message")).unwrap_or_default();
            Ok((query_code(service, head).unwrap_or_else(|| short(&code)), words))
        }
        Protocol::Query | Protocol::Ec2 | Protocol::RestXml => {
            let root = Element::read(body)?;
            let error = find(&root, "Error").ok_or(Unread::Body)?;
            let text =
                |name| error.child(name).map(|child| child.text.trim_ascii().to_vec()).unwrap_or_default();
            Ok((text("Code"), text("Message")))
        }
    }
}

/// The code of the Query protocol, of services that were Query services once.
fn query_code(service: &Service, head: &Head) -> Option<Vec<u8>> {
    let value = head.header("x-amzn-query-error").filter(|_| service.query_compatible)?;
    value.split(|byte| *byte == b';').next().map(<[u8]>::to_vec)
}

/// `namespace#Code:http://...` without what stands around the code.
fn short(code: &[u8]) -> Vec<u8> {
    let code = code.split(|byte| *byte == b':').next().unwrap_or_default();
    code.rsplit(|byte| *byte == b'#').next().unwrap_or_default().to_vec()
}

/// The first element of a name, depth first; the root counts.
fn find<'e>(element: &'e Element, name: &str) -> Option<&'e Element> {
    if element.is(name) {
        return Some(element);
    }
    element.children.iter().find_map(|child| find(child, name))
}
