//! What stands in an entry? The members that "Viewing text logs in Amazon CloudWatch Logs" documents, each text with its hidden
//! places.

use super::follow::{Follow, Hit};
use super::log::Log;
use super::utterance::{Utterance, apart, utterance};
use super::{Closing, Entry, Mode, Request, UTTERANCE, is_hidden};
use crate::Words;
use crate::bot::{Locale, Name, Tree};
use crate::capture::Capture;
use crate::dialog::Turn;
use crate::session::{Attributes, CardSaid, IntentState, Piece, Said, SlotValue, Source, Value};

/// Fewest digits of a telephone number; the longest have 15 (ITU-T E.164).
const TELEPHONE_DIGITS_MIN: usize = 7;

/// Writes the entry of a turn.
pub(super) fn write(request: &Request<'_>, turn: &Turn, mode: Mode, shown: &Capture) -> Entry {
    let mut closer = Closer::new(request, turn, mode, shown);
    let said = utterance(turn, &mut closer);
    let mut members = vec![
        ("message-version", Log::text("2.0")),
        ("bot", bot(request)),
        ("messages", Log::List(turn.said.iter().map(|one| message(one, &mut closer)).collect())),
        ("sessionState", state(request, turn, &mut closer)),
        ("requestAttributes", attributes("requestAttributes", &turn.request_attributes, &mut closer)),
        ("interpretations", interpretations(turn, &mut closer)),
        ("sessionId", closer.session_id(request.session_id)),
    ];
    if let Some(said) = said {
        members.push(("transcriptions", Log::List(vec![transcription(turn, &said, &mut closer)])));
        members.push(("inputTranscript", Log::Text(said.text, said.hits)));
    }
    members.extend([
        ("missedUtterance", Log::Flag(turn.heard.missed)),
        ("requestId", Log::Text(request.request_id.clone(), Vec::new())),
        ("timestamp", Log::Text(request.timestamp.clone(), Vec::new())),
        ("developerOverride", Log::Flag(turn.heard.overridden)),
        ("inputMode", Log::text(turn.heard.mode.as_str())),
        ("operationName", Log::text(request.operation)),
    ]);
    if mode == Mode::Strict {
        members.push(("obfuscation", closer.note()));
    }
    let (text, spans) = Log::map(members).write();
    Entry { text, spans, closings: closer.closings }
}

/// Knows what is hidden, and remembers what was closed.
pub(super) struct Closer<'a> {
    locale: &'a Locale,
    shown: &'a Capture,
    mode: Mode,
    follow: Follow,
    lost_track: bool,
    unknown: Name,
    closings: Vec<Closing>,
}

impl<'a> Closer<'a> {
    fn new(request: &Request<'a>, turn: &Turn, mode: Mode, shown: &'a Capture) -> Self {
        let unknown = Name::parse(UTTERANCE).unwrap_or_else(|_| request.bot.name.clone());
        let follow = match mode {
            Mode::Strict => Follow::new(turn.session.followed()),
            Mode::Compat => Follow::default(),
        };
        Self {
            locale: request.locale,
            shown,
            mode,
            follow,
            lost_track: turn.session.lost_track,
            unknown,
            closings: Vec::new(),
        }
    }

    pub(super) fn is_strict(&self) -> bool {
        self.mode == Mode::Strict
    }

    /// Whether any slot of the bot is obfuscated.
    pub(super) fn obfuscates_anything(&self) -> bool {
        self.locale.slots().any(|(_, slot)| slot.is_obfuscated())
    }

    /// Whether the value of a slot is hidden; that of a slot that is not there is.
    pub(super) fn hides(&self, intent: &Name, slot: &Name) -> bool {
        self.locale.intent(intent.as_str()).is_none_or(|intent| is_hidden(intent, slot, self.shown))
    }

    /// What stands over text of which nobody knows whose value it is.
    pub(super) fn unknown(&self) -> Name {
        self.unknown.clone()
    }

    /// Notes that a place was closed.
    pub(super) fn closed(&mut self, member: &'static str, slot: Name) -> Name {
        match self.closings.iter_mut().find(|one| one.member == member && one.slot == slot) {
            Some(one) => one.count += 1,
            None => self.closings.push(Closing { member, slot: slot.clone(), count: 1 }),
        }
        slot
    }

    /// Places of followed values in a text.
    pub(super) fn followed(&self, text: &Words) -> Vec<Hit> {
        match self.lost_track && self.is_strict() && !text.is_empty() {
            true => vec![(0..text.length(), self.unknown())],
            false => apart(self.follow.hits(text.read())),
        }
    }

    /// The hidden places of a text, each noted.
    fn mark(&mut self, member: &'static str, text: &Words) -> Vec<Hit> {
        let hits = self.followed(text);
        for (_, slot) in &hits {
            self.closed(member, slot.clone());
        }
        hits
    }

    fn text(&mut self, member: &'static str, text: &Words) -> Log {
        let hits = self.mark(member, text);
        Log::Text(text.clone(), hits)
    }

    /// The id of a session; in strict mode one that may be somebody's telephone number is hidden as a whole.
    fn session_id(&mut self, id: &Words) -> Log {
        let name = Name::parse("sessionId").ok().filter(|_| self.is_strict() && is_telephone(id.read()));
        match name {
            Some(name) => Log::hidden(id, &self.closed("sessionId", name)),
            None => self.text("sessionId", id),
        }
    }

    /// What was closed, in the entry.
    fn note(&self) -> Log {
        let closing = |one: &Closing| {
            Log::map([
                ("member", Log::text(one.member)),
                ("slot", Log::text(one.slot.as_str())),
                ("count", Log::Integer(i64::try_from(one.count).unwrap_or(i64::MAX))),
            ])
        };
        Log::map([
            ("mode", Log::text("strict")),
            ("closed", Log::List(self.closings.iter().map(closing).collect())),
        ])
    }
}

fn bot(request: &Request<'_>) -> Log {
    let bot = request.bot;
    Log::map([
        ("id", Log::text(bot.id.as_str())),
        ("name", Log::text(bot.name.as_str())),
        ("aliasId", Log::text(bot.alias_id.as_str())),
        ("aliasName", Log::text(bot.alias_name.as_str())),
        ("localeId", Log::text(bot.locale.as_str())),
        ("version", Log::text(&bot.version.to_string())),
    ])
}

fn message(said: &Said, closer: &mut Closer<'_>) -> Log {
    let mut members = vec![("contentType", Log::text(said.kind.as_str()))];
    if said.card.is_none() || !said.content.text.is_empty() {
        members.push(("content", piece(&said.content, said.source, closer)));
    }
    members.extend(said.card.as_ref().map(|one| ("imageResponseCard", card(one, said.source, closer))));
    Log::map(members)
}

fn card(card: &CardSaid, source: Source, closer: &mut Closer<'_>) -> Log {
    let mut members = vec![("title", piece(&card.title, source, closer))];
    members.extend(card.subtitle.as_ref().map(|one| ("subtitle", piece(one, source, closer))));
    members.extend(card.image_url.as_ref().map(|one| ("imageUrl", piece(one, source, closer))));
    let buttons = card.buttons.iter().map(|(shown, sent)| {
        Log::map([("text", piece(shown, source, closer)), ("value", piece(sent, source, closer))])
    });
    let buttons = Log::List(buttons.collect());
    members.push(("buttons", buttons));
    Log::map(members)
}

/// A text of the bot's. Where its author wrote a reference the log keeps the reference; the user read the value.
fn piece(piece: &Piece, source: Source, closer: &mut Closer<'_>) -> Log {
    let hidden = piece.playbacks.iter().filter(|one| closer.plays_back(&one.slot));
    let mut hits: Vec<Hit> = hidden.map(|one| (one.bytes.clone(), one.slot.clone())).collect();
    let member = if source == Source::Hook { "messages (code hook)" } else { "messages" };
    for (place, slot) in closer.followed(&piece.text) {
        if !hits.iter().any(|(known, _)| known.start <= place.start && place.end <= known.end) {
            closer.closed(member, slot.clone());
        }
        hits.push((place, slot));
    }
    Log::Text(piece.text.clone(), apart(hits))
}

impl Closer<'_> {
    /// Whether the log shows a reference instead of the value: any slot of this name is hidden.
    fn plays_back(&self, slot: &Name) -> bool {
        let mut of_name = self.locale.intents.iter().filter(|intent| intent.slot(slot.as_str()).is_some());
        of_name.any(|intent| is_hidden(intent, slot, self.shown))
    }
}

/// Whether this may be a telephone number: digits and the signs between them, behind a scheme or none (`tel:+1-555-0100`, RFC 3966).
fn is_telephone(id: &str) -> bool {
    let number = id.split_once(':').filter(|(scheme, _)| scheme.bytes().all(|c| c.is_ascii_alphabetic()));
    let number = number.map_or(id, |(_, number)| number);
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let signs = number.bytes().all(|c| c.is_ascii_digit() || b"+-.() _".contains(&c));
    signs && digits >= TELEPHONE_DIGITS_MIN
}

fn state(request: &Request<'_>, turn: &Turn, closer: &mut Closer<'_>) -> Log {
    let session = &turn.session;
    let mut members = Vec::new();
    if let Some(action) = &session.action {
        let Tree::Map(action) = action.to_tree() else { return Log::Null };
        let named = action.iter().filter(|(name, _)| !turn.heard.missed || name.read() == "type");
        let action =
            named.map(|(name, value)| ((name.clone(), Vec::new()), Log::of(value, &mut |_| Vec::new())));
        members.push(("dialogAction", Log::Map(action.collect())));
    }
    // A missed utterance has neither intent nor slots ("Viewing text logs").
    if let Some(state) = session.intent.as_ref().filter(|_| !turn.heard.missed) {
        members.push(("intent", intent(state, "sessionState", closer)));
    }
    members.push(("activeContexts", contexts(request, turn, closer)));
    members.push(("sessionAttributes", attributes("sessionAttributes", &session.attributes, closer)));
    // Callers and code hooks may set it.
    members.extend(
        session.origin.as_ref().map(|id| ("originatingRequestId", closer.text("originatingRequestId", id))),
    );
    if let Some(hints) = &session.hints {
        members.push(("runtimeHints", Log::of(hints, &mut |words| closer.mark("runtimeHints", words))));
    }
    Log::map(members)
}

fn contexts(request: &Request<'_>, turn: &Turn, closer: &mut Closer<'_>) -> Log {
    let context = |one: &crate::session::ActiveContext| {
        let seconds = i64::try_from(one.expires.saturating_sub(request.now)).unwrap_or(i64::MAX);
        let life =
            [("timeToLiveInSeconds", Log::Integer(seconds)), ("turnsToLive", Log::Integer(one.turns.into()))];
        // A context carries slots under their names: those are hidden like the slots themselves, in both modes.
        let carried = one.attributes.iter().map(|(name, value)| {
            let slot = Name::parse(name.read()).ok().filter(|slot| closer.plays_back(slot));
            let value = match slot {
                Some(slot) => Log::hidden(value, &slot),
                None => closer.text("activeContexts", value),
            };
            ((name.clone(), closer.mark("activeContexts", name)), value)
        });
        let carried = Log::Map(carried.collect());
        let name = closer.text("activeContexts", &one.name);
        Log::map([("name", name), ("timeToLive", Log::map(life)), ("contextAttributes", carried)])
    };
    Log::List(turn.session.contexts.iter().map(context).collect())
}

fn attributes(member: &'static str, attributes: &Attributes, closer: &mut Closer<'_>) -> Log {
    let pairs = attributes.iter().map(|(name, value)| {
        let name = (name.clone(), closer.mark(member, name));
        (name, closer.text(member, value))
    });
    Log::Map(pairs.collect())
}

fn interpretations(turn: &Turn, closer: &mut Closer<'_>) -> Log {
    let one = |offer: &crate::dialog::Offer| {
        let mut members = vec![
            ("intent", intent(&offer.intent, "interpretations", closer)),
            ("interpretationSource", Log::text("Lex")),
        ];
        members.extend(offer.confidence.map(|score| ("nluConfidence", Log::text(&score.to_string()))));
        Log::map(members)
    };
    Log::List(turn.offers.iter().map(one).collect())
}

fn intent(state: &IntentState, member: &'static str, closer: &mut Closer<'_>) -> Log {
    let slots = state.slots.iter().map(|(name, held)| {
        let hidden = closer.hides(&state.name, name).then_some(name);
        let value = held.as_ref().map_or(Log::Null, |held| slot(held, hidden, member, closer));
        ((name.as_str().into(), Vec::new()), value)
    });
    let slots = Log::Map(slots.collect());
    Log::map([
        ("name", Log::text(state.name.as_str())),
        ("slots", slots),
        ("state", Log::text(state.state.as_str())),
        ("confirmationState", Log::text(state.confirmed.as_str())),
    ])
}

/// A slot; `hidden` is its name where its values must not be read.
fn slot(held: &SlotValue, hidden: Option<&Name>, member: &'static str, closer: &mut Closer<'_>) -> Log {
    match held {
        SlotValue::Scalar(one) => {
            Log::map([("shape", Log::text("Scalar")), ("value", value(one, hidden, member, closer))])
        }
        SlotValue::List(values) => {
            let scalar = |one: &Value| {
                Log::map([("shape", Log::text("Scalar")), ("value", value(one, hidden, member, closer))])
            };
            Log::map([
                ("shape", Log::text("List")),
                ("values", Log::List(values.iter().map(scalar).collect())),
            ])
        }
        SlotValue::Composite(parts) => {
            let parts = parts.iter().map(|(name, part)| {
                let part = part.as_ref().map_or(Log::Null, |part| slot(part, hidden, member, closer));
                ((name.clone(), Vec::new()), part)
            });
            Log::map([("shape", Log::text("Composite")), ("subSlots", Log::Map(parts.collect()))])
        }
    }
}

fn value(value: &Value, hidden: Option<&Name>, member: &'static str, closer: &mut Closer<'_>) -> Log {
    let mut text = |words: &Words| match hidden {
        Some(slot) => Log::hidden(words, slot),
        None => closer.text(member, words),
    };
    let original = value.original.as_ref().map_or(Log::Null, &mut text);
    let interpreted = value.interpreted.as_ref().map_or(Log::Null, &mut text);
    let resolved = Log::List(value.resolved.iter().map(text).collect());
    Log::map([("originalValue", original), ("interpretedValue", interpreted), ("resolvedValues", resolved)])
}

fn transcription(turn: &Turn, said: &Utterance, closer: &mut Closer<'_>) -> Log {
    let state = turn.session.intent.as_ref().filter(|_| !turn.heard.missed);
    let resolved = state.map(|state| {
        let spoken =
            |slot: &Name| turn.heard.spoken.iter().any(|one| one.slot == *slot && one.intent == state.name);
        let slots = state.slots.iter().filter(|(name, _)| spoken(name)).map(|(name, held)| {
            let hidden = closer.hides(&state.name, name).then_some(name);
            let value = held.as_ref().map_or(Log::Null, |held| slot(held, hidden, "transcriptions", closer));
            ((name.as_str().into(), Vec::new()), value)
        });
        Log::Map(slots.collect())
    });
    let name = state.map_or(Log::Null, |state| Log::text(state.name.as_str()));
    Log::map([
        ("transcription", Log::Text(said.text.clone(), said.hits.clone())),
        ("transcriptionConfidence", Log::text("1.0")),
        ("resolvedContext", Log::map([("intent", name)])),
        ("resolvedSlots", resolved.unwrap_or_else(|| Log::Map(Vec::new()))),
    ])
}
