//! What is sent at once? A [`Parcel`]: events of one stream for one subscription, or lines.
//!
//! Lines say each for themselves what they are, so small parcels of lines that wait one behind the other go out as one
//! ([`Parcel::take_along`]): a receiver of ten thousand findings a second is not asked ten thousand times. Envelopes of events stay
//! as they were queued, since their name tells a receiver of a repeat.

use crate::Destination;
use sotto_protect::StoredText;
use sotto_public::{EventId, Opaque, Public, Storable, StoredRecord};

/// Most lines that are sent at once, and about how many bytes.
pub const LINES_MAX: usize = 2_000;
/// Bytes of lines that are sent at once; one line alone is always sent.
pub const LINES_BYTES_MAX: usize = 512 * 1024;

/// Something to send.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Parcel {
    /// The account that asked for it; none where the operator did.
    pub account: Option<Public<String>>,
    /// Where to.
    pub destination: Destination,
    /// When it was queued, in milliseconds since 1970: what waits for a day is dropped.
    pub queued_ms: u64,
    /// What.
    pub content: Content,
}

impl StoredRecord for Parcel {
    const KIND: &'static str = "parcel";
}

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub enum Content {
    /// Events, in the envelope of subscriptions.
    Events(Source, Vec<Delivered>),
    /// The question whether anybody is there, in the same envelope.
    Probe(Source),
    /// One line: an alarm.
    Line(Public<String>, Delivered),
    /// Lines of one sender: reports of findings.
    Lines(Public<String>, Vec<Delivered>),
    /// One of the others under the key of a group whose data rest under a customer's key.
    Sealed(SealedContent),
}

impl StoredRecord for Content {
    const KIND: &'static str = "parcel-content";
}

/// Content under a group's key.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct SealedContent {
    /// The group.
    pub group: u128,
    /// The number of its key.
    pub key: u64,
    /// The content, sealed.
    pub body: Opaque,
}

/// Where events come from, and for whom.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Source {
    /// The account.
    pub owner: Public<String>,
    /// The group's name.
    pub group: Public<String>,
    /// The stream's name.
    pub stream: Public<String>,
    /// Names of the filters that chose them.
    pub filters: Vec<Public<String>>,
}

/// An event as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Delivered {
    /// Its id.
    pub id: EventId,
    /// When it happened, in milliseconds since 1970.
    pub at_ms: i64,
    /// Its stored text.
    pub text: StoredText,
}

impl Parcel {
    /// Cuts lines into as many contents as they need.
    pub fn cut_lines(stream: &Public<String>, lines: Vec<Delivered>) -> Vec<Content> {
        let (mut contents, mut held, mut bytes) = (Vec::new(), Vec::new(), 0);
        for line in lines {
            let length = line.text.as_str().len();
            if !held.is_empty() && (held.len() >= LINES_MAX || bytes + length > LINES_BYTES_MAX) {
                contents.push(Content::Lines(stream.clone(), std::mem::take(&mut held)));
                bytes = 0;
            }
            bytes += length;
            held.push(line);
        }
        if !held.is_empty() {
            contents.push(Content::Lines(stream.clone(), held));
        }
        contents
    }

    /// Takes along the lines of the parcel behind it, where both are lines of one sender for one destination and fit together.
    pub(crate) fn take_along(&mut self, next: &Self) -> bool {
        let same = self.destination == next.destination && self.account == next.account;
        let together = self.bytes() + next.bytes() <= LINES_BYTES_MAX;
        match (&mut self.content, &next.content) {
            (Content::Lines(stream, lines), Content::Lines(other, more))
                if same && together && stream == other && lines.len() + more.len() <= LINES_MAX =>
            {
                lines.extend(more.iter().cloned());
                true
            }
            _ => false,
        }
    }

    /// About how many bytes it has.
    pub(crate) fn bytes(&self) -> usize {
        let of = |events: &[Delivered]| events.iter().map(|event| event.text.as_str().len()).sum();
        match &self.content {
            Content::Events(_, events) | Content::Lines(_, events) => of(events),
            Content::Line(_, line) => of(std::slice::from_ref(line)),
            Content::Probe(_) => 0,
            Content::Sealed(sealed) => sealed.body.as_bytes().len(),
        }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "texts of a test")]
mod tests {
    use super::*;
    use sotto_protect::TextKind;

    fn lines(count: usize, bytes: usize) -> Vec<Delivered> {
        let text = StoredText::from_pinned_text(TextKind::Masked, "a".repeat(bytes));
        (0..count)
            .map(|n| Delivered { id: EventId::new(0, 0, n as u128), at_ms: 0, text: text.clone() })
            .collect()
    }

    fn counts(contents: &[Content]) -> Vec<usize> {
        let count = |content: &Content| match content {
            Content::Lines(_, lines) => lines.len(),
            _ => 0,
        };
        contents.iter().map(count).collect()
    }

    #[test]
    fn lines_are_cut_by_count_and_bytes() {
        for (count, bytes, wanted) in [
            (0, 1, vec![]),
            (LINES_MAX, 1, vec![LINES_MAX]),
            (LINES_MAX + 1, 1, vec![LINES_MAX, 1]),
            (2, LINES_BYTES_MAX / 2, vec![2]),
            (2, LINES_BYTES_MAX / 2 + 1, vec![1, 1]),
            (1, LINES_BYTES_MAX * 2, vec![1]),
        ] {
            assert_eq!(
                counts(&Parcel::cut_lines(&"s".into(), lines(count, bytes))),
                wanted,
                "{count} {bytes}"
            );
        }
    }

    #[test]
    fn lines_of_one_sender_go_together_and_nothing_else_does() {
        let parcel = |address: &'static str, content| Parcel {
            account: None,
            destination: Destination::parse(&address.into()).unwrap(),
            queued_ms: 0,
            content,
        };
        let of = |count| parcel("file:a", Content::Lines("s".into(), lines(count, 1)));
        let mut first = of(LINES_MAX - 1);
        assert!(first.take_along(&of(1)) && !first.take_along(&of(1)));
        let mut first = of(1);
        assert!(!first.take_along(&parcel("file:b", Content::Lines("s".into(), lines(1, 1)))));
        assert!(!first.take_along(&parcel("file:a", Content::Lines("t".into(), lines(1, 1)))));
        assert!(!first.take_along(&parcel("file:a", Content::Line("s".into(), lines(1, 1).remove(0)))));
        assert!(!first.take_along(&Parcel { account: Some("1".into()), ..of(1) }));
        assert!(!first.take_along(&parcel("file:a", Content::Lines("s".into(), lines(1, LINES_BYTES_MAX)))));
        assert_eq!(first.bytes(), 1);
    }
}
