//! Is this an Italian tax code of a person (codice fiscale)?
//!
//! Sixteen characters: three letters of the surname, three of the name, year, a letter for the month, day
//! (plus 40 for women), a letter and three digits for the place, a control letter. The control is the sum
//! of two tables, for odd and even places, modulo 26. Digits may have been replaced by L M N P Q R S T U V
//! where two people would share a code ("omocodia"). Source: Decreto ministeriale 23 dicembre 1976.

use super::calendar::is_day;
use super::digits::{GROUPED, exactly_symbols, rank};

/// Sixteen characters, grouped by spaces or hyphens.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly_symbols::<16>(value, GROUPED).is_some_and(|code| {
        let names = code[..6].iter().all(u8::is_ascii_uppercase);
        let place = code[11].is_ascii_uppercase() && code[12..15].iter().all(|&c| digit(c).is_some());
        names
            && place
            && is_birth(&code[6..11]).is_some()
            && control(&code[..15]) == u32::from(code[15].wrapping_sub(b'A'))
    })
}

/// Year, month letter, day.
fn is_birth(birth: &[u8]) -> Option<()> {
    let [year1, year2, month, day1, day2] = birth else {
        return None;
    };
    digit(*year1).and(digit(*year2))?;
    let month = b"ABCDEHLMPRST".iter().position(|letter| letter == month)? + 1;
    let day = digit(*day1)? * 10 + digit(*day2)?;
    let day = if day > 40 { day - 40 } else { day };
    is_day(u64::try_from(month).ok()?, day).then_some(())
}

/// A digit, or the letter that stands for it.
fn digit(symbol: u8) -> Option<u64> {
    let at = match symbol {
        b'0'..=b'9' => usize::from(symbol - b'0'),
        _ => b"LMNPQRSTUV".iter().position(|&letter| letter == symbol)?,
    };
    u64::try_from(at).ok()
}

fn control(code: &[u8]) -> u32 {
    let parts =
        code.iter().enumerate().map(|(at, &symbol)| if at % 2 == 0 { odd(symbol) } else { even(symbol) });
    parts.sum::<u32>() % 26
}

/// Second, fourth ... place: digits and letters by their order.
fn even(symbol: u8) -> u32 {
    if symbol.is_ascii_digit() { rank(symbol) } else { rank(symbol).wrapping_sub(10) }
}

/// First, third ... place: the decree's table, the same for the digit and the letter of one order.
fn odd(symbol: u8) -> u32 {
    const TABLE: [u8; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    usize::try_from(even(symbol)).ok().and_then(|at| TABLE.get(at)).map_or(0, |&value| value.into())
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // The first is the example of the Agenzia delle Entrate's card; then omocodia and arithmetic.
        let good = [
            "RSSMRA85T10A562S",
            "rccmnl83s18d969h",
            "RSSMRA 85T10 A562S",
            "RCCMNL83S18D96VW",
            "VRDGPP13R10B293P",
        ];
        let bad = [
            "RSSMRA85T10A562T",
            "RSSMRA85F10A562S",
            "RSSMRA85T32A562S",
            "RSSMRA85T10A562",
            "",
            "RSSMR185T10A562S",
            "RSSMRA85T10A562SS",
            "1SSMRA85T10A562S",
        ];
        crate::validate::testing::check("it-codice-fiscale", &good, &bad);
    }
}
