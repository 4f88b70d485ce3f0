//! `sotto-insights --socket PATH`: the query engine as a program.
//!
//! The server starts it, gives it a socket in a folder of its own, and keeps its standard input open: when that closes, the
//! server is gone and the engine ends. Its address space is bounded by the operating system, so a query that eats memory
//! ends this process and nothing else; it writes no core dump, which would hold stored text.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use sotto_insights::{Engine, serve};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::net::UnixListener;
use tokio::signal::unix::{SignalKind, signal};

/// Memory of the process, in bytes, when none is named.
const MEMORY_BYTES_DEFAULT: u64 = 4 * 1024 * 1024 * 1024;
/// Least memory that it starts with: below, its threads alone do not fit.
const MEMORY_BYTES_MIN: u64 = 512 * 1024 * 1024;
/// One part in so many is for the rows of queries, which the library counts. Tables double before they are counted, and each
/// thread reserves addresses; a query should be refused before an allocation ends the process.
const ROWS_SHARE: u64 = 4;
/// Stack of a thread: plans are walked by recursion.
const STACK_BYTES: usize = 8 * 1024 * 1024;
/// Most threads.
const THREADS_MAX: usize = 64;

const USAGE: &str = "usage: sotto-insights --socket PATH [--memory-bytes N] [--threads N] [--with-parent]
  --socket PATH       where to listen; a file of that name must not exist
  --memory-bytes N    bound of the process's address space (default 4294967296)
  --threads N         threads of a query (default: as many as there are cores)
  --with-parent       end when standard input closes";

struct Arguments {
    socket: PathBuf,
    memory_bytes: u64,
    threads: usize,
    with_parent: bool,
}

#[expect(clippy::print_stderr, reason = "this is where the program speaks to who started it")]
fn main() -> ExitCode {
    let Some(arguments) = parse(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("sotto-insights: {why}");
            ExitCode::from(3)
        }
    }
}

fn parse(mut words: impl Iterator<Item = String>) -> Option<Arguments> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (mut socket, mut memory_bytes, mut threads, mut with_parent) =
        (None, MEMORY_BYTES_DEFAULT, cores, false);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--socket" => socket = Some(PathBuf::from(words.next()?)),
            "--memory-bytes" => {
                memory_bytes = words.next()?.parse().ok().filter(|bytes| *bytes >= MEMORY_BYTES_MIN)?
            }
            "--threads" => {
                threads = words.next()?.parse().ok().filter(|count| (1..=THREADS_MAX).contains(count))?
            }
            "--with-parent" => with_parent = true,
            _ => return None,
        }
    }
    Some(Arguments { socket: socket?, memory_bytes, threads, with_parent })
}

fn run(arguments: Arguments) -> Result<(), &'static str> {
    bound(Resource::As, arguments.memory_bytes).map_err(|_| "its memory cannot be bounded")?;
    bound(Resource::Core, 0).map_err(|_| "core dumps cannot be switched off")?;
    let rows_bytes = usize::try_from(arguments.memory_bytes / ROWS_SHARE).unwrap_or(usize::MAX);
    let engine =
        Engine::new(rows_bytes, arguments.threads).map_err(|_| "the query library does not start")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(arguments.threads.max(2))
        .thread_stack_size(STACK_BYTES)
        .enable_all()
        .build();
    runtime.map_err(|_| "its threads do not start")?.block_on(listen(arguments, Arc::new(engine)))
}

/// Lowers a limit, the hard one too, never raising one that is lower already.
fn bound(resource: Resource, most: u64) -> rustix::io::Result<()> {
    let now = getrlimit(resource);
    let lower = |limit: Option<u64>| Some(limit.map_or(most, |limit| limit.min(most)));
    setrlimit(resource, Rlimit { current: lower(now.current), maximum: lower(now.maximum) })
}

async fn listen(arguments: Arguments, engine: Arc<Engine>) -> Result<(), &'static str> {
    let listener = UnixListener::bind(&arguments.socket).map_err(|_| "the socket cannot be made")?;
    // For its owner alone; whoever was quicker is refused by the user it runs as.
    let owner_only = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(&arguments.socket, owner_only)
        .map_err(|_| "the socket cannot be closed to others")?;
    let mut terminate = signal(SignalKind::terminate()).map_err(|_| "signals cannot be heard")?;
    let parent = async {
        match arguments.with_parent {
            true => until_closed().await,
            false => std::future::pending().await,
        }
    };
    let ended = tokio::select! {
        served = serve::serve(listener, engine) => served.map_err(|_| "no more connections can be taken"),
        () = parent => Ok(()),
        _ = terminate.recv() => Ok(()),
    };
    let _ = std::fs::remove_file(&arguments.socket);
    ended
}

/// Until standard input closes. A thread of its own waits there, so that no query does.
async fn until_closed() {
    let (sender, closed) = tokio::sync::oneshot::channel::<()>();
    std::thread::spawn(move || {
        let mut bytes = [0; 64];
        while std::io::stdin().read(&mut bytes).is_ok_and(|count| count > 0) {}
        drop(sender);
    });
    let _ = closed.await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Option<Arguments> {
        parse(text.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn arguments_are_bounded() {
        assert!(
            words("--socket a --memory-bytes 536870912 --threads 64 --with-parent")
                .is_some_and(|a| a.with_parent)
        );
        let bad = [
            "",
            "--socket",
            "--socket a b",
            "--socket a --threads 0",
            "--socket a --threads 65",
            "--socket a --memory-bytes 536870911",
        ];
        bad.iter().for_each(|text| assert!(words(text).is_none(), "{text}"));
    }
}
