//! How is a value written as a form? Names with dots, in the order of the model (the reading side is `query_read`).

use super::Mistake;
use super::look::{List, Look, Map};
use super::names;
use super::scalar::Slot;
use super::xml_write::scalar_text;
use crate::text::percent_encode;
use sotto_aws_model::{Kind, ListShape, MapShape, Structure};

/// A form that grows.
pub(crate) struct Form {
    pub(crate) out: Vec<u8>,
    pub(crate) ec2: bool,
}

impl Form {
    pub(crate) fn pair(&mut self, name: &str, value: &str) {
        if !self.out.is_empty() {
            self.out.push(b'&');
        }
        percent_encode(&mut self.out, name.as_bytes(), false);
        self.out.push(b'=');
        percent_encode(&mut self.out, value.as_bytes(), false);
    }

    /// Appends a value under a name; the root has an empty one.
    pub(crate) fn write(&mut self, name: &str, look: Look<'_>, slot: Slot<'_>) -> Result<(), Mistake> {
        match (slot.kind().map_err(|_| Mistake)?, look) {
            (_, Look::Null) => Ok(()),
            (Kind::Structure(structure), look) => self.structure(name, look, slot, structure),
            (Kind::List(list), Look::List(found)) => self.list(name, found, (slot, list), list.flattened),
            (Kind::Map(map), Look::Map(found)) => self.map(name, found, (slot, map), map.flattened),
            _ => {
                self.pair(name, &scalar_text(look, slot)?);
                Ok(())
            }
        }
    }

    fn structure(
        &mut self,
        name: &str,
        look: Look<'_>,
        slot: Slot<'_>,
        structure: &Structure,
    ) -> Result<(), Mistake> {
        let mut left = look.member_count().ok_or(Mistake)?;
        for member in &structure.members {
            let Some(value) = look.member(&member.name) else { continue };
            left -= 1;
            let own = if self.ec2 { names::ec2(member) } else { member.wire_name().to_owned() };
            let below = slot.below(member.shape, member.capture, member.time_format);
            match (below.kind().map_err(|_| Mistake)?, value) {
                (Kind::List(list), Look::List(found)) => {
                    let flattened = list.flattened || member.flattened;
                    let renames = flattened && !self.ec2 && member.wire_name.is_none();
                    let item = list.item_element.as_deref().filter(|_| renames);
                    let own = join(name, item.unwrap_or(&own));
                    self.list(&own, found, (below, list), flattened)?;
                }
                (Kind::Map(map), Look::Map(found)) => {
                    self.map(&join(name, &own), found, (below, map), map.flattened || member.flattened)?;
                }
                _ => self.write(&join(name, &own), value, below)?,
            }
        }
        if left == 0 { Ok(()) } else { Err(Mistake) }
    }

    fn list(
        &mut self,
        name: &str,
        found: List<'_>,
        (slot, list): (Slot<'_>, &ListShape),
        flattened: bool,
    ) -> Result<(), Mistake> {
        let below = slot.below(list.item, list.capture, None);
        let items: Vec<Look<'_>> = found.items().collect();
        if items.is_empty() && !self.ec2 {
            self.pair(name, "");
        }
        let item = list.item_element.as_deref().unwrap_or("member");
        let name = if flattened || self.ec2 { name.to_owned() } else { join(name, item) };
        items
            .into_iter()
            .zip(1..)
            .try_for_each(|(item, number): (_, usize)| self.write(&format!("{name}.{number}"), item, below))
    }

    fn map(
        &mut self,
        name: &str,
        found: Map<'_>,
        (slot, map): (Slot<'_>, &MapShape),
        flattened: bool,
    ) -> Result<(), Mistake> {
        let [of_key, of_value] = map.capture;
        let (keys, values) = (slot.below(map.key, of_key, None), slot.below(map.value, of_value, None));
        let name = if flattened { name.to_owned() } else { join(name, "entry") };
        let key_name = map.key_element.as_deref().unwrap_or("key");
        let value_name = map.value_element.as_deref().unwrap_or("value");
        found.entries().zip(1..).try_for_each(|((key, value), number): (_, usize)| {
            self.write(&format!("{name}.{number}.{key_name}"), key, keys)?;
            self.write(&format!("{name}.{number}.{value_name}"), value, values)
        })
    }
}

fn join(name: &str, part: &str) -> String {
    if name.is_empty() { part.to_owned() } else { format!("{name}.{part}") }
}
