//! How does somebody check a trail who has neither the store nor the root key? With an export and a public key.
//!
//! `export --proof` writes checkpoints and rows; `verify --public-key` walks them as they come, so that an export may be larger
//! than memory. Checkpoints that were kept elsewhere are files of checkpoints, one behind the other, as `--checkpoint-to` writes
//! them; an export is one, too.

use super::trail::walk;
use crate::args::{KeysStore, PlainFormat, TrailVerifyArgs};
use crate::fault::{Fault, Verdict};
use crate::out;
use crate::private;
use anyhow::Result;
use rustls::pki_types::SubjectPublicKeyInfoDer;
use rustls::pki_types::pem::PemObject;
use serde::Serialize;
use sotto_api::{TRAIL, read_checkpoints};
use sotto_storage::{StorageError, Store};
use sotto_trail::{
    Checkpoint, EXPORT_LINE_BYTES_MAX, EXPORT_TITLE, EndLine, ExportReader, Flaw, Item, Proven, RowLine,
    Witness,
};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::time::SystemTime;

/// First word of the only line of a PEM file that matters here.
const PEM: &[u8] = b"-----BEGIN";

/// Writes checkpoints and rows to standard output.
pub(super) async fn export(args: &KeysStore) -> Result<Verdict> {
    let store = super::trail::open(args).await?;
    let mut out = out::buffered();
    let written = |error: std::io::Error| Fault::output(&error);
    out.write_all(EXPORT_TITLE.as_bytes()).map_err(written)?;
    checkpoints(&*store, |checkpoint| write!(out, "{checkpoint}").map_err(written)).await?;
    let mut rows = 0;
    for head in store.heads(TRAIL).await.map_err(unavailable)? {
        walk(&*store, head, |row| {
            rows += 1;
            write!(out, "{}", RowLine(row)).map_err(written)
        })
        .await?;
    }
    write!(out, "{}", EndLine(rows)).and_then(|()| out.flush()).map_err(written)?;
    Ok(Verdict::Fine)
}

/// Calls `look` with every checkpoint, in order.
async fn checkpoints(store: &dyn Store, mut look: impl FnMut(&Checkpoint) -> Result<()>) -> Result<()> {
    let mut after = 0;
    loop {
        let page = read_checkpoints(store, after).await.map_err(unavailable)?;
        page.iter().try_for_each(&mut look)?;
        match page.last() {
            Some(last) => after = last.number(),
            None => return Ok(()),
        }
    }
}

/// What a proof found.
#[derive(Serialize)]
struct Told {
    checkpoints: u64,
    chains: u64,
    rows: u64,
    /// Rows after the last checkpoint.
    open_rows: u64,
    /// Seconds since 1970: the instant of the last checkpoint.
    proven_until: Option<u64>,
    kept: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    broken: Option<String>,
}

/// Checks an export.
pub(super) fn verify(args: &TrailVerifyArgs, public_key: &Path, export: &Path) -> Result<Verdict> {
    let mut witness = Witness::new(TRAIL.name(), &public(public_key)?);
    let mut kept = 0;
    let walked = args.kept.iter().try_for_each(|path| keep(path, &mut witness, &mut kept));
    let walked = walked.and_then(|()| read_export(export, &mut witness));
    let (proven, broken) = match walked.and_then(|()| witness.finish().map_err(Stop::Flaw)) {
        Ok(proven) => (proven, None),
        Err(Stop::Flaw(flaw)) => (Proven::default(), Some(flaw.to_string())),
        Err(Stop::Broken(broken)) => (Proven::default(), Some(broken)),
        Err(Stop::Fault(fault)) => return Err(fault),
    };
    let Proven { checkpoints, until, chains, rows, open_rows } = proven;
    let proven_until =
        until.map(|at| at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs());
    let told = Told { checkpoints, chains, rows, open_rows, proven_until, kept, broken };
    let text = match args.format {
        PlainFormat::Json => serde_json::to_string_pretty(&told).unwrap_or_default() + "\n",
        PlainFormat::Text => words(&told),
    };
    out::plain().write_all(text.as_bytes()).map_err(|error| Fault::output(&error))?;
    Ok(if told.broken.is_none() { Verdict::Fine } else { Verdict::Found })
}

/// Why a walk stopped.
enum Stop {
    Flaw(Flaw),
    Broken(String),
    Fault(anyhow::Error),
}

impl From<Flaw> for Stop {
    fn from(flaw: Flaw) -> Self {
        Self::Flaw(flaw)
    }
}

/// A public key: SubjectPublicKeyInfo, as PEM or as the bytes that KMS's GetPublicKey gives.
fn public(path: &Path) -> Result<Vec<u8>> {
    let bytes = private::read(path).map_err(|error| Fault::file(path, &error))?;
    if !bytes.trim_ascii_start().starts_with(PEM) {
        return Ok(bytes);
    }
    let refused = |_| Fault::usage(format!("`{}` holds no public key", path.display()));
    SubjectPublicKeyInfoDer::from_pem_slice(&bytes).map(|key| key.to_vec()).map_err(refused)
}

/// Checkpoints of a file: what stands between them is passed over.
fn keep(path: &Path, witness: &mut Witness, kept: &mut usize) -> Result<(), Stop> {
    let (mut open, before): (Option<Vec<u8>>, _) = (None, *kept);
    lines(path, |line| {
        if line.starts_with(b"sotto trail checkpoint ") {
            open = Some(Vec::new());
        }
        let Some(text) = &mut open else { return Ok(()) };
        text.extend_from_slice(line);
        text.push(b'\n');
        if line.starts_with(b"signature ") {
            let checkpoint = Checkpoint::parse(text).map_err(|found| Stop::Flaw(found.into()))?;
            witness.keep(&checkpoint)?;
            *kept += 1;
            open = None;
        }
        Ok(())
    })?;
    match *kept > before {
        true => Ok(()),
        false => Err(Stop::Fault(Fault::usage(format!("`{}` holds no checkpoint", path.display())))),
    }
}

fn read_export(path: &Path, witness: &mut Witness) -> Result<(), Stop> {
    let mut reader = ExportReader::default();
    let broken = |found: sotto_trail::ExportBreak| Stop::Broken(found.to_string());
    lines(path, |line| {
        match reader.push(line).map_err(broken)? {
            Some(Item::Checkpoint(checkpoint)) => witness.checkpoint(&checkpoint)?,
            Some(Item::Row(row)) => witness.row(&row)?,
            Some(Item::End(_)) | None => {}
        }
        Ok(())
    })?;
    reader.finish().map_err(broken)
}

/// Calls `look` with every line of a file, `-` for standard input.
fn lines(path: &Path, mut look: impl FnMut(&[u8]) -> Result<(), Stop>) -> Result<(), Stop> {
    let failed = |error: std::io::Error| Stop::Fault(Fault::file(path, &error));
    let source: Box<dyn Read> = match path.as_os_str() == "-" {
        true => Box::new(std::io::stdin()),
        false => Box::new(File::open(path).map_err(failed)?),
    };
    let (mut source, mut line) = (BufReader::new(source), Vec::new());
    loop {
        line.clear();
        let most = EXPORT_LINE_BYTES_MAX as u64 + 1;
        let read = source.by_ref().take(most).read_until(b'\n', &mut line).map_err(failed)?;
        if read == 0 {
            return Ok(());
        }
        if line.pop_if(|last| *last == b'\n').is_none() && line.len() > EXPORT_LINE_BYTES_MAX {
            return Err(Stop::Broken(format!("a line has more than {EXPORT_LINE_BYTES_MAX} bytes")));
        }
        look(&line)?;
    }
}

fn words(told: &Told) -> String {
    let Told { checkpoints, chains, rows, open_rows, proven_until, kept, broken } = told;
    if let Some(broken) = broken {
        return format!("BROKEN: {broken}\n");
    }
    let mut text =
        format!("{checkpoints} checkpoints, each signed by this key and following the one before\n");
    match proven_until {
        Some(until) => text.push_str(&format!(
            "{rows} rows of {chains} chains are what they were at {until} (seconds since 1970)\n"
        )),
        None => text.push_str("no checkpoint: nobody vouches for these rows\n"),
    }
    if *open_rows > 0 {
        text.push_str(&format!(
            "{open_rows} rows came later: whole in themselves, and not vouched for yet\n"
        ));
    }
    match kept {
        0 => text.push_str(
            "no checkpoint that was kept elsewhere was given: an older state would look like this, too\n",
        ),
        _ => text.push_str(&format!("{kept} checkpoints that were kept elsewhere are in it\n")),
    }
    text
}

fn unavailable(error: StorageError) -> anyhow::Error {
    Fault::unavailable(error.to_string())
}
