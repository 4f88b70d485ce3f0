//! Who is in this account, and what is attached to them? The export that `aws iam get-account-authorization-details` prints.
//!
//! IAM API Reference, "GetAccountAuthorizationDetails": users, groups and roles with inline policies, attached managed ones and
//! boundaries, and the managed policies with their versions. Documents stand there as JSON, or percent-encoded as the API answers
//! them.

use super::estate::{Estate, Subject};
use crate::policy::json::{self, Node, Value};
use crate::{Attached, Policy, PolicyKind, PolicyProblems};
use sotto_arn::PrincipalArn;
use std::collections::HashMap;

/// Why an export cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// Not JSON.
    #[error("this is not JSON at byte {at}, expected {expected}")]
    Syntax {
        /// Which byte.
        at: usize,
        /// What would be right.
        expected: &'static str,
    },
    /// None of the lists that an export has.
    #[error("this has none of `UserDetailList`, `GroupDetailList`, `RoleDetailList` and `Policies`")]
    NoExport,
    /// A policy in it is none.
    #[error("policy `{name}` of `{owner}`: {problems}")]
    Policy {
        /// Whose.
        owner: String,
        /// Which.
        name: String,
        /// What is wrong; places count from the document's beginning.
        problems: PolicyProblems,
    },
    /// A policy that is attached is not in it.
    #[error("`{arn}` is attached to `{owner}` and does not stand in the export")]
    Missing {
        /// Whose.
        owner: String,
        /// Which.
        arn: String,
    },
    /// A user or role without a well-formed ARN.
    #[error("entry {index} of `{list}` has no ARN of a user or role")]
    Arn {
        /// Which list.
        list: &'static str,
        /// Which entry, from 1.
        index: usize,
    },
}

impl Estate {
    /// Whether a text looks like an account export.
    pub fn is_export(text: &str) -> bool {
        read(text).is_ok_and(|value| LISTS.iter().any(|list| member(&value, list).is_some()))
    }

    /// Reads an account export.
    ///
    /// # Errors
    /// Says which entry is wrong and how.
    pub fn from_export(text: &str) -> Result<Self, ExportError> {
        let value =
            read(text).map_err(|fault| ExportError::Syntax { at: fault.at, expected: fault.expected })?;
        if !LISTS.iter().any(|list| member(&value, list).is_some()) {
            return Err(ExportError::NoExport);
        }
        let mut reader = Reader { text, managed: HashMap::new(), groups: HashMap::new() };
        reader.read_managed(&value);
        reader.read_groups(&value)?;
        let mut owned = Vec::new();
        let users = items(&value, "UserDetailList").enumerate();
        let mut subjects: Vec<Subject> = users
            .map(|(index, entry)| reader.subject(entry, ("UserDetailList", index)))
            .collect::<Result<_, _>>()?;
        for (index, entry) in items(&value, "RoleDetailList").enumerate() {
            let subject = reader.subject(entry, ("RoleDetailList", index))?;
            if let Some(document) = member(entry, "AssumeRolePolicyDocument") {
                let owner = subject.arn.to_string();
                let trust = parse(&reader.document(document), PolicyKind::Trust, &owner, "trust")?;
                owned.push((owner, Attached::inline("trust", trust)));
            }
            subjects.push(subject);
        }
        Ok(Self { subjects, loose: Vec::new(), owned })
    }
}

/// The largest export that is read, in bytes.
pub const EXPORT_BYTES_MAX: usize = 64 << 20;

fn read(text: &str) -> Result<Value, json::Fault> {
    if text.len() > EXPORT_BYTES_MAX {
        return Err(json::Fault { at: 0, expected: "at most 67108864 bytes" });
    }
    json::read_unbounded(text)
}

const LISTS: [&str; 4] = ["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"];

struct Reader<'t> {
    text: &'t str,
    /// Documents of managed policies by ARN.
    managed: HashMap<String, (String, String)>,
    groups: HashMap<String, Vec<Attached>>,
}

impl Reader<'_> {
    /// The default version of each managed policy.
    fn read_managed(&mut self, value: &Value) {
        for entry in items(value, "Policies") {
            let default = items(entry, "PolicyVersionList").find(|version| {
                member(version, "IsDefaultVersion").is_some_and(|flag| matches!(flag.node, Node::Bool(true)))
            });
            let document =
                default.and_then(|version| member(version, "Document")).map(|value| self.document(value));
            if let (Some(arn), Some(document)) = (text(entry, "Arn"), document) {
                let name = text(entry, "PolicyName").unwrap_or(arn).to_owned();
                self.managed.insert(arn.to_owned(), (name, document));
            }
        }
    }

    fn read_groups(&mut self, value: &Value) -> Result<(), ExportError> {
        for entry in items(value, "GroupDetailList") {
            let name = text(entry, "GroupName").unwrap_or_default().to_owned();
            let attached = self.attached(entry, "GroupPolicyList", &name)?;
            self.groups.insert(name, attached);
        }
        Ok(())
    }

    fn subject(&self, entry: &Value, (list, index): (&'static str, usize)) -> Result<Subject, ExportError> {
        let arn = text(entry, "Arn").and_then(|arn| PrincipalArn::parse(arn).ok());
        let arn = arn.ok_or(ExportError::Arn { list, index: index + 1 })?;
        let owner = arn.to_string();
        let inline = if list == "UserDetailList" { "UserPolicyList" } else { "RolePolicyList" };
        let mut identity = self.attached(entry, inline, &owner)?;
        let groups = items(entry, "GroupList").filter_map(|group| match &group.node {
            Node::Text(name) => self.groups.get(name),
            _ => None,
        });
        identity.extend(groups.flatten().cloned());
        let boundary =
            member(entry, "PermissionsBoundary").and_then(|value| text(value, "PermissionsBoundaryArn"));
        let boundary = boundary.map(|arn| self.find(arn, PolicyKind::Boundary, &owner)).transpose()?;
        Ok(Subject { arn, identity, boundary })
    }

    /// Inline and managed policies of an entry.
    fn attached(&self, entry: &Value, inline: &str, owner: &str) -> Result<Vec<Attached>, ExportError> {
        let mut attached = Vec::new();
        for policy in items(entry, inline) {
            let name = text(policy, "PolicyName").unwrap_or_default();
            if let Some(document) = member(policy, "PolicyDocument") {
                let policy = parse(&self.document(document), PolicyKind::Identity, owner, name)?;
                attached.push(Attached::inline(name, policy));
            }
        }
        for policy in items(entry, "AttachedManagedPolicies") {
            let arn = text(policy, "PolicyArn").unwrap_or_default();
            attached.push(self.find(arn, PolicyKind::Identity, owner)?);
        }
        Ok(attached)
    }

    fn find(&self, arn: &str, kind: PolicyKind, owner: &str) -> Result<Attached, ExportError> {
        let missing = || ExportError::Missing { owner: owner.to_owned(), arn: arn.to_owned() };
        let (name, document) = self.managed.get(arn).ok_or_else(missing)?;
        Ok(Attached::managed(name, arn, parse(document, kind, owner, name)?))
    }

    /// A document that stands in the export as an object, or as text that may be percent-encoded.
    fn document(&self, value: &Value) -> String {
        match &value.node {
            Node::Text(text) => percent_decoded(text),
            _ => self.text.get(value.span.clone()).unwrap_or_default().to_owned(),
        }
    }
}

fn parse(document: &str, kind: PolicyKind, owner: &str, name: &str) -> Result<Policy, ExportError> {
    Policy::parse(document, kind).map_err(|problems| ExportError::Policy {
        owner: owner.to_owned(),
        name: name.to_owned(),
        problems,
    })
}

fn member<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    let Node::Object(members) = &value.node else { return None };
    members.iter().find(|member| member.key == key).map(|member| &member.value)
}

fn items<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    let items: &[Value] = match member(value, key).map(|value| &value.node) {
        Some(Node::List(items)) => items,
        _ => &[],
    };
    items.iter()
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    match &member(value, key)?.node {
        Node::Text(text) => Some(text),
        _ => None,
    }
}

/// RFC 3986, section 2.1; what is no escape stays as it is.
fn percent_decoded(text: &str) -> String {
    if text.trim_start().starts_with('{') {
        return text.to_owned();
    }
    let (mut out, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((byte, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match (byte, hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(decoded)) => {
                out.push(decoded);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                out.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::estate::Question;
    use super::*;
    use sotto_arn::Action;

    const EXPORT: &str = r#"{
      "UserDetailList": [{"Arn": "arn:aws:iam::111122223333:user/ana", "GroupList": ["readers"],
        "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": {"Statement": {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}}}],
        "AttachedManagedPolicies": [],
        "PermissionsBoundary": {"PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/edge"}}],
      "GroupDetailList": [{"GroupName": "readers", "GroupPolicyList": [],
        "AttachedManagedPolicies": [{"PolicyName": "read", "PolicyArn": "arn:aws:iam::111122223333:policy/read"}]}],
      "RoleDetailList": [{"Arn": "arn:aws:iam::111122223333:role/bot", "RolePolicyList": [], "AttachedManagedPolicies": [],
        "AssumeRolePolicyDocument": {"Statement": {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:user/ana"}, "Action": "sts:AssumeRole"}}}],
      "Policies": [
        {"PolicyName": "read", "Arn": "arn:aws:iam::111122223333:policy/read", "PolicyVersionList": [
          {"IsDefaultVersion": false, "Document": {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}},
          {"IsDefaultVersion": true, "Document": "%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3AGet*%22%2C%22Resource%22%3A%22*%22%7D%7D"}]},
        {"PolicyName": "edge", "Arn": "arn:aws:iam::111122223333:policy/edge", "PolicyVersionList": [
          {"IsDefaultVersion": true, "Document": {"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}}]}]
    }"#;

    #[test]
    fn users_have_their_groups_managed_policies_and_boundaries() {
        assert!(Estate::is_export(EXPORT) && !Estate::is_export("{}"));
        let estate = Estate::from_export(EXPORT).unwrap();
        let decide = |who: &str, action: &str, resource: &str| {
            let question = Question {
                principal: PrincipalArn::parse(&format!("arn:aws:iam::111122223333:{who}")).unwrap(),
                action: Action::parse(action).unwrap(),
                resource: resource.to_owned(),
                context: Vec::new(),
            };
            estate.decide(&question).unwrap().is_allowed()
        };
        let object = "arn:aws:s3:::b/k";
        for (who, action, resource, wanted) in [
            ("user/ana", "s3:GetObject", object, true),
            ("user/ana", "s3:PutObject", object, false),
            ("user/ana", "s3:GetBucketAcl", object, false),
            ("role/bot", "s3:GetObject", object, false),
            ("root", "sts:AssumeRole", "arn:aws:iam::111122223333:role/bot", false),
        ] {
            assert_eq!(decide(who, action, resource), wanted, "{who} {action}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let error = |text: &str| Estate::from_export(text).unwrap_err().to_string();
        assert!(error("[]").contains("UserDetailList"));
        assert!(error("{").contains("byte 1"));
        assert!(error(r#"{"UserDetailList":[{}]}"#).contains("entry 1 of `UserDetailList`"));
        let role = r#"{"RoleDetailList":[{"Arn":"arn:aws:iam::111122223333:role/r","AttachedManagedPolicies":[{"PolicyArn":"arn:aws:iam::aws:policy/X"}]}]}"#;
        assert!(error(role).contains("`arn:aws:iam::aws:policy/X` is attached to"));
    }
}
