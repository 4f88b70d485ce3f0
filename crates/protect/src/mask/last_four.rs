//! Which four characters may stay? The last ones of a long number, so that people can tell two cards apart.
//!
//! PCI DSS 4.0.1, 3.4.1 allows at most the BIN and the last four digits to be displayed; the last four is what is
//! shown here. A value with fewer than nine letters and digits shows nothing, so that never more than half is seen.
//! What is shown stands at the end, right after at least four asterisks or one separator behind them:
//! `****-****-****-1111`, `*******9999` for 3-2-4 digits. That is how a second pass knows it for a remainder.

use sotto_detect::RuleInfo;

/// Letters and digits that are shown.
const SHOWN: usize = 4;
/// Fewest letters and digits of a value that shows any.
const ALPHANUMERICS_MIN: usize = 9;
/// Asterisks before what is shown, with at most one separator between.
const MASKED_MIN: usize = 4;

/// Identifiers whose end says something by itself, by the beginning of their names: nothing of them is shown.
const NOT_NUMBERS: [&str; 6] = ["Name", "Address", "EmailAddress", "IpAddress", "LatLong", "DateOfBirth"];
/// The same, by a part of the name.
const SECRETS: [&str; 5] = ["PrivateKey", "Password", "Url", "Connection", "Cookie"];

/// Writes asterisks and the last four; `false`, and nothing written, where nothing may be shown.
pub(crate) fn write_last_four(rule: &RuleInfo, hidden: &[u8], out: &mut Vec<u8>) -> bool {
    if !may_show(rule, hidden) {
        return false;
    }
    let kept_before = separators_end(hidden);
    let masked = hidden.iter().take(hidden.len().saturating_sub(SHOWN)).enumerate();
    out.extend(masked.map(|(at, byte)| if at < kept_before && is_separator(*byte) { *byte } else { b'*' }));
    let shown_from = hidden.iter().filter(|byte| byte.is_ascii_alphanumeric()).count().saturating_sub(SHOWN);
    out.extend(hidden.iter().filter(|byte| byte.is_ascii_alphanumeric()).skip(shown_from));
    true
}

/// Up to where separators stay: all of them where the last group is what is shown and at least four asterisks stand
/// before its separator, otherwise those before the asterisks that it is glued to.
fn separators_end(hidden: &[u8]) -> usize {
    let glued = hidden.len().saturating_sub(SHOWN + MASKED_MIN);
    match hidden.rsplit(|byte| is_separator(*byte)).map(<[u8]>::len).take(2).collect::<Vec<_>>()[..] {
        [SHOWN, before] if before >= MASKED_MIN => hidden.len(),
        _ => glued,
    }
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'-' | b'.')
}

fn may_show(rule: &RuleInfo, hidden: &[u8]) -> bool {
    let id = rule.identifier.as_str();
    let telling = NOT_NUMBERS.iter().any(|prefix| id.starts_with(prefix))
        || SECRETS.iter().any(|part| id.contains(part));
    let plain = hidden.iter().all(|byte| (b' '..=b'~').contains(byte));
    let alphanumerics = hidden.iter().filter(|byte| byte.is_ascii_alphanumeric()).count();
    !telling && plain && alphanumerics >= ALPHANUMERICS_MIN
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::double;

    fn check(id: &str, value: &str, expected: Option<&str>) {
        let mut out = Vec::new();
        let written = write_last_four(&double::rule(id), value.as_bytes(), &mut out);
        assert_eq!(written.then(|| String::from_utf8(out).unwrap()).as_deref(), expected, "{value}");
    }

    #[test]
    fn the_last_four_stay() {
        check("CreditCardNumber", "4111111111111111", Some("************1111"));
        check("CreditCardNumber", "4111-1111-1111-1234", Some("****-****-****-1234"));
        check("CreditCardNumber", "4111 1111 1111 123 4", Some("**** **** ******1234"));
        check("Ssn-US", "219-09-9999", Some("*******9999"));
        check("PhoneNumber", "(415) 555-0199", Some("***** ****0199"));
        check("BankAccountNumber-DE", "DE89370400440532013000", Some("******************3000"));
        check("TaxId", "12345678/9)", Some("*******6789"));
    }

    #[test]
    fn nothing_of_short_or_telling_values_stays() {
        check("Badge", "12345678", None);
        check("Badge", "123456789", Some("*****6789"));
        check("Name", "Johnathan Smith", None);
        check("EmailAddress", "johnathan@example.com", None);
        check("PkcsPrivateKey", "MIIEvQIBADANBgkqhkiG", None);
        check("Badge", "12345\n6789012", None);
        check("Badge", "ä123456789012", None);
    }
}
