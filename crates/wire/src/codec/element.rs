//! What does this XML say? Elements with attributes, text and children (XML 1.0), without document types.
//!
//! Written here for the reasons that hold for JSON. No document type is read, so that there are no entities but the five that
//! XML knows and characters by number: nothing expands. Namespaces are carried, not resolved: AWS's messages differ by name.

use super::{DEPTH_MAX, Unread};
use zeroize::Zeroize;

/// Elements of a message at most.
const ELEMENTS_MAX: usize = 500_000;

/// An element.
#[derive(Default)]
pub(crate) struct Element {
    pub(crate) name: Vec<u8>,
    pub(crate) attributes: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) text: Vec<u8>,
    pub(crate) children: Vec<Element>,
}

impl Drop for Element {
    fn drop(&mut self) {
        self.text.zeroize();
        for (_, value) in &mut self.attributes {
            value.zeroize();
        }
    }
}

impl Element {
    /// Reads a whole document; the root element comes back.
    pub(crate) fn read(text: &[u8]) -> Result<Self, Unread> {
        let mut reader = Reader { text, at: 0, count: 0 };
        reader.prolog()?;
        let root = reader.element(0)?;
        reader.misc()?;
        if reader.at == text.len() { Ok(root) } else { reader.grammar() }
    }

    /// Whether its name, without a prefix, is this one.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name == name.as_bytes()
            || super::names::local(&self.name) == super::names::local(name.as_bytes())
    }

    /// The first child of a name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.is(name))
    }
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    count: usize,
}

impl<'a> Reader<'a> {
    fn grammar<T>(&self) -> Result<T, Unread> {
        Err(Unread::Grammar { at: self.at })
    }

    fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn blanks(&mut self) {
        self.at += self.rest().iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    }

    fn eat(&mut self, word: &[u8]) -> bool {
        let found = self.rest().starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }

    /// Everything up to a word, which is stepped over.
    fn until(&mut self, word: &[u8]) -> Result<&'a [u8], Unread> {
        let rest = self.rest();
        let end = rest.windows(word.len()).position(|window| window == word);
        let Some(end) = end else { return self.grammar() };
        self.at += end + word.len();
        Ok(rest.get(..end).unwrap_or_default())
    }

    fn prolog(&mut self) -> Result<(), Unread> {
        self.eat("\u{feff}".as_bytes());
        self.misc()
    }

    /// Blanks, comments and instructions.
    fn misc(&mut self) -> Result<(), Unread> {
        loop {
            self.blanks();
            if self.eat(b"<?") {
                self.until(b"?>")?;
            } else if self.eat(b"<!--") {
                self.until(b"-->")?;
            } else {
                return Ok(());
            }
        }
    }

    fn name(&mut self) -> Result<Vec<u8>, Unread> {
        let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_:.-".contains(byte) || **byte >= 0x80;
        let length = self.rest().iter().take_while(is_name).count();
        let name = self.rest().get(..length).unwrap_or_default().to_vec();
        self.at += length;
        if name.is_empty() { self.grammar() } else { Ok(name) }
    }

    fn element(&mut self, depth: usize) -> Result<Element, Unread> {
        self.count += 1;
        if depth > DEPTH_MAX || self.count > ELEMENTS_MAX {
            return Err(Unread::Deep);
        }
        if !self.eat(b"<") {
            return self.grammar();
        }
        let mut element = Element::default();
        element.name = self.name()?;
        loop {
            self.blanks();
            if self.eat(b"/>") {
                return Ok(element);
            }
            if self.eat(b">") {
                break;
            }
            let name = self.name()?;
            let value = self.attribute()?;
            element.attributes.push((name, value));
        }
        self.content(&mut element, depth)?;
        Ok(element)
    }

    fn attribute(&mut self) -> Result<Vec<u8>, Unread> {
        self.blanks();
        if !self.eat(b"=") {
            return self.grammar();
        }
        self.blanks();
        let quote: &[u8] = if self.eat(b"\"") { b"\"" } else { b"'" };
        if quote == b"'" && !self.eat(b"'") {
            return self.grammar();
        }
        let at = self.at;
        let value = self.until(quote)?;
        let mut out = Vec::with_capacity(value.len());
        unescaped(value, &mut out).ok_or(Unread::Grammar { at })?;
        Ok(out)
    }

    fn content(&mut self, element: &mut Element, depth: usize) -> Result<(), Unread> {
        loop {
            let text = self.rest();
            let Some(end) = text.iter().position(|byte| *byte == b'<') else { return self.grammar() };
            let plain = text.get(..end).unwrap_or_default();
            unescaped(plain, &mut element.text).ok_or(Unread::Grammar { at: self.at })?;
            self.at += end;
            if self.eat(b"</") {
                let name = self.name()?;
                self.blanks();
                let closed = name == element.name && self.eat(b">");
                return if closed { Ok(()) } else { self.grammar() };
            }
            if self.eat(b"<![CDATA[") {
                element.text.extend_from_slice(self.until(b"]]>")?);
            } else if self.eat(b"<!--") {
                self.until(b"-->")?;
            } else if self.eat(b"<?") {
                self.until(b"?>")?;
            } else {
                element.children.push(self.element(depth + 1)?);
            }
        }
    }
}

/// Appends text without its references; `None` when one is not known.
fn unescaped(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| *byte == b'&') {
        out.extend_from_slice(rest.get(..at)?);
        let behind = rest.get(at + 1..)?;
        let end = behind.iter().take(12).position(|byte| *byte == b';')?;
        let c = match behind.get(..end)? {
            b"amp" => '&',
            b"lt" => '<',
            b"gt" => '>',
            b"quot" => '"',
            b"apos" => '\'',
            number => by_number(number)?,
        };
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        rest = behind.get(end + 1..)?;
    }
    out.extend_from_slice(rest);
    Some(())
}

/// The character of `#13` or `#x1F`.
fn by_number(reference: &[u8]) -> Option<char> {
    let digits = std::str::from_utf8(reference.strip_prefix(b"#")?).ok()?;
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    char::from_u32(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_read_and_broken_ones_are_not() {
        let text = b"<?xml version='1.0'?><!-- c --><a:x k=\"1 &amp; 2\"> t&#x41;<![CDATA[<]]><y/></a:x>\n";
        let root = Element::read(text).unwrap();
        assert!(root.is("x") && root.child("y").is_some());
        assert_eq!((&*root.text, &*root.attributes[0].1), (&b" tA<"[..], &b"1 & 2"[..]));
        for wrong in ["", "<a>", "<a></b>", "<a/><b/>", "<!DOCTYPE a><a/>", "<a>&x;</a>", "<a b=c/>", "<a"] {
            assert!(Element::read(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn depth_is_bounded_on_both_sides() {
        let nested = |depth: usize| "<a>".repeat(depth) + &"</a>".repeat(depth);
        assert!(Element::read(nested(DEPTH_MAX + 1).as_bytes()).is_ok());
        assert_eq!(Element::read(nested(DEPTH_MAX + 2).as_bytes()).err(), Some(Unread::Deep));
    }
}
