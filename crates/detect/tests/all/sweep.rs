//! Is a value found wherever logs put it? Every built-in identifier's example values, in every position and spelling.
//!
//! A position is a template: `{v}` is the value, `{k}` the keyword (or a plain name where an identifier has none). A
//! value is put only where it can stand without changing its own bytes: one with a quotation mark is in no JSON string,
//! one with a blank in no URL. The value must be found exactly, character for character.
//!
//! What is not found stands in [`GAPS`], with the reason; a gap that has closed fails the sweep too.

#![cfg(test)]

use sotto_detect::{IdentifierFile, KeywordRule, Mode, Scanner, Selection, catalog};
use sotto_sensitive::RawText;
use std::collections::{BTreeMap, BTreeSet};

/// What a position asks of the value.
#[derive(Clone, Copy, PartialEq)]
enum Fits {
    /// Nothing.
    Any,
    /// One line without quotation marks of either kind, backslash and control characters.
    Quoted,
    /// A JSON number: digits, no zero before others.
    Number,
    /// A cell of a CSV file that needs no quoting.
    Cell,
    /// Characters that a URL leaves as they are (RFC 3986, section 2.3).
    Url,
    /// No character that XML escapes.
    Xml,
}

impl Fits {
    fn holds(self, value: &str) -> bool {
        let without = |marks: &str| !value.contains(|c: char| c.is_control() || marks.contains(c));
        match self {
            Self::Any => true,
            Self::Quoted => without("\"'\\"),
            Self::Number => {
                value.bytes().all(|b| b.is_ascii_digit()) && !(value.len() > 1 && value.starts_with('0'))
            }
            Self::Cell => without("\"',;\\"),
            Self::Url => value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b)),
            Self::Xml => without("<>&"),
        }
    }
}

/// Name, template, what it asks of the value.
const POSITIONS: &[(&str, &str, Fits)] = &[
    ("colon", "{k}: {v}", Fits::Any),
    ("equals", "{k}={v}", Fits::Any),
    ("blank", "{k} {v}", Fits::Any),
    ("words-between", "the {k} is {v} as of today", Fits::Any),
    ("start-of-line", "{v} is the {k}", Fits::Any),
    ("second-line", "up since noon\n{k}: {v}\nall is well", Fits::Any),
    ("crlf", "{k}: {v}\r\nnext: ok\r\n", Fits::Any),
    ("tab", "{k}:\t{v}\tok", Fits::Any),
    ("json", r#"{"{k}":"{v}"}"#, Fits::Quoted),
    ("json-spaced", r#"{ "a": 1, "{k}": "{v}", "z": true }"#, Fits::Quoted),
    ("json-number", r#"{"{k}":{v}}"#, Fits::Number),
    ("json-number-first-of-two", r#"{"{k}": {v}, "z": 2}"#, Fits::Number),
    ("json-array", r#"{"{k}":["{v}"]}"#, Fits::Quoted),
    ("json-escaped", r#"{"body":"{\"{k}\":\"{v}\"}"}"#, Fits::Quoted),
    ("json-escaped-twice", r#"{"body":"{\"inner\":\"{\\\"{k}\\\":\\\"{v}\\\"}\"}"}"#, Fits::Quoted),
    ("json-escaped-newline", r#"{"text":"{k}:\n{v}\nthanks"}"#, Fits::Quoted),
    ("json-escaped-tab", r#"{"text":"{k}\t{v}\tthanks"}"#, Fits::Quoted),
    ("json-sentence", r#"{"text":"my {k} is {v}"}"#, Fits::Quoted),
    ("csv-cell", "{k},{v},open", Fits::Cell),
    ("csv-last", "4,{k},{v}\n", Fits::Cell),
    ("csv-quoted", r#""{k}","{v}","open""#, Fits::Quoted),
    ("csv-semicolon", "{k};{v};open", Fits::Cell),
    ("quoted-double", r#"{k}="{v}""#, Fits::Quoted),
    ("quoted-single", "{k}='{v}'", Fits::Quoted),
    ("quoted-back", "{k} `{v}`", Fits::Quoted),
    ("url-query", "GET /api?{k}={v}&x=1 200", Fits::Url),
    ("url-query-last", "GET /api?x=1&{k}={v} 200", Fits::Url),
    ("xml", "<{k}>{v}</{k}>", Fits::Xml),
    ("xml-attribute", "<a {k}=\"{v}\"/>", Fits::Quoted),
    ("round", "{k} ({v})", Fits::Any),
    ("square", "{k} [{v}]", Fits::Any),
    ("angle", "{k} <{v}>", Fits::Any),
    ("curly", "{k} {{v}}", Fits::Any),
    ("full-stop", "{k}: {v}.", Fits::Any),
    ("full-stop-more", "{k}: {v}. Thanks", Fits::Any),
    ("comma", "{k}: {v}, and so on", Fits::Any),
    ("semicolon", "{k}: {v}; and so on", Fits::Any),
    ("colon-after", "{k} {v}: done", Fits::Any),
    ("exclamation", "{k}: {v}!", Fits::Any),
    ("question", "{k}: {v}?", Fits::Any),
    ("bracket-after", "({k}: {v})", Fits::Any),
    ("dash-around", "{k} - {v} - ok", Fits::Any),
    ("arrow", "{k} -> {v} -> ok", Fits::Any),
    ("pipe", "{k} | {v} | ok", Fits::Any),
    ("keyword-after", "{v} ({k})", Fits::Any),
    ("keyword-after-json", r#"{"value":"{v}","type":"{k}"}"#, Fits::Quoted),
    ("time-stamp-before", "2026-03-01T10:20:30Z INFO {k}={v} ok", Fits::Any),
    ("log-fields", "level=info,{k}={v},user=7", Fits::Cell),
    ("yaml", "- {k}: '{v}'", Fits::Quoted),
    ("html-entities", "{&quot;{k}&quot;:&quot;{v}&quot;}", Fits::Quoted),
    ("json-escaped-newline-twice", r#"{"log":"{\"text\":\"{k}:\\n{v}\\nthanks\"}"}"#, Fits::Quoted),
    ("python-bytes", "b'{k}={v}'", Fits::Quoted),
    ("other-letters-around", "für {k}: {v} – schön", Fits::Any),
    ("dash-typographic", "{k} – {v} — ok", Fits::Any),
    ("value-in-curly-quotes", "{k}: “{v}”", Fits::Any),
    ("keyword-in-curly-quotes", "“{k}”: {v}", Fits::Any),
    ("no-break-space", "{k}:\u{a0}{v}\u{a0}", Fits::Any),
    ("full-width-colon", "{k}：{v}", Fits::Any),
    ("byte-order-mark", "\u{feff}{k}: {v}", Fits::Any),
    ("bullet", "•{k}: {v}", Fits::Any),
    ("ansi-colours", "\u{1b}[3m{k}\u{1b}[0m\u{1b}[2m=\u{1b}[0m{v}\u{1b}[0m", Fits::Any),
];

/// Writes the words of a keyword.
type Spelling = fn(&[&str]) -> String;

/// How a keyword may be spelled.
const SPELLINGS: &[(&str, Spelling)] = &[
    ("lower", |words| words.join(" ").to_lowercase()),
    ("upper", |words| words.join(" ").to_uppercase()),
    ("title", |words| each(words, "", " ", title)),
    ("camel", |words| {
        let all = each(words, "", "", title);
        all.chars().take(1).flat_map(char::to_lowercase).chain(all.chars().skip(1)).collect()
    }),
    ("pascal", |words| each(words, "", "", title)),
    ("camel-in-name", |words| each(words, "user", "", title)),
    ("snake", |words| words.join("_").to_lowercase()),
    ("snake-upper", |words| words.join("_").to_uppercase()),
    ("snake-in-name", |words| format!("user_{}", words.join("_").to_lowercase())),
    ("kebab", |words| words.join("-").to_lowercase()),
    ("joined", |words| words.concat().to_lowercase()),
];

fn each(words: &[&str], before: &str, between: &str, change: fn(&str) -> String) -> String {
    format!("{before}{}", words.iter().map(|word| change(word)).collect::<Vec<_>>().join(between))
}

fn title(word: &str) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars.flat_map(char::to_lowercase)).collect())
        .unwrap_or_default()
}

/// Known gaps.
struct Gap {
    identifiers: &'static [&'static str],
    places: &'static [&'static str],
    why: &'static str,
}

/// Every identifier that misses the place.
const ALL: &str = "*";

const GAPS: &[Gap] = &[
    Gap {
        identifiers: &[ALL],
        places: &["ansi-colours"],
        why: "known gap: the letter that ends a colour's code sticks to the word or value behind it",
    },
    Gap {
        identifiers: &["AwsSessionToken", "AzureKey", "GenericPassword", "GenericSecret"],
        places: &["keyword-after", "keyword-after-json", "start-of-line"],
        why: "a password is what stands behind its keyword; known gap for keys whose first letters hold no digit",
    },
    Gap {
        identifiers: &["GenericPassword", "GenericSecret"],
        places: &["json-escaped-twice"],
        why: "known gap: more marks stand between keyword and value than are skipped",
    },
    Gap {
        identifiers: &["GenericPassword"],
        places: &["exclamation", "question"],
        why: "these marks are parts of passwords",
    },
    Gap {
        identifiers: &["CreditCardNumber"],
        places: &["url-query-last"],
        why: "known gap: a status code behind a blank lengthens a grouped number when the longer one has a check digit, too",
    },
    Gap {
        identifiers: &[
            "AadhaarNumber-IN",
            "DriversLicense-BG",
            "DriversLicense-CY",
            "DriversLicense-CZ",
            "DriversLicense-GR",
            "DriversLicense-SI",
            "DriversLicense-SK",
        ],
        places: &["camel-in-name"],
        why: "only capitals of ASCII begin a word inside a word",
    },
    Gap {
        identifiers: &["DriversLicense-CY", "DriversLicense-GR"],
        places: &["snake-upper", "upper"],
        why: "known gap: a capital sigma at a word's end is not compared with the final sigma",
    },
];

/// One value of one identifier, and how it is introduced in each mode.
struct Sample {
    value: String,
    /// What must stand around the value for it to be one: a connection string, a cookie.
    dress: (&'static str, &'static str),
    keyword: String,
    modes: Vec<Mode>,
}

fn dress(id: &str) -> (&'static str, &'static str) {
    match id {
        "AzureSasToken" => ("https://a.example.com/c?sv=2024-05-04&sig=", "&se=1"),
        "ConnectionString" => ("postgres://app:", "@db.example.com/orders"),
        "HttpAuthorization" => ("Authorization: Basic ", ""),
        "Name" => ("name: ", ""),
        "SessionCookie" => ("Cookie: sid=", "; lang=en"),
        _ => ("", ""),
    }
}

fn samples(file: &IdentifierFile) -> Vec<Sample> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for example in &file.examples {
        for value in example.find.iter().filter(|value| seen.insert((*value).clone()) && is_complete(value)) {
            let keywords = if file.keywords.is_empty() { &file.own_keywords } else { &file.keywords };
            let dressed = dress(&file.id) != ("", "");
            let keyword = match keywords.get(all.len() % keywords.len().max(1)) {
                Some(keyword) if !dressed => keyword.clone(),
                _ => "item".to_owned(),
            };
            let own_only = example.own
                || !file.aws
                || (file.keywords.is_empty() && file.keyword_rule != KeywordRule::None);
            let modes = match () {
                () if example.aws_only => vec![Mode::AwsPolicy],
                () if own_only => vec![Mode::Own],
                () => vec![Mode::Own, Mode::AwsPolicy],
            };
            all.push(Sample { value: value.clone(), dress: dress(&file.id), keyword, modes });
        }
    }
    all
}

/// A block of a key that has lost its end reaches to the end of the text, so it is no value of its own.
fn is_complete(value: &str) -> bool {
    !value.starts_with("-----BEGIN") || value.contains("-----END")
}

/// A text, and where the value stands in it.
fn place(template: &str, keyword: &str, sample: &Sample) -> (String, usize) {
    let text = template.replace("{k}", keyword);
    let (before, after) = text.split_once("{v}").unwrap();
    let head = format!("{before}{}", sample.dress.0);
    let at = head.len();
    (format!("{head}{}{}{after}", sample.value, sample.dress.1), at)
}

fn is_found(scanner: &Scanner, text: &str, at: usize, value: &str) -> bool {
    let found = scanner.scan(&RawText::new(text.to_owned()));
    found.iter().any(|found| found.bytes.range() == (at..at + value.len()))
}

fn scanner(file: &IdentifierFile, mode: Mode) -> Scanner {
    Scanner::builder().select(Selection::Id(file.id.clone())).mode(mode).build().unwrap()
}

/// What was not found: identifier and place, with the first text of each.
type Missed = BTreeMap<(String, String), Vec<String>>;

/// Compares what was missed with the known gaps; `exact` refuses gaps that have closed.
fn judge(missed: &Missed, places: &BTreeSet<&str>, exact: bool) {
    let known: Vec<(&str, &str)> = GAPS
        .iter()
        .flat_map(|gap| gap.identifiers.iter().flat_map(|id| gap.places.iter().map(|place| (*id, *place))))
        .filter(|(_, place)| places.contains(place))
        .collect();
    let covers = |gap: &(&str, &str), id: &str, place: &str| (gap.0 == ALL || gap.0 == id) && gap.1 == place;
    let new: Vec<String> = missed
        .iter()
        .filter(|((id, place), _)| !known.iter().any(|gap| covers(gap, id, place)))
        .map(|((id, place), texts)| format!("{id} {place} ({}): {}", texts.len(), texts[0]))
        .collect();
    assert!(new.is_empty(), "{} places are missed:\n{}", new.len(), new.join("\n"));
    if !exact {
        return;
    }
    let is_open = |gap: &&(&str, &str)| missed.keys().any(|(id, place)| covers(gap, id, place));
    let why = |gap: &&(&str, &str)| {
        GAPS.iter()
            .find(|one| one.identifiers.contains(&gap.0) && one.places.contains(&gap.1))
            .map(|one| one.why)
    };
    let closed: Vec<_> = known.iter().filter(|gap| !is_open(gap)).map(|gap| (gap, why(&gap))).collect();
    assert!(closed.is_empty(), "these gaps have closed, take them out of the list: {closed:?}");
}

#[test]
fn every_value_is_found_in_every_position() {
    let mut missed = Missed::new();
    for file in catalog::all() {
        let (own, aws) = (scanner(file, Mode::Own), scanner(file, Mode::AwsPolicy));
        for sample in samples(file) {
            for &mode in &sample.modes {
                let scanner = if mode == Mode::Own { &own } else { &aws };
                for (name, template, _) in POSITIONS.iter().filter(|(.., fits)| fits.holds(&sample.value)) {
                    let (text, at) = place(template, &sample.keyword, &sample);
                    if !is_found(scanner, &text, at, &sample.value) {
                        missed
                            .entry((file.id.clone(), (*name).to_owned()))
                            .or_default()
                            .push(format!("{mode:?} {text:?}"));
                    }
                }
            }
        }
    }
    judge(&missed, &POSITIONS.iter().map(|(name, ..)| *name).collect(), true);
}

#[test]
fn every_keyword_is_found_in_every_spelling() {
    let mut missed = Missed::new();
    for file in catalog::all().iter().filter(|file| file.keyword_rule == KeywordRule::Required) {
        let (own, aws) = (scanner(file, Mode::Own), scanner(file, Mode::AwsPolicy));
        let samples = samples(file);
        let keywords =
            file.keywords.iter().map(|k| (k, true)).chain(file.own_keywords.iter().map(|k| (k, false)));
        for (keyword, published) in keywords {
            let words: Vec<&str> = keyword.split(' ').collect();
            for (name, spelling) in SPELLINGS {
                let keyword = spelling(&words);
                for sample in samples.iter().take(1) {
                    for &mode in sample.modes.iter().filter(|mode| published || **mode == Mode::Own) {
                        let scanner = if mode == Mode::Own { &own } else { &aws };
                        let (text, at) = place(r#"{"{k}": "{v}"}"#, &keyword, sample);
                        if !is_found(scanner, &text, at, &sample.value) {
                            missed
                                .entry((file.id.clone(), (*name).to_owned()))
                                .or_default()
                                .push(format!("{mode:?} {text:?}"));
                        }
                    }
                }
            }
        }
    }
    judge(&missed, &SPELLINGS.iter().map(|(name, ..)| *name).collect(), true);
}

/// With all rules together a value may carry another label, but it is hidden whole, and its own label is among those kept.
#[test]
fn every_value_is_hidden_whole_beside_all_other_rules() {
    let scanner = Scanner::builder().select(Selection::All).build().unwrap();
    let mut missed = Missed::new();
    for file in catalog::all() {
        for sample in samples(file).iter().filter(|sample| sample.modes.contains(&Mode::Own)) {
            for (name, template, _) in POSITIONS.iter().filter(|(.., fits)| fits.holds(&sample.value)) {
                let (text, at) = place(template, &sample.keyword, sample);
                let end = at + sample.value.len();
                let found = scanner.scan(&RawText::new(text.clone()));
                let hidden = found.iter().find(|found| found.mask.start() <= at && end <= found.mask.end());
                let labelled = hidden.is_some_and(|found| {
                    let mut rules =
                        std::iter::once(found.rule).chain(found.rivals.iter().map(|rival| rival.rule));
                    rules.any(|rule| scanner.identifier(rule).as_str() == file.id)
                });
                if !labelled {
                    missed
                        .entry((file.id.clone(), (*name).to_owned()))
                        .or_default()
                        .push(format!("{text:?}"));
                }
            }
        }
    }
    judge(&missed, &POSITIONS.iter().map(|(name, ..)| *name).collect(), false);
}
