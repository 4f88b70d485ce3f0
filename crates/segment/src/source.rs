//! Where do the bytes of a segment come from? From memory, or from whoever can read ranges of an object.

use crate::SegmentError;
use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};
use sotto_public::Blob;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

/// How much is read ahead where the format reads byte by byte.
const AHEAD_BYTES: u64 = 64 * 1024;

/// An object that can be read in ranges.
pub trait Source: Send + Sync {
    /// How many bytes it has.
    fn length(&self) -> u64;

    /// The bytes of a range that lies within it.
    ///
    /// # Errors
    /// When they cannot be read.
    fn read(&self, range: Range<u64>) -> Result<Blob, SegmentError>;
}

/// A source, as the library of the format wants it.
#[derive(Clone)]
pub(crate) enum Chunks {
    Memory(Bytes),
    Ranges(Arc<dyn Source>),
}

/// Shares the bytes of a blob.
struct Held(Blob);

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl From<Blob> for Chunks {
    fn from(blob: Blob) -> Self {
        Self::Memory(Bytes::from_owner(Held(blob)))
    }
}

impl Chunks {
    fn range(&self, range: Range<u64>) -> Result<Bytes, ParquetError> {
        let missing = || ParquetError::EOF(String::new());
        if range.end > self.len() || range.start > range.end {
            return Err(missing());
        }
        let length = usize::try_from(range.end - range.start).map_err(|_| missing())?;
        let bytes = match self {
            Self::Memory(bytes) => {
                let start = usize::try_from(range.start).map_err(|_| missing())?;
                bytes.slice(start..start + length)
            }
            Self::Ranges(source) => match source.read(range) {
                Ok(blob) => Bytes::from_owner(Held(blob)),
                Err(error) => return Err(ParquetError::External(Box::new(error))),
            },
        };
        if bytes.len() == length { Ok(bytes) } else { Err(missing()) }
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::Ranges(source) => source.length(),
        }
    }
}

impl ChunkReader for Chunks {
    type T = Ahead;

    fn get_read(&self, start: u64) -> Result<Ahead, ParquetError> {
        Ok(Ahead { chunks: self.clone(), at: start, held: Bytes::new() })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        self.range(start..start.saturating_add(length as u64))
    }
}

/// Reads on from a place, some way ahead.
pub(crate) struct Ahead {
    chunks: Chunks,
    at: u64,
    held: Bytes,
}

impl Read for Ahead {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.held.is_empty() {
            let end = self.at.saturating_add(AHEAD_BYTES.max(into.len() as u64)).min(self.chunks.len());
            let ahead = self.chunks.range(self.at.min(end)..end);
            self.held = ahead.map_err(|_| io::Error::from(io::ErrorKind::UnexpectedEof))?;
            self.at = end;
        }
        let taken = self.held.split_to(self.held.len().min(into.len()));
        into.iter_mut().zip(&taken).for_each(|(to, from)| *to = *from);
        Ok(taken.len())
    }
}
