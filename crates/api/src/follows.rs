//! What of a function's output is the value of a slot? While a bot's code hook runs, and for at least a minute after, what the function
//! prints is searched for the values that the conversation knows, and these become claims: strict logs hide them wherever they
//! appear, also where a function wrote them down.
//!
//! A process may be late with its lines and serve other conversations meanwhile, so values are followed by function, not by
//! invocation. They stand in two buckets that take turns: what was followed stays for one to two periods. Both are bounded; beyond
//! the bound nobody knows any more what to look for, and whole lines are hidden.
//!
//! Values are held only for functions that the bot may call, once that was decided, and bounds are those of the account of the
//! function: whoever fills them hides lines of nobody else.

use crate::lambda::plain_arn;
use sotto_conversation::bot::{Classification, Locale, Name};
use sotto_conversation::transcript::{Follow, UTTERANCE, is_card_code, level};
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
/// The same of all functions of an account, values of calls that go on included.
const WEIGHT_ACCOUNT_MAX: usize = 1_000_000;
/// Functions of an account whose output is searched at one time.
const FUNCTIONS_MAX: usize = 1_000;
/// Sets of values that a bucket has beside each other, so that none is copied while it is searched or belongs to a call.
const LAYERS_MAX: usize = 4;

/// Values to look for, with what is known of their slots.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values {
    follow: Follow,
    slots: BTreeMap<Name, OfSlot>,
}

/// What is known of the values of a slot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OfSlot {
    level: Sensitivity,
    /// Whether no original of them may be kept.
    discard: bool,
}

/// Of what nobody knows whose value it is.
const UNKNOWN: OfSlot = OfSlot { level: Sensitivity::High, discard: false };

/// What is followed through the output of functions, by their accounts.
#[derive(Default)]
pub(crate) struct Follows(Mutex<HashMap<String, Arc<Mutex<OfAccount>>>>);

/// What is followed through the functions of one account.
#[derive(Default)]
struct OfAccount {
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
    /// Calls that go on; without values where there was no room for them.
    active: Vec<(u64, Option<Arc<Values>>)>,
    since: SystemTime,
}

#[derive(Clone, Default)]
struct Bucket {
    layers: Vec<Arc<Values>>,
    /// More came than is remembered.
    full: bool,
}

impl OfSlot {
    /// What the bot says of it.
    pub(crate) fn of(locale: &Locale, slot: &Name) -> Self {
        Self { level: sensitivity(level(locale, slot)), discard: is_card_code(locale, slot) }
    }
}

impl Values {
    /// Values of a conversation.
    pub(crate) fn of(follow: Follow, locale: &Locale) -> Self {
        let slots = follow.slots().map(|slot| (slot.clone(), OfSlot::of(locale, slot))).collect();
        Self { follow, slots }
    }

    fn weight(&self) -> usize {
        self.follow.weight()
    }

    fn absorb(&mut self, other: &Self) {
        self.follow.absorb(&other.follow);
        for (slot, of) in &other.slots {
            let known = self.slots.entry(slot.clone()).or_insert(*of);
            known.level = known.level.max(of.level);
            known.discard |= of.discard;
        }
    }

    fn claims(&self, text: &RawText, claims: &mut Vec<Claim>) {
        let of = |slot: &Name| self.slots.get(slot).copied().unwrap_or(UNKNOWN);
        let found = self.follow.find_all(text).into_iter();
        claims.extend(found.filter_map(|(bytes, slot)| claim(bytes, slot.as_str(), of(&slot))));
    }
}

/// A claim for a slot's value.
pub(crate) fn claim(bytes: ByteSpan, slot: &str, of: OfSlot) -> Option<Claim> {
    let identifier = IdentifierId::new(&format!("slot-{slot}")).ok()?;
    Some(Claim { bytes, identifier, level: of.level, discard: of.discard })
}

/// A level of a slot, as marks say it.
const fn sensitivity(level: Classification) -> Sensitivity {
    match level {
        Classification::High => Sensitivity::High,
        Classification::Medium => Sensitivity::Medium,
        Classification::Low => Sensitivity::Low,
    }
}

impl Bucket {
    fn absorb(&mut self, values: &Arc<Values>, room: usize) {
        if self.layers.iter().any(|layer| Arc::ptr_eq(layer, values)) {
            return;
        }
        let weight = self.weight() + values.weight();
        if weight > WEIGHT_MAX.min(self.weight() + room) {
            self.full = true;
            return;
        }
        if let Some(layer) = self.layers.iter_mut().find_map(Arc::get_mut) {
            return layer.absorb(values);
        }
        let is_full = self.layers.len() >= LAYERS_MAX;
        match self.layers.first_mut().filter(|_| is_full) {
            Some(layer) => Arc::make_mut(layer).absorb(values),
            None => self.layers.push(Arc::clone(values)),
        }
    }

    fn weight(&self) -> usize {
        self.layers.iter().map(|layer| layer.weight()).sum()
    }

    fn is_empty(&self) -> bool {
        !self.full && self.layers.iter().all(|layer| layer.follow.is_empty())
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
            self.current.take(values.as_ref(), WEIGHT_MAX);
        }
    }

    fn weight(&self) -> usize {
        let active = self.active.iter().filter_map(|(_, values)| Some(values.as_ref()?.weight()));
        self.current.weight() + self.previous.weight() + active.sum::<usize>()
    }

    fn is_over(&self) -> bool {
        self.active.is_empty() && self.current.is_empty() && self.previous.is_empty()
    }
}

impl Bucket {
    /// Takes the values of a call; of one without values nobody knows them.
    fn take(&mut self, values: Option<&Arc<Values>>, room: usize) {
        match values {
            Some(values) => self.absorb(values, room),
            None => self.full = true,
        }
    }
}

impl OfAccount {
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
        let all: usize = self.functions.values().map(OfFunction::weight).sum();
        WEIGHT_ACCOUNT_MAX.saturating_sub(all)
    }

    /// Follows the values of a call from here on; nothing where there are too many functions.
    fn begin(&mut self, function: &Public<String>, values: Arc<Values>, now: SystemTime) -> Option<u64> {
        self.turn(now);
        if self.functions.len() >= FUNCTIONS_MAX && !self.functions.contains_key(function) {
            self.unknown += 1;
            return None;
        }
        let room = self.room();
        self.next += 1;
        let one = self.functions.entry(function.clone()).or_insert_with(|| OfFunction::new(now));
        let fits = values.weight().saturating_mul(2) <= room;
        let values = fits.then_some(values);
        one.current.take(values.as_ref(), room);
        one.active.push((self.next, values));
        Some(self.next)
    }

    /// The call is over: its values are followed for a while.
    fn end(&mut self, function: &Public<String>, id: Option<u64>) {
        let room = self.room();
        let Some(id) = id else {
            self.unknown = self.unknown.saturating_sub(1);
            self.unknown_ended = true;
            return;
        };
        if let Some(one) = self.functions.get_mut(function)
            && let Some(at) = one.active.iter().position(|(known, _)| *known == id)
        {
            let (_, values) = one.active.swap_remove(at);
            let room = room + values.as_ref().map_or(0, |values| values.weight());
            one.current.take(values.as_ref(), room);
        }
    }
}

/// The account of a function, by its ARN.
fn account_of(function: &Public<String>) -> &str {
    function.get().split(':').nth(4).unwrap_or_default()
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Follows {
    /// Follows values through what a function prints, as long as the guard lives and a while after. The function is one that the
    /// caller may run.
    pub(crate) fn hold(&self, function: &Public<String>, values: Arc<Values>, now: SystemTime) -> Held {
        let function = plain_arn(function);
        let of = Arc::clone(locked(&self.0).entry(account_of(&function).to_owned()).or_default());
        let id = locked(&of).begin(&function, values, now);
        Held { of, function, id }
    }

    /// Forgets what is old, also of functions that print nothing any more.
    pub(crate) fn sweep(&self, now: SystemTime) {
        locked(&self.0).retain(|_, of| {
            // Who begins or ends a call meanwhile has a share of its own.
            let is_shared = Arc::strong_count(of) > 1;
            let mut account = locked(of);
            account.turn(now);
            is_shared || !account.functions.is_empty() || account.is_silent(now)
        });
    }

    /// What of a line is somebody's value.
    pub(crate) fn claims(&self, function: &Public<String>, line: &RawText, now: SystemTime) -> Vec<Claim> {
        let Some(of) = locked(&self.0).get(account_of(function)).cloned() else { return Vec::new() };
        let mut account = locked(&of);
        let hides = account.is_silent(now);
        let found = account.functions.get_mut(function).map(|one| {
            one.turn(now);
            [one.current.clone(), one.previous.clone()]
        });
        drop(account);
        let buckets = found.unwrap_or_default();
        if hides || buckets.iter().any(|bucket| bucket.full) {
            let all = ByteSpan::at(0, line.length());
            return claim(all, UTTERANCE, UNKNOWN).into_iter().collect();
        }
        let mut claims = Vec::new();
        for layer in buckets.iter().flat_map(|bucket| &bucket.layers) {
            layer.claims(line, &mut claims);
        }
        claims
    }
}

/// Values that are followed while this lives.
pub(crate) struct Held {
    of: Arc<Mutex<OfAccount>>,
    function: Public<String>,
    id: Option<u64>,
}

impl Drop for Held {
    /// From here on they are followed for a while.
    fn drop(&mut self) {
        locked(&self.of).end(&self.function, self.id);
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

    fn values(words: &str) -> Arc<Values> {
        let slot = Name::parse("Owner").unwrap();
        let follow = Follow::of_words(&slot, &Words::from(words));
        let of = OfSlot { level: Sensitivity::Medium, discard: slot.as_str() == "Cvv" };
        Arc::new(Values { follow, slots: BTreeMap::from([(slot, of)]) })
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
        let follows = Follows::default();
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
        assert!(locked(&follows.0).is_empty(), "nothing of the account is left");
    }

    #[test]
    fn beyond_the_bounds_whole_lines_are_hidden() {
        let follows = Follows::default();
        let mut full = Bucket::default();
        full.absorb(&values("Lovelace"), 0);
        assert!(full.layers.is_empty());
        assert!(full.full);
        let held = follows.hold(&arn("hook"), values("Lovelace"), later(0));
        let account = Arc::clone(locked(&follows.0).get("111122223333").unwrap());
        locked(&account).functions.get_mut(&arn("hook")).unwrap().current = full;
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
        let other = crate::record::configured(&"arn:aws:lambda:us-east-1:444455556666:function:unheard");
        let line = RawText::new("anything".to_owned());
        assert!(follows.claims(&other, &line, later(200)).is_empty(), "other accounts go on");
        drop(many);
        assert_eq!(hidden(&follows, "unheard", "anything", later(201)), "slot-utterance");
        assert_eq!(hidden(&follows, "unheard", "anything", later(262)), "anything");
    }

    #[test]
    fn who_fills_the_bounds_of_an_account_hides_lines_of_that_account_alone() {
        let follows = Follows::default();
        let words: Vec<String> = (0..40_000_u32).map(|n| format!("w{n}x")).collect();
        let heavy = values(&words.join(" "));
        let fits = WEIGHT_ACCOUNT_MAX / heavy.weight();
        let name = |n: usize| arn(&format!("f{n}"));
        let held: Vec<_> = (0..=fits).map(|n| follows.hold(&name(n), Arc::clone(&heavy), later(0))).collect();
        assert_eq!(hidden(&follows, &format!("f{fits}"), "anything", later(1)), "slot-utterance");
        assert_eq!(hidden(&follows, "f0", "w7x, anything", later(1)), "slot-Owner, anything");
        let other = crate::record::configured(&"arn:aws:lambda:us-east-1:444455556666:function:hook");
        let one = follows.hold(&other, values("Lovelace"), later(1));
        let line = RawText::new("dear Lovelace".to_owned());
        let claims = follows.claims(&other, &line, later(2));
        assert_eq!(claims.first().map(|claim| claim.bytes), Some(ByteSpan::at(5, 8)));
        drop((held, one));
        follows.sweep(later(100));
        follows.sweep(later(200));
        assert!(locked(&follows.0).is_empty());
    }

    #[test]
    fn what_is_searched_or_belongs_to_a_call_is_not_copied() {
        let follows = Follows::default();
        let calls: Vec<_> = (0..3 * LAYERS_MAX).map(|n| values(&format!("Quarrington{n}"))).collect();
        let held: Vec<_> =
            calls.iter().map(|one| follows.hold(&arn("hook"), Arc::clone(one), later(0))).collect();
        let account = Arc::clone(locked(&follows.0).get("111122223333").unwrap());
        let layers = locked(&account).functions.get(&arn("hook")).unwrap().current.layers.clone();
        assert_eq!(layers.len(), LAYERS_MAX);
        assert_eq!(
            layers.iter().filter(|layer| calls.iter().any(|one| Arc::ptr_eq(one, layer))).count(),
            LAYERS_MAX - 1
        );
        let is_hidden = |n: usize, at: u64| {
            let line = format!("x Quarrington{n}");
            let whole = ByteSpan::at(2, line.len() - 2);
            let claims = follows.claims(&arn("hook"), &RawText::new(line), later(at));
            claims.iter().any(|claim| claim.bytes == whole)
        };
        assert!((0..3 * LAYERS_MAX).all(|n| is_hidden(n, 1)));
        drop(held);
        assert!((0..3 * LAYERS_MAX).all(|n| is_hidden(n, 100)));
    }
}
