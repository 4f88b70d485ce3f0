//! What is a condition worth? True, false, or nothing (`None`) where a value is unset or cannot be compared.

use super::{Constant, Fact, FactKind, Facts, Left, Node, Operator, Reference, ReferenceKind};
use std::cmp::Ordering;

/// The truth of a part of a condition. One true alternative is enough, one false requirement too.
pub(super) fn truth(node: &Node, text: &str, facts: &dyn Facts) -> Option<bool> {
    match node {
        Node::Any(nodes) => settled(nodes, text, facts, true),
        Node::All(nodes) => settled(nodes, text, facts, false),
        Node::Not(inner) => truth(inner, text, facts).map(|truth| !truth),
        Node::IsSet(reference) => Some(fact(reference, text, facts).is_some()),
        Node::Compare { left, operator, right } => compare(left, *operator, right, text, facts),
        Node::Contains { list, item } => {
            let wanted = constant(item, text);
            let fact = fact(list, text, facts)?;
            Some(fact.values.iter().any(|value| value.read().eq_ignore_ascii_case(&wanted)))
        }
        Node::Unreadable => None,
    }
}

/// `wanted` settles it at once; otherwise all must be known.
fn settled(nodes: &[Node], text: &str, facts: &dyn Facts, wanted: bool) -> Option<bool> {
    let mut known = true;
    for node in nodes {
        match truth(node, text, facts) {
            Some(found) if found == wanted => return Some(wanted),
            Some(_) => {}
            None => known = false,
        }
    }
    known.then_some(!wanted)
}

fn fact(reference: &Reference, text: &str, facts: &dyn Facts) -> Option<Fact> {
    let name = text.get(reference.name.clone()).unwrap_or_default().trim();
    let found = match reference.kind {
        ReferenceKind::Slot => facts.slot(name),
        ReferenceKind::Attribute => facts.attribute(name),
        ReferenceKind::InputMode => facts.input_mode(),
        ReferenceKind::InputTranscript => facts.input_transcript(),
    };
    found.filter(|fact| !fact.values.is_empty())
}

/// A constant, without the backslashes that took characters as they are.
fn constant(constant: &Constant, text: &str) -> String {
    let written = text.get(constant.text.clone()).unwrap_or_default();
    if !constant.quoted || !written.contains('\\') {
        return written.to_owned();
    }
    let (mut plain, mut escaped) = (String::with_capacity(written.len()), false);
    for found in written.chars() {
        if found == '\\' && !escaped {
            escaped = true;
        } else {
            plain.push(found);
            escaped = false;
        }
    }
    plain
}

fn compare(left: &Left, operator: Operator, right: &Constant, text: &str, facts: &dyn Facts) -> Option<bool> {
    let wanted = constant(right, text);
    let order = match left {
        Left::Value(reference) => value_order(&fact(reference, text, facts)?, &wanted, right.quoted)?,
        Left::Count(reference) => {
            let count = fact(reference, text, facts).map_or(0, |fact| fact.values.len());
            number_order(&count.to_string(), &wanted)?
        }
        Left::Length(reference) => {
            let length = joined(&fact(reference, text, facts)?).chars().count();
            number_order(&length.to_string(), &wanted)?
        }
    };
    Some(match operator {
        Operator::Equal => order.is_eq(),
        Operator::Unequal => order.is_ne(),
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        Operator::Greater => order.is_gt(),
        Operator::GreaterOrEqual => order.is_ge(),
    })
}

/// A list compares as its values, parted by commas.
fn joined(fact: &Fact) -> String {
    let values: Vec<&str> = fact.values.iter().map(|value| value.read()).collect();
    values.join(",")
}

fn value_order(fact: &Fact, wanted: &str, quoted: bool) -> Option<Ordering> {
    let value = joined(fact);
    let by_text = || Some(value.to_ascii_lowercase().cmp(&wanted.to_ascii_lowercase()));
    match fact.kind {
        FactKind::Number => number_order(&value, wanted),
        FactKind::Date => moment(&value)?.partial_cmp(&moment(wanted)?),
        FactKind::Time => clock(&value)?.partial_cmp(&clock(wanted)?),
        FactKind::Duration => duration(&value)?.partial_cmp(&duration(wanted)?),
        FactKind::Text if !quoted => number_order(&value, wanted).or_else(by_text),
        FactKind::Text => by_text(),
    }
}

fn number_order(value: &str, wanted: &str) -> Option<Ordering> {
    number(value)?.partial_cmp(&number(wanted)?)
}

fn number(text: &str) -> Option<f64> {
    let plain = text.trim().trim_end_matches('%').replace(',', "");
    plain.trim().parse::<f64>().ok().filter(|number| number.is_finite())
}

/// A date or a part of one, as numbers from the year down: `2026-11-22`, `2026-11`, `2026-W47`.
fn moment(text: &str) -> Option<Vec<u32>> {
    let parts = text.trim().split(['-', 'T', ':', '/']).map(|part| part.trim_start_matches('W').parse().ok());
    parts.collect()
}

/// Seconds since midnight.
fn clock(text: &str) -> Option<u32> {
    let mut parts = text.trim().trim_start_matches('T').split(':').map(|part| part.parse::<u32>().ok());
    let (hours, minutes) = (parts.next()??, parts.next().unwrap_or(Some(0))?);
    let seconds = parts.next().unwrap_or(Some(0))?;
    (parts.next().is_none() && hours < 25 && minutes < 60 && seconds < 61)
        .then_some(hours * 3600 + minutes * 60 + seconds)
}

/// Seconds of an ISO 8601 duration, with months of 30 and years of 365 days.
fn duration(text: &str) -> Option<f64> {
    let rest = text.trim().strip_prefix('P')?;
    let (mut seconds, mut digits, mut in_time) = (0.0, String::new(), false);
    for found in rest.chars() {
        let unit = match (found, in_time) {
            ('T', false) => {
                in_time = true;
                continue;
            }
            ('0'..='9' | '.', _) => {
                digits.push(found);
                continue;
            }
            ('Y', false) => 365.0 * 86_400.0,
            ('M', false) => 30.0 * 86_400.0,
            ('W', false) => 7.0 * 86_400.0,
            ('D', false) => 86_400.0,
            ('H', true) => 3600.0,
            ('M', true) => 60.0,
            ('S', true) => 1.0,
            _ => return None,
        };
        seconds += std::mem::take(&mut digits).parse::<f64>().ok()? * unit;
    }
    digits.is_empty().then_some(seconds)
}
