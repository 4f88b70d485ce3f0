//! What does a bot say? Message groups: one message of each group is said, or one of its variations (Lex V2 Developer Guide,
//! "Configuring prompts in order"; the API's `Message`).

use super::shape::{List, shapes};
use crate::Words;

shapes! {
    /// A text in an object of its own, as messages and sample values have it.
    pub struct Value {
        /// The text.
        value: Words = "value",
    }

    /// A button of a card.
    pub struct Button {
        /// What it shows.
        text: Words = "text",
        /// What is sent when it is chosen.
        value: Words = "value",
    }

    /// A card with buttons.
    pub struct Card {
        /// Above.
        title: Words = "title",
        /// Below the title.
        subtitle: Option<Words> = "subtitle",
        /// Where its picture is.
        image_url: Option<Words> = "imageUrl",
        /// Up to five.
        buttons: List<Button> = "buttons",
    }

    /// One message: one of four kinds.
    pub struct Message {
        /// Plain text.
        plain: Option<Value> = "plainTextMessage",
        /// Text that the client makes sense of.
        custom: Option<Value> = "customPayload",
        /// Speech markup.
        ssml: Option<Value> = "ssmlMessage",
        /// A card.
        card: Option<Card> = "imageResponseCard",
    }

    /// A message and other ways to say the same.
    pub struct MessageGroup {
        /// The message.
        message: Message = "message",
        /// Up to two others.
        variations: List<Message> = "variations",
    }

    /// What is said at one point.
    pub struct ResponseSpecification {
        /// One message of each is said, in order.
        groups: List<MessageGroup> = "messageGroups" | "messageGroupsList",
        /// Whether the user may speak meanwhile.
        allow_interrupt: Option<bool> = "allowInterrupt",
    }
}

/// What a message holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Content<'m> {
    /// Plain text.
    Plain(&'m Words),
    /// Text that the client makes sense of.
    Custom(&'m Words),
    /// Speech markup.
    Ssml(&'m Words),
    /// A card.
    Card(&'m Card),
}

impl Message {
    /// A message of plain text.
    pub fn of_plain(text: impl Into<Words>) -> Self {
        Self { plain: Some(Value::of(text)), ..Self::default() }
    }

    /// What it holds; the first kind that is there.
    pub fn content(&self) -> Option<Content<'_>> {
        let plain = self.plain.as_ref().map(|held| Content::Plain(&held.value));
        let ssml = self.ssml.as_ref().map(|held| Content::Ssml(&held.value));
        let custom = self.custom.as_ref().map(|held| Content::Custom(&held.value));
        plain.or(ssml).or(custom).or(self.card.as_ref().map(Content::Card))
    }
}

impl MessageGroup {
    /// The ways to say it: the message, then its variations.
    pub fn ways(&self) -> impl Iterator<Item = &Message> {
        std::iter::once(&self.message).chain(self.variations.iter())
    }
}

impl Value {
    /// A text.
    pub fn of(text: impl Into<Words>) -> Self {
        Self { value: text.into(), ..Self::default() }
    }
}

impl ResponseSpecification {
    /// A response of one plain text.
    pub fn of_plain(text: impl Into<Words>) -> Self {
        let group = MessageGroup { message: Message::of_plain(text), ..MessageGroup::default() };
        Self { groups: vec![group].into(), ..Self::default() }
    }
}
