//! What is in the workspace? Crates and their arrows from `cargo metadata`, files from git.
//!
//! Files are those that git tracks or would track: what is ignored is nobody's business, what is new counts before it is
//! added.

use crate::source::Source;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace as the checks see it.
pub(crate) struct Workspace {
    /// Its root.
    pub(crate) root: PathBuf,
    /// Its crates.
    pub(crate) crates: Vec<Member>,
    /// Names under `[workspace.dependencies]`.
    pub(crate) shared: Vec<String>,
    /// All its files, relative, with `/`, sorted.
    pub(crate) files: Vec<String>,
}

/// A crate of the workspace.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Member {
    /// Package name.
    pub(crate) name: String,
    /// Path of its `Cargo.toml`; relative once read.
    pub(crate) manifest_path: String,
    /// What it depends on.
    pub(crate) dependencies: Vec<Dependency>,
    /// What is built from it.
    #[serde(default)]
    pub(crate) targets: Vec<Target>,
}

/// A dependency as written in a `Cargo.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Dependency {
    /// Package name.
    pub(crate) name: String,
    /// Absent for normal ones, else `dev` or `build`.
    pub(crate) kind: Option<String>,
    /// The name it has in the source, where it was renamed.
    pub(crate) rename: Option<String>,
    /// Its folder when it is one of ours.
    pub(crate) path: Option<String>,
}

/// A library, program, test, benchmark or example.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Target {
    /// Its name.
    pub(crate) name: String,
    /// Its kinds.
    pub(crate) kind: Vec<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Member>,
    workspace_root: PathBuf,
}

impl Member {
    /// The folder relative to the root, such as `crates/detect`.
    pub(crate) fn folder(&self) -> &str {
        self.manifest_path.trim_end_matches("Cargo.toml").trim_end_matches('/')
    }

    /// The folder's last part, by which the table of arrows names it.
    pub(crate) fn room(&self) -> &str {
        self.folder().rsplit('/').next().unwrap_or_default()
    }
}

impl Workspace {
    /// Reads the workspace around the current folder.
    pub(crate) fn read() -> Result<Self> {
        let text = output("cargo", &["metadata", "--format-version", "1", "--no-deps"], Path::new("."))?;
        let mut metadata: Metadata =
            serde_json::from_str(&text).context("cargo metadata speaks another dialect")?;
        let root = metadata.workspace_root;
        for member in &mut metadata.packages {
            let manifest = Path::new(&member.manifest_path);
            member.manifest_path =
                manifest.strip_prefix(&root).unwrap_or(manifest).to_string_lossy().into_owned();
        }
        let shared = shared_dependencies(&read_text(&root, "Cargo.toml")?)?;
        let files = tracked(&root)?;
        Ok(Self { root, crates: metadata.packages, shared, files })
    }

    /// A file's text.
    pub(crate) fn text(&self, file: &str) -> Result<String> {
        read_text(&self.root, file)
    }

    /// All Rust files, parsed; files of modules that are declared for tests only are marked as such.
    pub(crate) fn sources(&self) -> Result<Vec<Source>> {
        let rust = self.files.iter().filter(|file| file.ends_with(".rs") && !is_misuse(file));
        let sources = rust.map(|file| Source::parse(file, &self.text(file)?));
        let mut sources: Vec<Source> = sources.collect::<Result<_>>()?;
        mark_test_files(&mut sources);
        Ok(sources)
    }
}

/// Cases of trybuild: they exist in order not to compile, and their expected errors count lines.
fn is_misuse(file: &str) -> bool {
    file.contains("/misuse/")
}

fn mark_test_files(sources: &mut [Source]) {
    let tests: Vec<String> = sources.iter().flat_map(Source::test_module_files).collect();
    for source in sources.iter_mut() {
        let inside = |test: &String| source.path.strip_prefix(test.trim_end_matches("mod.rs")).is_some();
        if tests.contains(&source.path) || tests.iter().any(|test| test.ends_with("/mod.rs") && inside(test))
        {
            source.mark_as_test();
        }
    }
}

/// Names under `[workspace.dependencies]`.
fn shared_dependencies(manifest: &str) -> Result<Vec<String>> {
    let manifest: toml::Table = manifest.parse().context("Cargo.toml is not TOML")?;
    let table = manifest.get("workspace").and_then(|w| w.get("dependencies")).and_then(toml::Value::as_table);
    Ok(table.map(|table| table.keys().cloned().collect()).unwrap_or_default())
}

/// Files that git tracks or would track, and that exist.
fn tracked(root: &Path) -> Result<Vec<String>> {
    let listed = output("git", &["ls-files", "-z", "--cached", "--others", "--exclude-standard"], root)?;
    let mut files: Vec<String> = listed
        .split('\0')
        .filter(|name| !name.is_empty() && root.join(name).is_file())
        .map(str::to_owned)
        .collect();
    files.sort();
    files.dedup();
    Ok(files)
}

/// A file's text; bytes that are not UTF-8 are shown as replacement characters.
pub(crate) fn read_text(root: &Path, file: &str) -> Result<String> {
    let bytes = std::fs::read(root.join(file)).with_context(|| format!("cannot read {file}"))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What a program prints.
pub(crate) fn output(program: &str, arguments: &[&str], folder: &Path) -> Result<String> {
    let done = Command::new(program).args(arguments).current_dir(folder).output();
    let done = done.with_context(|| format!("cannot start {program}"))?;
    if !done.status.success() {
        bail!("{program} {} failed:\n{}", arguments.join(" "), String::from_utf8_lossy(&done.stderr));
    }
    String::from_utf8(done.stdout).with_context(|| format!("{program} does not print UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_are_named_by_folder() {
        let member = Member { manifest_path: "crates/detect/Cargo.toml".into(), ..Member::default() };
        assert_eq!((member.folder(), member.room()), ("crates/detect", "detect"));
    }

    #[test]
    fn shared_dependencies_are_read() {
        let names =
            shared_dependencies("[workspace.dependencies]\na = \"1\"\nb-c = { path = \"x\" }\n").unwrap();
        assert_eq!(names, ["a", "b-c"]);
        assert!(shared_dependencies("[workspace]\n").unwrap().is_empty());
    }

    #[test]
    fn files_of_test_modules_are_tests() {
        let lib = Source::parse("crates/x/src/lib.rs", "#[cfg(test)]\nmod cases;\nmod real;").unwrap();
        let more = ["cases.rs", "real.rs", "cases/mod.rs", "cases/deep.rs"];
        let more = more.map(|name| Source::parse(&format!("crates/x/src/{name}"), "fn a() {}").unwrap());
        let mut all: Vec<Source> = std::iter::once(lib).chain(more).collect();
        mark_test_files(&mut all);
        let tests: Vec<bool> = all.iter().map(Source::is_test_file).collect();
        assert_eq!(tests, [false, true, false, true, true]);
    }

    #[test]
    fn this_workspace_can_be_read() {
        let workspace = Workspace::read().unwrap();
        assert!(workspace.crates.iter().any(|member| member.room() == "xtask"));
        assert!(workspace.files.iter().any(|file| file == "xtask/src/workspace.rs"));
        assert!(output("cargo", &["no-such-command-here"], Path::new(".")).is_err());
    }
}
