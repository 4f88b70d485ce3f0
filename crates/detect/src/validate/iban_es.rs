//! Is this a Spanish bank account number in its international form?
//!
//! ISO 13616 as in `iban`, country ES: 24 characters, bank 4, branch 4, two control digits, account 10
//! (SWIFT IBAN Registry). The two national control digits are not asked for.

/// As `iban`, starting with ES.
pub(crate) fn valid(value: &[u8]) -> bool {
    super::iban::valid_in(b"ES", value)
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = [
            "ES9121000418450200051332",
            "ES91 2100 0418 4502 0005 1332",
            "es7921000813610123456789",
            "ES10-0049-2352-0824-1420-5416",
        ];
        let bad = [
            "ES9221000418450200051332",
            "DE89370400440532013000",
            "ES912100041845020005133",
            "ES",
            "",
            "ES91210004184502000513321",
        ];
        crate::validate::testing::check("iban-es", &good, &bad);
    }
}
