//! How does a session rest? As one JSON value with a version in front, sealed as a whole by whoever keeps it.

use super::given::name;
use super::value::SlotValue;
use super::{
    Action, ActionType, ActiveContext, Attributes, CardSaid, Confirmed, Followed, IntentState, Piece,
    Playback, Progress, Said, SaidKind, Session, Source, Style, given, map,
};
use crate::Words;
use crate::bot::Tree;
use sotto_sensitive::RawBytes;

/// The form that is written.
const VERSION: i64 = 1;

/// Why bytes are no session. Holds nothing of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// Not in this form.
    #[error("a stored session cannot be read")]
    Damaged,
    /// Written by a later release.
    #[error("a stored session has a form that this release does not know")]
    Unknown,
}

impl Session {
    /// The session as bytes, to be sealed.
    pub fn to_bytes(&self) -> RawBytes {
        let context = |one: &ActiveContext| {
            map([
                ("name", Tree::Text(one.name.clone())),
                ("expires", whole(one.expires)),
                ("turns", whole(one.turns)),
                ("attributes", one.attributes.to_tree()),
            ])
        };
        let followed =
            |one: &Followed| Tree::List(vec![Tree::text(one.slot.as_str()), Tree::Text(one.value.clone())]);
        let pair =
            |(intent, action): &(IntentState, Action)| Tree::List(vec![intent.to_tree(), action.to_tree()]);
        let tree = map([
            ("version", Tree::Integer(VERSION)),
            ("attributes", self.attributes.to_tree()),
            ("contexts", list(&self.contexts, context)),
            ("intent", self.intent.as_ref().map_or(Tree::Null, IntentState::to_tree)),
            ("action", self.action.as_ref().map_or(Tree::Null, Action::to_tree)),
            ("hints", self.hints.clone().unwrap_or_default()),
            ("origin", self.origin.clone().map_or(Tree::Null, Tree::Text)),
            ("interpretations", self.interpretations.clone()),
            ("said", list(&self.said, said)),
            ("turns", whole(self.turns)),
            ("attempts", whole(self.attempts)),
            ("aside", self.aside.as_ref().map_or(Tree::Null, pair)),
            ("followed", list(&self.followed, followed)),
            ("lostTrack", Tree::Flag(self.lost_track)),
            ("noted", list(&self.noted, followed)),
            ("lostNoted", Tree::Flag(self.lost_noted)),
        ]);
        tree.to_json()
    }

    /// Reads a session that was opened.
    ///
    /// # Errors
    /// [`SessionError`] when it is not one.
    pub fn from_bytes(bytes: &RawBytes) -> Result<Self, SessionError> {
        let tree = Tree::read(bytes).map_err(|_| SessionError::Damaged)?;
        match tree.member("version") {
            Some(Tree::Integer(VERSION)) => read(&tree).ok_or(SessionError::Damaged),
            Some(Tree::Integer(_)) => Err(SessionError::Unknown),
            _ => Err(SessionError::Damaged),
        }
    }
}

fn whole(number: impl Into<u64>) -> Tree {
    Tree::Integer(i64::try_from(number.into()).unwrap_or(i64::MAX))
}

fn number<T: TryFrom<i64>>(tree: &Tree, name: &str) -> Option<T> {
    match tree.member(name) {
        Some(Tree::Integer(number)) => T::try_from(*number).ok(),
        _ => None,
    }
}

fn list<T>(items: &[T], write: impl Fn(&T) -> Tree) -> Tree {
    Tree::List(items.iter().map(write).collect())
}

fn items<T>(tree: &Tree, name: &str, read: impl Fn(&Tree) -> Option<T>) -> Option<Vec<T>> {
    match tree.member(name) {
        Some(Tree::List(items)) => items.iter().map(read).collect(),
        _ => None,
    }
}

/// A member that may be nothing.
fn maybe<T>(tree: &Tree, name: &str, read: impl Fn(&Tree) -> Option<T>) -> Option<Option<T>> {
    tree.member(name).map_or(Some(None), |found| read(found).map(Some))
}

fn text(tree: &Tree, name: &str) -> Option<Words> {
    tree.member(name)?.as_words().cloned()
}

fn read(tree: &Tree) -> Option<Session> {
    Some(Session {
        attributes: attributes(tree)?,
        contexts: items(tree, "contexts", read_context)?,
        intent: maybe(tree, "intent", read_intent)?,
        action: maybe(tree, "action", read_action)?,
        hints: tree.member("hints").cloned(),
        origin: maybe(tree, "origin", |found| found.as_words().cloned())?,
        interpretations: tree.member("interpretations").cloned().unwrap_or_default(),
        said: items(tree, "said", read_said)?,
        turns: number(tree, "turns")?,
        attempts: number(tree, "attempts")?,
        aside: maybe(tree, "aside", |found| match found {
            Tree::List(pair) => Some((read_intent(pair.first()?)?, read_action(pair.get(1)?)?)),
            _ => None,
        })?,
        followed: items(tree, "followed", read_followed)?,
        lost_track: matches!(tree.member("lostTrack"), Some(Tree::Flag(true))),
        // A session of a release that noted none may repeat what it held before.
        noted: tree.member("noted").map_or(Some(Vec::new()), |_| items(tree, "noted", read_followed))?,
        lost_noted: !matches!(tree.member("lostNoted"), Some(Tree::Flag(false))),
    })
}

fn read_followed(tree: &Tree) -> Option<Followed> {
    let Tree::List(pair) = tree else { return None };
    Some(Followed { slot: name(pair.first()?)?, value: pair.get(1)?.as_words()?.clone() })
}

fn attributes(tree: &Tree) -> Option<Attributes> {
    given::attributes(tree.member("attributes")?, "attributes").ok()
}

fn read_context(tree: &Tree) -> Option<ActiveContext> {
    Some(ActiveContext {
        name: text(tree, "name")?,
        expires: number(tree, "expires")?,
        turns: number(tree, "turns")?,
        attributes: attributes(tree)?,
    })
}

fn read_intent(tree: &Tree) -> Option<IntentState> {
    let Tree::Map(slots) = tree.member("slots")? else { return None };
    let slot = |(known, held): &(Words, Tree)| {
        let held = match held {
            Tree::Null => None,
            held => Some(SlotValue::read(held)?),
        };
        Some((name(&Tree::Text(known.clone()))?, held))
    };
    Some(IntentState {
        name: name(tree.member("name")?)?,
        slots: slots.iter().map(slot).collect::<Option<_>>()?,
        state: Progress::parse(text(tree, "state")?.read())?,
        confirmed: Confirmed::parse(text(tree, "confirmationState")?.read())?,
    })
}

fn read_action(tree: &Tree) -> Option<Action> {
    Some(Action {
        kind: ActionType::parse(text(tree, "type")?.read())?,
        slot: maybe(tree, "slotToElicit", name)?,
        part: maybe(tree, "subSlotToElicit", |part| text(part, "name"))?,
        style: maybe(tree, "slotElicitationStyle", |style| Style::parse(style.as_words()?.read()))?
            .unwrap_or_default(),
    })
}

fn said(said: &Said) -> Tree {
    let mut members = vec![
        ("kind", Tree::text(said.kind.as_str())),
        ("source", Tree::text(said.source.as_str())),
        ("content", piece(&said.content)),
    ];
    if let Some(card) = &said.card {
        let button = |(shown, sent): &(Piece, Piece)| Tree::List(vec![piece(shown), piece(sent)]);
        let optional = |one: &Option<Piece>| one.as_ref().map_or(Tree::Null, piece);
        let card = map([
            ("title", piece(&card.title)),
            ("subtitle", optional(&card.subtitle)),
            ("image", optional(&card.image_url)),
            ("buttons", list(&card.buttons, button)),
        ]);
        members.push(("card", card));
    }
    map(members)
}

fn read_said(tree: &Tree) -> Option<Said> {
    Some(Said {
        kind: SaidKind::parse(text(tree, "kind")?.read())?,
        source: Source::parse(text(tree, "source")?.read())?,
        content: read_piece(tree.member("content")?)?,
        card: maybe(tree, "card", |card| {
            Some(CardSaid {
                title: read_piece(card.member("title")?)?,
                subtitle: maybe(card, "subtitle", read_piece)?,
                image_url: maybe(card, "image", read_piece)?,
                buttons: items(card, "buttons", |pair| match pair {
                    Tree::List(pair) => Some((read_piece(pair.first()?)?, read_piece(pair.get(1)?)?)),
                    _ => None,
                })?,
            })
        })?,
    })
}

fn piece(piece: &Piece) -> Tree {
    let playback = |one: &Playback| {
        let at = |place: usize| Tree::Integer(i64::try_from(place).unwrap_or_default());
        Tree::List(vec![at(one.bytes.start), at(one.bytes.end), Tree::text(one.slot.as_str())])
    };
    map([("text", Tree::Text(piece.text.clone())), ("playbacks", list(&piece.playbacks, playback))])
}

fn read_piece(tree: &Tree) -> Option<Piece> {
    let playback = |one: &Tree| {
        let Tree::List(parts) = one else { return None };
        let at = |index: usize| match parts.get(index) {
            Some(Tree::Integer(place)) => usize::try_from(*place).ok(),
            _ => None,
        };
        Some(Playback { bytes: at(0)?..at(1)?, slot: name(parts.get(2)?)? })
    };
    Some(Piece { text: text(tree, "text")?, playbacks: items(tree, "playbacks", playback)? })
}
