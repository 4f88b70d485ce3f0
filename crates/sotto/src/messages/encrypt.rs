//! `sotto encrypt`: how does a file or a pipe become a message?

use super::{READ_BYTES, Sink, SystemEntropy, fault, keys, source, tell, told, watch};
use crate::args::{EncryptArgs, PlainFormat};
use crate::fault::Verdict;
use crate::signals;
use anyhow::Result;
use sotto_message::{
    CommitmentPolicy, Content, Encryptor, FrameIvs, MaterialsSource, RequiredContext, Suite, Writing, base64,
};
use sotto_sensitive::RawBytes;
use std::time::Instant;

/// Who may read a message: whoever the system says, as with other files.
const MODE: u32 = 0o644;

/// `sotto encrypt`.
pub(crate) fn run(args: &EncryptArgs) -> Result<Verdict> {
    signals::listen()?;
    let keyring = keys::to_encrypt(args)?;
    if args.required_context.is_empty() {
        return write(args, &keyring);
    }
    let required = args.required_context.iter().map(|key| keys::raw(key)).collect();
    let source =
        RequiredContext::new(keyring, required).map_err(|error| fault("--required-context", &error))?;
    write(args, &source)
}

fn write(args: &EncryptArgs, keys: &dyn MaterialsSource) -> Result<Verdict> {
    let message = &args.message;
    let (source, context) = (source(message), keys::context(message)?);
    let name = source.name();
    let wrong = |error| fault(&name, &error);
    let watch = watch(message, &source);
    let mut input = source.open_packed(&watch.read)?;
    let (mut entropy, mut out) = (SystemEntropy::new()?, Vec::with_capacity(2 * READ_BYTES));
    let mut encryptor =
        Encryptor::begin(&writing(args, keys, &context), &mut entropy, &mut out).map_err(wrong)?;
    let mut sink = Text::new(Sink::open(message.output.as_deref(), MODE)?, args.base64 || args.connect);
    let mut raw = RawBytes::with_room(READ_BYTES);
    while raw.fill_from(&mut input, READ_BYTES).map_err(|error| source.fault(&error))? > 0 {
        encryptor.push(&raw, &mut out).map_err(wrong)?;
        raw.clear();
        sink.write(&mut out)?;
    }
    let written = encryptor.finish(&mut out).map_err(wrong)?;
    sink.finish(&out)?;
    drop(watch);
    if message.format == PlainFormat::Json {
        tell(message, &told::written(&written.header, written.plain_bytes))?;
    }
    Ok(Verdict::Fine)
}

/// As the command line says; as Amazon Connect writes where that was asked for.
fn writing<'a>(
    args: &EncryptArgs,
    keys: &'a dyn MaterialsSource,
    context: &'a sotto_message::EncryptionContext,
) -> Writing<'a> {
    let suite = args.suite.as_deref().and_then(|id| Suite::of(u16::from_str_radix(id, 16).ok()?));
    let writing = Writing {
        suite,
        policy: keys::policy(args.message.commitment_policy),
        content: Content::Framed(args.frame_bytes),
        data_keys_max: usize::from(args.message.max_data_keys),
        ..Writing::new(keys, context, Instant::now())
    };
    match args.connect {
        false => writing,
        true => Writing {
            suite: Some(Suite::Signed256),
            policy: CommitmentPolicy::ForbidToWrite,
            ivs: FrameIvs::Random,
            ..writing
        },
    }
}

/// The message as bytes or as base64.
struct Text {
    sink: Sink,
    base64: bool,
}

impl Text {
    const fn new(sink: Sink, base64: bool) -> Self {
        Self { sink, base64 }
    }

    /// Writes what can be written, and leaves the rest.
    fn write(&mut self, out: &mut Vec<u8>) -> Result<()> {
        let whole = if self.base64 { out.len() / 3 * 3 } else { out.len() };
        let Some((now, _)) = out.split_at_checked(whole) else { return Ok(()) };
        if self.base64 {
            self.sink.write(base64::encode(now).as_bytes())?;
        } else {
            self.sink.write(now)?;
        }
        out.drain(..whole);
        Ok(())
    }

    fn finish(mut self, out: &[u8]) -> Result<()> {
        if self.base64 {
            self.sink.write(base64::encode(out).as_bytes())?;
            self.sink.write(b"\n")?;
        } else {
            self.sink.write(out)?;
        }
        self.sink.finish()
    }
}
