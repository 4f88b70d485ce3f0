//! What stands in an account? Keys with their materials, aliases, grants, custom key stores.
//!
//! Values only. What callers wrote freely is [`Sealed`]; the material of a key is wrapped under the store key at a place of its
//! own, or stays in a device. Times are seconds since 1970.

use super::names::{AliasName, KeyArn, KeyStoreId, MaterialId};
use super::words::{KeySpec, KeyUsage, Origin};
use crate::{ClusterId, DeviceKey, Sealed, WrappedKey};
use sotto_arn::{AccountId, Region};
use sotto_public::{LogSafe, Opaque, Place, Public, Storable};

/// Seconds since 1970.
pub type Seconds = u64;

/// A KMS key.
#[derive(Clone, Debug, Storable)]
pub struct Key {
    /// Its ARN.
    pub arn: KeyArn,
    /// Since when.
    pub created: Seconds,
    /// What it is made of.
    pub spec: KeySpec,
    /// What it is for.
    pub usage: KeyUsage,
    /// Where its material comes from.
    pub origin: Origin,
    /// Whether it may be used; other states come before.
    pub enabled: bool,
    /// Whether it is to be deleted.
    pub deletion: Option<Deletion>,
    /// What somebody wrote about it.
    pub description: Option<Sealed>,
    /// Who may use it.
    pub policy: Public<String>,
    /// Tags in order.
    pub tags: Vec<KeyTag>,
    /// Materials in the order in which they came. Rotation adds one, and never rewrites.
    pub materials: Vec<Material>,
    /// How it rotates.
    pub rotation: Rotation,
    /// What it is among multi-Region keys.
    pub multi_region: Option<MultiRegion>,
    /// The custom key store that holds it.
    pub key_store: Option<KeyStoreId>,
}

/// One material of a key.
#[derive(Clone, Debug, Storable)]
pub struct Material {
    /// Its id.
    pub id: MaterialId,
    /// Since when it is the key's.
    pub created: Seconds,
    /// How it came.
    pub kind: RotationKind,
    /// Whether it encrypts.
    pub state: MaterialState,
    /// The secret; `None` where it is in a device, was deleted, has expired, or is to be imported.
    pub wrapped: Option<WrappedKey>,
    /// Its name in a device.
    pub device: Option<DeviceKey>,
    /// The public half (SubjectPublicKeyInfo).
    pub public: Option<Opaque>,
    /// What is known of an imported one.
    pub import: Option<Imports>,
}

/// What is known of an imported material.
#[derive(Clone, Debug, Default, Storable)]
pub struct Imports {
    /// When it ends, where it does.
    pub expires: Option<Seconds>,
    /// What somebody wrote about it.
    pub description: Option<Sealed>,
}

/// How a material came to a key (KMS API Reference, "RotationsListEntry").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Storable, LogSafe)]
pub enum RotationKind {
    /// With the key, or as its first import.
    First,
    /// By automatic rotation.
    Automatic,
    /// By rotation on demand.
    OnDemand,
}

/// Whether a material encrypts (KMS API Reference, "RotationsListEntry", `KeyMaterialState`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Storable, LogSafe)]
pub enum MaterialState {
    /// It decrypts only.
    NonCurrent,
    /// It encrypts.
    Current,
    /// It is imported and waits for a rotation.
    PendingRotation,
}

/// The end of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Storable, LogSafe)]
pub struct Deletion {
    /// The waiting period.
    pub days: u16,
    /// When; a primary key with replicas waits for them first.
    pub at: Option<Seconds>,
}

/// How a key rotates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Storable, LogSafe)]
pub struct Rotation {
    /// The period of automatic rotation, where it is on.
    pub period_days: Option<u16>,
    /// When it rotates next.
    pub next: Option<Seconds>,
    /// How often it was rotated on demand.
    pub on_demand: u16,
}

/// What a key is among multi-Region keys; the others have the same id in other Regions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Storable, LogSafe)]
pub enum MultiRegion {
    /// The one that others are made from.
    Primary,
    /// Made from the primary key.
    Replica,
}

/// A tag: the key is public, the value sealed.
#[derive(Clone, Debug, Storable)]
pub struct KeyTag {
    /// The key.
    pub key: Public<String>,
    /// The value.
    pub value: Sealed,
}

/// Another name of a key.
#[derive(Clone, Debug, Storable)]
pub struct Alias {
    /// Whose.
    pub account: AccountId,
    /// Where.
    pub region: Region,
    /// The name.
    pub name: AliasName,
    /// The key it names.
    pub target: super::names::KeyId,
    /// Since when.
    pub created: Seconds,
    /// When it was last made to name a key.
    pub updated: Seconds,
}

/// A custom key store: keys that stay in a device.
#[derive(Clone, Debug, Storable)]
pub struct KeyStore {
    /// Whose.
    pub account: AccountId,
    /// Where.
    pub region: Region,
    /// Its id.
    pub id: KeyStoreId,
    /// Its name.
    pub name: Public<String>,
    /// The device of the server's configuration.
    pub cluster: ClusterId,
    /// The device's PIN.
    pub pin: Sealed,
    /// Since when.
    pub created: Seconds,
    /// Whether its keys may be used.
    pub connected: bool,
}

impl Key {
    /// The material that encrypts, signs and authenticates.
    pub fn current(&self) -> Option<&Material> {
        self.materials.iter().find(|material| material.state == MaterialState::Current)
    }

    /// The material of this id.
    pub fn material(&self, id: &MaterialId) -> Option<&Material> {
        self.materials.iter().find(|material| material.id == *id)
    }
}

impl Material {
    /// Where the secret of a material stands. Replicas in other Regions have the same one, so no Region is in it.
    pub(crate) fn place(key: &KeyArn, id: &MaterialId) -> Place {
        Place::new("kms material").with(key.account()).with(key.id()).with(id)
    }
}
