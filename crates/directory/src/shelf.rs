//! How does a snapshot hold many things and still copy quickly? On shelves that copies share until one of them changes.
//!
//! A shelf finds by name without regard to case, since IAM lets two names differ by more than case only, and gives a thing
//! out under its exact name alone.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Things by name.
#[derive(Debug)]
pub struct Shelf<T>(Arc<BTreeMap<String, Arc<T>>>);

impl<T> Clone for Shelf<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Shelf<T> {
    /// The thing that is found under this name; the caller compares the exact name where case matters.
    pub fn find(&self, name: &str) -> Option<&Arc<T>> {
        self.0.get(&name.to_lowercase())
    }

    /// Things in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<T>> {
        self.0.values()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts a thing there, or takes it away; gives what was there before.
    pub(crate) fn set(&mut self, name: &str, thing: Option<Arc<T>>) -> Option<Arc<T>> {
        let map = Arc::make_mut(&mut self.0);
        match thing {
            Some(thing) => map.insert(name.to_lowercase(), thing),
            None => map.remove(&name.to_lowercase()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_does_not_see_later_changes() {
        let mut shelf = Shelf::default();
        shelf.set("Lina", Some(Arc::new(1)));
        let copy = shelf.clone();
        shelf.set("LINA", Some(Arc::new(2)));
        assert_eq!((copy.find("lina").map(|n| **n), shelf.find("Lina").map(|n| **n)), (Some(1), Some(2)));
        shelf.set("lina", None);
        assert_eq!((copy.count(), shelf.count()), (1, 0));
    }
}
