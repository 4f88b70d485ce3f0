//! A token as a device: every call goes to a worker and comes back within the bound.

use crate::acts;
use crate::pool::Pool;
use crate::seat::{Bench, Seat};
use crate::settings::TokenSettings;
use sotto_kms::{
    DEVICE_BYTES_MAX, DEVICE_ENTROPY_BYTES, Device, DeviceError, DeviceKey, DeviceStatus, DeviceUse,
};
use sotto_public::{Foreign, Opaque};
use sotto_sensitive::{RawBytes, RawText};
use std::sync::Arc;

/// Most random bytes in one call.
const RANDOM_BYTES_MAX: usize = 1_024;

/// A token behind a PKCS#11 module.
pub struct Token {
    pool: Pool<Seat>,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

impl Token {
    /// Starts the workers. Nothing is loaded and nobody signs in before the first call; [`Device::status`] tells at once.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn open(settings: TokenSettings) -> Result<Self, DeviceError> {
        let (workers, timeout) = (settings.workers, settings.timeout);
        let bench = Arc::new(Bench::new(settings));
        let pool = Pool::start(workers, timeout, move || Seat::new(Arc::clone(&bench)));
        pool.map(|pool| Self { pool }).map_err(|error| DeviceError::Refused(Foreign::io(&error)))
    }

    fn fits(bytes: usize) -> Result<(), DeviceError> {
        match bytes <= DEVICE_BYTES_MAX {
            true => Ok(()),
            false => Err(DeviceError::TooLong { bytes, most: DEVICE_BYTES_MAX }),
        }
    }
}

/// A copy for a worker, wiped by it.
#[expect(clippy::disallowed_methods, reason = "the worker gets a copy, wiped as the original is")]
fn copied(raw: &RawBytes) -> RawBytes {
    RawBytes::new(raw.expose().to_vec())
}

/// A copy of a PIN for a worker, wiped by it.
#[expect(clippy::disallowed_methods, reason = "the worker gets a copy, wiped as the original is")]
fn copied_pin(pin: &RawText) -> RawText {
    RawText::new(pin.expose().to_owned())
}

impl Device for Token {
    fn status(&self) -> Result<DeviceStatus, DeviceError> {
        let found = self.pool.ask(|seat| seat.attempt(acts::abilities))?;
        let (workers, stuck) = self.pool.workers();
        Ok(DeviceStatus { token: found.token, seals: found.seals, wraps: found.wraps, workers, stuck })
    }

    fn sign_in(&self, pin: &RawText) -> Result<(), DeviceError> {
        let pin = copied_pin(pin);
        self.pool.ask(move |seat| seat.sign_in(|| copied_pin(&pin)))
    }

    fn generate_key(&self, key: &DeviceKey, used: DeviceUse) -> Result<(), DeviceError> {
        let key = key.clone();
        self.pool.ask(move |seat| seat.attempt(|at| acts::generate(at, &key, used)))
    }

    fn holds_key(&self, key: &DeviceKey) -> Result<bool, DeviceError> {
        let key = key.clone();
        self.pool.ask(move |seat| seat.attempt(|at| at.find(&key).map(|found| found.is_some())))
    }

    fn destroy_key(&self, key: &DeviceKey) -> Result<(), DeviceError> {
        let key = key.clone();
        self.pool.ask(move |seat| seat.attempt(|at| acts::destroy(at, &key)))
    }

    fn encrypt(
        &self,
        key: &DeviceKey,
        associated: &[u8],
        raw: &RawBytes,
        entropy: [u8; DEVICE_ENTROPY_BYTES],
    ) -> Result<Opaque, DeviceError> {
        Self::fits(associated.len().max(raw.length()))?;
        let (key, associated, raw) = (key.clone(), associated.to_vec(), copied(raw));
        self.pool.ask(move |seat| seat.attempt(|at| acts::encrypt(at, &key, &associated, &raw, entropy)))
    }

    fn decrypt(&self, key: &DeviceKey, associated: &[u8], sealed: &[u8]) -> Result<RawBytes, DeviceError> {
        Self::fits(associated.len().max(sealed.len()))?;
        let (key, associated, sealed) = (key.clone(), associated.to_vec(), sealed.to_vec());
        self.pool.ask(move |seat| seat.attempt(|at| acts::decrypt(at, &key, &associated, &sealed)))
    }

    fn wrap(&self, key: &DeviceKey, secret: &RawBytes) -> Result<Opaque, DeviceError> {
        Self::fits(secret.length())?;
        let (key, secret) = (key.clone(), copied(secret));
        self.pool.ask(move |seat| seat.attempt(|at| acts::wrap(at, &key, &secret)))
    }

    fn unwrap(&self, key: &DeviceKey, wrapped: &[u8]) -> Result<RawBytes, DeviceError> {
        Self::fits(wrapped.len())?;
        let (key, wrapped) = (key.clone(), wrapped.to_vec());
        self.pool.ask(move |seat| seat.attempt(|at| acts::unwrap(at, &key, &wrapped)))
    }

    #[expect(clippy::disallowed_methods, reason = "random bytes go where the caller wants them")]
    fn random(&self, place: &mut [u8]) -> Result<(), DeviceError> {
        for part in place.chunks_mut(RANDOM_BYTES_MAX) {
            let count = part.len();
            let bytes = self.pool.ask(move |seat| seat.attempt(|at| acts::random(at, count)))?;
            part.iter_mut().zip(bytes.expose()).for_each(|(to, from)| *to = *from);
        }
        Ok(())
    }
}
