//! How does a subscription's delivery look? A JSON object of AWS's form, gzip around it, for functions base64 around that.
//!
//! CloudWatch Logs User Guide, "Log group-level subscription filters": `owner, logGroup, logStream, subscriptionFilters,
//! messageType, logEvents[{id, timestamp, message}]`. Texts are what was rendered for the receiver: stored text, as it is.

use crate::codec::json_string;
use crate::text::base64_encode;
use flate2::Compression;
use flate2::write::GzEncoder;
use sotto_egress::{Rendered, Shown};
use sotto_public::Public;
use std::io::Write;

/// What gzip is asked for (CloudWatch Logs uses level 6).
const LEVEL: u32 = 6;

/// Where events come from, and for whom.
#[derive(Debug)]
pub struct Source {
    /// The account that owns the group.
    pub owner: Public<String>,
    /// The group's name.
    pub group: Public<String>,
    /// The stream's name.
    pub stream: Public<String>,
    /// Names of the filters that chose the events.
    pub filters: Vec<Public<String>>,
}

/// An event of a delivery.
#[derive(Debug)]
pub struct Entry {
    /// Its id.
    pub id: Public<String>,
    /// When it happened, in milliseconds since 1970.
    pub at: i64,
    /// What it says, for this receiver.
    pub message: Rendered,
}

/// The JSON of a delivery of events.
pub fn data(source: &Source, entries: &[Entry]) -> Vec<u8> {
    let mut out = opening("DATA_MESSAGE", source);
    for (index, entry) in entries.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(b"{\"id\":");
        json_string(&mut out, entry.id.get());
        out.extend_from_slice(format!(",\"timestamp\":{},\"message\":", entry.at).as_bytes());
        json_string(&mut out, text(&entry.message));
        out.push(b'}');
    }
    out.extend_from_slice(b"]}");
    out
}

/// The JSON that asks whether a receiver can be reached.
pub fn probe(source: &Source, at: i64) -> Vec<u8> {
    let mut out = opening("CONTROL_MESSAGE", source);
    let words = "CWL CONTROL MESSAGE: Checking health of destination";
    out.extend_from_slice(
        format!("{{\"id\":\"\",\"timestamp\":{at},\"message\":\"{words}\"}}]}}").as_bytes(),
    );
    out
}

fn opening(kind: &str, source: &Source) -> Vec<u8> {
    let mut out = format!("{{\"messageType\":\"{kind}\"").into_bytes();
    for (name, value) in
        [("owner", &source.owner), ("logGroup", &source.group), ("logStream", &source.stream)]
    {
        out.extend_from_slice(format!(",\"{name}\":").as_bytes());
        json_string(&mut out, value.get());
    }
    out.extend_from_slice(b",\"subscriptionFilters\":[");
    for (index, filter) in source.filters.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        json_string(&mut out, filter.get());
    }
    out.extend_from_slice(b"],\"logEvents\":[");
    out
}

fn text(rendered: &Rendered) -> &str {
    match rendered.shown() {
        Shown::Text(text) => text,
        _ => "",
    }
}

/// The same in gzip: what streams and endpoints get.
pub fn packed(json: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(json.len() / 4), Compression::new(LEVEL));
    // A vector takes everything.
    let _ = encoder.write_all(json);
    encoder.finish().unwrap_or_default()
}

/// The event of a function: `{"awslogs":{"data":"BASE64"}}`.
pub fn for_function(packed: &[u8]) -> Vec<u8> {
    let mut out = b"{\"awslogs\":{\"data\":\"".to_vec();
    base64_encode(&mut out, packed);
    out.extend_from_slice(b"\"}}");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::base64_decode;
    use std::io::Read;

    #[test]
    fn a_delivery_is_json_in_gzip_in_base64() {
        let source = Source {
            owner: "111122223333".into(),
            group: "g".into(),
            stream: "s\"1".into(),
            filters: vec!["f".into(), "h".into()],
        };
        let function = for_function(&packed(&probe(&source, 7)));
        let function: serde_json::Value = serde_json::from_slice(&function).unwrap();
        let coded = function["awslogs"]["data"].as_str().unwrap();
        let packed = base64_decode(coded.as_bytes()).unwrap();
        let mut plain = String::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut plain).unwrap();
        let wanted = serde_json::json!({
            "messageType": "CONTROL_MESSAGE", "owner": "111122223333", "logGroup": "g", "logStream": "s\"1",
            "subscriptionFilters": ["f", "h"],
            "logEvents": [{"id": "", "timestamp": 7,
                "message": "CWL CONTROL MESSAGE: Checking health of destination"}],
        });
        assert_eq!(serde_json::from_str::<serde_json::Value>(&plain).unwrap(), wanted);
        let empty: serde_json::Value = serde_json::from_slice(&data(&source, &[])).unwrap();
        assert_eq!(
            (&empty["messageType"], &empty["logEvents"]),
            (&"DATA_MESSAGE".into(), &serde_json::json!([]))
        );
    }
}
