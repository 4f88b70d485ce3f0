//! How is a text walked? In batches: classes, keywords, tokens with digits, and only then rules.
//!
//! 1. `classes` gives bit masks of 64 bytes at a time.
//! 2. The starts of words are looked up in the keyword and prefix filters; what passes is compared exactly.
//! 3. The tokens (runs of ASCII letters and digits) that hold a digit are visited in order. The first token's
//!    signature names the identifiers that could begin there; those that need a keyword are struck out unless one is
//!    near. What is left, usually nothing, is tried.
//! 4. `@` and rows of hyphens call the matchers for addresses and keys.
//! 5. A match is judged by its surroundings (`evidence`) and kept as a candidate; `overlap` settles the rest.
//!
//! Every decision looks at a bounded stretch around its place, which is what makes streams equal to whole texts:
//! [`CONTEXT_BYTES`] behind it, [`VALUE_BYTES_MAX`] ahead.

use crate::bits::Bits;
use crate::classes::{BLOCK, Block, classify};
use crate::detection::{Detection, RuleId, Score};
use crate::evidence::{self, CHAR_BYTES_MAX};
use crate::gate::{LONG_BYTES, View, is_long_byte};
use crate::matchers::{Matcher, byte_at, byte_before, cookie, email, forward, ip, key_block, name, address, phone, track, url_credentials};
use crate::noise;
use crate::overlap::{Candidate, keep_nearest, resolve};
use crate::plan::{Custom, How, Plan, Rule};
use crate::scanner::Settled;
use crate::table::Row;
use crate::shape::{Ends, Kind, Next, Signature, TOKEN_MAX};
use crate::test_cards;
use crate::words::{Hit, letters};

/// What must be kept before an unsettled stretch: the farthest keyword (300 characters of four bytes) and its length.
pub(crate) const CONTEXT_BYTES: usize = 2048;
/// Longest value.
pub(crate) const VALUE_BYTES_MAX: usize = 16 * 1024;
/// What a decision may look at behind a value.
const LOOKAHEAD_BYTES: usize = 2048;
/// A line without end is settled from this length on.
const HOLD_BYTES: usize = 2 * VALUE_BYTES_MAX;
/// Bytes that are classified at a time.
const PIECE_BYTES: usize = 32 * 1024;
/// How far keywords are looked for ahead of the tokens.
const AHEAD_BYTES: usize = LOOKAHEAD_BYTES;
/// Longest value behind whose end a keyword may still stand.
const SUPPORTED_BYTES_MAX: usize = 48;

impl Plan {
    /// Finds everything in a whole text.
    pub(crate) fn scan(&self, text: &[u8]) -> Vec<Detection> {
        let mut walk = Walk::new(self, text, 0);
        walk.run();
        resolve(&mut walk.found, text)
    }

    /// Finds what is certain in a part of a stream.
    pub(crate) fn scan_part(&self, text: &[u8], from: usize, end_of_input: bool) -> Settled {
        let mut walk = Walk::new(self, text, from);
        let limit = if end_of_input { text.len() } else { settled_limit(text, from) };
        if limit <= from && !end_of_input {
            return Settled { detections: Vec::new(), upto: from };
        }
        walk.run();
        let limit = if end_of_input { limit } else { limit.min(walk.open_from) };
        walk.found.retain(|candidate| candidate.start >= from);
        let mut detections = resolve(&mut walk.found, text);
        let straddling = detections.iter().find(|found| found.mask.end() > limit).map(|found| found.mask.start());
        let upto = straddling.unwrap_or(limit).min(limit).max(from);
        detections.retain(|found| found.mask.end() <= upto);
        Settled { detections, upto }
    }
}

/// Up to where more text cannot change a decision: the last line break, or far enough before the end of a long line.
fn settled_limit(text: &[u8], from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    match rest.iter().rposition(|&byte| byte == b'\n') {
        Some(at) if rest.len() - at <= HOLD_BYTES => from + at + 1,
        _ if rest.len() > HOLD_BYTES => text.len() - VALUE_BYTES_MAX - LOOKAHEAD_BYTES,
        _ => from,
    }
}

/// One walk over one text.
struct Walk<'a> {
    plan: &'a Plan,
    text: &'a [u8],
    /// Nothing that begins before is wanted.
    from: usize,
    blocks: Vec<Block>,
    /// Offset of the first byte of `blocks`.
    base: usize,
    /// Per block: what is no letter, and the same with the starts of words.
    word_ends: Vec<u64>,
    word_stops: Vec<u64>,
    /// Where something begins in the piece, from `base` on.
    places: Places,
    hits: Vec<Hit>,
    /// Hits before this one are too far back for any token to come.
    near_from: usize,
    /// Up to where words have been looked up.
    words_upto: usize,
    /// End of the last token, so that each is visited once.
    token_end: usize,
    found: Vec<Candidate>,
    /// Where a block of key material begins that the text ends before.
    open_from: usize,
    /// No keyword is near any value that begins before this place.
    quiet_until: usize,
    /// Keywords before this one have been asked for values right behind them.
    behind_from: usize,
    ends: Ends,
}

impl<'a> Walk<'a> {
    fn new(plan: &'a Plan, text: &'a [u8], from: usize) -> Self {
        Self {
            plan,
            text,
            from,
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
        }
    }

    fn run(&mut self) {
        let mut start = 0;
        while start < self.text.len() {
            let end = self.text.len().min(start + PIECE_BYTES);
            self.classify(start, end);
            self.find_words();
            self.find_values(start, end);
            start = end;
        }
        self.find_customs();
        let plan = self.plan;
        let group = |rule: RuleId| plan.rules.get(usize::from(rule.0)).filter(|rule| rule.nearest).map(|rule| rule.identifier);
        if self.found.iter().any(|candidate| group(candidate.rule).is_some()) {
            keep_nearest(&mut self.found, self.text, group);
        }
    }

    /// Classifies a piece, with one block before and some after, and takes the letters of escapes out.
    fn classify(&mut self, start: usize, end: usize) {
        self.base = start.saturating_sub(BLOCK);
        let stop = self.text.len().min(end + AHEAD_BYTES);
        self.blocks.clear();
        classify(self.text.get(self.base..stop).unwrap_or_default(), &mut self.blocks);
        let mut carry = Escape { letter: byte_before(self.text, self.base) == b'\\', rest: 0 };
        for (index, block) in self.blocks.iter_mut().enumerate() {
            if block.high != 0 {
                clear_marks(block, self.text, self.base + index * BLOCK);
            }
            if block.backslash != 0 || carry.letter || carry.rest != 0 {
                carry = carry.apply(block, self.text, self.base + index * BLOCK);
            }
        }
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
        if byte_before(self.text, start).is_ascii_alphanumeric() && byte_before(self.text, start.saturating_sub(1)) != b'\\' {
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
        if before == b'.' && start >= 2 && byte_before(self.text, start - 1).is_ascii_digit() && byte_at(self.text, start).is_ascii_digit() {
            return;
        }
        let next = Next::of(after);
        let signature = Signature { kind: token.kind, length: (end - start).min(TOKEN_MAX) as u8, next };
        let near = if start < self.quiet_until { Bits::default() } else { self.near(start) };
        if near.is_empty() && next == Next::Dash && let Some(end) = noise::end(self.text, start, end - start) {
            self.token_end = end;
            return;
        }
        self.try_signature(signature, start, near);
        if (end - start >= LONG_BYTES || is_long_byte(after)) && !is_joint(before) {
            self.try_long(start, near);
        }
        if self.plan.prefixed_digits >> (byte_at(self.text, start) & 0x3F) & 1 == 1 {
            self.find_prefixed(start);
        }
        match before {
            b'+' if token.kind == Kind::Digits => {
                self.try_signature(Signature { kind: Kind::Plus, ..signature }, start - 1, near);
            }
            b':' if start >= 2 && next != Next::Colon && matches!(byte_before(self.text, start - 1), b':' | b'a'..=b'f' | b'A'..=b'F') => {
                self.try_signature(Signature { next: Next::Colon, ..signature }, start, near);
            }
            b'(' if token.kind == Kind::Digits => {
                self.try_signature(Signature { kind: Kind::Paren, ..signature }, start - 1, near);
            }
            b' ' | b'-' | b'.' | b'_' if start >= 2 && byte_before(self.text, start - 1).is_ascii_alphabetic() => {
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
        let near = self.hits_near(start, start + SUPPORTED_BYTES_MAX).fold(Bits::default(), |near, hit| near.or(hit.of));
        if near.is_empty() {
            let margin = SUPPORTED_BYTES_MAX + self.plan.reach * CHAR_BYTES_MAX;
            let next = self.hits.iter().skip(self.near_from).map(|hit| hit.start).find(|hit| *hit > start);
            // What has not been looked up yet may hold a keyword.
            self.quiet_until = next.unwrap_or(self.words_upto).saturating_sub(margin);
        }
        near
    }

    /// Hits that may support a value between two places.
    #[inline]
    fn hits_near(&self, start: usize, end: usize) -> impl Iterator<Item = &Hit> {
        let (reach, hits) = (self.plan.reach, self.hits.get(self.near_from..).unwrap_or_default());
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
        if first < end && end - first <= 8 && !byte_before(self.text, first).is_ascii_alphanumeric() {
            let signature = Signature { kind: Kind::Letters, length: (end - first) as u8, next: Next::of(joint) };
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

    /// Tries the rules for long rows of letters and digits.
    fn try_long(&mut self, start: usize, near: Bits) {
        let plan = self.plan;
        // Two far bytes first: most rows end early.
        let far = |ahead: usize| is_long_byte(byte_at(self.text, start + ahead));
        if plan.long_rules.is_empty() || !far(LONG_BYTES - 1) || !far(LONG_BYTES / 2) {
            return;
        }
        if !self.text.get(start..start + LONG_BYTES).is_some_and(|row| row.iter().all(|&byte| is_long_byte(byte))) {
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

    fn try_row_rule(&mut self, number: u16, start: usize, near: Bits, dialled: &mut Option<Dialled>) {
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

    /// Values that stand right behind a word: `password = ...`, `Cookie: ...`.
    fn find_behind_words(&mut self, upto: usize) {
        let plan = self.plan;
        if plan.first.is_empty() {
            return;
        }
        while let Some(&hit) = self.hits.get(self.behind_from).filter(|hit| hit.start < upto) {
            self.behind_from += 1;
            if hit.of.and(plan.first).is_empty() {
                continue;
            }
            for &(identifier, rule) in &plan.first_rules {
                if hit.of.contains(identifier) {
                    self.try_behind(rule, &hit);
                }
            }
        }
    }

    fn try_behind(&mut self, number: u16, hit: &Hit) {
        let Some(rule) = self.plan.rules.get(usize::from(number)) else { return };
        match &rule.how {
            How::Pattern(_) => {
                let mark = |byte: u8| matches!(byte, b' ' | b':' | b'=' | b'"' | b'\'' | b'>' | b'\\' | b'(' | b'`' | b'\t');
                let start = forward(self.text, hit.end, 8, |byte| !mark(byte));
                if start > hit.end {
                    self.try_rule(number, start, hit.of);
                }
            }
            How::Matcher(Matcher::Cookie) => {
                let mut places = Vec::new();
                cookie::find(self.text, hit.end, |start, end| places.push((start, end)));
                places.into_iter().for_each(|(start, end)| self.accept(number, rule, start, end));
            }
            How::Matcher(Matcher::Name) => {
                if let Some((start, end)) = name::find(self.text, hit.end) {
                    self.accept(number, rule, start, end);
                }
            }
            How::Matcher(Matcher::PuttyPrivateKey) => {
                let block = key_block::putty(self.text, hit.start, hit.end);
                self.accept_block(number, rule, block);
            }
            How::Matcher(_) => {}
        }
    }

    /// Tries one rule at one place; `near` names the identifiers with a keyword near.
    fn try_rule(&mut self, number: u16, start: usize, near: Bits) {
        let plan = self.plan;
        let Some(rule) = plan.rules.get(usize::from(number)) else { return };
        match &rule.how {
            How::Pattern(pattern) => {
                pattern.ends(self.text, start, &mut self.ends);
                let fits = self.ends.longest_first().find(|&end| self.is_value(rule, start, end));
                if let Some(end) = fits {
                    self.accept(number, rule, start, end);
                }
            }
            How::Matcher(matcher) => self.try_matcher(number, rule, matcher, start, near),
        }
    }

    fn try_matcher(&mut self, number: u16, rule: &Rule, matcher: &Matcher, at: usize, near: Bits) {
        let text = self.text;
        let place = match matcher {
            Matcher::Email => email::find(text, at),
            Matcher::Ipv4 => ip::ipv4(text, at),
            Matcher::Ipv6 => ip::ipv6(text, at),
            Matcher::UrlCredentials => url_credentials::find(text, at),
            Matcher::MagneticStripe => track::find(text, at),
            Matcher::Address => address::find(text, at),
            Matcher::Phone(region) => {
                // A keyword may be near the beginning and not count: then the number must stand for itself.
                let read = |near| phone::match_at(text, at, *region, near).map(|found| (at, found.end));
                let supported = |(start, end): &(usize, usize)| self.keyword_near(rule, *start, *end).is_some();
                let by_keyword = if near.contains(rule.identifier) { read(true).filter(supported) } else { None };
                by_keyword.or_else(|| read(false))
            }
            Matcher::Pem(labels) => {
                let block = key_block::block(text, at, |label| labels.iter().any(|wanted| wanted.as_bytes() == label));
                return self.accept_block(number, rule, block);
            }
            Matcher::PgpPrivateKey => {
                let block = key_block::block(text, at, |label| label == b"PGP PRIVATE KEY BLOCK");
                return self.accept_block(number, rule, block);
            }
            Matcher::PuttyPrivateKey | Matcher::Cookie | Matcher::Name | Matcher::Custom => None,
        };
        let valid = |(start, end)| rule.validator.is_none_or(|valid| valid(text.get(start..end).unwrap_or_default()));
        if let Some((start, end)) = place.filter(|place| valid(*place)) {
            self.accept(number, rule, start, end);
        }
    }

    fn accept_block(&mut self, number: u16, rule: &Rule, block: Option<key_block::KeyBlock>) {
        let Some(block) = block else { return };
        if !block.closed && self.text.len() - block.start < VALUE_BYTES_MAX {
            self.open_from = self.open_from.min(block.start);
        }
        self.accept(number, rule, block.start, block.end);
    }

    /// Whether a match of a pattern stands at a token's end and satisfies the validator.
    fn is_value(&self, rule: &Rule, start: usize, end: usize) -> bool {
        let whole = !byte_at(self.text, end).is_ascii_alphanumeric() || !byte_before(self.text, end).is_ascii_alphanumeric();
        let value = self.text.get(start..end).unwrap_or_default();
        whole
            && (!rule.needs_digit || value.iter().any(u8::is_ascii_digit))
            && rule.validator.is_none_or(|valid| valid(value))
            && !evidence::is_glued(self.text, &self.plan.labels, start, end, rule.certain)
    }

    /// The keyword near a value, with its distance.
    fn keyword_near(&self, rule: &Rule, start: usize, end: usize) -> Option<(usize, Hit)> {
        let hits = self.hits_near(start, end);
        evidence::keyword(self.text, &self.plan.labels, hits, rule.identifier, (start, end), rule.distance, rule.after).map(|(gap, hit)| (gap, *hit))
    }

    /// Judges a match by its surroundings and keeps it.
    fn accept(&mut self, number: u16, rule: &Rule, start: usize, end: usize) {
        if start < self.from || end <= start || end - start > VALUE_BYTES_MAX {
            return;
        }
        let minus = rule.signed && byte_before(self.text, start) == b'-' && !byte_before(self.text, start - 1).is_ascii_alphanumeric();
        let start = start - usize::from(minus && start > self.from);
        let keyword = self.keyword_near(rule, start, end);
        if keyword.is_none() && !rule.alone {
            return;
        }
        let value = self.text.get(start..end).unwrap_or_default();
        if self.is_excepted(rule, value) || evidence::is_remainder(self.text, start, end) || self.plan.labels.hold(self.text, start) {
            return;
        }
        let bonus = 25 * u8::from(keyword.is_some()) + 20 * u8::from(rule.certain && rule.validator.is_some());
        self.found.push(Candidate {
            start,
            end,
            rule: RuleId(number),
            keyword: keyword.map(|(_, hit)| hit.keyword),
            gap: keyword.map_or(u16::MAX, |(gap, _)| gap as u16),
            keyword_at: keyword.map_or(0, |(_, hit)| hit.start),
            managed: rule.managed,
            published: keyword.is_some_and(|(_, hit)| self.plan.publishes(hit.keyword, rule.identifier)),
            openness: rule.openness,
            checksum: rule.certain,
            score: Score::from_hundredths(rule.score.saturating_add(bonus)),
        });
    }

    fn is_excepted(&self, rule: &Rule, value: &[u8]) -> bool {
        (rule.card && self.plan.ignore_test_cards && test_cards::is_published(value)) || self.plan.is_allowed(value)
    }

    /// Matches the users' own expressions, line by line.
    fn find_customs(&mut self) {
        let (plan, text) = (self.plan, self.text);
        for custom in &plan.customs {
            let Some(rule) = plan.rules.get(usize::from(custom.rule.0)) else { continue };
            self.near_from = 0;
            let mut at = 0;
            for line in text.split_inclusive(|&byte| byte == b'\n') {
                for (start, end) in matches_in(custom, line.strip_suffix(b"\n").unwrap_or(line)) {
                    self.accept(custom.rule.0, rule, at + start, at + end);
                }
                at += line.len();
            }
        }
    }
}

/// The places in a line that a custom identifier reports, conditions but the keyword checked.
fn matches_in(custom: &Custom, line: &[u8]) -> Vec<(usize, usize)> {
    let value = |bytes: &[u8]| {
        let ignored = |word: &String| !word.is_empty() && bytes.windows(word.len()).any(|at| at == word.as_bytes());
        custom.validator.is_none_or(|valid| valid(bytes)) && !custom.definition.ignore_words.iter().any(ignored)
    };
    let places: Vec<_> = match &custom.definition.capture {
        None => custom.regex.find_iter(line).map(|found| found.range()).collect(),
        Some(group) => custom.regex.captures_iter(line).filter_map(|found| Some(found.name(group)?.range())).collect(),
    };
    places.into_iter().filter(|place| line.get(place.clone()).is_some_and(value)).map(|place| (place.start, place.end)).collect()
}

/// Takes punctuation outside ASCII out of a block's letters: the first half of Latin-1 (`¿`, `«`), general punctuation,
/// and that of Chinese, Japanese and Korean.
#[cold]
fn clear_marks(block: &mut Block, text: &[u8], at: usize) {
    let mut left = block.high;
    while left != 0 {
        let bit = left.trailing_zeros();
        left &= left - 1;
        let mut lead = at + bit as usize;
        while lead > 0 && at + bit as usize - lead < 2 && byte_at(text, lead) & 0xC0 == 0x80 {
            lead -= 1;
        }
        let is_mark = match (byte_at(text, lead), byte_at(text, lead + 1)) {
            (0xC2, second) => !matches!(second, 0xAA | 0xB5 | 0xBA),
            (0xE2 | 0xE3, 0x80) => byte_at(text, lead + 2) != 0x99,
            (0xEF, 0xBC) => true,
            _ => false,
        };
        if is_mark {
            block.high &= !(1 << bit);
        }
    }
}

/// What is known of a telephone number at one place, asked once for all countries.
enum Dialled {
    /// None begins here.
    No,
    /// One may begin, without a country code.
    National,
    /// One with the country code of this region.
    International(phone::RegionCode),
}

impl Dialled {
    fn at(text: &[u8], start: usize) -> Self {
        if !phone::may_begin(text, start) {
            return Self::No;
        }
        match byte_at(text, start) {
            b'+' => phone::match_at(text, start, None, false).map_or(Self::No, |found| Self::International(found.region)),
            _ => Self::National,
        }
    }

    /// Whether it may be a number of that region, or of any where none is wanted.
    fn may_be_of(&self, region: Option<phone::RegionCode>, keyword: bool) -> bool {
        match self {
            Self::No => false,
            Self::National => keyword || region.is_none_or(|region| region == phone::RegionCode::US),
            Self::International(found) => keyword || region.is_none_or(|region| region == *found),
        }
    }
}

/// What is escaped where a block begins.
#[derive(Clone, Copy, Default)]
struct Escape {
    /// The byte before the block is a backslash.
    letter: bool,
    /// Bytes at the beginning of the block that belong to a `\uXXXX`.
    rest: u64,
}

impl Escape {
    /// Takes letters and digits of escapes (`\n`, `\u00e9`) out of a block's classes.
    #[cold]
    fn apply(self, block: &mut Block, text: &[u8], at: usize) -> Self {
        let mut taken = u128::from(block.backslash) << 1 | u128::from(self.letter) | u128::from(self.rest);
        let starts = u128::from(block.backslash) << 1 | u128::from(self.letter);
        let mut left = starts;
        while left != 0 {
            let bit = left.trailing_zeros();
            left &= left - 1;
            let after = at + bit as usize;
            let hex = text.get(after + 1..after + 5).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
            if byte_at(text, after) == b'u' && hex {
                taken |= 0x1F << bit;
            }
        }
        // A digit behind a backslash stays: escapes begin with letters.
        let unicode = taken & !starts;
        let low = taken as u64;
        block.letter &= !low;
        block.upper &= !low;
        block.digit &= !(unicode as u64);
        Self { letter: block.backslash >> 63 == 1, rest: (unicode >> 64) as u64 }
    }
}

/// The last byte of a block, as the next one needs it.
#[derive(Clone, Copy, Default)]
struct Edge {
    letter: u64,
    lower: u64,
    upper: u64,
    digit: u64,
}

impl Edge {
    fn of(block: &Block) -> Self {
        let letter = block.letter | block.high;
        Self { letter: letter >> 63, lower: (letter & !block.upper) >> 63, upper: block.upper >> 63, digit: block.digit >> 63 }
    }
}

/// Where words start in a block, and what is no letter.
struct WordStarts {
    starts: u64,
    ends: u64,
    humps: u64,
}

impl WordStarts {
    #[inline]
    fn of(block: &Block, next: &Block, before: &Edge) -> Self {
        let letter = block.letter | block.high;
        let lower = letter & !block.upper;
        let next_lower = (next.letter | next.high) & !next.upper;
        let first = letter & !(letter << 1 | before.letter) & !(block.digit << 1 | before.digit);
        let lower_before = lower << 1 | before.lower;
        let capital_before = block.upper << 1 | before.upper;
        let humps = block.upper & (lower_before | (capital_before & (lower >> 1 | next_lower << 63)));
        Self { starts: first | humps, ends: !letter, humps }
    }
}

/// Whether a byte joins tokens into a long row; a row is tried at its first token only.
const fn is_joint(byte: u8) -> bool {
    matches!(byte, b'-' | b'_' | b'/' | b'+')
}

/// What of the block before matters to the tokens of this one.
struct Carry {
    token: u64,
    dash: u64,
}

impl Carry {
    /// The first digit of each token that holds one. Adding the tokens' starts to the letters runs through the letters
    /// before the first digit, or through the whole token where there is none.
    #[inline]
    fn first_digits(&mut self, block: &Block) -> u64 {
        let token = block.digit | block.letter;
        let starts = token & !(token << 1) | token & self.token;
        (self.token, self.dash) = (token >> 63, block.dash >> 63);
        let mut digits = block.letter.wrapping_add(starts & block.letter) & !block.letter & block.digit;
        digits |= starts & block.digit;
        digits
    }
}

/// Offsets in a piece, taken out of bit masks in one go: a loop over the bits of each mask could not foresee its end.
#[derive(Default)]
struct Places {
    at: Vec<u32>,
    count: usize,
}

impl Places {
    fn clear(&mut self) {
        self.count = 0;
    }

    /// Adds the places of a mask's bits.
    #[inline]
    fn add(&mut self, mask: u64, at: u32) {
        const STEP: usize = 8;
        let end = self.count + mask.count_ones() as usize;
        if self.at.len() < self.count + BLOCK + STEP {
            self.at.resize(2 * self.count + BLOCK + STEP, 0);
        }
        let (mut left, mut from) = (mask, self.count);
        while from < end {
            if let Some(slots) = self.at.get_mut(from..).and_then(|rest| rest.first_chunk_mut::<STEP>()) {
                for slot in slots {
                    *slot = at + left.trailing_zeros();
                    left &= left.wrapping_sub(1);
                }
            }
            from += STEP;
        }
        self.count = end;
    }

    fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.at.get(..self.count).unwrap_or_default().iter().map(|&place| place as usize)
    }
}

/// The 64 bits of a row of masks that begin at a place.
#[inline]
fn window(masks: &[u64], place: usize) -> u64 {
    let (index, bit) = (place / BLOCK, (place % BLOCK) as u32);
    let [now, next] = masks.get(index..index + 2).and_then(|pair| pair.first_chunk::<2>()).copied().unwrap_or_default();
    now >> bit | (next << 1) << (63 - bit)
}

/// Letters of a word up to the first stop behind it, eight at most; bit 0 of `stops` is the word's first letter.
#[inline]
const fn letters_before(stops: u64) -> u32 {
    (stops >> 1 | 0x80).trailing_zeros() + 1
}

/// Eight bytes from a place on, the first in the lowest; zeros behind the end.
#[inline]
fn eight(text: &[u8], at: usize) -> u64 {
    match text.get(at..at + 8).and_then(|bytes| bytes.first_chunk::<8>()) {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => text.get(at..).unwrap_or_default().iter().rev().fold(0, |all, &byte| all << 8 | u64::from(byte)),
    }
}

/// A run of ASCII letters and digits that holds a digit.
struct Token {
    start: usize,
    end: usize,
    kind: Kind,
}

impl Token {
    /// The token whose first digit is `bit` of block `index`.
    #[inline]
    fn around(text: &[u8], blocks: &[Block], base: usize, index: usize, bit: usize) -> Self {
        let block = blocks.get(index).copied().unwrap_or_default();
        let (place, token) = (base + index * BLOCK + bit, block.digit | block.letter);
        let behind = (token << (BLOCK - 1 - bit)).leading_ones() as usize;
        let ahead = (token >> bit).trailing_ones() as usize;
        let digits = (block.digit >> bit).trailing_ones() as usize;
        let start = if behind <= bit { place + 1 - behind } else { Self::far_start(text, place + 1 - behind) };
        if bit + ahead < BLOCK {
            let kind = if start == place && digits == ahead { Kind::Digits } else { Kind::Mixed };
            return Self { start, end: place + ahead, kind };
        }
        let end = Self::far_end(blocks, base, index, |block| block.digit | block.letter).min(text.len());
        let all_digits = bit + digits == BLOCK && Self::far_end(blocks, base, index, |block| block.digit).min(text.len()) == end;
        let kind = if start == place && all_digits { Kind::Digits } else { Kind::Mixed };
        Self { start, end, kind }
    }

    /// The start of a token that reaches into the block before.
    #[cold]
    fn far_start(text: &[u8], from: usize) -> usize {
        let mut start = from;
        let escaped = |at: usize| at >= 2 && byte_before(text, at - 1) == b'\\' && byte_before(text, at).is_ascii_alphabetic();
        while start > 0 && from - start < 2 * BLOCK && byte_before(text, start).is_ascii_alphanumeric() && !escaped(start) {
            start -= 1;
        }
        start
    }

    /// The end of a run that reaches the end of its block.
    #[cold]
    fn far_end(blocks: &[Block], base: usize, index: usize, of: impl Fn(&Block) -> u64) -> usize {
        for next in index + 1.. {
            let run = blocks.get(next).map_or(0, |block| of(block).trailing_ones() as usize);
            if run < BLOCK {
                return base + next * BLOCK + run;
            }
        }
        base
    }
}
