//! Laws of the tagger, and sentences that the weights of the repository must get right.

#![expect(clippy::string_slice, reason = "the places that the tagger names are boundaries")]

use super::*;

fn tag(text: &str) -> Vec<Tagged> {
    let mut found = Vec::new();
    Tagger::builtin().tag(text.as_bytes(), 0..text.len(), &mut Desk::default(), &mut found);
    found
}

fn names(text: &str) -> Vec<&str> {
    let persons = tag(text).into_iter().filter(|tagged| tagged.kind == Kind::Person && tagged.margin >= 20);
    persons.map(|tagged| &text[tagged.start..tagged.end]).collect()
}

fn check(text: &str, wanted: &[&str]) {
    assert_eq!(names(text), wanted, "in {text}");
}

#[test]
fn names_in_sentences_forms_and_chat() {
    check("Hello, my name is Ines Moreau and I need help.", &["Ines Moreau"]);
    check("my name is emma wilson and i lost my card", &["emma wilson"]);
    check("Dear Mr. Holloway,", &["Holloway"]);
    check("Kind regards,\nPriya Raman", &["Priya Raman"]);
    check("Patient name: Oluwaseun Adeyemi", &["Oluwaseun Adeyemi"]);
    check("Thanks, Laura. I spoke with Peter and Anna yesterday.", &["Laura", "Peter", "Anna"]);
    check("agent: How about Larkin Matt, a psychologist in Novato?", &["Larkin Matt"]);
    check("{\"customer\":\"Giulia Ferrari\",\"city\":\"Milan\"}", &["Giulia Ferrari"]);
    check("Sehr geehrte Frau Schneider,", &["Schneider"]);
    check("Bonjour, je m'appelle Camille Lefèvre.", &["Camille Lefèvre"]);
    check("Hola, me llamo Lucía Fernández García.", &["Lucía Fernández García"]);
    check("Olá, meu nome é João Pereira.", &["João Pereira"]);
    check("Buongiorno, mi chiamo Marco Bianchi.", &["Marco Bianchi"]);
}

#[test]
fn what_is_nobody() {
    for text in [
        "Please open the Account Settings and choose Privacy Notice.",
        "where is my refund, i ordered it on monday",
        "The weather in Paris is nice in April.",
        "Flights from Phoenix to San Diego leave on Thursday.",
        "customer: Okay. That sounds great, thanks.",
        "Die Rechnung vom Montag ist noch offen.",
        "write to anna.smith@example.com or see www.example.org",
    ] {
        check(text, &[]);
    }
}

#[test]
fn a_line_depends_on_itself_and_two_words_before() {
    let line = "my colleague Maria Lopez will call you";
    let alone = names(line);
    let far = format!("Name: Joe Brown\nfive six\n{line}\nName: Ann Lee");
    let near = format!("something else five six\n{line}");
    let inside = |text: &str| {
        let from = text.find(line).unwrap();
        let mut found = Vec::new();
        Tagger::builtin().tag(text.as_bytes(), 0..text.len(), &mut Desk::default(), &mut found);
        found.retain(|tagged| tagged.start >= from && tagged.end <= from + line.len());
        found
            .into_iter()
            .map(|tagged| (tagged.start - from, tagged.end - from, tagged.margin))
            .collect::<Vec<_>>()
    };
    assert_eq!(alone, ["Maria Lopez"]);
    assert_eq!(inside(&far), inside(&near));
}

#[test]
fn a_desk_can_be_used_again() {
    let (first, second) = ("call Anna Keller", "ask John Miller");
    let (mut desk, mut found) = (Desk::default(), Vec::new());
    Tagger::builtin().tag(first.as_bytes(), 0..first.len(), &mut desk, &mut found);
    let before = found.len();
    Tagger::builtin().tag(second.as_bytes(), 0..second.len(), &mut desk, &mut found);
    assert_eq!(found[..before], tag(first)[..]);
    assert_eq!(found[before..], tag(second)[..]);
}

#[test]
fn long_lines_and_any_bytes_are_read() {
    let long = "tell Maria Lopez about it, ".repeat(2_000);
    let found = tag(&long);
    assert!(found.iter().filter(|tagged| tagged.kind == Kind::Person).count() >= 1_990);
    assert!(found.windows(2).all(|pair| pair[0].end <= pair[1].start));
    assert!(found.iter().all(|tagged| tagged.margin >= 0 && tagged.word_count > 0));
    let bytes: Vec<u8> = (0..20_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let mut found = Vec::new();
    Tagger::builtin().tag(&bytes, 0..bytes.len(), &mut Desk::default(), &mut found);
    assert!(found.iter().all(|tagged| tagged.start < tagged.end && tagged.end <= bytes.len()));
}

#[test]
fn damaged_weights_are_refused() {
    let bytes = include_bytes!("../../../weights/names.bin");
    assert!(Tagger::parse(bytes).is_some());
    assert!(Tagger::parse(&bytes[..bytes.len() - 1]).is_none());
    assert!(Tagger::parse(&bytes[1..]).is_none());
    assert!(Tagger::parse(b"").is_none());
    let (mut found, text) = (Vec::new(), b"my name is Ann Lee");
    Tagger::silent().tag(text, 0..text.len(), &mut Desk::default(), &mut found);
    assert!(found.is_empty());
}
