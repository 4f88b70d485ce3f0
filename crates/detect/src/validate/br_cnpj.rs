//! Is this a Brazilian taxpayer number of a company (CNPJ)?
//!
//! Twelve characters and two check digits by modulus 11, weights 5 to 2 then 9 to 2, and 6 to 2 then 9 to
//! 2. From July 2026 the twelve may hold letters, each counted as its ASCII code minus 48 (IN RFB
//! 2229/2024). Fourteen equal digits are refused.

use super::br_cpf::check;
use super::digits::{POINTED, all_same, exactly_symbols};

const WEIGHTS: [u32; 13] = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];

/// Fourteen characters, grouped by points, slash, hyphen or spaces.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly_symbols::<14>(value, POINTED).is_some_and(|cnpj| {
        let [.., first, second] = cnpj;
        let given = [first, second].map(|digit| u32::from(digit).wrapping_sub(48));
        !all_same(&cnpj)
            && given == [check(sum(&cnpj[..12], &WEIGHTS[1..])), check(sum(&cnpj[..13], &WEIGHTS))]
    })
}

fn sum(symbols: &[u8], weights: &[u32]) -> u32 {
    symbols.iter().zip(weights).map(|(&symbol, weight)| u32::from(symbol).wrapping_sub(48) * weight).sum()
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // 12ABC34501DE35 is the tax office's own example of the new form.
        let good = [
            "16.727.230/0001-97",
            "11222333000181",
            "12.ABC.345/01DE-35",
            "12abc34501de35",
            "00000000000191",
        ];
        let bad = [
            "16.727.230/0001-96",
            "00000000000000",
            "12ABC34501DE36",
            "12ABC34501DEA5",
            "1672723000019",
            "",
            "167272300001970",
            "11111111111111",
        ];
        crate::validate::testing::check("br-cnpj", &good, &bad);
    }
}
