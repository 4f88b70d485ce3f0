//! How much was hidden? A count for each identifier, and for each rule of it; never what.

use sotto_detect::RuleInfo;
use sotto_public::IdentifierId;
use std::collections::BTreeMap;

/// Findings per identifier and per rule (shape of an identifier).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    identifiers: BTreeMap<IdentifierId, BTreeMap<String, u64>>,
}

impl Counts {
    /// Findings of each identifier, sorted by name.
    pub fn identifiers(&self) -> impl Iterator<Item = (&IdentifierId, u64)> {
        self.identifiers.iter().map(|(id, shapes)| (id, shapes.values().sum()))
    }

    /// Findings of each rule: identifier, name of its shape, count.
    pub fn rules(&self) -> impl Iterator<Item = (&IdentifierId, &str, u64)> {
        self.identifiers
            .iter()
            .flat_map(|(id, shapes)| shapes.iter().map(move |(shape, n)| (id, shape.as_str(), *n)))
    }

    /// Findings of one identifier.
    pub fn of(&self, identifier: &str) -> u64 {
        self.identifiers().find(|(id, _)| id.as_str() == identifier).map_or(0, |(_, count)| count)
    }

    /// All findings.
    pub fn total(&self) -> u64 {
        self.identifiers().map(|(_, count)| count).sum()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.identifiers.is_empty()
    }

    /// Adds the findings of another part, such as another file.
    pub fn add(&mut self, other: &Self) {
        for (id, shapes) in &other.identifiers {
            let own = self.identifiers.entry(id.clone()).or_default();
            for (shape, count) in shapes {
                *own.entry(shape.clone()).or_default() += count;
            }
        }
    }

    /// One more finding of a rule. Names are copied for the first only.
    pub(crate) fn count(&mut self, rule: &RuleInfo) {
        let known = self.identifiers.get_mut(&rule.identifier).and_then(|shapes| shapes.get_mut(&rule.shape));
        match known {
            Some(count) => *count += 1,
            None => {
                let shapes = self.identifiers.entry(rule.identifier.clone()).or_default();
                shapes.insert(rule.shape.clone(), 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::double;

    #[test]
    fn counts_add_up() {
        let (card, code) = (double::rule("CreditCardNumber"), double::rule("CreditCardSecurityCode"));
        let mut counts = Counts::default();
        assert!(counts.is_empty());
        for rule in [&card, &code, &card] {
            counts.count(rule);
        }
        let mut twice = counts.clone();
        twice.add(&counts);
        assert_eq!(
            (counts.total(), twice.total(), twice.of("CreditCardNumber"), twice.of("Name")),
            (3, 6, 4, 0)
        );
        assert_eq!(counts.rules().map(|(_, _, n)| n).collect::<Vec<_>>(), [2, 1]);
    }
}
