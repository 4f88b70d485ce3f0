//! Which identifiers could begin here? A table from signatures to sets of identifiers and to their rules.

use crate::bits::Bits;
use crate::shape::Signature;
use std::collections::HashMap;

/// What could begin with one signature.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Row {
    /// Every identifier with a rule that could begin so.
    pub(crate) any: Bits,
    /// Those with a rule that needs no keyword.
    pub(crate) alone: Bits,
    /// The rules, as numbers in the plan.
    pub(crate) rules: Vec<u16>,
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
    pub(crate) signatures: Vec<Signature>,
}

impl Table {
    pub(crate) fn new(entries: &[Entry]) -> Self {
        let mut wide = vec![Row::default(); Signature::COUNT];
        for entry in entries {
            for signature in &entry.signatures {
                let Some(row) = wide.get_mut(signature.index()) else { continue };
                row.any.insert(entry.identifier);
                if entry.alone {
                    row.alone.insert(entry.identifier);
                }
                row.rules.push(entry.rule);
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
        let entry = |rule, identifier, alone| Entry { rule, identifier, alone, signatures: signatures.clone() };
        let table = Table::new(&[entry(0, 5, false), entry(1, 6, true)]);
        let row = table.row(signatures[0]).unwrap();
        assert!(row.any.contains(5) && row.any.contains(6) && !row.alone.contains(5) && row.alone.contains(6));
        assert_eq!(row.rules, [0, 1]);
        let other = Signature { next: Next::Dot, ..signatures[0] };
        assert!(table.row(other).unwrap().any.is_empty());
        assert_eq!(table.rows.len(), 2);
    }
}
