//! How is a test run told? As lines, as one object, or as JUnit's XML, which continuous integration reads.

use crate::args::TestFormat;
use crate::fault::Fault;
use crate::out;
use anyhow::Result;
use serde_json::json;
use std::fmt::Write as _;
use std::io::Write;
use std::time::Duration;

/// A conversation, or the search of the logs.
pub(super) struct Case {
    pub(super) file: String,
    pub(super) name: String,
    pub(super) took: Duration,
    /// What was not as expected.
    pub(super) problems: Vec<String>,
}

pub(super) fn write(cases: &[Case], format: TestFormat) -> Result<()> {
    let text = match format {
        TestFormat::Text => lines(cases),
        TestFormat::Json => object(cases),
        TestFormat::Junit => junit(cases),
    };
    let mut out = out::plain();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| Fault::output(&error))
}

fn failed(cases: &[Case]) -> usize {
    cases.iter().filter(|case| !case.problems.is_empty()).count()
}

fn lines(cases: &[Case]) -> String {
    let mut text = String::new();
    for case in cases {
        let word = if case.problems.is_empty() { "ok" } else { "FAILED" };
        let _ = writeln!(text, "{word}  {}: {}", case.file, case.name);
        case.problems.iter().for_each(|problem| {
            let _ = writeln!(text, "        {problem}");
        });
    }
    let _ = writeln!(text, "{} of {} as expected", cases.len() - failed(cases), cases.len());
    text
}

fn object(cases: &[Case]) -> String {
    let case = |case: &Case| {
        json!({"file": case.file, "name": case.name, "ok": case.problems.is_empty(), "problems": case.problems,
            "seconds": case.took.as_secs_f64()})
    };
    let cases_of: Vec<_> = cases.iter().map(case).collect();
    format!(
        "{:#}\n",
        json!({"version": 1, "tests": cases.len(), "failures": failed(cases), "cases": cases_of})
    )
}

fn junit(cases: &[Case]) -> String {
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"{}\" failures=\"{}\">\n",
        cases.len(),
        failed(cases)
    );
    for file in cases.chunk_by(|one, other| one.file == other.file) {
        let name = file.first().map_or("", |case| case.file.as_str());
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">",
            escaped(name),
            file.len(),
            failed(file)
        );
        for case in file {
            let _ = write!(
                xml,
                "    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3}\"",
                escaped(name),
                escaped(&case.name),
                case.took.as_secs_f64()
            );
            match case.problems.first() {
                None => xml.push_str("/>\n"),
                Some(first) => {
                    let all = escaped(&case.problems.join("\n"));
                    let _ =
                        writeln!(xml, "><failure message=\"{}\">{all}</failure></testcase>", escaped(first));
                }
            }
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

/// Text of elements and attributes (XML 1.0, sections 2.2 and 2.4); characters that XML does not have become U+FFFD.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push('\t'),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cases() -> Vec<Case> {
        let case = |file: &str, name: &str, problems: &[&str]| Case {
            file: file.into(),
            name: name.into(),
            took: Duration::from_millis(1_500),
            problems: problems.iter().map(|&problem| problem.to_owned()).collect(),
        };
        vec![
            case("a.toml", "fine", &[]),
            case("a.toml", "<odd>", &["turn 1: \u{1}x", "y"]),
            case("b.toml", "fine", &[]),
        ]
    }

    #[test]
    fn forms_tell_the_same() {
        let text = lines(&cases());
        assert!(
            text.ends_with("2 of 3 as expected\n") && text.contains("FAILED  a.toml: <odd>\n        turn 1"),
            "{text}"
        );
        let read: serde_json::Value = serde_json::from_str(&object(&cases())).unwrap();
        assert_eq!((read["tests"].as_u64(), read["failures"].as_u64()), (Some(3), Some(1)));
        let xml = junit(&cases());
        for part in [
            "<testsuites tests=\"3\" failures=\"1\">",
            "<testsuite name=\"a.toml\" tests=\"2\" failures=\"1\">",
            "name=\"&lt;odd&gt;\" time=\"1.500\"><failure message=\"turn 1: \u{fffd}x\">turn 1: \u{fffd}x&#10;y</failure>",
            "<testsuite name=\"b.toml\" tests=\"1\" failures=\"0\">",
        ] {
            assert!(xml.contains(part), "{part}: {xml}");
        }
    }
}
