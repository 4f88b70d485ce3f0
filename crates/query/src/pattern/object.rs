//! Which JSON objects does `{ ... }` select? Those for which its conditions hold, `()` before `&&` before `||`.
//!
//! A condition on a place that is not there, or that holds an object or an array, does not hold, negated or not (page
//! "Filter pattern syntax", JSON: "the filter will not be applied"); only `NOT EXISTS` is about absence.

use super::selector::Path;
use super::{DEPTH_MAX, PatternReader, Values};
use crate::error::QueryError;
use crate::json::Json;

/// A condition on a JSON object.
#[derive(Clone)]
pub(super) enum Condition {
    /// All of them hold.
    All(Vec<Condition>),
    /// One of them holds.
    Any(Vec<Condition>),
    /// A place compared with a value.
    Compare(Path, Values),
    /// A place holds `null`, `true` or `false`.
    Is(Path, Word),
    /// A place is not there.
    Absent(Path),
}

/// What `IS` asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Null,
    True,
    False,
}

impl Condition {
    /// Whether it holds for a message.
    pub(super) fn holds(&self, message: &Json<'_>) -> bool {
        match self {
            Self::All(conditions) => conditions.iter().all(|condition| condition.holds(message)),
            Self::Any(conditions) => conditions.iter().any(|condition| condition.holds(message)),
            Self::Compare(path, values) => path.find(message).into_iter().any(|value| compare(values, value)),
            Self::Is(path, word) => path.find(message).into_iter().any(|value| word.is(value)),
            Self::Absent(path) => path.find(message).is_empty(),
        }
    }
}

fn compare(values: &Values, value: &Json<'_>) -> bool {
    value.scalar().is_some_and(|text| values.holds(&text, matches!(value, Json::Number(_))))
}

impl Word {
    fn is(self, value: &Json<'_>) -> bool {
        match self {
            Self::Null => *value == Json::Null,
            Self::True => *value == Json::Bool(true),
            Self::False => *value == Json::Bool(false),
        }
    }
}

/// Reads `{ condition }`.
pub(super) fn parse(reader: &mut PatternReader) -> Result<Condition, QueryError> {
    reader.expect("{", "a brace belongs here")?;
    let condition = any(reader, DEPTH_MAX)?;
    reader.expect("}", "the closing brace is missing")?;
    Ok(condition)
}

fn any(reader: &mut PatternReader, depth: usize) -> Result<Condition, QueryError> {
    joined(
        reader,
        "||",
        |reader| joined(reader, "&&", |reader| one(reader, depth), Condition::All),
        Condition::Any,
    )
}

/// Parts joined by a connective; a single one stands for itself.
fn joined(
    reader: &mut PatternReader,
    connective: &str,
    mut part: impl FnMut(&mut PatternReader) -> Result<Condition, QueryError>,
    join: impl FnOnce(Vec<Condition>) -> Condition,
) -> Result<Condition, QueryError> {
    let first = part(reader)?;
    let mut parts = Vec::new();
    reader.cursor.skip_space();
    while reader.cursor.eat(connective) {
        parts.push(part(reader)?);
        reader.cursor.skip_space();
    }
    if parts.is_empty() {
        return Ok(first);
    }
    parts.insert(0, first);
    Ok(join(parts))
}

fn one(reader: &mut PatternReader, depth: usize) -> Result<Condition, QueryError> {
    reader.cursor.skip_space();
    if reader.cursor.eat("(") {
        let Some(inner) = depth.checked_sub(1) else {
            return Err(reader.wrong(reader.cursor.at(), "the parentheses are nested too deeply"));
        };
        let condition = any(reader, inner)?;
        reader.expect(")", "the closing parenthesis is missing")?;
        return Ok(condition);
    }
    let path = Path::read(reader)?;
    reader.cursor.skip_space();
    if reader.cursor.eat_word("IS") {
        return word(reader).map(|word| Condition::Is(path, word));
    }
    if reader.cursor.eat_word("NOT") {
        reader.cursor.skip_space();
        let start = reader.cursor.at();
        return match reader.cursor.eat_word("EXISTS") {
            true => Ok(Condition::Absent(path)),
            false => Err(reader.wrong(start, "EXISTS belongs after NOT")),
        };
    }
    Values::read(reader).map(|values| Condition::Compare(path, values))
}

fn word(reader: &mut PatternReader) -> Result<Word, QueryError> {
    reader.cursor.skip_space();
    let start = reader.cursor.at();
    let words = [("NULL", Word::Null), ("TRUE", Word::True), ("FALSE", Word::False)];
    let found = words.into_iter().find(|(name, _)| reader.cursor.eat_word(name));
    found.map(|(_, word)| word).ok_or_else(|| reader.wrong(start, "NULL, TRUE or FALSE belongs after IS"))
}
