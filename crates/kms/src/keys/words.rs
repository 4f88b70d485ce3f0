//! Which words does the API have for kinds of keys and for algorithms? KMS API Reference, "CreateKey", "Encrypt", "Sign",
//! "GenerateMac", "GetParametersForImport".
//!
//! SM2 and ML-KEM keys are not served, nor Ed25519 over hashed messages (`ED25519_PH_SHA_512`): the library has none of them in
//! the form that KMS needs.

use crate::crypto::{Curve, Hash, Lattice, Mac, RsaBits, RsaPadding, RsaScheme};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident = $word:literal),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sotto_public::Storable, sotto_public::LogSafe)]
        pub enum $name {
            $($(#[$inner])* #[doc = concat!("`", $word, "`.")] $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// What a word means; `None` where it means none of these.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == word)
            }

            /// The word as public text.
            pub fn public(self) -> sotto_public::Public<&'static str> {
                sotto_public::Public::from(self.as_str())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )*};
}
pub(crate) use words;

words! {
    /// What a key is made of.
    KeySpec {
        Symmetric = "SYMMETRIC_DEFAULT",
        Rsa2048 = "RSA_2048",
        Rsa3072 = "RSA_3072",
        Rsa4096 = "RSA_4096",
        P256 = "ECC_NIST_P256",
        P384 = "ECC_NIST_P384",
        P521 = "ECC_NIST_P521",
        Secp256k1 = "ECC_SECG_P256K1",
        Edwards25519 = "ECC_NIST_EDWARDS25519",
        Hmac224 = "HMAC_224",
        Hmac256 = "HMAC_256",
        Hmac384 = "HMAC_384",
        Hmac512 = "HMAC_512",
        MlDsa44 = "ML_DSA_44",
        MlDsa65 = "ML_DSA_65",
        MlDsa87 = "ML_DSA_87",
    }
    /// What a key is for.
    KeyUsage {
        EncryptDecrypt = "ENCRYPT_DECRYPT",
        SignVerify = "SIGN_VERIFY",
        GenerateVerifyMac = "GENERATE_VERIFY_MAC",
        KeyAgreement = "KEY_AGREEMENT",
    }
    /// Where a key's material comes from.
    Origin {
        Kms = "AWS_KMS",
        External = "EXTERNAL",
        Device = "AWS_CLOUDHSM",
    }
    /// How a key encrypts.
    EncryptionAlgorithm {
        Symmetric = "SYMMETRIC_DEFAULT",
        OaepSha1 = "RSAES_OAEP_SHA_1",
        OaepSha256 = "RSAES_OAEP_SHA_256",
    }
    /// How a key signs.
    SigningAlgorithm {
        PssSha256 = "RSASSA_PSS_SHA_256",
        PssSha384 = "RSASSA_PSS_SHA_384",
        PssSha512 = "RSASSA_PSS_SHA_512",
        Pkcs1Sha256 = "RSASSA_PKCS1_V1_5_SHA_256",
        Pkcs1Sha384 = "RSASSA_PKCS1_V1_5_SHA_384",
        Pkcs1Sha512 = "RSASSA_PKCS1_V1_5_SHA_512",
        EcdsaSha256 = "ECDSA_SHA_256",
        EcdsaSha384 = "ECDSA_SHA_384",
        EcdsaSha512 = "ECDSA_SHA_512",
        Ed25519 = "ED25519_SHA_512",
        MlDsa = "ML_DSA_SHAKE_256",
    }
    /// How a key authenticates.
    MacAlgorithm {
        Hmac224 = "HMAC_SHA_224",
        Hmac256 = "HMAC_SHA_256",
        Hmac384 = "HMAC_SHA_384",
        Hmac512 = "HMAC_SHA_512",
    }
    /// How imported material is wrapped.
    WrappingAlgorithm {
        OaepSha1 = "RSAES_OAEP_SHA_1",
        OaepSha256 = "RSAES_OAEP_SHA_256",
        AesSha1 = "RSA_AES_KEY_WRAP_SHA_1",
        AesSha256 = "RSA_AES_KEY_WRAP_SHA_256",
    }
    /// Under which key imported material is wrapped.
    WrappingSpec {
        Rsa2048 = "RSA_2048",
        Rsa3072 = "RSA_3072",
        Rsa4096 = "RSA_4096",
    }
}

impl KeySpec {
    /// What keys of this spec may be for (KMS API Reference, "CreateKey", `KeyUsage`).
    pub const fn usages(self) -> &'static [KeyUsage] {
        match self {
            Self::Symmetric => &[KeyUsage::EncryptDecrypt],
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => {
                &[KeyUsage::EncryptDecrypt, KeyUsage::SignVerify]
            }
            Self::P256 | Self::P384 | Self::P521 => &[KeyUsage::SignVerify, KeyUsage::KeyAgreement],
            Self::Secp256k1 | Self::Edwards25519 => &[KeyUsage::SignVerify],
            Self::MlDsa44 | Self::MlDsa65 | Self::MlDsa87 => &[KeyUsage::SignVerify],
            Self::Hmac224 | Self::Hmac256 | Self::Hmac384 | Self::Hmac512 => &[KeyUsage::GenerateVerifyMac],
        }
    }

    /// Whether it has a public half.
    pub const fn is_asymmetric(self) -> bool {
        !matches!(self, Self::Symmetric | Self::Hmac224 | Self::Hmac256 | Self::Hmac384 | Self::Hmac512)
    }

    /// Bytes of the secret of a key without a public half.
    pub const fn secret_bytes(self) -> Option<usize> {
        match self {
            Self::Symmetric | Self::Hmac256 => Some(32),
            Self::Hmac224 => Some(28),
            Self::Hmac384 => Some(48),
            Self::Hmac512 => Some(64),
            _ => None,
        }
    }

    pub(crate) const fn rsa(self) -> Option<RsaBits> {
        match self {
            Self::Rsa2048 => Some(RsaBits::Rsa2048),
            Self::Rsa3072 => Some(RsaBits::Rsa3072),
            Self::Rsa4096 => Some(RsaBits::Rsa4096),
            _ => None,
        }
    }

    pub(crate) const fn curve(self) -> Option<Curve> {
        match self {
            Self::P256 => Some(Curve::P256),
            Self::P384 => Some(Curve::P384),
            Self::P521 => Some(Curve::P521),
            Self::Secp256k1 => Some(Curve::Secp256k1),
            _ => None,
        }
    }

    pub(crate) const fn lattice(self) -> Option<Lattice> {
        match self {
            Self::MlDsa44 => Some(Lattice::MlDsa44),
            Self::MlDsa65 => Some(Lattice::MlDsa65),
            Self::MlDsa87 => Some(Lattice::MlDsa87),
            _ => None,
        }
    }

    /// Whether GenerateDataKeyPair makes pairs of it (KMS API Reference, "GenerateDataKeyPair", `KeyPairSpec`).
    pub const fn makes_pairs(self) -> bool {
        self.is_asymmetric() && self.lattice().is_none()
    }

    /// The algorithms that a key of this spec encrypts by.
    pub const fn encryption_algorithms(self) -> &'static [EncryptionAlgorithm] {
        match self {
            Self::Symmetric => &[EncryptionAlgorithm::Symmetric],
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => {
                &[EncryptionAlgorithm::OaepSha1, EncryptionAlgorithm::OaepSha256]
            }
            _ => &[],
        }
    }

    /// The algorithms that a key of this spec signs by.
    pub const fn signing_algorithms(self) -> &'static [SigningAlgorithm] {
        match self {
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => &[
                SigningAlgorithm::Pkcs1Sha256,
                SigningAlgorithm::Pkcs1Sha384,
                SigningAlgorithm::Pkcs1Sha512,
                SigningAlgorithm::PssSha256,
                SigningAlgorithm::PssSha384,
                SigningAlgorithm::PssSha512,
            ],
            Self::P256 | Self::Secp256k1 => &[SigningAlgorithm::EcdsaSha256],
            Self::P384 => &[SigningAlgorithm::EcdsaSha384],
            Self::P521 => &[SigningAlgorithm::EcdsaSha512],
            Self::Edwards25519 => &[SigningAlgorithm::Ed25519],
            Self::MlDsa44 | Self::MlDsa65 | Self::MlDsa87 => &[SigningAlgorithm::MlDsa],
            _ => &[],
        }
    }

    /// The algorithms that a key of this spec authenticates by.
    pub const fn mac_algorithms(self) -> &'static [MacAlgorithm] {
        match self {
            Self::Hmac224 => &[MacAlgorithm::Hmac224],
            Self::Hmac256 => &[MacAlgorithm::Hmac256],
            Self::Hmac384 => &[MacAlgorithm::Hmac384],
            Self::Hmac512 => &[MacAlgorithm::Hmac512],
            _ => &[],
        }
    }
}

impl EncryptionAlgorithm {
    pub(crate) const fn padding(self) -> Option<RsaPadding> {
        match self {
            Self::Symmetric => None,
            Self::OaepSha1 => Some(RsaPadding::OaepSha1),
            Self::OaepSha256 => Some(RsaPadding::OaepSha256),
        }
    }
}

impl SigningAlgorithm {
    /// The hash that stands between message and signature; `None` where whole messages are signed.
    pub(crate) const fn hash(self) -> Option<Hash> {
        match self {
            Self::PssSha256 | Self::Pkcs1Sha256 | Self::EcdsaSha256 => Some(Hash::Sha256),
            Self::PssSha384 | Self::Pkcs1Sha384 | Self::EcdsaSha384 => Some(Hash::Sha384),
            Self::PssSha512 | Self::Pkcs1Sha512 | Self::EcdsaSha512 => Some(Hash::Sha512),
            Self::Ed25519 | Self::MlDsa => None,
        }
    }

    pub(crate) const fn rsa(self) -> Option<(RsaScheme, Hash)> {
        let scheme = match self {
            Self::PssSha256 | Self::PssSha384 | Self::PssSha512 => RsaScheme::Pss,
            Self::Pkcs1Sha256 | Self::Pkcs1Sha384 | Self::Pkcs1Sha512 => RsaScheme::Pkcs1,
            _ => return None,
        };
        match self.hash() {
            Some(hash) => Some((scheme, hash)),
            None => None,
        }
    }
}

impl MacAlgorithm {
    pub(crate) const fn mac(self) -> Mac {
        match self {
            Self::Hmac224 => Mac::Sha224,
            Self::Hmac256 => Mac::Sha256,
            Self::Hmac384 => Mac::Sha384,
            Self::Hmac512 => Mac::Sha512,
        }
    }
}

impl WrappingAlgorithm {
    pub(crate) const fn padding(self) -> RsaPadding {
        match self {
            Self::OaepSha1 | Self::AesSha1 => RsaPadding::OaepSha1,
            Self::OaepSha256 | Self::AesSha256 => RsaPadding::OaepSha256,
        }
    }

    /// Whether RSA wraps an AES key and that key the material.
    pub(crate) const fn is_two_step(self) -> bool {
        matches!(self, Self::AesSha1 | Self::AesSha256)
    }
}

impl WrappingSpec {
    pub(crate) const fn bits(self) -> RsaBits {
        match self {
            Self::Rsa2048 => RsaBits::Rsa2048,
            Self::Rsa3072 => RsaBits::Rsa3072,
            Self::Rsa4096 => RsaBits::Rsa4096,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_and_others_mean_nothing() {
        for spec in KeySpec::ALL {
            assert_eq!(KeySpec::parse(spec.as_str()), Some(*spec));
            let kinds = [
                spec.secret_bytes().is_some(),
                spec.rsa().is_some(),
                spec.curve().is_some(),
                spec.lattice().is_some(),
            ];
            let kind =
                kinds.iter().filter(|kind| **kind).count() + usize::from(*spec == KeySpec::Edwards25519);
            assert_eq!(kind, 1, "{spec}: exactly one kind of secret");
            assert_eq!(spec.is_asymmetric(), spec.secret_bytes().is_none());
            for usage in spec.usages() {
                let has = match usage {
                    KeyUsage::EncryptDecrypt => !spec.encryption_algorithms().is_empty(),
                    KeyUsage::SignVerify => !spec.signing_algorithms().is_empty(),
                    KeyUsage::GenerateVerifyMac => !spec.mac_algorithms().is_empty(),
                    KeyUsage::KeyAgreement => spec.curve().is_some(),
                };
                assert!(has, "{spec} {usage}");
            }
        }
        assert_eq!(KeySpec::parse("SM2"), None);
        assert_eq!(KeyUsage::parse("sign_verify"), None);
    }
}
