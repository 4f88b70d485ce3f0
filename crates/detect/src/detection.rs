//! What is a finding? A place, the rule that found it, and the evidence; never the text.

use sotto_public::{ByteSpan, CharSpan, LogSafe};
use std::fmt;

/// Number of a rule inside one [`crate::Scanner`]; ask it for the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, LogSafe)]
pub struct RuleId(pub(crate) u16);

/// Number of a keyword inside one [`crate::Scanner`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, LogSafe)]
pub struct KeywordId(pub(crate) u16);

/// How sure a finding is, in hundredths from 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, LogSafe)]
pub struct Score(u8);

impl Score {
    /// Hundredths; more than 100 counts as 100.
    pub const fn from_hundredths(hundredths: u8) -> Self {
        Self(if hundredths > 100 { 100 } else { hundredths })
    }

    /// As a fraction from 0 to 1.
    pub fn fraction(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// Another label for (part of) the same characters, which lost against the finding's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, LogSafe)]
pub struct Rival {
    /// The rule.
    pub rule: RuleId,
    /// Where it matched.
    pub bytes: ByteSpan,
}

/// One finding in a text.
///
/// `bytes` and `chars` are the value that the winning rule found; `mask` is what must be hidden, the union of
/// all overlapping candidates. The order among overlapping candidates is fixed: a checksum beats none, a keyword
/// beats none, longer beats shorter, then the order of the rules decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detection {
    /// The value, in bytes of the scanned text.
    pub bytes: ByteSpan,
    /// The value, in characters of the scanned text (each stray byte that is no UTF-8 counts as one).
    pub chars: CharSpan,
    /// What to hide: `bytes` and every overlapping candidate.
    pub mask: ByteSpan,
    /// The rule that won.
    pub rule: RuleId,
    /// The keyword that supports it, if one does.
    pub keyword: Option<KeywordId>,
    /// Whether a check digit or an equally strong test passed.
    pub checksum: bool,
    /// How sure it is.
    pub score: Score,
    /// The other labels, in the order of their places.
    pub rivals: Vec<Rival>,
}
