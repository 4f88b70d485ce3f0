//! Which policies stand side by side, and what are their statements called?

use super::Entry;
use super::index::Index;
use crate::policy::{Policy, PolicyKind};
use crate::verdict::Label;
use std::sync::Arc;

/// A policy with the name it is known by.
#[derive(Clone, Debug)]
pub struct Attached {
    policy: Policy,
    name: Box<str>,
    arn: Option<Box<str>>,
}

impl Attached {
    /// An inline policy, or one that has no ARN.
    pub fn inline(name: &str, policy: Policy) -> Self {
        Self { policy, name: name.into(), arn: None }
    }

    /// A managed policy.
    pub fn managed(name: &str, arn: &str, policy: Policy) -> Self {
        Self { policy, name: name.into(), arn: Some(arn.into()) }
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its ARN, where it is managed.
    pub fn arn(&self) -> Option<&str> {
        self.arn.as_deref()
    }
}

/// Policies that stand side by side.
#[derive(Debug, Default)]
pub struct PolicySet {
    attached: Vec<Attached>,
    entries: Vec<Entry>,
    index: Index,
}

impl PolicySet {
    /// Compiles a set.
    pub fn new(attached: Vec<Attached>) -> Self {
        let entries: Vec<Entry> = attached.iter().flat_map(entries).collect();
        let index = Index::new(&entries);
        Self { attached, entries, index }
    }

    /// A set of one policy.
    pub fn of(attached: Attached) -> Self {
        Self::new(vec![attached])
    }

    /// Its policies, in order.
    pub fn policies(&self) -> &[Attached] {
        &self.attached
    }

    /// How many statements it has.
    pub fn statement_count(&self) -> usize {
        self.entries.len()
    }

    /// The kind of its policies; of an empty set none.
    pub(crate) fn kind(&self) -> Option<PolicyKind> {
        self.attached.first().map(|attached| attached.policy.kind())
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(crate) fn index(&self) -> &Index {
        &self.index
    }
}

impl FromIterator<Attached> for PolicySet {
    fn from_iter<I: IntoIterator<Item = Attached>>(attached: I) -> Self {
        Self::new(attached.into_iter().collect())
    }
}

fn entries(attached: &Attached) -> Vec<Entry> {
    let policy = &attached.policy;
    let statements = policy.shared_statements().iter();
    let label = |statement| Arc::new(Label::of(attached.name(), attached.arn(), policy.kind(), statement));
    statements.map(|statement| Entry { statement: Arc::clone(statement), label: label(statement) }).collect()
}
