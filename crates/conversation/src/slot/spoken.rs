//! Which digits do these words mean? Number words of English, read in the two ways people use them.
//!
//! As a value: `one hundred twenty three` is 123, and groups that cannot be one number stand side by side, `five fifteen` is
//! 515 and `nineteen eighty four` is 1984 ("AMAZON.Number", "AMAZON.Currency"). As digits, in telephone numbers and codes:
//! `eight hundred five five five` is 800555, `double nine` is 99, `oh` is 0 ("AMAZON.PhoneNumber").

use super::pieces::{Kind, Pieces};

/// What a number word stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Term {
    /// Zero to nineteen.
    Small(u64),
    /// Twenty to ninety.
    Tens(u64),
    Hundred,
    /// Thousand and its powers, by the number of zeros.
    Scale(u32),
}

const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const ORDINALS: [&str; 20] = [
    "zeroth",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
];

/// All words of numbers.
pub(crate) fn words() -> impl Iterator<Item = &'static str> {
    let more = [
        "oh",
        "o",
        "nought",
        "naught",
        "nil",
        "fourty",
        "hundred",
        "hundreds",
        "thousand",
        "thousands",
        "grand",
        "million",
        "millions",
        "billion",
        "billions",
        "trillion",
        "trillions",
        "double",
        "triple",
        "treble",
        "twentieth",
        "thirtieth",
        "dozen",
        "couple",
    ];
    SMALL.into_iter().chain(TENS).chain(ORDINALS).chain(more)
}

/// The term that a word is.
pub(crate) fn term(word: &str) -> Option<Term> {
    if let Some(value) = (0_u64..).zip(SMALL).find(|(_, name)| *name == word) {
        return Some(Term::Small(value.0));
    }
    if let Some(value) = (2_u64..).zip(TENS).find(|(_, name)| *name == word) {
        return Some(Term::Tens(value.0 * 10));
    }
    match word {
        "oh" | "o" | "nought" | "naught" | "nil" => Some(Term::Small(0)),
        "fourty" => Some(Term::Tens(40)),
        "hundred" | "hundreds" => Some(Term::Hundred),
        "thousand" | "thousands" | "grand" => Some(Term::Scale(3)),
        "million" | "millions" => Some(Term::Scale(6)),
        "billion" | "billions" => Some(Term::Scale(9)),
        "trillion" | "trillions" => Some(Term::Scale(12)),
        _ => None,
    }
}

/// The ordinal of one or two words from `first` to `ninety ninth`, or of digits with their ending, and its pieces.
pub(crate) fn ordinal(p: &Pieces<'_>, at: usize) -> Option<(i64, usize)> {
    if let Some(value) = p.number(at) {
        let ending = p.glued(at + 1) && p.is_any(at + 1, &["st", "nd", "rd", "th"]);
        return ending.then_some((value, 2));
    }
    let small = |word: &str| (0_i64..).zip(ORDINALS).find(|(_, name)| *name == word).map(|found| found.0);
    if let Some(value) = small(p.word(at)).filter(|value| *value > 0) {
        return Some((value, 1));
    }
    let stem = p.word(at).strip_suffix("ieth");
    if let Some(tens) = (2_i64..).zip(TENS).find(|(_, name)| stem.is_some() && name.strip_suffix('y') == stem)
    {
        return Some((tens.0 * 10, 1));
    }
    let tens = (2_i64..).zip(TENS).find(|(_, name)| *name == p.word(at))?.0 * 10;
    let next = at + 1 + usize::from(p.is(at + 1, "-"));
    small(p.word(next)).filter(|unit| (1..10).contains(unit)).map(|unit| (tens + unit, next + 1 - at))
}

/// One number of words: `two hundred and six`, `a hundred`, `twelve hundred`, `three million`. Answers value and pieces.
pub(crate) fn cardinal(p: &Pieces<'_>, at: usize) -> Option<(u128, usize)> {
    let mut sum = Sum::default();
    let mut here = at;
    if p.is_any(at, &["a", "an"]) && matches!(term(p.word(at + 1)), Some(Term::Hundred | Term::Scale(_))) {
        sum.current = 1;
        sum.begun = true;
        here += 1;
    }
    let mut end = here;
    loop {
        let joined = here > at && (p.is(here, "-") || (sum.after_large && p.is(here, "and")));
        let word = here + usize::from(joined);
        match term(p.word(word)) {
            Some(term) if sum.add(term) => here = word + 1,
            _ => break,
        }
        end = here;
    }
    (end > at && sum.begun).then(|| (sum.total.saturating_add(sum.current), end - at))
}

/// A number while its words come.
struct Sum {
    total: u128,
    current: u128,
    begun: bool,
    /// What the next term may be at most: below ten after tens, below a hundred after a hundred.
    room: u64,
    scale: u32,
    after_large: bool,
}

impl Default for Sum {
    fn default() -> Self {
        Self { total: 0, current: 0, begun: false, room: 1_000, scale: 99, after_large: false }
    }
}

impl Sum {
    /// Adds a term if the number can go on with it.
    fn add(&mut self, term: Term) -> bool {
        let fits = match term {
            Term::Small(value) => self.small(value),
            Term::Tens(value) => self.room >= 100 && self.put(value, 10),
            Term::Hundred => {
                let fits = self.begun && (1..100).contains(&self.current) && self.room != 100;
                if fits {
                    self.current *= 100;
                    self.room = 100;
                }
                fits
            }
            Term::Scale(zeros) => {
                let fits = self.begun && self.current > 0 && zeros < self.scale;
                if fits {
                    let scaled = self.current.saturating_mul(10_u128.saturating_pow(zeros));
                    self.total = self.total.saturating_add(scaled);
                    (self.current, self.scale, self.room) = (0, zeros, 1_000);
                }
                fits
            }
        };
        if fits {
            self.after_large = matches!(term, Term::Hundred | Term::Scale(_));
        }
        fits
    }

    fn small(&mut self, value: u64) -> bool {
        let fits = match self.room {
            10 => (1..10).contains(&value),
            0 => false,
            100 => value > 0,
            _ => !self.begun || (self.current == 0 && self.total > 0 && value > 0),
        };
        fits && self.put(value, 0)
    }

    fn put(&mut self, value: u64, room: u64) -> bool {
        self.current += u128::from(value);
        self.begun = true;
        self.room = room;
        true
    }
}

/// Digits said one after the other, in digits or words. Answers them and the pieces taken.
///
/// Marks between them count as nothing where `marks` lists them.
pub(crate) fn digits(p: &Pieces<'_>, at: usize, marks: &[&str]) -> Option<(String, usize)> {
    let (mut said, mut here, mut end) = (String::new(), at, at);
    while here < p.len() {
        if p.is_any(here, marks) {
            here += 1;
            continue;
        }
        let Some(len) = digit_group(p, here, &mut said) else { break };
        here += len;
        end = here;
    }
    (end > at).then_some((said, end - at))
}

/// Appends the digits of one group, `double nine`, `eight hundred`, `forty two` or `007`, and answers its pieces.
pub(crate) fn digit_group(p: &Pieces<'_>, at: usize, said: &mut String) -> Option<usize> {
    let times = match p.word(at) {
        "double" => 2,
        "triple" | "treble" => 3,
        _ => 1,
    };
    let from = at + usize::from(times > 1);
    if p.kind(from) == Some(Kind::Digits) {
        (0..times).for_each(|_| said.push_str(p.word(from)));
        return Some(from + 1 - at);
    }
    match term(p.word(from))? {
        Term::Small(value) if value < 10 && times > 1 => {
            (0..times).for_each(|_| said.push_str(&value.to_string()));
            Some(from + 1 - at)
        }
        Term::Small(value) if times == 1 => {
            let zeros = match term(p.word(from + 1)) {
                Some(Term::Hundred) if value > 0 => 2,
                Some(Term::Scale(zeros @ 3)) if value > 0 => zeros as usize,
                _ => 0,
            };
            said.push_str(&value.to_string());
            (0..zeros).for_each(|_| said.push('0'));
            Some(1 + usize::from(zeros > 0))
        }
        Term::Tens(value) if times == 1 => {
            let next = from + 1 + usize::from(p.is(from + 1, "-"));
            match term(p.word(next)) {
                Some(Term::Small(unit @ 1..10)) => {
                    said.push_str(&(value + unit).to_string());
                    Some(next + 1 - at)
                }
                _ => {
                    said.push_str(&value.to_string());
                    Some(1)
                }
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::pieces::pieces;
    use super::*;

    #[test]
    fn words_become_one_number() {
        for (text, value, len) in [
            ("one hundred twenty three", 123, 4),
            ("two hundred and six cats", 206, 4),
            ("a hundred", 100, 2),
            ("twelve hundred fifty", 1_250, 3),
            ("three million two thousand five", 3_002_005, 5),
            ("forty-two", 42, 3),
            ("five fifteen", 5, 1),
            ("twenty twenty", 20, 1),
            ("zero", 0, 1),
            ("one thousand and one", 1_001, 4),
        ] {
            assert_eq!(cardinal(&pieces(text), 0), Some((value, len)), "{text}");
        }
        for text in ["hundred", "and five", "a cat", "thousand", ""] {
            assert_eq!(cardinal(&pieces(text), 0), None, "{text}");
        }
        let huge = "nine trillion ".repeat(3);
        assert_eq!(cardinal(&pieces(&huge), 0), Some((9_000_000_000_009, 3)));
    }

    #[test]
    fn words_become_digits() {
        for (text, wanted) in [
            ("eight hundred five five five", "800555"),
            ("double nine triple 0 oh", "990000"),
            ("five-five-five 1234", "5551234"),
            ("forty two eleven", "4211"),
        ] {
            assert_eq!(digits(&pieces(text), 0, &["-"]).unwrap().0, wanted, "{text}");
        }
        assert_eq!(digits(&pieces("hello"), 0, &[]), None);
    }

    #[test]
    fn ordinals_are_read_in_words_and_digits() {
        for (text, wanted) in [
            ("first", 1),
            ("twenty-fifth", 25),
            ("thirtieth", 30),
            ("22nd", 22),
            ("thirty first", 31),
            ("twelfth", 12),
        ] {
            assert_eq!(ordinal(&pieces(text), 0).map(|found| found.0), Some(wanted), "{text}");
        }
        for text in ["one", "22", "22 nd", "zeroth", "twenty", "ninety tenth", "ieth"] {
            assert_eq!(ordinal(&pieces(text), 0), None, "{text}");
        }
    }
}
