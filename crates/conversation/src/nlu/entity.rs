//! What do the resolvers recognise in an utterance, wherever it stands? Entities: clues for the classifier and the taggers.
//!
//! All types of the bot are asked at every piece, and beside them the built-in grammars that are never wrong about what they
//! read, whether the bot uses them or not: a sample `for two nights from friday` teaches more when both are seen as what they
//! are.

use super::lesson::{Lesson, TypeLesson};
use super::tagger::Clues;
use super::text::{Text, named};
use crate::slot::{Builtin, Resolver, Setting, pieces};
use std::sync::LazyLock;

/// Grammars that every bot profits from.
static GENERAL: LazyLock<Vec<TypeLesson>> = LazyLock::new(|| {
    let kinds = [
        Builtin::Date,
        Builtin::Time,
        Builtin::Duration,
        Builtin::Number,
        Builtin::Currency,
        Builtin::City,
        Builtin::Country,
        Builtin::State,
    ];
    let general =
        |kind: Builtin| TypeLesson { name: kind.signature().to_owned(), resolver: Resolver::builtin(kind) };
    kinds.into_iter().map(general).collect()
});

/// Something recognised: the type's hash, its place among the lesson's types, and where it stands in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entity {
    pub(crate) hash: u32,
    pub(crate) kind: Option<usize>,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Whether an author listed it; such clues are held back now and then while learning.
    pub(crate) listed: bool,
}

/// All entities of an utterance; of one type none overlap.
pub(crate) fn find(lesson: &Lesson, utterance: &str, setting: &Setting) -> Vec<Entity> {
    let p = pieces(utterance);
    let mut found = Vec::new();
    let own = lesson.types.iter().enumerate().map(|(at, one)| (Some(at), one));
    let covered =
        |one: &&TypeLesson| !lesson.types.iter().any(|other| other.resolver.kind() == one.resolver.kind());
    let general = GENERAL.iter().filter(covered).map(|one| (None, one));
    for (kind, one) in own.chain(general) {
        let hash = named(0xE117, one.name.as_bytes());
        let mut at = 0;
        while at < p.len() {
            let Some(len) = one.resolver.recognised(&p, at, setting).filter(|len| *len > 0) else {
                at += 1;
                continue;
            };
            let (start, end) = p.place(at, at + len);
            found.push(Entity { hash, kind, start, end, listed: one.resolver.kind().is_none() });
            at += len;
        }
    }
    found
}

/// The clues of each word: which types begin there, go on there, and end there.
pub(crate) fn clues(text: &Text, entities: &[Entity]) -> Clues {
    let place = |word: &super::text::Word| {
        let mut found = Vec::new();
        for entity in entities.iter().filter(|entity| word.start < entity.end && entity.start < word.end) {
            let first = u32::from(word.start <= entity.start);
            let last = u32::from(word.end >= entity.end);
            found.push(entity.hash.wrapping_mul(4).wrapping_add(first * 2 + last));
            found.push(entity.hash ^ first);
        }
        found
    };
    text.words.iter().map(place).collect()
}
