//! What of a log event may be seen? Its stored text by everybody who may read it: no permit is needed to show a mask. What stood
//! behind the masks by whoever holds a permit to unmask that group, once it is on record.

use crate::rendered::{Rendered, Shown};
use crate::road::{EgressError, shown_text};
use sotto_iam::{Reach, Unmask};
use sotto_protect::screen::Screened;
use sotto_protect::{Opened, Opening, ProtectError, Protected, SpanKeys, StoredText, UnmaskScope};
use sotto_public::{Recorded, RestingText};
use zeroize::Zeroizing;

/// Stored text as it is: masked, or of a group that no policy covered.
pub fn stored_text(text: &StoredText) -> Rendered {
    Rendered(Shown::Text(Zeroizing::new(text.as_str().to_owned())))
}

/// A pattern or query as it may be shown: values in it are masked.
pub fn screened_pattern(screened: &Screened) -> Rendered {
    stored_text(screened.masked())
}

/// A column or a value of a query's result: what the query engine made of stored text, the only text that it has.
pub fn queried_text(text: &str) -> Rendered {
    Rendered(Shown::Text(Zeroizing::new(text.to_owned())))
}

/// The name or the value of a field that was read out of stored text.
pub fn stored_part(_of: &StoredText, part: &str) -> Rendered {
    Rendered(Shown::Text(Zeroizing::new(part.to_owned())))
}

/// A log event as it came, as far as permit, scope and keys reach; the rest stays masked.
///
/// # Errors
/// When the permit does not hold for this group now, or what is stored does not open.
#[expect(
    clippy::disallowed_methods,
    reason = "the one road on which originals leave: with a permit, on record"
)]
pub fn unmasked_event(
    event: &Protected,
    (reach, recorded): (&Reach<'_, Unmask>, &Recorded),
    opening: &Opening<'_>,
    keys: &(impl SpanKeys + ?Sized),
    scope: &UnmaskScope,
) -> Result<Rendered, EgressError> {
    let Opened { text, .. } =
        event.open(reach, recorded, opening, keys, scope).map_err(|error| match error {
            ProtectError::Permit(error) => EgressError::Permit(error),
            _ => EgressError::Damaged,
        })?;
    Ok(Rendered(shown_text(&text)))
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
