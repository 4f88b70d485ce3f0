//! How are delimited records scanned as they are masked? In batches of whole records, each batch behind the header.
//!
//! A cell alone says little: its column's name is the keyword. Masking knows how to look at records, so a batch goes through
//! it, and only the places are taken.

use crate::finder::Finder;
use sotto_detect::Detection;
use sotto_protect::{Csv, MaskError, Masker, RECORD_BYTES_MAX, Syntax, mask_bytes};
use sotto_public::ByteSpan;
use sotto_sensitive::RawBytes;

/// Bytes of records that are looked at together, at least.
const BATCH_BYTES: usize = 256 << 10;

/// Records on their way.
pub(crate) struct Records {
    csv: Csv,
    masker: Masker,
    /// The first record, once it is known.
    header: Option<RawBytes>,
}

impl Records {
    /// Before the first record.
    pub(crate) fn new(csv: Csv) -> Self {
        Self { csv, masker: Masker::default(), header: None }
    }

    /// Finds everything in the whole records that are held; returns where they end.
    #[expect(
        clippy::disallowed_methods,
        reason = "records are cut at their ends and go to the masker; places leave"
    )]
    pub(crate) fn settle(
        &mut self,
        finder: &Finder,
        held: &RawBytes,
        end: bool,
    ) -> Result<(Vec<Detection>, usize), MaskError> {
        let bytes = held.expose();
        if !end && bytes.len() < BATCH_BYTES {
            return Ok((Vec::new(), 0));
        }
        let ends = Ends::of(bytes, self.csv.delimiter.byte());
        let upto = if end || bytes.len() > RECORD_BYTES_MAX { bytes.len() } else { ends.last };
        let batch = bytes.get(..upto).unwrap_or_default();
        let found = match &self.header {
            Some(header) => {
                let text = RawBytes::new([header.expose(), batch].concat());
                back(self.find(finder, &text)?, header.length())
            }
            None => self.find(finder, &RawBytes::new(batch.to_vec()))?,
        };
        if self.csv.header && self.header.is_none() {
            self.header = Some(RawBytes::new(batch.get(..ends.first).unwrap_or_default().to_vec()));
        }
        Ok((found, upto))
    }

    fn find(&self, finder: &Finder, text: &RawBytes) -> Result<Vec<Detection>, MaskError> {
        let masked = mask_bytes(finder, text, &self.masker, &Syntax::Csv(self.csv.clone()))?;
        let mut found = masked.detections;
        found.sort_by_key(|detection| detection.bytes.start());
        Ok(found)
    }
}

/// The findings behind the header, where they stand in the batch.
fn back(found: Vec<Detection>, header: usize) -> Vec<Detection> {
    let shifted = |span: ByteSpan| ByteSpan::at(span.start().saturating_sub(header), span.length());
    let behind = found.into_iter().filter(|detection| detection.bytes.start() >= header);
    let moved = behind.map(|detection| {
        let (bytes, mask) = (shifted(detection.bytes), shifted(detection.mask));
        Detection { bytes, mask, ..detection }
    });
    moved.collect()
}

/// Where records end (RFC 4180, section 2): at a line feed outside of quotes. A quote opens at the start of a cell only.
struct Ends {
    first: usize,
    last: usize,
}

impl Ends {
    fn of(bytes: &[u8], delimiter: u8) -> Self {
        let mut ends = Self { first: 0, last: 0 };
        let (mut quoted, mut cell_start) = (false, true);
        for (at, &byte) in bytes.iter().enumerate() {
            match byte {
                // A doubled quote closes and opens again.
                b'"' if quoted => (quoted, cell_start) = (false, true),
                b'"' if cell_start => quoted = true,
                b'\n' if !quoted => {
                    ends.last = at + 1;
                    ends.first = if ends.first == 0 { at + 1 } else { ends.first };
                    cell_start = true;
                }
                _ if quoted => {}
                _ => cell_start = byte == delimiter,
            }
        }
        ends.first = if ends.first == 0 { bytes.len() } else { ends.first };
        ends
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, first: usize, last: usize) {
        let ends = Ends::of(text.as_bytes(), b',');
        assert_eq!((ends.first, ends.last), (first, last), "{text:?}");
    }

    #[test]
    fn records_end_outside_of_quotes() {
        check("a,b\n1,2\n3", 4, 8);
        check("a,\"x\ny\"\n1,2\n", 8, 12);
        check("a,\"x\"\"\ny\"\n1", 10, 10);
        check("5\" pipe,b\n1,2\n", 10, 14);
        check("a,b", 3, 0);
        check("a,\"open\n\n", 9, 0);
    }
}
