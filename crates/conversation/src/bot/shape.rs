//! How do trees become structures, and structures trees? Each structure names its members once, with `shapes!`.
//!
//! A member may have another name in exports than in the API (`messageGroups`, there `messageGroupsList`); either is read in
//! both, and the one that belongs to the tongue is written. What is unknown is kept in `rest`. Nothing is required here: what
//! the API requires its model checks, and files come with anything left out. Where a member has another kind than it should,
//! reading goes on and a [`Problem`] names the place, never the value.

use super::tree::Tree;
use crate::Words;
use std::fmt;
use std::ops::Deref;

/// Most problems that are remembered.
pub const PROBLEMS_MAX: usize = 200;

/// The two tongues of bots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Requests and answers of the build API.
    Api,
    /// Files of an export.
    Export,
}

/// Something in a tree that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Names of members and numbers of items, ours.
    pub at: String,
    /// What would be right.
    pub expected: &'static str,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` must be {}", self.at, self.expected)
    }
}

/// Reads trees and notes what is wrong and what is unknown.
#[derive(Debug, Default)]
pub struct Reader {
    path: Vec<Step>,
    /// Members of the wrong kind; at most [`PROBLEMS_MAX`].
    pub problems: Vec<Problem>,
    /// Members that this release does not know and keeps.
    pub unknown: usize,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Member(&'static str),
    Item(usize),
}

impl Reader {
    /// A reader for something of this name.
    pub fn of(name: &'static str) -> Self {
        Self { path: vec![Step::Member(name)], ..Self::default() }
    }

    /// Notes that what is read should be something else.
    pub(crate) fn wrong(&mut self, expected: &'static str) {
        if self.problems.len() < PROBLEMS_MAX {
            let at = self.place();
            self.problems.push(Problem { at, expected });
        }
    }

    fn place(&self) -> String {
        let mut place = String::new();
        for step in &self.path {
            match step {
                Step::Member(name) if place.is_empty() => place.push_str(name),
                Step::Member(name) => place.extend([".", name]),
                Step::Item(index) => place.push_str(&format!("[{index}]")),
            }
        }
        place
    }

    fn below<T>(&mut self, step: Step, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step);
        let made = read(self);
        self.path.pop();
        made
    }

    pub(crate) fn member<T: Shape>(&mut self, tree: &Tree, names: &[&'static str]) -> T {
        let found = names.iter().find_map(|name| Some((*name, tree.member(name)?)));
        match found {
            Some((name, value)) => self.below(Step::Member(name), |reader| T::read(value, reader)),
            None => T::default(),
        }
    }

    /// Members that have none of these names, as they are.
    pub(crate) fn rest(&mut self, tree: &Tree, known: &[&[&'static str]]) -> Vec<(Words, Tree)> {
        let Tree::Map(members) = tree else {
            self.wrong("an object");
            return Vec::new();
        };
        let is_known =
            |key: &Words| known.iter().flat_map(|names| names.iter()).any(|name| *name == key.read());
        let rest: Vec<_> = members.iter().filter(|(key, _)| !is_known(key)).cloned().collect();
        self.unknown += rest.iter().filter(|(_, value)| !matches!(value, Tree::Null)).count();
        rest
    }
}

/// Something that a tree stands for.
pub trait Shape: Sized + Default {
    /// Reads it; what is wrong is noted, and left out.
    fn read(tree: &Tree, reader: &mut Reader) -> Self;
    /// Writes it; `Null` where there is nothing.
    fn write(&self, dialect: Dialect) -> Tree;
}

macro_rules! scalars {
    ($($type:ty, $expected:literal, $read:expr, $write:expr;)*) => {$(
        impl Shape for $type {
            fn read(tree: &Tree, reader: &mut Reader) -> Self {
                let read: fn(&Tree) -> Option<$type> = $read;
                read(tree).unwrap_or_else(|| {
                    reader.wrong($expected);
                    Self::default()
                })
            }
            fn write(&self, _dialect: Dialect) -> Tree {
                let write: fn(&$type) -> Tree = $write;
                write(self)
            }
        }
    )*};
}

scalars! {
    bool, "true or false", flag, |flag| Tree::Flag(*flag);
    u32, "a whole number", whole, |number| Tree::Integer((*number).into());
    f64, "a number", number, |number| Tree::Float(*number);
    Words, "a text", |tree| tree.as_words().cloned(), |words| Tree::Text(words.clone());
}

/// True and false, in JSON's words or as texts, as hand-written files have them.
fn flag(tree: &Tree) -> Option<bool> {
    match tree {
        Tree::Flag(flag) => Some(*flag),
        Tree::Text(words) if words.read().eq_ignore_ascii_case("true") => Some(true),
        Tree::Text(words) if words.read().eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn whole(tree: &Tree) -> Option<u32> {
    match tree {
        Tree::Integer(number) => u32::try_from(*number).ok(),
        Tree::Text(words) => words.read().parse().ok(),
        _ => None,
    }
}

fn number(tree: &Tree) -> Option<f64> {
    match tree {
        Tree::Float(number) => Some(*number),
        Tree::Integer(number) => Some(*number as f64),
        Tree::Text(words) => words.read().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

impl Shape for Tree {
    fn read(tree: &Tree, _reader: &mut Reader) -> Self {
        tree.clone()
    }
    fn write(&self, _dialect: Dialect) -> Tree {
        self.clone()
    }
}

impl<T: Shape> Shape for Option<T> {
    fn read(tree: &Tree, reader: &mut Reader) -> Self {
        match tree {
            Tree::Null => None,
            tree => {
                let before = reader.problems.len();
                Some(T::read(tree, reader)).filter(|_| reader.problems.len() == before)
            }
        }
    }
    fn write(&self, dialect: Dialect) -> Tree {
        self.as_ref().map_or(Tree::Null, |value| value.write(dialect))
    }
}

impl<T: Shape> Shape for Box<T> {
    fn read(tree: &Tree, reader: &mut Reader) -> Self {
        Self::new(T::read(tree, reader))
    }
    fn write(&self, dialect: Dialect) -> Tree {
        T::write(self, dialect)
    }
}

/// Items; whether there were none or no list at all is kept, for exports that are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T>(Option<Vec<T>>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Deref for List<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        self.0.as_deref().unwrap_or_default()
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(items: Vec<T>) -> Self {
        Self(Some(items))
    }
}

impl<T> List<T> {
    /// The items, to change them.
    pub fn items_mut(&mut self) -> &mut Vec<T> {
        self.0.get_or_insert_default()
    }
}

impl<T: Shape> Shape for List<T> {
    fn read(tree: &Tree, reader: &mut Reader) -> Self {
        let Tree::List(items) = tree else {
            if !matches!(tree, Tree::Null) {
                reader.wrong("a list");
            }
            return Self(None);
        };
        let item = |(index, item)| reader.below(Step::Item(index), |reader| T::read(item, reader));
        Self(Some(items.iter().enumerate().map(item).collect()))
    }
    fn write(&self, dialect: Dialect) -> Tree {
        let list = |items: &Vec<T>| Tree::List(items.iter().map(|item| item.write(dialect)).collect());
        self.0.as_ref().map_or(Tree::Null, list)
    }
}

/// Entries in the order in which they were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table<T>(Option<Vec<(Words, T)>>);

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Deref for Table<T> {
    type Target = [(Words, T)];
    fn deref(&self) -> &[(Words, T)] {
        self.0.as_deref().unwrap_or_default()
    }
}

impl<T> From<Vec<(Words, T)>> for Table<T> {
    fn from(entries: Vec<(Words, T)>) -> Self {
        Self(Some(entries))
    }
}

impl<T> Table<T> {
    /// The value of a key.
    pub(crate) fn find(&self, key: &str) -> Option<&T> {
        self.iter().find(|(found, _)| found.read() == key).map(|(_, value)| value)
    }

    /// The entries, to change them.
    pub fn entries_mut(&mut self) -> &mut Vec<(Words, T)> {
        self.0.get_or_insert_default()
    }
}

impl<T: Shape> Shape for Table<T> {
    fn read(tree: &Tree, reader: &mut Reader) -> Self {
        let Tree::Map(members) = tree else {
            if !matches!(tree, Tree::Null) {
                reader.wrong("an object");
            }
            return Self(None);
        };
        let entry = |(index, (key, value)): (usize, &(Words, Tree))| {
            (key.clone(), reader.below(Step::Item(index), |reader| T::read(value, reader)))
        };
        Self(Some(members.iter().enumerate().map(entry).collect()))
    }
    fn write(&self, dialect: Dialect) -> Tree {
        let map = |entries: &Vec<(Words, T)>| {
            Tree::Map(entries.iter().map(|(key, value)| (key.clone(), value.write(dialect))).collect())
        };
        self.0.as_ref().map_or(Tree::Null, map)
    }
}

/// Whether two spellings are of one choice: `DEFAULT_OBFUSCATION` is `DefaultObfuscation`.
pub(crate) fn same_choice(found: &str, choice: &str) -> bool {
    let letters = |text: &str| -> Vec<char> {
        text.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
    };
    found == choice || letters(found) == letters(choice)
}

/// Structures with the names of their members: `field: Type = "api name"`, or `= "api name" | "name in exports"`.
macro_rules! shapes {
    ($($(#[$doc:meta])* pub struct $name:ident {
        $($(#[$field_doc:meta])* $field:ident: $type:ty = $api:literal $(| $export:literal)?,)*
    })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
            /// Members that this release does not know.
            pub rest: Vec<(crate::Words, $crate::bot::Tree)>,
        }

        impl $crate::bot::Shape for $name {
            fn read(tree: &$crate::bot::Tree, reader: &mut $crate::bot::Reader) -> Self {
                Self {
                    $($field: reader.member(tree, &[$api $(, $export)?]),)*
                    rest: reader.rest(tree, &[$(&[$api $(, $export)?]),*]),
                }
            }

            fn write(&self, dialect: $crate::bot::Dialect) -> $crate::bot::Tree {
                let members: Vec<(crate::Words, $crate::bot::Tree)> = vec![$((
                    $crate::bot::shape::name_in(dialect, &[$api $(, $export)?]).into(),
                    $crate::bot::Shape::write(&self.$field, dialect),
                )),*];
                $crate::bot::shape::finish(members, &self.rest, dialect)
            }
        }
    )*};
}
pub(crate) use shapes;

/// The name of a member in a tongue.
pub(crate) fn name_in(dialect: Dialect, names: &[&'static str]) -> &'static str {
    let name = match dialect {
        Dialect::Api => names.first(),
        Dialect::Export => names.last(),
    };
    name.copied().unwrap_or_default()
}

/// Members in an answer are left out where there is nothing; exports say `null`, and what was unknown goes with them.
pub(crate) fn finish(mut members: Vec<(Words, Tree)>, rest: &[(Words, Tree)], dialect: Dialect) -> Tree {
    match dialect {
        Dialect::Api => members.retain(|(_, value)| !matches!(value, Tree::Null)),
        Dialect::Export => members.extend(rest.iter().cloned()),
    }
    Tree::Map(members)
}

/// Choices with their spelling in the API; `= "Api" | "EXPORT"` where exports spell otherwise.
macro_rules! choices {
    ($($(#[$doc:meta])* pub enum $name:ident {
        $($(#[$choice_doc:meta])* $choice:ident = $text:literal $(| $export:literal)?,)*
    })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$choice_doc])* $choice,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$choice),*];

            /// As the API spells it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$choice => $text,)*
                }
            }

            /// The choice of this spelling, in any of the known ways to write it.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|choice| $crate::bot::shape::same_choice(text, choice.as_str()))
            }
        }

        impl $crate::bot::Shape for $name {
            fn read(tree: &$crate::bot::Tree, reader: &mut $crate::bot::Reader) -> Self {
                let found = tree.as_words().and_then(|words| Self::parse(words.read()));
                found.unwrap_or_else(|| {
                    reader.wrong(concat!("one of", $(" ", $text),*));
                    Self::default()
                })
            }

            fn write(&self, dialect: $crate::bot::Dialect) -> $crate::bot::Tree {
                let text = match self {
                    $(Self::$choice => $crate::bot::shape::name_in(dialect, &[$text $(, $export)?]),)*
                };
                $crate::bot::Tree::text(text)
            }
        }
    )*};
}
pub(crate) use choices;

#[cfg(test)]
#[expect(unreachable_pub, reason = "the macros under test make public items")]
mod tests {
    use super::*;
    use sotto_sensitive::RawBytes;

    choices! {
        /// For the test.
        pub enum Colour {
            /// Red.
            #[default]
            Red = "DarkRed" | "DARK_RED",
            /// Blue.
            Blue = "Blue",
        }
    }

    shapes! {
        /// For the test.
        pub struct Inner {
            /// A number.
            count: Option<u32> = "count",
        }
        /// For the test.
        pub struct Outer {
            /// Renamed in exports.
            flag: Option<bool> = "active" | "isActive",
            /// A choice.
            colour: Colour = "colour",
            /// Items.
            items: List<Inner> = "items",
            /// Entries.
            table: Table<Words> = "table",
        }
    }

    fn tree(text: &str) -> Tree {
        Tree::read(&RawBytes::new(text.as_bytes().to_vec())).unwrap()
    }

    fn read(text: &str) -> (Outer, Reader) {
        let mut reader = Reader::of("outer");
        (Outer::read(&tree(text), &mut reader), reader)
    }

    #[test]
    fn both_tongues_are_read_and_the_right_one_written() {
        let text =
            r#"{"isActive":true,"colour":"DARK_RED","items":[{"count":3}],"table":{"k":"v"},"new":{"x":1}}"#;
        let (outer, reader) = read(text);
        assert_eq!((outer.flag, outer.colour, outer.items[0].count), (Some(true), Colour::Red, Some(3)));
        assert_eq!(outer.table.find("k"), Some(&"v".into()));
        assert_eq!((reader.unknown, reader.problems.len()), (1, 0));
        assert_eq!(outer.write(Dialect::Export), tree(text));
        let api = r#"{"active":true,"colour":"DarkRed","items":[{"count":3}],"table":{"k":"v"}}"#;
        assert_eq!(outer.write(Dialect::Api), tree(api));
        let again = read(api).0;
        assert_eq!(Outer { rest: outer.rest.clone(), ..again }, outer);
    }

    #[test]
    fn nothing_and_none_differ_and_come_back() {
        for text in [
            r#"{"isActive":null,"colour":"Blue","items":null,"table":null}"#,
            r#"{"isActive":null,"colour":"Blue","items":[],"table":{}}"#,
        ] {
            assert_eq!(read(text).0.write(Dialect::Export), tree(text));
        }
        assert_eq!(read("{}").0, Outer::default());
    }

    #[test]
    fn what_is_of_another_kind_is_named_by_its_place() {
        let (outer, reader) =
            read(r#"{"active":7,"colour":"canary","items":[{"count":1},{"count":[]}],"table":[]}"#);
        let said: Vec<String> = reader.problems.iter().map(ToString::to_string).collect();
        let wanted = [
            "`outer.active` must be true or false",
            "`outer.colour` must be one of DarkRed Blue",
            "`outer.items[1].count` must be a whole number",
            "`outer.table` must be an object",
        ];
        assert_eq!(said, wanted);
        assert_eq!((outer.flag, outer.items.len()), (None, 2));
        let many = format!("{{\"items\":[{}]}}", vec!["1"; PROBLEMS_MAX + 5].join(","));
        assert_eq!(read(&many).1.problems.len(), PROBLEMS_MAX);
    }
}
