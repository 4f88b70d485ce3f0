//! Who sees what stood behind the asterisks? Whoever holds a permit to unmask this group, as far as their scope reaches.
//!
//! [`Protected::open`] is called by `egress` alone. It checks the permit where it is used (resource, epoch, deadline) and
//! wants proof that the unmask is on record. Policies decide each masked value by itself: what was found
//! (`sotto:IdentifierType`), how sensitive the slot is whose value it is (`sotto:Classification`), the field that it stands in
//! (`sotto:FieldPath`), how old its event is (`sotto:EventAge`, `sotto:EventTime`). What they do not allow stays masked, and so does what lies outside of the caller's own scope, what was
//! discarded when it came, and what was sealed by a key that is gone: [`Opened`] says how much of each. A piece is opened only
//! when every identifier that claims it is allowed, in every field that it touches: an overlap must not show one value in the
//! name of another. Where the field cannot be told, it stays masked for whoever's policies ask for the field.

use crate::arrival_error::ProtectError;
use crate::claim::Sensitivity;
use crate::fields::{FieldPathError, FieldPaths, FieldWalk};
use crate::protected::{Mark, Protected, StoredEvent};
use crate::span_key::{SpanKeys, place_of, place_of_mark};
use sotto_iam::{CLASSIFICATION_KEY, Context, Reach, Unmask};
use sotto_public::{IdentifierId, Place, Recorded};
use sotto_sensitive::{RawBytes, RawText};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::time::{Duration, SystemTime};

/// The condition key of the field that a value stands in.
const FIELD_PATH: &str = "sotto:FieldPath";

/// How much of an event is to be unmasked. By default all of it.
#[derive(Debug, Default)]
pub struct UnmaskScope {
    identifiers: Option<BTreeSet<IdentifierId>>,
    fields: Option<FieldPaths>,
    times_ms: Option<RangeInclusive<i64>>,
}

impl UnmaskScope {
    /// All that was sealed.
    pub fn all() -> Self {
        Self::default()
    }

    /// Values of these identifiers only.
    #[must_use]
    pub fn of_identifiers(mut self, identifiers: impl IntoIterator<Item = IdentifierId>) -> Self {
        self.identifiers = Some(identifiers.into_iter().collect());
        self
    }

    /// What stands in these JSON fields only.
    ///
    /// # Errors
    /// When a path is not well formed.
    pub fn in_fields<T: AsRef<str>>(mut self, paths: &[T]) -> Result<Self, FieldPathError> {
        self.fields = FieldPaths::new(paths, &[])?;
        Ok(self)
    }

    /// Events that happened then only, in milliseconds since 1970, both ends included.
    #[must_use]
    pub fn between(mut self, times_ms: RangeInclusive<i64>) -> Self {
        self.times_ms = Some(times_ms);
        self
    }

    /// The identifiers that it names; `None` when it names none.
    pub fn identifiers(&self) -> Option<&BTreeSet<IdentifierId>> {
        self.identifiers.as_ref()
    }

    /// What would be seen of an event, and what not: the types for its trail record, which is written first.
    pub fn types_in<'e>(&self, event: &'e StoredEvent, reach: &Reach<'_, Unmask>) -> Types<'e> {
        let mut types = Types::default();
        for (mark, within) in event.marks().iter().zip(self.within(event, reach)) {
            let to = match (mark.sealed, within) {
                (false, _) => &mut types.discarded,
                (true, true) => &mut types.seen,
                (true, false) => &mut types.kept,
            };
            to.extend(mark.identifiers());
        }
        types
    }

    /// Which marks of an event it reaches.
    fn within(&self, event: &StoredEvent, reach: &Reach<'_, Unmask>) -> Vec<bool> {
        let in_time = self.times_ms.as_ref().is_none_or(|times| times.contains(&event.timestamp_ms()));
        let walk = self.fields.as_ref().map(|paths| {
            let mut walk = FieldWalk::new(paths);
            walk.read(paths, event.text().as_str().as_bytes());
            (paths, walk)
        });
        let in_field = |mark: &Mark| walk.as_ref().is_none_or(|(paths, walk)| walk.holds(paths, mark.masked));
        let named = |mark: &Mark| {
            self.identifiers.as_ref().is_none_or(|named| mark.identifiers().all(|id| named.contains(id)))
        };
        let asked = |mark: &Mark| in_time && named(mark) && in_field(mark);
        let allowed = allowed(event, reach);
        event.marks().iter().zip(allowed).map(|(mark, allowed)| allowed && asked(mark)).collect()
    }
}

/// Which marks of an event policies allow, each identifier that claims one asked for by itself.
fn allowed(event: &StoredEvent, reach: &Reach<'_, Unmask>) -> Vec<bool> {
    if !reach.differs() {
        return vec![true; event.marks().len()];
    }
    let paths = FieldPaths::everything();
    let mut walk = FieldWalk::naming(&paths);
    walk.read(&paths, event.text().as_str().as_bytes());
    let since = Duration::from_millis(u64::try_from(event.timestamp_ms()).unwrap_or(0));
    let happened = SystemTime::UNIX_EPOCH + since;
    let age = reach.at().duration_since(happened).map_or(0, |age| age.as_secs());
    let part = |identifier: &IdentifierId, mark: &Mark, path: Option<&str>| {
        let mut part = Context::new()
            .with("sotto:IdentifierType", identifier.as_str())
            .with("sotto:EventAge", i64::try_from(age).unwrap_or(i64::MAX))
            .with("sotto:EventTime", happened);
        if let Some(level) = Sensitivity::of_mark(&mark.identifier, &mark.rule) {
            part.set(CLASSIFICATION_KEY, [level.word()]);
        }
        if let Some(path) = path {
            part.set(FIELD_PATH, [path]);
        }
        part
    };
    let may = |identifier: &IdentifierId, mark: &Mark| {
        let fields = walk.fields_at(mark.masked);
        fields.paths.iter().all(|path| match fields.in_doubt {
            true => reach.holds_whatever(FIELD_PATH, &part(identifier, mark, *path)),
            false => reach.holds_for(&part(identifier, mark, *path)),
        })
    };
    event.marks().iter().map(|mark| mark.identifiers().all(|identifier| may(identifier, mark))).collect()
}

/// Types of what is masked in an event, for one who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Types<'e> {
    /// Seen.
    pub seen: BTreeSet<&'e IdentifierId>,
    /// Kept masked: policies do not allow them, or they were not asked for.
    pub kept: BTreeSet<&'e IdentifierId>,
    /// Kept masked for everyone: no original was sealed.
    pub discarded: BTreeSet<&'e IdentifierId>,
}

/// Where and when an unmask is done: what its permit is held against.
#[derive(Clone, Copy, Debug)]
pub struct Opening<'a> {
    /// The place of the event's stream, as it was when the event came.
    pub home: &'a Place,
    /// The ARN of the group that the permit must be for.
    pub resource: &'a str,
    /// The epoch of the policies now.
    pub epoch: u64,
    /// The instant.
    pub now: SystemTime,
}

/// What an unmask gave.
#[derive(Debug)]
pub struct Opened {
    /// The text, with what may be seen in it.
    pub text: RawText,
    /// Types that are seen.
    pub seen: BTreeSet<IdentifierId>,
    /// Pieces that stay masked because they are out of scope.
    pub withheld: usize,
    /// Pieces whose originals were never kept.
    pub discarded: usize,
    /// Pieces whose key is gone.
    pub erased: usize,
}

impl Protected {
    /// The event as it came, as far as scope and keys reach. Called by `egress` alone.
    ///
    /// # Errors
    /// When the permit does not hold here and now, or the stored event is damaged.
    pub fn open(
        &self,
        reach: &Reach<'_, Unmask>,
        _recorded: &Recorded,
        opening: &Opening<'_>,
        keys: &(impl SpanKeys + ?Sized),
        scope: &UnmaskScope,
    ) -> Result<Opened, ProtectError> {
        reach.permit().check(opening.resource, opening.epoch, opening.now)?;
        let event = place_of(opening.home, self.event.id());
        let mut opened = Unmasking { place: event, keys, text: RawBytes::default(), tally: Tally::default() };
        opened.all(self, &scope.within(&self.event, reach))?;
        let text = RawText::from_bytes(opened.text).map_err(|_| ProtectError::Damaged)?;
        let Tally { seen, withheld, discarded, erased } = opened.tally;
        Ok(Opened { text, seen, withheld, discarded, erased })
    }
}

#[derive(Default)]
struct Tally {
    seen: BTreeSet<IdentifierId>,
    withheld: usize,
    discarded: usize,
    erased: usize,
}

struct Unmasking<'k, K: ?Sized> {
    place: Place,
    keys: &'k K,
    text: RawBytes,
    tally: Tally,
}

impl<K: SpanKeys + ?Sized> Unmasking<'_, K> {
    fn all(&mut self, protected: &Protected, within: &[bool]) -> Result<(), ProtectError> {
        let stored = protected.stored().as_str();
        let (mut at, mut originals) = (0, protected.originals().0.iter());
        for (mark, within) in protected.event.marks().iter().zip(within) {
            let gap = stored.get(at..mark.masked.start()).ok_or(ProtectError::Damaged)?;
            self.text.push(gap.as_bytes());
            let original = match mark.sealed {
                true => Some(originals.next().ok_or(ProtectError::Damaged)?),
                false => None,
            };
            if !self.opens(mark, original, *within)? {
                let mask = stored.get(mark.masked.range()).ok_or(ProtectError::Damaged)?;
                self.text.push(mask.as_bytes());
            }
            at = mark.masked.end();
        }
        self.text.push(stored.get(at..).ok_or(ProtectError::Damaged)?.as_bytes());
        Ok(())
    }

    /// Appends an original; `false` when it stays masked.
    #[expect(clippy::disallowed_methods, reason = "what is opened is put together as raw text again")]
    fn opens(
        &mut self,
        mark: &Mark,
        original: Option<&crate::sealed_span::Original>,
        within: bool,
    ) -> Result<bool, ProtectError> {
        let Some(original) = original else {
            self.tally.discarded += 1;
            return Ok(false);
        };
        if !within {
            self.tally.withheld += 1;
            return Ok(false);
        }
        let Some(key) = self.keys.span_key(original.key()) else {
            self.tally.erased += 1;
            return Ok(false);
        };
        let raw = key.open(&place_of_mark(&self.place, mark), original)?;
        self.text.push(raw.expose());
        self.tally.seen.extend(mark.identifiers().cloned());
        Ok(true)
    }
}
