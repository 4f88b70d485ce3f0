//! How does an element become members? By the names that the shapes give (Smithy, "XML binding traits").

use super::Unread;
use super::element::Element;
use super::scalar::Slot;
use crate::input::Node;
use sotto_aws_model::{Kind, ListShape, MapShape, Member, Structure};

/// Reads an element into a shape.
pub(crate) fn read(element: &mut Element, slot: Slot<'_>) -> Result<Node, Unread> {
    match slot.kind()? {
        Kind::Structure(structure) => read_structure(element, slot, structure, |_| true),
        Kind::List(list) => {
            let name = list.item_element.as_deref().unwrap_or("member");
            let flat = list.flattened;
            items(element.children.iter_mut().filter(|child| flat || child.is(name)), slot, list)
        }
        Kind::Map(map) => entries(element.children.iter_mut().filter(|child| child.is("entry")), slot, map),
        Kind::Text(_) | Kind::Blob(_) => slot.leaf(std::mem::take(&mut element.text)),
        _ => slot.leaf(element.text.trim_ascii().to_vec()),
    }
}

/// Reads the members of a structure that `wanted` picks.
pub(crate) fn read_structure(
    element: &mut Element,
    slot: Slot<'_>,
    structure: &Structure,
    wanted: impl Fn(&Member) -> bool,
) -> Result<Node, Unread> {
    let mut members = Vec::new();
    for (index, member) in (0_u16..).zip(&structure.members).filter(|(_, member)| wanted(member)) {
        let below = slot.below(member.shape, member.capture, member.time_format);
        if let Some(node) = read_member(element, member, below)? {
            members.push((index, node));
        }
    }
    Ok(Node::Structure(members))
}

fn read_member(element: &mut Element, member: &Member, slot: Slot<'_>) -> Result<Option<Node>, Unread> {
    let name = member.wire_name();
    if member.attribute {
        let found = element.attributes.iter_mut().find(|(found, _)| found == name.as_bytes());
        return found.map(|(_, value)| slot.leaf(std::mem::take(value))).transpose();
    }
    match slot.kind()? {
        Kind::List(list) if list.flattened || member.flattened => {
            let found: Vec<&mut Element> =
                element.children.iter_mut().filter(|child| child.is(name)).collect();
            if found.is_empty() {
                return Ok(None);
            }
            items(found.into_iter(), slot, list).map(Some)
        }
        Kind::Map(map) if map.flattened || member.flattened => {
            let found: Vec<&mut Element> =
                element.children.iter_mut().filter(|child| child.is(name)).collect();
            if found.is_empty() {
                return Ok(None);
            }
            entries(found.into_iter(), slot, map).map(Some)
        }
        _ => match element.children.iter_mut().find(|child| child.is(name)) {
            Some(child) => read(child, slot).map(Some),
            None => Ok(None),
        },
    }
}

fn items<'e>(
    found: impl Iterator<Item = &'e mut Element>,
    slot: Slot<'_>,
    list: &ListShape,
) -> Result<Node, Unread> {
    let below = slot.below(list.item, list.capture, None);
    found.map(|child| read(child, below)).collect::<Result<_, _>>().map(Node::List)
}

fn entries<'e>(
    found: impl Iterator<Item = &'e mut Element>,
    slot: Slot<'_>,
    map: &MapShape,
) -> Result<Node, Unread> {
    let [of_key, of_value] = map.capture;
    let (keys, values) = (slot.below(map.key, of_key, None), slot.below(map.value, of_value, None));
    let key_name = map.key_element.as_deref().unwrap_or("key");
    let value_name = map.value_element.as_deref().unwrap_or("value");
    let mut entries = Vec::new();
    for entry in found {
        let key = entry
            .children
            .iter_mut()
            .find(|child| child.is(key_name))
            .map(|key| std::mem::take(&mut key.text));
        let key = keys.key(key.ok_or(Unread::Kind { expected: "map" })?)?;
        let value = entry.children.iter_mut().find(|child| child.is(value_name));
        entries.push((key, read(value.ok_or(Unread::Kind { expected: "map" })?, values)?));
    }
    Ok(Node::Map(entries))
}
