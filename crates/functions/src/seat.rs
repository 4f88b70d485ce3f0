//! What is one process of a function? A [`Seat`]: the process, its Runtime API, its output, its folder. It begins, takes one event
//! after another, and ends as a whole: the process with all that it started, its folder, its address.
//!
//! Bounds: ten seconds to begin (AWS Lambda Developer Guide, "Init phase"), the function's own time for each event, its memory,
//! which is looked at ten times a second and bounded by the system above that, and the bytes of its temporary folder, once a
//! second. Whatever breaks a bound ends the process; the next event begins another one.

use crate::deployment::{Credentials, Deployment, Failed, Host, Invocation, Secrets};
use crate::desk::{Desk, Phase, Reply};
use crate::error::FunctionsError;
use crate::launch::{DEVICES, Launch, SYSTEM, bytes_of};
use crate::output::Output;
use crate::peers::Members;
use crate::places::{Home, address};
use crate::pool::{Number, Settings};
use crate::runtimes::Family;
use sotto_public::Public;
use sotto_sensitive::{RawBytes, RawText};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// How long a process may take to begin.
pub(crate) const INIT_MAX: Duration = Duration::from_secs(10);
/// Between two looks at the memory of a process.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Looks at the memory for each look at the temporary folder.
const LOOKS_EACH: u32 = 10;
/// How long an answer waits for the process to ask for the next event, so that what it printed is there, too.
const SETTLE_MAX: Duration = Duration::from_millis(50);
/// Bytes of data beyond the function's memory, before the system itself refuses more: interpreters take much that they do
/// not use.
const DATA_BYTES_ABOVE: u64 = 512 * 1024 * 1024;
/// Bytes of a file (AWS Lambda quotas, the ephemeral storage: 512 MB where nothing is said).
const FILE_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Bytes of all files of the temporary folder (the same page).
const FOLDER_BYTES_MAX: u64 = FILE_BYTES_MAX;
/// Open files, and processes and threads, of a function (the same page: 1,024 each).
const FILES_MAX: u64 = 1024;
const PROCESSES_MAX: u64 = 1024;

/// A process of a function.
pub(crate) struct Seat {
    desk: Arc<Desk>,
    child: Option<Child>,
    leader: u32,
    lifeline: Option<ChildStdin>,
    output: Output,
    tasks: Vec<AbortHandle>,
    memory: watch::Receiver<Used>,
    memory_max: u64,
    rest: Option<Rest>,
    /// Until when its credentials last.
    pub(crate) ends: Option<Instant>,
}

/// Where a process is put.
pub(crate) struct Spot<'a> {
    /// What is its own.
    pub(crate) rest: Rest,
    /// Code and layers.
    pub(crate) code: &'a Path,
    /// Its user.
    pub(crate) user: Option<u32>,
}

/// What is left when a process ended, and goes away in this order.
pub(crate) struct Rest {
    /// The folder that it may write to.
    pub(crate) home: Home,
    /// Its number.
    pub(crate) seat: Number,
    /// Its function's, which is no other's as long as this is there.
    pub(crate) _function: Arc<Number>,
}

/// What a process takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Used {
    /// Most memory so far, in bytes.
    memory: u64,
    /// Bytes of its temporary folder and of files without a name, when they were looked at last.
    folder: u64,
}

/// What came of an event.
pub(crate) enum Ended {
    Replied(Reply),
    Failed(Failed),
}

impl Seat {
    /// Begins a process and waits until it asks for its first event.
    pub(crate) async fn begin(
        settings: &Settings,
        host: &Arc<dyn Host>,
        (of, secrets): (&Arc<Deployment>, &Secrets),
        spot: Spot<'_>,
    ) -> Result<Self, FunctionsError> {
        let listener = TcpListener::bind((address(spot.rest.seat.number), 0)).await;
        let listener = listener.map_err(|error| FunctionsError::start(&error))?;
        let own = listener.local_addr().map_err(|error| FunctionsError::start(&error))?;
        let stream = stream_name(&**host, of);
        let launch = launch(settings, (of, secrets), &spot, (own, &stream))?;
        let mut child = spawn(settings)?;
        let leader = child.id().ok_or(FunctionsError::Closed)?;
        let mut lifeline = child.stdin.take().ok_or(FunctionsError::Closed)?;
        let order = launch.order();
        lifeline.write_all(bytes_of(&order)).await.map_err(|error| FunctionsError::start(&error))?;
        let desk = Desk::new(of.arn.clone());
        let clock = Arc::clone(host);
        let (output, taken) = Output::new(Arc::new(move || clock.now()));
        let members = Members { leader, user: spot.user };
        let mut tasks = vec![tokio::spawn(Arc::clone(&desk).serve(listener, own, members)).abort_handle()];
        if let Some(from) = child.stdout.take() {
            tokio::spawn(output.clone().read(from));
        }
        if let Some(from) = child.stderr.take() {
            tokio::spawn(output.clone().read(from));
        }
        tokio::spawn(crate::shipping::ship(Arc::clone(host), Arc::clone(of), stream, taken));
        let (used, memory) = watch::channel(Used::default());
        let folder = spot.rest.home.path.join("tmp");
        tasks.push(tokio::spawn(watch_use((leader, folder), used)).abort_handle());
        let lasting = |credentials: &Credentials| Instant::now() + credentials.lasting;
        Ok(Self {
            desk,
            child: Some(child),
            leader,
            lifeline: Some(lifeline),
            output,
            tasks,
            memory,
            memory_max: u64::from(of.memory_mib) << 20,
            rest: Some(spot.rest),
            ends: secrets.credentials.as_ref().map(lasting),
        })
    }

    /// Waits until the process asks for an event.
    pub(crate) async fn wait_for_init(&mut self) -> Result<(), (Failed, RawBytes)> {
        let mut phase = self.desk.phase();
        let settled = phase.wait_for(|phase| matches!(phase, Phase::Waiting | Phase::Refused));
        // What it said before it ended is heard first.
        let failed = tokio::select! {
            biased;
            settled = settled => match settled.map(|phase| *phase) {
                Ok(Phase::Waiting) => return Ok(()),
                _ => return Err((Failed::Init, self.desk.refusal())),
            },
            failed = broken(self.child.as_mut(), &mut self.memory, self.memory_max) => failed,
            () = tokio::time::sleep(INIT_MAX) => Failed::Timeout,
        };
        Err((failed, RawBytes::default()))
    }

    /// One event, with its answer or what broke.
    pub(crate) async fn run(&mut self, of: &Deployment, host: &dyn Host, invocation: Invocation) -> Ended {
        let answered = self.desk.offer(invocation, host.now() + of.timeout);
        tokio::select! {
            biased;
            reply = answered => reply.map_or(Ended::Failed(Failed::Exit), Ended::Replied),
            failed = broken(self.child.as_mut(), &mut self.memory, self.memory_max) => Ended::Failed(failed),
            () = tokio::time::sleep(of.timeout) => Ended::Failed(Failed::Timeout),
        }
    }

    /// Waits a moment for the process to ask for the next event; whether it did.
    pub(crate) async fn settle(&mut self) -> bool {
        let mut phase = self.desk.phase();
        let waiting = phase.wait_for(|phase| *phase == Phase::Waiting);
        tokio::time::timeout(SETTLE_MAX, waiting).await.is_ok_and(|waiting| waiting.is_ok())
    }

    /// Whether it can take another event.
    pub(crate) fn is_sound(&mut self) -> bool {
        let lasts = self.ends.is_none_or(|ends| Instant::now() < ends);
        let phase = *self.desk.phase().borrow();
        let runs = |child: &mut Child| child.try_wait().is_ok_and(|status| status.is_none());
        lasts && phase != Phase::Busy && self.child.as_mut().is_some_and(runs)
    }

    /// Its output.
    pub(crate) fn output(&self) -> &Output {
        &self.output
    }

    /// Most memory that it used so far.
    pub(crate) fn memory_bytes(&self) -> u64 {
        self.memory.borrow().memory
    }
}

/// Ends the process and all that descends from it; then what it had goes away.
impl Drop for Seat {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
        let (leader, rest) = (self.leader, self.rest.take());
        let (child, lifeline) = (self.child.take(), self.lifeline.take());
        crate::pool::aside(move || {
            // The supervisor last: what loses its parent would be found no more.
            let family_ended = crate::peers::end_family(leader);
            drop(lifeline);
            if let Some(mut child) = child {
                let _gone = child.start_kill();
            }
            if !(crate::peers::end_session(leader) && family_ended) {
                rest.iter().for_each(|rest| rest.seat.keep());
            }
            drop(rest);
        });
    }
}

/// Until the process ends or takes too much.
async fn broken(child: Option<&mut Child>, used: &mut watch::Receiver<Used>, memory_max: u64) -> Failed {
    let Some(child) = child else { return Failed::Exit };
    let over = used.wait_for(|used| used.memory > memory_max || used.folder > FOLDER_BYTES_MAX);
    tokio::select! {
        _ended = child.wait() => Failed::Exit,
        over = over => match over {
            Ok(used) if used.memory > memory_max => Failed::Memory,
            Ok(_) => Failed::Folder,
            Err(_) => Failed::Exit,
        },
    }
}

/// Looks from time to time at what a process takes.
async fn watch_use((leader, folder): (u32, PathBuf), used: watch::Sender<Used>) {
    for look in 0_u32.. {
        let folder = look.is_multiple_of(LOOKS_EACH).then(|| folder.clone());
        let looked = tokio::task::spawn_blocking(move || {
            let files = |folder: PathBuf| {
                crate::places::bytes_below(&folder).saturating_add(crate::peers::nameless_bytes(leader))
            };
            (crate::peers::memory(leader), folder.map(files))
        });
        let (memory, folder) = looked.await.unwrap_or_default();
        used.send_if_modified(|used| {
            let before = *used;
            used.memory = used.memory.max(memory);
            used.folder = folder.unwrap_or(used.folder);
            before != *used
        });
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// `2026/11/21/[$LATEST]0123...`, as the log streams of functions are called.
#[expect(
    clippy::disallowed_methods,
    reason = "a stream's name is made of a date, a version and a random number"
)]
fn stream_name(host: &dyn Host, of: &Deployment) -> Public<String> {
    let (year, month, day) = crate::days::date(host.now());
    let version = &of.version;
    Public::from_pinned_text(format!("{year:04}/{month:02}/{day:02}/[{version}]{:032x}", host.random()))
}

fn spawn(settings: &Settings) -> Result<Child, FunctionsError> {
    let mut command = Command::new(&settings.supervisor.0);
    command.args(&settings.supervisor.1).env_clear().current_dir("/").kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().map_err(|error| FunctionsError::start(&error))
}

fn launch(
    settings: &Settings,
    (of, secrets): (&Deployment, &Secrets),
    spot: &Spot<'_>,
    (own, stream): (SocketAddr, &Public<String>),
) -> Result<Launch, FunctionsError> {
    let (task, layers) = (spot.code.join("task"), spot.code.join("opt"));
    let writable = spot.rest.home.path.join("tmp");
    let started = started(settings, of, (&task, &layers))?;
    let mut readable: Vec<PathBuf> = SYSTEM.iter().map(PathBuf::from).collect();
    readable.extend([spot.code.to_path_buf(), settings.clients.clone()]);
    readable.extend(settings.readable.iter().cloned());
    readable.extend(settings.interpreters.python_packages.clone());
    readable.extend(started.reads);
    let mut writes: Vec<PathBuf> = DEVICES.iter().map(PathBuf::from).collect();
    writes.push(writable.clone());
    let environment =
        environment((of, secrets), (&task, &layers, &writable), (own, stream), started.environment);
    let data = (u64::from(of.memory_mib) << 20).saturating_add(DATA_BYTES_ABOVE);
    Ok(Launch {
        program: started.program,
        arguments: started.arguments,
        folder: task,
        readable,
        writable: writes,
        user: spot.user,
        limits: [data, FILE_BYTES_MAX, FILES_MAX, PROCESSES_MAX],
        environment,
    })
}

struct Started {
    program: PathBuf,
    arguments: Vec<PathBuf>,
    environment: Vec<(&'static str, String)>,
    reads: Vec<PathBuf>,
}

/// The program of a family, with what its runtime client needs.
fn started(
    settings: &Settings,
    of: &Deployment,
    (task, layers): (&Path, &Path),
) -> Result<Started, FunctionsError> {
    let shown = |path: PathBuf| path.display().to_string();
    match of.runtime.family {
        Family::Python => {
            let program = settings.interpreters.python.clone();
            let program = program.ok_or(FunctionsError::NoInterpreter("Python"))?;
            let packages = &settings.interpreters.python_packages;
            let mut path = vec![shown(task.into()), shown(layers.join("python"))];
            path.extend(packages.clone().map(shown));
            let handler = PathBuf::from(of.handler.get());
            let arguments = match packages {
                Some(_) => vec!["-m".into(), "awslambdaric".into(), handler],
                None => vec![settings.clients.join(PYTHON_CLIENT.0)],
            };
            let environment =
                vec![("PYTHONPATH", path.join(":")), ("PYTHONDONTWRITEBYTECODE", "1".to_owned())];
            let reads = installation(&program);
            Ok(Started { program, arguments, environment, reads })
        }
        Family::Node => {
            let program = settings.interpreters.node.clone();
            let program = program.ok_or(FunctionsError::NoInterpreter("Node"))?;
            let modules =
                [layers.join("nodejs/node_modules"), task.join("node_modules")].map(shown).join(":");
            let heap = format!("--max-old-space-size={}", (of.memory_mib * 9 / 10).max(64));
            let arguments = vec![heap.into(), settings.clients.join(NODE_CLIENT.0)];
            let reads = installation(&program);
            Ok(Started { program, arguments, environment: vec![("NODE_PATH", modules)], reads })
        }
        Family::Provided => {
            let own = task.join("bootstrap");
            let program = if own.is_file() { own } else { layers.join("bootstrap") };
            Ok(Started { program, arguments: Vec::new(), environment: Vec::new(), reads: Vec::new() })
        }
    }
}

/// What an interpreter reads of its own: `bin` and libraries in the folder above its `bin`, where it is not the system's. Not that whole
/// folder: it may be somebody's home.
fn installation(program: &Path) -> Vec<PathBuf> {
    let real = program.canonicalize().ok();
    let above = real.as_deref().and_then(Path::parent).and_then(Path::parent);
    let above = above.filter(|folder| folder.components().count() > 1);
    let parts = |folder: &Path| ["bin", "lib", "lib64"].map(|part| folder.join(part)).to_vec();
    above.map(parts).unwrap_or_default()
}

/// Our own runtime clients: names and programs.
pub(crate) const PYTHON_CLIENT: (&str, &str) = ("client.py", include_str!("../clients/client.py"));
pub(crate) const NODE_CLIENT: (&str, &str) = ("client.mjs", include_str!("../clients/client.mjs"));

/// The environment of a function (AWS Lambda Developer Guide, "Defined runtime environment variables"): its own first, so that
/// what is reserved holds.
fn environment(
    (of, secrets): (&Deployment, &Secrets),
    (task, layers, writable): (&Path, &Path, &Path),
    (own, stream): (SocketAddr, &Public<String>),
    of_family: Vec<(&'static str, String)>,
) -> Vec<(RawText, RawText)> {
    let mut all: Vec<(RawText, RawText)> = secrets.environment.iter().map(copied).collect();
    let shown = |path: &Path| path.display().to_string();
    let mut add = |name: &str, value: String| all.push((RawText::new(name.to_owned()), RawText::new(value)));
    add("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", shown(&layers.join("bin"))));
    add("LD_LIBRARY_PATH", format!("{}:{}", shown(&task.join("lib")), shown(&layers.join("lib"))));
    for (name, value) in of_family {
        add(name, value);
    }
    for (name, value) in [
        ("_HANDLER", of.handler.get().clone()),
        ("LAMBDA_TASK_ROOT", shown(task)),
        ("LAMBDA_RUNTIME_DIR", shown(layers)),
        ("AWS_LAMBDA_RUNTIME_API", own.to_string()),
        ("AWS_REGION", of.region.get().clone()),
        ("AWS_DEFAULT_REGION", of.region.get().clone()),
        ("AWS_EXECUTION_ENV", format!("AWS_Lambda_{}", of.runtime.name)),
        ("AWS_LAMBDA_FUNCTION_NAME", of.name.get().clone()),
        ("AWS_LAMBDA_FUNCTION_VERSION", of.version.get().clone()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", of.memory_mib.to_string()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", of.log_group.get().clone()),
        ("AWS_LAMBDA_LOG_STREAM_NAME", stream.get().clone()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("TZ", ":UTC".to_owned()),
        ("LANG", "C.UTF-8".to_owned()),
        ("HOME", shown(writable)),
        ("TMPDIR", shown(writable)),
    ] {
        add(name, value);
    }
    if let Some(credentials) = &secrets.credentials {
        add("AWS_ACCESS_KEY_ID", credentials.access_key_id.get().clone());
        credentials.endpoint.iter().for_each(|endpoint| add("AWS_ENDPOINT_URL", endpoint.get().clone()));
        all.push(named("AWS_SECRET_ACCESS_KEY", &credentials.secret));
        all.push(named("AWS_SESSION_TOKEN", &credentials.token));
    }
    all
}

#[expect(clippy::disallowed_methods, reason = "a function's environment goes to its own process, raw to raw")]
fn copied((name, value): &(RawText, RawText)) -> (RawText, RawText) {
    (RawText::new(name.expose().to_owned()), RawText::new(value.expose().to_owned()))
}

#[expect(clippy::disallowed_methods, reason = "a function's credentials go to its own process, raw to raw")]
fn named(name: &str, value: &RawText) -> (RawText, RawText) {
    (RawText::new(name.to_owned()), RawText::new(value.expose().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_installation_programs_and_libraries_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        std::fs::create_dir(folder.join("bin")).unwrap();
        std::fs::File::create(folder.join("bin/python3")).unwrap();
        let wanted = ["bin", "lib", "lib64"].map(|part| folder.join(part));
        assert_eq!(installation(&folder.join("bin/python3")), wanted);
        assert!(installation(&folder.join("bin/absent")).is_empty());
    }
}
