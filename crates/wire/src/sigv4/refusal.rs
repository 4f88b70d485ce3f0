//! Why is a signature refused? By part, without the text: neither header values nor the canonical request are repeated.

use crate::fault::{Common, Fault};

/// Why a signature is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, sotto_public::LogSafe)]
pub enum Refusal {
    /// There is none.
    #[error("the request has no signature")]
    Missing,
    /// A part of it is absent or malformed.
    #[error("the signature's `{part}` is absent or malformed")]
    Malformed {
        /// Name of the header or parameter.
        part: &'static str,
    },
    /// It was made with an algorithm that is not taken here.
    #[error("the signature's algorithm is not AWS4-HMAC-SHA256")]
    Algorithm,
    /// The scope's date is not that of the request.
    #[error("the date in the credential's scope is not that of the request")]
    ScopeDate,
    /// A header that must be signed is not.
    #[error("the header `{header}` must be signed")]
    Unsigned {
        /// Name of the header.
        header: &'static str,
    },
    /// Its time is more than five minutes away.
    #[error("the signature's time is more than 5 minutes away from the server's")]
    Skew,
    /// A presigned URL has run out.
    #[error("the presigned URL has expired")]
    Expired,
    /// The payload may not go unsigned here.
    #[error("the payload must be signed")]
    UnsignedPayload,
    /// The payload is another one.
    #[error("the hash of the payload is not the one that was signed")]
    Payload,
    /// The signature is another one.
    #[error("the signature does not match")]
    Mismatch,
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        let said = |common| Self::common(common, crate::message!("{}", refusal.words()));
        match refusal {
            Refusal::Missing => {
                Self::common(Common::MissingAuthentication, "Request is missing Authentication Token")
            }
            Refusal::Malformed { .. } | Refusal::Algorithm => said(Common::IncompleteSignature),
            Refusal::Expired => Self::common(Common::AccessDenied, "Request has expired"),
            Refusal::Skew => Self::common(
                Common::SignatureMismatch,
                "Signature expired or not yet current: the request's time is more than 5 minutes away from the server's",
            ),
            Refusal::Mismatch => Self::common(
                Common::SignatureMismatch,
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
                 Access Key and signing method. Consult the service documentation for details.",
            ),
            Refusal::ScopeDate | Refusal::Unsigned { .. } | Refusal::UnsignedPayload | Refusal::Payload => {
                said(Common::SignatureMismatch)
            }
        }
    }
}

impl Refusal {
    /// The sentence, and the part that it names.
    fn words(self) -> crate::Message {
        match self {
            Self::Malformed { part } => {
                crate::message!("the signature's {} is absent or malformed", part)
            }
            Self::Unsigned { header } => crate::message!("the header {} must be signed", header),
            Self::Algorithm => "the signature's algorithm is not AWS4-HMAC-SHA256".into(),
            Self::ScopeDate => "Credential should be scoped to the date of the request".into(),
            Self::UnsignedPayload => "the payload must be signed".into(),
            Self::Payload => {
                "The provided 'x-amz-content-sha256' header does not match what was computed.".into()
            }
            _ => "the signature does not match".into(),
        }
    }
}
