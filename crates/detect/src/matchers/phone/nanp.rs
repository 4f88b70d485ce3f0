//! Which ten digits, written how, are a number of the North American Numbering Plan (calling code 1)?
//!
//! The plan: area code, exchange, line, 3-3-4 digits; neither area code nor exchange begins with 0 or 1 (NANPA,
//! "About the NANP"). Area codes in use are in the table. Two allowances beyond the plan, since people write numbers
//! that no exchange would connect: area code 555, which invented numbers use, and, where the sign, the groups or a
//! keyword already say "phone", any exchange or area.

use super::metadata::{Layout, Region, RegionCode, Table};
use super::written::{Gap, Prefix};

const TEN_IN_GROUPS: Layout = 0x334;

/// What is known of ten digits.
pub(super) struct Ten {
    pub(super) region: Region,
    /// Written as North Americans write: `(NXX) NXX-XXXX`, `NXX-NXX-XXXX` and their kin.
    pub(super) formatted: bool,
}

/// The number after `skip` digits of calling code, exit code or trunk prefix.
pub(super) fn ten(prefix: Prefix<'_>, skip: usize, keyword: bool) -> Option<Ten> {
    let digits = prefix.digits.get(skip..).filter(|digits| digits.len() == 10)?;
    let formatted = is_formatted(prefix, skip);
    let region = Table::get().area(digits);
    let invented = digits.starts_with(b"555");
    let connects = digits.get(3).is_some_and(|first| *first >= b'2');
    let sure = region.is_some() && connects || invented;
    let spaced = prefix.layout(skip) == TEN_IN_GROUPS;
    let grouped = matches!(prefix.layout(skip), 0xA | TEN_IN_GROUPS | 0x37);
    // area code in parentheses, or an exit code: no other number is written so
    let telling = is_area_enclosed(prefix, skip) || skip > 1;
    let accepted = match (formatted, keyword) {
        (true, true) => true,
        (true, false) => region.is_some() || invented || telling,
        (false, true) => grouped && (sure || spaced && region.is_some()),
        (false, false) => false,
    };
    accepted.then_some(Ten { region: region.unwrap_or(RegionCode::US), formatted })
}

/// The number after `+1`: the sign is evidence enough for any ten digits that an area code can begin, that are
/// grouped, or that stand glued to the sign.
pub(super) fn after_plus(prefix: Prefix<'_>, skip: usize) -> Option<Ten> {
    let digits = prefix.digits.get(skip..).filter(|digits| digits.len() == 10)?;
    let region = Table::get().area(digits).unwrap_or(RegionCode::US);
    let formatted = prefix.layout(skip) == TEN_IN_GROUPS;
    let possible = digits.first().is_some_and(|first| *first >= b'2');
    (possible || formatted || prefix.separators() == 0).then_some(Ten { region, formatted })
}

/// `+1 310 1234`: the numbers without area code that Canada reaches across area codes.
pub(super) fn is_canadian_310(national: &[u8]) -> bool {
    national.len() == 7 && national.starts_with(b"310")
}

/// `555-0147`: seven digits with a hyphen, the local form.
pub(super) fn is_local(prefix: Prefix<'_>) -> bool {
    let local = prefix.layout(0) == 0x34 && prefix.gaps(Gap::Hyphen) == 1;
    let enclosed = prefix.groups.iter().any(|group| group.enclosed);
    local && !enclosed && prefix.digits.first().is_some_and(|first| *first >= b'2')
}

/// Area code in parentheses, or three groups of which the last stands after a hyphen or both after dots.
fn is_formatted(prefix: Prefix<'_>, skip: usize) -> bool {
    match (prefix.layout(skip), prefix.groups) {
        (TEN_IN_GROUPS | 0x37, [.., area, _, _] | [.., area, _]) if is_area_enclosed(prefix, skip) => {
            area.gap != Gap::Dot
        }
        (TEN_IN_GROUPS, [.., exchange, line]) => matches!(
            (exchange.gap, line.gap),
            (Gap::Hyphen | Gap::Space | Gap::Slash, Gap::Hyphen) | (Gap::Dot, Gap::Dot)
        ),
        _ => false,
    }
}

/// Does the area code stand in parentheses by itself?
fn is_area_enclosed(prefix: Prefix<'_>, skip: usize) -> bool {
    let mut before = 0;
    for (index, group) in prefix.groups.iter().enumerate() {
        let count = prefix.group(index).len();
        if before == skip {
            return group.enclosed && count == 3;
        }
        before += count;
    }
    false
}
