//! How good is the whole on mails and forms that no template taught? Writes such texts with labels of sotto's identifiers.
//!
//! Templates in `xtask/data/names/heldout` share nothing with those of training, names are those that training never saw
//! in a sentence; check digits are right. `train sample` prints them as JSON lines, offsets in code points, so that
//! `sotto eval` and other scanners can be measured on the same texts.

use super::dice::Dice;
use super::lists::{Lists, Part, Pool};
use super::names::model::{ADDRESS, PERSON};
use super::sentence::{Sample, Writer};
use anyhow::Result;
use std::path::Path;

pub(crate) const EMAIL: u8 = 20;
pub(crate) const PHONE: u8 = 21;
pub(crate) const CARD: u8 = 22;
pub(crate) const BANK: u8 = 23;
pub(crate) const SSN: u8 = 24;
pub(crate) const IP: u8 = 25;

/// The identifier of a label; places and companies are none.
fn identifier(label: u8) -> Option<&'static str> {
    Some(match label {
        PERSON => "Name",
        ADDRESS => "Address",
        EMAIL => "EmailAddress",
        PHONE => "PhoneNumber",
        CARD => "CreditCardNumber",
        BANK => "BankAccountNumber",
        SSN => "Ssn-US",
        IP => "IpAddress",
        _ => return None,
    })
}

/// A valid value of a slot that held-out templates use, with its label.
pub(crate) fn value(slot: &str, language: &str, pool: &Pool, dice: &mut Dice) -> Option<(String, u8)> {
    Some(match slot {
        "email" => (email(pool, dice), EMAIL),
        "usphone" => (phone(language, dice), PHONE),
        "luhn" => (card(dice), CARD),
        "bank" => (iban(language, dice), BANK),
        "ssn" => (
            format!("{}-{:02}-{}", 200 + dice.below(400), 1 + dice.below(98), 1_000 + dice.below(8_999)),
            SSN,
        ),
        "ip" => (
            format!(
                "{}.{}.{}.{}",
                11 + dice.below(100),
                dice.below(256),
                dice.below(256),
                1 + dice.below(254)
            ),
            IP,
        ),
        _ => return None,
    })
}

fn email(pool: &Pool, dice: &mut Dice) -> String {
    let plain = |name: &str| name.to_lowercase().chars().filter(char::is_ascii_lowercase).collect::<String>();
    let (first, last) = (plain(pool.first(dice)), plain(pool.last(dice)));
    let joint = dice.pick(&[".", "_", "", "-"]);
    format!("x{first}{joint}{last}@{}", dice.pick(&["example.com", "example.org", "mail.example.net"]))
}

fn phone(language: &str, dice: &mut Dice) -> String {
    match language {
        "de" => format!("+49 30 2{}", dice.digits(7)),
        "fr" => format!("+33 6 {} {} {} {}", dice.digits(2), dice.digits(2), dice.digits(2), dice.digits(2)),
        "es" => format!("+34 6{} {} {}", dice.digits(2), dice.digits(3), dice.digits(3)),
        "it" => format!("+39 347 {} {}", dice.digits(3), dice.digits(4)),
        "pt" => format!("+351 91{} {} {}", dice.digits(1), dice.digits(3), dice.digits(3)),
        _ => format!(
            "{}{}-{}",
            dice.pick(&["(415) ", "415-", "+1 212-", "212-"]),
            222 + dice.below(700),
            dice.digits(4)
        ),
    }
}

/// A number of a card, with the last digit of ISO/IEC 7812-1, annex B.
fn card(dice: &mut Dice) -> String {
    let body = format!("45{}", dice.digits(13));
    let sum: u32 = body
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let value = u32::from(digit - b'0') * if at % 2 == 0 { 2 } else { 1 };
            value / 10 + value % 10
        })
        .sum();
    let all = format!("{body}{}", (10 - sum % 10) % 10);
    if dice.percent(50) {
        return all;
    }
    let groups: Vec<String> =
        all.as_bytes().chunks(4).map(|four| String::from_utf8_lossy(four).into_owned()).collect();
    groups.join(" ")
}

/// An IBAN with its two check digits, ISO 13616-1.
fn iban(language: &str, dice: &mut Dice) -> String {
    let (country, body) = match language {
        "es" => ("ES", spanish_account(dice)),
        _ => ("DE", format!("10010010{}", dice.digits(10))),
    };
    let turned: String = format!("{body}{country}00")
        .chars()
        .filter_map(|letter| letter.to_digit(36))
        .map(|value| value.to_string())
        .collect();
    let rest = turned.bytes().fold(0_u32, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
    format!("{country}{:02}{body}", 98 - rest)
}

/// A Spanish account: bank and branch, two check digits, ten digits.
fn spanish_account(dice: &mut Dice) -> String {
    const WEIGHTS: [u32; 10] = [1, 2, 4, 8, 5, 10, 9, 7, 3, 6];
    let (bank, account) = (format!("2100{}", dice.digits(4)), dice.digits(10));
    let check = |digits: &str| {
        let sum: u32 =
            digits.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        match 11 - sum % 11 {
            11 => 0,
            10 => 1,
            other => other,
        }
    };
    format!("{bank}{}{}{account}", check(&format!("00{bank}")), check(&account))
}

/// So many labelled texts in a language.
pub(crate) fn samples(root: &Path, lists: &Lists, language: &str, count: usize) -> Result<Vec<Sample>> {
    let templates = super::templates(root, &format!("heldout/{language}"))?;
    let (pool, abroad) = (Pool::new(lists, language, Part::HeldOut), Pool::new(lists, "en", Part::HeldOut));
    let writer = Writer { language, pool: &pool, abroad: &abroad, held_out: true };
    let mut dice = Dice::new(9_000);
    Ok((0..count)
        .map(|at| writer.write(templates.get(at % templates.len()).map_or("", String::as_str), &mut dice))
        .collect())
}

/// A labelled text as a line of JSON.
pub(crate) fn line(sample: &Sample) -> String {
    let place = |at: usize| sample.text.get(..at).unwrap_or_default().chars().count();
    let spans = sample.spans.iter().filter_map(|(start, end, label)| {
        Some(serde_json::json!({"start": place(*start), "end": place(*end), "label": identifier(*label)?}))
    });
    serde_json::json!({"text": sample.text, "spans": spans.collect::<Vec<_>>()}).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_right() {
        let mut dice = Dice::new(1);
        for _ in 0..100 {
            let digits: Vec<u32> = card(&mut dice).chars().filter_map(|letter| letter.to_digit(10)).collect();
            let doubled = digits
                .iter()
                .rev()
                .enumerate()
                .map(|(at, digit)| if at % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { *digit });
            assert_eq!((digits.len(), doubled.sum::<u32>() % 10), (16, 0));
            for language in ["de", "es"] {
                let iban = iban(language, &mut dice);
                let (head, body) = iban.split_at(4);
                let turned = format!("{body}{head}");
                let rest = turned
                    .chars()
                    .filter_map(|letter| letter.to_digit(36))
                    .fold(0, |rest, value| (rest * if value > 9 { 100 } else { 10 } + value) % 97);
                assert_eq!(rest, 1, "{iban}");
            }
        }
    }

    #[test]
    fn lines_count_characters_and_leave_places_out() {
        let mut sample = Sample::default();
        sample.push("Zoë ", 0);
        sample.push("Ann", PERSON);
        sample.push(" Rom", super::super::names::model::PLACE);
        let value: serde_json::Value = serde_json::from_str(&line(&sample)).unwrap();
        assert_eq!(value["spans"], serde_json::json!([{"start": 4, "end": 7, "label": "Name"}]));
    }
}
