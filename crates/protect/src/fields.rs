//! Which JSON fields are looked at? Paths of the settings, followed byte by byte through a stream.
//!
//! A path is written `user.email`; `*` is any one member, `**` any depth, a member with a dot stands in double quotes. It
//! holds for everything below it. Lists are looked through: `items.card` is the card of every item. The walk needs no whole
//! document: it reads JSON lines, documents that span lines, and JSON behind the prefix of a log line. What turns out not
//! to be JSON counts as text outside of all fields. JSON inside of strings is not followed.

mod walk;

pub use walk::FieldWalk;

/// The paths of the settings.
#[derive(Debug)]
pub struct FieldPaths {
    paths: Vec<Path>,
    /// Whether fields were named that alone are looked at.
    has_only: bool,
}

#[derive(Debug)]
struct Path {
    segments: Vec<Segment>,
    /// Whether it takes fields out instead of in.
    without: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Segment {
    Member(Vec<u8>),
    Any,
    Deep,
}

/// How far the paths have come at one level of a document.
#[derive(Clone, Default)]
struct Reached {
    /// Path and how many of its segments are behind us.
    at: Vec<(usize, usize)>,
    only: bool,
    without: bool,
}

impl FieldPaths {
    /// Reads the paths; `None` where there are none.
    ///
    /// # Errors
    /// When a path is not well formed.
    pub fn new<T: AsRef<str>>(only: &[T], without: &[T]) -> Result<Option<Self>, FieldPathError> {
        let read = |texts: &[T], without| -> Result<Vec<Path>, FieldPathError> {
            texts.iter().map(|text| Ok(Path { segments: segments(text.as_ref())?, without })).collect()
        };
        let mut paths = read(only, false)?;
        paths.extend(read(without, true)?);
        Ok((!paths.is_empty()).then_some(Self { paths, has_only: !only.is_empty() }))
    }

    /// No path: everything is looked at.
    #[cfg(feature = "seal")]
    pub(crate) const fn everything() -> Self {
        Self { paths: Vec::new(), has_only: false }
    }

    /// The beginning of a document.
    fn root(&self) -> Reached {
        let mut root = Reached::default();
        (0..self.paths.len()).for_each(|path| self.enter(path, 0, &mut root));
        root
    }

    /// One level deeper, into a member.
    fn member(&self, from: &Reached, name: &[u8]) -> Reached {
        let mut to = Reached { at: Vec::new(), only: from.only, without: from.without };
        for &(path, at) in &from.at {
            match self.paths.get(path).and_then(|path| path.segments.get(at)) {
                Some(Segment::Member(wanted)) if wanted == name => self.enter(path, at + 1, &mut to),
                Some(Segment::Any) => self.enter(path, at + 1, &mut to),
                Some(Segment::Deep) => self.enter(path, at, &mut to),
                _ => {}
            }
        }
        to
    }

    fn enter(&self, path: usize, at: usize, reached: &mut Reached) {
        let Some(Path { segments, without }) = self.paths.get(path) else {
            return;
        };
        match segments.get(at) {
            None if *without => reached.without = true,
            None => reached.only = true,
            Some(segment) => {
                if !reached.at.contains(&(path, at)) {
                    reached.at.push((path, at));
                }
                if *segment == Segment::Deep {
                    self.enter(path, at + 1, reached);
                }
            }
        }
    }

    /// Whether values there are looked at.
    fn keeps(&self, reached: &Reached) -> bool {
        (!self.has_only || reached.only) && !reached.without
    }
}

/// A path that is not well formed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldPathError {
    /// A part is empty, or its quotes are not closed.
    #[error("the field path `{0}` has an empty or unfinished part; write `user.email` or `user.\"a.b\"`")]
    Part(String),
    /// Something stands behind a quoted part.
    #[error("the field path `{0}` needs a dot behind each quoted part")]
    Dot(String),
}

fn segments(text: &str) -> Result<Vec<Segment>, FieldPathError> {
    let mut rest = text.strip_prefix("$.").unwrap_or(text);
    let mut segments = Vec::new();
    loop {
        let (segment, after) = segment(rest).ok_or_else(|| FieldPathError::Part(text.to_owned()))?;
        segments.push(segment);
        match after.strip_prefix('.') {
            Some(more) => rest = more,
            None if after.is_empty() => return Ok(segments),
            None => return Err(FieldPathError::Dot(text.to_owned())),
        }
    }
}

fn segment(text: &str) -> Option<(Segment, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (name, after) = quoted.split_once('"')?;
        return Some((Segment::Member(name.as_bytes().to_vec()), after));
    }
    let (name, after) = text.split_at(text.find('.').unwrap_or(text.len()));
    let segment = match name {
        "" => return None,
        "*" => Segment::Any,
        "**" => Segment::Deep,
        _ => Segment::Member(name.as_bytes().to_vec()),
    };
    Some((segment, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keeps(only: &str, without: &str, place: &[&str]) -> bool {
        let list = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let paths = FieldPaths::new(&list(only), &list(without)).unwrap().unwrap();
        let at = place.iter().fold(paths.root(), |at, name| paths.member(&at, name.as_bytes()));
        paths.keeps(&at)
    }

    #[test]
    fn paths_hold_for_everything_below_them() {
        for (only, without, place, expected) in [
            ("user", "", &["user", "email"][..], true),
            ("user.email", "", &["user", "email"], true),
            ("user.email", "", &["user"], false),
            ("$.user", "", &["user"], true),
            ("", "user", &["user", "email"], false),
            ("", "user", &["account"], true),
            ("user", "user.id", &["user", "id"], false),
            ("*.email", "", &["user", "email"], true),
            ("*.email", "", &["email"], false),
            ("**.email", "", &["email"], true),
            ("**.email", "", &["a", "b", "email", "c"], true),
            ("**.email", "", &["a", "b"], false),
            ("a.**", "", &["a", "b", "c"], true),
            ("\"a.b\".c", "", &["a.b", "c"], true),
        ] {
            assert_eq!(keeps(only, without, place), expected, "{only} / {without} / {place:?}");
        }
    }

    #[test]
    fn broken_paths_are_refused() {
        for text in ["", "a..b", ".a", "a.", "\"a", "\"a\"b"] {
            assert!(FieldPaths::new(&[text.to_owned()], &[]).is_err(), "{text}");
        }
        assert!(FieldPaths::new::<&str>(&[], &[]).unwrap().is_none());
    }
}
