//! Bots out of JSON, a reader that knows sample utterances and resolvers, and a conversation that is played turn by turn.

use crate::Words;
use crate::bot::{BotVersion, Id, Intent, Locale, LocaleId, Name, Reader, Shape, Slot, SlotType, Tree};
use crate::dialog::{Answered, BotFacts, Input, InputMode, Scene, Step, Turn, TurnError, resume, step};
use crate::nlu::{Interpretation, SlotPlace, Understand};
use crate::session::{ActionType, Attributes, Given, Session};
use crate::slot::{Moment, Resolution, Resolver, Setting};
use sotto_sensitive::{RawBytes, RawText};
use std::sync::Arc;

pub(crate) fn tree(text: &str) -> Tree {
    Tree::read(&RawBytes::new(text.as_bytes().to_vec())).unwrap()
}

pub(crate) fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn id(number: usize) -> Id {
    Id::parse(&format!("ID{number:08}")).unwrap()
}

fn list<'t>(tree: &'t Tree, member: &str) -> &'t [Tree] {
    match tree.member(member) {
        Some(Tree::List(items)) => items,
        _ => &[],
    }
}

/// A locale: intents and slot types as the API writes them, slots within their intent.
pub(crate) fn locale(text: &str) -> Locale {
    let all = tree(text);
    let mut reader = Reader::of("bot");
    let mut locale = Locale::new(LocaleId::parse("en_US").unwrap(), 0);
    let named = |tree: &Tree| name(tree.member("name").unwrap().as_words().unwrap().read());
    for (number, one) in list(&all, "slotTypes").iter().enumerate() {
        let settings = Shape::read(one, &mut reader);
        locale.slot_types.push(Arc::new(SlotType {
            id: id(900 + number),
            name: named(one),
            created: 0,
            updated: 0,
            settings,
        }));
    }
    for (number, one) in list(&all, "intents").iter().enumerate() {
        let slots = list(one, "slots").iter().enumerate().map(|(nth, slot)| {
            let settings = Shape::read(slot, &mut reader);
            Arc::new(Slot {
                id: id(100 * number + nth),
                name: named(slot),
                created: 0,
                updated: 0,
                classification: None,
                settings,
            })
        });
        let slots = slots.collect();
        let settings = Shape::read(one, &mut reader);
        locale.intents.push(Arc::new(Intent {
            id: id(number),
            name: named(one),
            created: 0,
            updated: 0,
            slots,
            settings,
        }));
    }
    assert_eq!(reader.problems, []);
    locale
}

/// Sample utterances word by word; `{Slot}` is what its resolver takes.
pub(crate) struct Samples<'a>(pub(crate) &'a Locale);

#[derive(Clone, Copy)]
struct Heard<'t> {
    word: &'t str,
    start: usize,
    end: usize,
}

fn heard(text: &str) -> Vec<Heard<'_>> {
    let mut at = 0;
    let mut words = Vec::new();
    for word in text.split(' ') {
        let trimmed = word.trim_end_matches(['.', '!', '?', ',']);
        if !trimmed.is_empty() {
            words.push(Heard { word: trimmed, start: at, end: at + trimmed.len() });
        }
        at += word.len() + 1;
    }
    words
}

impl Samples<'_> {
    fn fits(
        &self,
        intent: &Intent,
        sample: &[&str],
        words: &[Heard<'_>],
        setting: &Setting,
    ) -> Option<Vec<(Name, Resolution)>> {
        let Some((first, rest)) = sample.split_first() else {
            return words.is_empty().then(Vec::new);
        };
        let Some(slot) = first.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')) else {
            let (word, others) = words.split_first()?;
            return first
                .eq_ignore_ascii_case(word.word)
                .then(|| self.fits(intent, rest, others, setting))?;
        };
        let slot = intent.slot(slot)?;
        (1..=words.len()).find_map(|taken| {
            let (own, others) = words.split_at(taken);
            let following = self.fits(intent, rest, others, setting)?;
            let text: Vec<&str> = own.iter().map(|one| one.word).collect();
            let resolver = Resolver::named(self.0, slot.settings.slot_type.as_ref());
            let found = resolver.read(&text.join(" "), setting)?;
            let place = (own[0].start, own[taken - 1].end);
            let mut all = vec![(slot.name.clone(), Resolution { place, ..found })];
            all.extend(following);
            Some(all)
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "a reader of tests reads canary data")]
impl Understand for Samples<'_> {
    fn understand(
        &self,
        utterance: &RawText,
        setting: &Setting,
        open: &dyn Fn(&Name) -> bool,
    ) -> Vec<Interpretation> {
        let text = utterance.expose().to_owned();
        let words = heard(&text);
        let mut found = Vec::new();
        for intent in self.0.intents.iter().filter(|intent| !intent.is_fallback() && open(&intent.name)) {
            let of = |confidence, slots, exact| Interpretation {
                intent: intent.name.clone(),
                confidence,
                slots,
                exact,
            };
            let samples: Vec<Vec<&str>> =
                intent.utterances().map(|one| one.read().split(' ').collect()).collect();
            let exact = samples.iter().find_map(|sample| self.fits(intent, sample, &words, setting));
            let near = samples.iter().any(|sample| {
                let mut known = sample.iter().filter(|one| !one.starts_with('{')).peekable();
                let said = |one: &&str| words.iter().any(|word| word.word.eq_ignore_ascii_case(one));
                known.peek().is_some() && known.all(said)
            });
            match exact {
                Some(slots) => found.push(of(1.0, slots, true)),
                None if near => found.push(of(0.8, Vec::new(), false)),
                None => {}
            }
        }
        found.sort_by(|one, other| other.confidence.total_cmp(&one.confidence));
        found
    }

    fn resolve(&self, place: &SlotPlace<'_>, answer: &RawText, setting: &Setting) -> Vec<Resolution> {
        let slot =
            self.0.intent(place.intent.as_str()).and_then(|intent| intent.slot(place.slot.as_str())).unwrap();
        let parts = slot.settings.sub_slots.as_ref();
        let slot_type = match place.part {
            Some(part) => parts.and_then(|parts| parts.specifications.find(part)).map(|one| &one.slot_type),
            None => slot.settings.slot_type.as_ref(),
        };
        let resolver = Resolver::named(self.0, slot_type);
        let text = answer.expose();
        let pieces: Vec<&str> = if slot.is_list() { text.split(" and ").collect() } else { vec![text] };
        let mut at = 0;
        let found = pieces.iter().filter_map(|piece| {
            let found = resolver.read(piece, setting);
            let place = |one: &Resolution| (one.place.0 + at, one.place.1 + at);
            let found = found.map(|one| Resolution { place: place(&one), ..one });
            at += piece.len() + " and ".len();
            found
        });
        found.collect()
    }
}

/// What a function of a test answers.
pub(crate) type Function = Box<dyn Fn(&Tree) -> Answered>;

/// A conversation under way.
pub(crate) struct Play {
    pub(crate) locale: Locale,
    pub(crate) bot: BotFacts,
    pub(crate) session: Session,
    pub(crate) function: Option<Function>,
    pub(crate) events: Vec<Tree>,
    pub(crate) request_attributes: Attributes,
    pub(crate) now: i64,
}

impl Play {
    pub(crate) fn of(bot: &str) -> Self {
        let facts = BotFacts {
            id: Id::parse("BOT0000001").unwrap(),
            name: name("Test"),
            alias_id: Id::parse("TSTALIASID").unwrap(),
            alias_name: name("TestBotAlias"),
            version: BotVersion::Draft,
            locale: LocaleId::parse("en_US").unwrap(),
        };
        Self {
            locale: locale(bot),
            bot: facts,
            session: Session::default(),
            function: None,
            events: Vec::new(),
            request_attributes: Attributes::default(),
            now: 1_790_000_000,
        }
    }

    pub(crate) fn with(bot: &str, function: impl Fn(&Tree) -> Answered + 'static) -> Self {
        Self { function: Some(Box::new(function)), ..Self::of(bot) }
    }

    pub(crate) fn turn(&mut self, given: Given, input: Input) -> Result<Turn, TurnError> {
        let (session_id, request_id) = (Words::from("session"), Words::from("request"));
        let reader = Samples(&self.locale);
        let scene = Scene {
            locale: &self.locale,
            reader: &reader,
            setting: Setting::at(Moment { unix_s: self.now, offset_s: 0 }, "en_US"),
            bot: &self.bot,
            session_id: &session_id,
            request_id: &request_id,
            hook: self.function.is_some(),
            request_attributes: &self.request_attributes,
            content_type: "text/plain; charset=utf-8",
            seed: 7,
        };
        let mut next = step(&scene, self.session.clone(), given, input)?;
        loop {
            match next {
                Step::Done(turn) => {
                    // What rests must be enough to go on with.
                    self.session = Session::from_bytes(&turn.session.to_bytes()).unwrap();
                    assert_eq!(self.session, turn.session);
                    return Ok(*turn);
                }
                Step::Call(suspended) => {
                    let answered = self.function.as_ref().unwrap()(&suspended.event);
                    self.events.push(suspended.event.clone());
                    next = resume(&scene, *suspended, answered)?;
                }
            }
        }
    }

    pub(crate) fn hear(&mut self, text: &str) -> Turn {
        self.turn(Given::default(), Input::Heard { text: text.into(), mode: InputMode::Text }).unwrap()
    }

    /// What the bot says to a text, and what it waits for.
    pub(crate) fn says(&mut self, text: &str) -> (String, String) {
        let turn = self.hear(text);
        (said(&turn), waits(&turn.session))
    }
}

/// All messages, parted by bars.
pub(crate) fn said(turn: &Turn) -> String {
    let texts: Vec<&str> = turn.said.iter().map(|one| one.content.text.read()).collect();
    texts.join(" | ")
}

/// `ElicitSlot Card`, `Close Fulfilled`, …
pub(crate) fn waits(session: &Session) -> String {
    let Some(action) = &session.action else { return "nothing".to_owned() };
    let part = action.part.as_ref().map(|part| format!(".{}", part.read())).unwrap_or_default();
    let of = match (action.kind, &action.slot) {
        (_, Some(slot)) => format!(" {slot}{part}"),
        (ActionType::Close, None) => {
            session.intent.as_ref().map(|intent| format!(" {}", intent.state.as_str())).unwrap_or_default()
        }
        _ => String::new(),
    };
    format!("{}{of}", action.kind.as_str())
}

/// The words of a slot.
pub(crate) fn slot(session: &Session, slot: &str) -> String {
    let value = session.intent.as_ref().and_then(|intent| intent.value(&name(slot)));
    let taken = value.map(crate::session::SlotValue::taken).unwrap_or_default();
    taken.iter().map(|one| one.read().to_owned()).collect::<Vec<_>>().join(",")
}

pub(crate) fn answer(text: &str) -> Answered {
    Answered::Answer(RawBytes::new(text.as_bytes().to_vec()))
}

/// A prompt of one plain text.
pub(crate) fn prompt(text: &str, retries: u32) -> String {
    format!(r#"{{"messageGroups":[{}],"maxRetries":{retries}}}"#, group(text))
}

pub(crate) fn group(text: &str) -> String {
    format!(r#"{{"message":{{"plainTextMessage":{{"value":"{text}"}}}}}}"#)
}

pub(crate) fn response(text: &str) -> String {
    format!(r#"{{"messageGroups":[{}]}}"#, group(text))
}
