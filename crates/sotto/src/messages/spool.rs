//! Where does plaintext wait whose signature comes last? Short: in memory. Long: sealed, in a file without a name.
//!
//! The key is made for this one message and never written anywhere; the file is removed from its directory as soon as it is
//! open, so nothing is left when the program ends, however it ends. Whoever reads the disk later finds sealed blocks.

use super::SystemEntropy;
use crate::fault::Fault;
use anyhow::Result;
use sotto_kms::{BLOB_HEAD_BYTES, BlobOpener, BlobSealer, DataKey, Entropy, drawn};
use sotto_message::Opened;
use sotto_public::Place;
use sotto_sensitive::RawBytes;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;

/// Bytes that wait in memory.
pub(super) const HELD_BYTES_MAX: usize = 1 << 20;

/// Plaintext that waits.
pub(super) struct Spool {
    held: RawBytes,
    sealed: Option<Sealed>,
}

struct Sealed {
    key: DataKey,
    sealer: BlobSealer,
    file: File,
    buffer: Vec<u8>,
}

impl Spool {
    pub(super) fn new() -> Self {
        Self { held: RawBytes::default(), sealed: None }
    }

    /// Takes plaintext, and leaves nothing in its place.
    pub(super) fn push(&mut self, raw: &mut RawBytes, entropy: &mut SystemEntropy) -> Result<()> {
        if self.sealed.is_none() && self.held.length() + raw.length() <= HELD_BYTES_MAX {
            self.held.append(std::mem::take(raw));
            return Ok(());
        }
        if self.sealed.is_none() {
            let mut sealed = Sealed::begin(entropy)?;
            sealed.push(&self.held)?;
            self.held.clear();
            self.sealed = Some(sealed);
        }
        if let Some(sealed) = &mut self.sealed {
            sealed.push(raw)?;
        }
        raw.clear();
        Ok(())
    }

    /// Gives everything away, now that the message it belongs to is verified.
    pub(super) fn release(
        self,
        _verified: &Opened,
        mut to: impl FnMut(&RawBytes) -> Result<()>,
    ) -> Result<()> {
        to(&self.held)?;
        match self.sealed {
            Some(sealed) => sealed.release(to),
            None => Ok(()),
        }
    }
}

impl Sealed {
    fn begin(entropy: &mut SystemEntropy) -> Result<Self> {
        let mut buffer = Vec::new();
        let key = DataKey::generate(entropy).map_err(refused)?;
        let sealer = BlobSealer::new(&key, &place(), drawn(entropy), &mut buffer).map_err(refused)?;
        Ok(Self { key, sealer, file: nameless(entropy).map_err(disk)?, buffer })
    }

    fn push(&mut self, raw: &RawBytes) -> Result<()> {
        self.sealer.push(raw, &mut self.buffer).map_err(refused)?;
        self.file.write_all(&self.buffer).map_err(disk)?;
        self.buffer.clear();
        Ok(())
    }

    fn release(mut self, mut to: impl FnMut(&RawBytes) -> Result<()>) -> Result<()> {
        self.sealer.finish(&mut self.buffer).map_err(refused)?;
        self.file.write_all(&self.buffer).and_then(|()| self.file.rewind()).map_err(disk)?;
        let mut head = [0; BLOB_HEAD_BYTES];
        self.file.read_exact(&mut head).map_err(disk)?;
        let mut opener = BlobOpener::new(&self.key, &place(), &head).map_err(refused)?;
        let (mut sealed, mut raw) = (vec![0; super::READ_BYTES], RawBytes::default());
        loop {
            let count = self.file.read(&mut sealed).map_err(disk)?;
            if count == 0 {
                break;
            }
            opener.push(sealed.get(..count).unwrap_or_default(), &mut raw).map_err(refused)?;
            to(&raw)?;
            raw.clear();
        }
        opener.finish(&mut raw).map_err(refused)?;
        to(&raw)
    }
}

fn place() -> Place {
    Place::new("spool")
}

/// A file of the temporary directory that nobody else can open: it has its owner's mode, and no name any more.
fn nameless(entropy: &mut SystemEntropy) -> std::io::Result<File> {
    let mut number = [0; 8];
    entropy.fill(&mut number);
    let path = std::env::temp_dir().join(format!(".sotto-{:016x}", u64::from_be_bytes(number)));
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

fn disk(error: std::io::Error) -> anyhow::Error {
    Fault::file(&std::env::temp_dir(), &error)
}

fn refused(error: sotto_kms::KmsError) -> anyhow::Error {
    Fault::unavailable(format!("the temporary file: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "canary data is compared")]
    fn what_waits_on_disk_is_sealed_and_comes_back_whole() {
        let mut entropy = SystemEntropy::new().unwrap();
        let mut sealed = Sealed::begin(&mut entropy).unwrap();
        let block: Vec<u8> = b"canary 4111111111111111 ".iter().copied().cycle().take(100_001).collect();
        for _ in 0..3 {
            sealed.push(&RawBytes::new(block.clone())).unwrap();
        }
        let mut on_disk = Vec::new();
        sealed.file.rewind().unwrap();
        sealed.file.read_to_end(&mut on_disk).unwrap();
        assert!(on_disk.len() > 200_000 && !on_disk.windows(6).any(|window| window == b"canary"));
        let mut released = Vec::new();
        let given = sealed.release(|raw| {
            released.extend_from_slice(raw.expose());
            Ok(())
        });
        assert!(given.is_ok() && released == block.repeat(3));
    }

    #[test]
    fn a_little_waits_in_memory_and_more_does_not() {
        let (mut spool, mut entropy) = (Spool::new(), SystemEntropy::new().unwrap());
        spool.push(&mut RawBytes::new(vec![7; HELD_BYTES_MAX]), &mut entropy).unwrap();
        assert!(spool.sealed.is_none());
        spool.push(&mut RawBytes::new(vec![7; 1]), &mut entropy).unwrap();
        assert!(spool.sealed.is_some() && spool.held.is_empty());
    }
}
