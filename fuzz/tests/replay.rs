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
fn disguise() {
    replay("disguise", sotto_fuzz::disguise);
}

#[test]
fn policy_parse() {
    replay("policy_parse", sotto_fuzz::policy_parse);
}

#[test]
fn stream_mask() {
    replay("stream_mask", sotto_fuzz::stream_mask);
}

#[test]
fn wire_sigv4() {
    replay("wire_sigv4", sotto_fuzz::wire::sigv4);
}

#[test]
fn wire_json() {
    replay("wire_json", sotto_fuzz::wire::json);
}

#[test]
fn wire_query() {
    replay("wire_query", sotto_fuzz::wire::query);
}

#[test]
fn wire_rest_json() {
    replay("wire_rest_json", sotto_fuzz::wire::rest_json);
}

#[test]
fn wire_rest_xml() {
    replay("wire_rest_xml", sotto_fuzz::wire::rest_xml);
}

#[test]
fn wire_cbor() {
    replay("wire_cbor", sotto_fuzz::wire::cbor);
}

#[test]
fn iam_policy() {
    replay("iam_policy", sotto_fuzz::iam::policy);
}

#[test]
fn message() {
    replay("message", sotto_fuzz::message::message);
}

#[test]
fn filter_pattern() {
    replay("filter_pattern", sotto_fuzz::query::filter_pattern);
}

#[test]
fn insights() {
    replay("insights", sotto_fuzz::query::insights);
}

#[test]
fn expression() {
    replay("expression", sotto_fuzz::dialog::expression);
}

#[test]
fn hook_answer() {
    replay("hook_answer", sotto_fuzz::dialog::hook_answer);
}

#[test]
fn lex_archive() {
    replay("lex_archive", sotto_fuzz::lex::archive);
}

#[test]
fn lex_export() {
    replay("lex_export", sotto_fuzz::lex::export);
}
