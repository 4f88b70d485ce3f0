//! Where is captured text read, and where is text declared public? At the sites of `xtask/pins/expose.toml` only.
//!
//! Clippy bans the calls by type; this check finds them by name, inside macros too, and compares them with the list. A
//! missing arrow would not be enough: a crate can call `.expose()` on a type that it cannot name. Tests are left out (they
//! handle canary data), examples are not.

use crate::finding::Finding;
use crate::pins::{Pins, Site};
use crate::source::{Source, Token};

/// The list of sites.
pub(crate) const PINS: &str = "xtask/pins/expose.toml";

/// Constructors of public text from arbitrary text, of what only storage or sealing may make, and of the policies that permits
/// come from.
const PUBLIC_FROM_TEXT: &[&str] = &[
    "from_pinned_text",
    "from_pinned_bytes",
    "from_pinned_commit",
    "from_pinned_records",
    "with_pinned_changes",
    "with_pinned_grants",
];

/// Unlisted sites and listed ones that are gone.
pub(crate) fn check(sources: &[Source], pins: &Pins) -> Vec<Finding> {
    let sites: Vec<Site> =
        sources.iter().filter(|source| source.crate_folder().is_some()).flat_map(sites).collect();
    pins.compare(
        "expose",
        &sites,
        "work on spans and masked text; a new site is a decision, listed with its reason",
    )
}

/// How many sites there are outside of tests.
pub(crate) fn count(sources: &[Source]) -> usize {
    sources.iter().filter(|source| source.crate_folder().is_some()).map(|source| sites(source).len()).sum()
}

fn sites(source: &Source) -> Vec<Site> {
    let calls = source.tokens.windows(2).filter_map(|pair| match pair {
        [before, name] if is_call(before, name) && !source.is_test_line(name.line) => Some(name),
        _ => None,
    });
    calls.map(|name| site(source, name)).collect()
}

/// `.expose`, `.expose_bytes`, `RawText::expose` and the constructors, called or passed on.
fn is_call(before: &Token, name: &Token) -> bool {
    let named =
        name.text == "expose" || name.text.starts_with("expose_") || PUBLIC_FROM_TEXT.contains(&&*name.text);
    name.word && named && matches!(before.text.as_str(), "." | ":")
}

fn site(source: &Source, name: &Token) -> Site {
    Site {
        file: source.path.clone(),
        line: name.line,
        function: source.function_at(name.line).to_owned(),
        what: name.text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "//! Essay that says text.expose().\n\
        impl Scanner {\n\
        \x20   fn scan(&self, text: &RawText) { look(text.expose()) }\n\
        \x20   fn expose(&self) -> &str { \"not a call\" }\n\
        }\n\
        fn sly(raw: &[RawText]) { raw.iter().map(RawText::expose); }\n\
        fn macros(raw: &RawText) { write!(f, \"{}\", raw.expose_bytes()); }\n\
        fn public(text: String) { Public::from_pinned_text(text); }\n\
        fn harmless(light: &Light) { light.exposed(); \"x.expose()\"; }\n\
        #[cfg(test)]\n\
        mod tests { fn reads(raw: RawText) { raw.expose(); } }\n";

    fn found(path: &str, list: &str) -> Vec<String> {
        let source = Source::parse(path, TEXT).unwrap();
        let pins = Pins::parse(PINS, list).unwrap();
        check(&[source], &pins).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn unlisted_sites_are_found_in_any_dress() {
        let wrong = [
            "`expose` in `Scanner::scan` is not in xtask/pins/expose.toml",
            "`expose` in `sly` is not in xtask/pins/expose.toml",
            "`expose_bytes` in `macros` is not in xtask/pins/expose.toml",
            "`from_pinned_text` in `public` is not in xtask/pins/expose.toml",
        ];
        assert_eq!(found("crates/detect/src/a.rs", ""), wrong);
        assert_eq!(found("crates/detect/examples/a.rs", "").len(), 4);
        assert!(found("crates/detect/tests/a.rs", "").is_empty());
    }

    #[test]
    fn listed_sites_pass_and_lost_ones_do_not() {
        let pin = |function: &str, what: &str| {
            format!(
                "[[site]]\nfile = \"crates/detect/src/a.rs\"\nfunction = \"{function}\"\nwhat = \"{what}\"\nreason = \"this is a test\"\n"
            )
        };
        let all = [
            pin("Scanner::scan", "expose"),
            pin("sly", "expose"),
            pin("macros", "expose_bytes"),
            pin("public", "from_pinned_text"),
        ];
        assert!(found("crates/detect/src/a.rs", &all.concat()).is_empty());
        let one_more = [all.concat(), pin("former", "expose")].concat();
        let message = "`expose` at crates/detect/src/a.rs `former` is listed but gone";
        assert_eq!(found("crates/detect/src/a.rs", &one_more), [message]);
    }
}
