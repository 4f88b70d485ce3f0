//! Who says what is sensitive? Anything that implements [`Find`]; in production a [`Scanner`].
//!
//! Masking and streaming only need places, the rule that found them, and up to where a part of a stream is certain.
//! Keeping that behind a trait lets their laws be tested against a finder whose answers are known in advance.

use sotto_detect::{Detection, Part, Rival, RuleInfo, Scanner};
use sotto_public::{ByteSpan, CharSpan};
use sotto_sensitive::{RawBytes, RawText};
use std::sync::Arc;

/// A place that a finder reports.
pub trait Place: Clone {
    /// The value, in bytes of what was looked at.
    fn value(&self) -> ByteSpan;
    /// What to hide; holds the value.
    fn mask(&self) -> ByteSpan;
    /// The same finding elsewhere: where it is in the input, when what was looked at was only made from it.
    fn moved(&self, value: ByteSpan, mask: ByteSpan, chars: CharSpan) -> Self;
}

/// What is certain about a part of a stream.
#[derive(Debug)]
pub struct Certain<T> {
    /// Places whose mask lies between the part's `from` and `upto`, in order and apart from each other.
    pub places: Vec<T>,
    /// No further place will touch a byte before this offset.
    pub upto: usize,
}

/// Finds sensitive places in bytes.
pub trait Find {
    /// What it reports.
    type Place: Place;

    /// Everything in a whole input, in order and apart from each other.
    fn find(&self, bytes: &RawBytes) -> Vec<Self::Place>;

    /// Everything in a whole text, in order and apart from each other.
    fn find_text(&self, text: &RawText) -> Vec<Self::Place>;

    /// What is certain in a part of a stream; all parts together must give what [`Find::find`] gives for the whole.
    fn find_part(&self, part: &Part<'_>) -> Certain<Self::Place>;

    /// The rule that won at a place.
    fn rule(&self, place: &Self::Place) -> &RuleInfo;

    /// Whether any rule that claims (part of) the place forbids to keep its value (PCI DSS 4.0.1, 3.3.1).
    fn discards(&self, place: &Self::Place) -> bool;
}

impl Place for Detection {
    fn value(&self) -> ByteSpan {
        self.bytes
    }

    fn mask(&self) -> ByteSpan {
        self.mask
    }

    fn moved(&self, value: ByteSpan, mask: ByteSpan, chars: CharSpan) -> Self {
        let rivals = self.rivals.iter().map(|rival| Rival { rule: rival.rule, bytes: mask }).collect();
        Self { bytes: value, mask, chars, rivals, ..self.clone() }
    }
}

impl Find for Scanner {
    type Place = Detection;

    fn find(&self, bytes: &RawBytes) -> Vec<Detection> {
        self.scan_bytes(bytes)
    }

    fn find_text(&self, text: &RawText) -> Vec<Detection> {
        self.scan(text)
    }

    fn find_part(&self, part: &Part<'_>) -> Certain<Detection> {
        let settled = self.scan_part(part);
        Certain { places: settled.detections, upto: settled.upto }
    }

    fn rule(&self, place: &Detection) -> &RuleInfo {
        Self::rule(self, place.rule)
    }

    fn discards(&self, place: &Detection) -> bool {
        Self::rule(self, place.rule).discard
            || place.rivals.iter().any(|rival| Self::rule(self, rival.rule).discard)
    }
}

macro_rules! find_through {
    ($($pointer:ty),*) => {$(
        impl<T: Find> Find for $pointer {
            type Place = T::Place;

            fn find(&self, bytes: &RawBytes) -> Vec<Self::Place> {
                (**self).find(bytes)
            }

            fn find_text(&self, text: &RawText) -> Vec<Self::Place> {
                (**self).find_text(text)
            }

            fn find_part(&self, part: &Part<'_>) -> Certain<Self::Place> {
                (**self).find_part(part)
            }

            fn rule(&self, place: &Self::Place) -> &RuleInfo {
                (**self).rule(place)
            }

            fn discards(&self, place: &Self::Place) -> bool {
                (**self).discards(place)
            }
        }
    )*};
}
find_through!(&T, Arc<T>);
