//! What was given to a call, as its record shows it? Public members as they are, names masked, captured members as their length
//! and kinds.
//!
//! A member is a name by its own name: `...Name`, a path, a tag's key. Ids and tokens of log groups and queries are looked at as
//! names are: a caller may type anything there. Policy documents are shown with what they hold masked. Everything else that is public (ids, enums) stays as it is, but
//! for names inside of ARNs. A call *brings* a name when the name comes into being with it: only
//! then it is counted, noted and, where that is the setting, refused.

use crate::record::configured;
use crate::sieve::{Sieve, is_structured};
use sotto_public::{IdentifierId, Public};
use sotto_trail::{NameFinding, Value};
use sotto_wire::{Input, Key, Seen, View};
use std::collections::BTreeMap;
use std::fmt::{self, Display};

/// Items of one list or map that are shown; the rest is counted.
const ITEMS_SHOWN_MAX: usize = 100;

/// Members that hold names and are not called so.
const NAMES: [&str; 9] = [
    "AccountAlias",
    "Key",
    "NewPath",
    "Path",
    "PathPrefix",
    "SourceIdentity",
    "TagKey",
    "TagKeys",
    "TransitiveTagKeys",
];

/// Members that hold a name or what the server gave out; whoever calls may type anything instead.
const TYPED: [&str; 7] = [
    "botAliasId",
    "localeId",
    "logGroupIdentifier",
    "logGroupIdentifiers",
    "nextToken",
    "queryDefinitionId",
    "queryId",
];

/// Members that hold policies, beside those called `...PolicyDocument`.
const POLICIES: [&str; 5] =
    ["Content", "Policy", "PolicyInputList", "ResourcePolicy", "PermissionsBoundaryPolicyInputList"];

/// Lists of which a record says how many items there were: each item is looked at when it is stored.
const COUNTED: [&str; 1] = ["logEvents"];

/// Verbs of operations that bring no name.
const BRING_NOTHING: [&str; 7] = ["Delete", "Describe", "Detach", "List", "Remove", "Simulate", "Untag"];

/// What was given.
pub(crate) struct Parameters {
    /// As the record shows it.
    pub(crate) shown: Value,
    /// Names that come into being and hold something sensitive.
    pub(crate) findings: Vec<NameFinding>,
}

impl Parameters {
    /// Of a call of an operation.
    pub(crate) fn of(input: &Input, operation: &str, sieve: &Sieve) -> Self {
        let mut walk = Walk { sieve, operation, findings: Vec::new() };
        let shown = walk.value(None, input.view());
        Self { shown, findings: walk.findings }
    }

    /// The findings' kinds.
    pub(crate) fn found(&self) -> impl Iterator<Item = &[IdentifierId]> {
        self.findings.iter().map(|finding| finding.identifiers.as_slice())
    }
}

/// Whether a member holds a name.
fn is_name(member: &str) -> bool {
    member.ends_with("Name") || NAMES.contains(&member)
}

/// Whether what stands in this member is looked at.
fn is_looked_at(member: &str) -> bool {
    is_name(member) || TYPED.contains(&member)
}

/// Whether a policy stands in this member.
fn is_policy(member: &str) -> bool {
    member.ends_with("olicyDocument") || POLICIES.iter().any(|known| known.eq_ignore_ascii_case(member))
}

/// Whether a name that stands in this member comes into being with a call of the operation.
fn brings(operation: &str, member: &str) -> bool {
    let nothing = BRING_NOTHING.iter().any(|verb| operation.starts_with(verb));
    if nothing || operation.starts_with("Get") && operation != "GetFederationToken" {
        return false;
    }
    match member {
        "AccountAlias" | "AccountName" | "Key" | "Name" | "Path" | "RoleSessionName" | "SourceIdentity"
        | "TagKey" => true,
        "PolicyName" => operation == "CreatePolicy" || operation.starts_with("Put"),
        "RoleName" => matches!(operation, "CreateRole" | "CreateAccount"),
        member if member.starts_with("New") => true,
        member => member.strip_suffix("Name").is_some_and(|kind| {
            operation.strip_prefix("Create").is_some_and(|made| made.eq_ignore_ascii_case(kind))
        }),
    }
}

/// Where in a request something stands.
#[derive(Clone, Copy)]
struct Trace<'a> {
    member: &'a str,
    above: Option<&'a Trace<'a>>,
}

impl Display for Trace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(above) = self.above {
            write!(f, "{above}.")?;
        }
        Display::fmt(&Lowered(self.member), f)
    }
}

/// A walk through a request.
struct Walk<'a> {
    sieve: &'a Sieve,
    operation: &'a str,
    findings: Vec<NameFinding>,
}

impl Walk<'_> {
    fn value(&mut self, at: Option<&Trace<'_>>, view: View<'_>) -> Value {
        match view.seen() {
            Seen::Null => Value::Null,
            Seen::Flag(flag) => Value::Bool(flag),
            Seen::Integer(number) => Value::Integer(number),
            Seen::Float(number) => Value::Text(configured(&number)),
            Seen::Time(time) => Value::Integer(crate::context::epoch_seconds(time)),
            Seen::Public(text) => Value::Text(self.public(at, text)),
            Seen::Hidden(length) => self.hidden(at, view, length),
            Seen::List(items) if at.is_some_and(|at| COUNTED.contains(&at.member)) => {
                Value::hidden(items.len() as u64)
            }
            Seen::List(items) => self.list(at, items),
            Seen::Map(entries) => self.map(at, entries),
            Seen::Structure(members) if members.is_empty() => Value::Null,
            Seen::Structure(members) => self.structure(at, members),
        }
    }

    fn structure(&mut self, at: Option<&Trace<'_>>, members: Vec<(&str, View<'_>)>) -> Value {
        let member = |(member, view)| {
            (configured(&Lowered(member)), self.value(Some(&Trace { member, above: at }), view))
        };
        Value::Map(members.into_iter().map(member).collect())
    }

    fn list(&mut self, at: Option<&Trace<'_>>, items: Vec<View<'_>>) -> Value {
        let more = items.len().saturating_sub(ITEMS_SHOWN_MAX);
        let mut values: Vec<Value> =
            items.into_iter().take(ITEMS_SHOWN_MAX).map(|item| self.value(at, item)).collect();
        if more > 0 {
            values.push(Value::hidden(more as u64));
        }
        Value::List(values)
    }

    /// Entries with public keys; those with captured keys are counted.
    fn map(&mut self, at: Option<&Trace<'_>>, entries: Vec<(&Key, View<'_>)>) -> Value {
        let count = entries.len();
        let named = entries.into_iter().filter_map(|(key, view)| Some((key.public()?.clone(), view)));
        let mut values = BTreeMap::new();
        for (key, view) in named.take(ITEMS_SHOWN_MAX) {
            values.insert(self.sieve.shown(key), self.value(at, view));
        }
        match values.len() == count {
            true => Value::Map(values),
            false => Value::List(vec![Value::Map(values), Value::hidden(count as u64)]),
        }
    }

    /// A name is looked at, and so are an ARN and what may be typed in place of an id.
    fn public(&mut self, at: Option<&Trace<'_>>, text: &Public<String>) -> Public<String> {
        if at.is_some_and(|at| is_policy(at.member)) {
            return self.sieve.sift_document(text).map_or_else(|| text.clone(), |sifted| sifted.text);
        }
        let typed = at.is_some_and(|at| is_looked_at(at.member));
        let looked_at = typed || text.get().starts_with("arn:");
        let Some(sifted) = looked_at.then(|| self.sieve.sift(text)).flatten() else { return text.clone() };
        self.note(at, &sifted.found);
        sifted.text
    }

    fn hidden(&mut self, at: Option<&Trace<'_>>, view: View<'_>, length: usize) -> Value {
        let value = match (view.as_raw(), view.as_bytes(), view.as_document()) {
            (Some(raw), ..) => self.sieve.hidden(raw),
            (_, Some(bytes), _) => self.sieve.hidden_bytes(bytes),
            (.., Some(tree)) => self.sieve.hidden_tree(tree),
            _ => Value::hidden(length as u64),
        };
        if let Value::Hidden { identifiers, .. } = &value {
            let structured: Vec<_> = identifiers.iter().filter(|kind| is_structured(kind)).cloned().collect();
            self.note(at, &structured);
        }
        value
    }

    /// Notes what was found in a name that comes into being.
    fn note(&mut self, at: Option<&Trace<'_>>, found: &[IdentifierId]) {
        let brought =
            at.filter(|at| !found.is_empty() && is_name(at.member) && brings(self.operation, at.member));
        if let Some(at) = brought {
            self.findings.push(NameFinding { member: configured(at), identifiers: found.to_vec() });
        }
    }
}

/// A member's name as CloudTrail writes it: with a lower-case first letter.
struct Lowered<'a>(&'a str);

impl Display for Lowered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut letters = self.0.chars();
        letters.next().map_or(Ok(()), |first| write!(f, "{}{}", first.to_ascii_lowercase(), letters.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_bring_names_when_they_come_into_being() {
        for (operation, member, wanted) in [
            ("CreateUser", "UserName", true),
            ("CreateAccessKey", "UserName", false),
            ("CreateLoginProfile", "UserName", false),
            ("UpdateUser", "UserName", false),
            ("UpdateUser", "NewUserName", true),
            ("CreateVirtualMFADevice", "VirtualMFADeviceName", true),
            ("CreateOrganizationalUnit", "Name", true),
            ("CreateAccount", "RoleName", true),
            ("PutRolePolicy", "RoleName", false),
            ("PutRolePolicy", "PolicyName", true),
            ("GetRolePolicy", "PolicyName", false),
            ("TagUser", "Key", true),
            ("UntagUser", "TagKeys", false),
            ("TagResource", "TagKey", true),
            ("ReplicateKey", "TagKey", true),
            ("AssumeRole", "RoleSessionName", true),
            ("GetFederationToken", "Name", true),
            ("DeleteAccountAlias", "AccountAlias", false),
        ] {
            assert!(is_name(member), "{member}");
            assert_eq!(brings(operation, member), wanted, "{operation} {member}");
        }
        for member in ["PolicyDocument", "PolicyArn", "AccessKeyId", "AccountId", "TargetId", "Marker"] {
            assert!(!is_looked_at(member), "{member}");
        }
        for member in ["logGroupName", "logGroupIdentifier", "nextToken", "queryId"] {
            assert!(is_looked_at(member), "{member}");
        }
    }
}
