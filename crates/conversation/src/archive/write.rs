//! How is an archive written? Files in the order given, deflated, all of one fixed time, so that equal contents give equal bytes.

use super::cipher::{self, AES256, AES256_SALT_BYTES, STANDARD_HEAD_BYTES};
use super::read::crc;
use super::{AES, AES_FIELD, ArchiveError, DEFLATED, FLAG_ENCRYPTED, FLAG_UTF8, File};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use sotto_sensitive::{RawBytes, RawText};
use std::io::Write;

/// How an archive is protected.
#[derive(Clone, Copy, Debug)]
pub enum Protection<'p> {
    /// By the ordinary cipher, which everybody reads and which is weak.
    Standard(&'p RawText),
    /// By WinZip's AES.
    Aes256(&'p RawText),
}

/// The first day that archives know, as their date.
const DATE: u16 = 1 << 5 | 1;
/// The version that is needed: 2.0, or 5.1 for AES.
const VERSION: u16 = 20;
const VERSION_AES: u16 = 51;

/// A file, ready to be written.
struct Packed<'f> {
    path: &'f str,
    flags: u16,
    method: u16,
    crc: u32,
    body: Vec<u8>,
    length: usize,
    size: usize,
    extra: Vec<u8>,
    offset: usize,
}

/// Writes files as an archive. Random bytes are taken for a password only.
///
/// # Errors
/// When it would be larger than archives can be.
pub fn write_archive(
    files: &[File],
    protection: Option<Protection<'_>>,
    entropy: &mut dyn FnMut(&mut [u8]),
) -> Result<RawBytes, ArchiveError> {
    let (mut out, mut packed) = (Vec::new(), Vec::with_capacity(files.len()));
    for file in files {
        let mut one = pack(file, protection, entropy)?;
        one.offset = out.len();
        out.extend_from_slice(&one.head(false)?);
        out.extend_from_slice(one.path.as_bytes());
        out.extend_from_slice(&one.extra);
        out.extend_from_slice(&std::mem::take(&mut one.body));
        packed.push(one);
    }
    let directory_at = out.len();
    for one in &packed {
        out.extend_from_slice(&one.head(true)?);
        out.extend_from_slice(one.path.as_bytes());
        out.extend_from_slice(&one.extra);
    }
    let length = out.len() - directory_at;
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    let count = two(packed.len())?;
    out.extend([count, count].concat());
    out.extend([four(length)?, four(directory_at)?].concat());
    out.extend_from_slice(&[0, 0]);
    Ok(RawBytes::new(out))
}

#[expect(clippy::disallowed_methods, reason = "files are packed for whoever may have the archive")]
fn pack<'f>(
    file: &'f File,
    protection: Option<Protection<'_>>,
    entropy: &mut dyn FnMut(&mut [u8]),
) -> Result<Packed<'f>, ArchiveError> {
    let content = file.content.expose();
    let crc = crc(content);
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    let deflated =
        encoder.write_all(content).and_then(|()| encoder.finish()).map_err(|_| ArchiveError::TooLarge)?;
    let (mut flags, mut method, mut extra) = (FLAG_UTF8, DEFLATED, Vec::new());
    let body = match protection {
        None => deflated,
        Some(Protection::Standard(password)) => {
            flags |= FLAG_ENCRYPTED;
            let mut head = [0; STANDARD_HEAD_BYTES];
            entropy(&mut head);
            let check = u8::try_from(crc >> 24).unwrap_or_default();
            cipher::seal_standard(&deflated, password.expose().as_bytes(), head, check)
        }
        Some(Protection::Aes256(password)) => {
            (flags, method, extra) = (flags | FLAG_ENCRYPTED, AES, aes_extra());
            let mut salt = [0; AES256_SALT_BYTES];
            entropy(&mut salt);
            cipher::seal_aes256(&deflated, password.expose().as_bytes(), salt)?
        }
    };
    let (path, size) = (file.path.as_str(), content.len());
    let length = body.len();
    Ok(Packed { path, flags, method, crc, body, length, size, extra, offset: 0 })
}

/// AE-1: the sum stays, since the contents are bound by the code anyway and others check both.
fn aes_extra() -> Vec<u8> {
    let mut extra = Vec::new();
    for number in [AES_FIELD, 7, 1] {
        extra.extend_from_slice(&number.to_le_bytes());
    }
    extra.extend_from_slice(b"AE");
    extra.push(AES256);
    extra.extend_from_slice(&DEFLATED.to_le_bytes());
    extra
}

impl Packed<'_> {
    /// The head of the file (APPNOTE 4.3.7), or its entry in the directory (4.3.12).
    fn head(&self, central: bool) -> Result<Vec<u8>, ArchiveError> {
        let version = if self.method == AES { VERSION_AES } else { VERSION };
        let mut head = Vec::with_capacity(46);
        head.extend_from_slice(if central { b"PK\x01\x02" } else { b"PK\x03\x04" });
        if central {
            head.extend_from_slice(&version.to_le_bytes());
        }
        for number in [version, self.flags, self.method, 0, DATE] {
            head.extend_from_slice(&number.to_le_bytes());
        }
        head.extend_from_slice(&self.crc.to_le_bytes());
        head.extend([four(self.length)?, four(self.size)?].concat());
        head.extend([two(self.path.len())?, two(self.extra.len())?].concat());
        if central {
            head.extend_from_slice(&[0; 10]);
            head.extend_from_slice(&four(self.offset)?);
        }
        Ok(head)
    }
}

fn two(number: usize) -> Result<[u8; 2], ArchiveError> {
    u16::try_from(number).map(u16::to_le_bytes).map_err(|_| ArchiveError::TooLarge)
}

fn four(number: usize) -> Result<[u8; 4], ArchiveError> {
    u32::try_from(number).map(u32::to_le_bytes).map_err(|_| ArchiveError::TooLarge)
}
