//! Does this text match that pattern of a policy?
//!
//! A pattern is cut once, when its policy is read, into literal text, `*`, `?` and variables; matching walks the pieces and
//! allocates nothing. Three dialects: actions and `StringLike` (`*` and `?` cross everything), resources (IAM User Guide, "IAM
//! JSON policy elements: Resource": wildcards stay inside the segments between colons, but a `*` that ends a segment may run on
//! past colons), and plain text, where only variables are special.
//!
//! Only the last `*` that may cross colons and the last one behind it that may not are kept for stepping back. That is enough:
//! what an earlier one could take, the later one can take too; so a match costs at most text times pattern.

use crate::variable::{Lookup, Variable};

/// A compiled pattern.
#[derive(Debug)]
pub(crate) enum Glob {
    /// `*` alone.
    Any,
    /// No wildcard, no variable.
    Exact(Box<str>),
    /// Text, then a `*` that crosses everything.
    Prefix(Box<str>),
    /// Anything else.
    Pieces(Box<[Piece]>),
}

/// A piece of a pattern.
#[derive(Debug)]
pub(crate) enum Piece {
    Text(Box<str>),
    /// `*`; whether it may run on past colons.
    Star {
        crosses: bool,
    },
    /// `?`; whether it may be a colon.
    One {
        crosses: bool,
    },
    Variable(Variable),
}

/// How wildcards are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// No wildcards.
    Plain,
    /// `*` and `?` cross everything.
    Like,
    /// Wildcards of a resource.
    Resource,
}

impl Glob {
    /// Compiles a pattern. Variables are read where `variables` says that the language version has them.
    pub(crate) fn new(text: &str, dialect: Dialect, variables: bool) -> Self {
        let pieces = Cutter { rest: text, dialect, variables, pieces: Vec::new(), text: String::new() }.cut();
        match pieces.as_slice() {
            [] => Self::Exact("".into()),
            [Piece::Text(text)] => Self::Exact(text.clone()),
            [Piece::Star { crosses: true }] => Self::Any,
            [Piece::Text(text), Piece::Star { crosses: true }] => Self::Prefix(text.clone()),
            _ => Self::Pieces(pieces.into()),
        }
    }

    /// Whether the text matches; variables are looked up.
    pub(crate) fn matches(&self, text: &str, lookup: &impl Lookup) -> bool {
        match self {
            Self::Any => true,
            Self::Exact(exact) => **exact == *text,
            Self::Prefix(prefix) => text.starts_with(&**prefix),
            Self::Pieces(pieces) => Walk { pieces, text: text.as_bytes(), lookup }.matches(),
        }
    }

    /// The variables of the pattern.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &Variable> {
        let pieces: &[Piece] = match self {
            Self::Pieces(pieces) => pieces,
            _ => &[],
        };
        pieces.iter().filter_map(|piece| match piece {
            Piece::Variable(variable) => Some(variable),
            _ => None,
        })
    }
}

struct Cutter<'t> {
    rest: &'t str,
    dialect: Dialect,
    variables: bool,
    pieces: Vec<Piece>,
    text: String,
}

impl Cutter<'_> {
    fn cut(mut self) -> Vec<Piece> {
        while let Some(c) = self.rest.chars().next() {
            self.rest = self.rest.get(c.len_utf8()..).unwrap_or_default();
            match c {
                '*' if self.dialect != Dialect::Plain => self.star(),
                '?' if self.dialect != Dialect::Plain => {
                    let crosses = self.dialect == Dialect::Like;
                    self.push(Piece::One { crosses });
                }
                '$' if self.variables && self.rest.starts_with('{') => self.variable(),
                c => self.text.push(c),
            }
        }
        self.flush();
        self.pieces
    }

    fn star(&mut self) {
        self.rest = self.rest.trim_start_matches('*');
        let ends = self.rest.is_empty() || self.rest.starts_with(':');
        let crosses = self.dialect == Dialect::Like || ends;
        self.push(Piece::Star { crosses });
    }

    fn variable(&mut self) {
        let Some(close) = self.rest.find('}') else {
            self.text.push('$');
            return;
        };
        let inside = self.rest.get(1..close).unwrap_or_default();
        self.rest = self.rest.get(close + 1..).unwrap_or_default();
        match inside {
            "*" | "?" | "$" => self.text.push_str(inside),
            _ => self.push(Piece::Variable(Variable::parse(inside))),
        }
    }

    fn push(&mut self, piece: Piece) {
        self.flush();
        self.pieces.push(piece);
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.pieces.push(Piece::Text(std::mem::take(&mut self.text).into()));
        }
    }
}

struct Walk<'a, L> {
    pieces: &'a [Piece],
    text: &'a [u8],
    lookup: &'a L,
}

/// Where to step back to: the piece behind a star, and the byte it was tried at.
type Back = Option<(usize, usize)>;

/// What a piece makes of the text in front of it.
enum Step {
    /// It matches, and so many bytes are used.
    Used(usize),
    Star {
        crosses: bool,
    },
    Fails,
    /// Nothing can match any more: a variable without a value.
    Never,
}

impl<L: Lookup> Walk<'_, L> {
    fn matches(&self) -> bool {
        let (mut piece, mut at) = (0, 0);
        let (mut far, mut near): (Back, Back) = (None, None);
        loop {
            match self.step(piece, at) {
                None if at == self.text.len() => return true,
                Some(Step::Used(bytes)) => {
                    (piece, at) = (piece + 1, at + bytes);
                    continue;
                }
                Some(Step::Star { crosses }) => {
                    piece += 1;
                    if crosses {
                        (far, near) = (Some((piece, at)), None);
                    } else {
                        near = Some((piece, at));
                    }
                    continue;
                }
                Some(Step::Never) => return false,
                None | Some(Step::Fails) => {}
            }
            if let Some((back, from)) = near
                && self.text.get(from).is_some_and(|byte| *byte != b':')
            {
                (piece, at) = (back, from + self.width(from));
                near = Some((piece, at));
            } else if let Some((back, from)) = far
                && from < self.text.len()
            {
                (piece, at) = (back, from + self.width(from));
                (far, near) = (Some((piece, at)), None);
            } else {
                return false;
            }
        }
    }

    fn step(&self, piece: usize, at: usize) -> Option<Step> {
        let rest = self.text.get(at..).unwrap_or_default();
        let starts =
            |text: &str| if rest.starts_with(text.as_bytes()) { Step::Used(text.len()) } else { Step::Fails };
        Some(match self.pieces.get(piece)? {
            Piece::Text(text) => starts(text),
            Piece::Star { crosses } => Step::Star { crosses: *crosses },
            Piece::One { crosses } => match rest.first() {
                Some(byte) if *crosses || *byte != b':' => Step::Used(self.width(at)),
                _ => Step::Fails,
            },
            Piece::Variable(variable) => variable.value(self.lookup).map_or(Step::Never, starts),
        })
    }

    /// Bytes of the character at this byte.
    fn width(&self, at: usize) -> usize {
        match self.text.get(at) {
            Some(0xF0..) => 4,
            Some(0xE0..) => 3,
            Some(0xC0..) => 2,
            _ => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Key;

    struct Values;

    impl Lookup for Values {
        fn single(&self, key: &Key) -> Option<&str> {
            match key.as_str() {
                "aws:username" => Some("ana"),
                "odd" => Some("a*b"),
                _ => None,
            }
        }
    }

    fn matches(dialect: Dialect, pattern: &str, text: &str) -> bool {
        Glob::new(pattern, dialect, true).matches(text, &Values)
    }

    #[test]
    fn like_crosses_everything() {
        for (pattern, text, wanted) in [
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("a*c", "abbc", true),
            ("a*c", "abcb", false),
            ("*a*a*b", "aaaaab", true),
            ("*a*a*c", "aaaaab", false),
            ("a?c", "aéc", true),
            ("a?c", "ac", false),
            ("a?", "a:", true),
            ("x*:z", "x:y:z", true),
            ("**", "anything", true),
            ("home/${aws:username}/*", "home/ana/x", true),
            ("home/${aws:username}", "home/bob", false),
            ("${nobody}", "", false),
            ("${nobody, 'team'}-*", "team-1", true),
            ("${odd}", "a*b", true),
            ("${odd}", "axb", false),
            ("a${*}b", "a*b", true),
            ("a${*}b", "axb", false),
            ("${?}${$}", "?$", true),
            ("a${b", "a${b", true),
        ] {
            assert_eq!(matches(Dialect::Like, pattern, text), wanted, "{pattern} {text}");
        }
    }

    #[test]
    fn resources_keep_to_their_segments_but_a_last_star_runs_on() {
        let group = "arn:aws:logs:eu-central-1:111122223333:log-group:app:log-stream:s";
        for (pattern, text, wanted) in [
            ("arn:aws:logs:*:*:log-group:*", group, true),
            ("arn:aws:logs:*:log-group:app:*", group, true),
            ("arn:aws:logs:*:111122223333:log-group:ap*", group, true),
            ("arn:aws:logs:*:111122223333:log-group:a*p:log-stream:s", group, true),
            ("arn:aws:logs:*:111122223333:log-group:a*s", group, false),
            ("arn:aws:logs:eu-*-1:111122223333:log-group:app:*", group, true),
            ("arn:aws:logs:eu*1:111122223333:log-group:*", group, true),
            ("arn:aws:logs:eu*3:log-group:*", group, false),
            ("arn:aws:logs:eu-central-1:11112222333?:log-group:app:*", group, true),
            ("arn:aws:logs:eu-central-1?111122223333:log-group:app:*", group, false),
            ("arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/1/2/test/x", true),
            ("arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/1/2/tests", false),
            ("arn:aws:s3:::B/*", "arn:aws:s3:::b/x", false),
        ] {
            assert_eq!(matches(Dialect::Resource, pattern, text), wanted, "{pattern} {text}");
        }
    }

    #[test]
    fn plain_text_has_variables_only() {
        assert!(matches(Dialect::Plain, "a*", "a*") && !matches(Dialect::Plain, "a*", "ab"));
        assert!(matches(Dialect::Plain, "${aws:username}?", "ana?"));
        assert!(Glob::new("${aws:username}", Dialect::Plain, false).matches("${aws:username}", &Values));
    }
}
