//! What must hold when a key is created? KMS API Reference, "CreateKey".

use super::draft::{Draft, limit};
use super::error::{KeysError, Outcome, StoreFault, said};
use super::model::{Key, KeyStore, KeyTag, MultiRegion, Rotation, RotationKind, Seconds};
use super::names::{KeyArn, KeyId, KeyStoreId};
use super::record::Entity;
use super::tags::TAGS_PER_KEY_MAX;
use super::vault::Vault;
use super::words::{KeySpec, KeyUsage, Origin};
use crate::{Entropy, Sealed};
use sotto_arn::{AccountId, Region};
use sotto_public::Public;
use std::sync::Arc;

/// Keys of an account in a Region (KMS Developer Guide, "Resource quotas").
pub const KEYS_PER_REGION_MAX: usize = 100_000;

/// What a new key is to be like.
#[derive(Clone, Debug)]
pub struct WantedKey {
    /// Whose.
    pub account: AccountId,
    /// Where.
    pub region: Region,
    /// What it is made of.
    pub spec: KeySpec,
    /// What it is for; may be left out for symmetric keys alone.
    pub usage: Option<KeyUsage>,
    /// Where its material comes from.
    pub origin: Origin,
    /// Whether it can be replicated.
    pub multi_region: bool,
    /// Who may use it.
    pub policy: Public<String>,
    /// What somebody wrote about it.
    pub description: Option<Sealed>,
    /// Tags.
    pub tags: Vec<KeyTag>,
    /// The custom key store that is to hold it.
    pub key_store: Option<KeyStoreId>,
}

/// A key that was made and stands nowhere yet.
#[derive(Clone, Debug)]
pub struct NewKey(pub(crate) Key);

impl NewKey {
    /// Its ARN.
    pub fn arn(&self) -> &KeyArn {
        &self.0.arn
    }

    /// The same with description and tags, which are sealed for its ARN.
    #[must_use]
    pub fn described(mut self, description: Option<Sealed>, tags: Vec<KeyTag>) -> Self {
        (self.0.description, self.0.tags) = (description, tags);
        self
    }
}

impl Vault<'_> {
    /// Makes a key: id and material. What takes long is done here, so that the transition can be decided again.
    ///
    /// # Errors
    /// When the parts do not go together, or a device refuses.
    pub fn new_key(&self, wanted: WantedKey, now: Seconds, entropy: &mut dyn Entropy) -> Outcome<NewKey> {
        let usage = usage_of(&wanted)?;
        self.check_store(&wanted)?;
        let id = KeyId::generate(wanted.multi_region, entropy);
        let mut key = Key {
            arn: KeyArn::new(wanted.account, wanted.region, id),
            created: now,
            spec: wanted.spec,
            usage,
            origin: wanted.origin,
            enabled: true,
            deletion: None,
            description: wanted.description,
            policy: wanted.policy,
            tags: wanted.tags,
            materials: Vec::new(),
            rotation: Rotation::default(),
            multi_region: wanted.multi_region.then_some(MultiRegion::Primary),
            key_store: wanted.key_store,
        };
        if key.origin != Origin::External {
            key.materials.push(self.material(&key, RotationKind::First, now, entropy)?);
        }
        Ok(NewKey(key))
    }

    fn check_store(&self, wanted: &WantedKey) -> Outcome<()> {
        let Some(id) = &wanted.key_store else {
            return match wanted.origin {
                Origin::Device => {
                    let words = "Origin AWS_CLOUDHSM needs the CustomKeyStoreId of a custom key store";
                    Err(KeysError::Validation(words.into()))
                }
                _ => Ok(()),
            };
        };
        if wanted.origin != Origin::Device {
            return Err(KeysError::Validation(
                "A key in a custom key store has the Origin AWS_CLOUDHSM".into(),
            ));
        }
        if wanted.spec != KeySpec::Symmetric || wanted.multi_region {
            let words = "Custom key stores hold symmetric encryption keys of a single Region only";
            return Err(KeysError::Unsupported(words.into()));
        }
        let held = self.keys.account(&wanted.account, &wanted.region);
        connected(held.and_then(|held| held.store(id.as_str())).map(AsRef::as_ref), id)
    }
}

/// That a custom key store is there and connected.
fn connected(store: Option<&KeyStore>, id: &KeyStoreId) -> Outcome<()> {
    match store {
        None => Err(KeysError::Store(
            StoreFault::NotFound,
            said(format_args!("Custom key store {id} is not found.")),
        )),
        Some(store) if !store.connected => {
            let sentence = format_args!("Custom key store {id} is not connected.");
            Err(KeysError::Store(StoreFault::InvalidState, said(sentence)))
        }
        Some(_) => Ok(()),
    }
}

fn usage_of(wanted: &WantedKey) -> Outcome<KeyUsage> {
    let spec = wanted.spec;
    let usage = match (wanted.usage, spec) {
        (Some(usage), _) => usage,
        (None, KeySpec::Symmetric) => KeyUsage::EncryptDecrypt,
        (None, _) => {
            let words =
                "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.";
            return Err(KeysError::Validation(words.into()));
        }
    };
    match spec.usages().contains(&usage) {
        true => Ok(usage),
        false => {
            let sentence = format_args!("KeyUsage {usage} is not compatible with KeySpec {spec}");
            Err(KeysError::Validation(said(sentence)))
        }
    }
}

impl Draft {
    /// CreateKey.
    ///
    /// # Errors
    /// When the account is full, a tag comes twice, or the custom key store is no longer connected.
    pub fn create_key(&mut self, new: &NewKey) -> Outcome<Arc<Key>> {
        let key = &new.0;
        let held = self.held(key.arn.account(), key.arn.region());
        if held.map_or(0, |held| held.key_count()) >= KEYS_PER_REGION_MAX {
            return Err(limit(format_args!("Key limit exceeded: at most {KEYS_PER_REGION_MAX} are allowed")));
        }
        if key.tags.len() > TAGS_PER_KEY_MAX {
            return Err(super::tags::too_many());
        }
        super::tags::once(&key.tags)?;
        if let Some(id) = &key.key_store {
            connected(held.and_then(|held| held.store(id.as_str())).map(AsRef::as_ref), id)?;
        }
        let key = Arc::new(key.clone());
        self.put(Entity::Key(Arc::clone(&key)));
        Ok(key)
    }
}
