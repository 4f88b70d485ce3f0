//! The server of the story: a process of its own, with root credentials that only the two know.

use crate::args::QuickstartArgs;
use crate::fault::{Fault, reason};
use crate::remote::Remote;
use crate::signals;
use anyhow::Result;
use sotto_public::Public;
use sotto_sensitive::RawText;
use sotto_wire::client::credentials::{Profile, Surroundings};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Between two looks whether it still runs.
const TICK: Duration = Duration::from_millis(100);

/// A running server.
pub(super) struct Server {
    child: std::cell::RefCell<Child>,
    endpoint: String,
    root: super::Credentials,
}

impl Server {
    /// Starts it, and waits until it answers.
    pub(super) fn start(args: &QuickstartArgs) -> Result<Self> {
        signals::listen()?;
        let root = super::Credentials::random()?;
        let program = std::env::current_exe();
        let program =
            program.map_err(|error| Fault::unavailable(format!("this program: {}", reason(&error))))?;
        let mut command = Command::new(program);
        command
            .args(["serve", "--log", "warn", "--listen", &args.listen.to_string(), "--data"])
            .arg(&args.data);
        if args.bot.is_some() {
            command.arg("--config").arg(super::bot::settings(args)?);
        }
        root.enter(&mut command);
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut child =
            child.map_err(|error| Fault::unavailable(format!("the server: {}", reason(&error))))?;
        let stdout = child.stdout.take().map(BufReader::new);
        let mut said = stdout.into_iter().flat_map(BufRead::lines).map_while(Result::ok);
        let address = said.find_map(|line| line.strip_prefix("listening ").map(str::to_owned));
        let Some(address) = address else {
            let _ = child.wait();
            return Err(Fault::unavailable("the server did not start; what it said stands above"));
        };
        Ok(Self { child: child.into(), endpoint: format!("http://{address}"), root })
    }

    /// Where it answers.
    pub(super) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Its root user.
    pub(super) fn as_root(&self) -> Result<Remote> {
        self.as_whom(&self.root)
    }

    /// Somebody with credentials.
    #[expect(clippy::disallowed_methods, reason = "the address that the server itself named, and a Region")]
    pub(super) fn as_whom(&self, credentials: &super::Credentials) -> Result<Remote> {
        // No home: no file of the user's own says anything else.
        let surroundings = credentials.given_to(Surroundings::at_home(PathBuf::new()));
        let profile = Profile::find(None, surroundings);
        let profile = profile.map_err(|error| Fault::unavailable(error.to_string()))?;
        let endpoint = Public::from_pinned_text(self.endpoint.clone());
        Remote::with(profile, Some(endpoint), Some("us-east-1".into()))
    }

    /// Waits until somebody ends it, or it ends.
    pub(super) fn wait(&self) -> Result<()> {
        while !signals::interrupted() {
            if self.child.borrow_mut().try_wait().is_ok_and(|ended| ended.is_some()) {
                return Err(Fault::unavailable("the server has ended; what it said stands above"));
            }
            std::thread::sleep(TICK);
        }
        Ok(())
    }

    /// Ends it in order.
    pub(super) fn stop(self) -> Result<()> {
        let mut child = self.child.into_inner();
        let id = child.id().to_string();
        // The standard library knows only how to kill; an orderly end is a signal.
        let asked = Command::new("kill").args(["-TERM", &id]).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = child.kill();
        }
        child.wait().map(drop).map_err(|error| Fault::unavailable(format!("the server: {}", reason(&error))))
    }
}

/// Keeps a text for the command line's own use.
pub(super) fn raw(text: String) -> RawText {
    RawText::new(text)
}
