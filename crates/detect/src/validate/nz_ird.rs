//! Is this a New Zealand Inland Revenue number?
//!
//! Eight or nine digits from 10,000,000 to 200,000,000; weights 3, 2, 7, 6, 5, 4, 3, 2 modulo eleven, and for
//! a check of ten again with 7, 4, 3, 2, 5, 2, 7, 6 (Inland Revenue, "Resident withholding tax and
//! non-resident withholding tax specification", IRD number validation).

use super::digits::{GROUPED, digits, number, weighted};

/// Eight or nine digits, grouped by hyphens or spaces.
pub(crate) fn valid(value: &[u8]) -> bool {
    let Some(run) = digits::<9>(value, GROUPED) else {
        return false;
    };
    let Some((&check, payload)) = run.split_last() else {
        return false;
    };
    let zeros = [0; 8];
    let filled = zeros.iter().take(8 - payload.len().min(8)).chain(payload);
    let mut base = [0; 8];
    base.iter_mut().zip(filled).for_each(|(to, from)| *to = *from);
    let expected = |weights: &[u8]| (11 - weighted(&base, weights) % 11) % 11;
    let first = expected(&[3, 2, 7, 6, 5, 4, 3, 2]);
    let digit = if first < 10 { first } else { expected(&[7, 4, 3, 2, 5, 2, 7, 6]) };
    run.len() > 7 && (10_000_000..=200_000_000).contains(&number(&run)) && digit == u32::from(check)
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // 49-091-850, 35-901-981 and 49-098-576 are the examples of the specification.
        let good = ["49-091-850", "35-901-981", "49-098-576", "101286223", "136 410 132"];
        let bad = ["49-091-851", "4909185", "9999999990", "000000000", "", "49-091-85x", "999999999"];
        crate::validate::testing::check("nz-ird", &good, &bad);
    }
}
