//! What deserves a look while the server runs? Things that fail in the background, where no request would tell: the trail's ends
//! that cannot be written down, asynchronous events that are given up, a store that does not confirm what decisions stand on, keys in memory that is not locked.
//!
//! Each is said when it begins and when it is over, not every time it is looked at.

use super::log::{self, field};
use sotto_api::Api;
use sotto_sensitive::MemoryStatus;
use std::sync::Weak;
use std::time::Duration;

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// What was said last.
#[derive(Default)]
struct Said {
    heads_failures: u64,
    events_given_up: u64,
    stale: bool,
    unlocked: bool,
}

/// Looks from time to time, as long as there is an `Api`.
pub(crate) async fn keep(api: Weak<Api>) {
    let mut said = Said::default();
    loop {
        let Some(now) = api.upgrade() else { return };
        let counts = (now.heads_failures(), now.events_given_up());
        let lines = said.news(counts, !now.is_fresh(), MemoryStatus::now());
        drop(now);
        lines.into_iter().for_each(Line::write);
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// A line of the log.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    HeadsFailed(u64),
    EventsGivenUp(u64),
    Stale,
    Fresh,
    Unlocked(u64, Option<u64>),
}

impl Line {
    fn write(self) {
        match self {
            Self::HeadsFailed(times) => {
                let sentence =
                    "how far the trail has come could not be written down; it is tried again in a minute";
                log::error(sentence, &[field("times", times)]);
            }
            Self::EventsGivenUp(events) => {
                log::warn(
                    "asynchronous events of functions were given up without having run well",
                    &[field("events", events)],
                );
            }
            Self::Stale => {
                log::error(
                    "the store does not confirm who may what: requests are refused until it does",
                    &[],
                );
            }
            Self::Fresh => log::info("the store confirms again who may what", &[]),
            Self::Unlocked(bytes, limit) => {
                let fields = [field("bytes", bytes), field("limit", limit.unwrap_or(0))];
                log::warn(
                    "keys stand in memory that is not locked: raise the limit on locked memory",
                    &fields,
                );
            }
        }
    }
}

impl Said {
    /// What is new.
    fn news(
        &mut self,
        (heads_failures, events_given_up): (u64, u64),
        stale: bool,
        memory: MemoryStatus,
    ) -> Vec<Line> {
        let mut lines = Vec::new();
        if heads_failures > self.heads_failures {
            lines.push(Line::HeadsFailed(heads_failures));
        }
        if events_given_up > self.events_given_up {
            lines.push(Line::EventsGivenUp(events_given_up.saturating_sub(self.events_given_up)));
        }
        match (self.stale, stale) {
            (false, true) => lines.push(Line::Stale),
            (true, false) => lines.push(Line::Fresh),
            _ => {}
        }
        let unlocked = memory.unlocked_bytes > 0;
        if unlocked && !self.unlocked {
            lines.push(Line::Unlocked(memory.unlocked_bytes, memory.limit_bytes));
        }
        *self = Self { heads_failures, events_given_up, stale, unlocked };
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_on_is_said_once() {
        let memory = |unlocked_bytes| MemoryStatus {
            locked_bytes: 0,
            unlocked_bytes,
            dumpable_bytes: 0,
            limit_bytes: Some(65_536),
        };
        let mut said = Said::default();
        assert_eq!(said.news((0, 0), false, memory(0)), []);
        assert_eq!(said.news((1, 0), false, memory(0)), [Line::HeadsFailed(1)]);
        assert_eq!(said.news((1, 0), true, memory(0)), [Line::Stale]);
        assert_eq!(said.news((1, 0), true, memory(4_096)), [Line::Unlocked(4_096, Some(65_536))]);
        assert_eq!(said.news((3, 0), false, memory(8_192)), [Line::HeadsFailed(3), Line::Fresh]);
        assert_eq!(said.news((3, 0), false, memory(8_192)), []);
        assert_eq!(said.news((3, 2), false, memory(8_192)), [Line::EventsGivenUp(2)]);
        assert_eq!(said.news((3, 5), false, memory(8_192)), [Line::EventsGivenUp(3)]);
        assert_eq!(said.news((3, 5), false, memory(8_192)), []);
    }
}
