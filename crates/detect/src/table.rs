//! Which identifiers could begin here? A table from signatures to sets of identifiers and to their rules.

use crate::bits::Bits;
use crate::gate::Gate;
use crate::shape::Signature;
use std::collections::HashMap;

/// What could begin with one signature.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Row {
    /// Every identifier with a rule that could begin so.
    pub(crate) any: Bits,
    /// Rules that need no keyword, with their gates.
    pub(crate) alone: Vec<(Gate, u16)>,
    /// What may stand first and second in their matches.
    firsts: (u128, u128),
    /// The rules, as numbers in the plan: one list per identifier of `any`, in their order.
    rules: Vec<Vec<u16>>,
}

impl Row {
    /// Whether some rule that needs no keyword might match a text that begins with these bytes.
    #[inline]
    pub(crate) fn begins_alone(&self, first: u8, second: u8) -> bool {
        self.firsts.0 >> (first & 0x7F) & 1 == 1 && self.firsts.1 >> (second & 0x7F) & 1 == 1
    }

    /// Rules of one identifier, which must be in `any`.
    #[inline]
    pub(crate) fn rules_of(&self, identifier: usize) -> &[u16] {
        self.rules.get(self.any.rank(identifier)).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, entry: &Entry) {
        let place = self.any.rank(entry.identifier);
        if !self.any.contains(entry.identifier) {
            self.any.insert(entry.identifier);
            self.rules.insert(place.min(self.rules.len()), Vec::new());
        }
        let alone = (entry.gate, entry.rule);
        if entry.alone && !self.alone.contains(&alone) {
            let (first, second) = entry.gate.firsts();
            self.firsts = (self.firsts.0 | first, self.firsts.1 | second);
            self.alone.push(alone);
        }
        if let Some(rules) = self.rules.get_mut(place).filter(|rules| !rules.contains(&entry.rule)) {
            rules.push(entry.rule);
        }
    }
}

/// Rows by signature; equal rows are kept once, so that the table stays in the first-level cache.
pub(crate) struct Table {
    index: Vec<u16>,
    rows: Vec<Row>,
}

/// What one rule adds to the table.
pub(crate) struct Entry {
    pub(crate) rule: u16,
    pub(crate) identifier: usize,
    pub(crate) alone: bool,
    pub(crate) gate: Gate,
    pub(crate) signatures: Vec<Signature>,
}

impl Table {
    pub(crate) fn new(entries: &[Entry]) -> Self {
        let mut wide = vec![Row::default(); Signature::COUNT];
        for entry in entries {
            for signature in &entry.signatures {
                if let Some(row) = wide.get_mut(signature.index()) {
                    row.add(entry);
                }
            }
        }
        let mut known: HashMap<Row, u16> = HashMap::new();
        let mut rows = Vec::new();
        let index = wide
            .into_iter()
            .map(|row| {
                *known.entry(row).or_insert_with_key(|row| {
                    rows.push(row.clone());
                    (rows.len() - 1) as u16
                })
            })
            .collect();
        Self { index, rows }
    }

    /// The row of a signature.
    #[inline]
    pub(crate) fn row(&self, signature: Signature) -> Option<&Row> {
        let number = *self.index.get(signature.index())?;
        self.rows.get(usize::from(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::{Kind, Next};

    #[test]
    fn rows_hold_what_begins_so() {
        let signatures = Signature::of(Kind::Digits, 3..=3, &[Next::Dash]);
        let entry = |rule, identifier, alone| Entry {
            rule,
            identifier,
            alone,
            gate: Gate::OPEN,
            signatures: signatures.clone(),
        };
        let table =
            Table::new(&[entry(1, 6, true), entry(0, 5, false), entry(2, 6, false), entry(2, 6, false)]);
        let row = table.row(signatures[0]).unwrap();
        assert!(row.any.contains(5) && row.any.contains(6) && row.alone == [(Gate::OPEN, 1)]);
        assert_eq!((row.rules_of(5), row.rules_of(6)), (&[0][..], &[1, 2][..]));
        let other = Signature { next: Next::Dot, ..signatures[0] };
        assert!(table.row(other).unwrap().any.is_empty());
        assert_eq!(table.rows.len(), 2);
    }
}
