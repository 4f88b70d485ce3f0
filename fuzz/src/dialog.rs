//! What must hold for everything that an author writes into a condition, and that a code hook answers?

use sotto_conversation::Words;
use sotto_conversation::bot::{BotVersion, Id, Intent, Locale, LocaleId, Name, Reader, Shape, Slot, Tree};
use sotto_conversation::dialog::{Answered, BotFacts, Input, InputMode, Scene, Step, resume, step};
use sotto_conversation::expression::{Expression, Fact, FactKind, Facts};
use sotto_conversation::nlu::{Interpretation, SlotPlace, Understand};
use sotto_conversation::session::{Attributes, Given, Session};
use sotto_conversation::slot::{Moment, Resolution, Setting};
use sotto_sensitive::{RawBytes, RawText};
use std::sync::{Arc, LazyLock};

struct Anything;

impl Facts for Anything {
    fn slot(&self, name: &str) -> Option<Fact> {
        let kind = match name.len() % 5 {
            0 => FactKind::Text,
            1 => FactKind::Number,
            2 => FactKind::Date,
            3 => FactKind::Time,
            _ => FactKind::Duration,
        };
        (name.len() < 20).then(|| Fact::one(Words::from("12"), kind))
    }
    fn attribute(&self, name: &str) -> Option<Fact> {
        self.slot(name)
    }
    fn input_mode(&self) -> Option<Fact> {
        self.slot("")
    }
    fn input_transcript(&self) -> Option<Fact> {
        None
    }
}

/// Conditions are read as far as they go; faults lie within, in order.
pub fn expression(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let read = Expression::read(&Words::from(text));
    let places: Vec<usize> = read.faults().iter().map(|fault| fault.at).collect();
    assert!(places.is_sorted() && places.iter().all(|at| *at <= text.chars().count()));
    let _ = read.holds(&Anything);
}

static LOCALE: LazyLock<Locale> = LazyLock::new(|| {
    let mut locale = Locale::new(LocaleId::parse("en_US").expect("a locale"), 0);
    let mut reader = Reader::of("bot");
    let id = || Id::parse("ABCDEFGHIJ").expect("an id");
    let name = |text| Name::parse(text).expect("a name");
    let slot = Slot {
        id: id(),
        name: name("Card"),
        created: 0,
        updated: 0,
        classification: None,
        settings: Shape::read(&Tree::Map(Vec::new()), &mut reader),
    };
    let hooked = br#"{"dialogCodeHook":{"enabled":true},"fulfillmentCodeHook":{"enabled":true}}"#;
    let settings = Tree::read(&RawBytes::new(hooked.to_vec())).expect("JSON");
    locale.intents.push(Arc::new(Intent {
        id: id(),
        name: name("Pay"),
        created: 0,
        updated: 0,
        slots: vec![Arc::new(slot)],
        settings: Shape::read(&settings, &mut reader),
    }));
    locale
});

struct Pays;

impl Understand for Pays {
    fn understand(&self, _: &RawText, _: &Setting, _: &dyn Fn(&Name) -> bool) -> Vec<Interpretation> {
        let intent = LOCALE.intents[0].name.clone();
        vec![Interpretation {
            intent,
            confidence: 1.0,
            slots: Vec::new(),
            exact: true,
        }]
    }
    fn resolve(&self, _: &SlotPlace<'_>, _: &RawText, _: &Setting) -> Vec<Resolution> {
        Vec::new()
    }
}

/// A turn goes on or ends with an error that holds nothing of the answer; the session that comes of it rests and comes back.
pub fn hook_answer(input: &[u8]) {
    let id = || Id::parse("ABCDEFGHIJ").expect("an id");
    let name = || Name::parse("Bank").expect("a name");
    let bot = BotFacts {
        id: id(),
        name: name(),
        alias_id: id(),
        alias_name: name(),
        version: BotVersion::Draft,
        locale: LOCALE.id.clone(),
    };
    let (words, attributes) = (Words::from("id"), Attributes::default());
    let scene = Scene {
        locale: &LOCALE,
        reader: &Pays,
        setting: Setting::at(Moment { unix_s: 0, offset_s: 0 }, "en_US"),
        bot: &bot,
        session_id: &words,
        request_id: &words,
        hook: true,
        request_attributes: &attributes,
        content_type: "text/plain",
        seed: 0,
    };
    let heard = Input::Heard {
        text: Words::from("pay"),
        mode: InputMode::Text,
    };
    let mut next = step(&scene, Session::default(), Given::default(), heard);
    loop {
        match next {
            Ok(Step::Call(suspended)) => {
                let answered = Answered::Answer(RawBytes::new(input.to_vec()));
                next = resume(&scene, *suspended, answered);
            }
            Ok(Step::Done(turn)) => {
                let again = Session::from_bytes(&turn.session.to_bytes()).expect("a session is read again");
                assert!(again == turn.session);
                return;
            }
            Err(error) => return assert!(!format!("{error} {error:?}").contains("5424")),
        }
    }
}
