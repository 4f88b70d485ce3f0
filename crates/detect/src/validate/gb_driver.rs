//! Could this be a driver number of Great Britain?
//!
//! Sixteen characters: five of the surname filled up with 9, decade, month (plus 50 for women), day,
//! year, two initials or 9, a digit that tells namesakes apart, two check characters whose rule is not
//! published; a number of two digits that counts the cards may follow. Source: DVLA, "INF45/1, The driver number"
//! and the driving licence codes page of gov.uk.

use super::calendar::is_day;
use super::digits::{GROUPED, fits, numeral, symbols};

/// 16 characters or 18 with the number of the card, grouped by spaces or hyphens.
pub(crate) fn valid(value: &[u8]) -> bool {
    let Some(run) = symbols::<18>(value, GROUPED) else {
        return false;
    };
    let Some((driver, copy)) = run.split_first_chunk::<16>() else {
        return false;
    };
    (copy.is_empty() || fits("n2", copy))
        && is_surname(&driver[..5])
        && is_birth(&driver[5..11])
        && driver[11..13].iter().all(|&initial| initial.is_ascii_uppercase() || initial == b'9')
}

fn is_surname(name: &[u8]) -> bool {
    let letters = name.iter().take_while(|symbol| symbol.is_ascii_uppercase()).count();
    letters > 0 && name.iter().skip(letters).all(|&filler| filler == b'9')
}

/// Decade, month (plus 50), day, year.
fn is_birth(birth: &[u8]) -> bool {
    let Some(birth) = numeral(birth) else { return false };
    let (month, day) = (birth / 1000 % 100, birth / 10 % 100);
    is_day(if month > 50 { month - 50 } else { month }, day)
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // The first is the example on gov.uk's own explanation of the driver number.
        let good = [
            "MORGA657054SM9IJ",
            "morga657054sm9ij 35",
            "SMITH-802155-J99AB",
            "FO999512310A99XY",
            "JONES710238H99K112",
        ];
        let bad = [
            "MORGA665054SM9IJ",
            "MORGA657324SM9IJ",
            "MOR9A657054SM9IJ",
            "99999657054SM9IJ",
            "MORGA657054SM9I",
            "",
            "MORGA657054S19IJ",
            "MORGA6570X4SM9IJ",
        ];
        crate::validate::testing::check("gb-driver", &good, &bad);
    }
}
