//! What is a log event called? By an [`EventId`]: 192 bits that sort by time, written as 56 digits.
//!
//! The service's own ids are decimal numbers whose upper bits are milliseconds since 1970, shifted by 144 bits (seen in the
//! published examples of FilterLogEvents and of subscription filters). The same layout makes ours sort by time as theirs
//! do: 48 bits of milliseconds, 16 bits for whoever gives the ids out, 128 bits of sequence. A random id was rejected: it
//! neither sorts nor says where to look.

use crate::encoding::{Decoder, Encoder, Malformed};
use crate::place::{NamePart, Part};
use crate::{LogSafe, Storable, sealed};
use std::fmt;
use std::str::FromStr;

/// Digits of an id as it is written; ids of instants before the year 2112 have no more.
const DIGITS: usize = 56;
/// Digits of the largest id.
const DIGITS_MAX: usize = 58;
/// Bytes of an id.
const BYTES: usize = 24;

/// The id of a log event.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId([u8; BYTES]);

/// A text that is no id of an event. Says nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event id is a number of at most 58 digits below 2^192")]
pub struct EventIdError;

impl EventId {
    /// Bytes of an id, as columns hold them.
    pub const BYTES: usize = BYTES;

    /// An id: milliseconds since 1970 (48 bits count), who gives it out, and a number that is given out once.
    pub const fn new(millis: u64, shard: u16, sequence: u128) -> Self {
        let (head, tail) = (((millis << 16) | shard as u64).to_be_bytes(), sequence.to_be_bytes());
        let [a, b, c, d, e, f, g, h] = head;
        let [i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x] = tail;
        Self([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x])
    }

    /// From the bytes that [`EventId::to_bytes`] gave.
    pub const fn from_bytes(bytes: [u8; BYTES]) -> Self {
        Self(bytes)
    }

    /// Bytes that sort as the ids do.
    pub const fn to_bytes(self) -> [u8; BYTES] {
        self.0
    }

    /// The milliseconds in it.
    pub const fn millis(self) -> u64 {
        self.head() >> 16
    }

    /// The sequence in it.
    pub const fn sequence(self) -> u128 {
        let [.., i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x] = self.0;
        u128::from_be_bytes([i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x])
    }

    /// Milliseconds and giver in one number, and the sequence: what sorts as the id does.
    pub const fn numbers(self) -> (u64, u128) {
        (self.head(), self.sequence())
    }

    const fn head(self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

impl fmt::Display for EventId {
    /// Long division by 10^9, 32 bits at a time: nine digits a round.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (chunks, _) = self.0.as_chunks::<4>();
        let mut rest = [0_u32; BYTES / 4];
        rest.iter_mut().zip(chunks).for_each(|(word, bytes)| *word = u32::from_be_bytes(*bytes));
        let mut digits = [b'0'; DIGITS_MAX];
        for nine in digits.rchunks_mut(9) {
            let mut carry = 0_u64;
            for word in &mut rest {
                let value = (carry << 32) | u64::from(*word);
                (*word, carry) = ((value / 1_000_000_000) as u32, value % 1_000_000_000);
            }
            for digit in nine.iter_mut().rev() {
                (*digit, carry) = (b'0' + (carry % 10) as u8, carry / 10);
            }
        }
        let zeros = digits.iter().take(DIGITS_MAX - DIGITS).take_while(|digit| **digit == b'0').count();
        f.write_str(std::str::from_utf8(digits.get(zeros..).unwrap_or_default()).unwrap_or_default())
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for EventId {
    type Err = EventIdError;

    fn from_str(text: &str) -> Result<Self, EventIdError> {
        if !(1..=DIGITS_MAX).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(EventIdError);
        }
        let mut bytes = [0; BYTES];
        for digit in text.bytes() {
            let mut carry = u32::from(digit - b'0');
            for byte in bytes.iter_mut().rev() {
                let value = u32::from(*byte) * 10 + carry;
                (*byte, carry) = ((value & 0xff) as u8, value >> 8);
            }
            if carry > 0 {
                return Err(EventIdError);
            }
        }
        Ok(Self(bytes))
    }
}

impl sealed::LogSafe for EventId {}
impl LogSafe for EventId {}
impl sealed::LogSafe for EventIdError {}
impl LogSafe for EventIdError {}

impl sealed::Storable for EventId {}
impl Storable for EventId {
    fn encode(&self, out: &mut Encoder) {
        out.number(u128::from(self.head()));
        out.number(self.sequence());
    }

    fn decode(from: &mut Decoder<'_>) -> Result<Self, Malformed> {
        let head = u64::try_from(from.read_number()?).map_err(|_| Malformed::Number)?;
        let sequence = from.read_number()?;
        Ok(Self::new(head >> 16, (head & 0xffff) as u16, sequence))
    }
}

impl sealed::NamePart for EventId {}
impl NamePart for EventId {
    fn part(&self) -> Part<'_> {
        Part::text(self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected digits were computed with Python: `(ms << 144) | (shard << 128) | sequence`.
    #[test]
    fn ids_are_written_as_the_number_that_they_are() {
        for (id, digits) in [
            (
                EventId::new(1_432_826_855_000, 0, 0),
                "31953106606966983377076843082764784337516983148871680000",
            ),
            (EventId::new(0, 0, 7), "00000000000000000000000000000000000000000000000000000007"),
            (EventId::from_bytes([0xff; 24]), "6277101735386680763835789423207666416102355444464034512895"),
        ] {
            assert_eq!(id.to_string(), digits);
            assert_eq!(digits.parse(), Ok(id));
        }
    }

    #[test]
    fn ids_sort_by_time_then_giver_then_sequence() {
        let ids = [(1, 9, 9), (2, 0, u128::MAX), (2, 1, 0), (2, 1, 1), (1 << 40, 0, 0)];
        let ids = ids.map(|(millis, shard, sequence)| EventId::new(millis, shard, sequence));
        assert!(ids.is_sorted() && ids.map(|id| id.to_string()).is_sorted());
        assert_eq!((ids[1].millis(), ids[1].sequence()), (2, u128::MAX));
        assert!(ids.iter().all(|id| EventId::from_bytes(id.to_bytes()) == *id));
    }

    #[test]
    fn what_is_no_id_is_refused() {
        let beyond = "6277101735386680763835789423207666416102355444464034512896";
        for text in ["", "1a", " 1", "-1", beyond, &"9".repeat(58), &"0".repeat(59)] {
            assert_eq!(text.parse::<EventId>(), Err(EventIdError), "{text}");
        }
    }
}
