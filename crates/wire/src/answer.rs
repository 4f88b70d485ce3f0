//! What goes back? A status, headers and a body, ready to be sent; of an event stream the beginning of one, and its [`Tail`].

use std::fmt;
use std::future::Future;
use std::pin::Pin;

/// An answer, ready to be sent. Its body may hold what was rendered for one caller: `Debug` prints counts.
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers; names in lower case.
    pub headers: Vec<(std::borrow::Cow<'static, str>, Vec<u8>)>,
    /// The body.
    pub body: Vec<u8>,
    /// What follows the body as it happens, where the operation answers with an event stream.
    pub tail: Option<Box<dyn Tail>>,
}

/// Bytes that follow as they come into being: events of a stream. The sender asks for the next when the last is sent, so
/// whoever makes them decides what is left out for a slow client.
pub trait Tail: Send {
    /// The next bytes; `None` is the end.
    fn next(&mut self) -> Pin<Box<dyn Future<Output = Option<Vec<u8>>> + Send + '_>>;
}

impl fmt::Debug for dyn Tail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tail")
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({}, {} headers, {} bytes)", self.status, self.headers.len(), self.body.len())
    }
}
