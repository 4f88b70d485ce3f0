//! How does a verb ask a server? Over the wire, as any client of AWS does: sotto's own and AWS's alike.
//!
//! A refusal by policy is an answer, not a breakdown: it ends with exit code 1 and the service's words, which are for whoever
//! asked. Everything else that goes wrong ends with exit code 3.

mod json;

use crate::args::{RemoteArgs, WhyArgs};
use crate::fault::{Fault, reason};
use anyhow::Result;
use sotto_public::Public;
use sotto_sensitive::{RawBytes, RawText};
use sotto_wire::client::credentials::{Profile, Surroundings};
use sotto_wire::client::http::Client;
use sotto_wire::client::{self, ClientError};
use sotto_wire::sigv4::Credentials;
use sotto_wire::{Input, Output, Value};
use std::fmt;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// How often something is asked again that the service was too busy for.
const TRIES_MAX: u32 = 6;
/// Before the second try; each further one waits twice as long.
const PAUSE_FIRST: Duration = Duration::from_millis(250);
/// Codes that say: too busy, come again (CloudWatch Logs API Reference, "Common Errors").
const BUSY: &[&str] = &["ThrottlingException", "ServiceUnavailableException", "OperationAbortedException"];

/// Bytes of a reason at most.
const REASON_BYTES_MAX: usize = 1_024;
/// The session tag that says why.
const REASON_TAG: &str = "sotto:Reason";

/// A server that can be asked.
pub(crate) struct Remote {
    client: Client,
    runtime: Runtime,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) struct NotAnswered(ClientError);

impl Remote {
    /// The server that the options name.
    #[expect(
        clippy::disallowed_methods,
        reason = "endpoint, Region and profile are settings that the caller typed"
    )]
    pub(crate) fn new(args: &RemoteArgs) -> Result<Self> {
        let public = |text: &Option<String>| text.clone().map(Public::from_pinned_text);
        let profile = Profile::find(public(&args.profile).as_ref(), Surroundings::of_process());
        let profile = profile.map_err(|error| Fault::unavailable(error.to_string()))?;
        Self::with(profile, public(&args.endpoint_url), public(&args.region))
    }

    /// The same for somebody who says why: with each request, and by the session of a role where one is named.
    pub(crate) fn why(args: &RemoteArgs, why: &WhyArgs) -> Result<Self> {
        let remote = Self::new(args)?;
        let Some(reason) = &why.reason else { return Ok(remote) };
        let is_line = !reason.trim().is_empty() && !reason.chars().any(char::is_control);
        if !is_line || reason.len() > REASON_BYTES_MAX {
            return Err(Fault::usage(format!("--reason is one line of up to {REASON_BYTES_MAX} bytes")));
        }
        let session = why.reason_role.as_ref().map(|role| remote.session(role, reason)).transpose()?;
        let Self { client, runtime } = remote;
        let client = client.for_reason(RawText::new(reason.clone()));
        Ok(Self { client: session.into_iter().fold(client, Client::in_session), runtime })
    }

    /// A session of a role that carries a reason as its tag.
    fn session(&self, role: &str, reason: &str) -> Result<Credentials> {
        let tag = Output::new().with("Key", own(REASON_TAG)).with("Value", own(reason));
        let input = Output::new()
            .with("RoleArn", own(role))
            .with("RoleSessionName", own("sotto"))
            .with("Tags", Value::list([tag]));
        let mut answer = self.ask("sts", "AssumeRole", input)?;
        let unexpected = || Fault::unavailable("the service gave no credentials of a session");
        let mut made = answer.take("Credentials").ok_or_else(unexpected)?;
        let token = made.public("SessionToken").map(|token| RawText::new(token.get().clone()));
        Ok(Credentials {
            access_key: made.public("AccessKeyId").cloned().ok_or_else(unexpected)?,
            secret: made.take_raw("SecretAccessKey").ok_or_else(unexpected)?,
            token: Some(token.or_else(|| made.take_raw("SessionToken")).ok_or_else(unexpected)?),
        })
    }

    /// With a profile at hand.
    pub(crate) fn with(
        profile: Profile,
        endpoint: Option<Public<String>>,
        region: Option<Public<String>>,
    ) -> Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Fault::unavailable(format!("threads: {}", reason(&error))))?;
        Ok(Self { client: Client::new(profile, endpoint, region), runtime })
    }

    /// Asks once.
    pub(crate) fn ask(
        &self,
        table: &'static str,
        operation: &'static str,
        input: Output,
    ) -> Result<Input, NotAnswered> {
        self.runtime.block_on(self.client.call(table, operation, input)).map_err(NotAnswered)
    }

    /// Whether an endpoint was named, so that the service may be another than AWS's own.
    pub(crate) fn has_endpoint(&self, table: &'static str) -> bool {
        self.client.has_endpoint(table)
    }

    /// Puts bytes where a URL says that a service gave out.
    pub(crate) fn put(&self, url: &Public<String>, body: &RawBytes) -> Result<(), NotAnswered> {
        self.runtime.block_on(self.client.put(url, body)).map_err(NotAnswered)
    }

    /// Asks until the service has time, a bounded number of times; `input` makes the request anew.
    pub(crate) fn insist(
        &self,
        table: &'static str,
        operation: &'static str,
        input: impl Fn() -> Output,
    ) -> Result<Input, NotAnswered> {
        let mut pause = PAUSE_FIRST;
        for _ in 1..TRIES_MAX {
            match self.ask(table, operation, input()) {
                Err(error) if error.is_busy() => std::thread::sleep(pause),
                answer => return answer,
            }
            pause *= 2;
        }
        self.ask(table, operation, input())
    }
}

impl NotAnswered {
    /// The service's code.
    pub(crate) fn code(&self) -> &str {
        match &self.0 {
            ClientError::Service { code, .. } => code.get(),
            _ => "",
        }
    }

    /// Whether it is worth asking again.
    fn is_busy(&self) -> bool {
        BUSY.contains(&self.code())
    }

    /// Whether a policy says no.
    pub(crate) fn is_denied(&self) -> bool {
        matches!(self.code(), "AccessDenied" | "AccessDeniedException")
    }

    /// The service's own words, for whoever asked.
    pub(crate) fn words(&self) -> &str {
        match &self.0 {
            ClientError::Service { words, .. } => shown(words),
            _ => "",
        }
    }
}

impl fmt::Display for NotAnswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.words() {
            "" => write!(f, "{}", self.0),
            words => write!(f, "{}: {words}", self.code()),
        }
    }
}

impl From<NotAnswered> for anyhow::Error {
    fn from(error: NotAnswered) -> Self {
        match error.is_denied() {
            true => Fault::denied(error.to_string()),
            false => Fault::unavailable(error.to_string()),
        }
    }
}

/// Text that a service gave to this caller, for the caller's own terminal.
#[expect(clippy::disallowed_methods, reason = "what a service answered to the caller is shown to the caller")]
pub(crate) fn shown(text: &RawText) -> &str {
    text.expose()
}

/// Text that the caller typed, on its way to the service.
pub(crate) fn own(text: &str) -> Value {
    client::text(RawText::new(text.to_owned()))
}
