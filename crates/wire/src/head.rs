//! What came before the body? Method, path, query and headers, as raw bytes.
//!
//! Header values and paths may hold captured text (Lex sends slots in headers, session ids in paths), so the whole head is
//! one captured buffer and the parts are places in it. It is kept as it came: a signature covers exactly these bytes.

use sotto_sensitive::{RawBytes, RawText};

/// Bytes of a head at most: states of Lex sessions travel in headers (16 KB of base64 each).
pub const HEAD_BYTES_MAX: usize = 64 * 1024;

/// Headers at most.
pub const HEADERS_MAX: usize = 256;

/// Method, path, query and headers of a request.
#[derive(Debug)]
pub struct Head {
    method: Method,
    bytes: RawBytes,
    path: Place,
    query: Option<Place>,
    headers: Vec<(Place, Place)>,
}

/// The methods of HTTP that AWS uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// GET
    Get,
    /// HEAD
    Head,
    /// POST
    Post,
    /// PUT
    Put,
    /// DELETE
    Delete,
    /// PATCH
    Patch,
    /// OPTIONS
    Options,
}

impl Method {
    /// The method of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "GET" => Self::Get,
            "HEAD" => Self::Head,
            "POST" => Self::Post,
            "PUT" => Self::Put,
            "DELETE" => Self::Delete,
            "PATCH" => Self::Patch,
            "OPTIONS" => Self::Options,
            _ => return None,
        })
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Patch => "PATCH",
            Self::Options => "OPTIONS",
        }
    }
}

/// A place in the buffer.
#[derive(Clone, Copy, Debug)]
struct Place {
    start: u32,
    end: u32,
}

/// The head is larger than [`HEAD_BYTES_MAX`] or has more than [`HEADERS_MAX`] headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the request's head has more than {HEAD_BYTES_MAX} bytes or {HEADERS_MAX} headers")]
pub struct HeadTooLarge;

impl Head {
    /// A head without headers: `target` is path and query as they came.
    ///
    /// # Errors
    /// [`HeadTooLarge`].
    pub fn new(method: Method, target: &[u8]) -> Result<Self, HeadTooLarge> {
        let none = Place { start: 0, end: 0 };
        let mut head =
            Self { method, bytes: RawBytes::default(), path: none, query: None, headers: Vec::new() };
        let cut = target.iter().position(|byte| *byte == b'?');
        let (path, query) = target.split_at(cut.unwrap_or(target.len()));
        head.path = head.keep(path)?;
        if let Some((_, query)) = query.split_first() {
            head.query = Some(head.keep(query)?);
        }
        Ok(head)
    }

    /// Adds a header; names compare without regard to case.
    ///
    /// # Errors
    /// [`HeadTooLarge`].
    pub fn push(&mut self, name: &[u8], value: &[u8]) -> Result<(), HeadTooLarge> {
        if self.headers.len() >= HEADERS_MAX {
            return Err(HeadTooLarge);
        }
        let places = (self.keep(&name.to_ascii_lowercase())?, self.keep(value)?);
        self.headers.push(places);
        Ok(())
    }

    /// The method.
    pub const fn method(&self) -> Method {
        self.method
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<Place, HeadTooLarge> {
        let start = self.bytes.length();
        let end = start.saturating_add(bytes.len());
        if end > HEAD_BYTES_MAX {
            return Err(HeadTooLarge);
        }
        self.bytes.push(bytes);
        let place = |at: usize| u32::try_from(at).map_err(|_| HeadTooLarge);
        Ok(Place { start: place(start)?, end: place(end)? })
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the codec reads what came; it leaves as Input, public or raw"
    )]
    fn at(&self, place: Place) -> &[u8] {
        self.bytes.expose().get(place.start as usize..place.end as usize).unwrap_or_default()
    }

    /// The first header of a name, which is given in lower case, as captured text; `None` when it is no text.
    pub fn raw(&self, name: &str) -> Option<RawText> {
        self.header_text(name).map(|text| RawText::new(text.to_owned()))
    }

    pub(crate) fn path(&self) -> &[u8] {
        self.at(self.path)
    }

    pub(crate) fn query(&self) -> &[u8] {
        self.query.map_or(&[], |place| self.at(place))
    }

    /// The first header of a name, which is given in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers().find(|(found, _)| *found == name.as_bytes()).map(|(_, value)| value)
    }

    /// The same as text, without blanks around it.
    pub(crate) fn header_text(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.header(name)?).ok().map(str::trim)
    }

    /// All headers, names in lower case.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.headers.iter().map(|(name, value)| (self.at(*name), self.at(*value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_taken_apart_and_prints_no_text() {
        let mut head = Head::new(Method::Get, b"/canary/x?a=canary").unwrap();
        head.push(b"X-Amz-Target", b" canary ").unwrap();
        assert_eq!((head.path(), head.query()), (&b"/canary/x"[..], &b"a=canary"[..]));
        assert_eq!((head.header_text("x-amz-target"), head.header("host")), (Some("canary"), None));
        assert!(!format!("{head:?}").contains("canary"));
    }

    #[test]
    fn bounds_hold_on_both_sides() {
        let long = vec![b'a'; HEAD_BYTES_MAX];
        assert!(Head::new(Method::Get, &long).is_ok());
        assert!(Head::new(Method::Get, &[&long[..], b"a"].concat()).is_err());
        let mut head = Head::new(Method::Get, b"/").unwrap();
        for _ in 0..HEADERS_MAX {
            head.push(b"a", b"b").unwrap();
        }
        assert_eq!(head.push(b"a", b"b"), Err(HeadTooLarge));
    }
}
