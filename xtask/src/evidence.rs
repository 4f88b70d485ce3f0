//! Is what the practices claim still proven? Each row of `docs/practices.md` names a test that must be there.
//!
//! A row's last cell holds, between back ticks, `FILE::TEST`, or a file of tests alone. A page that names a test which was renamed
//! claims something that nobody checks.

use crate::finding::Finding;

/// The page of claims.
pub(crate) const PAGE: &str = "docs/practices.md";

/// Rows without a test, and tests that are not there; `text_of` gives the text of a file, where there is one.
pub(crate) fn check(page: &str, text_of: impl Fn(&str) -> Option<String>) -> Vec<Finding> {
    let rows = (1..)
        .zip(page.lines())
        .filter(|(_, line)| line.starts_with("| ") && !line.starts_with("| practice "));
    rows.filter_map(|(number, line)| {
        let problem = problem_of(line, &text_of)?;
        Some(
            Finding::new("evidence", PAGE, number, problem)
                .fix("name the test that proves it, or drop the claim"),
        )
    })
    .collect()
}

fn problem_of(line: &str, text_of: impl Fn(&str) -> Option<String>) -> Option<String> {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [_, _, proof] = cells.as_slice() else { return Some("a row has three cells".to_owned()) };
    let Some(named) = proof.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')) else {
        return Some("no test is named".to_owned());
    };
    let (file, test) = named.split_once("::").unwrap_or((named, ""));
    let Some(text) = text_of(file) else { return Some(format!("there is no file {file}")) };
    let has = match test {
        "" => text.contains("#[test]"),
        test => text.contains(&format!("fn {test}(")),
    };
    (!has).then(|| format!("{file} has no test {test}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_is_gone_is_told() {
        let text_of = |file: &str| (file == "a.rs").then(|| "#[test]\nfn it_holds() {}".to_owned());
        let told = |row: &str| {
            let page = format!("# Page\n\n| practice | command | test |\n|---|---|---|\n{row}\n");
            check(&page, text_of).into_iter().map(|found| (found.line, found.message)).collect::<Vec<_>>()
        };
        assert_eq!(told("| one | `x` | `a.rs::it_holds` |"), []);
        assert_eq!(told("| one | `x` | `a.rs` |"), []);
        assert_eq!(told("| one | `x` | `a.rs::it_was` |"), [(5, "a.rs has no test it_was".to_owned())]);
        assert_eq!(told("| one | `x` | `b.rs::it_holds` |"), [(5, "there is no file b.rs".to_owned())]);
        assert_eq!(told("| one | `x` | soon |"), [(5, "no test is named".to_owned())]);
        assert_eq!(told("| one | `x` |"), [(5, "a row has three cells".to_owned())]);
    }
}
