//! Does the command do what its help says? Each test runs the built program and looks at what comes out.
//!
//! Values are published test numbers or invented.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail loudly; it handles canary data only"
)]

mod canary;
mod eval;
mod help;
mod identifiers;
mod jsonl;
mod mask;
#[cfg(feature = "server")]
mod messages;
mod policy;
mod policy_verbs;
mod scan;
#[cfg(feature = "server")]
mod serve;
mod settings;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A published test card.
const CARD: &str = "4111 1111 1111 1111";

/// A run that ended.
struct Run {
    code: i32,
    out: Vec<u8>,
    err: String,
}

impl Run {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.out).unwrap()
    }

    /// Standard output of a run that went well.
    fn fine(&self) -> &str {
        assert_eq!(self.code, 0, "{}", self.err);
        self.text()
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.out).unwrap()
    }
}

/// The command, with nothing of this test's environment that could change its answers.
fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sotto"));
    command
        .args(args)
        .env_remove("SOTTO_TOKEN_KEY")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn finished(output: Output) -> Run {
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    Run { code: output.status.code().unwrap_or(-1), out: output.stdout, err }
}

/// Runs the command with that standard input.
fn sotto_reading(args: &[&str], input: &[u8]) -> Run {
    let mut child = command(args).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // A command that is refused reads nothing.
        let _ = stdin.write_all(&input);
    });
    let run = finished(child.wait_with_output().unwrap());
    writer.join().unwrap();
    run
}

/// Runs the command with nothing to read.
fn sotto(args: &[&str]) -> Run {
    sotto_reading(args, b"")
}

/// A directory with files.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn str(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    #[expect(clippy::disallowed_methods, reason = "a test writes its own input")]
    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        self.str(name)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// Everything in it, sorted, below it.
    fn names(&self) -> Vec<String> {
        fn walk(folder: &Path, root: &Path, names: &mut Vec<String>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => walk(&path, root, names),
                    false => names.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned()),
                }
            }
        }
        let mut names = Vec::new();
        walk(self.0.path(), self.0.path(), &mut names);
        names.sort();
        names
    }
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(text).unwrap();
    packer.finish().unwrap()
}

fn zstd(text: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(text, 1).unwrap()
}
