//! Where findings go: up to three destinations of an Audit statement, and one that the service does not have.
//!
//! Where there is no Firehose and no bucket, people still want reports outside of log groups. `"Sotto": {"Address": ...}` names an
//! HTTP endpoint, a file or a syslog receiver; whether it may be used is decided where deliveries are.

use super::members::{Located, Members, Shape};
use super::problem::Findings;
use super::quote::Quoted;
use super::rule::Rule;
use sotto_arn::{Arn, ArnError, BucketName, DeliveryStreamName, LogGroupName};
use sotto_public::Public;

/// The destinations of findings reports. None at all is allowed: findings are then only counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FindingsDestinations {
    log_group: Option<LogGroupName>,
    bucket: Option<BucketName>,
    delivery_stream: Option<DeliveryStreamName>,
    address: Option<Public<String>>,
}

impl FindingsDestinations {
    /// The log group.
    pub fn log_group(&self) -> Option<&LogGroupName> {
        self.log_group.as_ref()
    }

    /// The bucket.
    pub fn bucket(&self) -> Option<&BucketName> {
        self.bucket.as_ref()
    }

    /// The Firehose delivery stream.
    pub fn delivery_stream(&self) -> Option<&DeliveryStreamName> {
        self.delivery_stream.as_ref()
    }

    /// The endpoint, file or syslog receiver: an extension.
    pub fn address(&self) -> Option<&Public<String>> {
        self.address.as_ref()
    }

    /// How many destinations are named.
    pub fn count(&self) -> usize {
        let named = [self.log_group.is_some(), self.bucket.is_some(), self.delivery_stream.is_some()];
        named.into_iter().chain([self.address.is_some()]).filter(|named| *named).count()
    }

    /// Whether no destination is named.
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }
}

static ALL: Shape = Shape {
    what: "`FindingsDestination`",
    keys: &["CloudWatchLogs", "S3", "Firehose", "Sotto"],
    foreign: &[
        ("LogGroup", "write `\"CloudWatchLogs\": { \"LogGroup\": ... }`"),
        ("Bucket", "write `\"S3\": { \"Bucket\": ... }`"),
        ("DeliveryStream", "write `\"Firehose\": { \"DeliveryStream\": ... }`"),
    ],
};
static LOG_GROUP: Shape = Shape { what: "`CloudWatchLogs`", keys: &["LogGroup"], foreign: &[] };
static BUCKET: Shape = Shape { what: "`S3`", keys: &["Bucket"], foreign: &[] };
static OWN: Shape = Shape { what: "`Sotto`", keys: &["Address"], foreign: &[] };
static STREAM: Shape = Shape { what: "`Firehose`", keys: &["DeliveryStream"], foreign: &[] };

/// Reads the value of `FindingsDestination`.
pub(crate) fn read(
    at: &Located<'_>,
    protected: Option<&LogGroupName>,
    findings: &mut Findings<'_>,
) -> FindingsDestinations {
    let Some(members) = Members::read(at.clone(), &ALL, findings) else {
        return FindingsDestinations::default();
    };
    let log_group = members.get("CloudWatchLogs").and_then(|at| {
        let (at, name) = one(at, &LOG_GROUP, Rule::LogGroupName, "findings", LogGroupName::parse, findings)?;
        judge_group(&at, &name, protected, findings);
        Some(name)
    });
    let bucket = members
        .get("S3")
        .and_then(|at| one(at, &BUCKET, Rule::BucketName, "findings", BucketName::parse, findings));
    let stream = members.get("Firehose").and_then(|at| {
        one(at, &STREAM, Rule::DeliveryStreamName, "findings", DeliveryStreamName::parse, findings)
    });
    FindingsDestinations {
        log_group,
        bucket: bucket.map(|(_, name)| name),
        delivery_stream: stream.map(|(_, name)| name),
        address: members.get("Sotto").and_then(|at| address(at, findings)),
    }
}

/// Reads an object with one key that holds a name.
fn one<'v, T>(
    at: &Located<'v>,
    shape: &'static Shape,
    rule: Rule,
    example: &str,
    parse: fn(&str) -> Result<T, ArnError>,
    findings: &mut Findings<'_>,
) -> Option<(Located<'v>, T)> {
    let members = Members::read(at.clone(), shape, findings)?;
    let key = shape.keys.first().copied()?;
    let at = members.required(key, &format!("\"{key}\": \"{example}\""), findings)?.clone();
    let text = at.string(&Quoted(key).to_string(), findings)?;
    match parse(&text.value) {
        Ok(name) => Some((at, name)),
        Err(error) => {
            let what = format!("{} does not name a destination: {error}", Quoted(&text.value));
            findings.add(rule, at.span(), &at.path, what, bare_name(&text.value, parse));
            None
        }
    }
}

/// Longest address, in characters.
const ADDRESS_CHARS_MAX: usize = 512;
/// What an address begins with.
const SCHEMES: [&str; 5] = ["https://", "http://", "file:", "syslog://", "syslogs://"];

/// Reads the address of the extension.
#[expect(clippy::disallowed_methods, reason = "an address out of a policy document, which is public")]
fn address(at: &Located<'_>, findings: &mut Findings<'_>) -> Option<Public<String>> {
    let members = Members::read(at.clone(), &OWN, findings)?;
    let at =
        members.required("Address", r#""Address": "https://collector.example/findings""#, findings)?.clone();
    let text = at.string("`Address`", findings)?.value.to_string();
    let known = SCHEMES.iter().any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()));
    if !known || text.len() > ADDRESS_CHARS_MAX || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        let what = format!("{} is no address that findings can go to", Quoted(&text));
        let fix = "write `https://HOST/PATH`, `file:NAME` or `syslogs://HOST:PORT`";
        findings.add(Rule::FindingsAddress, at.span(), &at.path, what, fix);
        return None;
    }
    let what = "findings go to an address, which CloudWatch Logs itself does not know";
    let fix = "leave `Sotto` out of policies that are also put there";
    findings.add(Rule::OwnDestination, at.span(), &at.path, what, fix);
    Some(Public::from_pinned_text(text))
}

/// What to write instead: the name that ends an ARN, where one was given.
fn bare_name<T>(text: &str, parse: fn(&str) -> Result<T, ArnError>) -> String {
    let resource = Arn::parse(text).ok().map(|arn| arn.resource().as_str().to_owned());
    let name = resource.and_then(|resource| {
        let name = resource.trim_end_matches(":*");
        let name = name.strip_prefix("log-group:").or(name.strip_prefix("deliverystream/")).unwrap_or(name);
        parse(name).is_ok().then(|| name.to_owned())
    });
    match name {
        Some(name) => format!("write the name instead of the ARN: {}", Quoted(&name)),
        None => "write the name of one that exists".to_owned(),
    }
}

fn judge_group(
    at: &Located<'_>,
    name: &LogGroupName,
    protected: Option<&LogGroupName>,
    findings: &mut Findings<'_>,
) {
    if protected == Some(name) {
        let what = "findings go into the log group that the policy protects";
        let fix = "name another log group: reports would stand among the events that they report on";
        findings.add(Rule::AuditIntoItself, at.span(), &at.path, what, fix);
    }
    if !name.is_vended() {
        let what = format!("the log group {} does not start with `/aws/vendedlogs/`", Quoted(name.as_str()));
        let fix = "start its name so, or each such policy adds to the account's resource policy, which may hold 5,120 characters";
        findings.add(Rule::LogGroupPrefix, at.span(), &at.path, what, fix);
    }
}
