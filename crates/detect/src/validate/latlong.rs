//! Is this a place on earth in decimal degrees?
//!
//! Latitude within 90 and longitude within 180 degrees, both with a fraction, in this order (ISO 6709
//! order; AWS takes decimal degrees only, not minutes and seconds). A pair of whole numbers is no place.

/// Two signed decimals, with a comma, semicolon or spaces between.
pub(crate) fn valid(value: &[u8]) -> bool {
    let mut parts = value.split(|byte| b",; \t".contains(byte)).filter(|part| !part.is_empty());
    match (parts.next(), parts.next(), parts.next()) {
        (Some(latitude), Some(longitude), None) => is_degrees(latitude, 90) && is_degrees(longitude, 180),
        _ => false,
    }
}

fn is_degrees(text: &[u8], limit: u32) -> bool {
    let unsigned = text.strip_prefix(b"-").or(text.strip_prefix(b"+")).unwrap_or(text);
    let Some(point) = unsigned.iter().position(|&byte| byte == b'.') else {
        return false;
    };
    let (whole, fraction) = unsigned.split_at_checked(point).unwrap_or_default();
    let Some(fraction) = fraction.strip_prefix(b".") else {
        return false;
    };
    let digits =
        |part: &[u8], most: usize| (1..=most).contains(&part.len()) && part.iter().all(u8::is_ascii_digit);
    let degrees =
        whole.iter().fold(0, |sum: u32, digit| sum.wrapping_mul(10).wrapping_add(u32::from(digit & 15)));
    let zero = fraction.iter().all(|&digit| digit == b'0');
    digits(whole, 3) && digits(fraction, 20) && (degrees < limit || (degrees == limit && zero))
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // The first is the example of AWS's page on LatLong.
        let good =
            ["41.948614,-87.655311", "51.5, -0.12", "-33.8568 151.2153", "90.0,180.0", "+48.85837;+2.294481"];
        let bad = [
            "91.0,10.5",
            "41.9,181.2",
            "41,87",
            "41.948614",
            "",
            "41.948614,-87.655311,1.0",
            "90.1,0.5",
            "4a.5,1.5",
            "41.,1.5",
        ];
        crate::validate::testing::check("latlong", &good, &bad);
    }
}
