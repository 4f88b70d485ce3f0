//! Is this one of the 12-digit Maestro numbers?
//!
//! Mastercard's Maestro rules allow 12 to 19 digits; only a few issuers used 12. A run of 12 digits is a
//! very common thing in a log, so this stands apart from `card` and takes the ranges that were in use:
//! 5018, 5020, 5038, 5893, 6304, 6759, 6761 to 6763, and 0604.

use super::checks::luhn;
use super::digits::{GROUPED, exactly, number};

/// Exactly 12 digits, grouped by spaces or hyphens.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<12>(value, GROUPED).is_some_and(|pan| {
        let prefix = number(&pan[..4]);
        luhn(&pan) && matches!(prefix, 604 | 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["501800000009", "6304 0000 0000", "6759-1234-5674", "676200000005"];
        let bad = ["501800000008", "600000000007", "6759 6498 2643 8453", "", "63040000000x", "000000000000"];
        crate::validate::testing::check("card-maestro12", &good, &bad);
    }
}
