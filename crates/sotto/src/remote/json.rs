//! How does a verb speak of an operation that has many members? In JSON: what is asked takes its shape from the operation's model,
//! what is answered is told as it came.
//!
//! So what was described can be put again with one member changed, and all others as they were: the members of a model are
//! hundreds, and a verb that named each would forget some.

use super::{NotAnswered, Remote, own, shown};
use serde_json::{Map, Value as Json};
use sotto_aws_model::{Kind, Service, ShapeId, Structure, service};
use sotto_public::Public;
use sotto_sensitive::RawBytes;
use sotto_wire::client::{self, ClientError};
use sotto_wire::{Key, Output, Seen, Value, View};
use std::time::UNIX_EPOCH;

/// Pages of one list that are asked for at most.
const PAGES_MAX: usize = 1_000;

/// Deepest nesting of what is asked.
const DEPTH_MAX: usize = 64;

/// An operation, by table and name.
pub(crate) type Asked = (&'static str, &'static str);

impl Remote {
    /// Asks, and again while the service is too busy.
    pub(crate) fn json(&self, asked: Asked, input: &Json) -> Result<Json, NotAnswered> {
        // What cannot be asked is found before anything is sent.
        request(asked, input).map_err(NotAnswered)?;
        let answer = self.insist(asked.0, asked.1, || request(asked, input).unwrap_or_default())?;
        Ok(told(answer.view()))
    }

    /// Asks once: for what must not happen twice.
    pub(crate) fn json_once(&self, asked: Asked, input: &Json) -> Result<Json, NotAnswered> {
        let input = request(asked, input).map_err(NotAnswered)?;
        self.ask(asked.0, asked.1, input).map(|answer| told(answer.view()))
    }

    /// All items of a list, page by page.
    pub(crate) fn all(&self, asked: Asked, input: &Json, list: &str) -> Result<Vec<Json>, NotAnswered> {
        let (mut items, mut input) = (Vec::new(), input.clone());
        for _ in 0..PAGES_MAX {
            let mut answer = self.json(asked, &input)?;
            if let Some(Json::Array(page)) = answer.get_mut(list).map(Json::take) {
                items.extend(page);
            }
            let next = answer.get("nextToken").filter(|next| !next.is_null()).cloned();
            match (next, input.as_object_mut()) {
                (Some(next), Some(members)) => members.insert("nextToken".to_owned(), next),
                _ => break,
            };
        }
        Ok(items)
    }
}

/// What is asked, in the shape of the operation's input.
fn request((table, operation): Asked, input: &Json) -> Result<Output, ClientError> {
    let service = service(table).ok_or(ClientError::Parameter)?;
    let operation = service.operation_id(operation).and_then(|id| service.operation(id));
    let operation = operation.ok_or(ClientError::Parameter)?;
    let Some(shape) = operation.input else { return Ok(Output::new()) };
    match value(&service, shape, input, DEPTH_MAX)? {
        Value::Structure(output) => Ok(output),
        _ => Err(ClientError::Parameter),
    }
}

fn value(service: &Service, shape: ShapeId, json: &Json, depth: usize) -> Result<Value, ClientError> {
    let kind = service.shape(shape).map(|shape| &shape.kind).ok_or(ClientError::Parameter)?;
    let below = depth.checked_sub(1).ok_or(ClientError::Parameter)?;
    Ok(match (kind, json) {
        (_, Json::Null) => Value::Absent,
        (Kind::Structure(structure), Json::Object(members)) => {
            Value::Structure(members_of(service, structure, members, below)?)
        }
        (Kind::List(list), Json::Array(items)) => {
            let items = items.iter().map(|item| value(service, list.item, item, below));
            Value::List(items.collect::<Result<_, _>>()?)
        }
        (Kind::Map(map), Json::Object(entries)) => {
            let entry =
                |(key, item): (&String, &Json)| Ok((own(key), value(service, map.value, item, below)?));
            Value::Map(entries.iter().map(entry).collect::<Result<_, ClientError>>()?)
        }
        (Kind::Text(_), Json::String(text)) => own(text),
        (Kind::Blob(_), Json::String(text)) => client::bytes(RawBytes::new(text.clone().into_bytes())),
        (Kind::Boolean, Json::Bool(flag)) => Value::Flag(*flag),
        (Kind::Integer(_) | Kind::Float, Json::Number(number)) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::Integer(whole),
            (None, Some(number)) => Value::Float(number),
            (None, None) => return Err(ClientError::Parameter),
        },
        _ => return Err(ClientError::Parameter),
    })
}

#[expect(clippy::disallowed_methods, reason = "names of members are those of the model")]
fn members_of(
    service: &Service,
    structure: &Structure,
    members: &Map<String, Json>,
    depth: usize,
) -> Result<Output, ClientError> {
    let mut output = Output::new();
    for (name, json) in members {
        let (_, member) = structure.member(name).ok_or(ClientError::Parameter)?;
        let value = value(service, member.shape, json, depth)?;
        if !matches!(value, Value::Absent) {
            client::set(&mut output, &Public::from_pinned_text(member.name.to_string()), value);
        }
    }
    Ok(output)
}

/// What was answered, for the caller it was answered to. Instants are seconds since 1970; bytes are left out.
fn told(view: View<'_>) -> Json {
    match view.seen() {
        Seen::Null => Json::Null,
        Seen::Flag(flag) => flag.into(),
        Seen::Integer(number) => number.into(),
        Seen::Float(number) => number.into(),
        Seen::Time(at) => at.duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64()).into(),
        Seen::Public(text) => text.get().as_str().into(),
        Seen::Hidden(_) => view.as_raw().map_or(Json::Null, |raw| shown(raw).into()),
        Seen::List(items) => items.into_iter().map(told).collect(),
        Seen::Map(entries) => {
            let entry = |(key, value): (&Key, View<'_>)| (key_of(key), told(value));
            Json::Object(entries.into_iter().map(entry).collect())
        }
        Seen::Structure(members) => {
            Json::Object(members.into_iter().map(|(name, value)| (name.to_owned(), told(value))).collect())
        }
    }
}

fn key_of(key: &Key) -> String {
    match key {
        Key::Public(text) => text.get().clone(),
        Key::Raw(raw) => shown(raw).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn requests_take_the_shape_of_the_model() {
        let asked = ("lexv2-models", "UpdateSlot");
        let whole = json!({
            "botId": "AAAAAAAAAA", "slotName": "City", "description": null,
            "obfuscationSetting": {"obfuscationSettingType": "DefaultObfuscation"},
            "valueElicitationSetting": {"slotConstraint": "Required", "promptSpecification": {
                "maxRetries": 2, "allowInterrupt": true, "messageGroups": [{"message": {"plainTextMessage": {"value": "x"}}}],
                "promptAttemptsSpecification": {"Initial": {"allowInterrupt": true}}}},
        });
        assert!(request(asked, &whole).is_ok());
        for wrong in [
            json!({"botId": 1}),
            json!({"slotname": "x"}),
            json!({"valueElicitationSetting": []}),
            json!({"obfuscationSetting": {"other": "x"}}),
            json!([]),
        ] {
            assert!(request(asked, &wrong).is_err(), "{wrong}");
        }
        assert!(request(("lexv2-models", "NoSuchOperation"), &json!({})).is_err());
        let mut deep = json!("x");
        for _ in 0..2 * DEPTH_MAX {
            deep = json!([deep]);
        }
        assert!(request(asked, &json!({"valueElicitationSetting": deep})).is_err());
    }
}
