//! Can a value of this type begin with this word? One look into a table, before a grammar is tried at every word of an utterance.
//!
//! The table holds the first words of all phrases that the grammars know. It only has to be true that nothing is left out:
//! a word too many costs a try.

use super::pieces::{Kind, Pieces};
use super::place::Sort;
use super::resolver::Builtin;
use super::{currency, date, place, spoken, time};
use std::collections::HashMap;
use std::sync::LazyLock;

const DATE: u8 = 1;
const TIME: u8 = 2;
const DURATION: u8 = 4;
const NUMBER: u8 = 8;
const MONEY: u8 = 16;
const CITY: u8 = 32;
const COUNTRY: u8 = 64;
const STATE: u8 = 128;
/// What a number may be the beginning of.
const COUNTED: u8 = DATE | TIME | DURATION | NUMBER | MONEY;

static TABLE: LazyLock<HashMap<&'static str, u8>> = LazyLock::new(|| {
    let mut table: HashMap<&'static str, u8> = HashMap::new();
    let mut put = |phrase: &'static str, mask: u8| {
        let first = phrase.split([' ', '-']).next().unwrap_or(phrase);
        *table.entry(first).or_default() |= mask;
    };
    spoken::words().for_each(|word| put(word, COUNTED));
    ["a", "an", "half", "quarter", "minus", "negative", "-", ".", "point", "dot", "in", "within"]
        .iter()
        .for_each(|word| put(word, COUNTED));
    date::beginnings().for_each(|word| put(word, DATE));
    time::beginnings().for_each(|word| put(word, TIME));
    ["p", "pt"].iter().for_each(|word| put(word, DURATION));
    currency::beginnings().for_each(|word| put(word, MONEY));
    for (sort, mask) in [(Sort::City, CITY), (Sort::Country, COUNTRY), (Sort::State, STATE)] {
        place::names(sort).for_each(|name| put(name, mask));
    }
    table
});

/// Whether a value of the type may begin at a piece.
pub(crate) fn may_begin(builtin: Builtin, p: &Pieces<'_>, at: usize) -> bool {
    let wanted = match builtin {
        Builtin::Date => DATE,
        Builtin::Time => TIME,
        Builtin::Duration => DURATION,
        Builtin::Number | Builtin::Percentage => NUMBER,
        Builtin::Currency => MONEY,
        Builtin::City => CITY,
        Builtin::Country => COUNTRY,
        Builtin::State => STATE,
        _ => return true,
    };
    p.kind(at) == Some(Kind::Digits) && wanted & COUNTED != 0
        || TABLE.get(p.word(at)).is_some_and(|mask| mask & wanted != 0)
}

#[cfg(test)]
mod tests {
    use super::super::pieces::pieces;
    use super::*;

    #[test]
    fn what_a_grammar_reads_may_begin() {
        for (builtin, text) in [
            (Builtin::Date, "the 5th"),
            (Builtin::Date, "new year's eve"),
            (Builtin::Date, "twentieth of may"),
            (Builtin::Time, "tonight"),
            (Builtin::Time, "noon"),
            (Builtin::Duration, "half an hour"),
            (Builtin::Number, "double"),
            (Builtin::Currency, "$5"),
            (Builtin::Currency, "us dollars 5"),
            (Builtin::City, "new york"),
            (Builtin::Country, "guinea-bissau"),
        ] {
            assert!(may_begin(builtin, &pieces(text), 0), "{text}");
        }
        for builtin in [Builtin::Date, Builtin::Time, Builtin::Number, Builtin::City] {
            assert!(!may_begin(builtin, &pieces("please"), 0));
        }
    }
}
