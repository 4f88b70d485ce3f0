//! Which members stand in path, query and headers, and what is the body? (Smithy, "HTTP binding traits".)
//!
//! Requests and answers bind alike, but that answers have a status and no path. Paths and queries come percent-encoded; lists
//! in headers are parted by commas, in which times (which hold one) and quoted texts are kept together.

use super::element::Element;
use super::scalar::Slot;
use super::{Unread, json_read, xml_read};
use crate::head::Head;
use crate::input::{Document, Key, Node};
use crate::paths;
use crate::text::{base64_decode, percent_decode};
use sotto_aws_model::{Capture, Kind, ListShape, Location, Member, Operation, Structure, TimeFormat};
use sotto_sensitive::RawBytes;

/// What a message consists of besides its shape.
pub(crate) struct Message<'a> {
    pub(crate) head: &'a Head,
    /// The operation, for the pattern of the path: requests only.
    pub(crate) operation: Option<&'a Operation>,
    /// HTTP status: answers only.
    pub(crate) status: Option<u16>,
    /// Whether bodies are XML, else JSON.
    pub(crate) xml: bool,
}

type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

/// Reads a message into a structure.
pub(crate) fn read(message: &Message<'_>, slot: Slot<'_>, body: RawBytes) -> Result<Node, Unread> {
    let Kind::Structure(structure) = slot.kind()? else { return Err(Unread::Body) };
    let mut members = Vec::new();
    let query: Pairs = crate::form::pairs(message.head.query())
        .map(|(name, value)| (name.to_vec(), value.to_vec()))
        .collect();
    for (index, member) in (0_u16..).zip(&structure.members) {
        let below = |time| slot.below(member.shape, member.capture, Some(member.time_format.unwrap_or(time)));
        let node = match member.location {
            Location::Body => continue,
            Location::Uri => label(message, member, below(TimeFormat::Iso8601))?,
            Location::Query => query_member(&query, member, (below(TimeFormat::Iso8601), structure))?,
            Location::Header => header(message.head, member, below(TimeFormat::Rfc822))?,
            Location::Headers => headers(message.head, member, below(TimeFormat::Rfc822))?,
            Location::Status => message.status.map(|status| Node::Integer(status.into())),
        };
        members.extend(node.map(|node| (index, node)));
    }
    members.extend(body_members(message, slot, structure, body)?);
    Ok(Node::Structure(members))
}

/// The label of a path.
fn label(message: &Message<'_>, member: &Member, slot: Slot<'_>) -> Result<Option<Node>, Unread> {
    let Some(operation) = message.operation else { return Ok(None) };
    let (pattern, _) = paths::split(&operation.uri);
    let pattern = pattern.strip_suffix('/').unwrap_or(pattern);
    let mut path = message.head.path().split(|byte| *byte == b'/').skip(1);
    for segment in pattern.split('/').skip(1) {
        let name = segment.trim_start_matches('{').trim_end_matches('}');
        let found = path.next().ok_or(Unread::Body)?;
        if !segment.starts_with('{') || name.trim_end_matches('+') != member.wire_name() {
            continue;
        }
        let mut text = percent_decode(found, false);
        if name.ends_with('+') {
            for more in path {
                text.push(b'/');
                text.extend(percent_decode(more, false));
            }
        }
        return slot.leaf(text).map(Some);
    }
    Ok(None)
}

/// A parameter of the query, or all those that no other member is bound to (Smithy, "httpQueryParams trait").
fn query_member(
    query: &Pairs,
    member: &Member,
    (slot, structure): (Slot<'_>, &Structure),
) -> Result<Option<Node>, Unread> {
    let mut found = query.iter().filter(|(name, _)| name == member.wire_name().as_bytes());
    match slot.kind()? {
        Kind::List(list) => {
            let below = slot.below(list.item, list.capture, None);
            let items: Vec<Node> =
                found.map(|(_, value)| below.leaf(value.clone())).collect::<Result<_, _>>()?;
            Ok(Some(items).filter(|items| !items.is_empty()).map(Node::List))
        }
        Kind::Map(map) => {
            let [of_key, of_value] = map.capture;
            let (keys, values) = (slot.below(map.key, of_key, None), slot.below(map.value, of_value, None));
            let bound = |name: &[u8]| {
                let mut others = structure.members.iter().filter(|m| m.location == Location::Query);
                others.any(|m| m.name != member.name && m.wire_name().as_bytes() == name)
            };
            let mut entries: Vec<(Key, Node)> = Vec::new();
            let mut seen: Vec<&[u8]> = Vec::new();
            for (name, value) in query.iter().filter(|(name, _)| !bound(name)) {
                if seen.contains(&name.as_slice()) {
                    continue;
                }
                seen.push(name);
                let node = match values.kind()? {
                    Kind::List(list) => {
                        let below = values.below(list.item, list.capture, None);
                        let same = query.iter().filter(|(other, _)| other == name);
                        Node::List(
                            same.map(|(_, value)| below.leaf(value.clone())).collect::<Result<_, _>>()?,
                        )
                    }
                    _ => values.leaf(value.clone())?,
                };
                entries.push((keys.key(name.clone())?, node));
            }
            Ok(Some(entries).filter(|entries| !entries.is_empty()).map(Node::Map))
        }
        _ => found.next().map(|(_, value)| slot.leaf(value.clone())).transpose(),
    }
}

fn header(head: &Head, member: &Member, slot: Slot<'_>) -> Result<Option<Node>, Unread> {
    let name = member.wire_name().to_ascii_lowercase();
    let Some(value) = head.header(&name) else { return Ok(None) };
    let value = value.trim_ascii();
    match slot.kind()? {
        Kind::List(list) => header_list(head, &name, list, slot).map(Some),
        Kind::Text(shape) if member.json_value => {
            let text = base64_decode(value).ok_or(Unread::Kind { expected: "base64" })?;
            slot.text(shape, text).map(Some)
        }
        _ => slot.leaf(value.to_vec()).map(Some),
    }
}

/// The items of a header that is a list, which may also come several times.
fn header_list(head: &Head, name: &str, list: &ListShape, slot: Slot<'_>) -> Result<Node, Unread> {
    let below = slot.below(list.item, list.capture, None);
    let is_time = matches!(below.kind()?, Kind::Timestamp(None | Some(TimeFormat::Rfc822)));
    let mut items = Vec::new();
    let found =
        head.headers().filter(|(found, value)| *found == name.as_bytes() && !value.trim_ascii().is_empty());
    for (_, value) in found {
        for item in header_items(value, is_time && below.time == TimeFormat::Rfc822) {
            items.push(below.leaf(item)?);
        }
    }
    Ok(Node::List(items))
}

/// Parts a header at its commas; every second one where items are HTTP dates, none inside of quotes.
fn header_items(value: &[u8], dates: bool) -> Vec<Vec<u8>> {
    let mut items = Vec::new();
    let (mut item, mut quoted, mut escaped, mut commas) = (Vec::new(), false, false, 0);
    for byte in value {
        match byte {
            _ if escaped => {
                item.push(*byte);
                escaped = false;
            }
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b',' if !quoted && (!dates || commas % 2 == 1) => {
                commas += 1;
                items.push(std::mem::take(&mut item));
            }
            b',' => {
                commas += usize::from(!quoted);
                item.push(*byte);
            }
            _ => item.push(*byte),
        }
    }
    items.push(item);
    items.into_iter().map(|item| item.trim_ascii().to_vec()).collect()
}

/// Every header that begins with the member's name.
fn headers(head: &Head, member: &Member, slot: Slot<'_>) -> Result<Option<Node>, Unread> {
    let Kind::Map(map) = slot.kind()? else { return Err(Unread::Body) };
    let prefix = member.wire_name.as_deref().unwrap_or_default().to_ascii_lowercase();
    let [of_key, of_value] = map.capture;
    let (keys, values) = (slot.below(map.key, of_key, None), slot.below(map.value, of_value, None));
    let mut entries = Vec::new();
    for (name, value) in head.headers() {
        if let Some(rest) = name.strip_prefix(prefix.as_bytes()).filter(|rest| !rest.is_empty()) {
            entries.push((keys.key(rest.to_vec())?, values.leaf(value.trim_ascii().to_vec())?));
        }
    }
    Ok(Some(Node::Map(entries)))
}

/// The member that is the whole body, or the members in it.
fn body_members(
    message: &Message<'_>,
    slot: Slot<'_>,
    structure: &Structure,
    body: RawBytes,
) -> Result<Vec<(u16, Node)>, Unread> {
    if let Some((index, member)) = structure.payload_member() {
        let below = slot.below(member.shape, member.capture, member.time_format);
        let node = payload(message, below, body)?;
        return Ok(node.map(|node| (index, node)).into_iter().collect());
    }
    if body.is_empty() || structure.members.iter().all(|member| member.location != Location::Body) {
        return Ok(Vec::new());
    }
    match structured(message, slot, &body)? {
        Node::Structure(members) => {
            let in_body =
                |index: u16| structure.at(index).is_some_and(|member| member.location == Location::Body);
            Ok(members.into_iter().filter(|(index, _)| in_body(*index)).collect())
        }
        _ => Ok(Vec::new()),
    }
}

/// The whole body as one value.
fn payload(message: &Message<'_>, slot: Slot<'_>, body: RawBytes) -> Result<Option<Node>, Unread> {
    Ok(match slot.kind()? {
        Kind::Blob(_) => {
            Some(Node::Bytes(body)).filter(|node| !matches!(node, Node::Bytes(b) if b.is_empty()))
        }
        _ if body.is_empty() => None,
        Kind::Text(shape) => Some(slot.text(shape, bytes_of(&body).to_vec())?),
        Kind::Document => Some(Node::Document(read_document(&body)?)),
        _ => Some(structured(message, slot, &body)?),
    })
}

fn structured(message: &Message<'_>, slot: Slot<'_>, body: &RawBytes) -> Result<Node, Unread> {
    let text = bytes_of(body);
    if !message.xml {
        return json_read::read(text, slot.below(slot.shape, Capture::Raw, Some(TimeFormat::UnixTimestamp)));
    }
    let mut element = Element::read(text)?;
    xml_read::read(&mut element, slot.below(slot.shape, Capture::Raw, Some(TimeFormat::Iso8601)))
}

fn read_document(body: &RawBytes) -> Result<Document, Unread> {
    json_read::read_document(bytes_of(body))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the codec reads the body; its parts leave as leaves, public or raw"
)]
pub(crate) fn bytes_of(body: &RawBytes) -> &[u8] {
    body.expose()
}
