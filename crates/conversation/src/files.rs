//! Which file of an export holds what, and how does a locale rest? Both are trees of the same structures.
//!
//! An export has a file for each thing, found by its path; at rest a locale is one tree, with ids and instants beside the
//! settings. Two functions per thing, `to` and `from`, so that neither form can forget a part.

use crate::Words;
use crate::bot::{
    Classification, Dialect, Id, Intent, Locale, LocaleId, Name, NameError, Reader, Shape, Slot, SlotType,
    Tree,
};
use sotto_sensitive::RawBytes;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Why what rests is no locale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what was stored of a bot cannot be read by this release")]
pub struct Unreadable;

impl From<NameError> for Unreadable {
    fn from(_: NameError) -> Self {
        Self
    }
}

/// The form at rest.
const FORM: i64 = 1;

/// Members that stand beside the settings, and the settings.
pub(crate) fn split(tree: &Tree, beside: &[&str]) -> (Vec<(Words, Tree)>, Tree) {
    let Tree::Map(members) = tree else { return (Vec::new(), tree.clone()) };
    let is_beside = |(key, _): &(Words, Tree)| beside.contains(&key.read());
    let (taken, rest) = members.iter().cloned().partition(is_beside);
    (taken, Tree::Map(rest))
}

/// Members beside settings, as one object.
pub(crate) fn joined(beside: Vec<(&'static str, Tree)>, settings: Tree) -> Tree {
    let mut members: Vec<(Words, Tree)> =
        beside.into_iter().map(|(key, value)| (key.into(), value)).collect();
    if let Tree::Map(settings) = settings {
        members.extend(settings);
    }
    Tree::Map(members)
}

fn map(members: Vec<(&'static str, Tree)>) -> Tree {
    joined(members, Tree::Null)
}

fn instant(seconds: u64) -> Tree {
    Tree::Integer(i64::try_from(seconds).unwrap_or(i64::MAX))
}

fn seconds(tree: &Tree, member: &str) -> Result<u64, Unreadable> {
    match tree.member(member) {
        Some(Tree::Integer(number)) => u64::try_from(*number).map_err(|_| Unreadable),
        _ => Err(Unreadable),
    }
}

fn word<'t>(tree: &'t Tree, member: &str) -> Result<&'t str, Unreadable> {
    tree.member(member).and_then(Tree::as_words).map(Words::read).ok_or(Unreadable)
}

fn settings<T: Shape>(tree: &Tree) -> Result<T, Unreadable> {
    let mut reader = Reader::of("settings");
    let read = T::read(tree.member("settings").ok_or(Unreadable)?, &mut reader);
    if reader.problems.is_empty() { Ok(read) } else { Err(Unreadable) }
}

fn items<T>(
    tree: &Tree,
    member: &str,
    read: fn(&Tree) -> Result<T, Unreadable>,
) -> Result<Vec<Arc<T>>, Unreadable> {
    match tree.member(member) {
        Some(Tree::List(items)) => items.iter().map(|item| read(item).map(Arc::new)).collect(),
        _ => Err(Unreadable),
    }
}

fn kept_resting(kept: &BTreeMap<Name, Classification>) -> Tree {
    let one = |(name, level): (&Name, &Classification)| {
        Tree::List(vec![Tree::text(name.as_str()), Tree::text(level.as_str())])
    };
    Tree::List(kept.iter().map(one).collect())
}

/// Locales of releases that kept none have no such member.
fn kept_from_resting(tree: &Tree) -> Result<BTreeMap<Name, Classification>, Unreadable> {
    let one = |item: &Tree| match item {
        Tree::List(pair) => match pair.as_slice() {
            [Tree::Text(name), Tree::Text(level)] => {
                Ok((Name::parse(name.read())?, Classification::parse(level.read()).ok_or(Unreadable)?))
            }
            _ => Err(Unreadable),
        },
        _ => Err(Unreadable),
    };
    match tree.member("levelsKept") {
        None => Ok(BTreeMap::new()),
        Some(Tree::List(items)) => items.iter().map(one).collect(),
        Some(_) => Err(Unreadable),
    }
}

impl Locale {
    /// As it rests, before it is sealed.
    pub fn to_resting(&self) -> RawBytes {
        let attachment = |(path, content): &(Words, Words)| {
            Tree::List(vec![Tree::Text(path.clone()), Tree::Text(content.clone())])
        };
        map(vec![
            ("form", Tree::Integer(FORM)),
            ("id", Tree::text(self.id.as_str())),
            ("created", instant(self.created)),
            ("updated", instant(self.updated)),
            ("settings", self.settings.write(Dialect::Export)),
            ("intents", Tree::List(self.intents.iter().map(|intent| intent.resting()).collect())),
            ("slotTypes", Tree::List(self.slot_types.iter().map(|one| one.resting()).collect())),
            ("attachments", Tree::List(self.attachments.iter().map(attachment).collect())),
            ("levelsKept", kept_resting(&self.levels_kept)),
        ])
        .to_json()
    }

    /// A locale again.
    ///
    /// # Errors
    /// When it is not what [`Locale::to_resting`] gives.
    pub fn from_resting(bytes: &RawBytes) -> Result<Self, Unreadable> {
        let tree = Tree::read(bytes).map_err(|_| Unreadable)?;
        if tree.member("form") != Some(&Tree::Integer(FORM)) {
            return Err(Unreadable);
        }
        let attachment = |item: &Tree| match item {
            Tree::List(pair) => match pair.as_slice() {
                [Tree::Text(path), Tree::Text(content)] => Ok((path.clone(), content.clone())),
                _ => Err(Unreadable),
            },
            _ => Err(Unreadable),
        };
        let attachments = match tree.member("attachments") {
            Some(Tree::List(items)) => items.iter().map(attachment).collect::<Result<_, _>>()?,
            _ => return Err(Unreadable),
        };
        Ok(Self {
            id: LocaleId::parse(word(&tree, "id")?)?,
            created: seconds(&tree, "created")?,
            updated: seconds(&tree, "updated")?,
            settings: settings(&tree)?,
            intents: items(&tree, "intents", Intent::from_resting)?,
            slot_types: items(&tree, "slotTypes", SlotType::from_resting)?,
            attachments,
            levels_kept: kept_from_resting(&tree)?,
        })
    }
}

macro_rules! resting {
    ($($type:ident { $($more:ident: $write:expr, $read:expr;)* })*) => {$(
        impl $type {
            fn resting(&self) -> Tree {
                let mut members = vec![
                    ("id", Tree::text(self.id.as_str())),
                    ("name", Tree::text(self.name.as_str())),
                    ("created", instant(self.created)),
                    ("updated", instant(self.updated)),
                    ("settings", self.settings.write(Dialect::Export)),
                ];
                $({
                    let write: fn(&Self) -> Tree = $write;
                    members.push((stringify!($more), write(self)));
                })*
                map(std::mem::take(&mut members))
            }

            fn from_resting(tree: &Tree) -> Result<Self, Unreadable> {
                Ok(Self {
                    id: Id::parse(word(tree, "id")?)?,
                    name: Name::parse(word(tree, "name")?)?,
                    created: seconds(tree, "created")?,
                    updated: seconds(tree, "updated")?,
                    settings: settings(tree)?,
                    $($more: {
                        let read: fn(&Tree) -> Result<_, Unreadable> = $read;
                        read(tree)?
                    },)*
                })
            }
        }
    )*};
}

resting! {
    Intent {
        slots: |intent| Tree::List(intent.slots.iter().map(|slot| slot.resting()).collect()),
            |tree| items(tree, "slots", Slot::from_resting);
    }
    Slot {
        classification: |slot| slot.classification.map_or(Tree::Null, |level| Tree::text(level.as_str())),
            |tree| match tree.member("classification").and_then(Tree::as_words) {
                Some(words) => Classification::parse(words.read()).map(Some).ok_or(Unreadable),
                None => Ok(None),
            };
    }
    SlotType {}
}
