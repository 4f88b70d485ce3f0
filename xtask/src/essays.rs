//! Does every file say which question it answers? Each begins with a `//!` essay.

use crate::finding::Finding;
use crate::source::Source;

/// Shortest essay that can say something.
const ESSAY_CHARS_MIN: usize = 20;

/// Names that say nothing.
const EMPTY_NAMES: &[&str] =
    &["util", "utils", "helper", "helpers", "manager", "common", "handler", "misc", "tools"];

/// Files without an essay, and files whose name says nothing.
pub(crate) fn check(sources: &[Source]) -> Vec<Finding> {
    let mute = sources.iter().filter(|source| essay(source).chars().count() < ESSAY_CHARS_MIN);
    let mut found: Vec<Finding> = mute
        .map(|source| {
            Finding::new("essays", &source.path, 1, "the file has no essay at its top")
                .fix("begin with `//!` and the question that the file answers")
        })
        .collect();
    found.extend(sources.iter().filter_map(empty_name));
    found
}

fn essay(source: &Source) -> String {
    let docs = source.syntax.attrs.iter().filter(|attribute| attribute.path().is_ident("doc"));
    docs.filter_map(|attribute| match &attribute.meta.require_name_value().ok()?.value {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    })
    .collect::<String>()
    .trim()
    .to_owned()
}

fn empty_name(source: &Source) -> Option<Finding> {
    let name = source.path.trim_end_matches(".rs").trim_end_matches("/mod").rsplit('/').next()?;
    EMPTY_NAMES.contains(&name).then(|| {
        let message = format!("`{name}` names no thing of the field");
        Finding::new("essays", &source.path, 0, message).fix("name the file after what is in it")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(path: &str, text: &str) -> Vec<String> {
        check(&[Source::parse(path, text).unwrap()]).into_iter().map(|found| found.message).collect()
    }

    #[test]
    fn a_file_begins_with_an_essay() {
        let none = ["the file has no essay at its top"];
        assert_eq!(messages("a.rs", "fn f() {}"), none);
        assert_eq!(messages("a.rs", "// What is this? Not an essay of the file.\nfn f() {}"), none);
        assert_eq!(messages("a.rs", "/// What is this? The doc of the function.\nfn f() {}"), none);
        assert_eq!(messages("a.rs", "//! Short.\nfn f() {}"), none);
        assert!(messages("a.rs", "//! What stands here?\n//! A thing.\nfn f() {}").is_empty());
        assert!(messages("a.rs", "#![no_std]\n//! What stands here? A thing.\nfn f() {}").is_empty());
    }

    #[test]
    fn a_name_says_something() {
        let text = "//! What stands here? A thing.\n";
        assert_eq!(messages("crates/a/src/utils.rs", text), ["`utils` names no thing of the field"]);
        assert_eq!(messages("crates/a/src/common/mod.rs", text), ["`common` names no thing of the field"]);
        assert!(messages("crates/a/src/words.rs", text).is_empty());
    }
}
