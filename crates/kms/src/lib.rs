//! Keys: seals values and opens them again.
//!
//! ```text
//! file or passphrase ──> RootKey ── seal(place, raw) ──> Sealed ── open(place) ──> raw again
//! ```
//!
//! Which question does this crate answer? *How does captured text rest, and who holds the key?* So far its smallest part: one
//! root key, and sealing of small values under it. What is sealed is bound to its [`Place`](sotto_public::Place): moved
//! elsewhere, it does not open.
//!
//! **Invariant of absence:** no key is ever printed, cloned or stored; entropy and key bytes are arguments. Knows nothing of
//! where sealed values rest.

pub mod crypto;
mod device;
mod entropy;
mod error;
mod root;
mod sealed;
mod testing;

pub use device::{
    ClusterId, DEVICE_BYTES_MAX, DEVICE_ENTROPY_BYTES, Device, DeviceError, DeviceKey, DeviceNameError,
    DeviceStatus, DeviceUse, Devices,
};
pub use entropy::{Entropy, drawn};
pub use error::KmsError;
pub use root::{KeyCheck, KeyFile, PassphraseSetting, RootKey};
pub use sealed::{SEAL_BYTES_MAX, SEAL_ENTROPY_BYTES, Sealed};
