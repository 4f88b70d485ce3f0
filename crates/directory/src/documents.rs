//! Is this text a policy, and is it short enough? Asked before anything keeps it.
//!
//! Sizes count every character but white space (IAM user guide, "IAM and AWS STS quotas"); characters are tab, line feed,
//! carriage return and U+0020 to U+00FF (IAM API reference, `policyDocumentType`).

use crate::error::OrganizationsCause;
use crate::{DirectoryError, Outcome, Text};
use sotto_iam::{LanguageVersion, Policy, PolicyKind, VERSION_MESSAGE};

/// What AWS says of a document that it cannot read at all.
const SYNTAX_MESSAGE: &str = "Syntax errors in policy.";

/// Where a policy stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// A managed policy's version.
    Managed,
    /// Inline: users, groups and roles have sums of their own.
    Inline,
    /// A role's trust policy.
    Trust,
    /// A session's policy.
    Session,
    /// A service control policy.
    Scp,
    /// A resource control policy.
    Rcp,
}

/// Characters of a managed policy.
pub const MANAGED_CHARS_MAX: usize = 6144;
/// Characters of a trust policy.
pub const TRUST_CHARS_MAX: usize = 2048;
/// Characters of all session policies together.
pub const SESSION_CHARS_MAX: usize = 2048;
/// Characters of a service control policy (AWS Organizations quotas since May 2026).
pub const SCP_CHARS_MAX: usize = 10_240;
/// Characters of a resource control policy.
pub const RCP_CHARS_MAX: usize = 5120;
/// Characters of a user's inline policies together.
pub const USER_INLINE_CHARS_MAX: usize = 2048;
/// Characters of a role's inline policies together.
pub const ROLE_INLINE_CHARS_MAX: usize = 10_240;
/// Characters of a group's inline policies together.
pub const GROUP_INLINE_CHARS_MAX: usize = 5120;

impl Slot {
    const fn kind(self) -> PolicyKind {
        match self {
            Self::Managed | Self::Inline => PolicyKind::Identity,
            Self::Trust => PolicyKind::Trust,
            Self::Session => PolicyKind::Session,
            Self::Scp => PolicyKind::Scp,
            Self::Rcp => PolicyKind::Rcp,
        }
    }

    const fn chars_max(self) -> usize {
        match self {
            Self::Managed => MANAGED_CHARS_MAX,
            Self::Inline => ROLE_INLINE_CHARS_MAX,
            Self::Trust => TRUST_CHARS_MAX,
            Self::Session => SESSION_CHARS_MAX,
            Self::Scp => SCP_CHARS_MAX,
            Self::Rcp => RCP_CHARS_MAX,
        }
    }
}

/// Characters that count.
pub fn size(document: &Text) -> usize {
    document.as_str().chars().filter(|c| !c.is_whitespace()).count()
}

/// Refuses what is no policy or too long.
///
/// # Errors
/// [`DirectoryError::MalformedPolicy`] with AWS's message, [`DirectoryError::LimitExceeded`].
pub fn check(document: &Text, slot: Slot) -> Outcome<()> {
    if size(document) > slot.chars_max() {
        return Err(too_long(slot));
    }
    match Policy::parse(document.as_str(), slot.kind()) {
        Ok(policy) if slot == Slot::Managed && policy.version() == LanguageVersion::V2008 => {
            Err(DirectoryError::MalformedPolicy(VERSION_MESSAGE.into()))
        }
        Ok(_) => Ok(()),
        Err(problems) if slot == Slot::Managed && is_old(document, problems.aws_message()) => {
            Err(DirectoryError::MalformedPolicy(VERSION_MESSAGE.into()))
        }
        Err(problems) => Err(malformed(slot, Text::own(problems.aws_message().to_owned()))),
    }
}

/// Whether the version is the first thing that is wrong with a document whose syntax is sound: it names today's nowhere.
fn is_old(document: &Text, words: &str) -> bool {
    words != SYNTAX_MESSAGE && !document.as_str().contains("2012-10-17")
}

fn too_long(slot: Slot) -> DirectoryError {
    match slot {
        Slot::Scp | Slot::Rcp => DirectoryError::Organizations(
            OrganizationsCause::ConstraintViolation,
            Text::own(format!("The policy has more than {} characters.", slot.chars_max())),
        ),
        Slot::Trust => crate::error::limit("ACLSizePerRole", slot.chars_max()),
        _ => crate::error::limit("PolicySize", slot.chars_max()),
    }
}

fn malformed(slot: Slot, message: Text) -> DirectoryError {
    match slot {
        Slot::Scp | Slot::Rcp => DirectoryError::Organizations(
            OrganizationsCause::MalformedPolicy,
            "The provided policy document does not meet the requirements of the specified policy type."
                .into(),
        ),
        _ => DirectoryError::MalformedPolicy(message),
    }
}
