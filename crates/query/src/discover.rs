//! Which fields does a stored message have? Names and values as Logs Insights discovers them.
//!
//! Page "Supported logs and discovered fields": JSON is flattened with dots, items of arrays by their number
//! (`requestParameters.items.0.id`); a name that begins with `@` gets a second one; Lambda's own lines, flow logs in the
//! default format and Route 53's query logs are recognised. JSON that is embedded in other text is read where its first
//! object stands (the page says so of Lambda's logs; here it holds for all). What is discovered comes from stored text, so
//! a masked value is a masked field.

use crate::json::Json;
use std::borrow::Cow;
use std::hash::{DefaultHasher, Hasher};

/// Most fields of one event (page "CloudWatch Logs quotas").
pub const EVENT_FIELDS_MAX: usize = 200;
/// Most names of discovered fields of one log group (same page). Whoever makes columns counts them.
pub const GROUP_FIELDS_MAX: usize = 1_000;

/// Fields that every event has; `@ptr`, `@masked` and `@entity` are made when asked for.
pub const SYSTEM_FIELDS: &[&str] = &[
    "@message",
    "@timestamp",
    "@ingestionTime",
    "@logStream",
    "@log",
    "@ptr",
    "@masked",
    "@entity",
    "@aws.account",
    "@aws.region",
];

/// A discovered field: its name and its value as text.
pub type Field<'a> = (String, Cow<'a, str>);

/// The fields of a stored message, in their order, [`EVENT_FIELDS_MAX`] at most. A name that comes twice keeps its first
/// value.
pub fn discover(message: &str) -> Vec<Field<'_>> {
    let mut fields = Fields { found: Vec::new(), names: Vec::new() };
    fields.lambda(message);
    fields.flow_log(message);
    fields.route53(message);
    if let Some(json) = first_object(message) {
        fields.json(&mut String::new(), json);
    }
    fields.found
}

/// The value at a path (`a.b.0`) of a JSON text: a scalar as text, what is nested as JSON. None when it is not there or the
/// text is no JSON.
pub fn json_value(text: &str, path: &str) -> Option<String> {
    let root = Json::read(text)?;
    let mut value = &root;
    for step in path.split('.').filter(|step| !step.is_empty()) {
        value = value.member(step).or_else(|| value.item(step.parse().ok()?))?;
    }
    Some(shown(value)).filter(|_| *value != Json::Null)
}

/// The items of a JSON list as [`json_value`] shows them; any other text is a list of itself.
pub fn json_items(text: &str) -> Vec<String> {
    match Json::read(text) {
        Some(Json::List(items)) => items.iter().map(shown).collect(),
        _ => vec![text.to_owned()],
    }
}

fn shown(value: &Json<'_>) -> String {
    value.scalar().map_or_else(
        || {
            let mut out = String::new();
            value.write(&mut out);
            out
        },
        Cow::into_owned,
    )
}

/// The first JSON object in a message.
fn first_object(message: &str) -> Option<Json<'_>> {
    let start = memchr::memchr(b'{', message.as_bytes())?;
    Json::read_first(message.get(start..)?)
}

struct Fields<'a> {
    found: Vec<Field<'a>>,
    /// Hashes of the names: what a name is compared by first.
    names: Vec<u64>,
}

impl<'a> Fields<'a> {
    fn add(&mut self, name: &str, value: impl Into<Cow<'a, str>>) {
        if self.found.len() < EVENT_FIELDS_MAX && !self.has(name) {
            self.found.push((name.to_owned(), value.into()));
        }
    }

    /// Whether the name came before; it is known from now on. There are few: a look at each costs less than a set of them.
    fn has(&mut self, name: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        hasher.write(name.as_bytes());
        let hash = hasher.finish();
        let mut same = self.names.iter().zip(&self.found).filter(|(known, _)| **known == hash);
        let known = same.any(|(_, (found, _))| found == name);
        if !known {
            self.names.push(hash);
        }
        known
    }

    fn json(&mut self, path: &mut String, value: Json<'a>) {
        if self.found.len() >= EVENT_FIELDS_MAX {
            return;
        }
        match value {
            Json::Object(members) => {
                members.into_iter().for_each(|(name, value)| self.step(path, &name, value))
            }
            Json::List(items) => {
                items.into_iter().enumerate().for_each(|(at, value)| self.step(path, &at.to_string(), value));
            }
            Json::Null => {}
            Json::Bool(value) => self.add(path, if value { "true" } else { "false" }),
            Json::Number(number) => self.add(path, number),
            Json::Text(text) => self.add(path, text),
        }
    }

    fn step(&mut self, path: &mut String, name: &str, value: Json<'a>) {
        let length = path.len();
        match path.is_empty() {
            true if name.starts_with('@') => path.push('@'),
            true => {}
            false => path.push('.'),
        }
        path.push_str(name);
        self.json(path, value);
        path.truncate(length);
    }

    /// `START`, `END` and `REPORT` lines of Lambda (page "Supported logs and discovered fields"). Sizes are in bytes, a
    /// megabyte being a million, as the sample queries of the console divide them.
    fn lambda(&mut self, message: &'a str) {
        let Some((kind, rest)) = message.split_once(" RequestId: ") else { return };
        if !["START", "END", "REPORT"].contains(&kind) {
            return;
        }
        self.add("@type", kind);
        self.add("@requestId", rest.split(char::is_whitespace).next().unwrap_or_default());
        let figure = |label: &str| rest.split_once(label)?.1.split_whitespace().next();
        let bytes = |label: &str| {
            figure(label)?.parse::<u64>().ok().map(|megabytes| (megabytes * 1_000_000).to_string())
        };
        let texts = [
            ("@duration", figure("\tDuration: ")),
            ("@billedDuration", figure("Billed Duration: ")),
            ("@initDuration", figure("Init Duration: ")),
            ("@xrayTraceId", figure("XRAY TraceId: ")),
            ("@xraySegmentId", figure("SegmentId: ")),
        ];
        texts
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .for_each(|(name, value)| self.add(name, value));
        let sizes = [("@memorySize", bytes("Memory Size: ")), ("@maxMemoryUsed", bytes("Max Memory Used: "))];
        sizes
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .for_each(|(name, value)| self.add(name, value));
    }

    /// Flow logs in the default format (Amazon VPC guide, "Flow log records"). Columns may be masked, so only the ones that
    /// never are decide.
    fn flow_log(&mut self, message: &'a str) {
        const NAMES: [&str; 14] = [
            "version",
            "accountId",
            "interfaceId",
            "srcAddr",
            "dstAddr",
            "srcPort",
            "dstPort",
            "protocol",
            "packets",
            "bytes",
            "startTime",
            "endTime",
            "action",
            "logStatus",
        ];
        let columns = || message.split(' ');
        let is_one = message.starts_with("2 ")
            && columns().count() == NAMES.len()
            && columns().nth(12).is_some_and(|action| ["ACCEPT", "REJECT", "-"].contains(&action))
            && columns()
                .nth(13)
                .is_some_and(|status| ["OK", "NODATA", "SKIPDATA"].contains(&status.trim_end()));
        if is_one {
            NAMES.iter().zip(columns()).for_each(|(name, value)| self.add(name, value.trim_end()));
        }
    }

    /// Query logs of Route 53 (its guide, "Logging DNS queries").
    fn route53(&mut self, message: &'a str) {
        const NAMES: [&str; 9] = [
            "version",
            "queryTimestamp",
            "hostZoneId",
            "queryName",
            "queryType",
            "responseCode",
            "protocol",
            "edgeLocation",
            "resolverIp",
        ];
        let columns = || message.split(' ');
        let is_one = ["1.0 ", "1.1 "].iter().any(|version| message.starts_with(version))
            && columns().count() == NAMES.len() + 1
            && columns().nth(2).is_some_and(|zone| zone.starts_with('Z'))
            && columns().nth(6).is_some_and(|protocol| ["UDP", "TCP"].contains(&protocol));
        if is_one {
            NAMES.iter().zip(columns()).for_each(|(name, value)| self.add(name, value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(message: &str, expected: &[(&str, &str)]) {
        let found = discover(message);
        let found: Vec<(&str, &str)> =
            found.iter().map(|(name, value)| (name.as_str(), value.as_ref())).collect();
        assert_eq!(found, expected, "{message}");
    }

    #[test]
    fn json_is_flattened_as_documented() {
        check(
            r#"{"eventVersion":"1.0","userIdentity":{"type":"IAMUser"},"p":{"items":[{"id":"i-1"},{"id":2}]},"n":null,"e":{},"t":true}"#,
            &[
                ("eventVersion", "1.0"),
                ("userIdentity.type", "IAMUser"),
                ("p.items.0.id", "i-1"),
                ("p.items.1.id", "2"),
                ("t", "true"),
            ],
        );
        check(
            r#"{"@example.com":1,"a":{"@b":12.50},"a":"again","t.x":0}"#,
            &[("@@example.com", "1"), ("a.@b", "12.50"), ("a", "again"), ("t.x", "0")],
        );
        check(r#"INFO got {"a":1} and {"b":2}"#, &[("a", "1")]);
        check(r#"{"a":1,"a":2}"#, &[("a", "1")]);
        ["", "plain", "{not json", "[1,2]", "{}"].iter().for_each(|message| check(message, &[]));
    }

    #[test]
    fn lambda_flow_logs_and_route_53_are_recognised() {
        check(
            "REPORT RequestId: 6f1b2c34-0000-4000-8000-0123456789ab\tDuration: 102.25 ms\tBilled Duration: 103 ms\tMemory Size: 128 MB\tMax Memory Used: 58 MB\t\n",
            &[
                ("@type", "REPORT"),
                ("@requestId", "6f1b2c34-0000-4000-8000-0123456789ab"),
                ("@duration", "102.25"),
                ("@billedDuration", "103"),
                ("@memorySize", "128000000"),
                ("@maxMemoryUsed", "58000000"),
            ],
        );
        let flow = discover(
            "2 ************ eni-0a 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK",
        );
        assert_eq!((flow.len(), flow[1].1.as_ref(), flow[12].1.as_ref()), (14, "************", "ACCEPT"));
        check("2 eni-0a ACCEPT OK", &[]);
        let dns =
            discover("1.0 2017-12-13T08:16:02.130Z Z123412341234 example.com A NOERROR UDP FRA6 192.0.2.1 -");
        assert_eq!((dns.len(), dns[3].0.as_str(), dns[3].1.as_ref()), (9, "queryName", "example.com"));
    }

    #[test]
    fn fields_are_bounded_on_both_sides() {
        let message = |count: usize| {
            let members: Vec<String> = (0..count).map(|at| format!("\"f{at}\":{at}")).collect();
            format!("{{{}}}", members.join(","))
        };
        assert_eq!(discover(&message(EVENT_FIELDS_MAX)).len(), EVENT_FIELDS_MAX);
        assert_eq!(discover(&message(EVENT_FIELDS_MAX + 1)).len(), EVENT_FIELDS_MAX);
    }

    #[test]
    fn json_values_are_found_by_path() {
        let text = r#"{"a":{"b":[1,{"c":"x"}]},"n":null,"0":"zero"}"#;
        let cases = [
            ("a.b.0", Some("1")),
            ("a.b.1.c", Some("x")),
            ("a.b", Some(r#"[1,{"c":"x"}]"#)),
            ("n", None),
            ("0", Some("zero")),
            ("a.b.9", None),
            ("", Some(text)),
        ];
        cases
            .iter()
            .for_each(|(path, expected)| assert_eq!(json_value(text, path).as_deref(), *expected, "{path}"));
        assert_eq!(json_value("no json", "a"), None);
        assert_eq!(json_items("[1,\"a\",{\"b\":2}]"), ["1", "a", "{\"b\":2}"]);
        assert_eq!(json_items("text"), ["text"]);
    }
}
