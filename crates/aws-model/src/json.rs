//! How does a service model in JSON become a table? By writing down what the codec needs, and no documentation.
//!
//! The JSON is the layout that botocore's `service-2.json` has. There is one reader of models, that of tables: a model given
//! at run time goes through the same lines as those that are built in.

use crate::line::escaped;
use serde_json::{Map, Value};
use std::fmt::{self, Write};

/// A model that lacks something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError(String);

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the service model lacks {}", self.0)
    }
}

impl std::error::Error for JsonError {}

/// The table of a model: `name` is the table's, `prefix` that of its actions.
///
/// # Errors
/// [`JsonError`] when a part is missing or of another kind.
pub fn table_from_json(model: &Value, name: &str, prefix: &str) -> Result<String, JsonError> {
    let mut table = head(model, name, prefix)?;
    for (name, operation) in object(model, "operations")? {
        write_operation(&mut table, name, operation)?;
    }
    for (name, shape) in object(model, "shapes")? {
        write_shape(&mut table, name, shape)?;
    }
    Ok(table)
}

fn head(model: &Value, name: &str, prefix: &str) -> Result<String, JsonError> {
    let metadata = object(model, "metadata")?;
    let word = |key: &str| metadata.get(key).and_then(Value::as_str);
    let signing = word("signingName").or_else(|| word("endpointPrefix")).unwrap_or(prefix);
    let protocols = match metadata.get("protocols").and_then(Value::as_array) {
        Some(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
        None => word("protocol").ok_or_else(|| JsonError("metadata.protocol".into()))?.to_owned(),
    };
    let mut line = format!("service {name} prefix={prefix} signing={signing}");
    pair(&mut line, "version", word("apiVersion"));
    pair(&mut line, "protocols", Some(protocols.as_str()));
    pair(&mut line, "target", word("targetPrefix"));
    pair(&mut line, "json", word("jsonVersion"));
    pair(&mut line, "ns", word("xmlNamespace"));
    flag(&mut line, "query-compatible", metadata.contains_key("awsQueryCompatible"));
    line.push('\n');
    Ok(line)
}

fn write_operation(table: &mut String, name: &str, operation: &Value) -> Result<(), JsonError> {
    let http = operation.get("http").ok_or_else(|| JsonError(format!("operations.{name}.http")))?;
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let method = text(http, "method").unwrap_or_else(|| "POST".into());
    let uri = text(http, "requestUri").unwrap_or_else(|| "/".into());
    let mut line = format!("op {name} {method} {uri}");
    let status = http.get("responseCode").and_then(Value::as_u64).filter(|status| *status != 200);
    pair(&mut line, "status", status.map(|s| s.to_string()).as_deref());
    if let Some(input) = operation.get("input") {
        pair(&mut line, "in", text(input, "shape").as_deref());
        pair(&mut line, "in-name", text(input, "locationName").as_deref());
        let namespace = input.get("xmlNamespace").and_then(|ns| text(ns, "uri"));
        pair(&mut line, "in-ns", namespace.map(|uri| escaped(&uri)).as_deref());
    }
    if let Some(output) = operation.get("output") {
        pair(&mut line, "out", text(output, "shape").as_deref());
        pair(&mut line, "wrap", text(output, "resultWrapper").as_deref());
    }
    let errors = operation.get("errors").and_then(Value::as_array).into_iter().flatten();
    let errors: Vec<String> = errors.filter_map(|error| text(error, "shape")).collect();
    pair(&mut line, "errors", Some(errors.join(",")).filter(|e| !e.is_empty()).as_deref());
    flag(&mut line, "unsigned", text(operation, "authtype").as_deref() == Some("none"));
    flag(&mut line, "unsigned-payload", operation.get("unsignedPayload").is_some());
    flag(&mut line, "gzip", operation.get("requestcompression").is_some());
    let host = operation.get("endpoint").and_then(|endpoint| text(endpoint, "hostPrefix"));
    pair(&mut line, "host", host.as_deref());
    table.push_str(&line);
    table.push('\n');
    Ok(())
}

fn write_shape(table: &mut String, name: &str, shape: &Value) -> Result<(), JsonError> {
    let kind =
        shape.get("type").and_then(Value::as_str).ok_or_else(|| JsonError(format!("shapes.{name}.type")))?;
    let line = match kind {
        "structure" if is_set(shape, "document") => format!("j {name}\n"),
        "structure" => structure(name, shape)?,
        "list" => list(name, shape)?,
        "map" => map(name, shape)?,
        "string" | "character" => text(name, shape),
        "blob" => format!("b {name}{}\n", bounds(shape)),
        "boolean" => format!("o {name}\n"),
        "integer" | "long" => format!("i {name}{}\n", bounds(shape)),
        "float" | "double" => format!("f {name}\n"),
        "timestamp" => format!("d {name}{}\n", time_format(shape)),
        _ => return Err(JsonError(format!("a kind for shapes.{name}"))),
    };
    table.push_str(&line);
    Ok(())
}

fn structure(name: &str, shape: &Value) -> Result<String, JsonError> {
    let mut line = format!("s {name}");
    pair(&mut line, "name", shape.get("locationName").and_then(Value::as_str));
    namespace(&mut line, "ns", shape);
    flag(&mut line, "union", is_set(shape, "union"));
    flag(&mut line, "events", is_set(shape, "eventstream"));
    error(&mut line, shape);
    line.push('\n');
    let required: Vec<&str> = shape
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let payload = shape.get("payload").and_then(Value::as_str);
    for (member, traits) in object(shape, "members")? {
        line.push_str(&format!("m {member} {}", target(traits, member)?));
        member_traits(&mut line, traits);
        flag(&mut line, "req", required.contains(&member.as_str()));
        flag(&mut line, "payload", payload == Some(member));
        line.push('\n');
    }
    Ok(line)
}

fn error(line: &mut String, shape: &Value) {
    let traits = shape.get("error");
    if !is_set(shape, "exception") && traits.is_none() {
        return;
    }
    let code = traits.and_then(|traits| traits.get("code")).and_then(Value::as_str);
    let _ = write!(line, " error={}", code.map(escaped).unwrap_or_default());
    let status = traits.and_then(|traits| traits.get("httpStatusCode")).and_then(Value::as_u64);
    pair(line, "status", status.map(|status| status.to_string()).as_deref());
    flag(line, "fault", is_set(shape, "fault") || traits.is_some_and(|traits| is_set(traits, "fault")));
}

fn member_traits(line: &mut String, traits: &Value) {
    let text = |key: &str| traits.get(key).and_then(Value::as_str).map(escaped);
    pair(line, "at", text("location").as_deref());
    pair(line, "name", text("locationName").as_deref());
    pair(line, "query", text("queryName").as_deref());
    flag(line, "flat", is_set(traits, "flattened"));
    flag(line, "attr", is_set(traits, "xmlAttribute"));
    namespace(line, "ns", traits);
    flag(line, "json", is_set(traits, "jsonvalue"));
    flag(line, "token", is_set(traits, "idempotencyToken"));
    flag(line, "host", is_set(traits, "hostLabel"));
    line.push_str(&time_format(traits));
}

fn list(name: &str, shape: &Value) -> Result<String, JsonError> {
    let item = shape.get("member").ok_or_else(|| JsonError(format!("shapes.{name}.member")))?;
    let mut line = format!("l {name} {}", target(item, name)?);
    pair(&mut line, "name", item.get("locationName").and_then(Value::as_str));
    namespace(&mut line, "ns", item);
    flag(&mut line, "flat", is_set(shape, "flattened"));
    Ok(line + &bounds(shape) + "\n")
}

fn map(name: &str, shape: &Value) -> Result<String, JsonError> {
    let side = |side: &str| shape.get(side).ok_or_else(|| JsonError(format!("shapes.{name}.{side}")));
    let (key, value) = (side("key")?, side("value")?);
    let mut line = format!("k {name} {} {}", target(key, name)?, target(value, name)?);
    pair(&mut line, "key", key.get("locationName").and_then(Value::as_str));
    pair(&mut line, "value", value.get("locationName").and_then(Value::as_str));
    namespace(&mut line, "key-ns", key);
    namespace(&mut line, "value-ns", value);
    flag(&mut line, "flat", is_set(shape, "flattened"));
    Ok(line + &bounds(shape) + "\n")
}

fn text(name: &str, shape: &Value) -> String {
    let mut line = format!("t {name}{}", bounds(shape));
    pair(&mut line, "pat", shape.get("pattern").and_then(Value::as_str).map(escaped).as_deref());
    if let Some(values) = shape.get("enum").and_then(Value::as_array) {
        let values: Vec<String> = values.iter().filter_map(Value::as_str).map(escaped).collect();
        pair(&mut line, "enum", Some(values.join(",").as_str()));
    }
    flag(&mut line, "sensitive", is_set(shape, "sensitive"));
    line + "\n"
}

fn bounds(shape: &Value) -> String {
    let bound = |key: &str| shape.get(key).and_then(Value::as_i64);
    let mut line = String::new();
    pair(&mut line, "min", bound("min").map(|n| n.to_string()).as_deref());
    pair(&mut line, "max", bound("max").map(|n| n.to_string()).as_deref());
    line
}

fn time_format(traits: &Value) -> String {
    let mut line = String::new();
    pair(&mut line, "fmt", traits.get("timestampFormat").and_then(Value::as_str));
    line
}

fn namespace(line: &mut String, key: &str, traits: &Value) {
    let Some(namespace) = traits.get("xmlNamespace") else { return };
    let uri = namespace.as_str().or_else(|| namespace.get("uri").and_then(Value::as_str)).unwrap_or_default();
    let prefix = namespace.get("prefix").and_then(Value::as_str);
    let value = prefix.map_or_else(|| escaped(uri), |prefix| format!("{prefix}>{}", escaped(uri)));
    pair(line, key, Some(&value));
}

fn target<'a>(traits: &'a Value, owner: &str) -> Result<&'a str, JsonError> {
    traits.get("shape").and_then(Value::as_str).ok_or_else(|| JsonError(format!("a shape in {owner}")))
}

fn object<'a>(value: &'a Value, key: &str) -> Result<&'a Map<String, Value>, JsonError> {
    value.get(key).and_then(Value::as_object).ok_or_else(|| JsonError(key.to_owned()))
}

fn is_set(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or(false)
}

fn pair(line: &mut String, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        let _ = write!(line, " {key}={value}");
    }
}

fn flag(line: &mut String, key: &str, set: bool) {
    if set {
        let _ = write!(line, " {key}");
    }
}
