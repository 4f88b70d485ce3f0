//! Is this a British bank account number in its international form?
//!
//! ISO 13616 as in `iban`, country GB: 22 characters, four letters of the bank, sort code 6, account 8
//! (SWIFT IBAN Registry). The sort code's own modulus check needs a table that changes monthly (Vocalink,
//! "Validating account numbers"); it is not asked for.

/// As `iban`, starting with GB.
pub(crate) fn valid(value: &[u8]) -> bool {
    super::iban::valid_in(b"GB", value)
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = [
            "GB29NWBK60161331926819",
            "GB29 NWBK 6016 1331 9268 19",
            "gb82west12345698765432",
            "GB33BUKB20201555555555",
        ];
        let bad = [
            "GB28NWBK60161331926819",
            "IE29AIBK93115212345678",
            "GB29NWBK6016133192681",
            "GB",
            "",
            "GB29NW1K60161331926819",
        ];
        crate::validate::testing::check("iban-gb", &good, &bad);
    }
}
