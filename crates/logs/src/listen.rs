//! Who hears of events as they come? Each listener at its own pace, out of one ring that is bounded by bytes.
//!
//! What listeners have not fetched yet must not hold memory without end: a frame may be a megabyte, and a listener may be as
//! slow as its network. So the oldest frames go first, and who had not heard them is told how many were missed. Counting
//! frames alone was rejected: a thousand large ones are gigabytes. Nobody listening holds nothing.

use crate::event_store::Arrived;
use crate::frame::weight;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes of events that wait for listeners; one frame alone may be larger.
pub const LISTENERS_BEHIND_BYTES_MAX: usize = 64 * 1024 * 1024;

/// What came for a listener.
#[derive(Debug)]
pub enum Heard {
    /// Events of one call.
    Events(Arc<Arrived>),
    /// So many calls' events came and went unheard.
    Missed(u64),
    /// Nothing new.
    Nothing,
    /// Nothing will come any more.
    Closed,
}

/// Hears of all events from its beginning on.
#[derive(Debug)]
pub struct Listener {
    ring: Arc<Ring>,
    /// The number of the next frame.
    at: u64,
}

/// Frames that listeners have not fetched yet.
#[derive(Debug, Default)]
struct Ring(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    frames: VecDeque<(Arc<Arrived>, usize)>,
    bytes: usize,
    /// The number of the first frame that is held.
    first: u64,
    listeners: usize,
    closed: bool,
}

impl Ring {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn next(&self) -> u64 {
        self.first + self.frames.len() as u64
    }

    fn drop_oldest(&mut self) {
        if let Some((_, bytes)) = self.frames.pop_front() {
            self.bytes -= bytes;
            self.first += 1;
        }
    }
}

/// Tells listeners; they are told that nothing comes any more when it goes.
#[derive(Debug, Default)]
pub(crate) struct Herald(Arc<Ring>);

impl Herald {
    /// Tells all who listen.
    pub(crate) fn tell(&self, arrived: Arrived) {
        let bytes: usize = arrived.events().iter().map(weight).sum();
        self.tell_of(Arc::new(arrived), bytes);
    }

    fn tell_of(&self, arrived: Arc<Arrived>, bytes: usize) {
        let mut held = self.0.held();
        if held.listeners == 0 {
            return;
        }
        held.bytes += bytes;
        held.frames.push_back((arrived, bytes));
        while held.bytes > LISTENERS_BEHIND_BYTES_MAX && held.frames.len() > 1 {
            held.drop_oldest();
        }
    }

    /// One more who listens.
    pub(crate) fn listener(&self) -> Listener {
        let mut held = self.0.held();
        held.listeners += 1;
        Listener { ring: Arc::clone(&self.0), at: held.next() }
    }

    /// How many listen.
    pub(crate) fn listeners(&self) -> usize {
        self.0.held().listeners
    }
}

impl Drop for Herald {
    fn drop(&mut self) {
        self.0.held().closed = true;
    }
}

impl Listener {
    /// What came next.
    pub fn hear(&mut self) -> Heard {
        let held = self.ring.held();
        if self.at < held.first {
            let missed = held.first - self.at;
            self.at = held.first;
            return Heard::Missed(missed);
        }
        let place = usize::try_from(self.at - held.first).ok();
        match place.and_then(|place| held.frames.get(place)) {
            Some((arrived, _)) => {
                self.at += 1;
                Heard::Events(Arc::clone(arrived))
            }
            None if held.closed => Heard::Closed,
            None => Heard::Nothing,
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut held = self.ring.held();
        held.listeners -= 1;
        if held.listeners == 0 {
            while !held.frames.is_empty() {
                held.drop_oldest();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Uid;
    use crate::frame::Frame;

    fn frame() -> Arc<Arrived> {
        let group = Uid::new([1; 16]);
        Arc::new(Arrived(Arc::new(Frame { group, stream: group, name: "a".into(), events: Vec::new() })))
    }

    fn heard(listener: &mut Listener) -> String {
        match listener.hear() {
            Heard::Events(_) => "events".to_owned(),
            Heard::Missed(count) => format!("missed {count}"),
            Heard::Nothing => "nothing".to_owned(),
            Heard::Closed => "closed".to_owned(),
        }
    }

    #[test]
    fn what_waits_is_bounded_by_bytes_on_both_sides() {
        let half = LISTENERS_BEHIND_BYTES_MAX / 2;
        for (sizes, wanted) in [
            (vec![half, half], vec!["events", "events", "nothing"]),
            (vec![half, half, 1], vec!["missed 1", "events", "events", "nothing"]),
            (vec![LISTENERS_BEHIND_BYTES_MAX * 2], vec!["events", "nothing"]),
            (vec![1, 1, LISTENERS_BEHIND_BYTES_MAX * 2], vec!["missed 2", "events", "nothing"]),
            (vec![0; 5_000], [vec!["events"; 5_000], vec!["nothing"]].concat()),
        ] {
            let herald = Herald::default();
            let mut listener = herald.listener();
            sizes.iter().for_each(|bytes| herald.tell_of(frame(), *bytes));
            let came: Vec<_> = wanted.iter().map(|_| heard(&mut listener)).collect();
            assert_eq!(came, wanted);
        }
    }

    #[test]
    fn each_hears_from_its_beginning_on_and_nobody_holds_nothing() {
        let herald = Herald::default();
        herald.tell_of(frame(), 1);
        let mut early = herald.listener();
        herald.tell_of(frame(), 1);
        let mut late = herald.listener();
        assert_eq!(
            (herald.listeners(), heard(&mut early), heard(&mut late)),
            (2, "events".into(), "nothing".into())
        );
        drop(early);
        herald.tell_of(frame(), 1);
        drop(late);
        assert_eq!(herald.listeners(), 0);
        let held = herald.0.held();
        assert_eq!((held.frames.len(), held.bytes), (0, 0));
        drop(held);
        let mut last = herald.listener();
        herald.tell_of(frame(), 1);
        drop(herald);
        assert_eq!((heard(&mut last), heard(&mut last)), ("events".to_owned(), "closed".to_owned()));
    }
}
