//! Is this a Canadian social insurance number?
//!
//! Nine digits with a Luhn check digit; 0 and 8 do not begin a number given to a person (Employment and
//! Social Development Canada, "Social Insurance Number code of practice"; 9 is for temporary residents).

use super::checks::luhn;
use super::digits::{GROUPED, exactly};

/// Nine digits, grouped 3-3-3 by spaces or hyphens or not at all.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<9>(value, GROUPED).is_some_and(|sin| !matches!(sin[0], 0 | 8) && luhn(&sin))
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["130 692 544", "193-456-787", "123456782", "900000001"];
        let bad = ["130 692 545", "046 454 286", "800000002", "13069254", "1306925440", "", "13069254x"];
        crate::validate::testing::check("ca-sin", &good, &bad);
    }
}
