//! What does a condition of a conversational flow say? [`Expression::read`] reads it, [`Expression::holds`] answers it.
//!
//! ```text
//! ({age} >= 18) AND ([plan] = "gold" OR fn.COUNT({toppings}) > 2) AND !fn.IS_SET({coupon})
//! ```
//!
//! Real exports hold conditions with parentheses that do not balance, and their bots must build. So reading never fails:
//! what can be read counts, what cannot is neither true nor false, and each such place is a [`Fault`] for the report. A
//! missing parenthesis behind the argument of a function is read as if it stood there, because a function takes exactly one
//! reference; refusing the whole condition would change what the rest of it plainly says.
//!
//! A comparison with something unset is neither true nor false either (Lex V2 Developer Guide, "Add conditions to branch
//! conversations"), and only what is true takes a branch.

mod compare;
mod lexer;
mod reader;

use crate::Words;
use std::fmt;
use std::ops::Range;

/// Longest condition that is read, in characters (`expressionString` of `lexv2-models`).
pub const EXPRESSION_CHARS_MAX: usize = 1024;

/// Deepest nesting of parentheses and negations that is read.
pub const EXPRESSION_DEPTH_MAX: usize = 32;

/// A condition. `Debug` prints its size only: constants are the author's words.
#[derive(Clone)]
pub struct Expression {
    text: Words,
    root: Node,
    faults: Vec<Fault>,
}

/// What can be asked about a conversation.
pub trait Facts {
    /// The value of a slot of the current intent; of a part of a composite slot by `slot.part`.
    fn slot(&self, name: &str) -> Option<Fact>;
    /// A session attribute.
    fn attribute(&self, name: &str) -> Option<Fact>;
    /// How the input came: `Text`, `Speech` or `DTMF`.
    fn input_mode(&self) -> Option<Fact>;
    /// What the user said.
    fn input_transcript(&self) -> Option<Fact>;
}

/// A value that a condition looks at. Several values make a list.
#[derive(Clone, Debug)]
pub struct Fact {
    /// The values, in order; one for everything that is no list.
    pub values: Vec<Words>,
    /// How they compare.
    pub kind: FactKind,
}

/// How values compare (Lex V2 Developer Guide, "Add conditions to branch conversations", by the type of the slot).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FactKind {
    /// By ASCII, without case.
    #[default]
    Text,
    /// As numbers.
    Number,
    /// The earlier one is less.
    Date,
    /// The earlier one is less.
    Time,
    /// The shorter one is less.
    Duration,
}

/// A place of a condition that cannot be read as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where, in characters from the beginning.
    pub at: usize,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What is wrong with a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// A parenthesis is missing; it was read as if it stood here.
    MissingParenthesis,
    /// A closing parenthesis without an opening one; it was passed over.
    LoneParenthesis,
    /// Something else was to come here; what follows counts as not true.
    Unreadable,
    /// A text, a reference or a name without an end.
    Unterminated,
    /// The right side is no constant.
    NoConstant,
    /// A function that does not exist.
    UnknownFunction,
    /// A condition that is too long or nested too deeply.
    TooLarge,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            FaultKind::MissingParenthesis => {
                "a closing parenthesis is missing here; it is read as if it stood here"
            }
            FaultKind::LoneParenthesis => "a closing parenthesis has no opening one; it is passed over",
            FaultKind::Unreadable => {
                "a reference, a function or an operator belongs here; this part counts as not true"
            }
            FaultKind::Unterminated => "what begins here has no end; this part counts as not true",
            FaultKind::NoConstant => "the right side must be a constant; this comparison counts as not true",
            FaultKind::UnknownFunction => {
                "only fn.COUNT, fn.IS_SET and fn.LENGTH exist; this part counts as not true"
            }
            FaultKind::TooLarge => {
                "the condition is too long or nested too deeply; this part counts as not true"
            }
        };
        write!(f, "character {}: {what}", self.at + 1)
    }
}

/// A part of a condition. Texts are ranges of the condition's own text.
#[derive(Clone)]
enum Node {
    Any(Vec<Node>),
    All(Vec<Node>),
    Not(Box<Node>),
    IsSet(Reference),
    Compare {
        left: Left,
        operator: Operator,
        right: Constant,
    },
    Contains {
        list: Reference,
        item: Constant,
    },
    /// Neither true nor false.
    Unreadable,
}

#[derive(Clone)]
struct Reference {
    kind: ReferenceKind,
    name: Range<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ReferenceKind {
    Slot,
    Attribute,
    InputMode,
    InputTranscript,
}

#[derive(Clone)]
enum Left {
    Value(Reference),
    Count(Reference),
    Length(Reference),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone)]
struct Constant {
    text: Range<usize>,
    quoted: bool,
}

impl Expression {
    /// Reads a condition, as far as it can be read.
    pub fn read(text: &Words) -> Self {
        let (root, faults) = reader::read(text.read());
        Self { text: text.clone(), root, faults }
    }

    /// Places that could not be read as they stand, in order.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Whether the condition is true. What cannot be known is not.
    pub fn holds(&self, facts: &dyn Facts) -> bool {
        compare::truth(&self.root, self.text.read(), facts) == Some(true)
    }
}

impl Fact {
    /// One value.
    pub fn one(value: Words, kind: FactKind) -> Self {
        Self { values: vec![value], kind }
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expression")
            .field("text", &self.text)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
