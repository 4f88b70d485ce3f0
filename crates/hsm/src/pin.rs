//! Which PIN signs in, and may it be tried? One that was refused is not tried again: tokens lock after a few tries.
//!
//! The lock is held while a token is asked, so that several workers never try one wrong PIN at the same time.

use crate::cause::Cause;
use cryptoki::error::{Error, RvError};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;
use sotto_kms::DeviceError;
use sotto_sensitive::RawText;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The PIN of a token for this run.
pub(crate) struct Pin(Mutex<Held>);

struct Held {
    text: Option<RawText>,
    refused: Option<DeviceError>,
}

impl Pin {
    pub(crate) fn new(text: Option<RawText>) -> Self {
        Self(Mutex::new(Held { text, refused: None }))
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Signs a session in with the held PIN.
    pub(crate) fn sign_in(&self, session: &Session) -> Result<(), Cause> {
        let mut held = self.held();
        if let Some(refused) = held.refused {
            return Err(Cause::Told(refused));
        }
        let text = held.text.as_ref().ok_or(Cause::Told(DeviceError::PinMissing))?;
        let Some(signed) = ask(session, text).transpose() else { return Ok(()) };
        if let Err(Cause::Told(error @ (DeviceError::PinWrong | DeviceError::PinLocked))) = signed {
            held.refused = Some(error);
        }
        signed
    }

    /// Tries another PIN and keeps it where it is right. Where somebody is signed in already the module does not look at a
    /// PIN: it must then be the held one.
    pub(crate) fn replace(&self, session: &Session, text: RawText) -> Result<(), Cause> {
        let mut held = self.held();
        match ask(session, &text)? {
            Some(()) => *held = Held { text: Some(text), refused: None },
            None if held.text.as_ref().is_some_and(|known| same(known, &text)) => {}
            None => return Err(Cause::Told(DeviceError::PinWrong)),
        }
        Ok(())
    }
}

/// Signs in; nothing where somebody was signed in before.
#[expect(clippy::disallowed_methods, reason = "the PIN is read to sign in")]
fn ask(session: &Session, text: &RawText) -> Result<Option<()>, Cause> {
    let pin = AuthPin::from(text.expose().to_owned());
    match session.login(UserType::User, Some(&pin)) {
        Ok(()) => Ok(Some(())),
        Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(None),
        Err(error) => Err(Cause::of(&error)),
    }
}

/// Whether two PINs are the same, without saying how far.
#[expect(clippy::disallowed_methods, reason = "two PINs are compared")]
fn same(one: &RawText, other: &RawText) -> bool {
    let (one, other) = (one.expose().as_bytes(), other.expose().as_bytes());
    let differs = one.iter().zip(other).fold(0, |sum, (a, b)| sum | (a ^ b));
    one.len() == other.len() && std::hint::black_box(differs) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_are_compared_whole() {
        let text = |text: &str| RawText::new(text.to_owned());
        for (one, other, equal) in
            [("1234", "1234", true), ("1234", "1235", false), ("1234", "12345", false), ("", "1", false)]
        {
            assert_eq!(same(&text(one), &text(other)), equal, "{one} {other}");
        }
    }
}
