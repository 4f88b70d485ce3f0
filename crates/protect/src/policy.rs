//! What may a data protection policy for log groups say, and what does this one say?
//!
//! [`DataProtectionPolicy::parse`] reads the document that `PutDataProtectionPolicy` and `PutAccountPolicy` take, by the same rules as the
//! service, and says more when one is broken: every [`Problem`] with its place, its path, what is wrong and what would be right.
//! [`check`] also gives the warnings of a valid policy; [`PolicyReport`] shows either as text, JSON or SARIF.
//! [`EffectivePolicy`] joins the policy of an account with that of a log group.
//!
//! Policy text is public configuration: it names identifiers and holds no captured text.

mod custom;
mod destinations;
mod dialect;
mod document;
mod effective;
mod identifiers;
mod json;
mod managed;
mod members;
mod place;
mod problem;
mod quote;
mod report;
mod rule;
mod sarif;
mod statement;
mod suggest;

pub use custom::{CUSTOM_COUNT_MAX, CUSTOM_NAME_CHARS_MAX, CustomIdentifier};
pub use destinations::FindingsDestinations;
pub use dialect::{REGEX_CHARS_MAX, REGEX_STEPS_MAX};
pub use document::{Checked, DOCUMENT_CHARS_MAX, DataProtectionPolicy, VERSION, check, check_bytes};
pub use effective::{EffectivePolicy, Level};
pub use identifiers::Identifier;
pub use managed::ManagedIds;
pub use place::Place;
pub use problem::{PROBLEMS_MAX, PolicyErrors, Problem};
pub use report::{Excerpt, Finding, PolicyReport, PolicySummary};
pub use rule::{Rule, Severity};
pub use sarif::{SarifHit, SarifLog, SarifRule, sarif_log};
pub use statement::{AuditStatement, DeidentifyStatement};
