//! How many values could it be? A token of something that has few values can be inverted by trying them all.
//!
//! Whoever may mask may ask for the token of every security code there is, and look up the one in the log. Below
//! 10^6 values a token is therefore refused and a plain label is written. The table holds identifiers whose values
//! look more varied than they are; all others are judged by the shape of the value at hand, less one digit where a
//! check digit is known to be in it.

use sotto_detect::RuleInfo;

/// Fewest values that a token's domain must have.
pub(crate) const DOMAIN_VALUES_MIN: u64 = 1_000_000;

/// Values in use, rounded up to a power of ten, for names that begin so. What has no sure bound above the limit
/// stands below it.
const VALUES: [(&str, u64); 12] = [
    ("CreditCardSecurityCode", 10_000),   // 3 or 4 digits
    ("CreditCardExpiration", 10_000),     // 12 months of some decades
    ("CreditCardMagneticStripe", 0),      // never a token: discarded
    ("DateOfBirth", 100_000),             // 365 days of a hundred-odd years
    ("ZipCode", 100_000),                 // 5 digits; the four further ones are seldom free
    ("PostalCode", 900_000),              // Canada: under 900,000 in use
    ("CepCode", 900_000),                 // Brazil: 8 digits, about a million in use
    ("HealthcareProcedureCode", 100_000), // a letter and 4 digits, or 5 digits
    ("NationalDrugCode", 900_000),        // under a million packages are listed
    ("ElectoralRollNumber", 900_000),     // 2 letters and a number inside a ward
    ("Age", 1_000),
    ("Pin", 900_000), // 4 to 6 digits
];

/// Whether the domain of this value is large enough for a token.
pub(crate) fn fits_token(rule: &RuleInfo, value: &[u8]) -> bool {
    let id = rule.identifier.as_str();
    if let Some((_, values)) = VALUES.iter().find(|(prefix, _)| begins_word(id, prefix)) {
        return *values >= DOMAIN_VALUES_MIN;
    }
    let checked = if rule.validator.is_some() { 10 } else { 1 };
    spellings(value) / checked >= DOMAIN_VALUES_MIN
}

/// Whether an identifier is known to have too few values for tokens, whatever the value at hand.
#[cfg(feature = "seal")]
pub(crate) fn is_small(id: &str) -> bool {
    VALUES.iter().any(|(prefix, values)| *values < DOMAIN_VALUES_MIN && begins_word(id, prefix))
}

/// Whether `id` begins with `prefix` and no lower-case letter goes on: `Pin-DE`, `PinBlock`, not `Pinyin`.
pub(crate) fn begins_word(id: &str, prefix: &str) -> bool {
    let begins = id.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
    begins && !id.as_bytes().get(prefix.len()).is_some_and(u8::is_ascii_lowercase)
}

/// Values with digits and letters in the same places; other signs tell nothing.
fn spellings(value: &[u8]) -> u64 {
    value.iter().fold(1_u64, |values, byte| {
        values.saturating_mul(match byte {
            b'0'..=b'9' => 10,
            b'a'..=b'z' | b'A'..=b'Z' => 26,
            0x80.. => 2,
            _ => 1,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::double;

    #[test]
    fn small_domains_are_refused() {
        let fits = |id: &str, value: &str| fits_token(&double::rule(id), value.as_bytes());
        for (id, value) in [
            ("CreditCardSecurityCode", "1234"),
            ("CreditCardExpiration", "12/2029"),
            ("DateOfBirth", "1990-02-28"),
            ("ZipCode-US", "12345-6789"),
            ("PostalCode-CA", "K1A 0B1"),
            ("pin", "123456"),
            ("HealthcareProcedureCode-US", "A1234"),
            ("Badge", "B1234"),
            ("Badge", "99999"),
        ] {
            assert!(!fits(id, value), "{id}");
        }
        for (id, value) in [
            ("CreditCardNumber", "4111111111111111"),
            ("Ssn-US", "219-09-9999"),
            ("PinyinName", "abcdefgh"),
            ("Badge", "123456"),
            ("EmailAddress", "a@b.example"),
        ] {
            assert!(fits(id, value), "{id}");
        }
    }

    #[test]
    fn a_check_digit_is_worth_nothing() {
        let mut rule = double::rule("Badge");
        rule.validator = Some("luhn".to_owned());
        assert!(!fits_token(&rule, b"123456"));
        assert!(fits_token(&rule, b"1234567"));
    }
}
