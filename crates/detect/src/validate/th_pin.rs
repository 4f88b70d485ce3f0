//! Is this a Thai citizen identification number?
//!
//! Thirteen digits beginning with 1 to 8; weights 13 to 2 modulo eleven, taken from eleven, last digit of
//! that (Department of Provincial Administration, Population Registration Act 1991).

use super::digits::{GROUPED, exactly, weighted};

/// Thirteen digits, grouped 1-4-5-2-1 by hyphens or spaces or not at all.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<13>(value, GROUPED).is_some_and(|pin| {
        let sum = weighted(&pin[..12], &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
        matches!(pin[0], 1..=8) && (11 - sum % 11) % 10 == u32::from(pin[12])
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["7596838093122", "6-5155-29926-33-3", "7407173002765", "1691197202776"];
        let bad = ["7596838093123", "0596838093122", "759683809312", "75968380931222", "", "759683809312x"];
        crate::validate::testing::check("th-pin", &good, &bad);
    }
}
