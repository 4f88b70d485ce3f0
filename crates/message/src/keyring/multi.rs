//! How can each of several keys open a message? One makes the data key, all wrap it; the first that opens it does.
//!
//! Specification, "Multi-Keyring".

use super::{Attempt, DataKeys, Keyring, Locked};
use crate::MessageError;
use sotto_kms::Entropy;

/// Several keyrings; the first makes the data key.
pub struct MultiKeyring(Vec<Box<dyn Keyring>>);

impl MultiKeyring {
    /// At least one keyring.
    ///
    /// # Errors
    /// [`MessageError::DataKeysNone`] when there is none.
    pub fn new(keyrings: Vec<Box<dyn Keyring>>) -> Result<Self, MessageError> {
        if keyrings.is_empty() { Err(MessageError::DataKeysNone) } else { Ok(Self(keyrings)) }
    }
}

impl Keyring for MultiKeyring {
    fn wrap(&self, keys: &mut DataKeys<'_>, entropy: &mut dyn Entropy) -> Result<(), MessageError> {
        self.0.iter().try_for_each(|keyring| keyring.wrap(keys, entropy))
    }

    fn unwrap(&self, locked: Locked<'_>) -> Result<Attempt, MessageError> {
        let (mut all, mut error) = (Attempt::default(), None);
        for keyring in &self.0 {
            match keyring.unwrap(locked) {
                Ok(attempt) => {
                    all.tried += attempt.tried;
                    all.last = attempt.last.or(all.last.take());
                    all.opened = attempt.opened;
                }
                Err(cause) => error = error.or(Some(cause)),
            }
            if all.opened.is_some() {
                return Ok(all);
            }
        }
        // A keyring that cannot read is an error when no other one could be asked either.
        match error {
            Some(error) if all.tried == 0 => Err(error),
            _ => Ok(all),
        }
    }
}
