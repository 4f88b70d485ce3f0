//! Where are the published cases, and how does one become a call?
//!
//! The cases are those that botocore is tested with (its `tests/unit/protocols`): shapes, parameters, serialised requests,
//! answers, results. They are read from `aws-protocols` below the folder that `SOTTO_TEST_DATA` names, or below
//! `../shared/data` beside the repository. When they are absent a test says so and passes; with `CI=true` it fails.

use serde_json::{Map, Value, json};
use sotto_aws_model::{CaptureList, Protocol, Service, table_from_json};
use sotto_public::Public;
use sotto_sensitive::{RawBytes, RawText};
use sotto_wire::{Call, Document, Key, Output, Seen, Value as Leaf, View, client};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The folder of the cases, when it is there.
pub(crate) fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("SOTTO_TEST_DATA").map(PathBuf::from);
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    let folder = named.unwrap_or(beside).join("aws-protocols");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "the protocol cases are absent");
    eprintln!("skipped: the protocol cases are absent; SOTTO_TEST_DATA names their folder");
    None
}

/// A case, and what is needed to run it.
pub(crate) struct Case {
    pub(crate) file: String,
    pub(crate) id: String,
    pub(crate) call: Call,
    pub(crate) service: Arc<Service>,
    pub(crate) model: Value,
    pub(crate) case: Value,
}

/// All cases of `input` or `output`.
pub(crate) fn all(direction: &str) -> Vec<Case> {
    let Some(folder) = folder() else { return Vec::new() };
    let mut files: Vec<PathBuf> =
        folder.join(direction).read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut cases = Vec::new();
    for path in files {
        let suites: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let file = path.file_stem().unwrap().to_str().unwrap().to_owned();
        for suite in suites.as_array().unwrap() {
            for case in suite["cases"].as_array().unwrap() {
                cases.push(Case::of(&file, suite, case));
            }
        }
    }
    cases
}

impl Case {
    fn of(file: &str, suite: &Value, case: &Value) -> Self {
        let name = case["given"]["name"].as_str().unwrap();
        let model = json!({
            "metadata": suite["metadata"],
            "shapes": suite["shapes"],
            "operations": { name: case["given"] },
        });
        let table = table_from_json(&model, "cases", "cases").unwrap();
        let service = Arc::new(Service::read(&table, &CaptureList::default()).unwrap());
        let protocol = Protocol::parse(suite["metadata"]["protocol"].as_str().unwrap()).unwrap();
        let call = Call::of(&service, service.operation_id(name).unwrap(), protocol);
        let id = case["id"].as_str().unwrap().to_owned();
        Self { file: file.to_owned(), id, call, service, model, case: case.clone() }
    }

    pub(crate) fn name(&self) -> String {
        format!("{}/{}", self.file, self.id)
    }

    pub(crate) fn is_cbor(&self) -> bool {
        self.call.protocol() == Protocol::RpcV2Cbor
    }

    /// The shape of a name, as the case's own model has it.
    pub(crate) fn kind(&self, shape: sotto_aws_model::ShapeId) -> &sotto_aws_model::Kind {
        &self.service.shape(shape).unwrap().kind
    }

    /// Parameters or results as an output.
    pub(crate) fn output(&self, shape: Option<sotto_aws_model::ShapeId>, value: &Value) -> Output {
        let mut output = Output::new();
        let Some(shape) = shape else { return output };
        let structure = self.service.structure(shape).unwrap();
        for (name, value) in value.as_object().into_iter().flatten() {
            let Some((_, member)) = structure.member(name) else { continue };
            client::set(&mut output, &public(name), self.leaf(member.shape, value));
        }
        output
    }

    fn leaf(&self, shape: sotto_aws_model::ShapeId, value: &Value) -> Leaf {
        use sotto_aws_model::Kind;
        if value.is_null() && !matches!(self.kind(shape), Kind::Document) {
            return client::null();
        }
        match self.kind(shape) {
            Kind::Structure(_) => Leaf::Structure(self.output(Some(shape), value)),
            Kind::List(list) => {
                Leaf::list(value.as_array().unwrap().iter().map(|item| self.leaf(list.item, item)))
            }
            Kind::Map(map) => {
                let entries = value.as_object().unwrap().iter();
                Leaf::map(entries.map(|(key, value)| (client::text(raw(key)), self.leaf(map.value, value))))
            }
            Kind::Text(_) => client::text(raw(value.as_str().unwrap())),
            Kind::Blob(_) => client::bytes(RawBytes::new(value.as_str().unwrap().as_bytes().to_vec())),
            Kind::Boolean => Leaf::Flag(value.as_bool().unwrap()),
            Kind::Integer(_) => Leaf::Integer(value.as_i64().unwrap()),
            Kind::Float => Leaf::Float(float(value)),
            Kind::Timestamp(_) => Leaf::Time(time(value.as_f64().unwrap())),
            Kind::Document => client::document(document(value)),
        }
    }
}

pub(crate) fn raw(text: &str) -> RawText {
    RawText::new(text.to_owned())
}

pub(crate) fn public(text: &str) -> Public<String> {
    Public::from_pinned_text(text.to_owned())
}

pub(crate) fn float(value: &Value) -> f64 {
    match value.as_str() {
        Some("NaN") => f64::NAN,
        Some("Infinity") => f64::INFINITY,
        Some("-Infinity") => f64::NEG_INFINITY,
        _ => value.as_f64().unwrap(),
    }
}

fn time(seconds: f64) -> SystemTime {
    let millis = (seconds.abs() * 1e3).round() / 1e3;
    let duration = Duration::from_secs_f64(millis);
    if seconds < 0.0 { UNIX_EPOCH - duration } else { UNIX_EPOCH + duration }
}

fn document(value: &Value) -> Document {
    match value {
        Value::Null => Document::Null,
        Value::Bool(flag) => Document::Flag(*flag),
        Value::Number(number) => Document::Number(raw(&number.to_string())),
        Value::String(text) => Document::Text(raw(text)),
        Value::Array(items) => Document::List(items.iter().map(document).collect()),
        Value::Object(members) => Document::Map(members.iter().map(|(k, v)| (raw(k), document(v))).collect()),
    }
}

fn json_of(document: &Document) -> Value {
    match document {
        Document::Null => Value::Null,
        Document::Flag(flag) => Value::Bool(*flag),
        Document::Number(number) => serde_json::from_str(number.expose()).unwrap(),
        Document::Text(text) => Value::String(text.expose().to_owned()),
        Document::List(items) => items.iter().map(json_of).collect(),
        Document::Map(members) => {
            Value::Object(members.iter().map(|(k, v)| (k.expose().to_owned(), json_of(v))).collect())
        }
    }
}

/// What was decoded, as the cases write it: times as seconds, bytes as text, floats without digits by name.
pub(crate) fn shown(view: View<'_>) -> Value {
    match view.seen() {
        Seen::Null => Value::Null,
        Seen::Flag(flag) => flag.into(),
        Seen::Integer(number) => number.into(),
        Seen::Float(number) if number.is_nan() => "NaN".into(),
        Seen::Float(number) if number.is_infinite() => {
            if number > 0.0 { "Infinity" } else { "-Infinity" }.into()
        }
        Seen::Float(number) => number.into(),
        Seen::Time(at) => match at.duration_since(UNIX_EPOCH) {
            Ok(after) => after.as_secs_f64().into(),
            Err(before) => (-before.duration().as_secs_f64()).into(),
        },
        Seen::Public(text) => text.get().clone().into(),
        Seen::Hidden(_) => hidden(view),
        Seen::List(items) => items.into_iter().map(shown).collect(),
        Seen::Map(entries) => {
            let key = |key: &Key| match key {
                Key::Public(text) => text.get().clone(),
                Key::Raw(text) => text.expose().to_owned(),
            };
            Value::Object(entries.into_iter().map(|(k, v)| (key(k), shown(v))).collect())
        }
        Seen::Structure(members) => Value::Object(
            members.into_iter().map(|(name, member)| (name.to_owned(), shown(member))).collect(),
        ),
    }
}

fn hidden(view: View<'_>) -> Value {
    match (view.as_raw(), view.as_bytes(), view.as_document()) {
        (Some(text), ..) => text.expose().into(),
        (_, Some(bytes), _) => String::from_utf8_lossy(bytes.expose()).into(),
        (_, _, Some(document)) => json_of(document),
        _ => panic!("a hidden leaf is a text, bytes or a document"),
    }
}

/// Whether two values are the same, numbers by value, and absent members and `null` alike.
pub(crate) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let covers = |a: &Map<String, Value>, b: &Map<String, Value>| {
                a.iter().all(|(key, value)| match b.get(key) {
                    Some(found) => same(value, found),
                    None => value.is_null(),
                })
            };
            covers(one, other) && covers(other, one)
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Number(one), Value::Number(other)) => {
            let (one, other) = (one.as_f64().unwrap(), other.as_f64().unwrap());
            (one - other).abs() <= 1e-6 * one.abs().max(1.0) || (one as f32) == (other as f32)
        }
        _ => one == other,
    }
}

/// Bytes of base64, through the product's own reader of JSON.
pub(crate) fn base64(text: &str) -> Vec<u8> {
    let digit = |byte: u8| {
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".iter().position(|d| *d == byte)
    };
    let bits: Vec<u32> = text.bytes().filter_map(digit).map(|d| d as u32).collect();
    let group = |group: &[u32]| {
        let value = group.iter().fold(0, |sum, six| sum << 6 | six) << (6 * (4 - group.len()));
        value.to_be_bytes()[1..group.len()].to_vec()
    };
    bits.chunks(4).flat_map(group).collect()
}

/// Base64 of bytes.
pub(crate) fn base64_of(bytes: &[u8]) -> String {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |group: &[u8]| -> String {
        let value =
            group.iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        let digit = |place: usize| {
            if place <= group.len() { digits[(value >> (18 - 6 * place)) as usize & 63] } else { b'=' }
        };
        (0..4).map(|place| char::from(digit(place))).collect()
    };
    bytes.chunks(3).map(group).collect()
}
