//! What is each action decided on? Resource types with their ARNs, and the condition keys that AWS documents for it.
//!
//! Facts of the service authorization reference ("Actions, resources, and condition keys for AWS services"), one file per
//! prefix under `tables/actions/`; actions of our own stand in `own/actions.txt`. An action may be decided on several resource types; a required one must be named by the
//! request. Names of actions compare without regard to case, as policies do.

use crate::line::{Line, boxed, items};
use std::collections::HashMap;
use std::sync::OnceLock;

/// The actions and resource types of one prefix.
#[derive(Debug, Default)]
pub struct Actions {
    /// The prefix: `iam`.
    pub prefix: Box<str>,
    /// All actions.
    pub actions: Vec<Action>,
    /// All resource types.
    pub resources: Vec<ResourceType>,
    index: HashMap<Box<str>, usize>,
}

/// An action.
#[derive(Debug)]
pub struct Action {
    /// Its name without the prefix: `CreateUser`.
    pub name: Box<str>,
    /// What it does.
    pub access: Access,
    /// Resource types that it is decided on; none means `*`.
    pub resources: Vec<ActionResource>,
    /// Condition keys that hold for it whatever the resource.
    pub keys: Vec<Box<str>>,
    /// Further actions that it needs, with their prefixes.
    pub needs: Vec<Box<str>>,
}

/// A resource type of an action.
#[derive(Debug, PartialEq, Eq)]
pub struct ActionResource {
    /// Name of the type within the prefix.
    pub name: Box<str>,
    /// Whether the request must name one.
    pub required: bool,
}

/// A resource type.
#[derive(Debug)]
pub struct ResourceType {
    /// Its name: `role`.
    pub name: Box<str>,
    /// Its ARN with `${...}` for what varies.
    pub arn: Box<str>,
    /// Condition keys that hold for it.
    pub keys: Vec<Box<str>>,
}

/// Access level of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Lists resources.
    List,
    /// Reads.
    Read,
    /// Changes.
    Write,
    /// Changes who may.
    Permissions,
    /// Changes tags only.
    Tagging,
}

impl Access {
    /// Whether it leaves everything as it is.
    pub const fn is_read(self) -> bool {
        matches!(self, Self::List | Self::Read)
    }
}

impl Actions {
    /// The action of a name, without regard to case.
    pub fn action(&self, name: &str) -> Option<&Action> {
        self.actions.get(*self.index.get(name.to_ascii_lowercase().as_str())?)
    }

    /// The resource type of a name.
    pub fn resource(&self, name: &str) -> Option<&ResourceType> {
        self.resources.iter().find(|resource| &*resource.name == name)
    }

    fn read(table: &str) -> Self {
        let mut actions = Self::default();
        for text in table.lines() {
            let mut line = Line::new(text);
            match line.word() {
                Some("actions") => actions.prefix = line.word().unwrap_or_default().into(),
                Some("r") => actions.resources.extend(resource(line)),
                Some("a") => actions.actions.extend(action(line)),
                _ => {}
            }
        }
        let names = actions.actions.iter().enumerate();
        actions.index = names.map(|(at, action)| (action.name.to_ascii_lowercase().into(), at)).collect();
        actions
    }
}

fn resource(mut line: Line<'_>) -> Option<ResourceType> {
    let (name, arn) = line.word().zip(line.word())?;
    let mut resource = ResourceType { name: boxed(name), arn: boxed(arn), keys: Vec::new() };
    for (key, value) in line.pairs() {
        if key == "keys" {
            resource.keys = items(value).map(boxed).collect();
        }
    }
    Some(resource)
}

fn action(mut line: Line<'_>) -> Option<Action> {
    let (name, access) = line.word().zip(line.word())?;
    let access = match access {
        "List" => Access::List,
        "Read" => Access::Read,
        "Write" => Access::Write,
        "Permissions" => Access::Permissions,
        "Tagging" => Access::Tagging,
        _ => return None,
    };
    let mut action =
        Action { name: name.into(), access, resources: Vec::new(), keys: Vec::new(), needs: Vec::new() };
    for (key, value) in line.pairs() {
        match key {
            "on" => action.resources = items(value).map(action_resource).collect(),
            "keys" => action.keys = items(value).map(boxed).collect(),
            "needs" => action.needs = items(value).map(boxed).collect(),
            _ => {}
        }
    }
    Some(action)
}

fn action_resource(item: &str) -> ActionResource {
    match item.strip_suffix('!') {
        Some(name) => ActionResource { name: boxed(name), required: true },
        None => ActionResource { name: boxed(item), required: false },
    }
}

macro_rules! tables {
    ($($prefix:literal in $file:literal),* $(,)?) => {
        /// The actions of a prefix; `None` when there is no table for it.
        pub fn actions(prefix: &str) -> Option<&'static Actions> {
            match prefix {
                $($prefix => {
                    static TABLE: OnceLock<Actions> = OnceLock::new();
                    let table = include_str!(concat!("../", $file));
                    Some(TABLE.get_or_init(|| Actions::read(table)))
                })*
                _ => None,
            }
        }

        /// Prefixes that have a table, sorted.
        pub const fn action_prefixes() -> &'static [&'static str] {
            &[$($prefix),*]
        }
    };
}

tables!(
    "cloudtrail" in "tables/actions/cloudtrail.txt",
    "cloudwatch" in "tables/actions/cloudwatch.txt",
    "comprehend" in "tables/actions/comprehend.txt",
    "iam" in "tables/actions/iam.txt",
    "kms" in "tables/actions/kms.txt",
    "lambda" in "tables/actions/lambda.txt",
    "lex" in "tables/actions/lex.txt",
    "logs" in "tables/actions/logs.txt",
    "organizations" in "tables/actions/organizations.txt",
    "s3" in "tables/actions/s3.txt",
    "sotto" in "own/actions.txt",
    "sts" in "tables/actions/sts.txt",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_read_whole() {
        for prefix in action_prefixes() {
            let actions = actions(prefix).unwrap();
            assert_eq!(&*actions.prefix, *prefix);
            let least = if *prefix == "sotto" { 5 } else { 10 };
            assert!(actions.actions.len() > least && !actions.resources.is_empty(), "{prefix}");
            let arns = actions.resources.iter().all(|resource| resource.arn.starts_with("arn:"));
            assert!(arns, "{prefix}: {:?}", actions.resources);
            let named = actions.actions.iter().flat_map(|action| &action.resources);
            for resource in named {
                assert!(actions.resource(&resource.name).is_some(), "{prefix}: {}", resource.name);
            }
        }
        assert!(actions("nosuchservice").is_none());
    }

    #[test]
    fn actions_are_decided_on_what_aws_documents() {
        let on = |prefix: &str, name: &str| -> Vec<String> {
            let action = actions(prefix).unwrap().action(name).unwrap();
            let mark = |r: &ActionResource| format!("{}{}", r.name, if r.required { "!" } else { "" });
            action.resources.iter().map(mark).collect()
        };
        assert_eq!(on("kms", "createalias"), ["alias!", "key!"]);
        assert_eq!(on("iam", "CreateUser"), ["user!"]);
        assert_eq!(on("logs", "Unmask"), ["log-group!"]);
        assert_eq!(on("lex", "RecognizeText"), ["bot alias!"]);
        assert!(on("iam", "ListUsers").is_empty());
        assert_eq!(actions("sts").unwrap().action("AssumeRole").unwrap().access, Access::Write);
        let role = actions("iam").unwrap().resource("role").unwrap();
        assert_eq!(&*role.arn, "arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}");
    }
}
