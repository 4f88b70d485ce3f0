//! Identity numbers of the United States, Canada and Brazil, and vehicles.

use super::{grouped, two, until};
use crate::checks::{brazil_digit, letter_of, luhn, vin_digit, weighted};
use crate::rng::Rng;

/// Area, group and serial of a US social security number (SSA, randomised since 2011).
pub fn ssn_parts(rng: &mut Rng) -> [String; 3] {
    let area = until(rng, |r| Some(r.range(1, 899)).filter(|a| *a != 666));
    [
        format!("{area:03}"),
        two(rng.range(1, 99)),
        format!("{:04}", rng.range(1, 9999)),
    ]
}

/// US social security number.
pub fn ssn(rng: &mut Rng) -> String {
    let joint = rng.pick(&["-", "-", "-", " ", ""]);
    ssn_parts(rng).join(joint)
}

/// US individual taxpayer number (IRS Pub. 1915).
pub fn itin(rng: &mut Rng) -> String {
    let group = rng.pick(&[50, 58, 65, 70, 77, 88, 90, 92, 94, 99]);
    let joint = rng.pick(&["-", "-", ""]);
    [format!("9{}", rng.digits(2)), two(group), rng.digits(4)].join(joint)
}

const ZIP_AREAS: [&str; 20] = [
    "021", "100", "112", "190", "303", "331", "372", "441", "482", "554", "606", "631", "700", "750", "787",
    "802", "852", "900", "941", "981",
];

/// US ZIP code, five digits or ZIP+4.
pub fn zip(rng: &mut Rng) -> String {
    let five = format!("{}{}", rng.pick(&ZIP_AREAS), two(rng.range(1, 60)));
    if rng.chance(35) {
        format!("{five}-{}", rng.shape("%###"))
    } else {
        five
    }
}

/// US passport: a letter and eight digits since 2021.
pub fn passport_us_letter(rng: &mut Rng) -> String {
    rng.shape("A########")
}

/// US passport: nine digits.
pub fn passport_us_digits(rng: &mut Rng) -> String {
    rng.shape("%########")
}

/// Canadian passport.
pub fn passport_ca(rng: &mut Rng) -> String {
    rng.of("ABCDEGHJKLM", 2) + &rng.digits(6)
}

/// Canadian permanent resident card.
pub fn resident_ca(rng: &mut Rng) -> String {
    let n = rng.pick(&[7, 8, 10, 10]);
    rng.pick(&["RA", "PA", "RB", "RC"]).to_string() + &rng.digits(n)
}

/// Canadian postal code.
pub fn postal_ca(rng: &mut Rng) -> String {
    let first = rng.of("ABCEGHJKLMNPRSTVXY", 1);
    let (second, third) = (
        rng.of("ABCEGHJKLMNPRSTVWXYZ", 1),
        rng.of("ABCEGHJKLMNPRSTVWXYZ", 1),
    );
    format!(
        "{first}{}{second} {}{third}{}",
        rng.digits(1),
        rng.digits(1),
        rng.digits(1)
    )
}

/// Canadian social insurance number.
pub fn sin(rng: &mut Rng) -> String {
    let plain = luhn(&(rng.of("1245679", 1) + &rng.digits(7)));
    let joint = rng.pick(&[" ", " ", "-", ""]);
    grouped(&plain, &[3, 3, 3], joint)
}

/// Brazilian postal code.
pub fn cep(rng: &mut Rng) -> String {
    rng.shape("#####-###")
}

/// Brazilian company number; the alphanumeric form in one of six.
pub fn cnpj(rng: &mut Rng) -> String {
    let root = if rng.below(6) == 0 {
        rng.shape("??@?#?@?0001")
    } else {
        rng.shape("%#######000%")
    };
    let first = brazil_digit(&root, 9);
    let second = brazil_digit(&format!("{root}{first}"), 9);
    let plain = format!("{root}{first}{second}");
    let cell = |from: usize, n: usize| plain.chars().skip(from).take(n).collect::<String>();
    if rng.chance(30) {
        return plain;
    }
    format!(
        "{}.{}.{}/{}-{}",
        cell(0, 2),
        cell(2, 3),
        cell(5, 3),
        cell(8, 4),
        cell(12, 2)
    )
}

/// Brazilian personal tax number.
pub fn cpf(rng: &mut Rng) -> String {
    let nine = rng.number(9);
    let first = brazil_digit(&nine, 11);
    let second = brazil_digit(&format!("{nine}{first}"), 11);
    let cell = |from: usize| nine.chars().skip(from).take(3).collect::<String>();
    if rng.chance(35) {
        return format!("{nine}{first}{second}");
    }
    format!("{}.{}.{}-{first}{second}", cell(0), cell(3), cell(6))
}

/// Brazilian identity card of São Paulo.
pub fn rg(rng: &mut Rng) -> String {
    let eight = rng.number(8);
    let sum = weighted(&eight, &[2, 3, 4, 5, 6, 7, 8, 9]) % 11;
    let check = letter_of("0123456789X", ((11 - sum) % 11) as usize);
    let cell = |from: usize, n: usize| eight.chars().skip(from).take(n).collect::<String>();
    if rng.chance(30) {
        return format!("{eight}{check}");
    }
    format!("{}.{}.{}-{check}", cell(0, 2), cell(2, 3), cell(5, 3))
}

/// Vehicle identification number with a North American check digit.
pub fn vin(rng: &mut Rng) -> String {
    const SET: &str = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ";
    let maker = rng.pick(&["1FT", "1G1", "2T1", "3VW", "4T1", "5YJ", "1HG", "JTD", "WVW"]);
    let (middle, tail) = (
        rng.of(SET, 5),
        rng.of("ABCDEFGHJKLMNPRSTVWXY", 1) + &rng.of(SET, 1) + &rng.digits(6),
    );
    let check = vin_digit(&format!("{maker}{middle}0{tail}"));
    format!("{maker}{middle}{check}{tail}")
}
