//! Where does the next page begin? Behind or before an event: tokens are its id and a direction.
//!
//! GetLogEvents has tokens for both directions that are never absent; at the end of a stream the token that was passed in comes
//! back (API reference, "GetLogEvents"). They look like the service's: `f/`, 56 digits, `/s`.

use crate::{LogsError, Outcome};
use sotto_public::{EventId, Public};

/// Where a page of a stream begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// Later than this event.
    After(EventId),
    /// Earlier than this event.
    Before(EventId),
}

impl Cursor {
    /// Reads a token.
    ///
    /// # Errors
    /// When it is none of ours.
    pub fn parse(token: &Public<String>) -> Outcome<Self> {
        const WRONG: LogsError = LogsError::InvalidParameter("The specified nextToken is invalid.");
        let rest = token.get().strip_suffix("/s").ok_or(WRONG)?;
        let (direction, digits) = rest.split_once('/').ok_or(WRONG)?;
        let id = digits.parse().map_err(|_| WRONG)?;
        match direction {
            "f" => Ok(Self::After(id)),
            "b" => Ok(Self::Before(id)),
            _ => Err(WRONG),
        }
    }

    /// The token.
    #[expect(clippy::disallowed_methods, reason = "an event's id and a direction")]
    pub fn token(self) -> Public<String> {
        Public::from_pinned_text(match self {
            Self::After(id) => format!("f/{id}/s"),
            Self::Before(id) => format!("b/{id}/s"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_come_back_and_others_are_refused() {
        let id = EventId::new(1_800_000_000_000, 0, 7);
        for cursor in [Cursor::After(id), Cursor::Before(id)] {
            assert_eq!(Cursor::parse(&cursor.token()), Ok(cursor));
        }
        assert_eq!(Cursor::After(id).token().get().len(), 60);
        for wrong in ["", "f/", "f/1", "f/x/s", "g/1/s", "f//s", "1/s"] {
            assert!(Cursor::parse(&Public::<String>::from(wrong)).is_err(), "{wrong}");
        }
    }
}
