//! Entries: what AWS hides and leaves open, what strict closes, and what selective capture takes away.

use super::*;
use crate::capture::CaptureSettings;
use crate::dialog::tests::support::*;
use crate::dialog::{Answered, Heard};
use crate::session::Session;

/// A bot with a card (obfuscated by not saying otherwise), a name, and a sum that may be read.
pub(super) fn bank() -> String {
    let slot = |name: &str, kind: &str, ask: &str, open: bool| {
        let setting = if open { r#""obfuscationSetting":{"obfuscationSettingType":"None"},"# } else { "" };
        format!(
            r#"{{"name":"{name}","slotTypeId":"{kind}",{setting}"valueElicitationSetting":{{"slotConstraint":"Required","promptSpecification":{}}}}}"#,
            prompt(ask, 2)
        )
    };
    format!(
        r#"{{"intents":[
          {{"name":"Pay","sampleUtterances":[{{"utterance":"I want to pay"}},{{"utterance":"pay {{Sum}} dollars"}},{{"utterance":"My name is {{Owner}}"}}],
            "slots":[{},{},{}],
            "dialogCodeHook":{{"enabled":false}},
            "outputContexts":[{{"name":"paid","timeToLiveInSeconds":90,"turnsToLive":2}}],
            "fulfillmentCodeHook":{{"enabled":true}},
            "intentConfirmationSetting":{{"promptSpecification":{}}}}},
          {{"name":"Fallback","parentIntentSignature":"AMAZON.FallbackIntent","intentClosingSetting":{{"closingResponse":{}}}}}
        ]}}"#,
        slot("Owner", "AMAZON.FreeFormInput", "Your name?", false),
        slot("Card", "AMAZON.Number", "Your card, {Owner}?", false),
        slot("Sum", "AMAZON.Number", "How much?", true),
        prompt("Pay {Sum} with {Card}?", 1),
        response("Sorry?"),
    )
}

pub(super) const COMPAT: LogSettings =
    LogSettings { mode: Mode::Compat, capture: CaptureSettings { enabled: true, selective: false } };
pub(super) const STRICT: LogSettings = LogSettings { mode: Mode::Strict, ..COMPAT };

fn entry_of(play: &Play, turn: &Turn, settings: LogSettings) -> Option<Entry> {
    let (session_id, request_id, timestamp) =
        ("session-1".into(), "request".into(), "2026-11-22T00:00:00Z".into());
    let request = Request {
        bot: &play.bot,
        locale: &play.locale,
        session_id: &session_id,
        request_id: &request_id,
        timestamp: &timestamp,
        now: 1_790_000_000,
        operation: "RecognizeText",
    };
    entry(&request, turn, settings)
}

pub(super) fn shown(play: &Play, turn: &Turn, settings: LogSettings) -> String {
    entry_of(play, turn, settings).unwrap().obfuscated()
}

fn member(entry: &str, path: &[&str]) -> String {
    let tree = tree(entry);
    let found = path.iter().try_fold(&tree, |tree, name| match tree {
        crate::bot::Tree::List(items) => items.get(name.parse::<usize>().unwrap()),
        tree => tree.member(name),
    });
    found.and_then(crate::bot::Tree::as_words).map(|words| words.read().to_owned()).unwrap_or_default()
}

fn said_in(play: &Play, turn: &Turn, settings: LogSettings) -> String {
    member(&shown(play, turn, settings), &["inputTranscript"])
}

/// A function that does all that the known sample does, and worse.
fn leaky(_: &crate::bot::Tree) -> Answered {
    answer(
        r#"{"sessionState":{"dialogAction":{"type":"Close"},"intent":{"name":"Pay","state":"Fulfilled","slots":{
              "Owner":{"value":{"interpretedValue":"Ada Lovelace"}},"Card":{"value":{"interpretedValue":"5424188205176639"}},
              "Sum":{"value":{"interpretedValue":"30"}}}},
            "sessionAttributes":{"last":"6639","note-Lovelace":"card 5424 1882 0517 6639","spelled":"five four two four one double eight two"}},
            "requestAttributes":{"copy":"ADA"},
            "messages":[{"contentType":"SSML","content":"<speak>Thank you <say-as interpret-as=\"telephone\">5424-1882-0517-6639</say-as>, Ada!</speak>"},
              {"contentType":"ImageResponseCard","imageResponseCard":{"title":"Lovelace","buttons":[{"text":"6639","value":"x"}]}}]}"#,
    )
}

const CARD: &str = "5424188205176639";

#[test]
fn values_become_names_of_slots_and_braces_are_escaped() {
    let mut play = Play::of(&bank());
    let turn = play.hear("My name is John Stiles");
    assert_eq!(said_in(&play, &turn, COMPAT), "My name is {Owner}");
    let mut play = Play::of(&bank());
    let mut turn = play.hear("My name is {John Stiles}");
    // Where the reader leaves the braces out of the value, they are the user's own.
    turn.heard.spoken[0].bytes = 12..23;
    assert_eq!(said_in(&play, &turn, COMPAT), "My name is \\\\{{Owner}\\\\}");
    let entry = shown(&play, &turn, COMPAT);
    assert_eq!(member(&entry, &["transcriptions", "0", "transcription"]), "My name is \\\\{{Owner}\\\\}");
    for list in ["originalValue", "interpretedValue"] {
        assert_eq!(member(&entry, &["sessionState", "intent", "slots", "Owner", "value", list]), "{Owner}");
        assert_eq!(
            member(&entry, &["interpretations", "0", "intent", "slots", "Owner", "value", list]),
            "{Owner}"
        );
    }
    assert!(!entry.contains("Stiles"));
}

#[test]
fn entries_have_the_documented_members() {
    let mut play = Play::of(&bank());
    let turn = play.hear("pay 30 dollars");
    let entry = shown(&play, &turn, COMPAT);
    for (path, wanted) in [
        (&["message-version"][..], "2.0"),
        (&["bot", "localeId"], "en_US"),
        (&["operationName"], "RecognizeText"),
        (&["sessionId"], "session-1"),
        (&["timestamp"], "2026-11-22T00:00:00Z"),
        (&["inputMode"], "Text"),
        (&["inputTranscript"], "pay 30 dollars"),
        (&["interpretations", "0", "nluConfidence"], "1"),
        (&["sessionState", "dialogAction", "slotToElicit"], "Owner"),
        (&["sessionState", "originatingRequestId"], "request"),
        (&["messages", "0", "content"], "Your name?"),
    ] {
        assert_eq!(member(&entry, path), wanted, "{path:?}");
    }
    assert!(entry.contains(r#""missedUtterance":false"#) && entry.contains(r#""developerOverride":false"#));
    assert!(!entry.contains("\"obfuscation\""));
    assert!(shown(&play, &turn, STRICT).contains(r#""obfuscation":{"mode":"strict","closed":[]}"#));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "canary data is compared")]
fn spans_point_at_values_within_json() {
    let mut play = Play::of(&bank());
    let turn = play.hear("My name is Ann \"Canary\"\nO\\Neill");
    let entry = entry_of(&play, &turn, STRICT).unwrap();
    let text = entry.text.expose();
    assert!(
        entry
            .spans
            .windows(2)
            .all(|pair| pair[0].bytes == pair[1].bytes || pair[0].bytes.end() <= pair[1].bytes.start())
    );
    for span in &entry.spans {
        assert!(text.get(span.bytes.range()).unwrap().contains("Canary"), "{span:?}");
    }
    assert!(!entry.obfuscated().contains("Canary"));
    assert!(!format!("{entry:?}").contains("Canary"));
    tree(&entry.obfuscated());
    tree(text);
}

/// Plays a conversation up to the leaky function, and gives all turns.
fn conversation() -> (Play, Vec<Turn>) {
    let mut play = Play::with(&bank(), leaky);
    let texts = [
        "I want to pay",
        "Ada Lovelace",
        "my card is 5424188205176639",
        "30",
        "yes",
        "hello 5424 1882 0517 6639",
    ];
    let turns = texts.iter().map(|text| play.hear(text)).collect();
    (play, turns)
}

#[test]
fn compat_has_exactly_the_documented_gaps() {
    let (play, turns) = conversation();
    let entries: Vec<String> = turns.iter().map(|turn| shown(&play, turn, COMPAT)).collect();
    assert_eq!(member(&entries[1], &["inputTranscript"]), "{Owner}");
    // A reference of the author's stays a reference ("playbacks").
    assert_eq!(member(&entries[1], &["messages", "0", "content"]), "Your card, {Owner}?");
    assert_eq!(said(&turns[1]), "Your card, Ada Lovelace?");
    assert_eq!(member(&entries[2], &["inputTranscript"]), "my card is {Card}");
    assert_eq!(member(&entries[3], &["messages", "0", "content"]), "Pay 30 with {Card}?");
    for entry in &entries[..4] {
        assert!(!entry.contains("Lovelace") && !entry.contains("6639"), "{entry}");
    }
    // What the function said and put into attributes, and what was missed, is in clear.
    let message = member(&entries[4], &["messages", "0", "content"]);
    assert!(message.contains("5424-1882-0517-6639"), "{message}");
    assert_eq!(member(&entries[4], &["sessionState", "sessionAttributes", "last"]), "6639");
    assert_eq!(member(&entries[4], &["requestAttributes", "copy"]), "ADA");
    assert_eq!(member(&entries[5], &["inputTranscript"]), "hello 5424 1882 0517 6639");
    // A context carries slots: it is no attribute of somebody's own.
    assert!(
        entries[4].contains(r#""contextAttributes":{"Owner":"{Owner}","Card":"{Card}","Sum":"30"}"#),
        "{}",
        entries[4]
    );
}

#[test]
fn strict_closes_every_gap_and_says_so() {
    let (play, turns) = conversation();
    let entries: Vec<String> = turns.iter().map(|turn| shown(&play, turn, STRICT)).collect();
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    for entry in &entries {
        let lower = entry.to_lowercase();
        for canary in ["lovelace", "ada", "6639", "5424", "four two", "double eight"] {
            assert!(!lower.contains(canary), "{canary}: {entry}");
        }
        assert!(!digits(entry).contains(CARD));
        tree(entry);
    }
    let closing = &entries[4];
    let message = member(closing, &["messages", "0", "content"]);
    assert_eq!(
        message,
        "<speak>Thank you <say-as interpret-as=\"telephone\">{Card}</say-as>, {Owner}!</speak>"
    );
    assert!(closing.contains(r#""note-{Owner}":"card {Card}""#), "{closing}");
    assert!(closing.contains(r#""title":"{Owner}""#) && closing.contains(r#""text":"{Card}""#));
    let entry = entry_of(&play, &turns[4], STRICT).unwrap();
    let closed: Vec<_> =
        entry.closings.iter().map(|one| (one.member, one.slot.as_str(), one.count)).collect();
    let wanted = [
        ("messages (code hook)", "Card", 2),
        ("messages (code hook)", "Owner", 2),
        ("sessionAttributes", "Card", 3),
        ("sessionAttributes", "Owner", 1),
        ("requestAttributes", "Owner", 1),
    ];
    assert_eq!(closed, wanted);
    assert!(closing.contains(r#"{"member":"requestAttributes","slot":"Owner","count":1}"#));
}

fn first(text: &str) -> (Play, Turn) {
    let mut play = Play::of(&bank());
    let turn = play.hear(text);
    (play, turn)
}

#[test]
fn utterances_of_which_nothing_is_recognised() {
    let check = |text: &str, compat: &str, strict: &str| {
        let (play, turn) = first(text);
        assert_eq!(said_in(&play, &turn, COMPAT), compat, "{text}");
        assert_eq!(said_in(&play, &turn, STRICT), strict, "{text}");
    };
    // What a sample utterance says exactly holds nothing of the user's own.
    check("I want to pay", "I want to pay", "I want to pay");
    check("pay 30 dollars", "pay 30 dollars", "pay 30 dollars");
    check("My name is Ada", "My name is {Owner}", "My name is {Owner}");
    // The intent is understood, no value is.
    check("I want to pay as Ada", "I want to pay as Ada", "{utterance}");
    // Nothing is.
    check("Ada 5424 1882", "Ada 5424 1882", "{utterance}");
    check("{5424}", "{5424}", "{utterance}");
}

#[test]
fn answers_that_are_not_recognised_are_hidden_as_a_whole() {
    let mut play = Play::of(&bank());
    play.hear("My name is Ada");
    let mut missed = play.hear("not telling {you}");
    for settings in [COMPAT, STRICT] {
        assert_eq!(said_in(&play, &missed, settings), "{Card}");
    }
    assert!(missed.heard.unanswered);
    // The same words after the last retry: the slot was still asked for.
    missed = play.hear("no way to say");
    missed = if missed.heard.missed { missed } else { play.hear("no way to say") };
    assert!(missed.heard.missed);
    let entry = shown(&play, &missed, COMPAT);
    assert_eq!(member(&entry, &["inputTranscript"]), "{Card}");
    assert!(!entry.contains(r#""intent":{"name":"Fallback","slots":{},"state":"ReadyForFulfillment","confirmationState":"None"},"activeContexts"#));
    assert!(entry.contains(r#""missedUtterance":true"#));
}

#[test]
fn long_numbers_beside_recognised_values_are_hidden() {
    let (play, mut turn) = first("pay 30 dollars");
    let text = "take 30 from 5424 1882 051 or one two three four, not 200";
    turn.heard = Heard { transcript: Some(text.into()), exact: false, ..turn.heard };
    turn.heard.spoken[0].bytes = 5..7;
    assert_eq!(said_in(&play, &turn, STRICT), "take 30 from {utterance} or {utterance}, not 200");
    assert_eq!(said_in(&play, &turn, COMPAT), text);
}

#[test]
fn selective_capture_takes_turns_and_values_away() {
    let selective = |mode| LogSettings { mode, capture: CaptureSettings { enabled: true, selective: true } };
    let with = |names: &[&str], text: &str| {
        let mut play = Play::of(&bank());
        play.session.attributes = names
            .iter()
            .map(|name| (format!("x-amz-lex:enable-text-logging:{name}").into(), "true".into()))
            .collect();
        let turn = play.hear(text);
        entry_of(&play, &turn, selective(Mode::Compat))
            .map(|entry| member(&entry.obfuscated(), &["inputTranscript"]))
    };
    assert_eq!(with(&[], "pay 30 dollars"), None);
    assert_eq!(with(&["Pay:Sum"], "pay 30 dollars"), Some("pay 30 dollars".into()));
    assert_eq!(with(&["Pay:Card"], "pay 30 dollars"), None);
    assert_eq!(with(&["*:*"], "I want to pay"), Some("I want to pay".into()));
    // A name that is allowed stays obfuscated.
    assert_eq!(with(&["Pay:*"], "My name is Ada"), Some("My name is {Owner}".into()));
    let mut play = Play::of(&bank());
    play.hear("pay 30 dollars");
    play.session.attributes =
        [("x-amz-lex:enable-text-logging:Pay:Owner".into(), "true".into())].into_iter().collect();
    let turn = play.hear("Ada");
    let entry = shown(&play, &turn, selective(Mode::Compat));
    // The sum is not obfuscated, but it is not named either.
    assert_eq!(
        member(&entry, &["sessionState", "intent", "slots", "Sum", "value", "interpretedValue"]),
        "{Sum}"
    );
}

#[test]
fn a_session_that_lost_track_shows_nothing() {
    let (play, mut turn) = first("pay 30 dollars");
    turn.session = Session { lost_track: true, ..turn.session };
    let entry = shown(&play, &turn, STRICT);
    assert_eq!(member(&entry, &["messages", "0", "content"]), "{utterance}");
    assert_eq!(member(&entry, &["inputTranscript"]), "{utterance}");
}

#[test]
fn compat_names_its_gaps() {
    let bank = locale(&bank());
    assert_eq!(gaps(&bank, Mode::Strict, true), []);
    let all = gaps(&bank, Mode::Compat, true);
    assert_eq!(all.len(), 6);
    assert_eq!(gaps(&bank, Mode::Compat, false).len(), 5);
    assert!(all.iter().all(|gap| gap.to_string().contains("in clear") || *gap == Gap::Audio));
    assert_eq!(gaps(&locale(r#"{"intents":[]}"#), Mode::Compat, true), []);
}

#[test]
fn what_functions_print_is_followed_too() {
    let (play, turns) = conversation();
    let follow = follow(&play.locale, &turns[4].session, &turns[4].heard);
    let found = follow.find(&RawText::new("event for Ada: 5424-1882".to_owned()));
    let places: Vec<_> =
        found.iter().map(|(place, slot)| (place.start(), place.end(), slot.as_str())).collect();
    assert_eq!(places, [(10, 13, "Owner"), (15, 24, "Card")]);
}

#[test]
fn what_functions_print_of_what_nobody_understood_is_followed() {
    let found = |turn: &Turn, play: &Play, text: &str| {
        let found = follow(&play.locale, &turn.session, &turn.heard).find(&RawText::new(text.to_owned()));
        found
            .iter()
            .map(|(place, slot)| (text.get(place.range()).unwrap().to_owned(), slot.to_string()))
            .collect::<Vec<_>>()
    };
    let pair = |text: &str, slot: &str| (text.to_owned(), slot.to_owned());
    let (play, turn) = first("who is Quarrington");
    assert_eq!(found(&turn, &play, "said Quarrington"), [pair("Quarrington", "utterance")]);
    let mut play = Play::of(&bank());
    play.hear("My name is Ada");
    let missed = play.hear("not telling Quarrington");
    assert_eq!(found(&missed, &play, "said Quarrington"), [pair("Quarrington", "Card")]);
    let (play, turn) = first("pay 30 dollars");
    assert_eq!(found(&turn, &play, "pay 30 dollars"), []);
    let lost = Turn { session: Session { lost_track: true, ..turn.session.clone() }, ..turn };
    assert_eq!(found(&lost, &play, "anything"), [pair("anything", "utterance")]);
}

#[test]
fn values_have_the_level_of_their_slot() {
    let bank = locale(&bank());
    let level = |name: &str| level(&bank, &Name::parse(name).unwrap()).as_str();
    assert_eq!((level("Card"), level("Sum"), level(UTTERANCE)), ("high", "low", "high"));
}

#[test]
fn members_that_callers_and_functions_set_are_followed_too() {
    let mut play = Play::of(&bank());
    play.hear("My name is Ada");
    play.session.origin = Some("Ada-5424188205176639".into());
    play.session.hints =
        Some(tree(r#"{"slotHints":{"Pay":{"ada":[{"phrase":"Ada"},5424188205176639,0.25,7]}}}"#));
    let turn = play.hear("5424188205176639");
    let entry = shown(&play, &turn, STRICT);
    assert!(!entry.to_lowercase().contains("ada") && !entry.contains("5424"), "{entry}");
    assert!(
        entry.contains(
            r#""runtimeHints":{"slotHints":{"Pay":{"{Owner}":[{"phrase":"{Owner}"},"{Card}","0.25",7]}}}"#
        ),
        "{entry}"
    );
    assert!(entry.contains(r#""originatingRequestId":"{Owner}-{Card}""#), "{entry}");
}

/// Values of letters that are not ASCII, repeated as json.dumps, a repr of bytes and an address write them.
#[test]
fn values_are_hidden_in_entries_under_any_escape() {
    let echo = |_: &crate::bot::Tree| {
        answer(
            r#"{"sessionState":{"dialogAction":{"type":"Close"},"intent":{"name":"Pay","state":"Fulfilled"},
                "sessionAttributes":{"profile":"{\"name\": \"Jos\\u00e9 \\u00d8deg\\u00e5rd\"}","url":"https://example.com/?n=Jos%C3%A9+%C3%98deg%C3%A5rd"}},
                "requestAttributes":{"bytes":"b'Jos\\xc3\\xa9 \\xc3\\x98deg\\xc3\\xa5rd'"},
                "messages":[{"contentType":"CustomPayload","content":"{\"to\": \"Jos\\u00e9\"}"}]}"#,
        )
    };
    let mut play = Play::with(&bank(), echo);
    let mut turn = play.hear("I want to pay");
    for text in ["José Ødegård", "5424188205176639", "30", "yes"] {
        turn = play.hear(text);
    }
    let entry = shown(&play, &turn, STRICT);
    assert_eq!(member(&entry, &["sessionState", "sessionAttributes", "profile"]), r#"{"name": "{Owner}"}"#);
    assert_eq!(
        member(&entry, &["sessionState", "sessionAttributes", "url"]),
        "https://example.com/?n={Owner}"
    );
    assert_eq!(member(&entry, &["requestAttributes", "bytes"]), "b'{Owner}'");
    assert_eq!(member(&entry, &["messages", "0", "content"]), r#"{"to": "{Owner}"}"#);
    tree(&entry);
}

#[test]
fn where_values_of_two_slots_meet_both_are_named() {
    let mut play = Play::of(&bank());
    play.hear("My name is 5424");
    let mut turn = play.hear(CARD);
    turn.request_attributes = [("copy".into(), "5424 1882 0517 6639".into())].into_iter().collect();
    let entry = entry_of(&play, &turn, STRICT).unwrap();
    assert!(entry.obfuscated().contains(r#""copy":"{Card}""#), "{}", entry.obfuscated());
    let met: Vec<_> = entry.spans.chunk_by(|one, other| one.bytes == other.bytes).collect();
    let names = |slots: &[SlotSpan]| slots.iter().map(|one| one.slot.to_string()).collect::<Vec<_>>();
    assert!(met.iter().any(|slots| names(slots) == ["Card", "Owner"]), "{:?}", entry.spans);
}

#[test]
fn ids_of_sessions_that_may_be_telephone_numbers_are_hidden_in_strict_entries() {
    let (play, turn) = first("I want to pay");
    let shown_id = |id: &str, settings| {
        let id = id.into();
        let (request_id, timestamp) = ("request".into(), "2026-11-22T00:00:00Z".into());
        let request = Request {
            bot: &play.bot,
            locale: &play.locale,
            session_id: &id,
            request_id: &request_id,
            timestamp: &timestamp,
            now: 1_790_000_000,
            operation: "RecognizeText",
        };
        member(&entry(&request, &turn, settings).unwrap().obfuscated(), &["sessionId"])
    };
    for id in ["+15550100123", "1-555-010-0123", "tel:+15550100123", "whatsapp:+15550100123"] {
        assert_eq!(shown_id(id, STRICT), "{sessionId}");
        assert_eq!(shown_id(id, COMPAT), id, "as on AWS");
    }
    for id in ["session-1", "123456", "0b1e5b1e-9f31-4c5e-8f7e-1234567890ab"] {
        assert_eq!(shown_id(id, STRICT), id);
    }
}
