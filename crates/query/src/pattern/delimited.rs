//! Which events does `[a, b = x, ...]` select, and what are their fields?
//!
//! Fields are parted by white space; what stands between brackets or double quotes is one field (page "Filter pattern
//! syntax", space-delimited events). An event with another number of fields is not selected, unless `...` takes up the
//! difference. Fields without a name of their own are called by their place, counted from 1.

use super::{DEPTH_MAX, Extracted, PatternReader, Values, condition};
use crate::error::QueryError;

/// A space-delimited pattern.
#[derive(Clone)]
pub(super) struct Delimited {
    slots: Vec<Slot>,
    /// Where `...` stands among them.
    gap: Option<usize>,
}

#[derive(Clone)]
struct Slot {
    name: Option<String>,
    condition: Option<Condition>,
}

/// A condition on one field.
#[derive(Clone)]
enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Compare(Values),
}

impl Condition {
    fn holds(&self, value: &str) -> bool {
        match self {
            Self::All(conditions) => conditions.iter().all(|condition| condition.holds(value)),
            Self::Any(conditions) => conditions.iter().any(|condition| condition.holds(value)),
            Self::Compare(values) => values.holds(value, condition::number(value).is_some()),
        }
    }
}

impl Delimited {
    pub(super) fn matches(&self, message: &str) -> bool {
        let fields = split(message);
        self.place(&fields).is_some_and(|places| {
            places.iter().all(|(slot, _, value)| {
                slot.and_then(|slot| slot.condition.as_ref()).is_none_or(|condition| condition.holds(value))
            })
        })
    }

    pub(super) fn extract(&self, message: &str) -> Option<Extracted> {
        if !self.matches(message) {
            return None;
        }
        let fields = split(message);
        let places = self.place(&fields)?;
        Some(places.into_iter().map(|(slot, at, value)| (named(slot, at), value.to_owned())).collect())
    }

    /// The field of that name or place, in any event of the right length.
    pub(super) fn field(&self, name: &str, message: &str) -> Option<String> {
        let fields = split(message);
        let places = self.place(&fields)?;
        let found =
            places.into_iter().find(|(slot, at, _)| named(*slot, *at).strip_prefix('$') == Some(name));
        found.map(|(_, _, value)| value.to_owned())
    }

    /// Whether a field can have that name: one of the pattern's own, or a place.
    pub(super) fn has_field(&self, name: &str) -> bool {
        let own = self.slots.iter().any(|slot| slot.name.as_deref() == Some(name));
        own || name.parse::<usize>().is_ok_and(|place| place > 0)
    }

    /// Each field with its slot (none where `...` took it) and its place.
    fn place<'a>(&self, fields: &[&'a str]) -> Option<Vec<(Option<&Slot>, usize, &'a str)>> {
        let absorbed = fields.len().checked_sub(self.slots.len())?;
        let gap = match self.gap {
            Some(gap) => gap,
            None if absorbed == 0 => fields.len(),
            None => return None,
        };
        let slot = |at: usize| match at {
            at if at < gap => self.slots.get(at),
            at if at < gap + absorbed => None,
            at => self.slots.get(at - absorbed),
        };
        Some(fields.iter().enumerate().map(|(at, value)| (slot(at), at, *value)).collect())
    }
}

fn named(slot: Option<&Slot>, at: usize) -> String {
    match slot.and_then(|slot| slot.name.as_deref()) {
        Some(name) => format!("${name}"),
        None => format!("${}", at + 1),
    }
}

/// The fields of an event.
fn split(message: &str) -> Vec<&str> {
    let mut fields = Vec::new();
    let mut rest = message.trim_start();
    while !rest.is_empty() {
        let (field, after) = one_field(rest);
        fields.push(field);
        rest = after.trim_start();
    }
    fields
}

/// The next field and what follows it. A bracket or quote that never closes is an ordinary character.
fn one_field(rest: &str) -> (&str, &str) {
    let enclosed = match rest.chars().next() {
        Some('[') => rest.get(1..).and_then(|inner| inner.split_once(']')),
        Some('"') => rest.get(1..).and_then(split_quoted),
        _ => None,
    };
    enclosed.unwrap_or_else(|| rest.split_once(char::is_whitespace).unwrap_or((rest, "")))
}

/// Up to the next double quote that no backslash stands before.
fn split_quoted(inner: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    let end = inner.find(|c| {
        let closes = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        closes
    })?;
    Some((inner.get(..end)?, inner.get(end + 1..)?))
}

/// Reads `[field, ...]`.
pub(super) fn parse(reader: &mut PatternReader) -> Result<Delimited, QueryError> {
    reader.expect("[", "a bracket belongs here")?;
    let mut pattern = Delimited { slots: Vec::new(), gap: None };
    loop {
        reader.cursor.skip_space();
        let start = reader.cursor.at();
        if reader.cursor.eat("...") || reader.cursor.eat("…") {
            if pattern.gap.replace(pattern.slots.len()).is_some() {
                return Err(reader.wrong(start, "a pattern has one ellipsis at most"));
            }
        } else {
            pattern.slots.push(slot(reader)?);
        }
        reader.cursor.skip_space();
        if !reader.cursor.eat(",") {
            break;
        }
    }
    reader.expect("]", "a comma or the closing bracket belongs here")?;
    Ok(pattern)
}

fn slot(reader: &mut PatternReader) -> Result<Slot, QueryError> {
    reader.cursor.skip_space();
    let start = reader.cursor.at();
    let bracketed = reader.cursor.peek() == Some('(');
    let look = reader.cursor.take_while(|c| c == '(' || c.is_whitespace()).len();
    let name = Some(name(reader)).filter(|name| !name.is_empty());
    reader.cursor.skip_space();
    let plain = matches!(reader.cursor.peek(), None | Some(',' | ']'));
    if plain && !bracketed {
        return Ok(Slot { name, condition: None });
    }
    if name.is_none() {
        return Err(reader.wrong(start + look, "a field's name belongs here"));
    }
    reader.cursor.go(start);
    let condition = any(reader, name.as_deref().unwrap_or_default(), DEPTH_MAX)?;
    Ok(Slot { name, condition: Some(condition) })
}

fn name(reader: &mut PatternReader) -> String {
    reader.cursor.take_while(|c| c.is_alphanumeric() || "_-".contains(c))
}

fn any(reader: &mut PatternReader, name: &str, depth: usize) -> Result<Condition, QueryError> {
    let mut choices = vec![all(reader, name, depth)?];
    while connective(reader, "||") {
        choices.push(all(reader, name, depth)?);
    }
    Ok(Condition::Any(choices))
}

fn all(reader: &mut PatternReader, name: &str, depth: usize) -> Result<Condition, QueryError> {
    let mut parts = vec![one(reader, name, depth)?];
    while connective(reader, "&&") {
        parts.push(one(reader, name, depth)?);
    }
    Ok(Condition::All(parts))
}

fn connective(reader: &mut PatternReader, sign: &str) -> bool {
    reader.cursor.skip_space();
    reader.cursor.eat(sign)
}

fn one(reader: &mut PatternReader, expected: &str, depth: usize) -> Result<Condition, QueryError> {
    reader.cursor.skip_space();
    let start = reader.cursor.at();
    if reader.cursor.eat("(") {
        let Some(inner) = depth.checked_sub(1) else {
            return Err(reader.wrong(start, "the parentheses are nested too deeply"));
        };
        let condition = any(reader, expected, inner)?;
        reader.expect(")", "the closing parenthesis is missing")?;
        return Ok(condition);
    }
    if name(reader) != expected {
        return Err(reader.wrong(start, "the conditions of a field name that field"));
    }
    Values::read(reader).map(Condition::Compare)
}
