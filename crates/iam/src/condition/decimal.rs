//! Which number is this text? Integers and decimals, compared exactly.
//!
//! Binary floating point was rejected: 2^53 + 1 and 2^53 are different limits.

/// Digits behind the point that are kept.
const FRACTION_DIGITS_MAX: usize = 9;
/// Digits before the point that are read.
const WHOLE_DIGITS_MAX: usize = 27;

/// A decimal number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Decimal(i128);

impl Decimal {
    /// Reads an optional sign, digits, and perhaps a point with more digits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let fits = (1..=WHOLE_DIGITS_MAX).contains(&whole.len())
            && (1..=FRACTION_DIGITS_MAX).contains(&fraction.len());
        if !fits || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let scale = 10_i128.pow(u32::try_from(FRACTION_DIGITS_MAX - fraction.len()).ok()?);
        let whole = whole.parse::<i128>().ok()? * 1_000_000_000;
        let magnitude = whole + fraction.parse::<i128>().ok()? * scale;
        Some(Self(if negative { -magnitude } else { magnitude }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_bounds() {
        let number = |text: &str| Decimal::parse(text).unwrap();
        assert!(
            number("-1.5") < number("-1.49")
                && number("0.1") < number("0.11")
                && number("+3") == number("3.000")
        );
        for text in ["", "-", "1e3", ".5", "1.", "1,5", " 1", "0x1", "NaN"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
        let whole = |digits: usize| Decimal::parse(&"9".repeat(digits)).is_some();
        let fraction = |digits: usize| Decimal::parse(&format!("0.{}", "1".repeat(digits))).is_some();
        assert!(whole(WHOLE_DIGITS_MAX) && !whole(WHOLE_DIGITS_MAX + 1));
        assert!(fraction(FRACTION_DIGITS_MAX) && !fraction(FRACTION_DIGITS_MAX + 1));
    }
}
