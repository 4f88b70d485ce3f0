//! How is a small value sealed? AES-256-GCM (NIST SP 800-38D) under a key of its own, bound to its place.
//!
//! Layout: version || salt 16 || nonce 12 || ciphertext || tag 16. Each value has a key of its own, from the sealing key and
//! the salt, so that salt and nonce together are 224 random bits: a repetition is out of question however many values are
//! sealed, where plain random nonces end at 2^32 (SP 800-38D, 8.3). Version 1 is sealed under a [`crate::StoreKey`] by HKDF
//! (RFC 5869), version 2 under a [`crate::DataKey`] by one HMAC, which spans are many enough to feel. Associated data:
//! everything before the ciphertext, and the place. One key for all values with random nonces was rejected for that bound.

use crate::KmsError;
use crate::crypto::{AesGcm, NONCE_BYTES, TAG_BYTES};
use sotto_public::{Opaque, Place, Storable};
use sotto_sensitive::RawBytes;
use zeroize::Zeroizing;

/// How many random bytes one seal takes.
pub const SEAL_ENTROPY_BYTES: usize = SALT_BYTES + NONCE_BYTES;

/// Most bytes under one seal: small values only.
pub const SEAL_BYTES_MAX: usize = 1024 * 1024;

/// Versions that there are.
const VERSIONS: std::ops::RangeInclusive<u8> = 1..=2;
const SALT_BYTES: usize = 16;
const HEAD_BYTES: usize = 1 + SALT_BYTES + NONCE_BYTES;

/// A value under seal: may rest anywhere, says nothing but its length.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Sealed(Opaque);

impl Sealed {
    /// The bytes, as for a session token.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Reads bytes that somebody brought back. Whether they are genuine shows when they are opened.
    ///
    /// # Errors
    /// When they cannot be a sealed value.
    #[expect(clippy::disallowed_methods, reason = "has the form of a sealed value; opening decides")]
    pub fn parse(bytes: &[u8]) -> Result<Self, KmsError> {
        let fits = bytes.first().is_some_and(|version| VERSIONS.contains(version))
            && (HEAD_BYTES + TAG_BYTES..=HEAD_BYTES + TAG_BYTES + SEAL_BYTES_MAX).contains(&bytes.len());
        match fits {
            true => Ok(Self(Opaque::from_pinned_bytes(bytes.to_vec()))),
            false => Err(KmsError::NotSealed),
        }
    }
}

/// A key that small values are sealed under: a key of its own for each, from a salt.
pub(crate) trait Values {
    /// The version that its seals begin with.
    const VERSION: u8;

    /// The key of the value with this salt.
    fn value_key(&self, salt: &[u8]) -> Result<AesGcm, KmsError>;
}

/// Seals bytes at a place.
#[expect(clippy::disallowed_methods, reason = "encryption reads captured bytes; only ciphertext leaves")]
pub(crate) fn seal<K: Values>(
    key: &K,
    place: &Place,
    raw: &RawBytes,
    entropy: [u8; SEAL_ENTROPY_BYTES],
) -> Result<Sealed, KmsError> {
    if raw.length() > SEAL_BYTES_MAX {
        return Err(KmsError::TooLong { bytes: raw.length(), most: SEAL_BYTES_MAX });
    }
    let mut sealed = Vec::with_capacity(HEAD_BYTES + raw.length() + TAG_BYTES);
    sealed.push(K::VERSION);
    sealed.extend_from_slice(&entropy);
    let head = Head::read::<K>(&sealed)?;
    let (gcm, nonce, associated) = (key.value_key(head.salt)?, head.nonce, associated(&sealed, place));
    sealed.resize(HEAD_BYTES + raw.length(), 0);
    let body = sealed.get_mut(HEAD_BYTES..).unwrap_or_default();
    let tag = gcm.seal_from(nonce, &associated, raw.expose(), body)?;
    sealed.extend_from_slice(&tag);
    Ok(Sealed(Opaque::from_pinned_bytes(sealed)))
}

/// Opens what was sealed at this place.
pub(crate) fn open<K: Values>(key: &K, place: &Place, sealed: &Sealed) -> Result<RawBytes, KmsError> {
    let (head, rest) = sealed.as_bytes().split_at_checked(HEAD_BYTES).ok_or(KmsError::NotSealed)?;
    let length = rest.len().checked_sub(TAG_BYTES).ok_or(KmsError::NotSealed)?;
    let (body, tag) = rest.split_at_checked(length).ok_or(KmsError::NotSealed)?;
    let read = Head::read::<K>(head)?;
    let mut opened = Zeroizing::new(vec![0; length]);
    let gcm = key.value_key(read.salt)?;
    gcm.open_from(read.nonce, &associated(head, place), body, tag, &mut opened)?;
    Ok(RawBytes::new(std::mem::take(&mut *opened)))
}

struct Head<'h> {
    salt: &'h [u8],
    nonce: [u8; NONCE_BYTES],
}

impl<'h> Head<'h> {
    fn read<K: Values>(head: &'h [u8]) -> Result<Self, KmsError> {
        let (version, rest) = head.split_first().ok_or(KmsError::NotSealed)?;
        let (salt, nonce) = rest.split_at_checked(SALT_BYTES).ok_or(KmsError::NotSealed)?;
        match *version == K::VERSION {
            true => Ok(Self { salt, nonce: nonce.try_into().map_err(|_| KmsError::NotSealed)? }),
            false => Err(KmsError::DoesNotOpen),
        }
    }
}

/// The seals of a key, as its own methods.
macro_rules! seals {
    ($key:ty) => {
        impl $key {
            /// Seals bytes at a place. The entropy must be fresh random bytes, never used again.
            ///
            /// # Errors
            /// When the value is longer than [`crate::SEAL_BYTES_MAX`].
            pub fn seal(
                &self,
                place: &sotto_public::Place,
                raw: &sotto_sensitive::RawBytes,
                entropy: [u8; crate::SEAL_ENTROPY_BYTES],
            ) -> Result<crate::Sealed, crate::KmsError> {
                crate::sealed::seal(self, place, raw, entropy)
            }

            /// Seals text at a place.
            ///
            /// # Errors
            /// As for `seal`.
            pub fn seal_text(
                &self,
                place: &sotto_public::Place,
                raw: sotto_sensitive::RawText,
                entropy: [u8; crate::SEAL_ENTROPY_BYTES],
            ) -> Result<crate::Sealed, crate::KmsError> {
                self.seal(place, &raw.into_bytes(), entropy)
            }

            /// Opens what was sealed at this place under this key.
            ///
            /// # Errors
            /// [`crate::KmsError::DoesNotOpen`] when it was changed, moved or sealed under another key: these look alike on
            /// purpose.
            pub fn open(
                &self,
                place: &sotto_public::Place,
                sealed: &crate::Sealed,
            ) -> Result<sotto_sensitive::RawBytes, crate::KmsError> {
                crate::sealed::open(self, place, sealed)
            }

            /// Opens text.
            ///
            /// # Errors
            /// As for `open`, and when what was sealed is not text.
            pub fn open_text(
                &self,
                place: &sotto_public::Place,
                sealed: &crate::Sealed,
            ) -> Result<sotto_sensitive::RawText, crate::KmsError> {
                let raw = self.open(place, sealed)?;
                sotto_sensitive::RawText::from_bytes(raw).map_err(|_| crate::KmsError::DoesNotOpen)
            }
        }
    };
}
pub(crate) use seals;

/// What is not secret but must not change: the head and the place. The head's length is fixed.
fn associated(head: &[u8], place: &Place) -> Vec<u8> {
    [head, place.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StoreKey;
    use sotto_sensitive::{KeyBytes, RawText};

    fn root(first: u8) -> StoreKey {
        StoreKey::new(KeyBytes::copied(&(first..first + 32).collect::<Vec<u8>>())).unwrap()
    }

    fn entropy(first: u8) -> [u8; SEAL_ENTROPY_BYTES] {
        let mut bytes = [0; SEAL_ENTROPY_BYTES];
        bytes.iter_mut().zip(first..).for_each(|(byte, value)| *byte = value);
        bytes
    }

    fn here() -> Place {
        Place::new("test").with(&"here")
    }

    fn canary() -> RawBytes {
        RawBytes::new(b"canary 4111111111111111".to_vec())
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "canary data is compared")]
    fn what_is_sealed_opens_at_its_place_only() {
        let sealed = root(0).seal(&here(), &canary(), entropy(1)).unwrap();
        assert_eq!(root(0).open(&here(), &sealed).unwrap().expose(), canary().expose());
        for elsewhere in [Place::new("test"), here().with(&1_u64), Place::new("test").with(&"there")] {
            assert_eq!(root(0).open(&elsewhere, &sealed).err(), Some(KmsError::DoesNotOpen));
        }
        assert_eq!(root(1).open(&here(), &sealed).err(), Some(KmsError::DoesNotOpen));
        let text = sealed.as_bytes().windows(6).any(|window| window == b"canary");
        assert!(!text && !format!("{sealed:?}").contains("canary"));
        let other = root(0).seal(&here(), &canary(), entropy(2)).unwrap();
        assert_ne!(sealed, other);
        assert_eq!(sealed.as_bytes().len(), HEAD_BYTES + canary().length() + TAG_BYTES);
    }

    #[test]
    fn no_changed_bit_opens() {
        let sealed = root(0).seal(&here(), &canary(), entropy(1)).unwrap();
        for at in 0..sealed.as_bytes().len() {
            let mut changed = sealed.as_bytes().to_vec();
            changed[at] ^= 1;
            let opened = Sealed::parse(&changed).and_then(|changed| root(0).open(&here(), &changed));
            assert!(opened.is_err(), "byte {at}");
        }
        for length in 0..sealed.as_bytes().len() {
            let cut = Sealed::parse(&sealed.as_bytes()[..length]);
            assert!(cut.and_then(|cut| root(0).open(&here(), &cut)).is_err(), "cut to {length}");
        }
    }

    #[test]
    fn the_form_and_the_length_are_bounded() {
        let of = |length: usize| root(0).seal(&here(), &RawBytes::new(vec![7; length]), entropy(3));
        assert!(of(0).is_ok() && of(SEAL_BYTES_MAX).is_ok());
        let too_long = KmsError::TooLong { bytes: SEAL_BYTES_MAX + 1, most: SEAL_BYTES_MAX };
        assert_eq!(of(SEAL_BYTES_MAX + 1).unwrap_err(), too_long);
        let form = |length: usize| Sealed::parse(&vec![1; length]).is_ok();
        let (least, most) = (HEAD_BYTES + TAG_BYTES, HEAD_BYTES + TAG_BYTES + SEAL_BYTES_MAX);
        assert!(!form(least - 1) && form(least) && form(most) && !form(most + 1));
        assert!(Sealed::parse(&[3; 99]).is_err(), "another version");
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "canary data is compared")]
    fn text_comes_back_as_text() {
        let sealed = root(0).seal_text(&here(), RawText::new("canary ü".into()), entropy(1)).unwrap();
        assert_eq!(root(0).open_text(&here(), &sealed).unwrap().expose(), "canary ü");
        let bytes = root(0).seal(&here(), &RawBytes::new(vec![0xff]), entropy(1)).unwrap();
        assert_eq!(root(0).open_text(&here(), &bytes).err(), Some(KmsError::DoesNotOpen));
    }

    /// What an earlier release sealed must open for ever. Made with an implementation that shares nothing with this one
    /// (Python's `cryptography`: HKDF with SHA-256, AESGCM): key 00..1f, salt and nonce 20..3b, place `test`, `here`.
    #[test]
    fn the_format_does_not_change() {
        let known = "01202122232425262728292a2b2c2d2e2f303132333435363738393a3b05fc79f32f3194ec693f85ce1e4a7912\
                     dfed4880810ee053c0bcfbfa281195b1ad39ed75cf397e";
        let sealed = root(0).seal(&here(), &canary(), entropy(0x20)).unwrap();
        let shown: String = sealed.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(shown, known);
    }
}
