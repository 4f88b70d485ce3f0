//! Is everything used that is depended on? A dependency that no source names costs build time and trust for nothing.
//!
//! By name: the crate's word must stand in the source that may use it (normal ones in `src`, build ones in `build.rs`,
//! others anywhere in the crate, doc tests included). What is there for a feature or a link only is listed in
//! `xtask/pins/dependencies.toml`.

use crate::finding::Finding;
use crate::pins::{Pins, Site};
use crate::workspace::{Dependency, Member, Workspace};
use anyhow::Result;

/// The list of exceptions.
pub(crate) const PINS: &str = "xtask/pins/dependencies.toml";

/// Dependencies that nothing names, and shared ones that no crate takes.
pub(crate) fn check(workspace: &Workspace, pins: &Pins) -> Result<Vec<Finding>> {
    let mut sites = untaken(workspace);
    for member in &workspace.crates {
        let files = workspace.files.iter().filter(|file| is_rust_of(member, file));
        let texts: Vec<(&str, String)> =
            files.map(|file| Ok((file.as_str(), workspace.text(file)?))).collect::<Result<_>>()?;
        sites.extend(unnamed(member, &texts));
    }
    Ok(pins.compare("dependencies", &sites, "delete the dependency, or list it with what it is there for"))
}

fn is_rust_of(member: &Member, file: &str) -> bool {
    file.ends_with(".rs") && file.strip_prefix(member.folder()).is_some_and(|rest| rest.starts_with('/'))
}

fn untaken(workspace: &Workspace) -> Vec<Site> {
    let taken = |name: &String| {
        let dependencies = workspace.crates.iter().flat_map(|member| &member.dependencies);
        dependencies.into_iter().any(|dep| dep.rename.as_ref().unwrap_or(&dep.name) == name)
    };
    workspace.shared.iter().filter(|name| !taken(name)).map(|name| site("Cargo.toml", name)).collect()
}

fn site(file: &str, what: &str) -> Site {
    Site { file: file.to_owned(), line: 0, function: String::new(), what: what.to_owned() }
}

fn unnamed(member: &Member, texts: &[(&str, String)]) -> Vec<Site> {
    let library = member.targets.iter().find(|target| target.kind.iter().any(|kind| kind.ends_with("lib")));
    let own = library.map_or("", |target| &target.name);
    let unused = member.dependencies.iter().filter(|dep| {
        let word = word_of(dep);
        word != own
            && !texts.iter().any(|(file, text)| counts_for(member, dep, file) && has_word(text, &word))
    });
    unused.map(|dep| site(&member.manifest_path, &dep.name)).collect()
}

/// The word by which the source names a dependency; the package `sottovoce` is the library `sotto`.
fn word_of(dependency: &Dependency) -> String {
    match (&dependency.rename, dependency.name.as_str()) {
        (Some(rename), _) => rename.replace('-', "_"),
        (None, "sottovoce") => "sotto".to_owned(),
        (None, name) => name.replace('-', "_"),
    }
}

fn counts_for(member: &Member, dependency: &Dependency, file: &str) -> bool {
    let inside = file.strip_prefix(member.folder()).unwrap_or(file);
    match dependency.kind.as_deref() {
        None => inside.starts_with("/src/"),
        Some("build") => inside == "/build.rs" || inside.starts_with("/build/"),
        Some(_) => true,
    }
}

fn has_word(text: &str, word: &str) -> bool {
    let joins = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(joins) && !after.is_some_and(joins)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dependency(name: &str, kind: Option<&str>, rename: Option<&str>) -> Dependency {
        Dependency {
            name: name.into(),
            kind: kind.map(str::to_owned),
            rename: rename.map(str::to_owned),
            path: None,
        }
    }

    fn unused(dependencies: Vec<Dependency>, texts: &[(&str, &str)]) -> Vec<String> {
        let member =
            Member { manifest_path: "crates/a/Cargo.toml".into(), dependencies, ..Member::default() };
        let texts: Vec<(&str, String)> =
            texts.iter().map(|(file, text)| (*file, (*text).to_owned())).collect();
        unnamed(&member, &texts).into_iter().map(|site| site.what).collect()
    }

    #[test]
    fn what_no_source_names_is_found() {
        let all = || {
            vec![
                dependency("serde-json", None, None),
                dependency("proptest", Some("dev"), None),
                dependency("cc", Some("build"), None),
                dependency("old-name", None, Some("new")),
                dependency("sottovoce", Some("dev"), None),
            ]
        };
        assert_eq!(unused(all(), &[]), ["serde-json", "proptest", "cc", "old-name", "sottovoce"]);
        let used = [
            ("crates/a/src/lib.rs", "use serde_json::Value; fn f() { new::g() } // let it be: cc"),
            ("crates/a/tests/t.rs", "proptest! {} use sotto::Scanner;"),
            ("crates/a/build.rs", "cc::Build"),
        ];
        assert!(unused(all(), &used).is_empty());
        let wrong_place = [("crates/a/tests/t.rs", "serde_json serde_jsons new_ cc proptest sotto")];
        assert_eq!(unused(all(), &wrong_place), ["serde-json", "cc", "old-name"]);
    }

    #[test]
    fn shared_ones_are_taken_by_somebody() {
        let member = Member { dependencies: vec![dependency("a", None, None)], ..Member::default() };
        let workspace = Workspace {
            root: ".".into(),
            crates: vec![member],
            shared: vec!["a".into(), "b".into()],
            files: Vec::new(),
        };
        let names: Vec<String> = untaken(&workspace).into_iter().map(|site| site.what).collect();
        assert_eq!(names, ["b"]);
    }
}
