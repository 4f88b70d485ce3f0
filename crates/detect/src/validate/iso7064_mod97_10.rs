//! Does a text of digits and letters end with its two ISO 7064 MOD 97-10 check digits?
//!
//! ISO/IEC 7064:2003, the pure system with two check digits, letters counted from A = 10; used by legal
//! entity identifiers (ISO 17442), creditor references (ISO 11649, after a rotation) and others.

use super::checks::mod97_10;
use super::digits::{GROUPED, numeral, symbols};

/// Three to 40 characters, the last two digits, grouped by spaces or hyphens.
pub(crate) fn valid(value: &[u8]) -> bool {
    symbols::<40>(value, GROUPED).is_some_and(|run| {
        let checked = matches!(*run, [_, .., tens, units] if is_check(tens, units));
        checked && mod97_10(run.iter())
    })
}

/// The two check digits are 98 minus a remainder, so 02 to 98.
pub(crate) fn is_check(tens: u8, units: u8) -> bool {
    numeral(&[tens, units]).is_some_and(|check| (2..=98).contains(&check))
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // 794 with 44 is the standard's own example; the last is an entity identifier made up.
        let good = ["79444", "794-44", "1971672829", "529900DYFXDL45690038"];
        let bad = ["79445", "44", "", "01", "79401", "1971672828", "529900DYFXDL45690039", "794 4x"];
        crate::validate::testing::check("iso7064-mod97-10", &good, &bad);
    }
}
