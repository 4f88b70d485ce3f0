//! What are streams called, and how are groups and streams told apart for ever?
//!
//! A name may be used again after a deletion; a [`Uid`] never is. Events, segments and keys are bound to uids, so what a deleted
//! group held cannot show up in a new one of its name. Stream names: 1 to 512 characters without `:` and `*` (CloudWatch Logs
//! API Reference, "CreateLogStream").

use crate::LogsError;
use sotto_arn::{AccountId, Region};
use sotto_public::{LogSafe, Place, Public, Storable};
use std::fmt;
use std::time::{Duration, SystemTime};

/// Longest name of a stream, in characters.
pub const STREAM_NAME_CHARS_MAX: usize = 512;

/// The name of a log stream.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Storable)]
pub struct StreamName(Public<String>);

impl StreamName {
    /// Checks a name.
    ///
    /// # Errors
    /// [`LogsError::InvalidParameter`].
    pub fn parse(name: Public<String>) -> Result<Self, LogsError> {
        let chars = name.get().chars().count();
        let fits = (1..=STREAM_NAME_CHARS_MAX).contains(&chars) && !name.get().contains([':', '*']);
        match fits {
            true => Ok(Self(name)),
            false => Err(LogsError::InvalidParameter(
                "Member 'logStreamName' must have 1 to 512 characters, and none of ':' and '*'",
            )),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// The name as a public value.
    pub fn public(&self) -> Public<String> {
        self.0.clone()
    }
}

impl fmt::Display for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::borrow::Borrow<str> for StreamName {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

/// What tells a group or a stream apart for ever: random, given at its creation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Storable, LogSafe)]
pub struct Uid(u128);

impl Uid {
    /// From fresh random bytes.
    pub const fn new(random: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(random))
    }

    /// The number, as part of a place.
    pub const fn number(self) -> u128 {
        self.0
    }
}

impl fmt::Debug for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// Milliseconds since 1970, as events have them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Storable, LogSafe)]
pub struct Millis(pub i64);

impl Millis {
    /// The instant, rounded down.
    pub fn of(at: SystemTime) -> Self {
        let since = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// Later by this.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }

    /// Earlier by this.
    #[must_use]
    pub fn minus(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }
}

/// An account in a Region: what stands in one is not seen from another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Storable)]
pub struct Scope {
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
}

impl Scope {
    /// Below this place.
    pub(crate) fn below(&self, place: Place) -> Place {
        place.with(&self.account).with(&self.region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Public<String> {
        #[expect(clippy::disallowed_methods, reason = "a test's own text")]
        Public::from_pinned_text(text.to_owned())
    }

    #[test]
    fn names_of_streams_are_checked_on_both_sides() {
        assert!(StreamName::parse(name("2026/11/21/[$LATEST]ä")).is_ok());
        assert!(StreamName::parse(name(&"ä".repeat(512))).is_ok());
        for wrong in ["", "a:b", "a*", &"a".repeat(513)] {
            assert!(StreamName::parse(name(wrong)).is_err());
        }
    }

    #[test]
    fn instants_round_down_and_saturate() {
        assert_eq!(Millis::of(SystemTime::UNIX_EPOCH + Duration::from_micros(1_999)), Millis(1));
        assert_eq!(Millis::of(SystemTime::UNIX_EPOCH - Duration::from_secs(1)), Millis(0));
        assert_eq!(Millis(5).plus(Duration::MAX), Millis(i64::MAX));
        assert_eq!(Millis(5).minus(Duration::from_millis(7)), Millis(-2));
    }
}
