//! How does captured text travel? As [`RawText`].

use crate::RawBytes;
use std::fmt;
use zeroize::Zeroize;

/// Captured text: an utterance, a log message, a slot's value. UTF-8. Wiped on drop.
#[derive(Default)]
pub struct RawText(String);

/// Bytes that were to become text are not UTF-8. Gives them back; says where, never what.
#[derive(Debug)]
pub struct NotUtf8 {
    /// The bytes, unchanged.
    pub bytes: RawBytes,
    /// Offset of the first byte that is not part of UTF-8.
    pub valid_up_to: usize,
}

impl fmt::Display for NotUtf8 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {} is not valid UTF-8", self.valid_up_to)
    }
}

impl std::error::Error for NotUtf8 {}

impl RawText {
    /// Takes a text over.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Takes bytes over as text.
    ///
    /// # Errors
    /// [`NotUtf8`] with the bytes when they are not UTF-8.
    pub fn from_bytes(bytes: RawBytes) -> Result<Self, NotUtf8> {
        String::from_utf8(bytes.into_vec()).map(Self).map_err(|error| {
            let valid_up_to = error.utf8_error().valid_up_to();
            NotUtf8 { bytes: RawBytes::new(error.into_bytes()), valid_up_to }
        })
    }

    /// The same text as bytes.
    pub fn into_bytes(mut self) -> RawBytes {
        RawBytes::new(std::mem::take(&mut self.0).into_bytes())
    }

    /// Number of bytes.
    pub fn length(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text, for the listed sites only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for RawText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl Drop for RawText {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for RawText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawText({} bytes)", self.0.len())
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test of the wall reads what it wrote")]
mod tests {
    use super::*;

    #[test]
    fn debug_prints_a_count() {
        assert_eq!(format!("{:?}", RawText::new("canary".to_owned())), "RawText(6 bytes)");
    }

    #[test]
    fn bytes_become_text_and_back() {
        let text = RawText::from_bytes(RawBytes::new("grün".as_bytes().to_vec())).unwrap();
        assert_eq!((text.expose(), text.length(), text.is_empty()), ("grün", 5, false));
        assert_eq!(text.into_bytes().expose(), "grün".as_bytes());
    }

    #[test]
    fn bytes_that_are_no_text_come_back_and_are_not_quoted() {
        let error = RawText::from_bytes(RawBytes::new(b"canary\xff".to_vec())).unwrap_err();
        assert_eq!(error.valid_up_to, 6);
        assert_eq!(error.bytes.expose(), b"canary\xff");
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}
