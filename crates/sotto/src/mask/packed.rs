//! How is the output packed? As the input was.

use crate::inputs::Packing;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{self, Write};

/// A writer that packs.
pub(super) enum PackedWriter<W: Write> {
    Plain(W),
    Gzip(Box<GzEncoder<W>>),
    Zstd(zstd::stream::write::Encoder<'static, W>),
}

impl<W: Write> PackedWriter<W> {
    /// A writer that packs like this.
    pub(super) fn new(to: W, packing: Packing) -> io::Result<Self> {
        Ok(match packing {
            Packing::Plain => Self::Plain(to),
            Packing::Gzip => Self::Gzip(Box::new(GzEncoder::new(to, Compression::default()))),
            Packing::Zstd => {
                Self::Zstd(zstd::stream::write::Encoder::new(to, zstd::DEFAULT_COMPRESSION_LEVEL)?)
            }
        })
    }

    /// Writes the end and gives the inner writer back.
    pub(super) fn finish(self) -> io::Result<W> {
        match self {
            Self::Plain(to) => Ok(to),
            Self::Gzip(packer) => packer.finish(),
            Self::Zstd(packer) => packer.finish(),
        }
    }
}

impl<W: Write> Write for PackedWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(to) => to.write(bytes),
            Self::Gzip(packer) => packer.write(bytes),
            Self::Zstd(packer) => packer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(to) => to.flush(),
            Self::Gzip(packer) => packer.flush(),
            Self::Zstd(packer) => packer.flush(),
        }
    }
}
