//! Identity, tax and travel numbers of Germany, Spain, France, Italy and the United Kingdom.

use super::{grouped, two, until};
use crate::checks::{dni_letter, icao_digit, italian_letter, letter_of, mod11_10_digit, modulo, weighted};
use crate::rng::Rng;

const ICAO: &str = "0123456789CFGHJKLMNPRTVWXYZ";

/// German identity card: nine characters and a check digit.
pub fn id_card_de(rng: &mut Rng) -> String {
    let nine = rng.of("LMNPRTVWXY", 1) + &rng.digits(2) + &rng.of(ICAO, 6);
    format!("{nine}{}", icao_digit(&nine))
}

/// German passport: nine characters.
pub fn passport_de(rng: &mut Rng) -> String {
    rng.of("CFGHJK", 1) + &rng.digits(2) + &rng.of("CFGHJKLMNPRTVWXYZ", 1) + &rng.of(ICAO, 3) + &rng.digits(2)
}

/// German tax identification number: among the first ten digits one stands twice and one is missing.
pub fn tax_de(rng: &mut Rng) -> String {
    let ten = until(rng, |r| {
        let mut pool: Vec<char> = "0123456789".chars().collect();
        let gone = r.below(10);
        pool.remove(gone);
        pool.push(r.pick(&pool.clone()));
        let ten: String = (0..10).map(|_| pool.remove(r.below(pool.len()))).collect();
        Some(ten).filter(|t| !t.starts_with('0'))
    });
    let plain = format!("{ten}{}", mod11_10_digit(&ten));
    if rng.chance(35) {
        grouped(&plain, &[2, 3, 3, 3], " ")
    } else {
        plain
    }
}

/// Spanish identity number: eight digits and a letter.
pub fn dni(rng: &mut Rng) -> String {
    let number = rng.range(10_000_000, 79_999_999);
    let joint = rng.pick(&["", "", "", "-"]);
    format!("{number}{joint}{}", dni_letter(number))
}

/// Spanish number of a foreigner.
pub fn nie(rng: &mut Rng) -> String {
    let (lead, seven) = (rng.below(3), rng.range(0, 9_999_999));
    let check = dni_letter(lead as u64 * 10_000_000 + seven);
    let joint = rng.pick(&["", "", "", "-"]);
    format!("{}{joint}{seven:07}{joint}{check}", letter_of("XYZ", lead))
}

/// Spanish tax number of a person.
pub fn nif(rng: &mut Rng) -> String {
    if rng.chance(70) {
        let number = rng.range(10_000_000, 79_999_999);
        return format!("{number}{}", dni_letter(number));
    }
    let seven = rng.range(0, 9_999_999);
    format!("{}{seven:07}{}", rng.of("KLM", 1), dni_letter(seven))
}

/// Spanish tax number of a company (Orden EHA/451/2008).
pub fn cif(rng: &mut Rng) -> String {
    let (kind, seven) = (rng.of("ABEHPQSFGJ", 1), rng.digits(7));
    let part = |(i, d): (usize, u32)| {
        if i.is_multiple_of(2) {
            d * 2 / 10 + d * 2 % 10
        } else {
            d
        }
    };
    let sum: u32 = crate::checks::digits_of(&seven).enumerate().map(part).sum();
    let check = (10 - sum % 10) % 10;
    if "PQS".contains(&kind) {
        return format!("{kind}{seven}{}", letter_of("JABCDEFGHI", check as usize));
    }
    format!("{kind}{seven}{check}")
}

/// Spanish social security number.
pub fn ssn_es(rng: &mut Rng) -> String {
    let (province, eight) = (two(rng.range(1, 52)), rng.number(8));
    let check = two(modulo(&format!("{province}{eight}"), 97));
    let joint = rng.pick(&["", "", " ", "/"]);
    [province, eight, check].join(joint)
}

/// Spanish passport.
pub fn passport_es(rng: &mut Rng) -> String {
    rng.shape("@@@######")
}

/// French registration number (NIR) with its key.
pub fn insee(rng: &mut Rng) -> String {
    let body = [
        rng.of("12", 1),
        two(rng.range(30, 99)),
        two(rng.range(1, 12)),
        two(rng.range(1, 95)),
        format!("{:03}", rng.range(1, 400)),
        format!("{:03}", rng.range(1, 900)),
    ];
    let key = two(97 - modulo(&body.concat(), 97));
    if rng.chance(50) {
        format!("{} {key}", body.join(" "))
    } else {
        format!("{}{key}", body.concat())
    }
}

/// French tax number (SPI): the last three digits are the first ten modulo 511.
pub fn spi(rng: &mut Rng) -> String {
    let ten = rng.of("0123", 1) + &rng.digits(9);
    let plain = format!("{ten}{:03}", modulo(&ten, 511));
    if rng.chance(40) {
        grouped(&plain, &[2, 2, 3, 3, 3], " ")
    } else {
        plain
    }
}

/// French passport.
pub fn passport_fr(rng: &mut Rng) -> String {
    rng.shape("##@@#####")
}

/// Italian tax code of a person.
pub fn codice_fiscale(rng: &mut Rng) -> String {
    let (surname, name) = (rng.of("BCDFGLMNPRSTVZ", 3), rng.of("BCDFGLMNPRSTVZ", 3));
    let day = rng.range(1, 28) + if rng.chance(50) { 40 } else { 0 };
    let (year, month) = (two(rng.range(30, 99)), rng.of("ABCDEHLMPRST", 1));
    let town = rng.pick(&["H501", "F205", "L219", "A944", "D612", "G273", "C351"]);
    let body = format!("{surname}{name}{year}{month}{}{town}", two(day));
    format!("{body}{}", italian_letter(&body))
}

/// Italian passport.
pub fn passport_it(rng: &mut Rng) -> String {
    rng.pick(&["YA", "YB", "AA", "YC"]).to_string() + &rng.digits(7)
}

/// British passport.
pub fn passport_gb(rng: &mut Rng) -> String {
    rng.shape("%########")
}

/// British unique taxpayer reference: the first digit checks the rest.
pub fn utr(rng: &mut Rng) -> String {
    let nine = rng.digits(9);
    let sum = weighted(&nine, &[6, 7, 8, 9, 10, 5, 4, 3, 2]);
    let plain = format!("{}{nine}", letter_of("21987654321", (sum % 11) as usize));
    if rng.chance(35) {
        grouped(&plain, &[5, 5], " ")
    } else {
        plain
    }
}

/// British national insurance number (HMRC NIM39110).
pub fn nino(rng: &mut Rng) -> String {
    let prefix = rng.pick(&[
        "AB", "CE", "HK", "JM", "LP", "NR", "PX", "SC", "TW", "WA", "YZ", "EH",
    ]);
    let plain = format!("{prefix}{}{}", rng.digits(6), rng.of("ABCD", 1));
    if rng.chance(50) {
        grouped(&plain, &[2, 2, 2, 2, 1], " ")
    } else {
        plain
    }
}

/// British electoral roll number: two letters and up to four digits.
pub fn electoral(rng: &mut Rng) -> String {
    let n = rng.range(2, 4) as usize;
    rng.of("ABCDEFGHJKLMNPRSTVWXY", 2) + &rng.number(n)
}
