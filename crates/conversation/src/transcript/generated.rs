//! Does strict hold for conversations that nobody thought of? Values are said, mistyped, spelled and repeated at random, from
//! one seed; entries are searched for every formatting of every value.

use super::tests::{COMPAT, STRICT, bank, shown};
use crate::dialog::tests::support::{Play, answer, said, tree, waits};
use crate::nlu::mix;

const CONVERSATIONS: u64 = 200;

const DIGITS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
const FIRST: [&str; 6] = ["Wilhelmina", "Bartosz", "Oluwaseun", "Zoë", "Ximena", "Thandiwe"];
const LAST: [&str; 6] = ["Quarrington", "Øverland", "Szczepański", "Fitzwater", "Okonkwo", "Vandersloot"];

struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> usize {
        self.0 = self.0.wrapping_add(1);
        usize::try_from(mix(self.0) % bound).unwrap()
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + u8::try_from(self.below(10)).unwrap())).collect()
    }
}

fn groups(digits: &str, size: usize, between: &str) -> String {
    let chars: Vec<char> = digits.chars().collect();
    chars.chunks(size).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(between)
}

fn spelled(digits: &str) -> String {
    let words = digits.chars().map(|c| DIGITS[usize::try_from(c.to_digit(10).unwrap()).unwrap()]);
    words.collect::<Vec<_>>().join(" ")
}

/// Every way in which a number is written here.
fn ways(digits: &str) -> Vec<String> {
    let last = digits.get(digits.len() - 4..).unwrap();
    vec![
        digits.to_owned(),
        groups(digits, 1, " "),
        groups(digits, 4, " "),
        groups(digits, 4, "-"),
        groups(digits, 3, "."),
        groups(digits, 2, ", "),
        spelled(digits),
        spelled(digits).to_uppercase(),
        last.to_owned(),
        spelled(last),
        digits.get(2..8).unwrap().to_owned(),
    ]
}

fn names(first: &str, last: &str) -> Vec<String> {
    let full = format!("{first} {last}");
    vec![
        full.to_lowercase(),
        full.to_uppercase(),
        format!("{last}, {first}"),
        format!("{first}.{last}@mail.example"),
        groups(last, 1, " "),
        last.to_owned(),
        full,
    ]
}

/// A function that repeats what it was told wherever it can.
fn echo(texts: [String; 5]) -> impl Fn(&crate::bot::Tree) -> crate::dialog::Answered {
    move |_| {
        let [one, two, three, four, five] = &texts;
        answer(&format!(
            r#"{{"sessionState":{{"dialogAction":{{"type":"Close"}},"intent":{{"name":"Pay","state":"Fulfilled"}},
                "sessionAttributes":{{"note":"{one}","{two}":"x"}}}},"requestAttributes":{{"r":"see {three}"}},
                "messages":[{{"contentType":"PlainText","content":"So {four} it is"}},{{"contentType":"CustomPayload","content":"{five}"}}]}}"#
        ))
    }
}

#[test]
fn no_value_is_in_any_entry_of_generated_conversations() {
    let mut fulfilled = 0;
    for number in 0..CONVERSATIONS {
        let mut chance = Chance(number << 20);
        let (card, ssn) = (chance.digits(16), chance.digits(9));
        let (first, last) = (FIRST[chance.below(6)], LAST[chance.below(6)]);
        let (numbers, named) = (ways(&card), names(first, last));
        let of_number = |chance: &mut Chance| numbers[chance.below(11)].clone();
        let echoed = [
            of_number(&mut chance),
            named[chance.below(7)].clone(),
            of_number(&mut chance),
            named[chance.below(7)].clone(),
            of_number(&mut chance),
        ];
        let mistyped = format!("{}{}", card.get(..7).unwrap(), card.get(8..).unwrap());
        let opening = match chance.below(5) {
            0 => "I want to pay".to_owned(),
            1 => format!("I want to pay with {}", of_number(&mut chance)),
            2 => format!("{{{first} {last}}} here, card {mistyped}"),
            3 => format!("my social is {} I want to pay", groups(&ssn, 3, "-")),
            _ => format!("My name is {first} {last}"),
        };
        let mut play = Play::with(&bank(), echo(echoed));
        let mut turns = vec![play.hear(&opening)];
        for round in 0..8 {
            let asked = waits(&play.session);
            let text = match asked.as_str() {
                "ElicitSlot Owner" => format!("{first} {last}"),
                "ElicitSlot Card" if round % 2 == 0 => numbers[chance.below(8)].clone(),
                "ElicitSlot Card" => card.clone(),
                "ElicitSlot Sum" => "30".to_owned(),
                "ConfirmIntent" => "yes".to_owned(),
                _ if round > 5 => "and my card was?".to_owned(),
                _ => "I want to pay".to_owned(),
            };
            turns.push(play.hear(&text));
        }
        fulfilled += usize::from(turns.iter().any(|turn| said(turn).starts_with("So ")));
        let mut forbidden: Vec<String> = numbers.iter().chain(&named).cloned().collect();
        forbidden.extend([mistyped, ssn.clone(), groups(&ssn, 3, "-"), first.to_owned()]);
        for turn in &turns {
            let entry = shown(&play, turn, STRICT).to_lowercase();
            for value in &forbidden {
                assert!(!entry.contains(&value.to_lowercase()), "conversation {number}: {value} in {entry}");
            }
            tree(&entry);
        }
        let gap = turns.iter().any(|turn| shown(&play, turn, COMPAT).contains("So "));
        assert_eq!(gap, turns.iter().any(|turn| said(turn).starts_with("So ")));
    }
    assert!(fulfilled > 100, "the function was reached {fulfilled} times");
}
