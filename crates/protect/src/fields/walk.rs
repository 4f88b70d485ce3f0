//! Where are we in the document? A reader of JSON that takes any cut of a stream and remembers only where it stands.
//!
//! It reports the stretches of scalars and member names, and whether each is looked at; over stored text also how the path to
//! each is written. A byte that JSON does not allow ends the document on the spot: what follows is text until the next `{` or
//! `[`. Where names had been read by then, nobody can tell any more in which field the rest stands, and a place that follows says
//! so: to call it no field would hide it from whoever refuses fields by name.

use super::{FieldPaths, Reached};
use sotto_detect::Detection;
use sotto_public::ByteSpan;
use std::sync::Arc;
use zeroize::{Zeroize, Zeroizing};

/// Deepest nesting that is followed; what is deeper counts as part of the level above.
const DEPTH_MAX: usize = 128;
/// Longest name of a member that can be told from others, in bytes.
const NAME_BYTES_MAX: usize = 1024;
/// Longest path that is written; what is deeper has none that can be told.
const PATH_BYTES_MAX: usize = 1024;

/// What comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// Anything: no document is open.
    Text,
    Value,
    /// A value or `]`.
    Item,
    /// A member's name or `}`.
    First,
    Name,
    Colon,
    /// A comma or the end of the list or object.
    Comma,
    /// The rest of a string; whether it is a name, whether a backslash stands before.
    String(bool, bool),
    /// The rest of a number or literal.
    Bare,
}

struct Level {
    object: bool,
    /// Of the list or object itself.
    reached: Reached,
    /// Of the member whose value comes next.
    member: Reached,
    /// How the path to the list or object is written, and to that member.
    base: Written,
    path: Written,
}

/// A path as it is written.
#[derive(Clone)]
enum Written {
    /// None: the root, and where paths are not wanted.
    Root,
    Path(Arc<str>),
    /// Too long to be told.
    Lost,
}

/// In which fields a place of a text is.
#[cfg(feature = "seal")]
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fields<'w> {
    /// Paths of all that it touches; `None` where it is in no field. Never empty.
    pub(crate) paths: Vec<Option<&'w str>>,
    /// Whether it may be in others as well, that could not be told.
    pub(crate) in_doubt: bool,
}

/// Where a walk stands.
pub struct FieldWalk {
    next: Next,
    levels: Vec<Level>,
    root: Reached,
    name: Zeroizing<Vec<u8>>,
    /// Stretches of the bytes at hand: scalars and names, and whether they are looked at.
    stretches: Vec<(usize, usize, bool)>,
    /// Where the open scalar or name begins.
    open: usize,
    /// Paths of the stretches, where they are wanted.
    paths: Option<Vec<Written>>,
    /// Whether the open document has names.
    named: bool,
    /// From where on fields cannot be told.
    doubt: Option<usize>,
}

impl FieldWalk {
    /// Before the first byte.
    pub fn new(paths: &FieldPaths) -> Self {
        let name = Zeroizing::new(Vec::with_capacity(NAME_BYTES_MAX));
        Self {
            next: Next::Text,
            levels: Vec::new(),
            root: paths.root(),
            name,
            stretches: Vec::new(),
            open: 0,
            paths: None,
            named: false,
            doubt: None,
        }
    }

    /// A walk that also writes down the path to each value. For stored text only: it keeps the names of members.
    #[cfg(feature = "seal")]
    pub(crate) fn naming(paths: &FieldPaths) -> Self {
        Self { paths: Some(Vec::new()), ..Self::new(paths) }
    }

    /// In which fields a place is, in a text that was walked over whole.
    #[cfg(feature = "seal")]
    pub(crate) fn fields_at(&self, span: ByteSpan) -> Fields<'_> {
        let first = self.stretches.partition_point(|(_, end, _)| *end <= span.start());
        let touched = self.stretches.iter().skip(first).take_while(|(start, ..)| *start < span.end());
        let written = self.paths.iter().flatten().skip(first).take(touched.count());
        let mut in_doubt = self.doubt.is_some_and(|from| from < span.end());
        let mut paths = Vec::new();
        for written in written {
            match written {
                Written::Root => paths.push(None),
                Written::Path(path) => paths.push(Some(&**path)),
                Written::Lost => in_doubt = true,
            }
        }
        if paths.is_empty() {
            paths.push(None);
        }
        Fields { paths, in_doubt }
    }

    /// Walks over a whole text and leaves out what does not count.
    pub fn walk(&mut self, paths: &FieldPaths, bytes: &[u8], found: &mut Vec<Detection>) {
        self.walk_from(paths, bytes, 0, found);
    }

    /// Walks over the next bytes, which begin at offset `from` of what `found` counts in.
    pub fn walk_from(&mut self, paths: &FieldPaths, bytes: &[u8], from: usize, found: &mut Vec<Detection>) {
        self.read(paths, bytes);
        found.retain(|detection| self.counts(paths, detection.bytes, from));
    }

    /// Whether a place in a whole text that was walked over is looked at.
    #[cfg(feature = "seal")]
    pub(crate) fn holds(&self, paths: &FieldPaths, span: ByteSpan) -> bool {
        self.counts(paths, span, 0)
    }

    /// Walks over bytes and notes what is looked at.
    pub(crate) fn read(&mut self, paths: &FieldPaths, bytes: &[u8]) {
        self.stretches.clear();
        self.paths.iter_mut().for_each(Vec::clear);
        (self.open, self.doubt) = (0, None);
        for (at, &byte) in bytes.iter().enumerate() {
            self.step(paths, at, byte);
        }
        if matches!(self.next, Next::String(..) | Next::Bare) {
            // A name that goes on is not known yet: it counts.
            let keep = matches!(self.next, Next::String(true, _)) || paths.keeps(self.here());
            self.note(bytes.len(), keep);
        }
    }

    fn counts(&self, paths: &FieldPaths, span: ByteSpan, from: usize) -> bool {
        let (start, end) = (span.start().saturating_sub(from), span.end().saturating_sub(from));
        let first = self.stretches.partition_point(|(_, stretch_end, _)| *stretch_end <= start);
        let touched =
            self.stretches.iter().skip(first).take_while(|(stretch_start, ..)| *stretch_start < end);
        let mut keeps = touched.map(|(.., keep)| *keep).peekable();
        match keeps.peek() {
            None => !paths.has_only,
            Some(_) => keeps.any(|keep| keep),
        }
    }

    /// How far the paths have come where the next value stands.
    fn here(&self) -> &Reached {
        self.levels.last().map_or(
            &self.root,
            |level| {
                if level.object { &level.member } else { &level.reached }
            },
        )
    }

    fn step(&mut self, paths: &FieldPaths, at: usize, byte: u8) {
        match self.next {
            Next::String(name, escaped) => return self.step_string(paths, at, byte, name, escaped),
            Next::Bare if is_bare(byte) => return,
            Next::Bare => {
                self.close(paths, at);
                self.next = Next::Comma;
            }
            _ => {}
        }
        if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
            return;
        }
        let fits = match (self.next, byte) {
            (Next::Text, b'{' | b'[') | (Next::Value | Next::Item, b'{' | b'[') => self.descend(byte == b'{'),
            (Next::Text, _) => true,
            (Next::First, b'}') | (Next::Item, b']') => self.ascend(byte),
            (Next::Comma, b'}' | b']') => self.ascend(byte),
            (Next::Comma, b',') => {
                self.next = if self.levels.last().is_some_and(|level| level.object) {
                    Next::Name
                } else {
                    Next::Value
                };
                true
            }
            (Next::First | Next::Name, b'"') => self.begin(at, Next::String(true, false)),
            (Next::Value | Next::Item, b'"') => self.begin(at, Next::String(false, false)),
            (Next::Value | Next::Item, _) if is_bare(byte) => self.begin(at, Next::Bare),
            (Next::Colon, b':') => {
                self.next = Next::Value;
                true
            }
            _ => false,
        };
        if !fits {
            self.give_up(at, byte);
        }
    }

    fn step_string(&mut self, paths: &FieldPaths, at: usize, byte: u8, name: bool, escaped: bool) {
        if name && (byte != b'"' || escaped) && self.name.len() < NAME_BYTES_MAX {
            self.name.push(byte);
        }
        match byte {
            b'\n' => self.give_up(self.open, byte),
            _ if escaped => self.next = Next::String(name, false),
            b'\\' => self.next = Next::String(name, true),
            b'"' if name => {
                self.take_name(paths);
                self.close(paths, at);
                self.next = Next::Colon;
            }
            b'"' => {
                self.close(paths, at);
                self.next = Next::Comma;
            }
            _ => {}
        }
    }

    fn take_name(&mut self, paths: &FieldPaths) {
        if let Some(level) = self.levels.last_mut() {
            level.member = match unescaped(&self.name) {
                Some(name) => paths.member(&level.reached, name.as_bytes()),
                None => paths.member(&level.reached, &self.name),
            };
            if self.paths.is_some() {
                level.path = below(&level.base, &self.name);
            }
        }
        self.name.as_mut_slice().zeroize();
        self.name.clear();
    }

    fn begin(&mut self, at: usize, next: Next) -> bool {
        self.named |= matches!(next, Next::String(true, _));
        (self.open, self.next) = (at, next);
        true
    }

    fn close(&mut self, paths: &FieldPaths, at: usize) {
        let keep = paths.keeps(self.here());
        self.note(at, keep);
    }

    fn note(&mut self, end: usize, keep: bool) {
        self.stretches.push((self.open, end, keep));
        let written = self.levels.last().map_or(Written::Root, |level| level.path.clone());
        self.paths.iter_mut().for_each(|paths| paths.push(written.clone()));
    }

    fn descend(&mut self, object: bool) -> bool {
        if self.levels.len() < DEPTH_MAX {
            let reached = self.here().clone();
            let base = self.levels.last().map_or(Written::Root, |level| level.path.clone());
            self.named &= !self.levels.is_empty();
            let path = base.clone();
            self.levels.push(Level { object, member: reached.clone(), reached, base, path });
            self.next = if object { Next::First } else { Next::Item };
            return true;
        }
        false
    }

    fn ascend(&mut self, byte: u8) -> bool {
        let fits = self.levels.pop().is_some_and(|level| level.object == (byte == b'}'));
        self.next = if self.levels.is_empty() { Next::Text } else { Next::Comma };
        fits
    }

    /// It was no JSON after all, from a place on. The byte may begin a document.
    fn give_up(&mut self, from: usize, byte: u8) {
        if self.named {
            self.doubt.get_or_insert(from);
        }
        self.levels.clear();
        self.name.as_mut_slice().zeroize();
        self.name.clear();
        self.next = Next::Text;
        if matches!(byte, b'{' | b'[') {
            self.descend(byte == b'{');
        }
    }
}

fn is_bare(byte: u8) -> bool {
    matches!(
        byte,
        b'0'..=b'9'
            | b'-'
            | b'+'
            | b'.'
            | b'e'
            | b'E'
            | b't'
            | b'r'
            | b'u'
            | b'f'
            | b'a'
            | b'l'
            | b's'
            | b'n'
    )
}

/// The path to a member, as settings write it.
fn below(base: &Written, name: &[u8]) -> Written {
    // A name that was cut may be any that begins so.
    if name.len() >= NAME_BYTES_MAX {
        return Written::Lost;
    }
    let name = match unescaped(name) {
        Some(name) => name.as_str().to_owned(),
        None => String::from_utf8_lossy(name).into_owned(),
    };
    let plain = !name.is_empty() && !name.contains(['.', '"', '*']);
    let name = if plain { name } else { format!("\"{name}\"") };
    let whole = match base {
        Written::Root => name,
        Written::Path(base) => format!("{base}.{name}"),
        Written::Lost => return Written::Lost,
    };
    if whole.len() > PATH_BYTES_MAX { Written::Lost } else { Written::Path(whole.into()) }
}

/// A name without its escapes; `None` where there are none.
fn unescaped(name: &[u8]) -> Option<Zeroizing<String>> {
    memchr::memchr(b'\\', name)?;
    let quoted = [b"\"", name, b"\""].concat();
    serde_json::from_slice(&Zeroizing::new(quoted)).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What of `needle`s is kept when the text is walked in pieces of `piece` bytes.
    fn kept(only: &str, without: &str, text: &str, piece: usize) -> usize {
        let list = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let paths = FieldPaths::new(&list(only), &list(without)).unwrap().unwrap();
        let mut walk = FieldWalk::new(&paths);
        let mut count = 0;
        for (index, bytes) in text.as_bytes().chunks(piece).enumerate() {
            walk.walk_from(&paths, bytes, 0, &mut Vec::new());
            let base = index * piece;
            let inside = (base..base + bytes.len()).filter(|at| text.as_bytes()[*at] == b'#');
            count += inside.filter(|at| walk.counts(&paths, ByteSpan::at(at - base, 1), 0)).count();
        }
        count
    }

    fn check(only: &str, without: &str, text: &str, expected: usize) {
        for piece in [1, 2, 3, 7, 1000] {
            assert_eq!(kept(only, without, text, piece), expected, "{only} / {without} / {text} by {piece}");
        }
    }

    #[test]
    fn values_of_fields_are_told_apart() {
        check("a", "", r##"{"a":"#","b":"#"}"##, 1);
        check("", "a", r##"{"a":"#","b":"#"}"##, 1);
        check("a.b", "", r##"{"a":{"b":"#","c":"#"},"b":"#"}"##, 1);
        check("items.card", "", r##"{"items":[{"card":"#","id":"#"},{"card":"#"}]}"##, 2);
        check("a", "", r##"{"a":["#",["#"]],"b":["#"]}"##, 2);
        check("a", "", "{\"b\":\"#\"}\n{\"a\":\"#\"}\n", 1);
        check("a", "", "{\n  \"b\": {\n \"a\": \"#\"},\n  \"a\": \"#\"\n}", 1);
        check("b", "", r##"{"a":"\"b\":#","b":"#"}"##, 1);
        check("b", "", r##"{"\u0062":"#"}"##, 1);
    }

    #[test]
    #[cfg(feature = "seal")]
    fn paths_are_written_as_settings_write_them() {
        for (text, wanted) in [
            (r##"{"user":{"email":"#"}}"##, Some("user.email")),
            (r##"{"items":[{"card":"#"}]}"##, Some("items.card")),
            (r##"{"a":["x",["#"]]}"##, Some("a")),
            (r##"{"a.b":{"c":"#"}}"##, Some("\"a.b\".c")),
            (r##"{"a":"x","\u0062":"#"}"##, Some("b")),
            (r##"{"a":{"x":1},"b":"#"}"##, Some("b")),
            (r##"{"":"#"}"##, Some("\"\"")),
            (r##"INFO {"a":"#"}"##, Some("a")),
            (r##"INFO # {"a":"x"}"##, None),
            (r##"["#"]"##, None),
            ("#", None),
        ] {
            let paths = FieldPaths::everything();
            let mut walk = FieldWalk::naming(&paths);
            walk.read(&paths, text.as_bytes());
            let at = text.find('#').unwrap();
            let wanted = Fields { paths: vec![wanted], in_doubt: false };
            assert_eq!(walk.fields_at(ByteSpan::at(at, 1)), wanted, "{text}");
        }
    }

    #[test]
    #[cfg(feature = "seal")]
    fn fields_that_cannot_be_told_are_in_doubt() {
        let named = |length: usize| format!("{{\"a\":{{\"{}\":\"#\"}}}}", "k".repeat(length));
        let nested = |depth: usize| format!("{{\"a\":{}{{\"b\":\"#\"}}", "[".repeat(depth));
        for (text, wanted) in [
            (r##"{"a":NaN,"b":"#"}"##, true),
            (r##"{"a":"#","b":NaN}"##, false),
            (r##"{"a":{"x":NaN,"y":{"b":"#"}}}"##, true),
            ("{\"a\":\"# unfinished\n", true),
            (r##"{"a":"x"} {"b":"#"}"##, false),
            (r##"[main] INFO {"b":"#"}"##, false),
            ("[main] took {5ms} #", false),
            (&named(PATH_BYTES_MAX - 2), false),
            (&named(PATH_BYTES_MAX - 1), true),
            (&nested(DEPTH_MAX - 2), false),
            (&nested(DEPTH_MAX - 1), true),
        ] {
            let paths = FieldPaths::everything();
            let mut walk = FieldWalk::naming(&paths);
            walk.read(&paths, text.as_bytes());
            let at = text.find('#').unwrap();
            assert_eq!(walk.fields_at(ByteSpan::at(at, 1)).in_doubt, wanted, "{text}");
        }
    }

    #[test]
    #[cfg(feature = "seal")]
    fn a_place_over_several_values_is_in_the_fields_of_all() {
        let (text, paths) = (r##"{"a":"12","b":"34"} 5"##, FieldPaths::everything());
        let mut walk = FieldWalk::naming(&paths);
        walk.read(&paths, text.as_bytes());
        let found = walk.fields_at(ByteSpan::at(5, text.len() - 5)).paths;
        assert_eq!(found, [Some("a"), Some("b"), Some("b")], "the name of a member is its own");
        assert_eq!(walk.fields_at(ByteSpan::at(text.len() - 1, 1)).paths, [None]);
    }

    #[test]
    fn text_around_json_counts_unless_fields_are_named() {
        check("", "a", r##"# INFO {"a":"#"} #"##, 2);
        check("a", "", r##"# INFO {"a":"#"} #"##, 1);
        check("a", "", "[main] INFO {\"a\":\"#\"}", 1);
        check("a", "", "took [5ms, {oops {\"a\":\"#\"}", 1);
        check("a", "", "{\"a\":\"unfinished\n{\"a\":\"#\",\"b\":\"#\"}", 1);
    }

    #[test]
    fn nesting_without_end_is_survived() {
        check("a", "", &("[".repeat(5000) + "{\"a\":\"#\"}"), 1);
        check("", "a", &format!("{{\"{}\":\"#\"}}", "k".repeat(5000)), 1);
    }
}
