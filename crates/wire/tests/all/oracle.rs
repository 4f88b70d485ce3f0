//! Does botocore read what our server writes? It is the client that most people have.
//!
//! Its parser gets our bytes for every published answer's result and must read that result. botocore comes with `.venv`,
//! which `scripts/test` prepares; `SOTTO_SITE_PYTHON` names another Python. When it is absent the test says so and passes,
//! unless `CI` is `true`.

use crate::answers::{answered, has_server_side};
use crate::cases::{Case, all, base64_of};
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

/// Cases whose published answer botocore does not read to the result either.
const UNREAD_BY_BOTOCORE_MAX: usize = 20;

fn python() -> Option<String> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.venv/bin/python");
    let python = std::env::var("SOTTO_SITE_PYTHON").unwrap_or_else(|_| beside.to_owned());
    let has = Command::new(&python).args(["-c", "import botocore"]).stderr(Stdio::null()).status();
    if has.is_ok_and(|status| status.success()) {
        return Some(python);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "botocore is absent");
    eprintln!("skipped: botocore is absent; scripts/test prepares it");
    None
}

fn described(case: &Case) -> Value {
    let answer = answered(case);
    let headers: Vec<Value> =
        answer.headers.iter().map(|(name, value)| json!([name, String::from_utf8_lossy(value)])).collect();
    let response = &case.case["response"];
    let text = response["body"].as_str().unwrap_or_default();
    let body = if case.is_cbor() { text.to_owned() } else { base64_of(text.as_bytes()) };
    let of_published: Vec<Value> = response["headers"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| json!([name, value]))
        .collect();
    json!({
        "name": case.name(),
        "model": case.model,
        "operation": case.case["given"]["name"],
        "protocol": case.call.protocol().name(),
        "ours": { "status": answer.status, "headers": headers, "body": base64_of(&answer.body) },
        "published": { "status": response["status_code"], "headers": of_published, "body": body },
        "result": case.case.get("result").cloned().unwrap_or_else(|| json!({})),
        "code": case.case.get("errorCode"),
        "message": case.case.get("errorMessage"),
    })
}

#[test]
fn botocore_reads_our_answers() {
    let cases = all("output");
    let (Some(python), false) = (python(), cases.is_empty()) else { return };
    let described: Vec<Value> = cases.iter().filter(|case| has_server_side(case)).map(described).collect();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/botocore_reads.py");
    let mut child =
        Command::new(python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let text = serde_json::to_vec(&described).unwrap();
    child.stdin.take().unwrap().write_all(&text).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let printed = String::from_utf8(output.stdout).unwrap();
    let wrong: Vec<&str> = printed.lines().filter(|line| line.starts_with("ours ")).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), described.len(), wrong.join("\n"));
    let both: Vec<&str> = printed.lines().filter_map(|line| line.strip_prefix("both ")).collect();
    assert!(both.len() <= UNREAD_BY_BOTOCORE_MAX, "{}", both.join("\n"));
    let names: Vec<&str> = both.iter().filter_map(|line| line.split(' ').next()).collect();
    eprintln!(
        "botocore reads {} answers; {} it reads in neither form: {names:?}",
        described.len() - both.len(),
        both.len()
    );
}
