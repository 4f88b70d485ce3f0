//! How do events, segments and frames get numbers that are given out once? From the start of the process, a random part and a
//! counter.
//!
//! Numbers of one process rise, and a later process gives larger ones: so events of one millisecond keep the order in which they
//! came. Nothing is stored for it.

use crate::Millis;
use sotto_public::EventId;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bits of the counter.
const COUNTER_BITS: u32 = 48;
/// Bits of the random part.
const RANDOM_BITS: u32 = 32;

/// Gives out numbers.
#[derive(Debug)]
pub(crate) struct Numbers {
    base: u128,
    next: AtomicU64,
}

impl Numbers {
    /// For a process that begins now; the random part tells it from others that begin in the same millisecond.
    pub(crate) fn new(now: Millis, random: u32) -> Self {
        let started = u128::from(u64::try_from(now.0).unwrap_or(0)) << (COUNTER_BITS + RANDOM_BITS);
        Self { base: started | (u128::from(random) << COUNTER_BITS), next: AtomicU64::new(0) }
    }

    /// So many numbers; the first one.
    pub(crate) fn take(&self, count: u64) -> u128 {
        self.base + u128::from(self.next.fetch_add(count, Ordering::Relaxed))
    }
}

/// When the process began that gave out a number.
#[cfg(test)]
fn begun(number: u128) -> Millis {
    Millis(i64::try_from(number >> (COUNTER_BITS + RANDOM_BITS)).unwrap_or(i64::MAX))
}

/// Ids that are set aside for the events of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reserved {
    pub(crate) first: u128,
    pub(crate) count: u64,
}

impl Reserved {
    /// The id of the event at this place among those taken.
    pub fn id(&self, at: usize, timestamp: Millis) -> EventId {
        let at = (at as u64).min(self.count.saturating_sub(1));
        EventId::new(u64::try_from(timestamp.0).unwrap_or(0), 0, self.first + u128::from(at))
    }

    /// A number that rises from call to call, as for a queue.
    pub fn number(&self) -> u128 {
        self.first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_rise_within_a_process_and_from_one_to_the_next() {
        let (one, later) = (Numbers::new(Millis(1_000), u32::MAX), Numbers::new(Millis(1_001), 0));
        let (a, b) = (one.take(10), one.take(1));
        assert!(a + 10 == b && b < later.take(1));
        assert_eq!(begun(b), Millis(1_000));
        let reserved = Reserved { first: b, count: 2 };
        assert!(
            reserved.id(0, Millis(5)) < reserved.id(1, Millis(5))
                && reserved.id(1, Millis(5)) < reserved.id(0, Millis(6))
        );
    }
}
