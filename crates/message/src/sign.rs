//! Who wrote the message? Signatures over header and body, hashed as they pass.
//!
//! A signed suite makes a key pair for each message: the public half stands in the encryption context (the compressed
//! point, SEC 1 section 2.3.3, in base64), the signature (ECDSA, FIPS 186-5) in the footer. SDKs sign again until the DER
//! form has its most frequent length; nothing that reads needs that, and it would cost half as much time again, so the
//! first signature is taken, and any length is read.

use crate::MessageError;
use crate::base64;
use sotto_kms::KmsError;
use sotto_kms::crypto::{Curve, EcKey, EcPublic, Hasher};
use std::fmt;
use std::sync::Arc;

/// Bytes of a signature in DER at most: P-384.
#[cfg(test)]
pub(crate) const SIGNATURE_BYTES_MAX: usize = 104;

/// The key pair of a message, or of all that one cached data key encrypts.
#[derive(Clone)]
pub(crate) struct SigningKey(Arc<EcKey>);

impl SigningKey {
    /// A new one; its randomness is the cryptographic library's.
    pub(crate) fn generate(curve: Curve) -> Result<Self, MessageError> {
        Ok(Self(Arc::new(EcKey::generate(curve)?)))
    }

    /// The public half as it stands in the encryption context.
    pub(crate) fn public_text(&self) -> String {
        base64::encode(&self.0.compressed_point())
    }

    /// Begins to sign a message.
    pub(crate) fn begin(&self) -> Signer {
        Signer { hasher: Hasher::new(self.0.curve().hash()), key: self.clone() }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey")
    }
}

/// Signs what passes.
pub(crate) struct Signer {
    key: SigningKey,
    hasher: Hasher,
}

impl Signer {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
    }

    /// The footer: the signature behind its length.
    pub(crate) fn footer(self) -> Result<Vec<u8>, MessageError> {
        let signature = self.key.0.sign_value(&self.hasher.finish())?;
        let length = u16::try_from(signature.len()).map_err(|_| MessageError::Refused)?;
        Ok([&length.to_be_bytes(), signature.as_slice()].concat())
    }
}

/// Verifies what passes.
pub(crate) struct Verifier {
    key: EcPublic,
    hasher: Hasher,
}

impl Verifier {
    /// With the key that the context holds.
    ///
    /// # Errors
    /// [`MessageError::VerificationKey`] when the text is no point of the curve in its compressed form.
    pub(crate) fn new(curve: Curve, text: &[u8]) -> Result<Self, MessageError> {
        let point = base64::decode(text).filter(|point| point.len() == 1 + curve.coordinate_bytes());
        let key = point.and_then(|point| EcPublic::read(curve, &point).ok());
        Ok(Self { key: key.ok_or(MessageError::VerificationKey)?, hasher: Hasher::new(curve.hash()) })
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
    }

    /// # Errors
    /// [`MessageError::SignatureNotValid`].
    pub(crate) fn verify(self, signature: &[u8]) -> Result<(), MessageError> {
        let verified = self.key.verify_value(&self.hasher.finish(), signature);
        verified.map_err(|error| match error {
            KmsError::SignatureWrong => MessageError::SignatureNotValid,
            _ => MessageError::Refused,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_verifies_and_nothing_else() {
        for curve in [Curve::P256, Curve::P384] {
            let key = SigningKey::generate(curve).unwrap();
            let mut signer = key.begin();
            signer.push(b"header");
            signer.push(b"body");
            let footer = signer.footer().unwrap();
            assert!(footer.len() <= 2 + SIGNATURE_BYTES_MAX && usize::from(footer[1]) + 2 == footer.len());
            let text = key.public_text();
            let verified = |curve, text: &str, bytes: &[u8], signature: &[u8]| {
                let mut verifier = Verifier::new(curve, text.as_bytes())?;
                verifier.push(bytes);
                verifier.verify(signature)
            };
            assert_eq!(verified(curve, &text, b"headerbody", &footer[2..]), Ok(()));
            let wrong = Err(MessageError::SignatureNotValid);
            assert_eq!(verified(curve, &text, b"headerbodY", &footer[2..]), wrong);
            assert_eq!(verified(curve, &text, b"headerbody", &footer[3..]), wrong);
            let other = SigningKey::generate(curve).unwrap().public_text();
            assert_eq!(verified(curve, &other, b"headerbody", &footer[2..]), wrong);
            assert_eq!(verified(curve, "AA==", b"", b""), Err(MessageError::VerificationKey));
        }
    }
}
