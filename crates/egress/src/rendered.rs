//! What may leave in an answer to one caller? A [`Rendered`] text, bytes or tree; wiped when dropped.

use std::fmt;
use zeroize::Zeroizing;

/// What one caller may see.
pub struct Rendered(pub(crate) Shown);

/// The value inside. Only [`Rendered`] holds one that was captured.
pub enum Shown {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// Text.
    Text(Zeroizing<String>),
    /// Bytes.
    Bytes(Zeroizing<Vec<u8>>),
    /// Items in order.
    List(Vec<Shown>),
    /// Members in order.
    Map(Vec<(Zeroizing<String>, Shown)>),
}

impl Rendered {
    /// The value, for the codec that writes the answer.
    pub fn shown(&self) -> &Shown {
        &self.0
    }
}

impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rendered")
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shown")
    }
}
