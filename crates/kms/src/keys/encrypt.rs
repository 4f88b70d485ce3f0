//! How does a key encrypt and decrypt, and how does it make data keys? KMS API Reference, "Encrypt", "Decrypt",
//! "GenerateDataKey", "GenerateDataKeyPair".

use super::ciphertext::{Ciphertext, Form, SALT_BYTES, head};
use super::context::EncryptionContext;
use super::error::{KeysError, Outcome, said};
use super::make::{Made, opaque};
use super::model::{Key, Material};
use super::vault::Vault;
use super::words::{EncryptionAlgorithm, KeySpec, KeyUsage};
use crate::crypto::{AesGcm, Hash, Hkdf, NONCE_BYTES, RsaKey, RsaPublic, TAG_BYTES, random_key};
use crate::{DEVICE_ENTROPY_BYTES, DeviceError, Entropy, KmsError, drawn};
use sotto_public::Opaque;
use sotto_sensitive::{KeyBytes, RawBytes};

/// Most bytes that a symmetric key encrypts (KMS API Reference, "Encrypt").
pub const PLAINTEXT_BYTES_MAX: usize = 4_096;
/// Most bytes of a data key (KMS API Reference, "GenerateDataKey", `NumberOfBytes`).
pub const DATA_KEY_BYTES_MAX: usize = 1_024;

const PURPOSE: &[u8] = b"sotto kms 1";

/// A pair of keys for somebody else's use.
#[derive(Debug)]
pub struct DataKeyPair {
    /// The private half in clear (PKCS#8).
    pub private: RawBytes,
    /// The private half under the key.
    pub sealed: Opaque,
    /// The public half (SubjectPublicKeyInfo).
    pub public: Opaque,
}

impl Vault<'_> {
    /// Encrypt.
    ///
    /// # Errors
    /// When the key cannot be used so now, or the plaintext is too long.
    pub fn encrypt(
        &self,
        key: &Key,
        algorithm: EncryptionAlgorithm,
        raw: &RawBytes,
        context: &EncryptionContext,
        entropy: &mut dyn Entropy,
    ) -> Outcome<Opaque> {
        let material = self.ready(key, KeyUsage::EncryptDecrypt, "Encrypt")?;
        fits(key, algorithm)?;
        match algorithm {
            EncryptionAlgorithm::Symmetric => self.seal((key, material), raw, context, entropy),
            _ => encrypt_rsa(material, algorithm, raw, context),
        }
    }

    /// Decrypt. A symmetric ciphertext says which key made it ([`super::Keys::key_of`]).
    ///
    /// # Errors
    /// [`KeysError::InvalidCiphertext`] when it was changed or brings another context, [`KeysError::IncorrectKey`] when another
    /// key made it, or when the key cannot be used so now.
    pub fn decrypt(
        &self,
        key: &Key,
        algorithm: EncryptionAlgorithm,
        ciphertext: &RawBytes,
        context: &EncryptionContext,
    ) -> Outcome<RawBytes> {
        let material = self.ready(key, KeyUsage::EncryptDecrypt, "Decrypt")?;
        fits(key, algorithm)?;
        match algorithm.padding() {
            None => self.unseal(key, ciphertext, context),
            Some(_) if !context.is_empty() => Err(no_context()),
            Some(padding) => {
                let own = RsaKey::read(&self.secret(key, material)?)?;
                let opened = own.decrypt(padding, bytes(ciphertext)).map_err(unopened)?;
                Ok(opened.to_raw())
            }
        }
    }

    /// GenerateDataKey: random bytes, and the same under the key.
    ///
    /// # Errors
    /// When the key is not symmetric or cannot be used now, or the length is out of bounds.
    pub fn data_key(
        &self,
        key: &Key,
        length: usize,
        context: &EncryptionContext,
        entropy: &mut dyn Entropy,
    ) -> Outcome<(KeyBytes, Opaque)> {
        if !(1..=DATA_KEY_BYTES_MAX).contains(&length) {
            let sentence = format_args!("A data key has 1 to {DATA_KEY_BYTES_MAX} bytes");
            return Err(KeysError::Validation(said(sentence)));
        }
        let material = self.symmetric(key, "GenerateDataKey")?;
        let made = random_key(length, entropy);
        let sealed = self.seal((key, material), &made.to_raw(), context, entropy)?;
        Ok((made, sealed))
    }

    /// GenerateDataKeyPair.
    ///
    /// # Errors
    /// When the key is not symmetric, is in a custom key store or cannot be used now, or the pair is none.
    pub fn data_key_pair(
        &self,
        key: &Key,
        pair: KeySpec,
        context: &EncryptionContext,
        entropy: &mut dyn Entropy,
    ) -> Outcome<DataKeyPair> {
        let material = self.symmetric(key, "GenerateDataKeyPair")?;
        if key.is_in_device() {
            let words = "Keys in custom key stores make no data key pairs";
            return Err(KeysError::Unsupported(words.into()));
        }
        if !pair.makes_pairs() {
            return Err(KeysError::Validation(said(format_args!("{pair} is no spec of a key pair"))));
        }
        let made = Made::generate(pair, entropy)?;
        let public = made.public.ok_or(KmsError::KeyMalformed)?;
        let private = made.secret.to_raw();
        let sealed = self.seal((key, material), &private, context, entropy)?;
        Ok(DataKeyPair { private, sealed, public: opaque(public) })
    }

    /// The material of a symmetric key that makes data keys.
    fn symmetric<'k>(&self, key: &'k Key, operation: &'static str) -> Outcome<&'k Material> {
        let material = self.ready(key, KeyUsage::EncryptDecrypt, operation)?;
        match key.spec {
            KeySpec::Symmetric => Ok(material),
            spec => Err(KeysError::InvalidKeyUsage(said(format_args!(
                "{} key spec is {spec} which is not valid for {operation}.",
                key.arn
            )))),
        }
    }

    fn seal(
        &self,
        (key, material): (&Key, &Material),
        raw: &RawBytes,
        context: &EncryptionContext,
        entropy: &mut dyn Entropy,
    ) -> Outcome<Opaque> {
        if raw.length() > PLAINTEXT_BYTES_MAX {
            return Err(too_long(PLAINTEXT_BYTES_MAX));
        }
        if key.is_in_device() {
            return self.seal_in_device((key, material), raw, context, drawn(entropy));
        }
        let mut out = head(Form::Own, &key.arn, &material.id);
        let (salt, nonce) = (drawn::<SALT_BYTES>(entropy), drawn::<NONCE_BYTES>(entropy));
        out.extend_from_slice(&salt);
        out.extend_from_slice(&nonce);
        let associated = associated(&out, context);
        let (gcm, from) = (own_key(&self.secret(key, material)?, &salt)?, out.len());
        out.resize(from + raw.length(), 0);
        let body = out.get_mut(from..).unwrap_or_default();
        let tag = gcm.seal_from(nonce, &associated, bytes(raw), body)?;
        out.extend_from_slice(&tag);
        Ok(opaque(out))
    }

    fn seal_in_device(
        &self,
        (key, material): (&Key, &Material),
        raw: &RawBytes,
        context: &EncryptionContext,
        entropy: [u8; DEVICE_ENTROPY_BYTES],
    ) -> Outcome<Opaque> {
        let mut out = head(Form::Device, &key.arn, &material.id);
        let associated = associated(&out, context);
        let sealed =
            self.in_device(key, material, |device, name| device.encrypt(name, &associated, raw, entropy))?;
        out.extend_from_slice(sealed.as_bytes());
        Ok(opaque(out))
    }

    fn unseal(&self, key: &Key, ciphertext: &RawBytes, context: &EncryptionContext) -> Outcome<RawBytes> {
        let read = Ciphertext::read(bytes(ciphertext))?;
        if !read.is_of(key) {
            return Err(KeysError::IncorrectKey);
        }
        let material = key.material(&read.material).ok_or(KeysError::InvalidCiphertext)?;
        match read.form {
            Form::Own => {
                let secret = self.secret(key, material)?;
                open_own(&secret, read.head, read.body, context)
            }
            Form::Device => {
                let associated = associated(read.head, context);
                let opened = self
                    .in_device(key, material, |device, name| device.decrypt(name, &associated, read.body));
                opened.map_err(|error| match error {
                    KeysError::Device(DeviceError::DoesNotOpen) => KeysError::InvalidCiphertext,
                    other => other,
                })
            }
        }
    }
}

/// Opens what stands behind the head: salt, nonce, ciphertext, tag.
fn open_own(secret: &KeyBytes, head: &[u8], body: &[u8], context: &EncryptionContext) -> Outcome<RawBytes> {
    let (salt, rest) = body.split_first_chunk::<SALT_BYTES>().ok_or(KeysError::InvalidCiphertext)?;
    let (nonce, rest) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(KeysError::InvalidCiphertext)?;
    let length = rest.len().checked_sub(TAG_BYTES).ok_or(KeysError::InvalidCiphertext)?;
    let (text, tag) = rest.split_at_checked(length).ok_or(KeysError::InvalidCiphertext)?;
    let associated = associated(&[head, salt, nonce].concat(), context);
    let mut opened = zeroize::Zeroizing::new(vec![0; length]);
    own_key(secret, salt)?.open_from(*nonce, &associated, text, tag, &mut opened).map_err(unopened)?;
    Ok(RawBytes::new(std::mem::take(&mut *opened)))
}

/// The key of one ciphertext.
fn own_key(secret: &KeyBytes, salt: &[u8]) -> Result<AesGcm, KmsError> {
    AesGcm::new(&Hkdf::extract(Hash::Sha256, salt, secret).expand(&[PURPOSE], 32)?)
}

/// What is not secret but must not change: the head, and the context.
fn associated(head: &[u8], context: &EncryptionContext) -> zeroize::Zeroizing<Vec<u8>> {
    let context = context.canonical();
    let mut both = zeroize::Zeroizing::new(Vec::with_capacity(head.len() + context.len()));
    both.extend_from_slice(head);
    both.extend_from_slice(&context);
    both
}

fn encrypt_rsa(
    material: &Material,
    algorithm: EncryptionAlgorithm,
    raw: &RawBytes,
    context: &EncryptionContext,
) -> Outcome<Opaque> {
    if !context.is_empty() {
        return Err(no_context());
    }
    let der = material.public.as_ref().ok_or(KmsError::KeyMalformed)?;
    let (public, padding) = (RsaPublic::read(der.as_bytes())?, algorithm.padding().ok_or(KmsError::Refused)?);
    public.encrypt(padding, bytes(raw)).map(opaque).map_err(|error| match error {
        KmsError::TooLong { most, .. } => too_long(most),
        other => KeysError::Crypto(other),
    })
}

/// Refuses an algorithm that a key's spec has not.
fn fits(key: &Key, algorithm: EncryptionAlgorithm) -> Outcome<()> {
    match key.spec.encryption_algorithms().contains(&algorithm) {
        true => Ok(()),
        false => Err(incompatible(key, algorithm.as_str())),
    }
}

/// That an algorithm is none of a key's spec.
pub(crate) fn incompatible(key: &Key, algorithm: &'static str) -> KeysError {
    KeysError::InvalidKeyUsage(said(format_args!(
        "Algorithm {algorithm} and key spec {} are incompatible for key {}.",
        key.spec, key.arn
    )))
}

fn too_long(most: usize) -> KeysError {
    KeysError::Validation(said(format_args!(
        "The plaintext is too long: this key takes at most {most} bytes"
    )))
}

fn no_context() -> KeysError {
    KeysError::Validation("Asymmetric keys take no encryption context".into())
}

fn unopened(error: KmsError) -> KeysError {
    match error {
        KmsError::DoesNotOpen => KeysError::InvalidCiphertext,
        other => KeysError::Crypto(other),
    }
}

/// What a caller brings, for the algorithms of this module.
#[expect(
    clippy::disallowed_methods,
    reason = "algorithms read what a caller brings; only what they make leaves"
)]
pub(crate) fn bytes(raw: &RawBytes) -> &[u8] {
    raw.expose()
}
