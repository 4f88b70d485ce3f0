//! `sotto decrypt`: how does a message become a file or go into a pipe, and nothing too early?
//!
//! An unsigned message streams. A signed one is read twice when it is a file; what comes through a pipe waits in the spool.
//! Which of both it is, is read off the first bytes, before anything is verified: a wrong answer there is found out by what
//! verifies, and releases nothing.

use super::spool::Spool;
use super::{READ_BYTES, Sink, SystemEntropy, fault, keys, source, tell, told, watch};
use crate::args::{DecryptArgs, PlainFormat};
use crate::fault::{Fault, Verdict};
use crate::inputs::Source;
use crate::progress::Watch;
use crate::signals;
use anyhow::Result;
use sotto_message::{
    CommitmentPolicy, Decryptor, EncryptionContext, FirstPass, MultiKeyring, Opened, Reading, Release,
    base64, peek_suite,
};
use sotto_sensitive::RawBytes;
use std::io::{self, Read};
use std::time::Instant;

/// Plaintext is for its owner alone.
const MODE: u32 = 0o600;

/// First bytes that tell the form of a message.
const PEEK_BYTES: usize = 4;

/// `sotto decrypt`.
pub(crate) fn run(args: &DecryptArgs) -> Result<Verdict> {
    signals::listen()?;
    let desk = Desk {
        args,
        keyring: keys::to_decrypt(args)?,
        expected: keys::context(&args.message)?,
        source: source(&args.message),
    };
    let watch = watch(&args.message, &desk.source);
    let opened = desk.run(&watch)?;
    drop(watch);
    if args.message.format == PlainFormat::Json {
        tell(&args.message, &told::opened(&opened))?;
    }
    Ok(Verdict::Fine)
}

struct Desk<'a> {
    args: &'a DecryptArgs,
    keyring: MultiKeyring,
    expected: EncryptionContext,
    source: Source,
}

impl Desk<'_> {
    fn run(&self, watch: &Watch) -> Result<Opened> {
        let mut input = self.open(watch)?;
        let signed = peek_suite(&input.first).is_some_and(|suite| suite.is_signed());
        let waits = signed && !self.args.release_unverified && !self.args.unsigned_only;
        // What has no length, such as a named pipe, cannot be read twice either.
        let again = matches!(self.source, Source::File(_)) && self.source.bytes().is_some();
        match (waits, again) {
            (false, _) => self.stream(&mut input),
            (true, true) => self.twice(&mut input, watch),
            (true, false) => self.spool(&mut input),
        }
    }

    fn open(&self, watch: &Watch) -> Result<Message> {
        let reader = self.source.open_packed(&watch.read)?;
        Message::new(reader).map_err(|error| self.source.fault(&error))
    }

    fn reading(&self) -> Reading<'_> {
        let policy = keys::policy(self.args.message.commitment_policy);
        Reading {
            policy: if self.args.connect { CommitmentPolicy::ForbidToWrite } else { policy },
            release: if self.args.release_unverified { Release::AsItComes } else { Release::Unsigned },
            data_keys_max: usize::from(self.args.message.max_data_keys),
            piece_bytes_max: self.args.max_piece_bytes,
            held_bytes_max: self.args.max_piece_bytes,
            ..Reading::new(&self.keyring, &self.expected, Instant::now())
        }
    }

    fn sink(&self) -> Result<Sink> {
        Sink::open(self.args.message.output.as_deref(), MODE)
    }

    fn wrong(&self, error: sotto_message::MessageError) -> anyhow::Error {
        fault(&self.source.name(), &error)
    }

    /// One pass; what is verified goes out at once.
    fn stream(&self, input: &mut Message) -> Result<Opened> {
        let (mut sink, mut raw) = (self.sink()?, RawBytes::with_room(2 * READ_BYTES));
        let mut decryptor = Decryptor::new(self.reading());
        self.each_block(input, |block| {
            decryptor.push(block, &mut raw).map_err(|error| self.wrong(error))?;
            give(&mut sink, &mut raw)
        })?;
        let opened = decryptor.finish().map_err(|error| self.wrong(error))?;
        sink.finish()?;
        Ok(opened)
    }

    /// Two passes over a file.
    fn twice(&self, input: &mut Message, watch: &Watch) -> Result<Opened> {
        let wrong = |error| self.wrong(error);
        let mut first = FirstPass::new(self.reading(), &mut SystemEntropy::new()?).map_err(wrong)?;
        self.each_block(input, |block| first.push(block).map_err(wrong))?;
        let proven = first.finish().map_err(wrong)?;
        let mut again = proven.again(self.reading());
        let (mut sink, mut raw) = (self.sink()?, RawBytes::with_room(2 * READ_BYTES));
        self.each_block(&mut self.open(watch)?, |block| {
            again.push(block, &mut raw).map_err(wrong)?;
            give(&mut sink, &mut raw)
        })?;
        let opened = again.finish(&mut raw).map_err(wrong)?;
        give(&mut sink, &mut raw)?;
        sink.finish()?;
        Ok(opened)
    }

    /// One pass over a pipe; everything waits until the end.
    fn spool(&self, input: &mut Message) -> Result<Opened> {
        let (mut spool, mut entropy) = (Spool::new(), SystemEntropy::new()?);
        let mut raw = RawBytes::default();
        let mut decryptor = Decryptor::new(Reading { release: Release::AsItComes, ..self.reading() });
        self.each_block(input, |block| {
            decryptor.push(block, &mut raw).map_err(|error| self.wrong(error))?;
            spool.push(&mut raw, &mut entropy)
        })?;
        let opened = decryptor.finish().map_err(|error| self.wrong(error))?;
        let mut sink = self.sink()?;
        spool.release(&opened, |raw| sink.write(plain(raw)))?;
        sink.finish()?;
        Ok(opened)
    }

    fn each_block(&self, input: &mut Message, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let mut block = vec![0; READ_BYTES];
        loop {
            let count = input.read(&mut block).map_err(|error| self.source.fault(&error))?;
            if count == 0 {
                return match input.is_whole() {
                    true => Ok(()),
                    false => {
                        Err(Fault::unavailable(format!("`{}`: the base64 is malformed", self.source.name())))
                    }
                };
            }
            take(block.get(..count).unwrap_or_default())?;
        }
    }
}

fn give(sink: &mut Sink, raw: &mut RawBytes) -> Result<()> {
    sink.write(plain(raw))?;
    raw.clear();
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "plaintext goes where its owner asked for it")]
fn plain(raw: &RawBytes) -> &[u8] {
    raw.expose()
}

/// The bytes of a message; of base64, which is recognised, what it stands for.
struct Message {
    reader: Box<dyn Read + Send>,
    /// The first bytes of the message.
    first: Vec<u8>,
    base64: bool,
    /// Digits that make no group yet.
    digits: Vec<u8>,
    /// Bytes that are to be given.
    ready: Vec<u8>,
    malformed: bool,
    ended: bool,
}

impl Message {
    fn new(mut reader: Box<dyn Read + Send>) -> io::Result<Self> {
        let mut start = Vec::new();
        while start.len() < 2 * PEEK_BYTES {
            let mut byte = [0; 1];
            match reader.read(&mut byte)? {
                0 => break,
                _ => start.extend_from_slice(&byte),
            }
        }
        // "AY" and "Ag" are what base64 makes of the first bytes of both versions.
        let base64 = start.starts_with(b"AY") || start.starts_with(b"Ag");
        let (ended, malformed) = (false, false);
        let mut message = Self {
            reader,
            first: Vec::new(),
            base64,
            digits: Vec::new(),
            ready: Vec::new(),
            malformed,
            ended,
        };
        message.accept(&start);
        message.first = message.ready.iter().copied().take(PEEK_BYTES).collect();
        Ok(message)
    }

    /// Whether nothing was left over.
    const fn is_whole(&self) -> bool {
        !self.malformed && self.digits.is_empty()
    }

    fn accept(&mut self, bytes: &[u8]) {
        if !self.base64 {
            self.ready.extend_from_slice(bytes);
            return;
        }
        self.digits.extend(bytes.iter().filter(|byte| !byte.is_ascii_whitespace()));
        let whole = self.digits.len() / 4 * 4;
        let groups: Vec<u8> = self.digits.drain(..whole).collect();
        match base64::decode(&groups) {
            Some(decoded) if !self.malformed => self.ready.extend(decoded),
            _ => self.malformed = true,
        }
        // Behind the padding there is nothing more.
        self.malformed |= self.ended && !groups.is_empty();
        self.ended |= groups.ends_with(b"=");
    }
}

impl Read for Message {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        while self.ready.is_empty() && !self.malformed {
            let count = self.reader.read(to)?;
            let Some(bytes) = to.get(..count).filter(|bytes| !bytes.is_empty()) else { return Ok(0) };
            if !self.base64 {
                return Ok(count);
            }
            let bytes = bytes.to_vec();
            self.accept(&bytes);
        }
        let count = self.ready.len().min(to.len());
        to.iter_mut().zip(self.ready.drain(..count)).for_each(|(to, from)| *to = from);
        Ok(count)
    }
}
