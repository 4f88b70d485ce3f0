//! Which stretches of a text are known to be somebody's value before anything is looked for? A [`Claim`]: a value of a bot's slot,
//! which no detector has to recognise.
//!
//! Over a claim stands the slot's name in braces, `{CardNumber}`, as in the conversation logs of Lex ("Obscuring slot values in
//! logs", Lex V2 Developer Guide), whether or not a policy covers the group. Its mark says the level of the slot as its rule.
//! What a claim would cut in half is taken whole: a character, an escape of JSON. A claim that does not lie in its text takes all
//! of the text: whoever made it lost count, and nobody can say any more what of the text is the value.

use sotto_public::{ByteSpan, IdentifierId};
use std::ops::Range;

/// What names of claims of slots begin with.
pub(crate) const SLOT: &str = "slot-";
/// Bytes of an escape behind its backslash that a cut may leave (RFC 8259, section 7).
const ESCAPE_BYTES_MAX: usize = 5;

/// How sensitive a claimed value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, sotto_public::LogSafe)]
pub enum Sensitivity {
    /// Everything else.
    Low,
    /// Addresses, by post or mail.
    Medium,
    /// Names, account numbers, phone numbers.
    High,
}

/// A value that is known to stand in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Where, in bytes.
    pub bytes: ByteSpan,
    /// Whose value it is: `slot-` and the slot's name.
    pub identifier: IdentifierId,
    /// How sensitive it is.
    pub level: Sensitivity,
    /// Whether it is, or may be, a card security code or a PIN, of which no original is kept (PCI DSS 4.0.1, 3.3.1).
    pub discard: bool,
}

impl Sensitivity {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::High, Self::Medium, Self::Low];

    /// The word that policies use (`sotto:Classification`).
    pub const fn word(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }

    /// The name of the rule in marks.
    pub(crate) const fn rule(self) -> &'static str {
        match self {
            Self::High => "slot-high",
            Self::Medium => "slot-medium",
            Self::Low => "slot-low",
        }
    }

    /// The level that a mark's rule speaks of.
    pub(crate) fn of_mark(identifier: &IdentifierId, rule: &IdentifierId) -> Option<Self> {
        let of_slot = identifier.as_str().starts_with(SLOT);
        Self::ALL.into_iter().find(|level| of_slot && level.rule() == rule.as_str())
    }
}

/// Claims that touch, as one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stretch {
    pub(crate) range: Range<usize>,
    /// Whose value it is.
    pub(crate) identifier: IdentifierId,
    /// Who else's.
    pub(crate) others: Vec<IdentifierId>,
    /// Whether one of them leaves no original.
    pub(crate) discard: bool,
    pub(crate) level: Sensitivity,
}

impl Stretch {
    /// Writes what stands over it.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let name = self.identifier.as_str();
        out.push(b'{');
        out.extend_from_slice(name.strip_prefix(SLOT).unwrap_or(name).as_bytes());
        out.push(b'}');
    }
}

/// The claims on a text, in order and apart, none with half a character or half an escape.
pub(crate) fn stretches(text: &str, claims: &[Claim]) -> Vec<Stretch> {
    let mut claims: Vec<(Range<usize>, &Claim)> =
        claims.iter().map(|claim| (widened(text, claim.bytes.range()), claim)).collect();
    claims.retain(|(range, _)| !range.is_empty());
    claims.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    let mut stretches: Vec<Stretch> = Vec::new();
    for (range, Claim { identifier, level, discard, .. }) in claims {
        match stretches.last_mut().filter(|last| range.start < last.range.end) {
            Some(last) => {
                last.range.end = last.range.end.max(range.end);
                last.level = last.level.max(*level);
                last.discard |= discard;
                last.others.push(identifier.clone());
            }
            None => {
                stretches.push(Stretch {
                    range,
                    identifier: identifier.clone(),
                    others: Vec::new(),
                    discard: *discard,
                    level: *level,
                });
            }
        }
    }
    stretches
}

fn widened(text: &str, range: Range<usize>) -> Range<usize> {
    if range.end > text.len() {
        return 0..text.len();
    }
    if range.is_empty() {
        return range;
    }
    let (mut start, mut end) = (range.start, range.end);
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    let start = escape_over(text, start).map_or(start, |escape| escape.start);
    start..escape_over(text, end).map_or(end, |escape| escape.end)
}

/// The escape that a cut would part.
fn escape_over(text: &str, cut: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let near = (1..=ESCAPE_BYTES_MAX).filter_map(|back| cut.checked_sub(back));
    let mut escapes = near.filter(|at| bytes.get(*at) == Some(&b'\\') && begins_escape(bytes, *at));
    escapes.find_map(|at| {
        let end = at + escape_length(text.get(at + 1..)?);
        (end > cut).then_some(at..end)
    })
}

/// Whether a backslash is not itself escaped.
fn begins_escape(bytes: &[u8], at: usize) -> bool {
    let before = bytes.get(..at).unwrap_or_default().iter().rev();
    before.take_while(|byte| **byte == b'\\').count() % 2 == 0
}

/// Bytes of an escape, its backslash included.
fn escape_length(after: &str) -> usize {
    let hex = after.as_bytes().get(1..ESCAPE_BYTES_MAX);
    match (after.chars().next(), hex) {
        (Some('u'), Some(hex)) if hex.iter().all(u8::is_ascii_hexdigit) => ESCAPE_BYTES_MAX + 1,
        (next, _) => 1 + next.map_or(0, char::len_utf8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(start: usize, end: usize, name: &str, level: Sensitivity) -> Claim {
        Claim {
            bytes: ByteSpan::new(start, end).unwrap(),
            identifier: IdentifierId::new(name).unwrap(),
            level,
            discard: false,
        }
    }

    #[test]
    fn claims_are_put_in_order_and_joined() {
        let claims = [
            claim(6, 9, "slot-B", Sensitivity::High),
            claim(0, 3, "slot-A", Sensitivity::Low),
            claim(3, 4, "slot-C", Sensitivity::Low),
            claim(7, 12, "slot-A", Sensitivity::Medium),
            claim(5, 5, "slot-E", Sensitivity::Low),
        ];
        let stretches = stretches("0123456789abcdef", &claims);
        let shown: Vec<_> = stretches
            .iter()
            .map(|one| (one.range.clone(), one.identifier.as_str(), one.others.len(), one.level))
            .collect();
        let (low, high) = (Sensitivity::Low, Sensitivity::High);
        assert_eq!(shown, [(0..3, "slot-A", 0, low), (3..4, "slot-C", 0, low), (6..12, "slot-B", 1, high)]);
    }

    #[test]
    fn nothing_is_cut_in_half_and_who_lost_count_takes_all() {
        let check = |text: &str, range: Range<usize>, wanted: Range<usize>| {
            assert_eq!(widened(text, range.clone()), wanted, "{text} {range:?}");
        };
        check("é1é", 1..4, 0..5);
        check(r#"a\u00e9b"#, 3..5, 1..7);
        check(r#"a\u00e9b"#, 7..8, 7..8);
        check(r#"a\u00e9b"#, 1..7, 1..7);
        check(r#"a\nb"#, 2..4, 1..4);
        check(r#"a\\nb"#, 3..5, 3..5);
        check(r#"a\\nb"#, 2..5, 1..5);
        check(r#"C:\users"#, 4..8, 4..8);
        check(r#"a\é"#, 0..2, 0..4);
        check("abc", 3..3, 3..3);
        check("abc", 2..4, 0..3);
        check("abc", 7..9, 0..3);
    }

    #[test]
    fn levels_are_told_by_marks_of_slots_only() {
        let id = |name: &str| IdentifierId::new(name).unwrap();
        for level in Sensitivity::ALL {
            let rule = id(level.rule());
            assert!(level.rule().ends_with(level.word()));
            assert_eq!(Sensitivity::of_mark(&id("slot-Card"), &rule), Some(level));
            assert_eq!(Sensitivity::of_mark(&id("Card"), &rule), None);
        }
        assert!(Sensitivity::High > Sensitivity::Medium && Sensitivity::Medium > Sensitivity::Low);
    }
}
