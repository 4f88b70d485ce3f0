//! With which algorithms? The eleven suites of the AWS Encryption SDK, and which of them a policy allows.
//!
//! Specification, "Algorithm Suites Reference" and "Commitment Policy". The numbers of a suite are its id in the message;
//! all use AES-GCM with an IV of 12 and a tag of 16 bytes.

use crate::MessageError;
use sotto_kms::crypto::Curve;
use std::fmt;

/// An algorithm suite. The default is [`Suite::CommitSigned`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u16)]
pub enum Suite {
    /// 0014: AES-128, the data key itself.
    Plain128 = 0x0014,
    /// 0046: AES-192, the data key itself.
    Plain192 = 0x0046,
    /// 0078: AES-256, the data key itself.
    Plain256 = 0x0078,
    /// 0114: AES-128, HKDF-SHA256.
    Derived128 = 0x0114,
    /// 0146: AES-192, HKDF-SHA256.
    Derived192 = 0x0146,
    /// 0178: AES-256, HKDF-SHA256.
    Derived256 = 0x0178,
    /// 0214: AES-128, HKDF-SHA256, signed with ECDSA P-256.
    Signed128 = 0x0214,
    /// 0346: AES-192, HKDF-SHA384, signed with ECDSA P-384.
    Signed192 = 0x0346,
    /// 0378: AES-256, HKDF-SHA384, signed with ECDSA P-384.
    Signed256 = 0x0378,
    /// 0478: AES-256, HKDF-SHA512, commits to its key.
    Commit = 0x0478,
    /// 0578: AES-256, HKDF-SHA512, commits to its key, signed with ECDSA P-384.
    #[default]
    CommitSigned = 0x0578,
}

/// How the key of the body comes from the data key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Derivation {
    /// It is the data key.
    Identity,
    /// HKDF (RFC 5869) with SHA-256.
    Sha256,
    /// HKDF with SHA-384.
    Sha384,
    /// HKDF with SHA-512, and a second output that the header shows.
    Commitment,
}

impl Suite {
    /// All of them, by id.
    pub const ALL: [Self; 11] = [
        Self::Plain128,
        Self::Plain192,
        Self::Plain256,
        Self::Derived128,
        Self::Derived192,
        Self::Derived256,
        Self::Signed128,
        Self::Signed192,
        Self::Signed256,
        Self::Commit,
        Self::CommitSigned,
    ];

    /// The suite of an id.
    pub fn of(id: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.id() == id)
    }

    /// The id in a message.
    pub const fn id(self) -> u16 {
        self as u16
    }

    /// As AWS calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain128 => "AES_128_GCM_IV12_TAG16_NO_KDF",
            Self::Plain192 => "AES_192_GCM_IV12_TAG16_NO_KDF",
            Self::Plain256 => "AES_256_GCM_IV12_TAG16_NO_KDF",
            Self::Derived128 => "AES_128_GCM_IV12_TAG16_HKDF_SHA256",
            Self::Derived192 => "AES_192_GCM_IV12_TAG16_HKDF_SHA256",
            Self::Derived256 => "AES_256_GCM_IV12_TAG16_HKDF_SHA256",
            Self::Signed128 => "AES_128_GCM_IV12_TAG16_HKDF_SHA256_ECDSA_P256",
            Self::Signed192 => "AES_192_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384",
            Self::Signed256 => "AES_256_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384",
            Self::Commit => "AES_256_GCM_HKDF_SHA512_COMMIT_KEY",
            Self::CommitSigned => "AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384",
        }
    }

    /// Bytes of the data key, and of the key of the body.
    pub const fn key_bytes(self) -> usize {
        match self {
            Self::Plain128 | Self::Derived128 | Self::Signed128 => 16,
            Self::Plain192 | Self::Derived192 | Self::Signed192 => 24,
            _ => 32,
        }
    }

    /// Whether the header commits to the key.
    pub const fn is_committing(self) -> bool {
        matches!(self, Self::Commit | Self::CommitSigned)
    }

    /// Whether a signature stands behind the body.
    pub const fn is_signed(self) -> bool {
        self.curve().is_some()
    }

    /// The version of the format that it belongs to.
    pub const fn version(self) -> u8 {
        if self.is_committing() { 2 } else { 1 }
    }

    pub(crate) const fn message_id_bytes(self) -> usize {
        if self.is_committing() { 32 } else { 16 }
    }

    pub(crate) const fn derivation(self) -> Derivation {
        match self {
            Self::Plain128 | Self::Plain192 | Self::Plain256 => Derivation::Identity,
            Self::Derived128 | Self::Derived192 | Self::Derived256 | Self::Signed128 => Derivation::Sha256,
            Self::Signed192 | Self::Signed256 => Derivation::Sha384,
            Self::Commit | Self::CommitSigned => Derivation::Commitment,
        }
    }

    pub(crate) const fn curve(self) -> Option<Curve> {
        // P-256 signs with SHA-256, P-384 with SHA-384.
        match self {
            Self::Signed128 => Some(Curve::P256),
            Self::Signed192 | Self::Signed256 | Self::CommitSigned => Some(Curve::P384),
            _ => None,
        }
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04x}", self.id())
    }
}

/// Which suites are allowed for writing and for reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CommitmentPolicy {
    /// REQUIRE_ENCRYPT_REQUIRE_DECRYPT: only suites that commit to their key.
    #[default]
    Require,
    /// REQUIRE_ENCRYPT_ALLOW_DECRYPT: writes only those, reads all.
    RequireToWrite,
    /// FORBID_ENCRYPT_ALLOW_DECRYPT: writes only the older ones, reads all.
    ForbidToWrite,
}

impl CommitmentPolicy {
    /// The suite that is taken when none is named.
    pub const fn default_suite(self) -> Suite {
        match self {
            Self::Require | Self::RequireToWrite => Suite::CommitSigned,
            Self::ForbidToWrite => Suite::Signed256,
        }
    }

    /// # Errors
    /// [`MessageError::Policy`] when it forbids to write a suite.
    pub(crate) fn check_write(self, suite: Suite) -> Result<(), MessageError> {
        let commits = self != Self::ForbidToWrite;
        if suite.is_committing() == commits { Ok(()) } else { Err(MessageError::Policy { suite }) }
    }

    /// # Errors
    /// [`MessageError::Policy`] when it forbids to read a suite.
    pub(crate) fn check_read(self, suite: Suite) -> Result<(), MessageError> {
        let allowed = self != Self::Require || suite.is_committing();
        if allowed { Ok(()) } else { Err(MessageError::Policy { suite }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_parts_are_those_of_the_reference() {
        let row = |suite: Suite| {
            (suite.id(), suite.key_bytes(), suite.is_committing(), suite.is_signed(), suite.version())
        };
        let rows = [
            (0x0014, 16, false, false, 1),
            (0x0046, 24, false, false, 1),
            (0x0078, 32, false, false, 1),
            (0x0114, 16, false, false, 1),
            (0x0146, 24, false, false, 1),
            (0x0178, 32, false, false, 1),
            (0x0214, 16, false, true, 1),
            (0x0346, 24, false, true, 1),
            (0x0378, 32, false, true, 1),
            (0x0478, 32, true, false, 2),
            (0x0578, 32, true, true, 2),
        ];
        assert_eq!(Suite::ALL.map(row), rows);
        assert!(Suite::ALL.into_iter().all(|suite| Suite::of(suite.id()) == Some(suite)));
        assert_eq!(Suite::of(0x0314), None);
        assert_eq!((Suite::default().to_string().as_str(), Suite::default().name().len()), ("0578", 45));
    }

    #[test]
    fn policies_allow_what_their_names_say() {
        for suite in Suite::ALL {
            let commits = suite.is_committing();
            for (policy, writes, reads) in [
                (CommitmentPolicy::Require, commits, commits),
                (CommitmentPolicy::RequireToWrite, commits, true),
                (CommitmentPolicy::ForbidToWrite, !commits, true),
            ] {
                assert_eq!(policy.check_write(suite).is_ok(), writes, "{suite} {policy:?}");
                assert_eq!(policy.check_read(suite).is_ok(), reads, "{suite} {policy:?}");
                assert!(policy.check_write(policy.default_suite()).is_ok());
            }
        }
    }
}
