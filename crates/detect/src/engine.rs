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
use crate::matchers::{Matcher, byte_at, byte_before, cookie, email, forward, ip, key_block, name, address, phone, track, url_credentials};
use crate::overlap::{Candidate, resolve};
use crate::plan::{Custom, How, Plan, Rule};
use crate::scanner::Settled;
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
const SUPPORTED_BYTES_MAX: usize = 128;

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
            hits: Vec::new(),
            near_from: 0,
            words_upto: 0,
            token_end: 0,
            found: Vec::new(),
            open_from: usize::MAX,
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
    }

    /// Classifies a piece, with one block before and some after, and takes the letters of escapes out.
    fn classify(&mut self, start: usize, end: usize) {
        self.base = start.saturating_sub(BLOCK);
        let stop = self.text.len().min(end + AHEAD_BYTES);
        self.blocks.clear();
        classify(self.text.get(self.base..stop).unwrap_or_default(), &mut self.blocks);
        let mut carry = Escape { letter: byte_before(self.text, self.base) == b'\\', rest: 0 };
        for (index, block) in self.blocks.iter_mut().enumerate() {
            if block.backslash != 0 || carry.letter || carry.rest != 0 {
                carry = carry.apply(block, self.text, self.base + index * BLOCK);
            }
        }
    }

    /// Looks words up that have not been, in all classified blocks but the last, whose end is not seen.
    fn find_words(&mut self) {
        let last = self.blocks.len();
        let mut previous = Edge::default();
        for index in 0..last {
            let (Some(&block), next) = (self.blocks.get(index), self.blocks.get(index + 1).copied().unwrap_or_default()) else { return };
            let at = self.base + index * BLOCK;
            let words = WordStarts::of(&block, &next, &previous);
            previous = Edge::of(&block);
            if at < self.words_upto || (index == 0 && at > 0) {
                continue;
            }
            if index + 1 == last && at + BLOCK < self.text.len() {
                return;
            }
            let next_starts = WordStarts::of(&next, &self.blocks.get(index + 2).copied().unwrap_or_default(), &previous);
            self.look_up(at, &words, &next_starts);
            self.words_upto = at + BLOCK;
        }
    }

    /// Looks up the words that start in one block.
    #[inline]
    fn look_up(&mut self, at: usize, words: &WordStarts, next: &WordStarts) {
        let ends = u128::from(words.ends) | u128::from(next.ends) << 64;
        let stops = ends | u128::from(words.starts) | u128::from(next.starts) << 64;
        let mut left = words.starts;
        while left != 0 {
            let bit = left.trailing_zeros();
            left &= left - 1;
            let start = at + bit as usize;
            let bytes = self.eight(start);
            let count = (stops >> bit >> 1).trailing_zeros() as usize + 1;
            self.look_up_word(start, bytes, count);
            let whole = (ends >> bit >> 1).trailing_zeros() as usize + 1;
            if whole != count {
                self.look_up_word(start, bytes, whole);
            }
            let [a, b, c, ..] = bytes;
            if self.plan.may_be_prefixed([a, b, c]) {
                self.find_prefixed(start);
            }
        }
    }

    /// Looks up `count` letters from `start` on.
    #[inline]
    fn look_up_word(&mut self, start: usize, bytes: [u8; 8], count: usize) {
        let key = letters(bytes, count);
        if self.plan.words.may_begin(key) {
            self.plan.words.find_at(self.text, start, key, &mut self.hits);
        }
    }

    #[inline]
    fn eight(&self, at: usize) -> [u8; 8] {
        match self.text.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
            Some(bytes) => *bytes,
            None => {
                let mut bytes = [0; 8];
                let rest = self.text.get(at..).unwrap_or_default();
                bytes.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
                bytes
            }
        }
    }

    #[cold]
    fn find_prefixed(&mut self, start: usize) {
        if byte_before(self.text, start).is_ascii_alphanumeric() && byte_before(self.text, start.saturating_sub(1)) != b'\\' {
            return;
        }
        let plan = self.plan;
        for prefix in &plan.prefixes {
            if self.text.get(start..).is_some_and(|rest| rest.starts_with(&prefix.literal)) {
                self.try_rule(prefix.rule, start);
            }
        }
    }

    /// Visits the tokens, at signs and rows of hyphens of a piece.
    fn find_values(&mut self, start: usize, end: usize) {
        let first = (start - self.base) / BLOCK;
        let last = (end - self.base).div_ceil(BLOCK);
        let mut carry_digit = first.checked_sub(1).and_then(|before| self.blocks.get(before)).map_or(0, |block| block.digit >> 63);
        let mut carry_dash = first.checked_sub(1).and_then(|before| self.blocks.get(before)).map_or(0, |block| block.dash >> 63);
        self.find_behind_words(end);
        for index in first..last {
            let Some(&block) = self.blocks.get(index) else { return };
            let at = self.base + index * BLOCK;
            let next_dash = self.blocks.get(index + 1).map_or(0, |next| next.dash << 63);
            let rows = block.dash & (block.dash >> 1 | next_dash) & !(block.dash << 1 | carry_dash);
            self.visit_marks(at, block.at, rows);
            let mut left = block.digit & !(block.digit << 1 | carry_digit);
            (carry_digit, carry_dash) = (block.digit >> 63, block.dash >> 63);
            while left != 0 {
                let bit = left.trailing_zeros() as usize;
                left &= left - 1;
                if at + bit >= self.token_end {
                    self.visit_token(index, bit);
                }
            }
        }
    }

    #[inline]
    fn visit_marks(&mut self, at: usize, ats: u64, rows: u64) {
        let plan = self.plan;
        for (mut left, rules) in [(ats, &plan.at_rules), (rows, &plan.dash_rules)] {
            while left != 0 {
                let place = at + left.trailing_zeros() as usize;
                left &= left - 1;
                rules.iter().for_each(|&rule| self.try_rule(rule, place));
            }
        }
    }

    /// Visits the token with the digit at `bit` of block `index`.
    #[inline]
    fn visit_token(&mut self, index: usize, bit: usize) {
        let digit_at = self.base + index * BLOCK + bit;
        let start = self.token_start(index, bit);
        let digits_end = self.run_end(index, bit, |block| block.digit);
        let end = self.run_end(index, bit, |block| block.digit | block.letter);
        self.token_end = end;
        let kind = if start == digit_at && digits_end == end { Kind::Digits } else { Kind::Mixed };
        let mut next = Next::of(byte_at(self.text, end));
        let before = byte_before(self.text, start);
        if before == b':' && start >= 2 && byte_before(self.text, start - 1) == b':' {
            next = Next::Colon;
        }
        if start == digit_at && let [a, b, c, ..] = self.eight(start) && self.plan.may_be_prefixed([a, b, c]) {
            self.find_prefixed(start);
        }
        let signature = Signature { kind, length: (end - start).min(TOKEN_MAX) as u8, next };
        let near = self.near(start);
        self.try_signature(signature, start, near);
        match before {
            b'+' if kind == Kind::Digits => self.try_signature(Signature { kind: Kind::Plus, ..signature }, start - 1, near),
            b'(' if kind == Kind::Digits => self.try_signature(Signature { kind: Kind::Paren, ..signature }, start - 1, near),
            b' ' | b'-' | b'.' | b'_' if start >= 2 && byte_before(self.text, start - 1).is_ascii_alphabetic() => {
                self.try_letters_before(start, before, near);
            }
            _ => {}
        }
    }

    fn token_start(&self, index: usize, bit: usize) -> usize {
        let token = self.blocks.get(index).map_or(0, |block| block.digit | block.letter);
        let run = (token << (BLOCK - 1 - bit)).leading_ones() as usize;
        let place = self.base + index * BLOCK + bit;
        if run <= bit {
            return place + 1 - run;
        }
        let mut start = place + 1 - run;
        let alphanumeric = |at: usize| byte_before(self.text, at).is_ascii_alphanumeric();
        let escaped = |at: usize| at >= 2 && byte_before(self.text, at - 1) == b'\\' && byte_before(self.text, at).is_ascii_alphabetic();
        while start > 0 && place - start < BLOCK * 2 && alphanumeric(start) && !escaped(start) {
            start -= 1;
        }
        start
    }

    #[inline]
    fn run_end(&self, index: usize, bit: usize, of: impl Fn(&Block) -> u64) -> usize {
        let mut at = self.base + index * BLOCK + bit;
        let mut mask = self.blocks.get(index).map_or(0, &of) >> bit;
        let mut room = BLOCK - bit;
        for next in index + 1.. {
            let run = mask.trailing_ones() as usize;
            at += run.min(room);
            if run < room {
                break;
            }
            (mask, room) = match self.blocks.get(next) {
                Some(block) => (of(block), BLOCK),
                None => break,
            };
        }
        at.min(self.text.len())
    }

    /// The identifiers with a keyword near a value that begins at `start`; a superset of the truth.
    #[inline]
    fn near(&mut self, start: usize) -> Bits {
        let reach = self.plan.reach * CHAR_BYTES_MAX;
        let mut near = Bits::default();
        while self.hits.get(self.near_from).is_some_and(|hit| hit.end + reach < start) {
            self.near_from += 1;
        }
        for hit in self.hits.get(self.near_from..).unwrap_or_default() {
            if hit.start > start + SUPPORTED_BYTES_MAX + reach {
                break;
            }
            near = near.or(hit.of);
        }
        near
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
        let live = row.any.and(near).or(row.alone);
        if live.is_empty() {
            return;
        }
        for &number in &row.rules {
            if plan.rules.get(usize::from(number)).is_some_and(|rule| live.contains(rule.identifier)) {
                self.try_rule(number, start);
            }
        }
    }

    /// Values that stand right behind a word: `password = ...`, `Cookie: ...`.
    fn find_behind_words(&mut self, upto: usize) {
        let plan = self.plan;
        if plan.first.is_empty() {
            return;
        }
        for index in self.near_from..self.hits.len() {
            let Some(&hit) = self.hits.get(index) else { return };
            if hit.start >= upto || hit.of.and(plan.first).is_empty() {
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
                    self.try_rule(number, start);
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

    /// Tries one rule at one place.
    fn try_rule(&mut self, number: u16, start: usize) {
        let plan = self.plan;
        let Some(rule) = plan.rules.get(usize::from(number)) else { return };
        match &rule.how {
            How::Pattern(pattern) => {
                let mut ends = std::mem::replace(&mut self.ends, Ends::new());
                pattern.ends(self.text, start, &mut ends);
                let fits = ends.longest_first().find(|&end| self.is_value(rule, start, end));
                self.ends = ends;
                if let Some(end) = fits {
                    self.accept(number, rule, start, end);
                }
            }
            How::Matcher(matcher) => self.try_matcher(number, rule, matcher, start),
        }
    }

    fn try_matcher(&mut self, number: u16, rule: &Rule, matcher: &Matcher, at: usize) {
        let text = self.text;
        let place = match matcher {
            Matcher::Email => email::find(text, at),
            Matcher::Ipv4 => ip::ipv4(text, at),
            Matcher::Ipv6 => ip::ipv6(text, at),
            Matcher::UrlCredentials => url_credentials::find(text, at),
            Matcher::MagneticStripe => track::find(text, at),
            Matcher::Address => address::find(text, at),
            Matcher::Phone(region) => {
                let near = self.keyword_near(rule, at, at + 12).is_some();
                phone::match_at(text, at, *region, near).map(|found| (at, found.end))
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
        if let Some((start, end)) = place {
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
            && !evidence::is_glued(self.text, start, end, rule.certain)
    }

    /// The keyword near a value, with its distance.
    fn keyword_near(&self, rule: &Rule, start: usize, end: usize) -> Option<(usize, Hit)> {
        let reach = self.plan.reach * CHAR_BYTES_MAX;
        let hits = self.hits.get(self.near_from..).unwrap_or_default();
        let until = hits.partition_point(|hit| hit.start <= end + reach);
        let hits = hits.get(..until).unwrap_or_default();
        evidence::keyword(self.text, hits, rule.identifier, (start, end), rule.distance).map(|(gap, hit)| (gap, *hit))
    }

    /// Judges a match by its surroundings and keeps it.
    fn accept(&mut self, number: u16, rule: &Rule, start: usize, end: usize) {
        if start < self.from || end <= start || end - start > VALUE_BYTES_MAX {
            return;
        }
        let keyword = self.keyword_near(rule, start, end);
        if keyword.is_none() && !rule.alone {
            return;
        }
        let value = self.text.get(start..end).unwrap_or_default();
        if self.is_excepted(rule, value) || evidence::is_remainder(self.text, start, end) || evidence::in_label(self.text, start) {
            return;
        }
        let bonus = 25 * u8::from(keyword.is_some()) + 20 * u8::from(rule.certain && rule.validator.is_some());
        self.found.push(Candidate {
            start,
            end,
            rule: RuleId(number),
            keyword: keyword.map(|(_, hit)| hit.keyword),
            gap: keyword.map_or(u16::MAX, |(gap, _)| gap as u16),
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
                    self.near(at + start);
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
        let hump = block.upper & (lower_before | (capital_before & (lower >> 1 | next_lower << 63)));
        let starts = first | hump;
        Self { starts, ends: !letter }
    }
}
