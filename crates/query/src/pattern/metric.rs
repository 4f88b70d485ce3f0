//! Which number does a metric filter take from a message, and what does `TestMetricFilter` answer?
//!
//! `metricValue` is a number or a selector (API reference, "MetricTransformation"). A message that is selected but holds no
//! number there adds no data point.

use super::{Extracted, FilterPattern, Selector, selector};
use crate::error::QueryError;

/// The value of a metric transformation, checked against its pattern.
#[derive(Clone, Debug, PartialEq)]
pub enum MetricValue {
    /// The same number for every message.
    Number(f64),
    /// The number that the message holds there.
    Selected(Selector),
}

impl MetricValue {
    /// Reads a number, `$.path` or `$field`.
    ///
    /// # Errors
    /// When it is none of these, or a selector that finds nothing through the pattern.
    pub fn parse(text: &str, pattern: &FilterPattern) -> Result<Self, QueryError> {
        if let Some(number) = selector::to_number(text) {
            return Ok(Self::Number(number));
        }
        let selector = Selector::parse(text).map_err(|_| QueryError::MetricValue)?;
        match pattern.knows(&selector) {
            true => Ok(Self::Selected(selector)),
            false => Err(QueryError::MetricValue),
        }
    }

    /// The number for a message that the pattern selects.
    pub fn of(&self, pattern: &FilterPattern, message: &str) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Selected(selector) => selector::to_number(&pattern.select(selector, message)?),
        }
    }
}

/// An event that a tested pattern selects (API reference, "MetricFilterMatchRecord").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestedEvent {
    /// Place among the messages, counted from 1.
    pub event_number: usize,
    /// What was read from it.
    pub extracted: Extracted,
}

/// Tests a pattern against messages, as `TestMetricFilter` does.
pub fn test_events<'a>(
    pattern: &FilterPattern,
    messages: impl IntoIterator<Item = &'a str>,
) -> Vec<TestedEvent> {
    let numbered = (1..).zip(messages);
    numbered
        .filter_map(|(event_number, message)| {
            Some(TestedEvent { event_number, extracted: pattern.extract(message)? })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(pattern: &str, value: &str, message: &str) -> Option<f64> {
        let pattern = FilterPattern::parse(pattern).unwrap();
        MetricValue::parse(value, &pattern).unwrap().of(&pattern, message)
    }

    #[test]
    fn metric_values_are_numbers_or_selected() {
        assert_eq!(value("ERROR", "1", "ERROR"), Some(1.0));
        assert_eq!(value("{ $.latency = * }", "$.latency", r#"{"latency":50.5}"#), Some(50.5));
        assert_eq!(value("{ $.latency = * }", "$.latency", r#"{"latency":"70"}"#), Some(70.0));
        assert_eq!(value("{ $.latency = * }", "$.other", r#"{"latency":50}"#), None);
        assert_eq!(value("{ $.latency = * }", "$.latency", r#"{"latency":"slow"}"#), None);
        assert_eq!(value("[ip, bytes]", "$bytes", "127.0.0.1 1534"), Some(1534.0));
        assert_eq!(value("[ip, ...]", "$2", "127.0.0.1 7 8"), Some(7.0));
        let pattern = FilterPattern::parse("[ip, bytes]").unwrap();
        ["$size", "$.bytes", "many", "", "inf"].iter().for_each(|text| {
            assert_eq!(MetricValue::parse(text, &pattern), Err(QueryError::MetricValue), "{text}");
        });
    }

    #[test]
    fn tested_events_are_numbered_from_one() {
        let pattern = FilterPattern::parse("[level = ERROR, rest]").unwrap();
        let tested = test_events(&pattern, ["INFO a", "ERROR b", "ERROR c d"]);
        let extracted = vec![("$level".to_owned(), "ERROR".to_owned()), ("$rest".to_owned(), "b".to_owned())];
        assert_eq!(tested, [TestedEvent { event_number: 2, extracted }]);
    }
}
