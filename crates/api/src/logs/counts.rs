//! How often was what found, where, by which rule? Counters for the operator, of which there is a bounded number.
//!
//! Accounts make groups and identifiers at will, and whoever scrapes pays for each series for ever. So many series have names of
//! their own; what comes later is counted under no group, and beyond another bound under no identifier: a count is never lost.
//! Names of groups are somebody's words: they are looked at before they are shown.

use super::Meant;
use sotto_protect::Findings;
use sotto_public::{IdentifierId, Public};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Series of groups with a name.
const NAMED_MAX: usize = 10_000;
/// Series beyond these, without a group.
const NAMELESS_MAX: usize = 2_000;
/// What is counted beyond both.
const OTHER: &str = "Other";

/// How often something was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventCount {
    /// The account; empty where groups are not told apart any more.
    pub account: Public<String>,
    /// The Region.
    pub region: Public<String>,
    /// The group.
    pub group: Public<String>,
    /// What was found.
    pub identifier: IdentifierId,
    /// By which rule.
    pub rule: IdentifierId,
    /// How often.
    pub count: u64,
}

impl EventCount {
    fn of((([account, region, group], identifier, rule), count): (Series, u64)) -> Self {
        Self { account, region, group, identifier, rule, count }
    }
}

/// Whose events, and what was found in them by which rule.
type Series = ([Public<String>; 3], IdentifierId, IdentifierId);

/// Counters of all groups since the start.
#[derive(Default)]
pub(super) struct Counts(Mutex<BTreeMap<Series, u64>>);

impl Counts {
    /// Counts what was found in events of a group.
    pub(super) fn add(&self, meant: &Meant, findings: &[Findings]) {
        if findings.iter().all(Findings::is_empty) {
            return;
        }
        let scope = &meant.scope;
        let of = [Public::named(&scope.account), Public::named(&scope.region), Public::named(&meant.name)];
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for ((identifier, rule), count) in findings.iter().flat_map(Findings::counts) {
            add(&mut held, (of.clone(), identifier.clone(), rule.clone()), count);
        }
    }

    /// All of them, with names of groups as `look` shows them.
    pub(super) fn all(&self, look: impl Fn(Public<String>) -> Public<String>) -> Vec<EventCount> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut shown: BTreeMap<Series, u64> = BTreeMap::new();
        // Two names may be one when what they hold is masked.
        for (([account, region, group], identifier, rule), count) in held {
            *shown.entry(([account, region, look(group)], identifier, rule)).or_default() += count;
        }
        shown.into_iter().map(EventCount::of).collect()
    }
}

/// Adds to a series, or to the one that stands for it when there are too many.
fn add(held: &mut BTreeMap<Series, u64>, series: Series, count: u64) {
    let none = || -> [Public<String>; 3] { std::array::from_fn(|_| "".into()) };
    let (_, identifier, rule) = &series;
    let nameless = (none(), identifier.clone(), rule.clone());
    let series = match (held.contains_key(&series), held.contains_key(&nameless)) {
        (true, _) => series,
        (false, _) if held.len() < NAMED_MAX => series,
        (false, true) => nameless,
        (false, false) if held.len() < NAMED_MAX + NAMELESS_MAX => nameless,
        _ => match IdentifierId::new(OTHER) {
            Ok(other) => (none(), other.clone(), other),
            Err(_) => return,
        },
    };
    *held.entry(series).or_default() += count;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::disallowed_methods, reason = "a name of a test")]
    fn series(group: usize, identifier: usize) -> Series {
        let id = |name: String| IdentifierId::new(&name).unwrap();
        let group = Public::from_pinned_text(format!("/canary/{group}"));
        (
            ["111122223333".into(), "eu-central-1".into(), group],
            id(format!("Kind{identifier}")),
            id("plain".to_owned()),
        )
    }

    #[test]
    fn series_have_bounds_and_no_count_is_lost() {
        let mut held = BTreeMap::new();
        let total = NAMED_MAX + 50 + NAMELESS_MAX + 50;
        for number in 0..NAMED_MAX + 50 {
            add(&mut held, series(number, 0), 1);
        }
        assert_eq!(held.len(), NAMED_MAX + 1, "the others are one series");
        for number in 0..NAMELESS_MAX + 50 {
            add(&mut held, series(0, number + 1), 1);
        }
        assert_eq!(held.len(), NAMED_MAX + NAMELESS_MAX + 1);
        assert_eq!(held.values().sum::<u64>(), total as u64);
        let other = held.iter().find(|((_, kind, _), _)| kind.as_str() == OTHER);
        assert_eq!(other.map(|(_, count)| *count), Some(51));
        add(&mut held, series(0, 0), 5);
        assert_eq!(held[&series(0, 0)], 6, "a series that has a name keeps it");
    }

    #[test]
    fn names_are_looked_at_before_they_are_shown() {
        let counts = Counts::default();
        counts.0.lock().unwrap().extend([(series(1, 0), 2), (series(2, 0), 3)]);
        let shown = counts.all(|_| "/canary/*".into());
        assert_eq!(shown.iter().map(|one| one.count).collect::<Vec<_>>(), [5]);
        assert_eq!(counts.all(|name| name).len(), 2);
    }
}
