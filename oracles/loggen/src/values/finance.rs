//! Cards, card details, IBANs and US accounts.

use super::{grouped, two};
use crate::checks::{iban_digits, italian_letter, luhn, modulo, weighted};
use crate::rng::Rng;

const BRANDS: [(&str, usize); 22] = [
    ("4", 16),
    ("4", 16),
    ("4", 16),
    ("45", 16),
    ("51", 16),
    ("52", 16),
    ("53", 16),
    ("55", 16),
    ("2223", 16),
    ("2720", 16),
    ("34", 15),
    ("37", 15),
    ("37", 15),
    ("6011", 16),
    ("65", 16),
    ("3530", 16),
    ("3566", 16),
    ("36", 14),
    ("305", 14),
    ("6250", 16),
    ("6221", 19),
    ("5019", 16),
];

/// A payment card number of one of the big issuers, Luhn-valid.
pub fn card_plain(rng: &mut Rng) -> String {
    let (prefix, len) = rng.pick(&BRANDS);
    let prefix = if prefix == "6221" {
        format!("6221{}", rng.range(26, 99))
    } else {
        prefix.to_string()
    };
    let fill = rng.digits(len - 1 - prefix.len());
    luhn(&format!("{prefix}{fill}"))
}

/// A payment card number as people and programs write it.
pub fn card(rng: &mut Rng) -> String {
    let plain = card_plain(rng);
    let joint = rng.pick(&["", "", " ", "-"]);
    match plain.len() {
        15 => grouped(&plain, &[4, 6, 5], joint),
        14 => grouped(&plain, &[4, 6, 4], joint),
        _ => grouped(&plain, &[4, 4, 4, 4], joint),
    }
}

/// A card-like number whose last digit is wrong.
pub fn broken_card(rng: &mut Rng) -> String {
    let mut plain = card_plain(rng);
    let last = plain.pop().and_then(|c| c.to_digit(10)).unwrap_or(0);
    format!("{plain}{}", (u64::from(last) + rng.range(1, 9)) % 10)
}

/// An IBAN whose last digit is wrong.
pub fn broken_iban(rng: &mut Rng) -> String {
    let mut good = iban_de(rng);
    let last = good.pop().and_then(|c| c.to_digit(10)).unwrap_or(0);
    format!("{good}{}", (u64::from(last) + rng.range(1, 9)) % 10)
}

/// Month and year a card expires.
pub fn expiration(rng: &mut Rng) -> String {
    let (month, year) = (two(rng.range(1, 12)), rng.range(26, 34));
    match rng.below(8) {
        0 => format!("{month}/20{year}"),
        1 => format!("{month}-{year}"),
        2 => format!("{month}-20{year}"),
        3 => format!("{month}{year}"),
        _ => format!("{month}/{year}"),
    }
}

/// A card security code.
pub fn security_code(rng: &mut Rng) -> String {
    let n = if rng.chance(20) { 4 } else { 3 };
    rng.digits(n)
}

/// The two tracks of ISO/IEC 7813.
pub fn magnetic_stripe(rng: &mut Rng) -> String {
    let (pan, tail) = (card_plain(rng), rng.digits(10));
    let stamp = format!("{}{}", rng.range(26, 32), two(rng.range(1, 12)));
    if rng.chance(50) {
        let who = rng.pick(&["HOLM/INGRID", "OKAFOR/DANIEL", "REYES/LUCIA M", "TANAKA/KEN"]);
        return format!("%B{pan}^{who}^{stamp}101{tail}?");
    }
    format!(";{pan}={stamp}101{tail}?")
}

fn iban(rng: &mut Rng, country: &str, bban: &str) -> String {
    let plain = format!("{country}{}{bban}", iban_digits(country, bban));
    if rng.chance(45) {
        grouped(&plain, &[4; 8], " ")
    } else {
        plain
    }
}

/// Germany: 8 digits of bank, 10 of account.
pub fn iban_de(rng: &mut Rng) -> String {
    let bban = rng.shape("%00#00##00########");
    iban(rng, "DE", &bban)
}

/// Spain: bank, branch, two control digits, account.
pub fn iban_es(rng: &mut Rng) -> String {
    let (office, account) = (rng.shape("0###%###"), rng.digits(10));
    let bban = format!(
        "{office}{}{}{account}",
        spanish(&format!("00{office}")),
        spanish(&account)
    );
    iban(rng, "ES", &bban)
}

fn spanish(ten: &str) -> u32 {
    match 11 - weighted(ten, &[1, 2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 {
        10 => 1,
        11 => 0,
        other => other,
    }
}

/// France: bank, branch, account, RIB key.
pub fn iban_fr(rng: &mut Rng) -> String {
    let (bank, branch, account) = (rng.shape("%####"), rng.shape("0####"), rng.digits(11));
    let (b, g, c) = (modulo(&bank, 97), modulo(&branch, 97), modulo(&account, 97));
    let key = two(97 - (89 * b + 15 * g + 3 * c) % 97);
    iban(rng, "FR", &format!("{bank}{branch}{account}{key}"))
}

/// United Kingdom: bank, sort code, account.
pub fn iban_gb(rng: &mut Rng) -> String {
    let bank = rng.pick(&["BARC", "LOYD", "HBUK", "NWBK", "ABBY", "MONZ"]);
    let bban = format!("{bank}{}", rng.digits(14));
    iban(rng, "GB", &bban)
}

/// Italy: CIN, ABI, CAB, account.
pub fn iban_it(rng: &mut Rng) -> String {
    let rest = rng.shape("0####0####00##########");
    iban(rng, "IT", &format!("{}{rest}", italian_letter(&rest)))
}

/// A US account number: the bank's own choice of digits.
pub fn us_account(rng: &mut Rng) -> String {
    let n = rng.range(8, 13) as usize;
    rng.digits(n)
}
