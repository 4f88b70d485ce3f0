//! Is this a Mexican population registry code (CURP)?
//!
//! Four letters of the names, birth as YYMMDD, sex H, M or X, state (two letters), three consonants, a digit
//! (births to 1999) or letter, and a check digit: ranks with Ñ between N and O, weights 18 to 2, modulo ten
//! (RENAPO, "Instructivo normativo para la asignación de la CURP", 2021).

use super::calendar::is_date;
use super::digits::{exactly_symbols, fits, numeral, rank};

const STATES: &[u8] = b"ASBCBSCCCLCMCSCHDFDGGTGRHGJCMCMNMSNTNLOCPLQTQRSPSLSRTCTSTLVZYNZSNE";

/// Eighteen characters.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly_symbols::<18>(value, b"").is_some_and(|curp| {
        let part = |from: usize| curp.get(from..from + 2).and_then(numeral).unwrap_or(0);
        let century = if curp[16].is_ascii_digit() { 1900 } else { 2000 };
        fits("a4n6a6cn", &curp)
            && matches!(curp[10], b'H' | b'M' | b'X')
            && STATES.chunks(2).any(|state| state == &curp[11..13])
            && is_date(century + part(4), part(6), part(8))
            && check(&curp[..17]) == u32::from(curp[17] & 15)
    })
}

fn check(symbols: &[u8]) -> u32 {
    let worth = |symbol: u8| rank(symbol) + u32::from(symbol > b'N');
    let sum: u32 =
        symbols.iter().zip((2u32..=18).rev()).map(|(&symbol, weight)| worth(symbol) * weight).sum();
    (10 - sum % 10) % 10
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["BOXW310820HNERXN09", "GOUC590612HDFHRS09", "gouk470613hdfhrs00", "GOTP801117HDFGRS03"];
        let bad = [
            "BOXW310820HNERXN08",
            "BOXW311320HNERXN09",
            "BOXW310820ZNERXN09",
            "BOXW310820HZZRXN09",
            "BOXW310820HNERXN0",
            "",
            "BOX1310820HNERXN09",
        ];
        crate::validate::testing::check("mx-curp", &good, &bad);
    }
}
