//! Under which action or service is a statement filed?
//!
//! A statement that names one action is filed under it, one that names some actions of a service (`logs:Get*`) under the
//! service, and one that can speak of anything (`*`, `NotAction`) under "any". A lookup asks three short lists. Within each,
//! refusals stand apart from permissions: a decision needs all of the former, but only one of the latter.
//!
//! Names are found by hash; what a hash finds is compared, so that no two names are ever taken for one.

use super::Entry;
use crate::context::fnv;
use crate::policy::{Effect, Reach};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Where statements are found.
#[derive(Debug, Default)]
pub(crate) struct Index {
    actions: Names,
    services: Names,
    any: Bucket,
}

type Names = HashMap<u64, Named, BuildHasherDefault<AsIs>>;

/// The statements of one name. Should two names share a hash, those of the later one are filed under "any".
#[derive(Debug)]
struct Named {
    name: Box<str>,
    bucket: Bucket,
}

/// Numbers of statements, refusals apart from permissions.
#[derive(Debug, Default)]
pub(crate) struct Bucket {
    pub(crate) deny: Vec<u32>,
    pub(crate) allow: Vec<u32>,
}

impl Bucket {
    fn file(&mut self, number: u32, effect: Effect) {
        let list = match effect {
            Effect::Deny => &mut self.deny,
            Effect::Allow => &mut self.allow,
        };
        if list.last() != Some(&number) {
            list.push(number);
        }
    }
}

/// A bucket, and whether its statements still have to be asked whether they speak of the action.
#[derive(Clone, Copy)]
pub(crate) struct Found<'i> {
    pub(crate) bucket: &'i Bucket,
    pub(crate) ask: bool,
}

impl Index {
    pub(crate) fn new(entries: &[Entry]) -> Self {
        let mut index = Self::default();
        for (number, entry) in entries.iter().enumerate() {
            index.file(u32::try_from(number).unwrap_or(u32::MAX), entry);
        }
        index
    }

    fn file(&mut self, number: u32, entry: &Entry) {
        let statement = &entry.statement;
        let actions = &statement.actions;
        if actions.negated || actions.patterns.iter().any(|pattern| pattern.reach == Reach::Any) {
            return self.any.file(number, statement.effect);
        }
        for pattern in &actions.patterns {
            let (names, name) = match pattern.service() {
                Some(service) => (&mut self.services, service),
                None => (&mut self.actions, &*pattern.folded),
            };
            let fresh = || Named { name: name.into(), bucket: Bucket::default() };
            let named = names.entry(fnv(name.as_bytes())).or_insert_with(fresh);
            let bucket = if *named.name == *name { &mut named.bucket } else { &mut self.any };
            bucket.file(number, statement.effect);
        }
    }

    /// The lists to look at for an action in lower case and its service, given with their hashes.
    pub(crate) fn find(
        &self,
        [action, service]: [&str; 2],
        [by_action, by_service]: [u64; 2],
    ) -> [Option<Found<'_>>; 3] {
        [
            bucket(&self.actions, by_action, action).map(|bucket| Found { bucket, ask: false }),
            bucket(&self.services, by_service, service).map(|bucket| Found { bucket, ask: true }),
            Some(Found { bucket: &self.any, ask: true }),
        ]
    }
}

fn bucket<'i>(names: &'i Names, hash: u64, name: &str) -> Option<&'i Bucket> {
    names.get(&hash).filter(|named| *named.name == *name).map(|named| &named.bucket)
}

/// A hasher for keys that are hashes already.
#[derive(Default)]
pub(crate) struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = fnv(bytes);
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
