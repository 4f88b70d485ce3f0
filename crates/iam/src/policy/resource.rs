//! Which resources does a statement speak of?
//!
//! `*`, or ARNs in which `*` and `?` stand for characters inside a segment, a `*` at a segment's end also for what follows past
//! colons; none in the segment that names the service (IAM User Guide, "IAM JSON policy elements: Resource"). Variables stand
//! behind the fifth colon only ("IAM policy elements: Variables and tags"). An ARN with fewer than six parts is filled up with
//! `*`, as AWS does when it prints one in a refusal.

use super::element::{Reading, Text};
use super::json::Member;
use super::problem::quoted;
use super::statement::{LEGACY, either};
use super::{Place, PolicyKind, Rule};
use crate::glob::{Dialect, Glob};
use crate::variable::{Lookup, Variable};
use sotto_arn::Partition;

/// What resources of IAM begin with.
const IAM_TYPES: &[&str] = &[
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
];

/// The resources of a statement.
#[derive(Debug)]
pub struct Resources {
    /// Whether they are those left out (`NotResource`).
    pub(crate) negated: bool,
    pub(crate) patterns: Vec<ResourcePattern>,
}

/// One entry of `Resource` or `NotResource`.
#[derive(Debug)]
pub struct ResourcePattern {
    pub(crate) text: Box<str>,
    pub(crate) place: Place,
    /// `None` for one that can match nothing: a variable stands in front of the fifth colon.
    glob: Option<Glob>,
}

impl ResourcePattern {
    /// The entry as the policy spells it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where it stands.
    pub fn place(&self) -> Place {
        self.place
    }

    pub(crate) fn new(text: &str, place: Place, variables: bool) -> Self {
        let full = filled(text);
        let early = variables && full.splitn(6, ':').take(5).any(|part| part.contains("${"));
        let glob = (!early).then(|| Glob::new(&full, Dialect::Resource, variables));
        Self { text: text.into(), place, glob }
    }

    /// Whether it takes in a resource.
    pub(crate) fn matches(&self, arn: &str, lookup: &impl Lookup) -> bool {
        self.glob.as_ref().is_some_and(|glob| glob.matches(arn, lookup))
    }
}

impl ResourcePattern {
    /// The pattern; `None` for one that can match nothing.
    pub(crate) fn glob(&self) -> Option<&Glob> {
        self.glob.as_ref()
    }
}

impl Resources {
    /// Whether the entries are those left out.
    pub fn are_left_out(&self) -> bool {
        self.negated
    }

    /// Its entries.
    pub fn entries(&self) -> &[ResourcePattern] {
        &self.patterns
    }

    /// Whether the statement speaks of a resource.
    pub(crate) fn matches(&self, arn: &str, lookup: &impl Lookup) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(arn, lookup)) != self.negated
    }

    pub(crate) fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.patterns.iter().filter_map(|pattern| pattern.glob.as_ref()).flat_map(Glob::variables)
    }
}

/// The ARN with six parts; `*` stays as it is.
fn filled(text: &str) -> String {
    let parts = text.split(':').count();
    if text == "*" || parts >= 6 {
        return text.to_owned();
    }
    format!("{text}{}", ":*".repeat(6 - parts))
}

pub(super) fn read(reading: &mut Reading<'_>, members: &[Member], at: (Place, &str)) -> Option<Resources> {
    let found = either(reading, members, ("Resource", "NotResource"), at);
    if found.is_some() && reading.kind == PolicyKind::Trust {
        let aws = Some("Has prohibited field Resource.".to_owned());
        let message = "a trust policy names no resource: it is about its own role".to_owned();
        reading.note(Rule::ProhibitedElement, at, message, aws);
        return None;
    }
    let texts = found.as_ref().map(|(value, _, path)| reading.texts(value, path)).unwrap_or_default();
    let optional = matches!(reading.kind, PolicyKind::Resource | PolicyKind::KeyPolicy | PolicyKind::Trust);
    if texts.is_empty() && !(optional && found.is_none()) {
        let aws = Some("Policy statement must contain resources.".to_owned());
        reading.note(
            Rule::MissingResources,
            at,
            "a statement needs `Resource` or `NotResource`".to_owned(),
            aws,
        );
        return None;
    }
    let (_, negated, _) = found?;
    for text in &texts {
        check(reading, text);
    }
    let variables = reading.variables;
    let patterns = texts.iter().map(|text| ResourcePattern::new(text.text, text.place, variables)).collect();
    Some(Resources { negated, patterns })
}

fn check(reading: &mut Reading<'_>, text: &Text<'_>) {
    if text.text == "*" {
        return;
    }
    let (rule, message, aws) = match fault(text.text, reading.kind) {
        Some(fault) => fault,
        None => return,
    };
    reading.note(rule, (text.place, &text.path), message, Some(aws));
}

type Fault = (Rule, String, String);

/// What is wrong with an ARN of `Resource`. Policies that belong to other services are read less strictly, as those do.
fn fault(text: &str, kind: PolicyKind) -> Option<Fault> {
    let shown = quoted(text);
    if !text.contains(':') {
        let aws = format!("Resource {shown} must be in ARN format or \"*\".");
        return Some((Rule::ResourceFormat, format!("`{shown}` is neither `*` nor an ARN"), aws));
    }
    let full = filled(text);
    let parts: Vec<&str> = full.splitn(6, ':').collect();
    let [_, partition, service, region, account, resource] = parts.as_slice() else { return None };
    let own = matches!(kind, PolicyKind::Identity | PolicyKind::Boundary | PolicyKind::Session);
    if own && Partition::parse(partition).is_err() && !partition.contains(['*', '?']) {
        let aws = format!(
            "Partition \"{}\" is not valid for resource \"{}\".",
            quoted(partition),
            quoted(&canonical(&full))
        );
        return Some((
            Rule::Partition,
            format!("`{}` is no partition, expected `aws`", quoted(partition)),
            aws,
        ));
    }
    if own && (service.is_empty() || text.split(':').count() == 5) {
        return Some((Rule::Legacy, format!("`{shown}` has not the six parts of an ARN"), LEGACY.to_owned()));
    }
    if service.contains(['*', '?']) || service.is_empty() {
        let aws = "Resource vendor must be fully qualified and cannot contain regexes.".to_owned();
        return Some((
            Rule::ResourceVendor,
            format!("`{shown}` must name its service without wildcards"),
            aws,
        ));
    }
    if own { of_service(&shown, [service, region, account, resource]) } else { None }
}

/// The ARN as AWS prints it: its first part is `arn`.
fn canonical(full: &str) -> String {
    full.split_once(':').map_or_else(|| full.to_owned(), |(_, rest)| format!("arn:{rest}"))
}

/// Rules of single services.
fn of_service(shown: &str, [service, region, account, resource]: [&str; 4]) -> Option<Fault> {
    match service {
        "iam" if !region.is_empty() && !region.contains('*') => {
            let aws = format!("IAM resource {shown} cannot contain region information.");
            Some((Rule::ResourceRegion, format!("`{shown}` names a Region, IAM has none"), aws))
        }
        "s3" if !region.is_empty() && !region.contains('*') && account.is_empty() => {
            let aws = format!("Resource {shown} can not contain region information.");
            Some((Rule::ResourceRegion, format!("`{shown}` names a Region, buckets have none"), aws))
        }
        "iam" if !is_iam_path(resource) => {
            let aws =
                format!("IAM resource path must either be \"*\" or start with {}.", IAM_TYPES.join(", "));
            Some((
                Rule::IamPath,
                format!("`{shown}` is no resource of IAM, expected one as `role/NAME`"),
                aws,
            ))
        }
        _ => None,
    }
}

/// Whether a resource of IAM begins with a type, or with a wildcard that may stand for one.
fn is_iam_path(resource: &str) -> bool {
    let word = resource.split('/').next().unwrap_or_default();
    word.contains(['*', '?', '$']) || IAM_TYPES.iter().any(|kind| resource.starts_with(kind))
}
