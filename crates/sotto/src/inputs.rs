//! What is read, and how is it packed? Files and standard input; gzip and zstd are recognised by their first bytes.
//!
//! Nothing is read whole: what comes out is a stream. Several members (RFC 1952 section 2.2) or frames (RFC 8878 section
//! 3.1) behind each other are one text.

use crate::fault::Fault;
use crate::signals::Interruptible;
use anyhow::Result;
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufReader, Chain, Cursor, Read};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// RFC 1952, section 2.3.1.
const GZIP_MAGIC: [u8; 2] = [0x1F, 0x8B];
/// RFC 8878, section 3.1.1.
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];
/// Bytes of packed input that are read at once.
const PACKED_BLOCK_BYTES: usize = 128 << 10;
/// How standard input is called in reports.
pub(crate) const STANDARD_INPUT: &str = "(standard input)";

/// How an input is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

/// Where bytes come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    StandardInput,
    File(PathBuf),
}

/// An input that was opened.
pub(crate) struct Input {
    /// The text of it, unpacked.
    pub(crate) reader: Box<dyn Read + Send>,
    /// How it was packed.
    pub(crate) packing: Packing,
}

type Beginning = Chain<Cursor<Vec<u8>>, Box<dyn Read + Send>>;

impl Source {
    /// `-` is standard input.
    pub(crate) fn of(path: &Path) -> Self {
        if path.as_os_str() == "-" { Self::StandardInput } else { Self::File(path.to_owned()) }
    }

    /// As it is called in reports.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::StandardInput => STANDARD_INPUT.to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }

    /// How many bytes it has, as far as that can be known.
    pub(crate) fn bytes(&self) -> Option<u64> {
        let about = match self {
            Self::StandardInput => File::from(io::stdin().as_fd().try_clone_to_owned().ok()?).metadata(),
            Self::File(path) => std::fs::metadata(path),
        };
        about.ok().filter(|about| about.is_file()).map(|about| about.len())
    }

    /// Opens it. `progress` counts the bytes that are read, packed ones where it is packed.
    pub(crate) fn open(&self, progress: &Arc<AtomicU64>) -> Result<Input> {
        unpacked(self.open_packed(progress)?).map_err(|error| self.fault(&error))
    }

    /// Opens it and leaves it packed.
    pub(crate) fn open_packed(&self, progress: &Arc<AtomicU64>) -> Result<Box<dyn Read + Send>> {
        let bytes: Box<dyn Read + Send> = match self {
            Self::StandardInput => Box::new(io::stdin()),
            Self::File(path) => Box::new(File::open(path).map_err(|error| Fault::file(path, &error))?),
        };
        Ok(Box::new(Interruptible(Counted { bytes, read: Arc::clone(progress) })))
    }

    /// That reading or unpacking it failed.
    pub(crate) fn fault(&self, error: &io::Error) -> anyhow::Error {
        match self {
            Self::StandardInput => Fault::file(Path::new(STANDARD_INPUT), error),
            Self::File(path) => Fault::file(path, error),
        }
    }
}

/// Counts what is read.
struct Counted {
    bytes: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

fn unpacked(mut bytes: Box<dyn Read + Send>) -> io::Result<Input> {
    let first = first_bytes(&mut bytes)?;
    let packing = packing_of(&first);
    let all: Beginning = Cursor::new(first).chain(bytes);
    let reader: Box<dyn Read + Send> = match packing {
        Packing::Plain => Box::new(all),
        Packing::Gzip => Box::new(Packed {
            reader: MultiGzDecoder::new(BufReader::with_capacity(PACKED_BLOCK_BYTES, all)),
        }),
        Packing::Zstd => Box::new(Packed { reader: zstd::stream::read::Decoder::new(all)? }),
    };
    Ok(Input { reader, packing })
}

/// As many bytes as a magic number has. What a terminal gives comes on as it is: one read, usually one line.
fn first_bytes(bytes: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut first = vec![0; ZSTD_MAGIC.len()];
    let mut held = 0;
    while let Some(room) = first.get_mut(held..).filter(|room| !room.is_empty()) {
        match bytes.read(room) {
            Ok(0) => break,
            Ok(count) => held += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        // Text is never packed: do not wait for a second read.
        if first.first().is_some_and(|byte| *byte != GZIP_MAGIC[0] && *byte != ZSTD_MAGIC[0]) {
            break;
        }
    }
    first.truncate(held);
    Ok(first)
}

fn packing_of(first: &[u8]) -> Packing {
    if first.starts_with(&GZIP_MAGIC) {
        Packing::Gzip
    } else if first.starts_with(&ZSTD_MAGIC) {
        Packing::Zstd
    } else {
        Packing::Plain
    }
}

/// Names what a packer complains about in words of ours.
struct Packed<R> {
    reader: R,
}

impl<R: Read> Read for Packed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidInput | io::ErrorKind::Other if !crate::signals::interrupted() => {
                io::ErrorKind::InvalidData.into()
            }
            _ => error,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn text_of(bytes: Vec<u8>) -> (Packing, io::Result<String>) {
        let input = unpacked(Box::new(Cursor::new(bytes))).unwrap();
        (input.packing, io::read_to_string(input.reader))
    }

    fn gzip(text: &str) -> Vec<u8> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(text.as_bytes()).unwrap();
        packer.finish().unwrap()
    }

    fn zstd(text: &str) -> Vec<u8> {
        zstd::stream::encode_all(text.as_bytes(), 1).unwrap()
    }

    #[test]
    fn packings_are_recognised_and_members_joined() {
        let check = |bytes: Vec<u8>, packing, text: &str| {
            let (found, read) = text_of(bytes);
            assert_eq!((found, read.unwrap().as_str()), (packing, text));
        };
        check(b"plain".to_vec(), Packing::Plain, "plain");
        check(Vec::new(), Packing::Plain, "");
        check(vec![0x1F], Packing::Plain, "\u{1f}");
        check([gzip("one "), gzip("two")].concat(), Packing::Gzip, "one two");
        check([zstd("one "), zstd("two")].concat(), Packing::Zstd, "one two");
    }

    #[test]
    fn what_ends_too_early_or_is_broken_is_an_error() {
        for mut bytes in [gzip(&"text ".repeat(100)), zstd(&"text ".repeat(100))] {
            bytes.truncate(bytes.len() - 6);
            assert!(text_of(bytes).1.is_err());
        }
        let mut broken = gzip(&"text ".repeat(100));
        broken.iter_mut().skip(10).for_each(|byte| *byte = 0xFF);
        assert!(text_of(broken).1.is_err());
    }
}
