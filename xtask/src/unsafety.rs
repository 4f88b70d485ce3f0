//! Where may `unsafe` stand? In the SIMD classes of `detect` and the locked memory of `sensitive`, and nowhere else.
//!
//! The word is looked for among the tokens, so that macros hide nothing; comments and names such as `unsafe_code` do not
//! count. Tests have no licence of their own.

use crate::finding::Finding;
use crate::source::Source;

/// The audited modules.
const AUDITED: &[&str] = &[
    "crates/detect/src/classes.rs",
    "crates/detect/src/classes/",
    "crates/sensitive/src/memory.rs",
    "crates/hsm/src/",
];

/// `unsafe` outside of the audited modules.
pub(crate) fn check(source: &Source) -> Vec<Finding> {
    if AUDITED
        .iter()
        .any(|module| source.path == *module || (module.ends_with('/') && source.path.starts_with(module)))
    {
        return Vec::new();
    }
    let words = source.tokens.iter().filter(|token| token.word && token.text == "unsafe");
    words
        .map(|token| {
            Finding::new("unsafe", &source.path, token.line, "`unsafe` outside of the audited modules")
                .fix("do it in safe Rust, or move it into an audited module (xtask/src/unsafety.rs)")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&Source::parse(path, text).unwrap()).into_iter().map(|found| found.line).collect()
    }

    #[test]
    fn only_audited_modules_may() {
        let text = "fn f() {\n unsafe { g() }\n}\nunsafe fn g() {}\nmacro_rules! m { () => { unsafe {} } }\n";
        assert_eq!(lines("crates/detect/src/engine.rs", text), [2, 4, 5]);
        assert_eq!(lines("crates/detect/tests/a.rs", text).len(), 3);
        assert_eq!(lines("crates/detect/src/classes_of.rs", text).len(), 3);
        for path in [
            "crates/detect/src/classes.rs",
            "crates/detect/src/classes/avx2.rs",
            "crates/sensitive/src/memory.rs",
        ] {
            assert!(lines(path, text).is_empty(), "{path}");
        }
    }

    #[test]
    fn talk_about_it_is_fine() {
        assert!(lines("a.rs", "//! unsafe\n#![forbid(unsafe_code)]\nfn f() { \"unsafe\"; }").is_empty());
    }
}
