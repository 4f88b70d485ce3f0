//! What does this form say? Names with dots are a tree: `Tags.member.2.Key=...` (Smithy, "AWS query protocol").
//!
//! The tree is built first, then read by shape, so that members may come in any order. In the `ec2` dialect lists have no
//! `member` between name and number, and names begin with a capital letter.

use super::scalar::Slot;
use super::{DEPTH_MAX, Unread};
use crate::form;
use crate::input::Node;
use sotto_aws_model::{Kind, ListShape, MapShape, Member, Structure};
use std::collections::BTreeMap;
use zeroize::Zeroize;

/// Pairs of a form at most.
const PAIRS_MAX: usize = 20_000;

/// Reads forms into a shape: those of the query string and of the body.
pub(crate) fn read(forms: [&[u8]; 2], slot: Slot<'_>, ec2: bool) -> Result<Node, Unread> {
    let mut root = Branch::default();
    for (count, (name, value)) in forms.into_iter().flat_map(form::pairs).enumerate() {
        if count >= PAIRS_MAX {
            return Err(Unread::Body);
        }
        root.insert(&name, value.to_vec())?;
    }
    Reader { ec2 }.value(root, slot)
}

/// A name's next parts, and the value that stands here.
#[derive(Default)]
struct Branch {
    value: Option<Vec<u8>>,
    children: BTreeMap<Vec<u8>, Branch>,
}

impl Branch {
    fn insert(&mut self, name: &[u8], value: Vec<u8>) -> Result<(), Unread> {
        let mut branch = self;
        for (depth, part) in name.split(|byte| *byte == b'.').enumerate() {
            if depth >= DEPTH_MAX {
                return Err(Unread::Deep);
            }
            branch = branch.children.entry(part.to_vec()).or_default();
        }
        branch.value = Some(value);
        Ok(())
    }

    fn child(&mut self, name: &str) -> Option<Self> {
        self.children.remove(name.as_bytes())
    }

    fn take_value(&mut self) -> Option<Vec<u8>> {
        self.value.take()
    }

    /// Children that are numbered, in order.
    fn numbered(&mut self) -> impl Iterator<Item = Self> + use<> {
        let number = |name: &[u8]| std::str::from_utf8(name).ok()?.parse::<u32>().ok();
        let children = std::mem::take(&mut self.children);
        let mut numbered: Vec<(u32, Self)> =
            children.into_iter().filter_map(|(name, branch)| Some((number(&name)?, branch))).collect();
        numbered.sort_by_key(|(number, _)| *number);
        numbered.into_iter().map(|(_, branch)| branch)
    }
}

impl Drop for Branch {
    fn drop(&mut self) {
        self.value.zeroize();
    }
}

struct Reader {
    ec2: bool,
}

impl Reader {
    fn value(&self, mut branch: Branch, slot: Slot<'_>) -> Result<Node, Unread> {
        match slot.kind()? {
            Kind::Structure(structure) => self.structure(branch, slot, structure),
            Kind::List(list) => self.list(branch, slot, list, list.flattened),
            Kind::Map(map) => self.map(branch, slot, map, map.flattened),
            _ => match branch.take_value() {
                Some(text) => slot.leaf(text),
                None => Err(Unread::Kind { expected: "String" }),
            },
        }
    }

    fn structure(&self, mut branch: Branch, slot: Slot<'_>, structure: &Structure) -> Result<Node, Unread> {
        let mut members = Vec::new();
        for (index, member) in (0_u16..).zip(&structure.members) {
            let below = slot.below(member.shape, member.capture, member.time_format);
            let Some(found) = branch.child(&self.name_of(member, below)?) else { continue };
            let value = match below.kind()? {
                Kind::List(list) => self.list(found, below, list, list.flattened || member.flattened)?,
                Kind::Map(map) => self.map(found, below, map, map.flattened || member.flattened)?,
                _ => self.value(found, below)?,
            };
            members.push((index, value));
        }
        Ok(Node::Structure(members))
    }

    fn name_of(&self, member: &Member, slot: Slot<'_>) -> Result<String, Unread> {
        if self.ec2 {
            return Ok(super::names::ec2(member));
        }
        if let Kind::List(list) = slot.kind()?
            && (list.flattened || member.flattened)
            && member.wire_name.is_none()
            && let Some(item) = &list.item_element
        {
            return Ok(item.to_string());
        }
        Ok(member.wire_name().to_owned())
    }

    fn list(
        &self,
        mut branch: Branch,
        slot: Slot<'_>,
        list: &ListShape,
        flattened: bool,
    ) -> Result<Node, Unread> {
        if !flattened && !self.ec2 {
            let item = list.item_element.as_deref().unwrap_or("member");
            branch = branch.child(item).unwrap_or_default();
        }
        let below = slot.below(list.item, list.capture, None);
        branch.numbered().map(|item| self.value(item, below)).collect::<Result<_, _>>().map(Node::List)
    }

    fn map(
        &self,
        mut branch: Branch,
        slot: Slot<'_>,
        map: &MapShape,
        flattened: bool,
    ) -> Result<Node, Unread> {
        if !flattened {
            branch = branch.child("entry").unwrap_or_default();
        }
        let [of_key, of_value] = map.capture;
        let (keys, values) = (slot.below(map.key, of_key, None), slot.below(map.value, of_value, None));
        let key_name = map.key_element.as_deref().unwrap_or("key");
        let value_name = map.value_element.as_deref().unwrap_or("value");
        let mut entries = Vec::new();
        for mut entry in branch.numbered() {
            let key = entry.child(key_name).and_then(|mut key| key.take_value());
            let key = keys.key(key.ok_or(Unread::Kind { expected: "map" })?)?;
            let value = entry.child(value_name).ok_or(Unread::Kind { expected: "map" })?;
            entries.push((key, self.value(value, values)?));
        }
        Ok(Node::Map(entries))
    }
}
