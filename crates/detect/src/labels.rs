//! Is this a label that an earlier masking left? `[EmailAddress]`, `[Ssn-US_2]`, `[CreditCardNumber:t1g:...]`.
//!
//! Such labels are opaque: neither value nor keyword. Only names of identifiers count, so that a value that somebody put
//! into brackets is still found.

use crate::catalog;
use crate::matchers::{byte_at, byte_before};
use sotto_public::IdentifierId;
use std::collections::HashSet;

/// Longest label in brackets.
const LABEL_BYTES_MAX: usize = 200;

/// The names that make a label.
#[derive(Default)]
pub(crate) struct Labels(HashSet<Vec<u8>>);

impl Labels {
    /// The built-in names, and these.
    pub(crate) fn new(own: &[IdentifierId]) -> Self {
        let built_in = catalog::all().iter().map(|file| file.id.as_bytes());
        Self(built_in.chain(own.iter().map(|name| name.as_str().as_bytes())).map(<[u8]>::to_vec).collect())
    }

    /// Whether a place lies inside a label.
    pub(crate) fn hold(&self, text: &[u8], at: usize) -> bool {
        let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b':');
        let mut start = at;
        while start > 0 && at - start < LABEL_BYTES_MAX && inside(byte_before(text, start)) {
            start -= 1;
        }
        if byte_before(text, start) != b'[' {
            return false;
        }
        let ahead = text.get(start..).unwrap_or_default().iter().take(LABEL_BYTES_MAX);
        let end = start + ahead.take_while(|byte| inside(**byte)).count();
        byte_at(text, end) == b']' && self.names(text.get(start..end).unwrap_or_default())
    }

    /// Whether a label ends right before a place.
    pub(crate) fn end_at(&self, text: &[u8], at: usize) -> bool {
        at >= 2 && byte_before(text, at) == b']' && self.hold(text, at - 1)
    }

    /// A name alone, with a number, or with a token.
    fn names(&self, label: &[u8]) -> bool {
        let base = label.split(|&byte| byte == b':').next().unwrap_or_default();
        let digits = base.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let unnumbered =
            base.get(..base.len() - digits).and_then(|head| head.strip_suffix(b"_")).filter(|_| digits > 0);
        self.0.contains(base) || unnumbered.is_some_and(|name| self.0.contains(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_identifiers_make_labels_and_values_do_not() {
        let labels = Labels::new(&[IdentifierId::new("badge").unwrap()]);
        for (text, at) in
            [("[EmailAddress]", 3), ("[Ssn-US_12]", 8), ("[Ssn-US:t1g:bcd]", 13), ("[badge]", 1)]
        {
            assert!(labels.hold(text.as_bytes(), at), "{text}");
        }
        for (text, at) in [
            ("[NL82RABO0417158622]", 1),
            ("[0]", 1),
            ("EmailAddress", 3),
            ("[EmailAddress", 3),
            ("[Ssn-US_x]", 2),
        ] {
            assert!(!labels.hold(text.as_bytes(), at), "{text}");
        }
        assert!(labels.end_at(b"[Ssn-US]-1", 8) && !labels.end_at(b"[x]-1", 3));
    }
}
