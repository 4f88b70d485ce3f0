//! How is a whole text masked? Find, replace, keep the counts and the places.
//!
//! What comes out is of a type of its own, [`MaskedText`] or [`MaskedBytes`]: only masking makes one, so a function
//! that takes it cannot be handed raw text by mistake.

use crate::csv::CsvMasker;
use crate::json_scalar::Lexer;
use crate::mask::masker::write_asterisks;
use crate::mask::render::{Desk, Hit, Renderer, are_consistent};
use crate::mask::{Counts, Csv, Find, MaskError, Masker, Syntax};
use sotto_sensitive::{RawBytes, RawText};
use std::fmt;

/// Text in which everything that was found is masked. May be shown.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct MaskedText(String);

/// Bytes in which everything that was found is masked. May be shown.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct MaskedBytes(Vec<u8>);

/// What masking made of a text.
#[derive(Clone, Debug)]
pub struct Masked<T, P> {
    /// The masked text or bytes.
    pub text: T,
    /// What was found; offsets are those of the text before masking.
    pub detections: Vec<P>,
    /// How much was found.
    pub counts: Counts,
}

impl MaskedText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Takes the text out.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl MaskedBytes {
    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }

    /// Takes the bytes out.
    pub fn into_vec(self) -> Vec<u8> {
        self.0
    }
}

impl fmt::Display for MaskedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for MaskedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MaskedText({} bytes)", self.0.len())
    }
}

impl fmt::Debug for MaskedBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MaskedBytes({} bytes)", self.0.len())
    }
}

/// Masks a text; lines that are JSON stay JSON.
#[expect(clippy::disallowed_methods, reason = "masking reads captured text; only masked text leaves")]
pub fn mask_text<F: Find>(finder: &F, text: &RawText, masker: &Masker) -> Masked<MaskedText, F::Place> {
    let exposed = text.expose();
    let places = finder.find_text(text);
    let (masked, counts) = mask_places(finder, exposed.as_bytes(), &places, masker, Some(Lexer::of_lines()));
    // Masks of a text begin and end between characters. One that does not would be a defect: then nothing is shown.
    let text = String::from_utf8(masked).unwrap_or_else(|_| only_asterisks(exposed.as_bytes()));
    Masked { text: MaskedText(text), detections: places, counts }
}

/// Masks bytes, which need not be UTF-8; what is not passes unchanged.
///
/// # Errors
/// Only with [`Syntax::Csv`]: a column that is not in the header, or a record of unbounded length.
#[expect(clippy::disallowed_methods, reason = "masking reads captured bytes; only masked bytes leave")]
pub fn mask_bytes<F: Find>(
    finder: &F,
    bytes: &RawBytes,
    masker: &Masker,
    syntax: &Syntax,
) -> Result<Masked<MaskedBytes, F::Place>, MaskError> {
    let exposed = bytes.expose();
    let lexer = match syntax {
        Syntax::Auto => Some(Lexer::of_lines()),
        Syntax::Json => Some(Lexer::of_document()),
        Syntax::Text => None,
        Syntax::Csv(csv) => return mask_records(finder, exposed, masker, csv.clone()),
    };
    let places = finder.find(bytes);
    let (masked, counts) = mask_places(finder, exposed, &places, masker, lexer);
    Ok(Masked { text: MaskedBytes(masked), detections: places, counts })
}

fn mask_records<F: Find>(
    finder: &F,
    bytes: &[u8],
    masker: &Masker,
    settings: Csv,
) -> Result<Masked<MaskedBytes, F::Place>, MaskError> {
    let (mut out, mut counts, mut detections, mut taken) = (Vec::new(), Counts::default(), Vec::new(), 0);
    let mut desk = Desk { finder, masker, counts: &mut counts, places: Some(&mut detections) };
    CsvMasker::new(settings).mask(&mut desk, bytes, true, &mut taken, &mut out)?;
    Ok(Masked { text: MaskedBytes(out), detections, counts })
}

/// Replaces the places; everything, should they contradict each other.
fn mask_places<F: Find>(
    finder: &F,
    bytes: &[u8],
    places: &[F::Place],
    masker: &Masker,
    mut lexer: Option<Lexer>,
) -> (Vec<u8>, Counts) {
    let (mut out, mut counts) = (Vec::with_capacity(bytes.len()), Counts::default());
    let desk = Desk { finder, masker, counts: &mut counts, places: None };
    let mut renderer = Renderer { desk, lexer: lexer.as_mut() };
    let hits = places.iter().cloned().map(Hit::new);
    let consistent = are_consistent(places, &(0..bytes.len()));
    if !consistent || renderer.render(bytes, 0..bytes.len(), hits, &mut out).is_none() {
        out = only_asterisks(bytes).into_bytes();
    }
    (out, counts)
}

/// Text that nothing captured is in, or in which what was found is masked.
pub(crate) fn masked_of(text: String) -> MaskedText {
    MaskedText(text)
}

fn only_asterisks(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len());
    write_asterisks(bytes, &mut out);
    String::from_utf8(out).unwrap_or_default()
}
