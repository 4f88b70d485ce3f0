//! Cases of the phone matcher. Numbers are invented (555-01xx, Ofcom's and ARCEP's ranges for drama) or are
//! libphonenumber's published examples (`tests/vectors/phones.txt`).

use super::*;

const VECTORS: &str = include_str!("../../../tests/vectors/phones.txt");

/// What is found in `text` when every place is asked that the engine would ask.
fn found<'t>(text: &'t str, region: Option<&str>, keyword: bool) -> Vec<&'t str> {
    let region = region.map(|name| RegionCode::from_code(name).expect("a region of the table"));
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let begins = matches!(byte, b'+' | b'(' | b'0'..=b'9');
        let inside = at > 0 && bytes[at - 1].is_ascii_alphanumeric();
        match begins.then(|| match_at(bytes, at, region, keyword)).flatten().filter(|_| !inside) {
            Some(hit) => {
                found.push(text.get(at..hit.end).expect("whole characters"));
                at = hit.end;
            }
            None => at += 1,
        }
    }
    found
}

fn check(text: &str, region: Option<&str>, keyword: bool, want: &[&str]) {
    assert_eq!(found(text, region, keyword), want, "{text:?} region {region:?} keyword {keyword}");
}

#[test]
fn international() {
    for number in [
        "+12025550147",
        "+1 202-555-0147",
        "+1 (202) 555-0147",
        "+1.202.555.0147",
        "+1.2025550147",
        "+1-555-123-4567",
        "+11234567890",
        "+911234567890",
        "+44 20 7946 0958",
        "+44 (0)20 7946 0958",
        "+44(0)2079460958",
        "(+44) 20 7946 0958",
        "+(44) 20 7946 0958",
        "+442079460958",
        "+33 1 99 00 12 34",
        "+33 (0)6 39 98 12 34",
        "+49 30 23125 123",
        "+49 (030) 23125 123",
        "+49 30/23125-123",
        "+39 06 1234 5678",
        "+55 11 91234-5678",
        "+55 (011) 91234-5678",
        "+61 2 5550 1234",
        "+254 709 716000",
        "+91 98765 43210",
        "+86 139 1234 5678",
        "+800 1234 5678",
        "+34\u{a0}612\u{a0}34\u{a0}56\u{a0}78",
        "+1 202\u{2011}555\u{2011}0147",
        "+12025550147x123",
        "+1 202-555-0147 ext. 12345",
        "+12025550147;ext=12",
    ] {
        for (before, after) in
            [("", ""), ("at ", "."), ("(", ")"), ("\"", "\","), ("tel:", " 12x"), ("<", "> 2024-01-01")]
        {
            // "(" before "(+44)" is one parenthesis too many for the number itself, not for the text
            check(&format!("{before}{number}{after}"), None, false, &[number]);
        }
    }
}

#[test]
fn not_international() {
    for text in [
        "+1 2345",
        "+1 2345 6",
        "+0 123 456 789",
        "+999 123 456 789",
        "+1 123",
        "score +3, +12, +2024",
        "2024-01-01T00:00:00+00:00",
        "2024-01-01T00:00:00+0530 12",
        "+44 20 7946 ****",
        "+1 202-555-****",
        "+1202555014712345678",
        "lat +40.712812 lon +74.006015",
        "+33.868820 +151.209290",
        "+3.14159265358",
        "++12025550147",
        "+12025550147a",
        "+1 619-275-5700-12",
    ] {
        check(text, None, false, &[]);
    }
}

#[test]
fn north_american_without_keyword() {
    for number in [
        "(202) 555-0147",
        "(202)555-0147",
        "202-555-0147",
        "202.555.0147",
        "1-202-555-0147",
        "1 (202) 555-0147",
        "1.202.555.0147",
        "202 555-0147",
        "(555) 123-4567",
        "001-202-555-0147",
        "001-538-560-6689x283",
        "(123) 456-7890",
        "202-555-0147x12345",
        "202-555-0147 x12",
    ] {
        check(&format!("see {number}, please"), None, false, &[number]);
        check(&format!("[{number}]"), Some("US"), false, &[number]);
    }
    let hit = match_at(b"202-555-0147", 0, None, false).expect("a match");
    assert!(hit.formatted && !hit.international && hit.region == RegionCode::US && hit.end == 12);
    let hit = match_at(b"604-555-0147", 0, None, false).expect("a match");
    assert_eq!(hit.region.as_str(), "CA");
    for text in [
        "2025550147",
        "202 555 0147",
        "155-555-0147",
        "102.555.0147",
        "999-999-9999",
        "12-202-555-0147",
        "202-555-0147-1",
        "202-555-01471",
        "1.2.202.555.0147",
        "202.555.0147.1",
        "***-555-0147",
        "202-555-****",
        "*-202-555-0147",
        "$202-555-0147",
        "219-09-9999",
        "555-0147",
        "2024-01-01",
        "12/31/2024",
    ] {
        check(text, None, false, &[]);
    }
}

#[test]
fn north_american_with_keyword() {
    for number in [
        "2025550147",
        "202 555 0147",
        "12025550147",
        "1 202 555 0147",
        "202 5550147",
        "123-456-7890",
        "(013) 456-7890",
        "555-0147",
        "5551234567",
        "001 202 555 0147",
        "2025550147 ext 3",
        "(202) 555 0147",
    ] {
        check(&format!("call {number} now"), None, true, &[number]);
        check(&format!("call {number}: now"), Some("US"), true, &[number]);
    }
    check("604-555-0147", Some("US"), true, &[]);
    check("604-555-0147", Some("CA"), true, &["604-555-0147"]);
    check("+1 604-555-0147", Some("US"), true, &[]);
    check("+44 20 7946 0958", Some("US"), true, &[]);
}

#[test]
fn national_with_keyword() {
    for (region, number) in [
        ("GB", "020 7946 0958"),
        ("GB", "02079460958"),
        ("GB", "(020) 7946 0958"),
        ("GB", "07700 900123"),
        ("GB", "20 7946 0958"),
        ("GB", "1793 414926"),
        ("GB", "0044 20 7946 0958"),
        ("FR", "01 99 00 12 34"),
        ("FR", "01.99.00.12.34"),
        ("FR", "0199001234"),
        ("FR", "1 99 00 12 34"),
        ("DE", "030 23125 123"),
        ("DE", "030/23125-123"),
        ("DE", "(0171) 3920012"),
        ("DE", "01713920012"),
        ("ES", "612 34 56 78"),
        ("ES", "612345678"),
        ("ES", "91 234 56 78"),
        ("IT", "02 1234 5678"),
        ("IT", "06/12345678"),
        ("IT", "347 123 4567"),
        ("IT", "3471234567"),
        ("BR", "(11) 91234-5678"),
        ("BR", "11 91234-5678"),
        ("BR", "11912345678"),
        ("BR", "(011) 2345-6789"),
    ] {
        check(&format!("tel. {number}, thanks"), Some(region), true, &[number]);
        check(&format!("tel={number}\t"), None, true, &[number]);
        assert!(
            match_at(number.as_bytes(), 0, Some(RegionCode::US), true).is_none()
                || region == "BR"
                || region == "IT"
        );
        if !number.starts_with("(0") {
            check(&format!("part {number} "), Some(region), false, &[]);
        }
    }
    // grouped as elsewhere: Malaysia, Mexico, Australia, Kenya
    for number in ["12-559 9034", "55 5395 4586", "02 5550 1234", "0709 716000"] {
        check(&format!("phone {number}."), None, true, &[number]);
    }
}

#[test]
fn not_even_with_keyword() {
    for text in [
        "2024-01-01",
        "2024-01-01 12:00:00",
        "31.12.2024",
        "12/31/2024 10",
        "10.0.0.1",
        "192.168.100.200",
        "010.020.030.040",
        "3.14159265",
        "0.123456789",
        "1.618033988",
        "1700000000",
        "1700000000000",
        "550e8400-e29b-41d4-a716-446655440000",
        "550e8400-e29b-41d4-a716-012079460958",
        "4111 1111 1111 1111",
        "4000 0123 4567 8901",
        "4111-1111-1111-1111",
        "219-09-9999",
        "12345-6789",
        "02110-1301",
        "2018-2021",
        "2021-23358",
        "8 9 10 11 12 13",
        "0.0987887",
        "-2025550147",
        "=-2025550147",
        "2147483647",
        "06 07 08 09 10",
        "10:00:2025550147",
        "612-34-5678",
        "1.2.3.4.5.6.7",
        "12:30:45",
        "123456789012345678901234567890",
        "100,000,000",
        "***********",
        "** **** 4545",
        "(***) ***-0147",
        "*** 555-0147",
        "202-555-01**",
        "+** 20 **** 0958",
        "1.2.345",
        "v1.22.333",
        "",
        "+",
        "(",
        "()",
        "(1",
        "+(",
    ] {
        check(text, None, true, &[]);
    }
}

#[test]
fn the_row_ends_where_the_number_ends() {
    check("+1 619-275-5700 2024", None, false, &["+1 619-275-5700"]);
    check("+44 20 7946 0958 12 rooms", None, false, &["+44 20 7946 0958"]);
    check("tel +49 30 23125123 2024-01-01 10:00", None, true, &["+49 30 23125123"]);
    check("call 202-555-0147 10:30", None, true, &["202-555-0147"]);
    check("202-555-0147 202-555-0148", None, true, &["202-555-0147", "202-555-0148"]);
    check("+12025550147,+12025550148", None, false, &["+12025550147", "+12025550148"]);
    check("2024-01-01 10:00:00 2025550147", None, true, &["2025550147"]);
    check("202-555-0147 extra", None, false, &["202-555-0147"]);
    check("202-555-0147 x 3", None, false, &["202-555-0147"]);
}

#[test]
fn published_examples() {
    let mut count = 0;
    for line in VECTORS.lines().filter(|line| !line.starts_with('#')) {
        let mut cells = line.split(" | ");
        let region = cells.next().expect("a region");
        for number in cells.by_ref().take(2) {
            let hit =
                match_at(number.as_bytes(), 0, None, false).unwrap_or_else(|| panic!("{region} {number}"));
            assert_eq!((hit.end, hit.international), (number.len(), true), "{region} {number}");
            count += 1;
        }
        for number in cells.filter(|number| number.bytes().filter(u8::is_ascii_digit).count() >= DIGITS_MIN) {
            check(&format!("tel: {number} "), Some(region), true, &[number]);
            check(&format!("tel: {number} "), None, true, &[number]);
            count += 2;
        }
    }
    assert!(count > 2000, "{count} numbers");
}

#[test]
fn any_bytes_are_borne() {
    let pieces: [&[u8]; 12] =
        [b"+", b"(", b")", b"0", b"1", b"44", b"555", b" ", b"-", b".", &[0xC2, 0xA0], &[0xE2, 0x80]];
    let mut state = 7_u32;
    for _ in 0..20_000 {
        let mut text = Vec::new();
        for _ in 0..(state % 17) {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.extend_from_slice(pieces[(state >> 16) as usize % pieces.len()]);
        }
        state = state.wrapping_add(1);
        for at in 0..=text.len() {
            for keyword in [false, true] {
                let hit = match_at(&text, at, None, keyword);
                assert!(hit.is_none_or(|hit| hit.end > at && hit.end <= text.len()));
            }
        }
    }
}
