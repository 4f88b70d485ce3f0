//! Where in a text could values begin? One walk over its words, tokens and marks.
//!
//! The walk goes in pieces that stay in the caches. Of each piece the words are looked up first, some way ahead, so that a
//! token knows the keywords on both of its sides when its turn comes. Places are taken out of the bit masks in one go,
//! since a loop over the bits of each mask could not foresee its end. What could be a value is handed to `judge`.

use crate::bits::Bits;
use crate::classes::{BLOCK, Block, classify};
use crate::detection::RuleId;
use crate::engine::LOOKAHEAD_BYTES;
use crate::evidence::CHAR_BYTES_MAX;
use crate::gate::{LONG_BYTES, View, is_long_byte};
use crate::judge::Dialled;
use crate::matchers::{Matcher, backward, byte_at, byte_before};
use crate::noise;
use crate::overlap::{Candidate, keep_nearest};
use crate::plan::{How, Plan};
use crate::prose::{Capitals, Cue, capitals};
use crate::shape::{Ends, Kind, Next, Signature, TOKEN_MAX};
use crate::table::Row;
use crate::tokens::{
    Carry, Edge, Escape, Places, Token, WordStarts, clear_colours, clear_marks, eight, is_joint,
    letters_before, window,
};
use crate::words::{Hit, letters};

/// Bytes that are classified at a time.
pub(crate) const PIECE_BYTES: usize = 32 * 1024;
/// How far keywords are looked for ahead of the tokens.
const AHEAD_BYTES: usize = LOOKAHEAD_BYTES;
/// Longest keyword, in bytes.
const KEYWORD_BYTES_MAX: usize = 256;
/// Longest value behind whose end a keyword may still stand.
const SUPPORTED_BYTES_MAX: usize = 48;

/// The bytes of a block that may begin a code: escapes, backslashes before a letter, and whatever is not ASCII.
fn suspects(block: &Block) -> u64 {
    block.escape | block.high | block.backslash & (block.letter >> 1 | 1 << 63)
}

/// Where twelve letters or digits in a row begin.
fn row_starts(token: u64, next: u64) -> u64 {
    let mut row = u128::from(token) | u128::from(next) << 64;
    let mut length = 1;
    while length < ROW_BYTES {
        let more = length.min(ROW_BYTES - length);
        row &= row >> more;
        length += more;
    }
    row as u64
}

/// One walk over one text.
pub(crate) struct Walk<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) text: &'a [u8],
    blocks: Vec<Block>,
    /// Offset of the first byte of `blocks`.
    base: usize,
    /// Per block: what is no letter, and the same with the starts of words.
    word_ends: Vec<u64>,
    word_stops: Vec<u64>,
    /// Where something begins in the piece, from `base` on.
    places: Places,
    pub(crate) hits: Vec<Hit>,
    /// Hits before this one are too far back for any token to come.
    pub(crate) near_from: usize,
    /// Up to where words have been looked up.
    words_upto: usize,
    /// End of the last token, so that each is visited once.
    token_end: usize,
    pub(crate) found: Vec<Candidate>,
    /// Where a block of key material begins that the text ends before.
    pub(crate) open_from: usize,
    /// No keyword is near any value that begins before this place.
    quiet_until: usize,
    /// Keywords before this one have been asked for values right behind them.
    pub(crate) behind_from: usize,
    pub(crate) ends: Ends,
    /// Words that say that people write here.
    pub(crate) cues: Vec<Cue>,
    capitals: Capitals,
    /// Where something may be disguised.
    pub(crate) traces: Traces,
    /// Up to where traces have been noted.
    noted_upto: usize,
}

/// What a walk sees of possible disguises on its way.
#[derive(Default)]
pub(crate) struct Traces {
    /// Bytes that may begin a code: offsets of blocks, and one bit per byte.
    pub(crate) codes: Vec<(usize, u64)>,
    /// Where long rows of letters and digits begin.
    pub(crate) rows: Vec<usize>,
    /// Where words begin that may belong to a number.
    pub(crate) words: Vec<usize>,
}

/// Shortest row of letters and digits that is noted.
const ROW_BYTES: u32 = 12;

impl<'a> Walk<'a> {
    pub(crate) fn new(plan: &'a Plan, text: &'a [u8]) -> Self {
        Self {
            plan,
            text,
            blocks: Vec::with_capacity((PIECE_BYTES + AHEAD_BYTES).min(text.len()) / BLOCK + 2),
            base: 0,
            word_ends: Vec::new(),
            word_stops: Vec::new(),
            places: Places::default(),
            hits: Vec::new(),
            near_from: 0,
            words_upto: 0,
            token_end: 0,
            found: Vec::new(),
            open_from: usize::MAX,
            quiet_until: 0,
            behind_from: 0,
            ends: Ends::new(),
            cues: Vec::new(),
            capitals: Capitals::default(),
            traces: Traces::default(),
            noted_upto: if plan.unveils { 0 } else { usize::MAX },
        }
    }

    /// Walks the whole text.
    pub(crate) fn run(&mut self) {
        let mut start = 0;
        while start < self.text.len() {
            let end = self.text.len().min(start + PIECE_BYTES);
            self.classify(start, end);
            self.find_words();
            self.find_values(start, end);
            start = end;
        }
        self.find_customs();
        let words = self.hits.iter().filter(|hit| hit.of.is_empty()).map(|hit| hit.start);
        self.traces.words.extend(words);
        let plan = self.plan;
        let group = |rule: RuleId| {
            plan.rules.get(usize::from(rule.0)).filter(|rule| rule.nearest).map(|rule| rule.identifier)
        };
        if self.found.iter().any(|candidate| group(candidate.rule).is_some()) {
            keep_nearest(&mut self.found, self.text, &plan.labels, group);
        }
    }

    /// Classifies a piece, with one block before and some after, and takes the letters of escapes out.
    fn classify(&mut self, start: usize, end: usize) {
        self.base = start.saturating_sub(BLOCK);
        let stop = self.text.len().min(end + AHEAD_BYTES);
        self.blocks.clear();
        classify(self.text.get(self.base..stop).unwrap_or_default(), &mut self.blocks);
        // The last block waits for the next, unless the text ends.
        let noted = if stop == self.text.len() { stop } else { stop - BLOCK };
        let mut coloured = 0;
        let mut carry = Escape { letter: byte_before(self.text, self.base) == b'\\', rest: 0 };
        for (index, block) in self.blocks.iter_mut().enumerate() {
            let codes = suspects(block);
            if codes != 0 && (self.noted_upto..noted).contains(&(self.base + index * BLOCK)) {
                self.traces.codes.push((self.base + index * BLOCK, codes));
            }
            if block.escape != 0 || coloured > self.base + index * BLOCK {
                coloured = clear_colours(block, self.text, self.base + index * BLOCK, coloured);
            }
            if block.high != 0 {
                clear_marks(block, self.text, self.base + index * BLOCK);
            }
            if block.backslash != 0 || carry.letter || carry.rest != 0 {
                carry = carry.apply(block, self.text, self.base + index * BLOCK);
            }
        }
        self.note_rows(noted);
    }

    /// Notes where long rows of letters and digits begin, in all classified blocks that have not been seen.
    fn note_rows(&mut self, upto: usize) {
        let token = |index: usize| self.blocks.get(index).map_or(0, |block| block.digit | block.letter);
        let first = self.noted_upto.saturating_sub(self.base) / BLOCK;
        let mut before = first.checked_sub(1).map_or(0, token) >> 63;
        for index in first..upto.saturating_sub(self.base).div_ceil(BLOCK) {
            let (now, at) = (token(index), self.base + index * BLOCK);
            let mut starts = row_starts(now, token(index + 1)) & !(now << 1 | before);
            before = now >> 63;
            while starts != 0 {
                self.traces.rows.push(at + starts.trailing_zeros() as usize);
                starts &= starts - 1;
            }
        }
        self.noted_upto = self.noted_upto.max(upto);
    }

    /// Looks words up that have not been, in all classified blocks but the last, whose end is not seen.
    fn find_words(&mut self) {
        let block = |index: usize| self.blocks.get(index).copied().unwrap_or_default();
        let count = self.blocks.len();
        self.word_ends.clear();
        self.word_stops.clear();
        self.places.clear();
        let mut edge = Edge::default();
        let mut has_humps = false;
        for index in 0..count {
            let (now, at) = (block(index), index * BLOCK);
            let words = WordStarts::of(&now, &block(index + 1), &edge);
            edge = Edge::of(&now);
            self.word_ends.push(words.ends);
            self.word_stops.push(words.ends | words.starts);
            let is_cut = index + 1 == count && self.base + at + BLOCK < self.text.len();
            if self.base + at >= self.words_upto && (index > 0 || self.base == 0) && !is_cut {
                self.places.add(words.starts, at as u32);
                has_humps |= words.humps != 0;
                self.words_upto = self.base + at + BLOCK;
            }
        }
        // Behind the last block nothing goes on.
        self.word_ends.push(u64::MAX);
        self.word_stops.push(u64::MAX);
        let places = std::mem::take(&mut self.places);
        self.look_up(&places, has_humps);
        self.places = places;
    }

    /// Looks up the words at these places. How long each is comes from the masks: no byte is tested.
    fn look_up(&mut self, places: &Places, has_humps: bool) {
        let (plan, text) = (self.plan, self.text);
        let cues = plan.prose.as_ref().map(|prose| &prose.cues);
        for place in places.iter() {
            let start = self.base + place;
            let bytes = eight(text, start);
            let count = letters_before(window(&self.word_stops, place));
            let key = letters(bytes, count);
            if plan.words.may_begin(key) {
                plan.words.find_at(text, start, key, plan.reach, &mut self.hits);
            }
            if plan.may_be_prefixed(bytes as u32 & 0x00FF_FFFF) {
                self.find_prefixed(start);
            }
            if let Some(cues) = cues {
                if cues.may_hold(key) {
                    self.cues.extend(cues.at(text, start, key));
                }
                if capitals::may_begin(bytes) {
                    self.cues.extend(self.capitals.cue(text, start));
                }
            }
            if has_humps {
                let whole = letters_before(window(&self.word_ends, place));
                if whole != count {
                    plan.words.find_at(text, start, letters(bytes, whole), plan.reach, &mut self.hits);
                }
            }
        }
    }

    #[cold]
    fn find_prefixed(&mut self, start: usize) {
        if byte_before(self.text, start).is_ascii_alphanumeric()
            && byte_before(self.text, start.saturating_sub(1)) != b'\\'
        {
            return;
        }
        let plan = self.plan;
        for prefix in plan.prefixes.get(&(eight(self.text, start) & 0x00FF_FFFF)).into_iter().flatten() {
            if self.text.get(start..).is_some_and(|rest| rest.starts_with(&prefix.literal)) {
                self.try_rule(prefix.rule, start, Bits::default());
            }
        }
    }

    /// Visits the tokens, at signs and rows of hyphens of a piece.
    fn find_values(&mut self, start: usize, end: usize) {
        self.find_behind_words(end);
        let blocks = std::mem::take(&mut self.blocks);
        let first = (start - self.base) / BLOCK;
        let before = first.checked_sub(1).and_then(|index| blocks.get(index)).copied().unwrap_or_default();
        let mut carry = Carry { token: (before.digit | before.letter) >> 63, dash: before.dash >> 63 };
        let mut places = std::mem::take(&mut self.places);
        places.clear();
        for index in first..(end - self.base).div_ceil(BLOCK) {
            let Some(block) = blocks.get(index) else { break };
            let next_dash = blocks.get(index + 1).map_or(0, |next| next.dash << 63);
            let rows = block.dash & (block.dash >> 1 | next_dash) & !(block.dash << 1 | carry.dash);
            if block.at | rows != 0 {
                self.visit_marks(self.base + index * BLOCK, block.at, rows);
            }
            places.add(carry.first_digits(block), (index * BLOCK) as u32);
        }
        let limit = end - self.base;
        for place in places.iter().take_while(|place| *place < limit) {
            if self.base + place >= self.token_end {
                self.visit_token(&blocks, place / BLOCK, place % BLOCK);
            }
        }
        self.places = places;
        self.blocks = blocks;
    }

    #[cold]
    fn visit_marks(&mut self, at: usize, ats: u64, rows: u64) {
        let plan = self.plan;
        for (mut left, rules) in [(ats, &plan.at_rules), (rows, &plan.dash_rules)] {
            while left != 0 {
                let place = at + left.trailing_zeros() as usize;
                left &= left - 1;
                rules.iter().for_each(|&rule| self.try_rule(rule, place, Bits::default()));
            }
        }
    }

    /// Visits the token with the digit at `bit` of block `index`.
    #[inline]
    fn visit_token(&mut self, blocks: &[Block], index: usize, bit: usize) {
        let token = Token::around(self.text, blocks, self.base, index, bit);
        let (start, end) = (token.start, token.end);
        self.token_end = end;
        let (before, after) = (byte_before(self.text, start), byte_at(self.text, end));
        // Octets, fractions, versions: behind a digit and a full stop no value begins (`evidence::is_glued`).
        if before == b'.'
            && start >= 2
            && byte_before(self.text, start - 1).is_ascii_digit()
            && byte_at(self.text, start).is_ascii_digit()
        {
            return;
        }
        let next = Next::of(after);
        let signature = Signature { kind: token.kind, length: (end - start).min(TOKEN_MAX) as u8, next };
        let near = if start < self.quiet_until { Bits::default() } else { self.near(start) };
        if near.is_empty()
            && next == Next::Dash
            && let Some(end) = noise::end(self.text, start, end - start)
        {
            self.token_end = end;
            return;
        }
        self.try_signature(signature, start, near);
        if is_joint(before) {
            self.try_long_from_letters(start, near);
        } else if end - start >= LONG_BYTES || is_long_byte(after) {
            self.try_long(start, near);
        }
        if self.plan.prefixed_digits >> (byte_at(self.text, start) & 0x3F) & 1 == 1 {
            self.find_prefixed(start);
        }
        match before {
            b'+' if token.kind == Kind::Digits => {
                self.try_signature(Signature { kind: Kind::Plus, ..signature }, start - 1, near);
            }
            b':' if start >= 2
                && next != Next::Colon
                && matches!(byte_before(self.text, start - 1), b':' | b'a'..=b'f' | b'A'..=b'F') =>
            {
                self.try_signature(Signature { next: Next::Colon, ..signature }, start, near);
            }
            b'(' if token.kind == Kind::Digits => {
                self.try_signature(Signature { kind: Kind::Paren, ..signature }, start - 1, near);
            }
            b' ' | b'-' | b'.' | b'_'
                if start >= 2 && byte_before(self.text, start - 1).is_ascii_alphabetic() =>
            {
                self.try_letters_before(start, before, near);
            }
            _ => {}
        }
    }

    /// The identifiers with a keyword near a value that begins at `start`; a superset of the truth.
    fn near(&mut self, start: usize) -> Bits {
        while self.hits.get(self.near_from).is_some_and(|hit| hit.upto < start) {
            self.near_from += 1;
        }
        let near = self
            .hits_from(self.near_from, start, start + SUPPORTED_BYTES_MAX)
            .fold(Bits::default(), |near, hit| near.or(hit.of));
        if near.is_empty() {
            let margin = SUPPORTED_BYTES_MAX + self.plan.reach * CHAR_BYTES_MAX;
            let next = self.hits.iter().skip(self.near_from).map(|hit| hit.start).find(|hit| *hit > start);
            // What has not been looked up yet may hold a keyword.
            self.quiet_until = next.unwrap_or(self.words_upto).saturating_sub(margin);
        }
        near
    }

    /// Hits that may support a value between two places.
    pub(crate) fn hits_near(&self, start: usize, end: usize) -> impl Iterator<Item = &Hit> + Clone {
        let margin = self.plan.reach * CHAR_BYTES_MAX + KEYWORD_BYTES_MAX;
        let first = self.hits.partition_point(|hit| hit.start + margin < start);
        self.hits_from(first, start, end)
    }

    #[inline]
    fn hits_from(&self, first: usize, start: usize, end: usize) -> impl Iterator<Item = &Hit> + Clone {
        let (reach, hits) = (self.plan.reach, self.hits.get(first..).unwrap_or_default());
        hits.iter()
            .take_while(move |hit| hit.start <= end + reach * CHAR_BYTES_MAX)
            .filter(move |hit| hit.from <= end && start <= hit.upto)
    }

    /// A value may begin with a token of letters before the one with digits: `AB 12 34 56 C`.
    fn try_letters_before(&mut self, start: usize, joint: u8, near: Bits) {
        let end = start - 1;
        let mut first = end;
        while first > 0 && end - first <= 8 && byte_before(self.text, first).is_ascii_alphabetic() {
            first -= 1;
        }
        let escaped = byte_before(self.text, first) == b'\\' && end - first > 1;
        first += usize::from(escaped);
        if first < end
            && end - first <= 8
            && (escaped || !byte_before(self.text, first).is_ascii_alphanumeric())
        {
            let signature =
                Signature { kind: Kind::Letters, length: (end - first) as u8, next: Next::of(joint) };
            self.try_signature(signature, first, near);
        }
    }

    #[inline]
    fn try_signature(&mut self, signature: Signature, start: usize, near: Bits) {
        let plan = self.plan;
        let Some(row) = plan.table.row(signature) else { return };
        let supported = row.any.and(near);
        let alone = row.begins_alone(byte_at(self.text, start), byte_at(self.text, start + 1));
        if alone || !supported.is_empty() {
            self.try_row(row, start, supported);
        }
    }

    /// Tries the rules of a row: those that need no keyword, and those of the identifiers with one near.
    fn try_row(&mut self, row: &'a Row, start: usize, supported: Bits) {
        let plan = self.plan;
        let mut view = View::at(self.text, start);
        let mut dialled = None;
        for (gate, number) in &row.alone {
            if gate.passes(&mut view) {
                self.try_row_rule(*number, start, supported, &mut dialled);
            }
        }
        if supported.is_empty() {
            return;
        }
        for &number in supported.numbers().flat_map(|identifier| row.rules_of(identifier)) {
            let passes = plan.rules.get(usize::from(number)).is_some_and(|rule| rule.gate.passes(&mut view));
            let tried = || row.alone.iter().any(|(_, alone)| *alone == number);
            if passes && !tried() {
                self.try_row_rule(number, start, supported, &mut dialled);
            }
        }
    }

    /// A long row may begin with letters and joints: `wJalrXUtnFEMI/K7MDENG/...`. It is tried at its first digit.
    fn try_long_from_letters(&mut self, start: usize, near: Bits) {
        let row = backward(self.text, start, 2 * LONG_BYTES, |byte| !is_long_byte(byte));
        let letters = self.text.get(row..start).unwrap_or_default();
        if !near.is_empty() && !letters.iter().any(u8::is_ascii_digit) {
            self.try_long(row, near);
        }
    }

    /// Tries the rules for long rows of letters and digits.
    fn try_long(&mut self, start: usize, near: Bits) {
        let plan = self.plan;
        // Two far bytes first: most rows end early.
        let far = |ahead: usize| is_long_byte(byte_at(self.text, start + ahead));
        if plan.long_rules.is_empty() || !far(LONG_BYTES - 1) || !far(LONG_BYTES / 2) {
            return;
        }
        if !self
            .text
            .get(start..start + LONG_BYTES)
            .is_some_and(|row| row.iter().all(|&byte| is_long_byte(byte)))
        {
            return;
        }
        let mut view = View::at(self.text, start);
        for &number in &plan.long_rules {
            let Some(rule) = plan.rules.get(usize::from(number)) else { continue };
            if (rule.alone || near.contains(rule.identifier)) && rule.gate.passes(&mut view) {
                self.try_rule(number, start, near);
            }
        }
    }

    pub(crate) fn try_row_rule(
        &mut self,
        number: u16,
        start: usize,
        near: Bits,
        dialled: &mut Option<Dialled>,
    ) {
        let plan = self.plan;
        let Some(rule) = plan.rules.get(usize::from(number)) else { return };
        let worth = match rule.how {
            How::Matcher(Matcher::Phone(region)) => {
                let seen = dialled.get_or_insert_with(|| Dialled::at(self.text, start));
                seen.may_be_of(region, near.contains(rule.identifier))
            }
            _ => true,
        };
        if worth {
            self.try_rule(number, start, near);
        }
    }
}
