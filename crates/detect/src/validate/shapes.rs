//! How are numbers of each rule made up for tests?
//!
//! A shape is text with places: `#` a digit, `@` a letter, `%y %m %d` parts of a date, `%Y` a year in
//! full, `?` a check digit and `!` a check digit or letter that are found by trying. Beside it stands what
//! theory promises about the rule.

/// What theory promises about changing one digit of a valid number, and about the number of check values.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Promise {
    /// Every payload has exactly one check value, and any changed digit is noticed.
    One,
    /// A payload may have none (the rule skips a value), and any changed digit is noticed.
    AtMostOne,
    /// The rule folds several remainders into one digit, or has no check digit: nothing is promised.
    Nothing,
}

use Promise::{AtMostOne, Nothing, One};

pub(super) const SHAPES: &[(&str, &str, Promise)] = &[
    ("aba-routing", "02######?", One),
    ("aba-routing", "########?", AtMostOne),
    ("ar-cuit", "20########?", Nothing),
    ("at-svnr", "###?%d%m%y", Nothing),
    ("au-abn", "#########??", Nothing),
    ("au-medicare", "2#######?1", Nothing),
    ("au-tfn", "########?", AtMostOne),
    ("be-nrn", "%y%m%d1##??", Nothing),
    ("bg-egn", "%y%m%d###?", Nothing),
    ("br-cnpj", "############??", Nothing),
    ("br-cnpj", "@#@#@#@#0001??", Nothing),
    ("br-cpf", "#########??", Nothing),
    ("ca-bc-phn", "9########?", AtMostOne),
    ("ca-on-hcn", "5########?", One),
    ("ca-sin", "1#######?", One),
    ("ca-sin", "########?", AtMostOne),
    ("card", "411111#########?", One),
    ("card", "5#7#############?", AtMostOne),
    ("card-maestro12", "6304#######?", One),
    ("ch-ahv", "756#########?", One),
    ("cl-rut", "########!", AtMostOne),
    ("cn-ric", "110101%Y%m%d###!", AtMostOne),
    ("co-nit", "########?", Nothing),
    ("cz-rc", "%y%m%d/###?", Nothing),
    ("de-driver", "B0######1!1", Nothing),
    ("de-id-card", "L0#######?", One),
    ("de-passport", "C0#######?", One),
    ("de-tax-id", "##########?", AtMostOne),
    ("de-tax-id", "43#85#7906?", AtMostOne),
    ("dk-cpr", "%d%m%y####", Nothing),
    ("ec-ci", "17#######?", AtMostOne),
    ("ee-ik", "3%y%m%d###?", Nothing),
    ("es-cif", "B#######?", One),
    ("es-cif", "Q#######!", Nothing),
    ("es-dni", "########!", AtMostOne),
    ("es-nie", "X#######!", AtMostOne),
    ("es-nif", "M#######!", Nothing),
    ("es-ssn", "28########??", Nothing),
    ("fi-hetu", "%d%m%y-1##!", AtMostOne),
    ("fi-hetu", "%d%m%yA1##!", AtMostOne),
    ("fr-insee", "1%y%m75101###??", AtMostOne),
    ("fr-insee", "2%y%m2B101###??", AtMostOne),
    ("fr-siren", "########?", AtMostOne),
    ("fr-spi", "1#########???", AtMostOne),
    ("gb-nhs", "#########?", AtMostOne),
    ("gb-utr", "?#########", Nothing),
    ("gr-amka", "%d%m%y####?", AtMostOne),
    ("hk-id", "A######!", AtMostOne),
    ("hr-oib", "##########?", AtMostOne),
    ("hu-taj", "########?", AtMostOne),
    ("iban", "GB??WEST##############", AtMostOne),
    ("iban", "NL??@@@@##########", AtMostOne),
    ("iban-de", "DE??##################", AtMostOne),
    ("iban-es", "ES??####################", AtMostOne),
    ("iban-fr", "FR??#######################", AtMostOne),
    ("iban-gb", "GB??@@@@##############", AtMostOne),
    ("iban-it", "IT??X######################", AtMostOne),
    ("ie-pps", "#######!", AtMostOne),
    ("ie-pps", "#######!A", Nothing),
    ("il-id", "########?", AtMostOne),
    ("imei", "35############?", AtMostOne),
    ("in-aadhaar", "5##########?", AtMostOne),
    ("in-aadhaar", "###########?", AtMostOne),
    ("in-pan", "@@@@@####@", Nothing),
    ("is-kennitala", "%d%m%y-##?9", Nothing),
    ("iso7064-mod11-10", "#########?", One),
    ("iso7064-mod97-10", "##########??", AtMostOne),
    ("iso7064-mod97-10", "@@@@######??", AtMostOne),
    ("it-codice-fiscale", "RSSMRA%yA%dF###!", Nothing),
    ("it-codice-fiscale", "@@@@@@%y@%d@###!", Nothing),
    ("it-vat", "#######015?", AtMostOne),
    ("it-vat", "##########?", AtMostOne),
    ("jmbg", "%d%m9%y50###?", Nothing),
    ("jp-my-number", "###########?", Nothing),
    ("kr-rrn", "%y%m%d-1#####?", Nothing),
    ("lu-id", "%Y%m%d###??", AtMostOne),
    ("luhn", "1########?", One),
    ("lv-pk", "%d%m%y-1###?", Nothing),
    ("mx-curp", "GOUC%y%m%dHDFHRS0?", Nothing),
    ("nl-bsn", "########?", AtMostOne),
    ("no-fnr", "%d%m%y###??", AtMostOne),
    ("nz-ird", "1#######?", Nothing),
    ("pl-nip", "#########?", AtMostOne),
    ("pl-pesel", "%y%m%d####?", AtMostOne),
    ("pt-nif", "2#######?", Nothing),
    ("pt-nif", "########?", Nothing),
    ("ro-cnp", "1%y%m%d12###?", Nothing),
    ("ru-snils", "#########??", Nothing),
    ("se-personnummer", "%y%m%d-###?", AtMostOne),
    ("sg-nric", "S#######!", AtMostOne),
    ("th-pin", "1###########?", Nothing),
    ("tr-tckn", "1########??", AtMostOne),
    ("tw-id", "A1#######?", Nothing),
    ("ua-rntrc", "#########?", Nothing),
    ("us-dea", "AB######?", Nothing),
    ("us-ein", "##-#######", Nothing),
    ("us-itin", "9##-##-####", Nothing),
    ("us-npi", "1########?", One),
    ("us-ssn", "###-##-####", Nothing),
    ("verhoeff", "1########?", One),
    ("vin", "1HGCM826!3A######", Nothing),
    ("za-id", "%y%m%d####08?", AtMostOne),
];

/// Numbers without pattern, the same in every run: SplitMix64 (Steele, Lea and Flood, 2014).
pub(super) struct Dice(pub(super) u64);

impl Dice {
    /// A number below `limit`.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) % limit
    }

    fn one_of(&mut self, set: &[u8]) -> char {
        char::from(set[self.below(set.len() as u64) as usize])
    }
}

const DIGITS: &[u8] = b"0123456789";
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// The shape with everything but its check places filled.
pub(super) fn payload(shape: &str, dice: &mut Dice) -> String {
    let mut text = String::new();
    let mut places = shape.chars();
    while let Some(place) = places.next() {
        match place {
            '#' => text.push(dice.one_of(DIGITS)),
            '@' => text.push(dice.one_of(LETTERS)),
            '%' => match places.next() {
                Some('Y') => text.push_str(&format!("{}", 1930 + dice.below(70))),
                Some('y') => text.push_str(&format!("{:02}", 30 + dice.below(70))),
                Some('m') => text.push_str(&format!("{:02}", 1 + dice.below(12))),
                _ => text.push_str(&format!("{:02}", 1 + dice.below(31))),
            },
            other => text.push(other),
        }
    }
    text
}

/// The payload with every value of its check places.
pub(super) fn candidates(payload: &str) -> Vec<String> {
    let alphabet: Vec<u8> = match payload.find(['?', '!']).map(|at| payload.as_bytes()[at]) {
        None => return vec![payload.to_string()],
        Some(b'?') => DIGITS.to_vec(),
        Some(_) => [DIGITS, LETTERS].concat(),
    };
    let fill = |symbol: &u8| candidates(&payload.replacen(['?', '!'], &char::from(*symbol).to_string(), 1));
    alphabet.iter().flat_map(fill).collect()
}

/// Every text that differs from `text` in one digit.
pub(super) fn one_digit_off(text: &str) -> Vec<String> {
    let places = (0..text.len()).filter(|&at| text.as_bytes()[at].is_ascii_digit());
    let changed = |at: usize| DIGITS.iter().map(move |&digit| (at, digit));
    places
        .flat_map(changed)
        .filter(|&(at, digit)| text.as_bytes()[at] != digit)
        .map(|(at, digit)| {
            let mut other = text.to_string();
            other.replace_range(at..=at, char::from(digit).encode_utf8(&mut [0; 4]));
            other
        })
        .collect()
}
