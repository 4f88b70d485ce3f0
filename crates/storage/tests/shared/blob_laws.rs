//! What holds for every place of large objects: whole or not there, read in parts, listed in order.

use sotto_public::Blob;
use sotto_storage::{BlobName, Blobs};

#[expect(clippy::disallowed_methods, reason = "a test's own bytes")]
pub(crate) fn blob(bytes: &[u8]) -> Blob {
    Blob::from_pinned_bytes(bytes.to_vec())
}

/// The laws over an empty place.
pub(crate) async fn check(blobs: &dyn Blobs) {
    let root = BlobName::new("laws");
    let (one, two, other) =
        (root.number(1), root.number(2).ending("sealed"), BlobName::new("lawsuit").number(1));
    assert_eq!(blobs.get(one.clone()).await, Ok(None));
    assert_eq!(blobs.range(one.clone(), 0, 9).await, Ok(None));
    assert_eq!(blobs.list(root.clone()).await, Ok(Vec::new()));
    blobs.delete(one.clone()).await.unwrap();
    for (name, bytes) in [(&two, &b"second"[..]), (&one, b"first object"), (&other, b"elsewhere")] {
        blobs.put(name.clone(), blob(bytes)).await.unwrap();
    }
    assert_eq!(blobs.get(one.clone()).await, Ok(Some(blob(b"first object"))));
    for (offset, length, wanted) in
        [(0, 5, &b"first"[..]), (6, 100, b"object"), (6, 0, b""), (12, 5, b""), (99, 5, b"")]
    {
        let found = blobs.range(one.clone(), offset, length).await.unwrap().unwrap();
        assert_eq!(found.as_bytes(), wanted, "{offset} {length}");
    }
    let listed = blobs.list(root.clone()).await.unwrap();
    let listed: Vec<_> = listed.iter().map(|entry| (entry.name.clone(), entry.length)).collect();
    assert_eq!(listed, [(one.clone(), 12), (two.clone(), 6)]);
    assert_eq!(blobs.list(one.clone()).await.unwrap().len(), 1);
    blobs.put(one.clone(), blob(b"")).await.unwrap();
    assert_eq!(blobs.get(one.clone()).await, Ok(Some(blob(b""))), "replaced, and empty is not absent");
    blobs.delete(one.clone()).await.unwrap();
    assert_eq!(blobs.get(one).await, Ok(None));
    assert_eq!(blobs.list(root).await.unwrap().len(), 1);
}
