//! Keys: where they come from, what is sealed under them, and who may use them.
//!
//! ```text
//! file, passphrase, device ──> Root ── Keeping ──> StoreKey ── wraps ──> DataKey, materials of KMS keys, subject keys
//!                                                     └─ seals small values   └─ seals spans and blobs
//! ```
//!
//! Which question does this crate answer? *How does captured text rest, and who holds the key?* [`crypto`] is the typed core of
//! algorithms; [`Keeping`] keeps the key of a store under a root key that can be changed; [`StoreKey`] and [`DataKey`] seal, each
//! value bound to its [`Place`](sotto_public::Place): moved elsewhere, it does not open; [`SubjectKey`] erases.
//!
//! **Invariant of absence:** no key is ever printed, cloned or stored in clear; entropy, instants and key bytes are arguments.
//! Knows nothing of where sealed values rest, nor of protocols.

mod blob;
pub mod crypto;
mod data_key;
mod device;
mod entropy;
mod error;
mod keeping;
pub mod keys;
mod root;
mod sealed;
mod store_key;
mod subject;
mod testing;
mod wrapped;

pub use blob::{
    BLOB_ENTROPY_BYTES, BLOB_HEAD_BYTES, BLOCK_BYTES, BlobOpener, BlobSealer, SEALED_BLOCK_BYTES, open_blob,
    seal_blob, sealed_blob_bytes,
};
pub use data_key::DataKey;
pub use device::{
    ClusterId, DEVICE_BYTES_MAX, DEVICE_ENTROPY_BYTES, Device, DeviceError, DeviceKey, DeviceNameError,
    DeviceStatus, DeviceUse, Devices,
};
pub use entropy::{Entropy, drawn};
pub use error::KmsError;
pub use keeping::{Envelope, Keeping, RootSource};
pub use keys::{EncryptionContext, Key, KeyArn, KeyId, Keys, KeysError, Vault};
pub use root::{KeyCheck, KeyFile, PassphraseSetting, Root, RootKey};
pub use sealed::{SEAL_BYTES_MAX, SEAL_ENTROPY_BYTES, Sealed};
pub use store_key::StoreKey;
pub use subject::{BACKUP_DAYS_MAX, SubjectId, SubjectKey, subject_keys_place};
pub use wrapped::WrappedKey;
