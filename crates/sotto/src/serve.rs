//! What does `sotto serve` do? It opens the data, makes what a first start needs, listens, and ends when it is asked to.
//!
//! Addresses are taken before the data is opened: a second server on one port ends at once, and what connects early waits in
//! the system's queue instead of being refused. What a script needs stands on standard output: the first start's credentials
//! and one line `listening ADDR` per address, written when requests are answered.

mod body;
pub(crate) mod bounds;
mod bucket;
mod console;
pub(crate) mod devices;
pub(crate) mod edge;
pub(crate) mod first;
mod functions;
mod insights;
mod intake;
mod listen;
mod log;
mod lookout;
mod metrics;
mod notary;
mod options;
mod own;
mod prove;
pub(crate) mod roots;
mod site;
mod tls;
mod told;
pub(crate) mod trail;

use crate::args::ServeArgs;
use crate::certs::authority::Authority;
use crate::clock;
use crate::fault::{Fault, Verdict, reason};
use crate::hygiene;
use crate::out;
use crate::private;
use anyhow::Result;
use console::Console;
use insights::Engine;
use intake::Intake;
use listen::{Door, Ending};
use log::field;
use notary::Office;
use options::Options;
use own::Own;
use site::Site;
use sotto_api::{Api, Notary};
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tls::{Tls, TlsFiles};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Semaphore, watch};
use zeroize::Zeroizing;

/// What is still running when everything was closed gets this long.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// Serves until it is asked to end.
pub(crate) fn run(args: ServeArgs) -> Result<Verdict> {
    let options = Options::new(args)?;
    log::start(options.log);
    if !hygiene::leaves_no_cores() {
        log::warn("core files cannot be switched off: a crash may write keys to the disk", &[]);
    }
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if let Some(threads) = options.threads {
        builder.worker_threads(threads);
    }
    let runtime = builder.enable_all().thread_name("sotto").build();
    let runtime = runtime.map_err(|error| Fault::unavailable(format!("threads: {}", reason(&error))))?;
    let done = runtime.block_on(serve(options));
    runtime.shutdown_timeout(LAST_WAIT);
    done
}

async fn serve(mut options: Options) -> Result<Verdict> {
    let started = Instant::now();
    let listeners = bind(&options).await?;
    // A port that the system chose is known now.
    options.listen = listeners.iter().filter_map(|listener| listener.local_addr().ok()).collect();
    private::folder(&options.data).map_err(|error| Fault::file(&options.data, &error))?;
    let intake = Intake::new(&options.intake)?;
    let engine = Engine::find(options.insights.as_deref(), &options.data);
    let given = (intake.entrances.clone(), engine.as_ref().map(Engine::socket));
    let api = first::open(&options, given).await?;
    if let Some(engine) = engine {
        tokio::spawn(engine.keep());
    }
    let syslog = intake.bind().await?;
    let tls = Tls::new(tls_files(&options)?)?;
    if api.functions_have_failed() {
        log::error("functions are switched off: their processes cannot be run", &[]);
    }
    let metrics_token = options.metrics_token_file.as_deref().map(token).transpose()?;
    let own = Own::new(metrics_token, functions::users(&options));
    let console = Console::new(&options.names, options.console);
    let site = Arc::new(Site::new(Arc::clone(&api), own, console, options.requests_max));
    tokio::spawn(Arc::clone(&tls).watch());
    for bound in syslog {
        tokio::spawn(bound.serve(Arc::clone(&api), Arc::clone(&tls)));
    }
    let (end, ended) = watch::channel(Ending::No);
    // Listened for before anybody is told that it runs: a signal that comes at once is an orderly end, too.
    let signals = [SignalKind::terminate(), SignalKind::interrupt()].map(signal);
    tokio::spawn(wait_for_the_end(signals, end, Arc::clone(&site)));
    tokio::spawn(lookout::keep(Arc::downgrade(&api)));
    let notary = notary(&api, &options, ended.clone()).await?;
    announce(&listeners)?;
    log::info("ready", &[field("micros", started.elapsed().as_micros() as u64)]);
    let connections = Arc::new(Semaphore::new(bounds::CONNECTIONS_MAX));
    let door = Door { site, tls, allow_plain: options.allow_plain, connections };
    door.serve(listeners, ended, options.grace).await;
    // The last checkpoint is made before the store closes; a receiver that is away is not waited for longer than this.
    let _ = tokio::time::timeout(LAST_WAIT, notary).await;
    close(&api).await
}

/// Makes checkpoints until the end, where a key was named for them.
async fn notary(
    api: &Arc<Api>,
    options: &Options,
    ended: watch::Receiver<Ending>,
) -> Result<tokio::task::JoinHandle<()>> {
    let Some(key) = options.trail_key.clone() else { return Ok(tokio::spawn(async {})) };
    let notary = Notary::new(Arc::clone(api), key);
    let office = Office::open(api, notary, options.checkpoint_every, &options.checkpoint_to).await?;
    Ok(tokio::spawn(office.work(ended)))
}

async fn close(api: &Api) -> Result<Verdict> {
    match api.close().await {
        Ok(()) => log::info("everything is written; the end", &[]),
        Err(error) => return Err(Fault::unavailable(format!("at the end: {error}"))),
    }
    Ok(Verdict::Fine)
}

async fn bind(options: &Options) -> Result<Vec<TcpListener>> {
    let mut listeners = Vec::new();
    for address in &options.listen {
        let listener = TcpListener::bind(address).await;
        let refused =
            |error| Fault::unavailable(format!("`{address}` cannot be listened on: {}", reason(&error)));
        listeners.push(listener.map_err(refused)?);
    }
    Ok(listeners)
}

fn announce(listeners: &[TcpListener]) -> Result<()> {
    let mut out = out::plain();
    for address in listeners.iter().filter_map(|listener| listener.local_addr().ok()) {
        writeln!(out, "listening {address}").map_err(|error| Fault::output(&error))?;
    }
    out.flush().map_err(|error| Fault::output(&error))
}

fn tls_files(options: &Options) -> Result<TlsFiles> {
    let authority = Authority::open_or_make(&options.data, &options.names, clock::now())?;
    let (chain, key) = options.own_certificate.clone().unwrap_or_else(|| authority.server_files());
    let client_authority = authority.authority_file();
    Ok(TlsFiles { chain, key, client_authority, require_client: options.require_client_cert })
}

/// The token of a file, without the line end that editors put there.
fn token(path: &std::path::Path) -> Result<Zeroizing<Vec<u8>>> {
    let bytes = Zeroizing::new(private::read(path).map_err(|error| Fault::file(path, &error))?);
    let token = bytes.trim_ascii();
    if token.is_empty() || private::open_to_others(path).unwrap_or(true) {
        let message =
            format!("`{}` must hold a token and be readable by its owner alone (mode 600)", path.display());
        return Err(Fault::usage(message));
    }
    Ok(Zeroizing::new(token.to_vec()))
}

/// The first signal begins the end; the second one does not wait for requests that are still running.
async fn wait_for_the_end(
    signals: [std::io::Result<Signal>; 2],
    end: watch::Sender<Ending>,
    site: Arc<Site>,
) {
    let [Ok(mut terminate), Ok(mut interrupt)] = signals else {
        log::error("signals cannot be received; end the process by force", &[]);
        return std::future::pending().await;
    };
    let mut asked = async || {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
    };
    asked().await;
    log::info("asked to end; running requests are finished", &[]);
    site.own.end();
    let _ = end.send(Ending::Asked);
    asked().await;
    log::warn("asked again; not waiting any longer", &[]);
    let _ = end.send(Ending::AtOnce);
}
