//! In which state is a key, and what may be done in it? KMS Developer Guide, "Key states of AWS KMS keys": the table, and the
//! notes below it, which give exceptions and messages.
//!
//! Replication and a change of the primary Region are one commit here, so `Creating` and `Updating` do not occur.

use super::error::{KeysError, Outcome, said};
use super::model::{Key, MaterialState};
use super::snapshot::Keys;
use super::words::{KeyUsage, Origin, words};

words! {
    /// The state of a key.
    KeyState {
        Enabled = "Enabled",
        Disabled = "Disabled",
        PendingImport = "PendingImport",
        PendingDeletion = "PendingDeletion",
        PendingReplicaDeletion = "PendingReplicaDeletion",
        Unavailable = "Unavailable",
    }
}

impl Keys {
    /// The state of a key.
    pub fn state(&self, key: &Key) -> KeyState {
        if let Some(deletion) = key.deletion {
            return match deletion.at {
                Some(_) => KeyState::PendingDeletion,
                None => KeyState::PendingReplicaDeletion,
            };
        }
        let connected = self.store_of(key).is_none_or(|store| store.connected);
        match () {
            () if key.lacks_material() => KeyState::PendingImport,
            () if !connected => KeyState::Unavailable,
            () if key.enabled => KeyState::Enabled,
            () => KeyState::Disabled,
        }
    }

    /// Refuses a key that cannot be used in cryptographic operations now.
    ///
    /// # Errors
    /// [`KeysError::Disabled`] or [`KeysError::InvalidState`], with the state.
    pub fn usable(&self, key: &Key) -> Outcome<()> {
        match self.state(key) {
            KeyState::Enabled => Ok(()),
            KeyState::Disabled => Err(disabled(key)),
            state => Err(invalid_state(key, state)),
        }
    }

    /// Refuses a key that is to be deleted.
    ///
    /// # Errors
    /// [`KeysError::InvalidState`].
    pub fn not_pending_deletion(&self, key: &Key) -> Outcome<()> {
        match self.state(key) {
            state @ (KeyState::PendingDeletion | KeyState::PendingReplicaDeletion) => {
                Err(invalid_state(key, state))
            }
            _ => Ok(()),
        }
    }
}

impl Key {
    /// Whether imported material is not there, or no longer all of it: then the key is of no use (KMS Developer Guide,
    /// "Importing key material").
    fn lacks_material(&self) -> bool {
        let held = |state: MaterialState| state != MaterialState::PendingRotation;
        self.origin == Origin::External
            && (self.current().is_none()
                || self.materials.iter().any(|material| held(material.state) && material.wrapped.is_none()))
    }

    /// Refuses a key that is for something else.
    ///
    /// # Errors
    /// [`KeysError::InvalidKeyUsage`].
    pub fn used_for(&self, usage: KeyUsage, operation: &'static str) -> Outcome<()> {
        if self.usage == usage {
            return Ok(());
        }
        Err(KeysError::InvalidKeyUsage(said(format_args!(
            "{} key usage is {} which is not valid for {operation}.",
            self.arn, self.usage
        ))))
    }
}

pub(crate) fn disabled(key: &Key) -> KeysError {
    KeysError::Disabled(said(format_args!("{} is disabled.", key.arn)))
}

pub(crate) fn invalid_state(key: &Key, state: KeyState) -> KeysError {
    let words = match state {
        KeyState::Enabled => "enabled",
        KeyState::Disabled => "disabled",
        KeyState::PendingImport => "pending import",
        KeyState::PendingDeletion => "pending deletion",
        KeyState::PendingReplicaDeletion => "pending replica deletion",
        KeyState::Unavailable => "unavailable",
    };
    KeysError::InvalidState(said(format_args!("{} is {words}.", key.arn)))
}
