//! How does a key sign, authenticate and agree? KMS API Reference, "Sign", "Verify", "GenerateMac", "VerifyMac", "GetPublicKey",
//! "DeriveSharedSecret".

use super::encrypt::{bytes, incompatible};
use super::error::{KeysError, Outcome, said};
use super::make::opaque;
use super::model::{Key, Material};
use super::vault::Vault;
use super::words::{KeyUsage, MacAlgorithm, SigningAlgorithm, words};
use crate::KmsError;
use crate::crypto::{
    EcKey, EcPublic, EdwardsKey, EdwardsPublic, HashValue, LatticeKey, LatticePublic, MacKey, RsaKey,
    RsaPublic,
};
use sotto_public::Opaque;
use sotto_sensitive::{KeyBytes, RawBytes};

/// Most bytes of a message that is hashed here.
const MESSAGE_BYTES_MAX: usize = 4_096;

words! {
    /// What a caller brings to be signed.
    MessageType {
        Raw = "RAW",
        Digest = "DIGEST",
    }
}

/// What is signed: a message, or its hash.
enum Subject<'m> {
    Message(&'m [u8]),
    Value(HashValue),
}

impl<'m> Subject<'m> {
    fn of(algorithm: SigningAlgorithm, message: &'m RawBytes, kind: MessageType) -> Outcome<Self> {
        match kind {
            MessageType::Raw if message.length() > MESSAGE_BYTES_MAX => {
                let sentence =
                    format_args!("A message has at most {MESSAGE_BYTES_MAX} bytes; bring its digest");
                Err(KeysError::Validation(said(sentence)))
            }
            MessageType::Raw => Ok(Self::Message(bytes(message))),
            MessageType::Digest => {
                let Some(hash) = algorithm.hash() else {
                    let sentence = format_args!("{algorithm} signs messages of type RAW only");
                    return Err(KeysError::Validation(said(sentence)));
                };
                hash.value(bytes(message)).map(Self::Value).map_err(|error| {
                    let sentence =
                        format_args!("Digest is invalid length for algorithm {algorithm}: {error}");
                    KeysError::Validation(said(sentence))
                })
            }
        }
    }
}

impl Vault<'_> {
    /// Sign.
    ///
    /// # Errors
    /// When the key cannot be used so now, or the message is too long or no digest.
    pub fn sign(
        &self,
        key: &Key,
        algorithm: SigningAlgorithm,
        message: &RawBytes,
        kind: MessageType,
    ) -> Outcome<Opaque> {
        let material = self.signing(key, algorithm, "Sign")?;
        let subject = Subject::of(algorithm, message, kind)?;
        let secret = self.secret(key, material)?;
        Ok(opaque(sign(key, &secret, algorithm, &subject)?))
    }

    /// Verify.
    ///
    /// # Errors
    /// [`KeysError::InvalidSignature`], or as for [`Vault::sign`].
    pub fn verify(
        &self,
        key: &Key,
        algorithm: SigningAlgorithm,
        message: &RawBytes,
        kind: MessageType,
        signature: &RawBytes,
    ) -> Outcome<()> {
        let material = self.signing(key, algorithm, "Verify")?;
        let subject = Subject::of(algorithm, message, kind)?;
        let public = public_of(material)?;
        verify(key, public.as_bytes(), algorithm, (&subject, bytes(signature))).map_err(|error| match error {
            KmsError::SignatureWrong => KeysError::InvalidSignature,
            other => KeysError::Crypto(other),
        })
    }

    fn signing<'k>(
        &self,
        key: &'k Key,
        algorithm: SigningAlgorithm,
        operation: &'static str,
    ) -> Outcome<&'k Material> {
        let material = self.ready(key, KeyUsage::SignVerify, operation)?;
        match key.spec.signing_algorithms().contains(&algorithm) {
            true => Ok(material),
            false => Err(incompatible(key, algorithm.as_str())),
        }
    }

    /// GenerateMac.
    ///
    /// # Errors
    /// When the key cannot be used so now, or the message is too long.
    pub fn mac(&self, key: &Key, algorithm: MacAlgorithm, message: &RawBytes) -> Outcome<Opaque> {
        let own = self.mac_key(key, algorithm, "GenerateMac", message)?;
        Ok(opaque(own.code(bytes(message))))
    }

    /// VerifyMac.
    ///
    /// # Errors
    /// [`KeysError::InvalidMac`], or as for [`Vault::mac`].
    pub fn verify_mac(
        &self,
        key: &Key,
        algorithm: MacAlgorithm,
        message: &RawBytes,
        code: &RawBytes,
    ) -> Outcome<()> {
        let own = self.mac_key(key, algorithm, "VerifyMac", message)?;
        own.verify(bytes(message), bytes(code)).map_err(|_| KeysError::InvalidMac)
    }

    fn mac_key(
        &self,
        key: &Key,
        algorithm: MacAlgorithm,
        operation: &'static str,
        message: &RawBytes,
    ) -> Outcome<MacKey> {
        let material = self.ready(key, KeyUsage::GenerateVerifyMac, operation)?;
        if !key.spec.mac_algorithms().contains(&algorithm) {
            return Err(incompatible(key, algorithm.as_str()));
        }
        if message.length() > MESSAGE_BYTES_MAX {
            let sentence = format_args!("A message has at most {MESSAGE_BYTES_MAX} bytes");
            return Err(KeysError::Validation(said(sentence)));
        }
        Ok(MacKey::new(algorithm.mac(), &self.secret(key, material)?))
    }

    /// GetPublicKey: SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// [`KeysError::Unsupported`] for a key without a public half, or when the key cannot be used now.
    pub fn public_key(&self, key: &Key) -> Outcome<Opaque> {
        if !key.spec.is_asymmetric() {
            let sentence = format_args!("{} is no asymmetric key", key.arn);
            return Err(KeysError::Unsupported(said(sentence)));
        }
        self.keys.usable(key)?;
        Ok(public_of(key.current().ok_or(KmsError::KeyMalformed)?)?.clone())
    }

    /// DeriveSharedSecret (ECDH): what this key and another's private half have in common.
    ///
    /// # Errors
    /// When the key cannot be used so now, or the other key is none of the same curve.
    pub fn agree(&self, key: &Key, other: &RawBytes) -> Outcome<RawBytes> {
        let material = self.ready(key, KeyUsage::KeyAgreement, "DeriveSharedSecret")?;
        let curve = key.spec.curve().ok_or(KmsError::KeyMalformed)?;
        let other = EcPublic::read(curve, bytes(other)).map_err(|_| {
            KeysError::Validation(said(format_args!("PublicKey is no public key of {}", key.spec)))
        })?;
        let own = EcKey::read(curve, &self.secret(key, material)?)?;
        Ok(own.agree(&other)?.to_raw())
    }
}

fn public_of(material: &Material) -> Outcome<&Opaque> {
    material.public.as_ref().ok_or(KeysError::Crypto(KmsError::KeyMalformed))
}

fn sign(
    key: &Key,
    secret: &KeyBytes,
    algorithm: SigningAlgorithm,
    subject: &Subject<'_>,
) -> Result<Vec<u8>, KmsError> {
    match (algorithm.rsa(), key.spec.curve(), subject) {
        (Some((scheme, hash)), _, Subject::Message(message)) => {
            RsaKey::read(secret)?.sign(scheme, hash, message)
        }
        (Some((scheme, _)), _, Subject::Value(value)) => RsaKey::read(secret)?.sign_value(scheme, value),
        (_, Some(curve), Subject::Message(message)) => EcKey::read(curve, secret)?.sign(message),
        (_, Some(curve), Subject::Value(value)) => EcKey::read(curve, secret)?.sign_value(value),
        (_, None, Subject::Message(message)) => match key.spec.lattice() {
            Some(lattice) => LatticeKey::read(lattice, secret)?.sign(message),
            None => EdwardsKey::read(secret)?.sign(message),
        },
        (_, None, Subject::Value(_)) => Err(KmsError::Refused),
    }
}

fn verify(
    key: &Key,
    public: &[u8],
    algorithm: SigningAlgorithm,
    (subject, signature): (&Subject<'_>, &[u8]),
) -> Result<(), KmsError> {
    match (algorithm.rsa(), key.spec.curve(), subject) {
        (Some((scheme, hash)), _, Subject::Message(message)) => {
            RsaPublic::read(public)?.verify(scheme, hash, message, signature)
        }
        (Some((scheme, _)), _, Subject::Value(value)) => {
            RsaPublic::read(public)?.verify_value(scheme, value, signature)
        }
        (_, Some(curve), Subject::Message(message)) => {
            EcPublic::read(curve, public)?.verify(message, signature)
        }
        (_, Some(curve), Subject::Value(value)) => {
            EcPublic::read(curve, public)?.verify_value(value, signature)
        }
        (_, None, Subject::Message(message)) => match key.spec.lattice() {
            Some(lattice) => LatticePublic::read(lattice, public)?.verify(message, signature),
            None => EdwardsPublic::read(public)?.verify(message, signature),
        },
        (_, None, Subject::Value(_)) => Err(KmsError::Refused),
    }
}
