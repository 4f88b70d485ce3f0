//! Is this a French bank account number in its international form?
//!
//! ISO 13616 as in `iban`, country FR: 27 characters, bank 5, branch 5, account 11 letters or digits,
//! RIB key 2 (SWIFT IBAN Registry). The RIB key is not asked for.

/// As `iban`, starting with FR.
pub(crate) fn valid(value: &[u8]) -> bool {
    super::iban::valid_in(b"FR", value)
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = [
            "FR1420041010050500013M02606",
            "FR14 2004 1010 0505 0001 3M02 606",
            "fr7630006000011234567890189",
            "FR7630001007941234567890185",
        ];
        let bad = [
            "FR1520041010050500013M02606",
            "MC5811222000010123456789030",
            "FR1420041010050500013M0260",
            "FR",
            "",
            "FR14 2004 1010 0505 0001 3M02 60A",
        ];
        crate::validate::testing::check("iban-fr", &good, &bad);
    }
}
