//! Is there a phone number at this place, and where does it end?
//!
//! Three roads lead to a match. *International*: `+` (or an exit code, 00 or 011, beside a keyword), a calling code
//! and a national number that the country's numbering plan allows. *North American*: ten digits grouped as
//! `(NXX) NXX-XXXX` and the like; the caller decides whether that is enough without a keyword. *National*: beside a
//! keyword only, valid in the wanted country; where no country is wanted, in the United States or one of six others
//! with or without the trunk prefix, or anywhere when the digits are grouped as that country prints them.
//!
//! `written` reads digits and groups, `metadata` holds the numbering plans, `nanp` the North American one. The longest
//! reading wins. Nothing is allocated for a call; countries' automata are built when first asked for.

mod metadata;
mod nanp;
#[cfg(test)]
mod tests;
mod written;

use metadata::{Country, Layout, Table};
pub(crate) use metadata::{Region, RegionCode};
use written::{
    Gap, Group, Prefix, Written, continues_a_row, ends_an_identifier, extension, follows_country_code,
    goes_on, is_negative, may_end, may_start,
};

/// ITU-T E.164 section 6 allows fifteen; below seven nothing tells a phone number from another number.
const DIGITS_MIN: usize = 7;
const DIGITS_MAX: usize = 15;
/// Fewest digits of a national number that stands without separators, trunk prefix included.
const BARE_MIN: usize = 9;

/// So many digits after a `+` are a phone number when only their count fits the country.
const TELLING_MIN: usize = 10;

/// Countries, besides the United States, whose national forms count where no country is wanted.
const NATIONAL: [RegionCode; 6] = [
    RegionCode::of(*b"BR"),
    RegionCode::of(*b"DE"),
    RegionCode::of(*b"ES"),
    RegionCode::of(*b"FR"),
    RegionCode::of(*b"GB"),
    RegionCode::of(*b"IT"),
];

/// Groups that people print beside those of the metadata.
const ALSO_PRINTED: [(RegionCode, &[Layout]); 3] = [
    (RegionCode::of(*b"BR"), &[0x29, 0x28, 0x2135]),
    (RegionCode::of(*b"ES"), &[0x2322, 0x27, 0x36, 0x234]),
    (RegionCode::of(*b"IT"), &[0x37, 0x36, 0x3223, 0x3232, 0x3322]),
];

/// What a phone match is: end offset and evidence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PhoneMatch {
    /// Offset after the last byte, an extension included.
    pub(crate) end: usize,
    /// Was a country code written, after `+` or an exit code?
    pub(crate) international: bool,
    /// Is it grouped as North American numbers are, which no other number is?
    pub(crate) formatted: bool,
    /// The country or territory whose numbering plan has it; the main one where a plan is shared and nothing tells.
    pub(crate) region: Region,
}

/// What the caller wants and knows.
#[derive(Clone, Copy)]
struct Wanted {
    region: Option<RegionCode>,
    keyword: bool,
}

impl Wanted {
    fn allows(&self, region: RegionCode) -> bool {
        self.region.is_none_or(|wanted| wanted == region)
    }
}

/// A reading that holds: what is known but for its end.
struct Reading {
    international: bool,
    formatted: bool,
    region: Region,
}

/// Longest plausible phone number that starts exactly at `start` (which is at `+`, `(` or a digit).
///
/// `region`: `None` = any country; otherwise that country's numbers only. `keyword`: a phone keyword stands nearby.
/// The caller has seen to it that no letter or digit stands directly before `start`.
pub(crate) fn match_at(
    text: &[u8],
    start: usize,
    region: Option<RegionCode>,
    keyword: bool,
) -> Option<PhoneMatch> {
    if !is_worth_reading(text, start, keyword) {
        return None;
    }
    let written = Written::read(text, start).filter(|written| written.digit_count() >= DIGITS_MIN)?;
    let stands = text.get(..start).unwrap_or_default();
    if written.plus {
        // `++49...` is an increment, `*+49...` half masked
        if matches!(stands, [.., b'+' | b'*']) {
            return None;
        }
    } else if !may_start(text, start) || follows_country_code(text, start) || written.is_something_else() {
        return None;
    }
    let wanted = Wanted { region, keyword };
    (1..=written.count())
        .rev()
        .filter_map(|count| written.prefix(count))
        .find_map(|prefix| whole(text, start, prefix, written.plus, wanted))
}

/// Bytes among which the digits of a number must stand.
const MARKS_MAX: usize = 24;

/// Whether some number might begin here; what `match_at` would refuse for any country is refused.
pub(crate) fn may_begin(text: &[u8], start: usize) -> bool {
    let mut digits = 0;
    for byte in text.get(start..).unwrap_or_default().iter().take(MARKS_MAX) {
        match byte {
            b'0'..=b'9' => digits += 1,
            b' ' | b'-' | b'.' | b'/' | b'(' | b')' | b'+' | 0x80.. => {}
            _ => break,
        }
    }
    digits >= DIGITS_MIN
        && is_worth_reading(text, start, true)
        && Written::read(text, start).is_some_and(|written| written.digit_count() >= DIGITS_MIN)
}

/// The match that these groups make, if they are a whole number and may end where they end.
fn whole(text: &[u8], start: usize, prefix: Prefix<'_>, plus: bool, wanted: Wanted) -> Option<PhoneMatch> {
    // `(2025550147)`: the parentheses belong to the text around
    let wrapped = matches!(prefix.groups, [Group { enclosed: true, .. }]);
    if wrapped || prefix.digits.len() < DIGITS_MIN {
        return None;
    }
    let stop = prefix.end();
    let end = extension(text, stop).or_else(|| may_end(text, stop).then_some(stop))?;
    let Reading { international, formatted, region } =
        if plus { international(prefix, 0, wanted) } else { without_plus(text, start, prefix, wanted) }?;
    Some(PhoneMatch { end, international, formatted, region })
}

/// The cheap question first: without keyword only `+`, a parenthesis, an area code, `1` or `001` can begin a number.
fn is_worth_reading(text: &[u8], start: usize, keyword: bool) -> bool {
    let Some(rest) = text.get(start..) else {
        return false;
    };
    match rest {
        [b'+', b'(' | b'1'..=b'9', ..] => true,
        [b'(', b'+' | b'0'..=b'9', ..] => true,
        [b'0'..=b'9', ..] if keyword => true,
        [b'1', b'-' | b'.' | b' ' | b'(' | b'/', ..] | [b'0', b'0', b'1', b'-' | b'.' | b' ', ..] => true,
        [b'2'..=b'9', b'0'..=b'9', b'0'..=b'9', b'-' | b'.' | b' ' | b'/', next, ..] => next.is_ascii_digit(),
        [b'2'..=b'9', b'0'..=b'9', b'0'..=b'9', 0xC2 | 0xE2, ..] => true,
        _ => false,
    }
}

/// A number with its country code, which begins after `skip` digits.
fn international(prefix: Prefix<'_>, skip: usize, wanted: Wanted) -> Option<Reading> {
    let digits = prefix.digits.get(skip..)?;
    if let [b'1', national @ ..] = digits {
        if nanp::is_canadian_310(national) {
            return reading(true, false, RegionCode::of(*b"CA"), wanted);
        }
        let ten = nanp::after_plus(prefix, skip + 1)?;
        return reading(true, ten.formatted, ten.region, wanted);
    }
    let (countries, width) = Table::get().calling(digits)?;
    let national = digits.get(width..)?;
    let evidence = prefix.separators() > 1 || wanted.keyword || digits.len() >= TELLING_MIN;
    if !has_plausible_dots(prefix, wanted) {
        return None;
    }
    let inner = trunk_inside(prefix, skip + width, countries.first()?);
    let region = of_region(countries, national, evidence, wanted)
        .or_else(|| of_region(countries, inner.and_then(|count| national.get(count..))?, evidence, wanted))?;
    reading(true, false, region, wanted)
}

/// `+44 (0)20 ...`, `+55 (011) ...`, `+490171...`: how many digits of trunk prefix stand after the country code.
fn trunk_inside(prefix: Prefix<'_>, before: usize, country: &Country) -> Option<usize> {
    let national = prefix.digits.get(before..)?;
    let trunk = if country.trunk.is_empty() { b"0" } else { country.trunk };
    // `+49 (0)0171 ...`: written twice
    let twice = national.starts_with(b"00") && trunk == b"0";
    national.starts_with(trunk).then_some(trunk.len() + usize::from(twice))
}

/// Which of the countries that share a calling code has this number? With evidence, length alone is enough.
fn of_region(countries: &[Country], national: &[u8], evidence: bool, wanted: Wanted) -> Option<Region> {
    if national.len() + 1 > DIGITS_MAX || national.len() < 4 {
        return None;
    }
    let valid = |country: &&Country| wanted.allows(country.region) && country.is_valid(national);
    if let Some(country) = countries.iter().find(valid) {
        return Some(country.region);
    }
    let main = countries.first()?;
    let holds = main.is_general(national) || evidence && main.has_length(national.len());
    let elsewhere = || countries.iter().skip(1).any(|country| country.is_valid(national));
    (holds && !elsewhere()).then_some(main.region)
}

/// Dots join all groups, perhaps but the country code, or none. One single dot is a decimal point, unless a keyword
/// stands nearby (`+49.30123456`, the form of RFC 5733 section 2.5).
fn has_plausible_dots(prefix: Prefix<'_>, wanted: Wanted) -> bool {
    match (prefix.gaps(Gap::Dot), prefix.separators()) {
        (0, _) => true,
        (1, all) => all == 1 && wanted.keyword,
        (dots, all) => all - dots <= 1,
    }
}

/// A number that begins with a digit or parenthesis.
fn without_plus(text: &[u8], start: usize, prefix: Prefix<'_>, wanted: Wanted) -> Option<Reading> {
    if let Some(found) = north_american(text, start, prefix, wanted) {
        return Some(found);
    }
    if !wanted.keyword || is_piece(text, start, prefix) {
        return None;
    }
    if let Some(found) = exit_code(prefix).and_then(|skip| international(prefix, skip, wanted)) {
        return Some(found);
    }
    let region = match wanted.region {
        Some(region) => Table::get().country(region).filter(|country| is_national(country, prefix))?.region,
        None => any_national(prefix)?,
    };
    reading(false, false, region, wanted)
}

/// Are these digits a piece of something longer, or a plain integer?
fn is_piece(text: &[u8], start: usize, prefix: Prefix<'_>) -> bool {
    let integer = prefix.separators() == 0
        && (is_negative(text, start) || matches!(prefix.digits, b"2147483647" | b"2147483648"));
    let row = prefix.separators() > 0 && prefix.all_groups_have(4) && goes_on(text, prefix.end());
    integer || row || continues_a_row(text, start) || ends_an_identifier(text, start)
}

/// Ten digits, perhaps after `1` or `001`; or seven with a hyphen.
fn north_american(text: &[u8], start: usize, prefix: Prefix<'_>, wanted: Wanted) -> Option<Reading> {
    let skip = match prefix.digits {
        [b'1', rest @ ..] if rest.len() == 10 => 1,
        [b'0', b'0', b'1', rest @ ..] if rest.len() == 10 => 3,
        [b'0', b'1', b'1', b'1', rest @ ..] if rest.len() == 10 => 4,
        all if all.len() == 10 => 0,
        all if all.len() == 7 => {
            let local = wanted.keyword && nanp::is_local(prefix) && !continues_a_row(text, start);
            return local.then(|| reading(false, false, RegionCode::US, wanted)).flatten();
        }
        _ => return None,
    };
    let ten = nanp::ten(prefix, skip, wanted.keyword)?;
    if !ten.formatted && is_piece(text, start, prefix) {
        return None;
    }
    let exit = skip > 1;
    reading(exit && wanted.keyword, ten.formatted, ten.region, wanted)
}

/// Digits of an exit code: 00 nearly everywhere, 011 in North America (ITU-T operational bulletin, dialling procedures).
fn exit_code(prefix: Prefix<'_>) -> Option<usize> {
    match prefix.digits {
        [b'0', b'0', b'1'..=b'9', ..] if prefix.group(0).len() > 1 => Some(2),
        [b'0', b'1', b'1', b'2'..=b'9', ..] if prefix.digits.len() > 11 => Some(3),
        _ => None,
    }
}

/// The country whose national number this is, where no country is wanted.
fn any_national(prefix: Prefix<'_>) -> Option<Region> {
    let table = Table::get();
    let near = NATIONAL
        .iter()
        .filter_map(|region| table.country(*region))
        .find(|country| is_national(country, prefix));
    near.or_else(|| elsewhere(table, prefix)).map(|country| country.region)
}

/// Is this a national number of the country, in one of the ways its people write it?
fn is_national(country: &Country, prefix: Prefix<'_>) -> bool {
    let digits = prefix.digits;
    let bare = prefix.separators() == 0;
    let dots = prefix.gaps(Gap::Dot);
    if bare && digits.len() < BARE_MIN || dots > 0 && (dots < 2 || dots != prefix.separators()) {
        return false;
    }
    let enclosed = prefix.groups.first().is_some_and(|group| group.enclosed);
    if let Some(national) = digits.strip_prefix(country.trunk).filter(|_| !country.trunk.is_empty()) {
        let printed = !bare && country.prints(prefix.layout(country.trunk.len()));
        let free = (printed || prefix.groups_are_wide()) && country.is_valid(national);
        if free
            || printed && country.is_general(national)
            || enclosed && !bare && country.has_length(national.len())
        {
            return true;
        }
    }
    if bare {
        return is_written_bare(country) && country.is_valid(digits);
    }
    let leading_zero = country.trunk.is_empty() && digits.starts_with(b"0") && prefix.groups_are_wide();
    let printed = country.prints(prefix.layout(0)) || is_also_printed(country, prefix.layout(0));
    (printed && (country.region != RegionCode::of(*b"DE") || prefix.separators() > 1)
        || leading_zero
        || enclosed)
        && country.is_valid(digits)
        || enclosed && printed && country.has_length(digits.len())
}

/// Do its people write national numbers without trunk prefix and separators?
fn is_written_bare(country: &Country) -> bool {
    country.trunk.is_empty() || country.region == RegionCode::of(*b"BR")
}

fn is_also_printed(country: &Country, layout: Layout) -> bool {
    ALSO_PRINTED.iter().any(|(region, layouts)| *region == country.region && layouts.contains(&layout))
}

/// A country of the rest of the world that prints its numbers in just these groups.
fn elsewhere<'t>(table: &'t Table, prefix: Prefix<'_>) -> Option<&'t Country> {
    let plain = prefix.gaps(Gap::Dot) == 0 && prefix.gaps(Gap::Slash) == 0;
    if !plain || prefix.separators() == 0 || prefix.digits.len() < BARE_MIN {
        return None;
    }
    let whole = prefix.layout(0);
    // 3-3-3 is how nine digits of anything are grouped, 3-2-4 a social security number
    let telling = !matches!(whole, 0x333 | 0x324 | 0x54);
    let without = |country: &&Country| telling && country.is_valid(prefix.digits);
    let with_trunk = |country: &&Country| {
        country.trunk == b"0" && prefix.digits.get(1..).is_some_and(|national| country.is_valid(national))
    };
    let trunk =
        prefix.digits.starts_with(b"0").then(|| table.printing(prefix.layout(1)).find(with_trunk)).flatten();
    trunk.or_else(|| table.printing(whole).find(without))
}

fn reading(international: bool, formatted: bool, region: Region, wanted: Wanted) -> Option<Reading> {
    wanted.allows(region).then_some(Reading { international, formatted, region })
}
