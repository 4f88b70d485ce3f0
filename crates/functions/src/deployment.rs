//! What is run? A [`Deployment`]: a version of a function as its settings say, and what its [`Host`] has for it: code, secrets,
//! credentials, a place for its output, the time.
//!
//! Everything here is public by name; what is not (code, environment, credentials, payloads) comes from the host when a process
//! begins, and goes into that process alone.

use crate::error::FunctionsError;
use crate::runtimes::Runtime;
use sotto_egress::{Rendered, Shown};
use sotto_public::Public;
use sotto_sensitive::{RawBytes, RawText};
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::OwnedSemaphorePermit;

/// Bytes of an event and of an answer (AWS Lambda quotas, "Invocation payload": 6 MB each way).
pub const PAYLOAD_BYTES_MAX: usize = 6 * 1024 * 1024;
/// Bytes of an event of an asynchronous invocation (the same page: 1 MB).
pub const EVENT_BYTES_MAX: usize = 1024 * 1024;

/// A version of a function, as it runs.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// Its ARN with the version: what processes are kept apart by.
    pub arn: Public<String>,
    /// Its name.
    pub name: Public<String>,
    /// `$LATEST`, or a number.
    pub version: Public<String>,
    /// Its Region.
    pub region: Public<String>,
    /// Another number for other code, settings or layers: processes of an older one end.
    pub revision: u128,
    /// What is called in its code.
    pub handler: Public<String>,
    /// What it was written for.
    pub runtime: Runtime,
    /// How long an invocation may take.
    pub timeout: Duration,
    /// Memory in MiB.
    pub memory_mib: u32,
    /// The log group that its output goes to.
    pub log_group: Public<String>,
    /// How many invocations may run at one time.
    pub concurrency: usize,
}

/// What all processes of a function share.
pub struct Package {
    /// The function's archive.
    pub code: RawBytes,
    /// Archives of its layers, in order.
    pub layers: Vec<RawBytes>,
}

/// What one process begins with.
pub struct Secrets {
    /// Its environment.
    pub environment: Vec<(RawText, RawText)>,
    /// Credentials of its role.
    pub credentials: Option<Credentials>,
}

/// Credentials of a function's role.
pub struct Credentials {
    /// The access key's id.
    pub access_key_id: Public<String>,
    /// The secret.
    pub secret: RawText,
    /// The session's token.
    pub token: RawText,
    /// How long they last; a process ends before them.
    pub lasting: Duration,
    /// Where AWS's services are for this function.
    pub endpoint: Option<Public<String>>,
}

/// A line that a function wrote, or that was written about it.
pub struct Line {
    /// When.
    pub at: SystemTime,
    /// What.
    pub text: RawText,
    /// Its room among what waits.
    pub(crate) _room: Option<OwnedSemaphorePermit>,
}

/// What comes later.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Whoever runs functions: it has their code and takes their output.
pub trait Host: Send + Sync + 'static {
    /// Code and layers.
    fn package<'a>(&'a self, of: &'a Deployment) -> Later<'a, Result<Package, FunctionsError>>;
    /// Environment and credentials, for a process that begins now.
    fn secrets<'a>(&'a self, of: &'a Deployment) -> Later<'a, Result<Secrets, FunctionsError>>;
    /// Output, in order. Lines that cannot be kept are dropped: a function does not stop because of its log.
    fn log<'a>(&'a self, of: &'a Deployment, stream: &'a Public<String>, lines: Vec<Line>) -> Later<'a, ()>;
    /// What time it is.
    fn now(&self) -> SystemTime;
    /// A random number, for names of streams.
    fn random(&self) -> u128;
}

/// The event of an invocation: what egress showed to this function, or an event that was made up.
pub struct Payload(Inner);

enum Inner {
    Shown(Arc<Rendered>),
    MadeUp(RawBytes),
}

impl Payload {
    /// What egress gives to the function, for a permit to invoke it.
    pub fn shown(rendered: Rendered) -> Self {
        Self::shared(Arc::new(rendered))
    }

    /// The same for an event that may be tried again.
    pub fn shared(rendered: Arc<Rendered>) -> Self {
        Self(Inner::Shown(rendered))
    }

    /// An event that this crate made up.
    pub(crate) fn made_up(bytes: RawBytes) -> Self {
        Self(Inner::MadeUp(bytes))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the event goes to the function's process, for which egress rendered it"
    )]
    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.0 {
            Inner::Shown(rendered) => match rendered.shown() {
                Shown::Bytes(bytes) => bytes,
                Shown::Text(text) => text.as_bytes(),
                _ => b"null",
            },
            Inner::MadeUp(bytes) => bytes.expose(),
        }
    }
}

/// What is asked of a function.
pub struct Invocation {
    /// The request's id.
    pub id: Public<String>,
    /// The event.
    pub payload: Payload,
    /// The caller's context (`X-Amz-Client-Context`), as it came.
    pub client_context: Option<RawText>,
}

/// What came of an invocation.
pub struct Outcome {
    /// What the function answered: its result, or an error as JSON.
    pub answer: RawBytes,
    /// Whether that is an error.
    pub failed: Option<Failed>,
    /// The end of the log of this invocation, as whole events, each before a byte that no text has: as many as reach over
    /// [`crate::TAIL_BYTES_MAX`] bytes.
    pub tail: RawBytes,
    /// How long it took.
    pub took: Duration,
    /// How long the process took to begin, when this invocation began it.
    pub cold: Option<Duration>,
    /// Most memory that its process had so far, in bytes.
    pub memory_bytes: u64,
}

/// How an invocation failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// The function said so itself.
    Function,
    /// It did not begin.
    Init,
    /// It took too long.
    Timeout,
    /// Its process ended.
    Exit,
    /// It used more memory than it may.
    Memory,
    /// Its answer is too large.
    Answer,
    /// It wrote more to its temporary folder than it may.
    Folder,
}
