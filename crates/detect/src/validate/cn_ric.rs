//! Is this a Chinese resident identity card number?
//!
//! Division 6, birth as YYYYMMDD, order 3, check character by ISO 7064 MOD 11-2 (GB 11643-1999). The first
//! two digits are a province: 11 to 15, 21 to 23, 31 to 37, 41 to 46, 50 to 54, 61 to 65, 71, 81 to 83, 91.

use super::calendar::is_date;
use super::checks::mod11_2;
use super::digits::{exactly_symbols, numeral};

/// Eighteen characters.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly_symbols::<18>(value, b" ").is_some_and(|card| {
        let part = |from: usize, to: usize| card.get(from..to).and_then(numeral).unwrap_or(0);
        let province =
            matches!(part(0, 2), 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83 | 91);
        let born = (1850..2050).contains(&part(6, 10)) && is_date(part(6, 10), part(10, 12), part(12, 14));
        let formed = card[..17].iter().all(u8::is_ascii_digit) && (card[17].is_ascii_digit() || card[17] == b'X');
        province && born && formed && mod11_2(&card.map(|symbol| if symbol == b'X' { 10 } else { symbol & 15 }))
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // The first is the example of the standard.
        let good = ["11010519491231002X", "11010119660323694x", "110101194204149989", "110101195507237382"];
        let bad = [
            "110105194912310021",
            "11010519491331002X",
            "99010519491231002X",
            "11010519491231002",
            "",
            "1101051949123100XX",
            "110105194912310022X",
        ];
        crate::validate::testing::check("cn-ric", &good, &bad);
    }
}
