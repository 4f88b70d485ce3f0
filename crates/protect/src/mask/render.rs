//! How do findings become masked bytes? Unmasked stretches are copied whole, places replaced one by one.

use crate::json_scalar::{Lexer, Piece, Wrap};
use crate::mask::find::Place;
use crate::mask::masker::{Hidden, Masker};
use crate::mask::{Counts, Find};
use sotto_public::ByteSpan;
use std::ops::Range;

/// A place, with its spans where they are now: a stream's buffer moves.
#[derive(Debug)]
pub(crate) struct Hit<P> {
    pub(crate) value: ByteSpan,
    pub(crate) mask: ByteSpan,
    pub(crate) place: P,
}

impl<P: Place> Hit<P> {
    pub(crate) fn new(place: P) -> Self {
        Self { value: place.value(), mask: place.mask(), place }
    }

    /// The same place after `count` bytes were dropped before it.
    pub(crate) fn drop_front(&mut self, count: usize) {
        let back = |span: ByteSpan| ByteSpan::at(span.start().saturating_sub(count), span.length());
        (self.value, self.mask) = (back(self.value), back(self.mask));
    }
}

/// Whether places lie in `within`, in order and apart, each around its value. What does not is never rendered.
pub(crate) fn are_consistent<P: Place>(places: &[P], within: &Range<usize>) -> bool {
    let mut end = within.start;
    places.iter().all(|place| {
        let (mask, value) = (place.mask(), place.value());
        let fits =
            !mask.is_empty() && mask.contains(value) && end <= mask.start() && mask.end() <= within.end;
        end = mask.end();
        fits
    })
}

/// What masking needs, and where its results go.
pub(crate) struct Desk<'a, F: Find> {
    pub(crate) finder: &'a F,
    pub(crate) masker: &'a Masker,
    pub(crate) counts: &'a mut Counts,
    /// Where findings are kept that are reported with their places in the input; streams keep none.
    pub(crate) places: Option<&'a mut Vec<F::Place>>,
}

/// Writes masked bytes.
pub(crate) struct Renderer<'a, F: Find> {
    pub(crate) desk: Desk<'a, F>,
    pub(crate) lexer: Option<&'a mut Lexer>,
}

impl<F: Find> Renderer<'_, F> {
    /// Appends `bytes[within]` to `out` with the hits replaced. `None`, and `out` as it was, when a hit does not fit.
    pub(crate) fn render(
        &mut self,
        bytes: &[u8],
        within: Range<usize>,
        hits: impl Iterator<Item = Hit<F::Place>>,
        out: &mut Vec<u8>,
    ) -> Option<()> {
        let before = out.len();
        let rendered = self.render_all(bytes, within, hits, out);
        if rendered.is_none() {
            out.truncate(before);
        }
        rendered
    }

    fn render_all(
        &mut self,
        bytes: &[u8],
        within: Range<usize>,
        hits: impl Iterator<Item = Hit<F::Place>>,
        out: &mut Vec<u8>,
    ) -> Option<()> {
        let (mut at, mut pieces) = (within.start, Vec::new());
        for hit in hits {
            match &mut self.lexer {
                Some(lexer) => lexer.pieces(bytes, hit.mask.range(), &mut pieces),
                None => in_place(hit.mask.range(), &mut pieces),
            }
            self.desk.counts.count(self.desk.finder.rule(&hit.place));
            for piece in &pieces {
                at = self.replace(bytes, at, &hit, piece, out)?;
            }
        }
        out.extend_from_slice(bytes.get(at..within.end)?);
        Some(())
    }

    /// Copies up to the piece and replaces it; returns where it ends. A piece that an earlier one covers is done.
    fn replace(
        &self,
        bytes: &[u8],
        at: usize,
        hit: &Hit<F::Place>,
        piece: &Piece,
        out: &mut Vec<u8>,
    ) -> Option<usize> {
        if piece.range.end <= at {
            return Some(at);
        }
        let start = piece.range.start.max(at);
        out.extend_from_slice(bytes.get(at..start)?);
        let hidden = Hidden {
            rule: self.desk.finder.rule(&hit.place),
            discard: self.desk.finder.discards(&hit.place),
            value: bytes.get(hit.value.range())?,
            bytes: bytes.get(start..piece.range.end)?,
        };
        write_quote(piece.wrap, out);
        self.desk.masker.replace(&hidden, out);
        write_quote(piece.wrap, out);
        Some(piece.range.end)
    }
}

fn in_place(mask: Range<usize>, pieces: &mut Vec<Piece>) {
    pieces.clear();
    pieces.push(Piece { range: mask, wrap: Wrap::Bare });
}

pub(crate) fn write_quote(wrap: Wrap, out: &mut Vec<u8>) {
    if let Wrap::Quoted { backslashes } = wrap {
        out.extend(std::iter::repeat_n(b'\\', backslashes));
        out.push(b'"');
    }
}
