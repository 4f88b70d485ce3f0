//! Does what was stored come back, from older releases too, and never as something else?
#![cfg(test)]

use sotto_public::{ChainId, Link, Malformed, Opaque, Public, Recorded, Storable, Stored, StoredRecord};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A checked name: one door.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Storable)]
#[storable(text)]
struct Name(Box<str>);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Name {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        if text.contains(' ') { Err(()) } else { Ok(Self(text.into())) }
    }
}

#[derive(Clone, Debug, PartialEq, Storable)]
enum Tree {
    Leaf,
    Pair(u64, Box<Tree>),
    Named { name: Name, below: Vec<Tree> },
}

#[derive(Clone, Debug, PartialEq, Storable)]
struct Everything {
    tree: Tree,
    names: BTreeSet<Name>,
    counts: BTreeMap<Public<String>, u64>,
    shared: Arc<Option<i64>>,
    sealed: Opaque,
    unit: (),
}

impl StoredRecord for Everything {
    const KIND: &'static str = "everything";
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "canary bytes of a test")]
fn everything() -> Everything {
    let pair = Tree::Pair(7, Box::new(Tree::Leaf));
    Everything {
        tree: Tree::Named { name: name("root"), below: vec![pair, Tree::Leaf] },
        names: [name("a"), name("b")].into(),
        counts: [(Public::from("one"), 1)].into(),
        shared: Arc::new(Some(-3)),
        sealed: Opaque::from_pinned_bytes(vec![0, 255, 7]),
        unit: (),
    }
}

#[test]
fn records_come_back() {
    let stored = Stored::of(&everything());
    assert_eq!(stored.read::<Everything>(), Ok(everything()));
    assert_eq!(Stored::of(&everything()), stored, "one record, one encoding");
    assert!(stored.is::<Everything>() && !stored.is::<First>());
    assert_eq!(format!("{stored:?}"), format!("Stored({} bytes)", stored.as_bytes().len()));
}

/// Whatever happens to the bytes: an error or a record, never a panic, and a cut is always an error.
#[test]
#[expect(clippy::disallowed_methods, reason = "damaged bytes of a test")]
fn damage_is_an_error() {
    let bytes = Stored::of(&everything()).as_bytes().to_vec();
    for length in 0..bytes.len() {
        assert!(
            Stored::from_pinned_bytes(bytes[..length].to_vec()).read::<Everything>().is_err(),
            "{length}"
        );
    }
    for at in 0..bytes.len() {
        for flip in [1, 0x80, 0xff] {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            let _ = Stored::from_pinned_bytes(damaged).read::<Everything>();
        }
    }
}

#[derive(Clone, Debug, PartialEq, Storable)]
struct First {
    count: u64,
}

impl StoredRecord for First {
    const KIND: &'static str = "growing";
}

/// What `First` became in a later release.
#[derive(Clone, Debug, PartialEq, Storable)]
struct Second {
    count: u64,
    word: Option<Public<String>>,
    names: Vec<Name>,
}

impl StoredRecord for Second {
    const KIND: &'static str = "growing";
}

/// A field that cannot be absent.
#[derive(Clone, Debug, PartialEq, Storable)]
struct Mistaken {
    count: u64,
    more: u64,
}

impl StoredRecord for Mistaken {
    const KIND: &'static str = "growing";
}

#[test]
fn what_older_releases_wrote_is_read_and_what_newer_ones_wrote_is_refused() {
    let old = Stored::of(&First { count: 4 });
    assert_eq!(old.read::<Second>(), Ok(Second { count: 4, word: None, names: Vec::new() }));
    assert_eq!(old.read::<Mistaken>(), Err(Malformed::Missing { field: 1 }));
    let new = Stored::of(&Second { count: 4, word: Some("x".into()), names: vec![name("n")] });
    assert_eq!(new.read::<First>(), Err(Malformed::Newer { found: 3, known: 1 }));
    assert_eq!(new.read::<Everything>(), Err(Malformed::Kind { wanted: "everything" }));
}

#[derive(Debug, PartialEq, Storable)]
enum Fewer {
    One,
}

#[derive(Debug, PartialEq, Storable)]
enum More {
    One,
    Two(u64),
}

#[derive(Debug, PartialEq, Storable)]
struct Chosen<T> {
    what: T,
}

impl StoredRecord for Chosen<Fewer> {
    const KIND: &'static str = "chosen";
}

impl StoredRecord for Chosen<More> {
    const KIND: &'static str = "chosen";
}

#[test]
fn variants_are_numbered_and_unknown_ones_refused() {
    let (one, two) = (Stored::of(&Chosen { what: More::One }), Stored::of(&Chosen { what: More::Two(9) }));
    assert_eq!(one.read::<Chosen<Fewer>>(), Ok(Chosen { what: Fewer::One }));
    assert_eq!(two.read::<Chosen<Fewer>>(), Err(Malformed::Variant { found: 1 }));
    assert_eq!(two.read::<Chosen<More>>(), Ok(Chosen { what: More::Two(9) }));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a proof for a test")]
fn a_proof_names_its_row() {
    let recorded = Recorded::from_pinned_commit(ChainId::new(0xabc), 3, 5);
    assert_eq!((recorded.chain().number(), recorded.seq(), recorded.event()), (0xabc, 3, 5));
    assert_eq!(ChainId::new(0xabc).to_string(), "00000000000000000000000000000abc");
    assert!(Link::new([0x0f; 32]).to_string().starts_with("0f0f"));
}
