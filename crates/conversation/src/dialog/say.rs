//! What does the bot say? One message of each group, with values where its author wrote references.
//!
//! `{slot}` and `[attribute]` become values for the user; where values of slots stand is kept, so that a log can show the
//! reference instead. A way to say it whose references all have values is taken before others. In speech markup values are
//! escaped, so that a user cannot write markup (the code hook's own text is left as it is).

use super::walk::Walk;
use crate::Words;
use crate::bot::{
    Card, Content, List, Message, MessageGroup, MessageSelection, Name, PromptSpecification,
    ResponseSpecification,
};
use crate::nlu::mix;
use crate::session::{CardSaid, Piece, Playback, Said, SaidKind, Source};

/// Most messages of a turn (`lexv2-runtime`, `Messages`).
pub(super) const MESSAGES_MAX: usize = 10;

impl<'a> Walk<'a> {
    /// Says a response.
    pub(super) fn respond(&mut self, response: Option<&'a ResponseSpecification>) {
        if let Some(response) = response {
            let said = self.choose(&response.groups, None);
            self.say(said);
        }
    }

    /// Asks a question, for the first time or again.
    pub(super) fn ask(&mut self, prompt: Option<&'a PromptSpecification>, attempt: u32) {
        let Some(prompt) = prompt else { return };
        let ordered = prompt.selection == Some(MessageSelection::Ordered);
        let said = self.choose(&prompt.groups, ordered.then_some(attempt));
        self.say(said);
    }

    pub(super) fn say(&mut self, said: Vec<Said>) {
        self.work.said.extend(said);
        self.work.said.truncate(MESSAGES_MAX);
    }

    /// One message of each group: the one of an attempt, or any.
    pub(super) fn choose(&mut self, groups: &List<MessageGroup>, attempt: Option<u32>) -> Vec<Said> {
        let mut said = Vec::new();
        for group in groups.iter() {
            let ways: Vec<&Message> = group.ways().filter(|way| way.content().is_some()).collect();
            let ready: Vec<&Message> = ways.iter().copied().filter(|way| self.is_ready(way)).collect();
            let ways = if ready.is_empty() { ways } else { ready };
            let at = match attempt {
                Some(attempt) => {
                    usize::try_from(attempt).unwrap_or(usize::MAX).min(ways.len().saturating_sub(1))
                }
                None => self.draw(ways.len()),
            };
            said.extend(ways.get(at).and_then(|way| self.render(way)));
        }
        said
    }

    /// A number below a bound, from the turn's chance.
    fn draw(&mut self, below: usize) -> usize {
        self.work.draws += 1;
        let drawn = mix(self.scene.seed ^ self.work.draws.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let below = u64::try_from(below).unwrap_or(1).max(1);
        usize::try_from(drawn % below).unwrap_or_default()
    }

    /// Whether all references have values.
    fn is_ready(&self, message: &Message) -> bool {
        let texts: Vec<&Words> = match message.content() {
            Some(Content::Plain(text) | Content::Custom(text) | Content::Ssml(text)) => vec![text],
            Some(Content::Card(card)) => texts_of(card),
            None => Vec::new(),
        };
        texts.iter().flat_map(|text| references(text.read())).all(|reference| match reference {
            Part::Text(_) => true,
            Part::Slot(name) => !self.is_slot(name) || self.slot_words(name).is_some(),
            Part::Attribute(name) => {
                self.work.session.attributes.find(name).is_some() || !is_attribute_name(name)
            }
        })
    }

    fn render(&self, message: &Message) -> Option<Said> {
        let of = |kind, text: &Words, ssml| Said {
            kind,
            content: self.piece(text, ssml),
            card: None,
            source: Source::Author,
        };
        Some(match message.content()? {
            Content::Plain(text) => of(SaidKind::PlainText, text, false),
            Content::Custom(text) => of(SaidKind::CustomPayload, text, false),
            Content::Ssml(text) => of(SaidKind::SSML, text, true),
            Content::Card(card) => Said {
                kind: SaidKind::ImageResponseCard,
                content: Piece::default(),
                card: Some(self.card(card)),
                source: Source::Author,
            },
        })
    }

    fn card(&self, card: &Card) -> CardSaid {
        let piece = |text: &Words| self.piece(text, false);
        CardSaid {
            title: piece(&card.title),
            subtitle: card.subtitle.as_ref().map(piece),
            image_url: card.image_url.as_ref().map(piece),
            buttons: card.buttons.iter().map(|one| (piece(&one.text), piece(&one.value))).collect(),
        }
    }

    /// A text with values for references. A slot without a value says nothing; what is no reference stays as it is.
    fn piece(&self, text: &Words, ssml: bool) -> Piece {
        let (mut out, mut playbacks) = (String::with_capacity(text.length()), Vec::new());
        for part in references(text.read()) {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Slot(name) if self.is_slot(name) => {
                    let from = out.len();
                    push(&mut out, self.slot_words(name).as_ref(), ssml);
                    let slot = Name::parse(name.split('.').next().unwrap_or(name));
                    playbacks.extend(slot.ok().map(|slot| Playback { bytes: from..out.len(), slot }));
                }
                Part::Slot(name) => out.extend(["{", name, "}"]),
                Part::Attribute(name) => match self.work.session.attributes.find(name) {
                    Some(value) => push(&mut out, Some(value), ssml),
                    None if is_attribute_name(name) => {}
                    None => out.extend(["[", name, "]"]),
                },
            }
        }
        playbacks.retain(|playback| !playback.bytes.is_empty());
        Piece { text: out.into(), playbacks }
    }

    fn is_slot(&self, name: &str) -> bool {
        let bare = name.split('.').next().unwrap_or(name);
        self.intent().is_some_and(|intent| intent.slot(bare).is_some())
    }
}

/// A name in brackets that can be nothing but a reference: without blanks, and not of digits alone.
fn is_attribute_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_:.".contains(c);
    name.chars().all(plain) && name.chars().any(|c| c.is_ascii_alphabetic())
}

fn push(out: &mut String, value: Option<&Words>, ssml: bool) {
    for c in value.map_or("", Words::read).chars() {
        match c {
            '<' if ssml => out.push_str("&lt;"),
            '>' if ssml => out.push_str("&gt;"),
            '&' if ssml => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
}

fn texts_of(card: &Card) -> Vec<&Words> {
    let buttons = card.buttons.iter().flat_map(|one| [&one.text, &one.value]);
    std::iter::once(&card.title).chain(&card.subtitle).chain(&card.image_url).chain(buttons).collect()
}

enum Part<'t> {
    Text(&'t str),
    Slot(&'t str),
    Attribute(&'t str),
}

/// Texts and references, in order. A brace or bracket without an end is text.
fn references(text: &str) -> Vec<Part<'_>> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some(open) = rest.find(['{', '[']) {
        let (before, from) = rest.split_at(open);
        let close = if from.starts_with('{') { '}' } else { ']' };
        let inner = from.get(1..).unwrap_or_default();
        let Some((name, after)) =
            inner.split_once(close).filter(|(name, _)| !name.contains(['{', '[', '\n']))
        else {
            let (this, after) = from.split_at(1);
            parts.extend([Part::Text(before), Part::Text(this)]);
            rest = after;
            continue;
        };
        parts.push(Part::Text(before));
        parts.push(if close == '}' { Part::Slot(name) } else { Part::Attribute(name) });
        rest = after;
    }
    parts.push(Part::Text(rest));
    parts
}
