//! Is this a Brazilian taxpayer number of a person (CPF)?
//!
//! Eleven digits, the last two by modulus 11 with weights 10 to 2 and 11 to 2; a remainder below two
//! gives 0. Eleven equal digits satisfy the sums but are refused, as the tax office does (Receita
//! Federal, "Cadastro de Pessoas Físicas"; IN RFB 2172/2024).

use super::digits::{POINTED, all_same, exactly, weighted};

/// Eleven digits, grouped by points, hyphens, spaces or slashes.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<11>(value, POINTED).is_some_and(|cpf| {
        let first = check(weighted(&cpf[..9], &[10, 9, 8, 7, 6, 5, 4, 3, 2]));
        let second = check(weighted(&cpf[..10], &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]));
        !all_same(&cpf) && u32::from(cpf[9]) == first && u32::from(cpf[10]) == second
    })
}

/// Modulus 11 with remainders 0 and 1 written as 0.
pub(crate) fn check(sum: u32) -> u32 {
    match sum % 11 {
        0 | 1 => 0,
        remainder => 11 - remainder,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["390.533.447-05", "39053344101", "111.444.777-35", "529 982 247 25", "12345678909"];
        let bad = [
            "390.533.447-04",
            "11111111111",
            "00000000000",
            "390.533.447-0",
            "390.533.447-055",
            "",
            "390.533.44x-05",
        ];
        crate::validate::testing::check("br-cpf", &good, &bad);
    }
}
