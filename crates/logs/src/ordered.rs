//! How does a snapshot hold a million streams and still change quickly? In sorted chunks that copies share.
//!
//! A change copies one chunk and the list of chunks, never the whole. A plain map behind one pointer was rejected: it copies
//! everything for each stream that is made. Persistent maps of others carry licences or trees that cost more than this page.

use std::borrow::Borrow;
use std::sync::Arc;

/// A chunk that grows beyond this is cut in two.
const CHUNK_ITEMS_MAX: usize = 512;

type Chunk<K, V> = Arc<Vec<(K, V)>>;

/// Things by name, in order.
#[derive(Debug)]
pub struct Ordered<K, V> {
    chunks: Arc<Vec<Chunk<K, V>>>,
    count: usize,
}

impl<K, V> Clone for Ordered<K, V> {
    fn clone(&self) -> Self {
        Self { chunks: Arc::clone(&self.chunks), count: self.count }
    }
}

impl<K, V> Default for Ordered<K, V> {
    fn default() -> Self {
        Self { chunks: Arc::default(), count: 0 }
    }
}

impl<K: Ord, V> Ordered<K, V> {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// What stands under this name.
    pub fn find<Q: Ord + ?Sized>(&self, name: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let chunk = self.chunks.get(self.chunk_of(name))?;
        let at = chunk.binary_search_by(|(key, _)| key.borrow().cmp(name)).ok()?;
        chunk.get(at).map(|(_, value)| value)
    }

    /// All, in the order of their names.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.chunks.iter().flat_map(|chunk| chunk.iter()).map(|(key, value)| (key, value))
    }

    /// From this name on, itself included.
    pub fn from<Q: Ord + ?Sized>(&self, name: &Q) -> impl Iterator<Item = (&K, &V)>
    where
        K: Borrow<Q>,
    {
        let first = self.chunk_of(name);
        let within =
            self.chunks.get(first).map_or(0, |chunk| chunk.partition_point(|(key, _)| key.borrow() < name));
        let chunks = self.chunks.iter().skip(first).flat_map(|chunk| chunk.iter());
        chunks.skip(within).map(|(key, value)| (key, value))
    }

    /// The chunk in which the name stands or would stand.
    fn chunk_of<Q: Ord + ?Sized>(&self, name: &Q) -> usize
    where
        K: Borrow<Q>,
    {
        let behind =
            self.chunks.partition_point(|chunk| chunk.first().is_some_and(|(key, _)| key.borrow() <= name));
        behind.saturating_sub(1)
    }
}

impl<K: Ord + Clone, V: Clone> Ordered<K, V> {
    /// Puts a thing there, or takes it away; gives what was there before.
    pub fn set(&mut self, name: &K, thing: Option<V>) -> Option<V> {
        let at = self.chunk_of(name);
        let chunks = Arc::make_mut(&mut self.chunks);
        if chunks.is_empty() {
            chunks.push(Arc::default());
        }
        let chunk = Arc::make_mut(chunks.get_mut(at)?);
        let before = match (chunk.binary_search_by(|(key, _)| key.cmp(name)), thing) {
            (Ok(place), Some(thing)) => chunk.get_mut(place).map(|(_, held)| std::mem::replace(held, thing)),
            (Ok(place), None) => {
                self.count -= 1;
                Some(chunk.remove(place).1)
            }
            (Err(place), Some(thing)) => {
                chunk.insert(place, (name.clone(), thing));
                self.count += 1;
                None
            }
            (Err(_), None) => None,
        };
        match chunk.len() {
            0 => drop(chunks.remove(at)),
            items if items > CHUNK_ITEMS_MAX => split(chunks, at),
            _ => {}
        }
        before
    }
}

/// Cuts a chunk in two.
fn split<K: Clone, V: Clone>(chunks: &mut Vec<Chunk<K, V>>, at: usize) {
    let Some(chunk) = chunks.get_mut(at) else { return };
    let low = Arc::make_mut(chunk);
    let high = low.split_off(low.len() / 2);
    chunks.insert(at + 1, Arc::new(high));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// A small generator: the multiplier of Knuth's MMIX.
    fn next(state: &mut u64) -> u64 {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *state >> 33
    }

    #[test]
    fn it_is_a_map_whatever_is_put_and_taken() {
        let (mut state, mut model, mut ordered) = (7, BTreeMap::new(), Ordered::default());
        for step in 0..20_000_u64 {
            let key = next(&mut state) % 3_000;
            let value = (!next(&mut state).is_multiple_of(3)).then_some(step);
            let before = match value {
                Some(value) => model.insert(key, value),
                None => model.remove(&key),
            };
            assert_eq!(ordered.set(&key, value), before);
            assert_eq!(ordered.count(), model.len());
        }
        assert!(ordered.iter().eq(model.iter()));
        assert!(ordered.iter().rev().eq(model.iter().rev()));
        for key in 0..3_001 {
            assert_eq!(ordered.find(&key), model.get(&key));
            assert!(ordered.from(&key).take(3).eq(model.range(key..).take(3)), "{key}");
        }
        assert!(ordered.chunks.iter().all(|chunk| (1..=CHUNK_ITEMS_MAX).contains(&chunk.len())));
    }

    #[test]
    fn a_copy_does_not_see_later_changes_and_can_be_emptied() {
        let mut one = Ordered::default();
        one.set(&1, Some("a"));
        let copy = one.clone();
        one.set(&1, Some("b"));
        one.set(&2, Some("c"));
        assert_eq!((copy.find(&1), copy.count(), one.find(&1)), (Some(&"a"), 1, Some(&"b")));
        one.set(&1, None);
        one.set(&2, None);
        assert!(one.is_empty() && one.iter().next().is_none() && one.from(&0).next().is_none());
        assert_eq!(one.set(&9, None), None);
    }
}
