//! May this principal do this, here and now, and why?
//!
//! ```text
//! policy text ──Policy::parse──> Policy ──┐
//! Principal, Action, Resource, Context ──> Request ──┤──evaluate──> Verdict (layer, statement, what is missing)
//! stored records ──PolicySnapshot──> authorize::<A> ──> Decision<A> with a Permit<A>
//! ```
//!
//! The whole language of IAM policies: identity policies, boundaries, session policies, policies of resources, roles and keys,
//! service and resource control policies, conditions and variables. A [`Verdict`] explains itself. Only
//! [`PolicySnapshot::authorize`] makes a [`Permit`], and a snapshot is read from stored records: whoever can build a set of
//! policies can simulate, but cannot let anything happen.
//!
//! Nothing here knows what a log group is, keeps a clock or reaches out: the instant is an argument.

mod act;
pub mod analysis;
mod condition;
mod context;
mod evaluate;
mod explain;
mod glob;
mod parts;
mod permit;
mod policies;
mod policy;
mod principal;
mod record;
mod request;
mod snapshot;
mod variable;
mod verdict;

pub use act::{
    Act, AssumeRole, CLASSIFICATION_KEY, Call, Change, Converse, Decrypt, Invoke, REASON_KEY, ReadDirectory,
    ReadSession, ReadTrail, SESSION_PARTS, UNMASK_PARTS, Unmask, UseKey,
};
pub use condition::{Comparison, Condition, ConditionValue, Operator, Qualifier};
pub use context::{CONTEXT_KEYS_MAX, Context, Key, Value};
pub use evaluate::evaluate;
pub use explain::{Explanation, Match, explain};
pub use parts::{Reach, Refused, Scoped};
pub use permit::{Decision, PERMIT_SECONDS_MAX, Permit, PermitError};
pub use policies::{Attached, Grants, Guardrails, Level, Policies, PolicySet, ResourcePolicy};
pub use policy::{
    ActionPattern, Actions, DEPTH_MAX, DOCUMENT_BYTES_MAX, Effect, LanguageVersion, PROBLEMS_MAX, Place,
    Policy, PolicyKind, PolicyProblems, PrincipalPattern, Principals, Problem, ResourcePattern, Resources,
    Rule, Statement, VERSION_MESSAGE,
};
pub use principal::{Kind, Principal};
pub use record::{DocumentRecord, LevelRecord, PolicyRecord, RecordKey};
pub use request::{RESOURCES_MAX, Request, Resource};
pub use snapshot::{PolicySnapshot, SnapshotError};
pub use verdict::{DeniedMessage, Label, Layer, Layers, Outcome, Verdict};
