//! How are messages of the AWS Encryption SDK written and read on files and pipes? `sotto encrypt`, `sotto decrypt`.
//!
//! Nothing is ever whole in memory but one frame. Output files are complete or absent. What is read is not unpacked: what was
//! encrypted comes out as it was.

mod caller_input;
mod decrypt;
mod encrypt;
mod keys;
mod kms;
mod pem;
mod spool;
mod told;

pub(crate) use caller_input::run as caller_input;
pub(crate) use decrypt::run as decrypt;
pub(crate) use encrypt::run as encrypt;

use crate::args::MessageArgs;
use crate::fault::Fault;
use crate::inputs::Source;
use crate::mask::temporary::Temporary;
use crate::out;
use crate::progress::Watch;
use anyhow::Result;
use sotto_kms::Entropy;
use sotto_message::MessageError;
use std::fs::Permissions;
use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Bytes that are read at once.
const READ_BYTES: usize = 256 << 10;

/// Random bytes of the operating system.
struct SystemEntropy;

impl SystemEntropy {
    /// That there is randomness at all; after that the system does not run out of it (getrandom(2)).
    fn new() -> Result<Self> {
        getrandom::fill(&mut [0; 1]).map_err(|_| Fault::unavailable("the system gives no random bytes"))?;
        Ok(Self)
    }
}

impl Entropy for SystemEntropy {
    #[expect(
        clippy::panic,
        reason = "without randomness nothing may be encrypted, and there is nothing to say it with"
    )]
    fn fill(&mut self, place: &mut [u8]) {
        if getrandom::fill(place).is_err() {
            panic!("the system gives no random bytes");
        }
    }
}

/// Where the input is.
fn source(args: &MessageArgs) -> Source {
    args.input.as_deref().map_or(Source::StandardInput, Source::of)
}

/// Progress: where a file becomes a file, or something goes into a pipe; never in the middle of text on a terminal.
fn watch(args: &MessageArgs, source: &Source) -> Watch {
    let total = source.bytes();
    let disturbs = args.output.is_none() && io::stdout().is_terminal();
    Watch::begin(args.progress, args.quiet || disturbs || total.is_none(), total)
}

/// Where the output goes.
enum Sink {
    Standard(out::Out),
    File(Temporary, PathBuf),
}

impl Sink {
    /// Begins a file that its owner alone may read where it holds plaintext.
    fn open(output: Option<&Path>, mode: u32) -> Result<Self> {
        let Some(path) = output else { return Ok(Self::Standard(out::plain())) };
        let file = Temporary::create(path, Some(Permissions::from_mode(mode)));
        Ok(Self::File(file.map_err(|error| Fault::file(path, &error))?, path.to_owned()))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match self {
            Self::Standard(out) => out.write_all(bytes).map_err(|error| Fault::output(&error)),
            Self::File(file, path) => file.write_all(bytes).map_err(|error| Fault::file(path, &error)),
        }
    }

    /// Everything is there: a file gets its name.
    fn finish(self) -> Result<()> {
        match self {
            Self::Standard(mut out) => out.flush().map_err(|error| Fault::output(&error)),
            Self::File(file, path) => file.keep().map_err(|error| Fault::file(&path, &error)),
        }
    }
}

/// Says what a message is made of.
fn tell(args: &MessageArgs, told: &serde_json::Value) -> Result<()> {
    let text = format!("{told}\n");
    match args.output {
        Some(_) => out::plain().write_all(text.as_bytes()).map_err(|error| Fault::output(&error)),
        None => {
            out::say(text.trim_end());
            Ok(())
        }
    }
}

/// What is wrong with a message or its settings.
fn fault(name: &str, error: &MessageError) -> anyhow::Error {
    let message = format!("`{name}`: {error}");
    match error {
        MessageError::Setting { .. }
        | MessageError::ContextReserved
        | MessageError::ContextTwice
        | MessageError::ContextLong
        | MessageError::ContextMissing
        | MessageError::KeyName
        | MessageError::WrappingKey { .. } => Fault::usage(message),
        MessageError::Policy { .. } => {
            let way = "`require-encrypt-allow-decrypt` reads older suites, `forbid-encrypt-allow-decrypt` writes them";
            Fault::unavailable(format!("{message}: --commitment-policy {way}"))
        }
        MessageError::PieceLarge { .. } => Fault::unavailable(format!("{message} (--max-piece-bytes)")),
        _ => Fault::unavailable(message),
    }
}
