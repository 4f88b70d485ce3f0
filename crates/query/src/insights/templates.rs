//! What does `parse` look for? A regular expression, written as one or as a glob whose stars become fields.
//!
//! Page "parse". A glob finds itself anywhere in the text; each star takes as little as it can, and one at the end takes
//! the rest. Regular expressions run in linear time, without back-references, and have a size.

use regex::{Regex, RegexBuilder};

/// Largest compiled expression, in bytes.
const COMPILED_BYTES_MAX: usize = 1024 * 1024;

/// Compiles an expression of a query, here to check it and in the engine to use it.
pub fn compile_regex(source: &str) -> Option<Regex> {
    RegexBuilder::new(source).size_limit(COMPILED_BYTES_MAX).build().ok()
}

/// The regular expression of a glob, and how many fields it has.
pub(super) fn from_glob(glob: &str) -> (String, usize) {
    let pieces: Vec<&str> = glob.split('*').collect();
    let last = pieces.len().saturating_sub(1);
    let mut regex = String::from("(?s)");
    for (at, piece) in pieces.iter().enumerate() {
        if at > 0 {
            let takes_rest = at == last && piece.is_empty();
            regex.push_str(if takes_rest { "(.*)" } else { "(.*?)" });
        }
        regex.push_str(&regex::escape(piece));
    }
    (regex, last)
}

/// The names of the groups of an expression; none when one has no name of its own or there are none.
pub(super) fn group_names(regex: &Regex) -> Vec<String> {
    regex.capture_names().flatten().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(glob: &str, text: &str, expected: &[&str]) {
        let (source, count) = from_glob(glob);
        let regex = compile_regex(&source).unwrap();
        let found: Vec<&str> = regex
            .captures(text)
            .map(|captures| captures.iter().skip(1).flatten().map(|group| group.as_str()).collect())
            .unwrap_or_default();
        assert_eq!((found.as_slice(), count), (expected, glob.matches('*').count()), "{glob}");
    }

    /// The page's own example first.
    #[test]
    fn globs_take_as_little_as_they_can() {
        check("user=*, method:*, latency := *", "x user=a, method:b, latency := 5 ms", &["a", "b", "5 ms"]);
        check("* [*] *", "10:00 [INFO] a [b] c", &["10:00", "INFO", "a [b] c"]);
        check("[*]", "x [y] [z]", &["y"]);
        check("a.c *", "abc d a.c e\nf", &["e\nf"]);
        check("no star", "no star", &[]);
    }
}
