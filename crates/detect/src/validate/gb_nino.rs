//! Could this be a British national insurance number?
//!
//! Two letters, six digits, a suffix A to D that people often leave out. D, F, I, Q, U, V are in neither
//! place of the prefix, O not in the second, and BG, GB, KN, NK, NT, TN, ZZ are not allocated (HMRC
//! manual NIM39110). There is no check digit.

use super::digits::{POINTED, fits, symbols};

/// Eight or nine characters, grouped by spaces, hyphens, points or slashes.
pub(crate) fn valid(value: &[u8]) -> bool {
    symbols::<9>(value, POINTED).is_some_and(|nino| {
        let shape = fits("a2n6", &nino) || (fits("a2n6a", &nino) && nino.last() <= Some(&b'D'));
        shape && nino.first_chunk::<2>().is_some_and(is_prefix)
    })
}

fn is_prefix(prefix: &[u8; 2]) -> bool {
    let [first, second] = prefix;
    !b"DFIQUV".contains(first)
        && !b"DFIOQUV".contains(second)
        && !matches!(prefix, b"BG" | b"GB" | b"KN" | b"NK" | b"NT" | b"TN" | b"ZZ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["JG 10 37 59 A", "AB123456C", "ab-12-34-56-d", "CE123456", "OA123456A"];
        let bad = [
            "QQ123456C",
            "BG123456A",
            "AO123456A",
            "AB123456E",
            "AB12345C",
            "AB1234567",
            "",
            "GB123456A",
            "ZZ123456A",
        ];
        crate::validate::testing::check("gb-nino", &good, &bad);
    }
}
