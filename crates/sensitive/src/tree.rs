//! How does captured structure travel? As [`RawTree`]: shaped like JSON, each leaf public or raw.
//!
//! Session states, hook events and decoded requests are trees in which some members are known to be public
//! (a count, a status, an id of ours) and all others are captured. Keys of maps are captured too: session
//! attributes and JSON log lines bring their own.

use crate::RawText;
use sotto_public::Public;
use std::fmt;

/// A leaf that anybody may see.
#[derive(Clone, Debug, PartialEq)]
pub enum PublicScalar {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// Text that was declared public.
    Text(Public<String>),
}

/// A tree of captured data. No `Clone`, `Serialize` or comparison; `Debug` prints shape and sizes only.
pub enum RawTree {
    /// Nothing.
    Null,
    /// A leaf that anybody may see.
    Public(PublicScalar),
    /// A captured leaf; numbers are kept as they were written.
    Text(RawText),
    /// Items in order.
    List(Vec<RawTree>),
    /// Members in order; keys are captured text.
    Map(Vec<(RawText, RawTree)>),
}

impl RawTree {
    /// Number of leaves, public ones included.
    pub fn leaves(&self) -> usize {
        match self {
            Self::Null | Self::Public(_) | Self::Text(_) => 1,
            Self::List(items) => items.iter().map(Self::leaves).sum(),
            Self::Map(members) => members.iter().map(|(_, value)| value.leaves()).sum(),
        }
    }

    /// Deepest nesting; a leaf has depth 0.
    pub fn depth(&self) -> usize {
        let below = |depths: &mut dyn Iterator<Item = usize>| depths.max().map_or(0, |deepest| deepest + 1);
        match self {
            Self::Null | Self::Public(_) | Self::Text(_) => 0,
            Self::List(items) => below(&mut items.iter().map(Self::depth)),
            Self::Map(members) => below(&mut members.iter().map(|(_, value)| value.depth())),
        }
    }
}

impl fmt::Debug for RawTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("Null"),
            Self::Public(scalar) => write!(f, "{scalar:?}"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::List(items) => f.debug_list().entries(items).finish(),
            Self::Map(members) => {
                f.debug_list().entries(members.iter().map(|(key, value)| (key, value))).finish()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(content: &str) -> RawText {
        RawText::new(content.to_owned())
    }

    #[test]
    fn debug_shows_shape_and_sizes_only() {
        let tree = RawTree::Map(vec![
            (text("canary-key"), RawTree::Text(text("canary-value"))),
            (text("n"), RawTree::List(vec![RawTree::Public(PublicScalar::Integer(3)), RawTree::Null])),
        ]);
        let shown = format!("{tree:?}");
        assert!(!shown.contains("canary"), "{shown}");
        assert!(shown.contains("Integer(3)") && shown.contains("RawText(12 bytes)"), "{shown}");
        assert_eq!((tree.leaves(), tree.depth()), (3, 2));
    }
}
