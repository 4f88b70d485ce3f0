//! Is this a health card number of Ontario?
//!
//! Ten digits, the first not 0, with a Luhn check digit, and on newer cards a version code of one or two
//! letters (Ontario Ministry of Health, "Health card validation reference manual", appendix on the MOD 10
//! algorithm).

use super::checks::luhn;
use super::digits::{GROUPED, exactly};

/// Ten digits, grouped by spaces or hyphens, a version code allowed at the end.
pub(crate) fn valid(value: &[u8]) -> bool {
    let version = value.iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let number = value.get(..value.len() - version).unwrap_or_default();
    version < 3 && exactly::<10>(number, GROUPED).is_some_and(|hcn| hcn[0] != 0 && luhn(&hcn))
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["9876543217", "9876-543-217-XK", "9876 543 217 A", "1234567897"];
        let bad = ["9876543218", "0876543214", "987654321", "9876543217ABC", "", "XK", "987654321X7"];
        crate::validate::testing::check("ca-on-hcn", &good, &bad);
    }
}
