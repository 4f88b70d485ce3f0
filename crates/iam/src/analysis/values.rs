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

/// The values to try for a key, the absent one first, and whether these are enough.
pub(crate) fn choices(conditions: &[&Condition]) -> (Choices, bool) {
    let (mut texts, complete) = patterned(conditions);
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
    let fits = all.len() <= CHOICES_MAX;
    all.truncate(CHOICES_MAX);
    (all, complete && fits)
}

/// One text of each class that patterns make, and whether there are no others.
fn patterned(conditions: &[&Condition]) -> (Vec<String>, bool) {
    let languages: Vec<Language> = conditions
        .iter()
        .flat_map(|condition| {
            condition.values.iter().filter_map(|value| language(condition.operator.comparison, &value.text))
        })
        .collect();
    if languages.is_empty() {
        return (Vec::new(), true);
    }
    let found = classes(&languages);
    let texts = found.classes.into_iter().filter_map(|class| present(class.text, &languages));
    (texts.collect(), found.complete)
}

/// A value of the class that is not empty: requests carry no empty ones.
fn present(text: String, languages: &[Language]) -> Option<String> {
    let members = |text: &str| languages.iter().map(|language| language.takes(text)).collect::<Vec<_>>();
    if !text.is_empty() {
        return Some(text);
    }
    let empty = members("");
    let other = ["other", "x", "0", "something-else"].into_iter().find(|other| members(other) == empty);
    other.map(str::to_owned)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Policy, PolicyKind};

    #[test]
    fn more_values_than_are_tried_are_said() {
        for (count, wanted) in [(CHOICES_MAX - 2, true), (CHOICES_MAX - 1, false), (200, false)] {
            let values: Vec<String> = (0..count).map(|index| format!("\"v{index}\"")).collect();
            let condition = format!(r#"{{"StringEquals":{{"aws:SourceVpc":[{}]}}}}"#, values.join(","));
            let text = format!(
                r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{condition}}}]}}"#
            );
            let policy = Policy::parse(&text, PolicyKind::Identity).unwrap();
            let conditions: Vec<&Condition> =
                policy.statements().flat_map(|statement| &statement.conditions).collect();
            let (found, complete) = choices(&conditions);
            assert_eq!((complete, found.len() <= CHOICES_MAX), (wanted, true), "{count}");
            assert_eq!(found.contains(&Some(vec!["other".to_owned()])), count < 200, "{count}");
        }
    }
}
