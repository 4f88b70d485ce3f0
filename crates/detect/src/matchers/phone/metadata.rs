//! Which digits are a phone number, and of which country?
//!
//! The facts stand in `data/phones.txt`, written by `scripts/phones.py` from libphonenumber's metadata: calling codes,
//! trunk prefixes, possible lengths, number patterns, printed groups, and the area codes of the North American
//! Numbering Plan. The table is read at the first question; the pattern of a country becomes an automaton when the
//! first number of that country is asked about, so a log with phones of two countries pays for two.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};

const SOURCE: &str = include_str!("../../../data/phones.txt");

/// A country or territory by its ISO 3166-1 two-letter code; `ZZ` for services of no one country (such as +800).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct RegionCode([u8; 2]);

/// Where a matched number belongs.
pub(crate) type Region = RegionCode;

impl RegionCode {
    /// The United States, main country of calling code 1.
    pub(crate) const US: Self = Self(*b"US");

    /// The region of this ISO 3166-1 code, if the table has numbers of it.
    pub(crate) fn from_code(name: &str) -> Option<Self> {
        let code = Self::written(name)?;
        let table = Table::get();
        let known = table.country(code).is_some() || table.areas.contains(&Some(code));
        known.then_some(code)
    }

    /// The two letters.
    #[cfg(test)]
    pub(crate) fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or("ZZ")
    }

    pub(super) const fn of(letters: [u8; 2]) -> Self {
        Self(letters)
    }

    fn written(name: &str) -> Option<Self> {
        name.as_bytes().try_into().ok().map(Self)
    }
}

/// Lengths of digit groups, four bits each, the first group highest: 2-4-4 is `0x244`.
pub(super) type Layout = u64;

/// One numbering plan: a region, and what its numbers look like.
pub(super) struct Country {
    pub(super) region: RegionCode,
    /// What stands before a national number dialled inside the country, often `0`; empty where nothing does.
    pub(super) trunk: &'static [u8],
    /// Bit n: a national number may have n digits.
    lengths: u32,
    any: Pattern,
    valid: Pattern,
    layouts: Vec<Layout>,
}

impl Country {
    /// Is this a national number of one of the country's number types?
    pub(super) fn is_valid(&self, digits: &[u8]) -> bool {
        self.has_length(digits.len()) && self.valid.accepts(digits)
    }

    /// Does this keep the rule that all numbers of the country keep?
    pub(super) fn is_general(&self, digits: &[u8]) -> bool {
        self.has_length(digits.len()) && self.any.accepts(digits)
    }

    /// Does any number of the country have so many digits?
    pub(super) fn has_length(&self, count: usize) -> bool {
        u32::try_from(count).is_ok_and(|n| self.lengths.checked_shr(n).is_some_and(|bits| bits & 1 == 1))
    }

    /// Is this how numbers of the country are printed, without the trunk prefix?
    pub(super) fn prints(&self, layout: Layout) -> bool {
        self.layouts.contains(&layout)
    }
}

/// A pattern over digits and the automaton made of it.
struct Pattern {
    text: &'static str,
    machine: OnceLock<Option<dense::DFA<Vec<u32>>>>,
}

impl Pattern {
    fn of(text: &'static str) -> Self {
        Self { text, machine: OnceLock::new() }
    }

    fn accepts(&self, digits: &[u8]) -> bool {
        let machine = self.machine.get_or_init(|| build(self.text));
        let input = Input::new(digits).anchored(Anchored::Yes);
        machine.as_ref().is_some_and(|dfa| matches!(dfa.try_search_fwd(&input), Ok(Some(_))))
    }
}

/// The automaton of a whole-number pattern; `None` (never in this table, a test says so) where it cannot be built.
fn build(text: &str) -> Option<dense::DFA<Vec<u32>>> {
    dense::Builder::new()
        .configure(dense::Config::new().start_kind(StartKind::Anchored).accelerate(false))
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .thompson(thompson::Config::new().utf8(false))
        .build(&format!(r"(?:{text})\z"))
        .ok()
}

/// The whole table.
pub(super) struct Table {
    /// By calling code, the main country of a shared code first.
    countries: Vec<Country>,
    /// Calling code to the places in `countries`.
    codes: BTreeMap<u16, std::ops::Range<usize>>,
    /// Layout to the places of the countries that print it.
    printed: BTreeMap<Layout, Vec<usize>>,
    /// North American area code to region.
    areas: Vec<Option<RegionCode>>,
}

impl Table {
    /// The one table of the program.
    pub(super) fn get() -> &'static Self {
        static TABLE: OnceLock<Table> = OnceLock::new();
        TABLE.get_or_init(|| Self::read(SOURCE))
    }

    /// Countries of the calling code that begins these digits, and how many digits that code has.
    /// Calling codes are prefix-free (ITU-T E.164 section 6.2.1); code 1 is not here, see [`Table::area`].
    pub(super) fn calling(&self, digits: &[u8]) -> Option<(&[Country], usize)> {
        let mut code = 0;
        for (at, digit) in digits.iter().take(3).enumerate() {
            code = code * 10 + u16::from(digit.wrapping_sub(b'0'));
            if let Some(places) = self.codes.get(&code) {
                return Some((self.countries.get(places.clone())?, at + 1));
            }
        }
        None
    }

    /// The numbering plan of one region outside calling code 1.
    pub(super) fn country(&self, region: RegionCode) -> Option<&Country> {
        self.countries.iter().find(|country| country.region == region)
    }

    /// Countries that print their numbers in these groups.
    pub(super) fn printing(&self, layout: Layout) -> impl Iterator<Item = &Country> {
        let places = self.printed.get(&layout).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|place| self.countries.get(*place))
    }

    /// The region that a North American area code was given to.
    pub(super) fn area(&self, digits: &[u8]) -> Option<RegionCode> {
        let code =
            digits.get(..3)?.iter().fold(0, |sum, digit| sum * 10 + usize::from(digit.wrapping_sub(b'0')));
        *self.areas.get(code)?
    }

    fn read(source: &'static str) -> Self {
        let mut table = Self {
            countries: Vec::with_capacity(256),
            codes: BTreeMap::new(),
            printed: BTreeMap::new(),
            areas: vec![None; 1000],
        };
        for line in source.lines() {
            table.take(line);
        }
        table
    }

    /// Reads one line. A line that makes no sense adds nothing; a test counts what the table holds.
    fn take(&mut self, line: &'static str) -> Option<()> {
        let (kind, rest) = line.split_once(' ')?;
        match kind {
            "nanp" => self.take_areas(rest),
            "region" => self.take_region(rest),
            "any" => {
                self.countries.last_mut()?.any = Pattern::of(rest);
                Some(())
            }
            "valid" => {
                self.countries.last_mut()?.valid = Pattern::of(rest);
                Some(())
            }
            "groups" => self.take_layouts(rest),
            _ => None,
        }
    }

    fn take_areas(&mut self, rest: &str) -> Option<()> {
        let mut words = rest.split(' ');
        let region = RegionCode::written(words.next()?)?;
        for area in words.filter_map(|word| word.parse::<usize>().ok()) {
            *self.areas.get_mut(area)? = Some(region);
        }
        Some(())
    }

    fn take_region(&mut self, rest: &'static str) -> Option<()> {
        let mut words = rest.split(' ');
        let region = RegionCode::written(words.next()?)?;
        let code = words.next()?.parse().ok()?;
        let trunk = words.next().filter(|word| *word != "-").unwrap_or_default().as_bytes();
        let lengths = words
            .next()?
            .split(',')
            .filter_map(|n| n.parse::<u32>().ok())
            .fold(0, |set, n| set | 1 << (n & 31));
        let place = self.countries.len();
        self.codes.entry(code).or_insert(place..place).end = place + 1;
        let none = || Pattern::of("[a&&b]");
        self.countries.push(Country {
            region,
            trunk,
            lengths,
            any: none(),
            valid: none(),
            layouts: Vec::new(),
        });
        Some(())
    }

    fn take_layouts(&mut self, rest: &str) -> Option<()> {
        let place = self.countries.len().checked_sub(1)?;
        for word in rest.split(' ') {
            let layout =
                word.split('-').filter_map(|n| n.parse::<Layout>().ok()).fold(0, |sum, n| sum << 4 | n & 15);
            self.printed.entry(layout).or_default().push(place);
            self.countries.get_mut(place)?.layouts.push(layout);
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        let table = Table::get();
        assert!(table.countries.len() > 220, "{} countries", table.countries.len());
        assert!(table.codes.len() > 200, "{} calling codes", table.codes.len());
        assert!(table.areas.iter().flatten().count() > 350);
        for country in &table.countries {
            let region = country.region.as_str();
            assert!(country.lengths != 0, "{region} has lengths");
            assert!(build(country.any.text).is_some(), "general pattern of {region}");
            assert!(build(country.valid.text).is_some(), "patterns of {region}");
            assert!(!country.valid.accepts(b"") && !country.any.accepts(b"a"), "{region}");
        }
    }

    #[test]
    fn questions() {
        let table = Table::get();
        let area = |digits: &[u8]| table.area(digits).map(|region| region.as_str().to_owned());
        assert_eq!(area(b"212").as_deref(), Some("US"));
        assert_eq!(area(b"604").as_deref(), Some("CA"));
        assert_eq!(area(b"876").as_deref(), Some("JM"));
        assert_eq!(area(b"555"), None);
        assert_eq!(area(b"21"), None);
        assert_eq!(table.calling(b"4420").map(|(all, n)| (all.len(), n)), Some((4, 2)));
        assert_eq!(table.calling(b"2547").map(|(all, n)| (all.len(), n)), Some((1, 3)));
        assert!(table.calling(b"999").is_none() && table.calling(b"").is_none());
        let gb = table.country(RegionCode::of(*b"GB")).expect("GB");
        assert!(gb.is_valid(b"2079460958") && !gb.is_valid(b"207946095") && !gb.is_valid(b"20794609588"));
        assert!(gb.is_general(b"1234567890") && gb.prints(0x244) && !gb.prints(0x22222));
        assert!(RegionCode::from_code("US").is_some() && RegionCode::from_code("BR").is_some());
        assert!(RegionCode::from_code("XX").is_none() && RegionCode::from_code("USA").is_none());
    }
}
