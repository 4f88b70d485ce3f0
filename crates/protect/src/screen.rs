//! What do people type into searches? Card numbers. [`Screened`] is a query, a filter pattern or a name that was looked at.
//!
//! Stored text is masked, so a search for a value that an identifier knows finds nothing. The text as it was typed is there
//! to be parsed and run once; it is neither stored nor logged. What is kept (history, saved queries, filters, records) is
//! the masked form, and what would be kept in order to be run again is refused where it holds a value, with the reason.
//!
//! Many numbers are found by the word beside them alone, and a search has no such word: a history that others read shows no long
//! number at all ([`Screened::told`]).

use crate::mask::{Masker, mask_text, masked_of};
use crate::stored_text::StoredText;
use sotto_detect::{BuildError, Scanner, Selection};
use sotto_public::{CharSpan, IdentifierId, RestingText};
use sotto_sensitive::RawText;
use std::fmt;

/// What is looked for in what people type: structured values. That a search holds a person's name is what searches are for.
#[derive(Debug)]
pub struct Screen(Eye);

struct Eye(Scanner);

impl fmt::Debug for Eye {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scanner")
    }
}

/// Digits from which on a number is not told.
const UNTOLD_DIGITS: usize = 6;

/// A text that was typed and looked at. Not fit for logs.
pub struct Screened {
    typed: RestingText,
    masked: StoredText,
    found: Vec<Hit>,
}

/// A value that was found in what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What it is.
    pub identifier: IdentifierId,
    /// Where, in characters.
    pub chars: CharSpan,
}

/// Why a text is not kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, sotto_public::LogSafe)]
#[error(
    "characters {} to {} hold a value of type `{identifier}`: stored text is masked, so this could never match; leave the value out",
    .chars.start() + 1,
    .chars.end()
)]
pub struct Refused {
    /// What it is.
    pub identifier: IdentifierId,
    /// Where, in characters.
    pub chars: CharSpan,
}

impl Screen {
    /// Looks for all structured values. Takes tens of milliseconds: make one and share it.
    ///
    /// # Errors
    /// When the built-in identifiers cannot be compiled.
    pub fn new() -> Result<Self, BuildError> {
        Scanner::builder().select(Selection::Structured).build().map(|scanner| Self(Eye(scanner)))
    }

    /// Looks at what was typed.
    #[expect(
        clippy::disallowed_methods,
        reason = "what was typed is parsed once, and kept only in its masked form"
    )]
    pub fn look(&self, typed: &RawText) -> Screened {
        let scanner = &self.0.0;
        let masked = mask_text(scanner, typed, &Masker::default());
        let found = masked.detections.iter().map(|detection| Hit {
            identifier: scanner.identifier(detection.rule).clone(),
            chars: detection.chars,
        });
        Screened {
            found: found.collect(),
            typed: RestingText::from_pinned_text(typed.expose().to_owned()),
            masked: StoredText::masked(masked.text),
        }
    }
}

impl Screened {
    /// The text as it was typed: to be parsed and run, not to be kept.
    pub fn typed(&self) -> &str {
        self.typed.as_str()
    }

    /// The form that may be kept.
    pub fn masked(&self) -> &StoredText {
        &self.masked
    }

    /// The form that others may read in a history: without values, and without what would be one beside the right word. A number
    /// of six digits and more is not told, however it is written, nor are letters that belong to it.
    pub fn told(&self) -> StoredText {
        StoredText::masked(masked_of(untold(self.masked.as_str())))
    }

    /// What was found, in order.
    pub fn found(&self) -> &[Hit] {
        &self.found
    }

    /// The text, to be kept and run again.
    ///
    /// # Errors
    /// When it holds a value.
    pub fn to_keep(&self) -> Result<&StoredText, Refused> {
        match self.found.first() {
            None => Ok(&self.masked),
            Some(Hit { identifier, chars }) => Err(Refused { identifier: identifier.clone(), chars: *chars }),
        }
    }
}

/// A text with asterisks for numbers that are not told. A number is letters and digits without a gap, or digits parted by one sign.
fn untold(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let digit = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(|one| one.is_numeric());
    let joins = |at: usize, one: char| match one {
        '-' | '.' | ' ' | '_' | '/' | '(' | ')' => digit(at.checked_sub(1)) && digit(at.checked_add(1)),
        _ => one.is_alphanumeric(),
    };
    let (mut told, mut number) = (String::with_capacity(text.len()), Vec::new());
    for (at, one) in chars.iter().enumerate() {
        if joins(at, *one) {
            number.push(*one);
        } else {
            tell(&mut number, &mut told);
            told.push(*one);
        }
    }
    tell(&mut number, &mut told);
    told
}

fn tell(number: &mut Vec<char>, told: &mut String) {
    let is_long = number.iter().filter(|one| one.is_numeric()).count() >= UNTOLD_DIGITS;
    let hidden = |one: char| if is_long && one.is_alphanumeric() { '*' } else { one };
    told.extend(number.drain(..).map(hidden));
}

impl fmt::Debug for Screened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Screened({} bytes, {} found)", self.typed.as_str().len(), self.found.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_tells_no_long_number() {
        let screen = Screen::new().unwrap();
        for (typed, wanted) in [
            ("filter n = 12-3456-78 | limit 100", "filter n = **-****-** | limit 100"),
            ("filter @message like /D1234567/", "filter @message like /********/"),
            ("filter a = \"1990 02 28\" or b = 12345", "filter a = \"**** ** **\" or b = 12345"),
            ("stats count(*) by bin(5m) | limit 10000", "stats count(*) by bin(5m) | limit 10000"),
            ("filter x = '٢١٩٠٩٩'", "filter x = '******'"),
            ("fields a1, b2 | sort c3", "fields a1, b2 | sort c3"),
            ("", ""),
        ] {
            let screened = screen.look(&RawText::new(typed.to_owned()));
            assert_eq!(screened.told().as_str(), wanted);
            assert_eq!(screened.typed(), typed);
        }
    }

    #[test]
    fn what_holds_a_value_is_run_but_not_kept() {
        let screen = Screen::new().unwrap();
        let look = |text: &str| screen.look(&RawText::new(text.to_owned()));
        let plain = look(r#"{ $.level = "ERROR" }"#);
        assert_eq!(plain.to_keep().map(StoredText::as_str), Ok(plain.typed()));
        assert!(plain.found().is_empty());
        let card = look("filter @message like \"card 5424188205176639\"");
        assert!(card.typed().contains("5424188205176639"));
        assert_eq!(card.masked().as_str(), "filter @message like \"card ****************\"");
        let refused = card.to_keep().unwrap_err();
        assert_eq!(
            refused.to_string(),
            "characters 28 to 43 hold a value of type `CreditCardNumber`: stored text is masked, so this could never match; \
             leave the value out"
        );
        assert!(!format!("{card:?} {refused:?}").contains("5424"));
    }
}
