//! What did each release store? One data directory and one dump per release, under `tests/compat`; never changed afterwards.

use crate::scratch::{LOG, Note, at, note};
use sotto_public::{ChainId, Place};
use sotto_storage::{Batch, Changes, Epoch, Scan, Store};
use sotto_trail::Verifier;
use std::path::{Path, PathBuf};

/// Releases whose data is kept.
pub(crate) const RELEASES: [&str; 1] = ["0.1.0"];

pub(crate) fn kept(release: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compat").join(release)
}

/// That everything is there: three notes, one of them written twice, one deleted; three rows.
pub(crate) async fn check(store: &dyn Store) {
    let rows = store.range(Scan::below(&Place::new("note"))).await.unwrap();
    let found: Vec<_> = rows.iter().map(|row| (row.version, row.read::<Note>().unwrap())).collect();
    assert_eq!(found, [(Epoch::new(4), note(11)), (Epoch::new(3), note(3))]);
    let Changes::Since { records, through, .. } = store.changes(Epoch::new(3), 10).await.unwrap() else {
        panic!()
    };
    assert_eq!((records.len(), through), (2, Epoch::new(4)), "the deletion is remembered");
    let chain = ChainId::new(0xc0ffee);
    let mut verifier = Verifier::new("test", chain);
    store.chain(LOG, chain, 0, 10).await.unwrap().iter().for_each(|row| verifier.push(row).unwrap());
    assert_eq!(store.heads(LOG).await.unwrap(), [verifier.head()]);
    let found = store.find(LOG, Scan::below(&Place::new("number"))).await.unwrap();
    assert_eq!(found.iter().map(|found| found.row.seq).collect::<Vec<_>>(), [1, 2, 3]);
    let mut more = Batch::new();
    more.put(&at(4), &note(4)).append(LOG, 4, &note(4), Vec::new());
    assert_eq!(store.commit(more).await.unwrap().epoch(), Epoch::new(5));
}
