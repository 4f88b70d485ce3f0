//! Is this a value? A rule is tried at a place, and a match is judged by its surroundings.
//!
//! Whatever passes becomes a candidate. The order of the tests is that of their cost: shape, validator, glue, keyword, and
//! only then the exceptions.

use crate::bits::Bits;
use crate::detection::{RuleId, Score};
use crate::engine::VALUE_BYTES_MAX;
use crate::evidence;
use crate::matchers::{
    Matcher, byte_at, byte_before, cookie, email, forward, ip, key_block, phone, track, url_credentials,
};
use crate::overlap::Candidate;
use crate::plan::{Custom, How, Rule};
use crate::test_cards;
use crate::walk::Walk;
use crate::words::Hit;

/// Most marks between a keyword and the value right behind it.
const MARKS_MAX: usize = 16;

impl<'a> Walk<'a> {
    /// Values that stand right behind a word: `password = ...`, `Cookie: ...`.
    pub(crate) fn find_behind_words(&mut self, upto: usize) {
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
                let mark = |byte: u8| {
                    matches!(byte, b' ' | b':' | b'=' | b'"' | b'\'' | b'>' | b'\\' | b'(' | b'`' | b'\t')
                };
                let mut start = forward(self.text, hit.end, MARKS_MAX, |byte| !mark(byte));
                // A line break in a string: `password:\nSummer`.
                if byte_before(self.text, start) == b'\\'
                    && matches!(byte_at(self.text, start), b'n' | b'r' | b't')
                {
                    start += 1;
                }
                if start > hit.end {
                    self.try_rule(number, start, hit.of);
                }
            }
            How::Matcher(Matcher::Cookie) => {
                let mut places = Vec::new();
                cookie::find(self.text, hit.end, |start, end| places.push((start, end)));
                places.into_iter().for_each(|(start, end)| self.accept(number, rule, start, end));
            }
            How::Matcher(Matcher::PuttyPrivateKey) => {
                let block = key_block::putty(self.text, hit.start, hit.end);
                self.accept_block(number, rule, block);
            }
            How::Matcher(_) => {}
        }
    }

    /// Tries one rule at one place; `near` names the identifiers with a keyword near.
    pub(crate) fn try_rule(&mut self, number: u16, start: usize, near: Bits) {
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
            Matcher::Phone(region) => {
                // A keyword may be near the beginning and not count: then the number must stand for itself.
                let read = |near| phone::match_at(text, at, *region, near).map(|found| (at, found.end));
                let supported =
                    |(start, end): &(usize, usize)| self.keyword_near(rule, *start, *end).is_some();
                let by_keyword =
                    if near.contains(rule.identifier) { read(true).filter(supported) } else { None };
                by_keyword.or_else(|| read(false))
            }
            Matcher::Pem(labels) => {
                let block = key_block::block(text, at, |label| {
                    labels.iter().any(|wanted| wanted.as_bytes() == label)
                });
                return self.accept_block(number, rule, block);
            }
            Matcher::PgpPrivateKey => {
                let block = key_block::block(text, at, |label| label == b"PGP PRIVATE KEY BLOCK");
                return self.accept_block(number, rule, block);
            }
            Matcher::PuttyPrivateKey
            | Matcher::Cookie
            | Matcher::Name
            | Matcher::Address
            | Matcher::Custom => None,
        };
        let valid =
            |(start, end)| rule.validator.is_none_or(|valid| valid(text.get(start..end).unwrap_or_default()));
        if let Some((start, end)) = place.filter(|place| valid(*place)) {
            self.accept(number, rule, start, end);
        }
    }

    pub(crate) fn accept_block(&mut self, number: u16, rule: &Rule, block: Option<key_block::KeyBlock>) {
        let Some(block) = block else { return };
        if !block.closed && self.text.len() - block.start < VALUE_BYTES_MAX {
            self.open_from = self.open_from.min(block.start);
        }
        self.accept(number, rule, block.start, block.end);
    }

    /// Whether a match of a pattern stands at a token's end and satisfies the validator.
    fn is_value(&self, rule: &Rule, start: usize, end: usize) -> bool {
        let whole = !byte_at(self.text, end).is_ascii_alphanumeric()
            || !byte_before(self.text, end).is_ascii_alphanumeric();
        let value = self.text.get(start..end).unwrap_or_default();
        whole
            && (!rule.needs_digit || value.iter().any(u8::is_ascii_digit))
            && rule.validator.is_none_or(|valid| valid(value))
            && !evidence::is_glued(self.text, &self.plan.labels, start, end, rule.certain)
    }

    /// The keyword near a value, with its distance.
    fn keyword_near(&self, rule: &Rule, start: usize, end: usize) -> Option<(usize, Hit)> {
        let hits = self.hits_near(start, end);
        evidence::keyword(self.text, &self.plan.labels, hits, rule.reach, (start, end))
            .map(|(gap, hit)| (gap, *hit))
    }

    /// Judges a match by its surroundings and keeps it.
    pub(crate) fn accept(&mut self, number: u16, rule: &Rule, start: usize, end: usize) {
        let end = end.min(self.text.len());
        if end <= start || end - start > VALUE_BYTES_MAX {
            return;
        }
        let minus = rule.signed
            && byte_before(self.text, start) == b'-'
            && !byte_before(self.text, start - 1).is_ascii_alphanumeric();
        let start = start - usize::from(minus);
        let keyword = self.keyword_near(rule, start, end);
        if keyword.is_none() && !rule.alone {
            return;
        }
        let value = self.text.get(start..end).unwrap_or_default();
        if self.is_excepted(rule, value)
            || evidence::is_remainder(self.text, start, end)
            || self.plan.labels.hold(self.text, start)
        {
            return;
        }
        let bonus =
            25 * u8::from(keyword.is_some()) + 20 * u8::from(rule.certain && rule.validator.is_some());
        self.found.push(Candidate {
            start,
            end,
            rule: RuleId(number),
            keyword: keyword.map(|(_, hit)| hit.keyword),
            gap: keyword.map_or(u16::MAX, |(gap, _)| gap as u16),
            keyword_at: keyword.map_or((0, 0), |(_, hit)| (hit.start, hit.end)),
            managed: rule.managed,
            published: keyword.is_some_and(|(_, hit)| self.plan.publishes(hit.keyword, rule.identifier)),
            openness: rule.openness,
            checksum: rule.certain,
            score: Score::from_hundredths(rule.score.saturating_add(bonus)),
        });
    }

    fn is_excepted(&self, rule: &Rule, value: &[u8]) -> bool {
        (rule.card && self.plan.ignore_test_cards && test_cards::is_published(value))
            || self.plan.is_allowed(value)
    }

    /// Matches the users' own expressions, line by line.
    pub(crate) fn find_customs(&mut self) {
        let (plan, text) = (self.plan, self.text);
        for custom in &plan.customs {
            let Some(rule) = plan.rules.get(usize::from(custom.rule.0)) else { continue };
            self.near_from = 0;
            let mut at = 0;
            for line in text.split_inclusive(|&byte| byte == b'\n') {
                for (start, end) in matches_in(custom, line.strip_suffix(b"\n").unwrap_or(line)) {
                    // A longer match than any value may be is reported in pieces rather than not at all.
                    for piece in (start..end).step_by(VALUE_BYTES_MAX) {
                        self.accept(custom.rule.0, rule, at + piece, at + end.min(piece + VALUE_BYTES_MAX));
                    }
                }
                at += line.len();
            }
        }
    }
}

/// The places in a line that a custom identifier reports, conditions but the keyword checked.
fn matches_in(custom: &Custom, line: &[u8]) -> Vec<(usize, usize)> {
    let value = |bytes: &[u8]| {
        let ignored =
            |word: &String| !word.is_empty() && bytes.windows(word.len()).any(|at| at == word.as_bytes());
        custom.validator.is_none_or(|valid| valid(bytes))
            && !custom.definition.ignore_words.iter().any(ignored)
    };
    let places: Vec<_> = match &custom.definition.capture {
        None => custom.regex.find_iter(line).map(|found| found.range()).collect(),
        Some(group) => {
            custom.regex.captures_iter(line).filter_map(|found| Some(found.name(group)?.range())).collect()
        }
    };
    places
        .into_iter()
        .filter(|place| line.get(place.clone()).is_some_and(value))
        .map(|place| (place.start, place.end))
        .collect()
}

/// What is known of a telephone number at one place, asked once for all countries.
pub(crate) enum Dialled {
    /// None begins here.
    No,
    /// One may begin, without a country code.
    National,
    /// One with the country code of this region.
    International(phone::RegionCode),
}

impl Dialled {
    /// Reads a place.
    pub(crate) fn at(text: &[u8], start: usize) -> Self {
        if !phone::may_begin(text, start) {
            return Self::No;
        }
        match byte_at(text, start) {
            b'+' => phone::match_at(text, start, None, false)
                .map_or(Self::No, |found| Self::International(found.region)),
            _ => Self::National,
        }
    }

    /// Whether it may be a number of that region, or of any where none is wanted.
    pub(crate) fn may_be_of(&self, region: Option<phone::RegionCode>, keyword: bool) -> bool {
        match self {
            Self::No => false,
            Self::National => keyword || region.is_none_or(|region| region == phone::RegionCode::US),
            Self::International(found) => keyword || region.is_none_or(|region| region == *found),
        }
    }
}
