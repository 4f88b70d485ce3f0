//! What differs between an AWS policy document and sotto's own configuration? The laws of each, side by side.
//!
//! AWS's keyword rule and its test cards are those of CloudWatch Logs, "Types of data that you can protect" and "Financial
//! data identifiers"; the conditions of custom identifiers are sotto's.

#![cfg(test)]

use sotto_detect::{
    CustomIdentifier, IdentifierFile, KeywordRule, Mode, Scanner, ScannerBuilder, Selection, TestCards,
    catalog,
};
use sotto_public::IdentifierId;
use sotto_sensitive::RawText;

/// The numbers that are never reported inside AWS policy documents (CloudWatch Logs, "Financial data identifiers").
const TEST_CARDS: [&str; 55] = [
    "76009244561",
    "4222222222222",
    "4911830000000",
    "30569309025904",
    "34343434343434",
    "36148900647913",
    "36700102000000",
    "38520000023237",
    "122000000000003",
    "371449635398431",
    "378282246310005",
    "378734493671000",
    "2222405343248877",
    "2222990905257051",
    "2223007648726984",
    "2223577120017656",
    "3528000700000000",
    "3530111333300000",
    "3566002020360505",
    "4012888888881881",
    "4111111111111111",
    "4444333322221111",
    "4462030000000000",
    "4484070000000000",
    "4917300800000000",
    "4917610000000000",
    "5019717010103742",
    "5105105105105100",
    "5111010030175156",
    "5185540810000019",
    "5200828282828210",
    "5204230080000017",
    "5204740009900014",
    "5420923878724339",
    "5454545454545454",
    "5455330760000018",
    "5506900490000436",
    "5506900490000444",
    "5506900510000234",
    "5506920809243667",
    "5506922400634930",
    "5506927427317625",
    "5553042241984105",
    "5555553753048194",
    "5555555555554444",
    "5610591081018250",
    "6011000400000000",
    "6011000990139424",
    "6011111111111117",
    "6331101999990016",
    "6759649826438453",
    "630490017740292441",
    "630495060000000000",
    "4917610000000000003",
    "6799990100000000019",
];

fn one(id: &str, mode: Mode) -> Scanner {
    Scanner::builder().select(Selection::Id(id.to_owned())).mode(mode).build().unwrap()
}

fn found(scanner: &Scanner, text: &str) -> Vec<String> {
    let found = scanner.scan(&RawText::new(text.to_owned()));
    found.iter().map(|found| text[found.bytes.range()].to_owned()).collect()
}

#[track_caller]
fn check(scanner: &Scanner, cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        assert_eq!(&found(scanner, text), expected, "in {text}");
    }
}

/// The managed identifiers that AWS reports with a keyword only, each with the keyword and a value of its first example.
fn required() -> impl Iterator<Item = (&'static IdentifierFile, &'static str, &'static str)> {
    catalog::all().iter().filter(|file| file.aws && file.keyword_rule == KeywordRule::Required).filter_map(
        |file| {
            let example = file.examples.iter().find(|example| !example.own)?;
            Some((file, file.keywords.first()?.as_str(), example.find.first()?.as_str()))
        },
    )
}

#[test]
fn aws_wants_a_keyword_within_thirty_characters_on_either_side() {
    let (mut count, mut near) = (0, std::collections::BTreeSet::new());
    for (file, keyword, value) in required() {
        let scanner = one(&file.id, Mode::AwsPolicy);
        let before = |gap: usize| format!("{keyword}{}{value}", " ".repeat(gap));
        let after = |gap: usize| format!("{value}{}{keyword}", " ".repeat(gap));
        let wide = |gap: usize| format!("{keyword}{}{value}", " …".repeat(gap / 2) + &" ".repeat(gap % 2));
        assert_eq!(found(&scanner, value), [""; 0], "{} without keyword", file.id);
        // A secret key that begins with letters is looked for behind its keyword only, and close to it.
        if file.id == "AwsSecretKey" {
            continue;
        }
        assert_eq!(found(&scanner, &before(1)), [value], "{} right behind {keyword}", file.id);
        for text in [before(30), after(30), wide(30)] {
            if found(&scanner, &text) != [value] {
                near.insert(file.id.as_str());
            }
        }
        for text in [before(31), after(31), wide(31)] {
            assert_eq!(found(&scanner, &text), [""; 0], "{} in {text}", file.id);
        }
        count += 1;
    }
    assert!(count > 70, "only {count} identifiers want a keyword");
    assert!(near.is_empty(), "too near: {near:?}");
}

#[test]
fn aws_keywords_with_a_blank_count_in_four_spellings() {
    for (file, _, value) in required() {
        let scanner = one(&file.id, Mode::AwsPolicy);
        let of_words = |keyword: &&String| {
            keyword.contains(' ') && keyword.chars().all(|c| c == ' ' || c.is_alphabetic())
        };
        for keyword in file.keywords.iter().filter(of_words) {
            for between in [" ", "", "_", "-"] {
                let text = format!("{}: {value}", keyword.replace(' ', between));
                assert_eq!(found(&scanner, &text), [value], "{} in {text}", file.id);
            }
            let text = format!("{}: {value}", keyword.replace(' ', "/"));
            let parts_count = file
                .keywords
                .iter()
                .any(|other| keyword.split(' ').any(|word| word.eq_ignore_ascii_case(other)));
            assert!(parts_count || found(&scanner, &text).is_empty(), "{} in {text}", file.id);
        }
    }
}

#[test]
fn aws_keywords_are_whole_words_and_names_of_members_count() {
    check(
        &one("Ssn-US", Mode::AwsPolicy),
        &[
            (r#"{"ssn":"536-22-8714"}"#, &["536-22-8714"]),
            (r#"{"user":{"SSN":536228714}}"#, &["536228714"]),
            (r#"{"body":"{\"ssn\":\"536-22-8714\"}"}"#, &["536-22-8714"]),
            ("assn: 536-22-8714", &[]),
            ("ssnx: 536-22-8714", &[]),
            ("lessn 536-22-8714", &[]),
            ("536-22-8714", &[]),
        ],
    );
    check(&one("DriversLicense-US", Mode::AwsPolicy), &[("public 1029384", &[]), ("the adl#x 1029384", &[])]);
    check(
        &one("CreditCardNumber", Mode::AwsPolicy),
        &[
            ("card 4539 0771 5820 3463", &["4539 0771 5820 3463"]),
            ("discard 4539 0771 5820 3463", &[]),
            ("japan 4539 0771 5820 3463", &[]),
            ("4539 0771 5820 3463", &[]),
        ],
    );
}

#[test]
fn further_keywords_count_in_own_configuration_only() {
    let mut count = 0;
    for (file, _, value) in required().filter(|(file, ..)| file.id != "AwsSecretKey") {
        let (own, aws) = (one(&file.id, Mode::Own), one(&file.id, Mode::AwsPolicy));
        let is_published = |further: &str| {
            let joined = |text: &str| text.to_lowercase().replace([' ', '-', '_', '.'], "");
            file.keywords.iter().any(|keyword| joined(further).contains(&joined(keyword)))
        };
        for keyword in file.own_keywords.iter().filter(|keyword| !is_published(keyword)) {
            let text = format!("{keyword} {value}");
            assert_eq!(found(&own, &text), [value], "{} in {text}", file.id);
            assert_eq!(found(&aws, &text), [""; 0], "{} in {text}", file.id);
            count += 1;
        }
    }
    assert!(count > 100, "only {count} further keywords");
}

#[test]
fn aws_needs_no_keyword_for_what_names_itself() {
    let all = Scanner::builder().select(Selection::All).mode(Mode::AwsPolicy).build().unwrap();
    let labels = |text: &str| -> Vec<String> {
        let found = all.scan(&RawText::new(text.to_owned()));
        found.iter().map(|found| all.identifier(found.rule).to_string()).collect()
    };
    assert_eq!(labels("from maria.keller@example.com to"), ["EmailAddress"]);
    assert_eq!(labels("from 192.0.2.17 to 2001:db8::8a2e:370:7334"), ["IpAddress", "IpAddress"]);
    let key = |label: &str| {
        format!("-----BEGIN {label}-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAE\n-----END {label}-----\n")
    };
    assert_eq!(labels(&key("OPENSSH PRIVATE KEY")), ["OpenSshPrivateKey"]);
    assert_eq!(labels(&key("RSA PRIVATE KEY")), ["PkcsPrivateKey"]);
    assert_eq!(labels(&key("PGP PRIVATE KEY BLOCK")), ["PgpPrivateKey"]);
    assert_eq!(labels("call +1 202-555-0147"), ["PhoneNumber-US"]);
}

#[test]
fn test_cards_are_never_reported_inside_policy_documents() {
    let aws = one("CreditCardNumber", Mode::AwsPolicy);
    let ignoring = Scanner::builder()
        .select(Selection::Id("CreditCardNumber".into()))
        .test_cards(TestCards::Ignore)
        .build()
        .unwrap();
    let own =
        Scanner::builder().select(Selection::Category(sotto_detect::Category::Financial)).build().unwrap();
    let mut unseen = Vec::new();
    for card in TEST_CARDS {
        let groups: &[(usize, usize)] = match card.len() {
            16 => &[(0, 4), (4, 8), (8, 12), (12, 16)],
            15 => &[(0, 4), (4, 10), (10, 15)],
            14 => &[(0, 4), (4, 10), (10, 14)],
            length => &[(0, length)],
        };
        let grouped = groups.iter().map(|(from, to)| &card[*from..*to]).collect::<Vec<_>>();
        for written in [card.to_owned(), grouped.join(" "), grouped.join("-")] {
            let text = format!("card number: {written}");
            assert_eq!(found(&aws, &text), [""; 0], "in {text}");
            assert_eq!(found(&ignoring, &text), [""; 0], "in {text}");
        }
        let text = format!("card number: {card}");
        if found(&own, &text) != [card] {
            unseen.push(card);
        }
    }
    assert_eq!(unseen, UNSEEN_TEST_CARDS, "own configuration reports test cards");
    check(&aws, &[("card number: 4539077158203463", &["4539077158203463"])]);
}

/// Test numbers that no card's rule accepts: too short, an issuer's prefix with another length, no issuer's prefix.
const UNSEEN_TEST_CARDS: [&str; 3] = ["76009244561", "34343434343434", "122000000000003"];

#[test]
fn own_configuration_decides_about_test_cards_and_allowed_values() {
    let cards = || Scanner::builder().select(Selection::Id("CreditCardNumber".to_owned()));
    let text = "4111 1111 1111 1111 and 4539-0771-5820-3463";
    assert_eq!(found(&cards().build().unwrap(), text), ["4111 1111 1111 1111", "4539-0771-5820-3463"]);
    assert_eq!(found(&cards().test_cards(TestCards::Ignore).build().unwrap(), text), ["4539-0771-5820-3463"]);
    assert_eq!(
        found(&cards().allow(["4539077158203463".to_owned()]).build().unwrap(), text),
        ["4111 1111 1111 1111"]
    );
    let allowing =
        cards().allow(["4539 0771 5820 3463".to_owned(), "4111-1111-1111-1111".to_owned()]).build().unwrap();
    assert_eq!(found(&allowing, text), [""; 0]);
    let mail = Scanner::builder()
        .select(Selection::Id("EmailAddress".into()))
        .allow(["Help@Example.com".to_owned()])
        .build()
        .unwrap();
    assert_eq!(found(&mail, "help@example.com, maria@example.com"), ["maria@example.com"]);
}

fn custom(regex: &str, change: impl FnOnce(&mut CustomIdentifier)) -> CustomIdentifier {
    let mut custom = CustomIdentifier::pattern(&IdentifierId::new("Badge").unwrap(), regex);
    change(&mut custom);
    custom
}

fn only(custom: CustomIdentifier) -> Scanner {
    only_in(Scanner::builder(), custom)
}

fn only_in(builder: ScannerBuilder, custom: CustomIdentifier) -> Scanner {
    builder.select(Selection::Id("LatLong".to_owned())).custom(custom).build().unwrap()
}

#[test]
fn a_bare_pattern_is_found_in_both_modes() {
    for mode in [Mode::Own, Mode::AwsPolicy] {
        let scanner = only_in(Scanner::builder().mode(mode), custom(r"B-\d{4}", |_| ()));
        check(
            &scanner,
            &[
                ("B-1234", &["B-1234"]),
                ("xB-12345x, B-1", &["B-1234"]),
                ("(B-1234)(B-5678)", &["B-1234", "B-5678"]),
                ("b-1234", &[]),
            ],
        );
        let found = scanner.scan(&RawText::new("é B-1234".to_owned()));
        assert_eq!(scanner.identifier(found[0].rule).as_str(), "Badge");
        assert_eq!((found[0].bytes.range(), found[0].chars.start()), (3..9, 2));
    }
}

#[test]
fn customs_with_keywords() {
    let near = |c: &mut CustomIdentifier| c.keywords = vec!["badge".to_owned(), "staff card".to_owned()];
    check(
        &only(custom(r"B-\d{4}", near)),
        &[
            ("badge B-1234", &["B-1234"]),
            ("staffCard=B-1234", &["B-1234"]),
            ("B-1234 is the badge", &["B-1234"]),
            ("B-1234", &[]),
            ("badger B-1234", &[]),
        ],
    );
    for distance in [1, 7, 30, 300] {
        let scanner =
            only(custom(r"B-\d{4}", |c| (c.keywords, c.distance) = (vec!["badge".to_owned()], distance)));
        let text = |gap: usize| format!("badge{}B-1234", " ".repeat(gap));
        assert_eq!(found(&scanner, &text(distance)), ["B-1234"], "at {distance}");
        assert_eq!(found(&scanner, &text(distance + 1)), [""; 0], "beyond {distance}");
    }
}

#[test]
fn customs_with_ignore_words_groups_and_validators() {
    let ignoring = only(custom(r"B-\w{4}", |c| c.ignore_words = vec!["0000".to_owned(), "test".to_owned()]));
    check(&ignoring, &[("B-1234 B-0000 B-test B-TEST", &["B-1234", "B-TEST"])]);
    let group =
        only(custom(r"order=(?<value>[a-z]{3})(?<rest>\d+)?", |c| c.capture = Some("value".to_owned())));
    check(&group, &[("order=abc12 order=xyz", &["abc", "xyz"]), ("order=AB", &[])]);
    let absent = only(custom(r"order=([a-z]{3})(?<rest>\d+)?", |c| c.capture = Some("rest".to_owned())));
    check(&absent, &[("order=abc12 order=xyz", &["12"])]);
    let valid = only(custom(r"\d{16}", |c| c.validator = Some("luhn".to_owned())));
    check(&valid, &[("4111111111111111 4111111111111112", &["4111111111111111"])]);
}

#[test]
fn customs_stay_on_their_line_and_obey_the_allow_list() {
    let wide = only(custom(r"a[\s\S]*z", |_| ()));
    check(&wide, &[("a..z\na\nz", &["a..z"])]);
    let allowed = Scanner::builder()
        .select(Selection::Id("LatLong".into()))
        .custom(custom(r"B-\d{4}", |_| ()))
        .allow(["b1234".to_owned()]);
    check(&allowed.build().unwrap(), &[("B-1234 B-5678", &["B-5678"])]);
}

/// CloudWatch Logs, "Personally identifiable information": a `Name` is a full name. Elsewhere one name counts where the
/// text around it says that it is one.
#[test]
fn a_policy_knows_full_names_alone() {
    let (policy, own) = (one("Name", Mode::AwsPolicy), one("Name", Mode::Own));
    let both: [(&str, &[&str]); 2] =
        [("hi my name is emma wilson and i lost my card", &["emma wilson"]), ("user laura logged in", &[])];
    check(&policy, &both);
    check(&own, &both);
    for (text, name) in [
        ("hi emma, can you call me back please?", "emma"),
        ("Dear Peter, thank you for your letter.", "Peter"),
        ("customer: my name is Tomasz", "Tomasz"),
    ] {
        check(&policy, &[(text, &[])]);
        check(&own, &[(text, &[name])]);
    }
}
