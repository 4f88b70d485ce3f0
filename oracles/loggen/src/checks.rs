//! Which digit makes a number valid? The public check-digit rules, written from their publications for this generator
//! alone, so that a mistake in the scanner's validators cannot hide behind the same mistake here.

/// The digits of a text, as numbers.
pub fn digits_of(text: &str) -> impl DoubleEndedIterator<Item = u32> + '_ {
    text.chars().filter_map(|c| c.to_digit(10))
}

/// Sum of digit times weight.
pub fn weighted(text: &str, weights: &[u32]) -> u32 {
    digits_of(text).zip(weights).map(|(d, w)| d * w).sum()
}

/// ISO/IEC 7812-1 annex B: the digit that completes a payload.
pub fn luhn_digit(payload: &str) -> u32 {
    let sum: u32 = digits_of(payload)
        .rev()
        .enumerate()
        .map(|(i, d)| luhn_part(i, d))
        .sum();
    (10 - sum % 10) % 10
}

fn luhn_part(place: usize, digit: u32) -> u32 {
    let doubled = if place.is_multiple_of(2) { digit * 2 } else { digit };
    doubled / 10 + doubled % 10
}

/// A payload with its Luhn digit.
pub fn luhn(payload: &str) -> String {
    format!("{payload}{}", luhn_digit(payload))
}

/// Remainder modulo `m` of a decimal text of any length.
pub fn modulo(text: &str, m: u64) -> u64 {
    digits_of(text).fold(0, |r, d| (r * 10 + u64::from(d)) % m)
}

/// ISO 13616: the two check digits of an IBAN (ISO 7064 mod 97-10, letters A = 10 to Z = 35).
pub fn iban_digits(country: &str, bban: &str) -> String {
    let spelled: String = format!("{bban}{country}00")
        .chars()
        .filter_map(|c| c.to_digit(36))
        .map(|v| v.to_string())
        .collect();
    format!("{:02}", 98 - modulo(&spelled, 97))
}

/// ISO 7064 mod 11,10.
pub fn mod11_10_digit(payload: &str) -> u32 {
    let product = digits_of(payload).fold(10, |p, d| {
        let sum = (d + p) % 10;
        (if sum == 0 { 10 } else { sum } * 2) % 11
    });
    (11 - product) % 10
}

/// Spain, Real Decreto 1553/2005: control letter of a DNI number.
pub fn dni_letter(number: u64) -> char {
    letter_of("TRWAGMYFPDXBNJZSQVHLCKE", (number % 23) as usize)
}

/// The letter of an alphabet at a place.
pub fn letter_of(alphabet: &str, place: usize) -> char {
    alphabet.chars().nth(place).unwrap_or('0')
}

/// Italy, DM 23 December 1976: the character that closes a codice fiscale, and the CIN of an Italian account number.
pub fn italian_letter(payload: &str) -> char {
    const ODD: [u32; 26] = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
    ];
    let value = |c: char| c.to_digit(36).map_or(0, |v| if v < 10 { v } else { v - 10 });
    let odd = |c: char| ODD.get(value(c) as usize).copied().unwrap_or(0);
    let sum: u32 = payload
        .chars()
        .enumerate()
        .map(|(i, c)| if i.is_multiple_of(2) { odd(c) } else { value(c) })
        .sum();
    letter_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (sum % 26) as usize)
}

/// ICAO 9303-3, section 4.9: weights 7, 3, 1 over digits and letters (A = 10).
pub fn icao_digit(payload: &str) -> u32 {
    payload
        .chars()
        .filter_map(|c| c.to_digit(36))
        .zip([7, 3, 1].iter().cycle())
        .map(|(v, w)| v * w)
        .sum::<u32>()
        % 10
}

/// Brazil, Receita Federal: a mod 11 check digit with weights 2, 3, ... from the right, starting again after `top`.
/// Letters count as their code minus 48 (IN RFB 2.229/2024).
pub fn brazil_digit(payload: &str, top: u32) -> u32 {
    let weights = (2..=top).cycle();
    let sum: u32 = payload
        .bytes()
        .rev()
        .zip(weights)
        .map(|(b, w)| (u32::from(b) - 48) * w)
        .sum();
    let rest = sum % 11;
    if rest < 2 { 0 } else { 11 - rest }
}

/// 49 CFR 565.15: position 9 of a vehicle identification number.
pub fn vin_digit(vin: &str) -> char {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let sum: u32 = vin.chars().zip(WEIGHTS).map(|(c, w)| vin_value(c) * w).sum();
    letter_of("0123456789X", (sum % 11) as usize)
}

fn vin_value(c: char) -> u32 {
    match c {
        '0'..='9' => c.to_digit(10).unwrap_or(0),
        'A'..='H' => c as u32 - 'A' as u32 + 1,
        'J'..='N' => c as u32 - 'J' as u32 + 1,
        'P' => 7,
        'R' => 9,
        'S'..='Z' => c as u32 - 'S' as u32 + 2,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published specimens: ISO/IEC 7812 (Luhn), ECBS (IBAN), BZSt (tax id), the specimen ID card of the BMI,
    /// 49 CFR 565 (VIN), the codice fiscale and CNPJ examples of the tax agencies.
    #[test]
    fn published_specimens_hold() {
        assert_eq!(luhn_digit("7992739871"), 3);
        assert_eq!(iban_digits("DE", "370400440532013000"), "89");
        assert_eq!(iban_digits("GB", "WEST12345698765432"), "82");
        assert_eq!(mod11_10_digit("8609574271"), 9);
        assert_eq!(dni_letter(12_345_678), 'Z');
        assert_eq!(italian_letter("MRTMTT25D09F205"), 'Z');
        assert_eq!(italian_letter("0542811101000000123456"), 'X');
        assert_eq!(icao_digit("T22000129"), 3);
        assert_eq!(brazil_digit("112223330001", 9), 8);
        assert_eq!(brazil_digit("12ABC34501DE", 9), 3);
        assert_eq!(vin_digit("1M8GDM9A_KP042788"), 'X');
    }
}
