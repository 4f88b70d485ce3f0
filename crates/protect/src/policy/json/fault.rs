//! What can be wrong with the syntax of a JSON text, in words for the person who wrote it.

use crate::policy::place::Pointer;
use std::ops::Range;

/// The first fault of a text, the bytes it stands at, and the path of the value it stands in.
#[derive(Debug)]
pub(crate) struct JsonError {
    pub(crate) fault: Fault,
    pub(crate) span: Range<usize>,
    pub(crate) path: Pointer,
}

/// A fault of syntax; the section of RFC 8259 that it breaks stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Our bound on the whole text (section 9 allows bounds).
    TooLarge,
    /// Our bound on depth (section 9).
    TooDeep,
    /// Section 8.1.
    ByteOrderMark,
    /// Section 2.
    Empty,
    /// Section 2.
    EarlyEnd,
    /// Section 2.
    AfterEnd,
    /// Section 3.
    Value,
    /// Section 3.
    Word,
    /// Section 2: there are no comments.
    Comment,
    /// Section 7.
    SingleQuote,
    /// Section 4.
    Key,
    /// Section 4.
    Colon,
    /// Section 4.
    ObjectNext,
    /// Section 5.
    ListNext,
    /// Sections 4 and 5.
    TrailingComma,
    /// Section 6.
    Number,
    /// Section 7.
    OpenString,
    /// Section 7.
    ControlCharacter,
    /// Section 7.
    Escape,
    /// Section 7.
    UnicodeEscape,
    /// Section 8.2; strings here must be Unicode.
    Surrogate,
}

impl Fault {
    /// What is wrong, and what would be right.
    pub(crate) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::TooLarge => {
                ("the document is larger than 128 KiB", "a policy document has at most 30,720 characters")
            }
            Self::TooDeep => {
                ("more than 64 lists and objects stand inside each other", "a policy needs 7 levels")
            }
            Self::ByteOrderMark => ("the text starts with a byte order mark", "save it as UTF-8 without one"),
            Self::Empty => ("the document is empty", "write a JSON object: `{ \"Name\": ... }`"),
            Self::EarlyEnd => ("the text ends too early", "close every `{`, `[` and `\"` that was opened"),
            Self::AfterEnd => ("there is text after the end of the document", "keep one JSON object only"),
            Self::Value => ("this is not the start of a value", "write a string, a list or an object here"),
            Self::Word => ("this word is not JSON", "put text into double quotes"),
            Self::Comment => ("JSON has no comments", "remove it, or use `Description`"),
            Self::SingleQuote => ("single quotes are not JSON", "use double quotes: `\"`"),
            Self::Key => ("a key is expected here", "write the key in double quotes: `\"Name\"`"),
            Self::Colon => ("a colon is missing after the key", "write `\"key\": value`"),
            Self::ObjectNext => {
                ("a comma is missing between two members", "write `,` before this one, or `}`")
            }
            Self::ListNext => {
                ("a comma is missing between two elements", "write `,` before this one, or `]`")
            }
            Self::TrailingComma => ("there is a comma after the last element", "remove the comma"),
            Self::Number => {
                ("this is not a JSON number", "write digits, as in `12`, or put it into double quotes")
            }
            Self::OpenString => ("the string is not closed", "end it with `\"`"),
            Self::ControlCharacter => (
                "a line break or control character stands inside a string",
                "close the string with `\"` before it, or write it as an escape such as `\\n`",
            ),
            Self::Escape => (
                "this escape does not exist in JSON",
                "write a backslash of a regular expression twice: `\\\\d`",
            ),
            Self::UnicodeEscape => ("`\\u` needs four hexadecimal digits", "write it as in `\\u00e9`"),
            Self::Surrogate => {
                ("this is half of a surrogate pair", "write both halves, or the character itself")
            }
        }
    }
}
