//! How is a text read that may repeat a value in another formatting? As atoms: letters and digits without case, accents, width
//! and punctuation, each with its place in the text.
//!
//! Two readings: as it is written, and as it is spoken, where number words are digits ("double five", "forty two", "b as in
//! boy"). Atoms of different words hold together where people part one value: digits with anything short between them, and
//! letters that stand alone.

/// A letter or digit with its place in the text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Atom {
    pub(super) sign: char,
    pub(super) start: usize,
    pub(super) end: usize,
    /// The word that it belongs to.
    pub(super) word: usize,
    /// Whether it goes on from the atom before it.
    pub(super) joined: bool,
}

/// A word of a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Longest stretch between two digits of one value, in bytes.
const GAP_BYTES_MAX: usize = 4;

/// The words of a text: runs of letters and digits, folded.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut open = false;
    for (at, c) in text.char_indices() {
        if is_mark(c) {
            if let Some(word) = words.last_mut().filter(|_| open) {
                word.end = at + c.len_utf8();
            }
            continue;
        }
        if !c.is_alphanumeric() {
            open = false;
            continue;
        }
        if !open {
            words.push(Word { text: String::new(), start: at, end: at });
            open = true;
        }
        if let Some(word) = words.last_mut() {
            fold(c, &mut word.text);
            word.end = at + c.len_utf8();
        }
    }
    words
}

/// Marks that stand upon a letter, and characters without width.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

/// A letter or digit without case, accent and width.
fn fold(c: char, out: &mut String) {
    let digit = |zero: u32| char::from_digit(u32::from(c) - zero, 10);
    let plain = match c {
        '\u{ff10}'..='\u{ff19}' => digit(0xff10),
        '\u{660}'..='\u{669}' => digit(0x660),
        '\u{6f0}'..='\u{6f9}' => digit(0x6f0),
        '\u{966}'..='\u{96f}' => digit(0x966),
        '\u{ff21}'..='\u{ff5a}' => char::from_u32(u32::from(c) - 0xfee0),
        _ => None,
    };
    for lower in plain.unwrap_or(c).to_lowercase().filter(|lower| !is_mark(*lower)) {
        match bare(lower) {
            Some(bare) => out.push_str(bare),
            None => out.push(lower),
        }
    }
}

/// Latin letters without their accents.
fn bare(c: char) -> Option<&'static str> {
    Some(match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' => "a",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ł' | 'ĺ' | 'ļ' | 'ľ' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ţ' | 'ť' | 'ț' => "t",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        _ => return None,
    })
}

/// The atoms of a text as it is written.
pub(super) fn written(text: &str, words: &[Word]) -> Vec<Atom> {
    let mut atoms = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let exact = places(text, word);
        for (nth, sign) in word.text.chars().enumerate() {
            // Where folding changed the number of letters, each letter stands for the whole word.
            let (start, end) =
                exact.as_ref().and_then(|places| places.get(nth).copied()).unwrap_or((word.start, word.end));
            atoms.push(Atom { sign, start, end, word: index, joined: nth > 0 });
        }
    }
    join(&mut atoms, words);
    atoms
}

/// The place of each letter of a word, where folding gave one for one.
fn places(text: &str, word: &Word) -> Option<Vec<(usize, usize)>> {
    let mut places: Vec<(usize, usize)> = Vec::new();
    for (at, c) in text.get(word.start..word.end)?.char_indices() {
        let end = word.start + at + c.len_utf8();
        match places.last_mut().filter(|_| is_mark(c)) {
            Some(last) => last.1 = end,
            None => places.push((word.start + at, end)),
        }
    }
    (places.len() == word.text.chars().count()).then_some(places)
}

/// The atoms of a text as it is spoken.
pub(super) fn spoken(text: &str, words: &[Word]) -> Vec<Atom> {
    let (mut atoms, mut at) = (Vec::new(), 0);
    while let Some(word) = words.get(at) {
        let (signs, taken) = said(words, at);
        let end = words.get(at + taken - 1).map_or(word.end, |last| last.end);
        match signs {
            Some(signs) => {
                atoms.extend(signs.chars().enumerate().map(|(nth, sign)| Atom {
                    sign,
                    start: word.start,
                    end,
                    word: at,
                    joined: nth > 0,
                }));
            }
            None => {
                let own = written(text, std::slice::from_ref(word));
                atoms.extend(own.into_iter().map(|atom| Atom { word: at, ..atom }));
            }
        }
        at += taken;
    }
    join(&mut atoms, words);
    atoms
}

/// What a word says as a digit or a letter, and how many words that takes.
fn said(words: &[Word], at: usize) -> (Option<String>, usize) {
    let word = |offset: usize| words.get(at + offset).map_or("", |word| word.text.as_str());
    let times = match word(0) {
        "double" => 2,
        "triple" => 3,
        "quadruple" => 4,
        _ => 1,
    };
    let unit = |text: &str| UNITS.iter().position(|names| names.contains(&text));
    let single = |text: &str| text.len() == 1 && text.chars().all(char::is_alphanumeric);
    if times > 1 {
        let sign = unit(word(1))
            .map(|digit| digit.to_string())
            .or_else(|| single(word(1)).then(|| word(1).to_owned()));
        return sign.map_or((None, 1), |sign| (Some(sign.repeat(times)), 2));
    }
    if let Some(digit) = unit(word(0)) {
        return match word(1) {
            "hundred" => (Some(format!("{digit}00")), 2),
            "thousand" => (Some(format!("{digit}000")), 2),
            _ => (Some(digit.to_string()), 1),
        };
    }
    if let Some(teen) = TEENS.iter().position(|name| *name == word(0)) {
        return (Some((teen + 10).to_string()), 1);
    }
    if let Some(ten) = TENS.iter().position(|name| *name == word(0)) {
        let unit = unit(word(1)).filter(|unit| *unit > 0);
        return (Some(((ten + 2) * 10 + unit.unwrap_or(0)).to_string()), 1 + usize::from(unit.is_some()));
    }
    let letter =
        |offset: usize| single(word(0)) && !word(offset).is_empty() && word(offset).starts_with(word(0));
    match word(1) {
        "as" if word(2) == "in" && letter(3) => (Some(word(0).to_owned()), 4),
        "for" | "like" if letter(2) => (Some(word(0).to_owned()), 3),
        _ => (None, 1),
    }
}

const UNITS: [&[&str]; 10] = [
    &["zero", "oh", "nought", "null"],
    &["one"],
    &["two"],
    &["three"],
    &["four"],
    &["five"],
    &["six"],
    &["seven"],
    &["eight"],
    &["nine", "niner"],
];

const TEENS: [&str; 10] = [
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

/// Decides for the first atom of each word whether it goes on from the one before.
fn join(atoms: &mut [Atom], words: &[Word]) {
    let single = |atom: &Atom| words.get(atom.word).is_some_and(|word| word.text.chars().count() == 1);
    let mut before: Option<Atom> = None;
    for atom in atoms {
        if let Some(before) = before.filter(|before| before.word != atom.word) {
            let near = atom.start.saturating_sub(before.end) <= GAP_BYTES_MAX;
            let digits = before.sign.is_ascii_digit() || atom.sign.is_ascii_digit();
            atom.joined = near && (digits || (single(&before) && single(atom)));
        }
        before = Some(*atom);
    }
}
