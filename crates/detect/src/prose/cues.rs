//! Which words say that people speak here, or that an address or a name comes next?
//!
//! The walk looks every word of a text up anyway; each is looked up in one more small table here, which stays in the
//! first-level cache. What passes is compared by its first eight letters: a longer word that begins like a cue costs some
//! time and decides nothing by itself.

use crate::matchers::{byte_at, byte_before};
use crate::words::{ByLetters, LETTERS_MAX, letters, mix};

/// What a word says of its surroundings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// Somebody speaks, or is spoken to: `my`, `bitte`.
    Talk,
    /// The same, and a name is likely to come next: `called`, `herr`.
    Announce,
    /// A word that sentences are made of: `the`, `und`.
    Plain,
    /// The key of a name: `name`, `customer`.
    Key,
    /// A word of streets, which may stand behind the name of one: `road`.
    StreetEnd,
    /// A word of streets that stands before the name of one: `calle`; or a street in one word: `Hauptstraße`.
    StreetStart,
    /// Two capitalised words that people are called: `Emma Wilson`.
    Pair,
}

/// A cue found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cue {
    pub(crate) start: usize,
    pub(crate) sign: Sign,
}

const LISTS: [(Sign, &str); 6] = [
    (
        Sign::Announce,
        "called named mr mrs miss dr prof dear hi hello heisse herr frau appelle llamo chiamo monsieur madame mme \
         senor senora signor signora senhor senhora chamo",
    ),
    (
        Sign::Talk,
        "i my me mine im ive you your yours we our he she his her him hi hello hey dear please thanks thank \
         sorry regards sincerely cheers speaking called mr mrs miss sir madam dr prof who \
         whose mom dad brother sister wife husband friend friends said says told asked spoke yes yeah lol ich mein \
         meine meinen meiner mir mich sie ihr ihre ihnen wir unser herr frau hallo danke bitte grusse gruesse wohne wohnt heisse adresse anschrift \
         je mon ma mes moi vous votre nous notre bonjour merci madame monsieur suis appelle mme habite yo mi soy \
         usted hola gracias senor senora llamo vivo nosotros direccion eu meu minha sou voce ola obrigado obrigada \
         senhor senhora moro chamo io mio mia sono grazie buongiorno signor signora chiamo ciao abito indirizzo lei",
    ),
    (
        Sign::Plain,
        "the a an is was are were be been of and with that this it for at in on to from has have had will would can \
         could not but if so as by or about after before when what where why how which their they them do did does \
         just like want need got get going go new very much more all some ok okay call tell talk met live lived \
         lives living located address reside resides home der die das und ist den dem ein eine \
         nicht mit von auf fur zu im am le la les et est un une des du dans pour pas que qui avec sur el los las es \
         una en por para con se su del lo no o os e da em um uma na il che di per non gli nel della ho ha",
    ),
    (
        Sign::Key,
        "name names firstname lastname fullname surname username customer client contact holder cardholder \
         recipient sender author owner employee attn signed guest tenant insured beneficiary vorname \
         nachname kunde kundin nom prenom nombre apellido apellidos cliente nome cognome sobrenome titular paciente \
         patientin ansprechpartner passenger",
    ),
    (
        Sign::StreetEnd,
        "street st avenue ave boulevard blvd road rd drive dr lane ln court ct parkway pkwy highway hwy circle cir \
         terrace crescent cres square sq expressway freeway turnpike trail broadway causeway alley mews way place \
         pl common commons gardens plaza hill row walk close grove loop path wharf cove landing crossing ridge park \
         parade glen box",
    ),
    (
        Sign::StreetStart,
        "rue av avda avenida bd bld calle c rua travessa praca largo estrada piazza viale vicolo chemin impasse allee \
         quai paseo carretera rambla jalan camino alameda via cours corso str strasse weg platz gasse markt linden \
         postfach apartado",
    ),
];

/// Bits of the filter.
const FILTER_BITS: u32 = 14;

/// The cues, indexed.
pub(crate) struct Cues {
    filter: Box<[u64; 1 << (FILTER_BITS - 6)]>,
    signs: ByLetters<Sign>,
}

const fn slot(key: u64) -> usize {
    (mix(key) >> (64 - FILTER_BITS)) as usize
}

impl Cues {
    /// All of them.
    pub(crate) fn new() -> Self {
        let mut cues = Self { filter: Box::new([0; 1 << (FILTER_BITS - 6)]), signs: ByLetters::default() };
        for (sign, list) in LISTS {
            list.split_ascii_whitespace().for_each(|word| cues.add(word.as_bytes(), sign));
        }
        for word in [
            "straße",
            "größe",
            "grüße",
            "für",
            "señor",
            "señora",
            "allée",
            "você",
            "olá",
            "praça",
            "dirección",
            "prénom",
        ] {
            let sign = if word.starts_with("str") || word == "allée" || word == "praça" {
                Sign::StreetStart
            } else {
                Sign::Talk
            };
            cues.add(word.as_bytes(), sign);
        }
        cues
    }

    /// The first list that names a word decides.
    fn add(&mut self, word: &[u8], sign: Sign) {
        let first = word.iter().take(LETTERS_MAX).rev().fold(0, |all, &byte| all << 8 | u64::from(byte));
        let key = letters(first, word.len().clamp(1, LETTERS_MAX) as u32);
        let slot = slot(key);
        if let Some(bits) = self.filter.get_mut(slot / 64) {
            *bits |= 1 << (slot % 64);
        }
        self.signs.entry(key).or_insert(sign);
    }

    /// Whether a word with these letters may be one; the fast path.
    #[inline]
    pub(crate) fn may_hold(&self, key: u64) -> bool {
        let slot = slot(key);
        self.filter.get(slot / 64).is_some_and(|bits| bits >> (slot % 64) & 1 == 1)
    }

    /// The cue at a place, whose word has these letters. A letter alone is one only
    /// between blanks, as people write it, and `C/` before a street.
    pub(crate) fn at(&self, text: &[u8], start: usize, key: u64) -> Option<Cue> {
        let sign = self.sign(key)?;
        // A capital inside a word begins a key (`fullName`), and nothing else.
        if sign != Sign::Key
            && byte_before(text, start).is_ascii_alphabetic()
            && !is_behind_escape(text, start)
        {
            return None;
        }
        let letter = key < 0x100;
        let next = byte_at(text, start + 1);
        let alone = || match sign {
            Sign::StreetStart => next == b'/',
            _ => {
                matches!(byte_before(text, start), b' ' | b'\n' | b'"' | b'(') && matches!(next, b' ' | b'\'')
            }
        };
        (!letter || alone()).then_some(Cue { start, sign })
    }

    /// What a word with these letters says.
    pub(crate) fn sign(&self, key: u64) -> Option<Sign> {
        self.signs.get(&key).copied()
    }
}

/// Whether a line break or tab of a JSON string ends here.
pub(crate) fn is_behind_escape(text: &[u8], at: usize) -> bool {
    at >= 2 && byte_at(text, at - 2) == b'\\' && matches!(byte_before(text, at), b'n' | b't' | b'r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cues_are_found_in_any_case() {
        let cues = Cues::new();
        let sign = |word: &str| {
            let first = word.bytes().take(8).rev().fold(0, |all, byte| all << 8 | u64::from(byte));
            let key = letters(first, word.len().min(8) as u32);
            cues.may_hold(key).then(|| cues.sign(key)).flatten()
        };
        assert_eq!(sign("My"), Some(Sign::Talk));
        assert_eq!(sign("THE"), Some(Sign::Plain));
        assert_eq!(sign("customer"), Some(Sign::Key));
        assert_eq!(sign("Road"), Some(Sign::StreetEnd));
        assert_eq!(sign("Avenida"), Some(Sign::StreetStart));
        assert_eq!(sign("connection"), None);
    }
}
