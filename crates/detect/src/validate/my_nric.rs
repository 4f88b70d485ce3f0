//! Could this be a Malaysian identity card number (MyKad)?
//!
//! Birth as YYMMDD, place of birth 2, four digits (National Registration Regulations 1990; Jabatan
//! Pendaftaran Negara). There is no check digit; places 00, 17 to 20, 69, 70, 73, 80, 81 and 94 to 97 are
//! not used.

use super::calendar::is_date;
use super::digits::{GROUPED, exactly, number};

/// Twelve digits, hyphens after the sixth and eighth or none.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<12>(value, GROUPED).is_some_and(|id| {
        let unused = matches!(number(&id[6..8]), 0 | 17..=20 | 69 | 70 | 73 | 80 | 81 | 94..=97);
        is_date(2000 + number(&id[..2]), number(&id[2..4]), number(&id[4..6])) && !unused
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["770305-02-1234", "890131065678", "890131-06-5678", "000229-14-0001"];
        let bad = [
            "771305-02-1234",
            "770332-02-1234",
            "770305-17-1234",
            "770305-00-1234",
            "770305-02-123",
            "",
            "770305-02-12345",
        ];
        crate::validate::testing::check("my-nric", &good, &bad);
    }
}
