//! Which members go into path, query, headers and body? The writing side of the HTTP bindings, for requests and answers.

use super::Mistake;
use super::json_write;
use super::look::{Look, Map};
use super::scalar::Slot;
use super::xml_write::{self, scalar_text};
use crate::text::{base64_encode, percent_encode};
use sotto_aws_model::{Capture, Kind, Location, Member, Operation, Structure, TimeFormat};
use std::borrow::Cow;

/// What a message consists of.
#[derive(Default)]
pub(crate) struct Written {
    pub(crate) path: Vec<u8>,
    pub(crate) query: Vec<u8>,
    pub(crate) status: Option<u16>,
    pub(crate) headers: Vec<(Cow<'static, str>, Vec<u8>)>,
    pub(crate) content_type: Option<&'static str>,
    pub(crate) body: Vec<u8>,
}

/// What is written: the values, their shape, the operation, whether bodies are XML, and whether it is a request.
pub(crate) struct Plan<'a> {
    pub(crate) look: Look<'a>,
    pub(crate) slot: Slot<'a>,
    pub(crate) operation: &'a Operation,
    pub(crate) xml: bool,
    pub(crate) request: bool,
    /// Namespace of the service's XML.
    pub(crate) namespace: Option<&'a str>,
}

/// Writes a message.
pub(crate) fn write(plan: &Plan<'_>) -> Result<Written, Mistake> {
    let Ok(Kind::Structure(structure)) = plan.slot.kind() else { return Err(Mistake) };
    let mut written = Written::default();
    if plan.request {
        path(plan, structure, &mut written)?;
    }
    let mut left = plan.look.member_count().ok_or(Mistake)?;
    for member in &structure.members {
        let Some(value) = plan.look.member(&member.name) else { continue };
        left -= 1;
        if !matches!(value, Look::Null) {
            place(plan, member, value, structure, &mut written)?;
        }
    }
    if left != 0 {
        return Err(Mistake);
    }
    body(plan, structure, &mut written)?;
    Ok(written)
}

/// Puts a member where it belongs outside of the body.
fn place(
    plan: &Plan<'_>,
    member: &Member,
    value: Look<'_>,
    structure: &Structure,
    written: &mut Written,
) -> Result<(), Mistake> {
    let below =
        |time| plan.slot.below(member.shape, member.capture, Some(member.time_format.unwrap_or(time)));
    match member.location {
        Location::Query => query(written, member, value, (below(TimeFormat::Iso8601), structure, plan.look)),
        Location::Header => header(written, member, value, below(TimeFormat::Rfc822)),
        Location::Headers => headers(written, member, value, below(TimeFormat::Rfc822)),
        Location::Status => {
            let Look::Integer(status) = value else { return Err(Mistake) };
            written.status = u16::try_from(status).ok();
            Ok(())
        }
        Location::Body | Location::Uri => Ok(()),
    }
}

/// The path with its labels filled in, and the fixed part of the query.
fn path(plan: &Plan<'_>, structure: &Structure, written: &mut Written) -> Result<(), Mistake> {
    let (pattern, fixed) = crate::paths::split(&plan.operation.uri);
    for segment in pattern.split('/').skip(1) {
        written.path.push(b'/');
        let Some(name) = segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}')) else {
            written.path.extend_from_slice(segment.as_bytes());
            continue;
        };
        let (name, greedy) = name.strip_suffix('+').map_or((name, false), |name| (name, true));
        let member = structure.members.iter().find(|m| m.location == Location::Uri && m.wire_name() == name);
        let member = member.ok_or(Mistake)?;
        let value = plan.look.member(&member.name).ok_or(Mistake)?;
        let format = Some(member.time_format.unwrap_or(TimeFormat::Iso8601));
        let text = scalar_text(value, plan.slot.below(member.shape, member.capture, format))?;
        percent_encode(&mut written.path, text.as_bytes(), greedy);
    }
    written.query.extend_from_slice(fixed.as_bytes());
    Ok(())
}

fn add_query(written: &mut Written, name: &str, value: &str) {
    if !written.query.is_empty() {
        written.query.push(b'&');
    }
    percent_encode(&mut written.query, name.as_bytes(), false);
    written.query.push(b'=');
    percent_encode(&mut written.query, value.as_bytes(), false);
}

fn query(
    written: &mut Written,
    member: &Member,
    value: Look<'_>,
    (slot, structure, look): (Slot<'_>, &Structure, Look<'_>),
) -> Result<(), Mistake> {
    match (slot.kind().map_err(|_| Mistake)?, value) {
        (Kind::List(list), Look::List(items)) => {
            let below = slot.below(list.item, list.capture, None);
            items.items().try_for_each(|item| {
                add_query(written, member.wire_name(), &scalar_text(item, below)?);
                Ok(())
            })
        }
        (Kind::Map(map), Look::Map(entries)) => {
            let [_, of_value] = map.capture;
            let bound = |name: &str| {
                let others = structure
                    .members
                    .iter()
                    .filter(|m| m.location == Location::Query && m.name != member.name);
                others.into_iter().any(|m| m.wire_name() == name && look.member(&m.name).is_some())
            };
            entries.entries().try_for_each(|(key, value)| {
                let Look::Text(key) = key else { return Err(Mistake) };
                if bound(key) {
                    return Ok(());
                }
                query_entry(written, key, value, slot.below(map.value, of_value, None))
            })
        }
        _ => {
            add_query(written, member.wire_name(), &scalar_text(value, slot)?);
            Ok(())
        }
    }
}

fn query_entry(written: &mut Written, key: &str, value: Look<'_>, slot: Slot<'_>) -> Result<(), Mistake> {
    match (slot.kind().map_err(|_| Mistake)?, value) {
        (Kind::List(list), Look::List(items)) => {
            let below = slot.below(list.item, list.capture, None);
            items.items().try_for_each(|item| {
                add_query(written, key, &scalar_text(item, below)?);
                Ok(())
            })
        }
        _ => {
            add_query(written, key, &scalar_text(value, slot)?);
            Ok(())
        }
    }
}

fn header(written: &mut Written, member: &Member, value: Look<'_>, slot: Slot<'_>) -> Result<(), Mistake> {
    let text = match (slot.kind().map_err(|_| Mistake)?, value) {
        (Kind::List(list), Look::List(items)) => {
            let below = slot.below(list.item, list.capture, None);
            let texts: Vec<String> =
                items.items().map(|item| list_item(item, below)).collect::<Result<_, _>>()?;
            texts.join(", ").into_bytes()
        }
        (Kind::Text(_), Look::Text(text)) if member.json_value => {
            let mut out = Vec::new();
            base64_encode(&mut out, text.as_bytes());
            out
        }
        _ => scalar_text(value, slot)?.into_bytes(),
    };
    push_header(written, Cow::Owned(member.wire_name().to_ascii_lowercase()), text)
}

/// An item of a header; one that holds a comma or a quote is quoted (RFC 9110, section 5.6.4).
fn list_item(item: Look<'_>, slot: Slot<'_>) -> Result<String, Mistake> {
    let text = scalar_text(item, slot)?;
    let plain = matches!(slot.kind(), Ok(Kind::Timestamp(_))) || !text.contains([',', '"']);
    Ok(if plain { text } else { format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")) })
}

/// Adds a header, unless its value would end the line.
fn push_header(written: &mut Written, name: Cow<'static, str>, value: Vec<u8>) -> Result<(), Mistake> {
    if value.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
        return Err(Mistake);
    }
    written.headers.push((name, value));
    Ok(())
}

fn headers(written: &mut Written, member: &Member, value: Look<'_>, slot: Slot<'_>) -> Result<(), Mistake> {
    let (Ok(Kind::Map(map)), Look::Map(entries)) = (slot.kind(), value) else { return Err(Mistake) };
    let [_, of_value] = map.capture;
    let prefix = member.wire_name.as_deref().unwrap_or_default().to_ascii_lowercase();
    let entries: Map<'_> = entries;
    entries.entries().try_for_each(|(key, value)| {
        let Look::Text(key) = key else { return Err(Mistake) };
        let text = scalar_text(value, slot.below(map.value, of_value, None))?;
        push_header(written, Cow::Owned(prefix.clone() + &key.to_ascii_lowercase()), text.into_bytes())
    })
}

fn body(plan: &Plan<'_>, structure: &Structure, written: &mut Written) -> Result<(), Mistake> {
    if let Some((_, member)) = structure.payload_member() {
        let value = plan.look.member(&member.name).filter(|value| !matches!(value, Look::Null));
        return payload(plan, member, value, written);
    }
    let in_body = |member: &&Member| member.location == Location::Body;
    let any = structure.members.iter().filter(in_body).count() > 0;
    let set = structure.members.iter().filter(in_body).any(|member| plan.look.member(&member.name).is_some());
    if plan.xml {
        if set || (any && !plan.request) {
            written.content_type = Some("application/xml");
            let name = element_name(plan, structure);
            xml(plan, &name, plan.look, plan.slot, written)?;
        }
    } else if any || !plan.request {
        written.content_type = Some("application/json");
        json_write::write(&mut written.body, plan.look, plan.slot)?;
    }
    Ok(())
}

/// Name of the root element: the operation's or the shape's own, else the shape's name.
fn element_name(plan: &Plan<'_>, structure: &Structure) -> String {
    let own =
        plan.operation.input_element.as_deref().filter(|_| plan.request).or(structure.element.as_deref());
    let shape = plan.slot.service.shape(plan.slot.shape).map(|shape| &*shape.name);
    own.or(shape).unwrap_or_default().to_owned()
}

fn xml(
    plan: &Plan<'_>,
    name: &str,
    look: Look<'_>,
    slot: Slot<'_>,
    written: &mut Written,
) -> Result<(), Mistake> {
    let own = match slot.kind() {
        Ok(Kind::Structure(structure)) => structure.namespace.clone(),
        _ => None,
    };
    let operation = plan.operation.input_namespace.as_deref().filter(|_| plan.request);
    let default = operation
        .or(plan.namespace)
        .map(|uri| sotto_aws_model::Namespace { prefix: "".into(), uri: uri.into() });
    let slot = slot.below(slot.shape, Capture::Raw, Some(TimeFormat::Iso8601));
    xml_write::element(&mut written.body, name, own.or(default).as_ref(), (look, slot))
}

fn payload(
    plan: &Plan<'_>,
    member: &Member,
    value: Option<Look<'_>>,
    written: &mut Written,
) -> Result<(), Mistake> {
    let slot = plan.slot.below(member.shape, member.capture, member.time_format);
    let kind = slot.kind().map_err(|_| Mistake)?;
    match (kind, value) {
        (Kind::Blob(_), Some(Look::Bytes(bytes))) => {
            written.content_type = Some("application/octet-stream");
            written.body.extend_from_slice(bytes);
        }
        (Kind::Blob(_), None) => {}
        (Kind::Text(_), Some(Look::Text(text))) => {
            written.content_type = Some("text/plain");
            written.body.extend_from_slice(text.as_bytes());
        }
        (Kind::Document, Some(Look::Document(document))) => {
            written.content_type = Some("application/json");
            json_write::write_document(&mut written.body, document);
        }
        (_, Some(look)) if plan.xml => {
            written.content_type = Some("application/xml");
            let own = match kind {
                Kind::Structure(structure) => structure.element.as_deref(),
                _ => None,
            };
            let shape = slot.service.shape(slot.shape).map(|shape| &*shape.name);
            let name = member.wire_name.as_deref().or(own).or(shape).unwrap_or_default();
            let namespace = member.namespace.clone();
            match namespace {
                Some(_) => xml_write::element(&mut written.body, name, namespace.as_ref(), (look, slot))?,
                None => xml(plan, name, look, slot, written)?,
            }
        }
        (_, Some(look)) => {
            written.content_type = Some("application/json");
            json_write::write(&mut written.body, look, slot)?;
        }
        (Kind::Structure(structure), None) if plan.request && !plan.xml && !structure.union => {
            written.content_type = Some("application/json");
            written.body.extend_from_slice(b"{}");
        }
        (_, None) => {}
    }
    Ok(())
}
