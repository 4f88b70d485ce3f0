//! How is a text walked? In batches: classes, keywords, tokens with digits, and only then rules.
//!
//! 1. `classes` gives bit masks of 64 bytes at a time.
//! 2. The starts of words are looked up in the keyword and prefix filters; what passes is compared exactly.
//! 3. The tokens (runs of ASCII letters and digits) that hold a digit are visited in order. The first token's
//!    signature names the identifiers that could begin there; those that need a keyword are struck out unless one is
//!    near. What is left, usually nothing, is tried.
//! 4. `@` and rows of hyphens call the matchers for addresses and keys.
//! 5. A match is judged by its surroundings (`evidence`) and kept as a candidate; `overlap` settles the rest.
//!
//! Every decision looks at a bounded stretch around its place, which is what makes streams equal to whole texts:
//! [`CONTEXT_BYTES`] behind it, [`VALUE_BYTES_MAX`] ahead.

use crate::detection::Detection;
use crate::gather::Gathered;
use crate::overlap::resolve;
use crate::plan::Plan;
use crate::scanner::Settled;

/// What must be kept before an unsettled stretch: the farthest keyword (300 characters of four bytes) and its length.
pub(crate) const CONTEXT_BYTES: usize = 2048;
/// Longest value.
pub(crate) const VALUE_BYTES_MAX: usize = 16 * 1024;
/// What a decision may look at behind a value.
pub(crate) const LOOKAHEAD_BYTES: usize = 2048;
/// A line without end is settled from this length on.
const HOLD_BYTES: usize = 2 * VALUE_BYTES_MAX;

impl Plan {
    /// Finds everything in a whole text.
    pub(crate) fn scan(&self, text: &[u8]) -> Vec<Detection> {
        resolve(&mut self.gather(text, 0).found, text)
    }

    /// Finds what is certain in a part of a stream.
    pub(crate) fn scan_part(&self, text: &[u8], from: usize, end_of_input: bool) -> Settled {
        let limit = if end_of_input { text.len() } else { settled_limit(text, from) };
        if limit <= from && !end_of_input {
            return Settled { detections: Vec::new(), upto: from };
        }
        let gathered = self.gather(text, from);
        let mut found: Vec<_> =
            gathered.found.iter().filter_map(|candidate| candidate.clipped(from)).collect();
        let mut detections = resolve(&mut found, text);
        let upto = if end_of_input { limit } else { untorn(&gathered, &detections, limit).max(from) };
        detections.retain(|found| found.mask.end() <= upto);
        Settled { detections, upto }
    }
}

/// The last place up to `limit` that lies inside no finding and inside no stretch that is held together.
fn untorn(gathered: &Gathered, detections: &[Detection], limit: usize) -> usize {
    let held = gathered.settled_before(limit);
    let straddles = |found: &&Detection| found.mask.start() < held && held < found.mask.end();
    match detections.iter().find(straddles) {
        Some(found) => untorn(gathered, detections, found.mask.start()),
        None => held,
    }
}

/// Up to where more text cannot change a decision: the last line break, or far enough before the end of a long line.
fn settled_limit(text: &[u8], from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    match rest.iter().rposition(|&byte| byte == b'\n') {
        Some(at) if rest.len() - at <= HOLD_BYTES => from + at + 1,
        _ if rest.len() > HOLD_BYTES => text.len() - VALUE_BYTES_MAX - LOOKAHEAD_BYTES,
        _ => from,
    }
}
