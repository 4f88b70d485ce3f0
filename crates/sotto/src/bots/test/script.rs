//! What does a test file say? Conversations in TOML: turns, and what is expected of each. The format is described in
//! docs/bots-verbs.md.
//!
//! Mistakes are told by line and column: the words of a file may be values.

use crate::config;
use crate::fault::Fault;
use anyhow::Result;
use regex::Regex;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// A test file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Script {
    /// Name or id of the bot.
    pub(super) bot: Option<String>,
    /// Name or id of the alias.
    pub(super) alias: Option<String>,
    /// The locale.
    pub(super) locale: Option<String>,
    /// What must stand nowhere in clear, beside values of obfuscated slots.
    #[serde(default)]
    pub(super) secrets: Vec<String>,
    /// Whether logs are searched afterwards.
    #[serde(default = "yes")]
    pub(super) nothing_in_clear: bool,
    /// The conversations.
    #[serde(rename = "conversation")]
    pub(super) conversations: Vec<Conversation>,
}

/// A conversation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Conversation {
    /// What it is called in reports.
    pub(super) name: String,
    /// Attributes that the session begins with.
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, String>,
    /// Attributes of each request.
    #[serde(default)]
    pub(super) request_attributes: BTreeMap<String, String>,
    /// The turns.
    #[serde(rename = "turn")]
    pub(super) turns: Vec<Turn>,
}

/// A turn.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Turn {
    /// What the user says.
    pub(super) user: String,
    /// The intent that is on.
    pub(super) intent: Option<String>,
    /// Its state, as `InProgress`.
    pub(super) state: Option<String>,
    /// Whether it is confirmed, as `None`.
    pub(super) confirmation: Option<String>,
    /// The next action, as `ElicitSlot`.
    pub(super) next: Option<String>,
    /// The slot that is asked for.
    pub(super) elicits: Option<String>,
    /// Slots.
    #[serde(default)]
    pub(super) slots: BTreeMap<String, SlotWanted>,
    /// Messages, in order; anything where nothing is said.
    pub(super) messages: Option<Vec<MessageWanted>>,
    /// Session attributes.
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, String>,
}

/// What is expected of a slot.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum SlotWanted {
    /// That it is filled, or is not.
    Filled(bool),
    /// Its interpreted value.
    Value(String),
    /// Those of a list.
    Values(Vec<String>),
}

/// What is expected of a message.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum MessageWanted {
    /// Its text.
    Exact(String),
    /// Something about its text.
    About(About),
}

/// Something about a text.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct About {
    /// A part of it.
    contains: Option<String>,
    /// A regular expression that fits somewhere in it.
    #[serde(default, deserialize_with = "pattern")]
    matches: Option<Regex>,
}

const fn yes() -> bool {
    true
}

fn pattern<'de, D: serde::Deserializer<'de>>(source: D) -> Result<Option<Regex>, D::Error> {
    let text = String::deserialize(source)?;
    Regex::new(&text).map(Some).map_err(|_| serde::de::Error::custom("no regular expression"))
}

impl MessageWanted {
    /// Whether a text is as expected.
    pub(super) fn fits(&self, text: &str) -> bool {
        match self {
            Self::Exact(wanted) => text == wanted,
            Self::About(about) => {
                about.contains.as_ref().is_none_or(|part| text.contains(part.as_str()))
                    && about.matches.as_ref().is_none_or(|pattern| pattern.is_match(text))
            }
        }
    }
}

impl Script {
    /// Reads a file.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let text = config::read_text(path)?;
        toml::from_str(&text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line_start = before.rfind('\n').map_or(0, |at| at + 1);
            let (line, column) = (before.matches('\n').count() + 1, before.len() - line_start + 1);
            Fault::usage(format!(
                "`{}`: line {line}, column {column} is not as a test file has it; see docs/bots-verbs.md",
                path.display()
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn read(text: &str) -> Result<Script> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.toml");
        std::fs::File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
        Script::read(&path)
    }

    #[test]
    fn the_files_of_the_examples_are_read() {
        for text in [
            include_str!("../../../../../examples/bots/banking/test.toml"),
            include_str!("../../../../../examples/bots/flights/test.toml"),
        ] {
            let script = read(text).unwrap();
            assert!(script.nothing_in_clear && script.conversations.len() >= 2);
        }
    }

    #[test]
    fn mistakes_have_a_place_and_no_words() {
        let turn = "[[conversation]]\nname = 'c'\n[[conversation.turn]]\nuser = 'x'\n";
        assert!(read(turn).is_ok());
        for (more, line) in [
            ("intnt = 'canary'", 5),
            ("messages = [{ contians = 'canary' }]", 5),
            ("messages = [{ matches = '(canary' }]", 5),
            ("slots = { A = 1 }", 5),
        ] {
            let error = read(&format!("{turn}{more}\n")).unwrap_err().to_string();
            assert!(error.contains(&format!("line {line}")) && !error.contains("canary"), "{error}");
        }
    }

    #[test]
    fn messages_fit_as_they_say() {
        let script = "[[conversation]]\nname='c'\n[[conversation.turn]]\nuser='x'\n\
            messages = ['whole', { contains = 'art' }, { matches = '^\\d+$' }]\n";
        let script = read(script).unwrap();
        let wanted = script.conversations[0].turns[0].messages.as_ref().unwrap();
        for (at, text, fits) in [
            (0, "whole", true),
            (0, "whole!", false),
            (1, "a part", true),
            (1, "a pat", false),
            (2, "12", true),
            (2, "12a", false),
        ] {
            assert_eq!(wanted[at].fits(text), fits, "{at} {text}");
        }
    }
}
