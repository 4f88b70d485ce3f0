//! Does nothing of a claim or of a finding stay, however they overlap, and does everything come back for whoever may see it?
//! Claims are laid at random over mixtures of examples and over entries of JSON.

use super::*;
use sotto_protect::{Claim, Sensitivity};
use sotto_public::ByteSpan;

fn claim(start: usize, end: usize, slot: &str, level: Sensitivity) -> Claim {
    let bytes = ByteSpan::new(start, end).unwrap();
    Claim { bytes, identifier: id(&format!("slot-{slot}")), level, discard: false }
}

/// A claim of high level on a part of a text.
fn on(text: &str, part: &str, slot: &str) -> Claim {
    let start = text.find(part).unwrap();
    claim(start, start + part.len(), slot, Sensitivity::High)
}

fn put_claimed(text: &str, protection: &Protection, claims: &[Claim]) -> (Protected, Findings) {
    let (place, key, mut entropy) = (home(), key(3), Counter(1));
    let arrival = Arrival { home: &place, times: times() };
    let mut sealing = Sealing { key: &key, entropy: &mut entropy };
    protect(RawText::new(text.to_owned()), &arrival, protection, claims, &mut sealing).unwrap()
}

/// What is stored of a text in which each part is claimed.
fn shown(text: &str, protection: &Protection, parts: &[(&str, &str)]) -> String {
    let claims: Vec<_> = parts.iter().map(|(part, slot)| on(text, part, slot)).collect();
    let (event, _) = put_claimed(text, protection, &claims);
    assert_eq!(opened(&event), text);
    stored(&event).to_owned()
}

#[test]
fn names_of_slots_stand_over_claims_with_and_without_a_policy() {
    let (none, cards) = (Protection::none(), of(&["CreditCardNumber", "EmailAddress"]));
    let text = format!("I am Ada, card {CARD}, ann@example.com");
    let check = |protection: &Protection, parts: &[(&str, &str)], wanted: &str| {
        assert_eq!(shown(&text, protection, parts), wanted);
    };
    check(&none, &[("Ada", "Owner")], &format!("I am {{Owner}}, card {CARD}, ann@example.com"));
    check(&cards, &[("Ada", "Owner")], "I am {Owner}, card ****************, ***************");
    check(&cards, &[("Ada", "Owner"), (CARD, "Card")], "I am {Owner}, card {Card}, ***************");
    // What a finding has beyond the claim is hidden as ever.
    check(&cards, &[("5424", "Bin")], "I am Ada, card {Bin}************, ***************");
    check(&cards, &[("6639, ann@", "Odd")], "I am Ada, card ************{Odd}***********");
    check(
        &none,
        &[("Ada, card 54", "A"), (" card 5424", "B")],
        &format!("I am {{A}}{}, ann@example.com", CARD.get(4..).unwrap()),
    );
    let (event, _) = put_claimed(&text, &none, &[on(&text, "Ada", "Owner")]);
    assert_eq!(event.stored().kind(), TextKind::Unprotected);
    let [mark] = event.event().marks() else { panic!() };
    assert_eq!(
        (mark.identifier.as_str(), mark.rule.as_str(), mark.sealed),
        ("slot-Owner", "slot-high", true)
    );
    let field = event.event().masked_field().unwrap();
    assert!(
        field
            .as_str()
            .starts_with(r#"[{"type":"slot-Owner","rule":"slot-high","length":3,"start":6,"end":12,"#)
    );
}

#[test]
fn json_stays_json_around_claims() {
    let cards = of(&["CreditCardNumber"]);
    let check = |text: &str, parts: &[(&str, &str)], wanted: &str| {
        let shown = shown(text, &cards, parts);
        assert_eq!(shown, wanted);
        serde_json::from_str::<serde_json::Value>(&shown).unwrap();
    };
    check(r#"{"n":12345,"a":"x"}"#, &[("234", "N")], r#"{"n":"{N}","a":"x"}"#);
    check(r#"{"n":[1,23],"a":"x"}"#, &[("1,23", "N")], r#"{"n":["{N}","{N}"],"a":"x"}"#);
    check(r#"{"n":12345}"#, &[("12", "A"), ("45", "B")], r#"{"n":"{A}"}"#);
    check(r#"{"a":"x","b":"y"}"#, &[(r#"x","b":"y"#, "A")], r#"{"a":"{A}","{A}":"{A}"}"#);
    check(r#"{"a":"Jos\u00e9 x"}"#, &[(r"s\u00", "A")], r#"{"a":"Jo{A} x"}"#);
    check(r#"{"a":"say \"hi\""}"#, &[(r#""hi\"#, "A")], r#"{"a":"say {A}"}"#);
    let nested = r#"{"body":"{\"card\":4111,\"n\":\"Ada\"}"}"#;
    check(nested, &[("4111", "C"), ("Ada", "N")], r#"{"body":"{\"card\":\"{C}\",\"n\":\"{N}\"}"}"#);
}

#[test]
fn a_claim_has_the_labels_of_what_is_found_in_it_and_no_original_where_none_may_be_kept() {
    let text = format!("card {CARD} cvv 123 exp 12/29");
    let both = of(&["CreditCardNumber", "CreditCardSecurityCode"]);
    let claims = [on(&text, CARD, "Card"), on(&text, "123", "Code")];
    let (event, findings) = put_claimed(&text, &both, &claims);
    assert_eq!(stored(&event), "card {Card} cvv {Code} exp 12/29");
    let [card, code] = event.event().marks() else { panic!() };
    assert_eq!((card.others.as_slice(), card.sealed), ([id("CreditCardNumber")].as_slice(), true));
    assert_eq!((code.others.as_slice(), code.sealed), ([id("CreditCardSecurityCode")].as_slice(), false));
    assert_eq!(opened(&event), format!("card {CARD} cvv {{Code}} exp 12/29"));
    assert_eq!(findings.counts().len(), 2, "findings are reported as ever");
    let one = UnmaskScope::all().of_identifiers([id("slot-Card")]);
    assert_eq!(open_with(&event, &key(3), &one).unwrap().withheld, 1, "both labels must be allowed");
    let two = UnmaskScope::all().of_identifiers([id("slot-Card"), id("CreditCardNumber")]);
    assert!(open_with(&event, &key(3), &two).unwrap().text.expose().contains(CARD));
}

/// Whether the original of each mark is kept, by what stands there.
fn kept(text: &str, event: &Protected) -> Vec<(String, bool)> {
    let marks = event.event().marks().iter();
    marks.map(|mark| (text.get(mark.raw.range()).unwrap().to_owned(), mark.sealed)).collect()
}

#[test]
fn what_is_discarded_at_one_place_is_kept_under_no_claim_of_the_event() {
    let text = r#"{"said":"my cvv is 731","slots":{"Cvv":{"shape":"Scalar","value":{"originalValue":"seven three one","resolved":["731","7 3 1"]}},"Sum":{"value":"7310"},"Note":{"value":"use 731, Ada"},"Part":{"value":"31"}}}"#;
    let claims = [
        on(text, "seven three one", "Cvv"),
        on(text, r#"731","7 3 1"#, "Cvv"),
        on(text, "7310", "Sum"),
        on(text, "use 731, Ada", "Note"),
        claim(text.find(r#""31""#).unwrap() + 1, text.find(r#""31""#).unwrap() + 3, "Part", Sensitivity::Low),
    ];
    let codes = of(&["CreditCardSecurityCode"]);
    let (event, _) = put_claimed(text, &codes, &claims);
    let sealed: Vec<_> = kept(text, &event).into_iter().filter(|(_, sealed)| *sealed).collect();
    assert_eq!(sealed, [("7310".to_owned(), true)], "{}", stored(&event));
    let seen = opened(&event);
    assert!(seen.contains("7310") && !seen.contains("731\"") && !seen.contains("seven"), "{seen}");
    let read = Stored::of(&event).read::<Protected>();
    assert_eq!(read.as_ref(), Ok(&event));
    // Issuers keep them, if they say so; without a policy nothing is known to be a code.
    let settings = Settings { keep_card_codes: true, ..Settings::default() };
    let issuer = compiled(None, Some(policy(&["CreditCardSecurityCode"], &[])), &settings);
    for protection in [&issuer, &Protection::none()] {
        let (event, _) = put_claimed(text, protection, &claims);
        assert!(kept(text, &event).iter().all(|(_, sealed)| *sealed));
        assert_eq!(opened(&event), text);
    }
}

#[test]
fn claims_of_codes_leave_no_original_with_and_without_a_policy() {
    let text = "the code 731, again 731, for Ada";
    let code = Claim { discard: true, ..on(text, "731", "Code") };
    let claims = [code, on(text, "again 731", "Said"), on(text, "Ada", "Owner")];
    let check = |protection: &Protection, wanted: [bool; 3], seen: &str| {
        let (event, _) = put_claimed(text, protection, &claims);
        assert_eq!(stored(&event), "the code {Code}, {Said}, for {Owner}");
        let sealed: Vec<_> = kept(text, &event).into_iter().map(|(_, sealed)| sealed).collect();
        assert_eq!((sealed.as_slice(), opened(&event).as_str()), (wanted.as_slice(), seen));
    };
    for protection in [&Protection::none(), &of(&["EmailAddress"])] {
        check(protection, [false, false, true], "the code {Code}, {Said}, for Ada");
    }
    let settings = Settings { keep_card_codes: true, ..Settings::default() };
    check(&compiled(None, Some(policy(&["EmailAddress"], &[])), &settings), [true; 3], text);
}

#[test]
fn where_claims_meet_the_highest_level_counts() {
    let levels = |text: &str, claims: &[Claim]| {
        let (event, _) = put_claimed(text, &Protection::none(), claims);
        let marks = event.event().marks().iter();
        marks.map(|mark| (mark.rule.as_str().to_owned(), mark.identifiers().count())).collect::<Vec<_>>()
    };
    let low = |text: &str, part: &str, slot: &str| Claim { level: Sensitivity::Low, ..on(text, part, slot) };
    let high = (String::from("slot-high"), 2);
    let number = r#"{"n":12345}"#;
    assert_eq!(levels(number, &[low(number, "12", "A"), on(number, "45", "B")]), std::slice::from_ref(&high));
    assert_eq!(
        levels(CARD, &[low(CARD, "5424", "Zip"), on(CARD, CARD, "Card")]),
        std::slice::from_ref(&high)
    );
    assert_eq!(levels(CARD, &[low(CARD, "5424188", "Zip"), on(CARD, "188205", "Card")]), [high]);
}

#[test]
fn who_lost_count_of_bytes_hides_everything() {
    let text = r#"{"card":"x"}"#;
    let (event, _) = put_claimed(text, &Protection::none(), &[claim(3, 99, "Card", Sensitivity::Low)]);
    assert_eq!((stored(&event), opened(&event).as_str()), ("{Card}", text));
}

#[test]
fn policies_decide_by_the_level_of_the_slot() {
    let text = format!("{CARD} ann@example.com 192.0.2.7");
    let claims = [
        Claim { level: Sensitivity::High, ..on(&text, CARD, "Card") },
        Claim { level: Sensitivity::Low, ..on(&text, "ann@example.com", "Mail") },
    ];
    let (event, _) = put_claimed(&text, &of(&["IpAddress"]), &claims);
    let check = |effect: &str, condition: &str, wanted: Option<[bool; 3]>| {
        let own = format!(
            r#"{{"Effect":"{effect}","Action":"logs:Unmask","Resource":"*","Condition":{condition}}}"#
        );
        let all = r#"{"Effect":"Allow","Action":"logs:*","Resource":"*"}"#;
        let statements = if effect == "Deny" { format!("{all},{own}") } else { own };
        assert_eq!(seen_by(&statements, &event), wanted, "{effect} {condition}");
    };
    let is = |level: &str| format!(r#"{{"StringEquals":{{"sotto:Classification":"{level}"}}}}"#);
    check("Deny", &is("high"), Some([false, true, true]));
    check("Deny", &is("low"), Some([true, false, true]));
    check("Deny", &is("medium"), Some([true; 3]));
    check("Allow", &is("low"), Some([false, true, false]));
    check("Deny", r#"{"Null":{"sotto:Classification":"true"}}"#, Some([true, true, false]));
    check("Deny", r#"{"StringEquals":{"sotto:IdentifierType":"slot-Card"}}"#, Some([false, true, true]));
}

#[test]
fn a_new_policy_keeps_claims() {
    let text = format!(r#"{{"a":"card {CARD}","n":"Ada at ann@example.com"}}"#);
    let claims = [on(&text, "5424", "Bin"), on(&text, "Ada", "Owner")];
    let (first, _) = put_claimed(&text, &Protection::none(), &claims);
    let wide = of(&["CreditCardNumber", "EmailAddress"]);
    let (second, _) = again(&first, &wide, 4).unwrap();
    assert!(stored(&second).contains("{Bin}") && stored(&second).contains("{Owner} at ***************"));
    let seen = open_with(&second, [key(3), key(4)].as_slice(), &UnmaskScope::all()).unwrap();
    assert_eq!(seen.text.expose(), &text);
    assert!(again(&second, &wide, 5).is_none());
}

/// Claims at random places of a text, some beside each other, some over each other.
fn laid(text: &str, places: &[(usize, usize, bool)]) -> Vec<Claim> {
    let length = text.len().max(1);
    let one = |(nth, (start, size, high)): (usize, &(usize, usize, bool))| {
        let start = start % length;
        let level = if *high { Sensitivity::High } else { Sensitivity::Low };
        claim(start, (start + size).min(text.len()), &format!("S{nth}"), level)
    };
    places.iter().enumerate().map(one).collect()
}

fn places() -> impl Strategy<Value = Vec<(usize, usize, bool)>> {
    prop::collection::vec((0..400_usize, 0..30_usize, any::<bool>()), 0..6)
}

/// Whether every byte of a span lies under some mark, but for signs of JSON's structure.
fn is_covered(text: &str, event: &Protected, span: ByteSpan) -> bool {
    let structure = |byte: u8| {
        matches!(byte, b'{' | b'}' | b'[' | b']' | b':' | b',' | b'"' | b'\\' | b' ' | b'\n' | b'\t' | b'\r')
    };
    let marks = event.event().marks();
    span.range()
        .all(|at| structure(text.as_bytes()[at]) || marks.iter().any(|mark| mark.raw.range().contains(&at)))
}

/// Between the marks the stored text is what came.
fn gaps_agree(text: &str, event: &Protected) -> bool {
    let (mut raw, mut masked) = (0, 0);
    let ends = [(text.len(), text.len(), stored(event).len(), stored(event).len())];
    let marks = event.event().marks().iter();
    let all = marks.map(|mark| (mark.raw.start(), mark.raw.end(), mark.masked.start(), mark.masked.end()));
    all.chain(ends).all(|(raw_start, raw_end, masked_start, masked_end)| {
        let agree = text.get(raw..raw_start) == stored(event).get(masked..masked_start);
        (raw, masked) = (raw_end, masked_end);
        agree
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if std::env::var_os("SOTTO_LANE").is_some() { 4_000 } else { 300 }))]

    #[test]
    fn nothing_of_a_claim_or_of_a_finding_stays(text in mixture(), places in places(), style in 0..4_usize) {
        let claims = laid(&text, &places);
        let (alone, found) = put(&text, &ALL[style]);
        let (event, findings) = put_claimed(&text, &ALL[style], &claims);
        prop_assert_eq!(opened(&event), text.as_str());
        prop_assert!(gaps_agree(&text, &event));
        for claim in &claims {
            prop_assert!(is_covered(&text, &event, claim.bytes), "{:?} {:?}", claim, stored(&event));
        }
        for mark in alone.event().marks() {
            prop_assert!(is_covered(&text, &event, mark.raw), "{:?} {:?}", mark, stored(&event));
        }
        prop_assert!(findings.iter().count() >= found.iter().count());
        for mark in event.event().marks() {
            let chars = |text: &str, range: std::ops::Range<usize>| text.get(range).unwrap().chars().count();
            prop_assert_eq!(chars(&text, 0..mark.raw.start()), mark.raw_chars.start());
            prop_assert_eq!(chars(stored(&event), 0..mark.masked.start()), mark.masked_chars.start());
            prop_assert_eq!(chars(stored(&event), mark.masked.range()), mark.masked_chars.length());
        }
        let read = Stored::of(&event).read::<Protected>();
        prop_assert_eq!(read.as_ref(), Ok(&event));
        if let Some((second, _)) = again(&event, &ALL[style], 3) {
            prop_assert_eq!(opened(&second), text.as_str());
            let names = |event: &Protected| stored(event).matches("{S").count();
            prop_assert!(names(&second) >= names(&event));
        }
    }

    #[test]
    fn entries_of_json_stay_json(parts in prop::collection::vec(mixture(), 1..4), places in places(), number in any::<i64>()) {
        let text = serde_json::json!({"number": number, "list": [1, 22, number], "texts": parts, "nested": {"deep": parts.first()}}).to_string();
        let claims = laid(&text, &places);
        // Values begin with a letter or digit; a claim that begins with a sign of JSON would hide that sign.
        let begins = |claim: &Claim| text.as_bytes().get(claim.bytes.start()).is_some_and(u8::is_ascii_alphanumeric);
        let claims: Vec<_> = claims.into_iter().filter(begins).collect();
        let (plain, _) = put(&text, &ALL[0]);
        prop_assume!(serde_json::from_str::<serde_json::Value>(stored(&plain)).is_ok());
        for protection in [&Protection::none(), &ALL[0]] {
            let (event, _) = put_claimed(&text, protection, &claims);
            prop_assert_eq!(opened(&event), text.as_str());
            let read = serde_json::from_str::<serde_json::Value>(stored(&event));
            prop_assert!(read.is_ok(), "{} of {}", stored(&event), text);
            for claim in &claims {
                prop_assert!(is_covered(&text, &event, claim.bytes));
            }
        }
    }
}
