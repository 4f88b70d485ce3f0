//! What did the bot say, and where in it stand values? A message with the places at which its author's references became
//! values: the user reads the value, a log the reference ("playbacks").

use super::{Attributes, map, spelled};
use crate::Words;
use crate::bot::{Name, Tree};
use std::ops::Range;

/// The kind of a message (`MessageContentType` of `lexv2-runtime`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SaidKind {
    /// Plain text.
    #[default]
    PlainText,
    /// Speech markup.
    SSML,
    /// Text that the client makes sense of.
    CustomPayload,
    /// A card.
    ImageResponseCard,
}

spelled! {
    SaidKind { PlainText, SSML, CustomPayload, ImageResponseCard }
    Source { Author, Hook, Caller }
}

/// Who made a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// The bot's author.
    #[default]
    Author,
    /// The code hook.
    Hook,
    /// The caller of PutSession.
    Caller,
}

/// A reference of the author's that became the value of a slot.
#[derive(Clone, Debug, PartialEq)]
pub struct Playback {
    /// Where the value stands, in bytes.
    pub bytes: Range<usize>,
    /// Whose value it is.
    pub slot: Name,
}

/// A text with values in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Piece {
    /// As the user reads it.
    pub text: Words,
    /// Values, in order and apart.
    pub playbacks: Vec<Playback>,
}

/// A card.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CardSaid {
    /// Above.
    pub title: Piece,
    /// Below the title.
    pub subtitle: Option<Piece>,
    /// Where its picture is.
    pub image_url: Option<Piece>,
    /// What buttons show and send.
    pub buttons: Vec<(Piece, Piece)>,
}

/// A message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    /// Its kind.
    pub kind: SaidKind,
    /// Its text; nothing for a card without one.
    pub content: Piece,
    /// The card.
    pub card: Option<CardSaid>,
    /// Who made it.
    pub source: Source,
}

impl Piece {
    /// A text without references.
    pub fn plain(text: Words) -> Self {
        Self { text, playbacks: Vec::new() }
    }
}

impl Said {
    /// A message as callers see it: `Message` of `lexv2-runtime`.
    pub fn to_tree(&self) -> Tree {
        let mut members = vec![("contentType", Tree::text(self.kind.as_str()))];
        if self.card.is_none() || !self.content.text.is_empty() {
            members.push(("content", Tree::Text(self.content.text.clone())));
        }
        members.extend(self.card.as_ref().map(|card| ("imageResponseCard", card.to_tree())));
        map(members)
    }

    /// Every text of it.
    pub fn pieces(&self) -> impl Iterator<Item = &Piece> {
        let card = self.card.iter().flat_map(|card| {
            let outer = std::iter::once(&card.title).chain(&card.subtitle).chain(&card.image_url);
            outer.chain(card.buttons.iter().flat_map(|(text, value)| [text, value]))
        });
        std::iter::once(&self.content).chain(card)
    }
}

/// Kinds of messages that a caller takes, where a request attribute says so: names with commas between them (Lex Developer Guide,
/// "Setting request attributes", `x-amz-lex:accept-content-types`). Cards are never left out: they go beside messages.
pub fn accepted(request_attributes: &Attributes) -> Option<Vec<SaidKind>> {
    let names = request_attributes.find("x-amz-lex:accept-content-types")?.read().split(',');
    let mut kinds: Vec<SaidKind> = names.filter_map(|name| SaidKind::parse(name.trim())).collect();
    if kinds.is_empty() {
        return None;
    }
    kinds.push(SaidKind::ImageResponseCard);
    Some(kinds)
}

impl CardSaid {
    fn to_tree(&self) -> Tree {
        let text = |piece: &Piece| Tree::Text(piece.text.clone());
        let button = |(shown, sent): &(Piece, Piece)| map([("text", text(shown)), ("value", text(sent))]);
        let mut members = vec![("title", text(&self.title))];
        members.extend(self.subtitle.as_ref().map(|piece| ("subtitle", text(piece))));
        members.extend(self.image_url.as_ref().map(|piece| ("imageUrl", text(piece))));
        members.push(("buttons", Tree::List(self.buttons.iter().map(button).collect())));
        map(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_say_which_kinds_they_take() {
        let of = |value: &str| {
            let pair = ("x-amz-lex:accept-content-types".into(), value.into());
            accepted(&[pair].into_iter().collect())
        };
        assert_eq!(of("PlainText, SSML").map(|kinds| kinds.len()), Some(3));
        assert_eq!(of("SSML").map(|kinds| kinds.contains(&SaidKind::PlainText)), Some(false));
        assert_eq!(of("canary"), None);
        assert_eq!(accepted(&Attributes::default()), None);
    }
}
