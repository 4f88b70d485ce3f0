//! When are checkpoints made, and where do they go? At an interval, when the process gets SIGUSR1, and at the end; to files and
//! addresses outside of the store, each of which gets every checkpoint in order.
//!
//! A receiver that is away gets what it missed later. A file is read when the server starts: where it ends in a checkpoint that
//! the store does not have, the store is an older state or another one than it was, and that is an error in the log; nothing
//! more is written to that file then, so that it stays a witness.

use super::listen::Ending;
use super::log::{self, field};
use crate::fault::Fault;
use anyhow::Result;
use sotto_api::{Api, Notary, last_checkpoint, read_checkpoints};
use sotto_public::Public;
use sotto_storage::{StorageError, Store};
use sotto_trail::Checkpoint;
use sotto_wire::client::post::{Endpoint, Trust};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Most receivers.
const RECEIVERS_MAX: usize = 8;
/// Until a receiver must have answered.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(20);

/// Who gets checkpoints.
enum Receiver {
    File { path: PathBuf, last: u64 },
    Post { endpoint: Endpoint, trust: Trust, last: u64 },
}

/// Makes checkpoints and sends them.
pub(crate) struct Office {
    notary: Notary,
    store: Arc<dyn Store>,
    every: Duration,
    receivers: Vec<Receiver>,
}

impl Office {
    /// For a server, with what it was told.
    pub(crate) async fn open(api: &Arc<Api>, notary: Notary, every: Duration, to: &[String]) -> Result<Self> {
        if to.len() > RECEIVERS_MAX {
            return Err(Fault::usage(format!("checkpoints go to at most {RECEIVERS_MAX} places")));
        }
        let store = api.store();
        let unavailable = |error: StorageError| Fault::unavailable(error.to_string());
        let newest = last_checkpoint(&*store).await.map_err(unavailable)?.map_or(0, |last| last.number());
        let mut receivers = Vec::new();
        for place in to {
            let receiver = match place.contains("://") {
                true => post(place, newest)?,
                false => match file(Path::new(place), &*store).await? {
                    Some(receiver) => receiver,
                    None => continue,
                },
            };
            receivers.push(receiver);
        }
        Ok(Self { notary, store, every, receivers })
    }

    /// Works until it is told to end; then makes a last one.
    pub(crate) async fn work(mut self, mut ended: watch::Receiver<Ending>) {
        let Ok(mut asked) = signal(SignalKind::user_defined1()) else {
            return log::error("signals cannot be received: no checkpoints are made", &[]);
        };
        loop {
            let goes_on = tokio::select! {
                () = tokio::time::sleep(self.every) => true,
                _ = asked.recv() => true,
                _ = ended.changed() => false,
            };
            self.make().await;
            if !goes_on {
                return;
            }
        }
    }

    async fn make(&mut self) {
        match self.notary.make().await {
            Ok(Some(made)) => {
                log::info("a checkpoint of the trail was made", &[field("number", made.number())])
            }
            Ok(None) => {}
            Err(error) => log::error("no checkpoint of the trail could be made", &[field("reason", error)]),
        }
        for receiver in &mut self.receivers {
            if let Err(reason) = receiver.catch_up(&*self.store).await {
                log::warn("a checkpoint could not be sent; it is tried again", &[field("reason", reason)]);
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the operator's settings: an address without credentials")]
fn post(place: &str, newest: u64) -> Result<Receiver> {
    let refused = || Fault::usage("checkpoints go to files, `https://` or `http://` addresses");
    let known = place.starts_with("https://") || place.starts_with("http://");
    let endpoint = Endpoint::parse(&Public::from_pinned_text(place.to_owned())).filter(|_| known);
    let endpoint = endpoint.ok_or_else(refused)?;
    let trust = Trust::of(None).map_err(|error| Fault::unavailable(error.to_string()))?;
    // What it got before is not known here: the newest one is sent again.
    Ok(Receiver::Post { endpoint, trust, last: newest.saturating_sub(1) })
}

/// A file, which goes on where it ends; none where it contradicts the store.
async fn file(path: &Path, store: &dyn Store) -> Result<Option<Receiver>> {
    let failed = |error: std::io::Error| Fault::file(path, &error);
    let kept = last_of(path).map_err(failed)?;
    let last = kept.as_ref().map_or(0, Checkpoint::number);
    if let Some(kept) = kept {
        let found = read_checkpoints(store, last.saturating_sub(1)).await;
        let found = found.map_err(|error| Fault::unavailable(error.to_string()))?;
        if found.first() != Some(&kept) {
            let number = [field("number", last)];
            log::error(
                "a checkpoint that was kept is not in the store: the store is an older state, or another one",
                &number,
            );
            return Ok(None);
        }
    }
    // That it can be written shows now and not in the night.
    opened(path).map_err(failed)?;
    Ok(Some(Receiver::File { path: path.to_owned(), last }))
}

fn opened(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().append(true).create(true).mode(0o644).open(path)
}

/// The last whole checkpoint of a file.
fn last_of(path: &Path) -> std::io::Result<Option<Checkpoint>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        file => BufReader::new(file?),
    };
    let (mut last, mut open) = (None, Vec::new());
    for line in file.split(b'\n') {
        let line = line?;
        if line.starts_with(b"sotto trail checkpoint ") {
            open.clear();
        }
        open.extend_from_slice(&line);
        open.push(b'\n');
        if line.starts_with(b"signature ") {
            last = Checkpoint::parse(&open).ok().or(last);
            open.clear();
        }
    }
    Ok(last)
}

impl Receiver {
    /// Sends everything that it does not have.
    async fn catch_up(&mut self, store: &dyn Store) -> Result<(), &'static str> {
        loop {
            let (Self::File { last, .. } | Self::Post { last, .. }) = self;
            let missing = read_checkpoints(store, *last).await.map_err(|_| "the store does not answer")?;
            if missing.is_empty() {
                return Ok(());
            }
            for checkpoint in &missing {
                self.take(checkpoint).await?;
            }
        }
    }

    async fn take(&mut self, checkpoint: &Checkpoint) -> Result<(), &'static str> {
        let text = checkpoint.to_string();
        match self {
            Self::File { path, last } => {
                let written = opened(path).and_then(|mut file| {
                    file.write_all(text.as_bytes())?;
                    file.sync_all()
                });
                written.map_err(|_| "the file cannot be written")?;
                *last = checkpoint.number();
            }
            Self::Post { endpoint, trust, last } => {
                let headers = [("content-type", Public::from("text/plain; charset=utf-8"))];
                let posted = endpoint.post(trust, &headers, text.into_bytes());
                let posted = tokio::time::timeout(ANSWER_TIME_MAX, posted).await;
                match posted {
                    Ok(Ok(200..=299)) => *last = checkpoint.number(),
                    Ok(Ok(_)) => return Err("the receiver refused it"),
                    Ok(Err(_)) => return Err("the receiver does not answer"),
                    Err(_) => return Err("the receiver took too long"),
                }
            }
        }
        Ok(())
    }
}
