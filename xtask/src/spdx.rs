//! Does a licence expression hold under a list of allowed licences?
//!
//! Expressions are those of SPDX specification 2.3, Annex D: identifiers joined by `AND`, `OR`, `WITH` and brackets, `AND`
//! binding closer than `OR`; the old `/` of Cargo manifests means `OR`.

/// Whether one way to read the expression needs allowed licences only; `None` when it is no expression.
pub(crate) fn holds(expression: &str, allowed: &dyn Fn(&str) -> bool) -> Option<bool> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader { words: &words, allowed };
    let holds = reader.any()?;
    reader.words.is_empty().then_some(holds)
}

struct Reader<'a> {
    words: &'a [&'a str],
    allowed: &'a dyn Fn(&str) -> bool,
}

impl<'a> Reader<'a> {
    fn any(&mut self) -> Option<bool> {
        let mut holds = self.all()?;
        while self.take_if("OR") {
            holds |= self.all()?;
        }
        Some(holds)
    }

    fn all(&mut self) -> Option<bool> {
        let mut holds = self.one()?;
        while self.take_if("AND") {
            holds &= self.one()?;
        }
        Some(holds)
    }

    fn one(&mut self) -> Option<bool> {
        if self.take_if("(") {
            let holds = self.any()?;
            return self.take_if(")").then_some(holds);
        }
        let licence = self.take().filter(|word| !matches!(*word, "OR" | "AND" | "WITH" | "(" | ")"))?;
        if self.take_if("WITH") {
            let exception = self.take()?;
            return Some((self.allowed)(&format!("{licence} WITH {exception}")));
        }
        Some((self.allowed)(licence))
    }

    fn take(&mut self) -> Option<&'a str> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(first)
    }

    fn take_if(&mut self, word: &str) -> bool {
        let is = self.words.first() == Some(&word);
        if is {
            self.take();
        }
        is
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_judged() {
        let allowed = |licence: &str| {
            matches!(licence, "MIT" | "Apache-2.0" | "Zlib" | "Apache-2.0 WITH LLVM-exception")
        };
        let cases = [
            ("MIT", Some(true)),
            ("GPL-3.0-only", Some(false)),
            ("GPL-3.0-only OR MIT", Some(true)),
            ("GPL-3.0-only AND MIT", Some(false)),
            ("MIT AND (GPL-3.0-only OR Zlib)", Some(true)),
            ("GPL-3.0-only AND Zlib OR MIT", Some(true)),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", Some(false)),
            ("Apache-2.0 WITH LLVM-exception", Some(true)),
            ("MIT WITH LLVM-exception", Some(false)),
            ("MIT/Apache-2.0", Some(true)),
            ("GPL-2.0 / LGPL-3.0", Some(false)),
            ("", None),
            ("MIT OR", None),
            ("(MIT", None),
            ("MIT)", None),
            ("MIT Apache-2.0", None),
            ("WITH MIT", None),
        ];
        for (expression, wanted) in cases {
            assert_eq!(holds(expression, &allowed), wanted, "{expression}");
        }
    }
}
