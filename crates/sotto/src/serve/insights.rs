//! Who starts the query engine? The server, when it finds `sotto-insights` beside its own program or where the settings say; and
//! again when it died, after a pause.
//!
//! Its standard input stays open as long as the server lives: when it closes, the engine ends by itself, also after `kill -9`.

use super::log::{self, field};
use crate::private;
use sotto_public::Foreign;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;
use tokio::time::sleep;

/// The engine's program.
const PROGRAM: &str = "sotto-insights";
/// Between an end and the next start.
const PAUSE: Duration = Duration::from_secs(2);

/// An engine that can be started.
#[derive(Clone)]
pub(crate) struct Engine {
    program: PathBuf,
    socket: PathBuf,
}

impl Engine {
    /// The engine, where its program is found.
    pub(crate) fn find(named: Option<&Path>, data: &Path) -> Option<Self> {
        let beside = || std::env::current_exe().ok()?.parent().map(|folder| folder.join(PROGRAM));
        let program = named.map(Path::to_path_buf).or_else(beside).filter(|path| path.is_file())?;
        Some(Self { program, socket: data.join("run").join("insights.socket") })
    }

    /// Where it listens.
    pub(crate) fn socket(&self) -> PathBuf {
        self.socket.clone()
    }

    /// Keeps it running until the task is dropped.
    pub(crate) async fn keep(self) {
        loop {
            if let Err(error) = self.once().await {
                log::warn("the query engine cannot be started", &[field("why", Foreign::io(&error))]);
            }
            sleep(PAUSE).await;
        }
    }

    async fn once(&self) -> std::io::Result<()> {
        if let Some(folder) = self.socket.parent() {
            private::folder(folder)?;
        }
        match std::fs::remove_file(&self.socket) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut engine = Command::new(&self.program)
            .arg("--socket")
            .arg(&self.socket)
            .arg("--with-parent")
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        log::info("the query engine runs", &[]);
        // Waiting closes what is held by the child, and the engine ends when its standard input closes.
        let _held_open = engine.stdin.take();
        let ended = engine.wait().await?;
        log::warn("the query engine ended", &[field("code", i64::from(ended.code().unwrap_or(-1)))]);
        Ok(())
    }
}
