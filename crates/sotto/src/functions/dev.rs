//! `sotto functions dev`: new code goes into a function whenever a file is saved.
//!
//! Files are looked at twice a second: times and lengths of all of them. Watching by the system's own means differs between file
//! systems and misses those that are mounted from elsewhere.

use super::create::update;
use super::events::event_of;
use super::invoke::{answer, asked};
use super::packed::files_of;
use crate::args::FunctionsDevArgs;
use crate::fault::Verdict;
use crate::remote::Remote;
use crate::{out, signals};
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(500);

pub(super) fn run(args: &FunctionsDevArgs) -> Result<Verdict> {
    let remote = Remote::new(&args.remote)?;
    let mut seen = None;
    while !signals::interrupted() {
        let now = look(&args.code)?;
        if seen.as_ref() != Some(&now) {
            turn(&remote, args);
            seen = Some(now);
        }
        std::thread::sleep(LOOK_EVERY);
    }
    Ok(Verdict::Fine)
}

/// One save: what goes wrong is told, and the next save is waited for.
fn turn(remote: &Remote, args: &FunctionsDevArgs) {
    let done = update(remote, &args.name, &args.code).and_then(|()| {
        out::say(&format!("function {} has new code", args.name));
        match &args.event {
            Some(event) => {
                let event = event_of(Some(event), &args.events)?;
                answer(remote, asked(&args.name, event)).map(|_| ())
            }
            None => Ok(()),
        }
    });
    if let Err(error) = done {
        out::say(&format!("sotto: {error:#}"));
    }
}

/// What there is: names, times and lengths.
fn look(path: &Path) -> Result<Vec<(PathBuf, Option<SystemTime>, u64)>> {
    let of = |path: &Path| {
        let told = std::fs::metadata(path).ok();
        (told.as_ref().and_then(|told| told.modified().ok()), told.map_or(0, |told| told.len()))
    };
    if !path.is_dir() {
        let (at, length) = of(path);
        return Ok(vec![(path.to_path_buf(), at, length)]);
    }
    let files = files_of(path)?;
    Ok(files
        .into_iter()
        .map(|(name, ..)| (of(&path.join(&name)), name))
        .map(|((at, length), name)| (name, at, length))
        .collect())
}
