//! How big is the house? Lengths of functions and files, tests beside code, and hard caps.
//!
//! Goals: functions p50 <= 8, p90 <= 30, p99 <= 70 lines, files p90 <= 600 lines, a line of test for a line of code. Goals
//! are reported; a function over 100 lines or a file over 1,000 fails. A function counts from `fn` to its closing brace, a
//! line of code is a line with a token on it, and tests, benchmarks and examples are no part of the percentiles.

use crate::finding::Finding;
use crate::source::{Function, Source};
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt;

/// Longest function, in lines.
const FUNCTION_LINES_MAX: usize = 100;
/// Longest file, in lines.
const FILE_LINES_MAX: usize = 1_000;
/// From here on a function is named in the report.
const FUNCTION_LINES_GOAL: usize = 70;
/// From here on a file is named in the report.
const FILE_LINES_GOAL: usize = 600;

/// The house in numbers.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Sizes {
    /// Number of functions outside of tests.
    pub(crate) functions: usize,
    /// Lines of functions at the percentiles 50, 90, 99 and 100.
    pub(crate) function_lines: [usize; 4],
    /// Number of files outside of tests.
    pub(crate) files: usize,
    /// Lines of files at the percentiles 90 and 100.
    pub(crate) file_lines: [usize; 2],
    /// Lines with code.
    pub(crate) code_lines: usize,
    /// Lines with tests.
    pub(crate) test_lines: usize,
    /// Functions and files beyond the goals.
    pub(crate) long: Vec<String>,
}

/// Measures all files.
pub(crate) fn measure(sources: &[Source]) -> Sizes {
    let code: Vec<&Source> =
        sources.iter().filter(|source| !source.is_test_file() && !is_example(source)).collect();
    let mut functions: Vec<usize> =
        code.iter().flat_map(|s| own_functions(s)).map(Function::length).collect();
    let mut files: Vec<usize> = code.iter().map(|source| code_length(source)).collect();
    functions.sort_unstable();
    files.sort_unstable();
    let lines = |test: bool| sources.iter().filter(|s| !is_example(s)).map(|s| token_lines(s, test)).sum();
    Sizes {
        functions: functions.len(),
        function_lines: [50, 90, 99, 100].map(|percent| rank(&functions, percent)),
        files: files.len(),
        file_lines: [90, 100].map(|percent| rank(&files, percent)),
        code_lines: lines(false),
        test_lines: lines(true),
        long: code.iter().flat_map(|source| long(source)).collect(),
    }
}

/// Functions and files beyond the hard caps, tests included.
pub(crate) fn check(sources: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in sources {
        let lines = source.text.lines().count();
        if lines > FILE_LINES_MAX {
            let message = format!("the file has {lines} lines; at most {FILE_LINES_MAX} are allowed");
            found.push(
                Finding::new("sizes", &source.path, 0, message).fix("split it where its questions part"),
            );
        }
        found.extend(
            source.functions.iter().filter(|f| f.length() > FUNCTION_LINES_MAX).map(|f| too_long(source, f)),
        );
    }
    found
}

fn too_long(source: &Source, function: &Function) -> Finding {
    let (name, lines) = (&function.name, function.length());
    let message = format!("`{name}` has {lines} lines; at most {FUNCTION_LINES_MAX} are allowed");
    Finding::new("sizes", &source.path, *function.lines.start(), message).fix("split it where its steps part")
}

fn is_example(source: &Source) -> bool {
    source.path.split('/').any(|part| part == "examples")
}

fn own_functions(source: &Source) -> impl Iterator<Item = &Function> {
    source.functions.iter().filter(|f| !f.name.ends_with('!') && !source.is_test_line(*f.lines.start()))
}

/// Lines of a file without its tests.
fn code_length(source: &Source) -> usize {
    (1..=source.text.lines().count()).filter(|line| !source.is_test_line(*line)).count()
}

fn token_lines(source: &Source, test: bool) -> usize {
    let tokens = source.tokens.iter().filter(|token| source.is_test_line(token.line) == test);
    tokens.flat_map(|token| token.line..=token.line_end).collect::<BTreeSet<_>>().len()
}

fn long(source: &Source) -> Vec<String> {
    let functions = own_functions(source).filter(|f| f.length() > FUNCTION_LINES_GOAL);
    let mut long: Vec<String> =
        functions.map(|f| format!("{}:{} {} {}", source.path, f.lines.start(), f.name, f.length())).collect();
    let lines = code_length(source);
    long.extend((lines > FILE_LINES_GOAL).then(|| format!("{} {lines}", source.path)));
    long
}

/// The value at a percentile of sorted values, by nearest rank.
fn rank(sorted: &[usize], percent: usize) -> usize {
    let index = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(index).copied().unwrap_or_default()
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [p50, p90, p99, longest] = self.function_lines;
        let [file_p90, file_longest] = self.file_lines;
        let ratio = self.test_lines * 100 / self.code_lines.max(1);
        writeln!(
            f,
            "functions: {}, lines p50 {p50}, p90 {p90}, p99 {p99}, max {longest} (goal 8, 30, 70)",
            self.functions
        )?;
        writeln!(f, "files: {}, lines p90 {file_p90}, max {file_longest} (goal 600, 1000)", self.files)?;
        let (test, code) = (self.test_lines, self.code_lines);
        writeln!(f, "tests: {test} lines for {code} of code, {}.{:02} (goal 1)", ratio / 100, ratio % 100)?;
        self.long.iter().try_for_each(|long| writeln!(f, "  beyond the goal: {long}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, body_lines: usize, test_lines: usize) -> Source {
        let body = "    x();\n".repeat(body_lines);
        let tests = "    y();\n".repeat(test_lines);
        let text = format!("//! Essay.\n\nfn f() {{\n{body}}}\n#[test]\nfn t() {{\n{tests}}}\n");
        Source::parse(path, &text).unwrap()
    }

    #[test]
    fn code_and_tests_are_measured_apart() {
        let sizes =
            measure(&[source("a.rs", 8, 3), source("tests/b.rs", 5, 0), source("examples/c.rs", 90, 0)]);
        assert_eq!((sizes.functions, sizes.function_lines), (1, [10; 4]));
        assert_eq!((sizes.files, sizes.file_lines), (1, [12; 2]));
        assert_eq!((sizes.code_lines, sizes.test_lines), (10, 6 + 10));
        assert!(sizes.to_string().contains("1.60 (goal 1)"), "{sizes}");
    }

    #[test]
    fn caps_fail_on_their_far_side_only() {
        assert!(check(&[source("a.rs", 98, 0)]).is_empty());
        let found = check(&[source("a.rs", 99, 0), source("tests/a.rs", 0, 99)]);
        let places: Vec<(&str, usize)> = found.iter().map(|f| (f.file.as_str(), f.line)).collect();
        assert_eq!(places, [("a.rs", 3), ("tests/a.rs", 6)]);
        let lines = |count: usize| Source::parse("a.rs", &"//! x\n".repeat(count)).unwrap();
        assert!(check(&[lines(1_000)]).is_empty());
        assert_eq!(check(&[lines(1_001)]).len(), 1);
    }

    #[test]
    fn goals_are_reported() {
        assert!(measure(&[source("a.rs", 68, 0)]).long.is_empty());
        assert_eq!(measure(&[source("a.rs", 69, 0)]).long, ["a.rs:3 f 71"]);
    }

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let hundred: Vec<usize> = (1..=100).collect();
        assert_eq!([50, 90, 99, 100].map(|percent| rank(&hundred, percent)), [50, 90, 99, 100]);
        assert_eq!((rank(&[], 50), rank(&[7], 50), rank(&[1, 2], 50)), (0, 7, 1));
    }
}
