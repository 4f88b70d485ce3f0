//! What time is it? The one place that asks the clock; everything behind it is told.

use std::time::SystemTime;

/// The present instant.
#[expect(clippy::disallowed_methods, reason = "the edge asks the clock here, and nowhere else")]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}
