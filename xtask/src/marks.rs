//! What must not be committed? Unfinished-work marks, paths of one machine, hosts of package registries, silenced lints and
//! tests, ragged ends.
//!
//! Rust is read by tokens where a macro or an attribute is meant, every text file by lines for the rest. The words are put
//! together from halves here, so that this file passes itself. Exceptions stand in `xtask/pins/marks.toml`.

use crate::finding::Finding;
use crate::pins::{Pins, Site};
use crate::source::{Source, Token};

/// The list of exceptions.
pub(crate) const PINS: &str = "xtask/pins/marks.toml";

/// Words that say that work is left over.
const UNFINISHED: &[&str] =
    &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X"), concat!("HA", "CK")];
/// Folders of the machine on which something was written.
const MACHINE: &[&str] = &[concat!("/wo", "rk"), concat!("/ro", "ot"), concat!("/tm", "p")];
/// Hosts of package registries: mirrors differ, and a build asks its own client.
const REGISTRIES: &[&str] = &[
    concat!("crates", ".io"),
    concat!("pypi", ".org"),
    concat!("pythonhosted", ".org"),
    concat!("npmjs", ".org"),
    concat!("yarnpkg", ".com"),
    concat!("static.rust-lang", ".org"),
    concat!("proxy.golang", ".org"),
    concat!("rubygems", ".org"),
    concat!("repo.maven", ".apache.org"),
    concat!("deb.debian", ".org"),
];

/// Endings of files that people write; data and recorded output may end raggedly.
const WRITTEN: &[&str] = &["rs", "toml", "md", "sh", "py", "yaml", "yml", "html", "css", "js", "ts"];
/// Folders of files that people write without an ending.
const WRITTEN_FOLDERS: &[&str] = &["scripts/", ".ci/"];

/// Marks in the tokens of a Rust file: silenced lints, skipped tests, unfinished bodies.
pub(crate) fn check_tokens(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    for (index, token) in source.tokens.iter().enumerate() {
        let rest = source.tokens.get(index..).unwrap_or_default();
        if token.text == "#" {
            found.extend(attribute(source, rest));
        }
        if let [name, sign, ..] = rest
            && name.text == concat!("to", "do")
            && sign.text == "!"
        {
            let message = concat!("to", "do! stands for code that is missing");
            found.push(
                Finding::new("marks", &source.path, name.line, message).fix("write it, or leave it out"),
            );
        }
    }
    found
}

/// A lint or a test that is silenced by the attribute at the head of `tokens`.
fn attribute(source: &Source, tokens: &[Token]) -> Option<Finding> {
    let words = attribute_words(tokens);
    let line = tokens.first()?.line;
    if words.windows(2).any(|pair| matches!(pair, [name, open] if name.text == "allow" && open.text == "(")) {
        let finding = Finding::new("marks", &source.path, line, "a lint is allowed");
        return Some(finding.fix("use #[expect(lint, reason = \"...\")], or do what the lint asks"));
    }
    if words.first().is_some_and(|first| first.text == "ignore") {
        let finding = Finding::new("marks", &source.path, line, "a test is ignored");
        return Some(finding.fix("make it run, give it a lane (see CONTRIBUTING.md), or delete it"));
    }
    None
}

/// The tokens between the brackets of `#[...]` or `#![...]`.
fn attribute_words(tokens: &[Token]) -> &[Token] {
    let open = match tokens {
        [_, open, ..] if open.text == "[" => 2,
        [_, not, open, ..] if not.text == "!" && open.text == "[" => 3,
        _ => return &[],
    };
    let words = tokens.get(open..).unwrap_or_default();
    let mut depth = 1_usize;
    let close = words.iter().position(|token| {
        match token.text.as_str() {
            "[" => depth += 1,
            "]" => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    words.get(..close.unwrap_or_default()).unwrap_or_default()
}

/// Marks in the lines of a text file.
pub(crate) fn check_text(file: &str, text: &str) -> (Vec<Finding>, Vec<Site>) {
    if file == PINS || file.ends_with("Cargo.lock") || text.contains('\0') {
        return (Vec::new(), Vec::new());
    }
    let mut found = Vec::new();
    let mut sites = Vec::new();
    for (index, line) in text.split('\n').enumerate() {
        sites.extend(words_of(line).map(|what| Site {
            file: file.to_owned(),
            line: index + 1,
            function: String::new(),
            what: what.to_owned(),
        }));
        if is_written(file) && line.ends_with([' ', '\t', '\r']) {
            found.push(Finding::new("marks", file, index + 1, "the line ends in blanks").fix("cut them off"));
        }
    }
    if is_written(file) && !text.is_empty() && (!text.ends_with('\n') || text.ends_with("\n\n")) {
        let finding =
            Finding::new("marks", file, text.lines().count(), "the file does not end in exactly one newline");
        found.push(finding.fix("end it after the last line's newline"));
    }
    (found, sites)
}

/// Differences between the words found and the list of exceptions.
pub(crate) fn check_words(sites: &[Site], pins: &Pins) -> Vec<Finding> {
    pins.compare(
        "marks",
        sites,
        "finish the work, use a relative path, or name the registry without its host",
    )
}

fn words_of(line: &str) -> impl Iterator<Item = &'static str> {
    let unfinished = UNFINISHED.iter().filter(|word| stands_alone(line, word));
    let machine = MACHINE.iter().filter(|path| is_folder_in(line, path));
    let registries = REGISTRIES.iter().filter(|host| line.contains(**host));
    unfinished.chain(machine).chain(registries).copied()
}

/// Whether `word` stands in `line` without a letter, digit, sign of a placeholder or underscore at either side.
fn stands_alone(line: &str, word: &str) -> bool {
    let joins = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '*');
    occurrences(line, word).any(|(before, after)| !before.is_some_and(joins) && !after.is_some_and(joins))
}

/// Whether `path` stands in `line` as a folder at the root.
fn is_folder_in(line: &str, path: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '}' | ')' | '*');
    let longer = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    occurrences(line, path).any(|(before, after)| !before.is_some_and(inside) && !after.is_some_and(longer))
}

/// The characters before and after each occurrence.
fn occurrences<'a>(line: &'a str, word: &'a str) -> impl Iterator<Item = (Option<char>, Option<char>)> + 'a {
    line.match_indices(word).map(move |(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|text| text.chars().next());
        (before, after)
    })
}

fn is_written(file: &str) -> bool {
    let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending);
    WRITTEN.contains(&ending) || WRITTEN_FOLDERS.iter().any(|folder| file.starts_with(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<&'static str> {
        words_of(line).collect()
    }

    #[test]
    fn unfinished_work_is_found_and_placeholders_are_not() {
        for word in UNFINISHED {
            assert_eq!(words(&format!("// {word}: later")), [*word]);
            assert_eq!(words(&format!("# ({word})")), [*word]);
            assert!(words(&format!("A{word}B {word}_1 {}", word.to_lowercase())).is_empty());
        }
        let x = UNFINISHED[2];
        assert!(words(&format!("ssn {x}-{x}-1234 or {x}X")).is_empty());
    }

    #[test]
    fn paths_of_a_machine_are_found_and_other_paths_are_not() {
        for path in MACHINE {
            assert_eq!(words(&format!("cd {path}")), [*path]);
            assert_eq!(words(&format!("open(\"{path}/x\")")), [*path]);
            assert!(
                words(&format!("https://host{path}/x ./a{path} {path}shop $DIR{path} ${{DIR}}{path}"))
                    .is_empty()
            );
        }
    }

    #[test]
    fn registries_are_found() {
        for host in REGISTRIES {
            assert_eq!(words(&format!("see https://{host}/x")), [*host]);
        }
        assert!(check_text("Cargo.lock", REGISTRIES[0]).1.is_empty());
        assert_eq!(check_text("README.md", REGISTRIES[0]).1.len(), 1);
    }

    #[test]
    fn exceptions_are_listed() {
        let sites = check_text("a.md", &format!("one\ntwo {}\n", MACHINE[2])).1;
        assert_eq!((sites.len(), sites[0].line), (1, 2));
        let none = Pins::parse(PINS, "").unwrap();
        assert_eq!(check_words(&sites, &none).len(), 1);
        let list = format!(
            "[[site]]\nfile = \"a.md\"\nwhat = \"{}\"\nreason = \"the page is about it\"\n",
            MACHINE[2]
        );
        let listed = Pins::parse(PINS, &list).unwrap();
        assert!(check_words(&sites, &listed).is_empty());
        assert_eq!(check_words(&[], &listed).len(), 1);
    }

    #[test]
    fn ragged_ends_are_found_in_what_people_write() {
        let count = |file: &str, text: &str| check_text(file, text).0.len();
        assert_eq!(count("a.rs", "fn a() {} \n"), 1);
        assert_eq!(count("a.md", "a\t\nb"), 2);
        assert_eq!(count("scripts/test", "a\n\n"), 1);
        assert_eq!(count("a.rs", "a\r\n"), 1);
        assert_eq!(count("a.rs", "a\n"), 0);
        assert_eq!(count("a.rs", ""), 0);
        assert_eq!(count("tests/vectors/a.log", "a \nb"), 0);
    }

    fn tokens(text: &str) -> Vec<(usize, String)> {
        let source = Source::parse("a.rs", text).unwrap();
        check_tokens(&source).into_iter().map(|found| (found.line, found.message)).collect()
    }

    #[test]
    fn silenced_lints_and_tests_are_found() {
        let lint = |line: usize| vec![(line, "a lint is allowed".to_owned())];
        assert_eq!(tokens("\n#[allow(dead_code)]\nfn f() {}"), lint(2));
        assert_eq!(tokens("#![allow(dead_code)]\nfn f() {}"), lint(1));
        assert_eq!(tokens("#[cfg_attr(unix, allow(dead_code))]\nfn f() {}"), lint(1));
        assert_eq!(tokens("fn f() { m!(#[allow(x)] y) }"), lint(1));
        assert!(tokens("#[expect(dead_code, reason = \"x\")]\nfn f() { allow(1); }").is_empty());
        assert!(tokens("/// #[allow(x)]\n#[arg(allow_hyphen_values = true)]\nfn f() {}").is_empty());
        assert_eq!(tokens("#[test]\n#[ignore]\nfn f() {}"), [(2, "a test is ignored".to_owned())]);
        assert_eq!(tokens("#[ignore = \"slow\"]\nfn f() {}").len(), 1);
        assert!(tokens("#[serde(ignore)]\nfn f() { ignore() }").is_empty());
        assert_eq!(tokens(concat!("fn f() { to", "do!() }")).len(), 1);
    }
}
