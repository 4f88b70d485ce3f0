//! How are files and directories copied masked? File by file, by all threads, each whole or not at all.

use super::packed::PackedWriter;
use super::temporary::Temporary;
use super::{Desk, Done, fault};
use crate::fault::Fault;
use crate::files::{Target, Targets};
use crate::inputs::{Input, Source};
use crate::ordered::{Event, Parts, ordered, threads};
use crate::progress::Watch;
use crate::{out, signals};
use anyhow::Result;
use sotto_protect::{Counts, MaskError};
use sotto_sensitive::RawBytes;
use std::collections::HashSet;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Bytes that decide whether a file is binary.
const BINARY_BYTES: usize = 8 << 10;
/// Bytes that are collected before they are written.
const BUFFER_BYTES: usize = 256 << 10;

/// How a file went.
enum Copied {
    Masked(Counts),
    Binary,
}

/// Copies, or only counts.
pub(super) fn run(desk: &Desk<'_>) -> Result<Done> {
    let args = desk.args;
    if let Some(folder) = &args.output {
        std::fs::create_dir_all(folder).map_err(|error| Fault::file(folder, &error))?;
    }
    let targets = Targets::of(&args.paths, args.walk, args.output.as_deref())?;
    if let Some(folder) = &args.output {
        refuse_clashes(&targets, folder)?;
    }
    let watch = Watch::begin(args.progress, args.quiet, targets.bytes());
    let mut done = Done { unreadable: targets.unlisted, ..Done::default() };
    let work = |target: Target, parts: &Parts<Result<Copied>>| {
        parts.send(copy(desk, &target, &watch.read));
    };
    ordered(threads(args.threads), targets.files.into_iter(), work, |event| match event {
        _ if signals::interrupted() => Err(Fault::Interrupted.into()),
        Event::Idle => Ok(()),
        Event::Part(copied) => done.take(copied),
    })?;
    Ok(done)
}

impl Done {
    fn take(&mut self, copied: Result<Copied>) -> Result<()> {
        match copied {
            Ok(Copied::Masked(counts)) => {
                self.files += 1;
                self.counts.add(&counts);
            }
            Ok(Copied::Binary) => self.binary += 1,
            Err(error) if matches!(error.downcast_ref(), Some(Fault::Unavailable(_))) => {
                out::say(&format!("sotto: {error:#}"));
                self.unreadable += 1;
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// Two inputs must not become one file, and no input may be overwritten.
fn refuse_clashes(targets: &Targets, folder: &Path) -> Result<()> {
    let mut seen = HashSet::new();
    for target in &targets.files {
        let path = match &target.source {
            Source::File(path) => path,
            Source::StandardInput => {
                return Err(Fault::usage(
                    "standard input has no name in the output directory; leave --output out",
                ));
            }
        };
        let to = folder.join(&target.relative);
        if !seen.insert(&target.relative) {
            let (to, path) = (to.display(), path.display());
            return Err(Fault::usage(format!(
                "two inputs would become `{to}`, one of them `{path}`; mask them apart"
            )));
        }
        if let (Ok(to), Ok(from)) = (to.canonicalize(), path.canonicalize())
            && to == from
        {
            let path = path.display();
            return Err(Fault::usage(format!(
                "`{path}` would be overwritten; give another --output directory"
            )));
        }
    }
    Ok(())
}

fn copy(desk: &Desk<'_>, target: &Target, read: &Arc<AtomicU64>) -> Result<Copied> {
    let source = &target.source;
    let mut input = source.open(read)?;
    let beginning = beginning(&mut input).map_err(|error| source.fault(&error))?;
    if !desk.args.walk.binary && is_binary(&beginning) {
        return Ok(Copied::Binary);
    }
    let Some(folder) = &desk.args.output else {
        return mask(desk, source, &beginning, input, &mut io::sink()).map(Copied::Masked);
    };
    let to = folder.join(&target.relative);
    let written = |error: io::Error| Fault::file(&to, &error);
    let temporary = Temporary::create(&to, permissions(source)).map_err(written)?;
    let buffered = BufWriter::with_capacity(BUFFER_BYTES, temporary);
    let mut packer = PackedWriter::new(buffered, input.packing).map_err(written)?;
    let counts = mask(desk, source, &beginning, input, &mut packer)?;
    let buffered = packer.finish().map_err(written)?;
    let temporary = buffered.into_inner().map_err(|error| written(error.into_error()))?;
    temporary.keep().map_err(written)?;
    Ok(Copied::Masked(counts))
}

/// Masks one input into a writer.
#[expect(clippy::disallowed_methods, reason = "the first bytes, which were looked at, go on to the masker")]
fn mask(
    desk: &Desk<'_>,
    source: &Source,
    beginning: &RawBytes,
    mut input: Input,
    to: &mut impl Write,
) -> Result<Counts> {
    let fault = |error| fault_of_copy(source, error);
    let mut stream = desk.stream(source, &source.name())?;
    stream.push(beginning.expose());
    stream.drain(to).map_err(fault)?;
    while stream.fill_from(&mut input.reader).map_err(fault)? > 0 {
        stream.drain(to).map_err(fault)?;
    }
    stream.finish(to).map_err(fault)
}

fn fault_of_copy(source: &Source, error: MaskError) -> anyhow::Error {
    match error {
        MaskError::Write(error) => Fault::unavailable(format!("the copy of `{}`: {error}", source.name())),
        other => fault(source, other),
    }
}

fn beginning(input: &mut Input) -> io::Result<RawBytes> {
    let mut held = RawBytes::default();
    while held.length() < BINARY_BYTES && held.fill_from(&mut input.reader, BINARY_BYTES - held.length())? > 0
    {
    }
    Ok(held)
}

#[expect(clippy::disallowed_methods, reason = "looks for one byte value; nothing leaves")]
fn is_binary(beginning: &RawBytes) -> bool {
    memchr::memchr(0, beginning.expose()).is_some()
}

fn permissions(source: &Source) -> Option<std::fs::Permissions> {
    match source {
        Source::File(path) => std::fs::metadata(path).ok().map(|about| about.permissions()),
        Source::StandardInput => None,
    }
}
