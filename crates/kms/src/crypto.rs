//! Which algorithms are there, and how are they used without mistakes? A thin typed core over aws-lc-rs, the one library.
//!
//! Private keys and secrets are [`KeyBytes`] in and out; what is data is a slice that the caller may read anyway. A type per
//! purpose, so that a key for wrapping cannot seal, and no option that one could get wrong: every curve has its hash, every
//! padding its mask. Nonces and secrets come from the caller ([`Entropy`]); key pairs and the random numbers inside of
//! signatures come from the library, which lets nobody choose them. The library's own copies are wiped by it after use.

mod aead;
mod digest;
mod ec;
mod edwards;
mod kdf;
mod lattice;
mod mac;
mod rsa;
mod wrap;

pub use aead::{AesGcm, NONCE_BYTES, TAG_BYTES};
pub use digest::{Hash, HashValue, Hasher};
pub use ec::{Curve, EcKey, EcPublic};
pub use edwards::{EdwardsKey, EdwardsPublic};
pub use kdf::Hkdf;
pub use lattice::{LATTICE_SEED_BYTES, Lattice, LatticeKey, LatticePublic};
pub use mac::{Mac, MacKey};
pub use rsa::{RsaBits, RsaKey, RsaPadding, RsaPublic, RsaScheme};
pub use wrap::AesWrap;

use crate::Entropy;
use sotto_sensitive::KeyBytes;

/// Whether two values are the same, in a time that does not depend on where they differ.
pub fn equal(one: &[u8], other: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(one, other).is_ok()
}

/// A new secret of that many random bytes.
#[expect(clippy::disallowed_methods, reason = "random bytes become a key where it stays")]
pub fn random_key(length: usize, entropy: &mut dyn Entropy) -> KeyBytes {
    let mut key = KeyBytes::zeroed(length);
    entropy.fill(key.expose_mut());
    key
}

/// The bytes of a key, for the algorithms of this module.
#[expect(clippy::disallowed_methods, reason = "algorithms read keys; only what they make leaves")]
pub(crate) fn bytes(key: &KeyBytes) -> &[u8] {
    key.expose()
}

/// A key that an algorithm writes.
#[expect(clippy::disallowed_methods, reason = "algorithms write keys where they stay")]
pub(crate) fn bytes_mut(key: &mut KeyBytes) -> &mut [u8] {
    key.expose_mut()
}
