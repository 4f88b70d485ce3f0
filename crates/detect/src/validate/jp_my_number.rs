//! Is this a Japanese individual number (My Number)?
//!
//! Twelve digits; from the right of the first eleven, weights 2 to 7 and 2 to 6 modulo eleven; remainders 0
//! and 1 give 0, others eleven minus the remainder (Ministry of Internal Affairs, Ordinance 85 of 2014,
//! article 5).

use super::br_cpf::check;
use super::digits::{GROUPED, all_same, exactly, weighted};

/// Twelve digits, grouped 4-4-4 by spaces or hyphens or not at all.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<12>(value, GROUPED).is_some_and(|id| {
        let sum = weighted(&id[..11], &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
        !all_same(&id) && check(sum) == u32::from(id[11])
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["3426 2958 4020", "503183873751", "5003-8879-2364", "816915139264"];
        let bad = ["3426 2958 4021", "34262958402", "3426295840200", "", "34262958402x", "000000000000"];
        crate::validate::testing::check("jp-my-number", &good, &bad);
    }
}
