//! What stands behind each star? The field `@masked`: type, length, rule, place; never the value.
//!
//! A list of JSON objects, one for each mark, in reads and queries and as a column of segments. Segments read it back, so
//! the names of its members do not change; what an older release wrote is read with what it lacks.

use crate::mask::masked_of;
use crate::protected::{Mark, StoredEvent};
use crate::stored_text::StoredText;
use serde::{Deserialize, Serialize};
use sotto_public::{ByteSpan, CharSpan, IdentifierId, Malformed};

/// One mark as it is written.
#[derive(Serialize, Deserialize)]
struct Written<'a> {
    #[serde(rename = "type")]
    identifier: &'a str,
    rule: &'a str,
    /// Characters of the value.
    length: usize,
    /// First character of the mask, from 1, and its last.
    start: usize,
    end: usize,
    #[serde(default, skip_serializing_if = "Vec::is_empty", borrow)]
    also: Vec<&'a str>,
    /// Whether no original was kept.
    #[serde(default, skip_serializing_if = "is_false")]
    discarded: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    continued: bool,
    /// Bytes: of the value, where it stood; of its mask, where that stands.
    bytes: [usize; 4],
    /// Where the value stood, in characters from 0.
    at: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde wants")]
fn is_false(value: &bool) -> bool {
    !*value
}

impl StoredEvent {
    /// The field `@masked`; `None` when nothing is masked.
    pub fn masked_field(&self) -> Option<StoredText> {
        if self.marks().is_empty() {
            return None;
        }
        let written: Vec<Written<'_>> = self.marks().iter().map(Written::of).collect();
        let json = serde_json::to_string(&written).unwrap_or_default();
        Some(StoredText::masked(masked_of(json)))
    }
}

impl Mark {
    /// The marks that a field `@masked` speaks of.
    ///
    /// # Errors
    /// When it is not what [`StoredEvent::masked_field`] writes.
    pub fn read_all(field: &str) -> Result<Vec<Self>, Malformed> {
        let written: Vec<Written<'_>> = serde_json::from_str(field).map_err(|_| Malformed::Text)?;
        written.into_iter().map(Written::into_mark).collect()
    }
}

impl<'a> Written<'a> {
    fn of(mark: &'a Mark) -> Self {
        Self {
            identifier: mark.identifier.as_str(),
            rule: mark.rule.as_str(),
            length: mark.raw_chars.length(),
            start: mark.masked_chars.start() + 1,
            end: mark.masked_chars.end(),
            also: mark.others.iter().map(IdentifierId::as_str).collect(),
            discarded: !mark.sealed,
            continued: mark.continued,
            bytes: [mark.raw.start(), mark.raw.end(), mark.masked.start(), mark.masked.end()],
            at: mark.raw_chars.start(),
        }
    }

    fn into_mark(self) -> Result<Mark, Malformed> {
        let name = |name: &str| IdentifierId::new(name).map_err(|_| Malformed::Text);
        let [raw_start, raw_end, masked_start, masked_end] = self.bytes;
        let masked_chars = self.start.checked_sub(1).and_then(|start| CharSpan::new(start, self.end));
        Ok(Mark {
            identifier: name(self.identifier)?,
            rule: name(self.rule)?,
            others: self.also.into_iter().map(name).collect::<Result<_, _>>()?,
            raw: ByteSpan::new(raw_start, raw_end).ok_or(Malformed::Number)?,
            raw_chars: CharSpan::at(self.at, self.length),
            masked: ByteSpan::new(masked_start, masked_end).ok_or(Malformed::Number)?,
            masked_chars: masked_chars.ok_or(Malformed::Number)?,
            continued: self.continued,
            sealed: !self.discarded,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protected::EventTimes;
    use sotto_public::EventId;

    fn event(marks: Vec<Mark>) -> StoredEvent {
        let times = EventTimes { id: EventId::new(1, 0, 1), timestamp_ms: 1, ingestion_ms: 2 };
        let text = StoredText::masked(masked_of("é card **** end ***".to_owned()));
        StoredEvent::read(times, text, marks).unwrap()
    }

    fn mark(identifier: &str, raw: ByteSpan, masked: ByteSpan, sealed: bool) -> Mark {
        Mark {
            identifier: IdentifierId::new(identifier).unwrap(),
            rule: IdentifierId::new("plain").unwrap(),
            others: vec![],
            raw,
            raw_chars: CharSpan::at(raw.start() - 1, raw.length()),
            masked,
            masked_chars: CharSpan::at(masked.start() - 1, masked.length()),
            continued: false,
            sealed,
        }
    }

    #[test]
    fn marks_come_back_from_the_field() {
        let mut card = mark("CreditCardNumber", ByteSpan::at(8, 4), ByteSpan::at(8, 4), true);
        card.others = vec![IdentifierId::new("BankAccountNumber-US").unwrap()];
        let code = mark("CreditCardSecurityCode", ByteSpan::at(17, 3), ByteSpan::at(17, 3), false);
        let event = event(vec![card, code]);
        let field = event.masked_field().unwrap();
        let wanted = concat!(
            r#"[{"type":"CreditCardNumber","rule":"plain","length":4,"start":8,"end":11,"#,
            r#""also":["BankAccountNumber-US"],"bytes":[8,12,8,12],"at":7},"#,
            r#"{"type":"CreditCardSecurityCode","rule":"plain","length":3,"start":17,"end":19,"#,
            r#""discarded":true,"bytes":[17,20,17,20],"at":16}]"#,
        );
        assert_eq!(field.as_str(), wanted);
        assert_eq!(Mark::read_all(field.as_str()).as_deref(), Ok(event.marks()));
    }

    #[test]
    fn an_event_without_marks_has_no_field() {
        assert!(event(vec![]).masked_field().is_none());
        for broken in [
            "",
            "{}",
            "[{}]",
            r#"[{"type":"a b","rule":"x","length":1,"start":1,"end":1,"bytes":[0,1,0,1],"at":0}]"#,
        ] {
            assert!(Mark::read_all(broken).is_err(), "{broken}");
        }
    }
}
