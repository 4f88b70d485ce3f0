//! The regular expressions of custom data identifiers: which characters they may use, and whether they can be read.
//!
//! CloudWatch Logs User Guide, "Custom data identifiers". Parentheses are not in the list of characters, so there are no groups, no
//! look-around and no back-references. What may stand there is read by `regex-syntax`, over bytes (`\d` and `\w` are ASCII).

use super::rule::Rule;
use regex_syntax::ast;
use regex_syntax::hir::{self, Hir, HirKind};
use std::ops::Range;

/// The longest regular expression, in characters.
pub const REGEX_CHARS_MAX: usize = 200;
/// How many single-character steps a regular expression may have when its repeats are written out (our bound; none is documented).
pub const REGEX_STEPS_MAX: u64 = 10_000;

const NEST_MAX: u32 = 100;
const LITERALS: &str = "_#=@/;,- ";
const OPERATORS: &str = r"^$?[]{}|\*+.";
const ALLOWED: &str =
    r"letters, digits, a space and `_ # = @ / ; , -`, with the operators `^ $ ? [ ] { } | \ * + .`";

/// What is wrong with a regular expression, at which bytes of it, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RegexFault {
    pub(crate) rule: Rule,
    pub(crate) span: Range<usize>,
    pub(crate) what: String,
    pub(crate) fix: String,
}

/// Everything wrong with a regular expression. Its syntax is only judged when its characters are right.
pub(crate) fn check(regex: &str) -> Vec<RegexFault> {
    let mut faults: Vec<RegexFault> = length(regex).into_iter().chain(characters(regex)).collect();
    if faults.is_empty() {
        faults.extend(meaning(regex));
    }
    faults
}

fn fault(rule: Rule, span: Range<usize>, what: impl Into<String>, fix: impl Into<String>) -> RegexFault {
    RegexFault { rule, span, what: what.into(), fix: fix.into() }
}

fn length(regex: &str) -> Option<RegexFault> {
    let chars = regex.chars().count();
    let whole = 0..regex.len();
    match chars {
        0 => Some(fault(
            Rule::RegexLength,
            whole,
            "the regular expression is empty",
            "write one of 1 to 200 characters",
        )),
        _ if chars > REGEX_CHARS_MAX => {
            let what = format!("the regular expression has {chars} characters");
            let fix =
                format!("shorten it to at most {REGEX_CHARS_MAX}, or make two custom data identifiers of it");
            Some(fault(Rule::RegexLength, whole, what, fix))
        }
        _ => None,
    }
}

/// The first of each character that the dialect does not have.
fn characters(regex: &str) -> Vec<RegexFault> {
    let mut seen = Vec::new();
    let mut faults = Vec::new();
    for (at, c) in regex.char_indices() {
        let allowed = c.is_ascii_alphanumeric() || LITERALS.contains(c) || OPERATORS.contains(c);
        if !allowed && !seen.contains(&c) {
            seen.push(c);
            if c == '(' {
                seen.push(')');
            }
            let what = format!("the regular expression uses {}", name(c));
            faults.push(fault(Rule::RegexCharacter, at..at + c.len_utf8(), what, instead(c)));
        }
    }
    faults
}

/// A character in words.
fn name(c: char) -> String {
    match c {
        '`' => "a backtick".to_owned(),
        c if c.is_ascii_graphic() => format!("`{c}`"),
        c if c.is_control() => "a control character".to_owned(),
        c => format!("a character outside ASCII (U+{:04X})", u32::from(c)),
    }
}

/// What to write instead of a character that is not allowed.
fn instead(c: char) -> String {
    match c {
        '(' | ')' => {
            "groups are not available: write the alternatives as custom data identifiers of their own"
                .to_owned()
        }
        c if !c.is_ascii() || c.is_ascii_control() => format!("use {ALLOWED}"),
        _ => format!("write `.` where this character stands in the text; allowed are {ALLOWED}"),
    }
}

fn meaning(regex: &str) -> Option<RegexFault> {
    let mut parser =
        regex_syntax::ParserBuilder::new().unicode(false).utf8(false).nest_limit(NEST_MAX).build();
    match parser.parse(regex) {
        Err(error) => Some(unreadable(&error)),
        Ok(hir) if steps(&hir) > REGEX_STEPS_MAX => {
            let what = "the regular expression becomes too large when its repeats are written out";
            Some(fault(
                Rule::RegexSize,
                0..regex.len(),
                what,
                "lower the numbers in `{...}`; 10,000 characters are the most",
            ))
        }
        Ok(hir) if hir.properties().minimum_len().is_none_or(|least| least == 0) => {
            let what = "the regular expression also matches the empty text";
            let fix = "ask for at least one character, as in `+` in place of `*`";
            Some(fault(Rule::RegexEmptyMatch, 0..regex.len(), what, fix))
        }
        Ok(_) => None,
    }
}

/// How many single-character steps an expression has with its repeats written out.
fn steps(hir: &Hir) -> u64 {
    let sum = |parts: &[Hir]| parts.iter().map(steps).fold(0, u64::saturating_add);
    match hir.kind() {
        HirKind::Empty => 0,
        HirKind::Look(_) | HirKind::Class(_) => 1,
        HirKind::Literal(literal) => literal.0.len() as u64,
        HirKind::Capture(capture) => steps(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => sum(parts),
        HirKind::Repetition(repeat) => {
            let times = repeat.max.unwrap_or(repeat.min.saturating_add(1));
            steps(&repeat.sub).max(1).saturating_mul(u64::from(times))
        }
    }
}

fn unreadable(error: &regex_syntax::Error) -> RegexFault {
    let (span, (what, fix)) = match error {
        regex_syntax::Error::Parse(error) => (error.span(), syntax(error.kind())),
        regex_syntax::Error::Translate(error) => (error.span(), translation(error.kind())),
        _ => return fault(Rule::RegexSyntax, 0..0, UNREADABLE.0, UNREADABLE.1),
    };
    let start = span.start.offset;
    // Where something is missing the library marks a point: mark the character there, or the end.
    fault(Rule::RegexSyntax, start..span.end.offset.max(start + 1), what, fix)
}

const UNREADABLE: (&str, &str) = ("the regular expression cannot be read", "check the part that is marked");

/// A fault of syntax in our words: the library's own words repeat the expression.
fn syntax(kind: &ast::ErrorKind) -> (&'static str, &'static str) {
    use ast::ErrorKind as Kind;
    match kind {
        Kind::ClassUnclosed => ("a `[` is not closed", "add `]`"),
        Kind::ClassRangeInvalid => {
            ("the range in `[...]` runs backwards", "write the lower end first, as in `a-z`")
        }
        Kind::ClassRangeLiteral => {
            ("a range in `[...]` needs single characters at both ends", "write it as in `0-9`")
        }
        Kind::ClassEscapeInvalid => {
            ("this escape has no meaning inside `[...]`", "write the character itself")
        }
        Kind::EscapeUnexpectedEof => {
            ("a backslash stands at the end", "write `\\\\` twice for a backslash, or remove it")
        }
        Kind::EscapeUnrecognized => {
            ("this escape has no meaning", "write the character without its backslash")
        }
        Kind::UnsupportedBackreference => {
            ("back-references are not available", "remove the backslash before the digit")
        }
        Kind::EscapeHexEmpty | Kind::EscapeHexInvalid | Kind::EscapeHexInvalidDigit => {
            ("this hexadecimal escape is wrong", "write `\\x` and two hexadecimal digits")
        }
        Kind::RepetitionMissing => {
            ("there is nothing here to repeat", "write what to repeat before it, or escape it")
        }
        Kind::RepetitionCountInvalid => {
            ("the counts in `{...}` run backwards", "write the lower count first")
        }
        Kind::RepetitionCountUnclosed => ("a `{` is not closed", "add `}`, or escape it as `\\{`"),
        Kind::RepetitionCountDecimalEmpty | Kind::DecimalEmpty | Kind::DecimalInvalid => (
            "the count in `{...}` is not a number that can be used",
            "write it as in `{2}`, `{2,}` or `{2,4}`",
        ),
        Kind::NestLimitExceeded(_) => ("too many repeats stand on each other", "write one repeat"),
        Kind::SpecialWordBoundaryUnclosed
        | Kind::SpecialWordBoundaryUnrecognized
        | Kind::SpecialWordOrRepetitionUnexpectedEof => ("`\\b{` is not a repeat", "remove the braces"),
        _ => UNREADABLE,
    }
}

fn translation(kind: &hir::ErrorKind) -> (&'static str, &'static str) {
    use hir::ErrorKind as Kind;
    match kind {
        Kind::UnicodeNotAllowed
        | Kind::UnicodePropertyNotFound
        | Kind::UnicodePropertyValueNotFound
        | Kind::UnicodePerlClassNotFound => {
            ("classes of Unicode are not available", "write the characters, as in `[A-Za-z]`")
        }
        _ => UNREADABLE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readable_ones() {
        for regex in [
            r"EmployeeId-\d{9}",
            "[A-Z]{3}_[0-9]+",
            r"^id=\w+$",
            "a|b",
            "#=@/;,- _",
            r"\\",
            r"[^ ]{2,8}",
            r"x\.y\*",
            r"\bID\d",
            r"[a-z]{2}?x",
            r"\D\S\W\s",
            r"\[\]\{\}",
            "a.b",
            r"\x41\d",
            &"a".repeat(200),
        ] {
            assert_eq!(check(regex), [], "{regex}");
        }
    }

    #[test]
    fn refused_ones_say_where() {
        for (regex, rule, span) in [
            ("", Rule::RegexLength, 0..0),
            (&"a".repeat(201), Rule::RegexLength, 0..201),
            ("a(b", Rule::RegexCharacter, 1..2),
            ("é", Rule::RegexCharacter, 0..2),
            ("a:b:c", Rule::RegexCharacter, 1..2),
            ("a\tb", Rule::RegexCharacter, 1..2),
            ("[a-z", Rule::RegexSyntax, 0..1),
            ("x[z-a]", Rule::RegexSyntax, 2..5),
            ("*a", Rule::RegexSyntax, 0..1),
            ("a{2,1}", Rule::RegexSyntax, 1..6),
            ("a{2", Rule::RegexSyntax, 1..3),
            ("a{", Rule::RegexSyntax, 1..2),
            (r"ab\", Rule::RegexSyntax, 2..3),
            (r"a\1", Rule::RegexSyntax, 1..3),
            (r"a\p{L}", Rule::RegexSyntax, 1..6),
            (r"a\q", Rule::RegexSyntax, 1..3),
            ("a{100}{101}", Rule::RegexSize, 0..11),
            ("a{4000000000}{4000000000}", Rule::RegexSize, 0..25),
            ("a*", Rule::RegexEmptyMatch, 0..2),
            ("^$", Rule::RegexEmptyMatch, 0..2),
            ("a|b?", Rule::RegexEmptyMatch, 0..4),
        ] {
            let faults = check(regex);
            let first = faults.first().map(|fault| (fault.rule, fault.span.clone()));
            assert_eq!(first, Some((rule, span)), "{regex}: {faults:?}");
        }
        assert_eq!(check("(a)(b):").len(), 2);
    }

    #[test]
    fn size_is_bounded_on_both_sides() {
        assert_eq!(check("a{100}{100}"), []);
        assert_eq!(check("a{100}{100}b").len(), 1);
    }
}
