//! What will the lexicon know? Builds its classes from the lists, and its bytes from the classes.
//!
//! Many names are words: a word's count in English books, less what people of that name account for, says how common the
//! word is by itself. Words of the training sentences and of the public sets of utterances are common, too.

use super::lists::Lists;
use super::names::lexer;
use super::names::lexicon::{BUCKET, Class, LEXICON_BYTES, bucket_of, print_of};
use std::collections::BTreeMap;

/// Occurrences in the counted books for each percent of people who bear the name.
const COUNT_PER_PERCENT: f64 = 180e6;
/// Share of people that a place in a locale's list is worth, in percent.
const LISTED_PERCENT: f64 = 0.01;

/// Titles before a name, without accents.
const TITLES: &str = "mr mrs ms miss mx dr prof professor doctor sir madam dame lord lady herr herrn frau fraulein m mme mlle monsieur \
madame mademoiselle senor senora senorita sr sra srta don dona dom sig signor signora signorina dott dottor dottssa dottore \
dottoressa ing avv rev reverend father sister brother uncle aunt president capt captain sgt lt officer judge senator doutor doutora \
docteur doktor dipl coach nurse hr fr st saint";
/// Small words inside of names.
const PARTICLES: &str = "van von de del della di da dos das do der den ter ten la le les du des zu zum zur al el bin ibn ben abu y e i san santa \
mac mc af av st";
/// Words with a capital that are neither names nor places.
const PROPER: &str = "monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october \
november december english german french spanish italian portuguese american british european asian african chinese japanese \
indian mexican canadian australian dutch irish scottish montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar \
marz mai juni juli oktober dezember lundi mardi mercredi jeudi vendredi samedi dimanche janvier fevrier avril juin juillet aout \
septembre octobre novembre decembre lunes martes miercoles jueves viernes sabado domingo enero febrero marzo abril mayo junio \
julio agosto septiembre octubre noviembre diciembre segunda terca quarta quinta sexta janeiro fevereiro maio junho julho \
setembro outubro novembro dezembro lunedi martedi mercoledi giovedi venerdi sabato domenica gennaio febbraio aprile maggio \
giugno luglio settembre ottobre christmas easter google facebook twitter instagram youtube amazon microsoft apple netflix \
spotify paypal visa mastercard iphone android windows linux whatsapp internet wifi";
/// Words of companies.
const COMPANY: &str = "inc ltd llc llp corp corporation company co gmbh ag kg ohg sa sas sarl srl spa sl ltda lda plc group holding holdings bank \
partners associates sons bros brothers services solutions systems technologies consulting industries university college school \
hospital clinic institute foundation hotel restaurant cafe pharmacy insurance logistics airlines motors store shop market center \
centre apartments resort inn suites museum theater theatre cinema church club team fc";
/// Words of streets.
const STREETS: &str = "street st avenue ave road rd drive dr lane ln boulevard blvd court ct way place pl terrace square sq parkway pkwy circle cir \
highway hwy close crescent grove mews row gate trail loop route apt suite unit floor strasse str weg allee platz gasse ufer ring \
damm chaussee rue impasse quai cours chemin allees calle avenida avda plaza paseo carrer camino ronda travesia rua travessa \
largo praca alameda estrada rodovia via viale piazza corso vicolo strada piazzale laan straat plein gracht kade";

/// What a person is, or does.
const ROLES: &str = "doctor dentist psychologist psychiatrist therapist counselor lawyer nurse surgeon physician patient customer client colleague manager boss friend neighbor neighbour wife husband mother father son daughter sister brother mom dad aunt uncle director directed actor actress starring stars starred stylist artist singer author writer player painter politician senator president coach teacher professor student employee driver passenger guest cardholder tenant landlord witness applicant agent technician representative advisor consultant ceo cfo cto founder owner name named called signed spoke appointment kollege kollegin nachbar nachbarin arzt arztin anwalt chef chefin mitarbeiter kunde kundin patientin frau mann sohn tochter mutter vater schwester bruder freund freundin schauspieler sanger autor lehrer lehrerin geschaftsfuhrer heisse ansprechpartner collegue voisin voisine medecin avocat patron client cliente mari femme fils fille mere pere soeur frere ami amie acteur actrice chanteur auteur professeur directeur directrice appelle companero companera vecino vecina medico abogado jefe cliente paciente marido mujer hijo hija madre padre hermano hermana amigo amiga actor actriz cantante autor profesor profesora director directora llamo colega vizinho vizinha advogado chefe marido esposa esposo filho filha mae pai irmao irma ator atriz cantora professor professora chamo collega vicino vicina avvocato capo moglie marito figlio figlia fratello sorella amico amica attore attrice cantante autore professore professoressa direttore chiamo";
/// What bears a name and is no person.
const THINGS: &str = "hotel hotels restaurant restaurants apartment apartments property museum attraction attractions movie movies film films song songs album albums event events airport station theater theatre cinema store shop park book books game games car cars bank airline airlines company brand place places food cuisine star rated rating playlist show shows series located building house complex resort lodge team stadium university school college hospital clinic church firma unternehmen laden stadt restaurante hotelzimmer ristorante albergo negozio entreprise societe magasin empresa tienda loja marca ville ciudad cidade citta";

/// Words folded as the lexer folds them, with what is known of them.
#[derive(Default)]
pub(crate) struct Known {
    /// By the word's hash: the class, and how soon it enters the table.
    classes: BTreeMap<u32, (u16, u32)>,
}

/// The hash of a word.
pub(crate) fn hash_of(word: &str) -> u32 {
    words(word).first().map_or(0, |word| word.hash)
}

/// The words of a text as the lexer sees them.
fn words(text: &str) -> Vec<lexer::Word> {
    let mut found = Vec::new();
    lexer::read(text.as_bytes(), 0, text.len(), 64, &mut found);
    found
}

/// The share of people, in percent, that bear a name, by hash, and how sure the lists are.
fn shares<'a>(
    census: &[(String, f64)],
    lists: impl Iterator<Item = &'a Vec<(String, f64)>>,
) -> BTreeMap<u32, f64> {
    let mut found: BTreeMap<u32, f64> = BTreeMap::new();
    for (name, percent) in census {
        for word in words(name) {
            let share = found.entry(word.hash).or_default();
            *share = share.max(*percent);
        }
    }
    for list in lists {
        for (name, _) in list {
            for word in words(name).into_iter().filter(|word| word.end - word.start > 1) {
                *found.entry(word.hash).or_default() += LISTED_PERCENT;
            }
        }
    }
    found
}

fn level(value: f64, steps: [f64; 3]) -> u16 {
    steps.iter().filter(|step| value >= **step).count() as u16
}

impl Known {
    pub(crate) fn new(lists: &Lists) -> Self {
        let first = shares(&lists.census_first, lists.first.values());
        let last = shares(&lists.census_last, lists.last.values());
        let mut known = Self::default();
        for (hash, share) in &first {
            known.add(*hash, level(*share, [0.0, 0.01, 0.06]), (share * 1e4) as u32 + 2_000);
        }
        for (hash, share) in &last {
            known.add(*hash, level(*share, [0.0, 0.006, 0.02]) << 2, (share * 1e4) as u32);
        }
        known.add_places(lists);
        for (text, mark) in [
            (TITLES, Class::TITLE),
            (PARTICLES, Class::PARTICLE),
            (PROPER, Class::PROPER),
            (COMPANY, Class::COMPANY),
            (STREETS, Class::STREET),
            (ROLES, Class::ROLE),
            (THINGS, Class::THING),
        ] {
            known.add_words(text, mark, 1 << 20);
        }
        for (word, count) in &lists.english {
            let hash = hash_of(word);
            let people = first.get(&hash).unwrap_or(&0.0) + last.get(&hash).unwrap_or(&0.0);
            let rest = *count as f64 - people * COUNT_PER_PERCENT;
            let place = Class(known.classes.get(&hash).map_or(0, |(class, _)| *class)).place();
            let rest = if place >= 2 { rest - 150e6 } else { rest };
            let common = level(rest, [4e4, 3e6, 25e6]);
            known.add(hash, common << 4, (count / 1_000).min(1 << 20) as u32);
        }
        for locale in ["de_DE", "fr_FR", "nl_NL", "da_DK", "pl_PL"] {
            for (word, _) in lists.lorem.get(locale).into_iter().flatten() {
                if word.chars().next().is_some_and(char::is_lowercase) {
                    known.add_common(word, 2);
                }
            }
        }
        known
    }

    fn add_places(&mut self, lists: &Lists) {
        for (name, _, people) in &lists.cities {
            let height = level(*people as f64, [0.0, 100_000.0, 500_000.0]).min(2);
            self.add_words_where(name, height << 6, (people / 1_000) as u32, |length| length > 3);
        }
        for name in lists.countries.iter().chain(&lists.states) {
            self.add_words_where(name, 3 << 6, 1 << 19, |length| length > 3);
        }
        for name in &lists.counties {
            self.add_words_where(name, 1 << 6, 1, |length| length > 4);
        }
    }

    fn add_words_where(&mut self, text: &str, class: u16, weight: u32, fits: impl Fn(usize) -> bool) {
        for word in words(text) {
            if fits(word.end - word.start) {
                self.add(word.hash, class, weight);
            }
        }
    }

    fn add_words(&mut self, text: &str, class: u16, weight: u32) {
        self.add_words_where(text, class, weight, |_| true);
    }

    /// A word of running text, at least that common, unless it is known as a name.
    pub(crate) fn add_common(&mut self, word: &str, height: u16) {
        for word in words(word) {
            let class = Class(self.classes.get(&word.hash).map_or(0, |(class, _)| *class));
            if class.first() < 2 && class.last() < 3 && class.place() < 2 {
                self.add(word.hash, height << 4, 1 << 16);
            }
        }
    }

    /// A word of our own list of common words: as common as can be; no first name unless many bear it, no rare surname.
    pub(crate) fn add_usual(&mut self, word: &str) {
        for word in words(word) {
            let entry = self.classes.entry(word.hash).or_default();
            let class = Class(entry.0);
            let kept = if class.first() < 3 { entry.0 & !0x03 } else { entry.0 };
            let kept = if class.last() < 3 { kept & !0x0C } else { kept };
            *entry = (kept & !0xC0 | 0x30, 1 << 20);
        }
    }

    /// Adds marks; of two heights of the same kind the greater one stays.
    fn add(&mut self, hash: u32, class: u16, weight: u32) {
        let entry = self.classes.entry(hash).or_default();
        let mut joined = (entry.0 | class) & 0xFF00;
        for shift in [0, 2, 4, 6] {
            joined |= (entry.0 >> shift & 3).max(class >> shift & 3) << shift;
        }
        *entry = (joined, entry.1.max(weight));
    }

    /// The table; where a bucket overflows, the weightier words stay.
    pub(crate) fn bytes(&self) -> (Vec<u8>, usize) {
        let mut entries: Vec<_> = self.classes.iter().filter(|(_, (class, _))| *class != 0).collect();
        entries.sort_by_key(|(hash, (_, weight))| (u32::MAX - weight, **hash));
        let mut table = vec![0_u8; LEXICON_BYTES];
        let mut taken = vec![0_usize; LEXICON_BYTES / (BUCKET * 4)];
        let mut lost = 0;
        for (hash, (class, _)) in entries {
            let bucket = bucket_of(*hash);
            let Some(slot) = taken.get_mut(bucket) else { continue };
            let at = (bucket * BUCKET + *slot) * 4;
            match table.get_mut(at..at + 4) {
                Some(place) if *slot < BUCKET => {
                    let [a, b] = print_of(*hash).to_le_bytes();
                    let [c, d] = class.to_le_bytes();
                    place.copy_from_slice(&[a, b, c, d]);
                    *slot += 1;
                }
                _ => lost += 1,
            }
        }
        (table, lost)
    }
}
