//! Which known names did the author probably mean?

/// Names longer than this are not compared: nothing known is nearly as long.
const CHARS_MAX: usize = 80;
const SUGGESTED_MAX: usize = 3;

/// The known names nearest to a given one, best first; empty when none is near.
///
/// Near is: equal but for case; the same name with another ending after `-` (`Ssn` for `Ssn-US`); or few slips of the keyboard
/// (Damerau-Levenshtein distance, adjacent transpositions count one), at most one in three characters.
pub(crate) fn closest<'k>(given: &str, known: impl IntoIterator<Item = &'k str>) -> Vec<&'k str> {
    let given: Vec<char> = given.chars().take(CHARS_MAX + 1).map(|c| c.to_ascii_lowercase()).collect();
    if given.is_empty() || given.len() > CHARS_MAX {
        return Vec::new();
    }
    let mut near: Vec<(usize, &str)> =
        known.into_iter().filter_map(|name| rank(&given, name).map(|rank| (rank, name))).collect();
    near.sort_unstable();
    let best = near.first().map_or(0, |(rank, _)| *rank);
    near.into_iter()
        .take_while(|(rank, _)| *rank <= best + 1)
        .map(|(_, name)| name)
        .take(SUGGESTED_MAX)
        .collect()
}

/// How far a name is: 0 for a difference of case only, `None` when it is not near.
fn rank(given: &[char], name: &str) -> Option<usize> {
    let name: Vec<char> = name.chars().map(|c| c.to_ascii_lowercase()).collect();
    let stem = |chars: &[char]| chars.iter().position(|c| *c == '-').unwrap_or(chars.len());
    if given == name {
        return Some(0);
    }
    let (given_stem, name_stem) = (stem(given), stem(&name));
    let one_bare = given_stem == given.len() || name_stem == name.len();
    if one_bare && given.get(..given_stem) == name.get(..name_stem) {
        return Some(1);
    }
    let slips = distance(given, &name);
    (slips <= name.len().max(given.len()).div_ceil(3).min(5)).then_some(slips)
}

/// Optimal string alignment distance, three rows at a time.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut a_before = None;
    for (i, a_char) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        let mut b_before = None;
        for (j, b_char) in b.iter().enumerate() {
            let cell = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX - 1);
            let mut best = (cell(&last, j) + usize::from(a_char != b_char))
                .min(cell(&last, j + 1) + 1)
                .min(cell(&row, j) + 1);
            if a_before == Some(b_char) && b_before == Some(a_char) && j > 0 {
                best = best.min(cell(&before, j - 1) + 1);
            }
            row.push(best);
            b_before = Some(b_char);
        }
        before = std::mem::replace(&mut last, row);
        a_before = Some(a_char);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted() {
        let count =
            |a: &str, b: &str| distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
        for (a, b, expected) in [
            ("", "", 0),
            ("a", "", 1),
            ("", "ab", 2),
            ("abc", "abc", 0),
            ("abc", "acb", 1),
            ("kitten", "sitting", 3),
            ("ca", "abc", 3),
        ] {
            assert_eq!(count(a, b), expected, "{a} {b}");
            assert_eq!(count(b, a), expected, "{b} {a}");
        }
    }

    #[test]
    fn suggestions() {
        const KNOWN: [&str; 7] =
            ["EmailAddress", "Address", "Ssn-ES", "Ssn-US", "PhoneNumber", "PhoneNumber-US", "IpAddress"];
        for (given, expected) in [
            ("EmailAdress", &["EmailAddress"][..]),
            ("emailaddress", &["EmailAddress"]),
            ("Ssn", &["Ssn-ES", "Ssn-US"]),
            ("Adress", &["Address"]),
            ("PhoneNumber-FI", &["PhoneNumber", "PhoneNumber-US"]),
            ("Blood", &[]),
            ("", &[]),
        ] {
            assert_eq!(closest(given, KNOWN), expected, "{given}");
        }
        assert!(closest(&"x".repeat(10_000), KNOWN).is_empty());
    }
}
