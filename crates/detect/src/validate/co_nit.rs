//! Is this a Colombian tax number (NIT)?
//!
//! Up to ten digits and a check digit: primes 3, 7, 13, 17, 19, 23, 29, 37, 41, 43 from the right, modulo
//! eleven; remainders 0 and 1 stand for themselves, others are taken from eleven (DIAN, Orden
//! Administrativa 4 of 1989).

use super::digits::{POINTED, digits};

/// Nine to eleven digits, grouped by points, hyphen or spaces.
pub(crate) fn valid(value: &[u8]) -> bool {
    digits::<11>(value, POINTED).is_some_and(|nit| {
        let Some((&check, number)) = nit.split_last() else {
            return false;
        };
        let weights = [3u32, 7, 13, 17, 19, 23, 29, 37, 41, 43];
        let sum: u32 =
            number.iter().rev().zip(weights).map(|(&digit, weight)| u32::from(digit) * weight).sum();
        let expected = match sum % 11 {
            remainder @ (0 | 1) => remainder,
            remainder => 11 - remainder,
        };
        number.len() > 7 && sum > 0 && expected == u32::from(check)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["213.123.432-1", "124728383", "567389529", "860.003.020-1"];
        let bad = ["213.123.432-2", "000000000", "1234567", "860.003.020-12", "", "86000302x"];
        crate::validate::testing::check("co-nit", &good, &bad);
    }
}
