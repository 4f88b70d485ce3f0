//! Names and addresses in whole texts, and twice over: what is masked is never a name again.

use crate::scanner::{Mode, Scanner, Selection};
use sotto_sensitive::RawText;

fn scanner(mode: Mode) -> Scanner {
    Scanner::builder().mode(mode).select(Selection::All).build().unwrap()
}

/// The findings of names and addresses, as `label:text`.
fn found(scanner: &Scanner, text: &str) -> Vec<String> {
    let all = scanner.scan(&RawText::new(text.to_owned()));
    let shown = all.iter().map(|d| (scanner.identifier(d.rule).as_str(), text.get(d.bytes.range()).unwrap()));
    shown
        .filter(|(id, _)| matches!(*id, "Name" | "Address"))
        .map(|(id, value)| format!("{id}:{value}"))
        .collect()
}

#[test]
fn people_are_found_where_people_write() {
    let scanner = scanner(Mode::Own);
    for (text, expected) in [
        ("Hello, my name is Emma Wilson and I need help", &["Name:Emma Wilson"][..]),
        ("customer: hi, i am emma and i live at 12 oak street", &["Name:emma", "Address:12 oak street"]),
        ("2026-01-01 10:00:00 INFO chat - she said: my name is Emma Wilson", &["Name:Emma Wilson"]),
        ("{\"customer\":\"Emma Wilson\",\"n\":1}", &["Name:Emma Wilson"]),
        ("agent: what is your address?\ncustomer: 1546 maurice lane", &["Address:1546 maurice lane"]),
        (
            "Please ship to:\nEmma Wilson\n742 Elm Street\nDover, DE 19901",
            &["Address:742 Elm Street\nDover, DE 19901"],
        ),
        ("{\"street\":\"12 oak street\",\"n\":1}", &["Address:12 oak street"]),
    ] {
        let got = found(&scanner, text);
        assert!(expected.iter().all(|one| got.iter().any(|other| other == one)), "{got:?} in {text}");
    }
}

#[test]
fn machines_name_nobody() {
    let scanner = scanner(Mode::Own);
    for text in [
        "{\"name\":\"Times New Roman\",\"family\":\"Lucida Console\"}",
        "2026-01-01 10:00:00,123 WARN [Thread Pool] com.example.JacksonConverter - Please check the logs of Robin Scheduler",
        "at org.sample.Martin.getName(JordanForm.java:12)",
        "Jan  1 10:00:00 charlie systemd[1]: Started Session c2 of user root.",
        "SELECT name FROM customers WHERE name = 'TaylorSeries' AND street IS NOT NULL",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.2 Safari/605.1.15",
        "issuer: CN=DigiCert Global Root G2, O=VeriSign Class 3, C=US",
        "worker 57 Event Loop took 820 ms, drive 3 of 1, street view disabled",
    ] {
        assert_eq!(found(&scanner, text), [""; 0], "{text}");
    }
}

#[test]
fn policies_want_full_names_and_complete_addresses() {
    let scanner = scanner(Mode::AwsPolicy);
    assert_eq!(found(&scanner, "hello, my name is Emma Wilson, thanks"), ["Name:Emma Wilson"]);
    assert_eq!(found(&scanner, "hello, my name is Emma, thanks"), [""; 0]);
    assert_eq!(found(&scanner, "i live at 12 Oak Street, thanks"), [""; 0]);
    assert_eq!(
        found(&scanner, "i live at 12 Oak Street, Dover, DE 19901, thanks"),
        ["Address:12 Oak Street, Dover, DE 19901"]
    );
}

/// Replaces each finding by asterisks of its length, or by its label.
fn masked(scanner: &Scanner, text: &str, label: bool) -> String {
    let mut out = String::new();
    let mut at = 0;
    for found in scanner.scan(&RawText::new(text.to_owned())) {
        out.push_str(text.get(at..found.mask.start()).unwrap());
        match label {
            true => out.push_str(&format!("[{}]", scanner.identifier(found.rule).as_str())),
            false => out.push_str(&"*".repeat(found.chars.length())),
        }
        at = found.mask.end();
    }
    out.push_str(text.get(at..).unwrap());
    out
}

#[test]
fn a_second_pass_finds_nothing_new() {
    let scanner = scanner(Mode::Own);
    let names = [
        "Emma Wilson",
        "emma",
        "Qwilla Brandt Ferro",
        "O'Hara Jean-Pierre",
        "Dr. Anna",
        "Will Grant May",
        "smith j",
    ];
    let frames = [
        "my name is {}, and this is {} speaking",
        "{} {} told me that {} lives at 12 Oak Street, {} too",
        "Dear {},\nI met {} and Mrs {} with card 4111 1111 1111 1111\nregards, {}",
        "10:00:00 INFO user {} said hello to {} from 10.0.0.1 about {}",
        "{\"customer\":\"{}\",\"msg\":\"please call {} at +1 415-555-0123\"}",
        "{}? {}! the {} of {} is in {}",
    ];
    for (number, frame) in frames.iter().enumerate() {
        for shift in 0..names.len() {
            let mut text = (*frame).to_owned();
            let mut next = shift + number;
            while text.contains("{}") {
                text = text.replacen("{}", names.get(next % names.len()).unwrap(), 1);
                next += 1;
            }
            for label in [false, true] {
                let once = masked(&scanner, &text, label);
                assert_eq!(masked(&scanner, &once, label), once, "from {text}");
            }
        }
    }
}
