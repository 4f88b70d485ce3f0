//! What is answered when something is wrong? A code, a status, and words that hold no captured text.
//!
//! A [`Fault`] is the same for all protocols; its shape, and for common errors its code and status, follow the protocol when
//! it is encoded (spec: AWS "Common errors"; Query services say `AccessDenied`, JSON services `AccessDeniedException`). The
//! words are made by [`message!`](crate::message), which takes `LogSafe` values only.

use crate::output::Value;
use sotto_aws_model::Protocol;
use sotto_public::Public;
use std::fmt;

/// An error answer.
#[derive(Debug)]
pub struct Fault {
    pub(crate) code: Code,
    pub(crate) message: Message,
    pub(crate) status: Option<u16>,
    pub(crate) members: Vec<(&'static str, Value)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    Named(&'static str),
    Common(Common),
}

impl Fault {
    /// An error of the service's model, by its code or its shape's name: `NoSuchEntity`. The model gives the status.
    pub fn new(code: &'static str, message: impl Into<Message>) -> Self {
        Self { code: Code::Named(code), message: message.into(), status: None, members: Vec::new() }
    }

    /// An error that every service has.
    pub fn common(common: Common, message: impl Into<Message>) -> Self {
        Self { code: Code::Common(common), message: message.into(), status: None, members: Vec::new() }
    }

    /// The same with a status of its own.
    #[must_use]
    pub const fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// The same with a further member of the error's shape.
    #[must_use]
    pub fn with(mut self, member: &'static str, value: impl Into<Value>) -> Self {
        self.members.push((member, value.into()));
        self
    }

    /// The code as a protocol says it.
    pub const fn code(&self, protocol: Protocol) -> &'static str {
        match self.code {
            Code::Named(code) => code,
            Code::Common(common) => common.code(protocol),
        }
    }

    /// The words.
    pub const fn message(&self) -> &Message {
        &self.message
    }
}

/// Errors that every service has ("Common errors" of the API references).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Common {
    /// The caller may not.
    AccessDenied,
    /// No such access key.
    UnknownKey,
    /// The signature is another one, or too old.
    SignatureMismatch,
    /// The session has ended.
    ExpiredToken,
    /// The session token is malformed.
    InvalidToken,
    /// No signature at all.
    MissingAuthentication,
    /// The signature's form is wrong.
    IncompleteSignature,
    /// An input does not hold what it must.
    Validation,
    /// The body cannot be read.
    Malformed,
    /// No such operation.
    UnknownOperation,
    /// An operation that is not served here.
    NotImplemented,
    /// Too many requests.
    Throttling,
    /// Too large.
    TooLarge,
    /// It is our fault.
    Internal,
    /// It is our fault and will pass.
    Unavailable,
}

impl Common {
    /// The code as a protocol says it.
    pub const fn code(self, protocol: Protocol) -> &'static str {
        let query = matches!(protocol, Protocol::Query | Protocol::Ec2 | Protocol::RestXml);
        match (self, query) {
            (Self::AccessDenied, true) => "AccessDenied",
            (Self::AccessDenied, false) => "AccessDeniedException",
            (Self::UnknownKey, true) => match protocol {
                Protocol::RestXml => "InvalidAccessKeyId",
                _ => "InvalidClientTokenId",
            },
            (Self::UnknownKey | Self::InvalidToken, false) => "UnrecognizedClientException",
            (Self::SignatureMismatch, true) => "SignatureDoesNotMatch",
            (Self::SignatureMismatch, false) => "InvalidSignatureException",
            (Self::ExpiredToken, true) => "ExpiredToken",
            (Self::ExpiredToken, false) => "ExpiredTokenException",
            (Self::InvalidToken, true) => match protocol {
                Protocol::RestXml => "InvalidToken",
                _ => "InvalidClientTokenId",
            },
            (Self::MissingAuthentication, true) => "MissingAuthenticationToken",
            (Self::MissingAuthentication, false) => "MissingAuthenticationTokenException",
            (Self::IncompleteSignature, true) => "IncompleteSignature",
            (Self::IncompleteSignature, false) => "IncompleteSignatureException",
            (Self::Validation, true) => "ValidationError",
            (Self::Validation, false) => "ValidationException",
            (Self::Malformed, true) => match protocol {
                Protocol::RestXml => "MalformedXML",
                _ => "MalformedQueryString",
            },
            (Self::Malformed, false) => "SerializationException",
            (Self::UnknownOperation, true) => "InvalidAction",
            (Self::UnknownOperation, false) => "UnknownOperationException",
            (Self::NotImplemented, true) => "NotImplemented",
            (Self::NotImplemented, false) => "NotImplementedException",
            (Self::Throttling, true) => "Throttling",
            (Self::Throttling, false) => "ThrottlingException",
            (Self::TooLarge, true) => "RequestEntityTooLarge",
            (Self::TooLarge, false) => "RequestEntityTooLargeException",
            (Self::Internal, true) => "InternalFailure",
            (Self::Internal, false) => "InternalServerException",
            (Self::Unavailable, true) => "ServiceUnavailable",
            (Self::Unavailable, false) => "ServiceUnavailableException",
        }
    }

    /// The HTTP status: JSON 1.x says 400 where the others say 403 or 404.
    pub const fn status(self, protocol: Protocol) -> u16 {
        let plain = matches!(protocol, Protocol::Json | Protocol::RpcV2Cbor);
        match self {
            Self::AccessDenied
            | Self::UnknownKey
            | Self::SignatureMismatch
            | Self::ExpiredToken
            | Self::InvalidToken
            | Self::MissingAuthentication => {
                if plain {
                    400
                } else {
                    403
                }
            }
            Self::IncompleteSignature | Self::Validation | Self::Malformed | Self::Throttling => 400,
            Self::UnknownOperation => match protocol {
                Protocol::RestJson | Protocol::RestXml | Protocol::RpcV2Cbor => 404,
                _ => 400,
            },
            Self::TooLarge => 413,
            Self::NotImplemented => 501,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }
}

/// Words that hold no captured text; made by [`message!`](crate::message).
#[derive(Clone, Debug, PartialEq, Eq, sotto_public::LogSafe)]
pub struct Message(Public<String>);

impl Message {
    /// From the pieces of [`message!`](crate::message), which lets `LogSafe` values pass only.
    #[doc(hidden)]
    #[expect(clippy::disallowed_methods, reason = "literals and LogSafe values only: the macro sees to it")]
    pub fn from_safe(pieces: fmt::Arguments<'_>) -> Self {
        Self(Public::from_pinned_text(pieces.to_string()))
    }

    /// The words.
    pub const fn text(&self) -> &Public<String> {
        &self.0
    }
}

impl From<&'static str> for Message {
    fn from(words: &'static str) -> Self {
        Self(words.into())
    }
}

impl From<Public<String>> for Message {
    fn from(words: Public<String>) -> Self {
        Self(words)
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Words of an error: a literal with `{}` for values that are `LogSafe`; names in braces are not taken from around it.
///
/// ```
/// let words = sotto_wire::message!("1 validation error detected: at least {} members are needed", 2);
/// assert_eq!(words.to_string(), "1 validation error detected: at least 2 members are needed");
/// ```
#[macro_export]
macro_rules! message {
    ($words:literal $(, $value:expr)* $(,)?) => {
        $crate::Message::from_safe(::core::format_args!(
            ::core::concat!($words)
            $(, $crate::Safe(&$value))*
        ))
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_errors_follow_the_protocol() {
        let said = |common: Common, protocol| (common.code(protocol), common.status(protocol));
        assert_eq!(said(Common::AccessDenied, Protocol::Query), ("AccessDenied", 403));
        assert_eq!(said(Common::AccessDenied, Protocol::Json), ("AccessDeniedException", 400));
        assert_eq!(said(Common::AccessDenied, Protocol::RestJson), ("AccessDeniedException", 403));
        assert_eq!(said(Common::UnknownKey, Protocol::Query), ("InvalidClientTokenId", 403));
        assert_eq!(said(Common::UnknownKey, Protocol::RestXml), ("InvalidAccessKeyId", 403));
        assert_eq!(said(Common::IncompleteSignature, Protocol::Query), ("IncompleteSignature", 400));
        assert_eq!(said(Common::Validation, Protocol::Json), ("ValidationException", 400));
    }

    #[test]
    fn a_fault_is_named_by_the_model_or_common() {
        let fault = Fault::new("NoSuchEntity", crate::message!("the role {} is not there", 7_u8));
        assert_eq!(fault.code(Protocol::Query), "NoSuchEntity");
        assert_eq!(fault.message().to_string(), "the role 7 is not there");
        let fault = Fault::common(Common::Throttling, "slow down");
        assert_eq!(fault.code(Protocol::Json), "ThrottlingException");
    }
}
