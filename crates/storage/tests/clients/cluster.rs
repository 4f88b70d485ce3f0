//! A PostgreSQL server of the test's own: made in a directory, started as somebody who is not root, gone afterwards.

use crate::scratch::Scratch;
use sotto_storage::Location;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// A running server. Trusts whoever can reach the loopback address: it holds canary data only.
pub(crate) struct Cluster {
    scratch: Scratch,
    programs: PathBuf,
    pub(crate) port: u16,
    server: Mutex<Option<Child>>,
    databases: AtomicU32,
    settings: Vec<String>,
}

impl Cluster {
    /// Starts a server. `None`, with a word about it, where PostgreSQL is not installed; in CI that is a failure.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with(|_| Vec::new())
    }

    /// The same, with further settings that may depend on the directory.
    pub(crate) fn start_with(settings: impl FnOnce(&Path) -> Vec<String>) -> Option<Self> {
        let Some(programs) = programs() else {
            println!("skipped: PostgreSQL is not installed (Debian: postgresql)");
            assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "PostgreSQL is needed in CI");
            return None;
        };
        let scratch = Scratch::new();
        std::fs::set_permissions(scratch.path(), PermissionsExt::from_mode(0o755)).unwrap();
        let settings = settings(scratch.path());
        give_away(scratch.path());
        let data = scratch.path().join("data");
        let made = nobody(&programs.join("initdb"))
            .args(["--no-sync", "--auth=trust", "--username=sotto", "--encoding=UTF8", "--locale=C", "-D"])
            .arg(&data)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (server, databases) = (Mutex::new(None), AtomicU32::new(0));
        let cluster = Self { scratch, programs, port, server, databases, settings };
        cluster.launch();
        Some(cluster)
    }

    /// Starts the server process and waits until it answers.
    pub(crate) fn launch(&self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while Instant::now() < deadline {
            let mut child = self.command().spawn().unwrap();
            while Instant::now() < deadline && child.try_wait().unwrap().is_none() {
                if self.sql("postgres", "SELECT 1").is_some() {
                    *self.server.lock().unwrap() = Some(child);
                    return;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        panic!("the server does not start");
    }

    fn command(&self) -> Command {
        let mut command = nobody(&self.programs.join("postgres"));
        let sockets = self.scratch.path().display();
        command.arg("-D").arg(self.scratch.path().join("data"));
        command.args([
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            &format!("unix_socket_directories={sockets}"),
        ]);
        command.args(["-p", &self.port.to_string(), "-c", "log_statement=all", "-c", "max_connections=40"]);
        self.settings.iter().for_each(|setting| {
            command.args(["-c", setting]);
        });
        let log = std::fs::File::options().create(true).append(true).open(self.log()).unwrap();
        command.stdout(Stdio::null()).stderr(log);
        command
    }

    /// The server's log.
    pub(crate) fn log(&self) -> PathBuf {
        self.scratch.path().join("server.log")
    }

    /// Kills the server and all its processes, with no word of warning.
    pub(crate) fn kill(&self) {
        let mut server = self.server.lock().unwrap().take().unwrap();
        let children = children_of(server.id());
        server.kill().unwrap();
        for child in children {
            let _ = Command::new("kill").args(["-9", &child.to_string()]).stderr(Stdio::null()).status();
        }
        server.wait().unwrap();
    }

    /// What a statement gives, by PostgreSQL's own client.
    pub(crate) fn sql(&self, database: &str, statement: &str) -> Option<String> {
        let output = Command::new(self.programs.join("psql"))
            .args([
                "-X",
                "-At",
                "-h",
                "127.0.0.1",
                "-p",
                &self.port.to_string(),
                "-U",
                "sotto",
                "-d",
                database,
            ])
            .args(["-c", statement])
            .output()
            .unwrap();
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Runs a file of statements.
    pub(crate) fn run_file(&self, database: &str, file: &Path) {
        let status = Command::new(self.programs.join("psql"))
            .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", &self.port.to_string()])
            .args(["-U", "sotto", "-d", database, "-f"])
            .arg(file)
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// Writes what a database holds into a file of statements.
    #[expect(clippy::disallowed_methods, reason = "made by hand, looked at before it is kept")]
    pub(crate) fn dump(&self, database: &str, file: &Path) {
        let output = Command::new(self.programs.join("pg_dump"))
            .args([
                "--inserts",
                "--no-owner",
                "-h",
                "127.0.0.1",
                "-p",
                &self.port.to_string(),
                "-U",
                "sotto",
                database,
            ])
            .output()
            .unwrap();
        assert!(output.status.success());
        std::fs::write(file, output.stdout).unwrap();
    }

    /// A new, empty database.
    pub(crate) fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name}")).unwrap();
        name
    }

    /// Where a store in that database is, reached through a port.
    pub(crate) fn location(&self, database: &str, port: u16) -> Location {
        Location::parse(&format!("postgres://sotto@127.0.0.1:{port}/{database}")).unwrap()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.server.lock().unwrap().is_some() {
            self.kill();
        }
    }
}

/// Where initdb and postgres are: Debian keeps them by version, apart from the clients.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok().into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = versions.map(|entry| entry.path().join("bin")).collect();
    found.sort();
    found.reverse();
    found.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let programs = ["initdb", "postgres", "psql"];
    found.into_iter().find(|directory| programs.iter().all(|program| directory.join(program).exists()))
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    output.stdout == b"0\n"
}

/// Who runs the server when the tests run as root: it refuses to.
fn other_user() -> &'static str {
    let known = Command::new("id").arg("postgres").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if known.is_ok_and(|status| status.success()) { "postgres" } else { "nobody" }
}

fn nobody(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", other_user(), "--regid", "nogroup", "--clear-groups", "--"]).arg(program);
    command.current_dir("/");
    command
}

fn give_away(directory: &Path) {
    if is_root() {
        let owner = format!("{}:nogroup", other_user());
        assert!(Command::new("chown").arg("-R").arg(owner).arg(directory).status().unwrap().success());
    }
}

/// The processes whose parent this is: the fourth word of `/proc/PID/stat`, counted behind the name in brackets.
fn children_of(parent: u32) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let is_child = |pid: &u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let behind = stat.rsplit_once(')').map_or("", |(_, behind)| behind);
        behind.split_whitespace().nth(1) == Some(parent.to_string().as_str())
    };
    pids.filter(is_child).collect()
}
