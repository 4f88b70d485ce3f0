//! What happens in an organization? Made, given units and accounts, moved about, taken apart.
//!
//! AWS Organizations API reference. Names of units and policies are public, accounts' names and mail addresses are sealed.

use crate::draft::{Draft, within};
use crate::error::{OrganizationsCause as Cause, organizations};
use crate::id::{Entropy, organizations_id};
use crate::model::{Seconds, Tags};
use crate::organization::{
    AccountCreation, Membership, Node, NodeKind, OrganizationHead, PolicyType, UNIT_DEPTH_MAX,
};
use crate::record::{Entity, Kind};
use crate::{Organization, Outcome, Text};
use sotto_arn::AccountId;
use sotto_kms::Sealed;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Accounts of an organization (AWS Organizations quotas; AWS begins with 10 and raises it).
pub const ACCOUNTS_MAX: usize = 1000;
/// Units of an organization.
pub const UNITS_MAX: usize = 2000;

/// What a new account is called.
#[derive(Clone, Debug, Default)]
pub struct Naming {
    /// The name.
    pub name: Option<Sealed>,
    /// An account's mail address.
    pub mail: Option<Sealed>,
    /// Tags.
    pub tags: Tags,
}

impl Draft {
    /// The organization and its head.
    ///
    /// # Errors
    /// [`Cause::NotInUse`].
    pub fn organization(&self) -> Outcome<(&Organization, &Arc<OrganizationHead>)> {
        let held = self.directory().organization();
        match &held.head {
            Some(head) => Ok((held, head)),
            None => Err(organizations(Cause::NotInUse, "Your account is not a member of an organization.")),
        }
    }

    /// CreateOrganization: a root, and below it the management account.
    ///
    /// # Errors
    /// When there is one.
    pub fn create_organization(
        &mut self,
        management: &AccountId,
        naming: Naming,
        features: Text,
        now: Seconds,
        entropy: &mut dyn Entropy,
    ) -> Outcome<()> {
        if self.directory().organization().head.is_some() {
            return Err(organizations(
                Cause::AlreadyInOrganization,
                "The provided account is already a member of an organization.",
            ));
        }
        let all = features.as_str() == "ALL";
        let head = OrganizationHead {
            id: organizations_id("o", 10, entropy),
            root: organizations_id("r", 4, entropy),
            management: management.clone(),
            mail: naming.mail.clone(),
            created: now,
            features,
            policy_types: all.then_some(PolicyType::Scp).into_iter().collect(),
            services: Default::default(),
        };
        let root = blank(head.root.clone(), NodeKind::Root, None, now);
        let account = Node {
            ordinal: 1,
            membership: Membership::Invited,
            account_name: naming.name,
            mail: naming.mail,
            ..blank(management.into(), NodeKind::Account, Some(head.root.clone()), now)
        };
        self.put_in(None, Entity::Organization(Arc::new(head)));
        self.put_node(root);
        self.put_node(account);
        Ok(())
    }

    /// DeleteOrganization: only when nothing but the management account is left.
    ///
    /// # Errors
    /// When there is none, or something is left.
    pub fn delete_organization(&mut self) -> Outcome<()> {
        let (held, head) = self.organization()?;
        let (held, head) = (held.clone(), Arc::clone(head));
        let other = held.nodes.iter().any(|node| {
            node.kind == NodeKind::Unit
                || node.kind == NodeKind::Account && node.id.as_str() != head.management.as_str()
        });
        if other || !held.policies.is_empty() {
            return Err(organizations(
                Cause::NotEmpty,
                "To delete an organization you must first remove all member accounts (except the master).",
            ));
        }
        held.nodes.iter().for_each(|node| self.delete_in(None, Kind::Node, node.id.as_str()));
        held.creations.iter().for_each(|made| self.delete_in(None, Kind::Creation, made.id.as_str()));
        self.delete_in(None, Kind::Organization, "head");
        Ok(())
    }

    /// A node of one kind.
    ///
    /// # Errors
    /// `missing` with `message`.
    pub fn node(&self, id: &str, kind: NodeKind, missing: Cause) -> Outcome<&Arc<Node>> {
        let (held, _) = self.organization()?;
        let found = held.nodes.find(id).filter(|node| node.kind == kind && node.id.as_str() == id);
        found.ok_or_else(|| organizations(missing, missing_message(missing)))
    }

    /// The root or the unit with this id.
    ///
    /// # Errors
    /// [`Cause::ParentNotFound`], or the cause given.
    pub fn parent(&self, id: &str, missing: Cause) -> Outcome<&Arc<Node>> {
        let (held, _) = self.organization()?;
        let found = held.nodes.find(id).filter(|node| node.kind != NodeKind::Account);
        found.ok_or_else(|| organizations(missing, missing_message(missing)))
    }

    /// CreateOrganizationalUnit.
    ///
    /// # Errors
    /// When there is no such parent, it has such a unit, or the unit would be too deep.
    pub fn create_unit(
        &mut self,
        parent: &Text,
        name: Text,
        tags: Tags,
        now: Seconds,
        entropy: &mut dyn Entropy,
    ) -> Outcome<Arc<Node>> {
        let above = self.parent(parent.as_str(), Cause::ParentNotFound)?.id.clone();
        let (held, head) = self.organization()?;
        if held.children(&above, NodeKind::Unit).any(|unit| unit.name.as_ref() == Some(&name)) {
            return Err(duplicate_unit());
        }
        if held.chain(above.as_str()).len() > UNIT_DEPTH_MAX {
            return Err(organizations(Cause::ConstraintViolation, "OU_DEPTH_LIMIT_EXCEEDED"));
        }
        let units = held.nodes.iter().filter(|node| node.kind == NodeKind::Unit).count();
        within("OUs", units, UNITS_MAX)?;
        let root = head.root.as_str().trim_start_matches("r-").to_owned();
        let (policies, ordinal) = (self.full_access(), held.next_node());
        let unit = Arc::new(Node {
            ordinal,
            name: Some(name),
            tags,
            policies,
            ..blank(organizations_id(&format!("ou-{root}"), 8, entropy), NodeKind::Unit, Some(above), now)
        });
        self.put_in(None, Entity::Node(Arc::clone(&unit)));
        Ok(unit)
    }

    fn full_access(&self) -> BTreeSet<Text> {
        let types = self.directory().organization().head.iter().flat_map(|head| head.policy_types.iter());
        types.map(|kind| Text::from(kind.full_access())).collect()
    }

    /// UpdateOrganizationalUnit.
    ///
    /// # Errors
    /// When there is no such unit, or a sibling has the name.
    pub fn rename_unit(&mut self, id: &Text, name: Text) -> Outcome<()> {
        let unit = Arc::clone(self.node(id.as_str(), NodeKind::Unit, Cause::UnitNotFound)?);
        let (held, _) = self.organization()?;
        if let Some(parent) = &unit.parent
            && held.children(parent, NodeKind::Unit).any(|other| other.name.as_ref() == Some(&name))
        {
            return Err(duplicate_unit());
        }
        self.edit_node(id, |node| node.name = Some(name));
        Ok(())
    }

    /// DeleteOrganizationalUnit: only when it is empty.
    ///
    /// # Errors
    /// When there is no such unit, or something is in it.
    pub fn delete_unit(&mut self, id: &Text) -> Outcome<()> {
        self.node(id.as_str(), NodeKind::Unit, Cause::UnitNotFound)?;
        let (held, _) = self.organization()?;
        if held.nodes.iter().any(|node| node.parent.as_ref() == Some(id)) {
            return Err(organizations(
                Cause::UnitNotEmpty,
                "To delete an OU you must first remove all accounts and child OUs.",
            ));
        }
        self.delete_in(None, Kind::Node, id.as_str());
        Ok(())
    }

    /// CreateAccount: an account below the root, with the role that the management account may assume.
    ///
    /// # Errors
    /// When there is no organization, it is full, or the id is taken.
    pub fn create_member(
        &mut self,
        account: &AccountId,
        naming: Naming,
        now: Seconds,
        entropy: &mut dyn Entropy,
    ) -> Outcome<Arc<AccountCreation>> {
        let (held, head) = self.organization()?;
        let (root, ordinal) = (head.root.clone(), held.next_node());
        let members = held.nodes.iter().filter(|node| node.kind == NodeKind::Account).count();
        if members >= ACCOUNTS_MAX {
            return Err(organizations(Cause::ConstraintViolation, "ACCOUNT_NUMBER_LIMIT_EXCEEDED"));
        }
        self.open_account(account, now)?;
        let creation = AccountCreation {
            id: organizations_id("car", 32, entropy),
            account: account.clone(),
            name: naming.name.clone(),
            at: now,
        };
        let creation = Arc::new(creation);
        let node = Node {
            ordinal,
            account_name: naming.name,
            mail: naming.mail,
            tags: naming.tags,
            policies: self.full_access(),
            ..blank(account.into(), NodeKind::Account, Some(root), now)
        };
        self.put_node(node);
        self.put_in(None, Entity::Creation(Arc::clone(&creation)));
        Ok(creation)
    }

    /// MoveAccount.
    ///
    /// # Errors
    /// When the account, the place it is said to be in, or the place it is to go to is not there.
    pub fn move_account(&mut self, id: &Text, from: &Text, to: &Text) -> Outcome<()> {
        let node = Arc::clone(self.node(id.as_str(), NodeKind::Account, Cause::AccountNotFound)?);
        self.parent(from.as_str(), Cause::SourceParentNotFound)?;
        let to = self.parent(to.as_str(), Cause::DestinationParentNotFound)?.id.clone();
        if node.parent.as_ref() != Some(from) {
            return Err(organizations(
                Cause::SourceParentNotFound,
                "You specified a source parent that the account is not in.",
            ));
        }
        if node.parent.as_ref() == Some(&to) {
            return Err(organizations(Cause::DuplicateAccount, "The account is already in the destination."));
        }
        self.edit_node(id, |node| node.parent = Some(to));
        Ok(())
    }

    /// RemoveAccountFromOrganization, LeaveOrganization.
    ///
    /// # Errors
    /// When there is no such account, or it is the management account.
    pub fn remove_member(&mut self, id: &Text) -> Outcome<()> {
        self.node(id.as_str(), NodeKind::Account, Cause::AccountNotFound)?;
        if self.organization()?.1.management.as_str() == id.as_str() {
            return Err(organizations(
                Cause::ManagementCannotLeave,
                "The management account cannot leave the organization.",
            ));
        }
        self.delete_in(None, Kind::Node, id.as_str());
        Ok(())
    }

    /// CloseAccount: suspended; its principals are refused from then on.
    ///
    /// # Errors
    /// When there is no such account, it is the management account, or closed already.
    pub fn close_account(&mut self, id: &Text) -> Outcome<()> {
        let node = self.node(id.as_str(), NodeKind::Account, Cause::AccountNotFound)?;
        if node.suspended {
            return Err(organizations(Cause::AlreadyClosed, "The provided account is already closed."));
        }
        if self.organization()?.1.management.as_str() == id.as_str() {
            return Err(organizations(Cause::ConstraintViolation, "CANNOT_CLOSE_MANAGEMENT_ACCOUNT"));
        }
        self.edit_node(id, |node| node.suspended = true);
        Ok(())
    }

    pub(crate) fn edit_node(&mut self, id: &Text, edit: impl FnOnce(&mut Node)) {
        if let Some(node) = self.directory().organization().nodes.find(id.as_str()) {
            let mut node = Node::clone(node);
            edit(&mut node);
            self.put_node(node);
        }
    }

    pub(crate) fn put_node(&mut self, node: Node) {
        self.put_in(None, Entity::Node(Arc::new(node)));
    }

    pub(crate) fn edit_organization<T>(
        &mut self,
        edit: impl FnOnce(&mut OrganizationHead) -> Outcome<T>,
    ) -> Outcome<T> {
        let mut head = OrganizationHead::clone(self.organization()?.1);
        let answer = edit(&mut head)?;
        self.put_in(None, Entity::Organization(Arc::new(head)));
        Ok(answer)
    }
}

fn blank(id: Text, kind: NodeKind, parent: Option<Text>, now: Seconds) -> Node {
    let policies = match kind {
        NodeKind::Root | NodeKind::Account => [Text::from(PolicyType::Scp.full_access())].into(),
        NodeKind::Unit => BTreeSet::new(),
    };
    Node {
        id,
        ordinal: 0,
        kind,
        parent,
        name: (kind == NodeKind::Root).then(|| "Root".into()),
        account_name: None,
        mail: None,
        joined: now,
        membership: Membership::Created,
        suspended: false,
        policies,
        tags: Tags::default(),
        delegated: Default::default(),
    }
}

fn duplicate_unit() -> crate::DirectoryError {
    organizations(Cause::DuplicateUnit, "An OU with the same name already exists.")
}

/// The message of something that is not there.
pub(crate) const fn missing_message(cause: Cause) -> &'static str {
    match cause {
        Cause::AccountNotFound => "You specified an account that doesn't exist.",
        Cause::UnitNotFound => "You specified an organizational unit that doesn't exist.",
        Cause::RootNotFound => "You specified a root that doesn't exist.",
        Cause::ParentNotFound => "You specified parent that doesn't exist.",
        Cause::SourceParentNotFound => "You specified a source parent that doesn't exist.",
        Cause::DestinationParentNotFound => "You specified a destination parent that doesn't exist.",
        Cause::ChildNotFound => "You specified a child that doesn't exist.",
        Cause::PolicyNotFound => "We can't find a policy with the PolicyId that you specified.",
        Cause::TargetNotFound => "You specified a target that doesn't exist.",
        _ => "You specified something that doesn't exist.",
    }
}
