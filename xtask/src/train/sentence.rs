//! How does a sentence for training come about? From a template: literal text, `<one|of|these>`, and slots such as
//! `{full}` that are filled with names, places and numbers, and remembered with their label.
//!
//! Then the whole is written as people write: mostly with care, sometimes in small letters, in capitals, without marks.

use super::dice::Dice;
use super::heldout;
use super::lists::Pool;
use super::names::model::{ADDRESS, OUTSIDE, PERSON, PLACE};
use super::vocabulary::*;
use super::{COMPANY, OTHER};

/// A text with labelled places in bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sample {
    pub(crate) text: String,
    /// Start, end, label.
    pub(crate) spans: Vec<(usize, usize, u8)>,
}

impl Sample {
    /// Appends a piece with its label.
    pub(crate) fn push(&mut self, piece: &str, label: u8) {
        let start = self.text.len();
        self.text.push_str(piece);
        if label != OUTSIDE && !piece.is_empty() {
            self.spans.push((start, self.text.len(), label));
        }
    }
}

/// How a sentence is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hand {
    Careful,
    Lower,
    LowerNames,
    Upper,
    /// No capitals, no marks: speech.
    Spoken,
}

/// What sentences of a language are made of.
pub(crate) struct Writer<'a> {
    pub(crate) language: &'a str,
    pub(crate) pool: &'a Pool,
    /// Names of other languages, now and then.
    pub(crate) abroad: &'a Pool,
    /// Whether values are valid and labelled, and each text is written with care or in small letters as it stands.
    pub(crate) held_out: bool,
}

impl Writer<'_> {
    /// A sentence by this template.
    pub(crate) fn write(&self, template: &str, dice: &mut Dice) -> Sample {
        let hand = match dice.below(100) {
            0..16 => Hand::Lower,
            16..22 => Hand::Spoken,
            22..26 => Hand::LowerNames,
            26..30 => Hand::Upper,
            _ => Hand::Careful,
        };
        let hand = if self.held_out { Hand::Careful } else { hand };
        let hand = if template.contains('"') && hand == Hand::Spoken { Hand::Careful } else { hand };
        let mut sample = Sample::default();
        let text = choose(template, dice).replace("\\n", "\n");
        let mut rest = text.as_str();
        while let Some((literal, slot, after)) = next_slot(rest) {
            sample.push(&pen(literal, hand, OUTSIDE), OUTSIDE);
            let (value, label) = self.fill(slot, dice);
            let value = if self.held_out && is_low(&text) { value.to_lowercase() } else { value };
            sample.push(&pen(&value, hand, label), label);
            rest = after;
        }
        sample.push(&pen(rest, hand, OUTSIDE), OUTSIDE);
        sample
    }

    fn fill(&self, slot: &str, dice: &mut Dice) -> (String, u8) {
        if let Some(value) = heldout::value(slot, self.language, self.pool, dice).filter(|_| self.held_out) {
            return value;
        }
        let label = match slot {
            "full" | "first" | "last" | "lastfirst" | "lastcomma" | "short" => PERSON,
            "city" | "country" => PLACE,
            "addr" | "street" | "zipcity" => ADDRESS,
            "org" | "venue" => COMPANY,
            "title" | "car" | "band" | "brand" => OTHER,
            _ => OUTSIDE,
        };
        let value = match label {
            PERSON => self.person(slot, dice),
            ADDRESS => self.address(slot, dice),
            PLACE if slot == "country" => one_of(COUNTRIES, dice).to_owned(),
            PLACE => dice.pick(&self.pool.cities).to_owned(),
            COMPANY if slot == "venue" => self.venue(dice),
            COMPANY => self.company(dice),
            OTHER if slot == "car" => format!("{}{}", one_of(MAKERS, dice), one_of(CARS, dice)),
            OTHER if slot == "brand" => invented(dice),
            OTHER if slot == "band" => self.band(dice),
            OTHER => self.title(dice),
            _ => self.plain(slot, dice),
        };
        (value, label)
    }

    fn pool(&self, dice: &mut Dice) -> &Pool {
        if dice.percent(12) { self.abroad } else { self.pool }
    }

    fn person(&self, slot: &str, dice: &mut Dice) -> String {
        let pool = self.pool(dice);
        let first = self.given(pool, dice);
        let last = self.family(pool, dice);
        match slot {
            "first" => first,
            "last" => last,
            "short" => format!("{}. {last}", initial(&first)),
            "lastcomma" => format!("{last}, {first}"),
            "lastfirst" if dice.percent(45) => format!("{last} {first} {}", capital(dice)),
            "lastfirst" => format!("{last} {first}"),
            _ => self.full(first, last, pool, dice),
        }
    }

    fn full(&self, first: String, last: String, pool: &Pool, dice: &mut Dice) -> String {
        match dice.below(100) {
            0..10 if self.language == "en" => format!("{first} {}. {last}", capital(dice)),
            10..14 if self.language == "en" => format!("{first} {} {last}", capital(dice)),
            0..30 if matches!(self.language, "es" | "pt") => {
                format!("{first} {last} {}", self.family(pool, dice))
            }
            30..45 if matches!(self.language, "es" | "pt") => format!("{first} {} {last}", pool.first(dice)),
            45..51 if self.language != "en" => format!("{first} {}", last.to_uppercase()),
            51..56 => format!("{first} {} {last}", pool.first(dice)),
            56..58 if self.language != "fr" => format!("{}. {last}", initial(&first)),
            58..60 => format!("{last} {first}"),
            60..62 if self.language == "en" => {
                format!("{first} {last} {}", dice.pick(&["Jr.", "Sr.", "III", "II", "Jr"]))
            }
            62..64 => format!("{} {}", pool.first(dice), pool.first(dice)),
            _ => format!("{first} {last}"),
        }
    }

    fn given(&self, pool: &Pool, dice: &mut Dice) -> String {
        let first = pool.first(dice);
        match dice.below(100) {
            0..3 => format!("{first}-{}", pool.first(dice)),
            _ => first.to_owned(),
        }
    }

    fn family(&self, pool: &Pool, dice: &mut Dice) -> String {
        let last = pool.last(dice);
        let particles: &[&str] = match self.language {
            "de" => &["von", "van", "zu", "von der"],
            "fr" => &["de", "du", "Le", "De"],
            "es" => &["de", "de la", "del", "y"],
            "pt" => &["da", "dos", "de", "do"],
            "it" => &["Di", "De", "Del", "della", "D'"],
            _ => &["van", "de", "von", "van der", "De", "El", "Al", "O'", "Mc", "Mac", "St.", "bin"],
        };
        match dice.below(100) {
            0..4 => format!("{last}-{}", pool.last(dice)),
            4..8 => {
                let particle = dice.pick(particles);
                let joint = if particle.ends_with(['\'', 'c']) { "" } else { " " };
                format!("{particle}{joint}{last}")
            }
            _ => last.to_owned(),
        }
    }

    fn company(&self, dice: &mut Dice) -> String {
        let last = self.pool.last(dice);
        let word = self.made_up(dice);
        let forms: &[&str] = match self.language {
            "de" => &["GmbH", "AG", "KG", "OHG", "GmbH & Co. KG", "e.V."],
            "fr" => &["SA", "SARL", "SAS", "et Fils"],
            "es" => &["S.A.", "S.L.", "e Hijos"],
            "pt" => &["Ltda", "S.A.", "Lda"],
            "it" => &["S.p.A.", "S.r.l.", "e Figli"],
            _ => &["Inc", "Inc.", "Ltd", "LLC", "Group", "and Sons", "Corp", "Bank", "PLC", "Holdings"],
        };
        let form = dice.pick(forms);
        match dice.below(8) {
            0 => format!("{last} {form}"),
            1 => format!("{last} & {}", self.pool.last(dice)),
            2 => format!("{last}, {} and {}", self.pool.last(dice), self.pool.last(dice)),
            3 => format!("{word} {}", one_of(TRADES, dice)),
            4 => format!("{} {}", dice.pick(&self.pool.cities), one_of(TRADES, dice)),
            5 => format!("{last}'s {}", one_of(TRADES, dice)),
            6 => format!("{word} {form}"),
            _ => format!("{word}{} {form}", title_word(dice).to_lowercase()),
        }
    }

    /// The name of a hotel, a restaurant, a block of flats, a museum, a team.
    fn venue(&self, dice: &mut Dice) -> String {
        let last = self.pool.last(dice);
        let city = dice.pick(&self.pool.cities);
        let (word, other) = (self.made_up(dice), self.heading_word(dice));
        let (trade, kind) = (one_of(TRADES, dice), one_of(VENUES, dice));
        match dice.below(17) {
            14 => invented(dice),
            15 => format!("{} {}", invented(dice), invented(dice)),
            16 => format!(
                "{} {} {} {}",
                invented(dice),
                dice.pick(&["Ristorante", "E", "Cuisine", "Bar", "y", "Du", "di"]),
                invented(dice),
                trade
            ),
            0 => format!("{word} {kind}"),
            1 => format!("{last} {kind}"),
            2 => format!(
                "{} {word}",
                dice.pick(&[
                    "Casa", "El", "La", "Hotel", "The", "Chez", "Villa", "Le", "Los", "Mission", "Café"
                ])
            ),
            3 => format!(
                "{} {last}",
                dice.pick(&["Casa", "El", "La", "Hotel", "Chez", "Villa", "Le", "Trattoria", "Pizzeria"])
            ),
            4 => format!(
                "{last}'s {} {trade}",
                dice.pick(&["Italian", "Family", "Famous", "Original", "Seafood", "Steak"])
            ),
            5 => format!("{word} {other} {trade}"),
            6 => format!("{} {city} {other}", one_of(CHAINS, dice)),
            7 => format!("{} {trade}", one_of(CHAINS, dice)),
            8 => format!("{trade} {city}"),
            9 => format!("{city} {word}"),
            10 => format!("{city} {kind}"),
            11 => format!("{} {kind}", self.pool.first(dice)),
            12 => format!("{word} & {other}"),
            _ => format!("{} {last} {kind}", self.pool.first(dice)),
        }
    }

    fn band(&self, dice: &mut Dice) -> String {
        let (word, other) = (self.made_up(dice), self.heading_word(dice));
        match dice.below(5) {
            0 => format!("The {word}s"),
            1 => format!("{word} {other}"),
            2 => format!("The {word} {other}"),
            3 => format!("{word} and the {other}s"),
            _ => word,
        }
    }

    /// The name of a work or product: capitalised words, at times with a name in it.
    fn title(&self, dice: &mut Dice) -> String {
        let word = self.made_up(dice);
        match dice.below(8) {
            7 => format!("{} and the {}s", self.pool.first(dice), title_word(dice)),
            0 => format!("The {word}"),
            1 => format!("{word} of the {}", title_word(dice)),
            2 => format!("{word} {}", title_word(dice)),
            3 => format!("{word} and {}", title_word(dice)),
            4 => format!("{} {}", self.pool.first(dice), word),
            5 => format!("{word} {}", 1 + dice.below(12)),
            _ => format!("The {} {word}", title_word(dice)),
        }
    }

    fn address(&self, slot: &str, dice: &mut Dice) -> String {
        let street = self.street(dice);
        let place = self.place(dice);
        match slot {
            "street" => street,
            "zipcity" => place,
            _ => format!("{street}{}{place}", dice.pick(&[", ", ", ", ", ", "\n", " "])),
        }
    }

    fn street(&self, dice: &mut Dice) -> String {
        let number = 1 + dice.below(if self.language == "en" { 9_900 } else { 180 });
        let last = match dice.below(3) {
            0 => title_word(dice).to_owned(),
            1 => format!("{} {}", self.pool.first(dice), self.pool.last(dice)),
            _ => self.pool.last(dice).to_owned(),
        };
        match self.language {
            "de" => match dice.below(4) {
                0 => format!(
                    "{}{} {number}",
                    title_word(dice),
                    dice.pick(&["straße", "weg", "str.", "gasse", "platz"])
                ),
                1 => format!("{}-Straße {number}", last.replace(' ', "-")),
                2 => format!("{}er Straße {number}", dice.pick(&self.pool.cities)),
                _ => format!(
                    "{}{} {number}{}",
                    one_of(GERMAN, dice),
                    dice.pick(&["straße", "weg", "allee", "strasse", "ring"]),
                    dice.pick(&["", "", "a", "b"])
                ),
            },
            "fr" => format!(
                "{number}{} {} {last}",
                dice.pick(&["", "", ",", " bis"]),
                dice.pick(&["rue", "avenue", "rue de", "boulevard", "place", "rue du", "chemin de"])
            ),
            "es" => format!(
                "{} {last}{} {number}",
                dice.pick(&["Calle", "Avenida", "C/", "Plaza", "Calle de", "Paseo de"]),
                dice.pick(&[",", "", " nº"])
            ),
            "pt" => format!(
                "{} {last}, {number}",
                dice.pick(&["Rua", "Avenida", "Travessa", "Av.", "Praça", "Rua da"])
            ),
            "it" => format!(
                "{} {last}{} {number}",
                dice.pick(&["Via", "Viale", "Piazza", "Corso", "Via della"]),
                dice.pick(&[",", ""])
            ),
            _ => {
                let kind = dice.pick(&[
                    "Street",
                    "St",
                    "Avenue",
                    "Ave",
                    "Road",
                    "Rd",
                    "Drive",
                    "Lane",
                    "Boulevard",
                    "Blvd",
                    "Court",
                    "Way",
                    "Place",
                    "Parkway",
                    "Close",
                    "Terrace",
                ]);
                let unit = if dice.percent(25) {
                    format!(
                        "{} {}",
                        dice.pick(&[" Apt", ", Apt", ", Suite", " #", " Unit", ", Flat"]),
                        1 + dice.below(400)
                    )
                } else {
                    String::new()
                };
                format!("{number} {}{last} {kind}{unit}", dice.pick(&["", "", "", "N ", "West ", "E. "]))
            }
        }
    }

    fn place(&self, dice: &mut Dice) -> String {
        let city = dice.pick(&self.pool.cities);
        match self.language {
            "en" if dice.percent(20) => format!(
                "{city} {}{} {}{}{}",
                capital(dice),
                dice.digits(2),
                dice.digits(1),
                capital(dice),
                capital(dice)
            ),
            "en" => format!("{city}, {} {}", one_of(STATES, dice), dice.digits(5)),
            "pt" if dice.percent(50) => format!("{}-{} {city}", dice.digits(4), dice.digits(3)),
            "pt" => format!(
                "{city} - {}, {}-{}",
                dice.pick(&["SP", "RJ", "MG", "BA", "RS"]),
                dice.digits(5),
                dice.digits(3)
            ),
            _ => format!("{} {city}", dice.digits(5)),
        }
    }

    fn plain(&self, slot: &str, dice: &mut Dice) -> String {
        match slot {
            "n1" => (1 + dice.below(9)).to_string(),
            "num" => {
                let count = 2 + dice.below(6);
                dice.digits(count)
            }
            "age" => (18 + dice.below(70)).to_string(),
            "amount" => format!(
                "{}{}.{}",
                dice.pick(&["$", "€", "£", "EUR ", "USD "]),
                1 + dice.below(900),
                dice.digits(2)
            ),
            "order" => {
                let letter = capital(dice);
                format!("{}{letter}{}", dice.pick(&["#", "", "ORD-", "INV-", "RE-"]), dice.digits(6))
            }
            "date" => self.date(dice),
            "time" => format!(
                "{}:{}{}",
                1 + dice.below(12),
                dice.pick(&["00", "15", "30", "45"]),
                dice.pick(&["", " pm", " am", "pm"])
            ),
            "phone" => format!(
                "{} {} {}",
                dice.pick(&["+1 415", "+49 30", "(212)", "0171", "555", "+33 1", "+34 91"]),
                dice.digits(3),
                dice.digits(4)
            ),
            "email" => format!(
                "{}{}@{}",
                self.pool.first(dice).to_lowercase().replace([' ', '\''], ""),
                dice.digits(2),
                dice.pick(&["example.com", "mail.example.org", "example.net"])
            ),
            "iban" => format!("{}{}", dice.pick(&["DE", "FR", "ES", "IT"]), dice.digits(20)),
            "card" => format!("{} {} {} {}", dice.digits(4), dice.digits(4), dice.digits(4), dice.digits(4)),
            "word" if self.pool.words.is_empty() => title_word(dice).to_lowercase(),
            "word" => dice.pick(&self.pool.words).to_owned(),
            "job" => dice.pick(&self.pool.jobs).to_owned(),
            "day" => one_of(days(self.language), dice).to_owned(),
            "month" => one_of(months(self.language), dice).to_owned(),
            "caps" => {
                let count = 1 + dice.below(3);
                (0..count).map(|_| self.heading_word(dice)).collect::<Vec<_>>().join(" ")
            }
            _ => format!("{{{slot}}}"),
        }
    }

    /// A word of a heading, or one that nobody ever saw.
    fn made_up(&self, dice: &mut Dice) -> String {
        if dice.percent(25) { invented(dice) } else { self.heading_word(dice) }
    }

    fn heading_word(&self, dice: &mut Dice) -> String {
        let word = dice.pick(&self.pool.words);
        if word.is_empty() || dice.percent(40) {
            return title_word(dice).to_owned();
        }
        let first: String = word.chars().take(1).flat_map(char::to_uppercase).collect();
        first + word.strip_prefix(|_: char| true).unwrap_or_default()
    }

    fn date(&self, dice: &mut Dice) -> String {
        let (day, year) = (1 + dice.below(28), 1940 + dice.below(85));
        match dice.below(3) {
            0 => format!("{} {day}, {year}", one_of(months(self.language), dice)),
            1 => format!("{day:02}/{:02}/{year}", 1 + dice.below(12)),
            _ => format!("{day}. {} {year}", one_of(months(self.language), dice)),
        }
    }
}

/// Two samples in one: as two sentences, or as two lines.
pub(crate) fn joined(first: &Sample, second: &Sample, dice: &mut Dice) -> Sample {
    let joint = match dice.below(4) {
        0 => "\n",
        _ if first.text.ends_with(['.', '?', '!', '\n']) => " ",
        1 => ", ",
        _ => ". ",
    };
    let mut sample = first.clone();
    sample.text.push_str(joint);
    let offset = sample.text.len();
    sample.text.push_str(&second.text);
    sample
        .spans
        .extend(second.spans.iter().map(|(start, end, label)| (start + offset, end + offset, *label)));
    sample
}

/// Whether a text has no capitals.
pub(crate) fn is_low(text: &str) -> bool {
    !text.chars().any(char::is_uppercase)
}

/// A sample as a turn of a dialogue, with a speaker in front, an exclamation, or both.
pub(crate) fn spoken(sample: &Sample, dice: &mut Dice) -> Sample {
    let lead = format!("{}{}", one_of(SPEAKERS, dice), one_of(LEADS, dice));
    let lead = if is_low(&sample.text) { lead.to_lowercase() } else { lead };
    let head = Sample { text: lead, spans: Vec::new() };
    let mut all = head;
    let offset = all.text.len();
    all.text.push_str(&sample.text);
    all.spans.extend(sample.spans.iter().map(|(start, end, label)| (start + offset, end + offset, *label)));
    all
}

/// A sentence with a capital at its beginning and, mostly, a mark at its end.
pub(crate) fn careful(text: &str, dice: &mut Dice) -> String {
    let first: String = text.chars().take(1).flat_map(char::to_uppercase).collect();
    let rest =
        text.strip_prefix(|_: char| true).unwrap_or_default().replace(" i ", " I ").replace(" i'", " I'");
    let rest = if dice.percent(7) { mistyped(&rest, dice) } else { rest };
    let mark = if rest.ends_with(['.', '?', '!']) { "" } else { dice.pick(&[".", "?", "", "!", "."]) };
    format!("{first}{rest}{mark}")
}

/// A word that means nothing, as brands are: two to three syllables.
fn invented(dice: &mut Dice) -> String {
    let heads = &[
        "b", "k", "t", "m", "v", "z", "l", "r", "s", "d", "p", "g", "br", "kr", "st", "tr", "sh", "ch", "",
        "", "n", "f", "h", "w", "y", "qu",
    ];
    let tails = &["", "", "", "n", "r", "x", "l", "s", "k", "nt", "m", "th", "sh"];
    let count = 2 + dice.below(2);
    let word: String = (0..count)
        .map(|_| {
            format!(
                "{}{}{}",
                dice.pick(heads),
                dice.pick(&["a", "e", "i", "o", "u", "ee", "ai", "ou", "a", "o"]),
                dice.pick(tails)
            )
        })
        .collect();
    let first: String = word.chars().take(1).flat_map(char::to_uppercase).collect();
    first + word.strip_prefix(|_: char| true).unwrap_or_default()
}

/// A text with a slip of the fingers in its first word.
fn mistyped(text: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let length = letters.iter().take_while(|letter| letter.is_alphabetic()).count();
    let at = dice.below(length);
    if length > 1 {
        match dice.below(3) {
            0 => drop(letters.remove(at)),
            1 if at + 1 < length => letters.swap(at, at + 1),
            _ => letters.insert(at, letters.get(at).copied().unwrap_or('e')),
        }
    }
    letters.into_iter().collect()
}

fn capital(dice: &mut Dice) -> char {
    char::from(b'A' + dice.below(26) as u8)
}

fn initial(name: &str) -> char {
    name.chars().next().unwrap_or('A')
}

fn title_word(dice: &mut Dice) -> &'static str {
    static WORDS: std::sync::LazyLock<Vec<&str>> =
        std::sync::LazyLock::new(|| CAPITALS.split_whitespace().collect());
    let at = dice.below(WORDS.len());
    WORDS.get(at).copied().unwrap_or("Order")
}

/// Settles each `<one|of|these>`.
fn choose(template: &str, dice: &mut Dice) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, inside, after)) = rest
        .split_once('<')
        .and_then(|(before, tail)| tail.split_once('>').map(|(inside, after)| (before, inside, after)))
    {
        let options: Vec<&str> = inside.split('|').collect();
        text.push_str(before);
        text.push_str(dice.pick(&options));
        rest = after;
    }
    text + rest
}

/// The literal before the next slot, the slot, and the rest.
fn next_slot(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let open = from + text.get(from..)?.find('{')?;
        let after = text.get(open + 1..)?;
        let length = after.find(|letter: char| !letter.is_ascii_lowercase() && letter != '1')?;
        if length > 0 && after.get(length..)?.starts_with('}') {
            return Some((text.get(..open)?, after.get(..length)?, after.get(length + 1..)?));
        }
        from = open + 1;
    }
}

fn pen(piece: &str, hand: Hand, label: u8) -> String {
    match hand {
        Hand::Careful => piece.to_owned(),
        Hand::Lower => piece.to_lowercase(),
        Hand::LowerNames if label == PERSON => piece.to_lowercase(),
        Hand::LowerNames => piece.to_owned(),
        Hand::Upper => piece.to_uppercase(),
        Hand::Spoken => piece.to_lowercase().replace([',', '.', '!', '?', ';', ':'], ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_chosen_from_and_cut_into_slots() {
        let mut dice = Dice::new(3);
        let text = choose("<Hi|Hello>, {full}<.|.>", &mut dice);
        assert!(text == "Hi, {full}." || text == "Hello, {full}.");
        assert_eq!(next_slot("{\"a\":\"{full}\"}"), Some(("{\"a\":\"", "full", "\"}")));
        assert_eq!(next_slot("a {b c {d"), None);
        assert_eq!(next_slot("{n1}th"), Some(("", "n1", "th")));
    }

    #[test]
    fn places_move_with_the_text() {
        let mut sample = Sample::default();
        sample.push("I am ", OUTSIDE);
        sample.push("Ann", PERSON);
        let mut dice = Dice::new(5);
        for _ in 0..50 {
            let joined = joined(&spoken(&sample, &mut dice), &spoken(&sample, &mut dice), &mut dice);
            let named: Vec<_> =
                joined.spans.iter().map(|(start, end, _)| joined.text.get(*start..*end)).collect();
            assert_eq!(named, [Some("Ann"), Some("Ann")], "{}", joined.text);
        }
    }

    #[test]
    fn hands_write_differently() {
        assert_eq!(pen("Hi, Ann.", Hand::Spoken, OUTSIDE), "hi ann");
        assert_eq!(pen("Ann", Hand::LowerNames, PERSON), "ann");
        assert_eq!(pen("Ann", Hand::LowerNames, PLACE), "Ann");
        assert_eq!(pen("Ann", Hand::Upper, PLACE), "ANN");
        assert!(is_low("hi ann") && !is_low("hi Ann"));
    }
}
