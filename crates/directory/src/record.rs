//! In which form does storage keep the directory? One record per thing, at the place directory, account, kind, name.
//!
//! A user's record holds its inline policies, keys and tags: what changes together is kept together, so that a change of one
//! thing is one record. The first byte of a record's value is the version of its form.

use crate::Text;
use crate::model::{AccountHead, Group, InstanceProfile, ManagedPolicy, MfaDevice, OidcProvider, Role, User};
use crate::organization::{AccountCreation, Node, OrganizationHead, OrganizationPolicy};
use sotto_arn::AccountId;
use sotto_public::{Place, Storable, StoredRecord};
use std::sync::Arc;

/// What kind of thing a record holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The account itself.
    Account,
    /// A user.
    User,
    /// A group.
    Group,
    /// A role.
    Role,
    /// A managed policy.
    Policy,
    /// An MFA device.
    Mfa,
    /// An OIDC provider.
    Oidc,
    /// An instance profile.
    Profile,
    /// The organization itself.
    Organization,
    /// A root, a unit or a member account.
    Node,
    /// A policy of the organization.
    OrganizationPolicy,
    /// The creation of an account.
    Creation,
}

const KINDS: [(Kind, &str); 12] = [
    (Kind::Account, "account"),
    (Kind::User, "user"),
    (Kind::Group, "group"),
    (Kind::Role, "role"),
    (Kind::Policy, "policy"),
    (Kind::Mfa, "mfa"),
    (Kind::Oidc, "oidc"),
    (Kind::Profile, "profile"),
    (Kind::Organization, "organization"),
    (Kind::Node, "node"),
    (Kind::OrganizationPolicy, "organization-policy"),
    (Kind::Creation, "creation"),
];

/// The name of a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey {
    /// The account it belongs to, or the organization.
    pub account: Option<AccountId>,
    /// What it holds.
    pub kind: Kind,
    /// The thing's name in lower case.
    pub name: Text,
}

impl RecordKey {
    pub(crate) fn new(account: Option<&AccountId>, kind: Kind, name: &str) -> Self {
        Self { account: account.cloned(), kind, name: Text::own(name.to_lowercase()) }
    }

    /// Where storage keeps it.
    pub fn place(&self) -> Place {
        let scope = self.account.as_ref().map_or_else(|| Text::from("organization"), Text::from);
        let word = KINDS.iter().find(|(kind, _)| *kind == self.kind).map_or("", |(_, word)| *word);
        directory_place().with(&scope.public()).with(&word).with(&self.name.public())
    }
}

/// The place of all records of the directory.
pub fn directory_place() -> Place {
    Place::new("directory")
}

/// A stored record: a thing and the account in which it stands.
#[derive(Clone, Debug, Storable)]
pub struct Record {
    /// The account, or the organization.
    pub account: Option<AccountId>,
    /// The thing.
    pub entity: Entity,
}

impl StoredRecord for Record {
    const KIND: &'static str = "directory";
}

impl Record {
    /// The name under which it is kept.
    pub fn key(&self) -> RecordKey {
        let (kind, name) = self.entity.address();
        RecordKey::new(self.account.as_ref(), kind, name)
    }
}

/// What a record holds.
#[derive(Clone, Debug, Storable)]
pub enum Entity {
    /// The account itself.
    Account(Arc<AccountHead>),
    /// A user.
    User(Arc<User>),
    /// A group.
    Group(Arc<Group>),
    /// A role.
    Role(Arc<Role>),
    /// A managed policy.
    Policy(Arc<ManagedPolicy>),
    /// An MFA device.
    Mfa(Arc<MfaDevice>),
    /// An OIDC provider.
    Oidc(Arc<OidcProvider>),
    /// An instance profile.
    Profile(Arc<InstanceProfile>),
    /// The organization itself.
    Organization(Arc<OrganizationHead>),
    /// A root, a unit or a member account.
    Node(Arc<Node>),
    /// A policy of the organization.
    OrganizationPolicy(Arc<OrganizationPolicy>),
    /// The creation of an account.
    Creation(Arc<AccountCreation>),
}

impl Entity {
    /// The kind and the name under which it is kept.
    pub(crate) fn address(&self) -> (Kind, &str) {
        match self {
            Self::Account(_) => (Kind::Account, "head"),
            Self::User(user) => (Kind::User, user.name.as_str()),
            Self::Group(group) => (Kind::Group, group.name.as_str()),
            Self::Role(role) => (Kind::Role, role.name.as_str()),
            Self::Policy(policy) => (Kind::Policy, policy.name.as_str()),
            Self::Mfa(device) => (Kind::Mfa, device.serial.as_str()),
            Self::Oidc(provider) => (Kind::Oidc, provider.url.as_str()),
            Self::Profile(profile) => (Kind::Profile, profile.name.as_str()),
            Self::Organization(_) => (Kind::Organization, "head"),
            Self::Node(node) => (Kind::Node, node.id.as_str()),
            Self::OrganizationPolicy(policy) => (Kind::OrganizationPolicy, policy.id.as_str()),
            Self::Creation(creation) => (Kind::Creation, creation.id.as_str()),
        }
    }
}

/// What a transition changes: records that are put or, where there is no entity, deleted.
#[derive(Clone, Debug, Default)]
pub struct Change(pub(crate) Vec<(RecordKey, Option<Record>)>);

impl Change {
    /// The records, each once.
    pub fn records(&self) -> &[(RecordKey, Option<Record>)] {
        &self.0
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
