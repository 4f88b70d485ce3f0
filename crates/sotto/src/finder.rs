//! Which findings count? Those that score high enough and stand in a field that is looked at.
//!
//! The scanner finds everything; this is the sieve behind it, one for each stream, so that scanning and masking agree.

use sotto_detect::{Detection, Part, RuleInfo, Scanner, Score};
use sotto_protect::{Certain, FieldPaths, FieldWalk, Find};
use sotto_sensitive::{RawBytes, RawText};
use std::sync::{Arc, Mutex, PoisonError};

/// A scanner and its sieve.
pub(crate) struct Finder {
    scanner: Arc<Scanner>,
    score_min: Score,
    fields: Option<(Arc<FieldPaths>, Mutex<FieldWalk>)>,
}

impl Finder {
    /// A finder for one stream.
    pub(crate) fn new(scanner: Arc<Scanner>, score_min: Score, fields: Option<&Arc<FieldPaths>>) -> Self {
        let fields = fields.map(|paths| (Arc::clone(paths), Mutex::new(FieldWalk::new(paths))));
        Self { scanner, score_min, fields }
    }

    fn sieve(&self, mut found: Vec<Detection>) -> Vec<Detection> {
        found.retain(|detection| detection.score >= self.score_min);
        found
    }

    /// Leaves out what stands in fields that are not looked at, in a whole text.
    fn in_fields(&self, bytes: &[u8], mut found: Vec<Detection>) -> Vec<Detection> {
        if let Some((paths, _)) = &self.fields {
            FieldWalk::new(paths).walk(paths, bytes, &mut found);
        }
        found
    }
}

impl Find for Finder {
    type Place = Detection;

    #[expect(
        clippy::disallowed_methods,
        reason = "the structure around the values decides whether they count"
    )]
    fn find(&self, bytes: &RawBytes) -> Vec<Detection> {
        self.in_fields(bytes.expose(), self.sieve(self.scanner.scan_bytes(bytes)))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the structure around the values decides whether they count"
    )]
    fn find_text(&self, text: &RawText) -> Vec<Detection> {
        self.in_fields(text.expose().as_bytes(), self.sieve(self.scanner.scan(text)))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the structure around the values decides whether they count"
    )]
    fn find_part(&self, part: &Part<'_>) -> Certain<Detection> {
        let settled = self.scanner.scan_part(part);
        let mut places = self.sieve(settled.detections);
        if let Some((paths, walk)) = &self.fields {
            let mut walk = walk.lock().unwrap_or_else(PoisonError::into_inner);
            let news = part.bytes.expose().get(part.from..settled.upto).unwrap_or_default();
            walk.walk_from(paths, news, part.from, &mut places);
        }
        Certain { places, upto: settled.upto }
    }

    fn rule(&self, place: &Detection) -> &RuleInfo {
        Scanner::rule(&self.scanner, place.rule)
    }

    fn discards(&self, place: &Detection) -> bool {
        Find::discards(&self.scanner, place)
    }
}
