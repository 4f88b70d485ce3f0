//! Is this a Finnish personal identity code?
//!
//! Birth as DDMMYY, a sign for the century (`+` 1800s; `-` and U to Y 1900s; A to F 2000s, since 2023), an
//! individual number from 002, and a check character: the nine digits modulo 31 in
//! 0123456789ABCDEFHJKLMNPRSTUVWXY (Valtioneuvoston asetus 128/2010 and 1191/2022; Digital and Population
//! Data Services Agency).

use super::calendar::is_date;
use super::digits::{letter, numeral};

/// Eleven characters.
pub(crate) fn valid(value: &[u8]) -> bool {
    let Some(&[d1, d2, m1, m2, y1, y2, sign, n1, n2, n3, check]) = value.first_chunk::<11>() else {
        return false;
    };
    let century = match sign.to_ascii_uppercase() {
        b'+' => 1800,
        b'-' | b'U'..=b'Y' => 1900,
        b'A'..=b'F' => 2000,
        _ => return false,
    };
    let Some(all) = numeral(&[d1, d2, m1, m2, y1, y2, n1, n2, n3]) else {
        return false;
    };
    let born = is_date(century + all / 1000 % 100, all / 100_000 % 100, all / 10_000_000);
    let expected = letter(b"0123456789ABCDEFHJKLMNPRSTUVWXY", all % 31);
    value.len() == 11 && born && all % 1000 > 1 && expected == Some(check.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // 131052-308T is the agency's own example.
        let good = ["131052-308T", "131052-308t", "190197-069A", "131052Y308T", "060243-5444"];
        let bad = [
            "131052-308U",
            "321052-308T",
            "131352-308T",
            "131052G308T",
            "131052-308",
            "",
            "131052-001G",
            "131052-308TT",
        ];
        crate::validate::testing::check("fi-hetu", &good, &bad);
    }
}
