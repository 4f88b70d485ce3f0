//! Which regular expressions may a filter pattern hold? Those of the page "Filter pattern syntax", and no others.
//!
//! Letters, digits, some signs, the operators `^ $ ? [ ] { } | \ * + .`, the classes `\d \D \s \S \w \W` and `\xhh`;
//! neither parentheses nor characters outside ASCII. The dialect is translated, so that the engine's own extensions
//! (nested classes, set operations, Unicode classes) cannot be reached. Matching takes linear time, and a compiled
//! expression has a size. A space is accepted beside the documented signs: the page's own users write phrases.

use ::regex::{Regex, RegexBuilder};

/// Largest compiled expression, in bytes.
const COMPILED_BYTES_MAX: usize = 256 * 1024;

/// Signs that stand for themselves.
const SIGNS: &str = ":_#=@/;,- ";
/// Operators that are passed on.
const OPERATORS: &str = "^$?{}|*+.";

/// The expression, or the character at fault (counted from 0 within the source) and why.
pub(super) fn compile(source: &str) -> Result<Regex, (usize, &'static str)> {
    let translated = translate(source)?;
    let built = RegexBuilder::new(&translated).size_limit(COMPILED_BYTES_MAX).build();
    built.map_err(|_| (0, "it is no regular expression, or one that is too large"))
}

fn translate(source: &str) -> Result<String, (usize, &'static str)> {
    let chars: Vec<char> = source.chars().collect();
    let mut out = String::new();
    let mut in_class = false;
    let mut at = 0;
    while let Some(c) = chars.get(at).copied() {
        let next = chars.get(at + 1).copied();
        match c {
            '\\' => {
                let (escape, length) = escape(chars.get(at + 1..).unwrap_or_default(), in_class)
                    .ok_or((at, "this escape is not supported"))?;
                out.push_str(&escape);
                at += length;
            }
            '[' if in_class => out.push_str("\\["),
            '[' => {
                in_class = true;
                out.push('[');
                if next == Some('^') {
                    out.push('^');
                    at += 1;
                }
            }
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            '-' if in_class && next == Some('-') => out.push_str("\\-"),
            '^' if in_class => out.push_str("\\^"),
            c if c.is_ascii_alphanumeric() || SIGNS.contains(c) || OPERATORS.contains(c) => out.push(c),
            '(' | ')' => return Err((at, "parentheses are not supported in a regular expression")),
            c if !c.is_ascii() => return Err((at, "a regular expression holds ASCII characters only")),
            _ => return Err((at, "this character is not supported in a regular expression")),
        }
        at += 1;
    }
    match in_class {
        true => Err((0, "the closing bracket of a class is missing")),
        false => Ok(out),
    }
}

/// What follows a backslash, translated, and how many characters of the source it took.
fn escape(tail: &[char], in_class: bool) -> Option<(String, usize)> {
    let class = |inner: &str, negated: &str| if in_class { inner.to_owned() } else { negated.to_owned() };
    let translated = match tail.first()? {
        'd' => class("0-9", "[0-9]"),
        's' => class(" \\t\\n\\r\\f\\v", "[ \\t\\n\\r\\f\\v]"),
        'w' => class("0-9A-Za-z_", "[0-9A-Za-z_]"),
        'D' => "[^0-9]".to_owned(),
        'S' => "[^ \\t\\n\\r\\f\\v]".to_owned(),
        'W' => "[^0-9A-Za-z_]".to_owned(),
        'x' => {
            let digits: String = tail.get(1..3)?.iter().collect();
            let ascii = u8::from_str_radix(&digits, 16).ok().filter(u8::is_ascii)?;
            return Some((format!("\\x{ascii:02x}"), 3));
        }
        c if c.is_ascii_punctuation() => ::regex::escape(&c.to_string()),
        _ => return None,
    };
    Some((translated, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expression, texts it finds itself in, texts it does not.
    fn check(source: &str, yes: &[&str], no: &[&str]) {
        let regex = compile(source).unwrap_or_else(|(at, why)| panic!("{source}: {at} {why}"));
        yes.iter().for_each(|text| assert!(regex.is_match(text), "{source} in {text}"));
        no.iter().for_each(|text| assert!(!regex.is_match(text), "{source} not in {text}"));
    }

    /// Examples of the page "Filter pattern syntax", section on operators.
    #[test]
    fn the_documented_operators_work() {
        check("^[hc]at", &["hat", "cats"], &["a hat"]);
        check("[hc]at$", &["a hat"], &["hats"]);
        check("colou?r", &["color", "colour"], &["colouur"]);
        check("[abcx-z]", &["y"], &["d"]);
        check("a{3,5}", &["aaa"], &["aa"]);
        check("gray|grey", &["grey"], &["gry"]);
        check("10\\.10\\.0\\.1", &["10.10.0.1"], &["10a10.0.1"]);
        check("10.0.*.1", &["10.0.13.1"], &["10.0"]);
        check("ab+c", &["abbc"], &["ac"]);
        check("\\x41\\d\\D\\s\\S\\w\\W", &["A1x y_!"], &["A1x y_z"]);
    }

    #[test]
    fn the_engine_s_extensions_cannot_be_reached() {
        check("[[a]", &["[", "a"], &["b"]);
        check("[a--]", &["-", "a"], &["b"]);
        check("[\\d\\-]", &["-", "5"], &["x", "\u{0665}"]);
        check("\\d", &["7"], &["\u{0665}"]);
        check("a.b", &["aéb"], &["ab"]);
        let refused = [
            "(a)", "a!", "é", "[a", "\\b", "\\p", "\\xzz", "\\x80", "a&b", "a~b", "\\", "a{2,1}", "*", "a<b",
            "a\"b",
        ];
        refused.iter().for_each(|source| assert!(compile(source).is_err(), "{source}"));
    }
}
