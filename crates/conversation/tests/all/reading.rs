//! Does the reader understand what samples taught it, and nothing else; and is what it learned the same each time?

use sotto_conversation::Words;
use sotto_conversation::bot::Name;
use sotto_conversation::nlu::{
    INTERPRETATIONS_MAX, IntentLesson, Interpretation, Lesson, Listener, Model, ModelError, SlotLesson,
    SlotPlace, TypeLesson, Understand, train,
};
use sotto_conversation::slot::{Builtin, Moment, Resolver, Setting};
use sotto_sensitive::{RawBytes, RawText};
use std::sync::{Arc, LazyLock};

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn kind(builtin: Builtin) -> TypeLesson {
    TypeLesson { name: builtin.signature().to_owned(), resolver: Resolver::builtin(builtin) }
}

fn slot(text: &str, kind: usize) -> SlotLesson {
    SlotLesson { name: name(text), kind, samples: Vec::new(), is_list: false, parts: Vec::new() }
}

fn intent(text: &str, samples: &[&str], slots: Vec<SlotLesson>) -> IntentLesson {
    let samples = samples.iter().map(|sample| Words::from(*sample)).collect();
    IntentLesson { name: name(text), samples, examples: Vec::new(), slots }
}

/// A small bot: flights, transfers, flowers.
fn lesson() -> Lesson {
    let flowers = ["roses", "lilies", "tulips"].map(Words::from);
    let types = vec![
        kind(Builtin::City),
        kind(Builtin::Date),
        kind(Builtin::Currency),
        kind(Builtin::FirstName),
        TypeLesson { name: "Flower".to_owned(), resolver: Resolver::listing(flowers.iter()) },
        kind(Builtin::Number),
    ];
    let mut flower = slot("Kind", 4);
    flower.is_list = true;
    let mut departure = slot("From", 0);
    departure.samples.push(Words::from("we start in {From}"));
    let flight = intent(
        "BookFlight",
        &[
            "book a flight",
            "I want to fly to {To}",
            "fly from {From} to {To} on {Day}",
            "I need a plane to {To} {Day}",
        ],
        vec![departure, slot("To", 0), slot("Day", 1)],
    );
    let transfer = intent(
        "Transfer",
        &["send money", "transfer {Amount} to {Payee}", "I want to send {Payee} {Amount}", "make a payment"],
        vec![slot("Amount", 2), slot("Payee", 3)],
    );
    let order = intent(
        "OrderFlowers",
        &["order flowers", "I would like {Count} {Kind}", "get me some {Kind}", "flowers for my wife"],
        vec![flower, slot("Count", 5)],
    );
    Lesson { locale: "en_US".to_owned(), intents: vec![flight, transfer, order], types }
}

static LISTENER: LazyLock<Listener> = LazyLock::new(|| {
    let lesson = Arc::new(lesson());
    let model = train(&lesson, 7);
    Listener::new(lesson, model).unwrap()
});

/// Wednesday 2020-11-25.
fn setting() -> Setting {
    Setting::at(Moment { unix_s: 1_606_314_600, offset_s: 0 }, "en_US")
}

fn heard(text: &str) -> Vec<Interpretation> {
    LISTENER.understand(&RawText::new(text.to_owned()), &setting(), &|_| true)
}

#[expect(clippy::disallowed_methods, reason = "the test reads what it wrote")]
fn shown(found: &Interpretation) -> String {
    let mut slots: Vec<String> = Vec::new();
    for (slot, value) in &found.slots {
        let value = value.interpreted.as_ref().map_or("?", |value| value.raw().expose());
        slots.push(format!("{slot}={value}"));
    }
    slots.sort();
    format!("{} {}", found.intent, slots.join(" "))
}

#[test]
fn samples_and_what_is_like_them_are_understood() {
    for (text, wanted) in [
        ("Book a flight!", "BookFlight "),
        ("i want to fly to Lisbon", "BookFlight To=Lisbon"),
        ("fly from Rome to Cape Town on friday", "BookFlight Day=2020-11-27 From=Rome To=Cape Town"),
        ("could you book me a plane tomorrow", "BookFlight Day=2020-11-26"),
        ("transfer $20 to Emily", "Transfer Amount=USD 20.00 Payee=Emily"),
        ("please send some money", "Transfer "),
        ("I would like twelve roses", "OrderFlowers Count=12 Kind=roses"),
        ("can I get tulips", "OrderFlowers Kind=tulips"),
    ] {
        let found = heard(text);
        assert_eq!(found.first().map(shown).as_deref(), Some(wanted), "{text}: {found:?}");
    }
}

#[test]
fn a_sample_is_certain_and_the_strange_is_not() {
    let sample = heard("send money");
    assert_eq!((sample[0].confidence, sample[0].exact), (1.0, true));
    let like = heard("please send some money");
    assert!(!like[0].exact && like[0].confidence > 0.4, "{like:?}");
    for strange in ["what is the airspeed of a swallow", "quantum chromodynamics", "zzz"] {
        let found = heard(strange);
        assert!(found.iter().all(|one| one.confidence < 0.4), "{strange}: {found:?}");
    }
}

#[test]
fn alternatives_are_few_ordered_and_open() {
    let found = heard("I want to send flowers to my wife");
    assert!(found.len() <= INTERPRETATIONS_MAX);
    assert!(found.is_sorted_by(|one, other| one.confidence >= other.confidence), "{found:?}");
    let text = RawText::new("send money".to_owned());
    let without = LISTENER.understand(&text, &setting(), &|intent| intent.as_str() != "Transfer");
    assert!(
        !without.is_empty() && without.iter().all(|one| one.intent.as_str() != "Transfer"),
        "{without:?}"
    );
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test reads what it wrote")]
fn answers_are_read_by_the_resolver_of_their_slot() {
    let check = |intent: &str, slot: &str, answer: &str, wanted: &[&str]| {
        let (intent, slot) = (name(intent), name(slot));
        let place = SlotPlace { intent: &intent, slot: &slot, part: None };
        let found = LISTENER.resolve(&place, &RawText::new(answer.to_owned()), &setting());
        let found: Vec<&str> =
            found.iter().filter_map(|one| Some(one.interpreted.as_ref()?.raw().expose())).collect();
        assert_eq!(found, wanted, "{answer}");
    };
    check("BookFlight", "To", "to Lisbon please", &["Lisbon"]);
    check("BookFlight", "From", "we start in Graz", &["Graz"]);
    check("BookFlight", "Day", "whenever", &[]);
    check("OrderFlowers", "Kind", "roses, tulips and roses", &["roses", "tulips"]);
    check("OrderFlowers", "Count", "a dozen", &["12"]);
    check("OrderFlowers", "Nothing", "a dozen", &[]);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test compares what it made")]
fn a_model_is_the_same_each_time_and_reads_back() {
    let lesson = Arc::new(lesson());
    let bytes = train(&lesson, 7).to_bytes();
    assert_eq!(bytes.expose(), train(&lesson, 7).to_bytes().expose());
    assert_ne!(bytes.expose(), train(&lesson, 8).to_bytes().expose());
    let again = Model::from_bytes(&bytes).unwrap();
    assert_eq!(again.to_bytes().expose(), bytes.expose());
    let shown = format!("{again:?}");
    assert!(shown.starts_with("Model(3 intents, "), "{shown}");
    let listener = Listener::new(lesson, again).unwrap();
    let text = RawText::new("could you book me a plane tomorrow".to_owned());
    let found = listener.understand(&text, &setting(), &|_| true);
    assert_eq!(found, heard("could you book me a plane tomorrow"));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test damages what it made")]
fn damaged_bytes_are_an_error_and_never_a_panic() {
    let bytes = train(&lesson(), 7).to_bytes();
    let whole = bytes.expose();
    for cut in (0..whole.len()).step_by(997) {
        assert!(Model::from_bytes(&RawBytes::new(whole[..cut].to_vec())).is_err(), "{cut}");
    }
    for at in (0..400).chain((400..whole.len()).step_by(499)) {
        let mut damaged = whole.to_vec();
        damaged[at] ^= 0xFF;
        // Whatever it is then, it can be asked.
        if let Ok(model) = Model::from_bytes(&RawBytes::new(damaged))
            && let Ok(listener) = Listener::new(Arc::new(lesson()), model)
        {
            listener.understand(&RawText::new("fly to Rome on friday".to_owned()), &setting(), &|_| true);
        }
    }
    let mut longer = whole.to_vec();
    longer.push(0);
    assert!(matches!(Model::from_bytes(&RawBytes::new(longer)), Err(ModelError::Malformed { .. })));
    assert_eq!(Model::from_bytes(&RawBytes::new(b"sottoU99".to_vec())).unwrap_err(), ModelError::Format);
}

#[test]
fn a_model_belongs_to_its_lesson() {
    let model = train(&lesson(), 7);
    let mut other = lesson();
    other.intents.pop();
    assert_eq!(Listener::new(Arc::new(other), model).unwrap_err(), ModelError::OtherLesson);
}

#[test]
fn an_empty_lesson_understands_nothing() {
    let lesson = Arc::new(Lesson { locale: "en_US".to_owned(), intents: Vec::new(), types: Vec::new() });
    let model = train(&lesson, 1);
    let listener = Listener::new(lesson, model).unwrap();
    assert!(listener.understand(&RawText::new("hello".to_owned()), &setting(), &|_| true).is_empty());
}

#[test]
fn nothing_that_was_said_is_printed() {
    let found = heard("transfer $20 to Canaria");
    let shown = format!("{found:?} {LISTENER:?}");
    assert!(!shown.to_lowercase().contains("canaria"), "{shown}");
}
