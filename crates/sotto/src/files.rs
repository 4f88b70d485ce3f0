//! Which files are meant? Paths of the command line become a list in a fixed order.
//!
//! A file that is named is always taken. Directories are walked without following links, in the order of names, leaving out
//! what .gitignore and .ignore name (inside of a repository or not), hidden files, and `.git`.

use crate::args::WalkArgs;
use crate::fault::{Fault, reason};
use crate::inputs::Source;
use crate::out;
use anyhow::Result;
use ignore::WalkBuilder;
use std::path::{Path, PathBuf};

/// One input, and where a copy of it belongs.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) source: Source,
    /// Below the output directory; empty for standard input.
    pub(crate) relative: PathBuf,
    /// As far as it is known.
    pub(crate) bytes: Option<u64>,
}

/// All inputs, and how many could not be found or listed.
#[derive(Default)]
pub(crate) struct Targets {
    pub(crate) files: Vec<Target>,
    /// Said on standard error already.
    pub(crate) unlisted: u64,
}

impl Targets {
    /// What the paths stand for; standard input where there are none. `left_out` is a directory that is not entered.
    pub(crate) fn of(paths: &[PathBuf], args: WalkArgs, left_out: Option<&Path>) -> Result<Self> {
        let mut targets = Self::default();
        let standard_input = [PathBuf::from("-")];
        let paths = if paths.is_empty() { &standard_input } else { paths };
        let left_out = left_out.and_then(|path| path.canonicalize().ok());
        for path in paths {
            targets.add(path, args, left_out.as_deref())?;
        }
        Ok(targets)
    }

    /// Bytes of all of them, where all are known.
    pub(crate) fn bytes(&self) -> Option<u64> {
        self.files.iter().map(|target| target.bytes).sum()
    }

    fn add(&mut self, path: &Path, args: WalkArgs, left_out: Option<&Path>) -> Result<()> {
        let source = Source::of(path);
        if source == Source::StandardInput {
            if self.files.iter().any(|target| target.source == Source::StandardInput) {
                return Err(Fault::usage("standard input (`-`) is named twice; it can be read once"));
            }
            let (bytes, relative) = (source.bytes(), PathBuf::new());
            self.files.push(Target { source, relative, bytes });
            return Ok(());
        }
        let about = match std::fs::metadata(path) {
            Ok(about) => about,
            Err(error) => {
                out::say(&format!("sotto: {:#}", Fault::file(path, &error)));
                self.unlisted += 1;
                return Ok(());
            }
        };
        if about.is_dir() {
            self.walk(path, args, left_out);
        } else {
            let relative = path.file_name().map(PathBuf::from).unwrap_or_default();
            self.files.push(Target { source, relative, bytes: about.is_file().then_some(about.len()) });
        }
        Ok(())
    }

    fn walk(&mut self, root: &Path, args: WalkArgs, left_out: Option<&Path>) {
        let name = root.file_name().map(PathBuf::from).unwrap_or_default();
        let left_out = left_out.map(Path::to_owned);
        let walk = WalkBuilder::new(root)
            .standard_filters(!args.no_ignore)
            .require_git(false)
            .hidden(!args.hidden)
            .sort_by_file_name(Ord::cmp)
            .filter_entry(move |entry| {
                let is_left_out =
                    |wanted: &PathBuf| entry.path().canonicalize().is_ok_and(|path| path == *wanted);
                let is_dir = entry.file_type().is_some_and(|kind| kind.is_dir());
                !is_dir || entry.file_name() != ".git" && !left_out.as_ref().is_some_and(is_left_out)
            })
            .build();
        for entry in walk {
            match entry {
                Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                    let below = entry.path().strip_prefix(root).unwrap_or(entry.path());
                    let bytes = entry.metadata().ok().map(|about| about.len());
                    let source = Source::File(entry.path().to_owned());
                    self.files.push(Target { source, relative: name.join(below), bytes });
                }
                Ok(_) => {}
                Err(error) => self.unlisted(root, &error),
            }
        }
    }

    fn unlisted(&mut self, root: &Path, error: &ignore::Error) {
        let why = error.io_error().map_or_else(|| "a pattern or link is not understood".to_owned(), reason);
        out::say(&format!("sotto: something below `{}` cannot be listed: {why}", root.display()));
        self.unlisted += 1;
    }
}
