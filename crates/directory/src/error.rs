//! Why does a transition not happen? One cause each, with the message that AWS's clients are used to.
//!
//! The messages follow the IAM and Organizations API references ("Common errors", "Errors" of each action) and hold public
//! names only. Which wire code a cause becomes is decided in `api`.

use crate::Text;
use sotto_public::Public;

/// Why the directory refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DirectoryError {
    /// Nothing has this name.
    #[error("{0}")]
    NoSuchEntity(Text),
    /// The name is taken.
    #[error("{0}")]
    EntityExists(Text),
    /// Something still hangs on what is to be deleted.
    #[error("{0}")]
    DeleteConflict(Text),
    /// A quota is reached.
    #[error("{0}")]
    LimitExceeded(Text),
    /// A policy document is no policy.
    #[error("{0}")]
    MalformedPolicy(Text),
    /// The policy cannot be attached to this kind of thing.
    #[error("{0}")]
    NotAttachable(Text),
    /// A member has a value that cannot be taken.
    #[error("{0}")]
    InvalidInput(Text),
    /// A member breaks a constraint of its shape.
    #[error("{0}")]
    Validation(Text),
    /// What a service or AWS itself owns is not changed by callers.
    #[error("{0}")]
    Unmodifiable(Text),
    /// An MFA code is wrong, old or used.
    #[error("{0}")]
    InvalidCode(Text),
    /// The action cannot be done on this kind of thing.
    #[error("{0}")]
    NotSupported(Text),
    /// A refusal of Organizations, under the name of its exception.
    #[error("{1}")]
    Organizations(OrganizationsCause, Text),
    /// What storage keeps is no record of the directory.
    #[error("the stored record `{0}` cannot be read by this release")]
    Unreadable(Text),
}

/// The exceptions of AWS Organizations that sotto raises (Organizations API reference).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrganizationsCause {
    /// The account is in an organization already.
    AlreadyInOrganization,
    /// The account is in no organization.
    NotInUse,
    /// Accounts or units are still there.
    NotEmpty,
    /// No such account in the organization.
    AccountNotFound,
    /// No such organizational unit.
    UnitNotFound,
    /// Two units of one parent cannot share a name.
    DuplicateUnit,
    /// The unit holds something.
    UnitNotEmpty,
    /// No such root.
    RootNotFound,
    /// No such parent.
    ParentNotFound,
    /// The place the account is said to be moved from.
    SourceParentNotFound,
    /// The place the account is to be moved to.
    DestinationParentNotFound,
    /// The account stands there already.
    DuplicateAccount,
    /// No such child.
    ChildNotFound,
    /// No such policy.
    PolicyNotFound,
    /// Two policies of one type cannot share a name.
    DuplicatePolicy,
    /// The policy hangs somewhere.
    PolicyInUse,
    /// The policy is attached there already.
    DuplicateAttachment,
    /// The policy is not attached there.
    NotAttached,
    /// The type is on already.
    PolicyTypeAlreadyEnabled,
    /// The type is off.
    PolicyTypeNotEnabled,
    /// No such target.
    TargetNotFound,
    /// No such creation of an account.
    CreateAccountStatusNotFound,
    /// A quota or a rule of the organization.
    ConstraintViolation,
    /// A member cannot be taken.
    InvalidInput,
    /// The policy document is no policy.
    MalformedPolicy,
    /// Only the management account may.
    AccessDenied,
    /// The account is a delegated administrator already.
    AlreadyRegistered,
    /// The account is no delegated administrator.
    NotRegistered,
    /// The management account cannot leave.
    ManagementCannotLeave,
    /// The account is closed already.
    AlreadyClosed,
    /// No effective policy of this type.
    EffectivePolicyNotFound,
}

impl DirectoryError {
    /// The words, which are public.
    pub fn message(&self) -> Public<String> {
        match self {
            Self::NoSuchEntity(words)
            | Self::EntityExists(words)
            | Self::DeleteConflict(words)
            | Self::LimitExceeded(words)
            | Self::MalformedPolicy(words)
            | Self::NotAttachable(words)
            | Self::InvalidInput(words)
            | Self::Validation(words)
            | Self::Unmodifiable(words)
            | Self::InvalidCode(words)
            | Self::NotSupported(words)
            | Self::Organizations(_, words)
            | Self::Unreadable(words) => words.public(),
        }
    }
}

/// What transitions give.
pub type Outcome<T> = Result<T, DirectoryError>;

pub(crate) fn no_such(what: &str, name: &str) -> DirectoryError {
    DirectoryError::NoSuchEntity(Text::own(format!("The {what} with name {name} cannot be found.")))
}

pub(crate) fn exists(what: &str, name: &str) -> DirectoryError {
    DirectoryError::EntityExists(Text::own(format!("{what} with name {name} already exists.")))
}

pub(crate) fn limit(what: &str, count_max: usize) -> DirectoryError {
    DirectoryError::LimitExceeded(Text::own(format!("Cannot exceed quota for {what}: {count_max}")))
}

pub(crate) fn organizations(cause: OrganizationsCause, message: &'static str) -> DirectoryError {
    DirectoryError::Organizations(cause, message.into())
}
