//! What is in a slot? One value, several, or parts with values of their own (`Slot` of `lexv2-runtime`).

use super::map;
use crate::Words;
use crate::bot::Tree;
use crate::slot::Resolution;

/// Deepest nesting of values: parts of a composite slot that are lists.
const DEPTH_MAX: usize = 4;
/// Most values in a slot.
pub(crate) const VALUES_MAX: usize = 100;

/// What was said for a slot, and what it stands for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Value {
    /// As it was said.
    pub original: Option<Words>,
    /// What it stands for; nothing where it may be one of several.
    pub interpreted: Option<Words>,
    /// All it may stand for.
    pub resolved: Vec<Words>,
}

/// What is in a slot.
#[derive(Clone, Debug, PartialEq)]
pub enum SlotValue {
    /// One value.
    Scalar(Value),
    /// Several.
    List(Vec<Value>),
    /// Parts, by name.
    Composite(Vec<(Words, Option<SlotValue>)>),
}

impl Value {
    /// A value that stands for itself.
    pub fn of(words: Words) -> Self {
        Self { original: Some(words.clone()), interpreted: Some(words.clone()), resolved: vec![words] }
    }

    /// The value that conditions, prompts and contexts take.
    pub fn taken(&self) -> Option<&Words> {
        self.interpreted.as_ref().or(self.original.as_ref()).or(self.resolved.first())
    }

    fn to_tree(&self) -> Tree {
        let words = |words: &Option<Words>| words.clone().map_or(Tree::Null, Tree::Text);
        let resolved = self.resolved.iter().cloned().map(Tree::Text).collect();
        map([
            ("originalValue", words(&self.original)),
            ("interpretedValue", words(&self.interpreted)),
            ("resolvedValues", Tree::List(resolved)),
        ])
    }

    fn read(tree: &Tree) -> Option<Self> {
        let words = |name| tree.member(name).map(|found| found.as_words().cloned());
        let Tree::Map(_) = tree else { return None };
        let resolved = match tree.member("resolvedValues") {
            None => Vec::new(),
            Some(Tree::List(items)) => {
                items.iter().take(VALUES_MAX).map(|item| item.as_words().cloned()).collect::<Option<_>>()?
            }
            Some(_) => return None,
        };
        let (original, interpreted) = (words("originalValue"), words("interpretedValue"));
        if original == Some(None) || interpreted == Some(None) {
            return None;
        }
        Some(Self { original: original.flatten(), interpreted: interpreted.flatten(), resolved })
    }

    fn words(&self) -> impl Iterator<Item = &Words> {
        self.original.iter().chain(&self.interpreted).chain(&self.resolved)
    }
}

impl From<Resolution> for Value {
    fn from(found: Resolution) -> Self {
        Self { original: Some(found.original), interpreted: found.interpreted, resolved: found.resolved }
    }
}

impl SlotValue {
    /// One value that stands for itself.
    pub fn of(words: Words) -> Self {
        Self::Scalar(Value::of(words))
    }

    /// The values that conditions and prompts take; of a composite slot those of all its parts.
    pub(crate) fn taken(&self) -> Vec<Words> {
        match self {
            Self::Scalar(value) => value.taken().into_iter().cloned().collect(),
            Self::List(values) => values.iter().filter_map(Value::taken).cloned().collect(),
            Self::Composite(parts) => {
                parts.iter().filter_map(|(_, part)| part.as_ref()).flat_map(Self::taken).collect()
            }
        }
    }

    /// The value of a part.
    pub(crate) fn part(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Composite(parts) => {
                parts.iter().find(|(found, _)| found.read() == name).and_then(|(_, part)| part.as_ref())
            }
            _ => None,
        }
    }

    /// Every word of it: said, understood and possible.
    pub(crate) fn all_words(&self) -> Vec<&Words> {
        match self {
            Self::Scalar(value) => value.words().collect(),
            Self::List(values) => values.iter().flat_map(Value::words).collect(),
            Self::Composite(parts) => {
                parts.iter().filter_map(|(_, part)| part.as_ref()).flat_map(Self::all_words).collect()
            }
        }
    }

    pub(crate) fn to_tree(&self) -> Tree {
        match self {
            Self::Scalar(value) => map([("value", value.to_tree()), ("shape", Tree::text("Scalar"))]),
            Self::List(values) => {
                let scalar =
                    |value: &Value| map([("value", value.to_tree()), ("shape", Tree::text("Scalar"))]);
                map([
                    ("shape", Tree::text("List")),
                    ("values", Tree::List(values.iter().map(scalar).collect())),
                ])
            }
            Self::Composite(parts) => {
                let part = |part: &Option<Self>| part.as_ref().map_or(Tree::Null, Self::to_tree);
                let parts = parts.iter().map(|(name, held)| (name.clone(), part(held))).collect();
                map([("shape", Tree::text("Composite")), ("subSlots", Tree::Map(parts))])
            }
        }
    }

    /// Reads a slot; nothing where it is not one.
    pub(crate) fn read(tree: &Tree) -> Option<Self> {
        Self::read_within(tree, DEPTH_MAX)
    }

    fn read_within(tree: &Tree, depth: usize) -> Option<Self> {
        let depth = depth.checked_sub(1)?;
        let shape = match tree.member("shape") {
            Some(shape) => shape.as_words()?.read(),
            None => "",
        };
        match (shape, tree.member("values"), tree.member("subSlots")) {
            ("List", Some(Tree::List(items)), _) | ("", Some(Tree::List(items)), None) => {
                let value = |item: &Tree| Value::read(item.member("value")?);
                let values: Vec<Value> = items.iter().map(value).collect::<Option<_>>()?;
                (values.len() <= VALUES_MAX).then_some(Self::List(values))
            }
            ("List", None, None) => Some(Self::List(Vec::new())),
            ("Composite", _, Some(Tree::Map(parts))) | ("", None, Some(Tree::Map(parts))) => {
                let part = |(name, held): &(Words, Tree)| match held {
                    Tree::Null => Some((name.clone(), None)),
                    held => Some((name.clone(), Some(Self::read_within(held, depth)?))),
                };
                (parts.len() <= VALUES_MAX)
                    .then(|| parts.iter().map(part).collect::<Option<_>>())?
                    .map(Self::Composite)
            }
            ("Scalar" | "", _, _) => tree.member("value").and_then(Value::read).map(Self::Scalar),
            _ => None,
        }
    }
}
