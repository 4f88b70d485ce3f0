//! Is this an international bank account number?
//!
//! ISO 13616-1: country, two check digits, national part; the four first characters moved to the end
//! give remainder 1 in ISO 7064 MOD 97-10. Structure and length per country are those of the SWIFT IBAN
//! Registry (release 99, 2024). National check digits inside the national part are not asked for:
//! modulus, structure and length leave one chance in many thousands, and made-up accounts in tests and
//! training data rarely have them.

use super::checks::mod97_10;
use super::digits::{fits, symbols};
use super::iso7064_mod97_10::is_check;

const SEPARATORS: &[u8] = b" -.";

/// Country and structure of the national part in the registry's notation, ordered by country.
const REGISTRY: &[(&[u8; 2], &str)] = &[
    (b"AD", "n8c12"),
    (b"AE", "n19"),
    (b"AL", "n8c16"),
    (b"AT", "n16"),
    (b"AZ", "a4c20"),
    (b"BA", "n16"),
    (b"BE", "n12"),
    (b"BG", "a4n6c8"),
    (b"BH", "a4c14"),
    (b"BI", "n23"),
    (b"BR", "n23ac"),
    (b"BY", "c4n4c16"),
    (b"CH", "n5c12"),
    (b"CR", "n18"),
    (b"CY", "n8c16"),
    (b"CZ", "n20"),
    (b"DE", "n18"),
    (b"DJ", "n23"),
    (b"DK", "n14"),
    (b"DO", "c4n20"),
    (b"EE", "n16"),
    (b"EG", "n25"),
    (b"ES", "n20"),
    (b"FI", "n14"),
    (b"FK", "a2n12"),
    (b"FO", "n14"),
    (b"FR", "n10c11n2"),
    (b"GB", "a4n14"),
    (b"GE", "a2n16"),
    (b"GI", "a4c15"),
    (b"GL", "n14"),
    (b"GR", "n7c16"),
    (b"GT", "c24"),
    (b"HN", "a4n20"),
    (b"HR", "n17"),
    (b"HU", "n24"),
    (b"IE", "a4n14"),
    (b"IL", "n19"),
    (b"IQ", "a4n15"),
    (b"IS", "n22"),
    (b"IT", "an10c12"),
    (b"JO", "a4n4c18"),
    (b"KW", "a4c22"),
    (b"KZ", "n3c13"),
    (b"LB", "n4c20"),
    (b"LC", "a4c24"),
    (b"LI", "n5c12"),
    (b"LT", "n16"),
    (b"LU", "n3c13"),
    (b"LV", "a4c13"),
    (b"LY", "n21"),
    (b"MC", "n10c11n2"),
    (b"MD", "c20"),
    (b"ME", "n18"),
    (b"MK", "n3c10n2"),
    (b"MN", "n16"),
    (b"MR", "n23"),
    (b"MT", "a4n5c18"),
    (b"MU", "a4n19a3"),
    (b"NI", "a4n20"),
    (b"NL", "a4n10"),
    (b"NO", "n11"),
    (b"OM", "n3c16"),
    (b"PK", "a4c16"),
    (b"PL", "n24"),
    (b"PS", "a4c21"),
    (b"PT", "n21"),
    (b"QA", "a4c21"),
    (b"RO", "a4c16"),
    (b"RS", "n18"),
    (b"RU", "n14c15"),
    (b"SA", "n2c18"),
    (b"SC", "a4n20a3"),
    (b"SD", "n14"),
    (b"SE", "n20"),
    (b"SI", "n15"),
    (b"SK", "n20"),
    (b"SM", "an10c12"),
    (b"SO", "n19"),
    (b"ST", "n21"),
    (b"SV", "a4n20"),
    (b"TL", "n19"),
    (b"TN", "n20"),
    (b"TR", "n6c16"),
    (b"UA", "n6c19"),
    (b"VA", "n18"),
    (b"VG", "a4n16"),
    (b"XK", "n16"),
    (b"YE", "a4n4c18"),
];

/// Any country of the registry, grouped by spaces, hyphens or points.
pub(crate) fn valid(value: &[u8]) -> bool {
    symbols::<34>(value, SEPARATORS).is_some_and(|iban| is_registered(&iban))
}

/// As `valid`, for one country.
pub(crate) fn valid_in(country: &[u8; 2], value: &[u8]) -> bool {
    symbols::<34>(value, SEPARATORS).is_some_and(|iban| iban.starts_with(country) && is_registered(&iban))
}

fn is_registered(iban: &[u8]) -> bool {
    let Some((head, national)) = iban.split_first_chunk::<4>() else {
        return false;
    };
    let [c1, c2, k1, k2] = *head;
    let Ok(row) = REGISTRY.binary_search_by_key(&[c1, c2], |(country, _)| **country) else {
        return false;
    };
    let structure = REGISTRY.get(row).map_or("", |(_, structure)| structure);
    is_check(k1, k2) && fits(structure, national) && mod97_10(national.iter().chain(head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors() {
        // Examples of the SWIFT IBAN Registry.
        let good = [
            "GB29 NWBK 6016 1331 9268 19",
            "DE89370400440532013000",
            "fr1420041010050500013m02606",
            "ES91-2100-0418-4502-0005-1332",
            "IT60X0542811101000000123456",
            "NO9386011117947",
            "MT84MALT011000012345MTLCAST001S",
            "BR1800360305000010009795493C1",
            "SC18SSCB11010000000000001497USD",
        ];
        let bad = [
            "GB29 NWBK 6016 1331 9268 18",
            "DE8937040044053201300",
            "XX89370400440532013000",
            "GB29",
            "",
            "DE89370400440532O13000",
            "GB28NWBK60161331926819",
            "NO93860111179470",
            "GB29 NWBK_60161331926819",
        ];
        crate::validate::testing::check("iban", &good, &bad);
    }

    #[test]
    fn registry_is_ordered() {
        assert!(REGISTRY.is_sorted_by(|a, b| a.0 < b.0) && REGISTRY.len() > 85);
    }
}
