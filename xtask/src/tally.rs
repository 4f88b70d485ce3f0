//! How many tests ran? Counted from what the runners print, so that a lane can end in one line.

use std::fmt;

/// Numbers of tests.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    passed: usize,
    failed: usize,
    skipped: usize,
}

impl Tally {
    /// Reads a line of a runner; lines that are no summary count nothing.
    pub(crate) fn read(&mut self, line: &str) {
        // nextest repeats the words of a failing test with blanks in front: those were counted already.
        let summary = line.trim_start().starts_with("Summary [") && line.contains(" run: ");
        if summary || line.starts_with("test result: ") {
            self.passed += before(line, "passed");
            self.failed += before(line, "failed") + before(line, "timed out");
            self.skipped += before(line, "ignored") + before(line, "skipped");
        }
    }
}

/// The number in front of a word.
fn before(line: &str, word: &str) -> usize {
    let ahead = line.split(word).next().filter(|ahead| ahead.len() < line.len());
    let number = ahead.and_then(|ahead| ahead.split_whitespace().next_back());
    number.and_then(|number| number.parse().ok()).unwrap_or_default()
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tests passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_of_both_runners_are_added_up() {
        let mut tally = Tally::default();
        let lines = [
            "running 3 tests",
            "test a ... ok",
            "test result: ok. 3 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.1s",
            "     Summary [   0.2s] 12 tests run: 10 passed, 1 failed, 1 timed out, 4 skipped",
            "     Summary [   0.1s] 1 test run: 1 passed, 0 skipped",
            "    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s",
            "42 passed, said a test",
        ];
        lines.iter().for_each(|line| tally.read(line));
        assert_eq!(tally, Tally { passed: 14, failed: 3, skipped: 6 });
        assert_eq!(tally.to_string(), "14 tests passed, 3 failed, 6 skipped");
    }
}
