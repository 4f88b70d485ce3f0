//! How can two logs speak of the same person without naming anybody? By tokens: equal values become equal tokens.
//!
//! ```text
//! [CreditCardNumber:t1g:mbpqkccvjsbchsbrppqhggfkrbvbpfhq]
//!  identifier        |||  128 bits of HMAC-SHA-256, a consonant for every four
//!                    ||+- scope: d document, c conversation, g group, t tenant
//!                    |+-- version of the format
//!                    +--- token
//! ```
//!
//! The MAC (RFC 2104, FIPS 180-4) takes version, identifier, kind and name of the scope and the value's normal form,
//! so that tokens of two scopes or two identifiers never agree. Nobody without the key can compute or invert one.
//! The letters are consonants without l, w, x and z: no word, no digit and no '@' can appear among them.

use crate::mask::MaskError;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

/// Version of the format, written into every token and into what is authenticated.
const VERSION: u8 = b'1';
/// Shortest key, in bytes (RFC 2104 section 3: the length of the hash's output).
pub const TOKEN_KEY_BYTES_MIN: usize = 32;
/// Longest name of a scope, in bytes.
pub const SCOPE_NAME_BYTES_MAX: usize = 512;
/// Bytes of the MAC that a token shows.
const SHOWN_BYTES: usize = 16;
/// One letter for every four bits.
const LETTERS: &[u8; 16] = b"bcdfghjkmnpqrstv";

/// The secret behind tokens. Cannot be printed, cloned or compared; wiped on drop. Share it in an `Arc`.
pub struct TokenKey(Zeroizing<Vec<u8>>);

impl TokenKey {
    /// Takes a key over, byte for byte: what read it from a file or from the environment decides about line ends.
    ///
    /// # Errors
    /// When it is shorter than [`TOKEN_KEY_BYTES_MIN`], or repeats a single byte.
    pub fn new(bytes: Zeroizing<Vec<u8>>) -> Result<Self, MaskError> {
        if bytes.len() < TOKEN_KEY_BYTES_MIN {
            return Err(MaskError::KeyTooShort { given: bytes.len(), min: TOKEN_KEY_BYTES_MIN });
        }
        if bytes.iter().all(|byte| Some(byte) == bytes.first()) {
            return Err(MaskError::KeyConstant);
        }
        Ok(Self(bytes))
    }

    /// 128 bits that depend on the key and on all parts; each part's length is authenticated with it.
    pub(crate) fn digest(&self, purpose: &[u8], parts: &[&[u8]]) -> Option<[u8; SHOWN_BYTES]> {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.0).ok()?;
        for part in std::iter::once(&purpose).chain(parts) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().first_chunk().copied()
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey")
    }
}

/// How far a token reaches: values are recognisable inside one scope of a kind, never across.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sotto_public::LogSafe)]
pub enum ScopeKind {
    /// One document or file.
    Document,
    /// One conversation.
    Conversation,
    /// One log group, or another collection of the user's.
    Group,
    /// Everything of one tenant.
    Tenant,
}

impl ScopeKind {
    /// All of them, from narrow to wide.
    pub const ALL: [Self; 4] = [Self::Document, Self::Conversation, Self::Group, Self::Tenant];

    /// The word used in files and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Conversation => "conversation",
            Self::Group => "group",
            Self::Tenant => "tenant",
        }
    }

    /// The kind of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    const fn letter(self) -> u8 {
        match self {
            Self::Document => b'd',
            Self::Conversation => b'c',
            Self::Group => b'g',
            Self::Tenant => b't',
        }
    }
}

/// A scope: its kind and its name, such as the group `payments`. The name enters the MAC and is not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    kind: ScopeKind,
    name: String,
}

impl Scope {
    /// Names a scope.
    ///
    /// # Errors
    /// When the name is empty or longer than [`SCOPE_NAME_BYTES_MAX`].
    pub fn new(kind: ScopeKind, name: &str) -> Result<Self, MaskError> {
        if name.is_empty() || name.len() > SCOPE_NAME_BYTES_MAX {
            return Err(MaskError::ScopeName { given: name.len(), max: SCOPE_NAME_BYTES_MAX });
        }
        Ok(Self { kind, name: name.to_owned() })
    }

    /// Its kind.
    pub fn kind(&self) -> ScopeKind {
        self.kind
    }
}

/// Writes the token of a value in normal form. `false` when nothing was written.
pub(crate) fn write_token(key: &TokenKey, scope: &Scope, id: &str, normal: &[u8], out: &mut Vec<u8>) -> bool {
    let parts = [&[VERSION, scope.kind.letter()][..], scope.name.as_bytes(), id.as_bytes(), normal];
    let Some(digest) = key.digest(b"sotto token", &parts) else {
        return false;
    };
    out.push(b'[');
    out.extend_from_slice(id.as_bytes());
    out.extend_from_slice(&[b':', b't', VERSION, scope.kind.letter(), b':']);
    for byte in digest {
        out.extend(
            [byte >> 4, byte & 15].map(|four| LETTERS.get(usize::from(four)).copied().unwrap_or(b'b')),
        );
    }
    out.push(b']');
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> TokenKey {
        TokenKey::new(Zeroizing::new((0..32).map(|i| i ^ seed).collect())).unwrap()
    }

    fn token(key: &TokenKey, kind: ScopeKind, scope: &str, id: &str, value: &str) -> String {
        let mut out = Vec::new();
        assert!(write_token(key, &Scope::new(kind, scope).unwrap(), id, value.as_bytes(), &mut out));
        String::from_utf8(out).unwrap()
    }

    /// The expected letters were computed with Python's `hmac` module over the same lengths and parts.
    #[test]
    fn the_format_is_pinned() {
        let made = token(&key(0), ScopeKind::Group, "payments", "CreditCardNumber", "4111111111111111");
        assert_eq!(made, "[CreditCardNumber:t1g:mbpqkccvjsbchsbrppqhggfkrbvbpfhq]");
    }

    #[test]
    fn everything_enters_the_mac() {
        use ScopeKind::{Group, Tenant};
        let base = token(&key(0), Group, "ab", "Id", "value");
        assert_eq!(base, token(&key(0), Group, "ab", "Id", "value"));
        let letters = |text: &str| text.rsplit(':').next().unwrap().to_owned();
        for other in [
            token(&key(1), Group, "ab", "Id", "value"),
            token(&key(0), Tenant, "ab", "Id", "value"),
            token(&key(0), Group, "a", "bId", "value"),
            token(&key(0), Group, "ab", "Ie", "value"),
            token(&key(0), Group, "ab", "Id", "valuf"),
        ] {
            assert_ne!(letters(&base), letters(&other));
        }
    }

    #[test]
    fn letters_are_consonants_only() {
        for value in 0..200 {
            let made = token(&key(9), ScopeKind::Document, "d", "X", &value.to_string());
            let letters = made.strip_prefix("[X:t1d:").and_then(|rest| rest.strip_suffix(']')).unwrap();
            assert_eq!(letters.len(), 32);
            assert!(letters.bytes().all(|b| LETTERS.contains(&b)), "{made}");
        }
    }

    #[test]
    fn keys_and_scopes_have_bounds() {
        let new = |n: usize| TokenKey::new(Zeroizing::new((0..n).map(|i| i as u8).collect()));
        assert!(new(32).is_ok());
        assert_eq!(new(31).unwrap_err(), MaskError::KeyTooShort { given: 31, min: 32 });
        assert_eq!(TokenKey::new(Zeroizing::new(vec![7; 64])).unwrap_err(), MaskError::KeyConstant);
        assert!(Scope::new(ScopeKind::Group, &"g".repeat(512)).is_ok());
        assert!(Scope::new(ScopeKind::Group, &"g".repeat(513)).is_err());
        assert!(Scope::new(ScopeKind::Group, "").is_err());
        assert_eq!(format!("{:?}", key(0)), "TokenKey");
        assert!(ScopeKind::ALL.into_iter().all(|kind| ScopeKind::from_word(kind.word()) == Some(kind)));
    }
}
