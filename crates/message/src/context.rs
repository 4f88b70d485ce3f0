//! What must a reader know and a writer state? The encryption context: pairs of text that are authenticated, not secret.
//!
//! Specification, "Structures", "Encryption Context". One canonical form is kept: pairs sorted by the UTF-8 bytes of their
//! keys, each text behind its length. It is what every key wraps with, so two contexts are equal when their bytes are.
//! Captured text all the same: whoever writes a caller's name into a context has written it into every message.

use crate::MessageError;
use crate::cursor::Cursor;
use sotto_sensitive::{RawBytes, RawText};
use std::fmt;

/// Keys that only the format itself uses begin so.
const RESERVED: &[u8] = b"aws-crypto-";

/// The key under which a signed message names the key to verify it with.
pub(crate) const PUBLIC_KEY: &[u8] = b"aws-crypto-public-key";

/// Bytes of a context, with its count of pairs.
const BYTES_MAX: usize = u16::MAX as usize;

/// An encryption context.
#[derive(Default)]
pub struct EncryptionContext {
    count: u16,
    /// The pairs without their count.
    sorted: RawBytes,
}

type Pair<'a> = (&'a [u8], &'a [u8]);

impl EncryptionContext {
    /// A caller's context.
    ///
    /// # Errors
    /// When a key stands twice, begins with `aws-crypto-`, or all is too long.
    #[expect(
        clippy::disallowed_methods,
        reason = "pairs are sorted and written one behind the other; they stay raw"
    )]
    pub fn new(pairs: &[(RawText, RawText)]) -> Result<Self, MessageError> {
        let texts = pairs.iter().map(|(key, value)| (key.expose().as_bytes(), value.expose().as_bytes()));
        let texts: Vec<Pair<'_>> = texts.collect();
        if texts.iter().any(|(key, _)| key.starts_with(RESERVED)) {
            return Err(MessageError::ContextReserved);
        }
        Self::of(texts)
    }

    /// Sorts pairs and keeps them.
    fn of(mut pairs: Vec<Pair<'_>>) -> Result<Self, MessageError> {
        pairs.sort_unstable();
        if pairs.iter().zip(pairs.iter().skip(1)).any(|(one, next)| one.0 == next.0) {
            return Err(MessageError::ContextTwice);
        }
        let count = u16::try_from(pairs.len()).map_err(|_| MessageError::ContextLong)?;
        let mut sorted = Vec::new();
        for text in pairs.iter().flat_map(|(key, value)| [key, value]) {
            let length = u16::try_from(text.len()).map_err(|_| MessageError::ContextLong)?;
            sorted.extend_from_slice(&length.to_be_bytes());
            sorted.extend_from_slice(text);
        }
        let context = Self { count, sorted: RawBytes::new(sorted) };
        if context.serialised().len() > BYTES_MAX { Err(MessageError::ContextLong) } else { Ok(context) }
    }

    /// Reads the context of a message: its pairs with their count, or nothing. Any order is read, each key once.
    ///
    /// # Errors
    /// `None` where the bytes are no context.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        if bytes.is_empty() {
            return Some(Self::default());
        }
        let mut cursor = Cursor::new(bytes);
        let count = cursor.short().filter(|count| *count > 0)?;
        let pairs: Option<Vec<Pair<'_>>> =
            (0..count).map(|_| Some((text(cursor.prefixed()?)?, text(cursor.prefixed()?)?))).collect();
        pairs.filter(|_| cursor.is_empty()).and_then(|pairs| Self::of(pairs).ok())
    }

    /// Number of pairs.
    pub const fn count(&self) -> usize {
        self.count as usize
    }

    /// Whether there are no pairs.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The pairs, sorted by key.
    pub fn pairs(&self) -> Vec<(RawText, RawText)> {
        let raw = |bytes: &[u8]| RawText::from_bytes(RawBytes::new(bytes.to_vec())).unwrap_or_default();
        self.entries().map(|(key, value)| (raw(key), raw(value))).collect()
    }

    /// As wrapping keys authenticate it: the count and the pairs, nothing where there are none.
    pub(crate) fn serialised(&self) -> Vec<u8> {
        if self.is_empty() {
            return Vec::new();
        }
        let mut bytes = Vec::with_capacity(2 + self.bytes().len());
        bytes.extend_from_slice(&self.count.to_be_bytes());
        bytes.extend_from_slice(self.bytes());
        bytes
    }

    /// The value of a key that the format itself uses.
    pub(crate) fn value(&self, wanted: &[u8]) -> Option<&[u8]> {
        self.entries().find(|(key, _)| *key == wanted).map(|(_, value)| value)
    }

    /// The same with a pair of the format's own.
    ///
    /// # Errors
    /// When it is there, or all is too long.
    pub(crate) fn with(&self, key: &[u8], value: &[u8]) -> Result<Self, MessageError> {
        Self::of(self.entries().chain([(key, value)]).collect())
    }

    /// The pairs of both.
    ///
    /// # Errors
    /// [`MessageError::ContextDiffers`] when both have a key with different values.
    pub(crate) fn joined(&self, other: &Self) -> Result<Self, MessageError> {
        let differs = |(key, value): Pair<'_>| self.value(key).is_some_and(|own| own != value);
        if other.entries().any(differs) {
            return Err(MessageError::ContextDiffers);
        }
        Self::of(self.entries().chain(other.without(self).entries()).collect())
    }

    /// The pairs whose keys the other does not have.
    pub(crate) fn without(&self, other: &Self) -> Self {
        Self::of(self.entries().filter(|(key, _)| other.value(key).is_none()).collect()).unwrap_or_default()
    }

    /// The pairs with these keys.
    ///
    /// # Errors
    /// [`MessageError::ContextMissing`] when one is not there.
    pub(crate) fn only(&self, keys: &Self) -> Result<Self, MessageError> {
        let wanted = self.entries().filter(|(key, _)| keys.value(key).is_some());
        let found = Self::of(wanted.collect())?;
        if found.count == keys.count { Ok(found) } else { Err(MessageError::ContextMissing) }
    }

    fn entries(&self) -> impl Iterator<Item = Pair<'_>> {
        let mut cursor = Cursor::new(self.bytes());
        std::iter::from_fn(move || Some((cursor.prefixed()?, cursor.prefixed()?)))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the context is authenticated and written into messages as it is"
    )]
    fn bytes(&self) -> &[u8] {
        self.sorted.expose()
    }
}

/// Bytes that are UTF-8.
fn text(bytes: &[u8]) -> Option<&[u8]> {
    std::str::from_utf8(bytes).ok().map(str::as_bytes)
}

impl fmt::Debug for EncryptionContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EncryptionContext({} pairs)", self.count)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn context(pairs: &[(&str, &str)]) -> Result<EncryptionContext, MessageError> {
        let raw = |text: &str| RawText::new(text.to_owned());
        let pairs: Vec<_> = pairs.iter().map(|(key, value)| (raw(key), raw(value))).collect();
        EncryptionContext::new(&pairs)
    }

    #[test]
    fn pairs_are_sorted_by_utf_8_bytes() {
        // U+FF5E is below U+1F600 in UTF-8 and above its first unit in UTF-16.
        let one = context(&[("\u{1F600}", "b"), ("\u{FF5E}", "a"), ("a", "")]).unwrap();
        let wanted = b"\0\x03\0\x01a\0\0\0\x03\xEF\xBD\x9E\0\x01a\0\x04\xF0\x9F\x98\x80\0\x01b";
        assert_eq!(one.serialised(), wanted);
        assert_eq!(EncryptionContext::parse(wanted).unwrap().serialised(), wanted);
        assert_eq!(format!("{one:?}"), "EncryptionContext(3 pairs)");
        assert!(context(&[]).unwrap().serialised().is_empty());
    }

    #[test]
    fn what_is_no_context_is_refused() {
        let error = |pairs: &[(&str, &str)]| context(pairs).unwrap_err();
        assert_eq!(error(&[("aws-crypto-x", "")]), MessageError::ContextReserved);
        assert_eq!(error(&[("a", "1"), ("a", "1")]), MessageError::ContextTwice);
        let (fits, long) = ("x".repeat(65_535 - 2 - 2 - 1 - 2), "x".repeat(65_535 - 2 - 2 - 1 - 2 + 1));
        assert!(context(&[("a", &fits)]).is_ok());
        assert_eq!(error(&[("a", &long)]), MessageError::ContextLong);
        for wrong in [
            &b"\0"[..],
            b"\0\0",
            b"\0\x01\0\x01a",
            b"\0\x01\0\x01a\0\x01",
            b"\0\x01\0\x01a\0\x01bc",
            b"\0\x01\0\x01\xFF\0\0",
            b"\0\x02\0\x01a\0\0\0\x01a\0\0",
        ] {
            assert!(EncryptionContext::parse(wrong).is_none(), "{wrong:?}");
        }
    }

    #[test]
    fn contexts_are_joined_and_parted() {
        let (one, two) =
            (context(&[("a", "1"), ("b", "2")]).unwrap(), context(&[("b", "2"), ("c", "3")]).unwrap());
        let all = one.joined(&two).unwrap();
        assert_eq!(all.serialised(), context(&[("a", "1"), ("b", "2"), ("c", "3")]).unwrap().serialised());
        assert_eq!(all.without(&one).serialised(), context(&[("c", "3")]).unwrap().serialised());
        assert_eq!(all.only(&two).unwrap().serialised(), two.serialised());
        assert_eq!(one.only(&two).unwrap_err(), MessageError::ContextMissing);
        assert_eq!(one.joined(&context(&[("a", "2")]).unwrap()).unwrap_err(), MessageError::ContextDiffers);
        assert_eq!(one.with(PUBLIC_KEY, b"x").unwrap().value(PUBLIC_KEY), Some(&b"x"[..]));
    }
}
