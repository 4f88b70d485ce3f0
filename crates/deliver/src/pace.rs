//! When is a lane tried again, and when is it given up? Pure arithmetic over instants.
//!
//! CloudWatch Logs User Guide, "Subscription filters": retryable errors are retried for up to 24 hours. Pauses double from one
//! second to a minute: a receiver that comes back is found within a minute, and one that is gone costs nothing.

use crate::error::NotCarried;
use std::time::Duration;

/// How long a parcel is tried.
pub const AGE_MAX: Duration = Duration::from_secs(24 * 60 * 60);
/// The first pause after a failure.
pub const PAUSE_FIRST: Duration = Duration::from_secs(1);
/// The longest one.
pub const PAUSE_MAX: Duration = Duration::from_secs(60);

/// How a lane stands with its receiver.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pace {
    failures: u32,
    not_before_ms: u64,
    /// How many parcels went together when it failed: those go together again.
    count: usize,
}

/// What becomes of a parcel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It arrived.
    Arrived,
    /// It waits.
    Waits,
    /// It is dropped.
    Dropped,
}

impl Pace {
    /// Whether the lane may be tried.
    pub(crate) const fn is_due(self, now_ms: u64) -> bool {
        self.not_before_ms <= now_ms
    }

    /// When it may be.
    #[cfg(test)]
    const fn not_before_ms(self) -> u64 {
        self.not_before_ms
    }

    /// How many parcels may go together.
    pub(crate) const fn together(self) -> usize {
        match self.count {
            0 => usize::MAX,
            count => count,
        }
    }

    /// How many parcels are read at least, so that those that went together do again.
    pub(crate) const fn page(self) -> usize {
        self.count
    }

    /// What an attempt at so many parcels came to.
    pub(crate) fn after(
        &mut self,
        tried: Result<(), NotCarried>,
        (queued_ms, now_ms): (u64, u64),
        count: usize,
    ) -> Fate {
        match tried {
            Ok(()) => {
                *self = Self::default();
                Fate::Arrived
            }
            Err(NotCarried::Never) => {
                *self = Self::default();
                Fate::Dropped
            }
            Err(NotCarried::Later) if now_ms.saturating_sub(queued_ms) >= millis(AGE_MAX) => {
                *self = Self::default();
                Fate::Dropped
            }
            Err(NotCarried::Later) => {
                let factor = 1_u64.checked_shl(self.failures).unwrap_or(u64::MAX);
                let pause = millis(PAUSE_FIRST).saturating_mul(factor).min(millis(PAUSE_MAX));
                self.failures = (self.failures + 1).min(32);
                self.not_before_ms = now_ms.saturating_add(pause);
                self.count = count;
                Fate::Waits
            }
        }
    }
}

const fn millis(duration: Duration) -> u64 {
    duration.as_millis() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_minute_and_end_with_an_arrival() {
        let mut pace = Pace::default();
        let mut pauses = Vec::new();
        for _ in 0..9 {
            assert_eq!(pace.after(Err(NotCarried::Later), (0, 0), 3), Fate::Waits);
            pauses.push(pace.not_before_ms() / 1_000);
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert!(!pace.is_due(59_999) && pace.is_due(60_000));
        assert_eq!((pace.together(), Pace::default().together()), (3, usize::MAX));
        assert_eq!((pace.after(Ok(()), (0, 0), 3), pace), (Fate::Arrived, Pace::default()));
    }

    #[test]
    fn a_parcel_is_dropped_after_a_day_or_when_it_is_refused() {
        let day = millis(AGE_MAX);
        for (tried, age, wanted) in [
            (Err(NotCarried::Later), day - 1, Fate::Waits),
            (Err(NotCarried::Later), day, Fate::Dropped),
            (Err(NotCarried::Never), 0, Fate::Dropped),
            (Ok(()), day * 2, Fate::Arrived),
        ] {
            assert_eq!(Pace::default().after(tried, (1_000, 1_000 + age), 1), wanted, "{tried:?} {age}");
        }
    }
}
