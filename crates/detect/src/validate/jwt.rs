//! Is this a JSON web token?
//!
//! RFC 7515 section 7.1 (three parts) and RFC 7516 section 7.1 (five parts): base64url without padding,
//! parted by points. The first part decodes to a JSON object with the member `alg`, whose value is text
//! (RFC 7515 section 4.1.1). The signature of an unsecured token is empty (RFC 7519 section 6).

/// The compact serialization.
pub(crate) fn valid(value: &[u8]) -> bool {
    let mut parts = value.split(|&byte| byte == b'.');
    let header = parts.next().unwrap_or_default();
    let (mut count, mut filled) = (0, 0);
    for part in parts {
        if part.iter().any(|&byte| sextet(byte).is_none()) {
            return false;
        }
        count += 1;
        filled += usize::from(!part.is_empty());
    }
    matches!((count, filled), (2, 1 | 2) | (4, 3 | 4)) && is_header(header)
}

/// Does the part decode to an object that names an algorithm?
fn is_header(part: &[u8]) -> bool {
    if part.iter().any(|&byte| sextet(byte).is_none()) {
        return false;
    }
    let mut bytes = decoded(part).peekable();
    let (mut last, mut search) = (0, Search::default());
    let object = bytes.peek() == Some(&b'{');
    for byte in bytes {
        search = search.after(byte);
        last = byte;
    }
    object && last == b'}' && search == Search::Found
}

/// How far a reading of `"alg" : "` has come.
#[derive(Clone, Copy, PartialEq)]
enum Search {
    Name(usize),
    Colon,
    Value,
    Found,
}

impl Default for Search {
    fn default() -> Self {
        Search::Name(0)
    }
}

impl Search {
    fn after(self, byte: u8) -> Search {
        const NAME: &[u8] = br#""alg""#;
        match (self, byte) {
            (Search::Found, _) => Search::Found,
            (Search::Colon | Search::Value, b' ' | b'\t' | b'\n' | b'\r') => self,
            (Search::Colon, b':') => Search::Value,
            (Search::Value, b'"') => Search::Found,
            (Search::Name(at), _) if NAME.get(at) == Some(&byte) && at + 1 == NAME.len() => Search::Colon,
            (Search::Name(at), _) if NAME.get(at) == Some(&byte) => Search::Name(at + 1),
            (_, b'"') => Search::Name(1),
            _ => Search::Name(0),
        }
    }
}

/// The bytes of a base64url text (RFC 4648 section 5); bits left over at the end are dropped.
fn decoded(text: &[u8]) -> impl Iterator<Item = u8> {
    let mut waiting = (0u32, 0u32);
    text.iter().filter_map(move |&symbol| {
        let (bits, count) = (waiting.0 << 6 | u32::from(sextet(symbol)?), waiting.1 + 6);
        let whole = count >= 8;
        let left = if whole { count - 8 } else { count };
        waiting = (bits & ((1 << left) - 1), left);
        whole.then(|| u8::try_from(bits >> left & 0xff).unwrap_or(0))
    })
}

fn sextet(symbol: u8) -> Option<u8> {
    match symbol {
        b'A'..=b'Z' => Some(symbol - b'A'),
        b'a'..=b'z' => Some(symbol - b'a' + 26),
        b'0'..=b'9' => Some(symbol - b'0' + 52),
        b'-' => Some(62),
        b'_' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // Headers: {"alg":"HS256","typ":"JWT"}; {"typ":"JWT",\r\n "alg":"HS256"} of RFC 7515 A.1; {"alg":"none"}
        // of RFC 7519 section 6.1; {"alg":"RSA-OAEP","enc":"A256GCM"} of RFC 7516 A.1.
        let good = [
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl",
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UifQ.dBjftJeZ4CVP",
            "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UifQ.",
            "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.T0tB.SVY.Q1Q.VEFH",
        ];
        let bad = [
            "eyJ0eXAiOiJKV1QifQ.eyJzdWIiOiJ4In0.c2ln",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0",
            "eyJhbGciOiJIUzI1NiJ9.eyJz+WIiOiJ4In0.c2ln",
            "com.example.service",
            "",
            "..",
            "eyJhbGciOjEyfQ.eyJzdWIiOiJ4In0.c2ln",
            "eyJhbGciOiJIUzI1NiJ9.a.b.c",
        ];
        crate::validate::testing::check("jwt", &good, &bad);
    }
}
