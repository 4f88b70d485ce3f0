//! In which form do policies come out of storage? As records of accounts, principals and resources.
//!
//! The directory keeps these, or makes them from what it keeps; a snapshot is read from nothing else.

use sotto_arn::{AccountId, PrincipalArn};
use sotto_public::{Public, Storable};

/// A policy document with the name it is attached by.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct DocumentRecord {
    /// Its name.
    pub name: Public<String>,
    /// Its ARN, where it is managed.
    pub arn: Option<Public<String>>,
    /// The document.
    pub text: Public<String>,
}

/// One level of an organization.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct LevelRecord {
    /// The id of the root, the organizational unit, or the account.
    pub target: Public<String>,
    /// What is attached there.
    pub policies: Vec<DocumentRecord>,
}

/// Something that policies are attached to.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub enum PolicyRecord {
    /// An account, with the control policies above it.
    Account {
        /// Its id.
        id: AccountId,
        /// Whether it is the management account of its organization.
        management: bool,
        /// Service control policies from the root to the account; empty where there are none.
        scps: Vec<LevelRecord>,
        /// Resource control policies likewise.
        rcps: Vec<LevelRecord>,
    },
    /// A user.
    User {
        /// Its ARN.
        arn: PrincipalArn,
        /// Its unique id: a session of an earlier user of the same name is not this one's.
        unique_id: Public<String>,
        /// Its policies, inline and managed.
        policies: Vec<DocumentRecord>,
        /// The groups it is in.
        groups: Vec<PrincipalArn>,
        /// Its permissions boundary.
        boundary: Option<DocumentRecord>,
    },
    /// A group.
    Group {
        /// Its ARN.
        arn: PrincipalArn,
        /// Its policies.
        policies: Vec<DocumentRecord>,
    },
    /// A role.
    Role {
        /// Its ARN, with its path.
        arn: PrincipalArn,
        /// Its unique id.
        unique_id: Public<String>,
        /// Its policies.
        policies: Vec<DocumentRecord>,
        /// Its permissions boundary.
        boundary: Option<DocumentRecord>,
        /// Who may assume it.
        trust: DocumentRecord,
    },
    /// A service principal, for sotto's own jobs.
    Service {
        /// Its name, as `logs.amazonaws.com`.
        name: Public<String>,
        /// What it may do.
        policies: Vec<DocumentRecord>,
    },
    /// A resource with a policy of its own.
    Resource {
        /// Its ARN; that of a bucket holds for its objects, and `arn:aws:logs:REGION:ACCOUNT:*` for all groups there.
        arn: Public<String>,
        /// Whether it is a key: then its policy must allow.
        key: bool,
        /// Its policies; several only where a service keeps a list.
        policies: Vec<DocumentRecord>,
    },
}

/// What a record is about: the key under which it is replaced or taken away.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordKey {
    /// An account.
    Account(AccountId),
    /// A user, group or role.
    Principal(PrincipalArn),
    /// A service principal.
    Service(String),
    /// A resource.
    Resource(String),
}

impl PolicyRecord {
    /// What it is about.
    pub fn key(&self) -> RecordKey {
        match self {
            Self::Account { id, .. } => RecordKey::Account(id.clone()),
            Self::User { arn, .. } | Self::Group { arn, .. } | Self::Role { arn, .. } => {
                RecordKey::Principal(arn.clone())
            }
            Self::Service { name, .. } => RecordKey::Service(name.get().clone()),
            Self::Resource { arn, .. } => RecordKey::Resource(arn.get().clone()),
        }
    }
}
