//! What does a selector name? A place in a JSON object, or a field of a space-delimited event.
//!
//! `$.a.b[0].c`, `$.['weird.name']`, `$.a[*].b` (page "Filter pattern syntax", JSON selectors); `$name` and `$7` for
//! space-delimited events. Metric values and dimensions use the same selectors as conditions do.

use super::{PatternReader, condition};
use crate::cursor::Cursor;
use crate::error::QueryError;
use crate::json::Json;

/// Names a value of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// A place in a JSON object.
    Path(Path),
    /// A field of a space-delimited event, without its `$`.
    Field(String),
}

impl Selector {
    /// Reads `$.a.b`, `$name` or `$7`.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let mut reader = PatternReader { cursor: Cursor::new(text), regex_count: 0 };
        let selector = match (text.starts_with("$."), text.strip_prefix('$')) {
            (true, _) => Self::Path(Path::read(&mut reader)?),
            (false, Some(name)) if is_field_name(name) => {
                reader.cursor.go(usize::MAX);
                Self::Field(name.to_owned())
            }
            _ => return Err(QueryError::MetricValue),
        };
        reader.finish().map(|()| selector)
    }
}

fn is_field_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

/// A place in a JSON object: steps from its root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Member(String),
    Item(usize),
    All,
}

impl Path {
    /// Reads `$` and its steps.
    pub(super) fn read(reader: &mut PatternReader) -> Result<Self, QueryError> {
        reader.expect("$", "a selector belongs here: it begins with `$.`")?;
        let mut steps = Vec::new();
        while let Some(step) = Step::read(reader)? {
            steps.push(step);
        }
        match steps.is_empty() {
            true => Err(reader.wrong(reader.cursor.at(), "a selector names at least one member")),
            false => Ok(Self { steps }),
        }
    }

    /// The values at this place: none, one, or several through `[*]`.
    pub(super) fn find<'a, 'b>(&self, root: &'b Json<'a>) -> Vec<&'b Json<'a>> {
        let mut found = vec![root];
        for step in &self.steps {
            found = found.into_iter().flat_map(|value| step.from(value)).collect();
        }
        found
    }
}

impl Step {
    fn read(reader: &mut PatternReader) -> Result<Option<Self>, QueryError> {
        let dotted = reader.cursor.eat(".");
        if reader.cursor.peek() == Some('[') {
            return Self::bracket(reader).map(Some);
        }
        if !dotted {
            return Ok(None);
        }
        let start = reader.cursor.at();
        let name = reader.cursor.take_while(|c| c.is_alphanumeric() || "_-@$".contains(c));
        match name.is_empty() {
            true => Err(reader.wrong(start, "a member's name belongs here; write others as ['name']")),
            false => Ok(Some(Self::Member(name))),
        }
    }

    fn bracket(reader: &mut PatternReader) -> Result<Self, QueryError> {
        reader.expect("[", "a bracket belongs here")?;
        let start = reader.cursor.at();
        let step = match reader.cursor.peek() {
            Some('*') => {
                reader.cursor.next();
                Self::All
            }
            Some(quote @ ('\'' | '"')) => {
                reader.cursor.next();
                let name = reader.cursor.take_while(|c| c != quote);
                reader.expect(if quote == '"' { "\"" } else { "'" }, "the closing quote is missing")?;
                Self::Member(name)
            }
            _ => {
                let digits = reader.cursor.take_while(|c| c.is_ascii_digit());
                let index = digits
                    .parse()
                    .map_err(|_| reader.wrong(start, "a number, `*` or a quoted name belongs here"))?;
                Self::Item(index)
            }
        };
        reader.expect("]", "the closing bracket is missing")?;
        Ok(step)
    }

    fn from<'a, 'b>(&self, value: &'b Json<'a>) -> Vec<&'b Json<'a>> {
        match (self, value) {
            (Self::Member(name), value) => value.member(name).into_iter().collect(),
            (Self::Item(index), value) => value.item(*index).into_iter().collect(),
            (Self::All, Json::List(items)) => items.iter().collect(),
            (Self::All, _) => Vec::new(),
        }
    }
}

/// A number as selectors find it in a message.
pub(super) fn to_number(text: &str) -> Option<f64> {
    condition::number(text).filter(|number| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_are_paths_or_fields() {
        let good = [
            "$.a",
            "$.a.b[0].c",
            "$.['weird.name']",
            "$.a[*].b",
            "$.a-b",
            "$.[\"x y\"][3]",
            "$size",
            "$7",
            "$size-b",
        ];
        let bad = ["", "a", "$", "$.", "$.a.", "$.a[", "$.a[x]", "$.a['b]", "$a b", "$.a b", "7"];
        good.iter().for_each(|text| assert!(Selector::parse(text).is_ok(), "{text}"));
        bad.iter().for_each(|text| assert!(Selector::parse(text).is_err(), "{text}"));
    }
}
