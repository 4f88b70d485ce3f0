//! What does a scanner know before it sees a text? Its rules, compiled and indexed by what triggers them.
//!
//! A rule is one shape of one identifier. Rules that begin with a token are found through the signature table, those
//! with a literal prefix through the prefix list, those with a matcher through its trigger, and credentials that stand
//! behind their keyword (`password = ...`) through the keyword itself.

use crate::bits::Bits;
use crate::catalog;
use crate::custom::CustomIdentifier;
use crate::detection::{KeywordId, RuleId};
use crate::disguise::{self, Disguises};
use crate::evidence::Reach;
use crate::gate::Gate;
use crate::identifier::{Category, IdentifierFile, KeywordRule, Shape};
use crate::labels::Labels;
use crate::matchers::{Matcher, Trigger};
use crate::prose::{Cues, Prose};
use crate::scanner::{BuildError, Mode, RuleInfo, ScannerBuilder, Selection, TestCards};
use crate::shape::{Pattern, PatternError};
use crate::table::{Entry, Table};
use crate::validate;
use crate::words::{ByLetters, Words};
use regex::bytes::Regex;
use sotto_public::IdentifierId;
use std::collections::{BTreeSet, HashSet};

/// Most rules of one scanner.
const RULES_MAX: usize = u16::MAX as usize;
/// Identifiers of names and addresses, which are not structured.
const UNSTRUCTURED: [&str; 2] = ["Name", "Address"];
/// Values that must not be kept after authorisation (PCI DSS 4.0.1, requirement 3.3.1).
const DISCARDED: [&str; 2] = ["CreditCardSecurityCode", "CreditCardMagneticStripe"];
/// Validators that test ranges or randomness only: a pass is no evidence like a check digit.
const WEAK_VALIDATORS: [&str; 29] = [
    "us-ssn",
    "us-itin",
    "us-hicn",
    "us-hcpcs",
    "us-ndc",
    "us-zip",
    "us-mbi",
    "gb-nino",
    "gb-electoral",
    "ca-postal",
    "fr-insurance",
    "br-rg",
    "latlong",
    "expiry",
    "cvc",
    "date-of-birth",
    "entropy-hex",
    "entropy-base64",
    "de-driver",
    "pl-driver",
    "gb-driver",
    "in-pan",
    "us-ein",
    "ehic",
    "my-nric",
    "dk-cpr",
    "no-plain-word",
    "de-id-card",
    "de-passport",
];

/// How a rule finds the value.
pub(crate) enum How {
    Pattern(Box<Pattern>),
    Matcher(Matcher),
}

/// One shape of one identifier.
pub(crate) struct Rule {
    pub(crate) identifier: usize,
    pub(crate) how: How,
    /// What a match must begin with; open for matchers.
    pub(crate) gate: Gate,
    pub(crate) validator: Option<fn(&[u8]) -> bool>,
    /// Whether validator or matcher are as good as a check digit.
    pub(crate) certain: bool,
    /// Reported without keyword.
    pub(crate) alone: bool,
    /// Whether it is for cards, to which the exception for published test numbers applies.
    pub(crate) card: bool,
    /// Whether a value without any digit is none; all but credentials.
    pub(crate) needs_digit: bool,
    pub(crate) reach: Reach,
    /// Hundredths, before evidence.
    pub(crate) score: u8,
    /// Bits that the shape leaves open.
    pub(crate) openness: u16,
    /// Whether AWS manages the identifier.
    pub(crate) managed: bool,
    /// Whether a minus sign before belongs to the value.
    pub(crate) signed: bool,
    /// Whether a keyword speaks for the nearest value only.
    pub(crate) nearest: bool,
}

/// A custom identifier, compiled.
pub(crate) struct Custom {
    pub(crate) regex: Regex,
    pub(crate) rule: RuleId,
    pub(crate) definition: CustomIdentifier,
    pub(crate) validator: Option<fn(&[u8]) -> bool>,
}

/// A token that begins with a literal.
pub(crate) struct Prefix {
    pub(crate) literal: Vec<u8>,
    pub(crate) rule: u16,
}

/// Rules, compiled and indexed.
pub(crate) struct Plan {
    pub(crate) rules: Vec<Rule>,
    infos: Vec<RuleInfo>,
    pub(crate) words: Words,
    pub(crate) labels: Labels,
    pub(crate) table: Table,
    /// By their first three bytes.
    pub(crate) prefixes: ByLetters<Vec<Prefix>>,
    prefix_filter: Vec<u64>,
    /// Digits with which a prefix begins, as bits of their codes' low six bits.
    pub(crate) prefixed_digits: u64,
    /// Rules for long rows of letters and digits.
    pub(crate) long_rules: Vec<u16>,
    pub(crate) at_rules: Vec<u16>,
    pub(crate) dash_rules: Vec<u16>,
    /// Identifiers whose value stands right behind a word, with their rules.
    pub(crate) first: Bits,
    pub(crate) first_rules: Vec<(usize, u16)>,
    pub(crate) customs: Vec<Custom>,
    allowed: HashSet<Vec<u8>>,
    pub(crate) ignore_test_cards: bool,
    /// Characters that the farthest keyword may be away.
    pub(crate) reach: usize,
    /// Names and addresses, where they are looked for.
    pub(crate) prose: Option<Prose>,
    /// Whether values in disguise are looked for.
    pub(crate) unveils: bool,
}

/// Bits of the prefix filter, over the first three bytes.
const PREFIX_FILTER_BITS: u32 = 13;

/// Three bytes, the first in the lowest, to a place in the filter.
#[inline]
const fn prefix_slot(bytes: u32) -> usize {
    (bytes.wrapping_mul(0x9E37_79B1) >> (32 - PREFIX_FILTER_BITS)) as usize
}

impl Plan {
    /// Compiles what a builder collected.
    pub(crate) fn compile(builder: ScannerBuilder) -> Result<Self, BuildError> {
        let mut draft = Draft { mode: builder.mode, ..Draft::default() };
        for file in selected(&builder)? {
            draft.add_file(file)?;
        }
        for custom in &builder.customs {
            draft.add_custom(custom)?;
        }
        draft.finish(&builder)
    }

    /// What is known of a rule.
    #[expect(clippy::indexing_slicing, reason = "rule numbers are made by this plan alone, one per info")]
    pub(crate) fn info(&self, rule: RuleId) -> &RuleInfo {
        &self.infos[usize::from(rule.0)]
    }

    /// The words of a keyword.
    pub(crate) fn keyword(&self, keyword: KeywordId) -> &str {
        self.words.get(keyword).map_or("", |keyword| &keyword.text)
    }

    /// Whether AWS publishes a keyword for an identifier.
    pub(crate) fn publishes(&self, keyword: KeywordId, identifier: usize) -> bool {
        self.words.get(keyword).is_some_and(|keyword| keyword.published.contains(identifier))
    }

    /// The identifiers, sorted, each once.
    pub(crate) fn identifiers(&self) -> Vec<IdentifierId> {
        let all: BTreeSet<_> = self.infos.iter().map(|info| &info.identifier).collect();
        all.into_iter().cloned().collect()
    }

    /// Whether some prefixed token may begin with these bytes; the fast path.
    #[inline]
    pub(crate) fn may_be_prefixed(&self, bytes: u32) -> bool {
        let slot = prefix_slot(bytes);
        self.prefix_filter.get(slot / 64).is_some_and(|word| word >> (slot % 64) & 1 == 1)
    }

    /// Whether a rule reports postal codes, which are parts of addresses.
    pub(crate) fn is_postal_code(&self, rule: RuleId) -> bool {
        let name = self.info(rule).identifier.as_str();
        ["ZipCode", "PostalCode", "CepCode"].iter().any(|code| name.starts_with(code))
    }

    /// Whether a value is on the list of values that are never reported.
    pub(crate) fn is_allowed(&self, value: &[u8]) -> bool {
        !self.allowed.is_empty() && self.allowed.contains(&normal(value))
    }
}

/// A value without separators, in lower case.
fn normal(value: &[u8]) -> Vec<u8> {
    value
        .iter()
        .filter(|byte| byte.is_ascii_alphanumeric() || **byte >= 0x80)
        .map(u8::to_ascii_lowercase)
        .collect()
}

/// The files that the selections name, each once.
fn selected(builder: &ScannerBuilder) -> Result<Vec<&IdentifierFile>, BuildError> {
    let structured = [Selection::Structured];
    let selections = if builder.selections.is_empty() { &structured[..] } else { &builder.selections };
    let mut wanted: BTreeSet<&str> = BTreeSet::new();
    for selection in selections {
        match selection {
            Selection::All => wanted.extend(catalog::all().iter().map(|file| file.id.as_str())),
            Selection::Structured => wanted.extend(
                catalog::all().iter().map(|file| file.id.as_str()).filter(|id| !UNSTRUCTURED.contains(id)),
            ),
            Selection::Category(category) => wanted.extend(
                catalog::all().iter().filter(|file| file.category == *category).map(|file| file.id.as_str()),
            ),
            Selection::Id(id) => {
                wanted.insert(find(builder, id)?);
            }
        }
    }
    let mut files: Vec<&IdentifierFile> =
        catalog::all().iter().filter(|file| wanted.contains(file.id.as_str())).collect();
    files.sort_by_key(|file| precedence(file));
    Ok(builder.files.iter().chain(files).collect())
}

/// The order of identifiers where nothing else decides: AWS's before others, those of a country before general ones,
/// and among countries with the same keywords and shapes the most populous first.
fn precedence(file: &IdentifierFile) -> (bool, bool, usize) {
    const COUNTRIES: [&str; 10] = ["US", "GB", "FR", "CA", "AU", "NL", "ES", "IT", "BR", "DE"];
    let country = file.id.rsplit_once('-').map(|(_, country)| country);
    let place = country.and_then(|country| COUNTRIES.iter().position(|known| *known == country));
    (!file.aws, country.is_none(), place.unwrap_or(COUNTRIES.len()))
}

fn find<'a>(builder: &'a ScannerBuilder, id: &str) -> Result<&'a str, BuildError> {
    if let Some(file) = catalog::get(id) {
        return Ok(&file.id);
    }
    let own =
        builder.files.iter().map(|file| &file.id).chain(builder.customs.iter().map(|custom| &custom.id));
    own.into_iter().find(|own| own.eq_ignore_ascii_case(id)).map(String::as_str).ok_or_else(|| {
        let similar = catalog::similar(id).and_then(|name| IdentifierId::new(name).ok());
        BuildError::UnknownIdentifier { name: id.chars().take(128).collect(), similar }
    })
}

/// A plan in the making.
#[derive(Default)]
struct Draft {
    mode: Mode,
    names: Vec<IdentifierId>,
    rules: Vec<Rule>,
    infos: Vec<RuleInfo>,
    keywords: Vec<(String, Bits, bool)>,
    entries: Vec<Entry>,
    prefixes: ByLetters<Vec<Prefix>>,
    long_rules: Vec<u16>,
    at_rules: Vec<u16>,
    dash_rules: Vec<u16>,
    first: Bits,
    first_rules: Vec<(usize, u16)>,
    customs: Vec<Custom>,
    reach: usize,
}

impl Draft {
    fn add_name(&mut self, id: &str) -> Result<(usize, IdentifierId), BuildError> {
        let name = IdentifierId::new(id)
            .map_err(|_| BuildError::UnknownIdentifier { name: String::new(), similar: None })?;
        if self.names.contains(&name) {
            return Err(BuildError::Duplicate(name));
        }
        self.names.push(name.clone());
        match self.names.len() {
            count if count > Bits::CAPACITY => {
                Err(BuildError::TooMany { what: "identifiers", given: count, max: Bits::CAPACITY })
            }
            count => Ok((count - 1, name)),
        }
    }

    fn add_file(&mut self, file: &IdentifierFile) -> Result<(), BuildError> {
        let (identifier, name) = self.add_name(&file.id)?;
        self.add_keywords(identifier, file);
        for shape in &file.shapes {
            let rule = self.rule(identifier, &name, file, shape)?;
            self.index(&rule, &name, file, shape)?;
            self.infos.push(info(&name, file, shape));
            self.rules.push(rule);
        }
        match self.rules.len() {
            given if given > RULES_MAX => Err(BuildError::TooMany { what: "rules", given, max: RULES_MAX }),
            _ => Ok(()),
        }
    }

    fn add_keywords(&mut self, identifier: usize, file: &IdentifierFile) {
        let mut of = Bits::default();
        of.insert(identifier);
        let own = if self.mode == Mode::Own { &file.own_keywords[..] } else { &[] };
        self.keywords.extend(file.keywords.iter().map(|keyword| (keyword.clone(), of, file.aws)));
        self.keywords.extend(own.iter().map(|keyword| (keyword.clone(), of, false)));
        self.reach = self.reach.max(file.distance_chars());
    }

    fn rule(
        &self,
        identifier: usize,
        name: &IdentifierId,
        file: &IdentifierFile,
        shape: &Shape,
    ) -> Result<Rule, BuildError> {
        let unknown = |what, named: &str| BuildError::Unknown {
            identifier: name.clone(),
            shape: shape.name.clone(),
            what,
            name: named.to_owned(),
        };
        let how = match (&shape.pattern, &shape.matcher) {
            (Some(pattern), _) => How::Pattern(Box::new(
                Pattern::parse(pattern, shape.ignore_case)
                    .map_err(|problem| refused(name, shape, problem))?,
            )),
            (None, matcher) => {
                let word = matcher.as_deref().unwrap_or_default();
                let found = Matcher::by_name(word, &shape.labels, shape.region.as_deref());
                How::Matcher(found.ok_or_else(|| unknown("matcher", word))?)
            }
        };
        let validator = match &shape.validator {
            None => None,
            Some(word) => Some(validate::by_name(word).ok_or_else(|| unknown("validator", word))?),
        };
        let strong = shape.validator.as_ref().is_some_and(|word| !WEAK_VALIDATORS.contains(&word.as_str()));
        let certain = match &how {
            How::Matcher(matcher) => matcher.is_certain(),
            How::Pattern(_) => strong || shape.prefix.is_some(),
        };
        let score = (shape.score.unwrap_or(0.5) * 100.0).round() as u8;
        let (gate, openness) = match &how {
            How::Pattern(pattern) => (pattern.gate(), pattern.openness()),
            How::Matcher(_) => (Gate::OPEN, 0),
        };
        Ok(Rule {
            identifier,
            gate,
            how,
            validator,
            certain,
            alone: self.stands_alone(file, shape),
            card: file.id == "CreditCardNumber",
            needs_digit: file.category != Category::Credentials,
            reach: Reach {
                identifier,
                distance: file.distance_chars(),
                after: !(file.before_only && self.mode == Mode::Own),
            },
            score,
            openness,
            managed: file.aws,
            signed: shape.signed,
            nearest: file.nearest && self.mode == Mode::Own,
        })
    }

    /// Whether the shape is reported without keyword: AWS's rule inside AWS policy documents, the file's word elsewhere.
    fn stands_alone(&self, file: &IdentifierFile, shape: &Shape) -> bool {
        match (file.keyword_rule, self.mode) {
            (KeywordRule::None, _) => {
                shape.alone || shape.prefix.is_some() || !file.shapes.iter().any(|other| other.alone)
            }
            (KeywordRule::Required, Mode::AwsPolicy) => false,
            (KeywordRule::Optional, _) | (KeywordRule::Required, Mode::Own) => {
                shape.alone || shape.prefix.is_some()
            }
        }
    }

    /// Registers what triggers the rule that is about to be pushed.
    fn index(
        &mut self,
        rule: &Rule,
        name: &IdentifierId,
        file: &IdentifierFile,
        shape: &Shape,
    ) -> Result<(), BuildError> {
        let number = self.rules.len() as u16;
        let literal = shape.prefix.as_deref().unwrap_or_default().as_bytes();
        if let Some([a, b, c]) = literal.first_chunk::<3>() {
            self.prefixes
                .entry(u64::from_le_bytes([*a, *b, *c, 0, 0, 0, 0, 0]))
                .or_default()
                .push(Prefix { literal: literal.to_vec(), rule: number });
            return Ok(());
        }
        let trigger = match &rule.how {
            How::Pattern(pattern) if pattern.is_long() => {
                self.long_rules.push(number);
                Trigger::Token(Vec::new())
            }
            How::Pattern(pattern) => {
                Trigger::Token(pattern.signatures().map_err(|problem| refused(name, shape, problem))?)
            }
            How::Matcher(matcher) => matcher.trigger(),
        };
        match trigger {
            Trigger::Token(signatures) => {
                let (identifier, gate) = (rule.identifier, rule.gate);
                let entry = |alone, signatures| Entry { rule: number, identifier, alone, gate, signatures };
                let evident = match &rule.how {
                    How::Matcher(matcher) => matcher.self_evident(),
                    How::Pattern(_) => Vec::new(),
                };
                self.entries.push(entry(rule.alone && evident.is_empty(), signatures));
                for (pattern, signatures) in evident {
                    let gate = Pattern::parse(pattern, false)
                        .map_err(|problem| refused(name, shape, problem))?
                        .gate();
                    self.entries.push(Entry { gate, ..entry(rule.alone, signatures) });
                }
            }
            Trigger::At => self.at_rules.push(number),
            Trigger::Dashes => self.dash_rules.push(number),
            Trigger::Prose => {}
            Trigger::Words(words) => {
                let mut of = Bits::default();
                of.insert(rule.identifier);
                self.keywords.extend(words.iter().map(|word| ((*word).to_owned(), of, false)));
                self.add_first(rule.identifier, number);
            }
        }
        if matches!(rule.how, How::Pattern(_)) && file.category == Category::Credentials && !rule.alone {
            self.add_first(rule.identifier, number);
        }
        Ok(())
    }

    fn add_first(&mut self, identifier: usize, rule: u16) {
        self.first.insert(identifier);
        self.first_rules.push((identifier, rule));
    }

    fn add_custom(&mut self, custom: &CustomIdentifier) -> Result<(), BuildError> {
        let (identifier, name) = self.add_name(&custom.id)?;
        let refused = |problem| BuildError::Custom { identifier: name.clone(), problem };
        let regex = custom.compile().map_err(refused)?;
        let mut of = Bits::default();
        of.insert(identifier);
        self.keywords.extend(custom.keywords.iter().map(|keyword| (keyword.clone(), of, false)));
        self.reach = self.reach.max(custom.distance);
        let validator = custom.validator.as_deref().and_then(validate::by_name);
        let rule = RuleId(self.rules.len() as u16);
        self.customs.push(Custom { regex, rule, definition: custom.clone(), validator });
        self.infos.push(RuleInfo {
            identifier: name,
            shape: "custom".to_owned(),
            category: custom.category,
            validator: custom.validator.clone(),
            discard: false,
        });
        self.rules.push(Rule {
            identifier,
            gate: Gate::OPEN,
            how: How::Matcher(Matcher::Custom),
            validator,
            certain: validator.is_some(),
            alone: custom.keywords.is_empty(),
            card: false,
            needs_digit: false,
            reach: Reach { identifier, distance: custom.distance, after: true },
            score: 70,
            openness: 0,
            managed: false,
            signed: false,
            nearest: false,
        });
        Ok(())
    }

    fn finish(mut self, builder: &ScannerBuilder) -> Result<Plan, BuildError> {
        let prose = self.prose();
        let unveils = builder.disguises == Disguises::On;
        let spoken: &[&str] = if unveils { &disguise::WORDS } else { &[] };
        self.keywords.extend(spoken.iter().map(|word| ((*word).to_owned(), Bits::default(), false)));
        let words = Words::new(self.keywords, self.mode == Mode::Own);
        if words.count() > usize::from(u16::MAX) {
            return Err(BuildError::TooMany {
                what: "keywords",
                given: words.count(),
                max: usize::from(u16::MAX),
            });
        }
        let mut prefix_filter = vec![0_u64; 1 << (PREFIX_FILTER_BITS - 6)];
        for first in self.prefixes.keys() {
            let slot = prefix_slot(*first as u32);
            if let Some(word) = prefix_filter.get_mut(slot / 64) {
                *word |= 1 << (slot % 64);
            }
        }
        let digits = self
            .prefixes
            .keys()
            .map(|first| *first as u8)
            .filter(u8::is_ascii_digit)
            .map(|digit| digit & 0x3F);
        let prefixed_digits = digits.fold(0, |all, digit| all | 1_u64 << digit);
        Ok(Plan {
            prefixed_digits,
            table: Table::new(&self.entries),
            rules: self.rules,
            infos: self.infos,
            words,
            labels: Labels::new(&self.names),
            prefixes: self.prefixes,
            prefix_filter,
            long_rules: self.long_rules,
            at_rules: self.at_rules,
            dash_rules: self.dash_rules,
            first: self.first,
            first_rules: self.first_rules,
            customs: self.customs,
            allowed: builder.allowed.iter().map(|value| normal(value.as_bytes())).collect(),
            ignore_test_cards: builder.test_cards == TestCards::Ignore,
            reach: self.reach,
            prose,
            unveils,
        })
    }

    /// What is looked for in prose, if anything is.
    fn prose(&self) -> Option<Prose> {
        let of = |wanted: &Matcher| {
            let is = |rule: &Rule| matches!(&rule.how, How::Matcher(matcher) if matcher == wanted);
            self.rules.iter().position(is).map(|number| number as u16)
        };
        let (name, address) = (of(&Matcher::Name), of(&Matcher::Address));
        let strict = self.mode == Mode::AwsPolicy;
        (name.is_some() || address.is_some()).then(|| Prose { cues: Cues::new(), name, address, strict })
    }
}

fn refused(name: &IdentifierId, shape: &Shape, problem: PatternError) -> BuildError {
    BuildError::Pattern { identifier: name.clone(), shape: shape.name.clone(), problem }
}

fn info(name: &IdentifierId, file: &IdentifierFile, shape: &Shape) -> RuleInfo {
    RuleInfo {
        identifier: name.clone(),
        shape: shape.name.clone(),
        category: file.category,
        validator: shape.validator.clone(),
        discard: DISCARDED.contains(&file.id.as_str()),
    }
}
