//! How much money? "AMAZON.Currency": the ISO 4217 code, a space, and the amount with two decimals. Nothing is converted.

use super::number;
use super::pieces::Pieces;

/// Codes with the words and signs that mean them.
const CURRENCIES: [(&str, &[&str]); 17] = [
    ("USD", &["usd", "$", "us dollars", "us dollar", "dollar", "dollars", "bucks", "buck"]),
    ("EUR", &["eur", "€", "euro", "euros"]),
    ("GBP", &["gbp", "£", "pound", "pounds", "quid", "pounds sterling", "sterling"]),
    ("JPY", &["jpy", "¥", "yen"]),
    ("INR", &["inr", "₹", "rupee", "rupees"]),
    ("AUD", &["aud", "australian dollars", "australian dollar"]),
    ("CAD", &["cad", "canadian dollars", "canadian dollar"]),
    ("ZAR", &["zar", "rand", "rands"]),
    ("CHF", &["chf", "franc", "francs", "swiss francs"]),
    ("CNY", &["cny", "yuan", "rmb"]),
    ("MXN", &["mxn", "peso", "pesos"]),
    ("BRL", &["brl", "real", "reais"]),
    ("KRW", &["krw", "₩", "won"]),
    ("NZD", &["nzd", "new zealand dollars"]),
    ("SGD", &["sgd", "singapore dollars"]),
    ("SEK", &["sek", "swedish crowns"]),
    ("AED", &["aed", "dirham", "dirhams"]),
];
/// Small coins, in hundredths of the locale's currency.
const COINS: [(&str, i128); 12] = [
    ("cent", 1),
    ("cents", 1),
    ("c", 1),
    ("penny", 1),
    ("pennies", 1),
    ("pence", 1),
    ("nickel", 5),
    ("nickels", 5),
    ("dime", 10),
    ("dimes", 10),
    ("quarter", 25),
    ("quarters", 25),
];

/// Words that amounts begin with, numbers left out.
pub(crate) fn beginnings() -> impl Iterator<Item = &'static str> {
    CURRENCIES.into_iter().flat_map(|(_, names)| names.iter().copied())
}

/// The amount that begins at a piece, and how many pieces it takes. A number alone is of the locale's currency.
pub(crate) fn read(p: &Pieces<'_>, at: usize, local: &'static str) -> Option<(String, usize)> {
    let (before, skip) = code(p, at, local).unzip();
    let from = at + skip.unwrap_or(0);
    let (decimal, len) = number::read(p, from)?;
    let mut here = from + len;
    let mut cents = decimal.hundredths()?;
    if let Some(coin) = coin(p, here).filter(|_| before.is_none()) {
        return Some((written(local, cents.checked_mul(coin)? / 100), here + 1 - at));
    }
    let (behind, more) = code(p, here, local).filter(|_| before.is_none()).unzip();
    here += more.unwrap_or(0);
    let (rest, more) = small_change(p, here).unwrap_or((0, 0));
    cents = cents.checked_add(rest)?;
    Some((written(before.or(behind).unwrap_or(local), cents), here + more - at))
}

/// The words of a currency; what many countries call theirs is the locale's own.
fn code(p: &Pieces<'_>, at: usize, local: &'static str) -> Option<(&'static str, usize)> {
    let all = CURRENCIES.iter().flat_map(|(code, names)| names.iter().map(move |name| (*code, *name)));
    let found = all.filter_map(|(code, name)| p.phrase(at, name).map(|len| (code, name, len)));
    let (code, name, len) = found.max_by_key(|(_, _, len)| *len)?;
    let dollars = matches!(name, "$" | "dollar" | "dollars" | "bucks" | "buck");
    let local_dollar = matches!(local, "AUD" | "CAD" | "NZD" | "SGD");
    Some((if dollars && local_dollar { local } else { code }, len))
}

fn coin(p: &Pieces<'_>, at: usize) -> Option<i128> {
    let word = if p.is(at, "¢") { "c" } else { p.word(at) };
    COINS.iter().find(|(name, _)| *name == word && (word != "c" || p.glued(at))).map(|(_, value)| *value)
}

/// `and fifteen cents`, `fifty`, `and a half`, `and 1/2` behind the unit.
fn small_change(p: &Pieces<'_>, at: usize) -> Option<(i128, usize)> {
    for (phrase, value) in [("and a half", 50), ("and 1 / 2", 50), ("and a quarter", 25)] {
        if let Some(len) = p.phrase(at, phrase) {
            return Some((value, len));
        }
    }
    let and = usize::from(p.is_any(at, &["and", ","]));
    let (decimal, len) = number::read(p, at + and)?;
    let value = decimal.hundredths()?;
    let coin = coin(p, at + and + len)?;
    Some((value.checked_mul(coin)? / 100, and + len + 1))
}

fn written(code: &str, cents: i128) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let cents = cents.unsigned_abs();
    format!("{code} {sign}{}.{:02}", cents / 100, cents % 100)
}
