//! From when, until when? A span before now, as people say it, or an instant in milliseconds.

use crate::clock;
use crate::fault::Fault;
use anyhow::Result;
use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds of the units.
const UNITS: &[(char, i64)] =
    &[('s', 1_000), ('m', 60_000), ('h', 3_600_000), ('d', 86_400_000), ('w', 604_800_000)];

/// The present, in milliseconds since 1970.
pub(crate) fn now_ms() -> i64 {
    millis(clock::now())
}

fn millis(at: SystemTime) -> i64 {
    at.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// The instant that a text means, in milliseconds since 1970.
pub(crate) fn instant(text: &str, now_ms: i64) -> Result<i64> {
    let wrong = || {
        Fault::usage(format!(
            "`{text}` is no time: write a span before now as 90s, 10m, 2h, 3d or 1w, or milliseconds since 1970"
        ))
    };
    let unit = UNITS.iter().find_map(|(unit, ms)| Some((text.strip_suffix(*unit)?, ms)));
    let Some((count, ms)) = unit else { return text.parse().map_err(|_| wrong()) };
    let count: u32 = count.parse().map_err(|_| wrong())?;
    Ok(now_ms.saturating_sub(i64::from(count).saturating_mul(*ms)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_instants() {
        let now = 10_000_000;
        for (text, wanted) in [
            ("90s", Some(now - 90_000)),
            ("2h", Some(now - 7_200_000)),
            ("0d", Some(now)),
            ("1700000000000", Some(1_700_000_000_000)),
            ("", None),
            ("h", None),
            ("-1h", None),
            ("2 h", None),
            ("yesterday", None),
        ] {
            assert_eq!(instant(text, now).ok(), wanted, "{text}");
        }
    }
}
