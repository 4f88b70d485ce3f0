//! Where do events come from? A file, standard input, a name in the folder of test events; and a generator for code hooks.

use super::packed::read;
use crate::args::{EventsListArgs, EventsMakeArgs};
use crate::fault::{Fault, Verdict};
use crate::out;
use anyhow::Result;
use sotto_functions::{HookEvent, HookSource, PAYLOAD_BYTES_MAX};
use sotto_sensitive::RawBytes;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// The event that is meant: an empty object where nothing is.
pub(super) fn event_of(meant: Option<&str>, folder: &Path) -> Result<RawBytes> {
    let Some(meant) = meant else { return Ok(RawBytes::new(b"{}".to_vec())) };
    if meant == "-" {
        let mut bytes = Vec::new();
        let most = PAYLOAD_BYTES_MAX as u64 + 1;
        std::io::stdin().lock().take(most).read_to_end(&mut bytes).map_err(|error| Fault::output(&error))?;
        return Ok(RawBytes::new(bytes));
    }
    let named = named(folder, meant);
    match named.filter(|path| path.is_file()) {
        Some(path) => read(&path),
        None => read(Path::new(meant)),
    }
}

/// The file of a named event.
fn named(folder: &Path, name: &str) -> Option<PathBuf> {
    let fits = !name.is_empty()
        && name.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_'));
    fits.then(|| folder.join(format!("{name}.json")))
}

pub(super) fn list(args: &EventsListArgs) -> Result<Verdict> {
    let mut names = Vec::new();
    if args.events.is_dir() {
        for entry in fs::read_dir(&args.events).map_err(|error| Fault::file(&args.events, &error))? {
            let path = entry.map_err(|error| Fault::file(&args.events, &error))?.path();
            if path.extension().is_some_and(|ending| ending == "json") {
                names.extend(path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned));
            }
        }
    }
    names.sort();
    let mut out = out::buffered();
    let written = names.iter().try_for_each(|name| writeln!(out, "{name}")).and_then(|()| out.flush());
    written.map_err(|error| Fault::output(&error))?;
    Ok(Verdict::Fine)
}

pub(super) fn make(args: &EventsMakeArgs) -> Result<Verdict> {
    let source = if args.fulfillment { HookSource::Fulfillment } else { HookSource::Dialog };
    let mut event = HookEvent::new(source, args.intent.clone());
    event.slots = args
        .slot
        .iter()
        .map(|slot| match slot.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (slot.clone(), None),
        })
        .collect();
    let pair = |pair: &String| {
        let pair = pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        pair.ok_or_else(|| Fault::usage("--attribute is NAME=VALUE"))
    };
    event.attributes = args.attribute.iter().map(pair).collect::<Result<_>>()?;
    event.elicited.clone_from(&args.elicit);
    for (place, given) in
        [(&mut event.transcript, &args.said), (&mut event.bot, &args.bot), (&mut event.locale, &args.locale)]
    {
        if let Some(given) = given {
            place.clone_from(given);
        }
    }
    let written = event.written();
    match &args.save {
        None => write_to(&mut out::buffered(), &written).map_err(|error| Fault::output(&error))?,
        Some(name) => {
            let path = named(&args.events, name)
                .ok_or_else(|| Fault::usage("names of events have letters, digits, - and _"))?;
            fs::create_dir_all(&args.events).map_err(|error| Fault::file(&args.events, &error))?;
            let mut file = fs::File::create(&path).map_err(|error| Fault::file(&path, &error))?;
            write_to(&mut file, &written).map_err(|error| Fault::file(&path, &error))?;
        }
    }
    Ok(Verdict::Fine)
}

#[expect(
    clippy::disallowed_methods,
    reason = "an event that the caller made up goes where the caller wants it"
)]
fn write_to(to: &mut impl Write, event: &RawBytes) -> std::io::Result<()> {
    to.write_all(event.expose())?;
    to.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_their_folder() {
        for (name, fits) in
            [("first-turn", true), ("a_1", true), ("../up", false), ("a.json", false), ("", false)]
        {
            assert_eq!(named(Path::new("events"), name).is_some(), fits, "{name}");
        }
    }
}
