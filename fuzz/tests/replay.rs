//! Does everything that is known about still hold? Replays seeds, and corpora and crashes where they exist.

use std::fs;
use std::path::Path;

fn replay(target: &str, run: fn(&[u8])) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for folder in ["seeds", "corpus", "artifacts"] {
        for entry in fs::read_dir(root.join(folder).join(target))
            .into_iter()
            .flatten()
            .flatten()
        {
            run(&fs::read(entry.path()).unwrap());
            count += 1;
        }
    }
    assert!(count > 0, "there are no seeds for {target}");
}

#[test]
fn scanner() {
    replay("scanner", sotto_fuzz::scanner);
}

#[test]
fn policy_parse() {
    replay("policy_parse", sotto_fuzz::policy_parse);
}

#[test]
fn stream_mask() {
    replay("stream_mask", sotto_fuzz::stream_mask);
}
