//! `sotto functions check`: what is wrong with a code hook?
//!
//! It is run here on events that were made up, bounded as functions of the server are: a hook from the web is somebody else's code.

use super::packed::{archive_of, files_of, meant, read};
use super::{SUPERVISOR, program_folders};
use crate::args::{FunctionsCheckArgs, PlainFormat};
use crate::fault::{Fault, Verdict, reason};
use crate::out;
use anyhow::Result;
use sotto_functions::{
    Deployment, FunctionsError, HookFinding, Host, Interpreters, Later, Line, PROCESSES_MAX, Package, Pool,
    Runtime, Secrets, Settings, Users, check_hook,
};
use sotto_public::Public;
use sotto_sensitive::{RawBytes, RawText};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// How long a hook may take for one event: what a bot waits for.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Its memory.
const MEMORY_MIB: u32 = 512;

pub(super) fn run(args: &FunctionsCheckArgs) -> Result<Verdict> {
    let (runtime, handler) = meant(&args.path);
    let runtime = runtime.and_then(Runtime::find);
    let runtime =
        runtime.ok_or_else(|| Fault::usage("a hook is a Python or JavaScript file, or a folder with one"))?;
    let handler = args.handler.clone().or(handler).unwrap_or_default();
    let source = source_of(&args.path)?;
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let threads = threads.map_err(|error| Fault::unavailable(format!("threads: {}", reason(&error))))?;
    let folder = Folder::new()?;
    let found = threads.block_on(async {
        let host = Arc::new(Here { path: args.path.clone() });
        let pool = Pool::start(settings(&folder.0, args)?, host)?;
        let found = check_hook(&pool, &Arc::new(deployment(runtime, handler)), &source).await;
        pool.close();
        found
    });
    let found = found.map_err(|error: FunctionsError| Fault::unavailable(error.to_string()))?;
    report(&found, args.format)?;
    Ok(if found.is_empty() { Verdict::Fine } else { Verdict::Found })
}

/// All of the hook's own text: names of intents and slots stand in it.
fn source_of(path: &Path) -> Result<RawText> {
    let parts = match path.is_dir() {
        true => files_of(path)?.into_iter().map(|(.., content)| content).collect(),
        false => vec![read(path)?],
    };
    let mut all = RawBytes::default();
    parts.into_iter().for_each(|part| all.append(part));
    RawText::from_bytes(all).map_err(|error| Fault::usage(format!("`{}`: {error}", path.display())))
}

fn settings(folder: &Path, args: &FunctionsCheckArgs) -> Result<Settings, FunctionsError> {
    let own = std::env::current_exe().map_err(|_| FunctionsError::Unavailable)?;
    Ok(Settings {
        supervisor: (own, vec![SUPERVISOR.into()]),
        folder: folder.join("run"),
        users: Users::Servers,
        interpreters: Interpreters::default().or_found(&program_folders()),
        readable: args.packages.iter().cloned().collect(),
        processes_max: PROCESSES_MAX,
        clients: PathBuf::new(),
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "a handler that the caller typed, for a process of the caller's own"
)]
fn deployment(runtime: Runtime, handler: String) -> Deployment {
    Deployment {
        arn: "arn:aws:lambda:us-east-1:000000000000:function:checked".into(),
        name: "checked".into(),
        version: "$LATEST".into(),
        region: "us-east-1".into(),
        revision: 1,
        handler: Public::from_pinned_text(handler),
        runtime,
        timeout: TIMEOUT,
        memory_mib: MEMORY_MIB,
        log_group: "/aws/lambda/checked".into(),
        concurrency: 1,
    }
}

/// A folder that goes away again.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|_| Fault::unavailable("the system gives no random numbers"))?;
        let path = std::env::temp_dir().join(format!("sotto-check-{:032x}", u128::from_be_bytes(random)));
        std::fs::create_dir(&path).map_err(|error| Fault::file(&path, &error))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

/// The caller's own machine.
struct Here {
    path: PathBuf,
}

impl Host for Here {
    fn package<'a>(&'a self, _of: &'a Deployment) -> Later<'a, Result<Package, FunctionsError>> {
        let code = archive_of(&self.path).map_err(|_| FunctionsError::Unavailable);
        Box::pin(async { Ok(Package { code: code?, layers: Vec::new() }) })
    }

    fn secrets<'a>(&'a self, _of: &'a Deployment) -> Later<'a, Result<Secrets, FunctionsError>> {
        Box::pin(async { Ok(Secrets { environment: Vec::new(), credentials: None }) })
    }

    /// What it prints is left out: answers are what counts.
    fn log<'a>(&'a self, _: &'a Deployment, _: &'a Public<String>, _: Vec<Line>) -> Later<'a, ()> {
        Box::pin(async {})
    }

    fn now(&self) -> SystemTime {
        crate::clock::now()
    }

    fn random(&self) -> u128 {
        0
    }
}

fn report(found: &[HookFinding], format: PlainFormat) -> Result<()> {
    let mut out = out::buffered();
    let written = match format {
        PlainFormat::Json => {
            let items: Vec<_> = found
                .iter()
                .map(|one| {
                    serde_json::json!({"fault": one.fault.word(), "intent": one.intent, "slot": one.slot, "says": one.fault.to_string()})
                })
                .collect();
            writeln!(out, "{:#}", serde_json::Value::from(items))
        }
        _ if found.is_empty() => writeln!(out, "no fault found"),
        _ => told(found).iter().try_for_each(|line| writeln!(out, "{line}")),
    };
    written.and_then(|()| out.flush()).map_err(|error| Fault::output(&error))
}

/// A line for each fault, with the slots that it is about: the same fault shows with many intents.
fn told(found: &[HookFinding]) -> Vec<String> {
    let mut faults: Vec<_> = found.iter().map(|one| one.fault).collect();
    faults.dedup();
    let line = |fault| {
        let slots: std::collections::BTreeSet<_> =
            found.iter().filter(|one| one.fault == fault).filter_map(|one| one.slot.as_deref()).collect();
        let slots: Vec<_> = slots.into_iter().collect();
        let about = if slots.is_empty() { String::new() } else { format!(" ({})", slots.join(", ")) };
        format!("{}: {fault}{about}", fault.word())
    };
    faults.into_iter().map(line).collect()
}
