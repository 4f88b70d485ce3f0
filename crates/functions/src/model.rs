//! What is kept of functions? Functions and layers of an account and Region: settings, where code lies, who may invoke, tags.
//!
//! Names, ARNs, handlers and runtime names are public; what people write freely (descriptions, environment, values of tags) stands
//! here as ciphertext, and code as the name of a sealed object with the key that it is under, itself wrapped.

use sotto_arn::{AccountId, Region};
use sotto_public::{Opaque, Public, Storable};
use std::collections::BTreeMap;

/// An account and a Region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Storable)]
pub struct FunctionScope {
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
}

/// An archive at rest.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Code {
    /// The number of its object.
    pub object: u128,
    /// The key that it is sealed under, wrapped.
    pub key: Opaque,
    /// SHA-256 of the archive, in base64.
    pub sha256: Public<String>,
    /// Bytes of the archive.
    pub bytes: u64,
    /// Bytes of what is in it.
    pub unpacked_bytes: u64,
}

/// A function.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Function {
    /// The name.
    pub name: Public<String>,
    /// For ever its own: a function of the same name that is made later has another one.
    pub uid: u128,
    /// Another number after each change of code or settings.
    pub revision: u128,
    /// When it was changed last, in milliseconds since 1970.
    pub modified_ms: u64,
    /// Its code.
    pub code: Code,
    /// What it was written for.
    pub runtime: Public<String>,
    /// What is called in its code.
    pub handler: Public<String>,
    /// ARN of the role that it has.
    pub role: Public<String>,
    /// The description, sealed.
    pub description: Option<Opaque>,
    /// The environment, sealed as a whole.
    pub environment: Option<Opaque>,
    /// Seconds that an invocation may take.
    pub timeout_seconds: u32,
    /// Memory in MiB.
    pub memory_mib: u32,
    /// ARNs of versions of layers, in order.
    pub layers: Vec<Public<String>>,
    /// The log group, where it is not the usual one.
    pub log_group: Option<Public<String>>,
    /// `x86_64` or `arm64`.
    pub architecture: Public<String>,
    /// Invocations at one time, where that is said.
    pub concurrency: Option<u32>,
    /// Who else may invoke it.
    pub permissions: Vec<Permission>,
    /// Sealed values of tags by key.
    pub tags: BTreeMap<Public<String>, Opaque>,
}

/// A statement of a function's resource policy (AWS Lambda API Reference, "AddPermission").
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Permission {
    /// The statement's id.
    pub sid: Public<String>,
    /// What may be done.
    pub action: Public<String>,
    /// An account, an ARN, a service, or `*`.
    pub principal: Public<String>,
    /// For which resource a service may.
    pub source_arn: Option<Public<String>>,
    /// For whose resource.
    pub source_account: Option<Public<String>>,
    /// For principals of which organization.
    pub organization: Option<Public<String>>,
}

/// A layer with its versions.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Layer {
    /// The name.
    pub name: Public<String>,
    /// The number of the next version: numbers are never used again.
    pub next: u64,
    /// Versions by number.
    pub versions: BTreeMap<u64, LayerVersion>,
}

/// A version of a layer.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct LayerVersion {
    /// When it was made, in milliseconds since 1970.
    pub created_ms: u64,
    /// What is in it.
    pub code: Code,
    /// The description, sealed.
    pub description: Option<Opaque>,
    /// The licence, sealed.
    pub license: Option<Opaque>,
    /// Runtimes that it is meant for.
    pub runtimes: Vec<Public<String>>,
}

impl Permission {
    /// The statement as JSON, on the function with this ARN.
    pub(crate) fn statement(&self, resource: &Public<String>) -> serde_json::Value {
        let mut conditions = serde_json::Map::new();
        if let Some(arn) = &self.source_arn {
            conditions.insert("ArnLike".into(), serde_json::json!({"AWS:SourceArn": arn.get()}));
        }
        let equals =
            [("AWS:SourceAccount", &self.source_account), ("aws:PrincipalOrgID", &self.organization)];
        let equals: serde_json::Map<_, _> = equals
            .into_iter()
            .filter_map(|(key, value)| Some((key.to_owned(), value.as_ref()?.get().clone().into())))
            .collect();
        if !equals.is_empty() {
            conditions.insert("StringEquals".into(), equals.into());
        }
        let mut statement = serde_json::json!({
            "Sid": self.sid.get(),
            "Effect": "Allow",
            "Principal": principal(self.principal.get()),
            "Action": self.action.get(),
            "Resource": resource.get(),
        });
        if let (false, Some(statement)) = (conditions.is_empty(), statement.as_object_mut()) {
            statement.insert("Condition".into(), conditions.into());
        }
        statement
    }

    /// The statement as the API answers it.
    #[expect(clippy::disallowed_methods, reason = "a statement is made of public members")]
    pub fn written(&self, resource: &Public<String>) -> Public<String> {
        Public::from_pinned_text(self.statement(resource).to_string())
    }
}

/// How a principal is written in a policy: services have dots and no colons, everybody is a star.
fn principal(named: &str) -> serde_json::Value {
    let digits = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    match named {
        "*" => "*".into(),
        named if named.starts_with("arn:") => serde_json::json!({"AWS": named}),
        account if digits(account) => serde_json::json!({"AWS": format!("arn:aws:iam::{account}:root")}),
        service => serde_json::json!({"Service": service}),
    }
}

impl Function {
    /// The resource policy, where there is one.
    #[expect(clippy::disallowed_methods, reason = "a policy is made of public members")]
    pub fn policy(&self, arn: &Public<String>) -> Option<Public<String>> {
        if self.permissions.is_empty() {
            return None;
        }
        let statements: Vec<_> =
            self.permissions.iter().map(|permission| permission.statement(arn)).collect();
        let document = serde_json::json!({"Version": "2012-10-17", "Id": "default", "Statement": statements});
        Some(Public::from_pinned_text(document.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "names of a test")]
    fn principals_are_written_as_policies_have_them() {
        let text = |text: &str| Public::from_pinned_text(text.to_owned());
        for (principal, wanted) in [
            ("lex.amazonaws.com", r#"{"Service":"lex.amazonaws.com"}"#),
            ("111122223333", r#"{"AWS":"arn:aws:iam::111122223333:root"}"#),
            ("arn:aws:iam::111122223333:role/caller", r#"{"AWS":"arn:aws:iam::111122223333:role/caller"}"#),
            ("*", r#""*""#),
        ] {
            let permission = Permission {
                sid: text("one"),
                action: text("lambda:InvokeFunction"),
                principal: text(principal),
                source_arn: Some(text("arn:aws:lex:us-east-1:111122223333:bot-alias/A/B")),
                source_account: None,
                organization: None,
            };
            let written = permission.written(&text("arn:aws:lambda:us-east-1:111122223333:function:f"));
            assert!(written.get().contains(&format!(r#""Principal":{wanted}"#)), "{written}");
            assert!(
                written.get().contains(r#""Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:lex:"#),
                "{written}"
            );
        }
    }
}
