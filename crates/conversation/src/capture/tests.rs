//! The truth table of selective capture: settings, names with wildcards, turns, and what code hooks change.

use super::*;
use crate::Words;

struct Row {
    attributes: &'static [(&'static str, &'static str)],
    intent: &'static str,
    elicited: Option<&'static str>,
    filled: &'static [&'static str],
    logged: bool,
}

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn row(
    attributes: &'static [(&'static str, &'static str)],
    elicited: Option<&'static str>,
    filled: &'static [&'static str],
    logged: bool,
) -> Row {
    Row { attributes, intent: "Pay", elicited, filled, logged }
}

fn decide(medium: Medium, settings: CaptureSettings, row: &Row) -> bool {
    let attributes: Attributes =
        row.attributes.iter().map(|(name, value)| (Words::from(*name), Words::from(*value))).collect();
    let turn = TurnSlots {
        intent: Some(name(row.intent)),
        elicited: row.elicited.map(|slot| (name(row.intent), name(slot))),
        filled: row.filled.iter().map(|slot| name(slot)).collect(),
    };
    capture(medium, settings, &attributes, &turn).is_some()
}

const SELECTIVE: CaptureSettings = CaptureSettings { enabled: true, selective: true };

const CARD: &[(&str, &str)] = &[("x-amz-lex:enable-text-logging:Pay:Card", "true")];
const TWO: &[(&str, &str)] =
    &[("x-amz-lex:enable-text-logging:Pay:Card", "true"), ("x-amz-lex:enable-text-logging:Pay:Sum", "true")];
const INTENT: &[(&str, &str)] = &[("x-amz-lex:enable-text-logging:Pay:*", "true")];
const SLOT: &[(&str, &str)] = &[("x-amz-lex:enable-text-logging:*:Card", "true")];
const ALL: &[(&str, &str)] = &[("x-amz-lex:enable-text-logging:*:*", "true")];
const OTHER: &[(&str, &str)] = &[("x-amz-lex:enable-text-logging:Order:Card", "true")];
const AUDIO: &[(&str, &str)] = &[("x-amz-lex:enable-audio-logging:Pay:Card", "true")];
const AUDIO_ALL: &[(&str, &str)] = &[("x-amz-lex:enable-audio-logging:*:*", "true")];
const FALSE: &[(&str, &str)] = &[("x-amz-lex:enable-text-logging:Pay:Card", "false")];
const LOUD: &[(&str, &str)] = &[("x-amz-lex:enable-text-logging:Pay:Card", "TRUE")];
const EMPTY: &[(&str, &str)] = &[("x-amz-lex:enable-text-logging:Pay:Card", "")];
const CASE: &[(&str, &str)] = &[("x-amz-lex:enable-text-logging:pay:card", "true")];
const BUT: &[(&str, &str)] =
    &[("x-amz-lex:enable-text-logging:*:*", "true"), ("x-amz-lex:enable-text-logging:Pay:Card", "false")];
const BUT_INTENT: &[(&str, &str)] =
    &[("x-amz-lex:enable-text-logging:*:Card", "true"), ("x-amz-lex:enable-text-logging:Pay:*", "false")];

#[test]
fn turns_that_ask_for_a_slot() {
    let rows = [
        row(&[], Some("Card"), &["Card"], false),
        row(&[], Some("Card"), &[], false),
        row(CARD, Some("Card"), &["Card"], true),
        row(CARD, Some("Card"), &[], true),
        row(CARD, Some("Sum"), &["Sum"], false),
        row(CARD, Some("Sum"), &[], false),
        // The slot that was asked for decides, even if others were filled.
        row(CARD, Some("Card"), &["Card", "Sum"], true),
        row(CARD, Some("Card"), &["Sum"], true),
        row(CARD, Some("Sum"), &["Card"], false),
        row(TWO, Some("Card"), &["Card"], true),
        row(TWO, Some("Sum"), &["Sum"], true),
        row(TWO, Some("Code"), &["Code"], false),
        row(INTENT, Some("Card"), &["Card"], true),
        row(INTENT, Some("Code"), &[], true),
        row(SLOT, Some("Card"), &["Card"], true),
        row(SLOT, Some("Sum"), &["Sum"], false),
        row(ALL, Some("Card"), &["Card"], true),
        row(ALL, Some("Sum"), &[], true),
        row(OTHER, Some("Card"), &["Card"], false),
        row(AUDIO, Some("Card"), &["Card"], false),
        row(AUDIO_ALL, Some("Card"), &["Card"], false),
        row(FALSE, Some("Card"), &["Card"], false),
        row(LOUD, Some("Card"), &["Card"], true),
        row(EMPTY, Some("Card"), &["Card"], false),
        row(CASE, Some("Card"), &["Card"], false),
        row(BUT, Some("Card"), &["Card"], false),
        row(BUT, Some("Sum"), &["Sum"], true),
        row(BUT_INTENT, Some("Card"), &["Card"], false),
    ];
    check(&rows);
}

#[test]
fn turns_that_find_the_intent() {
    let rows = [
        row(&[], None, &["Card"], false),
        row(&[], None, &[], false),
        row(CARD, None, &["Card"], true),
        row(CARD, None, &["Sum"], false),
        row(CARD, None, &["Card", "Sum"], false),
        row(TWO, None, &["Card", "Sum"], true),
        row(TWO, None, &["Sum", "Card"], true),
        row(TWO, None, &["Card", "Sum", "Code"], false),
        row(TWO, None, &["Card"], true),
        row(INTENT, None, &["Card", "Sum", "Code"], true),
        row(INTENT, None, &[], true),
        row(SLOT, None, &["Card"], true),
        row(SLOT, None, &["Card", "Sum"], false),
        row(SLOT, None, &[], false),
        row(ALL, None, &["Card", "Sum"], true),
        row(ALL, None, &[], true),
        // Nothing filled is no slot that was named.
        row(CARD, None, &[], false),
        row(TWO, None, &[], false),
        row(OTHER, None, &["Card"], false),
        row(AUDIO, None, &["Card"], false),
        row(BUT, None, &["Card"], false),
        row(BUT, None, &["Sum"], true),
        row(BUT, None, &["Sum", "Card"], false),
        row(BUT_INTENT, None, &["Card"], false),
        row(FALSE, None, &["Card"], false),
    ];
    check(&rows);
}

fn check(rows: &[Row]) {
    for (number, row) in rows.iter().enumerate() {
        assert_eq!(decide(Medium::Text, SELECTIVE, row), row.logged, "row {number}");
    }
}

#[test]
fn settings_come_before_attributes_and_media_are_apart() {
    let off = CaptureSettings::default();
    let selective_but_off = CaptureSettings { selective: true, ..off };
    let on = CaptureSettings { enabled: true, selective: false };
    for (attributes, text, audio) in
        [(&[][..], false, false), (CARD, true, false), (AUDIO, false, true), (ALL, true, false)]
    {
        for elicited in [None, Some("Card")] {
            let row = Row { attributes, intent: "Pay", elicited, filled: &["Card"], logged: text };
            assert!(!decide(Medium::Text, off, &row) && !decide(Medium::Text, selective_but_off, &row));
            assert!(decide(Medium::Text, on, &row) && decide(Medium::Audio, on, &row));
            assert_eq!(decide(Medium::Text, SELECTIVE, &row), text);
            assert_eq!(decide(Medium::Audio, SELECTIVE, &row), audio);
        }
    }
}

#[test]
fn slots_that_are_not_named_are_not_shown() {
    let attributes: Attributes =
        CARD.iter().map(|(name, value)| (Words::from(*name), Words::from(*value))).collect();
    let turn =
        TurnSlots { intent: Some(name("Pay")), elicited: Some((name("Pay"), name("Card"))), filled: vec![] };
    let shown = capture(Medium::Text, SELECTIVE, &attributes, &turn).unwrap();
    assert!(shown.shows(&name("Pay"), &name("Card")));
    assert!(!shown.shows(&name("Pay"), &name("Sum")));
    assert!(Capture::everything(Medium::Text).shows(&name("Pay"), &name("Sum")));
}

/// The worked example of the guide: text of all turns, sound of the one in which the customer consents.
#[test]
fn a_bill_is_paid_and_only_the_consent_is_recorded() {
    const CONSENT: &[(&str, &str)] =
        &[("x-amz-lex:enable-audio-logging:PayBill:AuthorizationConsent", "true")];
    let text = CaptureSettings { enabled: true, selective: false };
    let turns: [(Option<&'static str>, &'static [&'static str], bool); 5] = [
        (None, &["BillNumber"], false),
        (Some("DueAmount"), &["DueAmount"], false),
        (Some("CardNumber"), &["CardNumber"], false),
        (Some("AuthorizationConsent"), &["AuthorizationConsent"], true),
        (Some("AuthorizationConsent"), &[], true),
    ];
    for (elicited, filled, recorded) in turns {
        let row = Row { attributes: CONSENT, intent: "PayBill", elicited, filled, logged: recorded };
        assert!(decide(Medium::Text, text, &row));
        assert_eq!(decide(Medium::Audio, SELECTIVE, &row), recorded, "{elicited:?}");
    }
}
