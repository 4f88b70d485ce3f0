//! What goes back? A status, headers and a body, ready to be sent.

use std::fmt;

/// An answer, ready to be sent. Its body may hold what was rendered for one caller: `Debug` prints counts.
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers; names in lower case.
    pub headers: Vec<(std::borrow::Cow<'static, str>, Vec<u8>)>,
    /// The body.
    pub body: Vec<u8>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({}, {} headers, {} bytes)", self.status, self.headers.len(), self.body.len())
    }
}
