//! Does a text of letters and digits look like a random key?
//!
//! At least sixteen characters of base64, base64url or base62 with enough entropy for their number, of two
//! kinds among lower case, upper case and digits, and no run of six that counts up. It is a floor for
//! values that a keyword announces, no proof; a long random-looking name passes it too.

use super::entropy::{bits, counts_up, floor};

const FLOORS: &[(usize, f64)] = &[(16, 2.7), (20, 2.95), (24, 3.2), (32, 3.6), (40, 3.8), (64, 4.2)];

/// Letters, digits and `+ / - _ . ~ =`.
pub(crate) fn valid(value: &[u8]) -> bool {
    let alphabet = value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_.~=".contains(byte));
    let kinds = [u8::is_ascii_lowercase, u8::is_ascii_uppercase, u8::is_ascii_digit];
    let mixed = kinds.iter().filter(|kind| value.iter().any(kind)).count() > 1;
    alphabet
        && mixed
        && floor(FLOORS, value.len()).is_some_and(|floor| bits(value) >= floor)
        && !counts_up(value)
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = [
            "q7RzT0vYk2LmX9sBd4Hn",
            "9f86d081884c7d659a2feaa0c55ad015",
            "Zm9v+YmFy/cXV4eA8Kp3w==",
            "kJ8-2_vQx.7Lw~Tz5mNp",
        ];
        let bad = [
            "changeme_changeme_changeme",
            "aaaaaaaaaaaaaaaaaaaa1",
            "abcdefghijklmnopqrst1",
            "q7RzT0vYk2",
            "q7RzT0vYk2LmX9sBd4H!",
            "",
            "1111222233334444",
        ];
        crate::validate::testing::check("entropy-base64", &good, &bad);
    }
}
