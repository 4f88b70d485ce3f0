//! How are users, roles and keys told apart for ever? By unique ids, made from entropy that the caller brings.
//!
//! Prefixes are those of the IAM user guide, "IAM identifiers" (AIDA user, AROA role, AGPA group, ANPA managed policy, AKIA and
//! ASIA keys, AIPA instance profile). A name may be used again after a deletion; an id never is, which is why sessions and trust
//! are bound to ids.

use crate::Text;

pub use sotto_kms::Entropy;

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE62: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const LOWER: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz012345";

/// Characters behind the four letters of a unique id.
const ID_CHARS: usize = 17;
/// Characters behind the four letters of an access key's id.
const KEY_CHARS: usize = 16;
/// Characters of a secret access key.
pub const SECRET_CHARS: usize = 40;

/// What a unique id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdKind {
    /// A user.
    User,
    /// A role.
    Role,
    /// A group.
    Group,
    /// A customer managed policy.
    Policy,
    /// An instance profile.
    Profile,
}

impl IdKind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::User => "AIDA",
            Self::Role => "AROA",
            Self::Group => "AGPA",
            Self::Policy => "ANPA",
            Self::Profile => "AIPA",
        }
    }
}

/// A new unique id.
pub fn unique_id(kind: IdKind, entropy: &mut dyn Entropy) -> Text {
    Text::own(format!("{}{}", kind.prefix(), letters(entropy, BASE32, ID_CHARS)))
}

/// The id of a new long-term access key.
pub fn access_key_id(entropy: &mut dyn Entropy) -> Text {
    Text::own(format!("AKIA{}", letters(entropy, BASE32, KEY_CHARS)))
}

/// The id of new temporary credentials.
pub fn session_key_id(entropy: &mut dyn Entropy) -> Text {
    Text::own(format!("ASIA{}", letters(entropy, BASE32, KEY_CHARS)))
}

/// The secret of a new key. The caller seals it and shows it once.
pub fn secret(entropy: &mut dyn Entropy) -> sotto_sensitive::RawText {
    sotto_sensitive::RawText::new(letters(entropy, BASE62, SECRET_CHARS))
}

/// A new account's id: 12 digits that do not begin with a zero.
pub fn account_id(entropy: &mut dyn Entropy) -> Option<sotto_arn::AccountId> {
    let first = letters(entropy, b"12345678", 1);
    let rest = letters(entropy, b"0123456789", 11);
    sotto_arn::AccountId::parse(&format!("{first}{rest}")).ok()
}

/// An id of Organizations: `o-`, `r-`, `ou-`, `p-`, `car-` and lower-case letters and digits.
pub fn organizations_id(prefix: &str, chars: usize, entropy: &mut dyn Entropy) -> Text {
    Text::own(format!("{prefix}-{}", letters(entropy, LOWER, chars)))
}

/// Random letters of an alphabet, without bias: bytes that would favour the first letters are drawn again.
fn letters(entropy: &mut dyn Entropy, alphabet: &[u8], count: usize) -> String {
    let bound = 256 / alphabet.len() * alphabet.len();
    let mut text = String::with_capacity(count);
    let mut draws = 0_usize;
    while text.len() < count && draws < DRAWS_MAX {
        let mut byte = [0_u8; 1];
        entropy.fill(&mut byte);
        let drawn = usize::from(byte[0]);
        if let Some(letter) = alphabet.get(drawn % alphabet.len()).filter(|_| drawn < bound) {
            text.push(char::from(*letter));
        }
        draws += 1;
    }
    text
}

/// Most bytes drawn for one name: a generator that repeats one byte for ever ends here, with a name that is too short to be taken.
const DRAWS_MAX: usize = 4096;

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Counts; every id is new.
    pub(crate) struct Counter(pub(crate) u64);

    impl Entropy for Counter {
        fn fill(&mut self, place: &mut [u8]) {
            for byte in place {
                self.0 =
                    self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                *byte = (self.0 >> 56) as u8;
            }
        }
    }

    #[test]
    fn ids_have_their_shapes_and_are_new() {
        let mut entropy = Counter(7);
        let first = unique_id(IdKind::User, &mut entropy);
        let second = unique_id(IdKind::User, &mut entropy);
        assert!(first != second && first.as_str().len() == 21 && first.as_str().starts_with("AIDA"));
        assert_eq!(access_key_id(&mut entropy).as_str().len(), 20);
        assert!(session_key_id(&mut entropy).as_str().starts_with("ASIA"));
        assert_eq!(secret(&mut entropy).length(), SECRET_CHARS);
        assert!(account_id(&mut entropy).is_some());
        assert_eq!(organizations_id("o", 10, &mut entropy).as_str().len(), 12);
    }

    #[test]
    fn a_stuck_generator_ends() {
        struct Stuck;
        impl Entropy for Stuck {
            fn fill(&mut self, place: &mut [u8]) {
                place.fill(255);
            }
        }
        assert_eq!(secret(&mut Stuck).length(), 0);
    }
}
