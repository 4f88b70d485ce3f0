//! `sotto scan --jsonl`: the protocol that other programs speak.

use super::*;

#[test]
fn answers_keep_ids_order_and_offsets() {
    let input = concat!(
        "{\"id\":7,\"text\":\"é 4111 1111 1111 1111\"}\n",
        "{\"text\":\"caf\\u00e9 a@b.example\",\"id\":{\"k\":[1, 2]},\"more\":[null]}\n\n",
        "{\"text\":\"nothing\"}\r\n",
        "{\"id\":\"last\",\"text\":\"\\ud83d ssn 536-22-8714\"}",
    );
    let chars = "\
{\"id\":7,\"spans\":[{\"start\":2,\"end\":21,\"label\":\"CreditCardNumber\",\"score\":1.00}]}\n\
{\"id\":{\"k\":[1, 2]},\"spans\":[{\"start\":5,\"end\":16,\"label\":\"EmailAddress\",\"score\":0.90}]}\n\
{\"spans\":[]}\n\
{\"id\":\"last\",\"spans\":[{\"start\":6,\"end\":17,\"label\":\"Ssn-US\",\"score\":1.00}]}\n";
    assert_eq!(sotto_reading(&["scan", "--jsonl"], input.as_bytes()).fine(), chars);
    let bytes = sotto_reading(&["scan", "--jsonl", "--offsets", "bytes"], input.as_bytes());
    assert!(bytes.fine().starts_with("{\"id\":7,\"spans\":[{\"start\":3,\"end\":22,"), "{}", bytes.text());
}

#[test]
fn many_lines_keep_their_order_with_many_threads() {
    let line = |id: usize| format!("{{\"id\":{id},\"text\":\"{} {CARD}\"}}\n", "x".repeat(id % 97));
    let input: String = (0..40_000).map(line).collect();
    for threads in ["1", "4"] {
        let run = sotto_reading(&["scan", "--jsonl", "--threads", threads], input.as_bytes());
        let ids = run
            .fine()
            .lines()
            .enumerate()
            .filter(|(id, line)| line.starts_with(&format!("{{\"id\":{id},\"spans\":[{{")));
        assert_eq!(ids.count(), 40_000);
    }
}

#[test]
fn a_line_that_is_none_ends_the_run_and_is_not_repeated() {
    for broken in ["{\"id\":1}", "{\"id\":1,\"text\":4111}", "4111 1111 1111 1111", "{\"text\":\"4111"] {
        let run = sotto_reading(&["scan", "--jsonl"], format!("{{\"text\":\"\"}}\n{broken}\n").as_bytes());
        assert_eq!(run.code, 3, "{broken}");
        assert!(run.err.contains("line 2 is not an object") && !run.err.contains("4111"), "{}", run.err);
    }
    assert_eq!(sotto(&["scan", "--jsonl"]).fine(), "");
}

#[test]
fn bytes_that_are_no_text_count_as_one_sign() {
    let run = sotto_reading(&["scan", "--jsonl"], b"{\"id\":1,\"text\":\"\xff 4111 1111 1111 1111\"}\n");
    assert!(run.fine().contains("\"start\":2,\"end\":21"), "{}", run.text());
}
