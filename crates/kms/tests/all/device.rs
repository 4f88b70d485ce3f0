//! A device for tests: keys in a map, sealed with the crate's own algorithms, and switches that break it.

use sotto_kms::crypto::{AesGcm, random_key};
use sotto_kms::{DEVICE_ENTROPY_BYTES, Device, DeviceError, DeviceKey, DeviceStatus, DeviceUse, Entropy};
use sotto_public::Opaque;
use sotto_sensitive::{KeyBytes, RawBytes, RawText};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// The token.
#[derive(Default)]
pub(crate) struct Token {
    keys: Mutex<BTreeMap<DeviceKey, AesGcm>>,
    pub(crate) gone: AtomicBool,
}

#[expect(clippy::disallowed_methods, reason = "ciphertext of a test")]
fn opaque(bytes: Vec<u8>) -> Opaque {
    Opaque::from_pinned_bytes(bytes)
}

impl Token {
    fn there(&self) -> Result<(), DeviceError> {
        if self.gone.load(Ordering::Relaxed) { Err(DeviceError::Gone) } else { Ok(()) }
    }

    fn used<T>(&self, key: &DeviceKey, act: impl FnOnce(&AesGcm) -> T) -> Result<T, DeviceError> {
        self.there()?;
        self.keys.lock().unwrap().get(key).map(act).ok_or(DeviceError::KeyAbsent)
    }
}

impl Device for Token {
    fn status(&self) -> Result<DeviceStatus, DeviceError> {
        self.there()?;
        Ok(DeviceStatus { token: 1, seals: true, wraps: true, workers: 1, stuck: 0 })
    }

    #[expect(clippy::disallowed_methods, reason = "the PIN of a test")]
    fn sign_in(&self, pin: &RawText) -> Result<(), DeviceError> {
        self.there()?;
        if pin.expose() == "1234" { Ok(()) } else { Err(DeviceError::PinWrong) }
    }

    fn generate_key(&self, key: &DeviceKey, _: DeviceUse) -> Result<(), DeviceError> {
        self.there()?;
        let mut keys = self.keys.lock().unwrap();
        if keys.contains_key(key) {
            return Err(DeviceError::KeyExists);
        }
        let secret = random_key(32, &mut super::Counter(keys.len() as u64 + 99));
        keys.insert(key.clone(), AesGcm::new(&secret).unwrap());
        Ok(())
    }

    fn holds_key(&self, key: &DeviceKey) -> Result<bool, DeviceError> {
        self.there()?;
        Ok(self.keys.lock().unwrap().contains_key(key))
    }

    fn destroy_key(&self, key: &DeviceKey) -> Result<(), DeviceError> {
        self.there()?;
        self.keys.lock().unwrap().remove(key);
        Ok(())
    }

    fn encrypt(
        &self,
        key: &DeviceKey,
        associated: &[u8],
        raw: &RawBytes,
        entropy: [u8; DEVICE_ENTROPY_BYTES],
    ) -> Result<Opaque, DeviceError> {
        let secret = KeyBytes::copied(super::bytes(raw));
        let sealed = self.used(key, |gcm| gcm.seal_key(entropy, associated, &secret))?;
        Ok(opaque([entropy.to_vec(), sealed.unwrap()].concat()))
    }

    fn decrypt(&self, key: &DeviceKey, associated: &[u8], sealed: &[u8]) -> Result<RawBytes, DeviceError> {
        let (nonce, rest) = sealed.split_first_chunk().ok_or(DeviceError::DoesNotOpen)?;
        let opened = self.used(key, |gcm| gcm.open_key(*nonce, associated, rest))?;
        opened.map(|key| key.to_raw()).map_err(|_| DeviceError::DoesNotOpen)
    }

    fn wrap(&self, key: &DeviceKey, secret: &RawBytes) -> Result<Opaque, DeviceError> {
        self.encrypt(key, b"wrap", secret, [3; DEVICE_ENTROPY_BYTES])
    }

    fn unwrap(&self, key: &DeviceKey, wrapped: &[u8]) -> Result<RawBytes, DeviceError> {
        self.decrypt(key, b"wrap", wrapped)
    }

    fn random(&self, place: &mut [u8]) -> Result<(), DeviceError> {
        super::Counter(5).fill(place);
        Ok(())
    }
}
