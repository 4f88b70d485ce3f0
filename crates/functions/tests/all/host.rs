//! Whoever runs the functions of these tests: code from texts, lines kept in memory.

use sotto_functions::{
    Deployment, FunctionsError, HookEvent, HookSource, Host, Interpreters, Invocation, Later, Line, Outcome,
    Package, Pool, Runtime, Secrets, Settings, Users, pack,
};
use sotto_public::Public;
use sotto_sensitive::{RawBytes, RawText};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

/// What a test gives, and what came of it.
#[derive(Default)]
pub(crate) struct Desk {
    pub(crate) files: Mutex<Vec<(String, bool, String)>>,
    pub(crate) environment: Mutex<Vec<(String, String)>>,
    pub(crate) lines: Mutex<Vec<String>>,
    /// How often the code was fetched.
    pub(crate) packages: AtomicU64,
    numbers: AtomicU64,
}

impl Host for Desk {
    fn package<'a>(&'a self, _of: &'a Deployment) -> Later<'a, Result<Package, FunctionsError>> {
        self.packages.fetch_add(1, Ordering::SeqCst);
        Box::pin(async {
            let files = self.files.lock().unwrap();
            let file = |(name, executable, text): &(String, bool, String)| {
                (PathBuf::from(name), *executable, RawBytes::new(text.clone().into_bytes()))
            };
            let code = pack(&files.iter().map(file).collect::<Vec<_>>())?;
            Ok(Package { code, layers: Vec::new() })
        })
    }

    fn secrets<'a>(&'a self, _of: &'a Deployment) -> Later<'a, Result<Secrets, FunctionsError>> {
        Box::pin(async {
            let raw =
                |(name, value): &(String, String)| (RawText::new(name.clone()), RawText::new(value.clone()));
            let environment = self.environment.lock().unwrap().iter().map(raw).collect();
            Ok(Secrets { environment, credentials: None })
        })
    }

    #[expect(clippy::disallowed_methods, reason = "the test reads what its functions wrote")]
    fn log<'a>(&'a self, _: &'a Deployment, _: &'a Public<String>, lines: Vec<Line>) -> Later<'a, ()> {
        let mut all = self.lines.lock().unwrap();
        all.extend(lines.iter().map(|line| line.text.expose().to_owned()));
        Box::pin(async {})
    }

    #[expect(clippy::disallowed_methods, reason = "deadlines of real processes are of the real clock")]
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn random(&self) -> u128 {
        u128::from(self.numbers.fetch_add(1, Ordering::Relaxed))
    }
}

/// A pool with one function in it.
pub(crate) struct Stage {
    pub(crate) desk: Arc<Desk>,
    pub(crate) pool: Arc<Pool>,
    pub(crate) of: Arc<Deployment>,
    _folder: tempfile::TempDir,
}

#[expect(clippy::disallowed_methods, reason = "names of a test")]
pub(crate) fn public(text: &str) -> Public<String> {
    Public::from_pinned_text(text.to_owned())
}

/// A program by the first of these paths that is there.
fn found(paths: &[&str]) -> Option<PathBuf> {
    paths.iter().map(PathBuf::from).find(|path| path.is_file())
}

pub(crate) fn interpreters() -> Interpreters {
    Interpreters {
        python: found(&["/usr/bin/python3", "/usr/local/bin/python3"]),
        python_packages: None,
        node: found(&["/usr/bin/node", "/usr/local/bin/node"]),
    }
}

impl Stage {
    pub(crate) fn new(runtime: &str, files: &[(&str, bool, &str)]) -> Self {
        Self::bounded(runtime, files, |_| {})
    }

    pub(crate) fn bounded(
        runtime: &str,
        files: &[(&str, bool, &str)],
        change: impl FnOnce(&mut Deployment),
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o711);
        std::fs::set_permissions(folder.path(), open).unwrap();
        let desk = Arc::new(Desk::default());
        let file =
            |(name, executable, text): &(&str, bool, &str)| ((*name).into(), *executable, (*text).into());
        *desk.files.lock().unwrap() = files.iter().map(file).collect();
        let settings = Settings {
            supervisor: (env!("CARGO_BIN_EXE_sotto-function-process").into(), Vec::new()),
            folder: folder.path().join("functions"),
            users: Users::fitting(),
            interpreters: interpreters(),
            readable: Vec::new(),
            processes_max: 2,
            clients: PathBuf::new(),
        };
        let host: Arc<dyn Host> = Arc::clone(&desk) as _;
        let pool = Pool::start(settings, host).unwrap();
        let mut of = Deployment {
            arn: public("arn:aws:lambda:us-east-1:111122223333:function:tried:$LATEST"),
            name: public("tried"),
            version: public("$LATEST"),
            region: public("us-east-1"),
            revision: 1,
            handler: public("handler.handle"),
            runtime: Runtime::find(runtime).unwrap(),
            timeout: Duration::from_secs(30),
            memory_mib: 256,
            log_group: public("/aws/lambda/tried"),
            concurrency: 2,
        };
        change(&mut of);
        Self { desk, pool, of: Arc::new(of), _folder: folder }
    }

    pub(crate) async fn invoke(&self) -> Outcome {
        self.tried().await.unwrap()
    }

    pub(crate) async fn tried(&self) -> Result<Outcome, FunctionsError> {
        let id = public(&format!("00000000-0000-4000-8000-{:012}", self.desk.random()));
        let mut event = HookEvent::new(HookSource::Dialog, "Try".to_owned());
        event.attributes.push(("given".to_owned(), "canary".to_owned()));
        let invocation = Invocation { id, payload: event.payload(), client_context: None };
        self.pool.invoke(&self.of, invocation).await
    }

    /// The answer of one invocation, which must not have failed.
    pub(crate) async fn answer(&self) -> serde_json::Value {
        let outcome = self.invoke().await;
        let answer = text(&outcome.answer);
        assert_eq!(outcome.failed, None, "{answer} {}", text(&outcome.tail));
        serde_json::from_str(&answer).unwrap()
    }

    /// Whether a line comes that holds this.
    pub(crate) async fn logs(&self, wanted: &str) -> bool {
        for _ in 0..600 {
            if self.desk.lines.lock().unwrap().iter().any(|line| line.contains(wanted)) {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        false
    }
}

#[expect(clippy::disallowed_methods, reason = "the test reads what its functions answered")]
pub(crate) fn text(bytes: &RawBytes) -> String {
    String::from_utf8_lossy(bytes.expose()).into_owned()
}
