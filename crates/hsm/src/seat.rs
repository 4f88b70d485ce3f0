//! Where does a worker sit? In front of a session of its own, signed in, with the handles of keys that it has used.
//!
//! Sessions are not shared (PKCS #11 Base Specification 3.1, section 2.6.7, leaves the state of an operation to the session).
//! An act is tried in the session that is there; where that is gone, or nobody can say, once more in a new one. A second
//! failure is an answer.

use crate::cause::Cause;
use crate::module::{Inside, Module};
use crate::pin::Pin;
use crate::settings::TokenSettings;
use cryptoki::context::Pkcs11;
use cryptoki::object::{Attribute, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use cryptoki::slot::Slot;
use sotto_kms::{DeviceError, DeviceKey};
use sotto_public::Foreign;
use sotto_sensitive::RawText;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// How often an act is tried.
const TRIES_MAX: u32 = 2;

/// What all workers of a token share.
pub(crate) struct Bench {
    module: PathBuf,
    label: String,
    pin: Pin,
    /// Whether the token answered in this run.
    answered: AtomicBool,
    /// Keys that were there in this run.
    seen: Mutex<BTreeSet<DeviceKey>>,
}

impl Bench {
    pub(crate) fn new(settings: TokenSettings) -> Self {
        let TokenSettings { module, label, pin, .. } = settings;
        let (answered, seen) = (AtomicBool::new(false), Mutex::default());
        Self { module, label, pin: Pin::new(pin), answered, seen }
    }

    /// A token that is not there was there before, or never was.
    fn absent(&self) -> DeviceError {
        match self.answered.load(Ordering::Acquire) {
            true => DeviceError::Gone,
            false => DeviceError::TokenAbsent,
        }
    }

    fn see(&self, key: &DeviceKey) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone());
    }

    /// Forgets a key that was destroyed on purpose.
    fn forget(&self, key: &DeviceKey) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    fn missing(&self, key: &DeviceKey) -> DeviceError {
        match self.seen.lock().unwrap_or_else(PoisonError::into_inner).contains(key) {
            true => DeviceError::KeyLost,
            false => DeviceError::KeyAbsent,
        }
    }
}

/// A session in front of a token.
pub(crate) struct Sitting {
    pub(crate) session: Session,
    pub(crate) slot: Slot,
    generation: u64,
    keys: BTreeMap<DeviceKey, ObjectHandle>,
}

/// A sitting while its worker is inside of the module.
pub(crate) struct At<'a> {
    pub(crate) sitting: &'a mut Sitting,
    pub(crate) module: &'a Pkcs11,
    bench: &'a Bench,
}

/// A worker's place.
pub(crate) struct Seat {
    bench: Arc<Bench>,
    module: Option<Arc<Module>>,
    sitting: Option<Sitting>,
}

impl Seat {
    pub(crate) fn new(bench: Arc<Bench>) -> Self {
        Self { bench, module: None, sitting: None }
    }

    /// Tries an act, in a new session where the present one does not do.
    pub(crate) fn attempt<T>(
        &mut self,
        act: impl Fn(&mut At<'_>) -> Result<T, Cause>,
    ) -> Result<T, DeviceError> {
        let done = self.try_acts(true, &act);
        match (done, &self.module) {
            // The token may be back, and the module not know it.
            (Err(DeviceError::Gone), Some(module)) if module.renew() => self.try_acts(true, &act),
            (done, _) => done,
        }
    }

    /// Tries another PIN, and keeps it where it is right.
    pub(crate) fn sign_in(&mut self, pin: impl Fn() -> RawText) -> Result<(), DeviceError> {
        let bench = Arc::clone(&self.bench);
        let done = self.try_acts(false, &|at: &mut At<'_>| bench.pin.replace(&at.sitting.session, pin()));
        match done {
            Ok(()) => bench.answered.store(true, Ordering::Release),
            // Nobody is signed in here: the next act begins anew.
            Err(_) => self.leave(),
        }
        done
    }

    fn try_acts<T>(
        &mut self,
        signed_in: bool,
        act: &impl Fn(&mut At<'_>) -> Result<T, Cause>,
    ) -> Result<T, DeviceError> {
        let mut last = Cause::Session;
        for _ in 0..TRIES_MAX {
            match self.try_act(signed_in, act) {
                Ok(value) => return Ok(value),
                Err(Cause::Told(error)) => return Err(error),
                Err(Cause::Data) => return Err(DeviceError::DoesNotOpen),
                Err(cause) => last = cause,
            }
            self.leave();
        }
        Err(match last {
            Cause::Unclear(foreign) => DeviceError::Refused(foreign),
            _ => self.bench.absent(),
        })
    }

    fn try_act<T>(
        &mut self,
        signed_in: bool,
        act: &impl Fn(&mut At<'_>) -> Result<T, Cause>,
    ) -> Result<T, Cause> {
        let module = match &self.module {
            Some(module) => module,
            None => self.module.insert(Module::load(&self.bench.module)?),
        };
        let inside = module.enter();
        // Handles of an earlier generation are nobody's, or already somebody else's: they are not even closed.
        let current = self.sitting.take_if(|sitting| sitting.generation == inside.generation());
        let sitting = match current {
            Some(sitting) => sitting,
            None => Sitting::open(&inside, &self.bench, signed_in)?,
        };
        let sitting = self.sitting.insert(sitting);
        act(&mut At { sitting, module: inside.pkcs11, bench: &self.bench })
    }

    /// Closes the session, where it is still one.
    fn leave(&mut self) {
        let (Some(sitting), Some(module)) = (self.sitting.take(), &self.module) else { return };
        let inside = module.enter();
        if sitting.generation == inside.generation() {
            let _ = sitting.session.close();
        }
    }
}

impl Sitting {
    fn open(inside: &Inside<'_>, bench: &Bench, signed_in: bool) -> Result<Self, Cause> {
        let slot = slot_of(inside.pkcs11, bench)?;
        let session = inside.pkcs11.open_rw_session_no_drop(slot).map_err(|error| Cause::of(&error))?;
        if signed_in {
            if let Err(cause) = bench.pin.sign_in(&session) {
                let _ = session.close();
                return Err(cause);
            }
            bench.answered.store(true, Ordering::Release);
        }
        Ok(Self { session, slot, generation: inside.generation(), keys: BTreeMap::new() })
    }
}

impl At<'_> {
    /// The session.
    pub(crate) fn session(&self) -> &Session {
        &self.sitting.session
    }

    /// The handle of a key, which must be there.
    pub(crate) fn key(&mut self, key: &DeviceKey) -> Result<ObjectHandle, Cause> {
        if let Some(handle) = self.sitting.keys.get(key) {
            return Ok(*handle);
        }
        match self.find(key)? {
            Some(handle) => {
                self.sitting.keys.insert(key.clone(), handle);
                Ok(handle)
            }
            // Where the token is gone nothing is found either.
            None => slot_of(self.module, self.bench).and(Err(Cause::Told(self.bench.missing(key)))),
        }
    }

    /// The handle of a key, where there is one.
    pub(crate) fn find(&mut self, key: &DeviceKey) -> Result<Option<ObjectHandle>, Cause> {
        let template = [
            Attribute::Token(true),
            Attribute::Class(ObjectClass::SECRET_KEY),
            Attribute::Label(key.as_str().as_bytes().to_vec()),
        ];
        let found = self.session().find_objects(&template).map_err(|error| Cause::of(&error))?;
        match found.as_slice() {
            [] => Ok(None),
            [one] => {
                self.bench.see(key);
                Ok(Some(*one))
            }
            _ => {
                let twice = Foreign::new("pkcs11", "the token holds two keys of this name");
                Err(Cause::Told(DeviceError::Refused(twice)))
            }
        }
    }

    /// Takes a key that was made just now.
    pub(crate) fn made(&mut self, key: &DeviceKey, handle: ObjectHandle) {
        self.bench.see(key);
        self.sitting.keys.insert(key.clone(), handle);
    }

    /// Forgets a key that was destroyed just now.
    pub(crate) fn destroyed(&mut self, key: &DeviceKey) {
        self.bench.forget(key);
        self.sitting.keys.remove(key);
    }
}

/// The slot whose token has the label. A slot that does not answer holds no token.
fn slot_of(module: &Pkcs11, bench: &Bench) -> Result<Slot, Cause> {
    let slots = module.get_slots_with_token().map_err(|error| Cause::of(&error))?;
    let ours = |slot: &Slot| {
        module
            .get_token_info(*slot)
            .is_ok_and(|token| token.token_initialized() && token.label() == bench.label)
    };
    let mut found = slots.into_iter().filter(ours);
    match (found.next(), found.next()) {
        (Some(slot), None) => Ok(slot),
        (Some(_), Some(_)) => {
            let twice = Foreign::new("pkcs11", "two tokens have this label");
            Err(Cause::Told(DeviceError::Refused(twice)))
        }
        (None, _) => Err(Cause::Told(bench.absent())),
    }
}
