//! Which stored messages does a filter pattern select, and which values does it read from them?
//!
//! Page "Filter pattern syntax for metric filters, subscription filters, filter log events, and Live Tail": four forms, told
//! apart by their first character. A [`FilterPattern`] is parsed once and matches any number of messages, without a clock
//! and without allocating where the form allows it. It sees stored text only: a pattern for a value that was masked
//! matches nothing, which is what masking at arrival means.
//!
//! Where the page and what the service was seen to answer differ, the page holds: `*` stands for any run of characters at
//! every place of a value (recorded answers of `TestMetricFilter` show a matcher that tries the first place only).

mod condition;
mod delimited;
mod metric;
mod object;
mod regex;
mod selector;
mod terms;

pub use metric::{MetricValue, TestedEvent, test_events};
pub use selector::Selector;

use crate::cursor::Cursor;
use crate::error::QueryError;
use crate::json::Json;
use condition::Values;
use delimited::Delimited;
use object::Condition;
use std::borrow::Cow;
use std::fmt;
use terms::Terms;

/// Longest filter pattern, in characters (API reference, "PutMetricFilter").
pub const PATTERN_CHARS_MAX: usize = 1_024;
/// Most regular expressions of one pattern (page "Filter pattern syntax", quotas).
pub const REGEX_COUNT_MAX: usize = 2;
/// Deepest parentheses.
const DEPTH_MAX: usize = 32;

/// What a pattern reads from a message: names as `TestMetricFilter` shows them (`$status`, `$7`), and values.
pub type Extracted = Vec<(String, String)>;

/// A checked filter pattern. An invalid one cannot exist.
#[derive(Clone)]
pub struct FilterPattern {
    form: Form,
    regex_count: usize,
}

#[derive(Clone)]
enum Form {
    /// Terms, phrases and regular expressions over the whole text.
    Terms(Terms),
    /// `{ ... }` over a JSON object.
    Object(Condition),
    /// `[ ... ]` over fields parted by spaces.
    Delimited(Delimited),
}

impl FilterPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// Where it breaks the grammar or a quota, with the place.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let length = text.chars().count();
        if length > PATTERN_CHARS_MAX {
            let problem = "a filter pattern has 1,024 characters at most";
            return Err(QueryError::Pattern { start: PATTERN_CHARS_MAX, end: length, problem });
        }
        let mut reader = PatternReader { cursor: Cursor::new(text), regex_count: 0 };
        reader.cursor.skip_space();
        let form = match reader.cursor.peek() {
            Some('{') => Form::Object(object::parse(&mut reader)?),
            Some('[') => Form::Delimited(delimited::parse(&mut reader)?),
            _ => Form::Terms(terms::parse(&mut reader)?),
        };
        reader.finish()?;
        Ok(Self { form, regex_count: reader.regex_count })
    }

    /// Whether a stored message is selected.
    pub fn matches(&self, message: &str) -> bool {
        match &self.form {
            Form::Terms(terms) => terms.matches(message),
            Form::Object(condition) => read_object(message).is_some_and(|json| condition.holds(&json)),
            Form::Delimited(pattern) => pattern.matches(message),
        }
    }

    /// What is read from a message that is selected: the fields of a space-delimited pattern, nothing for other forms.
    pub fn extract(&self, message: &str) -> Option<Extracted> {
        match &self.form {
            Form::Delimited(pattern) => pattern.extract(message),
            Form::Terms(_) | Form::Object(_) => self.matches(message).then(Vec::new),
        }
    }

    /// The value that a selector of this pattern finds in a message, whether or not the message is selected.
    pub fn select(&self, selector: &Selector, message: &str) -> Option<String> {
        match (&self.form, selector) {
            (Form::Object(_), Selector::Path(path)) => {
                let json = read_object(message)?;
                path.find(&json).into_iter().find_map(|value| value.scalar().map(Cow::into_owned))
            }
            (Form::Delimited(pattern), Selector::Field(name)) => pattern.field(name, message),
            _ => None,
        }
    }

    /// Whether a selector can find anything through this pattern: `$.` goes with JSON patterns, `$name` with a field of a
    /// space-delimited one.
    pub fn knows(&self, selector: &Selector) -> bool {
        match (&self.form, selector) {
            (Form::Object(_), Selector::Path(_)) => true,
            (Form::Delimited(pattern), Selector::Field(name)) => pattern.has_field(name),
            _ => false,
        }
    }

    /// Regular expressions in it: at most five filters of a log group may hold any.
    pub fn regex_count(&self) -> usize {
        self.regex_count
    }

    /// Whether it selects every message.
    pub fn selects_all(&self) -> bool {
        matches!(&self.form, Form::Terms(terms) if terms.is_empty())
    }
}

/// Says which form it has: the text itself may be sensitive.
impl fmt::Debug for FilterPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.form {
            Form::Terms(_) => "FilterPattern(terms)",
            Form::Object(_) => "FilterPattern(JSON)",
            Form::Delimited(_) => "FilterPattern(space-delimited)",
        })
    }
}

/// A message that is a JSON object; others never match a JSON pattern.
fn read_object(message: &str) -> Option<Json<'_>> {
    let begins = message.trim_start().starts_with('{');
    begins.then(|| Json::read(message))?
}

/// Reading a pattern: where it stands, and how many regular expressions it has met.
struct PatternReader {
    cursor: Cursor,
    regex_count: usize,
}

impl PatternReader {
    /// An error over what lies between a place and here, one character at least.
    fn wrong(&self, start: usize, problem: &'static str) -> QueryError {
        QueryError::Pattern { start, end: self.cursor.at().max(start + 1), problem }
    }

    fn expect(&mut self, expected: &str, problem: &'static str) -> Result<(), QueryError> {
        self.cursor.skip_space();
        let at = self.cursor.at();
        match self.cursor.eat(expected) {
            true => Ok(()),
            false => Err(self.wrong(at, problem)),
        }
    }

    fn finish(&mut self) -> Result<(), QueryError> {
        self.cursor.skip_space();
        match self.cursor.is_done() {
            true => Ok(()),
            false => Err(self.wrong(self.cursor.at(), "nothing may follow the closing bracket")),
        }
    }

    /// A phrase in double quotes; `\"` and `\\` stand for the characters themselves.
    fn quoted(&mut self) -> Result<String, QueryError> {
        let start = self.cursor.at();
        self.expect("\"", "a double quote belongs here")?;
        let mut text = String::new();
        while let Some(c) = self.cursor.next() {
            match (c, self.cursor.peek()) {
                ('"', _) => return Ok(text),
                ('\\', Some(escaped @ ('"' | '\\'))) => {
                    self.cursor.next();
                    text.push(escaped);
                }
                _ => text.push(c),
            }
        }
        Err(self.wrong(start, "the closing double quote is missing"))
    }

    /// A regular expression between percent signs.
    fn regex(&mut self) -> Result<::regex::Regex, QueryError> {
        let start = self.cursor.at();
        self.expect("%", "a percent sign belongs here")?;
        self.regex_count += 1;
        if self.regex_count > REGEX_COUNT_MAX {
            return Err(self.wrong(start, "a pattern has two regular expressions at most"));
        }
        let source = self.cursor.take_while(|c| c != '%');
        if !self.cursor.eat("%") {
            return Err(self.wrong(start, "the closing percent sign is missing"));
        }
        regex::compile(&source).map_err(|(offset, problem)| {
            let at = start + 1 + offset;
            QueryError::Pattern { start: at, end: at + 1, problem }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Pattern, messages it selects, messages it does not.
    fn check(pattern: &str, yes: &[&str], no: &[&str]) {
        let compiled = FilterPattern::parse(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
        yes.iter()
            .for_each(|message| assert!(compiled.matches(message), "{pattern} should select {message}"));
        no.iter()
            .for_each(|message| assert!(!compiled.matches(message), "{pattern} should not select {message}"));
    }

    fn wrong(pattern: &str, start: usize) {
        let error = FilterPattern::parse(pattern).expect_err(pattern);
        assert_eq!(error.place().map(|(start, _)| start), Some(start), "{pattern}: {error}");
    }

    /// Examples of the page "Filter pattern syntax" and of its older edition "Filter and Pattern Syntax".
    #[test]
    fn the_documented_examples_hold() {
        check(
            "ERROR",
            &["[ERROR] A fatal exception has occurred", "Exiting with ERRORCODE: -1"],
            &["error", "WARN"],
        );
        check("\"ERROR\" -\"Exiting\"", &["[ERROR] A fatal exception"], &["Exiting with ERRORCODE: -1"]);
        check("ERROR Exception", &["[ERROR] Caught IllegalArgumentException"], &["[ERROR] x", "Exception"]);
        let lines = ["ERROR WARN message", "ERROR message", "WARN message"];
        check("?ERROR ?WARN", &lines, &["INFO"]);
        check("ERROR -WARN", &[lines[1]], &[lines[0], lines[2]]);
        check("[w1=ERROR, w2]", &[lines[1]], &[lines[0], lines[2]]);
        check("[w1=ERROR || w1=WARN, w2]", &[lines[1], lines[2]], &[lines[0]]);
        check("[w1=!ERROR&&w1=!WARN, w2]", &["INFO message"], &[lines[1], lines[2]]);
        check("%AUTHORIZED%", &["NOT UNAUTHORIZED", "AUTHORIZED"], &["authorized"]);
    }

    #[test]
    fn terms_select_by_all_any_and_none() {
        check("", &["", "anything"], &[]);
        check("   ", &["anything"], &[]);
        check("\" \"", &["two words"], &["oneword"]);
        check("?a plain", &["plain"], &["a"]);
        check("-no", &["yes", ""], &["no"]);
        check("?a ?b -c", &["a", "b"], &["ac", "x"]);
        check("\"say \\\"hi\\\" \\\\\"", &[r#"say "hi" \ "#], &["say hi"]);
        check("%[a-c]{2}\\d% x_1", &["ab7 x_1"], &["ab7", "x_1"]);
        check("?%^a% ?%z$%", &["abc", "xyz"], &["ba za"]);
        check("ärger", &["der ärger"], &["arger"]);
        assert!(FilterPattern::parse("").unwrap().selects_all());
        assert!(!FilterPattern::parse("a").unwrap().selects_all());
    }

    const EVENT: &str = r#"{"eventType":"UpdateTrail","sourceIPAddress":"111.111.111.111","arrayKey":["value","another value"],
        "objectList":[{"name":"a","id":1},{"name":"b","id":2}],"SomeObject":null,"ThisFlag":true,"empty":"","someInt":123,
        "someFloat":12.34,"twelve":12.0,"user.id":7,"coordinates":[[0,1,2],[4,5,6]],"nested":{},"neg":-2.5e1}"#;

    fn json(yes: &[&str], no: &[&str]) {
        yes.iter().for_each(|pattern| check(pattern, &[EVENT], &["", "[]", "plain text", "{\"cut\":", "7"]));
        no.iter().for_each(|pattern| check(pattern, &[], &[EVENT]));
    }

    /// The page's examples, and answers that `TestMetricFilter` of the service was seen to give.
    #[test]
    fn json_conditions_compare_as_the_service_does() {
        json(
            &[
                "{ $.eventType = \"UpdateTrail\" }",
                "{ $.eventType = UpdateTrail }",
                "{ $.sourceIPAddress != 123.123.* }",
                "{ $.arrayKey[0] = \"value\" }",
                "{ $.objectList[1].id = 2 }",
                "{ $.SomeObject IS NULL }",
                "{ $.SomeOtherObject NOT EXISTS }",
                "{ $.ThisFlag IS TRUE }",
                "{ $.someInt = \"123\" }",
                "{ $.someInt != \"123.0\" }",
                "{ $.someInt = 123.0 }",
                "{ $.someInt = \"1*\" }",
                "{ $.someInt = *23 }",
                "{ $.someInt = * }",
                "{ $.empty = \"*\" }",
                "{ $.twelve = 12 }",
                "{ $.twelve != \"12\" }",
                "{ $.someFloat = 12.3* }",
                "{ $.someFloat != \"4*1\" }",
                "{ $.sourceIPAddress = *.111.111.111 }",
                "{ $.sourceIPAddress != 111 }",
                "{ $.someInt > 1 && $.someInt <= 123 && $.someInt >= 1.23e2 && $.someInt < +1000 }",
                "{ $.neg = -25 }",
                "{ $.['user.id'] = 7 }",
                "{ $.coordinates[1][2] = 6 }",
                "{ $.objectList[*].name = b }",
                "{ $.eventType = %^Upd[a-z]+Tr% }",
                "{ $.eventType != %^X% }",
                "{ ($.eventType = no || $.someInt = 123) && $.ThisFlag IS TRUE }",
                "{ $.eventType = UpdateTrail || $.someInt = 9 && $.someInt = 8 }",
                "{ $.eventType=UpdateTrail&&$.someInt=123 }",
            ],
            &[
                "{ $.users = 1 }",
                "{ $.arrayKey = 1 }",
                "{ $.arrayKey != 1 }",
                "{ $.nested != \"x\" }",
                "{ $.ThisFlag[0] = \"value\" }",
                "{ $.objectList[1].number = 2 }",
                "{ $.notThere = \"UpdateTrail\" }",
                "{ $.notThere != \"UpdateTrail\" }",
                "{ $.notThere IS NULL }",
                "{ $.SomeObject NOT EXISTS }",
                "{ $.ThisFlag IS FALSE }",
                "{ $.someInt != 123 }",
                "{ $.someInt != \"123\" }",
                "{ $.someInt = \"123.00\" }",
                "{ $.eventType >= 123 }",
                "{ $.eventType < 123 }",
                "{ $.eventType = Update }",
                "{ $.nested > 1 }",
                "{ ($.eventType = UpdateTrail || $.someInt = 9) && $.someInt = 8 }",
            ],
        );
    }

    const REQUEST: &str =
        r#"127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534"#;

    #[test]
    fn delimited_patterns_count_compare_and_extract() {
        let yes = [
            "[ip, user, username, timestamp, request, status_code, bytes]",
            "[..., status_code, bytes]",
            "[ip, user, ..., status_code, bytes]",
            "[ip, user, ...]",
            "[ip, user, username, timestamp, request, status_code, bytes > 1000]",
            "[ip, user, username, timestamp, request = *html*, status_code = 4*, bytes]",
            "[ip, user, username, timestamp, request, status_code = 4* && status_code != 403, bytes]",
            "[ip=%127\\.0\\.0\\.[1-9]%, ...]",
            "[..., request=\"GET *\", (code = 404 || code = 410), bytes]",
            "[..., bytes = 1534.0]",
        ];
        let no = [
            "[ip, user]",
            "[ip, user, username, timestamp, request, status_code, bytes > 2000]",
            "[ip, user, username, timestamp, request, status_code = 4* && status_code != 404, bytes]",
            "[ip, user > 1, ...]",
        ];
        yes.iter().for_each(|pattern| check(pattern, &[REQUEST], &[""]));
        no.iter().for_each(|pattern| check(pattern, &[], &[REQUEST]));
        check("[a, b]", &["[x y] \"p \\\" q\"", "  one   two ", "[x y"], &["[x y]", "one"]);
        let pattern = FilterPattern::parse("[..., request=*.html*, status_code=4*,]").unwrap();
        let mut found = pattern.extract(REQUEST).unwrap();
        found.sort();
        let expected = [
            ("$1", "127.0.0.1"),
            ("$2", "-"),
            ("$3", "frank"),
            ("$4", "10/Oct/2000:13:25:15 -0700"),
            ("$7", "1534"),
            ("$request", "GET /index.html HTTP/1.0"),
            ("$status_code", "404"),
        ];
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(pattern.extract("no match"), None);
        assert_eq!(FilterPattern::parse("x").unwrap().extract("x"), Some(vec![]));
    }

    #[test]
    fn mistakes_have_places() {
        wrong("foo.bar", 3);
        wrong("a \"b", 2);
        wrong("-", 0);
        wrong("%a(b)%", 2);
        wrong("%a", 0);
        wrong("%é%", 1);
        wrong("%something!%", 10);
        wrong("%[a%", 1);
        wrong("%a% %b% %c%", 8);
        wrong("{ $.a = }", 8);
        wrong("{ $.a > abc }", 8);
        wrong("{ $.a > \"123\" }", 8);
        wrong("{ a = 1 }", 2);
        wrong("{ $.a IS MAYBE }", 9);
        wrong("{ $.a = 1 ", 10);
        wrong("{ ($.a = 1 }", 11);
        wrong("{ $.a = 1 } x", 12);
        wrong("{ $.a[x] = 1 }", 6);
        wrong("[a, b", 5);
        wrong("[a, ..., ...]", 9);
        wrong("[a > x]", 5);
        wrong("[a=1 b=2]", 5);
        wrong("[a=1 && c=2]", 8);
        wrong(&format!("{{ {}$.a = 1{} }}", "(".repeat(33), ")".repeat(33)), 35);
    }

    #[test]
    fn length_and_regexes_are_bounded_on_both_sides() {
        assert!(FilterPattern::parse(&"a".repeat(PATTERN_CHARS_MAX)).is_ok());
        assert!(FilterPattern::parse(&"a".repeat(PATTERN_CHARS_MAX + 1)).is_err());
        assert_eq!(FilterPattern::parse("%a% %b%").unwrap().regex_count(), REGEX_COUNT_MAX);
        assert!(FilterPattern::parse(&format!("{{ {}$.a = 1{} }}", "(".repeat(32), ")".repeat(32))).is_ok());
        let bomb = format!("%{}%", "a{1000}{1000}".repeat(4));
        assert!(FilterPattern::parse(&bomb).is_err(), "a regular expression has a size");
    }

    #[test]
    fn neither_errors_nor_debug_show_what_was_typed() {
        let canary = "canary-4012888888881881";
        for pattern in [
            canary.to_owned(),
            format!("\"{canary}"),
            format!("{{ $.a > {canary} }}"),
            format!("[a > {canary}]"),
        ] {
            let error = FilterPattern::parse(&pattern).expect_err(&pattern);
            assert!(!format!("{error} {error:?}").contains("4012"), "{error}");
        }
        let kept = FilterPattern::parse(&format!("\"{canary}\"")).unwrap();
        assert_eq!(format!("{kept:?}"), "FilterPattern(terms)");
    }

    proptest! {
        #[test]
        fn no_pattern_and_no_message_make_it_panic(
            pattern in "[\\[{]?[a$.=!<>&|*?%\"\\\\ ()\\[\\]{},0-9é-]{0,24}[\\]}]?", message in ".{0,40}"
        ) {
            if let Ok(compiled) = FilterPattern::parse(&pattern) {
                compiled.matches(&message);
                compiled.extract(&message);
            }
        }

        #[test]
        fn a_quoted_phrase_selects_exactly_what_contains_it(phrase in "[a-z .-]{1,6}", message in "[a-z .-]{0,30}") {
            let compiled = FilterPattern::parse(&format!("\"{phrase}\"")).unwrap();
            prop_assert_eq!(compiled.matches(&message), message.contains(&phrase));
        }
    }
}
