//! What is said about a request's headers in a log line? Those of a list, and of these only what their form allows.
//!
//! A header is the caller's text. Lengths are numbers, a content type is one of those that AWS's protocols have, ids of
//! invocations have the form of a UUID; anything else about them stays unsaid.

use super::log::{Field, field};
use hyper::HeaderMap;
use sotto_public::Public;

/// Content types that are told by name.
const CONTENT_TYPES: [&str; 8] = [
    "application/x-amz-json-1.0",
    "application/x-amz-json-1.1",
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=utf-8",
    "application/json",
    "application/cbor",
    "application/xml",
    "application/octet-stream",
];

/// Length of a UUID in text.
const UUID_CHARS: usize = 36;

/// The fields of a request's line.
pub(crate) fn headers(headers: &HeaderMap) -> Vec<Field> {
    let mut fields = Vec::new();
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(bytes) = text("content-length").and_then(|value| value.parse::<u64>().ok()) {
        fields.push(field("bytes", bytes));
    }
    if let Some(value) = text("content-type") {
        let known = CONTENT_TYPES.iter().find(|known| known.eq_ignore_ascii_case(value));
        fields.push(field("content_type", known.copied().unwrap_or("other")));
    }
    if let Some(value) = text("amz-sdk-invocation-id").filter(|value| is_uuid(value)) {
        fields.push(field("invocation", uuid(value)));
    }
    fields
}

fn is_uuid(text: &str) -> bool {
    let fits = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    text.len() == UUID_CHARS && text.bytes().enumerate().all(fits)
}

#[expect(
    clippy::disallowed_methods,
    reason = "32 hexadecimal digits and four hyphens, checked by the caller"
)]
fn uuid(text: &str) -> Public<String> {
    Public::from_pinned_text(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    fn check(name: &'static str, value: &'static str) -> String {
        let mut map = HeaderMap::new();
        map.insert(name, HeaderValue::from_static(value));
        headers(&map).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn only_what_the_list_allows_is_told() {
        for (name, value, expected) in [
            ("content-length", "12", "bytes=12"),
            ("content-length", "canary", ""),
            ("content-type", "application/X-AMZ-json-1.1", "content_type=application/x-amz-json-1.1"),
            ("content-type", "text/canary", "content_type=other"),
            (
                "amz-sdk-invocation-id",
                "6f9619ff-8b86-d011-b42d-00c04fc964ff",
                "invocation=6f9619ff-8b86-d011-b42d-00c04fc964ff",
            ),
            ("amz-sdk-invocation-id", "6f9619ff-8b86-d011-b42d-00c04canary0", ""),
            ("authorization", "canary", ""),
            ("x-amz-security-token", "canary", ""),
            ("cookie", "canary", ""),
            ("user-agent", "canary", ""),
        ] {
            assert_eq!(check(name, value), expected, "{name}: {value}");
        }
    }
}
