//! What must hold for every request and answer? The codec reads or refuses, never panics; nothing forged verifies.

use sotto_aws_model::{Protocol, Service, service};
use sotto_sensitive::{RawBytes, RawText};
use sotto_wire::sigv4::{Claim, SigningKey, unchunk};
use sotto_wire::{Call, Head, Method, client, decode, route};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_440_938_160)
}

/// A head from lines: target first, then headers.
fn head_of(method: Method, text: &[u8]) -> Option<Head> {
    let mut lines = text.split(|byte| *byte == b'\n');
    let mut head = Head::new(method, lines.next()?).ok()?;
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':')?;
        head.push(&line[..colon], &line[colon + 1..]).ok()?;
    }
    Some(head)
}

/// Head and body, parted by an empty line.
fn parted(input: &[u8]) -> (&[u8], RawBytes) {
    let cut = input.windows(2).position(|pair| pair == b"\n\n");
    let (head, body) = input.split_at(cut.unwrap_or(input.len()));
    (head, RawBytes::new(body.get(2..).unwrap_or_default().to_vec()))
}

/// Claims are read or refused; without the key none verifies, neither as a whole nor in chunks.
pub fn sigv4(input: &[u8]) {
    let (head, body) = parted(input);
    let Some(head) = head_of(Method::Put, head) else {
        return;
    };
    let claim = Claim::read(&head).ok();
    let _ = route(&head, claim.as_ref(), &body);
    if let Some(claim) = claim {
        let key = SigningKey::derive(&RawText::new("not theirs".to_owned()), claim.scope());
        assert!(claim.verify(&head, &body, &key, now()).is_err());
        let _ = unchunk(&claim, &key, &body);
    }
}

/// Every operation of a service in turn, the one that the first two bytes name.
fn call(tables: &[&str], protocol: Protocol, input: &[u8]) -> Option<(Call, Vec<u8>)> {
    let [first, second, rest @ ..] = input else {
        return None;
    };
    let model: Arc<Service> = service(tables[usize::from(*first) % tables.len()])?;
    let count = model.operations.len();
    let id = model
        .operation_ids()
        .nth(usize::from(*second) * count / 256)?;
    Some((Call::of(&model, id, protocol), rest.to_vec()))
}

fn both_ends(tables: &[&str], protocol: Protocol, input: &[u8]) {
    let Some((call, rest)) = call(tables, protocol, input) else {
        return;
    };
    let (head, body) = parted(&rest);
    let head = head_of(Method::Post, head).or_else(|| Head::new(Method::Post, b"/").ok());
    let Some(head) = head else { return };
    let copy = RawBytes::new(rest.clone());
    let _ = client::read(&call, 200, &head, RawBytes::new(rest.clone()));
    let _ = client::read(&call, 400, &head, RawBytes::new(rest.clone()));
    let _ = decode(&call, &head, body);
    if let Err(fault) = decode(&call, &head, copy) {
        assert!(fault.message().to_string().len() < 100_000);
    }
}

/// AWS JSON.
pub fn json(input: &[u8]) {
    both_ends(
        &["logs", "kms", "organizations", "cloudtrail"],
        Protocol::Json,
        input,
    );
}

/// Query, and its dialect.
pub fn query(input: &[u8]) {
    both_ends(&["iam", "sts"], Protocol::Query, input);
    both_ends(&["iam", "sts"], Protocol::Ec2, input);
}

/// REST-JSON.
pub fn rest_json(input: &[u8]) {
    both_ends(
        &["lambda", "lexv2-runtime", "lexv2-models"],
        Protocol::RestJson,
        input,
    );
}

/// REST-XML.
pub fn rest_xml(input: &[u8]) {
    both_ends(&["s3"], Protocol::RestXml, input);
}

/// rpc-v2-cbor.
pub fn cbor(input: &[u8]) {
    both_ends(&["cloudwatch", "comprehend"], Protocol::RpcV2Cbor, input);
}
