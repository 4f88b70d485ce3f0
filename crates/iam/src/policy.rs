//! What does this policy document say, and is it one?
//!
//! [`Policy::parse`] reads a document by the rules of the place it is for ([`PolicyKind`]) and compiles it: patterns are cut,
//! operands are typed, places are kept. What is wrong is reported all at once, each problem with its place, its path, what
//! would be right, and AWS's own words where they are known ([`PolicyProblems`]). The grammar is that of the IAM User Guide,
//! "Grammar of the IAM JSON policy language".
//!
//! Policy text is public configuration: it names principals, actions and resources, and holds no captured text.

mod action;
mod document;
mod element;
pub(crate) mod json;
mod place;
mod principal;
mod problem;
mod resource;
mod statement;

pub(crate) use action::Reach;
pub use action::{ActionPattern, Actions};
pub use json::{DEPTH_MAX, DOCUMENT_BYTES_MAX};
pub(crate) use place::Lines;
pub use place::Place;
pub(crate) use principal::Who;
pub use principal::{PrincipalPattern, Principals};
pub use problem::{PROBLEMS_MAX, PolicyProblems, Problem, Rule};
pub use resource::{ResourcePattern, Resources};
pub use statement::{Effect, Statement};

use std::sync::Arc;

/// Which place a policy is for: it decides which elements the document must and must not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sotto_public::LogSafe)]
pub enum PolicyKind {
    /// Attached to a user, group or role, inline or managed.
    Identity,
    /// A permissions boundary.
    Boundary,
    /// Passed when a session was made.
    Session,
    /// Attached to a resource, other than a role or a key; also a VPC endpoint policy.
    Resource,
    /// The trust policy of a role.
    Trust,
    /// The policy of a KMS key.
    KeyPolicy,
    /// A service control policy.
    Scp,
    /// A resource control policy.
    Rcp,
}

impl PolicyKind {
    /// Whether statements name principals.
    pub fn names_principals(self) -> bool {
        matches!(self, Self::Resource | Self::Trust | Self::KeyPolicy | Self::Rcp)
    }
}

/// The version of the policy language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sotto_public::LogSafe)]
pub enum LanguageVersion {
    /// `2008-10-17`, also where none is named: `${...}` is plain text.
    V2008,
    /// `2012-10-17`.
    V2012,
}

/// What AWS answers to a managed policy that names no version, or the older one.
pub const VERSION_MESSAGE: &str = "Policy document must be version 2012-10-17 or greater.";

/// A valid policy. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Policy(Arc<Document>);

#[derive(Debug)]
struct Document {
    kind: PolicyKind,
    version: LanguageVersion,
    id: Option<Box<str>>,
    statements: Vec<Arc<Statement>>,
}

impl Policy {
    /// Reads a document.
    ///
    /// # Errors
    /// All problems of the document, as far as they can be told apart, at most [`PROBLEMS_MAX`].
    pub fn parse(text: &str, kind: PolicyKind) -> Result<Self, PolicyProblems> {
        document::parse(text, kind)
    }

    /// What place it is for.
    pub fn kind(&self) -> PolicyKind {
        self.0.kind
    }

    /// The version of the language it is written in.
    pub fn version(&self) -> LanguageVersion {
        self.0.version
    }

    /// The `Id` element.
    pub fn id(&self) -> Option<&str> {
        self.0.id.as_deref()
    }

    /// Its statements in order.
    pub fn statements(&self) -> impl ExactSizeIterator<Item = &Statement> {
        self.0.statements.iter().map(|statement| &**statement)
    }

    pub(crate) fn shared_statements(&self) -> &[Arc<Statement>] {
        &self.0.statements
    }

    /// The condition keys that it asks for, in conditions and variables, in lower case, without repetition.
    pub fn condition_keys(&self) -> Vec<&str> {
        let mut keys: Vec<&str> = self.statements().flat_map(Statement::keys).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}
