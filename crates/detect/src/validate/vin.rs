//! Could this be a vehicle identification number?
//!
//! Seventeen letters and digits without I, O and Q; the last four are digits (ISO 3779:2009). Makers in
//! North America (first character 1 to 5) write a check digit in place nine: transliterated values times
//! weights modulo 11, X for ten (49 CFR 565.15); elsewhere it is not required, but a number that has a
//! right one passes whatever its end looks like. The first character is never 0.

use super::digits::{exactly_symbols, fits};

/// Seventeen characters without separators.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly_symbols::<17>(value, b"").is_some_and(|vin| {
        let alphabet = !vin.iter().any(|symbol| b"IOQ".contains(symbol));
        let mixed = vin.iter().any(u8::is_ascii_digit) && vin.iter().any(u8::is_ascii_uppercase);
        let elsewhere = !matches!(vin[0], b'1'..=b'5') && fits("n4", &vin[13..]);
        alphabet && mixed && vin[0] != b'0' && (elsewhere || is_checked(&vin))
    })
}

fn is_checked(vin: &[u8; 17]) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let sum: u32 = vin.iter().zip(WEIGHTS).map(|(&symbol, weight)| worth(symbol) * weight).sum();
    match vin[8] {
        b'X' => sum % 11 == 10,
        digit => digit.is_ascii_digit() && sum % 11 == u32::from(digit & 15),
    }
}

/// 49 CFR 565.15 table III: A to H are 1 to 8, J to R 1 to 9, S to Z 2 to 9.
fn worth(symbol: u8) -> u32 {
    u32::from(match symbol {
        b'0'..=b'9' => symbol - b'0',
        b'A'..=b'H' => symbol - b'A' + 1,
        b'J'..=b'R' => symbol - b'J' + 1,
        b'S'..=b'Z' => symbol - b'S' + 2,
        _ => 0,
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // 1M8GDM9AXKP042788 is the usual worked example of the check digit; the second one is all ones.
        let good = [
            "1M8GDM9AXKP042788",
            "5GZCZ43D13S812715",
            "WVWZZZ1JZXW000001",
            "wba3a5c50df586123",
            "1HGCM82633A004352",
        ];
        let bad = [
            "1M8GDM9A1KP042788",
            "1M8GDM9AXKP04278",
            "1M8GDM9AXKP0427888",
            "WVWZZZ1JZXW00000I",
            "0M8GDM9AXKP042788",
            "",
            "11111111111111111",
            "WVWZZZ1JZXWABCDEF",
        ];
        crate::validate::testing::check("vin", &good, &bad);
    }
}
