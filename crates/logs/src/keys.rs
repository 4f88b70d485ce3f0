//! What if the data of a group are encrypted as a whole? Then its frames and columns are, under keys that somebody else keeps.
//!
//! Groups with a customer's key (AssociateKmsKey) have data keys for their masked side, apart from those of the originals. Here
//! they have numbers only: [`GroupKeys`] lends, seals and opens. A frame whose key is not at hand waits in the log, which is not
//! let go of meanwhile, and is taken in when the key is back; a segment whose key is not at hand cannot be read.

use crate::event_store::EventStore;
use crate::frame::{Effects, Frame, Framed, Unframed};
use crate::{LogsError, Millis, Outcome, Uid};
use sotto_public::{Opaque, Stored};
use sotto_segment::ColumnKey;
use sotto_storage::WalPosition;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

/// Numbers of keys from here on belong to no day: they make tokens, and stay as long as their group.
pub const TOKEN_KEYS: u64 = u64::MAX - 0xffff;

/// Keeps the keys of groups whose data are encrypted as a whole.
pub trait GroupKeys: Send + Sync + 'static {
    /// The key under which the group's data are written now; none where they are not encrypted.
    fn current(&self, group: Uid) -> Option<u64>;

    /// Lends a key of columns; says `false`, and calls nobody, when it is not at hand.
    fn lend(&self, group: Uid, number: u64, to: &mut dyn FnMut(&ColumnKey<'_>)) -> bool;

    /// Seals a frame.
    fn seal(&self, group: Uid, number: u64, frame: &Stored) -> Option<Opaque>;

    /// Opens a frame.
    fn open(&self, group: Uid, number: u64, sealed: &Opaque) -> Option<Stored>;

    /// Whether somebody, of this process or another one, may still seal with a key of this number: what it sealed may be on its
    /// way, and no segment say so yet.
    fn may_seal(&self, _number: u64, _now: Millis) -> bool {
        false
    }

    /// A key was destroyed: nothing may be done with it any more.
    fn destroyed(&self, _group: Uid, _number: u64) {}
}

/// No group's data are encrypted as a whole.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoKeys;

impl GroupKeys for NoKeys {
    fn current(&self, _group: Uid) -> Option<u64> {
        None
    }

    fn lend(&self, _group: Uid, _number: u64, _to: &mut dyn FnMut(&ColumnKey<'_>)) -> bool {
        false
    }

    fn seal(&self, _group: Uid, _number: u64, _frame: &Stored) -> Option<Opaque> {
        None
    }

    fn open(&self, _group: Uid, _number: u64, _sealed: &Opaque) -> Option<Stored> {
        None
    }
}

/// Frames whose key is not at hand.
pub(crate) type Locked = BTreeMap<WalPosition, Framed>;

/// Does something with the key of a segment's columns, or with none.
pub(crate) fn with_key<T>(
    keys: &dyn GroupKeys,
    (group, number): (Uid, Option<u64>),
    act: impl FnOnce(Option<(u64, &ColumnKey<'_>)>) -> Outcome<T>,
) -> Outcome<T> {
    let Some(number) = number else { return act(None) };
    let (mut act, mut outcome) = (Some(act), Err(LogsError::Key { group, number }));
    keys.lend(group, number, &mut |key| {
        if let Some(act) = act.take() {
            outcome = act(Some((number, key)));
        }
    });
    outcome
}

impl EventStore {
    /// The frame as it goes into the log.
    pub(crate) fn framed(&self, frame: &Arc<Frame>, effects: Arc<Effects>) -> Outcome<Framed> {
        let group = frame.group;
        let Some(key) = self.on.keys.current(group) else {
            return Ok(Framed::Plain(Arc::clone(frame), effects));
        };
        let plain = Stored::of(&Framed::Plain(Arc::clone(frame), effects));
        let body = self.on.keys.seal(group, key, &plain).ok_or(LogsError::Key { group, number: key })?;
        Ok(Framed::Sealed { group, key, body, effects: Arc::default() })
    }

    /// The frame that came out of the log; nothing when its key is not at hand.
    pub(crate) fn unframed(&self, framed: &Framed) -> Outcome<Option<Unframed>> {
        let (group, key, body, beside) = match framed {
            Framed::Plain(frame, effects) => return Ok(Some((Arc::clone(frame), Arc::clone(effects)))),
            Framed::Sealed { group, key, body, effects } => (*group, *key, body, effects),
        };
        let Some(opened) = self.on.keys.open(group, key, body) else { return Ok(None) };
        match opened.read()? {
            Framed::Plain(frame, effects) if effects.is_empty() => Ok(Some((frame, Arc::clone(beside)))),
            Framed::Plain(frame, effects) => Ok(Some((frame, effects))),
            Framed::Sealed { .. } => Ok(None),
        }
    }

    /// Takes in frames whose keys have come back; those of groups that are gone are dropped by `is_there`.
    ///
    /// # Errors
    /// When an opened frame cannot be read.
    pub fn unlock(&self, is_there: &dyn Fn(Uid) -> bool) -> Outcome<()> {
        let waiting = self.locked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for (position, framed) in waiting {
            let group = framed.group();
            let opened = self.unframed(&framed)?;
            match opened {
                Some((frame, effects)) => {
                    // Before it counts as open: what is open may be let go of in the log once its effects are worked off.
                    self.owe_no_more(position, &effects);
                    self.take_in_late(position, &frame);
                }
                None if is_there(group) => continue,
                None => self.owe_no_more(position, &Arc::default()),
            }
            self.locked.lock().unwrap_or_else(PoisonError::into_inner).remove(&position);
        }
        Ok(())
    }

    /// The first frame that waits for its key, of a group or of any.
    pub(crate) fn first_locked(&self, group: Option<Uid>) -> Option<WalPosition> {
        let locked = self.locked.lock().unwrap_or_else(PoisonError::into_inner);
        let mut of_group =
            locked.iter().filter(|(_, framed)| group.is_none_or(|group| framed.group() == group));
        of_group.next().map(|(position, _)| *position)
    }

    /// Frames up to a position that wait for their keys.
    pub(crate) fn locked_through(&self, through: WalPosition) -> Vec<WalPosition> {
        let locked = self.locked.lock().unwrap_or_else(PoisonError::into_inner);
        locked.range(..=through).map(|(position, _)| *position).collect()
    }

    /// Whether something of a group rests under a key, also after the customer's key was taken off it.
    pub fn rests_under_keys(&self, group: Uid) -> bool {
        self.segments(group).iter().any(|segment| segment.column_key.is_some())
            || self.first_locked(Some(group)).is_some()
    }

    /// As far as frames may be published, or let go of.
    pub(crate) fn before_locked(&self, group: Option<Uid>, through: WalPosition) -> WalPosition {
        let first = self.first_locked(group);
        first.map_or(through, |first| through.min(WalPosition::new(first.number().saturating_sub(1))))
    }
}
