//! Does our client read the published answers, and does it read what our server writes for the same results?

use crate::cases::{Case, all, base64, public, same, shown};
use serde_json::Value;
use sotto_sensitive::RawBytes;
use sotto_wire::client::{self, ClientError};
use sotto_wire::{Answer, Fault, Head, Input, Method, encode};

/// Cases that feed a client what no server of ours writes, and why: their results cannot be had from the other end.
const NO_SERVER_SIDE: &[(&str, &str)] = &[
    (
        "rest-json/HttpPrefixHeadersResponse",
        "an empty prefix collects the content type and the request id too, which every answer of ours has",
    ),
    ("rest-xml/IgnoreQueryParamsInResponse", PATH_IN_ANSWER),
];

const PATH_IN_ANSWER: &str = "a label of the path as a member of an answer: no modelled service has one";

/// Published answers that our client does not read to their results, and why.
const UNREAD: &[(&str, &str)] = &[("rest-xml/IgnoreQueryParamsInResponse", PATH_IN_ANSWER)];

/// Whether a server of ours can write the answer of a case.
pub(crate) fn has_server_side(case: &Case) -> bool {
    let name = case.name();
    !NO_SERVER_SIDE.iter().any(|(listed, _)| *listed == name)
}

fn headers_of(headers: impl Iterator<Item = (String, Vec<u8>)>) -> Head {
    let mut head = Head::new(Method::Get, b"/").unwrap();
    for (name, value) in headers {
        head.push(name.as_bytes(), &value).unwrap();
    }
    head
}

fn published(case: &Case) -> Result<Input, ClientError> {
    let response = &case.case["response"];
    let headers = response["headers"].as_object().into_iter().flatten();
    let head =
        headers_of(headers.map(|(name, value)| (name.clone(), value.as_str().unwrap().as_bytes().to_vec())));
    let text = response["body"].as_str().unwrap_or_default();
    let body = if case.is_cbor() { base64(text) } else { text.as_bytes().to_vec() };
    client::read(&case.call, status_of(case), &head, RawBytes::new(body))
}

pub(crate) fn status_of(case: &Case) -> u16 {
    u16::try_from(case.case["response"]["status_code"].as_u64().unwrap()).unwrap()
}

/// What our server answers for a case's result or error.
pub(crate) fn answered(case: &Case) -> Answer {
    let result = match case.case.get("errorCode").and_then(Value::as_str) {
        None => Ok(case.output(case.call.operation().unwrap().output, &case.case["result"])),
        Some(code) => Err(fault(case, code)),
    };
    encode(&case.call, &public("request-1"), result)
}

fn fault(case: &Case, code: &str) -> Fault {
    let message = case.case["errorMessage"].as_str().unwrap_or_default();
    let code: &'static str = code.to_owned().leak();
    let mut fault = Fault::new(code, public(message)).with_status(status_of(case));
    let shape = case.service.error(code).and_then(|shape| case.service.structure_of(&shape.name));
    let output = case.output(shape, case.case.get("error").unwrap_or(&Value::Null));
    for (name, value) in client::members(output) {
        if !name.eq_ignore_ascii_case("message") {
            fault = fault.with(name.into_owned().leak(), value);
        }
    }
    fault
}

fn read_back(case: &Case, answer: Answer) -> Result<Input, ClientError> {
    let head = headers_of(answer.headers.into_iter().map(|(name, value)| (name.into_owned(), value)));
    client::read(&case.call, answer.status, &head, RawBytes::new(answer.body))
}

/// The result, or the error, as the case writes it.
fn outcome(case: &Case, read: Result<Input, ClientError>) -> Value {
    match read {
        Err(ClientError::Service { code, .. }) if case.case.get("errorMessage").is_none() => {
            Value::from(vec![code.get().as_str(), ""])
        }
        Ok(input) => shown(input.view()),
        Err(ClientError::Service { code, words, .. }) => {
            Value::from(vec![code.get().clone(), words.expose().to_owned()])
        }
        Err(other) => Value::from(other.to_string()),
    }
}

fn expected(case: &Case) -> Value {
    let text = |key: &str| case.case.get(key).and_then(Value::as_str).unwrap_or_default();
    match case.case.get("errorCode") {
        // Without words in the case only the code is compared.
        Some(_) if case.case.get("errorMessage").is_none() => Value::from(vec![text("errorCode"), ""]),
        Some(_) => Value::from(vec![text("errorCode"), text("errorMessage")]),
        None => case.case.get("result").cloned().unwrap_or_else(|| Value::Object(serde_json::Map::new())),
    }
}

fn compare(listed: &[(&str, &str)], read: impl Fn(&Case) -> Result<Input, ClientError>) {
    let cases = all("output");
    let mut wrong = Vec::new();
    for case in &cases {
        let (name, found, expected) = (case.name(), outcome(case, read(case)), expected(case));
        if same(&found, &expected) == listed.iter().any(|(listed, _)| *listed == name) {
            wrong.push(format!("{name}: {found}\n    for {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    eprintln!("{} answers, {} of them listed", cases.len(), listed.len());
}

#[test]
fn our_client_reads_every_published_answer_to_its_result() {
    compare(UNREAD, published);
}

#[test]
fn our_client_reads_what_our_server_writes() {
    compare(NO_SERVER_SIDE, |case| read_back(case, answered(case)));
}
