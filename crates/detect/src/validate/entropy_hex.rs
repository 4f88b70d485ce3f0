//! Does a hexadecimal text look like a random key?
//!
//! At least sixteen hexadecimal digits of one case with enough entropy for their number, and no run of six
//! that counts up. It is a floor for values that a keyword announces, no proof.

use super::entropy::{bits, counts_up, floor};

const FLOORS: &[(usize, f64)] = &[(16, 2.2), (24, 2.6), (32, 2.9), (64, 3.4)];

/// Hexadecimal digits; hyphens and colons between groups are passed over.
pub(crate) fn valid(value: &[u8]) -> bool {
    let hexadecimal = value.iter().all(|byte| byte.is_ascii_hexdigit() || b"-:".contains(byte));
    let lower = value.iter().any(u8::is_ascii_lowercase);
    let one_case = !(lower && value.iter().any(u8::is_ascii_uppercase));
    hexadecimal
        && one_case
        && floor(FLOORS, value.len()).is_some_and(|floor| bits(value) >= floor)
        && !counts_up(value)
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = [
            "9f86d081884c7d659a2feaa0c55ad015",
            "A3F5C9E17B2D8046",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "5d41402abc4b2a76b9719d911017c592",
        ];
        let bad = [
            "00000000000000000000000000000001",
            "deadbeefdeadbeefdeadbeefdeadbeef",
            "0123456789abcdef0123456789abcdef",
            "9f86d081",
            "9f86d081884c7d659a2feaa0c55ad01g",
            "",
            "9F86d081884c7d659a2feaa0c55ad015",
        ];
        crate::validate::testing::check("entropy-hex", &good, &bad);
    }
}
