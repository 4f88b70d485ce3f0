//! What does an error of a module mean, and is it worth asking again? [`Cause`].
//!
//! Modules disagree about codes: what one calls a general error another calls encrypted data that is invalid. So codes are
//! sorted by what helps: a session that is gone is opened again, a handle is looked up again, everything unclear is asked
//! once more in a new session, and the act says what it means when it still fails.

use cryptoki::error::{Error, RvError};
use sotto_kms::DeviceError;
use sotto_public::Foreign;

/// Why an act did not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Known; asking again does not help.
    Told(DeviceError),
    /// The session or the token is gone.
    Session,
    /// The handle of a key is not valid any more.
    Handle,
    /// What was given does not open.
    Data,
    /// The module does not say.
    Unclear(Foreign),
}

impl Cause {
    /// What an error of the module means.
    pub(crate) fn of(error: &Error) -> Self {
        match error {
            Error::Pkcs11(code, _) => Self::of_code(*code),
            Error::LibraryLoading(_) | Error::MissingSymbol(_) => Self::Told(DeviceError::ModuleAbsent),
            Error::NotSupported | Error::NullFunctionPointer => {
                Self::Told(DeviceError::Unsupported("a function"))
            }
            _ => Self::Unclear(Foreign::new("pkcs11", "it answered out of form")),
        }
    }

    fn of_code(code: RvError) -> Self {
        use RvError as Code;
        match code {
            Code::PinIncorrect | Code::PinInvalid | Code::PinLenRange => Self::Told(DeviceError::PinWrong),
            Code::PinLocked | Code::PinExpired => Self::Told(DeviceError::PinLocked),
            Code::UserPinNotInitialized => {
                Self::Told(DeviceError::Refused(Foreign::new("pkcs11", "no PIN was set on the token")))
            }
            Code::MechanismInvalid | Code::FunctionNotSupported => {
                Self::Told(DeviceError::Unsupported("a mechanism"))
            }
            Code::SessionClosed
            | Code::SessionHandleInvalid
            | Code::SlotIdInvalid
            | Code::DeviceRemoved
            | Code::DeviceError
            | Code::TokenNotPresent
            | Code::TokenNotRecognized
            | Code::UserNotLoggedIn
            | Code::CryptokiNotInitialized => Self::Session,
            Code::ObjectHandleInvalid
            | Code::KeyHandleInvalid
            | Code::WrappingKeyHandleInvalid
            | Code::UnwrappingKeyHandleInvalid => Self::Handle,
            Code::EncryptedDataInvalid
            | Code::EncryptedDataLenRange
            | Code::WrappedKeyInvalid
            | Code::WrappedKeyLenRange => Self::Data,
            other => Self::Unclear(Foreign::new("pkcs11", kind(other))),
        }
    }
}

/// Words for codes that an operator may meet.
fn kind(code: RvError) -> &'static str {
    use RvError as Code;
    match code {
        Code::GeneralError => "a general error",
        Code::FunctionFailed => "the function failed",
        Code::HostMemory | Code::DeviceMemory => "out of memory",
        Code::SessionCount => "too many sessions",
        Code::TokenWriteProtected | Code::SessionReadOnly => "the token is write-protected",
        Code::KeyFunctionNotPermitted => "the key may not be used for this",
        Code::KeyTypeInconsistent
        | Code::WrappingKeyTypeInconsistent
        | Code::UnwrappingKeyTypeInconsistent => "the key is of another type",
        Code::AttributeSensitive => "the key cannot be read",
        Code::TemplateInconsistent | Code::TemplateIncomplete | Code::AttributeValueInvalid => {
            "it takes no key of this form"
        }
        Code::MechanismParamInvalid | Code::ArgumentsBad => "it does not take these parameters",
        Code::VendorDefined(_) => "an error of the vendor's own",
        _ => "another error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cryptoki::context::Function;

    #[test]
    fn codes_are_sorted_by_what_helps() {
        let of = |code| Cause::of(&Error::Pkcs11(code, Function::Encrypt));
        for (code, cause) in [
            (RvError::PinIncorrect, Cause::Told(DeviceError::PinWrong)),
            (RvError::PinLocked, Cause::Told(DeviceError::PinLocked)),
            (RvError::DeviceRemoved, Cause::Session),
            (RvError::TokenNotPresent, Cause::Session),
            (RvError::KeyHandleInvalid, Cause::Handle),
            (RvError::EncryptedDataInvalid, Cause::Data),
            (RvError::MechanismInvalid, Cause::Told(DeviceError::Unsupported("a mechanism"))),
        ] {
            assert_eq!(of(code), cause, "{code:?}");
        }
        assert!(matches!(of(RvError::GeneralError), Cause::Unclear(_)));
        assert!(matches!(of(RvError::VendorDefined(0x8000_0001)), Cause::Unclear(_)));
    }
}
