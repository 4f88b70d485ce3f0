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

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_sensitive::RawText;
    use sotto_wire::sigv4::Claim;
    use sotto_wire::{Head, Method};

    fn scope() -> Scope {
        let mut head = Head::new(Method::Post, b"/").unwrap();
        head.push(b"x-amz-date", b"20150830T123600Z").unwrap();
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=host, Signature={}",
            "0".repeat(64)
        );
        head.push(b"authorization", authorization.as_bytes()).unwrap();
        Claim::read(&head).unwrap().scope().clone()
    }

    fn name(number: usize, seal: u8) -> KeyName {
        KeyName { access_key: format!("AKIA{number}"), scope: scope(), seal: vec![seal] }
    }

    fn derived(keyring: &Keyring, name: KeyName) -> bool {
        let mut asked = false;
        let key = keyring.get(name, || {
            asked = true;
            Ok::<_, ()>(SigningKey::derive(&RawText::new("canary".to_owned()), &scope()))
        });
        key.unwrap();
        asked
    }

    #[test]
    fn a_key_is_derived_once_and_another_seal_is_another_key() {
        let keyring = Keyring::default();
        assert!(derived(&keyring, name(1, 0)) && !derived(&keyring, name(1, 0)));
        assert!(derived(&keyring, name(1, 1)) && derived(&keyring, name(2, 0)));
        assert!(keyring.get(name(3, 0), || Err(())).is_err());
        assert!(derived(&keyring, name(3, 0)), "a failure was kept");
    }

    #[test]
    fn two_generations_are_kept_and_what_is_used_stays() {
        let keyring = Keyring::default();
        assert!(derived(&keyring, name(0, 0)));
        for number in 1..GENERATION_KEYS_MAX {
            derived(&keyring, name(number, 0));
        }
        assert!(!derived(&keyring, name(0, 0)), "a full generation forgets nothing");
        derived(&keyring, name(GENERATION_KEYS_MAX, 0));
        assert!(!derived(&keyring, name(0, 0)), "the older generation is still there");
        for number in 0..GENERATION_KEYS_MAX {
            derived(&keyring, name(number + 10_000, 0));
        }
        assert!(!derived(&keyring, name(0, 0)), "what was used went on into the younger generation");
        assert!(derived(&keyring, name(1, 0)), "what was not used is forgotten");
    }
}
