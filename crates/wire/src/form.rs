//! What does a form say? Pairs of names and values (WHATWG URL, "application/x-www-form-urlencoded").

use crate::text::percent_decode;
use zeroize::Zeroizing;

/// The pairs of a form or a query, decoded, in order.
pub(crate) fn pairs(text: &[u8]) -> impl Iterator<Item = (Zeroizing<Vec<u8>>, Zeroizing<Vec<u8>>)> {
    text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
        let cut = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        let (name, value) = pair.split_at(cut);
        let value = value.get(1..).unwrap_or_default();
        (Zeroizing::new(percent_decode(name, true)), Zeroizing::new(percent_decode(value, true)))
    })
}

/// The first value of a name, which holds nothing that is escaped.
pub(crate) fn first(text: &[u8], name: &[u8]) -> Option<Vec<u8>> {
    let value =
        text.split(|byte| *byte == b'&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix(b"="))?;
    Some(percent_decode(value, true))
}
