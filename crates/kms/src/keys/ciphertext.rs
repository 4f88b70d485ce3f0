//! What does a symmetric key's ciphertext look like? It says which key and which material made it, so that Decrypt needs no
//! `KeyId`, and nothing else.
//!
//! Layout: version 1 || account 12 || kind of id 1 || key id 16 || material id 32 || salt 16 || nonce 12 || ciphertext || tag 16.
//! Each ciphertext is sealed under a key of its own (HKDF-SHA256 of the material with the salt), so that the number of
//! ciphertexts under one material has no bound of GCM's. Version 2 is sealed in a device: behind the material id stands what the
//! device made. Everything before the ciphertext is associated data, and the encryption context behind it. No Region is in
//! it: multi-Region keys decrypt everywhere.

use super::error::{KeysError, Outcome};
use super::model::{Key, Material};
use super::names::{KeyArn, KeyId, MaterialId};
use super::snapshot::Keys;
use sotto_arn::{AccountId, Region};
use sotto_sensitive::RawBytes;
use std::sync::Arc;

/// Longest ciphertext that is read (KMS API Reference, "Decrypt").
pub(crate) const CIPHERTEXT_BYTES_MAX: usize = 6_144;

pub(crate) const SALT_BYTES: usize = 16;

/// How a ciphertext was sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Under a key derived from the material.
    Own,
    /// In a device.
    Device,
}

impl Form {
    const fn version(self) -> u8 {
        match self {
            Self::Own => 1,
            Self::Device => 2,
        }
    }
}

/// A ciphertext, read.
pub(crate) struct Ciphertext<'b> {
    pub(crate) form: Form,
    pub(crate) account: AccountId,
    pub(crate) key: KeyId,
    pub(crate) material: MaterialId,
    /// Everything that names the key: associated data.
    pub(crate) head: &'b [u8],
    /// What follows it.
    pub(crate) body: &'b [u8],
}

const HEAD_BYTES: usize = 1 + 12 + 1 + 16 + 32;

/// The head of a ciphertext under a key's material.
pub(crate) fn head(form: Form, key: &KeyArn, material: &MaterialId) -> Vec<u8> {
    let (multi_region, number) = key.id().number();
    let mut head = Vec::with_capacity(HEAD_BYTES);
    head.push(form.version());
    head.extend_from_slice(key.account().as_str().as_bytes());
    head.push(u8::from(multi_region));
    head.extend_from_slice(&number.to_be_bytes());
    head.extend_from_slice(&material.to_bytes());
    head
}

impl<'b> Ciphertext<'b> {
    /// Reads a ciphertext.
    ///
    /// # Errors
    /// [`KeysError::InvalidCiphertext`] when it is none of ours.
    pub(crate) fn read(bytes: &'b [u8]) -> Outcome<Self> {
        Self::parse(bytes).ok_or(KeysError::InvalidCiphertext)
    }

    fn parse(bytes: &'b [u8]) -> Option<Self> {
        let (head, body) = bytes.split_at_checked(HEAD_BYTES)?;
        if bytes.len() > CIPHERTEXT_BYTES_MAX {
            return None;
        }
        let (version, rest) = head.split_first()?;
        let form = [Form::Own, Form::Device].into_iter().find(|form| form.version() == *version)?;
        let (account, rest) = rest.split_first_chunk::<12>()?;
        let (kind, rest) = rest.split_first()?;
        let (number, material) = rest.split_first_chunk::<16>()?;
        Some(Self {
            form,
            account: AccountId::parse(std::str::from_utf8(account).ok()?).ok()?,
            key: KeyId::of_number(*kind == 1, u128::from_be_bytes(*number)),
            material: MaterialId::of_bytes(material.try_into().ok()?),
            head,
            body,
        })
        .filter(|_| *kind <= 1)
    }

    /// Whether this key made it.
    pub(crate) fn is_of(&self, key: &Key) -> bool {
        self.account == *key.arn.account() && self.key == *key.arn.id()
    }
}

impl Key {
    /// The material that a symmetric ciphertext of this key was made with.
    #[expect(
        clippy::disallowed_methods,
        reason = "a ciphertext is read to find its material; only its name leaves"
    )]
    pub fn material_of(&self, ciphertext: &RawBytes) -> Option<&Material> {
        let read = Ciphertext::read(ciphertext.expose()).ok().filter(|read| read.is_of(self))?;
        self.material(&read.material)
    }
}

impl Keys {
    /// The key in a Region that made a symmetric ciphertext: Decrypt and ReEncrypt without a key's name.
    ///
    /// # Errors
    /// [`KeysError::InvalidCiphertext`] when it is no ciphertext of ours, or its key is not there.
    #[expect(
        clippy::disallowed_methods,
        reason = "a ciphertext is read to find its key; only the key's name leaves"
    )]
    pub fn key_of(&self, region: &Region, ciphertext: &RawBytes) -> Outcome<&Arc<Key>> {
        let read = Ciphertext::read(ciphertext.expose())?;
        let arn = KeyArn::new(read.account, region.clone(), read.key);
        self.key(&arn).ok_or(KeysError::InvalidCiphertext)
    }
}

/// Which material made a symmetric ciphertext: what Decrypt and ReEncrypt answer beside the plaintext.
///
/// # Errors
/// [`KeysError::InvalidCiphertext`] when it is none of ours.
#[expect(
    clippy::disallowed_methods,
    reason = "a ciphertext is read to find its material; only the id leaves"
)]
pub fn material_of(ciphertext: &RawBytes) -> Outcome<MaterialId> {
    Ok(Ciphertext::read(ciphertext.expose())?.material)
}
