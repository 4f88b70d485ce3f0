//! How is a possible number written: which digits, in which groups, with what between them, and where may it end?
//!
//! Reading takes one pass and no allocation: the digits go into a fixed array, the groups remember how many digits
//! lie before their end and where in the text that end is. What does not belong to a phone number (a second space, a
//! colon, a letter) ends the reading. The neighbours decide which ends are possible: a number is never cut out of a
//! longer one, of a decimal, a date, an address of a network, or of half-masked text (an asterisk counts as a digit).

use super::metadata::Layout;

/// ITU-T E.164 section 6: fifteen digits; before them an exit code (three) and a trunk prefix in parentheses (three).
const DIGITS_MAX: usize = 21;
const GROUPS_MAX: usize = 9;
/// Digits of an extension (ITU-T E.123 section 3.4 sets none; company switchboards use two to five).
const EXTENSION_MAX: usize = 5;

/// What stands before a group.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Gap {
    #[default]
    Nothing,
    Space,
    Hyphen,
    Dot,
    Slash,
}

/// One run of digits.
#[derive(Clone, Copy, Default)]
pub(super) struct Group {
    /// Digits before the end of this group.
    digits: usize,
    /// Where in the text it ends, its closing parenthesis included.
    end: usize,
    pub(super) gap: Gap,
    /// Does it stand in parentheses?
    pub(super) enclosed: bool,
}

/// All groups that could be one number, from `start` on.
pub(super) struct Written {
    digits: [u8; DIGITS_MAX],
    groups: [Group; GROUPS_MAX],
    count: usize,
    /// Does it begin with `+`, `(+` or `+(`?
    pub(super) plus: bool,
}

/// The first groups of a [`Written`], taken as the whole number.
#[derive(Clone, Copy)]
pub(super) struct Prefix<'a> {
    pub(super) digits: &'a [u8],
    pub(super) groups: &'a [Group],
}

impl Written {
    /// Reads groups until something cannot belong to a phone number; `None` where there is not even one group.
    pub(super) fn read(text: &[u8], start: usize) -> Option<Self> {
        let mut written =
            Self { digits: [0; DIGITS_MAX], groups: [Group::default(); GROUPS_MAX], count: 0, plus: false };
        let mut at = start;
        // `(+44) 20 ...` and `+(44) 20 ...`
        let mut enclosed = text.get(at) == Some(&b'(');
        at += usize::from(enclosed);
        if text.get(at) == Some(&b'+') {
            written.plus = true;
            at += 1;
            if !enclosed && text.get(at) == Some(&b'(') {
                enclosed = true;
                at += 1;
            }
        }
        let mut gap = Gap::Nothing;
        while let Some(end) = written.take_group(text, at, gap, enclosed) {
            let Some(next) = next_group(text, end, enclosed) else {
                break;
            };
            (at, gap, enclosed) = next;
        }
        (written.count > 0).then_some(written)
    }

    /// Reads one group; `None` where there is none or it is too long for what is left.
    fn take_group(&mut self, text: &[u8], at: usize, gap: Gap, enclosed: bool) -> Option<usize> {
        let before =
            self.count.checked_sub(1).and_then(|last| self.groups.get(last)).map_or(0, |group| group.digits);
        let mut digits = before;
        let mut end = at;
        while let Some(digit) = text.get(end).filter(|byte| byte.is_ascii_digit()) {
            *self.digits.get_mut(digits)? = *digit;
            digits += 1;
            end += 1;
        }
        if digits == before {
            return None;
        }
        if enclosed {
            (text.get(end) == Some(&b')')).then_some(())?;
            end += 1;
        }
        *self.groups.get_mut(self.count)? = Group { digits, end, gap, enclosed };
        self.count += 1;
        Some(end)
    }

    /// The first `count` groups.
    pub(super) fn prefix(&self, count: usize) -> Option<Prefix<'_>> {
        let groups = self.groups.get(..count)?;
        let digits = self.digits.get(..groups.last()?.digits)?;
        Some(Prefix { digits, groups })
    }

    /// How many groups there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// How many digits there are.
    pub(super) fn digit_count(&self) -> usize {
        self.prefix(self.count).map_or(0, |all| all.digits.len())
    }

    /// Do the first groups make a date (`2024-01-31`, `31.01.2024`, `01/31/2024`), or all of them an IPv4 address,
    /// a range of years, a serial number with its year, a ZIP+4 code or a list that counts up?
    pub(super) fn is_something_else(&self) -> bool {
        let Some(all) = self.prefix(self.count) else {
            return false;
        };
        self.prefix(3).is_some_and(|three| three.is_date())
            || self.prefix(2).is_some_and(|two| two.is_years())
            || all.is_network_address()
            || all.is_zip()
            || all.is_serial()
            || self.prefix(4).is_some_and(|four| four.counts_up())
    }
}

impl Prefix<'_> {
    /// Where in the text the last group ends.
    pub(super) fn end(&self) -> usize {
        self.groups.last().map_or(0, |group| group.end)
    }

    /// Digits of one group.
    pub(super) fn group(&self, index: usize) -> &[u8] {
        let from = index.checked_sub(1).and_then(|i| self.groups.get(i)).map_or(0, |group| group.digits);
        let to = self.groups.get(index).map_or(from, |group| group.digits);
        self.digits.get(from..to).unwrap_or_default()
    }

    /// Lengths of the groups, the first `skip` digits left out.
    pub(super) fn layout(&self, skip: usize) -> Layout {
        let mut from = skip;
        let mut layout = 0;
        for group in self.groups.iter().filter(|group| group.digits > skip) {
            layout = layout << 4 | Layout::try_from(group.digits - from).unwrap_or(15).min(15);
            from = group.digits;
        }
        layout
    }

    /// How many groups have this before them.
    pub(super) fn gaps(&self, gap: Gap) -> usize {
        self.groups.iter().skip(1).filter(|group| group.gap == gap).count()
    }

    /// How many groups stand apart from the one before.
    pub(super) fn separators(&self) -> usize {
        self.groups.len().saturating_sub(1)
    }

    /// Does every group have this many digits?
    pub(super) fn all_groups_have(&self, count: usize) -> bool {
        (0..self.groups.len()).all(|index| self.group(index).len() == count)
    }

    /// Has no group but perhaps the first fewer than two digits?
    pub(super) fn groups_are_wide(&self) -> bool {
        let first = self.group(0).len() > 1 || self.groups.get(1).is_none_or(|group| group.gap != Gap::Dot);
        first && (1..self.groups.len()).all(|index| self.group(index).len() > 1)
    }

    fn is_date(&self) -> bool {
        let [_, second, third] = self.groups else {
            return false;
        };
        let small = |index| self.group(index).len() <= 2 && self.group(index) <= b"31".as_slice();
        second.gap == third.gap
            && matches!(second.gap, Gap::Hyphen | Gap::Dot | Gap::Slash)
            && small(1)
            && (self.is_year(0) && small(2) || small(0) && self.is_year(2))
    }

    fn is_years(&self) -> bool {
        self.layout(0) == 0x44 && self.gaps(Gap::Space) == 0 && self.is_year(0) && self.is_year(1)
    }

    fn is_year(&self, index: usize) -> bool {
        let digits = self.group(index);
        digits.len() == 4 && (digits.starts_with(b"19") || digits.starts_with(b"20"))
    }

    fn is_network_address(&self) -> bool {
        self.groups.len() == 4 && self.gaps(Gap::Dot) == 3 && (0..4).all(|index| self.group(index).len() <= 3)
    }

    /// United States Postal Service, "ZIP Code: the basics": five digits, a hyphen, four digits.
    fn is_zip(&self) -> bool {
        self.layout(0) == 0x54 && self.gaps(Gap::Hyphen) == 1
    }

    /// `2021-23358`: a year and a serial number.
    fn is_serial(&self) -> bool {
        self.groups.len() == 2 && self.gaps(Gap::Hyphen) == 1 && self.is_year(0)
    }

    /// `8 9 10 11`: each one more than the one before.
    fn counts_up(&self) -> bool {
        let number = |index| match self.group(index) {
            [one] => Some(one.wrapping_sub(b'0')),
            [ten, one] => Some(ten.wrapping_sub(b'0') * 10 + one.wrapping_sub(b'0')),
            _ => None,
        };
        (1..self.groups.len())
            .all(|index| number(index).is_some_and(|n| number(index - 1) == n.checked_sub(1)))
    }
}

/// What leads from the end of a group to the next: its start, the gap, and whether it is enclosed.
fn next_group(text: &[u8], end: usize, enclosed: bool) -> Option<(usize, Gap, bool)> {
    let (gap, width) = gap_at(text, end);
    let at = end + width;
    match text.get(at)? {
        b'(' => Some((at + 1, gap, true)),
        digit if digit.is_ascii_digit() && (width > 0 || enclosed) => Some((at, gap, false)),
        _ => None,
    }
}

/// The gap that begins here and its width in bytes.
fn gap_at(text: &[u8], at: usize) -> (Gap, usize) {
    let rest = text.get(at..).unwrap_or_default();
    match rest {
        [b' ', ..] => (Gap::Space, 1),
        [b'-', ..] => (Gap::Hyphen, 1),
        [b'.', ..] => (Gap::Dot, 1),
        [b'/', ..] => (Gap::Slash, 1),
        // no-break space U+00A0 and its narrow kin U+202F
        [0xC2, 0xA0, ..] => (Gap::Space, 2),
        [0xE2, 0x80, 0xAF, ..] => (Gap::Space, 3),
        // hyphen U+2010, non-breaking hyphen U+2011, en dash U+2013
        [0xE2, 0x80, 0x90 | 0x91 | 0x93, ..] => (Gap::Hyphen, 3),
        _ => (Gap::Nothing, 0),
    }
}

/// Digits, and what masking puts in their place.
fn counts_as_digit(byte: Option<&u8>) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_digit() || *byte == b'*')
}

/// May a number end here, going by what follows?
pub(super) fn may_end(text: &[u8], end: usize) -> bool {
    let next = text.get(end);
    if counts_as_digit(next) || next.is_some_and(u8::is_ascii_alphabetic) {
        return false;
    }
    let (gap, width) = gap_at(text, end);
    let tied = !matches!(gap, Gap::Nothing | Gap::Space) || next == Some(&b':');
    !(tied && counts_as_digit(text.get(end + width.max(1))))
}

/// May a number without `+` start here, going by what stands before?
pub(super) fn may_start(text: &[u8], start: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    match before {
        [.., byte] if byte.is_ascii_digit() || matches!(byte, b'*' | b'+' | b'$') => false,
        [.., near, b'-' | b'.' | b'/' | b':'] => !counts_as_digit(Some(near)),
        [.., near, 0xE2, 0x80, 0x90 | 0x91 | 0x93] => !counts_as_digit(Some(near)),
        _ => true,
    }
}

/// Is the hyphen before this run of digits a minus sign?
pub(super) fn is_negative(text: &[u8], start: usize) -> bool {
    let Some([before @ .., b'-']) = text.get(..start) else {
        return false;
    };
    matches!(before, [] | [.., b' ' | b'\t' | b'\n' | b'=' | b'(' | b'[' | b',' | b':'])
}

/// Does a country code with its `+` stand right before (`+44 ` before `20 7946 0958`)?
pub(super) fn follows_country_code(text: &[u8], start: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let before = before.strip_suffix(b"(").unwrap_or(before);
    let [before @ .., b' ' | b'-' | b'.' | b'/' | b')'] = before else {
        return false;
    };
    let run = before.iter().rev().take_while(|byte| byte.is_ascii_digit()).take(4).count();
    (1..=3).contains(&run) && before.iter().rev().nth(run) == Some(&b'+')
}

/// Is this group a later piece of a row of groups (a card or account number)? Times do not count.
pub(super) fn continues_a_row(text: &[u8], start: usize) -> bool {
    let Some([before @ .., b' ']) = text.get(..start) else {
        return false;
    };
    if before.last() == Some(&b'*') {
        return true;
    }
    let run = before.iter().rev().take_while(|byte| byte.is_ascii_digit()).take(7).count();
    let ahead = before.iter().rev().nth(run);
    (3..=6).contains(&run) && !matches!(ahead, Some(b'.' | b':' | b',' | b'-' | b'/' | b'('))
}

/// Is this run of digits the last part of an identifier in parts (a UUID), each with letters and digits?
pub(super) fn ends_an_identifier(text: &[u8], start: usize) -> bool {
    let Some([before @ .., b'-' | b'_']) = text.get(..start) else {
        return false;
    };
    before.iter().rev().take(32).take_while(|byte| byte.is_ascii_alphanumeric()).any(u8::is_ascii_digit)
}

/// Does another group of at least three digits follow after a space or hyphen?
pub(super) fn goes_on(text: &[u8], end: usize) -> bool {
    let (_, width) = gap_at(text, end);
    width > 0 && (0..3).all(|ahead| counts_as_digit(text.get(end + width + ahead)))
}

/// The end of an extension that begins here (`x123`, ` ext. 123`, `;ext=123`), if one does.
pub(super) fn extension(text: &[u8], end: usize) -> Option<usize> {
    let mut at = end;
    while at < end + 2 && matches!(text.get(at), Some(b' ' | b',' | b';')) {
        at += 1;
    }
    let rest = text.get(at..)?;
    let word = ["extension", "extn", "ext", "x"]
        .into_iter()
        .find(|word| rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word.as_bytes())))?;
    at += word.len();
    if word != "x" {
        at += usize::from(matches!(text.get(at), Some(b'.' | b':' | b'=')));
        at += usize::from(text.get(at) == Some(&b' '));
    }
    let run = text.get(at..)?.iter().take_while(|byte| byte.is_ascii_digit()).take(EXTENSION_MAX + 1).count();
    let stop = at + run;
    ((1..=EXTENSION_MAX).contains(&run) && may_end(text, stop)).then_some(stop)
}
