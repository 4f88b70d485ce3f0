//! Which text may be stored, indexed and searched? [`StoredText`]: masked, or of a group that no policy covers.
//!
//! It is made where text is protected, where a stored event is read back, and where columns are read: nowhere else. Text
//! that no policy covers rests in clear, as in the service's own groups, so the type says which of the two it is:
//! unprotected text is neither fit for a log line nor for a metric's label nor for an error, and neither is the masked kind.

use crate::mask::MaskedText;
use sotto_public::{ByteSpan, RestingText, Storable};
use std::fmt;

/// Whether a policy was applied to a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Storable, sotto_public::LogSafe)]
pub enum TextKind {
    /// What a policy looks for is masked.
    Masked,
    /// No policy covered it when it came.
    Unprotected,
}

/// Text that may be stored, indexed and searched. Not fit for logs: what no identifier knows may still be in it.
#[derive(Clone, PartialEq, Eq, Hash, Storable)]
pub struct StoredText {
    kind: TextKind,
    text: RestingText,
}

impl StoredText {
    /// What came out of masking.
    pub fn masked(text: MaskedText) -> Self {
        Self::of_kind(TextKind::Masked, text)
    }

    /// What came out of masking; of a group that no policy covers nothing but claims is masked.
    #[expect(clippy::disallowed_methods, reason = "what was found in it is masked")]
    pub(crate) fn of_kind(kind: TextKind, text: MaskedText) -> Self {
        Self { kind, text: RestingText::from_pinned_text(text.into_string()) }
    }

    /// Text that storage or a column gave back, with the kind it had. Allowed only at the sites of the pinned list.
    #[expect(clippy::disallowed_methods, reason = "a pinned constructor itself")]
    pub fn from_pinned_text(kind: TextKind, text: String) -> Self {
        Self { kind, text: RestingText::from_pinned_text(text) }
    }

    /// Whether a policy was applied.
    pub fn kind(&self) -> TextKind {
        self.kind
    }

    /// The text, to be stored, indexed and searched; what is shown of it goes through `egress`.
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }

    /// The same where it no longer matters which of the two it is: a pattern, a saved query.
    pub fn resting(&self) -> &RestingText {
        &self.text
    }

    /// A part of it, such as a field's value; `None` where it would cut a character.
    #[expect(clippy::disallowed_methods, reason = "a part of stored text")]
    pub fn part(&self, span: ByteSpan) -> Option<Self> {
        let part = self.as_str().get(span.range())?;
        Some(Self { kind: self.kind, text: RestingText::from_pinned_text(part.to_owned()) })
    }
}

impl fmt::Debug for StoredText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoredText({:?}, {} bytes)", self.kind, self.as_str().len())
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "texts of a test")]
mod tests {
    use super::*;
    use sotto_public::{Stored, StoredRecord};

    #[derive(Debug, PartialEq, Storable)]
    struct Row(StoredText);

    impl StoredRecord for Row {
        const KIND: &'static str = "test-row";
    }

    #[test]
    fn text_comes_back_with_its_kind() {
        for kind in [TextKind::Masked, TextKind::Unprotected] {
            let row = Row(StoredText::from_pinned_text(kind, "canary é ****".to_owned()));
            assert_eq!(Stored::of(&row).read::<Row>(), Ok(row));
        }
    }

    #[test]
    fn debug_says_how_much_only() {
        let text = StoredText::from_pinned_text(TextKind::Unprotected, "canary".to_owned());
        assert_eq!(format!("{text:?}"), "StoredText(Unprotected, 6 bytes)");
    }

    #[test]
    fn parts_keep_the_kind_and_cut_no_character() {
        let text = StoredText::from_pinned_text(TextKind::Masked, "aéb".to_owned());
        let part = text.part(ByteSpan::at(1, 2)).unwrap();
        assert_eq!((part.as_str(), part.kind()), ("é", TextKind::Masked));
        assert!(text.part(ByteSpan::at(1, 1)).is_none() && text.part(ByteSpan::at(3, 9)).is_none());
    }
}
