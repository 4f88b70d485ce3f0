//! What is an organization? A root with units and accounts below it, and the policies that hang on them.
//!
//! AWS Organizations user guide, "Terminology and concepts". Names and mail addresses are sealed. A policy's way to an account is
//! the chain root, units, account: [`Organization::levels`].

use crate::Text;
use crate::model::{Seconds, Tags};
use crate::record::{Entity, Kind, RecordKey};
use crate::shelf::Shelf;
use sotto_arn::AccountId;
use sotto_kms::Sealed;
use sotto_public::Storable;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How deep units may stand below the root (AWS Organizations quotas).
pub const UNIT_DEPTH_MAX: usize = 5;

/// The organization itself.
#[derive(Clone, Debug, Storable)]
pub struct OrganizationHead {
    /// `o-…`.
    pub id: Text,
    /// `r-…`.
    pub root: Text,
    /// The management account.
    pub management: AccountId,
    /// Mail address of the management account.
    pub mail: Option<Sealed>,
    /// When it was made.
    pub created: Seconds,
    /// `ALL` or `CONSOLIDATED_BILLING`.
    pub features: Text,
    /// Types of policies that are on.
    pub policy_types: BTreeSet<PolicyType>,
    /// Services with access, and since when.
    pub services: BTreeMap<Text, Seconds>,
}

/// The types of policies that sotto enforces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Storable)]
pub enum PolicyType {
    /// Service control policies.
    Scp,
    /// Resource control policies.
    Rcp,
}

impl PolicyType {
    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scp => "SERVICE_CONTROL_POLICY",
            Self::Rcp => "RESOURCE_CONTROL_POLICY",
        }
    }

    /// The type of this name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Scp, Self::Rcp].into_iter().find(|known| known.name() == name)
    }

    /// The word in a policy's ARN.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Scp => "service_control_policy",
            Self::Rcp => "resource_control_policy",
        }
    }

    /// The id of the policy that allows everything, which AWS makes.
    pub const fn full_access(self) -> &'static str {
        match self {
            Self::Scp => "p-FullAWSAccess",
            Self::Rcp => "p-RCPFullAWSAccess",
        }
    }

    /// That policy's ARN.
    pub fn full_access_arn(self) -> Text {
        Text::own(format!("arn:aws:organizations::aws:policy/{}/{}", self.word(), self.full_access()))
    }

    /// That policy's document.
    pub const fn full_access_document(self) -> &'static str {
        match self {
            Self::Scp => {
                r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#
            }
            Self::Rcp => {
                r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#
            }
        }
    }
}

/// What kind of node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Storable)]
pub enum NodeKind {
    /// The root.
    Root,
    /// An organizational unit.
    Unit,
    /// A member account.
    Account,
}

/// How an account came to be where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Storable)]
pub enum Membership {
    /// Made by CreateAccount.
    Created,
    /// The management account, which began the organization.
    Invited,
}

/// A root, a unit or a member account.
#[derive(Clone, Debug, Storable)]
pub struct Node {
    /// `r-…`, `ou-…` or twelve digits.
    pub id: Text,
    /// Its number in the order in which nodes came: lists are in it.
    pub ordinal: u64,
    /// What it is.
    pub kind: NodeKind,
    /// What it stands below.
    pub parent: Option<Text>,
    /// A root's or a unit's name.
    pub name: Option<Text>,
    /// An account's name.
    pub account_name: Option<Sealed>,
    /// An account's mail address.
    pub mail: Option<Sealed>,
    /// When it came.
    pub joined: Seconds,
    /// How an account came.
    pub membership: Membership,
    /// Whether an account was closed.
    pub suspended: bool,
    /// Policies on it.
    pub policies: BTreeSet<Text>,
    /// Tags.
    pub tags: Tags,
    /// Services for which an account is a delegated administrator, and since when.
    pub delegated: BTreeMap<Text, Seconds>,
}

/// A policy of the organization.
#[derive(Clone, Debug, Storable)]
pub struct OrganizationPolicy {
    /// `p-…`.
    pub id: Text,
    /// Its number in the order in which policies came; AWS's own are before the first.
    pub ordinal: u64,
    /// Its type.
    pub kind: PolicyType,
    /// Its name.
    pub name: Text,
    /// The description.
    pub description: Option<Sealed>,
    /// The document.
    pub document: Text,
    /// Tags.
    pub tags: Tags,
}

/// The creation of an account, as DescribeCreateAccountStatus shows it.
#[derive(Clone, Debug, Storable)]
pub struct AccountCreation {
    /// `car-…`.
    pub id: Text,
    /// The new account.
    pub account: AccountId,
    /// The name that was asked for.
    pub name: Option<Sealed>,
    /// When it was asked for, and done.
    pub at: Seconds,
}

/// The organization with everything in it; without a head there is none.
#[derive(Clone, Debug, Default)]
pub struct Organization {
    /// The organization itself.
    pub head: Option<Arc<OrganizationHead>>,
    /// The root, units and accounts by id.
    pub nodes: Shelf<Node>,
    /// Policies by id.
    pub policies: Shelf<OrganizationPolicy>,
    /// Creations of accounts by id.
    pub creations: Shelf<AccountCreation>,
}

/// One level of policies on the way from the root to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    /// The id of the root, the unit or the account.
    pub target: Text,
    /// Policies there: id and document.
    pub policies: Vec<(Text, Text)>,
}

impl OrganizationHead {
    /// `arn:aws:organizations::MANAGEMENT:organization/ID`.
    pub fn arn(&self) -> Text {
        Text::own(format!("arn:aws:organizations::{}:organization/{}", self.management.as_str(), self.id))
    }

    /// The ARN of the root, a unit or an account.
    pub fn node_arn(&self, id: &Text) -> Text {
        let word = match id.as_str() {
            text if text.starts_with("r-") => "root",
            text if text.starts_with("ou-") => "ou",
            _ => "account",
        };
        Text::own(format!("arn:aws:organizations::{}:{word}/{}/{id}", self.management.as_str(), self.id))
    }

    /// The ARN of a policy; those that allow everything are AWS's own.
    pub fn policy_arn(&self, kind: PolicyType, id: &Text) -> Text {
        if id.as_str() == kind.full_access() {
            return kind.full_access_arn();
        }
        let management = self.management.as_str();
        Text::own(format!("arn:aws:organizations::{management}:policy/{}/{}/{id}", self.id, kind.word()))
    }
}

impl Node {
    /// The text by which lists are in order.
    pub fn order(&self) -> Text {
        Text::own(format!("{:020}", self.ordinal))
    }
}

impl OrganizationPolicy {
    /// The text by which lists are in order.
    pub fn order(&self) -> Text {
        Text::own(format!("{:020}", self.ordinal))
    }
}

impl Organization {
    /// The number of the next node.
    pub(crate) fn next_node(&self) -> u64 {
        self.nodes.iter().map(|node| node.ordinal + 1).max().unwrap_or_default()
    }

    /// The number of the next policy.
    pub(crate) fn next_policy(&self) -> u64 {
        self.policies.iter().map(|policy| policy.ordinal).max().unwrap_or_default() + 1
    }

    /// The way from the root down to a node, both included; empty when it is not in the organization.
    pub fn chain(&self, id: &str) -> Vec<&Arc<Node>> {
        let mut chain = Vec::new();
        let mut next = self.nodes.find(id);
        while let Some(node) = next.filter(|_| chain.len() <= UNIT_DEPTH_MAX + 1) {
            chain.push(node);
            next = node.parent.as_ref().and_then(|parent| self.nodes.find(parent.as_str()));
        }
        chain.reverse();
        chain
    }

    /// The policies of one type from the root down to an account; none where the type is off, or for the management account,
    /// which is exempt (AWS Organizations user guide, "SCP evaluation").
    pub fn levels(&self, account: &AccountId, kind: PolicyType) -> Vec<Level> {
        let Some(head) = &self.head else { return Vec::new() };
        if head.management == *account || !head.policy_types.contains(&kind) {
            return Vec::new();
        }
        self.chain(account.as_str()).into_iter().map(|node| self.level(node, kind)).collect()
    }

    fn level(&self, node: &Node, kind: PolicyType) -> Level {
        let held =
            node.policies.iter().filter_map(|id| Some((id.clone(), self.document(id.as_str(), kind)?)));
        Level { target: node.id.clone(), policies: held.collect() }
    }

    fn document(&self, id: &str, kind: PolicyType) -> Option<Text> {
        if id == kind.full_access() {
            return Some(kind.full_access_document().into());
        }
        self.policies.find(id).filter(|policy| policy.kind == kind).map(|policy| policy.document.clone())
    }

    /// `o-…/r-…/ou-…/` for an account: the value of `aws:PrincipalOrgPaths`.
    pub fn path_of(&self, account: &AccountId) -> Option<Text> {
        let head = self.head.as_ref()?;
        let above = self.chain(account.as_str());
        let (_, above) = above.split_last()?;
        let ids = above.iter().map(|node| node.id.as_str()).collect::<Vec<_>>().join("/");
        Some(Text::own(format!("{}/{ids}/", head.id)))
    }

    /// Whether an account was closed: nobody acts in it any more.
    pub fn is_closed(&self, account: &AccountId) -> bool {
        self.nodes.find(account.as_str()).is_some_and(|node| node.suspended)
    }

    /// Nodes right below another.
    pub fn children(&self, parent: &Text, kind: NodeKind) -> impl Iterator<Item = &Arc<Node>> {
        self.nodes.iter().filter(move |node| node.kind == kind && node.parent.as_ref() == Some(parent))
    }

    pub(crate) fn set(&mut self, key: &RecordKey, entity: Option<Entity>) {
        let name = key.name.as_str();
        match (key.kind, entity) {
            (_, Some(Entity::Organization(head))) => self.head = Some(head),
            (_, Some(Entity::Node(node))) => drop(self.nodes.set(name, Some(node))),
            (_, Some(Entity::OrganizationPolicy(policy))) => drop(self.policies.set(name, Some(policy))),
            (_, Some(Entity::Creation(creation))) => drop(self.creations.set(name, Some(creation))),
            (Kind::Organization, None) => self.head = None,
            (Kind::Node, None) => drop(self.nodes.set(name, None)),
            (Kind::OrganizationPolicy, None) => drop(self.policies.set(name, None)),
            (Kind::Creation, None) => drop(self.creations.set(name, None)),
            _ => {}
        }
    }

    pub(crate) fn entities(&self) -> Vec<Entity> {
        let mut all: Vec<_> = self.head.iter().cloned().map(Entity::Organization).collect();
        all.extend(self.nodes.iter().cloned().map(Entity::Node));
        all.extend(self.policies.iter().cloned().map(Entity::OrganizationPolicy));
        all.extend(self.creations.iter().cloned().map(Entity::Creation));
        all
    }
}
