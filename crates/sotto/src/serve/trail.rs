//! What does `sotto trail` do? It reads the records of a data directory or database, proves their chains, and writes them out.
//!
//! It reads the store itself, with the root key at hand: a proof that asked the server would prove what the server says. An
//! embedded store belongs to one process, so the server must have ended; beside a running one ask `cloudtrail lookup-events`.

use super::{first, prove};
use crate::args::{KeysStore, PlainFormat, TrailListArgs, TrailVerb, TrailVerifyArgs};
use crate::fault::{Fault, Verdict};
use crate::out;
use anyhow::Result;
use serde::Serialize;
use sotto_api::{TRAIL, TRAIL_HEADS, read_heads, read_keeping};
use sotto_kms::StoreKey;
use sotto_public::{ChainHead, ChainRow};
use sotto_storage::{PAGE_ROWS_MAX, StorageError, Store};
use sotto_trail::{Break, Heads, HeadsBreak, Record, Verifier, records};
use std::io::Write;
use std::sync::Arc;
use std::time::SystemTime;

/// Does what a verb says.
pub(crate) fn run(verb: &TrailVerb) -> Result<Verdict> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Fault::unavailable(format!("threads: {}", crate::fault::reason(&error))))?;
    runtime.block_on(async {
        match verb {
            TrailVerb::List(args) => list(args).await,
            TrailVerb::Verify(args) => match (&args.public_key, &args.export) {
                (Some(key), Some(export)) => prove::verify(args, key, export),
                _ => verify(args).await,
            },
            TrailVerb::Export(args) if args.proof => prove::export(&args.store).await,
            TrailVerb::Export(args) => export(&args.store).await,
        }
    })
}

pub(super) async fn open(args: &KeysStore) -> Result<Arc<dyn Store>> {
    if args.storage.is_none() && !args.data.is_dir() {
        return Err(Fault::unavailable(format!("`{}` is no directory", args.data.display())));
    }
    first::open_store(&args.data, args.storage.as_deref()).await
}

/// Calls `look` with every row of a chain, in order.
pub(super) async fn walk(
    store: &dyn Store,
    head: ChainHead,
    mut look: impl FnMut(&ChainRow) -> Result<()>,
) -> Result<()> {
    let mut after = 0;
    loop {
        let rows = store.chain(TRAIL, head.chain, after, PAGE_ROWS_MAX).await.map_err(unavailable)?;
        rows.iter().try_for_each(&mut look)?;
        match rows.last() {
            Some(last) => after = last.seq,
            None => return Ok(()),
        }
    }
}

async fn list(args: &TrailListArgs) -> Result<Verdict> {
    let store = open(&args.store).await?;
    let mut newest = Vec::new();
    for head in store.heads(TRAIL).await.map_err(unavailable)? {
        walk(&*store, head, |row| {
            newest.extend(records(&row.body).map_err(|_| damaged(row))?);
            keep_newest(&mut newest, args.limit as usize);
            Ok(())
        })
        .await?;
    }
    newest.sort_by_key(|record| std::cmp::Reverse(record.at));
    let mut out = out::buffered();
    for record in &newest {
        let line = match args.format {
            PlainFormat::Json => record.to_cloudtrail().into_inner(),
            PlainFormat::Text => line(record),
        };
        writeln!(out, "{line}").map_err(|error| Fault::output(&error))?;
    }
    out.flush().map_err(|error| Fault::output(&error))?;
    Ok(Verdict::Fine)
}

/// Forgets all but the newest records, now and then.
fn keep_newest(records: &mut Vec<Record>, count: usize) {
    if records.len() > count.saturating_mul(4) {
        records.sort_by_key(|record| std::cmp::Reverse(record.at));
        records.truncate(count);
    }
}

fn line(record: &Record) -> String {
    let identity = record.identity.arn.as_ref().map_or("-", |arn| arn.get().as_str());
    let decision = record.decision.as_ref().map_or("-", |decision| match decision.outcome {
        sotto_trail::Outcome::Allow => "allow",
        sotto_trail::Outcome::ExplicitDeny => "explicit-deny",
        sotto_trail::Outcome::ImplicitDeny => "implicit-deny",
    });
    let error = record.error.as_ref().map_or("-", |code| code.get().as_str());
    let at = record.at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let (seconds, millis) = (at.as_secs(), at.subsec_millis());
    format!(
        "{seconds}.{millis:03} {} {identity} {decision} {error} {}",
        record.call.as_str(),
        record.request_id
    )
}

async fn export(args: &KeysStore) -> Result<Verdict> {
    let store = open(args).await?;
    let mut out = out::buffered();
    let write = |out: &mut dyn Write, text: &str| {
        out.write_all(text.as_bytes()).map_err(|error| Fault::output(&error))
    };
    write(&mut out, "{\"Records\":[")?;
    let mut separator = "\n";
    for head in store.heads(TRAIL).await.map_err(unavailable)? {
        walk(&*store, head, |row| {
            for record in records(&row.body).map_err(|_| damaged(row))? {
                write(&mut out, separator)?;
                write(&mut out, record.to_cloudtrail().get())?;
                separator = ",\n";
            }
            Ok(())
        })
        .await?;
    }
    write(&mut out, "\n]}\n")?;
    out.flush().map_err(|error| Fault::output(&error))?;
    Ok(Verdict::Fine)
}

/// What a proof found.
#[derive(Serialize, Default)]
struct Proof {
    chains: usize,
    rows: u64,
    records: u64,
    /// Seconds since 1970 up to which nothing is missing at the end of a chain.
    complete_until: Option<u64>,
    broken: Vec<String>,
}

async fn verify(args: &TrailVerifyArgs) -> Result<Verdict> {
    let of = store_of(args)?;
    let store = open(&of).await?;
    let keeping = read_keeping(&*store).await.map_err(unavailable)?;
    let (keeping, _) =
        keeping.ok_or_else(|| Fault::unavailable("there is nothing yet: no server was started here"))?;
    let key = crate::keys::roots(&of)?.store_key(&keeping)?;
    let proof = prove(&*store, &key).await?;
    let text = match args.format {
        PlainFormat::Json => serde_json::to_string_pretty(&proof).unwrap_or_default() + "\n",
        PlainFormat::Text => told(&proof),
    };
    out::plain().write_all(text.as_bytes()).map_err(|error| Fault::output(&error))?;
    Ok(if proof.broken.is_empty() { Verdict::Fine } else { Verdict::Found })
}

/// The store that is meant where no export is.
fn store_of(args: &TrailVerifyArgs) -> Result<KeysStore> {
    let data = args.data.clone().ok_or_else(|| Fault::usage("say where the data is: --data DIR"))?;
    let (storage, root_key_file) = (args.storage.clone(), args.root_key_file.clone());
    Ok(KeysStore { data, storage, root_key_file, config: args.config.clone() })
}

async fn prove(store: &dyn Store, key: &StoreKey) -> Result<Proof> {
    let mut proof = Proof::default();
    let ends = store.heads(TRAIL).await.map_err(unavailable)?;
    let heads = read_heads(store).await.map_err(unavailable)?;
    if let Some(heads) = &heads {
        let genuine = heads.confirm(|message| key.authenticate(TRAIL_HEADS, message));
        let whole = genuine.and_then(|()| heads.compare_lengths(&ends));
        proof.broken.extend(whole.err().map(|found| found.to_string()));
        let at = heads.at().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        proof.complete_until = Some(at.as_secs());
    }
    for end in ends {
        proof.chains += 1;
        prove_chain(store, end, heads.as_ref(), &mut proof).await?;
    }
    Ok(proof)
}

async fn prove_chain(
    store: &dyn Store,
    end: ChainHead,
    heads: Option<&Heads>,
    proof: &mut Proof,
) -> Result<()> {
    let mut verifier = Verifier::new(TRAIL.name(), end.chain);
    let (mut rows, mut count, mut broken) = (0, 0, None);
    walk(store, end, |row| {
        if broken.is_some() {
            return Ok(());
        }
        broken = checked(&mut verifier, row, heads).err();
        rows += 1;
        match records(&row.body) {
            Ok(found) => count += found.len() as u64,
            Err(_) if broken.is_none() => {
                broken = Some(format!("row {} of chain {} is no record", row.seq, row.chain))
            }
            Err(_) => {}
        }
        Ok(())
    })
    .await?;
    proof.rows += rows;
    proof.records += count;
    proof.broken.extend(broken);
    Ok(())
}

fn checked(verifier: &mut Verifier, row: &ChainRow, heads: Option<&Heads>) -> Result<(), String> {
    verifier.push(row).map_err(|found: Break| found.to_string())?;
    heads.map_or(Ok(()), |heads| heads.compare(verifier).map_err(|found: HeadsBreak| found.to_string()))
}

fn told(proof: &Proof) -> String {
    let Proof { chains, rows, records, complete_until, broken } = proof;
    let mut text = format!("{records} records in {rows} rows of {chains} chains\n");
    match complete_until {
        Some(until) => {
            text.push_str(&format!("nothing is missing at their ends up to {until} (seconds since 1970)\n"))
        }
        None => text.push_str("their ends are not covered: the server never ended in order\n"),
    }
    match broken.as_slice() {
        [] => text.push_str("whole: every link holds\n"),
        broken => broken.iter().for_each(|found| text.push_str(&format!("BROKEN: {found}\n"))),
    }
    text
}

fn damaged(row: &ChainRow) -> anyhow::Error {
    Fault::unavailable(format!(
        "row {} of chain {} is no record; run `sotto trail verify`",
        row.seq, row.chain
    ))
}

fn unavailable(error: StorageError) -> anyhow::Error {
    Fault::unavailable(error.to_string())
}
