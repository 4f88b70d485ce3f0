//! How is a signed message of any length opened without holding it, and without showing a byte too early? By reading it twice.
//!
//! The first pass ([`FirstPass`]) verifies everything and gives nothing. The second one ([`Proven::again`]) decrypts. A file
//! may have changed in between, so the first pass leaves a code for each [`PART_BYTES`] of the message under a key that
//! nobody else has, and the second one opens no part before its code is right. Rejected: comparing size and time of the
//! file, which whoever may write it may set.

use crate::materials::{MaterialsSource, OpenMaterials, ToOpen, ToWrite, WriteMaterials};
use crate::read::{Decryptor, Opened, Reading, Release};
use crate::{CommitmentPolicy, MessageError};
use sotto_kms::Entropy;
use sotto_kms::crypto::{AesGcm, equal, random_key};
use sotto_sensitive::RawBytes;
use std::fmt;

/// Bytes of the message under one code.
pub const PART_BYTES: usize = 1 << 20;

/// Verifies a message and remembers what it saw.
pub struct FirstPass<'a> {
    decryptor: Decryptor<'a>,
    codes: Codes,
    /// Bytes of a part that is not whole yet.
    part: Vec<u8>,
}

impl<'a> FirstPass<'a> {
    /// Begins. When plaintext is released is decided here, whatever the setting says.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn new(reading: Reading<'a>, entropy: &mut dyn Entropy) -> Result<Self, MessageError> {
        let key = AesGcm::new(&random_key(32, entropy))?;
        let decryptor = Decryptor::new(Reading { release: Release::Nothing, ..reading });
        Ok(Self { decryptor, codes: Codes { key, codes: Vec::new() }, part: Vec::new() })
    }

    /// Takes bytes of the message.
    ///
    /// # Errors
    /// At the first thing that is wrong.
    pub fn push(&mut self, more: &[u8]) -> Result<(), MessageError> {
        self.decryptor.push(more, &mut RawBytes::default())?;
        let codes = &mut self.codes;
        in_parts(&mut self.part, more, |part| {
            codes.codes.push(codes.code(codes.codes.len(), part)?);
            Ok(())
        })
    }

    /// That the message is whole and genuine.
    ///
    /// # Errors
    /// [`MessageError::EndsEarly`] when it is not whole.
    pub fn finish(mut self) -> Result<Proven, MessageError> {
        let last = self.codes.code(self.codes.codes.len(), &self.part)?;
        self.codes.codes.push(last);
        let opened = self.decryptor.finish()?;
        Ok(Proven { kept: Kept(opened.materials()), opened, codes: self.codes })
    }
}

impl fmt::Debug for FirstPass<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FirstPass({:?})", self.decryptor)
    }
}

/// A message that was verified once.
pub struct Proven {
    opened: Opened,
    codes: Codes,
    kept: Kept,
}

impl Proven {
    /// What is known of it.
    pub const fn opened(&self) -> &Opened {
        &self.opened
    }

    /// Begins the second pass. No service is asked again.
    pub fn again<'a>(&'a self, reading: Reading<'a>) -> SecondPass<'a> {
        let reading = Reading {
            source: &self.kept,
            policy: CommitmentPolicy::RequireToWrite,
            release: Release::AsItComes,
            ..reading
        };
        SecondPass { decryptor: Decryptor::new(reading), codes: &self.codes, part: Vec::new(), seen: 0 }
    }
}

impl fmt::Debug for Proven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proven({:?})", self.opened)
    }
}

/// Decrypts a message that was verified once.
pub struct SecondPass<'a> {
    decryptor: Decryptor<'a>,
    codes: &'a Codes,
    part: Vec<u8>,
    /// Parts that were seen.
    seen: usize,
}

impl SecondPass<'_> {
    /// Takes bytes of the message, and adds plaintext to `out`.
    ///
    /// # Errors
    /// [`MessageError::SignatureNotValid`] when they are not those of the first pass.
    pub fn push(&mut self, more: &[u8], out: &mut RawBytes) -> Result<(), MessageError> {
        let (decryptor, codes, seen) = (&mut self.decryptor, self.codes, &mut self.seen);
        in_parts(&mut self.part, more, |part| {
            codes.check(*seen, part)?;
            *seen += 1;
            decryptor.push(part, out)
        })
    }

    /// The rest of the plaintext.
    ///
    /// # Errors
    /// When the message is not that of the first pass.
    pub fn finish(mut self, out: &mut RawBytes) -> Result<Opened, MessageError> {
        self.codes.check(self.seen, &self.part)?;
        self.decryptor.push(&self.part, out)?;
        self.decryptor.finish()
    }
}

impl fmt::Debug for SecondPass<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecondPass({:?})", self.decryptor)
    }
}

/// Codes of the parts: GMAC (NIST SP 800-38D, section 3), the part's number as nonce.
struct Codes {
    key: AesGcm,
    codes: Vec<[u8; 16]>,
}

impl Codes {
    fn code(&self, number: usize, part: &[u8]) -> Result<[u8; 16], MessageError> {
        let mut nonce = [0; 12];
        nonce.iter_mut().zip((number as u64).to_be_bytes()).for_each(|(to, from)| *to = from);
        Ok(self.key.seal(nonce, part, &mut [])?)
    }

    fn check(&self, number: usize, part: &[u8]) -> Result<(), MessageError> {
        let code = self.code(number, part)?;
        let same = self.codes.get(number).is_some_and(|seen| equal(seen, &code));
        if same { Ok(()) } else { Err(MessageError::SignatureNotValid) }
    }
}

/// Cuts what comes into parts of [`PART_BYTES`]; a shorter rest stays in `held`.
fn in_parts(
    held: &mut Vec<u8>,
    mut more: &[u8],
    mut take: impl FnMut(&[u8]) -> Result<(), MessageError>,
) -> Result<(), MessageError> {
    while !more.is_empty() {
        let room = PART_BYTES.saturating_sub(held.len()).min(more.len());
        let (fill, rest) = more.split_at_checked(room).unwrap_or((more, &[]));
        held.extend_from_slice(fill);
        if held.len() == PART_BYTES {
            take(held)?;
            held.clear();
        }
        more = rest;
    }
    Ok(())
}

/// Materials of the first pass.
struct Kept(OpenMaterials);

impl MaterialsSource for Kept {
    fn to_write(&self, _: &ToWrite<'_>, _: &mut dyn Entropy) -> Result<WriteMaterials, MessageError> {
        Err(MessageError::DataKeysNone)
    }

    fn to_open(&self, _: &ToOpen<'_>) -> Result<OpenMaterials, MessageError> {
        Ok(self.0.clone())
    }
}
