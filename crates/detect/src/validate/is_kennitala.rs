//! Is this an Icelandic identification number (kennitala)?
//!
//! Birth as DDMMYY (day plus 40 for bodies), two digits, a check digit (weights 3, 2, 7, 6, 5, 4, 3, 2 modulo
//! eleven), and the century: 8, 9 or 0 (Registers Iceland, "ID numbers").

use super::calendar::is_date;
use super::digits::{GROUPED, exactly, number, weighted};

/// Ten digits, a hyphen or space after the sixth or none.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<10>(value, GROUPED).is_some_and(|id| {
        let century = match id[9] {
            8 => 1800,
            9 => 1900,
            0 => 2000,
            _ => return false,
        };
        let day = number(&id[..2]);
        let born =
            is_date(century + number(&id[4..6]), number(&id[2..4]), if day > 40 { day - 40 } else { day });
        born && weighted(&id[..9], &[3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // The first is the example of Registers Iceland.
        let good = ["120174-3399", "111249-8229", "2205570819", "110890 0019"];
        let bad =
            ["120174-3389", "321374-3399", "120174-3391", "120174-339", "120174-33999", "", "120174x3399"];
        crate::validate::testing::check("is-kennitala", &good, &bad);
    }
}
