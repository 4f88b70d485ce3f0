//! Which spellings are the same value? `4111-1111-1111-1111` and `4111111111111111` are one card, and one token.
//!
//! Credentials are taken as they stand: case and every sign count. Addresses of machines, mail and places keep their
//! punctuation, which carries meaning (1.2.3.4 is not 12.3.4), and lose case and blanks. Everything else loses
//! separators and case.

use sotto_detect::{Category, RuleInfo};
use std::str::Chars;
use zeroize::Zeroizing;

/// Identifiers whose punctuation is part of the value, by the beginning of their names.
const PUNCTUATED: [&str; 3] = ["EmailAddress", "IpAddress", "LatLong"];

/// The value without what does not distinguish it. Wiped on drop.
pub(crate) fn normal_form(rule: &RuleInfo, value: &[u8]) -> Zeroizing<Vec<u8>> {
    // Upper and lower case differ in length by at most a factor of three, so that this never grows and leaves a copy.
    let mut form = Zeroizing::new(Vec::with_capacity(value.len().saturating_mul(3)));
    if rule.category == Category::Credentials {
        form.extend_from_slice(value);
        return form;
    }
    let punctuated = PUNCTUATED.iter().any(|id| rule.identifier.as_str().starts_with(id));
    for chunk in value.utf8_chunks() {
        fold(chunk.valid().chars(), punctuated, &mut form);
        form.extend_from_slice(chunk.invalid());
    }
    form
}

fn fold(chars: Chars<'_>, punctuated: bool, form: &mut Vec<u8>) {
    let kept = |c: &char| {
        if punctuated { !c.is_whitespace() } else { c.is_alphanumeric() }
    };
    for c in chars.filter(kept).flat_map(char::to_lowercase) {
        form.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::double;

    fn check(id: &str, one: &str, other: &str, same: bool) {
        let rule = double::rule(id);
        let (a, b) = (normal_form(&rule, one.as_bytes()), normal_form(&rule, other.as_bytes()));
        assert_eq!(a == b, same, "{id}");
    }

    #[test]
    fn spellings_of_one_value_are_one() {
        check("CreditCardNumber", "4111-1111-1111-1111", "4111 1111 11111111", true);
        check("CreditCardNumber", "4111-1111-1111-1111", "4111-1111-1111-1112", false);
        check("NieNumber-ES", "x1234567l", "X-1234567-L", true);
        check("Name", "JÜRGEN  Groß", "jürgen groß", true);
        check("EmailAddress", "Ann.Lee@example.com", "ann.lee@EXAMPLE.com", true);
        check("EmailAddress", "annlee@example.com", "ann.lee@example.com", false);
        check("IpAddress", "1.23.4.5", "12.3.4.5", false);
        check("AwsSecretKey", "aB+/", "ab+/", false);
        check("AwsSecretKey", "aB+/", "aB/", false);
    }

    #[test]
    fn stray_bytes_count() {
        let rule = double::rule("Name");
        assert_ne!(normal_form(&rule, b"a\xff"), normal_form(&rule, b"a\xfe"));
    }
}
