//! Lines of business: SQL slow logs, chat, calls, payment traces.

use super::{ip, mail};
use crate::catalog::Plant;
use crate::doc::Doc;
use crate::noise;
use crate::plant;
use crate::rng::Rng;
use crate::values::contact::{capital, first_name};

/// A slow statement with its parameters in the text.
pub fn sql(rng: &mut Rng, plants: &[Plant]) -> Doc {
    let mut doc = Doc::default();
    if rng.chance(50) {
        doc.put("# User@Host: app[app] @  [");
        ip(rng, &mut doc);
        doc.put(format!(
            "]  Id: {}\n# Query_time: {}.{}  Lock_time: 0.{} Rows_sent: {}\nSET timestamp={};\n",
            rng.number(6),
            rng.below(9),
            rng.digits(6),
            rng.digits(6),
            rng.below(900),
            noise::epoch(rng)
        ));
    } else {
        doc.put(format!(
            "duration: {}.{} ms  statement: ",
            rng.range(200, 9000),
            rng.digits(3)
        ));
    }
    if rng.chance(60) {
        update(rng, plants, &mut doc)
    } else {
        insert(rng, plants, &mut doc)
    }
    doc
}

fn column(rng: &mut Rng, plant: &Plant) -> String {
    plant::field_name(rng, plant).replace([' ', '-'], "_")
}

fn update(rng: &mut Rng, plants: &[Plant], doc: &mut Doc) {
    doc.put(format!(
        "UPDATE {} SET revision = {}",
        rng.pick(&["people", "accounts_v2", "applicants"]),
        rng.range(1, 90)
    ));
    for plant in plants {
        let name = column(rng, plant);
        if let Some(hint) = plant.hint {
            doc.put(format!(", region = '{hint}'"));
        }
        doc.put(format!(", {name} = '"))
            .val(plant.label, &plant.value)
            .put("'");
    }
    doc.put(format!(" WHERE row_id = '{}';", noise::uuid(rng)));
}

fn insert(rng: &mut Rng, plants: &[Plant], doc: &mut Doc) {
    let hinted = plants.iter().any(|p| p.hint.is_some());
    if plants.len() > 1 || hinted {
        return update(rng, plants, doc);
    }
    doc.put("INSERT INTO intake (kind");
    for plant in plants {
        let name = column(rng, plant);
        doc.put(format!(", {name}"));
    }
    doc.put(") VALUES ('web'");
    for plant in plants {
        doc.put(", '").val(plant.label, &plant.value).put("'");
    }
    doc.put(");");
}

const OPENERS: &[&str] = &[
    "Hi, I need to change something on my profile",
    "Good morning! My parcel is three days late",
    "hello, the app keeps logging me out",
    "Hey, could you check why the payment bounced?",
    "I was told to write here about the refund",
];
const ASKS: &[&str] = &[
    "Sure, can you confirm the details for me?",
    "Of course. What do we have on file?",
    "Happy to help, which one should I use?",
    "I can look it up, one moment please.",
    "Thanks for waiting. Could you send it again?",
];
const CLOSERS: &[&str] = &[
    "Done, anything else?",
    "Perfect, it is saved.",
    "You will get a confirmation shortly.",
    "All set!",
    "I have passed it on to the team.",
];

/// A conversation of a support desk.
pub fn chat(rng: &mut Rng, plants: &[Plant]) -> Doc {
    let (who, agent) = (capital(first_name(rng)), capital(first_name(rng)));
    let mut doc = Doc::plain(format!(
        "{who}: {}\n{agent}: {}\n",
        rng.pick(OPENERS),
        rng.pick(ASKS)
    ));
    for plant in plants {
        doc.put(format!("{who}: "))
            .add(&plant::sentence(rng, plant))
            .put("\n");
        if rng.chance(30) {
            doc.put(format!("{agent}: {}\n", rng.pick(ASKS)));
        }
    }
    if plants.is_empty() {
        let n = noise::order16(rng);
        doc.put(format!(
            "{who}: it is about order {n} from {} {}\n",
            rng.range(1, 28),
            rng.pick(&["March", "June", "October"])
        ));
    }
    if rng.chance(12) {
        doc.put(format!("{who}: you can write to "));
        mail(rng, &mut doc);
        doc.put("\n");
    }
    doc.put(format!("{agent}: {}", rng.pick(CLOSERS)));
    doc
}

/// A transcript of calls with time marks.
pub fn voice(rng: &mut Rng, plants: &[Plant]) -> Doc {
    let mut doc = Doc::plain(format!("call {} leg A\n", noise::uuid(rng)));
    let mut second = rng.range(1, 20);
    doc.put(format!("[00:00:{second:02}] AGENT {}", rng.pick(ASKS)));
    for plant in plants {
        second += rng.range(2, 12);
        doc.put(format!("\n[00:00:{:02}] CALLER ", second % 60))
            .add(&plant::sentence(rng, plant));
    }
    doc.put(format!(
        "\n[00:01:{:02}] AGENT {}",
        second % 60,
        rng.pick(CLOSERS)
    ));
    doc
}

/// A trace of a payment gateway: pipes and colons.
pub fn payment(rng: &mut Rng, plants: &[Plant]) -> Doc {
    let mut doc = Doc::plain(format!(
        "{}|PSP|{}|merchant={}|",
        noise::iso(rng),
        rng.pick(&["AUTH", "CAPTURE", "REFUND", "3DS"]),
        rng.shape("M@@-####")
    ));
    doc.put(format!(
        "ref={}|amount={}.{}|cur={}|",
        noise::order16(rng),
        rng.range(1, 3000),
        rng.digits(2),
        rng.pick(&["EUR", "USD", "GBP"])
    ));
    for plant in plants {
        if rng.chance(50) {
            doc.add(&plant::pair(rng, plant)).put("|");
        } else {
            doc.add(&plant::sentence(rng, plant)).put("|");
        }
    }
    doc.put(format!(
        "rc={}|stan={}|rrn={}|t={}us",
        rng.pick(&["00", "05", "51", "91"]),
        rng.digits(6),
        rng.shape("@###########"),
        rng.range(900, 900_000)
    ));
    doc
}
