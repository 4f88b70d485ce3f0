//! How does a text read whose writer escaped it? JSON's and Python's backslashes, percent signs of addresses and the numbers of HTML
//! become characters, each with the place that it came from.
//!
//! It serves looking, not reading: where two readings are possible the one is taken that shows more, and backslashes of JSON within
//! JSON count as one.

use std::ops::Range;

/// Longest number of a character in HTML, in digits.
const ENTITY_DIGITS_MAX: usize = 7;

/// A text without escapes.
pub(super) struct Unescaped {
    pub(super) text: String,
    pieces: Vec<Piece>,
}

/// A stretch of it, and where that stood: byte by byte, or as a whole.
struct Piece {
    view: Range<usize>,
    stood: Range<usize>,
    literal: bool,
}

/// The text without escapes; nothing where there are none.
pub(super) fn unescaped(text: &str) -> Option<Unescaped> {
    if !text.contains(['\\', '%', '&']) {
        return None;
    }
    let mut made = Unescaped { text: String::with_capacity(text.len()), pieces: Vec::new() };
    let (mut literal, mut at, mut any) = (0, 0, false);
    while let Some(found) = text.get(at..).and_then(|rest| rest.find(['\\', '%', '&'])) {
        let start = at + found;
        let Some((end, said)) = escape(text, start) else {
            // What no backslash of a run begins, the next one does not begin either.
            let slashes =
                text.get(start..).unwrap_or_default().bytes().take_while(|byte| *byte == b'\\').count();
            at = start + slashes.max(1);
            continue;
        };
        made.push(literal..start, text.get(literal..start).unwrap_or_default(), true);
        made.push(start..end, &said, false);
        (literal, at, any) = (end, end, true);
    }
    made.push(literal..text.len(), text.get(literal..).unwrap_or_default(), true);
    any.then_some(made)
}

impl Unescaped {
    fn push(&mut self, stood: Range<usize>, said: &str, literal: bool) {
        let from = self.text.len();
        self.text.push_str(said);
        self.pieces.push(Piece { view: from..self.text.len(), stood, literal });
    }

    /// Where a stretch of it stood.
    pub(super) fn stood(&self, view: &Range<usize>) -> Option<Range<usize>> {
        let last = view.end.checked_sub(1)?;
        let piece = |at: usize| {
            let after = self.pieces.partition_point(|piece| piece.view.end <= at);
            self.pieces.get(after).filter(|piece| piece.view.start <= at)
        };
        let (first, end) = (piece(view.start)?, piece(last)?);
        let from = if first.literal { view.start - first.view.start } else { 0 };
        let upto = if end.literal { end.stood.start + (view.end - end.view.start) } else { end.stood.end };
        Some(first.stood.start + from..upto)
    }
}

/// The escape that begins here: where it ends, and what it says.
fn escape(text: &str, start: usize) -> Option<(usize, String)> {
    match text.as_bytes().get(start)? {
        b'\\' => backslash(text, start),
        b'%' => octets(text, start, b'%'),
        _ => entity(text, start),
    }
}

fn backslash(text: &str, start: usize) -> Option<(usize, String)> {
    let rest = text.get(start..)?;
    let slashes = rest.bytes().take_while(|byte| *byte == b'\\').count();
    let at = start + slashes;
    let next = text.get(at..)?.chars().next()?;
    match next {
        'u' => unit(text, at).map(|(end, first)| paired(text, end, first)),
        'x' => octets(text, start, b'x'),
        'n' | 't' | 'r' | 'b' | 'f' => Some((at + 1, " ".to_owned())),
        next => Some((at + next.len_utf8(), next.to_string())),
    }
}

/// Four hexadecimal digits behind a `u`.
fn unit(text: &str, at: usize) -> Option<(usize, u32)> {
    let digits =
        text.get(at + 1..at + 5).filter(|digits| digits.bytes().all(|one| one.is_ascii_hexdigit()))?;
    Some((at + 5, u32::from_str_radix(digits, 16).ok()?))
}

/// A character of one or two units (RFC 8259, section 7).
fn paired(text: &str, end: usize, first: u32) -> (usize, String) {
    let said = |code: u32| char::from_u32(code).unwrap_or(' ').to_string();
    if !(0xd800..0xdc00).contains(&first) {
        return (end, said(first));
    }
    let rest = text.get(end..).unwrap_or_default();
    let slashes = rest.bytes().take_while(|byte| *byte == b'\\').count();
    match unit(text, end + slashes).filter(|_| slashes > 0 && rest.get(slashes..=slashes) == Some("u")) {
        Some((after, second)) if (0xdc00..0xe000).contains(&second) => {
            (after, said(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)))
        }
        _ => (end, said(first)),
    }
}

/// Bytes that are written as two hexadecimal digits each, as many as follow each other; what is no UTF-8 of them is Latin-1.
fn octets(text: &str, start: usize, sign: u8) -> Option<(usize, String)> {
    let (mut at, mut bytes) = (start, Vec::new());
    while let Some((end, byte)) = octet(text, at, sign) {
        bytes.push(byte);
        at = end;
    }
    let mut said = String::new();
    for chunk in bytes.utf8_chunks() {
        said.push_str(chunk.valid());
        said.extend(chunk.invalid().iter().map(|byte| char::from(*byte)));
    }
    (!said.is_empty()).then_some((at, said))
}

/// `%c3` and `\xc3`, escaped again any number of times: `%25c3`, `\\xc3`.
fn octet(text: &str, start: usize, sign: u8) -> Option<(usize, u8)> {
    let rest = text.get(start..)?;
    let digits = match sign {
        b'%' => {
            let mut digits = rest.strip_prefix('%')?;
            while let Some(inner) = digits.strip_prefix("25").filter(|inner| byte_of(inner).is_some()) {
                digits = inner;
            }
            digits
        }
        _ => rest.strip_prefix('\\')?.trim_start_matches('\\').strip_prefix('x')?,
    };
    Some((text.len() - digits.len() + 2, byte_of(digits)?))
}

/// What two hexadecimal digits say.
fn byte_of(text: &str) -> Option<u8> {
    let digits = text.get(..2).filter(|digits| digits.bytes().all(|one| one.is_ascii_hexdigit()))?;
    u8::from_str_radix(digits, 16).ok()
}

/// `&#233;` and `&#xe9;`.
fn entity(text: &str, start: usize) -> Option<(usize, String)> {
    let digits = text.get(start..)?.strip_prefix("&#")?;
    let length = digits.bytes().take(ENTITY_DIGITS_MAX + 1).position(|byte| byte == b';')?;
    let number = digits.get(..length)?;
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
        None => number.parse().ok()?,
    };
    Some((start + 2 + length + 1, char::from_u32(code)?.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_become_what_they_say() {
        let check = |text: &str, wanted: &str| {
            let made = unescaped(text);
            assert_eq!(made.as_ref().map_or(text, |made| made.text.as_str()), wanted, "{text}");
        };
        check(r"Jos\u00e9 \ud83d\ude00!", "José \u{1f600}!");
        check(r#"{\"a\":\"Jos\\u00e9\"}"#, r#"{"a":"José"}"#);
        check(r"Hello\nAda", "Hello Ada");
        check(r"b'Jos\xc3\xa9' Jos\xe9", "b'José' José");
        check(r"Jos\\xc3\\\\xa9 \xff\xc3\xa9", "José ÿé");
        check("Jos%C3%A9+5%34%2b", "José+54+");
        check("Jos%25C3%2525A9 %25 %254", "José % %4");
        check("Jos&#233;&#xE9; &amp; 100 % &#;", "Joséé &amp; 100 % &#;");
        for plain in ["nothing", "", "100 %", "\\", r"\u12", "a & b", "%zz", "&#99999999;"] {
            let made = unescaped(plain).map(|made| made.text);
            assert!(made.is_none() || plain == r"\u12", "{plain} {made:?}");
        }
        check(r"\u12", r"\u12");
    }

    #[test]
    fn backslashes_without_an_end_are_read_once() {
        let many = "\\".repeat(400_000);
        assert!(unescaped(&many).is_none() && unescaped(&format!("{many}u12")).is_none());
        assert_eq!(unescaped(&format!("{many}x41")).map(|made| made.text).as_deref(), Some("A"));
    }

    #[test]
    fn places_lead_back() {
        let text = r"x Jos\u00e9 %41da";
        let made = unescaped(text).unwrap();
        let check = |part: &str, wanted: &str| {
            let start = made.text.find(part).unwrap();
            let stood = made.stood(&(start..start + part.len())).unwrap();
            assert_eq!(text.get(stood), Some(wanted));
        };
        check("José", r"Jos\u00e9");
        check("é", r"\u00e9");
        check("Ada", "%41da");
        check("x", "x");
        check("da", "da");
        assert!(made.stood(&(0..0)).is_none() && made.stood(&(90..99)).is_none());
    }
}
