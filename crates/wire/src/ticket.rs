//! Where do archives go up and down without a signature? At URLs of our own that hold a code of authentication and an end, as AWS's
//! presigned URLs do: `/sotto/archives/IN-OR-OUT/ACCOUNT/REGION/ID/END/CODE`.
//!
//! What is read here is only a claim: whoever has the key of the code decides. Everything stands in the path, so that no client
//! loses a part of a query.

use crate::head::{Head, Method};
use sotto_arn::{AccountId, Region};
use sotto_public::Public;

/// How these paths begin.
pub const ARCHIVE_PATH: &str = "/sotto/archives/";
/// Characters of an id.
const ID_CHARS: usize = 10;
/// Bytes of a code.
const CODE_BYTES: usize = 32;

/// What a URL claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Whether something goes up.
    pub upload: bool,
    /// Whose.
    pub account: AccountId,
    /// Where.
    pub region: Region,
    /// Which import or export.
    pub id: Public<String>,
    /// When it ends, in seconds since 1970.
    pub ends: u64,
    /// The code.
    pub code: [u8; CODE_BYTES],
}

impl Ticket {
    /// Whether a request is about an archive.
    pub fn is_meant(head: &Head) -> bool {
        head.path().starts_with(ARCHIVE_PATH.as_bytes())
    }

    /// What the URL of a request claims; nothing where it is none, or the method does not fit.
    pub fn of(head: &Head) -> Option<Self> {
        let path = std::str::from_utf8(head.path()).ok()?.strip_prefix(ARCHIVE_PATH)?;
        let parts: Vec<&str> = path.split('/').collect();
        let [way, account, region, id, ends, code] = parts.as_slice() else { return None };
        let upload = match (*way, head.method()) {
            ("in", Method::Put) => true,
            ("out", Method::Get) => false,
            _ => return None,
        };
        Some(Self {
            upload,
            account: AccountId::parse(account).ok()?,
            region: Region::parse(region).ok()?,
            id: checked_id(id)?,
            ends: ends.parse().ok()?,
            code: code_of(code)?,
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "ten letters and digits are an id of ours")]
fn checked_id(text: &str) -> Option<Public<String>> {
    let fits = text.len() == ID_CHARS && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    fits.then(|| Public::from_pinned_text(text.to_owned()))
}

/// A code in lower-case hexadecimal.
fn code_of(text: &str) -> Option<[u8; CODE_BYTES]> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes = text.as_bytes();
    if bytes.len() != 2 * CODE_BYTES {
        return None;
    }
    let mut code = [0; CODE_BYTES];
    for (place, pair) in code.iter_mut().zip(bytes.chunks(2)) {
        let [high, low] = pair else { return None };
        *place = digit(*high)? << 4 | digit(*low)?;
    }
    Some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(method: Method, path: &str) -> Option<Ticket> {
        Ticket::of(&Head::new(method, path.as_bytes()).unwrap())
    }

    #[test]
    fn a_url_is_read_whole_or_not_at_all() {
        let code = "0f".repeat(32);
        let path =
            |way: &str| format!("/sotto/archives/{way}/111122223333/eu-central-1/ABCDE12345/77/{code}");
        let ticket = of(Method::Put, &path("in")).unwrap();
        assert_eq!((ticket.upload, ticket.ends, ticket.code), (true, 77, [15; 32]));
        assert_eq!((ticket.account.as_str(), ticket.id.get().as_str()), ("111122223333", "ABCDE12345"));
        assert!(!of(Method::Get, &path("out")).unwrap().upload);
        for (method, path) in [
            (Method::Get, path("in")),
            (Method::Put, path("out")),
            (Method::Get, path("up")),
            (Method::Get, path("out").replace("ABCDE12345", "ABCDE1234")),
            (Method::Get, path("out").replace("/77/", "/x/")),
            (Method::Get, format!("{}0", path("out"))),
            (Method::Get, path("out").replace("0f0f", "0g0f")),
            (Method::Get, path("out").replace("/archives/", "/other/")),
        ] {
            assert_eq!(of(method, &path), None, "{path}");
        }
    }
}
