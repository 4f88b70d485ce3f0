//! What of a function's output is the value of a slot? While a bot's code hook runs, and for at least a minute after, what the function
//! prints is searched for the values that the conversation knows, and these become claims: strict logs hide them wherever they
//! appear, also where a function wrote them down.
//!
//! A process may be late with its lines and serve other conversations meanwhile, so values are followed by function, not by
//! invocation. They stand in two buckets that take turns: what was followed stays for one to two periods. Both are bounded; beyond
//! the bound nobody knows any more what to look for, and whole lines are hidden.

use crate::lambda::plain_arn;
use sotto_conversation::bot::{Classification, Locale, Name};
use sotto_conversation::transcript::{Follow, UTTERANCE, level};
use sotto_protect::{Claim, Sensitivity};
use sotto_public::{ByteSpan, IdentifierId, Public};
use sotto_sensitive::RawText;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// How long values are followed after the function answered, at least.
const FOLLOWED_FOR: Duration = Duration::from_secs(60);
/// Parts of values that are followed in what one function prints, at most: some tens of megabytes.
const WEIGHT_MAX: usize = 500_000;
/// The same of all functions.
const WEIGHT_ALL_MAX: usize = 1_500_000;
/// Functions whose output is searched at one time.
const FUNCTIONS_MAX: usize = 1_000;

/// Values to look for, with the levels of their slots.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values {
    follow: Follow,
    levels: BTreeMap<Name, Sensitivity>,
}

/// What is followed through the output of all functions.
#[derive(Default)]
pub(crate) struct Follows(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    functions: HashMap<Public<String>, OfFunction>,
    next: u64,
    /// Calls of functions that are not remembered, because there are too many: all functions are silent while one of them lasts,
    unknown: usize,
    /// and, from the next look on, a while after.
    unknown_ended: bool,
    silent_until: Option<SystemTime>,
}

struct OfFunction {
    current: Bucket,
    previous: Bucket,
    active: Vec<(u64, Arc<Values>)>,
    since: SystemTime,
}

#[derive(Clone, Default)]
struct Bucket {
    values: Arc<Values>,
    /// More came than is remembered.
    full: bool,
}

impl Values {
    /// Values of a conversation.
    pub(crate) fn of(follow: Follow, locale: &Locale) -> Self {
        let levels = follow.slots().map(|slot| (slot.clone(), sensitivity(level(locale, slot)))).collect();
        Self { follow, levels }
    }

    fn absorb(&mut self, other: &Self) {
        self.follow.absorb(&other.follow);
        for (slot, level) in &other.levels {
            let known = self.levels.entry(slot.clone()).or_insert(*level);
            *known = (*known).max(*level);
        }
    }

    fn claims(&self, text: &RawText, claims: &mut Vec<Claim>) {
        let level = |slot: &Name| self.levels.get(slot).copied().unwrap_or(Sensitivity::High);
        let found = self.follow.find(text).into_iter();
        claims.extend(found.filter_map(|(bytes, slot)| claim(bytes, slot.as_str(), level(&slot))));
    }
}

/// A claim for a slot's value.
pub(crate) fn claim(bytes: ByteSpan, slot: &str, level: Sensitivity) -> Option<Claim> {
    let identifier = IdentifierId::new(&format!("slot-{slot}")).ok()?;
    Some(Claim { bytes, identifier, level })
}

/// A level of a slot, as marks say it.
pub(crate) const fn sensitivity(level: Classification) -> Sensitivity {
    match level {
        Classification::High => Sensitivity::High,
        Classification::Medium => Sensitivity::Medium,
        Classification::Low => Sensitivity::Low,
    }
}

impl Bucket {
    fn absorb(&mut self, values: &Values, room: usize) {
        let weight = self.values.follow.weight() + values.follow.weight();
        match weight <= WEIGHT_MAX.min(room) {
            true => Arc::make_mut(&mut self.values).absorb(values),
            false => self.full = true,
        }
    }

    fn weight(&self) -> usize {
        self.values.follow.weight()
    }
}

impl OfFunction {
    fn new(now: SystemTime) -> Self {
        Self { current: Bucket::default(), previous: Bucket::default(), active: Vec::new(), since: now }
    }

    /// Puts what is old away.
    fn turn(&mut self, now: SystemTime) {
        let age = now.duration_since(self.since).unwrap_or_default();
        if age <= FOLLOWED_FOR {
            return;
        }
        self.previous = std::mem::take(&mut self.current);
        self.since = now;
        for (_, values) in &self.active {
            self.current.absorb(values, usize::MAX);
        }
    }

    fn is_over(&self) -> bool {
        let is_empty = |bucket: &Bucket| bucket.values.follow.is_empty() && !bucket.full;
        self.active.is_empty() && is_empty(&self.current) && is_empty(&self.previous)
    }
}

impl Kept {
    fn is_silent(&mut self, now: SystemTime) -> bool {
        if std::mem::take(&mut self.unknown_ended) {
            self.silent_until = Some(now + FOLLOWED_FOR);
        }
        self.unknown > 0 || self.silent_until.is_some_and(|until| now < until)
    }

    /// Puts away what is old of all functions.
    fn turn(&mut self, now: SystemTime) {
        for one in self.functions.values_mut() {
            one.turn(now);
        }
        self.functions.retain(|_, one| !one.is_over());
    }

    fn room(&self) -> usize {
        let all: usize =
            self.functions.values().map(|one| one.current.weight() + one.previous.weight()).sum();
        WEIGHT_ALL_MAX.saturating_sub(all)
    }
}

impl Follows {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Follows values through what a function prints, as long as the guard lives and a while after.
    pub(crate) fn hold(self: &Arc<Self>, function: &Public<String>, values: Values, now: SystemTime) -> Held {
        let (function, values) = (plain_arn(function), Arc::new(values));
        let mut kept = self.kept();
        kept.turn(now);
        let room = kept.room();
        kept.next += 1;
        let id = kept.next;
        let is_known = kept.functions.len() < FUNCTIONS_MAX || kept.functions.contains_key(&function);
        match is_known {
            true => {
                let one = kept.functions.entry(function.clone()).or_insert_with(|| OfFunction::new(now));
                one.current.absorb(&values, one.current.weight() + room);
                one.active.push((id, values));
            }
            false => kept.unknown += 1,
        }
        drop(kept);
        Held { of: Arc::clone(self), function, id: is_known.then_some(id) }
    }

    /// Forgets what is old, also of functions that print nothing any more.
    pub(crate) fn sweep(&self, now: SystemTime) {
        self.kept().turn(now);
    }

    /// What of a line is somebody's value.
    pub(crate) fn claims(&self, function: &Public<String>, line: &RawText, now: SystemTime) -> Vec<Claim> {
        let mut kept = self.kept();
        let hides = kept.is_silent(now);
        let found = kept.functions.get_mut(function).map(|one| {
            one.turn(now);
            [one.current.clone(), one.previous.clone()]
        });
        drop(kept);
        let buckets = found.unwrap_or_default();
        if hides || buckets.iter().any(|bucket| bucket.full) {
            let all = ByteSpan::at(0, line.length());
            return claim(all, UTTERANCE, Sensitivity::High).into_iter().collect();
        }
        let mut claims = Vec::new();
        for bucket in &buckets {
            bucket.values.claims(line, &mut claims);
        }
        claims
    }
}

/// Values that are followed while this lives.
pub(crate) struct Held {
    of: Arc<Follows>,
    function: Public<String>,
    id: Option<u64>,
}

impl Drop for Held {
    /// From here on they are followed for a while.
    fn drop(&mut self) {
        let mut kept = self.of.kept();
        let room = kept.room();
        let Some(held) = self.id else {
            kept.unknown = kept.unknown.saturating_sub(1);
            kept.unknown_ended = true;
            return;
        };
        if let Some(one) = kept.functions.get_mut(&self.function)
            && let Some(at) = one.active.iter().position(|(id, _)| *id == held)
        {
            let (_, values) = one.active.swap_remove(at);
            one.current.absorb(&values, one.current.weight() + room);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_conversation::Words;

    const AT: SystemTime = SystemTime::UNIX_EPOCH;

    fn later(seconds: u64) -> SystemTime {
        AT + Duration::from_secs(seconds)
    }

    fn arn(name: &str) -> Public<String> {
        crate::record::configured(&format_args!("arn:aws:lambda:us-east-1:111122223333:function:{name}"))
    }

    fn values(words: &str) -> Values {
        let slot = Name::parse("Owner").unwrap();
        let follow = Follow::of_words(&slot, &Words::from(words));
        Values { follow, levels: BTreeMap::from([(slot, Sensitivity::Medium)]) }
    }

    fn hidden(follows: &Follows, name: &str, line: &str, at: SystemTime) -> String {
        let mut shown = line.to_owned();
        let mut claims = follows.claims(&arn(name), &RawText::new(line.to_owned()), at);
        // Both buckets may know a value.
        claims.sort_by_key(|claim| claim.bytes.start());
        claims.dedup();
        for claim in claims.iter().rev() {
            shown.replace_range(claim.bytes.range(), claim.identifier.as_str());
        }
        shown
    }

    #[test]
    fn values_are_followed_during_a_call_and_for_a_minute_after() {
        let follows = Arc::<Follows>::default();
        let check =
            |line: &str, at: u64, wanted: &str| assert_eq!(hidden(&follows, "hook", line, later(at)), wanted);
        check("Lovelace", 0, "Lovelace");
        let one = follows.hold(&arn("hook:live"), values("Lovelace"), later(0));
        let other = follows.hold(&arn("hook"), values("Quarrington"), later(1));
        check("dear Lovelace, dear Quarrington", 2, "dear slot-Owner, dear slot-Owner");
        assert_eq!(hidden(&follows, "another", "Lovelace", later(2)), "Lovelace");
        drop(other);
        check("Quarrington with Lovelace", 55, "slot-Owner with slot-Owner");
        for at in [62, 110] {
            check("Quarrington with Lovelace", at, "slot-Owner with slot-Owner");
        }
        check("Quarrington with Lovelace", 130, "Quarrington with slot-Owner");
        // A call of many minutes in which nothing was printed.
        check("Lovelace", 900, "slot-Owner");
        drop(one);
        check("Lovelace", 901, "slot-Owner");
        check("Lovelace", 960, "slot-Owner");
        check("Lovelace", 1_030, "slot-Owner");
        check("Lovelace", 1_100, "Lovelace");
        follows.sweep(later(1_200));
        follows.sweep(later(1_300));
        assert!(follows.kept().functions.is_empty());
    }

    #[test]
    fn beyond_the_bounds_whole_lines_are_hidden() {
        let follows = Arc::<Follows>::default();
        let mut full = Bucket::default();
        full.absorb(&values("Lovelace"), 0);
        assert!(full.full);
        let held = follows.hold(&arn("hook"), values("Lovelace"), later(0));
        follows.kept().functions.get_mut(&arn("hook")).unwrap().current = full;
        assert_eq!(hidden(&follows, "hook", "anything", later(1)), "slot-utterance");
        assert!(
            follows
                .claims(&arn("hook"), &RawText::new(String::new()), later(1))
                .iter()
                .all(|one| one.bytes.is_empty())
        );
        drop(held);
        let many: Vec<_> = (0..=FUNCTIONS_MAX)
            .map(|n| follows.hold(&arn(&format!("f{n}")), values("Ada"), later(2)))
            .collect();
        assert_eq!(hidden(&follows, "unheard", "anything", later(200)), "slot-utterance");
        drop(many);
        assert_eq!(hidden(&follows, "unheard", "anything", later(201)), "slot-utterance");
        assert_eq!(hidden(&follows, "unheard", "anything", later(262)), "anything");
    }
}
