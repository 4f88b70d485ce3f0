//! What does a new policy do to an event that is stored already? The same as at arrival, on top of what is masked there.
//!
//! What is masked stays masked and keeps its original, claims of slots included: nothing has to be opened for it. What the policy finds in the rest
//! is masked and sealed; a finding that reaches over an old mask is masked around it. So protecting again is idempotent,
//! and an event in which nothing new is found is left alone.

use crate::arrival::{Arrival, Sealing, seal};
use crate::arrival_error::ProtectError;
use crate::findings::Findings;
use crate::protected::{Mark, Originals, Protected, StoredEvent};
use crate::protection::{Look, Protection};
use crate::redact::{Redacted, findings, redact};
use crate::sealed_span::Original;
use crate::stored_text::StoredText;
use sotto_detect::Detection;
use sotto_public::{ByteSpan, CharSpan, Place};
use sotto_sensitive::RawText;

/// What a policy would do to a stored event, without doing it: a dry run.
#[derive(Debug)]
pub struct Preview {
    /// The event as it would be stored.
    pub text: StoredText,
    /// What was found anew.
    pub findings: Findings,
}

impl Protected {
    /// What a policy would do; `None` when it finds nothing new. Seals nothing.
    pub fn preview(&self, protection: &Protection) -> Option<Preview> {
        let (look, places) = self.news(protection)?;
        let redacted = self.redacted(look, &places)?;
        Some(Preview { text: StoredText::masked(redacted.text), findings: self.found(look, &places) })
    }

    /// The event under another policy; `None` when that finds nothing new.
    ///
    /// # Errors
    /// When an original cannot be sealed: then the event stays as it is.
    pub fn protect_again(
        &self,
        home: &Place,
        protection: &Protection,
        sealing: &mut Sealing<'_>,
    ) -> Result<Option<(Self, Findings)>, ProtectError> {
        let Some((look, places)) = self.news(protection) else {
            return Ok(None);
        };
        let text = self.stored().as_str();
        let Some(Redacted { text: masked, marks: mut news }) = self.redacted(look, &places) else {
            return Ok(None);
        };
        // Sealed from where it stands now, bound to where it stood in what came.
        let stands: Vec<ByteSpan> = news.iter().map(|mark| mark.raw).collect();
        news.iter_mut().for_each(|mark| self.as_it_came(mark));
        let arrival = Arrival { home, times: self.event.times() };
        let originals = seal(text, news.iter().zip(stands), &arrival, sealing)?;
        let (marks, originals) = self.merged(news, originals);
        let event = StoredEvent::read(self.event.times(), StoredText::masked(masked), marks);
        let event = event.map_err(|_| ProtectError::Damaged)?;
        Ok(Some((Self { event, originals }, self.found(look, &places))))
    }

    /// What a policy finds beside what is masked already.
    fn news<'p>(&self, protection: &'p Protection) -> Option<(&'p Look, Vec<Detection>)> {
        let look = protection.look()?;
        let mut places = look.find(&RawText::new(self.stored().as_str().to_owned()));
        let marks = self.event.marks();
        places.retain(|place| !marks.iter().any(|mark| mark.masked.contains(place.bytes)));
        (!places.is_empty()).then_some((look, places))
    }

    /// The text with what was found masked, too; `None` when all of that lies under old masks.
    fn redacted(&self, look: &Look, places: &[Detection]) -> Option<Redacted> {
        let taken: Vec<ByteSpan> = self.event.marks().iter().map(|mark| mark.masked).collect();
        let redacted = redact(self.stored().as_str(), Some(look), places, &[], &taken);
        (!redacted.marks.is_empty()).then_some(redacted)
    }

    /// What was found anew, with its places in what came.
    fn found(&self, look: &Look, places: &[Detection]) -> Findings {
        let mut findings = findings(self.stored().as_str(), look, places);
        for found in &mut findings.0 {
            let (start, end) =
                (self.char_as_it_came(found.chars.start()), self.char_as_it_came(found.chars.end()));
            found.chars = CharSpan::new(start, end).unwrap_or(found.chars);
        }
        findings
    }

    /// Where a character of the stored text stood in what came; in a mask, the end of its value.
    fn char_as_it_came(&self, at: usize) -> usize {
        let before = self.event.marks().iter().take_while(|mark| mark.masked_chars.start() < at).last();
        before.map_or(at, |mark| mark.raw_chars.end() + at.saturating_sub(mark.masked_chars.end()))
    }

    /// Moves where a mark stood in the stored text to where that stood in what came.
    fn as_it_came(&self, mark: &mut Mark) {
        let before = self.event.marks().iter().take_while(|old| old.masked.end() <= mark.raw.start()).last();
        let Some(old) = before else { return };
        let bytes = old.raw.end() + mark.raw.start().saturating_sub(old.masked.end());
        let chars = old.raw_chars.end() + mark.raw_chars.start().saturating_sub(old.masked_chars.end());
        mark.raw = ByteSpan::at(bytes, mark.raw.length());
        mark.raw_chars = CharSpan::at(chars, mark.raw_chars.length());
    }

    /// Old and new marks and originals in one order; old ones move by what new masks before them are longer or shorter.
    fn merged(&self, news: Vec<Mark>, sealed: Vec<Original>) -> (Vec<Mark>, Originals) {
        let mut old_originals = self.originals.0.iter().cloned();
        let mut new_originals = sealed.into_iter();
        let old = self.event.marks().iter().cloned().map(|mark| (mark, true));
        let mut all: Vec<(Mark, bool)> = old.chain(news.into_iter().map(|mark| (mark, false))).collect();
        all.sort_by_key(|(mark, _)| (mark.raw.start(), mark.raw.end()));
        let (mut bytes, mut chars) = ((0, 0), (0, 0));
        let (mut marks, mut originals) = (Vec::with_capacity(all.len()), Vec::new());
        for (mut mark, is_old) in all {
            // Between marks both texts agree, so a mask stands as far behind the last one as its value behind the last value.
            let lengths = (mark.masked.length(), mark.masked_chars.length());
            mark.masked = ByteSpan::at(bytes.1 + mark.raw.start().saturating_sub(bytes.0), lengths.0);
            mark.masked_chars =
                CharSpan::at(chars.1 + mark.raw_chars.start().saturating_sub(chars.0), lengths.1);
            bytes = (mark.raw.end(), mark.masked.end());
            chars = (mark.raw_chars.end(), mark.masked_chars.end());
            let from =
                if is_old { &mut old_originals as &mut dyn Iterator<Item = _> } else { &mut new_originals };
            if mark.sealed {
                originals.extend(from.next());
            }
            marks.push(mark);
        }
        (marks, Originals(originals))
    }
}
