//! Which policies does a directory make? One record for each account, user, group and role, as `iam` reads them.
//!
//! The directory is what is stored; these records follow from it. After a change only what it touches is made again: the
//! bearer itself, every bearer of the account when a managed policy changes, every account when the organization does.

use crate::shelves::Touched;
use sotto_arn::{AccountId, PrincipalArn};
use sotto_directory::names::{ArnKind, arn};
use sotto_directory::{Account, Change, Directory, Grants, Kind, Organization, PolicyType, Text, policies};
use sotto_iam::{DocumentRecord, LevelRecord, PolicyRecord, RecordKey as PolicyRecordKey};
use std::collections::BTreeSet;

/// The policies of a whole directory.
pub(crate) fn all(directory: &Directory) -> Vec<PolicyRecord> {
    let accounts = directory.accounts().map(|(id, _)| id.clone()).collect();
    let mut records = Bearers { accounts, whole: true, ..Bearers::default() }.records(directory);
    records.push(own_sessions());
    records
}

/// What stands for "the caller's own session": GetSessionToken needs no permission (STS API Reference), so this resource lets
/// everybody of the account in whom no policy denies it.
pub(crate) const OWN_SESSION: &str = "arn:aws:sts:::own-session";

fn own_sessions() -> PolicyRecord {
    let document = Text::from(
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:GetSessionToken","Resource":"*"}]}"#,
    );
    let policies = vec![inline(&Text::from("own sessions"), &document)];
    PolicyRecord::Resource { arn: Text::from(OWN_SESSION).public(), key: false, policies }
}

/// The policies that a change of the directory touches.
pub(crate) fn changed(before: &Directory, after: &Directory, change: &Change) -> Touched {
    let touched = Bearers::by(change, before, after);
    Touched { records: touched.records(after), gone: touched.gone }
}

/// What a change touches.
#[derive(Default)]
struct Bearers {
    /// Accounts of which everything is made again.
    accounts: BTreeSet<AccountId>,
    /// Whether the control policies of all accounts are.
    whole: bool,
    /// Single users, groups and roles.
    bearers: Vec<(AccountId, Kind, Text)>,
    /// What is there no more, or under another ARN.
    gone: Vec<PolicyRecordKey>,
}

impl Bearers {
    fn by(change: &Change, before: &Directory, after: &Directory) -> Self {
        let mut touched = Self::default();
        for (key, _) in change.records() {
            match (&key.account, key.kind) {
                (Some(account), Kind::User | Kind::Group | Kind::Role) => {
                    touched.bearer(account, key.kind, &key.name, (before, after));
                }
                (Some(account), Kind::Policy) => {
                    touched.accounts.insert(account.clone());
                }
                (Some(account), Kind::Account) => touched.account(account, after),
                (Some(_), _) => {}
                (None, _) => touched.whole = true,
            }
        }
        touched
    }

    fn bearer(
        &mut self,
        account: &AccountId,
        kind: Kind,
        name: &Text,
        (before, after): (&Directory, &Directory),
    ) {
        let (was, is) = (bearer_arn(before, account, kind, name), bearer_arn(after, account, kind, name));
        if let Some(was) = was.filter(|was| is.as_ref() != Some(was)) {
            self.gone.push(PolicyRecordKey::Principal(was));
        }
        if is.is_some() {
            self.bearers.push((account.clone(), kind, name.clone()));
        }
    }

    fn account(&mut self, account: &AccountId, after: &Directory) {
        match after.account(account) {
            Some(_) => drop(self.accounts.insert(account.clone())),
            None => self.gone.push(PolicyRecordKey::Account(account.clone())),
        }
    }

    fn records(&self, directory: &Directory) -> Vec<PolicyRecord> {
        let mut records = Vec::new();
        let accounts: Vec<_> = match self.whole {
            true => directory.accounts().map(|(id, _)| id).collect(),
            false => self.accounts.iter().collect(),
        };
        records.extend(accounts.into_iter().map(|id| account_record(directory.organization(), id)));
        for id in &self.accounts {
            if let Some(account) = directory.account(id) {
                records.extend(bearers(id, account));
            }
        }
        let single =
            |(id, kind, name): &(AccountId, Kind, Text)| bearer(id, directory.account(id)?, *kind, name);
        records.extend(self.bearers.iter().filter_map(single));
        records
    }
}

fn account_record(organization: &Organization, id: &AccountId) -> PolicyRecord {
    PolicyRecord::Account {
        id: id.clone(),
        management: organization.head.as_ref().is_some_and(|head| head.management == *id),
        scps: levels(organization, id, PolicyType::Scp),
        rcps: levels(organization, id, PolicyType::Rcp),
    }
}

fn levels(organization: &Organization, id: &AccountId, kind: PolicyType) -> Vec<LevelRecord> {
    let levels = organization.levels(id, kind).into_iter().map(|level| LevelRecord {
        target: level.target.public(),
        policies: level.policies.iter().map(|(id, document)| inline(id, document)).collect(),
    });
    levels.collect()
}

/// Every user, group and role of an account.
fn bearers<'a>(id: &'a AccountId, account: &'a Account) -> impl Iterator<Item = PolicyRecord> + 'a {
    let users = account.users.iter().map(|user| (Kind::User, &user.name));
    let groups = account.groups.iter().map(|group| (Kind::Group, &group.name));
    let roles = account.roles.iter().map(|role| (Kind::Role, &role.name));
    users.chain(groups).chain(roles).filter_map(|(kind, name)| bearer(id, account, kind, name))
}

fn bearer(id: &AccountId, account: &Account, kind: Kind, name: &Text) -> Option<PolicyRecord> {
    match kind {
        Kind::User => user(id, account, name),
        Kind::Group => {
            let group = account.groups.find(name.as_str())?;
            let arn = principal(id, ArnKind::Group, &group.path, &group.name)?;
            Some(PolicyRecord::Group { arn, policies: granted(id, account, &group.grants) })
        }
        Kind::Role => role(id, account, name),
        _ => None,
    }
}

fn user(id: &AccountId, account: &Account, name: &Text) -> Option<PolicyRecord> {
    let user = account.users.find(name.as_str())?;
    let group = |name: &Text| {
        let group = account.groups.find(name.as_str())?;
        principal(id, ArnKind::Group, &group.path, &group.name)
    };
    Some(PolicyRecord::User {
        arn: principal(id, ArnKind::User, &user.path, &user.name)?,
        unique_id: user.id.public(),
        policies: granted(id, account, &user.grants),
        groups: user.groups.iter().filter_map(group).collect(),
        boundary: user.boundary.as_ref().map(|arn| bounding(id, account, arn)),
    })
}

fn role(id: &AccountId, account: &Account, name: &Text) -> Option<PolicyRecord> {
    let role = account.roles.find(name.as_str())?;
    Some(PolicyRecord::Role {
        arn: principal(id, ArnKind::Role, &role.path, &role.name)?,
        unique_id: role.id.public(),
        policies: granted(id, account, &role.grants),
        boundary: role.boundary.as_ref().map(|arn| bounding(id, account, arn)),
        trust: inline(&Text::from("trust policy"), &role.trust),
    })
}

fn bearer_arn(directory: &Directory, id: &AccountId, kind: Kind, name: &Text) -> Option<PrincipalArn> {
    let account = directory.account(id)?;
    let (word, path, name) = match kind {
        Kind::User => account.users.find(name.as_str()).map(|user| (ArnKind::User, &user.path, &user.name)),
        Kind::Group => {
            account.groups.find(name.as_str()).map(|group| (ArnKind::Group, &group.path, &group.name))
        }
        Kind::Role => account.roles.find(name.as_str()).map(|role| (ArnKind::Role, &role.path, &role.name)),
        _ => None,
    }?;
    principal(id, word, path, name)
}

fn principal(id: &AccountId, kind: ArnKind, path: &Text, name: &Text) -> Option<PrincipalArn> {
    PrincipalArn::parse(arn(id, kind, path, name).as_str()).ok()
}

/// Inline policies by name, then attached ones.
fn granted(id: &AccountId, account: &Account, grants: &Grants) -> Vec<DocumentRecord> {
    let own = grants.inline.iter().map(|(name, document)| inline(name, document));
    let attached = grants.attached.iter().filter_map(|arn| managed(id, account, arn));
    own.chain(attached).collect()
}

fn inline(name: &Text, document: &Text) -> DocumentRecord {
    DocumentRecord { name: name.public(), arn: None, text: document.public() }
}

fn managed(id: &AccountId, account: &Account, arn: &Text) -> Option<DocumentRecord> {
    let document = policies::find(id, account, arn.as_str())?.document()?;
    let name = arn.as_str().rsplit('/').next().unwrap_or_default();
    let name = crate::record::configured(&name);
    Some(DocumentRecord { name, arn: Some(arn.public()), text: document.public() })
}

/// A boundary. One whose policy is gone allows nothing.
fn bounding(id: &AccountId, account: &Account, arn: &Text) -> DocumentRecord {
    let nothing =
        Text::from(r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#);
    managed(id, account, arn).unwrap_or_else(|| inline(arn, &nothing))
}
