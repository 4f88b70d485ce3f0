//! Up to where may a stream of text be written? Behind what is settled, but not into the middle of a finding, of a
//! character, or of a number that JSON might have to see quoted.

use crate::json_scalar::{LOOKBACK_BYTES, Lexer, RUN_BYTES_MAX, is_run_byte};
use crate::mask::render::{Desk, Hit, Renderer, are_consistent};
use crate::mask::{Find, Place};
use crate::stream::HELD_BYTES_MAX;
use sotto_detect::{Part, Scanner};
use sotto_sensitive::RawBytes;
use std::collections::VecDeque;

/// Bytes that must be droppable before the rest is moved to the front; few in tests, so that they see it happen.
const DROP_BYTES_MIN: usize = if cfg!(test) { 1 } else { 4 << 10 };

/// Where a stream of text stands. All offsets count from the beginning of what is held.
pub(super) struct TextWay<P> {
    lexer: Option<Lexer>,
    /// Before this, everything has been written.
    written: usize,
    /// Before this, findings are final.
    settled: usize,
    /// Final findings that have not been written.
    pending: VecDeque<Hit<P>>,
}

impl<P: Place> TextWay<P> {
    pub(super) fn new(lexer: Option<Lexer>) -> Self {
        Self { lexer, written: 0, settled: 0, pending: VecDeque::new() }
    }

    pub(super) fn written(&self) -> usize {
        self.written
    }

    /// Asks for what is certain by now. `None` when the answer contradicts itself.
    pub(super) fn settle<F: Find<Place = P>>(
        &mut self,
        finder: &F,
        held: &RawBytes,
        end: bool,
    ) -> Option<()> {
        if self.settled == held.length() && !end {
            return Some(());
        }
        let certain = finder.find_part(&Part { bytes: held, from: self.settled, end_of_input: end });
        let in_bounds = self.settled <= certain.upto && certain.upto <= held.length();
        let all = !end || certain.upto == held.length();
        if !(in_bounds && all && are_consistent(&certain.places, &(self.settled..certain.upto))) {
            return None;
        }
        self.pending.extend(certain.places.into_iter().map(Hit::new));
        self.settled = certain.upto;
        Some(())
    }

    /// Writes what may be written into `out`. `None` when a finding does not fit or too much is left.
    pub(super) fn render<F: Find<Place = P>>(
        &mut self,
        desk: Desk<'_, F>,
        held: &[u8],
        end: bool,
        out: &mut Vec<u8>,
    ) -> Option<()> {
        let limit = if end { held.len() } else { self.limit(held) };
        let ready = self.pending.partition_point(|hit| hit.mask.end() <= limit);
        let hits = self.pending.drain(..ready);
        let mut renderer = Renderer { desk, lexer: self.lexer.as_mut() };
        renderer.render(held, self.written..limit, hits, out)?;
        self.written = limit;
        (held.len() - limit <= HELD_BYTES_MAX).then_some(())
    }

    /// Up to where may be written before the end of the input is known.
    fn limit(&self, held: &[u8]) -> usize {
        let mut limit = before_torn_character(held, self.settled);
        loop {
            let torn =
                self.pending.iter().find(|hit| hit.mask.end() > limit).map_or(limit, |hit| hit.mask.start());
            let next = match self.lexer {
                Some(_) => before_torn_run(held, limit.min(torn)),
                None => limit.min(torn),
            };
            if next == limit {
                return limit.max(self.written);
            }
            limit = next;
        }
    }

    /// Prepares for dropping what nobody needs any more; returns how many bytes that is.
    pub(super) fn droppable(&mut self, held: &[u8]) -> usize {
        let needed = self.written.saturating_sub(LOOKBACK_BYTES);
        let count = needed.min(self.settled.saturating_sub(Scanner::CONTEXT_BYTES));
        if count < DROP_BYTES_MIN {
            return 0;
        }
        let count = self.lexer.as_mut().map_or(count, |lexer| lexer.drop_front(held, count));
        self.pending.iter_mut().for_each(|hit| hit.drop_front(count));
        self.written -= count;
        self.settled -= count;
        count
    }
}

/// `limit`, or before the run of number bytes that goes on behind it, or may go on.
fn before_torn_run(held: &[u8], limit: usize) -> usize {
    if held.get(limit).is_some_and(|byte| !is_run_byte(*byte)) {
        return limit;
    }
    let before = held.get(..limit).unwrap_or_default().iter().rev().take(RUN_BYTES_MAX + 1);
    match before.take_while(|byte| is_run_byte(**byte)).count() {
        length if length <= RUN_BYTES_MAX => limit - length,
        _ => limit,
    }
}

/// `limit`, or before the character of UTF-8 that it tears (RFC 3629 section 3: at most four bytes).
fn before_torn_character(held: &[u8], limit: usize) -> usize {
    let tail = held.get(limit.saturating_sub(3)..limit).unwrap_or_default();
    let lead = tail.iter().rev().position(|byte| *byte & 0xC0 != 0x80).map(|back| back + 1);
    let length = |back: usize| match held.get(limit - back) {
        Some(0xF0..=0xF7) => 4,
        Some(0xE0..=0xEF) => 3,
        Some(0xC0..=0xDF) => 2,
        _ => 1,
    };
    match lead {
        Some(back) if length(back) > back => limit - back,
        _ => limit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_not_torn() {
        let text = "aé€\u{1f600}z".as_bytes();
        let limits: Vec<usize> = (0..=text.len()).map(|limit| before_torn_character(text, limit)).collect();
        assert_eq!(limits, [0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11]);
        assert_eq!(before_torn_character(b"a\xff\xff", 3), 3);
        assert_eq!(before_torn_character(b"\x80\x80\x80\x80", 4), 4);
    }

    #[test]
    fn numbers_are_not_torn_unless_very_long() {
        assert_eq!(before_torn_run(b"a: 123 b", 5), 3);
        assert_eq!(before_torn_run(b"a: 123 b", 6), 6);
        assert_eq!(before_torn_run(b"a: 123", 6), 3);
        let long = [b'1'; RUN_BYTES_MAX + 9];
        assert_eq!(before_torn_run(&long, RUN_BYTES_MAX), 0);
        assert_eq!(before_torn_run(&long, RUN_BYTES_MAX + 1), RUN_BYTES_MAX + 1);
    }
}
