//! Does something that was said stand in clear in a log? All that the conversation logs of the alias and the logs of its functions kept
//! since the first turn is looked through.
//!
//! A value counts in any formatting: digits with spaces or dashes between them, upper or lower case. Values shorter than four
//! letters or digits, yes and no, and names of months are no evidence: they stand everywhere.

use super::play::Played;
use super::script::Script;
use super::text;
use crate::args::BotsTestArgs;
use crate::bots::lex::Lex;
use crate::bots::places::{LogPlaces, entries, events};
use crate::clock;
use crate::fault::Fault;
use crate::out;
use crate::signals;
use anyhow::Result;
use regex::Regex;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Fewest letters and digits of a value that is looked for.
const CHARS_MIN: usize = 4;
/// Fewest digits of a value that is looked for in any formatting.
const DIGITS_MIN: usize = 6;
/// Events of a group that are looked through at most.
const EVENTS_MAX: usize = 100_000;
/// Between two looks whether logs are complete.
const PAUSE: Duration = Duration::from_millis(500);
/// How long is waited for logs that may keep nothing.
const SELECTIVE_SECONDS: u64 = 3;

/// Words that are values of slots and stand everywhere.
const EVERYWHERE: [&str; 20] = [
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "true",
    "false",
];

/// Members of log entries that hold no words of anybody.
const TECHNICAL: [&str; 9] = [
    "timestamp",
    "requestId",
    "originatingRequestId",
    "sessionId",
    "message-version",
    "bot",
    "nluConfidence",
    "audioProperties",
    "contextAttributesTimeToLive",
];

/// What must not stand in clear, by what it is called in reports.
pub(super) type Secrets = BTreeMap<String, BTreeSet<String>>;

/// Declared secrets, and values of obfuscated slots.
pub(super) fn secrets(script: &Script, played: &Played, obfuscated: &BTreeSet<(String, String)>) -> Secrets {
    let mut secrets = Secrets::new();
    for (number, secret) in script.secrets.iter().enumerate() {
        secrets.entry(format!("secret {}", number + 1)).or_default().insert(secret.clone());
    }
    for (key, values) in played.values.iter().filter(|(key, _)| obfuscated.contains(*key)) {
        let values = values.iter().filter(|value| is_evidence(value)).cloned();
        secrets.entry(format!("a value of {}.{}", key.0, key.1)).or_default().extend(values);
    }
    secrets
}

fn is_evidence(value: &str) -> bool {
    let count = value.chars().filter(|c| c.is_alphanumeric()).count();
    count >= CHARS_MIN && !EVERYWHERE.contains(&value.to_lowercase().as_str())
}

/// Ids of the events of all logs of an alias since an instant.
pub(super) fn ids(lex: &Lex, alias: &Json, since: i64) -> Result<BTreeSet<String>> {
    let mut ids = BTreeSet::new();
    for group in LogPlaces::of(&lex.remote, alias).groups() {
        let found = events(&lex.remote, (group, false), since, EVENTS_MAX)?;
        ids.extend(found.iter().map(|event| text(event, "eventId").to_owned()));
    }
    Ok(ids)
}

/// Looks through all logs of an alias.
pub(super) fn search(
    lex: &Lex,
    alias: &Json,
    secrets: &Secrets,
    (played, (since, before), args): (&Played, (i64, &BTreeSet<String>), &BotsTestArgs),
) -> Result<Vec<String>> {
    let places = LogPlaces::of(&lex.remote, alias);
    if places.groups().is_empty() {
        out::say("the alias has neither conversation logs nor functions: there is nothing to look through");
        return Ok(Vec::new());
    }
    settle(lex, &places, (played, since, args.settle.into()))?;
    let (eyes, mut found) = (Eyes::open()?, BTreeMap::<(String, String), u64>::new());
    for group in places.groups() {
        for event in events(&lex.remote, (group, false), since, EVENTS_MAX)? {
            if before.contains(text(&event, "eventId")) {
                continue;
            }
            let clear = eyes.clear(text(&event, "message"));
            for (name, values) in secrets {
                if values.iter().any(|value| eyes.stands_in(value, &clear)) {
                    *found.entry((name.clone(), group.to_owned())).or_default() += 1;
                }
            }
        }
    }
    Ok(found
        .into_iter()
        .map(|((name, group), count)| format!("{name} stands in clear in {count} events of {group}"))
        .collect())
}

/// Waits until there is an entry for each turn, or long enough.
fn settle(lex: &Lex, places: &LogPlaces, (played, since, seconds): (&Played, i64, u64)) -> Result<()> {
    let may_keep_nothing = places.texts.iter().all(|log| log.selective);
    let seconds = if may_keep_nothing { seconds.min(SELECTIVE_SECONDS) } else { seconds };
    let begun = clock::now();
    while clock::now().duration_since(begun).unwrap_or(Duration::MAX) < Duration::from_secs(seconds) {
        if signals::interrupted() {
            return Err(Fault::Interrupted.into());
        }
        let mut complete = !may_keep_nothing;
        for log in &places.texts {
            let kept = entries(&lex.remote, &log.group, since, EVENTS_MAX)?;
            let of_ours =
                |entry: &&String| played.sessions.iter().any(|session| entry.contains(session.as_str()));
            complete &= kept.iter().filter(of_ours).count() >= played.turns;
        }
        if complete {
            return Ok(());
        }
        std::thread::sleep(PAUSE);
    }
    Ok(())
}

/// What a message says, in two readings: as it stands, in lower case, and with nothing between digits.
struct Clear {
    lower: String,
    joined: String,
}

struct Eyes {
    /// Ids of requests, whose digits nobody said.
    uuid: Regex,
}

impl Eyes {
    fn open() -> Result<Self> {
        let uuid = Regex::new("(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
        uuid.map(|uuid| Self { uuid }).map_err(|_| Fault::unavailable("a pattern of ours cannot be read"))
    }

    fn clear(&self, message: &str) -> Clear {
        let mut words = String::new();
        match serde_json::from_str::<Json>(message) {
            Ok(mut entry) if entry.is_object() => {
                strip(&mut entry);
                said(&entry, &mut words);
            }
            _ => words.push_str(message),
        }
        let lower = self.uuid.replace_all(&words, " ").to_lowercase();
        Clear { joined: joined(&lower), lower }
    }

    /// Whether a value stands in what a message says.
    fn stands_in(&self, value: &str, clear: &Clear) -> bool {
        let lower = value.to_lowercase();
        if lower.trim().is_empty() {
            return false;
        }
        let digits: String = value.chars().filter(char::is_ascii_digit).collect();
        let is_number = !value.chars().any(char::is_alphabetic);
        is_word_of(lower.trim(), &clear.lower)
            || is_number && digits.len() >= DIGITS_MIN && clear.joined.contains(&digits)
    }
}

/// Takes technical members away.
fn strip(entry: &mut Json) {
    match entry {
        Json::Object(members) => {
            members.retain(|name, _| !TECHNICAL.contains(&name.as_str()));
            members.values_mut().for_each(strip);
        }
        Json::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

/// All texts and names of members, each on a line; what is no text, too.
fn said(json: &Json, words: &mut String) {
    match json {
        Json::Object(members) => members.iter().for_each(|(name, value)| {
            words.push_str(name);
            words.push('\n');
            said(value, words);
        }),
        Json::Array(items) => items.iter().for_each(|item| said(item, words)),
        Json::String(text) => words.push_str(text),
        Json::Number(number) => words.push_str(&number.to_string()),
        Json::Null | Json::Bool(_) => {}
    }
    words.push('\n');
}

/// The same with nothing between digits but what parts lines and words.
fn joined(text: &str) -> String {
    let is_between = |c: char| matches!(c, ' ' | '-' | '.' | '(' | ')' | '+' | '/' | ',' | '_');
    let (mut joined, mut held) = (String::with_capacity(text.len()), String::new());
    for c in text.chars() {
        if is_between(c) && joined.ends_with(|before: char| before.is_ascii_digit()) {
            held.push(c);
        } else {
            if !c.is_ascii_digit() {
                joined.push_str(&held);
            }
            held.clear();
            joined.push(c);
        }
    }
    joined
}

/// Whether a text stands in another as words of its own.
fn is_word_of(value: &str, text: &str) -> bool {
    let bounded = |(at, found): (usize, &str)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + found.len()..).and_then(|after| after.chars().next());
        let is_edge = |c: Option<char>| !c.is_some_and(char::is_alphanumeric);
        is_edge(before) && is_edge(after)
    };
    text.match_indices(value).any(bounded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_found_in_any_formatting() {
        let eyes = Eyes::open().unwrap();
        let entry = |words: &str| {
            json!({"sessionId": "60614", "timestamp": "2026-11-22T04:06:06.614Z", "bot": {"id": "x"}, "inputTranscript": words}).to_string()
        };
        for (value, message, wanted) in [
            ("4539781520964336", entry("it is 4539-7815 2096.4336"), true),
            ("4539 7815 2096 4336", entry("it is 4539781520964336"), true),
            ("4539 7815 2096 4336", entry("it is {CardNumber}"), false),
            ("60614", entry("zip 60614."), true),
            ("60614", entry("zip {Zip}"), false),
            ("60614", entry("order 160614"), false),
            ("Ana Lima", entry("I am ANA LIMA"), true),
            ("Ana Lima", entry("I am anna"), false),
            ("6061", "START RequestId: 00000000-6061-4000-8000-000000000000".to_owned(), false),
            ("6061", "got 6061".to_owned(), true),
            ("", entry("x"), false),
        ] {
            assert_eq!(eyes.stands_in(value, &eyes.clear(&message)), wanted, "{value}: {message}");
        }
    }

    #[test]
    fn what_stands_everywhere_is_no_evidence() {
        for (value, wanted) in
            [("yes", false), ("May", false), ("october", false), ("7", false), ("1234", true), ("Lima", true)]
        {
            assert_eq!(is_evidence(value), wanted, "{value}");
        }
    }

    #[test]
    fn declared_secrets_and_obfuscated_slots_are_looked_for() {
        let script: Script = toml::from_str("secrets = ['60614']\nconversation = []").unwrap();
        let mut played = Played::default();
        for slot in ["Card", "Amount"] {
            played
                .values
                .insert(("Pay".into(), slot.into()), BTreeSet::from(["4539".to_owned(), "7".to_owned()]));
        }
        let found = secrets(&script, &played, &BTreeSet::from([("Pay".to_owned(), "Card".to_owned())]));
        let names: Vec<_> = found.iter().map(|(name, values)| (name.as_str(), values.len())).collect();
        assert_eq!(names, [("a value of Pay.Card", 1), ("secret 1", 1)]);
    }
}
