//! What of a log event may everybody see who may read it? Its stored text: no permit is needed to show a mask.

use crate::rendered::{Rendered, Shown};
use sotto_protect::StoredText;
use sotto_public::RestingText;
use zeroize::Zeroizing;

/// Stored text as it is: masked, or of a group that no policy covered.
pub fn stored_text(text: &StoredText) -> Rendered {
    Rendered(Shown::Text(Zeroizing::new(text.as_str().to_owned())))
}

/// Text that was looked at before it came to rest: a pattern, a saved query, the path of a field.
pub fn resting_text(text: &RestingText) -> Rendered {
    Rendered(Shown::Text(Zeroizing::new(text.as_str().to_owned())))
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a text of a test")]
mod tests {
    use super::*;
    use sotto_protect::TextKind;

    #[test]
    fn stored_text_is_shown_as_it_is() {
        let text = StoredText::from_pinned_text(TextKind::Masked, "card ****".to_owned());
        assert!(matches!(stored_text(&text).shown(), Shown::Text(shown) if **shown == "card ****"));
    }
}
