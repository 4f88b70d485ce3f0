//! Driving licences, by country (public entity definitions of DLP products; national rules where they are public).

use super::{grouped, two, until};
use crate::checks::{dni_letter, letter_of, luhn};
use crate::rng::Rng;

fn born(rng: &mut Rng) -> (String, String, String) {
    (
        two(rng.range(1, 28)),
        two(rng.range(1, 12)),
        two(rng.range(40, 99)),
    )
}

/// Germany: office, serial, check character (weights 9 to 1, mod 11), issue.
pub fn de(rng: &mut Rng) -> String {
    until(rng, |r| {
        let nine = r.shape("@#%#") + &r.of("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", 5);
        let sum: u32 = nine
            .chars()
            .filter_map(|c| c.to_digit(36))
            .zip((1..=9).rev())
            .map(|(v, w)| v * w)
            .sum();
        let check = sum % 11;
        (check < 10).then(|| format!("{nine}{check}{}", r.of("123456789", 1)))
    })
}

/// Spain: the holder's DNI.
pub fn es(rng: &mut Rng) -> String {
    let number = rng.range(10_000_000, 79_999_999);
    format!("{number}{}", dni_letter(number))
}

/// Finland: the holder's personal identity code; here always one that closes with a letter.
pub fn fi(rng: &mut Rng) -> String {
    until(rng, |r| {
        let ((d, m, y), serial) = (born(r), format!("{:03}", r.range(2, 899)));
        let number: u64 = format!("{d}{m}{y}{serial}").parse().ok()?;
        let check = letter_of("0123456789ABCDEFHJKLMNPRSTUVWXY", (number % 31) as usize);
        check
            .is_ascii_uppercase()
            .then(|| format!("{d}{m}{y}-{serial}{check}"))
    })
}

/// Sweden: the holder's personal number.
pub fn se(rng: &mut Rng) -> String {
    let ((d, m, y), serial) = (born(rng), rng.digits(3));
    grouped(&luhn(&format!("{y}{m}{d}{serial}")), &[6, 4], "-")
}

/// United Kingdom: the 16 characters of the DVLA.
pub fn gb(rng: &mut Rng) -> String {
    let surname = rng.pick(&["HOLLO", "BAXTE", "KING9", "WHITM", "OBI99", "DRUMM", "FENWI"]);
    let (day, _, year) = born(rng);
    let month = rng.range(1, 12) + if rng.chance(50) { 50 } else { 0 };
    let (decade, unit): (String, String) = (year.chars().take(1).collect(), year.chars().skip(1).collect());
    let initials = rng.of("ABCDEFGHJKLMNPRSTW", 1) + &rng.of("ABCDEJKLMNPRST9", 1);
    format!(
        "{surname}{decade}{}{day}{unit}{initials}{}{}",
        two(month),
        rng.digits(1),
        rng.of("ABCDEFGHJKLMNPRSTUVWXYZ", 2)
    )
}

/// Portugal: district letters, number, check.
pub fn pt(rng: &mut Rng) -> String {
    let shape = rng.pick(&[
        "L-######## #",
        "LI-##### #",
        "PO-###### #",
        "C-###### #",
        "AV-###### #",
    ]);
    rng.shape(shape)
}

/// United States: states whose shape no other country on the keyword list has, and plain digits beside the state's name.
pub fn us(rng: &mut Rng) -> (String, &'static str) {
    const STATES: [(&str, &str); 12] = [
        ("@#######", "California"),
        ("@#######", "California"),
        ("@###-###-##-###-0", "Florida"),
        ("@###-####-####", "Illinois"),
        ("##-###-####", "Colorado"),
        ("@@######", "Ohio"),
        ("@ ### ### ### ###", "Michigan"),
        ("@########", "Virginia"),
        ("K##-##-####", "Kansas"),
        ("@###-####-####-##", "Wisconsin"),
        ("%#######", "Texas"),
        ("%########", "New York"),
    ];
    let (shape, state) = rng.pick(&STATES);
    (rng.shape(shape), state)
}

/// Canada: provinces whose shape no US state has.
pub fn ca(rng: &mut Rng) -> (String, &'static str) {
    let (day, month, year) = born(rng);
    match rng.below(4) {
        0 => (
            format!("{}-{day}{month}{year}-{}", rng.shape("@####"), rng.digits(2)),
            "Quebec",
        ),
        1 => (
            grouped(
                &format!("{}{year}{month}{day}", rng.shape("@########")),
                &[5, 5, 5],
                "-",
            ),
            "Ontario",
        ),
        2 => (
            rng.shape("@@@@@-") + &format!("{day}{month}{year}") + &rng.digits(3),
            "Nova Scotia",
        ),
        _ => (rng.shape("%#####-###"), "Alberta"),
    }
}

/// Australia: digits, beside the state's name.
pub fn au(rng: &mut Rng) -> (String, &'static str) {
    let (n, state) = rng.pick(&[(8, "NSW"), (9, "VIC"), (9, "QLD"), (7, "WA"), (8, "NSW")]);
    (rng.number(n), state)
}
