//! What can a word be in an address? Street, direction, unit, state, or something that no street is called.
//!
//! Words are compared in lower case and without accents, so that `STRASSE`, `Straße` and `straße` are one. The lists are
//! those of USPS Publication 28 (appendix C), Royal Mail, Canada Post, Australia Post and the templates of UPU S42,
//! shortened to what people write. A word may be several things at once: `avenue` ends an English street and begins a
//! French one. Names of towns are not listed: their place in the address gives them away.

use crate::words::{ByLetters, mix};
use std::sync::LazyLock;

/// What a word can be, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Classes(u32);

impl Classes {
    /// Ends a street's name and hardly means anything else: `street`, `blvd`.
    pub(crate) const SUFFIX: Self = Self(1);
    /// Ends a street's name, or is a plain word: `place`, `hill`.
    pub(crate) const SUFFIX_WEAK: Self = Self(1 << 1);
    /// Begins a street's name: `rue`, `calle`.
    pub(crate) const PREFIX: Self = Self(1 << 2);
    /// Begins a street's name, or is a plain word: `via`, `place`.
    pub(crate) const PREFIX_WEAK: Self = Self(1 << 3);
    /// A point of the compass.
    pub(crate) const DIRECTION: Self = Self(1 << 4);
    /// Comes before the number of a flat, floor or suite.
    pub(crate) const UNIT: Self = Self(1 << 5);
    /// A state's, province's or territory's code.
    pub(crate) const STATE: Self = Self(1 << 6);
    /// The last word of a state's name.
    pub(crate) const STATE_NAME: Self = Self(1 << 7);
    /// Stands in no name of a street or town.
    pub(crate) const STOP: Self = Self(1 << 8);
    /// Joins the words of a name: `de la`, `upon`.
    pub(crate) const PARTICLE: Self = Self(1 << 9);
    /// Announces an address.
    pub(crate) const CUE: Self = Self(1 << 10);
    /// Comes between street and number: `no.`.
    pub(crate) const NUMBER_MARK: Self = Self(1 << 11);
    /// A street of German or Dutch standing alone: `Straße`, `Weg`.
    pub(crate) const STREET: Self = Self(1 << 12);
    /// Begins a German street without a street word: `Am Markt`.
    pub(crate) const PREPOSITION: Self = Self(1 << 13);
    /// Ends what comes before it, such as the name of a town.
    pub(crate) const JOINT: Self = Self(1 << 14);
    /// Between house number and street: `bis`.
    pub(crate) const REPEAT: Self = Self(1 << 15);

    /// A plain word that stands in a name with a capital only: `Long Hill Road`, `two new road signs`.
    pub(crate) const PLAIN: Self = Self(1 << 16);

    /// Announces an address among other things: `at`.
    pub(crate) const CUE_WEAK: Self = Self(1 << 17);
    /// Abbreviates a street, or something else: `dr`.
    pub(crate) const SHORT: Self = Self(1 << 18);

    /// Whether some of these bits are set.
    pub(crate) const fn any(self, of: Self) -> bool {
        self.0 & of.0 != 0
    }

    /// Both together.
    pub(crate) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

const LISTS: &[(Classes, &str)] = &[
    (
        Classes::SUFFIX,
        "street st str avenue ave av boulevard blvd road rd drive dr lane ln court ct parkway pkwy highway hwy \
         circle cir terrace ter tce crescent cres square sq expressway expy freeway fwy turnpike tpke trail trl \
         broadway causeway alley mews esplanade",
    ),
    (
        Classes::SUFFIX_WEAK,
        "place pl way common commons gardens gdns plaza plz hill row walk view point run close grove loop path \
         mall gate rise wharf cove landing crossing ridge park parade pde quay bend glen real green",
    ),
    (
        Classes::PREFIX,
        "rue avenue av avda avd avenida boulevard bd bld calle cl c/ carrer rua travessa praca largo estrada \
         piazza viale vicolo piazzale strada chemin impasse allee quai paseo carretera plaza rambla lungomare \
         jalan camino alameda rodovia praceta",
    ),
    (
        Classes::PREFIX_WEAK,
        "via place cours route passage corso largo ronda square faubourg pza p.za c.so v.le r",
    ),
    (
        Classes::DIRECTION,
        "north south east west northeast northwest southeast southwest n s e w ne nw se sw n.e n.w s.e s.w",
    ),
    (
        Classes::UNIT,
        "apt apartment ste suite unit floor fl bldg building room rm flat appt appartement apto piso etage \
         escalera interno int scala puerta wohnung lot bloco apartamento andar bat",
    ),
    (
        Classes::STATE,
        "al ak az ar ca co ct de dc fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd \
         oh ok or pa ri sc sd tn tx ut vt va wa wv wi wy pr ab bc mb nb nl ns nt nu on pe qc sk yt nsw vic qld sa \
         tas act sp rj mg rs ba",
    ),
    (
        Classes::STATE_NAME,
        "alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho \
         illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota \
         mississippi missouri montana nebraska nevada hampshire jersey mexico york carolina dakota ohio oklahoma \
         oregon pennsylvania tennessee texas utah vermont virginia washington wisconsin wyoming columbia ontario \
         quebec manitoba saskatchewan alberta scotia brunswick wales victoria queensland australia tasmania \
         territory",
    ),
    (
        Classes::STOP,
        "hotel hotels a an the i you he she it we they my your his her its our their this that these those is are was were \
         be been am has have had do does did will would can could should may might must and or but nor if \
         then than so as at by for from in into of off on onto out over per to up with within without about \
         after before each every all any some no not only just also please thanks thank yes ok okay sure \
         hello hi what where when which who how why there here now today tomorrow tonight down go goes went \
         get got see und oder der die das ist sind et ou est sont y o e con por para que el la los las il lo \
         gli un una uno le les des du und mit von zu im",
    ),
    (
        Classes::PLAIN,
        "bed beds bedroom bedrooms bath baths bathroom bathrooms room rooms people person persons guests \
         tickets ticket days day hours hour minutes minute min mins seconds second sec secs weeks week months \
         month years year times time miles mile km meters metres blocks block steps yards feet pm usd eur gb \
         mb kb ms rows lines line files file requests request errors error users user items item records \
         record bytes retries threads thread nodes node cars car old big small good bad long short stars star \
         rating called named price cost costs new more less another other next",
    ),
    (
        Classes::PARTICLE,
        "de la le les du des del della delle dei degli di da do das dos d l los las el y e und der den dem am an \
         im in bei ob a al sur sous en aux upon on of the under next",
    ),
    (
        Classes::CUE,
        "address addresses adress addr located location locate live lives living lived reside resides \
         residing residence deliver delivered delivery ship shipped shipping mailing billing street wohne \
         wohnt wohnhaft adresse anschrift strasse lieferadresse habite habitons livrer livraison domicile \
         domicilie vivo vive vivimos direccion domicilio enviar entrega abito abita abitiamo indirizzo \
         residente spedire moro mora morada endereco resido entregar situe ubicado adres residenza zustellen \
         liefern umgezogen",
    ),
    (
        Classes::CUE_WEAK,
        "moved at visit send sent mail home house office property @ to find reach going ride",
    ),
    (Classes::SHORT, "st str ave av rd dr ln ct cir ter tce sq pl trl way row run"),
    (Classes::NUMBER_MARK, "no nr num numero n n.o number"),
    (
        Classes::STREET,
        "strasse str weg platz allee gasse damm ufer chaussee promenade steig pfad stieg ring straat laan plein",
    ),
    (Classes::PREPOSITION, "am an im unter zum zur auf hinter vor beim in"),
    (
        Classes::JOINT,
        "and or for with is which if but because in on near by my your their they the please und oder mit fur et \
         ou pour avec y o con para e per ed com i we he she it that has are was will can at so to ist est es",
    ),
    (Classes::REPEAT, "bis ter quater"),
];

static WORDS: LazyLock<ByLetters<Classes>> = LazyLock::new(|| {
    let mut words: ByLetters<Classes> = ByLetters::default();
    for (class, list) in LISTS {
        for word in list.split_ascii_whitespace() {
            let known = words.entry(word.bytes().fold(0, mixed)).or_default();
            *known = known.with(*class);
        }
    }
    words
});

/// Longest word that is looked up.
const WORD_BYTES_MAX: usize = 24;

/// A word in lower case and without accents.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Folded {
    bytes: [u8; WORD_BYTES_MAX],
    length: usize,
    /// Stands for the letters in the table.
    key: u64,
}

/// Adds a letter to a word's key.
const fn mixed(key: u64, byte: u8) -> u64 {
    mix(key ^ byte as u64).rotate_left(23)
}

impl Folded {
    /// Folds a word; of longer ones the end is kept, where German streets have their street.
    pub(crate) fn of(word: &[u8]) -> Self {
        let mut folded = Self { bytes: [0; WORD_BYTES_MAX], length: 0, key: 0 };
        let tail = word.get(word.len().saturating_sub(WORD_BYTES_MAX)..).unwrap_or_default();
        let mut bytes = tail.iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            match (byte, bytes.peek().copied()) {
                (0xC3, Some(second)) => {
                    bytes.next();
                    plain(second).iter().for_each(|&letter| folded.push(letter));
                }
                (0xC2, Some(0xBA | 0xB0)) => {
                    bytes.next();
                    folded.push(b'o');
                }
                _ => folded.push(byte.to_ascii_lowercase()),
            }
        }
        folded
    }

    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(self.length) {
            *slot = byte;
            self.length += 1;
            self.key = mixed(self.key, byte);
        }
    }

    /// Its letters.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// What it can be.
    pub(crate) fn classes(&self) -> Classes {
        match self.length {
            0 => Classes::default(),
            _ => WORDS.get(&self.key).copied().unwrap_or_default(),
        }
    }
}

/// The letters below the accent of the character of Latin-1 whose second byte in UTF-8 this is.
const fn plain(second: u8) -> &'static [u8] {
    match second | 0x20 {
        0xBF if second == 0x9F => b"ss",
        0xA0..=0xA5 => b"a",
        0xA7 => b"c",
        0xA8..=0xAB => b"e",
        0xAC..=0xAF => b"i",
        0xB1 => b"n",
        0xB2..=0xB6 | 0xB8 => b"o",
        0xB9..=0xBC => b"u",
        _ => b"_",
    }
}

/// How sure the end of a long word says that it is a street.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compound {
    /// `Hauptstraße`, `Keizersgracht`.
    Sure,
    /// `Bahnhofplatz`, but `Speicherplatz` too.
    Maybe,
}

/// Whether a folded word ends like a street of German or Dutch.
pub(crate) fn compound(word: &[u8]) -> Option<Compound> {
    const SURE: [&[u8]; 8] =
        [b"strasse", b"straat", b"gracht", b"gasse", b"allee", b"chaussee", b"laan", b"weg"];
    const MAYBE: [&[u8]; 10] =
        [b"platz", b"damm", b"ufer", b"ring", b"markt", b"steig", b"plein", b"kade", b"singel", b"str"];
    let ends = |list: &[&[u8]]| list.iter().any(|end| word.len() > end.len() + 1 && word.ends_with(end));
    if ends(&SURE) {
        Some(Compound::Sure)
    } else if ends(&MAYBE) {
        Some(Compound::Maybe)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_in_any_case_and_with_accents() {
        let classes = |word: &str| Folded::of(word.as_bytes()).classes();
        for (word, class) in [
            ("Street", Classes::SUFFIX),
            ("BLVD", Classes::SUFFIX),
            ("Straße", Classes::STREET),
            ("allée", Classes::PREFIX),
            ("Praça", Classes::PREFIX),
            ("C/", Classes::PREFIX),
            ("Nº", Classes::NUMBER_MARK),
            ("étage", Classes::UNIT),
            ("Columbia", Classes::STATE_NAME),
        ] {
            assert!(classes(word).any(class), "{word}");
        }
        assert_eq!(classes("Foxworthy"), Classes::default());
    }

    #[test]
    fn german_and_dutch_streets_are_known_by_their_ends() {
        let ends = |word: &str| compound(Folded::of(word.as_bytes()).bytes());
        assert_eq!(ends("Hauptstraße"), Some(Compound::Sure));
        assert_eq!(ends("Theodor-Heuss-Allee"), Some(Compound::Sure));
        assert_eq!(ends("Keizersgracht"), Some(Compound::Sure));
        assert_eq!(ends("Speicherplatz"), Some(Compound::Maybe));
        for word in ["Weg", "deswegen", "Straßenbahn", "weekday"] {
            assert_eq!(ends(word), None, "{word}");
        }
    }
}
