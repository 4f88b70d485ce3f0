//! What is an encryption context? Pairs that are no secret to the key's user but must be the same again to decrypt.
//!
//! KMS Developer Guide, "Encryption context": order does not matter, case does. The pairs may hold what people wrote, so they
//! are raw here; they enter ciphertexts as associated data, sorted by their bytes and each with its length in front, so that no
//! two contexts have one encoding.

use super::error::{KeysError, Outcome, said};
use crate::{Entropy, KmsError, Sealed, StoreKey, drawn};
use sotto_public::{Place, Public};
use sotto_sensitive::{RawBytes, RawText};
use zeroize::Zeroizing;

/// Most bytes of all pairs (KMS API Reference, "Encrypt": names and values count).
pub const CONTEXT_BYTES_MAX: usize = 8_192;

/// Pairs in the order of the names' bytes, each name once.
#[derive(Debug, Default)]
pub struct EncryptionContext(Vec<(RawText, RawText)>);

impl EncryptionContext {
    /// No pairs.
    pub fn none() -> Self {
        Self::default()
    }

    /// Takes pairs.
    ///
    /// # Errors
    /// [`KeysError::Validation`] when a name comes twice, or they are too long together.
    #[expect(
        clippy::disallowed_methods,
        reason = "names are compared with each other; nothing of them leaves"
    )]
    pub fn new(mut pairs: Vec<(RawText, RawText)>) -> Outcome<Self> {
        let bytes: usize = pairs.iter().map(|(name, value)| name.length() + value.length()).sum();
        if bytes > CONTEXT_BYTES_MAX {
            let sentence =
                format_args!("The encryption context has {bytes} bytes, {CONTEXT_BYTES_MAX} are allowed");
            return Err(KeysError::Validation(said(sentence)));
        }
        pairs.sort_by(|(one, _), (other, _)| one.expose().as_bytes().cmp(other.expose().as_bytes()));
        let mut names = pairs.iter().map(|(name, _)| name.expose());
        let mut last = names.next();
        for name in names {
            if last == Some(name) {
                return Err(KeysError::Validation("The encryption context has a name twice".into()));
            }
            last = Some(name);
        }
        Ok(Self(pairs))
    }

    /// Pairs that are public: the context that a service uses a key under.
    pub fn of_public(pairs: &[(&'static str, &Public<String>)]) -> Self {
        let mut pairs: Vec<_> = pairs.to_vec();
        pairs.sort_unstable_by_key(|(name, _)| *name);
        let raw = pairs
            .into_iter()
            .map(|(name, value)| (RawText::new(name.to_owned()), RawText::new(value.get().clone())));
        Self(raw.collect())
    }

    /// The pairs in order.
    pub fn pairs(&self) -> &[(RawText, RawText)] {
        &self.0
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One encoding of each context: the number of pairs, then names and values, each with its length in four bytes.
    #[expect(clippy::disallowed_methods, reason = "the context becomes associated data; it is wiped")]
    pub(crate) fn canonical(&self) -> Zeroizing<Vec<u8>> {
        let bytes: usize = self.0.iter().map(|(name, value)| name.length() + value.length() + 8).sum();
        let mut out = Zeroizing::new(Vec::with_capacity(bytes + 4));
        out.extend_from_slice(&length(self.0.len()));
        for text in self.0.iter().flat_map(|(name, value)| [name, value]) {
            out.extend_from_slice(&length(text.length()));
            out.extend_from_slice(text.expose().as_bytes());
        }
        out
    }

    /// Reads what [`Self::canonical`] wrote.
    #[expect(clippy::disallowed_methods, reason = "what was sealed becomes a context again")]
    fn read(raw: &RawBytes) -> Option<Self> {
        let mut rest = raw.expose();
        let mut count = take_number(&mut rest)?;
        let mut pairs = Vec::new();
        while count > 0 {
            pairs.push((take_text(&mut rest)?, take_text(&mut rest)?));
            count -= 1;
        }
        rest.is_empty().then_some(Self(pairs))
    }

    /// Seals the pairs, as the constraint of a grant rests.
    pub(crate) fn seal(
        &self,
        store: &StoreKey,
        place: &Place,
        entropy: &mut dyn Entropy,
    ) -> Result<Sealed, KmsError> {
        let mut bytes = self.canonical();
        store.seal(place, &RawBytes::new(std::mem::take(&mut *bytes)), drawn(entropy))
    }

    /// The pairs again.
    pub(crate) fn open(store: &StoreKey, place: &Place, sealed: &Sealed) -> Result<Self, KmsError> {
        Self::read(&store.open(place, sealed)?).ok_or(KmsError::DoesNotOpen)
    }

    /// Whether all of these pairs are among others.
    pub(crate) fn is_among(&self, others: &[(RawText, RawText)]) -> bool {
        self.0.iter().all(|one| others.iter().any(|other| same(one, other)))
    }

    /// Whether these are the others, in any order.
    pub(crate) fn is_same(&self, others: &[(RawText, RawText)]) -> bool {
        self.0.len() == others.len() && self.is_among(others)
    }
}

#[expect(clippy::disallowed_methods, reason = "pairs are compared; a yes or no leaves")]
fn same(one: &(RawText, RawText), other: &(RawText, RawText)) -> bool {
    one.0.expose() == other.0.expose() && one.1.expose() == other.1.expose()
}

/// A length in four bytes; the sum is bounded far below.
fn length(of: usize) -> [u8; 4] {
    u32::try_from(of).unwrap_or(u32::MAX).to_be_bytes()
}

fn take_number(rest: &mut &[u8]) -> Option<u32> {
    let (number, left) = rest.split_first_chunk::<4>()?;
    *rest = left;
    Some(u32::from_be_bytes(*number))
}

fn take_text(rest: &mut &[u8]) -> Option<RawText> {
    let length = usize::try_from(take_number(rest)?).ok()?;
    let (text, left) = rest.split_at_checked(length)?;
    *rest = left;
    RawText::from_bytes(RawBytes::new(text.to_vec())).ok()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::entropy::tests::Counter;

    pub(crate) fn raw(pairs: &[(&str, &str)]) -> Vec<(RawText, RawText)> {
        let text = |text: &str| RawText::new(text.to_owned());
        pairs.iter().map(|(name, value)| (text(name), text(value))).collect()
    }

    pub(crate) fn context(pairs: &[(&str, &str)]) -> EncryptionContext {
        EncryptionContext::new(raw(pairs)).unwrap()
    }

    #[test]
    fn order_does_not_matter_and_everything_else_does() {
        let one = context(&[("a", "1"), ("b", "2")]);
        assert_eq!(*one.canonical(), *context(&[("b", "2"), ("a", "1")]).canonical());
        for other in [
            context(&[]),
            context(&[("a", "1")]),
            context(&[("A", "1"), ("b", "2")]),
            context(&[("a", "1b"), ("", "2")]),
            context(&[("a", "2"), ("b", "1")]),
        ] {
            assert_ne!(*one.canonical(), *other.canonical());
            assert!(!one.is_same(other.pairs()));
        }
        // U+10000 sorts after U+FFFF by bytes, before it by UTF-16.
        let high = context(&[("\u{10000}", "1"), ("\u{ffff}", "2")]);
        assert_eq!(high.pairs()[0].1.length(), 1);
        assert!(high.canonical().windows(3).position(|w| w == "\u{ffff}".as_bytes()) < Some(12));
    }

    #[test]
    fn contexts_are_bounded_and_names_come_once() {
        let long = |length: usize| EncryptionContext::new(raw(&[("n", &"v".repeat(length - 1))]));
        assert!(long(CONTEXT_BYTES_MAX).is_ok());
        assert!(matches!(long(CONTEXT_BYTES_MAX + 1), Err(KeysError::Validation(_))));
        let twice = EncryptionContext::new(raw(&[("canary", "1"), ("b", ""), ("canary", "2")])).unwrap_err();
        assert!(!twice.to_string().contains("canary"));
    }

    #[test]
    fn a_sealed_context_comes_back_and_is_compared() {
        let (store, place) = (StoreKey::generate(&mut Counter(1)), Place::new("grant"));
        let pairs = [("team", "canary"), ("stage", "dev")];
        let sealed = context(&pairs).seal(&store, &place, &mut Counter(2)).unwrap();
        let opened = EncryptionContext::open(&store, &place, &sealed).unwrap();
        assert!(opened.is_same(&raw(&pairs)) && opened.is_among(&raw(&pairs)));
        let more = raw(&[("team", "canary"), ("stage", "dev"), ("x", "y")]);
        assert!(opened.is_among(&more) && !opened.is_same(&more));
        assert!(
            !opened.is_among(&raw(&pairs[..1]))
                && !opened.is_among(&raw(&[("Team", "canary"), ("stage", "dev")]))
        );
        assert!(!format!("{opened:?}").contains("canary"));
        let arn = Public::from("arn:aws:logs:eu-central-1:111122223333:log-group:g");
        assert_eq!(EncryptionContext::of_public(&[("aws:logs:arn", &arn)]).pairs().len(), 1);
    }
}
