//! Is this the machine-readable zone of a passport, identity card or visa?
//!
//! ICAO Doc 9303 parts 3 to 7: two lines of 44 (TD3, MRV-A), two of 36 (TD2, MRV-B) or three of 30 (TD1).
//! Check digits over document number, birth, expiry and (not on visas) a composite: weights 7, 3, 1,
//! letters from A = 10, the filler `<` as 0, modulo ten. The second line of TD3 and TD2 is enough by
//! itself: it holds everything but the name.

use super::digits::rank;

/// From and to, as in `from..to`.
type Span = (usize, usize);

/// Lines parted by line ends (also written as `\n`), spaces or bars, or all in one run.
pub(crate) fn valid(value: &[u8]) -> bool {
    let mut lines = value.split(|byte| b"\n\r\\nr |".contains(byte)).filter(|line| !line.is_empty());
    match (lines.next(), lines.next(), lines.next(), lines.next()) {
        (Some(all), None, ..) => is_run(all),
        (Some(one), Some(two), None, _) => is_pair(one, two),
        (Some(one), Some(two), Some(three), None) => three.len() == 30 && is_text(three) && is_pair(one, two),
        _ => false,
    }
}

/// All lines without a break, or the second line alone.
fn is_run(all: &[u8]) -> bool {
    match all.len() {
        44 | 36 => is_second(all, false),
        88 => all.split_at_checked(44).is_some_and(|(one, two)| is_pair(one, two)),
        72 => all.split_at_checked(36).is_some_and(|(one, two)| is_pair(one, two)),
        90 => all.split_at_checked(60).is_some_and(|(card, three)| is_text(three) && is_card(card)),
        _ => false,
    }
}

fn is_pair(one: &[u8], two: &[u8]) -> bool {
    match (one.len(), two.len()) {
        (44, 44) | (36, 36) => is_text(one) && is_second(two, one.starts_with(b"V")),
        (30, 30) => {
            let mut card = [0; 60];
            card.iter_mut().zip(one.iter().chain(two)).for_each(|(to, from)| *to = *from);
            is_card(&card)
        }
        _ => false,
    }
}

/// The second line of TD3 and TD2 and of visas: number, nationality, birth, sex, expiry, options.
fn is_second(line: &[u8], visa: bool) -> bool {
    let composite = visa || checked(line, &[(0, 10), (13, 20), (21, line.len() - 1)], line.len() - 1);
    is_text(line)
        && checked(line, &[(0, 9)], 9)
        && checked(line, &[(13, 19)], 19)
        && checked(line, &[(21, 27)], 27)
        && composite
}

/// The first two lines of TD1 together: number in the first, birth, expiry and composite in the second.
fn is_card(card: &[u8]) -> bool {
    let number = card.get(14) == Some(&b'<') || checked(card, &[(5, 14)], 14);
    let dates = checked(card, &[(30, 36)], 36) && checked(card, &[(38, 44)], 44);
    is_text(card) && number && dates && checked(card, &[(5, 30), (30, 37), (38, 45), (48, 59)], 59)
}

/// Is the character at `at` the check digit of the spans, one after the other?
fn checked(line: &[u8], spans: &[Span], at: usize) -> bool {
    let fields = spans.iter().filter_map(|&(from, to)| line.get(from..to)).flatten();
    let sum: u32 = fields.zip([7, 3, 1].iter().cycle()).map(|(&symbol, weight)| rank(symbol) * weight).sum();
    line.get(at).is_some_and(|check| check.is_ascii_digit() && rank(*check) == sum % 10)
}

fn is_text(line: &[u8]) -> bool {
    line.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'<')
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // Specimens of Doc 9303: TD3 (part 4), TD2 (part 6), TD1 (part 5), MRV-A (part 7).
        let good = [
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
            "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
            "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6",
            "I<UTOD231458907<<<<<<<<<<<<<<<\\n7408122F1204159UTO<<<<<<<<<<<6\\nERIKSSON<<ANNA<MARIA<<<<<<<<<<",
            "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<",
        ];
        let bad = [
            "L898902C36UTO7408122F1204159ZE184226B<<<<<11",
            "L898902C46UTO7408122F1204159ZE184226B<<<<<10",
            "L898902C36UTO7408123F1204159ZE184226B<<<<<10",
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
            "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<7",
            "",
            "l898902c36uto7408122f1204159ze184226b<<<<<10",
            "L898902C36UTO7408122F1204159ZE184226B<<<<<1",
        ];
        crate::validate::testing::check("icao-mrz", &good, &bad);
    }
}
