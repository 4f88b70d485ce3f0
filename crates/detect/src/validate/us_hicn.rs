//! Could this be a US health insurance claim number, as Medicare used until 2019?
//!
//! Either a social security number (area and group assigned) with a beneficiary code of a letter and
//! perhaps a second letter or digit, or a Railroad Retirement Board form: a prefix of one to three
//! letters and six or nine digits (Social Security Administration, POMS RS 00202.001 and HI 00901.001; CMS,
//! "Medicare Claims Processing Manual" chapter 2). There is no check digit.

use super::digits::{GROUPED, fits, numeral, symbols};

const RAILROAD: [&[u8]; 16] = [
    b"A", b"CA", b"CH", b"H", b"JA", b"JH", b"MA", b"MH", b"PA", b"PD", b"PH", b"WA", b"WCA", b"WCD", b"WD",
    b"WH",
];

/// Letters and digits, grouped by spaces or hyphens.
pub(crate) fn valid(value: &[u8]) -> bool {
    symbols::<12>(value, GROUPED).is_some_and(|hicn| is_social(&hicn) || is_railroad(&hicn))
}

fn is_social(hicn: &[u8]) -> bool {
    let Some((number, code)) = hicn.split_first_chunk::<9>() else {
        return false;
    };
    let assigned = |part: &[u8]| numeral(part).is_some_and(|part| part > 0);
    let kind = matches!(code, [b'A'..=b'F' | b'H' | b'J' | b'K' | b'M' | b'T' | b'W', ..]);
    kind && (fits("a", code) || fits("ac", code))
        && assigned(&number[..3])
        && assigned(&number[3..5])
        && assigned(&number[5..])
}

fn is_railroad(hicn: &[u8]) -> bool {
    let letters = hicn.iter().take_while(|symbol| symbol.is_ascii_uppercase()).count();
    let (prefix, number) = hicn.split_at_checked(letters).unwrap_or_default();
    RAILROAD.contains(&prefix) && (fits("n6", number) || fits("n9", number))
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good =
            ["123-45-6789A", "123456789B1", "987654321-HA", "WCA123456", "A 123456789", "123 45 6789 c2"];
        let bad = [
            "123456789",
            "000456789A",
            "123-00-6789A",
            "123456789Z",
            "123456789A12",
            "XYZ123456",
            "A1234567",
            "",
        ];
        crate::validate::testing::check("us-hicn", &good, &bad);
    }
}
