//! Which segments were read last? Their rows stay in memory up to a bound: a reader that goes page by page reads each once.

use crate::segments::Row;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// Most bytes of rows that are kept; one segment alone may be larger.
pub const CACHE_BYTES_MAX: usize = 128 * 1024 * 1024;

/// Rows of segments by number.
#[derive(Debug, Default)]
pub(crate) struct SegmentCache(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    rows: HashMap<u128, (Arc<Vec<Row>>, usize)>,
    /// Oldest use first.
    order: VecDeque<u128>,
    bytes: usize,
}

impl SegmentCache {
    pub(crate) fn find(&self, number: u128) -> Option<Arc<Vec<Row>>> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let rows = Arc::clone(&held.rows.get(&number)?.0);
        held.order.retain(|other| *other != number);
        held.order.push_back(number);
        Some(rows)
    }

    pub(crate) fn keep(&self, number: u128, rows: &Arc<Vec<Row>>) {
        let bytes = rows.iter().map(Row::weight).sum();
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.rows.insert(number, (Arc::clone(rows), bytes)).is_none() {
            held.order.push_back(number);
            held.bytes += bytes;
        }
        while held.bytes > CACHE_BYTES_MAX && held.order.len() > 1 {
            let Some(oldest) = held.order.pop_front() else { return };
            held.drop_rows(oldest);
        }
    }

    pub(crate) fn forget(&self, number: u128) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.order.retain(|other| *other != number);
        held.drop_rows(number);
    }
}

impl Held {
    fn drop_rows(&mut self, number: u128) {
        if let Some((_, bytes)) = self.rows.remove(&number) {
            self.bytes -= bytes;
        }
    }
}
