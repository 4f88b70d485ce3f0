//! Which derived signing keys are at hand? Those of the last requests: deriving one costs five HMACs and opening a seal.
//!
//! Two generations of at most [`GENERATION_KEYS_MAX`] keys: when the younger one is full, the older one is forgotten and
//! wiped. A key is found under its access key, its scope and the seal that its secret rests in, so that a key which was
//! deleted and made again is another one. Whether the access key may still be used is decided on the directory, not here.

use sotto_wire::sigv4::{Scope, SigningKey};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Keys in one generation.
pub(crate) const GENERATION_KEYS_MAX: usize = 4_096;

/// What a signing key was derived from, without the secret.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct KeyName {
    /// The access key's id.
    pub(crate) access_key: String,
    /// Day, Region and service.
    pub(crate) scope: Scope,
    /// The seal around the secret.
    pub(crate) seal: Vec<u8>,
}

#[derive(Default)]
struct Generations {
    young: HashMap<KeyName, Arc<SigningKey>>,
    old: HashMap<KeyName, Arc<SigningKey>>,
}

/// Derived keys.
#[derive(Default)]
pub(crate) struct Keyring(Mutex<Generations>);

impl Keyring {
    /// The key of this name, derived where it is not at hand.
    pub(crate) fn get<E>(
        &self,
        name: KeyName,
        derive: impl FnOnce() -> Result<SigningKey, E>,
    ) -> Result<Arc<SigningKey>, E> {
        if let Some(key) = self.find(&name) {
            return Ok(key);
        }
        let key = Arc::new(derive()?);
        self.lock().keep(name, Arc::clone(&key));
        Ok(key)
    }

    fn find(&self, name: &KeyName) -> Option<Arc<SigningKey>> {
        let mut all = self.lock();
        if let Some(key) = all.young.get(name) {
            return Some(Arc::clone(key));
        }
        let (name, key) = all.old.remove_entry(name)?;
        all.keep(name, Arc::clone(&key));
        Some(key)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Generations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    fn keep(&mut self, name: KeyName, key: Arc<SigningKey>) {
        if self.young.len() >= GENERATION_KEYS_MAX {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(name, key);
    }
}
