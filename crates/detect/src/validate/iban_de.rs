//! Is this a German bank account number in its international form?
//!
//! ISO 13616 as in `iban`, country DE: 22 characters, all digits after the country (Bankleitzahl 8,
//! account 10; SWIFT IBAN Registry). The account's own check digit follows one of some 150 methods that
//! the bank chooses (Deutsche Bundesbank, "Prüfzifferberechnungsmethoden"); it is not asked for.

/// As `iban`, starting with DE.
pub(crate) fn valid(value: &[u8]) -> bool {
    super::iban::valid_in(b"DE", value)
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = [
            "DE89370400440532013000",
            "DE89 3704 0044 0532 0130 00",
            "de75512108001245126199",
            "DE02120300000000202051",
        ];
        let bad = [
            "DE88370400440532013000",
            "GB29NWBK60161331926819",
            "DE8937040044053201300",
            "DE",
            "",
            "DE8937040044053201300X",
        ];
        crate::validate::testing::check("iban-de", &good, &bad);
    }
}
