//! How is a module loaded? Once per process and path: PKCS #11 knows one application per process, whatever number of tokens
//! are behind the module.
//!
//! Modules do not always notice that a token is back; ending and beginning anew helps, but it takes the sessions of all
//! workers along and must not happen while one of them is inside (PKCS #11 Base Specification 3.1, section 5.4.2). Hence a
//! gate: whoever asks the module holds it, [`Module::renew`] needs it alone and gives up where it cannot have it at once.
//! Handles are numbers that begin anew, too: a session carries the generation that it belongs to.
//! Loading can hang where the module asks a network; that is why only workers come here.

use crate::cause::Cause;
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use sotto_kms::DeviceError;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, TryLockError};
use std::time::{Duration, Instant};

/// Between two new beginnings.
const RENEW_PAUSE: Duration = Duration::from_millis(500);

static LOADED: Mutex<BTreeMap<PathBuf, Arc<Module>>> = Mutex::new(BTreeMap::new());

/// A module that is loaded.
pub(crate) struct Module {
    pkcs11: Pkcs11,
    /// How often it began; held by whoever is inside.
    generation: RwLock<u64>,
    renewed: Mutex<Option<Instant>>,
}

/// Somebody is inside: the generation does not change.
pub(crate) struct Inside<'a> {
    pub(crate) pkcs11: &'a Pkcs11,
    generation: RwLockReadGuard<'a, u64>,
}

impl Inside<'_> {
    /// Which beginning this is.
    pub(crate) fn generation(&self) -> u64 {
        *self.generation
    }
}

impl Module {
    /// The module at a path, ready.
    pub(crate) fn load(path: &Path) -> Result<Arc<Self>, Cause> {
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(module) = loaded.get(path) {
            return Ok(Arc::clone(module));
        }
        let pkcs11 = Pkcs11::new(path).map_err(|_| Cause::Told(DeviceError::ModuleAbsent))?;
        begin(&pkcs11)?;
        let module = Arc::new(Self { pkcs11, generation: RwLock::new(0), renewed: Mutex::new(None) });
        loaded.insert(path.to_owned(), Arc::clone(&module));
        Ok(module)
    }

    /// Goes inside.
    pub(crate) fn enter(&self) -> Inside<'_> {
        let generation = self.generation.read().unwrap_or_else(PoisonError::into_inner);
        Inside { pkcs11: &self.pkcs11, generation }
    }

    /// Ends and begins anew, where nobody is inside and it did not just happen. Says whether it is worth asking again.
    pub(crate) fn renew(&self) -> bool {
        let mut generation = match self.generation.try_write() {
            Ok(generation) => generation,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return false,
        };
        let mut renewed = self.renewed.lock().unwrap_or_else(PoisonError::into_inner);
        if renewed.is_some_and(|at| at.elapsed() < RENEW_PAUSE) {
            return false;
        }
        *renewed = Some(Instant::now());
        *generation += 1;
        let _ = self.pkcs11.clone().finalize();
        begin(&self.pkcs11).is_ok()
    }
}

fn begin(pkcs11: &Pkcs11) -> Result<(), Cause> {
    match pkcs11.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(()),
        Err(error) => Err(Cause::of(&error)),
    }
}
