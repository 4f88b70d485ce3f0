//! What is done about the events of a group? Its policies and filters, compiled once and kept as long as they hold.
//!
//! Policies of the group and of the account add up. Where there is none the policy of last resort holds, unless the operator
//! switched it off: then text is stored as it comes, as on AWS. Compiling takes tens of milliseconds, so it happens on a thread
//! of its own, and once for all calls that ask at the same time is not worth a lock: two that compile the same are no harm.

use super::keys::tokens;
use super::settings::{compiled, is_over_account, replaces_by_tokens};
use super::subscriptions;
use super::{Meant, now_of};
use crate::api::Api;
use crate::call::internal;
use sotto_logs::{AccountPolicy, AccountPolicyType, Document, Group, GroupFilters, Shelf, Uid};
use sotto_protect::policy::{DataProtectionPolicy, EffectivePolicy, ManagedIds};
use sotto_protect::{Protection, Scanners, Tokens};
use sotto_public::Public;
use sotto_wire::Fault;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Groups whose rules are kept.
const GUARDS_KEPT_MAX: usize = 10_000;

/// The rules of a group.
pub(crate) struct Guard {
    group: Arc<Group>,
    account: OfAccount,
    pub(super) protection: Protection,
    pub(super) filters: GroupFilters,
}

/// Policies of the account that concern its groups.
#[derive(Clone)]
struct OfAccount {
    protection: Option<Arc<AccountPolicy>>,
    subscription: Option<Arc<AccountPolicy>>,
}

/// Tells texts apart: FNV-1a.
fn told_apart<'a>(parts: impl Iterator<Item = &'a str>) -> u64 {
    let bytes = parts.flat_map(|part| part.bytes().chain([0xff]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |told: u64, byte| {
        (told ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Tells apart what an account protects: another number, another policy; none where it protects nothing.
pub(super) fn account_fingerprint(shelf: &Shelf) -> Option<u64> {
    OfAccount::of(shelf).fingerprint()
}

impl OfAccount {
    fn fingerprint(&self) -> Option<u64> {
        let policy = self.protection.as_ref()?;
        Some(told_apart([policy.document.get().as_str()].into_iter()))
    }

    fn of(shelf: &Shelf) -> Self {
        let first = |kind| shelf.account_policies(kind).next().cloned();
        Self {
            protection: first(AccountPolicyType::DataProtection),
            subscription: first(AccountPolicyType::SubscriptionFilter),
        }
    }

    fn is(&self, other: &Self) -> bool {
        let same = |one: &Option<Arc<AccountPolicy>>, other: &Option<Arc<AccountPolicy>>| match (one, other) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            _ => false,
        };
        same(&self.protection, &other.protection) && same(&self.subscription, &other.subscription)
    }
}

impl Guard {
    /// Tells policies and settings apart: another number, another look at what is stored. FNV-1a over all that is said.
    pub(super) fn fingerprint(&self) -> u64 {
        let (group, settings) = (&self.group, &self.group.settings);
        let is_over = is_over_account(settings, self.account.fingerprint());
        let account = self.account.protection.as_ref().map_or("", |policy| policy.document.get().as_str());
        let own = group.protection.as_ref().map_or("", |own| own.text.get().as_str());
        let paths = settings.fields_only.iter().map(|path| ("+", path.as_str()));
        let paths = paths.chain(settings.fields_left_out.iter().map(|path| ("-", path.as_str())));
        let styles = settings.styles.iter().map(|(name, style)| (name.get().as_str(), style.get().as_str()));
        let style = settings.style.as_ref().map_or("", |style| style.get().as_str());
        let issuer = if settings.issuer { "issuer" } else { "" };
        let paths = paths.chain(is_over.then_some(("=", "over the account")));
        let pairs = [(account, own), (style, issuer)].into_iter().chain(styles).chain(paths);
        told_apart(pairs.flat_map(|(one, other)| [one, other]))
    }

    fn holds_for(&self, group: &Arc<Group>, account: &OfAccount) -> bool {
        self.account.is(account) && Arc::ptr_eq(&self.group, group)
    }
}

/// Rules of groups that were used of late.
#[derive(Default)]
pub(crate) struct Guards(Mutex<HashMap<Uid, Arc<Guard>>>);

/// The rules of a group as it is now.
pub(super) async fn guard(
    api: &Api,
    meant: &Meant,
    shelf: &Shelf,
    group: &Arc<Group>,
) -> Result<Arc<Guard>, Fault> {
    let room = &api.logs;
    let account = OfAccount::of(shelf);
    let known = room.guards().0.lock().unwrap_or_else(PoisonError::into_inner).get(&group.uid).cloned();
    if let Some(known) = known.filter(|known| known.holds_for(group, &account)) {
        return Ok(known);
    }
    let made = Arc::new(made(api, meant, account, group).await?);
    let mut guards = room.guards().0.lock().unwrap_or_else(PoisonError::into_inner);
    if guards.len() >= GUARDS_KEPT_MAX {
        guards.clear();
    }
    guards.insert(group.uid, Arc::clone(&made));
    Ok(made)
}

/// The rules of a group as they would be with another policy of its own, which nobody has put: for a dry run, and kept nowhere.
pub(super) async fn proposed(
    api: &Api,
    meant: &Meant,
    (shelf, group): (&Shelf, &Arc<Group>),
    policy: &Public<String>,
) -> Result<Arc<Guard>, Fault> {
    let protection = Some(Document { text: policy.clone(), updated: group.created });
    let group = Arc::new(Group { protection, ..Group::clone(group) });
    made(api, meant, OfAccount::of(shelf), &group).await.map(Arc::new)
}

async fn made(api: &Api, meant: &Meant, account: OfAccount, group: &Arc<Group>) -> Result<Guard, Fault> {
    let room = &api.logs;
    let tokens = match replaces_by_tokens(&group.settings) {
        true => Some(tokens(api, meant, group, now_of(api)).await?),
        false => None,
    };
    let making = Making {
        tokens,
        group: Arc::clone(group),
        account,
        identifiers: Arc::clone(room.shared_identifiers()),
        scanners: Arc::clone(room.scanners()),
        last_resort: room.has_last_resort(),
    };
    tokio::task::spawn_blocking(move || making.make()).await.map_err(|_| internal())?
}

/// What rules are made of.
struct Making {
    tokens: Option<Tokens>,
    group: Arc<Group>,
    account: OfAccount,
    identifiers: Arc<ManagedIds>,
    scanners: Arc<Scanners>,
    last_resort: bool,
}

impl Making {
    fn make(self) -> Result<Guard, Fault> {
        let account =
            self.account.protection.as_ref().map(|policy| self.read(&policy.document)).transpose()?;
        let own = self.group.protection.as_ref().map(|document| self.read(&document.text)).transpose()?;
        let effective = EffectivePolicy::merge(account, own);
        let account = self.account.fingerprint();
        let (settings, tokens) = (compiled(&self.group.settings, account), self.tokens.as_ref());
        let protection = match effective.protects() || !self.last_resort {
            true => Protection::compile(&effective, &settings, tokens, &self.scanners),
            false => Protection::last_resort(&settings, tokens, &self.scanners),
        };
        let protection = protection.map_err(|_| internal())?;
        let subscription = self.account.subscription.as_ref();
        let subscription = subscription.and_then(|policy| subscriptions::of_group(policy, &self.group.name));
        let filters = GroupFilters::compile(&self.group, subscription).map_err(|_| internal())?;
        Ok(Guard { group: self.group, account: self.account, protection, filters })
    }

    fn read(&self, document: &Public<String>) -> Result<DataProtectionPolicy, Fault> {
        DataProtectionPolicy::parse(document.get(), &self.identifiers).map_err(|_| internal())
    }
}
