//! How does a client ask? The writing side of `decode`: path, query, headers and body of an operation.

use super::decode::body_time;
use super::look::Look;
use super::query_write::Form;
use super::rest_write::{self, Plan};
use super::scalar::Slot;
use super::{Mistake, cbor_write, json_write};
use crate::call::Call;
use crate::output::Value;
use sotto_aws_model::{Capture, Operation, Protocol, Service};
use std::borrow::Cow;

/// What a request consists of before it is signed.
#[derive(Default)]
pub(crate) struct RequestParts {
    /// Path and query.
    pub(crate) target: Vec<u8>,
    pub(crate) headers: Vec<(Cow<'static, str>, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

impl RequestParts {
    fn header(&mut self, name: &'static str, value: impl Into<Vec<u8>>) {
        self.headers.push((Cow::Borrowed(name), value.into()));
    }
}

/// Writes a request.
pub(crate) fn write_request(call: &Call, input: &Value) -> Result<RequestParts, Mistake> {
    let (service, operation) = call.modelled().ok_or(Mistake)?;
    let look = Look::at(input);
    let time = body_time(call.protocol);
    let slot = operation.input.map(|shape| Slot { service, shape, capture: Capture::Raw, time });
    let mut parts = RequestParts { target: b"/".to_vec(), ..RequestParts::default() };
    match call.protocol {
        Protocol::Json => json(&mut parts, call, (service, operation), (look, slot))?,
        Protocol::RpcV2Cbor => cbor(&mut parts, (service, operation), (look, slot))?,
        Protocol::Query | Protocol::Ec2 => {
            let mut form = Form { out: Vec::new(), ec2: call.protocol == Protocol::Ec2 };
            form.pair("Action", &operation.name);
            form.pair("Version", &service.api_version);
            if let Some(slot) = slot {
                form.write("", look, slot)?;
            }
            parts.header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
            parts.body = form.out;
        }
        Protocol::RestJson | Protocol::RestXml => {
            rest(&mut parts, call.protocol, (service, operation), (look, slot))?
        }
    }
    if call.query_mode {
        parts.header("x-amzn-query-mode", "true");
    }
    Ok(parts)
}

type What<'a> = (&'a Service, &'a Operation);
type Content<'a> = (Look<'a>, Option<Slot<'a>>);

fn json(
    parts: &mut RequestParts,
    call: &Call,
    (service, operation): What<'_>,
    (look, slot): Content<'_>,
) -> Result<(), Mistake> {
    let prefix = service.target_prefix.as_deref().ok_or(Mistake)?;
    parts.header("content-type", super::encode::json_type(call));
    parts.header("x-amz-target", format!("{prefix}.{}", operation.name));
    match slot {
        Some(slot) => json_write::write(&mut parts.body, look, slot),
        None => {
            parts.body.extend_from_slice(b"{}");
            Ok(())
        }
    }
}

fn cbor(
    parts: &mut RequestParts,
    (service, operation): What<'_>,
    (look, slot): Content<'_>,
) -> Result<(), Mistake> {
    let prefix = service.target_prefix.as_deref().ok_or(Mistake)?;
    parts.target = format!("/service/{prefix}/operation/{}", operation.name).into_bytes();
    parts.header("smithy-protocol", "rpc-v2-cbor");
    parts.header("accept", "application/cbor");
    let Some(slot) = slot else { return Ok(()) };
    parts.header("content-type", "application/cbor");
    cbor_write::write(&mut parts.body, look, slot)
}

fn rest(
    parts: &mut RequestParts,
    protocol: Protocol,
    (service, operation): What<'_>,
    (look, slot): Content<'_>,
) -> Result<(), Mistake> {
    let Some(slot) = slot else {
        parts.target = operation.uri.as_bytes().to_vec();
        return Ok(());
    };
    let namespace = service.xml_namespace.as_deref();
    let xml = protocol == Protocol::RestXml;
    let written = rest_write::write(&Plan { look, slot, operation, xml, request: true, namespace })?;
    parts.target = written.path;
    if !written.query.is_empty() {
        parts.target.push(b'?');
        parts.target.extend_from_slice(&written.query);
    }
    parts.headers.extend(written.headers);
    let has_type = parts.headers.iter().any(|(name, _)| name == "content-type");
    if let Some(kind) = written.content_type.filter(|_| !has_type) {
        parts.header("content-type", kind);
    }
    parts.body = written.body;
    Ok(())
}
