//! Is this an Italian bank account number in its international form?
//!
//! ISO 13616 as in `iban`, country IT: 27 characters, one control letter, bank (ABI) 5, branch (CAB) 5,
//! account 12 letters or digits (SWIFT IBAN Registry). The control letter is not asked for.

/// As `iban`, starting with IT.
pub(crate) fn valid(value: &[u8]) -> bool {
    super::iban::valid_in(b"IT", value)
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = [
            "IT60X0542811101000000123456",
            "IT60 X054 2811 1010 0000 0123 456",
            "it40s0542811101000000123456",
            "IT60-X-05428-11101-000000123456",
        ];
        let bad = [
            "IT61X0542811101000000123456",
            "SM86U0322509800000000270100",
            "IT60X054281110100000012345",
            "IT",
            "",
            "IT6010542811101000000123456",
        ];
        crate::validate::testing::check("iban-it", &good, &bad);
    }
}
