//! Do the published requests decode to their parameters, and are they what our own client writes?

use crate::cases::{Case, all, base64, same, shown};
use serde_json::Value;
use sotto_sensitive::RawBytes;
use sotto_wire::{Head, Input, Method, client, decode};

/// Cases that hold something only a client does, and why the server does not see the parameters as they are.
const CLIENT_ONLY: &[(&str, &str)] = &[
    ("ec2/Ec2ProtocolIdempotencyTokenAutoFill", TOKEN),
    ("ec2/SDKAppliedContentEncoding_ec2Query", GZIP),
    ("ec2/SDKAppendsGzipAndIgnoresHttpProvidedEncoding_ec2Query", GZIP),
    ("json/SDKAppliedContentEncoding_awsJson1_1", GZIP),
    ("json/SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_1", GZIP),
    ("json_1_0/SDKAppliedContentEncoding_awsJson1_0", GZIP),
    ("json_1_0/SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_0", GZIP),
    ("query/SDKAppliedContentEncoding_awsQuery", GZIP),
    ("query/SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsQuery", GZIP),
    ("rest-json/SDKAppliedContentEncoding_restJson1", GZIP),
    ("rest-json/SDKAppendedGzipAfterProvidedEncoding_restJson1", GZIP),
    ("rest-xml/SDKAppliedContentEncoding_restXml", GZIP),
    ("rest-xml/SDKAppendedGzipAfterProvidedEncoding_restXml", GZIP),
    ("query/QueryProtocolIdempotencyTokenAutoFill", TOKEN),
    ("rest-json/RestJsonQueryIdempotencyTokenAutoFill", TOKEN),
    ("rest-xml/QueryIdempotencyTokenAutoFill", TOKEN),
    ("ec2/Ec2EmptyQueryLists", EMPTY),
    ("query/QueryEmptyQueryMaps", EMPTY),
    ("rest-json/RestJsonOmitsEmptyListQueryValues", EMPTY),
    ("rest-json/RestJsonQueryPrecedence", PRECEDENCE),
    ("rest-xml/RestXmlQueryPrecedence", PRECEDENCE),
    ("rest-json/RestJsonAllQueryStringTypes", TWICE),
    ("rest-json/RestJsonQueryStringEscaping", TWICE),
    ("rest-json/RestJsonSupportsNaNFloatQueryValues", TWICE),
    ("rest-json/RestJsonSupportsInfinityFloatQueryValues", TWICE),
    ("rest-json/RestJsonSupportsNegativeInfinityFloatQueryValues", TWICE),
    ("rest-json/RestJsonZeroAndFalseQueryValues", TWICE),
    ("rest-json/RestJsonHttpWithEmptyStructurePayload", FILLED),
    ("rest-json/RestJsonHttpWithHeadersButNoPayload", FILLED),
];

const GZIP: &str = "the case is about compressing: its body is not published, and there is nothing to decode";
const TOKEN: &str = "the client fills in a token that is not among the parameters";
const EMPTY: &str = "the client leaves an empty list or map out, so that nothing of it is sent";
const PRECEDENCE: &str = "the client drops an entry of a map for the sake of a member";
const TWICE: &str = "the parameters repeat members in a map, of which the client writes each once";
const FILLED: &str = "the client sends an empty object for a member that is not there";

/// Cases whose parameters do not survive our own client and server either, for the same reasons.
const NOT_ROUND: &[&str] = &[
    "rest-json/RestJsonAllQueryStringTypes",
    "rest-json/RestJsonQueryStringEscaping",
    "rest-json/RestJsonSupportsNaNFloatQueryValues",
    "rest-json/RestJsonSupportsInfinityFloatQueryValues",
    "rest-json/RestJsonSupportsNegativeInfinityFloatQueryValues",
    "rest-json/RestJsonZeroAndFalseQueryValues",
    "ec2/Ec2EmptyQueryLists",
    "query/QueryEmptyQueryMaps",
    "rest-json/RestJsonOmitsEmptyListQueryValues",
    "rest-json/RestJsonQueryPrecedence",
    "rest-xml/RestXmlQueryPrecedence",
    "rest-json/RestJsonHttpWithEmptyStructurePayload",
    "rest-json/RestJsonHttpWithHeadersButNoPayload",
];

fn head_of(case: &Case) -> (Head, RawBytes) {
    let request = &case.case["serialized"];
    let text = |key: &str| request[key].as_str().unwrap_or_default();
    let method = Method::parse(text("method")).unwrap();
    let mut head = Head::new(method, text("uri").as_bytes()).unwrap();
    for (name, value) in request["headers"].as_object().into_iter().flatten() {
        head.push(name.as_bytes(), value.as_str().unwrap().as_bytes()).unwrap();
    }
    let body = if case.is_cbor() { base64(text("body")) } else { text("body").as_bytes().to_vec() };
    (head, RawBytes::new(body))
}

fn decoded(case: &Case) -> Result<Input, String> {
    let (head, body) = head_of(case);
    decode(&case.call, &head, body).map_err(|fault| fault.message().to_string())
}

#[test]
fn every_published_request_decodes_to_its_parameters() {
    let cases = all("input");
    let mut wrong = Vec::new();
    for case in &cases {
        let name = case.name();
        let listed = CLIENT_ONLY.iter().any(|(listed, _)| *listed == name);
        let found = decoded(case).map(|input| shown(input.view()));
        let right = found.as_ref().is_ok_and(|found| same(found, &case.case["params"]));
        if right == listed {
            wrong.push(short(&format!("{name}: {found:?}\n    for {}", case.case["params"])));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    eprintln!("{} requests, {} of them listed as client-only", cases.len(), CLIENT_ONLY.len());
}

#[test]
fn what_our_client_writes_our_server_reads() {
    let mut wrong = Vec::new();
    for case in all("input") {
        let name = case.name();
        let shape = case.call.operation().unwrap().input;
        let input = case.output(shape, &case.case["params"]);
        let Ok(prepared) = client::prepare(&case.call, &"localhost".into(), input) else {
            wrong.push(format!("{name}: not written"));
            continue;
        };
        let read = decode(&case.call, &prepared.head, prepared.body);
        let found = read.map(|input| shown(input.view())).map_err(|fault| fault.message().to_string());
        let right = found.as_ref().is_ok_and(|found| same(found, &case.case["params"]));
        if right == NOT_ROUND.contains(&name.as_str()) {
            wrong.push(short(&format!("{name}: {found:?}\n    for {}", case.case["params"])));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn values_of_the_cases_compare_as_meant() {
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert!(same(&json(r#"{"a": 1, "b": null}"#), &json(r#"{"a": 1.0}"#)));
    assert!(!same(&json(r#"{"a": 1}"#), &json(r#"{"a": 2}"#)));
    assert!(!same(&json(r#"{"a": "1"}"#), &json(r#"{}"#)));
    assert_eq!(base64("Zm9vYg=="), b"foob");
}

/// The beginning of a report.
fn short(text: &str) -> String {
    text.chars().take(700).collect()
}
