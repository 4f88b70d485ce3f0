//! Which tests run when? Three lanes, each one command with a budget on two idle cores.
//!
//! - **quick** (a few minutes): unit tests, vectors, misuse, small property tests; no services, no other languages, no query
//!   engine.
//! - **full** (at most 40 minutes): all tests and doc tests; what a test compares with must be there (`CI=true`), and two
//!   minutes of fuzzing in all where its toolchain is installed.
//! - **long** (by hand, results dated into BENCHMARKS.md): full with new cases for the property tests, ten times the kills and
//!   events, benchmarks, rivals, ten minutes of each fuzz target.
//!
//! A test binary called `oracle` or `clients` needs something from outside and is left out of quick. `cargo nextest` runs
//! the tests where it is installed, `cargo test` elsewhere; doc tests are always cargo's.

use crate::readme;
use crate::say;
use crate::tally::Tally;
use crate::workspace::{Workspace, read_text};
use anyhow::{Context, Result};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Test binaries that need something from outside of the workspace.
const OUTSIDE: &[&str] = &["oracle", "clients"];
/// The query engine: its library alone builds for longer than the quick lane may take.
const ENGINE: &str = "sotto-insights";
/// From which the property tests draw their cases in all lanes but the long one.
const PROPTEST_SEED: &str = "4566";
/// How often the long lane kills, and how many events it looks for, where nothing else is asked.
const LONG_COUNTS: &[(&str, &str)] = &[
    ("SOTTO_KILLS", "200"),
    ("SOTTO_CONTAINED", "100000"),
    ("SOTTO_CONVERSATIONS", "2000"),
    ("SOTTO_FAILING", "60"),
    ("SOTTO_RETROACTIVE_END", "1"),
];
/// Fuzzing in the full lane, all targets together.
const FUZZ_FULL: Duration = Duration::from_secs(120);
/// Fuzzing in the long lane, each target.
const FUZZ_LONG_EACH: Duration = Duration::from_secs(600);

/// Tests while working.
pub(crate) fn quick() -> Result<bool> {
    let workspace = Workspace::read()?;
    let mut selection = words(&["--workspace", "--exclude", ENGINE, "--lib", "--bins"]);
    for name in inside(&workspace) {
        selection.extend(words(&["--test", &name]));
    }
    let mut lane = Lane::begin("quick", workspace.root);
    lane.tests(&selection)?;
    lane.end()
}

/// All tests.
pub(crate) fn full() -> Result<bool> {
    let mut lane = Lane::begin("full", Workspace::read()?.root);
    lane.everything()?;
    let targets = fuzz_targets(&lane.root);
    let each = FUZZ_FULL / u32::try_from(targets.len().max(1))?;
    lane.fuzz(&targets, each)?;
    lane.end()
}

/// All tests, benchmarks, rivals and long fuzzing.
pub(crate) fn long() -> Result<bool> {
    let mut lane = Lane::begin("long", Workspace::read()?.root);
    lane.everything()?;
    lane.command("cargo", &["bench", "--workspace"])?;
    for rival in rivals(&lane.root) {
        lane.command(&rival.to_string_lossy(), &[])?;
    }
    let targets = fuzz_targets(&lane.root);
    lane.fuzz(&targets, FUZZ_LONG_EACH)?;
    lane.end()
}

/// The format of the source and clippy's opinion on it.
pub(crate) fn format_and_clippy() -> Result<bool> {
    let mut lane = Lane::begin("format and clippy", Workspace::read()?.root);
    lane.command("cargo", &["fmt", "--all", "--check"])?;
    lane.command("cargo", &["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"])?;
    lane.end()
}

/// A run of commands that all shall succeed.
struct Lane {
    name: &'static str,
    root: PathBuf,
    begun: Instant,
    tally: Tally,
    failed: Vec<String>,
}

impl Lane {
    fn begin(name: &'static str, root: PathBuf) -> Self {
        Self { name, root, begun: Instant::now(), tally: Tally::default(), failed: Vec::new() }
    }

    fn everything(&mut self) -> Result<()> {
        self.tests(&words(&["--workspace", "--lib", "--bins", "--tests", "--examples"]))?;
        self.command("cargo", &["test", "--workspace", "--doc", "--no-fail-fast"])?;
        self.front_page()
    }

    /// The examples of the front page, played back.
    fn front_page(&mut self) -> Result<()> {
        say("==> the examples of README.md")?;
        let found = readme::run(&self.root, "README.md", &read_text(&self.root, "README.md")?)?;
        found.iter().try_for_each(|finding| say(&finding.to_string()))?;
        self.failed.extend((!found.is_empty()).then(|| "the examples of README.md".to_owned()));
        Ok(())
    }

    fn tests(&mut self, selection: &[String]) -> Result<()> {
        let runner: &[&str] = if answers(&["nextest", "--version"]) {
            &["nextest", "run", "--profile", "ci", "--no-tests", "pass"]
        } else {
            &["test", "--no-fail-fast"]
        };
        let selection = selection.iter().map(String::as_str);
        self.command("cargo", &runner.iter().copied().chain(selection).collect::<Vec<_>>())
    }

    fn fuzz(&mut self, targets: &[String], each: Duration) -> Result<()> {
        if targets.is_empty() || !answers(&["+nightly", "fuzz", "--version"]) {
            return say("fuzzing: left out (it needs targets, cargo-fuzz and a nightly toolchain)");
        }
        for target in targets {
            let seconds = format!("-max_total_time={}", each.as_secs());
            self.command("cargo", &["+nightly", "fuzz", "run", target, "--", &seconds])?;
        }
        Ok(())
    }

    /// Runs a command, shows what it prints, counts the tests that it reports and remembers whether it failed.
    fn command(&mut self, program: &str, arguments: &[&str]) -> Result<()> {
        let shown = [&[program], arguments].concat().join(" ");
        say(&format!("==> {shown}"))?;
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.root).stdout(Stdio::piped());
        self.outside(&mut command);
        // nextest reports on standard error, cargo's test programs on standard output: both are read as one.
        let (reader, writer) = std::io::pipe()?;
        command.stderr(writer.try_clone()?).stdout(writer);
        let mut child = command.spawn().with_context(|| format!("cannot start {program}"))?;
        drop(command);
        for line in BufReader::new(reader).split(b'\n') {
            let line = String::from_utf8_lossy(&line?).into_owned();
            self.tally.read(&line);
            say(&line)?;
        }
        if !child.wait()?.success() {
            self.failed.push(shown);
        }
        Ok(())
    }

    /// What tests compare with must be there in the full and long lanes; tests ask the variable by which CI is known.
    fn outside(&self, command: &mut Command) {
        if self.name != "quick" {
            command.env("CI", "true");
        }
        // Elsewhere the same cases each time, so that a change fails for its own sake; the long lane looks for new ones.
        if self.name != "long" {
            command.env("PROPTEST_RNG_SEED", PROPTEST_SEED);
            return;
        }
        for (name, count) in LONG_COUNTS.iter().filter(|(name, _)| std::env::var_os(name).is_none()) {
            command.env(name, count);
        }
    }

    fn end(self) -> Result<bool> {
        for failed in &self.failed {
            say(&format!("failed: {failed}"))?;
        }
        let verdict = if self.failed.is_empty() { "passed" } else { "FAILED" };
        let seconds = self.begun.elapsed().as_secs();
        say(&format!("{} lane {verdict}: {} in {seconds} s", self.name, self.tally))?;
        Ok(self.failed.is_empty())
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Names of the test binaries that need nothing from outside.
fn inside(workspace: &Workspace) -> Vec<String> {
    let targets = workspace.crates.iter().flat_map(|member| &member.targets);
    let tests = targets.filter(|target| target.kind.iter().any(|kind| kind == "test"));
    let mut names: Vec<String> =
        tests.map(|target| target.name.clone()).filter(|name| !OUTSIDE.contains(&name.as_str())).collect();
    names.sort();
    names.dedup();
    names
}

/// Whether cargo knows a subcommand.
fn answers(arguments: &[&str]) -> bool {
    let status = Command::new("cargo").args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn fuzz_targets(root: &Path) -> Vec<String> {
    let stem =
        |path: PathBuf| (path.extension()? == "rs").then(|| path.file_stem()?.to_str().map(str::to_owned))?;
    entries(&root.join("fuzz/fuzz_targets")).into_iter().filter_map(stem).collect()
}

/// Programs `oracles/run-*`: each builds and runs its comparison and prints its numbers.
fn rivals(root: &Path) -> Vec<PathBuf> {
    let named =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("run-"));
    entries(&root.join("oracles")).into_iter().filter(named).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::{Member, Target};

    #[test]
    fn quick_leaves_out_what_needs_the_outside() {
        let target = |name: &str, kind: &str| Target { name: name.into(), kind: vec![kind.into()] };
        let tests = [
            target("misuse", "test"),
            target("oracle", "test"),
            target("clients", "test"),
            target("a", "lib"),
        ];
        let member = Member { targets: tests.into(), ..Member::default() };
        let crates = vec![member.clone(), member];
        let workspace = Workspace { root: ".".into(), crates, shared: Vec::new(), files: Vec::new() };
        assert_eq!(inside(&workspace), ["misuse"]);
    }

    #[test]
    fn a_failing_command_fails_the_lane() {
        let mut lane = Lane::begin("trial", ".".into());
        lane.command("cargo", &["--version"]).unwrap();
        assert!(lane.failed.is_empty());
        lane.command("cargo", &["no-such-command-here"]).unwrap();
        assert_eq!(lane.failed, ["cargo no-such-command-here"]);
        assert!(!lane.end().unwrap());
        assert!(Lane::begin("trial", ".".into()).end().unwrap());
    }

    #[test]
    fn fuzz_targets_and_rivals_may_be_absent() {
        let nowhere = Path::new("no/such/folder");
        assert!(fuzz_targets(nowhere).is_empty() && rivals(nowhere).is_empty());
    }
}
