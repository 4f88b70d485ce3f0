//! What is a KMS key, and what may become of it? Keys, aliases, grants and custom key stores as values and transitions; and
//! what a key does: encrypt, sign, authenticate, agree.
//!
//! ```text
//! Keys (snapshot) ── draft() ──> Draft ── create_key, schedule_deletion, … ──> Change ── storage ──> apply ──> Keys
//!       └── Vault (with the store key and devices) ── encrypt, decrypt, sign, … ──> ciphertext, signatures, data keys
//! ```
//!
//! KMS API Reference and Developer Guide, as of model 2014-11-01. A [`Keys`] never changes; transitions act on a [`Draft`] and
//! obey states and quotas; what they changed is a [`Change`] of stored records. What takes long or asks a device (making the
//! material of a key, opening what is imported) is done before, by the [`Vault`], so that a transition can be decided again.
//!
//! Knows no protocol and no clock. What callers wrote freely (descriptions, values of tags, constraints of grants, PINs) is
//! sealed.

mod aliases;
mod ciphertext;
mod context;
mod create;
mod draft;
mod encrypt;
mod error;
mod grant;
mod grants;
mod import;
mod imports;
mod lifecycle;
mod make;
mod model;
mod names;
mod record;
mod regions;
mod rotation;
mod sign;
mod snapshot;
mod state;
mod stores;
mod tags;
mod vault;
mod words;

pub use aliases::ALIASES_PER_KEY_MAX;
pub use ciphertext::material_of;
pub use context::{CONTEXT_BYTES_MAX, EncryptionContext};
pub use create::{KEYS_PER_REGION_MAX, NewKey, WantedKey};
pub use draft::Draft;
pub use encrypt::{DATA_KEY_BYTES_MAX, DataKeyPair, PLAINTEXT_BYTES_MAX};
pub use error::{KeysError, Outcome, StoreFault};
pub use grant::{Constraint, ConstraintKind, Grant, GrantOperation};
pub use grants::{GRANTS_PER_KEY_MAX, NewGrant};
pub use import::{IMPORT_SECONDS, ImportParameters, OpenedImport};
pub use imports::{Expiry, ImportKind, Imported};
pub use lifecycle::{DELETION_DAYS, DELETION_DAYS_DEFAULT, Deleted};
pub use model::{
    Alias, Deletion, Imports, Key, KeyStore, KeyTag, Material, MaterialState, MultiRegion, Rotation,
    RotationKind, Seconds,
};
pub use names::{AliasName, GrantId, KeyArn, KeyId, KeyStoreId, MaterialId, NameError};
pub use record::{Change, Entity, Kind, Record, RecordKey, keys_place};
pub use regions::NewReplica;
pub use rotation::{ON_DEMAND_ROTATIONS_MAX, ROTATION_DAYS, ROTATION_DAYS_DEFAULT};
pub use sign::MessageType;
pub use snapshot::{AccountKeys, Keys};
pub use state::KeyState;
pub use stores::{KEY_STORES_MAX, NewKeyStore, StoreUpdate};
pub use tags::TAGS_PER_KEY_MAX;
pub use vault::Vault;
pub use words::{
    EncryptionAlgorithm, KeySpec, KeyUsage, MacAlgorithm, Origin, SigningAlgorithm, WrappingAlgorithm,
    WrappingSpec,
};

use sotto_public::Public;

/// Text that this module composes from public parts: ids, ARNs, words of the API.
#[expect(clippy::disallowed_methods, reason = "composed of ids, ARNs and literals")]
pub(crate) fn own(text: String) -> Public<String> {
    Public::from_pinned_text(text)
}
