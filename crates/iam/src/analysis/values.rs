//! Which values of a context key are enough to tell conditions on it apart?
//!
//! None at all, one of each class that text patterns make, one on each side of every bound, and two at once where an operator
//! asks about all or any of several.

use super::language::{Language, Unknown, classes};
use crate::condition::{Comparison, Condition, Qualifier};
use crate::glob::{Dialect, Glob};

/// Values to try: `None` where the key is absent.
pub(crate) type Choices = Vec<Option<Vec<String>>>;

/// Most values that are tried for one key.
const CHOICES_MAX: usize = 64;

/// The values to try for a key, the absent one first.
pub(crate) fn choices(conditions: &[&Condition]) -> Choices {
    let mut texts: Vec<String> = patterned(conditions);
    for condition in conditions {
        for value in &condition.values {
            texts.extend(around(condition.operator.comparison, &value.text));
        }
    }
    let mut unique = Vec::new();
    for text in texts {
        if !unique.contains(&text) {
            unique.push(text);
        }
    }
    let several = conditions.iter().any(|condition| condition.operator.qualifier != Qualifier::None);
    let mut all: Choices =
        std::iter::once(None).chain(unique.iter().map(|text| Some(vec![text.clone()]))).collect();
    if several {
        let pairs = unique.iter().enumerate();
        all.extend(pairs.flat_map(|(index, one)| {
            unique.iter().skip(index + 1).map(move |other| Some(vec![one.clone(), other.clone()]))
        }));
    }
    all.truncate(CHOICES_MAX);
    all
}

/// One text of each class that patterns make.
fn patterned(conditions: &[&Condition]) -> Vec<String> {
    let languages: Vec<Language> = conditions
        .iter()
        .flat_map(|condition| {
            condition.values.iter().filter_map(|value| language(condition.operator.comparison, &value.text))
        })
        .collect();
    if languages.is_empty() {
        return Vec::new();
    }
    classes(&languages).classes.into_iter().map(|class| class.text).filter(|text| !text.is_empty()).collect()
}

fn language(comparison: Comparison, text: &str) -> Option<Language> {
    let dialect = match comparison {
        Comparison::StringEquals | Comparison::StringEqualsIgnoreCase => Dialect::Plain,
        Comparison::StringLike | Comparison::Arn => Dialect::Like,
        _ => return None,
    };
    Some(Language::of(&Glob::new(text, dialect, true), Unknown::Wide))
}

/// Values at and beside a bound.
fn around(comparison: Comparison, text: &str) -> Vec<String> {
    let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    match comparison {
        Comparison::Bool => owned(&["true", "false"]),
        Comparison::Null => owned(&["x"]),
        Comparison::BinaryEquals => owned(&[text, "AA=="]),
        Comparison::IpAddress => {
            owned(&[text.split('/').next().unwrap_or_default(), "203.0.113.77", "2001:db8::77"])
        }
        comparison if comparison.is_date() => owned(&["1970-01-01T00:00:00Z", text, "2100-01-01T00:00:00Z"]),
        Comparison::StringEquals
        | Comparison::StringEqualsIgnoreCase
        | Comparison::StringLike
        | Comparison::Arn => Vec::new(),
        _ => match text.parse::<i64>() {
            Ok(number) => [number.saturating_sub(1), number, number.saturating_add(1)]
                .iter()
                .map(ToString::to_string)
                .collect(),
            Err(_) => owned(&[text, "0"]),
        },
    }
}
