//! `sotto mask`: how does an input become a masked output? As a filter, as copies of files, or as counts only.
//!
//! The filter writes what is certain after each read, so a line typed on a terminal comes out masked at once. Copies are
//! written to a temporary name and renamed when they are complete.

mod copies;
mod packed;
mod style;
pub(crate) mod temporary;

use crate::amount::counted;
use crate::args::{MaskArgs, PlainFormat};
use crate::fault::{Fault, Verdict};
use crate::inputs::Source;
use crate::look::Look;
use crate::progress::Watch;
use crate::syntax::{Kind, kind_of};
use crate::{out, signals};
use anyhow::Result;
use packed::PackedWriter;
use serde_json::json;
use sotto_protect::{Counts, MaskError, StreamMasker};
use std::io::{IsTerminal, Write};
use style::Styles;

/// What masking needs, for all files.
struct Desk<'a> {
    args: &'a MaskArgs,
    look: Look,
    styles: Styles,
}

/// What was done.
#[derive(Default)]
struct Done {
    counts: Counts,
    files: u64,
    binary: u64,
    unreadable: u64,
}

/// `sotto mask`.
pub(crate) fn run(args: &MaskArgs) -> Result<Verdict> {
    let desk = Desk { args, look: Look::new(&args.look)?, styles: Styles::new(args)? };
    if args.paths.is_empty() && !args.dry_run {
        return filter(&desk);
    }
    signals::listen()?;
    let done = copies::run(&desk)?;
    if args.dry_run {
        write_counts(args.format, &done).map_err(|error| Fault::output(&error))?;
    } else if !args.quiet {
        out::say(&done.line());
    }
    Ok(if done.unreadable > 0 { Verdict::Incomplete } else { Verdict::Fine })
}

/// Standard input to standard output.
fn filter(desk: &Desk<'_>) -> Result<Verdict> {
    let source = Source::StandardInput;
    let watch = watch(desk.args, &source);
    let mut input = source.open(&watch.read)?;
    let mut to = PackedWriter::new(out::plain(), input.packing).map_err(|error| Fault::output(&error))?;
    let mut stream = desk.stream(&source, &source.name())?;
    let fault = |error| fault(&source, error);
    while stream.fill_from(&mut input.reader).map_err(fault)? > 0 {
        stream.drain(&mut to).map_err(fault)?;
        to.flush().map_err(|error| Fault::output(&error))?;
    }
    stream.finish(&mut to).map_err(fault)?;
    to.finish().and_then(|mut out| out.flush()).map_err(|error| Fault::output(&error))?;
    Ok(Verdict::Fine)
}

/// Progress of a filter is shown when a file becomes a file; in a pipe it would disturb others.
fn watch(args: &MaskArgs, source: &Source) -> Watch {
    let total = source.bytes();
    let from_file_to_file = total.is_some() && !std::io::stdout().is_terminal();
    Watch::begin(args.progress, args.quiet || !from_file_to_file, total)
}

impl Desk<'_> {
    /// A stream for one document.
    fn stream(&self, source: &Source, document: &str) -> Result<StreamMasker<crate::finder::Finder>> {
        let kind = kind_of(self.args.syntax, source, &self.look.csv);
        let finder = match kind {
            Kind::Csv(_) => self.look.finder_of_records(),
            Kind::Auto | Kind::Text | Kind::Json => self.look.finder(),
        };
        Ok(StreamMasker::new(finder, self.styles.masker(document)?, kind.into()))
    }
}

/// A masking error of one input.
fn fault(source: &Source, error: MaskError) -> anyhow::Error {
    let message = format!("`{}`: {error}", source.name());
    match error {
        MaskError::NoSuchColumn { .. } => Fault::usage(message),
        MaskError::Write(error) => Fault::unavailable(format!("standard output: {error}")),
        _ => Fault::unavailable(message),
    }
}

impl Done {
    fn line(&self) -> String {
        let mut line =
            format!("{} masked, {}", counted(self.files, "file"), counted(self.counts.total(), "value"));
        if self.binary > 0 {
            line.push_str(&format!("; {} left out", counted(self.binary, "binary file")));
        }
        if self.unreadable > 0 {
            line.push_str(&format!("; {} not read", counted(self.unreadable, "file")));
        }
        line
    }
}

fn write_counts(format: PlainFormat, done: &Done) -> std::io::Result<()> {
    let mut out = out::buffered();
    match format {
        PlainFormat::Text => {
            for (identifier, count) in done.counts.identifiers() {
                writeln!(out, "{count:8}  {identifier}")?;
            }
            writeln!(out, "{:8}  in all, in {}", done.counts.total(), counted(done.files, "file"))?;
        }
        PlainFormat::Json => {
            let counts = done
                .counts
                .identifiers()
                .map(|(identifier, count)| (identifier.as_str().to_owned(), count.into()));
            let counts: serde_json::Map<_, _> = counts.collect();
            let (files, binary, unreadable) = (done.files, done.binary, done.unreadable);
            let total = done.counts.total();
            writeln!(
                out,
                "{}",
                json!({"values": total, "identifiers": counts, "files": files, "binary": binary, "unreadable": unreadable})
            )?;
        }
    }
    out.flush()
}
