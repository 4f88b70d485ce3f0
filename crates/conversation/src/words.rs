//! How does the text of a bot's author travel? As [`Words`]: captured text that copies of a bot share.
//!
//! Prompts, sample utterances, values of slot types and descriptions may hold anything, so they are captured text. Bots are
//! snapshots that share what did not change; hence the count of owners around [`RawText`] instead of copies of it.

use sotto_sensitive::RawText;
use std::fmt;
use std::sync::Arc;

/// What the author of a bot wrote. Cheap to clone; `Debug` prints a count of bytes.
#[derive(Clone, Default)]
pub struct Words(Arc<RawText>);

impl Words {
    /// Takes a text over.
    pub fn new(text: RawText) -> Self {
        Self(Arc::new(text))
    }

    /// The captured text.
    pub fn raw(&self) -> &RawText {
        &self.0
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Number of bytes.
    pub fn length(&self) -> usize {
        self.0.length()
    }

    /// The text, for the rooms of this crate: what a bot says and listens for is read to hold a conversation.
    #[expect(clippy::disallowed_methods, reason = "a conversation is held with what its author wrote")]
    pub(crate) fn read(&self) -> &str {
        self.0.expose()
    }
}

impl From<String> for Words {
    fn from(text: String) -> Self {
        Self::new(RawText::new(text))
    }
}

impl From<&str> for Words {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl PartialEq for Words {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.read() == other.read()
    }
}

impl Eq for Words {}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_share_and_print_a_count_only() {
        let words = Words::from("canary");
        let copy = words.clone();
        assert_eq!((copy.read(), copy.length(), copy.is_empty()), ("canary", 6, false));
        assert_eq!(copy, Words::from("canary"));
        assert_ne!(copy, Words::from("other"));
        assert_eq!(format!("{copy:?}"), "RawText(6 bytes)");
    }
}
