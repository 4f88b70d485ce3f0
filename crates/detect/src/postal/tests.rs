//! Addresses of many countries, and what only looks like one.

use super::*;

fn found(text: &str, prose: bool) -> Vec<&str> {
    let all = find(text.as_bytes(), prose);
    all.iter().map(|address| text.get(address.start..address.end).unwrap()).collect()
}

/// Each text holds what stands between the brackets, and nothing else.
fn check(texts: &[&str]) {
    let mut wrong = Vec::new();
    for marked in texts {
        let text = marked.replace(['⟦', '⟧'], "");
        let wanted: Vec<&str> = marked.split('⟦').skip(1).filter_map(|rest| rest.split('⟧').next()).collect();
        let got = found(&text, true);
        if got != wanted {
            wrong.push(format!("{got:?} in {marked}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn dialogues_of_north_america() {
    check(&[
        "it's at ⟦1234 Alder Creek Road⟧, and costs $190",
        "They are located at ⟦88 West Larkspur Avenue, Brooklyn⟧. Your rooms are booked",
        "its ⟦1546 juniper lane⟧",
        "at ⟦1400 a street⟧ in the complex",
        "Their address is ⟦2455 Bennet Hill Road # B208⟧.",
        "It is ⟦12 Oak St. Apt 4, Dover, DE 19901-1234⟧.",
        "⟦7277 Valley Avenue, North Park, California 91605, United States⟧",
        "ship to ⟦1600 Elm Street, Springfield, IL 62704⟧ by Friday",
        "⟦1 Long Hill Rd. Apt 4 Dover 19901-1234⟧.",
        "⟦250 King Street West, Toronto, ON M5H 1K4⟧",
        "the office is at ⟦50 8th Street⟧ and the fee is $15",
        "⟦2232 El Camino Real⟧",
        "located at ⟦3468 Mount Abel Boulevard B301⟧",
        "I live at ⟦12 oak st, portland, or 97201⟧ now",
        "at ⟦301 los gatos-saratoga road⟧ and their number",
        "going to ⟦45 San Clemente Drive b200⟧.",
        "they're at ⟦28-30 Butler Gardens⟧.",
        "send it to ⟦P.O. Box 123, Dayton, OH 45401⟧",
        "It's located on ⟦Lantern Street⟧ and phone is",
        "Jane Doe\n⟦742 Elm Street\nSpringfield, IL 62704⟧\nthanks",
    ]);
}

#[test]
fn addresses_of_europe_and_beyond() {
    check(&[
        "Ich wohne in der ⟦Hauptstraße 12, 10115 Berlin⟧.",
        "⟦Berliner Str. 12a, 10115 Berlin⟧",
        "⟦Am Markt 5, 50667 Köln⟧",
        "Lieferung an ⟦Lange Straße 4⟧ bitte",
        "j'habite au ⟦12 rue des Lilas, 75020 Paris⟧.",
        "livrer au ⟦7 bis avenue de la Gare, 13090 Aix-en-Provence⟧ demain",
        "located at ⟦6 Rue Gustave Martin, 75017⟧.",
        "Vivo en la ⟦Calle Mayor 12, 3º B, 28013 Madrid⟧.",
        "mi dirección es ⟦Avenida de la Constitución, 5, 41001 Sevilla⟧",
        "abito in ⟦Via Roma 12, 00184 Roma⟧",
        "moro na ⟦Rua Augusta 25, 1100-048 Lisboa⟧",
        "⟦Keizersgracht 123, 1015 CJ Amsterdam⟧",
        "lives at ⟦3 Church Lane, Leeds, West Yorkshire LS1 4DY⟧.",
        "at ⟦48 Collins Street, Melbourne VIC 3000⟧",
        "unit ⟦5/110 Beach Road, Bondi NSW 2026⟧, ring twice",
    ]);
}

#[test]
fn what_only_looks_like_an_address() {
    check(&[
        "Main Street was closed for two hours",
        "module Elm failed at line 1600 with code 62704",
        "weather in Springfield, IL today",
        "mount /srv/street/12345 done",
        "3 rue lines in 75020 ms",
        "I have 2 beds and 1 bath place for you",
        "it takes 5 minutes on the road",
        "we want 3 more chairs in the court",
        "at 10:30 Main is busy",
        "the 2 best way to do it",
        "about 20 people drive home",
        "There is 1 Hotel Central Park in town",
    ]);
}

#[test]
fn outside_of_prose_a_street_needs_more() {
    assert!(found("worker 12 Oak Dr started", false).is_empty());
    assert!(found("served at 300 next way", false).is_empty());
    assert_eq!(found("deliver 12 oak street now", false), ["12 oak street"]);
    assert_eq!(found("x 12 Oak Street, Dover, DE 19901", false), ["12 Oak Street, Dover, DE 19901"]);
}

#[test]
fn complete_means_town_and_code() {
    let complete = |text: &str| find(text.as_bytes(), true).iter().all(|a| a.complete);
    assert!(complete("12 Oak Street, Dover, DE 19901") && complete("12 rue des Lilas, 75020 Paris"));
    assert!(!complete("12 Oak Street, Dover") && !complete("6 Rue Gustave Martin, 75017"));
}
